// The operator's browser for the bench of files: takes a code, and carries a file over each way as often as it is told.
// Called by `temoto-bench files`; says what happens as JSON, one object in a line.
//
// While a file is carried nobody listens to the browser: whoever drives one hears of every message on its line, and that costs more than
// carrying it. So each press is left with the page, for when this script has gone away from it.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ARGUMENTS, chromium, until } from '../../tests/browser/lib/browser.mjs';
import { Operator } from '../../tests/browser/lib/operator.mjs';

const WITHIN_MS = 600_000;
/** From the word to the page to its press: time enough to go away from it. */
const LATER_MS = 500;
const strings = ['server', 'email', 'password', 'content', 'sent', 'arrives', 'first', 'last'];
const { values } = parseArgs({ options: Object.fromEntries(strings.map((name) => [name, { type: 'string' }])) });
const say = (report) => process.stdout.write(`${JSON.stringify(report)}\n`);

const profile = mkdtempSync(join(tmpdir(), 'profile-'));
const downloads = join(profile, 'downloads');
mkdirSync(join(profile, 'Default'), { recursive: true });
mkdirSync(downloads);
const preferences = { download: { default_directory: downloads, prompt_for_download: false } };
writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));

const browser = spawn(
  process.env.CHROMIUM ?? '/usr/bin/chromium',
  [
    ...ARGUMENTS,
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--headless',
    '--ignore-certificate-errors',
    '--lang=en-US',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--window-size=1280,720',
    'about:blank',
  ],
  { stdio: 'ignore' },
);

/** Drives the browser until it is let go with `close`, which ends nothing in it. */
async function driven() {
  const file = join(profile, 'DevToolsActivePort');
  const [port] = (await until('the port', () => existsSync(file) && readFileSync(file, 'utf8'))).split('\n');
  const over = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const [context] = over.contexts();
  const [page] = context.pages();
  page.setDefaultTimeout(60_000);
  return new Operator({ browser: over, context, page }, values.server, 'en');
}

let operator = await driven();
const { words } = operator;
const panel = () => operator.page.getByRole('region', { name: words.files_panel });
const button = (name) => panel().getByRole('button', { name, exact: true });
const tab = (name) => panel().getByRole('tab').filter({ hasText: name });

let over = 0;
/** The next transfer is said to be done, so that the one after it finds nothing under way. */
async function done() {
  over += 1;
  await tab(words.files_tab_transfers).click();
  await until('done', async () => (await panel().getByText(words.files_state_done, { exact: true }).count()) >= over, WITHIN_MS);
  await tab(words.files_tab_folders).click();
}

/** Seconds from the press of this button to the whole file at this path, with nobody listening to the browser. */
async function pressed(name, path) {
  const { size } = statSync(values.sent);
  await button(name).evaluate((element, after) => {
    setTimeout(() => {
      window.pressedAt = Date.now();
      element.click();
    }, after);
  }, LATER_MS);
  await operator.browser.close();
  await until('the file', () => existsSync(path) && statSync(path).size === size, WITHIN_MS, 2);
  const arrived = Date.now();
  operator = await driven();
  return (arrived - (await operator.page.evaluate(() => window.pressedAt))) / 1000;
}

/** Seconds from the press to the whole file as a download. */
async function fetched() {
  await panel().getByRole('option').filter({ hasText: values.content }).first().click();
  const path = join(downloads, values.content);
  const seconds = await pressed(words.files_fetch, path);
  await done();
  return { way: 'browser fetch', seconds, path };
}

/** Seconds from the press to the whole file on the customer's disk. */
async function sent() {
  const chooser = panel().locator(`input[aria-label="${words.files_choose}"]`);
  // By hand: the library copies what it chooses through its own line, and refuses a large one.
  const line = await operator.context.newCDPSession(operator.page);
  await chooser.evaluate((element) => {
    window.chooser = element;
  });
  const { result } = await line.send('Runtime.evaluate', { expression: 'window.chooser' });
  await line.send('DOM.setFileInputFiles', { files: [values.sent], objectId: result.objectId });
  const seconds = await pressed(words.files_send, values.arrives);
  await done();
  return { way: 'browser send', seconds, path: values.arrives };
}

/** What the machine runs now: number, parent, words of the command line, and the most memory it has had, in bytes. */
function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const number = (line) => Number(line.exec(status)?.[1] ?? 0);
        return [{ id: Number(name), parent: number(/^PPid:\s*(\d+)$/m), words, had: number(/^VmHWM:\s*(\d+) kB$/m) * 1024 }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** The most memory, in bytes, that one process of this browser has had: of the one with its profile, and of all below that. */
function peak() {
  const all = processes();
  const own = new Set(all.filter(({ words }) => words.includes(`--user-data-dir=${profile}`)).map(({ id }) => id));
  for (let before = -1; before < own.size; ) {
    before = own.size;
    for (const { id, parent } of all) if (own.has(parent)) own.add(id);
  }
  if (own.size === 0) throw new Error('no process has the profile of this browser');
  return Math.max(...all.filter(({ id }) => own.has(id)).map(({ had }) => had));
}

try {
  await operator.logIn(values.email, values.password);
  const { digits } = await operator.startSession();
  // A code that is not at the relay yet opens nothing.
  await operator.page.getByText(words.state_waiting, { exact: true }).first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  say({ digits });
  await operator.openSession();
  await operator.page.getByRole('button', { name: words.files, exact: true }).click();
  await panel().getByRole('combobox', { name: words.files_place }).waitFor();
  // Round 0 is not counted.
  for (let round = Number(values.first); round <= Number(values.last); round += 1)
    for (const carry of [fetched, sent]) {
      const report = await carry();
      say({ ...report, counts: round > 0 });
      // Whoever listens compares it and takes it away.
      await until('taken away', () => !existsSync(report.path), WITHIN_MS);
    }
  say({ peak: peak() });
} finally {
  browser.kill();
  await new Promise((resolve) => browser.once('exit', resolve));
  rmSync(values.arrives, { force: true });
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
