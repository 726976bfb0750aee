// What an operator does in the browser.
import { openBrowser, until, words } from './browser.mjs';

export class Operator {
  static async open({ server, executablePath, lang, colorScheme, profile }) {
    const opened = await openBrowser({ executablePath, lang, colorScheme, profile });
    return Object.assign(new Operator(opened, server, lang), { executablePath });
  }

  constructor({ browser, context, page }, server, lang) {
    Object.assign(this, { browser, context, page, server, lang, words: words(lang) });
  }

  async logIn(email, password) {
    await this.page.goto(`${this.server}/login?lang=${this.lang}`);
    await this.page.getByRole('textbox', { name: this.words.email }).fill(email);
    await this.page.getByRole('textbox', { name: this.words.password }).fill(password);
    await this.page.getByRole('button', { name: this.words.log_in, exact: true }).click();
    await this.page.waitForURL('**/console**');
    await this.page.getByRole('button', { name: this.words.start_session, exact: true }).waitFor();
  }

  /** Presses Start session; the code and the ms from the press to its eight digits on the page. */
  async startSession() {
    const start = this.page.getByRole('button', { name: this.words.start_session, exact: true });
    // Other pages list sessions of other tabs: this one is known by its name.
    const created = this.page.waitForResponse((response) => /\/sessions$/.test(response.url()) && response.request().method() === 'POST');
    created.catch(() => undefined);
    const { digits, ms } = await start.evaluate(
      (button, name) =>
        new Promise((resolve, reject) => {
          const began = performance.now();
          const read = () => {
            for (const status of document.querySelectorAll('[role=status], output')) {
              if (!(status.getAttribute('aria-label') ?? '').includes(name)) continue;
              const digits = (status.textContent ?? '').replace(/\D/g, '').slice(0, 8);
              if (digits.length === 8) {
                watcher.disconnect();
                resolve({ digits, ms: performance.now() - began });
                return;
              }
            }
          };
          const watcher = new MutationObserver(read);
          watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
          setTimeout(() => reject(new Error('no code after 15 s')), 15_000);
          button.click();
          read();
        }),
      this.words.session_code,
    );
    this.session = (await (await created).json()).session;
    return { digits, ms };
  }

  /**
   * Opens the view of a session, of the one that was started last if not told, once the customer joined: from the card of who just came, or
   * from the table, where it stays. Sessions of other tabs are listed there as well.
   */
  async openSession(session = this.session) {
    const link = (name) => this.page.getByRole('link', { name, exact: true });
    const own = this.page.locator(`a[href="/console/s/${session}"]`);
    await link(this.words.open_session).or(link(this.words.sessions_open)).and(own).first().click();
    await this.page.waitForURL('**/console/s/**');
    await this.page.getByRole('toolbar', { name: this.words.session_toolbar }).waitFor();
  }

  log() {
    return this.page.getByRole('log', { name: this.words.chat });
  }

  async say(text) {
    await this.page.getByRole('textbox', { name: this.words.message }).fill(text);
    await this.page.getByRole('button', { name: this.words.send, exact: true }).click();
  }

  canvas() {
    return this.page.getByLabel(this.words.remote_screen, { exact: true }).first();
  }

  /** Waits for the first picture: a canvas of this size that is not of one color. Returns Date.now() of it. */
  async firstPicture(width, height, withinMs = 60_000) {
    return until(
      'first picture on the canvas',
      async () => {
        const shown = await this.pixels({ x: 0, y: 0, width, height }, 32).catch(() => null);
        return shown && new Set(shown).size > 1 ? Date.now() : null;
      },
      withinMs,
      30,
    );
  }

