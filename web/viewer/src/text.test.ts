import { expect, test } from 'vitest';
import { pieces, TEXT_BYTES } from './text';

const bytes = (text: string) => new TextEncoder().encode(text).length;

test('pieces are whole characters, short enough, and together the text', () => {
  const text = '手元の文字😀é\n'.repeat(700);
  const cut = pieces(text);
  expect(cut.join('')).toBe(text);
  for (const piece of cut) expect(bytes(piece)).toBeLessThanOrEqual(TEXT_BYTES);
  expect(cut.length).toBe(Math.ceil(bytes(text) / TEXT_BYTES));
});

test('nothing is nothing', () => {
  expect(pieces('')).toEqual([]);
});
