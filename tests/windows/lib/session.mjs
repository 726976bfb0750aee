// A session with the program on Windows in it: what every story about it begins with, as tests/browser/lib/shared.mjs on Linux.
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';

import { until } from '../../browser/lib/browser.mjs';
import { Shared } from '../../browser/lib/shared.mjs';
import { isMain } from './controls.mjs';
import { Traces } from './traces.mjs';

export class Session extends Shared {
  /** Operator and customer are in the session, and the program lies in the Downloads folder. */
  async downloaded() {
    await this.paired();
    const { path } = await this.customer.download(this.computer.downloads);
    this.executable = path;
    return this;
  }

  /** The program runs and asks for permission. */
  async asking() {
    await this.downloaded();
    this.before = await Traces.of(this.computer);
    this.program = this.start();
    await this.find(this.names.allow);
    return this;
  }

  /** The customer answers the question that is open, and the operator reads of it. */
  async allows(told) {
    await this.press(this.names.allow);
    await this.operator.log().getByText(this.operator.words[told]).last().waitFor({ timeout: 10_000 });
  }

  /** Files are asked for one way after the other. */
  async allowsFiles() {
    await this.allows('event_files_in_granted');
    await this.allows('event_files_out_granted');
  }

  /** What is there of the program and was not before. */
  async left() {
    return (await Traces.of(this.computer)).since(this.before);
  }

  /** Waits until the program's first window is the one in front. */
  async inFront() {
    await until('the program in front', async () => (await this.desktop.windows()).find(isMain)?.foreground);
  }

  /** Process ids of Wine's programs that run from the downloaded file; Wine tells their paths as Windows writes them. */
  running() {
    const { stdout } = spawnSync('ps', ['-eo', 'pid,args', '--no-headers'], { encoding: 'utf8' });
    const lines = stdout.split('\n').filter((line) => line.includes(basename(this.executable)));
    return lines.map((line) => Number(line.trim().split(/\s+/)[0]));
  }
}
