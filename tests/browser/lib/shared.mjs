// A session with the customer's program in it, played through its real parts: what every story about it begins with.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from './browser.mjs';
import { Customer } from './customer.mjs';

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
/** The customers' programs, as the server knows them. */
const PROGRAMS = {
  linux: { system: 'linux-x86_64', name: 'temoto', path: process.env.TEMOTO_PROGRAM ?? join(TARGET, 'programs/temoto') },
  windows: { system: 'windows-x86_64', name: 'temoto.exe', path: process.env.TEMOTO_WINDOWS_PROGRAM ?? join(TARGET, 'programs/temoto.exe') },
};
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const BUTTON = 'push button|button';

/** Whether the customer's program is built. One that was named must be there. */
export const programBuilt = (kind = 'linux') => {
  const named = kind === 'linux' ? process.env.TEMOTO_PROGRAM : process.env.TEMOTO_WINDOWS_PROGRAM;
  const there = existsSync(PROGRAMS[kind].path);
  if (named && !there) throw new Error(`there is no ${named}`);
  return there;
};

/** A folder as `serve --programs` takes it, with a copy of the program: it may be built anew meanwhile. */
export function programs(kind = 'linux') {
  const folder = mkdtempSync(join(tmpdir(), 'temoto-programs-'));
  const { system, name, path } = PROGRAMS[kind];
  const copy = join(folder, name);
  copyFileSync(path, copy);
  const sha256 = createHash('sha256').update(readFileSync(copy)).digest('hex');
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ programs: [{ system, name, bytes: statSync(copy).size, sha256 }] }));
  return folder;
}

const WORDS = {
  ja: {
    allow: '許可',
    decline: '拒否',
    close: '閉じる',
    end: 'セッションを終了',
    withdraw: '操作を取り消す',
    giveView: '表示を許可する',
    giveControl: '操作を許可する',
    giveFilesIn: 'ファイルを置くことと、フォルダーの変更を許可する',
    giveFilesOut: 'フォルダーを見ることと、ファイルを渡すことを許可する',
    withdrawFilesIn: 'ファイルを置く許可を取り消す',
    withdrawFilesOut: 'ファイルを渡す許可を取り消す',
    givePaste: 'クリップボードに文字や画像を入れることを許可する',
    giveCopies: 'コピーした内容を渡すことを許可する',
    withdrawCopies: 'コピーした内容を渡す許可を取り消す',
    chat: 'チャット',
    yours: 'あなたが操作中',
  },
  en: {
    allow: 'Allow',
    decline: 'Decline',
    close: 'Close',
    end: 'End session',
    withdraw: 'Withdraw control',
    giveView: 'Allow view',
    giveControl: 'Allow control',
    giveFilesIn: 'Allow putting files here and changing folders',
    giveFilesOut: 'Allow looking into folders and taking files',
    withdrawFilesIn: 'Withdraw putting files here',
    withdrawFilesOut: 'Withdraw taking files',
    givePaste: 'Allow putting text and pictures on your clipboard',
    giveCopies: 'Allow taking what you copy',
    withdrawCopies: 'Withdraw taking what you copy',
    chat: 'Chat',
    yours: 'You have the mouse',
  },
};

const same = (a, b) => a.length === b.length && a.every((value, at) => value === b[at]);

export class Shared {
  constructor({ operator, computer }) {
    Object.assign(this, { operator, computer, lang: operator.lang, names: WORDS[operator.lang] });
  }

  get desktop() {
    return this.computer.desktop;
  }

  /** Operator and customer are in the session; nothing is shared. */
  async paired() {
    const { operator, lang } = this;
    await operator.page.goto(`${operator.server}/console?lang=${lang}`);
    const { digits } = await operator.startSession();
    const { userAgent } = this.computer;
    this.customer = await Customer.open({ server: operator.server, executablePath, lang, userAgent });
    await this.customer.goToJoin();
    await this.customer.connect(digits);
    await this.customer.paired();
    await operator.openSession();
    return this;
  }

