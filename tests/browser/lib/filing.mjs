// The window of files as the operator uses it, and what it does on both disks: what every story about files is made of, on Linux and on Windows.
// Globals (expect, ...) come from vitest.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { until } from './browser.mjs';

/** Long enough on its way to be cut, stopped or looked at. */
export const LARGE_BYTES = 200 << 20;
export const LARGE = '大.bin';
export const NAME = '見積書 2026年11月🗒️.txt';

export const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

const isPart = (name) => name.endsWith('.temoto-part');

export class Filing {
  /** `it`: the session; `desktop`: the folder of the customer that is looked into. */
  constructor(it, desktop) {
    Object.assign(this, { it, desktop, mine: mkdtempSync(join(tmpdir(), 'temoto-mine-')) });
  }

  get operator() {
    return this.it.operator;
  }

  panel() {
    return this.operator.page.getByRole('region', { name: this.operator.words.files_panel });
  }

  button(name) {
    return this.panel().getByRole('button', { name, exact: true });
  }

  theirs() {
    return this.panel().getByRole('listbox', { name: this.operator.words.files_theirs });
  }

  entry(name) {
    return this.theirs().getByRole('option').filter({ hasText: name }).first();
  }

  place() {
    return this.panel().getByRole('combobox', { name: this.operator.words.files_place });
  }

  /** The folders, and no longer the transfers. */
  async folders() {
    await this.panel().getByRole('tab').filter({ hasText: this.operator.words.files_tab_folders }).click();
  }

  /** The transfers, and no longer the folders. */
  async transfers() {
    await this.panel().getByRole('tab').filter({ hasText: this.operator.words.files_tab_transfers }).click();
  }

  /** Waits for a transfer of which this is told. */
  async says(key, withinMs = 30_000) {
    await this.panel().getByText(this.operator.words[key], { exact: true }).first().waitFor({ timeout: withinMs });
  }

  /** How many transfers are shown as failed. */
  failures() {
    return this.panel().locator('li.failed').count();
  }

  there(...names) {
    return join(this.desktop, ...names);
  }

  /** What is in a file of the customer; `null` if there is none. */
  bytes(...names) {
    return existsSync(this.there(...names)) ? readFileSync(this.there(...names)) : null;
  }

  text(...names) {
    return this.bytes(...names)?.toString() ?? null;
  }

  /** Names on the customer's desktop. */
  names() {
    return readdirSync(this.desktop).sort();
  }

  /** What the operator has: the path of a new file with this content. */
  own(name, content) {
    const path = join(this.mine, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** The panel shows the customer's desktop: asked for by the press, and allowed. */
  async opened() {
    await this.it.sharing();
    await this.operator.page.getByRole('button', { name: this.operator.words.files, exact: true }).click();
    await this.panel().getByRole('heading', { name: this.operator.words.files_asking }).waitFor();
    await this.it.allowsFiles();
    await this.place().waitFor();
  }

  async sends(path, label = this.operator.words.files_choose) {
    await this.panel().locator(`input[aria-label="${label}"]`).setInputFiles(path);
    await this.button(this.operator.words.files_send).click();
  }

  sendsFolder(path) {
    return this.sends(path, this.operator.words.files_choose_folder);
  }

  /** Begins to get one of the customer's desktop. `coming`: the download, once it is whole. */
  async beginsToGet(name, withinMs = 150_000) {
    await this.entry(name).click();
    this.earlier = Object.keys(await this.kept());
    const coming = this.operator.page.waitForEvent('download', { timeout: withinMs });
    // Whoever waits for it later is told all the same.
    coming.catch(() => undefined);
    await this.button(this.operator.words.files_fetch).click();
    return { coming };
  }

  /** Gets one of the customer's desktop: what came into the downloads under this name. */
  async gets(name) {
    const { coming } = await this.beginsToGet(name);
    return this.downloaded(coming, name);
  }

  /** The content of a download that has this name. */
  async downloaded(coming, name) {
    const download = await coming;
    expect(download.suggestedFilename()).toBe(name);
    return readFileSync(await download.path());
  }

  /** The chat of both ends tells of a file. */
  async told(name) {
    for (const person of [this.operator, this.it.customer]) await person.log().getByText(name).first().waitFor({ timeout: 30_000 });
  }

  /** A large one is on its way, and more than `least` bytes of it are on the customer's disk. */
  async underWay(content, least = 0) {
    await this.sends(this.own(LARGE, content));
    await until('a part', () => this.partBytes() > least);
    expect(existsSync(this.there(LARGE))).toBe(false);
  }

  /** Bytes of the part on the customer's disk; less than none if there is no part. */
  partBytes() {
    const name = readdirSync(this.desktop).find(isPart);
    return (name && statSync(this.there(name), { throwIfNoEntry: false })?.size) ?? -1;
  }

  /** Sizes of what the browser keeps by itself, by path: parts of what comes lie there, and a folder of the operator's if no hand chooses one. */
  kept() {
    return this.operator.page.evaluate(async () => {
      const sizes = {};
      const walk = async (at, path) => {
        for await (const [name, one] of at)
          if (one.kind === 'directory') await walk(one, `${path}${name}/`);
          else sizes[path + name] = (await one.getFile()).size;
      };
      await walk(await navigator.storage.getDirectory(), '');
      return sizes;
    });
  }

  /** Bytes of the part that the browser keeps of what is being got; less than none if there is no part. What came before is there to be saved again. */
  async keptBytes() {
    const parts = Object.entries(await this.kept()).filter(([path]) => path.startsWith('temoto-files/') && !this.earlier.includes(path));
    return Math.max(-1, ...parts.map(([, size]) => size));
  }

  close() {
    rmSync(this.mine, { recursive: true, force: true });
  }
}
