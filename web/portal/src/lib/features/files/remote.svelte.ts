/** The folder of the customer's that the operator looks into, and what is changed in it. */
import type { FileEntry, FileFault, FileRoot, Folder } from '@temoto/session';
import { NOTHING, setOf, sorted, type Chosen, type Order } from './order';

type Change =
  | { type: 'makeFolder'; root: string; path: string[]; name: string }
  | { type: 'renameFile'; root: string; path: string[]; name: string; to: string }
  | { type: 'trashFiles'; root: string; path: string[]; names: string[] }
  | { type: 'restoreFiles'; token: number };

/** As far as a session is needed here. */
export interface Line {
  listFolder(root: string, path: string[]): Promise<Folder>;
  changeFolder(change: Change): Promise<{ fault: FileFault | null; token: number }>;
}

/** At most so many names travel in one request. */
export const MOST_NAMES = 256;

export class Remote {
  root = $state<string | null>(null);
  path = $state.raw<readonly string[]>([]);
  entries = $state.raw<readonly FileEntry[]>([]);
  truncated = $state(false);
  /** Why the folder cannot be shown. */
  fault = $state<FileFault | null>(null);
  /** Why the last change could not be made. */
  problem = $state<FileFault | null>(null);
  loading = $state(false);
  order = $state.raw<Order>({ by: 'name', down: false });
  chosen = $state.raw<Chosen>(NOTHING);
  /** What was thrown away last; without a token it cannot be taken back. */
  trashed = $state.raw<{ token: number; names: readonly string[] } | null>(null);
  readonly shown = $derived(sorted(this.entries, this.order));

  #asked = 0;
  #roots: readonly FileRoot[] = [];

  constructor(private readonly line: Line) {}

  /** What is chosen and there. */
  get names(): string[] {
    return this.shown.filter(({ name }) => this.chosen.names.has(name)).map(({ name }) => name);
  }

  /**
   * Where it begins: the desktop if there is one. What is looked at stays as long as it is there; who looks at what the customer copied
   * sees the next copy. Whether it is another place now.
   */
  begin(roots: readonly FileRoot[]): boolean {
    const at = (all: readonly FileRoot[]) => all.find(({ id }) => id === this.root);
    const before = at(this.#roots);
    this.#roots = roots;
    if (at(roots)) return false;
    const first = (wanted: FileRoot['kind']) => roots.find(({ kind }) => kind === wanted);
    const next = (before?.kind === 'copied' ? first('copied') : undefined) ?? first('desktop') ?? roots[0];
    this.root = next?.id ?? null;
    this.path = [];
    this.entries = [];
    this.chosen = NOTHING;
    this.trashed = null;
    this.fault = null;
    this.truncated = false;
    this.problem = null;
    // What was asked about the place before says nothing of this one.
    this.#asked += 1;
    this.loading = false;
    return this.root !== null;
  }

  async open(root: string, path: readonly string[], select: readonly string[] = []): Promise<void> {
    const moved = root !== this.root || path.join('/') !== this.path.join('/');
    this.root = root;
    this.path = path;
    this.problem = null;
    if (moved) {
      this.entries = [];
      this.chosen = NOTHING;
      this.trashed = null;
    }
    this.loading = true;
    this.#asked += 1;
    const asked = this.#asked;
    const folder = await this.line.listFolder(root, [...path]);
    // A newer question was asked meanwhile.
    if (asked !== this.#asked) return;
    this.loading = false;
    this.fault = folder.fault;
    this.entries = folder.fault ? [] : folder.entries;
    this.truncated = folder.truncated;
    const names = setOf(select.length > 0 ? select : this.chosen.names);
    const kept = this.shown.filter(({ name }) => names.has(name)).map(({ name }) => name);
    const at = Math.max(
      0,
      this.shown.findIndex(({ name }) => name === kept[0]),
    );
    this.chosen = {
      names: setOf(kept),
      at: select.length > 0 ? at : Math.min(this.chosen.at, this.shown.length - 1),
      from: at,
    };
  }

  again(select: readonly string[] = []): Promise<void> {
    return this.root === null ? Promise.resolve() : this.open(this.root, this.path, select);
  }

  up(): void {
    const last = this.path.at(-1);
    if (this.root !== null && last !== undefined) void this.open(this.root, this.path.slice(0, -1), [last]);
  }

  into(entry: FileEntry): void {
    if (this.root !== null && entry.kind === 'folder') void this.open(this.root, [...this.path, entry.name]);
  }

  async make(name: string): Promise<boolean> {
    return (await this.#change({ type: 'makeFolder', ...this.#here(), name }, [name])) !== false;
  }

  async rename(name: string, to: string): Promise<boolean> {
    return name === to || (await this.#change({ type: 'renameFile', ...this.#here(), name, to }, [to])) !== false;
  }

  async trash(): Promise<boolean> {
    const names = this.names.slice(0, MOST_NAMES);
    if (names.length === 0) return false;
    const token = await this.#change({ type: 'trashFiles', ...this.#here(), names });
    if (token === false) return false;
    this.trashed = { token, names };
    return true;
  }

  async undo(): Promise<boolean> {
    const trashed = this.trashed;
    if (!trashed || trashed.token === 0) return false;
    const done = await this.#change({ type: 'restoreFiles', token: trashed.token }, trashed.names);
    if (done !== false) this.trashed = null;
    return done !== false;
  }

  #here(): { root: string; path: string[] } {
    return { root: this.root ?? '', path: [...this.path] };
  }

  /** The token of the answer, or false and the reason in `problem`. What is there now is looked up either way. */
  async #change(change: Change, select: readonly string[] = []): Promise<false | number> {
    const { fault, token } = await this.line.changeFolder(change);
    await this.again(fault ? [] : select);
    this.problem = fault;
    return fault ? false : token;
  }
}
