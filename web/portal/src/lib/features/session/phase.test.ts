import { expect, test } from 'vitest';
import type { ConsoleView } from '@temoto/session';
import { live, waiting } from '@temoto/session/fake';
import { phaseOf, showsPicture } from './phase';

const change = (view: ConsoleView, more: Partial<ConsoleView>): ConsoleView => ({ ...view, ...more });
const view = live('ja');

test('a living session says who has the mouse', () => {
  expect(phaseOf(view)).toBe('controlling');
  expect(phaseOf(change(view, { yielded: true }))).toBe('yielded');
  expect(phaseOf(change(view, { controlling: false }))).toBe('viewing');
  expect(phaseOf(change(view, { paused: true }))).toBe('paused');
  expect(phaseOf(change(view, { obstacle: 'locked' }))).toBe('hidden');
  expect(phaseOf(change(view, { obstacle: 'locked', picture: null }))).toBe('hidden');
  expect(phaseOf(change(view, { obstacle: 'locked', paused: true }))).toBe('paused');
});

test('a lost line comes before what was going on, and the picture stays', () => {
  const lost = change(view, { link: { up: false, tryingSinceMs: 1, closed: null } });
  expect(phaseOf(lost)).toBe('line_lost');
  expect(showsPicture('line_lost')).toBe(true);
  const away = { ...view.program, present: false, lostSinceMs: 5 } as ConsoleView['program'];
  expect(phaseOf(change(view, { program: away }))).toBe('customer_lost');
});

test('an end wins over everything', () => {
  const over = {
    ended: { by: 'customer', code: 'customer' } as const,
    link: { up: false, tryingSinceMs: 1, closed: null },
  };
  expect(phaseOf(change(view, over))).toBe('ended');
});

test('without the right to see there is no picture', () => {
  expect(phaseOf(change(view, { granted: [], asked: [] }))).toBe('declined');
  expect(phaseOf(change(view, { granted: [], asked: ['view'] }))).toBe('permission');
  expect(phaseOf(change(view, { granted: ['control'] }))).toBe('declined');
  expect(showsPicture('declined')).toBe(false);
});

test('a code that nobody typed yet is waiting even while the line is down', () => {
  expect(phaseOf(waiting('ja'))).toBe('waiting');
  expect(phaseOf(change(waiting('ja'), { link: { up: false, tryingSinceMs: 1, closed: null } }))).toBe('waiting');
});
