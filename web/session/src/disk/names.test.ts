import { expect, test } from 'vitest';
import { numbered } from './names';

test('a name with a number is one that every system takes', () => {
  expect(numbered('a.txt', 2)).toBe('a (2).txt');
  expect(numbered('.bashrc', 3)).toBe('.bashrc (3)');
  expect(numbered(`${'長'.repeat(83)}.txt`, 12)).toBe(`${'長'.repeat(82)} (12).txt`);
});
