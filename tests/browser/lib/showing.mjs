// Screens out of browsers: a session of its own for each direction, with one end in a window on an X display. What stands black on white there
// goes over exactly; the browser itself changes other colors before anybody else gets them.
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

/** Until the part of the picture on `canvas` is that of the display, pixel for pixel; `not`: and another one than this. */
export function exact(person, canvas, desktop, area, not = null) {
  return until(
    'equal pixels',
    async () => {
      const { width, pixels } = await desktop.capture();
      const real = [];
      for (let row = area.y; row < area.y + area.height; row += 1)
        real.push(...pixels.subarray(row * width + area.x, row * width + area.x + area.width));
      const shown = await Operator.prototype.pixels.call({ canvas: () => canvas }, area).catch(() => []);
      const same = shown.length === real.length && real.every((pixel, at) => pixel === shown[at]);
      const other = not === null || real.some((pixel, at) => pixel !== not[at]);
      return same && other && new Set(real).size > 1 ? real : null;
    },
    30_000,
    200,
  );
}

/** A customer with a window on the display. */
export async function headedCustomer({ server, executablePath, lang, environment, source, prepare = null }) {
  const opened = await openHeaded({ executablePath, lang, environment, source });
  if (prepare) await opened.page.addInitScript(prepare);
  return new Customer(opened, server, lang);
}

/** An operator with a window on the display, logged in. */
export async function headedOperator({ server, executablePath, lang, environment, source, email, password }) {
  const operator = new Operator(await openHeaded({ executablePath, lang, environment, source }), server, lang);
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

/** Presses "Stop sharing" in the bar that the browser lays over the screen: the button in the middle of its right half. */
export async function pressTheBar(desktop) {
  const { x, y, width, height } = await desktop.window('is sharing your screen');
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
