import { readFileSync } from 'node:fs';
import type { ConsoleView } from '@temoto/session';
import { expect, test } from 'vitest';
import { MOMENTS, news, seen, type Told } from './report';
import { sentence } from './story';

const NOTHING: Told = { customer: '', system: '', functions: [], granted: [], differ: false, lines: [] };
const view = (more: Partial<ConsoleView>) =>
  ({
    page: null,
    program: null,
    picture: null,
    controlling: false,
    granted: [],
    chat: [],
    ended: null,
    ...more,
  }) as ConsoleView;

/** A view without anything in its chat. */
const OLD = view({});

test('what was used is told once', () => {
  const picture = { width: 1, height: 1, look: 1 };
  const first = seen(view({ picture, granted: ['view'] }), NOTHING);
  expect(news(OLD, NOTHING, first)).toEqual({
    customer: '',
    system: '',
    functions: ['screen'],
    events: [{ kind: 'granted', what: 'view' }],
  });
  const second = seen(view({ picture, granted: ['view'], controlling: true }), first);
  expect(news(OLD, first, second)?.functions).toEqual(['control']);
  expect(news(OLD, second, seen(view({ granted: ['view'] }), second))).toBeNull();
});

test('what the customer withdrew is told, and an end is no withdrawal', () => {
  const granted = seen(view({ granted: ['view', 'control'] }), NOTHING);
  const less = seen(view({ granted: ['view'] }), granted);
  expect(news(OLD, granted, less)?.events).toEqual([{ kind: 'withdrawn', what: 'control' }]);
  const over = seen(view({ granted: [], ended: { by: 'operator', code: 'ended' } }), less);
  expect(news(OLD, less, over)).toBeNull();
});

test('a long name is cut where the server would refuse it', () => {
  const page = { computer: '花'.repeat(150), system: 'Windows 11', software: 'Edge' };
  const told = seen(view({ page: page as unknown as ConsoleView['page'] }), NOTHING);
  expect([...told.customer].length).toBe(100);
});

test('what the chat tells of is used, and nothing that only sounds like it', () => {
  const line = (text: string) => ({ id: text, from: 'event', text }) as unknown as ConsoleView['chat'][number];
  const told = seen(view({ chat: ['screenshot', 'clipboard_taken', 'toString'].map(line) }), NOTHING);
  expect(told.functions).toEqual(['screenshot', 'clipboard']);
});

const chat = (...lines: [id: string, text: string][]) =>
  view({ chat: lines.map(([id, text]) => ({ id, from: 'event', text })) as unknown as ConsoleView['chat'] });
const told = (now: ConsoleView, before: Told, after: Told) => news(now, before, after)?.events?.map(({ what }) => what);

test('what happened is told once, in its order, and without what was copied', () => {
  const now = chat(['1', 'paused'], ['2', 'clipboard_put'], ['3', 'file_sent'], ['4', 'resumed']);
  const first = seen(now, NOTHING);
  expect(news(now, NOTHING, first)?.events).toEqual([
    { kind: 'happened', what: 'paused' },
    { kind: 'happened', what: 'clipboard_put' },
    { kind: 'happened', what: 'resumed' },
  ]);
  const later = chat(['2', 'clipboard_put'], ['4', 'resumed'], ['5', 'paused']);
  const second = seen(later, first);
  expect(told(later, first, second)).toEqual(['paused']);
  expect(news(later, second, seen(later, second))).toBeNull();
});

test('what was there when the page came was told before, and what is too much waits for the next report', () => {
  const there = chat(['1', 'paused']);
  const before = seen(there, null);
  const many = Array.from({ length: 15 }, (_, n) => [String(n + 1), 'screenshot'] as [string, string]);
  const now = chat(...many);
  const sizes = [];
  for (let last = before; ;) {
    const after = seen(now, last);
    const report = told(now, last, after);
    if (!report) break;
    sizes.push(report.length);
    last = after;
  }
  expect(sizes).toEqual([6, 6, 2]);
});

test('every moment has its words', () => {
  for (const moment of MOMENTS) expect(sentence({ kind: 'happened', detail: moment, at_ms: 0 }), moment).toBeTruthy();
  expect(sentence({ kind: 'happened', detail: 'file_sent', at_ms: 0 })).toBeNull();
});

test('the moments are those that the server takes', () => {
  const model = readFileSync(new URL('../../../../../../core/model/src/history.rs', import.meta.url), 'utf8');
  const list = /impl Moment \{[\s\S]*?\n {4}pub fn from_name/.exec(model)?.[0] ?? '';
  expect(new Set([...list.matchAll(/=> "(\w+)"/g)].map(([, name]) => name))).toEqual(MOMENTS);
});
