// Runs the decoder that was built for WASI on a file of updates. Its clock is the processor time of this process, so
// that other work on the machine does not count.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { WASI } from 'node:wasi';

const [program, file, times] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: ['decode', `/in/${basename(file)}`, times],
  env: {},
  preopens: { '/in': dirname(file) },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(program));
const imports = wasi.getImportObject();
let memory;
imports.wasi_snapshot_preview1.clock_time_get = (_clock, _precision, out) => {
  const { user, system } = process.cpuUsage();
  new DataView(memory.buffer).setBigUint64(out, BigInt(user + system) * 1000n, true);
  return 0;
};
const instance = await WebAssembly.instantiate(module, imports);
memory = instance.exports.memory;
process.exitCode = wasi.start(instance);
