/**
 * Every screen in both languages, both themes and two sizes: a picture of each for the eye (gallery/pictures), axe without serious findings,
 * nothing that the script policy blocks, and no text that pushes the page sideways. GALLERY=name takes only scenes whose name holds that word.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Stage, type Settings } from './lib';
import { SCENES, type Scene } from './scenes';

const PICTURES = fileURLToPath(new URL('./pictures', import.meta.url));
const SIZES = [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
];
const only = process.env['GALLERY'] ?? '';
let stage: Stage;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  stage = await Stage.open();
});

afterAll(() => stage?.end());

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

async function show(scene: Scene, { language, size }: Settings) {
  stage.played.loggedIn = scene.loggedIn ?? false;
  stage.played.open = scene.open ?? true;
  stage.played.contract = scene.contract ?? 'own';
  stage.played.factor = scene.factor ?? false;
  const row = { session: 'ff'.repeat(16), state: 'running', created_at_ms: Date.now() - 1_084_000 };
  const rests = { ...row, state: 'paused' };
  stage.played.rows = scene.others ? [row] : scene.live === 'paused' ? [rests] : [];
  stage.played.live = scene.live;
  stage.played.administrator = scene.administrator ?? false;
  stage.played.past = scene.past ?? false;
  stage.played.denied = scene.denied;
  stage.played.licences = scene.licences;
  const { page, context, trouble } = await stage.page({
    language,
    size,
    ...(scene.guise ? { guise: scene.guise } : {}),
  });
  try {
    await page.goto(scene.path);
    await page.locator(scene.ready).first().waitFor();
    await scene.act?.(page);
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
    for (const theme of ['light', 'dark'] as const) {
      const kind = `${language}-${theme}-${size.width}`;
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: `${PICTURES}/${scene.name}.${kind}.png`, fullPage: true });
      // What axe looks for does not change with the words.
      if (language === 'ja') expect(await serious(page), kind).toEqual([]);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(sideways, `${kind} scrolls sideways`).toBeLessThanOrEqual(0);
    }
    expect(trouble).toEqual([]);
  } finally {
    await context.close();
  }
}

describe.each(SCENES.filter(({ name }) => name.includes(only)))('$name', (scene) => {
  test.each(SIZES)('looks right at $width', async (size) => {
    for (const language of ['ja', 'en'] as const) await show(scene, { language, size });
  });
});
