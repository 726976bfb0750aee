// Starts real browsers (Debian's Chromium) and finds controls by the names that stay (docs: "Names that stay" of the design).
import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
export const { chromium } = require('playwright-core');

/** What every browser of the tests is started with. */
export const ARGUMENTS = [
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

/**
 * Starts a browser in somebody's environment, but with a home folder of its own that goes with it: what a browser writes for itself would
 * look as if the customer's program had left it there.
 */
export async function housed(options) {
  const home = mkdtempSync(join(tmpdir(), 'browser-home-'));
  const gone = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  const folders = { XDG_CONFIG_HOME: '.config', XDG_CACHE_HOME: '.cache', XDG_DATA_HOME: '.local/share', XDG_STATE_HOME: '.local/state' };
  const env = { ...options.env, HOME: home };
  for (const [name, folder] of Object.entries(folders)) {
    env[name] = join(home, folder);
    mkdirSync(env[name], { recursive: true });
  }
  const browser = await chromium.launch({ ...options, env }).catch((error) => {
    gone();
    throw error;
  });
  browser.on('disconnected', gone);
  return browser;
}

/**
 * A browser of its own process, with a page of this size. It keeps nothing, as a private window, unless it gets a folder for its `profile`: what a
 * private window may store is a share of the memory.
 */
export async function openBrowser({ executablePath, lang, width = 1280, height = 720, headless = true, colorScheme = 'light', userAgent = undefined, env = undefined, profile = undefined }) {
  const root = process.getuid?.() === 0;
  const options = { executablePath, headless, args: root ? [...ARGUMENTS, '--no-sandbox'] : ARGUMENTS };
  const looks = {
    viewport: { width, height },
    locale: lang === 'ja' ? 'ja-JP' : 'en-US',
    acceptDownloads: true,
    ignoreHTTPSErrors: true,
    colorScheme,
    ...(userAgent ? { userAgent } : {}),
  };
  if (profile) {
    const context = await chromium.launchPersistentContext(profile, { ...options, ...looks });
    return { browser: context, context, page: context.pages()[0] ?? (await context.newPage()) };
  }
  const browser = await (env ? housed({ ...options, env }) : chromium.launch(options));
  const context = await browser.newContext(looks);
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
