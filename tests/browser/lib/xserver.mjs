// An X server of a test's own, on a display that it chooses itself, whose modes can be changed.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { until } from './browser.mjs';

const MONITORS = fileURLToPath(new URL('../monitors.py', import.meta.url));

/** Starts one; `own` takes the process, to stop it. Gives the display. */
export async function xServer(own, [width, height] = [1280, 800]) {
  const port = await freePort();
  const rfb = ['-SecurityTypes', 'None', '-localhost', '-rfbport', String(port), '-AlwaysShared'];
  const screen = ['-geometry', `${width}x${height}`, '-depth', '24', '-nolisten', 'tcp', '-displayfd', '1'];
  const server = spawn('Xtigervnc', [...screen, ...rfb], { stdio: ['ignore', 'pipe', 'ignore'] });
  own(server);
  let number = '';
  server.stdout.on('data', (text) => (number += text));
  await until('the X server', () => number.endsWith('\n') || server.exitCode !== null);
  if (!number) throw new Error('the X server does not start');
  return { display: `:${number.trim()}` };
}

/** Monitors as RANDR has them, `[name, x, y, width, height]`, the first one primary; none: the screen is one again. */
export function monitors(environment, wanted) {
  execFileSync('/usr/bin/python3', [MONITORS, ...wanted.map(String)], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
