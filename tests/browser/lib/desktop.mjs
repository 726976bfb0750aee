// The customer's computer: an X display with real programs, looked at and operated by other programs than ours.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { monitors } from './xserver.mjs';

const run = promisify(execFile);
const ATSPI = fileURLToPath(new URL('../atspi.py', import.meta.url));
// The system's own interpreter: pyatspi is a package of the system, and another Python may stand earlier on the path.
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

export class Desktop {
  /** `environment`: DISPLAY, DBUS_SESSION_BUS_ADDRESS, HOME of the customer. */
  constructor(environment) {
    this.environment = { ...process.env, ...environment };
  }

  start(program, parameters = [], options = {}) {
    return spawn(program, parameters, { env: this.environment, stdio: 'ignore', ...options });
  }

  /** An independent capture of the X root: width, height and pixels as 0xRRGGBB, without the cursor. */
  async capture() {
    const { width, height } = this.size();
    const { stdout } = await run('import', ['-silent', '-window', 'root', '-depth', '8', 'rgb:-'], {
      env: this.environment,
      encoding: 'buffer',
      maxBuffer: 256 << 20,
    });
    const pixels = new Uint32Array(width * height);
    for (let n = 0; n < pixels.length; n += 1)
      pixels[n] = (stdout[n * 3] << 16) | (stdout[n * 3 + 1] << 8) | stdout[n * 3 + 2];
    return { width, height, pixels };
  }

  screenshot(path) {
    execFileSync('import', ['-silent', '-window', 'root', path], { env: this.environment });
  }

  /** Of the whole X screen, whatever monitors it is divided into. */
  size() {
    const text = execFileSync('xwininfo', ['-root'], { env: this.environment, encoding: 'utf8' });
    const value = (key) => Number(new RegExp(`^ *${key}: (\\d+)$`, 'm').exec(text)?.[1]);
    return { width: value('Width'), height: value('Height') };
  }

  /** Geometry of the window whose name matches. */
  async window(name, withinS = 20) {
    const { stdout } = await run('timeout', [String(withinS), 'xdotool', 'search', '--sync', '--onlyvisible', '--name', name], {
      env: this.environment,
    });
    const id = stdout.trim().split('\n').at(-1);
    const shell = execFileSync('xdotool', ['getwindowgeometry', '--shell', id], { env: this.environment, encoding: 'utf8' });
    const value = (key) => Number(new RegExp(`^${key}=(-?\\d+)$`, 'm').exec(shell)?.[1]);
    return { id, x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') };
  }

  /** The title of the window that has the keyboard. */
  active() {
    return execFileSync('xdotool', ['getactivewindow', 'getwindowname'], { env: this.environment, encoding: 'utf8' }).trim();
  }

  /** Several monitors on the one screen; none: the screen is one again. */
  monitors(wanted) {
    monitors(this.environment, wanted);
  }

  /** Presses a control of ours through the accessibility tree; waits until it is there. Returns ms of the wait and when. */
  async press(role, name, withinS = 60) {
    const { stdout } = await run(PYTHON, [ATSPI, 'press', role, name, String(withinS)], { env: this.environment });
    return JSON.parse(stdout);
  }

  /** Waits for a control through the accessibility tree. */
  async find(role, name, withinS = 60) {
    const { stdout } = await run(PYTHON, [ATSPI, 'find', role, name, String(withinS)], { env: this.environment });
    return JSON.parse(stdout);
  }

  /** Waits for a control through the accessibility tree; where it is on the screen. */
  async where(role, name, withinS = 60) {
    const { stdout } = await run(PYTHON, [ATSPI, 'where', role, name, String(withinS)], { env: this.environment });
    return JSON.parse(stdout);
  }

  /** Settings of the X server that a program could leave changed. */
  settings() {
    const keys = execFileSync('xmodmap', ['-pke'], { env: this.environment, encoding: 'utf8' });
    const root = execFileSync('xprop', ['-root', '-notype', 'RESOURCE_MANAGER'], { env: this.environment, encoding: 'utf8' });
    return `${keys}\n${root}`;
  }
}
