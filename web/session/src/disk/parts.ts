/**
 * Files that are on their way here, in the browser's own storage (OPFS): what is written there stays through a reload or a crash. A part is
 * called by the hash of path, size and time of what is coming, so the next transfer of the very same file finds it and goes on.
 */
import type { FileItem } from '../messages';
import { Faulty, orNull } from './faults';

/** Only workers have it, so the types of a page do not know it. */
export interface SyncFile {
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

type Handle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> };
export type Walkable = FileSystemDirectoryHandle & AsyncIterable<[string, FileSystemHandle]>;

const FOLDER = 'temoto-files';
/** Nobody can go on with a session that is older. */
const OLDEST_MS = 24 * 60 * 60 * 1000;

export class Parts {
  #folder: Promise<FileSystemDirectoryHandle> | null = null;
  /** Files that are being opened: Chromium never answers for a handle that nobody holds when its garbage collector comes by. */
  readonly #opening = new Set<FileSystemFileHandle>();

  /** `session`: those of another customer are never looked at. */
  constructor(private readonly session: string) {}

  /** The name of the part. */
  async key({ path, size, modifiedMs }: Omit<FileItem, 'folder'>): Promise<string> {
    const text = new TextEncoder().encode(JSON.stringify([path, size, modifiedMs]));
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  async open(key: string): Promise<SyncFile> {
    const handle = await (await this.#here()).getFileHandle(key, { create: true });
    this.#opening.add(handle);
    try {
      return await (handle as Handle).createSyncAccessHandle();
    } finally {
      this.#opening.delete(handle);
    }
  }

  /** What is in it, without copying it. */
  async file(key: string): Promise<File> {
    return (await (await this.#here()).getFileHandle(key)).getFile();
  }

  async remove(key: string): Promise<void> {
    await orNull((await this.#here()).removeEntry(key));
  }

  /** Whether so many bytes more can be kept, as far as the browser says. */
  async room(bytes: number): Promise<boolean> {
    const { quota, usage = 0 } = await navigator.storage.estimate();
    return quota === undefined || quota - usage >= bytes;
  }

  #here(): Promise<FileSystemDirectoryHandle> {
    this.#folder ??= this.#make();
    return this.#folder;
  }

  async #make(): Promise<FileSystemDirectoryHandle> {
    if (!/^\w+$/.test(this.session)) throw new Faulty('failed');
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle(FOLDER, { create: true });
    await sweep(all, Date.now());
    return all.getDirectoryHandle(this.session, { create: true });
  }
}

/** Removes what nobody went on with for a day. */
async function sweep(all: FileSystemDirectoryHandle, nowMs: number): Promise<void> {
  for await (const [session, folder] of all as Walkable) {
    if (folder.kind !== 'directory') continue;
    let left = 0;
    for await (const [name, part] of folder as Walkable) {
      try {
        const { lastModified } = await (part as FileSystemFileHandle).getFile();
        if (nowMs - lastModified > OLDEST_MS) await (folder as Walkable).removeEntry(name);
        else left += 1;
      } catch {
        // In use by another tab.
        left += 1;
      }
    }
    if (left === 0) await all.removeEntry(session).catch(() => undefined);
  }
}

/** At log-out: everything of every session. */
export async function forgetParts(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
  } catch {
    // There is none, or a transfer of another tab holds it; that one is swept later.
  }
}
