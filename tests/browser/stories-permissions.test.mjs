// Groups and permissions in real browsers against a real server: an administrator makes a group and forbids it screenshots and
// the start of sessions; an operator of it sees what is not allowed, and who decided it. TEMOTO_PICTURES=folder keeps pictures of the steps.
// Globals (describe, test, expect, ...) come from vitest.
import { mkdirSync } from 'node:fs';

import { until } from './lib/browser.mjs';
import { executablePath, ready } from './lib/office.mjs';
import { Operator } from './lib/operator.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';
import { staged } from './lib/story.mjs';

const ADMINISTRATOR = 'admin@example.com';
const GROUP = 'Night shift';

/** An administrator at the pages about people. */
class Administrator {
  static async open(server, address, lang) {
    const who = ['--email', ADMINISTRATOR, '--name', '管理 太郎', '--role', 'administrator', '--password-stdin'];
    server.runWith(`${PASSWORD}\n`, 'user', 'add', ...who);
    const person = await Operator.open({ server: address, executablePath, lang });
    await person.logIn(ADMINISTRATOR, PASSWORD);
    return new Administrator(person);
  }

  constructor(person) {
    Object.assign(this, { person, page: person.page });
  }

  words(key, values = {}) {
    return this.person.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  button(key, values) {
    return this.page.getByRole('button', { name: this.words(key, values), exact: true });
  }

  /** What is said about a function. */
  setting(name) {
    return this.page.getByRole('combobox', { name: this.words('permission_setting', { function: this.words(name) }) });
  }

  async goTo(path) {
    await this.page.goto(`${this.person.server}${path}?lang=${this.person.lang}`);
  }

  /** Makes a group, puts the operator into it and leaves it open. */
  async makeGroup() {
    await this.goTo('/domain/groups');
    await this.page.getByText(this.words('groups_none')).waitFor();
    await this.page.getByRole('textbox', { name: this.words('groups_name') }).fill(GROUP);
    await this.button('groups_add').click();
    await this.page.getByText(this.words('groups_made', { name: GROUP })).waitFor();
    await this.page.getByRole('searchbox', { name: this.words('groups_add_member') }).fill('hanako');
    await this.button('groups_add_person', { name: '佐藤 花子' }).click();
    await this.page.getByText(this.words('groups_added', { name: '佐藤 花子' })).waitFor();
  }

  async say(name, setting) {
    await this.setting(name).selectOption(setting);
    await this.page.getByText(this.words('permission_changed', { function: this.words(name) })).waitFor();
  }

  async picture(name) {
    await picture(this.person, name);
  }

  close() {
    return this.person.close();
  }
}

async function picture({ page, lang }, name) {
  const folder = process.env.TEMOTO_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.${lang}.png`, fullPage: true });
}

describe.skipIf(!built()).each(['ja', 'en'])('groups and permissions in %s', (lang) => {
  let server;
  let operator;
  let administrator;

  beforeAll(async () => {
    server = await Server.start();
    administrator = await Administrator.open(server, server.address, lang);
    operator = await Operator.open({ server: server.address, executablePath, lang });
    await operator.logIn(EMAIL, PASSWORD);
  });

  afterAll(async () => {
    await administrator?.close();
    await operator?.close();
    await server?.remove();
  });

  const goTo = (path) => operator.page.goto(`${server.address}${path}?lang=${lang}`);
  const row = (person, key) => person.page.getByRole('listitem').filter({ hasText: person.words[key] });
  const decided = (words) => words.decided_group.replace('{group}', GROUP);

  test('the group decides, the answer names it, and the person can be let out of it', async () => {
    const { page } = administrator;
    await administrator.makeGroup();
    await administrator.say('function_screenshot', 'deny');
    await administrator.say('function_one_time', 'deny');
    await administrator.picture('group');

    // The operator reads why, at the own answers and where a session would begin.
    await goTo('/account/profile');
    const answer = row(operator, 'function_screenshot').last();
    await answer.getByText(operator.words.permission_may_not).waitFor();
    expect(await answer.textContent()).toContain(decided(operator.words));
    await picture(operator, 'own-permissions');
    await goTo('/console');
    await operator.page.getByText(operator.words.error_one_time_denied).waitFor();
    const start = operator.page.getByRole('button', { name: operator.words.start_session, exact: true });
    expect(await start.isDisabled()).toBe(true);
    const refused = await operator.page.evaluate(async () => {
      const console_key = btoa(String.fromCharCode(...new Uint8Array(32).fill(7)));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api/v1/sessions', { method: 'POST', headers, body: JSON.stringify({ console_key }) });
      return [answer.status, (await answer.json()).code];
    });
    expect(refused).toEqual([403, 'one_time_denied']);

    // The administrator sees the same answer, and what is said for the person comes first.
    await administrator.goTo('/domain/users');
    await administrator.button('users_actions', { name: '佐藤 花子' }).click();
    await administrator.button('permissions').click();
    await page.getByText(decided(administrator.person.words)).first().waitFor();
    await administrator.say('function_one_time', 'allow');
    await administrator.picture('person');
    await goTo('/console');
    await until('sessions to be allowed', () => start.isEnabled());
    await administrator.button('undo').click();
    await until('the setting to be taken back', async () => (await administrator.setting('function_one_time').inputValue()) === '');
    await goTo('/console');
    await operator.page.getByText(operator.words.error_one_time_denied).waitFor();

    // Without the group its words do not count any more.
    await administrator.goTo('/domain/groups');
    await administrator.button('groups_open', { name: GROUP }).click();
    await administrator.button('groups_delete').click();
    await page.getByRole('dialog').getByRole('button', { name: administrator.words('groups_delete'), exact: true }).click();
    await page.getByText(administrator.words('groups_deleted', { name: GROUP })).waitFor();
    await goTo('/console');
    await until('sessions to be allowed', () => start.isEnabled());
    expect(server.run('audit', 'verify')).not.toContain('NOT IN ORDER');
  });
});

describe.skipIf(!ready()).each(['ja', 'en'])('a session of somebody who may not take screenshots, in %s', (lang) => {
  let office;
  let operator;
  let it;
  let administrator;

  staged(
    lang,
    (parts) => ({ office, operator, it } = parts),
    () => administrator?.close(),
  );

  test('the button is there, cannot be pressed, and says why', async () => {
    administrator = await Administrator.open(office.server, operator.server, lang);
    await administrator.makeGroup();
    await administrator.say('function_screenshot', 'deny');
    await it.sharing();
    const { page, words } = operator;
    const screenshot = page.getByRole('button', { name: words.screenshot, exact: true });
    await until('the screenshots to be disabled', () => screenshot.isDisabled());
    expect(await screenshot.getAttribute('title')).toBe(words.function_denied);
    await picture(operator, 'no-screenshots');
    // Everything else works as before.
    await operator.takeControl();
  });
});
