// User stories with the customer's program, on a computer of its own, about transfers of files in the middle of which something happens, or
// which are large in another way than by bytes. `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './lib/browser.mjs';
import { Filing, LARGE, LARGE_BYTES, hash } from './lib/filing.mjs';
import { ready } from './lib/office.mjs';
import { sees, staged } from './lib/story.mjs';

const lang = 'ja';
/** So much is there before something happens: what begins anew after it is told from what goes on. */
const BEFORE = 60 << 20;
/** What else may cross the line meanwhile: pictures, records' frames, what is on its way at most. */
const ASIDE = 40 << 20;
const MANY = 10_000;
/** A busy machine carries that many in this time, one way: an idle one in a fraction of it. */
const MANY_MS = 150_000;
/** Room on the customer's disk where that is small: enough for a large file, until something else comes. */
const SMALL_DISK = 260 << 20;

describe.skipIf(!ready())('transfers of files in the middle of which something happens', () => {
  let office;
  let operator;
  let computer;
  let it;
  let files;
  let mounted = null;

  const tell = (parts) => {
    ({ office, operator, computer, it } = parts);
    files = new Filing(it, computer.desk());
  };
  staged(lang, tell, async () => {
    files?.close();
    if (mounted) execFileSync('umount', ['--lazy', mounted]);
    mounted = null;
  });

  const lost = () => operator.page.getByRole('status').getByText(operator.words.lost_title).waitFor();

  /** Of a file of this many bytes so much was there: the rest of it crosses the line from now on, which has each byte twice, and no more. */
  function onlyTheRest(size, had) {
    const [before, rest] = [office.proxy.carried, 2 * (size - had)];
    return () => {
      expect(office.proxy.carried - before).toBeGreaterThan(rest - ASIDE);
      expect(office.proxy.carried - before).toBeLessThan(rest + ASIDE);
    };
  }

  /** The large file is on the customer's disk as it was sent, and nothing beside it. */
  async function arrives(content) {
    await until('the file', () => existsSync(files.there(LARGE)), 120_000);
    expect(hash(files.bytes(LARGE))).toBe(hash(content));
    await until('nothing beside it', () => files.names().length === 1);
  }

  /** The program dies as by a fault of its own. */
  async function dies() {
    it.program.kill('SIGKILL');
    await it.gone();
    await operator.page.getByText(operator.words.customer_lost_title).first().waitFor();
  }

  /** The customer starts it again, and allows once more what was allowed before. */
  async function comesBack() {
    it.program = it.start();
    await operator.page.getByRole('button', { name: operator.words.rearm }).click();
    await it.find(it.names.allow);
    await it.press(it.names.allow);
    await it.pictured();
    await files.button(operator.words.files_ask).click();
    await it.allowsFiles();
  }

  test('a server that is killed and started again in the middle of a file goes on with it where it was', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content, BEFORE);
    await office.server.kill();
    await lost();
    const had = files.partBytes();
    expect(existsSync(files.there(LARGE))).toBe(false);
    const carried = onlyTheRest(LARGE_BYTES, had);
    await office.server.up();
    await arrives(content);
    carried();
  });

  test('a server that is killed and started again while a file of the customer comes goes on with it where it was', async () => {
    const content = randomBytes(LARGE_BYTES);
    writeFileSync(files.there(LARGE), content);
    await files.opened();
    const { coming } = await files.beginsToGet(LARGE);
    await until('a part', async () => (await files.keptBytes()) > BEFORE);
    await office.server.kill();
    await lost();
    const carried = onlyTheRest(LARGE_BYTES, await files.keptBytes());
    await office.server.up();
    expect(hash(await files.downloaded(coming, LARGE))).toBe(hash(content));
    carried();
    expect(files.names()).toEqual([LARGE]);
  });

  test('a program that dies in the middle of a file and is started again goes on with it where it was', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content, BEFORE);
    await dies();
    const had = files.partBytes();
    expect(had).toBeGreaterThan(BEFORE);
    const carried = onlyTheRest(LARGE_BYTES, had);
    await comesBack();
    await arrives(content);
    carried();
  });

  test('a program that dies while a file of the customer comes goes on with it where it was', async () => {
    const content = randomBytes(LARGE_BYTES);
    writeFileSync(files.there(LARGE), content);
    await files.opened();
    const { coming } = await files.beginsToGet(LARGE);
    await until('a part', async () => (await files.keptBytes()) > BEFORE);
    await dies();
    const had = await files.keptBytes();
    expect(had).toBeGreaterThan(BEFORE);
    const carried = onlyTheRest(LARGE_BYTES, had);
    await comesBack();
    expect(hash(await files.downloaded(coming, LARGE))).toBe(hash(content));
    carried();
    expect(files.names()).toEqual([LARGE]);
  });

  test('files that are withdrawn in the middle leave nothing, and go once more when they are allowed again', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content);
    await it.press(it.names.withdrawFilesIn);
    await until('an empty desktop', () => files.names().length === 0);
    await files.transfers();
    // The customer did that: it is no failure, and it says who it was.
    await files.says('files_state_withdrawn');
    expect(await files.failures()).toBe(0);
    await it.press(it.names.giveFilesIn);
    await files.button(operator.words.files_retry).click();
    await arrives(content);
    // And the other way: what the operator has of it goes as well.
    await it.find(it.names.withdrawFilesOut);
    await files.folders();
    const { coming } = await files.beginsToGet(LARGE);
    await until('a part', async () => (await files.keptBytes()) > 0);
    await it.press(it.names.withdrawFilesOut);
    await until('no part', async () => (await files.keptBytes()) < 0);
    await files.transfers();
    await files.says('files_state_withdrawn');
    await it.press(it.names.giveFilesOut);
    await files.button(operator.words.files_retry).click();
    expect(hash(await files.downloaded(coming, LARGE))).toBe(hash(content));
  });

  test('the customer sees what is being copied, stops it, and everything stays allowed', async () => {
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content);
    await it.press(`「${LARGE}」のコピーを中止`);
    await until('an empty desktop', () => files.names().length === 0);
    await files.transfers();
    await files.says('files_state_withdrawn');
    expect(await files.failures()).toBe(0);
    await it.find(it.names.withdrawFilesIn);
    await files.button(operator.words.files_retry).click();
    await arrives(content);
  });

  /** The desktop is a disk of its own, a small one; why not, if this machine lets nobody have one. */
  function smallDisk() {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK}`, 'tmpfs', files.desktop], { stdio: 'pipe' });
    } catch (error) {
      return `no disk of one's own can be mounted here: ${error.message}`;
    }
    mounted = files.desktop;
    return null;
  }

  test('a disk that becomes full in the middle says so, keeps nothing, and takes the file once there is room', async ({ skip }) => {
    const why = smallDisk();
    if (why) skip(why);
    await files.opened();
    const content = randomBytes(LARGE_BYTES);
    await files.underWay(content);
    const { bavail, bsize } = statfsSync(files.desktop);
    execFileSync('fallocate', ['-l', String(bavail * bsize), files.there('他の人.bin')]);
    await files.transfers();
    await files.says('file_fault_full');
    await until('no part', () => files.names().join() === '他の人.bin');
    await operator.say('空きがありません');
    await sees(it.customer, '空きがありません');
    rmSync(files.there('他の人.bin'));
    await files.button(operator.words.files_retry).click();
    await arrives(content);
  });

  /** Names and contents of what is in a ZIP, as another program reads it. */
  function unpacked(zip) {
    const path = files.own('back.zip', zip);
    const read = 'import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(json.dumps([[n, z.read(n).decode()] for n in z.namelist() if n[-1] != "/"]))';
    return JSON.parse(execFileSync('/usr/bin/python3', ['-c', read, path], { maxBuffer: 64 << 20 }));
  }

  test('a folder of ten thousand files goes there and comes back, each with what is in it', async () => {
    const [name, folder] = ['一万', join(files.mine, '一万')];
    // Every other one is empty.
    const all = Array.from({ length: MANY }, (_, n) => [`${n}.txt`, n % 2 ? '' : `${n} 番`]);
    mkdirSync(folder);
    for (const [one, content] of all) writeFileSync(join(folder, one), content);
    await files.opened();
    const began = Date.now();
    await files.sendsFolder(folder);
    await files.transfers();
    await files.says('files_state_done', MANY_MS);
    const sent = Date.now();
    const [done, items] = [MANY + 1, operator.words.files_items];
    expect(await files.panel().innerText()).toContain(items.replace('{done}', done).replace('{all}', done));
    expect(readdirSync(files.there(name)).length).toBe(MANY);
    for (const [one, content] of all) expect(files.text(name, one)).toBe(content);

    await files.folders();
    const { coming } = await files.beginsToGet(name, MANY_MS);
    const back = unpacked(await files.downloaded(coming, `${name}.zip`));
    process.stderr.write(`${MANY} files: ${sent - began} ms there, ${Date.now() - sent} ms back\n`);
    expect(back.length).toBe(MANY);
    expect(Object.fromEntries(back)).toEqual(Object.fromEntries(all.map(([one, content]) => [`${name}/${one}`, content])));
  }, 3 * MANY_MS);
});
