import { expect, test } from 'vitest';
import { MOST, receipt, Receipts } from './receipts';

const hash = '0123456789abcdef'.repeat(4);
const done = (more: object = {}) => ({
  type: 'fileDone' as const,
  transfer: 1,
  way: 'send' as const,
  path: ['写真', '一.txt'],
  name: '一 (2).txt',
  size: 7,
  hash,
  ...more,
});

test('only a name is told, and it is the one that this computer knows', () => {
  expect(receipt(done())).toEqual({ way: 'send', name: '一.txt', size: 7, hash });
  expect(receipt(done({ way: 'fetch' }))).toEqual({ way: 'fetch', name: '一 (2).txt', size: 7, hash });
});

test('what the server would refuse is not told, so that it takes the others', () => {
  expect(receipt(done({ path: [] }))).toBeNull();
  expect(receipt(done({ hash: '' }))).toBeNull();
});

test('a name that is longer than the server keeps is told with its end', () => {
  const long = done({ path: [`${'花'.repeat(250)}.txt`] });
  expect(receipt(long)).toEqual({ way: 'send', name: `${'花'.repeat(83)}.txt`, size: 7, hash });
});

test('what waits is told in parts, and never more than is kept', () => {
  const receipts = new Receipts();
  for (let n = 0; n < MOST + 10; n += 1) receipts.add(done({ path: [`${n}`] }));
  let told = 0;
  for (let part = receipts.next(); part.length > 0; part = receipts.next()) {
    expect(part.length).toBeLessThanOrEqual(50);
    expect(part[0]?.name).toBe(`${told}`);
    told += part.length;
    receipts.taken(part.length);
  }
  expect(told).toBe(MOST);
  receipts.add(done());
  expect(receipts.next()).toEqual([]);
});
