import type { ChatLine } from '@temoto/session';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import ja from '$i18n/ja.json';

/** A browser that asks the person once, and shows what it is told. */
class FakeNotification {
  static permission: NotificationPermission = 'default';
  static answer: NotificationPermission = 'granted';
  static shown: FakeNotification[] = [];
  static requestPermission = () => Promise.resolve((FakeNotification.permission = FakeNotification.answer));
  onclick: (() => void) | null = null;
  closed = false;

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    FakeNotification.shown.push(this);
  }

  close() {
    this.closed = true;
  }
}

const kept = new Map<string, string>();
const page = { hidden: true };
const focus = vi.fn();

beforeEach(() => {
  kept.clear();
  page.hidden = true;
  focus.mockClear();
  Object.assign(FakeNotification, { permission: 'default', answer: 'granted', shown: [] });
  vi.stubGlobal('Notification', FakeNotification);
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', { focus });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});

afterEach(() => vi.unstubAllGlobals());

/** As a page that was just loaded has it. */
async function loaded() {
  vi.resetModules();
  return import('./notify.svelte');
}

const line = (id: string, from: ChatLine['from'], text: string): ChatLine => ({
  id,
  from,
  text,
  arguments: [],
  atMs: 0,
  state: 'sent',
});

test('news is what others wrote and what happened, once', async () => {
  const { news } = await loaded();
  const lines = [
    line('1', 'customer', 'hello'),
    line('2', 'operator', 'hello'),
    line('3', 'event', 'paused'),
    line('4', 'customer', 'are you there?'),
  ];
  expect(news(new Set(['1']), lines).map(({ id }) => id)).toEqual(['3', '4']);
  expect(news(new Set(['1', '3', '4']), lines)).toEqual([]);
});

test('the browser is asked when they are switched on, and a no leaves them off', async () => {
  const { notifier } = await loaded();
  expect(notifier.on).toBe(false);
  FakeNotification.answer = 'denied';
  await notifier.toggle();
  expect([notifier.on, notifier.possible, kept.size]).toEqual([false, false, 0]);
});

test('the choice outlives a reload, and only as long as the browser allows it', async () => {
  const { notifier } = await loaded();
  await notifier.toggle();
  expect(notifier.on).toBe(true);
  expect((await loaded()).notifier.on).toBe(true);
  FakeNotification.permission = 'denied';
  expect((await loaded()).notifier.on).toBe(false);
  FakeNotification.permission = 'granted';
  const again = (await loaded()).notifier;
  await again.toggle();
  expect([again.on, kept.size]).toEqual([false, 0]);
});

test('somebody who looks at the page is told nothing, and nobody is before the choice', async () => {
  const { notifier } = await loaded();
  const hello = line('1', 'customer', 'hello');
  notifier.tell('PC-1', hello);
  await notifier.toggle();
  page.hidden = false;
  notifier.tell('PC-1', hello);
  expect(FakeNotification.shown).toEqual([]);
  page.hidden = true;
  notifier.tell('PC-1', hello);
  expect(FakeNotification.shown.map(({ title, options }) => [title, options.body])).toEqual([
    [expect.stringContaining('PC-1'), 'hello'],
  ]);
});

test('events are told in words, unknown ones not at all, and a press comes back to the page', async () => {
  const { notifier } = await loaded();
  await notifier.toggle();
  notifier.tell('PC-1', line('1', 'event', 'paused'));
  notifier.tell('PC-1', line('2', 'event', 'of_the_future'));
  notifier.tell('PC-1', line('3', 'customer', 'x'.repeat(500)));
  const [first, second, ...more] = FakeNotification.shown;
  expect(more).toEqual([]);
  expect(first?.options.body).toBe(ja.event_paused);
  expect(second?.options.body?.length).toBe(200);
  // One for each session: a newer one takes the place of the last.
  expect(first?.options.tag).toBe(second?.options.tag);
  first?.onclick?.();
  expect([focus.mock.calls.length, first?.closed]).toEqual([1, true]);
});

test('without storage and without notifications nothing breaks', async () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new Error('blocked');
    },
    setItem: () => {
      throw new Error('blocked');
    },
  });
  const { notifier } = await loaded();
  await notifier.toggle();
  expect(notifier.on).toBe(true);
  vi.unstubAllGlobals();
  const none = (await loaded()).notifier;
  expect([none.on, none.possible]).toEqual([false, false]);
});
