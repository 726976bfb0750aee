// What is seen and pressed on a Wine desktop, with the interface of tests/browser/lib/desktop.mjs. One X window holds the whole desktop,
// so windows are asked for inside (desk.c) and looked at and pressed from outside, through X, as the customer's eyes and hands do.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { until } from '../../browser/lib/browser.mjs';
import { place } from './controls.mjs';
import { DESKTOP } from './prefix.mjs';
import { built } from './tools.mjs';

const run = promisify(execFile);

export class WineDesktop {
  #desk;
  #answers;

  /** `environment`: as prefix.mjs makes it, with DISPLAY. */
  constructor(environment) {
    this.environment = environment;
  }

  /** A program for Windows, by a path of either system. */
  start(program, parameters = [], options = {}) {
    return spawn('wine', [program, ...parameters], { env: this.environment, stdio: 'ignore', ...options });
  }

  /** Runs a program of Windows to its end; gives what it wrote. */
  async call(...words) {
    try {
      return (await run('wine', words, { env: this.environment, timeout: 60_000, maxBuffer: 64 << 20 })).stdout;
    } catch (error) {
      const { code, signal, stdout } = error;
      throw new Error(`${words[0]} ended with ${signal ?? code} and said: ${stdout}`, { cause: error });
    }
  }

  /** Starts the desktop, with nothing on it but our own eye inside. Gives the process. */
  async open() {
    this.#desk = spawn('wine', [built('desk')], { env: this.environment, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#desk.stdin.on('error', () => undefined);
    this.#answers = createInterface({ input: this.#desk.stdout })[Symbol.asyncIterator]();
    await this.windows();
    await until('the Wine desktop', () => this.#frame(), 30_000);
    return this.#desk;
  }

  /** One command of desk.c; one at a time. */
  async ask(command) {
    this.#desk.stdin.write(`${command}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the Wine desktop is gone: ${command}`);
    return JSON.parse(value);
  }

  /** Visible top-level windows, front one first. */
  windows() {
    return this.ask('windows');
  }

  /** Where the desktop's X window is on the X screen, without what a window manager puts around it. */
  #frame() {
    const words = ['-name', `${DESKTOP} - Wine desktop`];
    const { stdout, status } = spawnSync('xwininfo', words, { env: this.environment, encoding: 'utf8' });
    if (status !== 0 || !stdout.includes('IsViewable')) return null;
    const value = (key) => Number(new RegExp(`^ *${key}: +(-?\\d+)$`, 'm').exec(stdout)?.[1]);
    return { x: value('Absolute upper-left X'), y: value('Absolute upper-left Y'), width: value('Width'), height: value('Height') };
  }

  /** Width and height of the desktop. */
  size() {
    const { width, height } = this.#frame();
    return { width, height };
  }

  /** A capture of the desktop by X: width, height and pixels as 0xRRGGBB, without the cursor. */
  async capture() {
    const { x, y, width, height } = this.#frame();
    const words = ['-silent', '-window', 'root', '-crop', `${width}x${height}+${x}+${y}`, '-depth', '8', 'rgb:-'];
    const { stdout } = await run('import', words, { env: this.environment, encoding: 'buffer', maxBuffer: 256 << 20 });
    if (stdout.length !== width * height * 3) throw new Error('the capture has another size than the desktop');
    const pixels = new Uint32Array(width * height);
    for (let n = 0; n < pixels.length; n += 1)
      pixels[n] = (stdout[n * 3] << 16) | (stdout[n * 3 + 1] << 8) | stdout[n * 3 + 2];
    return { width, height, pixels };
  }

  screenshot(path) {
    const { x, y, width, height } = this.#frame();
    execFileSync('import', ['-silent', '-window', 'root', '-crop', `${width}x${height}+${x}+${y}`, '+repage', path], { env: this.environment });
  }

  /** Waits for a window by a part of its title; where it is, with its frame. */
  async window(name, withinS = 20) {
    const named = async () => (await this.windows()).find(({ title }) => title.includes(name));
    return until(`a window ${name}`, named, withinS * 1_000, 200);
  }

  /** The title of the window that has the keyboard. */
  async active() {
    return (await this.windows()).find(({ foreground }) => foreground)?.title ?? '';
  }

  /** Waits for a control of the program; where it is on the desktop. The role says nothing here. */
  async where(_role, name, withinS = 60) {
    const look = async () => {
      const windows = await this.windows();
      return windows.some(({ title }) => title.startsWith('Temoto')) && place(name, windows, await this.capture());
    };
    const found = await until(`the button ${name}`, look, withinS * 1_000, 150);
    return { ...found, found_ms: Date.now() };
  }

  find(role, name, withinS) {
    return this.where(role, name, withinS);
  }

  /** Presses a control of the program with the customer's mouse, once it stays where it is: the bar grows when it asks. */
  async press(role, name, withinS) {
    let found = await this.where(role, name, withinS);
    const stays = async () => {
      const before = found;
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await this.where(role, name, withinS);
      return ['x', 'y', 'width', 'height'].every((key) => found[key] === before[key]);
    };
    await until(`the button ${name} to stay`, stays);
    this.click(found.x + Math.floor(found.width / 2), found.y + Math.floor(found.height / 2));
    return { ...found, pressed_ms: Date.now() };
  }

  /** The customer's own mouse, at a pixel of the desktop. */
  click(x, y) {
    const frame = this.#frame();
    const words = ['mousemove', '--sync', frame.x + x, frame.y + y, 'sleep', '0.1', 'click', '1'];
    execFileSync('xdotool', words.map(String), { env: this.environment });
  }
}
