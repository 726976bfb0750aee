import { hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { runInfo, Roots } from './roots';

const root = () => Uint8Array.from({ length: 32 }, (_, i) => i * 5);
const expected = (n: number) =>
  Buffer.from(hkdfSync('sha256', root(), new Uint8Array(0), runInfo(n), 32)).toString('hex');
const hex = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString('hex') : null);

test('the info of a run is its name and the number in four bytes, big end first', () => {
  expect(Buffer.from(runInfo(0x01020304)).toString('hex')).toBe(
    Buffer.concat([Buffer.from('temoto attach'), Buffer.from([1, 2, 3, 4])]).toString('hex'),
  );
});

test('the browser derives the same key as HKDF-SHA256 elsewhere, and every run has its own', async () => {
  const roots = new Roots();
  await roots.keep(1, root());
  for (const n of [1, 2, 0xffff_ffff]) expect(hex(await roots.derive(1, n))).toBe(expected(n));
  expect(expected(1)).not.toBe(expected(2));
  expect(await roots.derive(2, 1)).toBeNull();
});

test('the bytes of a root are gone once it is kept, and its key cannot be read back', async () => {
  const roots = new Roots();
  const bytes = root();
  await roots.keep(7, bytes);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  const key = (await roots.all())['7'] as CryptoKey;
  expect(key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
});

test('erased roots derive nothing', async () => {
  const roots = new Roots();
  await roots.keep(1, root());
  roots.erase();
  expect(await roots.derive(1, 1)).toBeNull();
});
