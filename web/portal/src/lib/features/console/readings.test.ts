import { expect, test } from 'vitest';
import { reading } from './readings';

test('digits are read in two groups with the words that are hard to mistake', () => {
  expect(reading('48219037', 'ja')).toBe('よん はち に いち・きゅう ゼロ さん なな');
  expect(reading('48219037', 'en')).toBe('four eight two one, nine zero three seven');
  expect(reading('4821903755', 'en')).toBe('four eight two one nine, zero three seven five five');
});
