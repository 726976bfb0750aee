// User stories about files and folders in both directions, with the customer's program on a Windows computer, which Wine plays.
// `npm run windows` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { until } from '../browser/lib/browser.mjs';
import { Filing, LARGE, LARGE_BYTES, NAME, hash } from '../browser/lib/filing.mjs';
import { Office, staffed } from '../browser/lib/office.mjs';
import { WindowsComputer } from './lib/computer.mjs';
import { Session } from './lib/session.mjs';
import { missing } from './lib/tools.mjs';

const lang = 'ja';

describe.skipIf(!staffed('windows') || missing().length > 0)('files and folders between the operator and a customer with Windows', () => {
  let office;
  let operator;
  let computer;
  let it;
  let files;

  beforeAll(async () => {
    office = await Office.open(lang, 'windows');
    operator = office.operator;
  });

  beforeEach(async () => {
    computer = await WindowsComputer.start({ lang });
    it = new Session({ operator, computer });
    files = new Filing(it, join(computer.user, 'Desktop'));
  });

  afterEach(async ({ task }) => {
    await it?.witness(task);
    await it?.close();
    await computer?.stop();
    files?.close();
    it = computer = files = undefined;
  });

  afterAll(() => office?.close());

  test('a folder arrives on the desktop as it is, and a file of the customer comes back as it is', async () => {
    const [sent, kept] = [randomBytes(3_000_000), randomBytes(2_000_000)];
    writeFileSync(files.there(NAME), kept);
    await files.opened();
    files.own('写真/海🌊/一.bin', sent);
    files.own('写真/二.txt', '');
    files.own('写真/とても長い名前の手順書（改訂版）最終.txt', 'てじゅん');
    await files.sendsFolder(join(files.mine, '写真'));
    await until('the folder', () => files.bytes('写真', '海🌊', '一.bin')?.length === sent.length && readdirSync(files.there('写真')).length === 3);
    expect(hash(files.bytes('写真', '海🌊', '一.bin'))).toBe(hash(sent));
    expect(files.text('写真', '二.txt')).toBe('');
    expect(files.text('写真', 'とても長い名前の手順書（改訂版）最終.txt')).toBe('てじゅん');
    expect(readdirSync(files.there('写真', '海🌊'))).toEqual(['一.bin']);

    expect(hash(await files.gets(NAME))).toBe(hash(kept));
    await files.told(NAME);
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
    await files.opened();
    await (await item(words.clipboard_fetch)).click();
    await it.allows('event_clipboard_out_granted');
    copy(NAME, '写真');
    const copied = files.place().locator('option').filter({ hasText: words.files_root_copied });
    await expect.poll(() => copied.count(), { timeout: 20_000 }).toBe(1);
    await (await item(words.clipboard_files)).click();
    await files.entry(NAME).click();
    expect(await files.button(words.files_trash).isDisabled()).toBe(true);
    expect((await files.gets(NAME)).toString()).toBe('合計 12,800円');
    await files.entry('写真').dblclick();
    await files.entry('海.txt').waitFor();
  });

  test('a file that is there is never replaced without an answer', async () => {
    writeFileSync(files.there('表.txt'), 'old');
    await files.opened();
    await files.sends(files.own('表.txt', 'newer'));
    await files.panel().getByRole('alert').filter({ hasText: '表.txt' }).waitFor();
    expect(files.text('表.txt')).toBe('old');
    await files.button(operator.words.files_both).click();
    await until('both', () => files.text('表 (2).txt') === 'newer');
    expect(files.text('表.txt')).toBe('old');
    await files.sends(files.own('表.txt', 'newest'));
    await files.button(operator.words.files_replace).click();
    await until('the new one', () => files.text('表.txt') === 'newest');
    expect(files.names()).toEqual(['表 (2).txt', '表.txt']);
  });

  test('what is stopped leaves neither part nor journal', async () => {
    await files.opened();
    await files.underWay(randomBytes(LARGE_BYTES));
    await files.transfers();
    await files.panel().getByRole('button', { name: new RegExp(`^${operator.words.cancel} .*${LARGE}`) }).click();
    await files.says('files_state_canceled');
    await until('an empty desktop', () => files.names().length === 0);
  });

  test('a line that is cut in the middle of a file loses nothing of it', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content);
    await office.proxy.cut();
    await operator.page.getByRole('status').getByText(operator.words.lost_title).waitFor();
    expect(existsSync(files.there(LARGE))).toBe(false);
    await office.proxy.mend();
    await until('the file', () => existsSync(files.there(LARGE)), 90_000);
    expect(hash(files.bytes(LARGE))).toBe(hash(content));
    expect(files.names()).toEqual([LARGE]);
  });
});
