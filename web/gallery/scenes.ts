/** Every screen there is, and how to get to it. */
import type { Locator, Page } from 'playwright-core';
import { press, start } from './acts';
import { fileScenes } from './files';
import type { Guise } from './lib';
import { ACCOUNTS } from './scenes-accounts';
import { ONLINE } from './scenes-online';

export interface Scene {
  name: string;
  path: string;
  loggedIn?: boolean;
  /** Whether the server has mail and takes registrations; it has without a word. */
  open?: boolean;
  contract?: 'own' | 'trial' | 'trial_over';
  factor?: boolean;
  administrator?: boolean;
  /** Functions that the person may not use. */
  denied?: readonly string[];
  /** There is a history. */
  past?: boolean;
  /** Colleagues have sessions, or so many of them; a session of the person rests. */
  live?: 'few' | 'many' | 'paused';
  /** How licences are. */
  licences?: 'used' | 'none';
  /** Sessions that only the server knows. */
  others?: boolean;
  /** Text or control by which the screen is recognized as finished; a CSS selector. */
  ready: string;
  guise?: Guise;
  act?: (page: Page) => Promise<void>;
}

const ID = '00112233445566778899aabbccddeeff';
const session = (scenario: string, ready = '[role=toolbar]', act?: Scene['act']): Scene => ({
  name: `session-${scenario}`,
  path: `/console/s/${ID}?scenario=${scenario}`,
  loggedIn: true,
  ready,
  ...(act ? { act } : {}),
});
const join = (scenario: string, ready = 'h1', act?: Scene['act']): Scene => ({
  name: `join-${scenario}`,
  path: `/join?scenario=${scenario}`,
  ready,
  ...(act ? { act } : {}),
});

const code = (digits: string) => async (page: Page) => {
  const field = page.getByRole('textbox');
  await field.pressSequentially(digits);
};
/** On a narrow page the panel lies over the screen, and is opened there. */
const openPanel = async (page: Page, part: Locator) => {
  if (!(await part.isVisible())) await press(/^(チャットと情報|Chat and details)/)(page);
};
const intoChat = async (page: Page) => {
  await openPanel(page, page.getByRole('log'));
  await page.getByRole('log').getByRole('img').waitFor();
};
const connect = (digits: string) => async (page: Page) => {
  await code(digits)(page);
  await page.getByRole('button', { name: /^(接続|Connect)$/ }).click();
};
const download = async (page: Page) => {
  await page.getByRole('button', { name: /^(ダウンロード|Download)$/ }).click();
  await page.locator('#how').waitFor();
};
const unfold = async (page: Page) => {
  await download(page);
  for (const words of [
    /^(ほかのブラウザを使っています|I use another browser)$/,
    /^(キーボードで行う場合|With the keyboard)$/,
  ])
    await page.getByText(words).click();
};

/** The browser's question is answered by this picture. */
const picks = (answer: 'yes' | 'no') => async (page: Page) => {
  await page.evaluate((answer) => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    navigator.mediaDevices.getDisplayMedia = () =>
      answer === 'yes'
        ? Promise.resolve(canvas.captureStream())
        : Promise.reject(new DOMException('no', 'NotAllowedError'));
  }, answer);
  await page.getByRole('button', { name: /^(画面を選ぶ|Choose a screen)$/ }).click();
  const told = /^(見せるのをやめる|Stop showing)$/;
  if (answer === 'yes') await page.getByRole('button', { name: told }).waitFor();
  else await page.getByText(/^(画面は選ばれませんでした|No screen was chosen)/).waitFor();
};

const NT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64';
const CHROME = `${NT}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36`;
const ELEVEN = { platformVersion: '15.0.0', architecture: 'x86', bitness: '64', wow64: false };
export const WINDOWS = {
  edge: { userAgent: `${CHROME} Edg/148.0.0.0`, hints: ELEVEN },
  chrome: { userAgent: CHROME, hints: { ...ELEVEN, platformVersion: '10.0.0' } },
  firefox: { userAgent: `${NT}; rv:150.0) Gecko/20100101 Firefox/150.0`, hints: null },
} satisfies Record<string, Guise>;
/** A customer on Windows: before the download and after it. */
const windows = ([browser, guise]: [string, Guise]): Scene[] => {
  const before = { ...join('paired'), name: `join-windows-${browser}`, guise };
  return [before, { ...before, name: `join-windows-${browser}-downloaded`, act: download }];
};
const without = (lack: string, hints: Guise['hints']): Scene => ({
  ...join('paired', '[role=status]'),
  name: `join-windows-${lack}`,
  guise: { userAgent: CHROME, hints: { ...ELEVEN, ...hints } },
});

const newKey = async (page: Page) => {
  await press(/^(API キーを作る|Make an API key)$/)(page);
  await page.locator('input[name=key-name]').fill('会計システム');
  await page.locator('input[name="users:read"]').check();
};

