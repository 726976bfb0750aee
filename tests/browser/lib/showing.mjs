// Screens out of browsers: a session of its own for each direction, with one end in a window on an X display. What stands black on white there
// goes over exactly; the browser itself changes other colors before anybody else gets them.
import { spawnSync } from 'node:child_process';

import { Customer } from './customer.mjs';
import { openHeaded } from './headed.mjs';
import { Operator } from './operator.mjs';
import { until } from './browser.mjs';

export const TITLE = 'sign';
const TEXT = ['Print server 10.0.2.15', 'Queue 3: ready', 'iIlL1 oO0 @#&'];

/** A terminal with known text, black on white, right of the browser's window. Gives where it is, well within its frame. */
export async function sign(desktop, own, [x, y] = [800, 40]) {
  const lines = TEXT.map((line) => `${line}\\n`).join('');
  const colors = ['-fg', 'black', '-bg', 'white', '-cr', 'white', '-bd', 'white', '+sb', '-fn', 'fixed'];
  const script = `printf '\\033[?25l${lines}'; read -r more; printf '\\nDone.\\n'; exec cat`;
  const child = desktop.start('xterm', ['-T', TITLE, ...colors, '-geometry', `50x7+${x}+${y}`, '-e', 'sh', '-c', script]);
  own(child);
  // The search fails where another window is closed just now.
  const at = await until('the sign', () => desktop.window(`^${TITLE}$`, 5).catch(() => null));
  const { width, height } = at;
  return { child, area: { x: at.x + 8, y: at.y + 8, width: width - 48, height: height - 48 } };
}

/** Where a window is on the display, to the pixel and without what a window manager draws around it. */
export function placed(desktop, id) {
  const text = spawnSync('xwininfo', ['-id', id], { env: desktop.environment, encoding: 'utf8' }).stdout;
  const value = (key) => Number(new RegExp(`^ *${key}: *(-?\\d+)$`, 'm').exec(text)?.[1]);
  return { x: value('Absolute upper-left X'), y: value('Absolute upper-left Y'), width: value('Width'), height: value('Height') };
}

/** What is on a canvas here, of this part of it. */
const drawn = (canvas, area) => Operator.prototype.pixels.call({ canvas: () => canvas }, area).catch(() => []);

/**
 * Until the part of the picture on `canvas` is that of the display, pixel for pixel; `not`: and another one than this. `begin`: where on the
 * display the picture begins.
 */
export function exact(person, canvas, desktop, area, not = null, begin = { x: 0, y: 0 }) {
  return until(
    'equal pixels',
    async () => {
      const { width, pixels } = await desktop.capture();
      const real = [];
      for (let row = area.y; row < area.y + area.height; row += 1)
        real.push(...pixels.subarray(row * width + area.x, row * width + area.x + area.width));
      const shown = await drawn(canvas, { ...area, x: area.x - begin.x, y: area.y - begin.y });
      const same = shown.length === real.length && real.every((pixel, at) => pixel === shown[at]);
      const other = not === null || real.some((pixel, at) => pixel !== not[at]);
      return same && other && new Set(real).size > 1 ? real : null;
    },
    30_000,
    200,
  );
}

export const TAB = 'Invoice 42';

/** Another page in the person's browser, with squares in black and white and a text; it is another text each time it is told to be. */
export async function invoice({ context }) {
  const page = await context.newPage();
  await page.setContent(`<!doctype html><title>${TAB}</title>
    <style>body { margin: 0; background: white } canvas { display: block } p { margin: 0; font: 40px/60px monospace; color: black }</style>
    <p>nothing yet</p><canvas width="320" height="160"></canvas>`);
  await page.evaluate(() => {
    const context = document.querySelector('canvas').getContext('2d');
    for (let y = 0; y < 10; y += 1)
      for (let x = 0; x < 20; x += 1) {
        context.fillStyle = (x * 7 + y * 13 + ((x * y) % 11)) % 3 === 0 ? 'black' : 'white';
        context.fillRect(x * 16, y * 16, 16, 16);
      }
  });
  return { page, says: (text) => page.evaluate((words) => void (document.querySelector('p').textContent = words), text) };
}

/** What a page looks like to somebody else than us: its pixels as 0xRRGGBB. */
export async function looks(page) {
  const png = await page.screenshot();
  const run = (format) => {
    const { stdout } = spawnSync('convert', ['png:-', ...format], { input: png, maxBuffer: 64 << 20 });
    return stdout;
  };
  const [width, height] = run(['-format', '%w %h', 'info:-']).toString().split(' ').map(Number);
  const rgb = run(['-depth', '8', 'rgb:-']);
  const pixels = Array.from({ length: width * height }, (_, n) => (rgb[n * 3] << 16) | (rgb[n * 3 + 1] << 8) | rgb[n * 3 + 2]);
  return { width, height, pixels };
}

