// HTML and pictures by the clipboard, both ways: the operator's own clipboard at one end, programs that are not ours at the other.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { openBrowser, until } from './browser.mjs';

const run = promisify(execFile);
const HTML = '<p style="color:#c00"><b>手元</b> by hand</p><img src="https://elsewhere.invalid/seen.png"><script>document.title="x"</script>';
const PLAIN = '手元 by hand';

const check = (what, right) => {
  if (!right) throw new Error(`not so: ${what}`);
};

export async function copies(tour) {
  const { page, words, desktop } = tour;
  const folder = mkdtempSync(join(tmpdir(), 'temoto-copies-'));
  const clip = async (target) => {
    const { stdout } = await run('xclip', ['-selection', 'clipboard', '-o', '-t', target], {
      env: desktop.environment,
      encoding: 'buffer',
      maxBuffer: 64 << 20,
      timeout: 30_000,
    }).catch((error) => ({ stdout: error.stdout ?? Buffer.alloc(0) }));
    return stdout;
  };
  const fetchable = (kind) => async () => {
    const item = (await tour.menu(words.clipboard, words.clipboard_fetch)).first();
    const note = await item.textContent();
    await tour.close();
    return note.includes(words[`clipboard_kind_${kind}`]);
  };
  try {
    // Formatted text to the customer: it looks the same, and nothing of it runs or is fetched.
    await page.evaluate(
      ([html, text]) => {
        const blob = (data, type) => new Blob([data], { type });
        const parts = { 'text/plain': blob(text, 'text/plain'), 'text/html': blob(html, 'text/html') };
        return navigator.clipboard.write([new ClipboardItem(parts)]);
      },
      [HTML, PLAIN],
    );
    await tour.choose(words.clipboard, words.clipboard_put);
    const html = await until('HTML at the customer', async () => {
      const there = (await clip('text/html')).toString();
      return there.includes('手元') && there;
    });
    check(`bold and red, not ${html}`, /<b|font-weight: ?(bold|700)/.test(html) && /color/.test(html));
    check(`nothing that runs or is fetched, not ${html}`, !/<script|elsewhere|onerror/i.test(html));
    check('the text beside it', (await clip('UTF8_STRING')).toString() === PLAIN);

    // A picture to the customer: long enough to travel only when it is pasted.
    const drawn = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(400, 300);
      const context = canvas.getContext('2d');
      const image = context.createImageData(400, 300);
      const noise = Uint8Array.from({ length: 120_000 }, (_, n) => Math.imul(n + 1, 2_654_435_761) >>> 13);
      for (let n = 0; n < 120_000; n += 1) image.data.set([noise[n] ^ noise[(n * 7) % 120_000], noise[(n * 31) % 120_000], n, 255], n * 4);
      context.putImageData(image, 0, 0);
      const png = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      let bytes = '';
      for (const byte of new Uint8Array(await png.arrayBuffer())) bytes += String.fromCharCode(byte);
      return btoa(bytes);
    });
    const sent = await decoded(tour.page, Buffer.from(drawn, 'base64'));
    check(`a picture of more than is sent at once, not ${drawn.length}`, drawn.length > 100_000);
    await tour.choose(words.clipboard, words.clipboard_put);
    await tour.reads(words.event_operator_clipboard_put_image.replace('{0}', '400').replace('{1}', '300'));
    // The operator reads it when it goes out, and it is there a moment later.
    const png = await until('a picture at the customer', async () => {
      const there = await clip('image/png');
      return there.length > 0 && there;
    });
    const pasted = await decoded(tour.page, png);
    check('every pixel at the customer', pasted.pixels.length === 120_000 && pasted.pixels.every((pixel, n) => pixel === sent.pixels[n]));

    // A picture from the customer.
    const shot = join(folder, 'shot.png');
    desktop.screenshot(shot);
    execFileSync('xclip', ['-selection', 'clipboard', '-i', '-t', 'image/png', shot], { env: desktop.environment, stdio: 'ignore' });
    await until('a picture is offered', fetchable('image'), 20_000, 500);
    await tour.pictured('clipboard-image');
    await tour.choose(words.clipboard, words.clipboard_fetch);
    await page.getByText(words.clipboard_fetched).waitFor();
    const got = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const png = await item.getType('image/png');
      let bytes = '';
      for (const byte of new Uint8Array(await png.arrayBuffer())) bytes += String.fromCharCode(byte);
      return btoa(bytes);
    });
    // Pixels as they are in the file: browsers bend its colors by what it says of a monitor, which does not cross.
    const raw = execFileSync('convert', [shot, '-depth', '8', 'rgb:-'], { maxBuffer: 64 << 20 });
    const here = await decoded(tour.page, Buffer.from(got, 'base64'));
    const there = Uint32Array.from({ length: raw.length / 3 }, (_, n) => (raw[n * 3] << 16) | (raw[n * 3 + 1] << 8) | raw[n * 3 + 2]);
    const differ = there.reduce((sum, pixel, n) => sum + (pixel === here.pixels[n] ? 0 : 1), 0);
    check(`every pixel at the operator, but for ${differ} of ${here.width} x ${here.height}`, there.length === here.pixels.length && differ === 0);

    // Formatted text from the customer, copied in a browser on the customer's screen.
    const browser = await openBrowser({
      executablePath: tour.operator.executablePath,
      lang: tour.lang,
      headless: false,
      env: desktop.environment,
      width: 500,
      height: 300,
    });
    try {
      const theirs = browser.page;
      // A page without a program of its own: one that is starting takes a selection away again.
      await theirs.goto('about:blank');
      await theirs.evaluate(() => {
        document.body.innerHTML = '<p id="it" style="color:rgb(200, 0, 0)"><b>太字</b> bold</p>';
        getSelection().selectAllChildren(document.getElementById('it'));
      });
      await theirs.keyboard.press('Control+c');
      await until('formatted text is offered', fetchable('rich'), 20_000, 500);
      await tour.choose(words.clipboard, words.clipboard_fetch);
      // The words of the fetch before may still be there.
      const taken = await until('HTML at the operator', () =>
        page.evaluate(async () => {
          const [item] = await navigator.clipboard.read();
          if (!item.types.includes('text/html')) return null;
          const read = async (type) => (await item.getType(type)).text();
          return { text: await read('text/plain'), html: await read('text/html') };
        }),
      );
      check(`its text, not ${taken.text}`, taken.text.trim() === '太字 bold');
      check(`how it looks, not ${taken.html}`, taken.html.includes('太字') && /<b|font-weight: ?(bold|700)/.test(taken.html));
    } finally {
      await browser.browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Columns and rows of the picture on this browser's clipboard. */
export function copiedSize(page) {
  return page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const { width, height } = await createImageBitmap(await item.getType('image/png'));
    return [width, height];
  });
}

/** What a PNG shows, decoded by the browser. */
export async function decoded(page, bytes) {
  const packed = await page.evaluate(async (text) => {
    const png = new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: 'image/png' });
    const image = await createImageBitmap(png);
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let bytes = '';
    for (let at = 0; at < data.length; at += 0x8000) bytes += String.fromCharCode(...data.subarray(at, at + 0x8000));
    return { width: image.width, height: image.height, rgba: btoa(bytes) };
  }, Buffer.from(bytes).toString('base64'));
  const rgba = Buffer.from(packed.rgba, 'base64');
  const pixels = new Uint32Array(rgba.length / 4);
  for (let n = 0; n < pixels.length; n += 1) pixels[n] = (rgba[n * 4] << 16) | (rgba[n * 4 + 1] << 8) | rgba[n * 4 + 2];
  return { width: packed.width, height: packed.height, pixels };
}