/** Keys of other programs, and what they may call. */
const KEYS: Scene[] = [
  { name: 'keys', path: '/domain/keys', loggedIn: true, administrator: true, ready: 'main li' },
  {
    name: 'keys-none',
    path: '/domain/keys',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'main [role=status]',
  },
  { name: 'keys-new', path: '/domain/keys', loggedIn: true, administrator: true, ready: 'main li', act: newKey },
  {
    name: 'keys-made',
    path: '/domain/keys',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: async (page) => {
      await newKey(page);
      await page.locator('input[name=password]').fill('not a real one');
      await page.locator('form button[type=submit]').click();
      await page.locator('.key').waitFor();
    },
  },
  {
    name: 'keys-revoke',
    path: '/domain/keys',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: async (page) => {
      await press(/^(API キー「.*」を無効にする|Revoke the API key “.*”)$/)(page);
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'docs-api',
    path: '/docs/api',
    ready: 'article',
    act: async (page) => {
      await page.getByRole('checkbox').check();
      const first = page.locator('article').first();
      for (const fold of await first.locator('summary').all()) await fold.click();
    },
  },
];

export const SCENES: Scene[] = [
  ...ACCOUNTS,
  ...KEYS,
  ...ONLINE,
  { name: 'start', path: '/', ready: 'input' },
  join('fresh', 'input', code('4821903')),
  { name: 'join-handed', path: '/join?scenario=fresh#code=48219037', ready: 'input' },
  join('elsewhere', '[role=status]'),
  join('connecting', 'input'),
  { ...join('refused', 'input', connect('48219037')) },
  join('paired'),
  join('agent-pictured', '[role=log] img'),
  { ...join('paired', 'h1', download), name: 'join-downloaded' },
  ...Object.entries(WINDOWS).flatMap(windows),
  { ...join('paired', 'h1', unfold), name: 'join-windows-unfolded', guise: WINDOWS.edge },
  without('32', { platformVersion: '10.0.0', bitness: '32' }),
  without('arm', { platformVersion: '10.0.0', architecture: 'arm' }),
  without('old', { platformVersion: '0.3.0' }),
  join('unconfirmed'),
  join('shown', 'canvas'),
  { ...join('paired', 'h1', picks('yes')), name: 'join-sharing' },
  { ...join('paired', 'h1', picks('no')), name: 'join-not-shared' },
  join('agent-lost'),
  join('program-joined'),
  join('program-twice'),
  join('agent-ended'),
  { name: 'login', path: '/login', ready: 'form' },
  {
    name: 'login-wrong',
    path: '/login',
    ready: 'form',
    act: async (page) => {
      await page.getByLabel(/^(メールアドレス|Email)$/).fill('hanako@example.com');
      await page.getByLabel(/^(パスワード|Password)$/).fill('not it at all');
      await page.getByRole('button', { name: /^(ログイン|Log in)$/ }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'setup', path: '/setup#0123456789', ready: 'form' },
  { name: 'setup-no-token', path: '/setup', ready: '[role=alert]' },
  { name: 'not-found', path: '/nothing-here', ready: 'h1' },
  { name: 'console-empty', path: '/console', loggedIn: true, ready: 'h1' },
  { name: 'console-waiting', path: '/console?scenario=waiting', loggedIn: true, others: true, ready: 'h1', act: start },
  { name: 'console-burnt', path: '/console?scenario=burnt', loggedIn: true, ready: 'h1', act: start },
  {
    name: 'console-joined',
    path: '/console?scenario=joined',
    loggedIn: true,
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('button', { name: /^(セッションを開始|Start session)$/ }).click();
      await page.getByRole('link', { name: /^(セッションを開く|Open session)$/ }).waitFor();
    },
  },
  {
    name: 'console-live',
    path: '/console?scenario=live',
    loggedIn: true,
    others: true,
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('button', { name: /^(セッションを開始|Start session)$/ }).click();
      await page
        .getByRole('link', { name: /^(開く|Open)$/ })
        .first()
        .waitFor();
    },
  },
  {
    name: 'console-no-licence',
    path: '/console',
    loggedIn: true,
    licences: 'used',
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('button', { name: /^(セッションを開始|Start session)$/ }).click();
      await page.getByRole('button', { name: /^(空くのを待つ|Wait in line)$/ }).click();
      await page.getByRole('button', { name: /^(待つのをやめる|Stop waiting)$/ }).waitFor();
    },
  },
  {
    name: 'console-licence-needed',
    path: '/console',
    loggedIn: true,
    administrator: true,
    licences: 'none',
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('button', { name: /^(セッションを開始|Start session)$/ }).click();
      await page.getByRole('link', { name: /^(ライセンスを有効化|Activate licence)$/ }).waitFor();
    },
  },
  {
    name: 'licences',
    path: '/console/licences',
    loggedIn: true,
    administrator: true,
    licences: 'used',
    ready: 'fieldset',
    act: async (page) => {
      await page.getByRole('textbox').fill('AQEBAQEBAQEB');
      await page.getByRole('button', { name: /^(ライセンスを有効化|Activate licence)$/ }).click();
      await page.locator('[role=alert]').first().waitFor();
    },
  },
  {
    name: 'history',
    path: '/console/history',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'table',
    act: async (page) => {
      await page
        .getByRole('button', { name: /^(書き直す|Edit)$/ })
        .nth(1)
        .click();
      await page.locator('textarea').waitFor();
    },
  },
  { name: 'history-empty', path: '/console/history', loggedIn: true, ready: 'main figure' },
  { name: 'licences-operator', path: '/console/licences', loggedIn: true, ready: 'main ul' },
  session('waiting', '[role=status]'),
  session('gone', 'main p'),
  session('joined'),
  session('downloading'),
  session('picking'),
  session('not-shared'),
  session('browser-starting'),
  session('browser'),
  session('showing'),
  session('showing-live'),
  session('show-closed', '[role=alert]'),
  {
    ...session('browser', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(ツール|Tools)$/ }).click();
    }),
    name: 'session-browser-tools',
  },
  session('permission'),
  session('declined'),
  session('asks-again'),
  session('live'),
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(文字入力|Type text)$/ }).click();
    }),
    name: 'session-typing',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      const tab = page.getByRole('tab', { name: /^(情報|Details)$/ });
      await openPanel(page, tab);
      await tab.click();
    }),
    name: 'session-details',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      const tab = page.getByRole('tab', { name: /^(メモ|Notes)$/ });
      await openPanel(page, tab);
      await tab.click();
      await page.getByText(/^(保存しました|Saved in)/).waitFor();
    }),
    name: 'session-notes',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(セッションを終了|End session)$/ }).click();
      await page.getByRole('dialog').waitFor();
    }),
    name: 'session-ending',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(キー|Keys)$/ }).click();
      await page.getByRole('button', { name: 'Ctrl', exact: true }).click();
    }),
    name: 'session-keys',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(キー|Keys)$/ }).click();
      await page.getByRole('button', { name: /^(そのほかのキー|More keys)$/ }).click();
      await page.getByRole('button', { name: 'F24', exact: true }).waitFor();
    }),
    name: 'session-keys-more',
  },
  ...(['jis', 'ansi'] as const).map((kind) => ({
    ...session('live', '[role=toolbar]', async (page) => {
      await page.evaluate(() => {
        const map = new Map([
          ['BracketLeft', '['],
          ['Quote', "'"],
          ['Backquote', '`'],
          ['KeyY', 'y'],
        ]);
        Object.defineProperty(navigator, 'keyboard', { value: { getLayoutMap: () => Promise.resolve(map) } });
      });
      await page.getByRole('button', { name: /^(キー|Keys)$/ }).click();
      await page.getByRole('button', { name: kind === 'jis' ? /JIS/ : /ANSI/ }).click();
      await page.getByRole('button', { name: /^Shift \((左|left)\)$/ }).click();
    }),
    name: `session-keyboard-${kind}`,
  })),
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(画面|Display)$/ }).click();
      await page.locator('[role=menu]:popover-open canvas').nth(3).waitFor();
    }),
    name: 'session-displays',
  },
  {
    ...session('gray', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(ツール|Tools)$/ }).click();
    }),
    name: 'session-tools',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(撮影|Screenshot)$/ }).click();
    }),
    name: 'session-shots',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(撮影|Screenshot)$/ }).click();
      await page.getByRole('menuitem', { name: /^(範囲を選んでコピー|Choose a part to copy)$/ }).click();
      await page.getByRole('application', { name: /^(範囲を|Drag over)/ }).waitFor();
      for (const key of ['ArrowLeft', 'Shift+ArrowRight']) await page.keyboard.press(key);
    }),
    name: 'session-region',
  },
  {
    ...session('live', '[role=toolbar]', async (page) => {
      for (let n = 0; n < 4; n += 1) await page.getByRole('button', { name: /^(拡大|Zoom in)$/ }).click();
    }),
    name: 'session-zoomed',
  },
  {
    ...session('clipboard', '[role=toolbar]', async (page) => {
      await page.getByRole('button', { name: /^(クリップボード|Clipboard)$/ }).click();
    }),
    name: 'session-clipboard',
  },
  ...fileScenes(session, press),
  {
    ...session('viewing', '[role=toolbar]', async (page) => {
      await press(/^(ツール|Tools)$/)(page);
      await page.getByRole('menu').getByRole('menuitem').first().waitFor();
    }),
    name: 'session-denied',
    denied: ['control', 'chat', 'clipboard_in', 'screenshot'],
  },
  session('pictured', '[role=toolbar]', intoChat),
  {
    ...session('pictured', '[role=toolbar]', async (page) => {
      await intoChat(page);
      await page.getByRole('log').getByRole('button').click();
      await page.getByRole('dialog').waitFor();
    }),
    name: 'session-picture-large',
  },
  session('display-gone', '[role=alert]'),
  session('changing'),
  session('resting', '[role=alert]'),
  session('viewing'),
  session('yielded'),
  session('paused'),
  session('secure-desktop'),
  session('locked'),
  session('away'),
  session('lost'),
  session('customer-lost'),
  session('own-window', '[role=alert]'),
  session('elevated', '[role=alert]'),
  session('back-again', '[role=alert]'),
  session('ended'),
  session('signed_out'),
  { ...session('session-elsewhere', 'h1'), name: 'session-elsewhere' },
];
