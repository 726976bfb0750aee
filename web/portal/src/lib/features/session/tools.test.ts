import { expect, test } from 'vitest';
import { live } from '@temoto/session/fake';
import { CAPABILITIES, restLeft } from './tools';

test('a question that rests counts down, and so does what it needs', () => {
  const view = { ...live('ja'), granted: [], resting: [{ capability: 'view' as const, untilMs: 10_500 }] };
  expect(restLeft(view, 'view', 1_000)).toBe(10);
  expect(restLeft(view, 'control', 1_000)).toBe(10);
  expect(restLeft(view, 'control', 10_500)).toBe(0);
  expect(restLeft({ ...view, granted: ['view'] }, 'control', 1_000)).toBe(0);
});

test('everything that can be granted can be asked for in the menu', () => {
  const known = ['view', 'control', 'clipboard_in', 'clipboard_out', 'files_in', 'files_out'];
  expect(CAPABILITIES.map(({ capability }) => capability)).toEqual(known);
});
