/** The operator's own side: files that were picked or dropped, or a folder that was opened where the browser can do that. */
import type { FileEntry, FileFault } from '@temoto/session';
import { below, empty, joined, ofHandle, TooMany, tops, type Bundle, type Walkable } from './gather';
import { NOTHING, setOf, sorted, type Chosen, type Order } from './order';

type Picker = (options: { id: string; mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;
type Asked = FileSystemDirectoryHandle & {
  queryPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
};

const picker = (): Picker | undefined => (globalThis as { showDirectoryPicker?: Picker }).showDirectoryPicker;

/** Most entries of the own folder that are listed. */
export const MOST_ENTRIES = 10_000;

/** Whether this browser can open folders. */
export const opensFolders = (): boolean => picker() !== undefined;

/** Asks the person for the folder, or for leave to use it again; null if there is none. */
export async function askFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await picker()?.call(globalThis, { id: 'temoto', mode: 'readwrite' })) ?? null;
  } catch {
    // The person closed the question.
    return null;
  }
}

export async function askAgain(folder: FileSystemDirectoryHandle): Promise<boolean> {
  const asked = folder as Asked;
  try {
    if ((await asked.queryPermission?.({ mode: 'readwrite' })) === 'granted') return true;
    return (await asked.requestPermission?.({ mode: 'readwrite' })) !== 'denied';
  } catch {
    return false;
  }
}

export class Local {
  /** Picked and dropped. */
  picked = $state.raw<Bundle>(empty());
  /** From the opened folder down to the one that is shown; empty: none is open. */
  folders = $state.raw<readonly FileSystemDirectoryHandle[]>([]);
  entries = $state.raw<readonly FileEntry[]>([]);
  truncated = $state(false);
  loading = $state(false);
  fault = $state<FileFault | null>(null);
  order = $state.raw<Order>({ by: 'name', down: false });
  chosen = $state.raw<Chosen>(NOTHING);
  readonly folder = $derived(this.folders.at(-1) ?? null);
  readonly shown = $derived(sorted(this.folder ? this.entries : tops(this.picked), this.order));

  #asked = 0;

  /** What is chosen and there; without a choice, all that was picked. */
  get names(): string[] {
    const names = this.shown.filter(({ name }) => this.chosen.names.has(name)).map(({ name }) => name);
    return names.length > 0 || this.folder ? names : this.shown.map(({ name }) => name);
  }

  async add(coming: Promise<Bundle> | Bundle): Promise<void> {
    this.fault = null;
    this.loading = true;
    try {
      const more = await coming;
      this.picked = joined(this.picked, more);
      this.folders = [];
      this.chosen = { names: setOf(tops(more).map(({ name }) => name)), at: 0, from: 0 };
    } catch (error) {
      this.fault = error instanceof TooMany ? 'too_many' : 'failed';
    } finally {
      this.loading = false;
    }
  }

  clear(): void {
    this.picked = empty();
    this.chosen = NOTHING;
    this.fault = null;
  }

  async open(folders: readonly FileSystemDirectoryHandle[], select: readonly string[] = []): Promise<void> {
    const moved = folders.at(-1) !== this.folder;
    this.folders = folders;
    if (moved) {
      this.chosen = NOTHING;
      this.entries = [];
    }
    this.fault = null;
    const folder = this.folder;
    if (!folder) return;
    this.loading = true;
    this.#asked += 1;
    const asked = this.#asked;
    const entries: FileEntry[] = [];
    let more = false;
    try {
      for await (const handle of (folder as Walkable).values()) {
        if (asked !== this.#asked) return;
        more = entries.length >= MOST_ENTRIES;
        if (more) break;
        const entry = await entryOf(handle);
        if (entry) entries.push(entry);
      }
    } catch (error) {
      if (asked === this.#asked)
        this.fault = error instanceof Error && error.name === 'NotFoundError' ? 'gone' : 'denied';
    }
    if (asked !== this.#asked) return;
    this.loading = false;
    this.entries = entries;
    this.truncated = more;
    if (select.length > 0) this.chosen = { names: setOf(select), at: 0, from: 0 };
  }

  again(): Promise<void> {
    return this.open(this.folders);
  }

  up(): void {
    const last = this.folder?.name;
    if (this.folders.length > 1 && last !== undefined) void this.open(this.folders.slice(0, -1), [last]);
  }

  async into(entry: FileEntry): Promise<void> {
    const folder = this.folder;
    if (!folder || entry.kind !== 'folder') return;
    const inner = await folder.getDirectoryHandle(entry.name).catch(() => null);
    if (inner) await this.open([...this.folders, inner]);
    else this.fault = 'gone';
  }

  /** What is to be sent, with all that is in it. */
  async bundle(names: readonly string[]): Promise<Bundle> {
    const folder = this.folder;
    if (!folder) return below(this.picked, setOf(names));
    return walked(folder, names);
  }
}

/** Files and folders of an opened folder, with all that is in them. */
export async function walked(folder: FileSystemDirectoryHandle, names: readonly string[]): Promise<Bundle> {
  const wanted = setOf(names);
  const out = empty();
  for await (const handle of (folder as Walkable).values()) if (wanted.has(handle.name)) await ofHandle(handle, out);
  return out;
}

async function entryOf(handle: FileSystemHandle): Promise<FileEntry | null> {
  const { name } = handle;
  if (handle.kind === 'directory') return { name, kind: 'folder', size: 0, modifiedMs: 0 };
  try {
    const { size, lastModified } = await (handle as FileSystemFileHandle).getFile();
    return { name, kind: 'file', size, modifiedMs: Math.max(0, lastModified) };
  } catch {
    // It went away while the folder was read, or may not be read.
    return null;
  }
}
