// Runs one program for Windows to its end on a Windows computer of its own, and ends as it did: what cargo calls for the borders' own tests
// on Windows (`cargo xtask test --only windows`). What the program writes is passed on.
//
// usage: node inside.mjs PROGRAM [WORD...]
// By hand: CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER="node $PWD/tests/windows/inside.mjs" cargo test --target x86_64-pc-windows-gnu -p ...
import { WindowsComputer } from './lib/computer.mjs';
import { missing } from './lib/tools.mjs';

const [program, ...words] = process.argv.slice(2);
/** Tests of one border take seconds; what takes this long waits for something that does not come. */
const LONGEST_MS = 180_000;

const lacks = missing();
if (lacks.length > 0) {
  process.stderr.write(`not there: ${lacks.join(', ')}\n`);
  process.exit(1);
}

// It may be stopped while it starts, which is what takes longest.
const starting = WindowsComputer.start({ lang: 'ja', editor: false });
const stop = () =>
  starting.then(
    (computer) => computer.stop(),
    () => undefined,
  );
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop().then(() => process.exit(1)));

let code = 1;
try {
  const computer = await starting;
  code = await ended(computer.run(program, words, { stdio: 'inherit' }));
} catch (error) {
  process.stderr.write(`${program}: ${error?.stack ?? error}\n`);
} finally {
  await stop();
}
process.exit(code);

/** The exit code of a process; one that does not end in time has failed, and goes with the computer. */
function ended(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`still runs after ${LONGEST_MS / 1_000} s`)), LONGEST_MS);
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(late);
      resolve(status ?? 1);
    });
  });
}
