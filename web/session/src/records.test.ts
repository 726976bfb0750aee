import { expect, test } from 'vitest';
import { Records, type Work } from './records';

const key = () => new Uint8Array(32).fill(0x11);
const nonce = (n: number) => new Uint8Array(12).fill(n, 11);
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const work = (n: number, bytes: Uint8Array<ArrayBuffer>, key: Uint8Array<ArrayBuffer> | null = null): Work => ({
  pair: 1,
  key,
  nonce: nonce(n),
  associated: Uint8Array.of(1, 0, 0, 0, 7, 0, 0),
  bytes,
});
const hello = () => Uint8Array.from([1, ...new TextEncoder().encode('hello')]);

test('the bytes are those that the core makes itself', async () => {
  const message = await new Records().seal(Uint8Array.of(16, 1), work(0, hello(), key()));
  const hex = [...message].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // The same record as in core/crypto/src/record/tests.rs.
  expect(hex).toBe(`1001c5a27b0b8dc05fa0f8e34ff9e541990c5a9eb17fb0d6`);
});

test('a key serves until another one comes, each way and each pair by itself', async () => {
  const records = new Records();
  const sealed = [
    records.seal(new Uint8Array(0), work(0, hello(), key())),
    records.seal(new Uint8Array(0), work(1, hello())),
    records.seal(new Uint8Array(0), work(0, hello(), new Uint8Array(32).fill(0x22))),
  ];
  const [first, second, third] = await Promise.all(sealed);
  if (!first || !second || !third) throw new Error('three were sealed');
  expect(text(await records.open(work(0, first, key())))).toBe('\u0001hello');
  expect(text(await records.open(work(1, second)))).toBe('\u0001hello');
  expect(await records.open(work(0, third))).toBeUndefined();
  await expect(records.open({ ...work(0, third), pair: 2 })).rejects.toThrow('no key');
});

test('what was altered does not open, and the key is erased where it came from', async () => {
  const records = new Records();
  const given = key();
  const sealed = await records.seal(new Uint8Array(0), work(0, hello(), given));
  expect(given.every((byte) => byte === 0)).toBe(true);
  sealed[2] = (sealed[2] ?? 0) ^ 1;
  expect(await records.open(work(0, sealed, key()))).toBeUndefined();
});
