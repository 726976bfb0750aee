// A customer's computer of its own for stories: an X server, a session bus with accessibility, a window manager, an editor and a
// terminal that keeps every letter typed into it. Everything that is started here is stopped by its process id.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from './browser.mjs';
import { Desktop } from './desktop.mjs';
import { xServer } from './xserver.mjs';

const MARKS = fileURLToPath(new URL('../marks.py', import.meta.url));
const HELD = fileURLToPath(new URL('../held.py', import.meta.url));
const PARTS = ['Xtigervnc', 'openbox', 'dbus-daemon', 'dbus-send', 'mousepad', 'xterm', 'xdotool', 'xclip', 'import', 'xrandr'];

/** Names of programs that a computer needs and this machine lacks. */
export const missing = () =>
  PARTS.filter((name) => !process.env.PATH.split(':').some((folder) => existsSync(join(folder, name))));

export class Computer {
  static async start({ lang }) {
    const computer = new Computer(mkdtempSync(join(tmpdir(), 'temoto-computer-')), lang);
    try {
      await computer.#start();
    } catch (error) {
      await computer.stop();
      throw error;
    }
    return computer;
  }

  #running = [];

  constructor(home, lang) {
    Object.assign(this, { home, lang, memo: join(home, 'memo.txt'), log: join(home, 'typed') });
  }

  async #start() {
    for (const folder of ['.config/gtk-3.0', 'Downloads', 'tmp']) mkdirSync(join(this.home, folder), { recursive: true });
    // A caret that blinks would never let the screen be still.
    writeFileSync(join(this.home, '.config/gtk-3.0/settings.ini'), '[Settings]\ngtk-cursor-blink = false\n');
    for (const file of [this.memo, this.log]) writeFileSync(file, '');
    const { display } = await xServer((child) => this.#own(child));
    const bus = `unix:path=${join(this.home, '.bus')}`;
    const ours = {
      DISPLAY: display,
      DBUS_SESSION_BUS_ADDRESS: bus,
      HOME: this.home,
      TMPDIR: join(this.home, 'tmp'),
      GSETTINGS_BACKEND: 'memory',
      LANG: this.lang === 'ja' ? 'ja_JP.UTF-8' : 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
    };
    this.desktop = new Desktop(ours);
    for (const name of ['WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR']) delete this.desktop.environment[name];
    this.run('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--address', bus]);
    const status = ['--dest=org.a11y.Bus', '/org/a11y/bus', 'org.freedesktop.DBus.Properties.Set'];
    const enabled = ['string:org.a11y.Status', 'string:IsEnabled', 'variant:boolean:true'];
    // Its socket is there a moment before it listens.
    await until('the session bus', () => {
      try {
        return this.#call('dbus-send', ['--session', '--print-reply', ...status, ...enabled]);
      } catch {
        return null;
      }
    });
    this.run('openbox');
    this.run('mousepad', ['--disable-server', this.memo]);
    const keep = `stty -icanon min 1; exec cat > ${this.log}`;
    this.run('xterm', ['-T', 'terminal', '-geometry', '60x10+40+560', '-e', 'sh', '-c', keep]);
    const { id } = await this.desktop.window('memo.txt');
    this.xdotool('windowsize', '--sync', id, 560, 360, 'windowmove', '--sync', id, 40, 80);
    await this.desktop.window('terminal');
  }

  #own(child) {
    this.#running.push(child);
    child.on('error', () => undefined);
    return child;
  }

  #call(program, parameters) {
    return execFileSync(program, parameters, { env: this.desktop.environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Starts a program of the customer; it is stopped with the computer. */
  run(program, parameters = [], options = {}) {
    return this.#own(this.desktop.start(program, parameters, { cwd: this.home, ...options }));
  }

  /** A folder of this computer's, made and known as its desktop. */
  desk(name = 'デスクトップ') {
    const folder = join(this.home, name);
    mkdirSync(folder);
    writeFileSync(join(this.home, '.config/user-dirs.dirs'), `XDG_DESKTOP_DIR="$HOME/${name}"\n`);
    return folder;
  }

  xdotool(...words) {
    return this.#call('xdotool', words.map(String)).trim();
  }

  /** Another mode of the only monitor. */
  mode(width, height) {
    this.#call('xrandr', ['-s', `${width}x${height}`]);
  }

  /** Several monitors on the one screen that the X server has: `[name, x, y, width, height]`, the first one primary. Others go. */
  monitors(wanted) {
    this.desktop.monitors(wanted);
  }

  /** Windows of one color over `[x, y, width, height, color]`, above everything; the places at which a button was pressed on them. */
  async marks(parts) {
    const marks = { places: [], child: this.run('/usr/bin/python3', [MARKS, ...parts.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] }) };
    let text = '';
    marks.child.stdout.on('data', (more) => {
      text += more;
      // The last one may be half of a line.
      marks.places = text.split('\n').slice(1, -1).map((line) => line.split(' ').map(Number));
    });
    await until('the marks', () => text.startsWith('ready'));
    return marks;
  }

  /** Keys and buttons that are down, and where the pointer is, as the X server itself knows. */
  held() {
    return JSON.parse(this.#call('/usr/bin/python3', [HELD]));
  }

  /** All that was typed into the terminal, letter by letter. */
  typed() {
    return readFileSync(this.log, 'utf8');
  }

  /** Title of the window that has the keyboard; empty for none. */
  focused() {
    try {
      return this.#call('xdotool', ['getactivewindow', 'getwindowname']).trim();
    } catch {
      return '';
    }
  }

  /** The middle of a window. */
  async middle(name) {
    const { x, y, width, height } = await this.desktop.window(name);
    return [x + Math.floor(width / 2), y + Math.floor(height / 2)];
  }

  /** Title of the window in front of all others but docks. */
  front() {
    const list = this.#call('xprop', ['-root', '-notype', '_NET_CLIENT_LIST_STACKING']);
    const ids = list.match(/0x[0-9a-f]+/g) ?? [];
    const docked = (id) => this.#call('xprop', ['-id', id, '-notype', '_NET_WM_WINDOW_TYPE']).includes('_DOCK');
    const top = ids.reverse().find((id) => !docked(id));
    return top ? this.xdotool('getwindowname', top) : '';
  }

  /** What a program could leave behind, for a comparison. */
  state() {
    const files = new Map();
    const walk = (at) => {
      for (const entry of readdirSync(at, { withFileTypes: true })) {
        const path = join(at, entry.name);
        // What the desktop's own parts keep is not ours.
        if (['.cache', '.config', '.local', '.dbus'].includes(entry.name)) continue;
        if (entry.isDirectory()) walk(path);
        else files.set(path, entry.isFile() ? `${statSync(path).size}` : 'special');
      }
    };
    walk(this.home);
    const held = this.held();
    return { files: [...files].sort(), settings: this.desktop.settings(), keys: held.keys, buttons: held.buttons };
  }

  async stop() {
    for (const child of this.#running.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
