/**
 * Every screen in both languages, both themes and two sizes: a picture of each for the eye (gallery/pictures), axe without serious findings,
 * nothing that the script policy blocks, and no text that is cut or pushes the page sideways.
 * GALLERY=name takes only scenes whose name holds that word.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENES, type Scene } from './scenes';
import { serve, type Played } from './server';

const PICTURES = fileURLToPath(new URL('./pictures', import.meta.url));
const SIZES = [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
];
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const played: Played = { loggedIn: false, language: 'ja', rows: [] };
const only = process.env['GALLERY'] ?? '';
let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  server = await serve(played);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function show(scene: Scene, language: 'ja' | 'en', theme: 'light' | 'dark', size: (typeof SIZES)[number]) {
  played.loggedIn = scene.loggedIn ?? false;
  played.language = language;
  played.rows = scene.others
    ? [
        {
          session: 'ff'.repeat(16),
          state: 'running',
          created_at_ms: Date.now() - 1_084_000,
          joined_at_ms: null,
          code: null,
        },
      ]
    : [];
  const context = await browser.newContext({
    viewport: size,
    locale: language === 'ja' ? 'ja-JP' : 'en-US',
    colorScheme: theme,
    reducedMotion: 'reduce',
    baseURL: server.address,
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    const expected = /status of (401|404)|Not found: /.test(message.text());
    if (message.type() === 'error' && !expected) trouble.push(message.text());
  });
  try {
    await page.goto(scene.path);
    await page.locator(scene.ready).first().waitFor();
    await scene.act?.(page);
    await page.waitForLoadState('networkidle');
    const kind = `${language}-${theme}-${size.width}`;
    await page.screenshot({ path: `${PICTURES}/${scene.name}.${kind}.png`, fullPage: true });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect(serious, kind).toEqual([]);
    expect(trouble, kind).toEqual([]);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways, `${kind} scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
  } finally {
    await context.close();
  }
}

describe.each(SCENES.filter(({ name }) => name.includes(only)))('$name', (scene) => {
  test.each(SIZES)('looks right at $width', async (size) => {
    for (const language of ['ja', 'en'] as const)
      for (const theme of ['light', 'dark'] as const) await show(scene, language, theme, size);
  });
});
