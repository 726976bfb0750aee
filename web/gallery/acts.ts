/** What scenes do on a page, by the names that controls have in both languages. */
import type { Page } from 'playwright-core';

export const press = (names: RegExp) => async (page: Page) => {
  await page.getByRole('button', { name: names }).first().click();
};

export const start = async (page: Page) => {
  await press(/^(セッションを開始|Start session)$/)(page);
  await page
    .getByRole('status', { name: /^(セッションコード|Session code)$/ })
    .first()
    .waitFor();
};
