// The REST interface against its own description: the real server is called with everything that the description allows, once by a
// program with a key for everything, once by an administrator who is logged in. Nothing may answer 5xx, or what is not described.
// Globals (describe, test, expect, ...) come from vitest.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PASSWORD, Server } from '../browser/lib/server.mjs';
import { PROGRAM, narrow, schemathesis } from './schemathesis.mjs';

/** Made-up calls for each operation, beside those at the limits of what is described. */
const EXAMPLES = 10;
const ADMINISTRATOR = 'admin@example.com';
const SCOPES = [
  'history:read',
  'history:write',
  'sessions:end',
  'users:read',
  'users:write',
  'groups:read',
  'groups:write',
  'licences:read',
];

/** Each call comes from another address. Mail waits for a server that nobody runs. */
const MAIL = ['--mail-server', '127.0.0.1:9', '--mail-security', 'none', '--mail-from', 'Temoto <support@example.com>'];
const FLAGS = ['--trusted-proxies', '127.0.0.1', '--registration', ...MAIL];

/** A server with an administrator, people, groups and sessions to be called about. */
class Office {
  static async open(folder) {
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    const server = await Server.start({ pages: folder, flags: FLAGS });
    const office = new Office(server);
    await office.furnish();
    return office;
  }

  constructor(server) {
    this.server = server;
    this.cookie = '';
  }

  async furnish() {
    const who = ['--email', ADMINISTRATOR, '--name', '管理 太郎', '--role', 'administrator', '--password-stdin'];
    this.server.runWith(`${PASSWORD}\n`, 'user', 'add', ...who);
    const login = await this.send('POST', '/login', { email: ADMINISTRATOR, password: PASSWORD });
    this.cookie = login.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const made = { name: 'everything', scopes: SCOPES, days: 30, password: PASSWORD };
    this.key = (await this.post('/keys', made)).key;
    this.spare = (await this.post('/keys', { ...made, name: 'spare' })).id;
    const person = async (n) => (await this.post('/users', { email: `p${n}@example.com`, name: `P ${n}`, role: 'operator' })).id;
    this.people = await Promise.all([1, 2, 3, 4].map(person));
    this.groups = await Promise.all(['A', 'B'].map(async (name) => (await this.post('/groups', { name })).id));
    const console_key = Buffer.alloc(32, 7).toString('base64');
    const session = async () => (await this.post('/sessions', { console_key })).session;
    this.sessions = [await session(), await session()];
  }

  send(method, path, body) {
    const headers = { 'content-type': 'application/json', origin: this.server.address, cookie: this.cookie };
    return fetch(`${this.server.address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  }

  async post(path, body) {
    const answer = await this.send('POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Identifiers to call an operation with; what ends a thing ends one of its own. */
  things = (path) => {
    const ends = /\/(delete|end)$/.test(path) ? 1 : 0;
    if (path.startsWith('/api/v1/users/')) return ends ? [this.people[3]] : this.people.slice(0, 3);
    if (path.startsWith('/api/v1/groups/')) return [this.groups[ends]];
    if (path.startsWith('/api/v1/keys/')) return [this.spare];
    if (path.startsWith('/api/v1/me/')) return [];
    return [this.sessions[ends]];
  };
}

const folder = mkdtempSync(join(tmpdir(), 'temoto-api-'));
const office = PROGRAM ? await Office.open(folder) : null;
const address = office?.server.address;
const document = office ? await (await fetch(`${address}/api/v1/openapi.json`)).json() : null;

/** A login that was ended is none any more, so nobody logs out. Whether a route asks for one at all, tests of the portal say. */
const runs = office && [
  [
    'a key',
    {
      headers: [`Authorization: Bearer ${office.key}`],
      document: narrow(document, 'key', office.things),
      checks: ['ignored_auth'],
      good: 'users',
      proof: { authorization: `Bearer ${office.key}` },
    },
  ],
  [
    'a login',
    {
      headers: [`Cookie: ${office.cookie}`, `Origin: ${address}`],
      document: narrow(document, 'login', office.things, ['/api/v1/logout']),
      good: 'me',
      proof: { cookie: office.cookie },
    },
  ],
];

afterAll(async () => {
  await office?.server.remove();
  rmSync(folder, { recursive: true, force: true });
});

if (!office) test('schemathesis is there', () => expect(PROGRAM, 'TEMOTO_SCHEMATHESIS').toBeTruthy());
for (const [who, run] of runs ?? []) {
  const found = await schemathesis({ ...run, address, folder: join(folder, who.replace(' ', '-')), examples: EXAMPLES });
  const state = (await fetch(`${address}/api/v1/${run.good}`, { headers: run.proof })).status;
  describe(`with ${who}`, () => {
    test('every operation was called', () => {
      const described = Object.entries(run.document.paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(found.map(([name]) => name).filter((name) => name.includes('/api/')).sort()).toEqual(described.sort());
    });
    test('who called was known to the end', () => expect(state).toBe(200));
    test.each(found)('%s', (_, wrong) => expect(wrong ?? 'as described').toBe('as described'));
  });
}
