// The online page around a session, in real browsers against a real server and a real mail server: guidance by mail, the code field on
// another site, colleagues' sessions on the dashboard, pausing, and an operator who is taken out of the history.
// TEMOTO_PICTURES=folder keeps pictures of the steps. Globals (describe, test, expect, ...) come from vitest.
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';

import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Mailbox } from './lib/mailbox.mjs';
import { Operator } from './lib/operator.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ADMINISTRATOR = 'admin@example.com';
const CUSTOMER = 'taro@customer.example';

/** A site of somebody, on an origin of its own: one page with this HTML in it. */
async function site(html) {
  const page = { html: html ?? '' };
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>Our company</title><h1>Our company</h1>${page.html}`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { page, port, address: `http://localhost:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

describe.skipIf(!built()).each(['ja', 'en'])('the online page around a session in %s', (lang) => {
  let server;
  let mailbox;
  let operator;
  let admin;
  const opened = [];

  beforeAll(async () => {
    if (process.env.TEMOTO_PICTURES) mkdirSync(process.env.TEMOTO_PICTURES, { recursive: true });
    mailbox = await Mailbox.start();
    server = await Server.start({ flags: mailbox.flags });
    const who = ['--email', ADMINISTRATOR, '--name', '管理 太郎', '--role', 'administrator', '--password-stdin'];
    server.runWith(`${PASSWORD}\n`, 'user', 'add', ...who);
    operator = await Operator.open({ server: server.address, executablePath, lang });
    await operator.logIn(EMAIL, PASSWORD);
    admin = await Operator.open({ server: server.address, executablePath, lang });
    await admin.logIn(ADMINISTRATOR, PASSWORD);
  });

  afterAll(async () => {
    for (const one of opened) await one.close();
    await operator?.close();
    await admin?.close();
    await server?.remove();
    await mailbox?.stop();
  });

  const words = (key, values = {}) => operator.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const button = (person, key) => person.page.getByRole('button', { name: words(key), exact: true });
  const goTo = (person, path) => person.page.goto(`${server.address}${path}?lang=${lang}`);
  const picture = async (page, name) => {
    const folder = process.env.TEMOTO_PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/online-${name}.${lang}.png`, fullPage: true });
  };
  const audit = () => server.run('audit', 'verify');
  const row = (person, name) => person.page.getByRole('row').filter({ hasText: name });

  /** The operator's sessions are over, and the page has seen it. */
  async function endAll() {
    await operator.page.evaluate(async () => {
      for (const { session } of await (await fetch('/api/v1/sessions')).json())
        await fetch(`/api/v1/sessions/${session}/end`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    });
    await goTo(operator, '/console');
    await operator.page.getByText(words('sessions_none')).waitFor();
  }

  /** A session with a customer in it. */
  async function paired() {
    await goTo(operator, '/console');
    const { digits } = await operator.startSession();
    const customer = await Customer.open({ server: server.address, executablePath, lang });
    opened.push(customer);
    await customer.goToJoin();
    await customer.connect(digits);
    await customer.paired();
    return customer;
  }

  test('a customer gets the address of the join page by mail, and never the code', async () => {
    await goTo(operator, '/console');
    const { digits } = await operator.startSession();
    await button(operator, 'code_mail').click();
    const form = operator.page.getByRole('form', { name: words('guidance_title') });
    await form.getByText(words('guidance_why')).waitFor();
    const text = form.getByRole('textbox', { name: words('guidance_text_label') });
    expect(await text.inputValue()).toContain('佐藤 花子');

    // Words in the other language, as long as nobody changed them.
    const other = lang === 'ja' ? 'en' : 'ja';
    const language = form.getByRole('combobox', { name: words('guidance_language') });
    const before = await text.inputValue();
    await language.selectOption(other);
    expect(await text.inputValue()).not.toBe(before);
    await language.selectOption(lang);
    expect(await text.inputValue()).toBe(before);

    // With the code in it nothing leaves the browser.
    await form.getByRole('textbox', { name: words('guidance_address') }).fill(CUSTOMER);
    await text.fill(`${before}\n${digits.slice(0, 4)}-${digits.slice(4)}`);
    await form.getByText(words('guidance_has_code')).waitFor();
    const send = form.getByRole('button', { name: words('guidance_send') });
    expect(await send.isDisabled()).toBe(true);
    await picture(operator.page, 'guidance-code');

    await text.fill(`${before}\nP.S. 山田より`);
    await send.click();
    await form.getByText(words('guidance_sent', { address: CUSTOMER })).waitFor();
    await picture(operator.page, 'guidance-sent');
    const subject = words('guidance_subject', { organisation: 'Example Corp.' });
    const mail = await mailbox.mail(CUSTOMER, subject);
    expect(mail.subject).toBe(subject);
    expect(mail.to).toEqual([CUSTOMER]);
    const whole = JSON.stringify(mail);
    expect(whole).toContain('P.S. 山田より');
    expect(whole.replace(/\D/g, '')).not.toContain(digits);

    // The link of the mail is the join page, in the customer's language, and the code of the phone works there.
    const link = await mailbox.link(CUSTOMER, subject);
    expect(link).toBe(`${server.address}/join?lang=${lang}`);
    const customer = await Customer.open({ server: server.address, executablePath, lang });
    opened.push(customer);
    await customer.page.goto(link);
    await customer.field().waitFor();
    await customer.connect(digits);
    await customer.paired();
    expect(audit()).not.toContain('NOT IN ORDER');
    await endAll();
  });

  test('without a mail server the words go by the own mail program or the clipboard', async () => {
    await operator.page.route('**/api/v1/server', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), mail: false } });
    });
    await operator.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await goTo(operator, '/console');
    await operator.startSession();
    await button(operator, 'code_mail').click();
    const form = operator.page.getByRole('form', { name: words('guidance_title') });
    await form.getByText(words('guidance_no_mail')).waitFor();
    const link = form.getByRole('link', { name: words('guidance_open_program') });
    const mailto = new URL(await link.getAttribute('href'));
    expect(mailto.protocol).toBe('mailto:');
    expect(mailto.searchParams.get('body')).toContain(`${server.address}/join?lang=${lang}`);
    await form.getByRole('button', { name: words('guidance_copy') }).click();
    const copied = await operator.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`${server.address}/join?lang=${lang}`);
    await picture(operator.page, 'guidance-no-mail');
    await operator.page.unroute('**/api/v1/server');
    await endAll();
  });

  test('the code field stands on another site, and what is typed there reaches only the join page', async () => {
    const own = await site();
    const foreign = await site();
    opened.push(own, foreign);
    await goTo(admin, '/domain/embed');
    await admin.page.getByRole('combobox', { name: words('embed_kind') }).selectOption('field');
    await admin.page.getByText(words('embed_sites_needed')).waitFor();
    await admin.page.getByRole('textbox', { name: words('embed_sites') }).fill(`${own.address}/support/page.html`);
    await button(admin, 'embed_sites_save').click();
    await admin.page.getByText(words('embed_sites_saved')).waitFor();
    const html = admin.page.getByRole('textbox', { name: words('embed_html') });
    own.page.html = await html.inputValue();
    foreign.page.html = own.page.html;
    await picture(admin.page, 'embed');

    await goTo(operator, '/console');
    const { digits } = await operator.startSession();
    const customer = await Customer.open({ server: server.address, executablePath, lang });
    opened.push(customer);
    const asked = [];
    customer.context.on('request', (request) => asked.push(`${request.url()} ${request.postData() ?? ''}`));

    // A site that was not named shows nothing.
    await customer.page.goto(foreign.address);
    const refused = await until('the frame was refused', async () => {
      const frame = customer.page.frames().find((one) => one !== customer.page.mainFrame());
      return frame && frame.url().startsWith('chrome-error:') && frame;
    });
    expect(await refused.getByRole('textbox').count()).toBe(0);

    await customer.page.goto(own.address);
    const frame = customer.page.frameLocator('iframe');
    const field = frame.getByRole('textbox', { name: words('session_code') });
    await field.fill(`${digits.slice(0, 3)}`);
    await frame.getByRole('button', { name: words('embed_go') }).click();
    await frame.getByText(words('code_incomplete')).waitFor();
    await picture(customer.page, 'embedded');
    const opening = customer.context.waitForEvent('page');
    await field.fill(digits);
    await field.press('Enter');
    const join = await opening;
    const there = new Customer({ browser: customer.browser, context: customer.context, page: join }, server.address, lang);
    await join.getByText(words('join_given')).waitFor();
    // Out of the address at once, and nothing is joined before a person presses.
    expect(join.url()).toBe(`${server.address}/join?lang=${lang}`);
    expect(await there.field().inputValue()).toBe(`${digits.slice(0, 4)} ${digits.slice(4)}`);
    await join.getByRole('button', { name: words('connect'), exact: true }).click();
    await there.paired();
    expect(await field.inputValue()).toBe('');
    // Neither the site around nor any request has the digits.
    expect(await customer.page.content()).not.toContain(digits);
    expect(asked.length).toBeGreaterThan(3);
    for (const request of asked) expect(request.split('#')[0].replace(/\D/g, '')).not.toContain(digits);
    await endAll();

    // No other page of ours can be framed by the same site.
    own.page.html = `<iframe src="${server.address}/join"></iframe>`;
    await customer.page.goto(own.address);
    await until('the join page was refused', () =>
      customer.page.frames().some((one) => one !== customer.page.mainFrame() && one.url().startsWith('chrome-error:')),
    );
  });

  test('an administrator sees the session of an operator come, connect and end, without loading anything anew', async () => {
    await goTo(admin, '/console');
    await admin.page.getByRole('radio', { name: words('scope_organisation') }).check({ force: true });
    await admin.page.getByText(words('live_none')).waitFor();
    const customer = await paired();
    const seen = row(admin, '佐藤 花子');
    await seen.getByText(words('live_state_connected')).waitFor();
    // It is seen, not entered.
    expect(await seen.getByRole('button').count()).toBe(0);
    expect(await seen.getByRole('link').count()).toBe(0);
    await picture(admin.page, 'dashboard');
    const search = admin.page.getByRole('searchbox', { name: words('live_search') });
    await search.fill('nobody of this name');
    await admin.page.getByText(words('live_nothing_found')).waitFor();
    await search.fill('花子');
    await seen.waitFor();
    await customer.close();
    opened.splice(opened.indexOf(customer), 1);
    await seen.getByText(words('live_state_customer_away')).waitFor();
    await endAll();
    await admin.page.getByText(words('live_nothing_found')).waitFor();
  });

  test('a session rests without a licence, and goes on when one is free', async () => {
    const key = server.run('licence', 'issue', '--sessions', '1', '--holder', 'Example Corp.').trim();
    await goTo(admin, '/console/licences');
    await admin.page.getByRole('textbox', { name: words('licence_key') }).fill(key);
    await button(admin, 'licences_activate').click();
    await admin.page.getByText(words('licence_activated', { sessions: 1 })).waitFor();
    const held = () => admin.page.evaluate(async () => (await (await fetch('/api/v1/licences/usage')).json()).held);

    const customer = await paired();
    await customer.say('before the pause');
    expect(await held()).toBe(1);
    await operator.page.getByRole('row').getByRole('button', { name: words('pause') }).click();
    await picture(operator.page, 'pause-question');
    await operator.page.getByRole('dialog').getByRole('button', { name: words('pause_do'), exact: true }).click();
    const rests = operator.page.getByRole('row').filter({ has: operator.page.getByRole('button', { name: words('resume') }) });
    await rests.waitFor();
    await picture(operator.page, 'paused');
    await customer.page.getByText(words('operator_away')).waitFor();
    expect(await held()).toBe(0);

    // Loading the page anew does not go on by itself.
    await goTo(operator, '/console');
    await rests.waitFor();
    expect(await held()).toBe(0);

    // The administrator uses the licence meanwhile: the operator is told, politely.
    await goTo(admin, '/console');
    const { digits } = await admin.startSession();
    const second = await Customer.open({ server: server.address, executablePath, lang });
    opened.push(second);
    await second.goToJoin();
    await second.connect(digits);
    await second.paired();
    await rests.getByRole('button', { name: words('resume') }).click();
    await operator.page.getByText(words('resume_refused')).waitFor();
    await picture(operator.page, 'resume-refused');

    await admin.page.getByRole('row').getByRole('button', { name: words('end_session') }).first().click();
    await admin.page.getByRole('dialog').getByRole('button', { name: words('end_yes') }).click();
    await operator.page.getByText(words('resume_turn')).waitFor();
    await picture(operator.page, 'resume-turn');
    await rests.getByRole('button', { name: words('resume') }).click();
    await operator.openSession();
    await operator.log().getByText('before the pause').waitFor();
    await customer.page.getByText(words('operator_away')).waitFor({ state: 'detached' });
    await operator.say('after the pause');
    await customer.log().getByText('after the pause').waitFor();
    expect(await held()).toBe(1);
    await endAll();
    expect(audit()).not.toContain('NOT IN ORDER');
  });

  test('an operator is taken out of the history, and the audit trail stays in order', async () => {
    await goTo(admin, '/console/history');
    await row(admin, '佐藤 花子').first().waitFor();
    const choice = admin.page.getByRole('combobox', { name: words('history_erase_operator') });
    const option = choice.locator('option', { hasText: '佐藤 花子' });
    await choice.selectOption(await option.getAttribute('value'));
    const form = admin.page.locator('form').filter({ has: choice });
    await form.getByRole('button', { name: words('history_erase_do') }).click();
    const dialog = admin.page.getByRole('dialog');
    await dialog.getByText(words('history_erase_operator_stays')).waitFor();
    await picture(admin.page, 'erase-operator');
    await dialog.getByRole('button', { name: words('history_erase_do') }).click();
    const [, said] = words('history_operator_erased', { sessions: '#' }).split('#');
    await admin.page.getByRole('status').filter({ hasText: said.trim() }).waitFor();
    await until('the rows are gone', async () => (await row(admin, '佐藤 花子').count()) === 0);
    await row(admin, '管理 太郎').first().waitFor();
    await picture(admin.page, 'erased');
    expect(audit()).not.toContain('NOT IN ORDER');
    const { sessions } = await operator.page.evaluate(async () => (await fetch('/api/v1/history')).json());
    expect(sessions).toEqual([]);
  });
});
