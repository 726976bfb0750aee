// A real mail server for stories (mailbox.py), and what arrived there.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from './browser.mjs';
import { jsonLines } from './lines.mjs';

const PROGRAM = fileURLToPath(new URL('../mailbox.py', import.meta.url));
// Debian's packages are for Debian's Python.
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

export class Mailbox {
  static async start() {
    const mailbox = new Mailbox(mkdtempSync(join(tmpdir(), 'temoto-mail-')));
    let said = '';
    mailbox.process.stdout.on('data', (words) => (said += words));
    await until('the mail server listens', () => said.endsWith('\n'));
    mailbox.port = Number(said);
    return mailbox;
  }

  constructor(folder) {
    this.folder = folder;
    this.file = join(folder, 'mails.jsonl');
    this.process = spawn(PYTHON, [PROGRAM, this.file], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Flags for a server that sends its mail here. */
  get flags() {
    const from = ['--mail-from', 'Temoto <support@example.com>'];
    return ['--mail-server', `127.0.0.1:${this.port}`, '--mail-security', 'none', ...from];
  }

  all() {
    return existsSync(this.file) ? jsonLines(this.file) : [];
  }

  /** The newest mail to this address with these words in its subject, once it has arrived. */
  mail(to, words) {
    const fits = (mail) => mail.to.includes(to) && mail.subject.includes(words);
    return until(`a mail to ${to}: ${words}`, () => this.all().findLast(fits));
  }

  /** Where the button of a mail leads. */
  async link(to, words) {
    const { html } = await this.mail(to, words);
    return html.match(/href="([^"]+)"/)[1].replaceAll('&amp;', '&');
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.stdin.end();
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
