/** What was under way, so that a page that is loaded again can go on with it: in IndexedDB, until it is over or given up. */

export interface Entry {
  id: string;
  session: string;
  way: 'send' | 'fetch';
  root: string;
  path: string[];
  /** Names at the top. */
  names: string[];
  /** Where it comes from or goes to; null for files that were picked and for the downloads. */
  folder: FileSystemDirectoryHandle | null;
  startedAtMs: number;
}

const DATABASE = 'temoto-transfers';
const TABLE = 'transfers';
const OLDEST_MS = 24 * 60 * 60 * 1000;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('storage'));
  });
}

async function within<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'id' });
    const database = await settled(request);
    try {
      return await settled(work(database.transaction(TABLE, mode).objectStore(TABLE)));
    } finally {
      database.close();
    }
  } catch {
    // Without storage a transfer is not found again after a reload; nothing else is lost.
    return null;
  }
}

export const journal = {
  add: (entry: Entry): Promise<unknown> => within('readwrite', (table) => table.put(entry)),
  remove: (id: string): Promise<unknown> => within('readwrite', (table) => table.delete(id)),

  /** Of this session, oldest first. */
  async of(session: string, nowMs: number): Promise<Entry[]> {
    const all = ((await within('readonly', (table) => table.getAll())) ?? []) as Entry[];
    for (const { id } of all.filter(({ startedAtMs }) => nowMs - startedAtMs > OLDEST_MS)) void journal.remove(id);
    return all
      .filter((one) => one.session === session && nowMs - one.startedAtMs <= OLDEST_MS)
      .sort((a, b) => a.startedAtMs - b.startedAtMs);
  },
};

export type Journal = typeof journal;
