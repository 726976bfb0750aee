/** What survives a reload, in IndexedDB, until the session ends or the person logs out. */
import { forgetParts } from './disk/parts';
import type { RootKeys } from './roots';

export interface Kept {
  /** `console:<session>` or `agent:<random>`; also the name of the lock. */
  key: string;
  url: string;
  /** Opaque: from the core, for the core. */
  json: string;
  roots: RootKeys;
  updatedAtMs: number;
}

const DATABASE = 'temoto';
const TABLE = 'sessions';
/** What is older than this cannot be resumed at any server. */
const OLDEST_MS = 24 * 60 * 60 * 1000;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('storage'));
  });
}

export class Store {
  private constructor(private readonly database: IDBDatabase) {}

  /** Fails where the browser gives no storage (some private windows). */
  static async open(): Promise<Store> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' });
    const database = await settled(request);
    database.onversionchange = () => database.close();
    return new Store(database);
  }

  put(kept: Kept): Promise<void> {
    return this.#write((table) => table.put(kept));
  }

  delete(key: string): Promise<void> {
    return this.#write((table) => table.delete(key));
  }

  clear(): Promise<void> {
    return this.#write((table) => table.clear());
  }

  /** Newest first; forgets what is too old to be of use. */
  async list(prefix: 'console:' | 'agent:', nowMs: number): Promise<Kept[]> {
    const table = this.database.transaction(TABLE, 'readonly').objectStore(TABLE);
    const all = (await settled(table.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))) as Kept[];
    const old = all.filter((kept) => nowMs - kept.updatedAtMs > OLDEST_MS);
    await Promise.all(old.map((kept) => this.delete(kept.key)));
    return all.filter((kept) => !old.includes(kept)).sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  }

  close(): void {
    this.database.close();
  }

  #write(change: (table: IDBObjectStore) => IDBRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(TABLE, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('storage'));
      change(transaction.objectStore(TABLE));
    });
  }
}

/** Whether this browser has a customer's session that it can go on with. */
export async function keepsAgent(): Promise<boolean> {
  try {
    const store = await Store.open();
    const kept = await store.list('agent:', Date.now());
    store.close();
    return kept.length > 0;
  } catch {
    return false;
  }
}

/** Ids of the operator's sessions that this browser can go on with. */
export async function keptSessions(): Promise<string[]> {
  try {
    const store = await Store.open();
    const kept = await store.list('console:', Date.now());
    store.close();
    return kept.map(({ key }) => key.slice('console:'.length));
  } catch {
    return [];
  }
}

/** At log-out: everything of every session. */
export async function forgetAll(): Promise<void> {
  await forgetParts();
  try {
    const store = await Store.open();
    await store.clear();
    store.close();
  } catch {
    // Without storage nothing was kept.
  }
}
