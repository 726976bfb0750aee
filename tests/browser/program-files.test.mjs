// User stories with the customer's program, on a computer of its own, about files and folders in both directions.
// `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { until } from './lib/browser.mjs';
import { ready } from './lib/office.mjs';
import { staged } from './lib/story.mjs';

const lang = 'ja';
/** Long enough on its way to be cut, stopped or looked at. */
const LARGE_BYTES = 200 << 20;
const NAME = '見積書 2026年11月🗒️.txt';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!ready())('files and folders between the operator and the customer', () => {
  let office;
  let operator;
  let computer;
  let it;
  let desktop;
  let mine;

  const tell = (parts) => {
    ({ office, operator, computer, it } = parts);
    desktop = join(computer.home, 'デスクトップ');
    mkdirSync(desktop);
    writeFileSync(join(computer.home, '.config/user-dirs.dirs'), 'XDG_DESKTOP_DIR="$HOME/デスクトップ"\n');
    mine = mkdtempSync(join(tmpdir(), 'temoto-mine-'));
  };
  staged(lang, tell, async () => rmSync(mine, { recursive: true, force: true }));

  const panel = () => operator.page.getByRole('region', { name: operator.words.files_panel });
  const button = (name) => panel().getByRole('button', { name, exact: true });
  const theirs = () => panel().getByRole('listbox', { name: operator.words.files_theirs });
  const entry = (name) => theirs().getByRole('option').filter({ hasText: name }).first();
  const tab = (name) => panel().getByRole('tab').filter({ hasText: name });
  const there = (...names) => join(desktop, ...names);
  const read = (...names) => (existsSync(there(...names)) ? readFileSync(there(...names), 'utf8') : null);

  /** What the operator has: the path of a new file with this content. */
  function own(name, content) {
    const path = join(mine, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** The panel shows the customer's desktop: asked for by the press, and allowed. */
  async function opened() {
    await it.sharing();
    await operator.page.getByRole('button', { name: operator.words.files, exact: true }).click();
    await panel().getByRole('heading', { name: operator.words.files_asking }).waitFor();
    await it.press(it.names.giveFilesIn);
    await it.press(it.names.giveFilesOut);
    await panel().getByRole('combobox', { name: operator.words.files_place }).waitFor();
  }

  async function sends(path, label = operator.words.files_choose) {
    await panel().locator(`input[aria-label="${label}"]`).setInputFiles(path);
    await button(operator.words.files_send).click();
  }

  /** The chat of both ends tells of a file. */
  async function told(name) {
    for (const person of [operator, it.customer]) await person.log().getByText(name).first().waitFor({ timeout: 30_000 });
  }

  /** What the history tells of the files of this session, in another tab. */
  async function receipts() {
    const { page, server, words } = await office.tab();
    try {
      await page.goto(`${server}/console/history?lang=${lang}`);
      await page.getByRole('button', { name: words.story, exact: true }).first().click();
      const rows = page.locator('section').filter({ has: page.getByRole('heading', { name: words.receipts, exact: true }) }).locator('li');
      await rows.first().waitFor({ timeout: 5_000 }).catch(() => undefined);
      return await rows.allInnerTexts();
    } finally {
      await page.close();
    }
  }

  /** A large one is on its way, and a part of it is on the customer's disk. */
  async function underWay(content) {
    await sends(own('large.bin', content));
    await until('a part', () => readdirSync(desktop).some((name) => name.endsWith('.temoto-part')));
    expect(existsSync(there('large.bin'))).toBe(false);
  }

  test('a file and a folder arrive under their Japanese names, and both read of it', async () => {
    await opened();
    await sends(own(NAME, '合計 12,800円'));
    await until('the file', () => read(NAME) === '合計 12,800円');
    await told(NAME);
    await entry(NAME).waitFor();
    own('写真/海🌊/一.txt', 'いち');
    own('写真/二.txt', '');
    await sends(join(mine, '写真'), operator.words.files_choose_folder);
    await until('the folder', () => read('写真', '海🌊', '一.txt') === 'いち' && read('写真', '二.txt') === '');
    expect(readdirSync(desktop).sort()).toEqual([NAME, '写真'].sort());
    await tab(operator.words.files_tab_transfers).click();
    await expect.poll(() => panel().getByText(operator.words.files_state_done, { exact: true }).count()).toBe(2);
  });

  test('a file of the customer comes into the downloads as it is', async () => {
    const content = randomBytes(3_000_000);
    writeFileSync(there(NAME), content);
    await opened();
    await entry(NAME).click();
    const coming = operator.page.waitForEvent('download');
    await button(operator.words.files_fetch).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(NAME);
    expect(hash(readFileSync(await download.path()))).toBe(hash(content));
    await told(NAME);
    const receipt = await until('a receipt in the history', async () => (await receipts()).find((row) => row.includes(NAME)));
    expect(receipt).toContain(operator.words.receipt_taken);
    expect(receipt).toContain('3.0 MB');
    expect(receipt).toMatch(/[0-9a-f]{64}/);
  });

  test('what the customer copied is a place to take from until something else is copied, and only as long as copies are allowed', async () => {
    const { page, words } = operator;
    const away = join(computer.home, '別の場所');
    mkdirSync(join(away, '写真'), { recursive: true });
    writeFileSync(join(away, NAME), '合計 12,800円');
    writeFileSync(join(away, '写真', '海.txt'), '海');
    const xclip = (form, input) => {
      const { environment: env } = it.desktop;
      execFileSync('xclip', ['-selection', 'clipboard', '-i', '-t', form], { env, input, stdio: ['pipe', 'ignore', 'ignore'] });
    };
    const copy = (...names) => xclip('text/uri-list', names.map((name) => `${pathToFileURL(join(away, name))}\r\n`).join(''));
    const item = async (name) => {
      await page.getByRole('button', { name: words.clipboard, exact: true }).click();
      return page.getByRole('menu', { name: words.clipboard, exact: true }).locator('[role^=menuitem]').filter({ hasText: name });
    };
    const place = () => panel().getByRole('combobox', { name: words.files_place });
    const offered = (count) =>
      expect.poll(() => place().locator('option').filter({ hasText: words.files_root_copied }).count(), { timeout: 20_000 }).toBe(count);

    // What was copied before it was allowed stays there.
    await opened();
    copy('写真');
    await (await item(words.clipboard_fetch)).first().click();
    await it.press(it.names.giveCopies);
    await it.find(it.names.withdrawCopies);
    await (await item(words.clipboard_nothing)).first().waitFor();
    await page.keyboard.press('Escape');
    expect(await (await item(words.clipboard_files)).count()).toBe(0);
    await page.keyboard.press('Escape');
    await offered(0);

    // What is copied now is one press away.
    copy(NAME, '写真');
    await offered(1);
    await (await item(words.clipboard_files)).first().click();
    await entry(NAME).click();
    expect(await button(words.files_make).isDisabled()).toBe(true);
    expect(await button(words.files_trash).isDisabled()).toBe(true);
    const coming = page.waitForEvent('download');
    await button(words.files_fetch).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(NAME);
    expect(readFileSync(await download.path(), 'utf8')).toBe('合計 12,800円');
    await told(NAME);
    await entry('写真').dblclick();
    await entry('海.txt').waitFor();

    // Another copy, and it shows that one; a text, and there is nothing.
    copy('写真');
    await until('the next copy', async () => (await theirs().getByRole('option').allInnerTexts()).join().startsWith('写真'));
    xclip('UTF8_STRING', '文字');
    await offered(0);
    expect(await place().locator('option:checked').innerText()).toBe(words.files_root_desktop);

    // Nor is there anything once it is no longer allowed.
    copy(NAME);
    await offered(1);
    await it.press(it.names.withdrawCopies);
    await offered(0);
    expect(readdirSync(away).sort()).toEqual([NAME, '写真'].sort());
  });

  test('a file that is there is never replaced without an answer', async () => {
    writeFileSync(there('a.txt'), 'old');
    await opened();
    await sends(own('a.txt', 'newer'));
    await panel().getByRole('alert').filter({ hasText: 'a.txt' }).waitFor();
    expect(read('a.txt')).toBe('old');
    await button(operator.words.files_both).click();
    await until('both', () => read('a (2).txt') === 'newer');
    expect(read('a.txt')).toBe('old');
    await sends(own('a.txt', 'newest'));
    await button(operator.words.files_replace).click();
    await until('the new one', () => read('a.txt') === 'newest');
    expect(readdirSync(desktop).sort()).toEqual(['a (2).txt', 'a.txt']);
  });

  test('a line that is cut in the middle of a file loses nothing of it', async () => {
    await opened();
    const content = randomBytes(LARGE_BYTES);
    await underWay(content);
    await office.proxy.cut();
    await operator.page.getByRole('status').getByText(operator.words.lost_title).waitFor();
    expect(existsSync(there('large.bin'))).toBe(false);
    await office.proxy.mend();
    await until('the file', () => existsSync(there('large.bin')), 120_000);
    expect(hash(readFileSync(there('large.bin')))).toBe(hash(content));
    expect(readdirSync(desktop)).toEqual(['large.bin']);
  });

  test('what is dropped onto the screen goes to the desktop, once that is allowed', async () => {
    await it.sharing();
    const drop = await operator.page.evaluateHandle((name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['落とした'], name));
      return transfer;
    }, NAME);
    await operator.canvas().dispatchEvent('drop', { dataTransfer: drop });
    await panel().getByText(operator.words.files_asked_drop).waitFor();
    expect(readdirSync(desktop)).toEqual([]);
    await it.press(it.names.giveFilesIn);
    await until('the file', () => read(NAME) === '落とした');
    // A copy of a file on the operator's own clipboard is pasted into the folder that is open.
    await operator.page.evaluate((name) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['貼り付けた'], name));
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, `2-${NAME}`);
    await until('the pasted file', () => read(`2-${NAME}`) === '貼り付けた');
  });

  /** The browser's own storage in place of a folder of the operator's: no hand is there to choose one. */
  const folder = () =>
    operator.page.evaluate(async () => {
      const sizes = {};
      const walk = async (at, path) => {
        for await (const [name, one] of at)
          if (one.kind === 'directory') await walk(one, `${path}${name}/`);
          else sizes[path + name] = (await one.getFile()).size;
      };
      await walk(await navigator.storage.getDirectory(), '');
      return sizes;
    });
  const hashThere = (path) =>
    operator.page.evaluate(async (names) => {
      let at = await navigator.storage.getDirectory();
      for (const name of names.slice(0, -1)) at = await at.getDirectoryHandle(name);
      const content = await (await (await at.getFileHandle(names.at(-1))).getFile()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }, path.split('/'));

  test('a folder comes into an opened one, and goes on after the console was loaded again in the middle', async () => {
    await operator.page.addInitScript(() => {
      globalThis.showDirectoryPicker = async () => {
        const root = await navigator.storage.getDirectory();
        return root.getDirectoryHandle('mine', { create: true });
      };
    });
    const content = randomBytes(LARGE_BYTES);
    mkdirSync(there('資料'));
    writeFileSync(there('資料', '一.txt'), 'いち');
    writeFileSync(there('資料', '大🌊.bin'), content);
    await opened();
    await button(operator.words.files_choose).first().click();
    await operator.page.getByRole('menuitem').filter({ hasText: operator.words.files_open_folder }).click();
    await panel().getByRole('button', { name: 'mine', exact: true }).waitFor();
    await entry('資料').click();
    await button(operator.words.files_fetch).click();
    const part = async () => Object.entries(await folder()).find(([path, size]) => path.startsWith('temoto-files/') && size > 10_000_000);
    await until('a part', part);
    await operator.page.reload();
    expect(await part()).toBeTruthy();
    expect(Object.keys(await folder())).not.toContain('mine/資料/大🌊.bin');
    await it.pictured();
    await operator.page.getByRole('button', { name: operator.words.files, exact: true }).click();
    await tab(operator.words.files_tab_transfers).click();
    await button(operator.words.files_go_on).click();
    await until('the file', async () => (await folder())['mine/資料/大🌊.bin'] === LARGE_BYTES, 120_000);
    expect(await hashThere('mine/資料/大🌊.bin')).toBe(hash(content));
    await until('no part any more', async () => !(await part()));
  });

  test('what is stopped leaves nothing behind', async () => {
    await opened();
    await underWay(randomBytes(LARGE_BYTES));
    await tab(operator.words.files_tab_transfers).click();
    await panel().getByRole('button', { name: new RegExp(`^${operator.words.cancel} .*large\\.bin`) }).click();
    await panel().getByText(operator.words.files_state_canceled, { exact: true }).waitFor();
    await until('an empty desktop', () => readdirSync(desktop).length === 0);
  });

  test('a folder is made, renamed, thrown away and taken back', async () => {
    writeFileSync(there('memo.txt'), '大切');
    await opened();
    await button(operator.words.files_make).click();
    await panel().getByLabel(operator.words.files_make_name).fill('新しい資料');
    await panel().getByLabel(operator.words.files_make_name).press('Enter');
    await until('the folder', () => existsSync(there('新しい資料')));
    await entry('新しい資料').click();
    await theirs().press('F2');
    await panel().getByLabel(operator.words.files_rename_name).fill('memo.txt');
    await panel().getByLabel(operator.words.files_rename_name).press('Enter');
    await panel().getByRole('alert').getByText(operator.words.file_fault_exists).waitFor();
    await panel().getByLabel(operator.words.files_rename_name).fill('古い資料📁');
    await panel().getByLabel(operator.words.files_rename_name).press('Enter');
    await until('the new name', () => existsSync(there('古い資料📁')) && !existsSync(there('新しい資料')));
    await entry('memo.txt').click();
    await theirs().press('Delete');
    await until('the trash', () => !existsSync(there('memo.txt')));
    await button(operator.words.files_undo).click();
    await until('it is back', () => read('memo.txt') === '大切');
  });
});
