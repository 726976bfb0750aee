import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarParts } from './tar';

const name = 'temoto_support.example.co.jp_8443_0123456789abcdef_0123456789abcdefghjkmnpqrstv';

function unpack(bytes: Uint8Array<ArrayBuffer>) {
  const folder = mkdtempSync(join(tmpdir(), 'temoto-tar-'));
  try {
    const parts = tarParts({ name, bytes, mode: 0o755, modifiedSeconds: 1_780_000_000 });
    writeFileSync(join(folder, 'it.tar'), Buffer.concat(parts));
    const listed = execFileSync('tar', ['-tvf', join(folder, 'it.tar')], { encoding: 'utf8' });
    execFileSync('tar', ['-xf', join(folder, 'it.tar'), '-C', folder]);
    const file = join(folder, name);
    return { listed, content: readFileSync(file), mode: statSync(file).mode & 0o777, parts };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the system tar unpacks the same bytes as an executable file', () => {
  for (const size of [0, 1, 511, 512, 513, 70_000]) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 255);
    const { content, mode, listed, parts } = unpack(bytes);
    expect(Buffer.compare(content, Buffer.from(bytes))).toBe(0);
    expect(mode).toBe(0o755);
    expect(listed).toContain('-rwxr-xr-x');
    expect(parts.reduce((sum, part) => sum + part.length, 0) % 512).toBe(0);
  }
});

test('a name that could leave its folder or does not fit is refused', () => {
  const entry = { bytes: new Uint8Array(1), mode: 0o755, modifiedSeconds: 0 };
  expect(() => tarParts({ ...entry, name: '../x' })).toThrow(RangeError);
  expect(() => tarParts({ ...entry, name: 'x'.repeat(101) })).toThrow(RangeError);
  expect(() => tarParts({ ...entry, name: '' })).toThrow(RangeError);
});
