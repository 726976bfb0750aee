import { expect, test } from 'vitest';
import { decodeTable } from './table';

test('a table of a Japanese spreadsheet is read like any other', () => {
  const utf8 = new TextEncoder().encode('氏名').buffer;
  expect(decodeTable(utf8)).toBe('氏名');
  expect(decodeTable(new Uint8Array([0x8e, 0x81, 0x96, 0xbc]).buffer)).toBe('氏名');
});
