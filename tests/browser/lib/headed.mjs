// Browsers with a window on an X display: only those can capture a screen. What is picked in the browser's question is picked by its title.
import { housed } from './browser.mjs';

/** A window in which a page has an even number of pixels each way: the browser films tabs in no other. */
const EVEN = [760, 561];

/**
 * A browser on the display of `environment`, with its window in the upper left corner. `source`: the title of the window that it captures,
 * "Entire screen" for all of them; `tab`: the title of one of its own tabs instead.
 */
export async function openHeaded({ executablePath, lang, environment, source = 'Entire screen', tab = null, size = tab === null ? [760, 560] : EVEN }) {
  const browser = await housed({
    executablePath,
    headless: false,
    env: environment,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-sync',
      '--no-first-run',
      tab === null ? `--auto-select-desktop-capture-source=${source}` : `--auto-select-tab-capture-source-by-title=${tab}`,
      '--window-position=0,0',
      `--window-size=${size.join(',')}`,
    ],
  });
  // A page as large as its window: a size of its own would be what the browser scales captured screens to.
  const context = await browser.newContext({ viewport: null, locale: lang === 'ja' ? 'ja-JP' : 'en-US', ignoreHTTPSErrors: true });
  const page = await context.newPage();
  return { browser, context, page };
}
