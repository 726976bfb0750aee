// Several displays through all real parts: `npm run program` in web/. Globals (describe, test, ...) come from vitest.
import { until } from './lib/browser.mjs';
import { ready } from './lib/office.mjs';
import { staged } from './lib/story.mjs';

const LONG_MS = 560_000;
const WIDE = ['MON-A', 0, 0, 700, 800];
/** Lower than the other, with a gap to it. */
const LOW = ['MON-B', 712, 96, 568, 601];
const ALL = { x: 0, y: 0, width: 1280, height: 800 };
const place = ([, x, y, width, height]) => ({ x, y, width, height });

describe.skipIf(!ready())('several displays', () => {
  let operator;
  let computer;
  let it;

  staged('en', (parts) => ({ operator, computer, it } = parts));

  const menu = () => operator.page.getByRole('button', { name: operator.words.display, exact: true });
  const item = (words) => operator.page.getByRole('menuitemradio').filter({ hasText: words });
  const number = (n) => operator.words.display_number.replace('{number}', n);

  async function choose(words) {
    await menu().click();
    await item(words).click();
    await operator.page.keyboard.press('Escape');
  }

  /** The canvas shows exactly this part of the desktop; what is on no display is black. */
  async function shows(part, displays) {
    let last = '';
    const equal = async () => {
      const size = await it.size();
      last = `the canvas has ${size.width} x ${size.height}`;
      if (size.width !== part.width || size.height !== part.height) return false;
      const [{ pixels, width }, shown] = [await it.desktop.capture(), await operator.pixels({ ...part, x: 0, y: 0 })];
      let differ = 0;
      for (let y = 0; y < part.height; y += 1)
        for (let x = 0; x < part.width; x += 1) {
          const [at, down] = [x + part.x, y + part.y];
          const lit = displays.some(([, left, top, w, h]) => at >= left && at < left + w && down >= top && down < top + h);
          if (shown[y * part.width + x] !== (lit ? pixels[down * width + at] : 0)) differ += 1;
        }
      last = `${differ} pixels differ`;
      return differ === 0;
    };
    await until('the same picture', equal, 60_000, 100).catch((error) => {
      throw new Error(`${error.message}: ${last}`);
    });
  }

  async function two() {
    await it.controlling();
    computer.monitors([WIDE, LOW]);
    await menu().waitFor();
    await shows(place(WIDE), [WIDE]);
    // The one monitor of before is gone. What says so lies over the picture until it is closed.
    const said = operator.page.getByRole('alert').filter({ hasText: 'VNC-0' });
    await said.getByRole('button', { name: operator.words.close, exact: true }).click();
  }

  test('are listed and followed while they come, go and change, and the choice outlives a reload', async () => {
    await two();
    await menu().click();
    const thumbs = operator.page.locator('[role=menu]:popover-open canvas');
    // Each of both, and both once more on the desk.
    await until('four pictures', async () => (await thumbs.count()) === 4);
    // A canvas that nothing was drawn on is larger; only the first display has something on it.
    const drawn = (canvases) =>
      canvases.every(({ width, height }) => width <= 192 && height <= 192) &&
      new Set(new Uint32Array(canvases[0].getContext('2d').getImageData(0, 0, canvases[0].width, canvases[0].height).data.buffer)).size > 9;
    await until('a small picture of each', () => thumbs.evaluateAll(drawn), 20_000);
    await operator.page.keyboard.press('Escape');
    await choose(number(2));
    await shows(place(LOW), [LOW]);
    await choose(operator.words.display_all);
    await shows(ALL, [WIDE, LOW]);
    await operator.page.reload();
    await shows(ALL, [WIDE, LOW]);
    // Turned, and taken away while it is looked at.
    const turned = ['MON-B', 712, 0, 400, 568];
    computer.monitors([WIDE, turned]);
    await shows({ x: 0, y: 0, width: 1112, height: 800 }, [WIDE, turned]);
    await choose(number(2));
    await shows(place(turned), [turned]);
    computer.monitors([WIDE]);
    await shows(place(WIDE), [WIDE]);
    await operator.log().getByText(operator.words.event_display_gone.replace('{0}', 'MON-B')).waitFor();
    await until('no list of one', async () => (await menu().count()) === 0);
  });

  test('are switched without a flicker', async () => {
    await two();
    await computer.marks([
      [...WIDE.slice(1), 'cc2222'],
      [...LOW.slice(1), '2222cc'],
    ]);
    await until('red', async () => (await operator.pixels({ x: 0, y: 0, width: 700, height: 800 })).every((pixel) => pixel === 0xcc2222));
    // Every picture that the browser shows meanwhile, by its size and three of its pixels.
    await operator.canvas().evaluate((canvas) => {
      const copy = new OffscreenCanvas(3, 1);
      const context = copy.getContext('2d', { willReadFrequently: true });
      window.seen = new Set();
      const look = () => {
        const { width, height } = canvas;
        [[5, 5], [width >> 1, height >> 1], [width - 5, height - 5]].forEach(([x, y], n) => context.drawImage(canvas, x, y, 1, 1, n, 0, 1, 1));
        const colors = [...new Uint32Array(context.getImageData(0, 0, 3, 1).data.buffer)].map((pixel) => (pixel & 0xffffff).toString(16));
        window.seen.add(`${width}x${height} ${[...new Set(colors)].join()}`);
        requestAnimationFrame(look);
      };
      look();
    });
    const [first, second, all] = [[number(1), 700], [number(2), 568], [operator.words.display_all, 1280]];
    for (const [words, width] of [second, first, second, all, first, all, second]) {
      await choose(words);
      await until('the other picture', async () => (await it.size()).width === width);
    }
    const seen = await operator.page.evaluate(() => [...window.seen].sort());
    // All side by side have nothing in their lower right corner.
    expect(seen).toEqual(['1280x800 2222cc,0', '568x601 cc2222', '700x800 2222cc']);
  });

  test('are clicked pixel by pixel at every zoom and density', { timeout: LONG_MS }, async () => {
    await two();
    const marks = await computer.marks([[0, 0, 1280, 800, '335577']]);
    const { page, context, words } = operator;
    const cdp = await context.newCDPSession(page);
    const scale = page.getByRole('group', { name: words.zoom }).locator('output');
    const press = (name) => page.getByRole('button', { name, exact: true }).click();
    const zoomed = {
      fit: () => press(words.zoom_fit),
      actual: () => press(words.zoom_actual),
      half: () => steps(50),
      double: () => steps(200),
      free: () => steps(125),
    };
    async function steps(percent) {
      await press(words.zoom_actual);
      for (let n = 0; n < 6 && (await scale.textContent()) !== `${percent}%`; n += 1) await press(percent > 100 ? words.zoom_in : words.zoom_out);
      await until(`${percent}%`, async () => (await scale.textContent()) === `${percent}%`);
    }
    /** Scrolls the stage until the pixel is in sight; where its middle is on the page. */
    const reach = (x, y) =>
      operator.canvas().evaluate(
        (canvas, { x, y }) => {
          const stage = canvas.closest('.stage');
          const view = stage.getBoundingClientRect();
          const at = () => {
            const box = canvas.getBoundingClientRect();
            return [box.left + ((x + 0.5) * box.width) / canvas.width, box.top + ((y + 0.5) * box.height) / canvas.height];
          };
          const [left, top] = at();
          stage.scrollBy({ left: left - view.left - stage.clientWidth / 2, top: top - view.top - stage.clientHeight / 2, behavior: 'instant' });
          return at();
        },
        { x, y },
      );
    // Followed only by hand here: a stage that moves on its own would move between the look and the press.
    await zoomed.actual();
    await press(words.zoom_follow);
    for (const [n, origin] of [
      [number(1), place(WIDE)],
      [number(2), place(LOW)],
      [words.display_all, ALL],
    ]) {
      await choose(n);
      await until('its picture', async () => (await it.size()).width === origin.width);
      const inside = (part, length) => Math.floor(part * (length - 1));
      const grid = [0, 0.37, 1].flatMap((down) => [0, 0.61, 1].map((right) => [inside(right, origin.width), inside(down, origin.height)]));
      for (const ratio of [1, 1.25, 1.5, 2]) {
        await cdp.send('Emulation.setDeviceMetricsOverride', { width: 1280, height: 720, deviceScaleFactor: ratio, mobile: false });
        await until('the density', async () => (await page.evaluate(() => devicePixelRatio)) === ratio);
        // The page hears of it with the next frame and is laid out anew by the one after it.
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        for (const [zoom, set] of Object.entries(zoomed)) {
          await set();
          const before = marks.places.length;
          const meant = [];
          for (const [x, y] of grid) {
            await page.mouse.click(...(await reach(x, y)));
            meant.push([x + origin.x, y + origin.y]);
          }
          await until('the clicks', () => marks.places.length >= before + meant.length, 10_000).catch(() => undefined);
          expect({ n, ratio, zoom, places: marks.places.slice(before) }).toEqual({ n, ratio, zoom, places: meant });
        }
      }
    }
  });
});
