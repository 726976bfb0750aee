// The disk and registry of a Windows computer: a Wine prefix. The first one takes seconds and is kept; every computer gets a copy,
// whose system files are hard links, in a fraction of one.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, cpSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { writeFonts } from './font.mjs';
import { KEPT, built } from './tools.mjs';

/** Read-only for Wine: copies share them. */
const SHARED = ['Fonts', 'globalization', 'resources', 'system32', 'syswow64', 'winsxs'];
const LOCALES = { ja: 'ja_JP', en: 'en_US' };
/** The desktop on which every program opens. */
export const DESKTOP = 'temoto';

/** What Wine has to find in its environment. `home`: of the customer; the prefix is in it. */
export function environment({ prefix, home, lang, display }) {
  const locale = `${LOCALES[lang]}.UTF-8`;
  const ours = { WINEPREFIX: prefix, HOME: home, LANG: locale, LC_ALL: locale, LOCPATH: locales(), WINEDEBUG: '-all' };
  // Neither .NET nor Gecko is downloaded, and no menu entry is made outside of the prefix.
  const wine = { WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d', WINEARCH: 'win64' };
  const all = { ...process.env, ...ours, ...wine, ...(display ? { DISPLAY: display } : {}) };
  for (const name of ['WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', ...(display ? [] : ['DISPLAY'])]) delete all[name];
  return all;
}

/** Both languages compiled for the C library, where the machine has neither: Wine takes language and code page from it. */
function locales() {
  const folder = join(KEPT, 'locales');
  for (const locale of Object.values(LOCALES)) {
    const done = join(folder, `${locale}.UTF-8`);
    if (existsSync(done)) continue;
    mkdirSync(folder, { recursive: true });
    const aside = `${done}.${process.pid}`;
    execFileSync('localedef', ['--no-archive', '-i', locale, '-f', 'UTF-8', aside], { stdio: 'ignore' });
    if (existsSync(done)) rmSync(aside, { recursive: true });
    else renameSync(aside, done);
  }
  return folder;
}

/** Makes the prefix of a new computer in `folder`. `values` are written into the registry of its user. */
export function makePrefix(folder, values = {}) {
  const base = basePrefix();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(base)) {
    if (name === 'drive_c') continue;
    cpSync(join(base, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
  }
  copyLinking(join(base, 'drive_c'), join(folder, 'drive_c'), 0);
  appendFileSync(join(folder, 'user.reg'), registry(values));
}

/** Copies a folder; what lies in one of the shared folders of `windows` is linked. */
function copyLinking(from, to, depth, shared = false) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [old, young] = [join(from, entry.name), join(to, entry.name)];
    const inWindows = shared || (depth === 1 && from.endsWith('/windows') && SHARED.includes(entry.name));
    if (entry.isDirectory()) copyLinking(old, young, depth + 1, inWindows);
    else if (inWindows) link(old, young);
    else copyFileSync(old, young);
  }
}

function link(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    // Another file system: then it takes its time.
    if (error.code !== 'EXDEV') throw error;
    copyFileSync(from, to);
  }
}

/** Sections as Wine's own registry files have them; a later one adds to an earlier one of the same name. */
function registry(values) {
  const value = (data) => (typeof data === 'number' ? `dword:${data.toString(16).padStart(8, '0')}` : JSON.stringify(data));
  return Object.entries(values)
    .map(([key, entries]) => {
      const lines = Object.entries(entries).map(([name, data]) => `${JSON.stringify(name)}=${value(data)}`);
      return `\n[${key.replaceAll('\\', '\\\\')}] 1\n${lines.join('\n')}\n`;
    })
    .join('');
}

/** The prefix that all others are copies of: one for each version of Wine and of what we do to it. */
function basePrefix() {
  const version = spawnSync('wine', ['--version'], { encoding: 'utf8', env: { ...process.env, WINEDEBUG: '-all' } }).stdout;
  const recipe = ['prefix.mjs', 'font.mjs', '../shim.c'].map((name) => readFileSync(new URL(name, import.meta.url)));
  const key = createHash('sha256').update(version).update(Buffer.concat(recipe)).digest('hex').slice(0, 16);
  const base = join(KEPT, `prefix-${key}`);
  if (existsSync(base)) return base;
  mkdirSync(KEPT, { recursive: true });
  sweep();
  const aside = mkdtempSync(join(KEPT, 'new-prefix-'));
  try {
    install(aside);
    if (!existsSync(base)) renameSync(aside, base);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return base;
}

/** What earlier recipes made, and what runs that were killed left: old enough that nobody else uses it now. */
function sweep() {
  for (const name of readdirSync(KEPT)) {
    const path = join(KEPT, name);
    const old = Date.now() - lstatSync(path).mtimeMs > 24 * 3_600_000;
    if (old && /^(prefix|new-prefix|computer)-/.test(name)) rmSync(path, { recursive: true, force: true });
  }
}

function install(prefix) {
  const env = environment({ prefix, home: prefix, lang: 'ja' });
  execFileSync('wine', ['wineboot', '--init'], { env, stdio: 'ignore', timeout: 180_000 });
  ownFolders(join(prefix, 'drive_c/users'));
  const windows = join(prefix, 'drive_c/windows');
  copyFileSync(built('shim', 'dll'), join(windows, 'system32/bcryptprimitives.dll'));
  for (const word of ['-k', '-w']) spawnSync('wineserver', [word], { env, stdio: 'ignore', timeout: 60_000 });
  copyFileSync('/usr/share/wine/fonts/marlett.ttf', join(windows, 'Fonts/marlett.ttf'));
  const fonts = 'Software\\Microsoft\\Windows NT\\CurrentVersion\\Fonts';
  appendFileSync(join(prefix, 'system.reg'), registry({ [fonts]: writeFonts(join(windows, 'Fonts')) }));
}

/** Wine makes links to the folders of the person who runs the tests. A customer has folders of the own. */
function ownFolders(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const state = lstatSync(path);
    if (state.isSymbolicLink()) {
      rmSync(path);
      mkdirSync(path);
    } else if (state.isDirectory()) ownFolders(path);
  }
}