  /** Pixels of the canvas as 0xRRGGBB numbers, read back by drawing it; every `step`th column and row. */
  async pixels(rect, step = 1) {
    const packed = await this.canvas().evaluate(
      (canvas, { rect, step }) => {
        if (canvas.width < rect.x + rect.width || canvas.height < rect.y + rect.height)
          throw new Error(`the canvas has ${canvas.width} x ${canvas.height}`);
        const copy = new OffscreenCanvas(rect.width, rect.height);
        const context = copy.getContext('2d', { willReadFrequently: true });
        context.drawImage(canvas, rect.x, rect.y, rect.width, rect.height, 0, 0, rect.width, rect.height);
        const { data } = context.getImageData(0, 0, rect.width, rect.height);
        const bytes = [];
        for (let y = 0; y < rect.height; y += step)
          for (let x = 0; x < rect.width; x += step) {
            const at = (y * rect.width + x) * 4;
            bytes.push(data[at], data[at + 1], data[at + 2]);
          }
        let text = '';
        for (let at = 0; at < bytes.length; at += 0x8000)
          text += String.fromCharCode(...bytes.slice(at, at + 0x8000));
        return btoa(text);
      },
      { rect, step },
    );
    const bytes = Buffer.from(packed, 'base64');
    const out = new Uint32Array(bytes.length / 3);
    for (let n = 0; n < out.length; n += 1) out[n] = (bytes[n * 3] << 16) | (bytes[n * 3 + 1] << 8) | bytes[n * 3 + 2];
    return out;
  }

  /** Presses Control and waits until it is pressed. */
  async takeControl() {
    const control = this.page.getByRole('button', { name: this.words.control, exact: true });
    await control.click();
    await until('control', async () => (await control.getAttribute('aria-pressed')) === 'true');
  }

  /** Clicks a pixel of the remote screen. */
  async clickRemote(x, y) {
    await this.page.mouse.click(...(await this.placeOf(x, y)));
  }

  /** Where a pixel of the remote screen is on the page. */
  async placeOf(x, y) {
    const box = await this.canvas().boundingBox();
    const size = await this.canvas().evaluate((canvas) => ({ width: canvas.width, height: canvas.height }));
    return [box.x + ((x + 0.5) * box.width) / size.width, box.y + ((y + 0.5) * box.height) / size.height];
  }

  /** Types a line of letters, spaces and points key by key, with Shift where a person holds it. */
  async typeKeys(line) {
    for (const char of line) {
      const key = char === ' ' ? 'Space' : char === '.' ? 'Period' : `Key${char.toUpperCase()}`;
      await this.page.keyboard.press(/[A-Z]/.test(char) ? `Shift+${key}` : key, { delay: 5 });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** Types by the text path: the input box for composed text. */
  async typeText(text) {
    const field = this.page.getByRole('textbox', { name: this.words.text_field });
    if (!(await field.isVisible())) await this.page.getByRole('button', { name: this.words.type_text, exact: true }).click();
    await field.fill(text);
    await this.page.getByRole('button', { name: this.words.text_send, exact: true }).click();
  }

  /** Ms from a key event in the page to the first differing pixel of the canvas within `rect`. */
  async keyToPixel(key, rect) {
    await this.canvas().evaluate((canvas, rect) => {
      const copy = new OffscreenCanvas(rect.width, rect.height);
      const context = copy.getContext('2d', { willReadFrequently: true });
      const read = () => {
        context.drawImage(canvas, rect.x, rect.y, rect.width, rect.height, 0, 0, rect.width, rect.height);
        return context.getImageData(0, 0, rect.width, rect.height).data;
      };
      const before = read();
      const wait = () => new Promise((resolve) => setTimeout(resolve, 0));
      window.keyToPixel = new Promise((resolve, reject) => {
        const onKey = async () => {
          window.removeEventListener('keydown', onKey, true);
          const began = performance.now();
          while (performance.now() - began < 3_000) {
            const now = read();
            for (let at = 0; at < now.length; at += 1)
              if (now[at] !== before[at]) {
                resolve(performance.now() - began);
                return;
              }
            await wait();
          }
          reject(new Error('no pixel changed within 3 s'));
        };
        window.addEventListener('keydown', onKey, true);
      });
      window.keyToPixel.catch(() => undefined);
    }, rect);
    await this.page.keyboard.press(key);
    return this.page.evaluate(() => window.keyToPixel);
  }

  async endSession() {
    await this.page.getByRole('button', { name: this.words.end_session, exact: true }).first().click();
    const yes = this.page.getByRole('button', { name: this.words.end_yes, exact: true });
    await yes.click();
  }

  async close() {
    await this.browser.close();
  }
}
