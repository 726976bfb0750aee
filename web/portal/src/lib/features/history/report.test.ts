import type { ConsoleView } from '@temoto/session';
import { expect, test } from 'vitest';
import { news, seen, type Told } from './report';

const NOTHING: Told = { customer: '', system: '', functions: [], granted: [], differ: false };
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

test('what was used is told once', () => {
  const picture = { width: 1, height: 1, look: 1 };
  const first = seen(view({ picture, granted: ['view'] }), NOTHING);
  expect(news(NOTHING, first)).toEqual({
    customer: '',
    system: '',
    functions: ['screen'],
    events: [{ kind: 'granted', what: 'view' }],
  });
  const second = seen(view({ picture, granted: ['view'], controlling: true }), first);
  expect(news(first, second)?.functions).toEqual(['control']);
  expect(news(second, seen(view({ granted: ['view'] }), second))).toBeNull();
});

test('what the customer withdrew is told, and an end is no withdrawal', () => {
  const granted = seen(view({ granted: ['view', 'control'] }), NOTHING);
  const less = seen(view({ granted: ['view'] }), granted);
  expect(news(granted, less)?.events).toEqual([{ kind: 'withdrawn', what: 'control' }]);
  const over = seen(view({ granted: [], ended: { by: 'operator', code: 'ended' } }), less);
  expect(news(less, over)).toBeNull();
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
