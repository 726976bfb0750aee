// One real session with nobody there, for `cargo xtask demo --headless`: two browsers, the downloaded program, a text editor.
//
// usage: node demo.mjs CONFIG.json
// CONFIG: { server, browser, lang, email, password, home, display, bus, downloads, shots, json }
// Writes one JSON object to `json` (null for what was not reached) and exits with 0 only if all of it worked.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Desktop } from './lib/desktop.mjs';
import { Operator } from './lib/operator.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { lang } = config;
const NAMES = {
  ja: { allow: '許可', close: '閉じる' },
  en: { allow: 'Allow', close: 'Close' },
}[lang];
const ENGLISH = 'The printer works again.';
const JAPANESE = '印刷できるようになりました。';

// What text editor, window manager, font library and the accessibility of the editor's toolkit write for themselves below the home folder.
const OTHERS = /^\/(\.config\/(Mousepad|dconf|openbox|gtk-3\.0)|\.local\/share\/(recently-used\.xbel|Mousepad|gvfs-metadata)|\.cache\/(fontconfig|openbox|dconf))(\/|$)|^\/\.cache\/at-spi2-socket-/;

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
  screenshots: [],
};
let step = 'start';
const say = (text) => {
  step = text;
  process.stderr.write(`demo: ${text}\n`);
};

mkdirSync(config.shots, { recursive: true });
mkdirSync(config.downloads, { recursive: true });
const shot = async (page, name) => {
  const path = join(config.shots, `${name}-${lang}.png`);
  await page.screenshot({ path });
  result.screenshots.push(path);
};

/** Every file below `folder` with its size and time of change. */
function files(folder) {
  const found = new Map();
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else found.set(path, entry.isFile() ? `${statSync(path).size} ${statSync(path).mtimeMs}` : 'special');
    }
  };
  walk(folder);
  return found;
}

/** Command lines of running processes that hold `text`. */
function processes(text) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid,args', '--no-headers'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text) && !line.includes('demo.mjs'));
}

const desktop = new Desktop({ DISPLAY: config.display, DBUS_SESSION_BUS_ADDRESS: config.bus, HOME: config.home, LANG: lang === 'ja' ? 'ja_JP.UTF-8' : 'C.UTF-8' });
let operator;
let customer;
let program;

/** What a program of ours could leave: everything is compared with what was there before it was started. */
function leftBehind(before, name) {
  const left = [];
  for (const place of [config.home, '/dev/shm'])
    for (const [path, state] of files(place)) {
      // The editor's own file and traces are the customer's work, and fonts are indexed by whoever needs them first.
      if (path.startsWith(config.downloads) || path === config.memo || OTHERS.test(path.slice(config.home.length))) continue;
      if (before.files.get(path) !== state) left.push(`file ${path}`);
    }
  for (const line of processes(name)) left.push(`process ${line.trim()}`);
  for (const entry of readdirSync('/tmp')) if (/temoto/i.test(entry) && !before.tmp.has(entry)) left.push(`file /tmp/${entry}`);
  if (desktop.settings() !== before.settings) left.push('settings of the display');
  return left;
}

async function main() {
  say('the operator logs in');
  operator = await Operator.open({ server: config.server, executablePath: config.browser, lang });
  await operator.logIn(config.email, config.password);

  say('the operator presses Start session');
  const { digits, ms } = await operator.startSession();
  result.code_ms = Math.round(ms);
  await shot(operator.page, '1-operator-waiting');

  say('the customer opens the join page and types the code');
  customer = await Customer.open({ server: config.server, executablePath: config.browser, lang });
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

  say('the customer downloads the program and unpacks it');
  const before = {
    files: new Map([...files(config.home), ...files('/dev/shm')]),
    tmp: new Set(readdirSync('/tmp')),
    settings: desktop.settings(),
  };
  const { name, path } = await customer.download(config.downloads);
  let executable = path;
  if (name.endsWith('.tar')) {
    const unpacked = spawnSync('tar', ['-xf', path, '-C', config.downloads, '-v'], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
    executable = join(config.downloads, unpacked.stdout.trim().split('\n').at(-1));
  }
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
  const editor = await desktop.window(config.editor);
  const line = { x: editor.x + 8, y: editor.y + 40, width: editor.width - 16, height: editor.height - 60 };
  const blank = await operator.pixels(line);
  await operator.clickRemote(editor.x + Math.floor(editor.width / 2), editor.y + Math.floor(editor.height / 2));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await operator.typeKeys(ENGLISH);
  await operator.page.keyboard.press('Enter');
  await operator.typeText(JAPANESE);
  await until('the Japanese line on the canvas', async () => !same(await operator.pixels(line), blank));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await operator.clickRemote(editor.x + Math.floor(editor.width / 2), editor.y + Math.floor(editor.height / 2));
  await operator.page.keyboard.press('Control+s');
  const saved = await until('the saved file', () => readFileSync(config.memo, 'utf8').includes(JAPANESE) && readFileSync(config.memo, 'utf8'), 10_000).catch(() => readFileSync(config.memo, 'utf8'));
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

  say('the operator ends the session');
  await operator.endSession();
  await customer.page.getByRole('heading', { name: customer.words.ended_title }).waitFor();
  const close = await desktop.press('push button|button', NAMES.close, 20);
  await shot(customer.page, '6-ended');
  if (!close.pressed_ms) throw new Error('the program does not say that it ended');
  await until('the program to go', () => program.exitCode !== null, 10_000);
  result.program_left_behind = leftBehind(before, executable);
}

function same(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
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
  writeFileSync(config.json, `${JSON.stringify(result, null, 2)}\n`);
}
const whole =
  !failed &&
  result.typed_text_visible &&
  result.pixels_equal &&
  result.chat_before_sharing &&
  result.program_left_behind?.length === 0;
process.exit(whole ? 0 : 1);
