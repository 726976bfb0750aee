// Browsers with a window on an X display: only those can capture a screen. What is picked in the browser's question is picked by its title.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from './browser.mjs';

/** A home folder of its own: what a browser writes for itself is neither the customer's nor left by the program. */
function housed(environment) {
  const home = mkdtempSync(join(tmpdir(), 'browser-home-'));
  const folders = { XDG_CONFIG_HOME: '.config', XDG_CACHE_HOME: '.cache', XDG_DATA_HOME: '.local/share', XDG_STATE_HOME: '.local/state' };
  const env = { ...environment, HOME: home };
  for (const [name, folder] of Object.entries(folders)) {
    env[name] = join(home, folder);
    mkdirSync(env[name], { recursive: true });
  }
  return { home, env };
}

/**
 * A browser on the display of `environment`, with its window in the upper left corner. `source`: the title of what it captures, "Entire screen"
 * for all of it.
 */
export async function openHeaded({ executablePath, lang, environment, source = 'Entire screen', size = [760, 560] }) {
  const { home, env } = housed(environment);
  const gone = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  const launched = chromium.launch({
    executablePath,
    headless: false,
    env,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-sync',
      '--no-first-run',
      `--auto-select-desktop-capture-source=${source}`,
      '--window-position=0,0',
      `--window-size=${size.join(',')}`,
    ],
  });
  const browser = await launched.catch((error) => {
    gone();
    throw error;
  });
  browser.on('disconnected', gone);
  // A page as large as its window: a size of its own would be what the browser scales captured screens to.
  const context = await browser.newContext({ viewport: null, locale: lang === 'ja' ? 'ja-JP' : 'en-US', ignoreHTTPSErrors: true });
  const page = await context.newPage();
  return { browser, context, page };
}
