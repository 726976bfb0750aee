import { beforeEach, expect, test, vi } from 'vitest';
import type { DiskAnswer, DiskAsk } from '../messages';
import { Disk } from './disk';
import { asFolder, FakeFile, FakeFolder } from './fakes';

type Work = DiskAsk extends infer Ask ? (Ask extends DiskAsk ? Omit<Ask, 'kind' | 'id' | 'transfer'> : never) : never;

const encode = (text: string) => new TextEncoder().encode(text);
let storage: FakeFolder;
let quota: number;

beforeEach(() => {
  storage = new FakeFolder();
  quota = 1_000_000;
  vi.stubGlobal('navigator', {
    storage: { getDirectory: async () => storage, estimate: async () => ({ quota, usage: 0 }) },
  });
});

function setup() {
  const answers = new Map<number, (answer: DiskAnswer) => void>();
  const saved: [string, Blob][] = [];
  const disk = new Disk({
    answer: (id, answer) => answers.get(id)?.(answer),
    saved: (_, name, content) => void saved.push([name, content]),
  });
  disk.belongsTo('00ff');
  let asks = 0;
  const ask = (work: Work): Promise<DiskAnswer> => {
    asks += 1;
    const id = asks;
    return new Promise((resolve) => {
      answers.set(id, resolve);
      disk.take({ kind: 'disk', id, transfer: 1, ...work } as DiskAsk);
    });
  };
  /** Has no answer: what comes after it is done after it. */
  const silent = (work: Work) => disk.take({ kind: 'disk', id: 0, transfer: 1, ...work } as DiskAsk);
  return { disk, ask, silent, saved };
}

const create = (path: string[], size: number, choice: 'ask' | 'replace' | 'both' = 'ask', index = 0) =>
  ({ work: 'create', index, path, folder: false, size, modifiedMs: 5, choice }) as const;
const write = (text: string, at = 0, index = 0) =>
  ({ work: 'write', index, at, bytes: encode(text) as Uint8Array<ArrayBuffer> }) as const;
const finish = (choice: 'ask' | 'replace' | 'both' = 'ask', index = 0) => ({ work: 'finish', index, choice }) as const;

test('exactly the bytes that were asked for are read, and a file that changed is none any more', async () => {
  const { disk, ask } = setup();
  const handle = new FakeFile('a');
  handle.bytes = encode('手元でできる');
  handle.lastModified = 7;
  const items = [{ path: ['a'], folder: false, size: 18, modifiedMs: 7 }];
  disk.send(1, items, [handle as unknown as FileSystemFileHandle]);
  expect(await ask({ work: 'read', index: 0, at: 3, length: 6 })).toEqual({ answer: 'bytes', bytes: encode('元で') });
  expect(await ask({ work: 'read', index: 0, at: 15, length: 6 })).toMatchObject({ fault: 'changed' });
  expect(await ask({ work: 'read', index: 1, at: 0, length: 1 })).toMatchObject({ fault: 'gone' });
  handle.lastModified = 8;
  expect(await ask({ work: 'read', index: 0, at: 3, length: 6 })).toMatchObject({ fault: 'changed' });
});

test('a file gets its name only when it is whole, in folders that are made for it', async () => {
  const { disk, ask } = setup();
  const mine = new FakeFolder();
  disk.receive(1, asFolder(mine), '写真');
  expect(await ask(create(['写真', '海🌊.txt'], 6))).toEqual({ answer: 'created', have: 0 });
  expect(await ask(write('abc'))).toEqual({ answer: 'done' });
  expect(await mine.files()).toEqual({});
  expect(await ask(write('def', 3))).toEqual({ answer: 'done' });
  expect(await ask(finish())).toEqual({ answer: 'finished', name: '海🌊.txt' });
  expect(await mine.files()).toEqual({ '写真/海🌊.txt': 'abcdef' });
  expect(await storage.files()).toEqual({});
});

test('an interrupted file goes on where its part ends, and only the very same one', async () => {
  const first = setup();
  const mine = new FakeFolder();
  first.disk.receive(1, asFolder(mine), 'a');
  await first.ask(create(['a'], 6));
  await first.ask(write('abc'));
  first.silent({ work: 'close' });
  const again = setup();
  again.disk.receive(1, asFolder(mine), 'a');
  expect(await again.ask(create(['a'], 7))).toEqual({ answer: 'created', have: 0 });
  expect(await again.ask(create(['a'], 6, 'ask', 1))).toEqual({ answer: 'created', have: 3 });
  expect(await again.ask({ work: 'readPart', index: 1, at: 1, length: 2 })).toEqual({
    answer: 'bytes',
    bytes: encode('bc'),
  });
  await again.ask(write('def', 3, 1));
  expect(await again.ask(finish('ask', 1))).toEqual({ answer: 'finished', name: 'a' });
  expect(await mine.files()).toEqual({ a: 'abcdef' });
});

