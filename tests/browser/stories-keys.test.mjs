// API keys in a real browser and by real programs (curl) against a real server: an administrator makes a key, a program uses it, is refused
// what the key is not for, and everything once it was revoked. TEMOTO_PICTURES=folder keeps pictures of the steps.
// Globals (describe, test, expect, ...) come from vitest.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

import { executablePath } from './lib/office.mjs';
import { Operator } from './lib/operator.mjs';
import { PASSWORD, Server, built } from './lib/server.mjs';

const ADMINISTRATOR = 'admin@example.com';
const NAME = 'Staff directory';

/** What a program gets that calls by itself: status and body. */
function curl(server, key, path, body = null) {
  const words = ['--silent', '--max-time', '20', '--write-out', '\n%{http_code}', '--header', `Authorization: Bearer ${key}`];
  if (body) words.push('--header', 'Content-Type: application/json', '--data', JSON.stringify(body));
  const done = spawnSync('curl', [...words, `${server.address}/api/v1${path}`], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`curl: ${done.status} ${done.stderr}`);
  const lines = done.stdout.split('\n');
  const status = Number(lines.pop());
  const text = lines.join('\n');
  return { status, body: text === '' ? null : JSON.parse(text) };
}

describe.skipIf(!built()).each(['ja', 'en'])('API keys in %s', (lang) => {
  let server;
  let person;

  beforeAll(async () => {
    server = await Server.start();
    const who = ['--email', ADMINISTRATOR, '--name', '管理 太郎', '--role', 'administrator', '--password-stdin'];
    server.runWith(`${PASSWORD}\n`, 'user', 'add', ...who);
    person = await Operator.open({ server: server.address, executablePath, lang });
    await person.logIn(ADMINISTRATOR, PASSWORD);
  });

  afterAll(async () => {
    await person?.close();
    await server?.remove();
  });

  const words = (key, values = {}) => person.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const button = (key, values) => person.page.getByRole('button', { name: words(key, values), exact: true });
  const picture = async (name) => {
    const folder = process.env.TEMOTO_PICTURES;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await person.page.screenshot({ path: `${folder}/keys-${name}.${lang}.png`, fullPage: true });
  };

  test('a key is made, used, refused what it is not for, and revoked', async () => {
    const { page } = person;
    await page.goto(`${server.address}/domain/users?lang=${lang}`);
    await page.getByRole('link', { name: words('api_keys'), exact: true }).click();
    await page.getByText(words('api_keys_none')).waitFor();
    await picture('none');

    await button('api_keys_make').click();
    await page.getByRole('textbox', { name: words('api_keys_name') }).fill(NAME);
    for (const scope of ['scope_users_read', 'scope_users_write']) await page.getByRole('checkbox', { name: words(scope) }).check();
    await page.getByRole('combobox', { name: words('api_keys_days') }).selectOption('30');
    await page.getByLabel(words('password')).fill('not the password');
    await button('api_keys_make').click();
    await page.getByText(words('error_wrong_password')).waitFor();
    await page.getByLabel(words('password')).fill(PASSWORD);
    await button('api_keys_make').click();
    await page.getByText(words('api_keys_made', { name: NAME })).waitFor();
    const key = await page.getByText(/^temoto_key_[0-9a-f]{72}$/).textContent();
    await picture('made');
    await button('api_keys_kept').click();
    expect(await page.content()).not.toContain(key);

    // A program reads the people, adds one without any page of ours, and finds it.
    expect(curl(server, key, '/users').body.total).toBe(2);
    const taro = { email: 'taro@example.com', name: '新人 太郎', role: 'operator' };
    expect(curl(server, key, '/users', taro)).toMatchObject({ status: 201, body: { link: null } });
    expect(curl(server, key, '/users?search=taro').body.users[0]).toMatchObject({ name: '新人 太郎', status: 'invited' });

    // What it may not: other things, administrators, passwords, keys.
    const refused = (path, body) => {
      const answer = curl(server, key, path, body);
      return [answer.status, answer.body.code];
    };
    expect(refused('/history')).toEqual([403, 'key_scope']);
    expect(refused('/users', { ...taro, email: 'x@example.com', role: 'administrator' })).toEqual([403, 'key_not_allowed']);
    expect(refused('/me/password', { current: PASSWORD, password: 'velvet-otter-17' })).toEqual([403, 'key_not_allowed']);
    expect(refused('/keys', { name: 'more', scopes: ['users:read'], days: 30, password: PASSWORD })).toEqual([403, 'key_not_allowed']);
    expect(curl(server, `${key.slice(0, -1)}${key.endsWith('0') ? 1 : 0}`, '/users').body.code).toBe('key_unknown');

    // A page of the same server that sends the key is judged by the key, whoever is logged in.
    const fetched = await page.evaluate(async (key) => {
      const answer = await fetch('/api/v1/groups', { headers: { authorization: `Bearer ${key}` } });
      return [answer.status, (await answer.json()).code];
    }, key);
    expect(fetched).toEqual([403, 'key_scope']);

    // The list says that it was used; once revoked it is nothing any more.
    await page.reload();
    const row = page.getByRole('listitem').filter({ hasText: NAME });
    await row.getByText(words('api_key_good')).waitFor();
    expect(await row.textContent()).not.toContain(words('api_keys_never'));
    await picture('used');
    await button('api_keys_revoke_named', { name: NAME }).click();
    await page.getByRole('dialog').getByRole('button', { name: words('api_keys_revoke'), exact: true }).click();
    await page.getByText(words('api_keys_revoked', { name: NAME })).waitFor();
    await page.getByText(words('api_keys_none')).waitFor();
    const over = curl(server, key, '/users');
    expect([over.status, over.body.code]).toEqual([401, 'key_revoked']);
    expect(over.body.message).toMatch(/revoked this key/);
    expect(server.run('audit', 'verify')).not.toContain('NOT IN ORDER');
  });

  test('the page about the interface is read without login and names what a key may', async () => {
    const { page } = person;
    await page.goto(`${server.address}/api?lang=${lang}`);
    await page.getByRole('heading', { level: 1, name: words('api_docs') }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/docs/api');
    const operation = page.locator('#POST-users');
    expect(await operation.textContent()).toContain('users:write');
    await operation.getByText(words('api_docs_example'), { exact: true }).click();
    expect(await operation.getByText(/^curl /).textContent()).toContain(`${server.address}/api/v1/users`);
    expect(await page.locator('#POST-login').count()).toBe(1);
    await page.getByRole('checkbox', { name: words('api_docs_only_keys') }).check();
    await page.locator('#POST-login').waitFor({ state: 'detached' });
    await picture('docs');
  });
});
