// User stories with the customer's program on a Windows computer, which Wine plays. `npm run windows` in web/.
// Globals (describe, test, expect, ...) come from vitest.
import { join } from 'node:path';

import { until } from '../browser/lib/browser.mjs';
import { Office, staffed } from '../browser/lib/office.mjs';
import { WindowsComputer } from './lib/computer.mjs';
import { isMain } from './lib/controls.mjs';
import { KEYS } from './lib/keys.mjs';
import { Session } from './lib/session.mjs';
import { missing } from './lib/tools.mjs';

const lang = 'ja';

describe.skipIf(!staffed('windows') || missing().length > 0)('a session with the program on Windows', () => {
  let office;
  let operator;
  let computer;
  let it;

  beforeAll(async () => {
    office = await Office.open(lang, 'windows');
    operator = office.operator;
  });

  /** A computer and a session on it that has not begun. */
  async function customer(options = {}) {
    computer = await WindowsComputer.start({ lang, ...options });
    it = new Session({ operator, computer });
    return it;
  }

  afterEach(async ({ task }) => {
    await it?.witness(task);
    await it?.close();
    await computer?.stop();
    it = computer = undefined;
  });

  afterAll(() => office?.close());

  /** The operator controls a desktop on which the probe writes down what arrives. */
  async function probed(options) {
    await (await customer(options)).sharing();
    const probe = await computer.probe();
    await operator.takeControl();
    await it.hands();
    return probe;
  }

  const strokes = (probe) => probe.lines().filter(({ message }) => /KEY(DOWN|UP)$/.test(message));

  test('every key of a Japanese keyboard arrives by its place, down and up', async () => {
    const probe = await probed();
    const wrong = [];
    for (const [code, scan, extended] of KEYS) {
      const before = strokes(probe).length;
      await it.strike(code);
      const both = () => strokes(probe).length >= before + 2;
      await until(code, both, 2_000, 10).catch(() => undefined);
      const came = strokes(probe).slice(before);
      const right = came.length === 2 && came.every((stroke) => stroke.scan === scan && (extended === null || stroke.extended === extended));
      if (!right) wrong.push([code, came.map(({ message, scan: at, extended: far }) => `${message} ${at.toString(16)} ${far}`)]);
    }
    expect(wrong).toEqual([]);
    expect(await it.desktop.ask('held')).toEqual([]);
  });

  test('composed text arrives letter by letter, Japanese and beyond the first plane', async () => {
    const probe = await probed();
    const text = '印刷できました。𠮷野家 ①～ﾊﾝｶｸ';
    await operator.typeText(text);
    const typed = () => String.fromCharCode(...probe.lines().filter(({ message }) => message === 'WM_CHAR').map(({ unit }) => unit));
    await until('the text', () => typed().length >= text.length, 10_000).catch(() => undefined);
    expect(typed()).toBe(text);
  });

  describe.each([1, 1.25, 1.5, 2])('at a scale of %d', (scale) => {
    test('the picture is exact, the pointer reaches every corner, and a click is where it was meant', async () => {
      const probe = await probed({ scale });
      expect(await it.desktop.ask('dpi')).toBe(Math.round(96 * scale));
      await it.pictured();
      const { width, height } = it.desktop.size();
      for (const [x, y] of [
        [0, 0],
        [width - 1, 0],
        [width - 1, height - 1],
        [0, height - 1],
      ]) {
        await operator.page.mouse.move(...(await operator.placeOf(x, y)));
        await expect.poll(() => it.desktop.ask('where'), { timeout: 5_000 }).toEqual({ x, y });
      }
      await operator.clickRemote(217, height - 101);
      const clicks = () => probe.lines().filter(({ message }) => message.startsWith('WM_BUTTON'));
      await until('the click', () => clicks().length === 2, 5_000);
      expect(clicks().map(({ message, button, x, y }) => [message, button, x, y])).toEqual([
        ['WM_BUTTONDOWN', 1, 217, height - 101],
        ['WM_BUTTONUP', 1, 217, height - 101],
      ]);
    });
  });

  test('the left, middle and right button and both directions of the wheel arrive', async () => {
    const probe = await probed();
    await operator.page.mouse.move(...(await operator.placeOf(300, 500)));
    for (const button of ['left', 'middle', 'right']) {
      await operator.page.mouse.down({ button });
      await operator.page.mouse.up({ button });
    }
    await operator.page.mouse.wheel(0, 120);
    await operator.page.mouse.wheel(0, -120);
    await operator.page.mouse.wheel(120, 0);
    const came = () => probe.lines().filter(({ message }) => /BUTTON|WHEEL/.test(message));
    await until('all of it', () => came().length >= 9, 5_000).catch(() => undefined);
    const downs = came().filter(({ message }) => message === 'WM_BUTTONDOWN');
    expect(downs.map(({ button }) => button)).toEqual([1, 3, 2]);
    const ups = came().filter(({ message }) => message === 'WM_BUTTONUP');
    expect(ups.map(({ button }) => button)).toEqual([1, 3, 2]);
    const turns = came().filter(({ message }) => message.endsWith('WHEEL'));
    expect(turns.map(({ message, delta }) => [message, Math.sign(delta)])).toEqual([
      ['WM_MOUSEWHEEL', -1],
      ['WM_MOUSEWHEEL', 1],
      ['WM_MOUSEHWHEEL', 1],
    ]);
  });

  test('another mode of the display is followed, pixel by pixel, and so are clicks', async () => {
    await (await customer()).sharing();
    await operator.takeControl();
    for (const [width, height] of [
      [1024, 768],
      [1280, 800],
    ]) {
      expect(await it.desktop.ask(`mode ${width} ${height}`)).toMatchObject({ refused: 0 });
      await until('the new mode', () => it.desktop.size().width === width);
      await it.pictured();
      expect(await it.size()).toEqual({ width, height });
      await operator.page.mouse.move(...(await operator.placeOf(width - 1, height - 1)));
      await expect.poll(() => it.desktop.ask('where'), { timeout: 5_000 }).toEqual({ x: width - 1, y: height - 1 });
    }
  });

  test('a session that the customer ends by the keyboard leaves nothing behind', async () => {
    await (await customer()).sharing();
    await operator.takeControl();
    computer.xdotool('key', 'ctrl+alt+e');
    await operator.page.getByText(operator.words.ended_console_emergency).first().waitFor();
    await it.press(it.names.close);
    await it.gone();
    expect(it.program.exitCode).toBe(0);
    expect(it.running()).toEqual([]);
    expect(await it.left()).toEqual([]);
  });

  test('a program that was killed leaves nothing, and comes back by one click', async () => {
    await (await customer()).sharing();
    it.program.kill('SIGKILL');
    await it.gone();
    expect(it.running()).toEqual([]);
    expect(await it.left()).toEqual([]);
    await operator.page.getByText(operator.words.customer_lost_title).first().waitFor();
    it.program = it.start();
    await operator.page.getByRole('button', { name: operator.words.rearm }).click();
    await it.press(it.names.allow);
    await it.pictured();
    await it.press(it.names.end);
    await it.press(it.names.close);
    await it.gone();
    expect(await it.left()).toEqual([]);
  });

  test('a second start of the program ends at once and brings the first one forward', async () => {
    await (await customer()).asking();
    await it.desktop.ask('front memo.txt');
    await until('the editor in front', async () => !(await it.desktop.windows()).find(isMain)?.foreground);
    const second = it.start();
    await it.gone(second);
    expect(second.exitCode).toBe(0);
    await it.inFront();
    expect((await it.desktop.windows()).filter(isMain).length).toBe(1);
    await it.press(it.names.allow);
    await it.pictured();
  });

  test.each([
    ['a second download', (name) => [name.replace(/\.exe$/, ' (1).exe'), '.']],
    ['a copy', (name) => [name.replace(/\.exe$/, ' - コピー.exe'), '.']],
    ['a folder with a Japanese name', (name) => [name, '作業用　フォルダー']],
  ])('%s joins as the first one would', async (_what, named) => {
    await (await customer()).downloaded();
    const name = it.executable.split('/').at(-1);
    it.executable = computer.put(it.executable, ...named(name));
    it.program = it.start();
    await it.press(it.names.allow);
    await it.says('state_viewing');
  });

  test('a program that lost its name asks for server and code, and joins by them', async () => {
    await customer();
    await operator.page.goto(`${operator.server}/console?lang=${lang}`);
    const { digits } = await operator.startSession();
    it.executable = computer.put(join(office.folder, 'temoto.exe'), 'サポート.exe', '新しいフォルダー');
    it.program = it.start();
    await it.find('サーバー');
    await it.inFront();
    computer.xdotool('type', '--delay', 30, new URL(operator.server).host);
    computer.xdotool('key', 'Tab');
    computer.xdotool('type', '--delay', 30, digits);
    await it.press('接続');
    await operator.openSession();
    await it.find(it.names.allow);
  });
});
