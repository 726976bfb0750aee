// What a customer does on the join page.
import { openBrowser, words } from './browser.mjs';

export class Customer {
  static async open({ server, executablePath, lang, colorScheme, userAgent }) {
    const opened = await openBrowser({ executablePath, lang, colorScheme, userAgent });
    return new Customer(opened, server, lang);
  }

  constructor({ browser, context, page }, server, lang) {
    Object.assign(this, { browser, context, page, server, lang, words: words(lang) });
  }

  async goToJoin() {
    await this.page.goto(`${this.server}/join?lang=${this.lang}`);
    await this.field().waitFor();
  }

  field() {
    return this.page.getByRole('textbox', { name: this.words.session_code });
  }

  async connect(digits) {
    await this.field().fill(digits);
    const connect = this.page.getByRole('button', { name: this.words.connect, exact: true });
    await connect.click();
  }

  /** Waits until the page shows who it is connected to. */
  async paired(withinMs = 30_000) {
    await this.log().waitFor({ timeout: withinMs });
  }

  log() {
    return this.page.getByRole('log', { name: this.words.chat });
  }

  async say(text) {
    await this.page.getByRole('textbox', { name: this.words.message }).fill(text);
    await this.page.getByRole('button', { name: this.words.send, exact: true }).click();
  }

  /** Presses Download and saves the file under the name that the page gives it. */
  async download(folder) {
    const arriving = this.page.waitForEvent('download', { timeout: 60_000 });
    await this.page.getByRole('button', { name: this.words.download, exact: true }).first().click();
    const download = await arriving;
    const name = download.suggestedFilename();
    const path = `${folder}/${name}`;
    await download.saveAs(path);
    return { name, path };
  }

  async close() {
    await this.browser.close();
  }
}
