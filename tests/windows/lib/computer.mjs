// A customer's Windows computer for tests: an X server, a window manager, a Wine desktop that fills the screen, and an editor with a
// file open in it. Everything that is started here is stopped by its process id, and Wine by its prefix.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { until } from '../../browser/lib/browser.mjs';
import { jsonLines } from '../../browser/lib/lines.mjs';
import { xServer } from '../../browser/lib/xserver.mjs';
import { WineDesktop } from './desktop.mjs';
import { DESKTOP, environment, makePrefix } from './prefix.mjs';
import { KEPT, built } from './tools.mjs';

export const EDITOR = 'memo.txt';
/** Points per inch of 100 %. */
const WHOLE = 96;

/** As which the customer's browser comes: the join page offers the program of the system that it sees. */
const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export class WindowsComputer {
  /** `display`: an X display that is there; else one is made. `scale`: 1, 1.25, 1.5 or 2. `editor`: whether the customer has a file open. */
  static async start({ lang, scale = 1, size = [1280, 800], display = null, editor = true }) {
    mkdirSync(KEPT, { recursive: true });
    const computer = new WindowsComputer(mkdtempSync(join(KEPT, 'computer-')), lang);
    try {
      await computer.#start({ scale, size, display, editor });
    } catch (error) {
      await computer.stop();
      throw error;
    }
    return computer;
  }

  #running = [];

  constructor(home, lang) {
    Object.assign(this, { home, lang, prefix: join(home, 'prefix'), userAgent: USER_AGENT });
  }

  async #start({ scale, size, display, editor }) {
    const [width, height] = size;
    makePrefix(this.prefix, {
      // Without this every program would have an X window of its own instead of a place on one desktop.
      'Software\\Wine\\Explorer': { Desktop: DESKTOP },
      'Software\\Wine\\Explorer\\Desktops': { [DESKTOP]: `${width}x${height}` },
      // A caret that blinks would never let the screen be still.
      'Control Panel\\Desktop': { LogPixels: Math.round(WHOLE * scale), CursorBlinkRate: '-1' },
      // The editor's own face has no Japanese where the system is English.
      'Software\\Microsoft\\Notepad': { lfFaceName: 'Yu Gothic UI' },
    });
    // Wine makes the customer's trash in there, not the folder itself; without one the recycle bin keeps nothing.
    mkdirSync(join(this.home, '.local/share'), { recursive: true });
    const users = join(this.prefix, 'drive_c/users');
    const user = readdirSync(users).find((name) => name !== 'Public');
    this.user = join(users, user);
    this.downloads = join(this.user, 'Downloads');
    this.memo = join(this.user, 'Documents', EDITOR);
    // With the mark of UTF-8: without one the editor saves in the code page of the system, which may have no Japanese.
    writeFileSync(this.memo, '\uFEFF');
    const own = (child) => this.#own(child);
    this.display = display ?? (await xServer(own, size)).display;
    const env = environment({ prefix: this.prefix, home: this.home, lang: this.lang, display: this.display });
    this.desktop = new WineDesktop(env);
    if (!display) this.#own(spawn('openbox', [], { env, stdio: 'ignore' }));
    this.#own(await this.desktop.open());
    if (!editor) return;
    await this.edit();
    // Beside the window of the program and under its bar.
    await this.desktop.ask(`move ${Math.floor(width * 0.45)} ${Math.floor(height * 0.2)} ${Math.floor(width / 2)} ${Math.floor(height / 2)} ${EDITOR}`);
  }

  #own(child) {
    this.#running.push(child);
    child.on('error', () => undefined);
    return child;
  }

  /** Starts a program for Windows; it is stopped with the computer. */
  run(program, parameters = [], options = {}) {
    return this.#own(this.desktop.start(program, parameters, options));
  }

  /** Opens the customer's file in an editor of its own. */
  async edit() {
    this.run('notepad', [`C:\\users\\${basename(this.user)}\\Documents\\${EDITOR}`]);
    await this.desktop.window(EDITOR);
  }

  /** Starts the probe (probe.c), which writes what it is told by Windows; gives the lines so far. */
  async probe() {
    const log = join(this.home, 'probe.jsonl');
    writeFileSync(log, '');
    this.run(built('probe'), [`Z:${log.replaceAll('/', '\\')}`]);
    const lines = () => jsonLines(log);
    // It has the keyboard from then on.
    await until('the probe', () => lines().some(({ message }) => message === 'ready'));
    return { lines };
  }

  xdotool(...words) {
    return execFileSync('xdotool', words.map(String), { env: this.desktop.environment, encoding: 'utf8' }).trim();
  }

  /** The text in the editor's file, as Windows' editors write it: with or without a mark at its head. */
  saved() {
    const bytes = readFileSync(this.memo);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le').replaceAll('\r\n', '\n');
    if (bytes[0] === 0xef && bytes[1] === 0xbb) return bytes.subarray(3).toString('utf8').replaceAll('\r\n', '\n');
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
    } catch {
      return new TextDecoder('shift_jis').decode(bytes).replaceAll('\r\n', '\n');
    }
  }

  /** Puts a file into the customer's Downloads folder, under a name and in a folder below it; gives its path. */
  put(file, name, folder = '.') {
    mkdirSync(join(this.downloads, folder), { recursive: true });
    const path = join(this.downloads, folder, name);
    copyFileSync(file, path);
    return path;
  }

  async stop() {
    if (this.desktop) {
      const env = this.desktop.environment;
      spawnSync('wineserver', ['-k'], { env, stdio: 'ignore', timeout: 20_000 });
      spawnSync('wineserver', ['-w'], { env, stdio: 'ignore', timeout: 20_000 });
    }
    for (const child of this.#running.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
