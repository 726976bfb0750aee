import { expect, test } from 'vitest';
import { below, carried, joined, MOST_ITEMS, ofFiles, ofHandle, tops, TooMany } from './gather';

const file = (name: string, size = 3, path = '') =>
  Object.defineProperty(new File(['x'.repeat(size)], name, { lastModified: 7 }), 'webkitRelativePath', { value: path });

const paths = (bundle: { items: { path: string[]; folder: boolean }[] }) =>
  bundle.items.map(({ path, folder }) => path.join('/') + (folder ? '/' : ''));

test('a picked folder is announced before what is in it, once', () => {
  const bundle = ofFiles([file('a', 1, '写真/a'), file('b', 2, '写真/海/b'), file('c', 3, '写真/c')]);
  expect(paths(bundle)).toEqual(['写真/', '写真/a', '写真/海/', '写真/海/b', '写真/c']);
  expect(bundle.sources.map(Boolean)).toEqual([false, true, false, true, true]);
  expect(tops(bundle)).toEqual([{ name: '写真', kind: 'folder', size: 6, modifiedMs: 0 }]);
});

test('handles are walked, empty folders too', async () => {
  const leaf = (name: string) => ({ kind: 'file', name, getFile: async () => file(name) });
  const folder = (name: string, ...inside: unknown[]) => ({
    kind: 'directory',
    name,
    async *values() {
      yield* inside;
    },
  });
  const top = folder('top', leaf('a'), folder('空'), folder('deep', leaf('b')));
  expect(paths(await ofHandle(top as unknown as FileSystemHandle))).toEqual([
    'top/',
    'top/a',
    'top/空/',
    'top/deep/',
    'top/deep/b',
  ]);
});

test('only what is chosen at the top travels, with its files beside it', () => {
  const bundle = ofFiles([file('a', 1, 'x/a'), file('b'), file('c')]);
  const chosen = below(bundle, new Set(['x', 'c']));
  expect(paths(chosen)).toEqual(['x/', 'x/a', 'c']);
  expect((chosen.sources[2] as File).name).toBe('c');
});

test('a newer choice of the same name takes the place of the older', () => {
  const both = joined(ofFiles([file('a', 1), file('b', 1)]), ofFiles([file('a', 5)]));
  expect(tops(both).map(({ name, size }) => `${name}${size}`)).toEqual(['b1', 'a5']);
});

test('more than a transfer can be is refused, not cut', () => {
  const one = file('a');
  const many = (count: number) => Array.from({ length: count }, () => one);
  expect(ofFiles(many(MOST_ITEMS)).items.length).toBe(MOST_ITEMS);
  expect(() => ofFiles(many(MOST_ITEMS + 1))).toThrow(TooMany);
  expect(() => ofFiles([file('a', 1, Array.from({ length: 65 }, () => 'd').join('/'))])).toThrow(TooMany);
});

test('a name that no other system takes as one is made one', () => {
  expect(carried('a\\b/c')).toBe('a_b_c');
  expect(carried('写真.jpg')).toBe('写真.jpg');
  // As long as Windows has them.
  const long = `${'あ'.repeat(251)}.txt`;
  expect(carried(long)).toBe(long);
  expect(carried(`${'あ'.repeat(400)}.txt`)).toBe(`${'あ'.repeat(340)}.txt`);
});