test('a file that is there is never replaced without an answer, be it at the end', async () => {
  const { disk, ask } = setup();
  const mine = new FakeFolder();
  const there = await mine.getFileHandle('a.txt', { create: true });
  there.bytes = encode('old');
  there.lastModified = 3;
  disk.receive(1, asFolder(mine), 'a.txt');
  const exists = { answer: 'exists', size: 3, modifiedMs: 3 };
  expect(await ask(create(['a.txt'], 3))).toEqual(exists);
  await ask(create(['a.txt'], 3, 'both'));
  await ask(write('new'));
  expect(await ask(finish('ask'))).toEqual(exists);
  expect(await ask(finish('both'))).toEqual({ answer: 'finished', name: 'a (2).txt' });
  expect(await mine.files()).toEqual({ 'a.txt': 'old', 'a (2).txt': 'new' });
  await ask(create(['a.txt'], 3, 'replace'));
  await ask(write('end'));
  expect(await ask(finish('replace'))).toEqual({ answer: 'finished', name: 'a.txt' });
  expect(await mine.files()).toEqual({ 'a.txt': 'end', 'a (2).txt': 'new' });
});

test('what is no file to write is a fault with a code', async () => {
  const { disk, ask } = setup();
  const mine = new FakeFolder();
  await mine.getDirectoryHandle('a', { create: true });
  disk.receive(1, asFolder(mine), 'a');
  expect(await ask(create(['a'], 3))).toMatchObject({ fault: 'exists' });
  await mine.getFileHandle('b', { create: true });
  expect(await ask(create(['b', 'c'], 3))).toMatchObject({ fault: 'no_folder' });
  quota = 2;
  expect(await ask(create(['c'], 3))).toMatchObject({ fault: 'full' });
  expect(await ask(write('x', 0, 9))).toMatchObject({ fault: 'failed' });
  quota = 100;
  expect(await ask(create(['c'], 3))).toEqual({ answer: 'created', have: 0 });
  expect(await ask(write('toolong'))).toMatchObject({ fault: 'failed' });
  expect(await ask(write('x', 1))).toMatchObject({ fault: 'failed' });
  expect(await ask(finish())).toMatchObject({ fault: 'damaged' });
});

test('nothing stays of what is thrown away', async () => {
  const { disk, ask, silent } = setup();
  disk.receive(1, null, 'a');
  await ask(create(['a'], 6));
  await ask(write('abc'));
  silent({ work: 'discard', index: 0 });
  expect(await ask({ work: 'readPart', index: 0, at: 0, length: 1 })).toMatchObject({ fault: 'failed' });
  expect(await storage.files()).toEqual({});
});

test('nothing stays of a transfer that is canceled, whether it runs or was interrupted', async () => {
  for (const interrupted of [false, true]) {
    const { disk, ask, silent } = setup();
    disk.receive(1, null, 'a');
    await ask(create(['a'], 6));
    await ask(write('abc'));
    silent({ work: 'close' });
    expect(await ask(create(['a'], 6))).toEqual({ answer: 'created', have: 3 });
    if (!interrupted) silent({ work: 'discard', index: 0 });
    silent({ work: 'close' });
    if (interrupted) silent({ work: 'discardLeft' });
    // In the same moment the page learns that it is over.
    disk.follow([{ transfer: 1, state: 'canceled' }]);
    await vi.waitFor(async () => expect(await storage.files()).toEqual({}));
  }
});

test('without a folder one file goes to the downloads as it is, and a folder as an archive', async () => {
  const { disk, ask, saved } = setup();
  disk.receive(1, null, 'a.txt');
  await ask(create(['a.txt'], 3));
  await ask(write('abc'));
  await ask(finish());
  disk.follow([{ transfer: 1, state: 'running' }]);
  disk.follow([{ transfer: 1, state: 'done' }]);
  await vi.waitFor(() => expect(saved.length).toBe(1));
  expect([saved[0]?.[0], await saved[0]?.[1].text()]).toEqual(['a.txt', 'abc']);

  disk.receive(1, null, '写真');
  await ask({ work: 'create', index: 0, path: ['写真'], folder: true, size: 0, modifiedMs: 5, choice: 'ask' });
  await ask(create(['写真', 'b'], 1, 'ask', 1));
  await ask(write('x', 0, 1));
  await ask(finish('ask', 1));
  disk.follow([{ transfer: 1, state: 'done' }]);
  await vi.waitFor(() => expect(saved.length).toBe(2));
  expect(saved[1]?.[0]).toBe('写真.zip');
});
