// User stories about files and folders in both directions, with the customer's program on a Windows computer, which Wine plays.
// `npm run windows` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { until } from '../browser/lib/browser.mjs';
import { Office, staffed } from '../browser/lib/office.mjs';
import { WindowsComputer } from './lib/computer.mjs';
import { Session } from './lib/session.mjs';
import { missing } from './lib/tools.mjs';

const lang = 'ja';
/** Long enough on its way to be cut or stopped. */
const LARGE_BYTES = 200 << 20;
const NAME = '見積書 2026年11月🗒️.txt';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!staffed('windows') || missing().length > 0)('files and folders between the operator and a customer with Windows', () => {
  let office;
  let operator;
  let computer;
  let it;
  let desktop;
  let mine;

  beforeAll(async () => {
    office = await Office.open(lang, 'windows');
    operator = office.operator;
  });

  beforeEach(async () => {
    computer = await WindowsComputer.start({ lang });
    it = new Session({ operator, computer });
    desktop = join(computer.user, 'Desktop');
    mine = mkdtempSync(join(tmpdir(), 'temoto-mine-'));
  });

  afterEach(async ({ task }) => {
    await it?.witness(task);
    await it?.close();
    await computer?.stop();
    rmSync(mine, { recursive: true, force: true });
    it = computer = undefined;
  });

  afterAll(() => office?.close());

  const panel = () => operator.page.getByRole('region', { name: operator.words.files_panel });
  const button = (name) => panel().getByRole('button', { name, exact: true });
  const entry = (name) =>
    panel().getByRole('listbox', { name: operator.words.files_theirs }).getByRole('option').filter({ hasText: name }).first();
  const there = (...names) => join(desktop, ...names);
  const read = (...names) => (existsSync(there(...names)) ? readFileSync(there(...names)) : null);
  const text = (...names) => read(...names)?.toString() ?? null;

  /** What the operator has: the path of a new file with this content. */
  function own(name, content) {
    const path = join(mine, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** The customer answers the question that is open, and the operator reads of it. */
  async function allows(told) {
    await it.press(it.names.allow);
    await operator.log().getByText(operator.words[told]).last().waitFor({ timeout: 10_000 });
  }

  /** The panel shows the customer's desktop: both rights are asked for by the press, one after the other. */
  async function opened() {
    await it.sharing();
    await operator.page.getByRole('button', { name: operator.words.files, exact: true }).click();
    await panel().getByRole('heading', { name: operator.words.files_asking }).waitFor();
    await allows('event_files_in_granted');
    await allows('event_files_out_granted');
    await panel().getByRole('combobox', { name: operator.words.files_place }).waitFor();
  }

  async function sends(path, label = operator.words.files_choose) {
    await panel().locator(`input[aria-label="${label}"]`).setInputFiles(path);
    await button(operator.words.files_send).click();
  }

  async function underWay(content) {
    await sends(own('大.bin', content));
    await until('a part', () => readdirSync(desktop).some((name) => name.endsWith('.temoto-part')));
    expect(existsSync(there('大.bin'))).toBe(false);
  }

  test('a folder arrives on the desktop as it is, and a file of the customer comes back as it is', async () => {
    const [sent, kept] = [randomBytes(3_000_000), randomBytes(2_000_000)];
    writeFileSync(there(NAME), kept);
    await opened();
    own('写真/海🌊/一.bin', sent);
    own('写真/二.txt', '');
    own('写真/とても長い名前の手順書（改訂版）最終.txt', 'てじゅん');
    await sends(join(mine, '写真'), operator.words.files_choose_folder);
    await until('the folder', () => read('写真', '海🌊', '一.bin')?.length === sent.length && readdirSync(there('写真')).length === 3);
    expect(hash(read('写真', '海🌊', '一.bin'))).toBe(hash(sent));
    expect(text('写真', '二.txt')).toBe('');
    expect(text('写真', 'とても長い名前の手順書（改訂版）最終.txt')).toBe('てじゅん');
    expect(readdirSync(there('写真', '海🌊'))).toEqual(['一.bin']);

    await entry(NAME).click();
    const coming = operator.page.waitForEvent('download');
    await button(operator.words.files_fetch).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(NAME);
    expect(hash(readFileSync(await download.path()))).toBe(hash(kept));
    for (const person of [operator, it.customer]) await person.log().getByText(NAME).first().waitFor({ timeout: 30_000 });
  });

  test('what the customer copied in a file manager is a place to take from', async () => {
    const { page, words } = operator;
    const away = join(computer.user, 'Documents', '別の場所');
    mkdirSync(join(away, '写真'), { recursive: true });
    writeFileSync(join(away, NAME), '合計 12,800円');
    writeFileSync(join(away, '写真', '海.txt'), '海');
    // Wine tells its programs of files that are copied beside its desktop as Windows tells of them.
    const copy = (...names) => {
      const input = names.map((name) => `${pathToFileURL(join(away, name))}\r\n`).join('');
      const words = ['-selection', 'clipboard', '-i', '-t', 'text/uri-list'];
      execFileSync('xclip', words, { env: it.desktop.environment, input, stdio: ['pipe', 'ignore', 'ignore'] });
    };
    const item = async (name) => {
      await page.getByRole('button', { name: words.clipboard, exact: true }).click();
      return page.getByRole('menu', { name: words.clipboard, exact: true }).locator('[role^=menuitem]').filter({ hasText: name }).first();
    };
    await opened();
    await (await item(words.clipboard_fetch)).click();
    await allows('event_clipboard_out_granted');
    copy(NAME, '写真');
    const copied = panel().getByRole('combobox', { name: words.files_place }).locator('option').filter({ hasText: words.files_root_copied });
    await expect.poll(() => copied.count(), { timeout: 20_000 }).toBe(1);
    await (await item(words.clipboard_files)).click();
    await entry(NAME).click();
    expect(await button(words.files_trash).isDisabled()).toBe(true);
    const coming = page.waitForEvent('download');
    await button(words.files_fetch).click();
    expect(readFileSync(await (await coming).path(), 'utf8')).toBe('合計 12,800円');
    await entry('写真').dblclick();
    await entry('海.txt').waitFor();
  });

  test('a file that is there is never replaced without an answer', async () => {
    writeFileSync(there('表.txt'), 'old');
    await opened();
    await sends(own('表.txt', 'newer'));
    await panel().getByRole('alert').filter({ hasText: '表.txt' }).waitFor();
    expect(text('表.txt')).toBe('old');
    await button(operator.words.files_both).click();
    await until('both', () => text('表 (2).txt') === 'newer');
    expect(text('表.txt')).toBe('old');
    await sends(own('表.txt', 'newest'));
    await button(operator.words.files_replace).click();
    await until('the new one', () => text('表.txt') === 'newest');
    expect(readdirSync(desktop).sort()).toEqual(['表 (2).txt', '表.txt']);
  });

  test('what is stopped leaves neither part nor journal', async () => {
    await opened();
    await underWay(randomBytes(LARGE_BYTES));
    await panel().getByRole('tab').filter({ hasText: operator.words.files_tab_transfers }).click();
    await panel().getByRole('button', { name: new RegExp(`^${operator.words.cancel} .*大\\.bin`) }).click();
    await panel().getByText(operator.words.files_state_canceled, { exact: true }).waitFor();
    await until('an empty desktop', () => readdirSync(desktop).length === 0);
  });

  test('a line that is cut in the middle of a file loses nothing of it', async () => {
    await opened();
    const content = randomBytes(LARGE_BYTES);
    await underWay(content);
    await office.proxy.cut();
    await operator.page.getByRole('status').getByText(operator.words.lost_title).waitFor();
    expect(existsSync(there('大.bin'))).toBe(false);
    await office.proxy.mend();
    await until('the file', () => existsSync(there('大.bin')), 90_000);
    expect(hash(read('大.bin'))).toBe(hash(content));
    expect(readdirSync(desktop)).toEqual(['大.bin']);
  });
});
