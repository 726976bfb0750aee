import { expect, test, vi } from 'vitest';
import type { Core, Output } from './core';
import type { Work } from './records';
import { Runner, type Surroundings } from './runner';

class ScriptedCore implements Core {
  outputs: Output[] = [];
  due: number | undefined;
  readonly calls: string[] = [];
  restore = () => undefined;
  command = (json: string) => void this.calls.push(`command ${json}`);
  connected = () => void this.calls.push('connected');
  message = () => void this.calls.push('message');
  disconnected = () => void this.calls.push('disconnected');
  timeout = (now: number) => {
    this.calls.push(`timeout ${now}`);
    this.due = undefined;
  };
  compute_outside = () => undefined;
  opened = (pair: number, ticket: number, plaintext: Uint8Array | undefined) =>
    void this.calls.push(`opened ${pair} ${ticket} ${plaintext?.[0] ?? 'nothing'}`);
  psk = (pair: number, n: number, key: Uint8Array) => void this.calls.push(`psk ${pair} ${n} ${key[0]}`);
  poll = (): Output | null | undefined => this.outputs.shift();
  deadline = () => this.due;
}

function setup() {
  const core = new ScriptedCore();
  const log: string[] = [];
  const stores: (() => void)[] = [];
  const works: ((made: number | null) => void)[] = [];
  const around: Surroundings = {
    now: () => Math.floor(performance.now()),
    dial: () => void log.push('dial'),
    hangUp: () => void log.push('hang up'),
    capture: () => void log.push('capture'),
    send: (bytes) => void log.push(`send ${bytes[0]}`),
    event: (json) => void log.push(`event ${json}`),
    paint: () => void log.push('paint'),
    blank: () => void log.push('blank'),
    thumbnail: () => void log.push('thumbnail'),
    clipboard: ({ text }) => void log.push(`clipboard ${text}`),
    picture: ({ id }) => void log.push(`picture ${id}`),
    cursorShape: () => void log.push('cursor'),
    disk: ({ id }) => void log.push(`disk ${id}`),
    seal: (head) => new Promise((resolve) => works.push((made) => resolve(Uint8Array.of(head[0] ?? 0, made ?? 0)))),
    open: () =>
      new Promise((resolve, reject) =>
        works.push((made) => (made === null ? reject(new Error('no key')) : resolve(Uint8Array.of(made)))),
      ),
    derive: () => Promise.resolve(Uint8Array.of(9)),
    keepRoot: () => Promise.resolve(),
    persist: (json) =>
      new Promise((resolve) =>
        stores.push(() => {
          log.push(`stored ${json}`);
          resolve();
        }),
      ),
    forget: () => Promise.resolve(void log.push('forgotten')),
    fault: (error) => void log.push(`fault ${String(error)}`),
  };
  return { core, log, stores, works, runner: new Runner(core, around) };
}

const nothing = new Uint8Array(0);
const work: Work = { pair: 1, key: null, nonce: nothing, associated: nothing, bytes: nothing };
const seal = (n: number): Output => ({ kind: 'seal', head: Uint8Array.of(n), ...work });
const open = (ticket: number): Output => ({ kind: 'open', ticket, ...work });
const bytes = (n: number): Output => ({ kind: 'transmit', bytes: Uint8Array.of(n) });
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test('nothing leaves before what was kept ahead of it is stored, and the order stays', async () => {
  const { core, log, stores, runner } = setup();
  core.outputs = [bytes(1), { kind: 'persist', json: 'n=2' }, bytes(2), { kind: 'event', json: '{}' }, bytes(3)];
  runner.feed(() => undefined);
  expect(log).toEqual(['send 1', 'event {}']);
  core.outputs = [bytes(4)];
  runner.feed(() => undefined);
  await settle();
  expect(log).toEqual(['send 1', 'event {}']);
  stores.shift()?.();
  await settle();
  expect(log).toEqual(['send 1', 'event {}', 'stored n=2', 'send 2', 'send 3', 'send 4']);
});

