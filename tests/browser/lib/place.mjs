// The customer's computer of the demonstration on Linux: what demo.mjs does there, and only there. tests/windows/lib/place.mjs has the same.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Desktop } from './desktop.mjs';

// What text editor, window manager, font library and the accessibility of the editor's toolkit write for themselves below the home folder.
const OTHERS = /^\/(\.config\/(Mousepad|dconf|openbox|gtk-3\.0)|\.local\/share\/(recently-used\.xbel|Mousepad|gvfs-metadata)|\.cache\/(fontconfig|openbox|dconf))(\/|$)|^\/\.cache\/at-spi2-socket-/;

export class Place {
  /** The computer runs already; `config` says where. */
  static async open(config) {
    return new Place(config);
  }

  constructor({ display, bus, home, downloads, memo, editor, lang }) {
    Object.assign(this, { home, downloads, memo, editor });
    const locale = lang === 'ja' ? 'ja_JP.UTF-8' : 'C.UTF-8';
    this.desktop = new Desktop({ DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: bus, HOME: home, LANG: locale });
  }

  /** The text in the editor's file. */
  saved() {
    return readFileSync(this.memo, 'utf8');
  }

  /** From the download to the program. */
  unpack({ name, path }) {
    if (!name.endsWith('.tar')) return path;
    const unpacked = spawnSync('tar', ['-xf', path, '-C', this.downloads, '-v'], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
    return join(this.downloads, unpacked.stdout.trim().split('\n').at(-1));
  }

  emptyTrash(name) {
    return emptyTrash(this.home, name);
  }

  /** Everything that a program of ours could change. */
  async traces() {
    return {
      files: new Map([...files(this.home), ...files('/dev/shm')]),
      tmp: new Set(readdirSync('/tmp')),
      settings: this.desktop.settings(),
    };
  }

  /** What a program of ours left since then: everything is compared with what was there before it was started. */
  async leftBehind(before, executable) {
    const now = await this.traces();
    const left = [];
    for (const [path, state] of now.files) {
      // The editor's own file and traces are the customer's work, and fonts are indexed by whoever needs them first.
      if (path === this.memo || OTHERS.test(path.slice(this.home.length))) continue;
      if (before.files.get(path) !== state) left.push(`file ${path}`);
    }
    for (const line of processes(executable)) left.push(`process ${line.trim()}`);
    for (const entry of now.tmp) if (/temoto/i.test(entry) && !before.tmp.has(entry)) left.push(`file /tmp/${entry}`);
    if (now.settings !== before.settings) left.push('settings of the display');
    return left;
  }

  /** What was started outside of here is stopped there. */
  async close() {}
}

/** Throws away for good what begins with this name in the trash of this home, which Wine's recycle bin is too; whether there was any. */
export function emptyTrash(home, name) {
  const empty = (part) => {
    const folder = join(home, '.local/share/Trash', part);
    const found = existsSync(folder) ? readdirSync(folder).filter((entry) => entry.startsWith(name)) : [];
    for (const entry of found) rmSync(join(folder, entry), { recursive: true });
    return found.length > 0;
  };
  return ['info', 'files'].map(empty).every(Boolean);
}

/** Every file below `folder` with its size and time of change. */
function files(folder) {
  const found = new Map();
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else found.set(path, entry.isFile() ? `${statSync(path).size} ${statSync(path).mtimeMs}` : 'special');
    }
  };
  walk(folder);
  return found;
}

/** Command lines of running processes that hold `text`. */
export function processes(text) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid,args', '--no-headers'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text) && !line.includes('demo.mjs'));
}
