// User stories with the customer's program, on a computer of its own, about who may do what: the customer decides, and is
// stronger at the own mouse. `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { readFileSync } from 'node:fs';

import { until } from './lib/browser.mjs';
import { Computer } from './lib/computer.mjs';
import { ready } from './lib/office.mjs';
import { Shared } from './lib/shared.mjs';
import { sees, staged } from './lib/story.mjs';

const lang = 'en';

describe.skipIf(!ready())('a session with the program in it, and who may do what', () => {
  let office;
  let operator;
  let computer;
  let it;
  const others = [];

  const tell = (parts) => ({ office, operator, computer, it } = parts);
  staged(lang, tell, async () => {
    for (const { close } of others.splice(0)) await close();
  });

  const reads = (text) => operator.page.getByText(text).first().waitFor();
  const notHeld = () => until('nothing held', () => computer.held().keys.length + computer.held().buttons.length === 0);

  /** The operator tries to reach a window of the program until the reason is told; it is told once in a while only. */
  const inVain = (attempt) =>
    until('the reason', async () => {
      await attempt();
      return operator.page.getByText(operator.words.notice_input_own_window).isVisible();
    });

  /** The customer said no: the button cannot be pressed for a while, and says how long. */
  const resting = async () => {
    const [before, after] = operator.words.ask_rests.split('{seconds}');
    await until('the rest', async () => {
      const told = (await it.control().getAttribute('title')) ?? '';
      return told.startsWith(before) && told.endsWith(after) && (await it.control().isDisabled());
    });
  };

  /** The customer's own mouse clicks there. */
  const customerClicks = (x, y) => computer.xdotool('mousemove', '--sync', x, y, 'click', 1);

  test('who declines can talk on, and allow later from the bar', async () => {
    await it.asking();
    await it.press(it.names.decline);
    await reads(operator.words.stage_declined);
    await reads(operator.words.notice_declined);
    expect(await it.size()).not.toEqual(it.desktop.size());
    await operator.say('Why not?');
    await sees(it.customer, 'Why not?');
    await it.customer.say('Who are you?');
    await sees(operator, 'Who are you?');
    await it.press(it.names.giveView);
    await it.pictured();
    await it.says('state_viewing');
    await it.press(it.names.giveControl);
    await reads(operator.words.event_control_granted);
    await operator.takeControl();
    await it.clickInto('terminal');
    await it.types('later');
  });

  test('control that is withdrawn while keys and a button are down leaves nothing pressed', async () => {
    await it.controlling();
    const [x, y] = await computer.middle('terminal');
    await operator.page.mouse.move(...(await operator.placeOf(x, y)));
    await operator.page.mouse.down();
    await operator.page.keyboard.down('Shift');
    await operator.page.keyboard.down('KeyA');
    await until('the held keys', () => computer.held().keys.length === 2 && computer.held().buttons.includes(1));
    await it.press(it.names.withdraw);
    await notHeld();
    await expect.poll(() => it.pressed()).toBe('false');
    await operator.page.keyboard.up('KeyA');
    await operator.page.keyboard.up('Shift');
    await operator.page.mouse.up();
    await it.hands();
    await operator.typeKeys('nothing');
    await it.press(it.names.giveControl);
    await reads(operator.words.event_control_granted);
    await operator.takeControl();
    await it.clickInto('terminal');
    await operator.typeKeys('z');
    await until('the last key', () => computer.typed().endsWith('z'));
    expect(computer.typed()).toMatch(/^beforeA+z$/);
    await notHeld();
  });

  test('another mode of the display is followed, pixel by pixel, and so are clicks', async () => {
    await it.controlling();
    for (const [width, height] of [
      [1024, 768],
      [1280, 800],
    ]) {
      computer.mode(width, height);
      await until('the new mode', () => it.desktop.size().width === width);
      await it.pictured();
      expect(await it.size()).toEqual({ width, height });
      await it.clickInto('memo.txt');
      await it.clickInto('terminal');
      await it.types('x');
    }
  });

  test('an operator in control cannot press the buttons of the program', async () => {
    await it.controlling();
    const spots = { end: await it.spot(it.names.end), withdraw: await it.spot(it.names.withdraw) };
    for (const [x, y] of [spots.withdraw, spots.end]) {
      await inVain(() => operator.clickRemote(x, y));
      expect(await it.pressed()).toBe('true');
      await it.control().click();
      await expect.poll(() => it.pressed()).toBe('false');
      await operator.takeControl();
      await operator.page.getByText(operator.words.notice_input_own_window).waitFor({ state: 'detached' });
    }
    await it.press(it.names.chat);
    await until('the chat has the keyboard', () => computer.focused().includes('Temoto'));
    await it.hands();
    await inVain(async () => {
      await operator.typeKeys('nothing');
      await operator.page.keyboard.press('Enter');
    });
    await it.clickInto('terminal');
    await it.types('x');
    for (const person of [operator, it.customer]) expect(await person.log().getByText('nothing').count()).toBe(0);

    // Asked again, once the button says that it may be: only the customer can press Allow.
    for (const answer of ['allow', 'decline']) {
      await it.press(it.names.withdraw);
      await resting();
      await expect.poll(() => it.pressed()).toBe('false');
      await it.control().click();
      const allow = await it.spot(it.names.allow);
      await operator.clickRemote(...allow);
      if (answer === 'allow') {
        customerClicks(...allow);
        await it.find(it.names.withdraw);
      } else {
        await it.press(it.names.decline);
        await reads(operator.words.notice_declined);
      }
      await it.says('state_viewing');
    }
    await resting();
    await it.press(it.names.giveControl);
    await it.find(it.names.withdraw);
    // The same spot, pressed by the customer.
    customerClicks(...spots.end);
    await it.press(it.names.close);
  });

  test('the mouse of the customer wins at once, and gives control back when it rests', async () => {
    await it.controlling();
    let moves = 0;
    const moving = setInterval(() => computer.xdotool('mousemove_relative', '--', 1 - 2 * (moves++ % 2), 0), 200);
    try {
      await it.says('state_yielded');
      await it.find(it.names.yours, 'label|text|static');
      await it.hands();
      await operator.typeKeys('nothing');
      const [x, y] = await computer.middle('memo.txt');
      await operator.clickRemote(x, y);
    } finally {
      clearInterval(moving);
    }
    await it.says('state_controlling');
    expect(computer.focused()).toBe('terminal');
    await it.hands();
    await it.types('after');
    expect(computer.typed()).toBe('beforeafter');
    await notHeld();
  });

  /** Both ends know that the customer ended it; nothing of the program is there any more. */
  async function endedByCustomer(reason) {
    const { pid } = it.program;
    await reads(operator.words[reason]);
    await it.customer.page.getByRole('heading', { name: it.customer.words.ended_title }).waitFor();
    await it.press(it.names.close);
    await it.gone();
    expect(it.program.exitCode).toBe(0);
    expect(it.running()).toEqual([]);
    await expect.poll(() => computer.state()).toEqual(it.before);
    const memory = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').slice(1);
    expect(memory.filter((line) => line.trim().split(/\s+/)[4] === String(pid))).toEqual([]);
  }

  test('Ctrl + Alt + E ends the session at both ends, and nothing is left behind', async () => {
    await it.sharing();
    await operator.takeControl();
    computer.xdotool('key', 'ctrl+alt+e');
    await endedByCustomer('ended_console_emergency');
  });

  test('the End button of the program ends the session at both ends, and nothing is left behind', async () => {
    await it.sharing();
    await operator.takeControl();
    await it.press(it.names.end);
    await endedByCustomer('ended_console_customer');
  });

  test('two sessions at once on two computers do not mix', async () => {
    await it.controlling();
    const tab = await office.tab();
    const computer2 = await Computer.start({ lang });
    const two = new Shared({ operator: tab, computer: computer2 });
    others.push({ close: () => two.close().finally(() => tab.page.close()).finally(() => computer2.stop()) });
    await two.sharing();
    await tab.takeControl();
    await two.clickInto('terminal');
    await two.types('second');
    await it.hands();
    await it.types('first');
    await operator.say('to the first');
    await sees(it.customer, 'to the first');
    await tab.say('to the second');
    await sees(two.customer, 'to the second');
    await it.pictured();
    await two.pictured();
    expect([computer.typed(), computer2.typed()]).toEqual(['beforefirst', 'second']);
    expect(await it.customer.log().getByText('to the second').count()).toBe(0);
    expect(await two.customer.log().getByText('to the first').count()).toBe(0);
    await two.press(two.names.end);
    await two.press(two.names.close);
    await two.gone();
    await it.hands();
    await it.types('only');
    await it.pictured();
  });
});
