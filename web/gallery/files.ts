/** The panel of files and folders in all its states. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes';

type Session = (scenario: string, ready?: string, act?: Scene['act']) => Scene;
type Press = (names: RegExp) => (page: Page) => Promise<void>;

/** `session` and `press`: how scenes open a session and press a button. */
export function fileScenes(session: Session, press: Press): Scene[] {
  /** The panel is open; `act` goes on in it. */
  const files = (scenario: string, name = scenario, act?: Scene['act']): Scene => ({
    ...session(scenario, '[role=toolbar]', async (page) => {
      const panel = page.getByRole('region', { name: /^(ファイルの送受信|Files to send and get)$/ });
      // A question opens it by itself.
      if (!(await panel.isVisible())) await press(/^(ファイル|Files)$/)(page);
      await panel.waitFor();
      await act?.(page);
    }),
    name: `session-${name}`,
  });
  const tab = (names: RegExp) => async (page: Page) => {
    await page.getByRole('tab', { name: names }).click();
  };
  const theirs = (page: Page) => page.getByRole('listbox', { name: /^(お客様のファイル|Customer’s files)$/ });
  const choose = async (page: Page) => {
    const files = [
      { name: 'driver.zip', mimeType: 'application/zip', buffer: Buffer.alloc(120_000) },
      { name: '手順書📄.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(48_000) },
    ];
    await page.locator('input[type=file]').first().setInputFiles(files);
  };

  return [
    { ...files('live', 'files-asking'), name: 'session-files-asking' },
    files('resting', 'files-resting'),
    files('files-empty'),
    files('files-denied'),
    files('files', 'files-list', async (page) => {
      await choose(page);
      await theirs(page).getByRole('option').nth(2).click();
      await theirs(page)
        .getByRole('option')
        .nth(4)
        .click({ modifiers: ['Control'] });
    }),
    files('files', 'files-rename', async (page) => {
      await theirs(page).getByRole('option').nth(4).click();
      await press(/^(名前の変更|Rename)$/)(page);
      const field = page.getByLabel(/^(新しい名前|New name)$/);
      await field.fill('a.txt');
      await field.press('Enter');
      await page.getByRole('alert').waitFor();
    }),
    files('files', 'files-trashed', async (page) => {
      await theirs(page).getByRole('option').nth(3).click();
      await theirs(page).press('Delete');
      await page.getByRole('button', { name: /^(元に戻す|Undo)$/ }).waitFor();
    }),
    files('files-many', 'files-many', async (page) => {
      await theirs(page).press('End');
      await theirs(page)
        .getByRole('option', { name: /10000\.jpg/ })
        .waitFor();
    }),
    files('files-transfers', 'files-transfers', tab(/^(転送|Transfers)/)),
    files('files-errors', 'files-errors', async (page) => {
      await tab(/^(転送|Transfers)/)(page);
      await page.getByText(/^(転送できなかったもの|Not transferred)/).click();
    }),
    files('files-question'),
    {
      ...session('clipboard-files', '[role=toolbar]', press(/^(クリップボード|Clipboard)$/)),
      name: 'session-clipboard-files',
    },
    {
      ...session('clipboard-files', '[role=toolbar]', async (page) => {
        await press(/^(クリップボード|Clipboard)$/)(page);
        await page
          .getByRole('menuitem', { name: /お客様がコピーしたファイル|files that your customer copied/ })
          .click();
        await theirs(page).getByRole('option').first().click();
      }),
      name: 'session-files-copied',
    },
  ];
}
