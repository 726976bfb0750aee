// The customer's Windows computer of `cargo xtask demo --windows`, for a person: a Wine desktop on a display that is there, and programs
// that the customer's browser downloads start on it.
//
// usage: node desktop.mjs '{ "display", "lang", "home", "ready" }'
// Makes the file `ready` when all is there; lives until it is told to stop.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { WindowsComputer } from './lib/computer.mjs';

const { display, lang, home, ready } = JSON.parse(process.argv[2]);
const SIZE = [900, 640];
/** Kinds under which a program for Windows is known. */
const KINDS = ['application/x-msdownload', 'application/x-dosexec', 'application/x-ms-dos-executable', 'application/vnd.microsoft.portable-executable'];

/** Opening such a file, in the browser or a file manager, starts it in this Wine. */
function openPrograms(environment) {
  const names = ['WINEPREFIX', 'WINEDLLOVERRIDES', 'WINEDEBUG', 'LANG', 'LC_ALL', 'LOCPATH', 'HOME'];
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const launcher = join(home, '.open-program');
  writeFileSync(launcher, `#!/bin/sh\n${names.map((name) => `export ${name}=${quoted(environment[name])}`).join('\n')}\nexec wine "$1"\n`);
  chmodSync(launcher, 0o755);
  const applications = join(home, '.local/share/applications');
  mkdirSync(applications, { recursive: true });
  const entry = ['[Desktop Entry]', 'Type=Application', 'Name=Windows', `Exec=${launcher} %f`, `MimeType=${KINDS.join(';')};`];
  writeFileSync(join(applications, 'windows.desktop'), `${entry.join('\n')}\n`);
  const defaults = ['[Default Applications]', ...KINDS.map((kind) => `${kind}=windows.desktop`)];
  mkdirSync(join(home, '.config'), { recursive: true });
  writeFileSync(join(home, '.config/mimeapps.list'), `${defaults.join('\n')}\n`);
}

// It may be stopped while it starts, which is what takes longest.
const starting = WindowsComputer.start({ lang, display, size: SIZE });
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await starting.then(
      (computer) => computer.stop(),
      () => undefined,
    );
    process.exit(0);
  });
const computer = await starting;

// One Downloads folder, seen from both sides.
rmSync(join(home, 'Downloads'), { recursive: true, force: true });
symlinkSync(computer.downloads, join(home, 'Downloads'));
openPrograms(computer.desktop.environment);
computer.xdotool('search', '--name', 'Wine desktop$', 'windowmove', 770, 24);
computer.run('explorer', [`C:\\users\\${basename(computer.user)}\\Downloads`]);
writeFileSync(ready, '');
setInterval(() => undefined, 60_000);
