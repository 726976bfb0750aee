// User stories with the customer's program, on a computer of its own, about files and folders in both directions.
// `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { blake3 } from './lib/blake3.mjs';
import { until } from './lib/browser.mjs';
import { Filing, LARGE, LARGE_BYTES, NAME, hash } from './lib/filing.mjs';
import { ready } from './lib/office.mjs';
import { staged } from './lib/story.mjs';

const lang = 'ja';

describe.skipIf(!ready())('files and folders between the operator and the customer', () => {
  let office;
  let operator;
  let computer;
  let it;
  let files;

  const tell = (parts) => {
    ({ office, operator, computer, it } = parts);
    files = new Filing(it, computer.desk());
  };
  staged(lang, tell, async () => files?.close());

  test('a file and a folder arrive under their Japanese names, and both read of it', async () => {
    await files.opened();
    await files.sends(files.own(NAME, '合計 12,800円'));
    await until('the file', () => files.text(NAME) === '合計 12,800円');
    await files.told(NAME);
    await files.entry(NAME).waitFor();
    files.own('写真/海🌊/一.txt', 'いち');
    files.own('写真/二.txt', '');
    await files.sendsFolder(join(files.mine, '写真'));
    await until('the folder', () => files.text('写真', '海🌊', '一.txt') === 'いち' && files.text('写真', '二.txt') === '');
    expect(files.names()).toEqual([NAME, '写真'].sort());
    await files.transfers();
    await expect.poll(() => files.panel().getByText(operator.words.files_state_done, { exact: true }).count()).toBe(2);
  });

  test('a file of the customer comes into the downloads as it is', async () => {
    const content = randomBytes(3_000_000);
    writeFileSync(files.there(NAME), content);
    await files.opened();
    expect(hash(await files.gets(NAME))).toBe(hash(content));
    await files.told(NAME);
    const receipt = await until('a receipt in the history', async () => (await office.receipts()).find((row) => row.includes(NAME)));
    expect(receipt).toContain(operator.words.receipt_taken);
    expect(receipt).toContain('3.0 MB');
    expect(receipt).toContain(blake3(content));
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
    const offered = (count) =>
      expect.poll(() => files.place().locator('option').filter({ hasText: words.files_root_copied }).count(), { timeout: 20_000 }).toBe(count);

    // What was copied before it was allowed stays there.
    await files.opened();
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
    await files.entry(NAME).click();
    expect(await files.button(words.files_make).isDisabled()).toBe(true);
    expect(await files.button(words.files_trash).isDisabled()).toBe(true);
    expect((await files.gets(NAME)).toString()).toBe('合計 12,800円');
    await files.told(NAME);
    await files.entry('写真').dblclick();
    await files.entry('海.txt').waitFor();

    // Another copy, and it shows that one; a text, and there is nothing.
    copy('写真');
    await until('the next copy', async () => (await files.theirs().getByRole('option').allInnerTexts()).join().startsWith('写真'));
    xclip('UTF8_STRING', '文字');
    await offered(0);
    expect(await files.place().locator('option:checked').innerText()).toBe(words.files_root_desktop);

    // Nor is there anything once it is no longer allowed.
    copy(NAME);
    await offered(1);
    await it.press(it.names.withdrawCopies);
    await offered(0);
    expect(readdirSync(away).sort()).toEqual([NAME, '写真'].sort());
  });

  test('files for the customer’s clipboard can be pasted there once both are allowed, and are gone after the end', async () => {
    const { words } = operator;
    const pasted = (form) => {
      const { environment: env } = it.desktop;
      const { stdout } = spawnSync('xclip', ['-selection', 'clipboard', '-o', '-t', form], { env, encoding: 'utf8', timeout: 30_000 });
      return stdout ?? '';
    };
    const listed = () => pasted('text/uri-list').split('\r\n').filter(Boolean).map((uri) => fileURLToPath(uri));
    await files.opened();
    files.own('写真/海🌊/一.txt', 'いち');
    const choose = (label, path) => files.panel().locator(`input[aria-label="${label}"]`).setInputFiles(path);
    await choose(words.files_choose, files.own(NAME, '合計 12,800円'));
    await choose(words.files_choose_folder, join(files.mine, '写真'));

    await files.panel().getByRole('listbox', { name: words.files_mine }).press('Control+A');

    // One press: it asks for what is missing, and goes on by itself.
    await files.button(words.files_paste).click();
    await files.panel().getByText(words.files_asked_drop).waitFor();
    expect(listed()).toEqual([]);
    await it.press(it.names.givePaste);
    await files.panel().getByText(words.files_pasted).waitFor({ timeout: 30_000 });
    const paths = await until('files on the clipboard', () => listed().length === 2 && listed());
    expect(paths.map((path) => basename(path)).sort()).toEqual([NAME, '写真'].sort());
    const [letter, photos] = [NAME, '写真'].map((name) => paths.find((path) => basename(path) === name));
    expect(readFileSync(letter, 'utf8')).toBe('合計 12,800円');
    expect(readFileSync(join(photos, '海🌊', '一.txt'), 'utf8')).toBe('いち');
    expect(pasted('x-special/gnome-copied-files')).toMatch(/^copy\nfile:/);
    // Nothing of it is seen among the folders, and nobody but the customer enters where it is.
    expect(files.names()).toEqual([]);
    expect(statSync(dirname(letter)).mode & 0o077).toBe(0);
    await files.told(/見積書|写真/);
    await until('receipts in the history', async () => (await office.receipts()).some((row) => row.includes(NAME) && row.includes(words.receipt_sent)));

    // With the session it goes, from the clipboard and from the disk, without a trace.
    await it.press(it.names.end);
    await until('an empty clipboard', () => listed().length === 0);
    await until('nothing left', () => !existsSync(letter) && !existsSync(join(computer.home, '.cache/temoto')));
  });

  test('a file that is there is never replaced without an answer', async () => {
    writeFileSync(files.there('a.txt'), 'old');
    await files.opened();
    await files.sends(files.own('a.txt', 'newer'));
    await files.panel().getByRole('alert').filter({ hasText: 'a.txt' }).waitFor();
    expect(files.text('a.txt')).toBe('old');
    await files.button(operator.words.files_both).click();
    await until('both', () => files.text('a (2).txt') === 'newer');
    expect(files.text('a.txt')).toBe('old');
    await files.sends(files.own('a.txt', 'newest'));
    await files.button(operator.words.files_replace).click();
    await until('the new one', () => files.text('a.txt') === 'newest');
    expect(files.names()).toEqual(['a (2).txt', 'a.txt']);
  });

  test('a line that is cut in the middle of a file loses nothing of it', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content);
    await office.proxy.cut();
    await operator.page.getByRole('status').getByText(operator.words.lost_title).waitFor();
    expect(existsSync(files.there(LARGE))).toBe(false);
    await office.proxy.mend();
    await until('the file', () => existsSync(files.there(LARGE)), 120_000);
    expect(hash(files.bytes(LARGE))).toBe(hash(content));
    expect(files.names()).toEqual([LARGE]);
  });

  test('what is dropped onto the screen goes to the desktop, once that is allowed', async () => {
    await it.sharing();
    const drop = await operator.page.evaluateHandle((name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['落とした'], name));
      return transfer;
    }, NAME);
    await operator.canvas().dispatchEvent('drop', { dataTransfer: drop });
    await files.panel().getByText(operator.words.files_asked_drop).waitFor();
    expect(files.names()).toEqual([]);
    await it.press(it.names.giveFilesIn);
    await until('the file', () => files.text(NAME) === '落とした');
    // A copy of a file on the operator's own clipboard is pasted into the folder that is open.
    await operator.page.evaluate((name) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['貼り付けた'], name));
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, `2-${NAME}`);
    await until('the pasted file', () => files.text(`2-${NAME}`) === '貼り付けた');
  });

  /** Of what lies in the browser's own storage: no hand is there to choose a folder. */
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
    mkdirSync(files.there('資料'));
    writeFileSync(files.there('資料', '一.txt'), 'いち');
    writeFileSync(files.there('資料', '大🌊.bin'), content);
    await files.opened();
    await files.button(operator.words.files_choose).first().click();
    await operator.page.getByRole('menuitem').filter({ hasText: operator.words.files_open_folder }).click();
    await files.panel().getByRole('button', { name: 'mine', exact: true }).waitFor();
    await files.entry('資料').click();
    await files.button(operator.words.files_fetch).click();
    const part = async () => Object.entries(await files.kept()).find(([path, size]) => path.startsWith('temoto-files/') && size > 10_000_000);
    await until('a part', part);
    await operator.page.reload();
    expect(await part()).toBeTruthy();
    expect(Object.keys(await files.kept())).not.toContain('mine/資料/大🌊.bin');
    await it.pictured();
    await operator.page.getByRole('button', { name: operator.words.files, exact: true }).click();
    await files.transfers();
    await files.button(operator.words.files_go_on).click();
    await until('the file', async () => (await files.kept())['mine/資料/大🌊.bin'] === LARGE_BYTES, 120_000);
    expect(await hashThere('mine/資料/大🌊.bin')).toBe(hash(content));
    await until('no part any more', async () => !(await part()));
  });

  test('what is stopped leaves nothing behind', async () => {
    await files.opened();
    await files.underWay(randomBytes(LARGE_BYTES));
    await files.transfers();
    await files.panel().getByRole('button', { name: new RegExp(`^${operator.words.cancel} .*${LARGE}`) }).click();
    await files.says('files_state_canceled');
    await until('an empty desktop', () => files.names().length === 0);
  });

  test('a folder is made, renamed, thrown away and taken back', async () => {
    writeFileSync(files.there('memo.txt'), '大切');
    await files.opened();
    await files.button(operator.words.files_make).click();
    await files.panel().getByLabel(operator.words.files_make_name).fill('新しい資料');
    await files.panel().getByLabel(operator.words.files_make_name).press('Enter');
    await until('the folder', () => existsSync(files.there('新しい資料')));
    await files.entry('新しい資料').click();
    await files.theirs().press('F2');
    await files.panel().getByLabel(operator.words.files_rename_name).fill('memo.txt');
    await files.panel().getByLabel(operator.words.files_rename_name).press('Enter');
    await files.panel().getByRole('alert').getByText(operator.words.file_fault_exists).waitFor();
    await files.panel().getByLabel(operator.words.files_rename_name).fill('古い資料📁');
    await files.panel().getByLabel(operator.words.files_rename_name).press('Enter');
    await until('the new name', () => existsSync(files.there('古い資料📁')) && !existsSync(files.there('新しい資料')));
    await files.entry('memo.txt').click();
    await files.theirs().press('Delete');
    await until('the trash', () => !existsSync(files.there('memo.txt')));
    await files.button(operator.words.files_undo).click();
    await until('it is back', () => files.text('memo.txt') === '大切');
  });
});
