// User stories with the customer's program, on a computer of its own, in which the line or a program breaks and nothing is lost:
// `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { readFileSync } from 'node:fs';

import { until } from './lib/browser.mjs';
import { ready } from './lib/office.mjs';
import { sees, staged } from './lib/story.mjs';

/** How long the line is cut. */
const CUT_MS = 10_000;
const lang = 'ja';

describe.skipIf(!ready())('a session with the program in it, when something breaks', () => {
  let office;
  let operator;
  let computer;
  let it;

  staged(lang, (parts) => ({ office, operator, computer, it } = parts));

  const times = (person, text) => person.log().getByText(text, { exact: true }).count();
  const filter = () => operator.canvas().evaluate((canvas) => getComputedStyle(canvas).filter);

  /** The picture is dimmed, and the reason stands over it. */
  async function dimmed(reason) {
    await operator.page.getByRole('status').getByText(operator.words[reason]).waitFor();
    await expect.poll(filter).toContain('brightness');
  }

  async function bright() {
    await expect.poll(filter, { timeout: 60_000 }).toBe('none');
  }

  /** While the line is cut, both write and the operator goes on pressing keys. */
  async function meanwhile() {
    await it.hands();
    await operator.typeKeys('nothing');
    await it.customer.say('お客様が書いた');
    await operator.say('担当者が書いた');
  }

  /** What was written in between is there once at each end, and what was pressed in between nowhere. */
  async function nothingLost() {
    await bright();
    await it.pictured();
    for (const person of [operator, it.customer])
      for (const text of ['お客様が書いた', '担当者が書いた']) {
        await sees(person, text);
        expect([text, await times(person, text)]).toEqual([text, 1]);
      }
    expect(await it.pressed()).toBe('true');
    await it.hands();
    await it.types('after');
    expect(computer.typed()).toBe('beforeafter');
    // The last letter is seen when its key goes down; the key comes up a moment later.
    await expect.poll(() => computer.held().keys).toEqual([]);
  }

  test('a cut of ten seconds dims the picture, then everything goes on without a click', async () => {
    await it.controlling();
    const over = Date.now() + CUT_MS;
    await office.proxy.cut();
    await dimmed('lost_title');
    await meanwhile();
    computer.xdotool('search', '--name', 'memo.txt', 'windowmove', '30', '60');
    await until('the cut to be over', () => Date.now() >= over, CUT_MS + 1_000);
    await office.proxy.mend();
    await nothingLost();
  });

  test('a line that is silent for ten seconds delivers no key of that time', async () => {
    await it.controlling();
    const over = Date.now() + CUT_MS;
    office.proxy.silence();
    await meanwhile();
    await until('the silence to be over', () => Date.now() >= over, CUT_MS + 1_000);
    office.proxy.speak();
    await nothingLost();
  });

  test('a server that is killed and started again in mid-session is only a pause', async () => {
    await it.controlling();
    await office.server.kill();
    await dimmed('lost_title');
    await meanwhile();
    computer.xdotool('search', '--name', 'memo.txt', 'windowmove', '30', '60');
    await office.server.up();
    await nothingLost();
  });

  test('a console that is reloaded shows the picture again, and controls only after a press', async () => {
    await it.controlling();
    await operator.page.reload();
    await it.pictured();
    expect(await it.pressed()).toBe('false');
    const [x, y] = await computer.middle('memo.txt');
    await operator.clickRemote(x, y);
    await operator.typeKeys('nothing');
    await operator.takeControl();
    await it.clickInto('terminal');
    await it.types('after');
    expect(computer.typed()).toBe('beforeafter');
    await it.clickInto('memo.txt');
    await operator.typeText('印刷できるようになりました。');
    await it.hands();
    await until('the text in the editor', () => computer.focused().startsWith('*'));
    await until('the saved file', async () => {
      await operator.page.keyboard.press('Control+s');
      return readFileSync(computer.memo, 'utf8').trimEnd() === '印刷できるようになりました。';
    });
  });

  test('a join page that is reloaded while the program shares disturbs nothing', async () => {
    await it.controlling();
    await it.customer.page.reload();
    await it.customer.page.getByRole('heading', { name: it.customer.words.program_joined }).waitFor();
    await it.customer.say('読み込み直した');
    await sees(operator, '読み込み直した');
    expect(await times(operator, '読み込み直した')).toBe(1);
    expect(await it.pressed()).toBe('true');
    await it.hands();
    await it.types('after');
    await it.pictured();
    expect(it.running().length).toBe(1);
  });

  test('a program that died and is started again comes back by one click, and asks again', async () => {
    await it.controlling();
    it.program.kill('SIGKILL');
    await it.gone();
    await operator.page.getByText(operator.words.customer_lost_title).first().waitFor();
    it.program = it.start();
    await operator.page.getByRole('button', { name: operator.words.rearm }).click();
    await it.find(it.names.allow);
    await it.says('state_permission');
    await it.press(it.names.allow);
    await it.pictured();
    expect(await it.pressed()).toBe('false');
    await operator.takeControl();
    await it.clickInto('terminal');
    await it.types('after');
    expect(computer.typed()).toBe('beforeafter');
  });

  test('a second start of the program ends at once and brings the first one forward', async () => {
    await it.asking();
    computer.xdotool('search', '--name', 'terminal', 'windowactivate', '--sync');
    await until('the terminal in front', () => computer.front() === 'terminal');
    const second = it.start();
    await it.gone(second);
    expect(second.exitCode).toBe(0);
    await until('the program in front', () => computer.front().includes('Temoto'));
    expect(it.running()).toEqual([it.program.pid]);
    await it.press(it.names.allow);
    await it.pictured();
    const third = it.start();
    await it.gone(third);
    expect(third.exitCode).toBe(0);
    expect(it.running()).toEqual([it.program.pid]);
    await it.pictured();
    await operator.takeControl();
    await it.clickInto('terminal');
    await it.types('after');
    const joined = operator.log().getByText(operator.words.event_program_joined);
    expect(await joined.count()).toBe(1);
  });
});
