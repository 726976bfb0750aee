/** One session as a page sees it, and two of them in one page. */
import { expect, test } from 'vitest';
import { ConsoleSession } from './console.svelte';
import { live } from './fake';
import type { ConsoleCommand, ConsoleEvent, ConsoleView } from './messages';
import type { ConsolePort } from './ports';

class FakePort implements ConsolePort {
  readonly ready = Promise.resolve();
  readonly sent: ConsoleCommand[] = [];
  #sink: (event: ConsoleEvent) => void = () => {};

  send(command: ConsoleCommand): void {
    this.sent.push(command);
  }

  listen(sink: (event: ConsoleEvent) => void): void {
    this.#sink = sink;
  }

  close(): void {}

  /** What its worker says. */
  says(event: ConsoleEvent): void {
    this.#sink(event);
  }
}

function opened() {
  const port = new FakePort();
  const session = new ConsoleSession(port);
  offers(port, 1);
  return { port, session };
}

/** The customer copied something. */
function offers(port: FakePort, number: number) {
  const offered = { number, kind: 'text', bytes: 3, tooLong: false } as const;
  const view: ConsoleView = { ...live('en'), clipboard: { offered, comingPercent: null, goingPercent: null } };
  port.says({ type: 'view', view });
}

const copy = (text: string) => ({ type: 'clipboard', text, html: null, png: null }) as const;

/** Whether it is there by now. */
async function isThere(promise: Promise<unknown>) {
  const nothing = Symbol();
  return (await Promise.race([promise, Promise.resolve(nothing)])) !== nothing;
}

test('two sessions in one page share no clipboard: what one fetches comes from its own customer', async () => {
  const [a, b] = [opened(), opened()];
  const fromA = a.session.fetchClipboard();
  expect(a.port.sent).toEqual([{ type: 'fetchClipboard' }]);
  expect(b.port.sent).toEqual([]);
  // What the other customer copies, and even a copy of the other session, is none of it.
  offers(b.port, 2);
  b.port.says(copy('of B'));
  expect(await isThere(fromA)).toBe(false);
  a.port.says(copy('of A'));
  expect((await fromA)?.text).toBe('of A');
  // And what A got is not there for B.
  const fromB = b.session.fetchClipboard();
  expect(await isThere(fromB)).toBe(false);
  b.port.says(copy('of B'));
  expect((await fromB)?.text).toBe('of B');
});

test('both can fetch at once', async () => {
  const [a, b] = [opened(), opened()];
  const both = Promise.all([a.session.fetchClipboard(), b.session.fetchClipboard()]);
  b.port.says(copy('of B'));
  a.port.says(copy('of A'));
  expect((await both).map((one) => one?.text)).toEqual(['of A', 'of B']);
});

test('a copy that the customer replaced meanwhile is not waited for', async () => {
  const { port, session } = opened();
  const old = session.fetchClipboard();
  offers(port, 2);
  expect(await old).toBeNull();
});

test('screenshots are told apart by their numbers, and those of two sessions by where they come from', async () => {
  const [a, b] = [opened(), opened()];
  const first = a.session.screenshot(null);
  const second = a.session.screenshot({ x: 0, y: 0, width: 1, height: 1 });
  const other = b.session.screenshot(null);
  const png = (name: string) => new Blob([name]);
  b.port.says({ type: 'screenshot', number: 1, png: png('other'), exact: false });
  a.port.says({ type: 'screenshot', number: 2, png: png('second'), exact: true });
  a.port.says({ type: 'screenshot', number: 1, png: null, exact: true });
  expect((await first).png).toBeNull();
  expect(await (await second).png?.text()).toBe('second');
  expect((await other).exact).toBe(false);
});
