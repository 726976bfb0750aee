import { expect, test } from 'vitest';
import document from '@temoto/api/openapi.json';
import en from '../../i18n/en.json';
import { common, pieces, resources, type Description } from './reference';

const description = document as unknown as Description;
const all = resources(description, 'https://support.example').flatMap((one) => one.operations);
const find = (id: string) => all.find((one) => one.id === id);

test('every operation of the document is on the page once, under a resource that has a name', () => {
  const described = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(all.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(described.sort());
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { tag } of resources(description, '')) expect(Object.keys(en)).toContain(`api_tag_${tag}`);
  for (const { who } of all) expect(Object.keys(en)).toContain(`api_docs_for_${who}`);
});

test('an operation says who may call it, with which key, what is sent and what is answered', () => {
  const add = find('POST-users');
  expect(add).toMatchObject({ method: 'POST', who: 'administrator', scope: 'users:write' });
  expect(add?.body.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['email', 'string', true],
    ['name', 'string', true],
    ['role', 'string', true],
  ]);
  expect(add?.answers.map(({ status }) => status)).toEqual(['201', '401', '403', '409', '422']);
  expect(add?.fields.map(({ name }) => name)).toEqual(['by_mail', 'link', 'id']);
  const list = find('GET-users');
  expect(list?.fields.map(({ name }) => name)).toContain('users[].last_login_at_ms');
  expect(find('POST-me-password')?.scope).toBeNull();
});

test('the example is a command that can be run, with a key only where one is taken', () => {
  expect(find('GET-groups')?.example).toBe(
    "curl 'https://support.example/api/v1/groups' \\\n  -H 'Authorization: Bearer temoto_key_…'",
  );
  expect(find('POST-groups')?.example).toContain(`-d '{"name":"夜間サポート"}'`);
  for (const { scope, example } of all) expect(example.includes('Authorization')).toBe(scope !== null);
});

test('failures that every call can have are told once', () => {
  const told = common(description).map(({ status }) => status);
  expect(told).toEqual(['400', '401', '403', '408', '413', '415', '421', '429', '500', '507']);
});

test('what stands between backticks is code', () => {
  expect(pieces('`a`, or b')).toEqual([
    { code: true, text: 'a' },
    { code: false, text: ', or b' },
  ]);
});
