import { expect, test } from 'vitest';
import { rate } from './quality';

test.each([
  [0, '0 kbit/s'],
  [499, '0 kbit/s'],
  [12_400, '12 kbit/s'],
  [99_499, '99 kbit/s'],
  [100_000, '0.1 Mbit/s'],
  [1_250_000, '1.3 Mbit/s'],
  [94_960_000, '95.0 Mbit/s'],
])('%d bits in a second read %s', (bits, words) => {
  expect(rate(bits)).toBe(words);
});
