import type { FileEntry } from '@temoto/session';
import { expect, test } from 'vitest';
import { beginning, choose, NOTHING, sorted } from './order';

const file = (name: string, size = 0, modifiedMs = 0): FileEntry => ({ name, kind: 'file', size, modifiedMs });
const folder = (name: string): FileEntry => ({ name, kind: 'folder', size: 0, modifiedMs: 0 });
const named = (entries: readonly FileEntry[]) => entries.map(({ name }) => name).join(' ');

test('folders come first, numbers count as numbers, and the order can be turned', () => {
  const entries = [file('写真10.jpg'), file('写真9.jpg'), folder('資料'), file('あ.txt'), folder('Backup')];
  expect(named(sorted(entries, { by: 'name', down: false }))).toBe('Backup 資料 あ.txt 写真9.jpg 写真10.jpg');
  expect(named(sorted(entries, { by: 'name', down: true }))).toBe('資料 Backup 写真10.jpg 写真9.jpg あ.txt');
});

test('by size and time, the name decides between equals', () => {
  const entries = [file('b', 5, 1), file('a', 5, 2), file('c', 1, 3)];
  expect(named(sorted(entries, { by: 'size', down: false }))).toBe('c a b');
  expect(named(sorted(entries, { by: 'modifiedMs', down: true }))).toBe('c a b');
});

test('what a system tells apart is never the same in the list', () => {
  expect(named(sorted([file('A'), file('a')], { by: 'name', down: false }))).toBe('A a');
});

test('one, several, a stretch, and none of what is not there', () => {
  const entries = ['a', 'b', 'c', 'd'].map((name) => file(name));
  const names = (chosen: { names: ReadonlySet<string> }) => [...chosen.names].sort().join('');
  const one = choose(entries, NOTHING, 1, 'only');
  expect(names(one)).toBe('b');
  const two = choose(entries, one, 3, 'toggle');
  expect(names(two)).toBe('bd');
  expect(names(choose(entries, two, 3, 'toggle'))).toBe('b');
  const stretch = choose(entries, one, 3, 'to');
  expect([names(stretch), stretch.from]).toEqual(['bcd', 1]);
  expect(names(choose(entries, stretch, 0, 'to'))).toBe('ab');
  expect(names(choose(entries, two, 9, 'only'))).toBe('bd');
  expect(choose(entries, one, 2, 'move')).toMatchObject({ at: 2, from: 1 });
});

test('typing goes to the next name that begins so', () => {
  const entries = ['alpha', 'beta', 'bravo', '書類'].map((name) => file(name));
  expect(beginning(entries, 0, 'b')).toBe(1);
  expect(beginning(entries, 1, 'b')).toBe(2);
  expect(beginning(entries, 2, 'b')).toBe(1);
  expect(beginning(entries, 1, 'br')).toBe(2);
  expect(beginning(entries, 0, '書')).toBe(3);
  expect(beginning(entries, 2, 'x')).toBe(2);
});
