import { expect, test } from 'vitest';
import { fileName } from './shots';

const at = new Date(2026, 10, 27, 9, 4, 5);

test('a file is named by computer and time', () => {
  expect(fileName('経理-03', at)).toBe('Temoto_経理-03_2026-11-27_09-04-05.png');
  expect(fileName(null, at)).toBe('Temoto_2026-11-27_09-04-05.png');
});

test('a hostile name of a computer leaves no folder and no ending', () => {
  expect(fileName('../..\\a:b*?"<>|\n/etc', at)).toBe('Temoto_abetc_2026-11-27_09-04-05.png');
  expect(fileName('x'.repeat(500), at).length).toBeLessThan(80);
});
