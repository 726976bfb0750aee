import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crc32, dosTime, zipped } from './zip';

test('the sum is the known one', async () => {
  expect(await crc32(new Blob(['123456789']))).toBe(0xcbf4_3926);
  expect(await crc32(new Blob([]))).toBe(0);
});

test('times before 1980 become its first day', () => {
  expect(dosTime(0)).toEqual([0, 33]);
  const at = new Date(2026, 10, 28, 10, 24, 31).getTime();
  expect(dosTime(at)).toEqual([(10 << 11) | (24 << 5) | 15, (46 << 9) | (11 << 5) | 28]);
});

const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    archive.extractall(sys.argv[2])
`;

function python(): boolean {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!python())('another program unpacks it: folders, empty files, Japanese and emoji names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'temoto-zip-'));
  try {
    const at = Date.now();
    const archive = await zipped([
      { path: ['写真'], file: null, modifiedMs: at },
      { path: ['写真', '海🌊.txt'], file: new Blob(['青い']), modifiedMs: at },
      { path: ['写真', '空'], file: null, modifiedMs: at },
      { path: ['empty'], file: new Blob([]), modifiedMs: at },
    ]);
    const path = join(folder, 'a.zip');
    writeFileSync(path, Buffer.from(await archive.arrayBuffer()));
    execFileSync('python3', ['-c', PYTHON, path, folder]);
    expect(readFileSync(join(folder, '写真', '海🌊.txt'), 'utf8')).toBe('青い');
    expect(statSync(join(folder, '写真', '空')).isDirectory()).toBe(true);
    expect(statSync(join(folder, 'empty')).size).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