test('storing that fails does not stop the line', async () => {
  const { core, log, runner } = setup();
  core.outputs = [{ kind: 'forget' }, bytes(1)];
  runner.feed(() => undefined);
  await settle();
  expect(log).toEqual(['forgotten', 'send 1']);
});

test('a derived key goes back to the core', async () => {
  const { core, runner } = setup();
  core.outputs = [{ kind: 'derive', pair: 1, n: 3 }];
  runner.feed(() => undefined);
  await settle();
  expect(core.calls).toEqual(['psk 1 3 9']);
});

test('the deadline of the core becomes a call of timeout, once', async () => {
  const { core, runner } = setup();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    core.due = Math.floor(performance.now()) + 50;
    runner.feed(() => undefined);
    vi.advanceTimersByTime(49);
    expect(core.calls).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(core.calls.length).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(core.calls.length).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test('a refusal and an output for nobody stop nothing', () => {
  const { core, log, runner } = setup();
  const outputs: (Output | null)[] = [null, bytes(1)];
  core.poll = () => outputs.shift();
  runner.feed(() => {
    // What a Rust `Result<(), String>` becomes.
    throw 'no program';
  });
  expect(log).toEqual(['send 1']);
});

test('a core that breaks is reported once and hung up, and is not called again', () => {
  const { core, log, runner } = setup();
  core.poll = () => {
    throw new Error('unreachable');
  };
  runner.feed(() => undefined);
  runner.feed((it) => it.connected(0));
  expect(log).toEqual(['hang up', 'fault Error: unreachable']);
  expect(core.calls).toEqual([]);
});

test('what is sealed outside leaves in its place, however long it takes', async () => {
  const { core, log, stores, works, runner } = setup();
  core.outputs = [seal(1), bytes(2), seal(3), { kind: 'persist', json: 'n=2' }, bytes(4)];
  runner.feed(() => undefined);
  works[1]?.(0);
  await settle();
  stores.shift()?.();
  await settle();
  expect(log).toEqual(['stored n=2']);
  works[0]?.(0);
  await settle();
  expect(log).toEqual(['stored n=2', 'send 1', 'send 2', 'send 3', 'send 4']);
});

test('what the line brings waits while a record is opened, commands do not', async () => {
  const { core, works, runner } = setup();
  core.outputs = [open(7)];
  runner.feedInOrder((it) => it.message(nothing, 0), 100);
  runner.feedInOrder((it) => it.message(nothing, 0), 100);
  runner.feedInOrder((it) => it.disconnected(0));
  runner.feed((it) => it.command('press', 0));
  expect(core.calls).toEqual(['message', 'command press']);
  // The second message asks for the same.
  const { message } = core;
  core.message = () => {
    message();
    core.outputs = [open(8)];
  };
  works.shift()?.(5);
  await settle();
  expect(core.calls).toEqual(['message', 'command press', 'opened 1 7 5', 'message']);
  works.shift()?.(6);
  await settle();
  expect(core.calls.slice(4)).toEqual(['opened 1 8 6', 'disconnected']);
});

test('a flood while a record is opened ends the line', async () => {
  const { core, log, works, runner } = setup();
  core.outputs = [open(1)];
  runner.feedInOrder((it) => it.message(nothing, 0));
  for (let n = 0; n < 300; n += 1) runner.feedInOrder((it) => it.message(nothing, 0), 64 * 1024);
  expect(log).toEqual(['hang up']);
  works.shift()?.(5);
  await settle();
  const after = core.calls.filter((call) => call !== 'message');
  expect(after).toEqual(['opened 1 1 5', 'disconnected']);
  expect(core.calls.length).toBeLessThan(50);
});

test('a cipher that fails is a fault, not a record of nothing', async () => {
  const { core, log, works, runner } = setup();
  core.outputs = [open(1)];
  runner.feedInOrder((it) => it.message(nothing, 0));
  works.shift()?.(null);
  await settle();
  expect(log).toEqual(['hang up', 'fault Error: no key']);
  expect(core.calls).toEqual(['message']);
});
