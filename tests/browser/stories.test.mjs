// User stories in real browsers against a real server, without the customer's program: `npm run stories` in web/.
// Globals (describe, test, expect, ...) come from vitest.
import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Operator } from './lib/operator.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

describe.skipIf(!built())('a session in two browsers', () => {
  let server;
  let operator;
  const customers = [];

  beforeAll(async () => {
    server = await Server.start();
    operator = await Operator.open({ server: server.address, executablePath, lang: 'ja' });
    await operator.logIn(EMAIL, PASSWORD);
  });

  afterEach(async () => {
    for (const customer of customers.splice(0)) await customer.close();
  });

  afterAll(async () => {
    await operator?.close();
    await server?.remove();
  });

  async function customer(lang = 'ja') {
    const one = await Customer.open({ server: server.address, executablePath, lang });
    customers.push(one);
    await one.goToJoin();
    return one;
  }

  /** A customer who has joined, and the operator in the session's view. */
  async function joined() {
    await operator.page.goto(`${server.address}/console?lang=ja`);
    const { digits } = await operator.startSession();
    const one = await customer();
    await one.connect(digits);
    await one.paired();
    await operator.openSession();
    return { one, digits };
  }

  const end = async (one) => {
    await operator.endSession();
    await one.page.getByRole('heading', { name: one.words.ended_title }).waitFor();
  };
  const sees = (person, text, withinMs = 20_000) => person.log().getByText(text, { exact: true }).waitFor({ timeout: withinMs });
  const times = (person, text) => person.log().getByText(text, { exact: true }).count();

  test('both chat before anything is shared, and the end is told', async () => {
    const { one } = await joined();
    await one.say('こんにちは');
    await sees(operator, 'こんにちは');
    await operator.say('お待ちください');
    await sees(one, 'お待ちください');
    await end(one);
    await one.page.reload();
    await one.field().waitFor();
  });

  test('a wrong code gets one sentence, and the right one still works', async () => {
    await operator.page.goto(`${server.address}/console?lang=ja`);
    const { digits } = await operator.startSession();
    const one = await customer();
    const wrong = digits.slice(0, 7) + ((Number(digits[7]) + 1) % 10);
    await one.connect(wrong);
    await one.page.getByRole('alert').filter({ hasText: one.words.refused_wrong }).waitFor();
    await one.connect(digits);
    await one.paired();
    await operator.openSession();
    await end(one);
  });

  test('a code never stands in an address, a request or a message to the server', async () => {
    await operator.page.goto(`${server.address}/console?lang=ja`);
    const { digits } = await operator.startSession();
    const one = await customer();
    const sent = [];
    one.page.on('request', (request) => sent.push(request.url(), request.postData() ?? ''));
    one.page.on('websocket', (socket) => {
      sent.push(socket.url());
      socket.on('framesent', ({ payload }) => sent.push(payload.toString('latin1')));
    });
    await one.connect(digits);
    await one.paired();
    expect(sent.length).toBeGreaterThan(2);
    for (const text of [...sent, one.page.url()]) {
      expect(text).not.toContain(digits);
      expect(text).not.toContain(`${digits.slice(0, 4)} ${digits.slice(4)}`);
    }
    await operator.openSession();
    await end(one);
  });

  test('digits that are typed before the script has loaded go nowhere', async () => {
    const one = await customer();
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await one.page.route('**/_app/**', async (route) => {
      await held;
      await route.continue();
    });
    await one.page.goto(`${server.address}/join`, { waitUntil: 'commit' });
    await one.page.keyboard.type('48219037\n');
    expect(one.page.url()).toBe(`${server.address}/join`);
    go();
    await one.field().waitFor();
    expect(await one.field().inputValue()).toBe('');
  });

  test('a reload of either page goes on without a click and repeats nothing', async () => {
    const { one } = await joined();
    await one.say('はじめ');
    await sees(operator, 'はじめ');
    await one.page.reload();
    await sees(one, 'はじめ');
    await one.say('読み込み直した');
    await sees(operator, '読み込み直した');
    await operator.page.reload();
    await sees(operator, '読み込み直した');
    await operator.say('こちらも');
    await sees(one, 'こちらも');
    for (const person of [one, operator])
      for (const text of ['はじめ', '読み込み直した', 'こちらも']) expect([text, await times(person, text)]).toEqual([text, 1]);
    await end(one);
  });

  test('a server that is killed and started again is only a pause', async () => {
    const { one } = await joined();
    await one.say('前');
    await sees(operator, '前');
    await server.kill();
    await operator.page.getByText(operator.words.state_line_lost).first().waitFor();
    await one.say('お客様が書いた');
    await operator.say('担当者が書いた');
    await server.up();
    await sees(operator, 'お客様が書いた');
    await sees(one, '担当者が書いた');
    for (const person of [one, operator])
      for (const text of ['前', 'お客様が書いた', '担当者が書いた']) expect([text, await times(person, text)]).toEqual([text, 1]);
    await end(one);
  });

  test('a second tab takes the session only when asked, and the first one says so', async () => {
    const { one } = await joined();
    const first = operator.page;
    const second = await operator.context.newPage();
    await second.goto(first.url());
    await second.getByRole('button', { name: operator.words.take_over }).click();
    await second.getByRole('toolbar', { name: operator.words.session_toolbar }).waitFor();
    await first.getByText(operator.words.session_elsewhere).waitFor();
    operator.page = second;
    await operator.say('別のタブから');
    await sees(one, '別のタブから');
    await first.close();
    await end(one);
  });

  test('two sessions run at once and do not mix', async () => {
    const { one } = await joined();
    const earlier = operator.session;
    await operator.page.getByRole('button', { name: operator.words.back_to_console }).click();
    const { digits } = await operator.startSession();
    const other = await customer('en');
    await other.connect(digits);
    await other.paired();
    await other.say('second');
    await one.say('first');
    await operator.page.getByText(operator.words.console_joined).nth(1).waitFor();
    await operator.openSession();
    await sees(operator, 'second');
    expect(await times(operator, 'first')).toBe(0);
    await operator.endSession();
    await operator.page.getByRole('heading', { name: operator.words.ended_title }).waitFor();
    await operator.page.getByRole('button', { name: operator.words.back_to_console }).first().click();
    await operator.openSession(earlier);
    await sees(operator, 'first');
    expect(await times(operator, 'second')).toBe(0);
    await operator.endSession();
    for (const person of [one, other]) await person.page.getByRole('heading', { name: person.words.ended_title }).waitFor();
  });

  test('three wrong secrets burn a code, the operator reads why, and the new code works', async () => {
    await operator.page.goto(`${server.address}/console?lang=ja`);
    const { digits } = await operator.startSession();
    const one = await customer();
    for (let n = 1; n <= 3; n += 1) {
      const secret = String((Number(digits.slice(4)) + n) % 10_000).padStart(4, '0');
      await one.connect(digits.slice(0, 4) + secret);
      await one.page.getByRole('alert').filter({ hasText: one.words.refused_wrong }).waitFor();
    }
    await operator.page.getByText(operator.words.notice_code_burnt).waitFor();
    const code = operator.page.getByRole('status', { name: operator.words.session_code });
    // Between the two codes there is none.
    const fresh = await until('the new code', async () => {
      const shown = (await code.first().textContent())?.replace(/\D/g, '') ?? '';
      return shown.length === 8 && shown !== digits && shown;
    });
    await one.connect(fresh);
    await one.paired();
    await operator.openSession();
    await end(one);
  });

  test('a code by hand takes the place of one that waits', async () => {
    await operator.page.goto(`${server.address}/console?lang=ja`);
    const { digits } = await operator.startSession();
    const one = await customer();
    await operator.page.getByRole('button', { name: operator.words.code_new, exact: true }).click();
    const code = operator.page.getByRole('status', { name: operator.words.session_code });
    const fresh = await until('the new code', async () => {
      const shown = (await code.first().textContent())?.replace(/\D/g, '') ?? '';
      return shown.length === 8 && shown !== digits && shown;
    });
    await one.connect(digits);
    await one.page.getByRole('alert').filter({ hasText: one.words.refused_wrong }).waitFor();
    await one.connect(fresh);
    await one.paired();
    await operator.openSession();
    await end(one);
  });

  test('who logs out leaves nothing behind in the browser', async () => {
    const { one } = await joined();
    await operator.page.getByRole('button', { name: operator.words.back_to_console }).click();
    await operator.page.getByRole('button', { name: operator.words.account_menu }).click();
    await operator.page.getByRole('button', { name: operator.words.log_out }).click();
    await operator.page.waitForURL('**/login**');
    const kept = await operator.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const open = indexedDB.open('temoto');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const all = open.result.transaction('sessions').objectStore('sessions').getAllKeys();
            all.onsuccess = () => resolve(all.result);
          };
        }),
    );
    expect(kept).toEqual([]);
    expect((await operator.page.request.get(`${server.address}/api/v1/me`)).status()).toBe(401);
    await operator.page.goto(`${server.address}/console`);
    await operator.page.waitForURL('**/login**');
    await one.page.getByRole('button', { name: one.words.stop }).click();
    await one.page.getByRole('heading', { name: one.words.ended_title }).waitFor();
  });
});
