// What a program left on a Windows computer: every file of the disk and every value of the registry, before and after.
import { lstatSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Places that change by themselves, each with what changes them. Whatever is not in this list counts. */
const FILES = [
  [/^\/users\/[^/]+\/Documents\/memo\.txt$/, 'the work of the customer, in the editor'],
];
const VALUES = [
  // Keys only: a setting that a program changed would be a value in one of them.
  [/\\Software\\Wine\\Temporary System Parameters(\\Control Panel(\\\w+)?)?$/, 'Wine, when a program reads settings of mouse and keyboard; gone with the desktop'],
  [/\\Control\\(Class|Video)\\\{[^}]+\}\\0000 "DriverDateData"$/, 'Wine, which looks at the graphics card whenever a program asks for the display'],
];

export class Traces {
  /** `computer`: a WindowsComputer that runs. */
  static async of(computer) {
    return new Traces(files(computer.prefix), await registry(computer), new Set(readdirSync('/tmp')));
  }

  constructor(files, values, tmp) {
    Object.assign(this, { files, values, tmp });
  }

  /** What is there now and was not before, or is another: a list of sentences, empty if nothing is. */
  since(before) {
    return [
      ...changes('file', before.files, this.files, FILES),
      ...changes('registry', before.values, this.values, VALUES),
      ...[...this.tmp].filter((name) => /temoto_|rust|slint/i.test(name) && !before.tmp.has(name)).map((name) => `file /tmp/${name}`),
    ];
  }
}

function changes(kind, before, after, known) {
  const said = [];
  const told = (key, what) => {
    if (!known.some(([place]) => place.test(key))) said.push(`${kind} ${key}: ${what}`);
  };
  for (const [key, state] of after)
    if (!before.has(key)) told(key, `new, ${state}`);
    else if (before.get(key) !== state) told(key, `${before.get(key)} became ${state}`);
  for (const key of before.keys()) if (!after.has(key)) told(key, 'gone');
  return said;
}

/** Size and time of change of every file of drive C, and every folder. */
function files(prefix) {
  const root = join(prefix, 'drive_c');
  const found = new Map();
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      const { size, mtimeMs } = lstatSync(path);
      found.set(path.slice(root.length), entry.isFile() ? `${size} bytes of ${mtimeMs}` : 'folder');
      if (entry.isDirectory()) walk(path);
    }
  };
  walk(root);
  return found;
}

/** Every value of the registry, by key and name. */
async function registry({ desktop, home }) {
  const found = new Map();
  for (const root of ['HKLM', 'HKCU']) {
    const file = join(home, `${root}.reg`);
    const words = ['export', root, `Z:${file.replaceAll('/', '\\')}`, '/y'];
    // Wine's reg.exe dies now and then where keys come and go while it walks through them. It only reads: what it did not
    // finish is read again, and what is compared is a whole registry.
    await desktop.call('reg', ...words).catch(() => desktop.call('reg', ...words));
    let key = '';
    // A line that ends with a backslash goes on in the next.
    for (const line of readFileSync(file, 'utf16le').replaceAll(/\\\r?\n\s*/g, '').split(/\r?\n/)) {
      if (line.startsWith('[')) {
        key = line.slice(1, -1);
        found.set(key, 'key');
      } else if (line.includes('=')) {
        const [, name, data] = /^("(?:[^"\\]|\\.)*"|@)=(.*)$/.exec(line) ?? [null, line, ''];
        found.set(`${key} ${name}`, data);
      }
    }
    rmSync(file);
  }
  return found;
}
