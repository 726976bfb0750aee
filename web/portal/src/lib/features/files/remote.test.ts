import type { FileRoot, Folder } from '@temoto/session';
import { expect, test } from 'vitest';
import { Remote } from './remote.svelte';

const root = (id: string, kind: FileRoot['kind']): FileRoot => ({ id, kind, name: '', free: 0, size: 0 });
const FOLDERS = [root('home', 'home'), root('desktop', 'desktop')];

/** Folders that have one file, named as their root, once they are answered for. */
function made() {
  const waiting: (() => void)[] = [];
  const remote = new Remote({
    listFolder: (root) =>
      new Promise<Folder>((answer) =>
        waiting.push(() =>
          answer({ entries: [{ name: root, kind: 'file', size: 1, modifiedMs: 1 }], truncated: false, fault: null }),
        ),
      ),
    changeFolder: () => Promise.resolve({ fault: null, token: 0 }),
  });
  const answered = async () => {
    waiting.splice(0).forEach((answer) => answer());
    await Promise.resolve();
    await Promise.resolve();
  };
  return { remote, answered };
}

test('it begins at the desktop, and what is looked at stays as long as it is there', async () => {
  const { remote, answered } = made();
  expect(remote.begin(FOLDERS)).toBe(true);
  expect(remote.root).toBe('desktop');
  void remote.open('home', ['a']);
  await answered();
  expect(remote.begin([root('copied-1', 'copied'), ...FOLDERS])).toBe(false);
  expect([remote.root, ...remote.path]).toEqual(['home', 'a']);
});

test('who looks at what the customer copied sees the next copy, and else the desktop', async () => {
  const { remote, answered } = made();
  remote.begin([root('copied-1', 'copied'), ...FOLDERS]);
  void remote.open('copied-1', ['a']);
  await answered();
  remote.chosen = { names: new Set(['copied-1']), at: 0, from: 0 };
  void remote.again();
  expect(remote.begin([root('copied-2', 'copied'), ...FOLDERS])).toBe(true);
  expect([remote.root, ...remote.path]).toEqual(['copied-2']);
  // What was asked of the one before, and what was chosen there, is not taken for something of this one.
  await answered();
  expect([remote.entries.length, remote.names.length]).toEqual([0, 0]);
  expect(remote.begin(FOLDERS)).toBe(true);
  expect(remote.root).toBe('desktop');
});
