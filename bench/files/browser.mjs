// The operator's browser for the bench of files: takes a code, and carries a file over each way as often as it is told.
// Called by `temoto-bench files`; says what happens as JSON, one object in a line.
import { existsSync, readFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { until } from '../../tests/browser/lib/browser.mjs';
import { Operator } from '../../tests/browser/lib/operator.mjs';

const WITHIN_MS = 600_000;
const strings = ['server', 'email', 'password', 'content', 'sent', 'arrives', 'first', 'last'];
const { values } = parseArgs({ options: Object.fromEntries(strings.map((name) => [name, { type: 'string' }])) });
const say = (report) => process.stdout.write(`${JSON.stringify(report)}\n`);

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const profile = mkdtempSync(join(tmpdir(), 'profile-'));
const operator = await Operator.open({ server: values.server, executablePath, lang: 'en', profile });
const { page, words } = operator;
page.setDefaultTimeout(60_000);
const panel = () => page.getByRole('region', { name: words.files_panel });
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

/** Seconds from the press to the whole file as a download. */
async function fetched() {
  await panel().getByRole('option').filter({ hasText: values.content }).first().click();
  const coming = page.waitForEvent('download', { timeout: WITHIN_MS });
  const began = performance.now();
  await button(words.files_fetch).click();
  const download = await coming;
  const seconds = (performance.now() - began) / 1000;
  await done();
  return { way: 'browser fetch', seconds, path: await download.path() };
}

/** Seconds from the press to the whole file on the customer's disk. */
async function sent() {
  await panel().locator(`input[aria-label="${words.files_choose}"]`).setInputFiles(values.sent);
  const began = performance.now();
  await button(words.files_send).click();
  await until('the file', () => existsSync(values.arrives), WITHIN_MS, 2);
  const seconds = (performance.now() - began) / 1000;
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
  await page.getByText(words.state_waiting, { exact: true }).first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  say({ digits });
  await operator.openSession();
  await page.getByRole('button', { name: words.files, exact: true }).click();
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
  await operator.close();
  rmSync(values.arrives, { force: true });
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
