// A server of its own for stories in the browser: data folder in a temporary place, one operator, killed and started again at will.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from './browser.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
export const PROGRAM = process.env.TEMOTO_SERVER_PROGRAM ?? join(TARGET, 'debug/temoto-server');
const PAGES = join(ROOT, 'web/portal/build');

export const EMAIL = 'hanako@example.com';
export const PASSWORD = 'correct horse 8 staple';

/** Whether server and pages are built. A server that was named must be there. */
export const built = () => {
  if (process.env.TEMOTO_SERVER_PROGRAM && !existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}`);
  return existsSync(PROGRAM) && existsSync(join(PAGES, 'index.html'));
};

export class Server {
  /**
   * `programs`: folder of the customers' programs; `origin`: the address that people use, if a proxy stands before the server;
   * `flags`: more words for `serve`; `pages`: folder of the built pages.
   */
  static async start({ programs = null, origin = null, flags = [], pages = PAGES } = {}) {
    const server = new Server(mkdtempSync(join(tmpdir(), 'temoto-stories-')), programs, origin);
    server.pages = pages;
    server.flags = flags;
    server.run('init', '--organisation', 'Example Corp.', '--public-url', 'http://localhost');
    server.runWith(`${PASSWORD}\n`, 'user', 'add', '--email', EMAIL, '--name', '佐藤 花子', '--password-stdin');
    await server.up();
    return server;
  }

  constructor(data, programs, origin) {
    Object.assign(this, { data, programs, origin, flags: [], pages: PAGES, port: 0 });
  }

  get address() {
    return this.origin ?? `http://localhost:${this.port}`;
  }

  run(...words) {
    return this.runWith('', ...words);
  }

  runWith(input, ...words) {
    const done = spawnSync(PROGRAM, ['--data', this.data, ...words], { input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`temoto-server ${words[0]}: ${done.stderr}`);
    return done.stdout;
  }

  /** Starts it; the second time at the same port. */
  async up() {
    const portFile = join(this.data, 'port');
    rmSync(portFile, { force: true });
    const listen = ['--listen', `127.0.0.1:${this.port}`, '--port-file', portFile];
    const origin = this.port === 0 ? [] : ['--public-url', this.address];
    const programs = this.programs ? ['--programs', this.programs] : [];
    const words = [...listen, ...origin, ...programs, ...this.flags, '--web', this.pages, '--log', 'warn'];
    this.process = spawn(PROGRAM, ['--data', this.data, 'serve', ...words], { stdio: 'ignore' });
    await until('the server listens', () => existsSync(portFile) && readFileSync(portFile, 'utf8').endsWith('\n'));
    if (this.port !== 0) return;
    // Its own address has the port in it, which is known only now.
    this.port = Number(readFileSync(portFile, 'utf8'));
    await this.kill();
    await this.up();
  }

  /** As a power cut would. */
  async kill() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }

  async remove() {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}