/** Until the picture on `canvas` is what that page looks like: of the same size, squares and letters in place. Letters have edges in gray. */
export function sameAs(canvas, page) {
  let last = '';
  const black = (pixel) => ((pixel >> 8) & 0xff) < 0x80;
  return until(
    'the picture of the page',
    async () => {
      const real = await looks(page);
      const size = await canvas.evaluate(({ width, height }) => [width, height]);
      const shown = await drawn(canvas, { x: 0, y: 0, width: real.width, height: real.height });
      const differ = real.pixels.reduce((sum, pixel, at) => sum + Number(black(pixel) !== black(shown[at])), 0);
      last = `${size.join(' x ')} instead of ${real.width} x ${real.height}, ${differ} pixels differ`;
      return size[0] === real.width && size[1] === real.height && differ === 0 && new Set(real.pixels).size > 1;
    },
    30_000,
    200,
  ).catch((error) => {
    throw new Error(`${error.message}: ${last}`);
  });
}

/** A customer with a window on the display. */
export async function headedCustomer({ server, executablePath, lang, environment, source, tab, prepare = null }) {
  const opened = await openHeaded({ executablePath, lang, environment, source, tab });
  if (prepare) await opened.page.addInitScript(prepare);
  return new Customer(opened, server, lang);
}

/** An operator with a window on the display, logged in. */
export async function headedOperator({ server, executablePath, lang, environment, source, tab, email, password }) {
  const operator = new Operator(await openHeaded({ executablePath, lang, environment, source, tab }), server, lang);
  await operator.logIn(email, password);
  return operator;
}

/** Joins them: code, join page, the session's own view. */
export async function join(operator, customer) {
  await operator.page.goto(`${operator.server}/console?lang=${operator.lang}`);
  const { digits } = await operator.startSession();
  await customer.goToJoin();
  await customer.connect(digits);
  await customer.paired();
  await operator.openSession();
}

/** The customer presses "choose a screen". */
export const share = (customer) => customer.page.getByRole('button', { name: customer.words.browser_pick, exact: true }).click();

export const stopSharing = (customer) => customer.page.getByRole('button', { name: customer.words.browser_stop, exact: true }).click();

/** The operator has seen enough of what the customer shares. */
export const endSharing = (operator) => operator.page.getByRole('button', { name: operator.words.browser_end, exact: true }).click();

/** What the title of the bar says that the browser lays over the screen while it captures. */
export const BAR = 'is sharing your screen';

/** Presses "Stop sharing" in the bar that the browser lays over the screen: the button in the middle of its right half. */
export async function pressTheBar(desktop) {
  const { x, y, width, height } = await desktop.window(BAR);
  const at = [x + Math.round(width * 0.77), y + Math.round(height / 2)].map(String);
  desktop.start('xdotool', ['mousemove', '--sync', ...at, 'click', '1']);
}

/** The operator presses "show my screen" in the tools menu. */
export async function show(operator) {
  const { page, words } = operator;
  await page.getByRole('button', { name: words.tools, exact: true }).click();
  await page.getByRole('menuitem', { name: words.show_screen }).click();
}

export const stopShowing = (operator) => operator.page.getByRole('button', { name: operator.words.show_stop, exact: true }).first().click();

/** The canvas on which the customer sees what the operator shows. */
export const shown = (customer) => customer.page.getByLabel(customer.words.shown_screen, { exact: true });

/** How much of the program's window is above the picture, in pixels. */
const HEAD = 58;

/** The window of the program that shows it: where its picture begins if that fills it, and how wide it is; null while there is none. */
export function inProgram(desktop, title) {
  const text = spawnSync('xwininfo', ['-name', title], { env: desktop.environment, encoding: 'utf8' }).stdout;
  if (!text.includes('IsViewable')) return null;
  const value = (key) => Number(new RegExp(`^ *${key}: *(-?\\d+)$`, 'm').exec(text)?.[1]);
  return { x: value('Absolute upper-left X'), top: value('Absolute upper-left Y') + HEAD, width: value('Width'), height: value('Height') - HEAD };
}

/** What a browser without a window "captures" from now on: a still pattern in black and white, as 0xRRGGBB. */
export async function paintsInstead(operator, [width, height] = [480, 300]) {
  const pixels = Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return ((x >> 3) * 7 + (y >> 3) * 13 + (((x >> 3) * (y >> 3)) % 11)) % 3 === 0 ? 0 : 0xffffff;
  });
  await operator.page.evaluate(
    ({ width, height, pixels }) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      const rgba = new Uint32Array(pixels.map((pixel) => 0xff000000 | pixel));
      const paint = () => context.putImageData(new ImageData(new Uint8ClampedArray(rgba.buffer), width, height), 0, 0);
      // A stream gets a picture when something is painted.
      setInterval(paint, 200);
      navigator.mediaDevices.getDisplayMedia = () => {
        paint();
        return Promise.resolve(canvas.captureStream());
      };
    },
    { width, height, pixels },
  );
  return { width, height, pixels };
}

/** Where on the display a picture stands pixel for pixel; null if it stands nowhere. */
export async function standsAt(desktop, { width, height, pixels }) {
  const there = await desktop.capture();
  const rowIs = (x, y, row) => {
    for (let n = 0; n < width; n += 1) if (there.pixels[(y + row) * there.width + x + n] !== pixels[row * width + n]) return false;
    return true;
  };
  for (let y = 0; y + height <= there.height; y += 1)
    for (let x = 0; x + width <= there.width; x += 1)
      if (rowIs(x, y, 0) && rowIs(x, y, height - 1) && pixels.every((_, at) => at % width !== 0 || rowIs(x, y, at / width))) return { x, y };
  return null;
}
