// One real session with nobody there, for `cargo xtask demo --headless`: two browsers, the downloaded program, a text editor.
//
// usage: node demo.mjs CONFIG.json
// CONFIG: { server, browser, lang, email, password, shots, json, tour }, and either { home, display, bus, downloads, memo, editor } of a computer
// with Linux that runs, or { windows: true }: then one with Windows is made.
// Writes one JSON object to `json` (null for what was not reached) and exits with 0 only if all of it worked.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Operator } from './lib/operator.mjs';
import { Tour } from './tour.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { lang } = config;
const NAMES = {
  ja: { allow: '許可', close: '閉じる', end: 'セッションを終了' },
  en: { allow: 'Allow', close: 'Close', end: 'End session' },
}[lang];
const ENGLISH = 'The printer works again.';
const JAPANESE = '印刷できるようになりました。';

const result = {
  code_ms: null,
  paired_ms: null,
  join_ms: null,
  key_to_pixel_ms: null,
  typed_text_visible: null,
  pixels_equal: null,
  chat_before_sharing: null,
  program_bytes: null,
  program_left_behind: null,
  tour: null,
  screenshots: [],
};
let step = 'start';
const say = (text) => {
  step = text;
  process.stderr.write(`demo: ${text}\n`);
};

mkdirSync(config.shots, { recursive: true });
const shot = async (page, name) => {
  const path = join(config.shots, `${name}-${lang}.png`);
  await page.screenshot({ path });
  result.screenshots.push(path);
};

let place;
let desktop;
let operator;
let customer;
let program;

