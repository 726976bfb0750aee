import { expect, test } from 'vitest';
import { layoutOf } from './layout';

test('a layout is known by the keys in which it differs from others', () => {
  const of = (keys: Record<string, string>) => layoutOf(new Map(Object.entries(keys)));
  expect(of({ BracketLeft: '@', KeyY: 'y', Quote: ':' })).toBe('jp');
  expect(of({ BracketLeft: '[', KeyY: 'y', Quote: "'", Backquote: '`' })).toBe('us');
  expect(of({ BracketLeft: 'ü', KeyY: 'z' })).toBe('de');
  expect(of({ KeyQ: 'a' })).toBe('fr');
  expect(of({ BracketLeft: 'å' })).toBe('');
  expect(of({})).toBe('');
});
