// Licences from the command line to the page, in real browsers against a real server: activated, all in use, refused, waited for; then
// the history tells of it and the audit trail is in order. TEMOTO_PICTURES=folder keeps pictures of the steps.
// Globals (describe, test, expect, ...) come from vitest.
import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Operator } from './lib/operator.mjs';
import { PASSWORD, Server, built } from './lib/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ADMINISTRATOR = 'admin@example.com';

describe.skipIf(!built()).each(['ja', 'en'])('licences and history in %s', (lang) => {
  let server;
  let operator;
  const customers = [];

  beforeAll(async () => {
    server = await Server.start();
    const who = ['--email', ADMINISTRATOR, '--name', '管理 太郎', '--role', 'administrator', '--password-stdin'];
    server.runWith(`${PASSWORD}\n`, 'user', 'add', ...who);
    operator = await Operator.open({ server: server.address, executablePath, lang });
    await operator.logIn(ADMINISTRATOR, PASSWORD);
  });

  afterAll(async () => {
    for (const customer of customers) await customer.close();
    await operator?.close();
    await server?.remove();
  });

  const goTo = (path) => operator.page.goto(`${server.address}${path}?lang=${lang}`);
  const words = (key, values = {}) => operator.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const button = (key) => operator.page.getByRole('button', { name: words(key), exact: true });
  const picture = async (name) => {
    const folder = process.env.TEMOTO_PICTURES;
    if (folder) await operator.page.screenshot({ path: `${folder}/${name}.${lang}.png`, fullPage: true });
  };

  /** The digits of every code that waits, the newest first. */
  async function codes(count) {
    const cards = operator.page.getByRole('status', { name: words('session_code') });
    return until(`${count} codes`, async () => {
      const texts = (await cards.allTextContents()).map((text) => text.replace(/\D/g, ''));
      return texts.length === count && texts.every((digits) => digits.length === 8) && texts;
    });
  }

  async function connect(digits) {
    const customer = await Customer.open({ server: server.address, executablePath, lang });
    customers.push(customer);
    await customer.goToJoin();
    await customer.connect(digits);
    return customer;
  }

  test('one licence serves one customer after the other, and everything is told', async () => {
    const key = server.run('licence', 'issue', '--sessions', '1', '--holder', 'Example Corp.').trim();
    await goTo('/console/licences');
    await operator.page.getByRole('textbox', { name: words('licence_key') }).fill(key);
    await button('licences_activate').click();
    await operator.page.getByText(words('licence_activated', { sessions: 1 })).waitFor();
    await picture('licence-activated');

    await goTo('/console');
    await button('start_session').click();
    const [first] = await codes(1);
    await button('start_session').click();
    const [second] = await codes(2);
    const served = await connect(first);
    await served.paired();
    const waits = await connect(second);
    await waits.page.getByText(waits.words.refused_no_licence).waitFor();
    await operator.page.getByText(words('lease_customer_waits')).waitFor();
    await picture('customer-waits');

    await button('start_session').click();
    await operator.page.getByRole('heading', { name: words('lease_all_used') }).waitFor();
    await picture('no-licence');
    await button('lease_leave').click();

    // The first customer is done: the second one is let in with the same code.
    await operator.page.getByRole('row').getByRole('button', { name: words('end_session') }).first().click();
    await operator.page.getByRole('dialog').getByRole('button', { name: words('end_yes') }).click();
    await operator.page.getByText(words('lease_customer_may')).waitFor();
    await waits.connect(second);
    await waits.paired();

    await goTo('/console/history');
    await operator.page.getByRole('row').nth(2).waitFor();
    await button('history_add_note').first().click();
    await operator.page.getByRole('textbox', { name: words('history_ticket') }).fill('#20418');
    await operator.page.getByRole('textbox', { name: words('history_note'), exact: true }).fill('=1+1');
    await button('history_save').click();
    await operator.page.getByText('#20418').waitFor();
    await picture('history');
    const csv = await operator.page.evaluate(async () => (await fetch('/api/v1/history/csv')).text());
    expect(csv).toContain(`"'=1+1","#20418"`);
    expect(server.run('audit', 'verify')).not.toContain('NOT IN ORDER');
  });
});
