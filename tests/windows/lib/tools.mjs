// Small Windows programs of the tests, and where what is built for the tests lies.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
export const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
/** Everything that takes long to make and is the same for every test. */
export const KEPT = join(TARGET, 'windows');

const COMPILER = 'x86_64-w64-mingw32-gcc';
const PARTS = [COMPILER, 'wine', 'wineserver', 'Xtigervnc', 'openbox', 'xdotool', 'import', 'xwininfo', 'localedef'];
const FONT = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';

/** Names of programs and files that a Windows computer of the tests needs and this machine lacks. */
export const missing = () => {
  const folders = process.env.PATH.split(':');
  const lacks = PARTS.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return existsSync(FONT) ? lacks : [...lacks, FONT];
};

/** Programs that are started without a console take their words in UTF-16. */
const WINDOWED = { probe: ['-mwindows', '-municode'] };

/** Compiles `name.c` of this folder, unless that was done since it was changed; gives the file. */
export function built(name, kind = 'exe') {
  const source = join(HERE, `${name}.c`);
  const program = join(KEPT, `${name}.${kind}`);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  mkdirSync(KEPT, { recursive: true });
  const words = kind === 'dll' ? ['-shared'] : (WINDOWED[name] ?? []);
  const libraries = ['-ladvapi32', '-lgdi32', '-luser32'];
  // Built aside and renamed: a second test may be about to start it.
  const aside = `${program}.${process.pid}`;
  execFileSync(COMPILER, ['-O2', '-s', '-Wall', '-Wextra', '-Werror', ...words, '-o', aside, source, ...libraries], { stdio: 'inherit' });
  renameSync(aside, program);
  return program;
}
