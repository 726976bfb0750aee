/** Questions about the customer's folders that wait for their answers; one that nobody answers is given up. */
import type { ConsoleCommand, ConsoleEvent, FileEntry, FileFault } from './messages';

type Of<T> = Extract<ConsoleEvent, { type: T }>;
type Asked<T> = T extends unknown ? Omit<T, 'request'> : never;

export type Change = Asked<
  Extract<ConsoleCommand, { type: 'makeFolder' | 'renameFile' | 'trashFiles' | 'restoreFiles' }>
>;

/** What is in a folder of the customer's, or why that cannot be said. */
export interface Folder {
  entries: FileEntry[];
  /** There is more than is listed. */
  truncated: boolean;
  fault: FileFault | null;
}

/** `token` takes back what was thrown away; 0: it cannot be. */
export interface Changed {
  fault: FileFault | null;
  token: number;
}

const PATIENCE_MS = 60_000;

export class Requests {
  #last = 0;
  readonly #folders = new Map<number, { entries: FileEntry[]; resolve: (folder: Folder) => void }>();
  readonly #changes = new Map<number, (changed: Changed) => void>();

  constructor(private readonly send: (command: ConsoleCommand) => void) {}

  list(root: string, path: string[]): Promise<Folder> {
    this.#last += 1;
    const request = this.#last;
    return new Promise((resolve) => {
      this.#folders.set(request, { entries: [], resolve });
      const late = { entries: [], last: true, truncated: false, fault: 'failed' } as const;
      setTimeout(() => this.folder({ type: 'folder', request, ...late, entries: [] }), PATIENCE_MS);
      this.send({ type: 'listFolder', request, root, path });
    });
  }

  change(change: Change): Promise<Changed> {
    this.#last += 1;
    const request = this.#last;
    return new Promise((resolve) => {
      this.#changes.set(request, resolve);
      setTimeout(() => this.changed({ type: 'folderChanged', request, fault: 'failed', token: 0 }), PATIENCE_MS);
      this.send({ ...change, request });
    });
  }

  folder({ request, entries, last, truncated, fault }: Of<'folder'>): void {
    const asked = this.#folders.get(request);
    if (!asked) return;
    asked.entries.push(...entries);
    if (!last) return;
    this.#folders.delete(request);
    asked.resolve({ entries: asked.entries, truncated, fault });
  }

  changed({ request, fault, token }: Of<'folderChanged'>): void {
    this.#changes.get(request)?.({ fault, token });
    this.#changes.delete(request);
  }
}
