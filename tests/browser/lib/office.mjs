// What stories with the program share: a server behind a line that can be cut, and an operator who has logged in.
import { existsSync, rmSync } from 'node:fs';

import { missing } from './computer.mjs';
import { Operator } from './operator.mjs';
import { Proxy } from './proxy.mjs';
import { EMAIL, PASSWORD, Server, built } from './server.mjs';
import { programBuilt, programs } from './shared.mjs';

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whether everything is there that takes part, but for the customer's computer. */
export const staffed = (kind) => built() && programBuilt(kind) && existsSync(executablePath);

/** Whether everything is there that takes part. */
export const ready = () => staffed('linux') && missing().length === 0;

export class Office {
  /** `kind`: whose program the customers are given, `linux` or `windows`. */
  static async open(lang, kind = 'linux') {
    const office = new Office();
    office.folder = programs(kind);
    office.proxy = await Proxy.start();
    office.server = await Server.start({ programs: office.folder, origin: office.proxy.address });
    office.proxy.to = office.server.port;
    office.operator = await Operator.open({ server: office.proxy.address, executablePath, lang });
    await office.operator.logIn(EMAIL, PASSWORD);
    return office;
  }

  /** The same operator in a second tab. */
  async tab() {
    const { browser, context, server, lang } = this.operator;
    return new Operator({ browser, context, page: await context.newPage() }, server, lang);
  }

  /** What the history tells of the files of the latest session, in another tab. */
  async receipts() {
    const { page, server, words } = await this.tab();
    try {
      await page.goto(`${server}/console/history?lang=${this.operator.lang}`);
      await page.getByRole('button', { name: words.story, exact: true }).first().click();
      const rows = page.locator('section').filter({ has: page.getByRole('heading', { name: words.receipts, exact: true }) }).locator('li');
      await rows.first().waitFor({ timeout: 5_000 }).catch(() => undefined);
      return await rows.allInnerTexts();
    } finally {
      await page.close();
    }
  }

  async close() {
    await this.operator?.close();
    await this.server?.remove();
    await this.proxy?.cut();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
