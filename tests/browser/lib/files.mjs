// A file of the operator's on its way to the customer, onto the clipboard there, back again, and into the trash: one step of the tour.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { until } from './browser.mjs';

const TEXT = 'もう一度お試しください。 Please try again.';
const FILE = '手順書🖨️.txt';

/** `button`: the role of what is pressed in the program. */
export async function files(tour, button) {
  const { words, names, page } = tour;
  const panel = page.getByRole('region', { name: words.files_panel });
  const entry = panel.getByRole('listbox', { name: words.files_theirs }).getByRole('option').filter({ hasText: FILE });
  const press = (name) => panel.getByRole('button', { name, exact: true }).click();
  const mine = mkdtempSync(join(tmpdir(), 'temoto-tour-'));
  try {
    // Asked by the press, allowed, and sent.
    await tour.button(words.files).click();
    await panel.getByRole('heading', { name: words.files_asking }).waitFor();
    await tour.desktop.find(button, names.giveFilesIn, 20);
    await tour.pictured('files-asked');
    // All that the bar offers is on the display while it asks, with every right on it.
    const { width, height } = tour.desktop.size();
    for (const name of [names.pause, names.decline, names.allow, names.giveFilesIn, names.giveFilesOut]) {
      const at = await tour.desktop.where(button, name, 20);
      const inside = at.x >= 0 && at.y >= 0 && at.width > 0 && at.x + at.width <= width && at.y + at.height <= height;
      if (!inside) throw new Error(`not so: ${name} is on the display, but at ${JSON.stringify(at)}`);
    }
    await tour.press(names.giveFilesIn);
    await tour.press(names.giveFilesOut);
    await panel.getByRole('combobox', { name: words.files_place }).waitFor();
    writeFileSync(join(mine, FILE), TEXT);
    await panel.locator(`input[aria-label="${words.files_choose}"]`).setInputFiles(join(mine, FILE));
    await press(words.files_send);
    await entry.first().waitFor();
    await tour.reads(FILE);
    await tour.pictured('files');
    if (!tour.leavesOut('files_paste')) await pastes(tour, panel);
    // And back again.
    await entry.first().click();
    const coming = page.waitForEvent('download');
    await press(words.files_fetch);
    const download = await coming;
    if (readFileSync(await download.path(), 'utf8') !== TEXT) throw new Error('not so: the same content');
    // Thrown away, taken back, and thrown away again; the customer empties the trash.
    await press(words.files_trash);
    await entry.first().waitFor({ state: 'detached' });
    if (!tour.leavesOut('files_undo')) {
      await press(words.files_undo);
      await entry.first().waitFor();
      await entry.first().click();
      await press(words.files_trash);
      await entry.first().waitFor({ state: 'detached' });
    }
    if (!tour.leavesOut('files_trash') && tour.place.emptyTrash?.(FILE) === false) throw new Error('not so: in the trash');
    await panel.getByRole('tab').filter({ hasText: words.files_tab_transfers }).click();
    await tour.pictured('files-transfers');
  } catch (error) {
    // While the panel still says what it knows.
    await tour.pictured('files-stuck').catch(() => undefined);
    throw error;
  } finally {
    rmSync(mine, { recursive: true, force: true });
    if (await panel.isVisible()) await panel.getByRole('button', { name: words.close, exact: true }).last().click();
  }
}

/** The same file onto the customer's clipboard, where whatever pastes files finds it. */
async function pastes(tour, panel) {
  const { words, desktop } = tour;
  const xclip = ['-selection', 'clipboard', '-o', '-t', 'text/uri-list'];
  const listed = () => {
    const { stdout } = spawnSync('xclip', xclip, { env: desktop.environment, encoding: 'utf8', timeout: 30_000 });
    return (stdout ?? '').split('\r\n').filter((uri) => uri.startsWith('file:'));
  };
  await panel.getByRole('listbox', { name: words.files_mine }).press('Control+A');
  await panel.getByRole('button', { name: words.files_paste, exact: true }).click();
  await panel.getByText(words.files_pasted).waitFor();
  await tour.pictured('files-pasted');
  const [uri, ...more] = await until('a file on the clipboard', () => listed().length > 0 && listed());
  // As far as it is ASCII: Wine writes the rest wrong for X. The folder has this file alone.
  const [, ascii] = /^file:\/\/((?:%[0-7][\da-f]|[^%])*)/i.exec(uri) ?? [];
  const folder = dirname(`${decodeURIComponent(ascii ?? '')}x`);
  const inside = readdirSync(folder);
  if (more.length > 0 || inside.join() !== FILE) throw new Error(`not so: ${FILE} on the clipboard, but ${inside}`);
  if (readFileSync(join(folder, FILE), 'utf8') !== TEXT) throw new Error('not so: the content on the clipboard');
}
