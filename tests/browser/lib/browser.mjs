// Starts real browsers (Debian's Chromium) and finds controls by the names that stay (docs: "Names that stay" of the design).
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
export const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** The words of the pages in this language. */
export function words(lang) {
  const file = new URL(`../../../web/portal/src/lib/i18n/${lang}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A browser of its own process, with a page of this size. */
export async function openBrowser({ executablePath, lang, width = 1280, height = 720, headless = true, colorScheme = 'light', userAgent = undefined, env = undefined }) {
  const root = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath,
    headless,
    ...(env ? { env } : {}),
    args: root ? [...ARGUMENTS, '--no-sandbox'] : ARGUMENTS,
  });
  const context = await browser.newContext({
    viewport: { width, height },
    locale: lang === 'ja' ? 'ja-JP' : 'en-US',
    acceptDownloads: true,
    ignoreHTTPSErrors: true,
    colorScheme,
    ...(userAgent ? { userAgent } : {}),
  });
  const page = await context.newPage();
  return { browser, context, page };
}

/** Waits until `check` gives something, and gives that; fails with `what` after `withinMs`. */
export async function until(what, check, withinMs = 30_000, everyMs = 50) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
