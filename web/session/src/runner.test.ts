import { expect, test, vi } from 'vitest';
import type { Core, Output } from './core';
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
  psk = (pair: number, n: number, key: Uint8Array) => void this.calls.push(`psk ${pair} ${n} ${key[0]}`);
  poll = (): Output | null | undefined => this.outputs.shift();
  deadline = () => this.due;
}

function setup() {
  const core = new ScriptedCore();
  const log: string[] = [];
  const stores: (() => void)[] = [];
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
  return { core, log, stores, runner: new Runner(core, around) };
}

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
