import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { asFolder, FakeFile, FakeFolder } from './fakes';
import { Parts } from './parts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** As Chromium: who is asked keeps the answer and not the one that it is for. */
class Forgetful extends FakeFolder {
  asked: WeakRef<object> | null = null;
  #answer: (open: object) => void = () => undefined;

  override getFileHandle = async (name: string) => {
    const handle = new FakeFile(name);
    handle.createSyncAccessHandle = () => new Promise<never>((resolve) => (this.#answer = resolve as () => void));
    this.asked = new WeakRef(handle);
    return handle;
  };

  answers(open: object) {
    // Nobody hears an answer for what is gone.
    if (this.asked?.deref()) this.#answer(open);
  }
}

/** Turns of the event loop: what was looked at through a weak reference stays until its turn is over. */
const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
};

test('a file is opened although its handle is garbage meanwhile as far as the browser can see, and not kept after it', async () => {
  const session = new Forgetful('00ff');
  const storage = new FakeFolder();
  const all = await storage.getDirectoryHandle('temoto-files', { create: true });
  all.getDirectoryHandle = async () => session;
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => asFolder(storage) } });

  const opening = new Parts('00ff').open('key');
  await turns();
  expect(session.asked).not.toBeNull();
  collect();
  const open = {};
  session.answers(open);
  expect(await Promise.race([opening, turns()])).toBe(open);

  await turns();
  collect();
  expect(session.asked?.deref()).toBeUndefined();
});
