/** Holds the core's views to the types of messages.ts. Needs the core: `cargo xtask wasm` (the build and test commands of the project do that first). */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Core, Output, Pictured } from './core';
import { refused, waiting } from './fake/views';
import type { AgentEvent, ConsoleEvent } from './messages';

const file = (name: string) => new URL(`./wasm/${name}`, import.meta.url);
const built = existsSync(file('temoto_wasm_bg.wasm'));

interface Module {
  initSync(options: { module: Uint8Array }): unknown;
  checkVectors(): void;
  ConsoleSession: new (seed: Uint8Array, nowMs: number, unixMs: number) => Core & Pictured;
  AgentSession: new (seed: Uint8Array, nowMs: number, unixMs: number) => Core;
}

const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const UNIX = 1_790_000_000_000;

function outputs(core: Core): Output[] {
  const all: Output[] = [];
  for (let next = core.poll(); next !== undefined; next = core.poll()) if (next) all.push(next);
  return all;
}

function events<E>(all: Output[]): E[] {
  return all.flatMap((output) => (output.kind === 'event' ? [JSON.parse(output.json) as E] : []));
}

/** Every path of names in a value, with the kind of what is there; lists are looked into by their first member. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : shape(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

describe.skipIf(!built)('the core in WebAssembly', () => {
  let core: Module;

  beforeAll(async () => {
    core = (await import(/* @vite-ignore */ file('temoto_wasm.js').href)) as Module;
    core.initSync({ module: readFileSync(file('temoto_wasm_bg.wasm')) });
  });

  const open = () => {
    const session = new core.ConsoleSession(SEED, 0, UNIX);
    session.command(JSON.stringify({ type: 'prepare' }), 1);
    const [keys] = events<ConsoleEvent>(outputs(session));
    session.command(
      JSON.stringify({
        type: 'open',
        url: 'ws://localhost/relay',
        session: '00112233445566778899aabbccddeeff',
        ticket: 'AAAA',
        routing: '4821',
        secretDigits: 4,
        expiresAtMs: UNIX + 600_000,
        statement: 'AAAA',
        hosts: ['localhost'],
        operator: '佐藤 花子',
        organisation: 'サンプル株式会社',
      }),
      2,
    );
    return { session, keys, all: outputs(session) };
  };

  test('agrees with the official vectors', () => {
    expect(() => core.checkVectors()).not.toThrow();
  });

  test('gives a console key that the server takes: 32 bytes in base64', () => {
    const { keys } = open();
    expect(keys?.type).toBe('keys');
    if (keys?.type === 'keys') expect(Buffer.from(keys.consoleKey, 'base64').length).toBe(32);
  });

  test('shows a waiting code in the shape of a ConsoleView and dials', () => {
    const { all } = open();
    expect(all.map(({ kind }) => kind)).toContain('dial');
    const view = events<ConsoleEvent>(all).findLast((event) => event.type === 'view');
    expect(view?.type).toBe('view');
    if (view?.type !== 'view') return;
    expect(view.view.code?.digits).toMatch(/^4821\d{4}$/);
    const mine = { ...waiting('ja', UNIX + 28_000), link: view.view.link };
    expect(shape(view.view).sort()).toEqual(shape(mine).sort());
  });

  test('shows a customer who joins in the shape of an AgentView', () => {
    const session = new core.AgentSession(SEED, 0, UNIX);
    const join = { type: 'join', url: 'ws://localhost/relay', host: 'localhost', digits: '48219037' };
    session.command(JSON.stringify({ ...join, system: 'Windows 11', software: 'Edge 142', language: 'ja' }), 1);
    const view = events<AgentEvent>(outputs(session)).findLast((event) => event.type === 'view');
    expect(view?.type).toBe('view');
    if (view?.type !== 'view') return;
    expect(view.view.phase).toBe('connecting');
    const known = shape({ ...refused('ja'), reason: null, link: view.view.link }).map((line) => line.split(':')[0]);
    const given = shape(view.view).map((line) => line.split(':')[0]);
    for (const path of known) expect(given).toContain(path);
  });

  test('refuses what makes no sense now with a string, and goes on', () => {
    const { session } = open();
    for (const bad of ['{', '{"type":"nonsense"}', '{"type":"control","active":true}', '{"type":"showDisplay","id":1}'])
      expect(() => session.command(bad, 3)).toThrow(expect.any(String) as unknown as Error);
    session.command(JSON.stringify({ type: 'blur' }), 4);
    expect(session.picture()).toBeUndefined();
    expect(session.rgba(0, 0, 10, 10).length).toBe(0);
  });

  test('every command of the pages is one that the core knows', () => {
    const known = [
      { type: 'newCode', routing: '1111', secretDigits: 4, expiresAtMs: UNIX },
      { type: 'statement', statement: 'AAAA' },
      { type: 'chat', text: 'x' },
      { type: 'ask', capabilities: ['view', 'control'] },
      { type: 'control', active: false },
      { type: 'rearm' },
      { type: 'showDisplay', id: 1 },
      { type: 'colors', colors: 'gray' },
      { type: 'screenshot' },
      { type: 'putClipboard', text: '手元', html: '<b>手元</b>' },
      { type: 'putClipboard', text: '手元', html: null },
      { type: 'fetchClipboard' },
      { type: 'listFolder', request: 1, root: 'home', path: ['書類'] },
      { type: 'makeFolder', request: 1, root: 'home', path: [], name: 'a' },
      { type: 'renameFile', request: 1, root: 'home', path: [], name: 'a', to: 'b' },
      { type: 'trashFiles', request: 1, root: 'home', path: [], names: ['a'] },
      { type: 'restoreFiles', request: 1, token: 1 },
      {
        type: 'sendFiles',
        transfer: 1,
        root: 'desktop',
        path: [],
        items: [{ path: ['a'], folder: false, size: 1, modifiedMs: 1 }],
      },
      { type: 'fetchFiles', transfer: 2, root: 'desktop', path: [], names: ['a'] },
      { type: 'answerFile', transfer: 1, answer: 'both', all: true },
      { type: 'holdTransfer', transfer: 1, held: true },
      { type: 'cancelTransfer', transfer: 1 },
      { type: 'forgetTransfer', transfer: 1 },
      { type: 'key', code: 'IntlYen', down: true },
      { type: 'button', button: 0, down: true, x: 1, y: 2 },
      { type: 'wheel', dx: 0, dy: -120 },
      { type: 'text', text: '手元' },
      { type: 'blur' },
      { type: 'online' },
    ];
    for (const command of known) expect([command.type, refusal(open().session, command)]).toEqual([command.type, null]);
    const agent = [
      { type: 'chat', text: 'x' },
      { type: 'step', step: 'downloaded' },
      { type: 'notMine' },
      { type: 'online' },
      { type: 'leave' },
    ];
    for (const command of agent)
      expect([command.type, refusal(new core.AgentSession(SEED, 0, UNIX), command)]).toEqual([command.type, null]);
  });

  /** The words of a refusal that is about the form of a command; what only makes no sense now is fine. */
  function refusal(session: Core, command: object): string | null {
    try {
      session.command(JSON.stringify(command), 5);
      return null;
    } catch (error) {
      return typeof error === 'string' && !/variant|field|expected|malformed|invalid type/i.test(error)
        ? null
        : String(error);
    }
  }
});