  /** The program runs and asks for permission. */
  async asking() {
    await this.paired();
    const folder = join(this.computer.home, 'Downloads');
    const { path } = await this.customer.download(folder);
    const unpacked = spawnSync('tar', ['-xf', path, '-C', folder, '-v'], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
    this.executable = join(folder, unpacked.stdout.trim().split('\n').at(-1));
    this.before = this.computer.state();
    this.program = this.start();
    await this.find(this.names.allow);
    return this;
  }

  /** The operator sees the screen. */
  async sharing() {
    await this.asking();
    await this.press(this.names.allow);
    await this.pictured();
    return this;
  }

  /** The downloaded file, once more. */
  start() {
    return this.computer.run(this.executable, ['--lang', this.lang], { stdio: ['ignore', 'inherit', 'inherit'] });
  }

  find(name, role = BUTTON) {
    return this.desktop.find(role, name, 30);
  }

  /** The customer presses a button of the program. */
  press(name) {
    return this.desktop.press(BUTTON, name, 30);
  }

  /** The customer allows files both ways. */
  async allowsFiles() {
    await this.press(this.names.giveFilesIn);
    await this.press(this.names.giveFilesOut);
  }

  /** Where a button of the program stands: its middle. */
  async spot(name) {
    const { x, y, width, height } = await this.desktop.where(BUTTON, name, 30);
    return [x + Math.floor(width / 2), y + Math.floor(height / 2)];
  }

  /** Waits until the canvas shows, pixel by pixel, what another program sees on the still screen. */
  async pictured(withinMs = 60_000) {
    let last = 'nothing was shown';
    const equal = async () => {
      const one = await this.desktop.capture();
      const { width, height } = one;
      const rect = { x: 0, y: 0, width, height };
      const size = await this.size();
      if (size.width !== width || size.height !== height) {
        last = `the canvas has ${size.width} x ${size.height}, the screen ${width} x ${height}`;
        return false;
      }
      const shown = await this.operator.pixels(rect);
      const two = await this.desktop.capture();
      if (!same(one.pixels, two.pixels)) {
        last = 'the screen is not still';
        return false;
      }
      last = `${shown.reduce((count, value, at) => count + (value === one.pixels[at] ? 0 : 1), 0)} pixels differ`;
      return same(shown, one.pixels);
    };
    await until('the same picture', equal, withinMs, 100).catch((error) => {
      throw new Error(`${error.message}: ${last}`);
    });
  }

  size() {
    return this.operator.canvas().evaluate(({ width, height }) => ({ width, height }));
  }

  /** The operator's Control button. */
  control() {
    return this.operator.page.getByRole('button', { name: this.operator.words.control, exact: true });
  }

  /** Whether that button is pressed, as an attribute has it. */
  pressed() {
    return this.control().getAttribute('aria-pressed');
  }

  /** The operator has the control of a shared screen and the keyboard in the terminal. */
  async controlling() {
    await this.sharing();
    await this.operator.takeControl();
    await this.clickInto('terminal');
    await this.types('before');
  }

  /** Waits for what the toolbar says about the session. */
  async says(key, withinMs = 30_000) {
    const toolbar = this.operator.page.getByRole('toolbar', { name: this.operator.words.session_toolbar });
    await toolbar.getByText(this.operator.words[key], { exact: true }).waitFor({ timeout: withinMs });
  }

  /** The operator clicks into a window of the customer. */
  async clickInto(name) {
    const [x, y] = await this.computer.middle(name);
    await this.operator.clickRemote(x, y);
    await until(`${name} has the focus`, () => this.computer.focused().includes(name));
  }

  /** The operator's keys go to the other computer. */
  async hands() {
    await this.operator.page.getByLabel(this.operator.words.remote_input).focus();
  }

  /** The operator types letters into the terminal, and exactly they arrive after what was there. */
  async types(letters) {
    const before = this.computer.typed();
    await this.operator.typeKeys(letters);
    await until(`"${letters}" typed`, () => this.computer.typed().length >= before.length + letters.length, 10_000).catch(
      (error) => {
        throw new Error(`${error.message}: the terminal has ${JSON.stringify(this.computer.typed())}`);
      },
    );
    expect(this.computer.typed()).toBe(before + letters);
  }

  /** `rawKeyDown` or `keyUp` of a key by its place on the keyboard, whatever letter it has: browsers' own tests know no Japanese keys. */
  async key(type, code) {
    this.devtools ??= await this.operator.context.newCDPSession(this.operator.page);
    await this.devtools.send('Input.dispatchKeyEvent', { type, code, key: 'Unidentified', windowsVirtualKeyCode: 0 });
  }

  /** Presses a key by its place on the keyboard. */
  async strike(code) {
    for (const type of ['rawKeyDown', 'keyUp']) await this.key(type, code);
  }

  /** Waits until all processes of the program are gone. */
  async gone(program = this.program, withinMs = 20_000) {
    await until('the program to go', () => program.exitCode !== null || program.signalCode !== null, withinMs);
  }

  /** Process ids of programs that run from the downloaded file. */
  running() {
    const { stdout } = spawnSync('ps', ['-eo', 'pid,args', '--no-headers'], { encoding: 'utf8' });
    const lines = stdout.split('\n').filter((line) => line.includes(this.executable));
    return lines.map((line) => Number(line.trim().split(/\s+/)[0]));
  }

  /** Pictures of all three screens of a story that failed, into a folder that it names. */
  async witness({ name, result }) {
    if (result?.state !== 'fail') return;
    const folder = join(tmpdir(), 'temoto-failed');
    mkdirSync(folder, { recursive: true });
    const path = (end) => join(folder, `${name.replace(/\W+/g, '-').slice(0, 60)}-${end}.png`);
    for (const [end, page] of [['operator', this.operator.page], ['customer', this.customer?.page]])
      await page?.screenshot({ path: path(end) }).catch(() => undefined);
    try {
      this.desktop.screenshot(path('desktop'));
    } catch {
      // Without a display there is nothing to see.
    }
    process.stderr.write(`pictures of "${name}" are in ${folder}\n`);
  }

  /** Ends what is left of a story, however it went. */
  async close() {
    for (const pid of this.executable ? this.running() : []) process.kill(pid, 'SIGKILL');
    await this.customer?.close();
    const { page, words } = this.operator;
    const end = page.getByRole('button', { name: words.end_session, exact: true }).first();
    if (await end.isVisible().catch(() => false)) await this.operator.endSession().catch(() => undefined);
  }
}
