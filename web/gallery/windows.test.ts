/** A customer on Windows after the download: what the browser saves, where keyboard and screen reader go on, and the steps of another browser. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from './lib';
import { WINDOWS } from './scenes';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage?.end());

async function downloaded() {
  const opened = await stage.page({ language: 'en', size: { width: 1280, height: 720 }, guise: WINDOWS.edge });
  const { page } = opened;
  await page.goto('/join?scenario=paired');
  const button = page.getByRole('button', { name: 'Download', exact: true });
  await button.focus();
  const [saved] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
  return { ...opened, saved };
}

test('the browser saves the program under the name that carries server and token', async () => {
  const { context, page, saved } = await downloaded();
  const name = saved.suggestedFilename();
  expect(name).toMatch(/^temoto_[^_]+_[0-9a-z]+\.exe$/);
  const [beginning, token] = [name.slice(0, name.lastIndexOf('_')), name.slice(name.lastIndexOf('_') + 1, -4)];
  const words = await page.getByRole('main').innerText();
  expect(words).toContain(beginning);
  expect(words).not.toContain(token);
  await context.close();
});

test('keyboard and screen reader go on at the steps, whose drawings have words', async () => {
  const { context, page } = await downloaded();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('What to do next');
  const drawings = await page.getByRole('img', { name: /^Drawing: / }).all();
  expect(drawings).toHaveLength(4);
  await context.close();
});

test('who uses another browser gets its steps', async () => {
  const { context, page } = await downloaded();
  await expect(page.getByText('Keep anyway').isVisible()).resolves.toBe(true);
  await page.getByText('I use another browser').click();
  const firefox = page.getByRole('button', { name: 'Mozilla Firefox' });
  await firefox.click();
  await page.getByText('Allow download').waitFor();
  expect(await firefox.getAttribute('aria-pressed')).toBe('true');
  await expect(page.getByText('Keep anyway').isVisible()).resolves.toBe(false);
  await context.close();
});