async function main() {
  say("the customer's computer is there");
  const { Place } = await import(config.windows ? '../windows/lib/place.mjs' : './lib/place.mjs');
  place = await Place.open(config);
  ({ desktop } = place);

  say('the operator logs in');
  operator = await Operator.open({ server: config.server, executablePath: config.browser, lang });
  await operator.logIn(config.email, config.password);

  say('the operator presses Start session');
  const { digits, ms } = await operator.startSession();
  result.code_ms = Math.round(ms);
  await shot(operator.page, '1-operator-waiting');

  say('the customer opens the join page and types the code');
  customer = await Customer.open({ server: config.server, executablePath: config.browser, lang, userAgent: place.userAgent });
  await customer.goToJoin();
  await customer.field().fill(digits);
  await shot(customer.page, '2-join');
  const pressed = Date.now();
  await customer.connect(digits);
  await customer.paired();
  await operator.page.getByText(operator.words.console_joined).first().or(operator.log()).first().waitFor();
  result.paired_ms = Date.now() - pressed;
  await operator.openSession();

  say('both chat before anything is shared');
  await customer.say('Hello / こんにちは');
  await operator.log().getByText('Hello / こんにちは').waitFor();
  await operator.say('Please press Download. / ダウンロードを押してください。');
  await customer.log().getByText('Please press Download.').waitFor();
  result.chat_before_sharing = true;
  await shot(customer.page, '3-paired');

  say('the customer downloads the program');
  mkdirSync(place.downloads, { recursive: true });
  const executable = place.unpack(await customer.download(place.downloads));
  const before = await place.traces();
  result.program_bytes = statSync(executable).size;

  say('the program starts and asks for permission');
  const started = Date.now();
  program = desktop.start(executable, ['--lang', lang], { stdio: ['ignore', 'inherit', 'inherit'] });
  const found = await desktop.find('push button|button', NAMES.allow);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const permission = join(config.shots, `4-permission-${lang}.png`);
  desktop.screenshot(permission);
  result.screenshots.push(permission);
  const allowed = await desktop.press('push button|button', NAMES.allow);

  say('the operator sees the screen');
  const { width, height } = desktop.size();
  const pictured = await operator.firstPicture(width, height);
  result.join_ms = pictured - started - (allowed.pressed_ms - found.found_ms);

  say('the operator takes control and types');
  await operator.takeControl();
  // The bar comes a moment after the picture, and with it the keyboard goes to the program.
  await desktop.find('push button|button', NAMES.end);
  // The customer's own mouse pressed just now.
  await new Promise((resolve) => setTimeout(resolve, place.restMs ?? 0));
  const editor = await desktop.window(place.editor);
  const line = { x: editor.x + 8, y: editor.y + 40, width: editor.width - 16, height: editor.height - 60 };
  const blank = await operator.pixels(line);
  await operator.clickRemote(editor.x + Math.floor(editor.width / 2), editor.y + Math.floor(editor.height / 2));
  await until('the editor to have the keyboard', typesInto(place.editor));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await operator.typeKeys(ENGLISH);
  await operator.page.keyboard.press('Enter');
  await operator.typeText(JAPANESE);
  await until('the Japanese line on the canvas', async () => !same(await operator.pixels(line), blank));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await operator.clickRemote(editor.x + Math.floor(editor.width / 2), editor.y + Math.floor(editor.height / 2));
  await operator.page.keyboard.press('Control+s');
  const saved = await until('the saved file', () => place.saved().includes(JAPANESE) && place.saved(), 10_000).catch(() => place.saved());
  const drawn = !same(await operator.pixels(line), blank);
  result.typed_text_visible = drawn && saved.trimEnd() === `${ENGLISH}\n${JAPANESE}`;
  if (!result.typed_text_visible) process.stderr.write(`demo: the file holds ${JSON.stringify(saved)}\n`);
  await shot(operator.page, '5-session');

  say('every pixel is compared');
  result.pixels_equal = await equal(width, height);

  say('fifty keys are timed');
  const times = [];
  for (let n = 0; n < 50; n += 1) {
    times.push(await operator.keyToPixel(n % 2 ? 'Backspace' : 'x', line));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  times.sort((a, b) => a - b);
  result.key_to_pixel_ms = Math.round(times[25] * 10) / 10;

  if (config.tour) {
    const tour = new Tour({
      operator,
      customer,
      desktop,
      place,
      shots: config.shots,
      lang,
      account: { email: config.email, password: config.password },
      executablePath: config.browser,
    });
    result.tour = tour.results;
    await tour.play(say);
  }

  say('the operator ends the session');
  await operator.endSession();
  await customer.page.getByRole('heading', { name: customer.words.ended_title }).waitFor();
  const close = await desktop.press('push button|button', NAMES.close, 20);
  await shot(customer.page, '6-ended');
  if (!close.pressed_ms) throw new Error('the program does not say that it ended');
  await until('the program to go', () => program.exitCode !== null, 10_000);
  result.program_left_behind = await place.leftBehind(before, executable);
}

function same(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

/** Whether the window with this in its title has the keyboard; for a moment none may have it. */
function typesInto(name) {
  return async () => {
    try {
      return (await desktop.active()).includes(name);
    } catch {
      return false;
    }
  };
}

/** The canvas against an independent capture, while the screen is still: every pixel. */
async function equal(width, height) {
  let differing = -1;
  for (let round = 0; round < 20; round += 1) {
    const one = await desktop.capture();
    const shown = await operator.pixels({ x: 0, y: 0, width, height });
    const two = await desktop.capture();
    if (!same(one.pixels, two.pixels)) continue;
    differing = shown.reduce((count, value, at) => count + (value === one.pixels[at] ? 0 : 1), 0);
    if (differing === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  process.stderr.write(`demo: ${differing} pixels differ\n`);
  return false;
}

let failed = null;
try {
  await main();
} catch (error) {
  failed = error;
  process.stderr.write(`demo: failed at "${step}": ${error?.stack ?? error}\n`);
  for (const [end, name] of [[operator, 'failed-operator'], [customer, 'failed-customer']])
    await end?.page.screenshot({ path: join(config.shots, `${name}-${lang}.png`) }).catch(() => undefined);
  try {
    desktop.screenshot(join(config.shots, `failed-desktop-${lang}.png`));
  } catch {
    // Without a display there is nothing to see.
  }
} finally {
  if (program && program.exitCode === null) program.kill('SIGTERM');
  await operator?.close().catch(() => undefined);
  await customer?.close().catch(() => undefined);
  await place?.close().catch(() => undefined);
  writeFileSync(config.json, `${JSON.stringify(result, null, 2)}\n`);
}
const whole =
  !failed &&
  result.typed_text_visible &&
  result.pixels_equal &&
  result.chat_before_sharing &&
  Object.values(result.tour ?? {}).every(({ ok }) => ok !== false) &&
  result.program_left_behind?.length === 0;
process.exit(whole ? 0 : 1);
