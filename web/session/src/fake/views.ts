/** Complete views of typical moments, in both languages. Each is what a core would tell. */
import type { AgentView, ChatLine, ConsoleView, CustomerEnd } from '../messages';

export type Language = 'ja' | 'en';

const UP = { up: true, tryingSinceMs: null, closed: null } as const;
const START = new Date(2026, 10, 24, 10, 24).getTime();

const WORDS = {
  ja: {
    operator: '佐藤 花子',
    organisation: 'サンプル株式会社',
    computer: 'YAMADA-PC',
    hello: 'こんにちは、佐藤です。プリンターの件ですね。',
    answer: 'はい、昨日から印刷できません',
    next: '「ダウンロード」を押して、開いてください。',
    settings: 'プリンターの設定を開きますね。',
    please: 'お願いします',
    done: 'あ、出てきました！',
  },
  en: {
    operator: 'Hanako Sato',
    organisation: 'Example Corp.',
    computer: 'YAMADA-PC',
    hello: 'Hello, this is Hanako. It is about the printer, right?',
    answer: 'Yes, it has not printed since yesterday',
    next: 'Please press “Download” and open the file.',
    settings: 'I will open the printer settings.',
    please: 'Please do',
    done: 'Oh, there it is!',
  },
};

export const words = (language: Language) => WORDS[language];

/** The line whose picture the made-up core has. */
export const PICTURED = 'pictured';

let lines = 0;

function line(from: ChatLine['from'], text: string, minute: number, values: string[] = []): ChatLine {
  lines += 1;
  const id = lines.toString(16).padStart(32, '0');
  return { id, from, text, arguments: values, atMs: START + minute * 60_000, state: 'sent' };
}

function talk(language: Language): ChatLine[] {
  const say = WORDS[language];
  return [
    line('event', 'customer_joined', 0),
    line('operator', say.hello, 0),
    line('customer', say.answer, 1),
    line('operator', say.next, 1),
  ];
}

/** Two lines with pictures; only the second one is there ([`PICTURED`]). */
export function pictureTalk(language: Language): ChatLine[] {
  const told = (id: string) => ({ ...line('event', 'picture', 4, ['1280', '720', '90000']), id });
  return [...talk(language), told('gone'), line('operator', WORDS[language].settings, 4), told(PICTURED)];
}

function liveTalk(language: Language): ChatLine[] {
  const say = WORDS[language];
  return [
    ...talk(language),
    line('event', 'program_joined', 2),
    line('event', 'view_granted', 2),
    line('event', 'control_granted', 2),
    line('operator', say.settings, 3),
    line('customer', say.please, 3),
    line('event', 'line_back', 9, ['2']),
    line('customer', say.done, 10),
  ];
}

const page: CustomerEnd = {
  present: true,
  lostSinceMs: null,
  system: 'Windows 11',
  software: 'Edge 142',
  computer: '',
  keyboard: '',
  host: 'support.example.co.jp',
  level: 'standard',
};
const program = (language: Language): CustomerEnd => ({
  ...page,
  software: 'Temoto 0.1.0',
  computer: WORDS[language].computer,
  keyboard: 'jp',
});

export function waiting(_language: Language, nowMs = Date.now()): ConsoleView {
  return {
    session: '00112233445566778899aabbccddeeff',
    link: UP,
    code: { digits: '48219037', expiresAtMs: nowMs + 572_000, failures: 0 },
    notice: null,
    page: null,
    step: null,
    program: null,
    waitingForPermission: false,
    granted: [],
    asked: [],
    resting: [],
    paused: false,
    controlling: false,
    yielded: false,
    obstacle: null,
    displays: [],
    shown: null,
    sideBySide: false,
    changing: false,
    colors: 'all',
    exact: true,
    clipboard: { offered: null, comingPercent: null, goingPercent: null },
    files: { roots: [], transfers: [] },
    sharing: null,
    showing: null,
    picture: null,
    quality: { roundTripMs: null, bitsPerSecond: 0, framesPerSecond: 0 },
    chat: [],
    ended: null,
  };
}

export function joined(language: Language): ConsoleView {
  const quality = { roundTripMs: 38, bitsPerSecond: 900, framesPerSecond: 0 };
  return { ...waiting(language), code: null, page, step: 'choosing', quality, chat: talk(language) };
}

export function permission(language: Language): ConsoleView {
  return {
    ...joined(language),
    step: 'downloaded',
    program: program(language),
    waitingForPermission: true,
    asked: ['view', 'control'],
  };
}

export function live(language: Language): ConsoleView {
  return {
    ...permission(language),
    waitingForPermission: false,
    asked: [],
    granted: ['view', 'control'],
    controlling: true,
    displays: [
      { id: 1, name: 'DP-1', x: 0, y: 0, width: 1280, height: 720, scalePercent: 100, primary: true },
      { id: 2, name: 'HDMI-1', x: 1280, y: -120, width: 1920, height: 1080, scalePercent: 150, primary: false },
    ],
    shown: 1,
    sideBySide: true,
    picture: { width: 1280, height: 720, look: 1 },
    quality: { roundTripMs: 38, bitsPerSecond: 412_000, framesPerSecond: 12 },
    chat: liveTalk(language),
  };
}

export function paired(language: Language): AgentView {
  const say = WORDS[language];
  return {
    link: UP,
    phase: 'paired',
    reason: null,
    newCodeNeeded: false,
    failuresDiffer: false,
    operator: { name: say.operator, organisation: say.organisation, confirmed: true },
    level: 'standard',
    downloadName: 'temoto_support.example.co.jp_0123456789abcdefghjkmnpqrstv',
    operatorPresent: true,
    showing: null,
    granted: [],
    asked: [],
    met: [],
    paused: false,
    yielded: false,
    program: null,
    chat: talk(language),
  };
}

export function refused(language: Language, reason = 'wrong'): AgentView {
  return {
    ...paired(language),
    phase: 'refused',
    reason,
    operator: null,
    level: null,
    downloadName: null,
    operatorPresent: false,
    chat: [],
  };
}
