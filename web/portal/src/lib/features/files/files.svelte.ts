/** Files and folders of one session: both panes, what is under way, and what a reload interrupted. */
import type { Capability, ConsoleEvent, ConsoleView, FileRoot, Folder, TransferView } from '@temoto/session';
import { may } from '$shell/may';
import type { OpenSession } from '../console/sessions.svelte';
import { functionOf } from '../session/permitted';
import { restLeft } from '../session/tools';
import { save } from '../session/shots';
import { tops, TooMany, type Bundle } from './gather';
import { journal, type Entry } from './journal';
import { askAgain, Local, walked } from './local.svelte';
import { neededFor, PASTE, type Place } from './place';
import { MOST_NAMES, Remote } from './remote.svelte';
import { isOver } from './words';

export type { Place };

/** What went to the downloads. */
type Saved = Extract<ConsoleEvent, { type: 'saved' }>;

/** What this page began. */
interface Begun {
  transfer: number;
  place: Place;
  names: string[];
  /** To send. */
  bundle: Bundle | null;
  folder: FileSystemDirectoryHandle | null;
  over: boolean;
}

/** Where this person's paths may begin: what the customer copied is nobody's who may not have copies. */
export const usableRoots = ({ files }: ConsoleView): readonly FileRoot[] =>
  may('clipboard_out') ? files.roots : files.roots.filter(({ kind }) => kind !== 'copied');

const BOTH: readonly Capability[] = ['files_in', 'files_out'];
const id = (session: string, transfer: number, loaded: number) => `${session}:${loaded}:${transfer}`;

export class Files {
  readonly local = new Local();
  readonly remote: Remote;
  tab = $state<'folders' | 'transfers'>('folders');
  /** Dropped, or for the clipboard, before it was allowed. */
  pending = $state.raw<{ bundle: Bundle; place: Place | null; folder: FileSystemDirectoryHandle | null } | null>(null);
  /** What becomes of what cannot be sent at once, or what can be done with it now: a key of the sentences. */
  told = $state<'files_asked_drop' | 'files_declined_drop' | 'files_nothing' | 'files_pasted' | null>(null);
  /** The choice was more than a transfer can be. */
  tooMany = $state(false);
  /** Of an earlier load of this page. */
  earlier = $state.raw<readonly Entry[]>([]);
  /** What went to the downloads. */
  saved = $state.raw<readonly Saved[]>([]);

  #transfers = 0;
  #usable = '';
  readonly #loadedAtMs = Date.now();
  #begun: Begun[] = [];

  constructor(private readonly open: OpenSession) {
    const { session } = open;
    const nothing: Folder = { entries: [], truncated: false, fault: 'denied' };
    this.remote = new Remote({
      listFolder: (root, path) => (may('files') ? session.listFolder(root, path) : Promise.resolve(nothing)),
      changeFolder: (change) =>
        may('files') ? session.changeFolder(change) : Promise.resolve({ fault: 'denied', token: 0 }),
    });
    session.onsaved = (event) => {
      this.saved = [...this.saved, event];
      save(event.content, event.name);
    };
    void journal.of(open.id, Date.now()).then((found) => (this.earlier = found));
  }

  /** Whether something is granted and can be used just now. */
  usable(capability: Capability): boolean {
    const view = this.open.view;
    const name = functionOf(capability);
    const permitted = may('files') && (name === null || may(name));
    return Boolean(view?.granted.includes(capability) && !view.paused && view.files.roots.length > 0 && permitted);
  }

  /** Asks the customer for what is not granted and may be asked for. */
  ask(wanted: readonly Capability[] = BOTH): void {
    const view = this.open.view;
    if (!view) return;
    const capabilities = wanted.filter(
      (one) => !view.granted.includes(one) && !view.asked.includes(one) && restLeft(view, one, Date.now()) === 0,
    );
    if (capabilities.length > 0) this.open.send({ type: 'ask', capabilities });
  }

  /** Takes up what changed in the session. */
  follow(view: ConsoleView): void {
    const usable = BOTH.filter((one) => this.usable(one)).join();
    if (usable !== this.#usable) {
      this.#usable = usable;
      if (usable !== '') this.remote.begin(usableRoots(view));
      if (this.usable('files_out')) void this.remote.again();
    } else if (usable !== '' && this.remote.begin(usableRoots(view)) && this.usable('files_out')) {
      void this.remote.again();
    }
    this.#pending(view);
    for (const one of view.files.transfers) this.#over(one);
  }

  /** The folder that is looked at, else the desktop. */
  place(): Place | null {
    const roots = this.#roots();
    if (this.remote.root !== null && roots.some(({ id }) => id === this.remote.root))
      return { root: this.remote.root, path: this.remote.path };
    const first = roots.find(({ kind }) => kind === 'desktop') ?? roots[0];
    return first ? { root: first.id, path: [] } : null;
  }

  /** Where files go that are sent: nothing can be put among what the customer copied. */
  target(): Place | null {
    const place = this.place();
    const roots = this.#roots().filter(({ kind }) => kind !== 'copied');
    if (roots.some(({ id }) => id === place?.root)) return place;
    const first = roots.find(({ kind }) => kind === 'desktop') ?? roots[0];
    return first ? { root: first.id, path: [] } : null;
  }

  /** Looks at what the customer copied. */
  showCopied(): void {
    const copied = this.#roots().find(({ kind }) => kind === 'copied');
    this.tab = 'folders';
    if (copied) void this.remote.open(copied.id, []);
  }

  /** Onto the customer's clipboard, once that is allowed. */
  async pasteChosen(): Promise<void> {
    const names = this.local.names;
    if (names.length === 0) return;
    const place: Place = { root: PASTE, path: [] };
    await this.#gathered(this.local.bundle(names), (bundle) => this.#once(bundle, place, this.local.folder));
  }

  async sendChosen(): Promise<void> {
    const place = this.target();
    const names = this.local.names;
    if (!place || names.length === 0) return;
    await this.#gathered(this.local.bundle(names), (bundle) => this.send(bundle, place, this.local.folder));
  }

  /** From the desktop of this computer onto the window. `place`: null for the folder that is looked at. */
  async drop(coming: Promise<Bundle>, place: Place | null = null): Promise<void> {
    await this.#gathered(coming, (bundle) => {
      this.#once(bundle, place, null);
    });
  }

  /** Now, or as soon as it is allowed. */
  #once(bundle: Bundle, place: Place | null, folder: FileSystemDirectoryHandle | null): void {
    const needed = neededFor(place);
    if (needed.every((one) => this.usable(one))) {
      const to = place ?? this.target();
      if (to) this.send(bundle, to, folder);
      return;
    }
    this.pending = { bundle, place, folder };
    this.told = 'files_asked_drop';
    this.ask(needed);
  }

  send(bundle: Bundle, place: Place, folder: FileSystemDirectoryHandle | null): void {
    if (bundle.items.length === 0) {
      this.told = 'files_nothing';
      return;
    }
    const names = tops(bundle).map(({ name }) => name);
    const transfer = this.#begin({ place, names, bundle, folder }, 'send');
    const { items, sources } = bundle;
    this.open.send({ type: 'sendFiles', transfer, root: place.root, path: [...place.path], items, sources });
  }

  fetchChosen(): void {
    const place = this.place();
    // Links are listed and never followed.
    const carried = this.remote.shown.filter(({ kind }) => kind === 'file' || kind === 'folder');
    const names = this.remote.names.filter((one) => carried.some(({ name }) => name === one)).slice(0, MOST_NAMES);
    if (place && names.length > 0) this.fetch(place, names, this.local.folder);
  }

  fetch(place: Place, names: string[], folder: FileSystemDirectoryHandle | null): void {
    const transfer = this.#begin({ place, names, bundle: null, folder }, 'fetch');
    this.open.send({ type: 'fetchFiles', transfer, root: place.root, path: [...place.path], names, into: folder });
  }

  /** Whether this page knows what it was and can begin it anew. */
  canRetry = (transfer: number): boolean => this.#find(transfer) !== undefined;

  retry(transfer: number): void {
    const begun = this.#find(transfer);
    if (!begun) return;
    this.forget(transfer);
    if (begun.bundle) this.send(begun.bundle, begun.place, begun.folder);
    else this.fetch(begun.place, begun.names, begun.folder);
  }

  /** Whether what a reload interrupted may go on now. */
  canGoOn({ way, root, path }: Entry): boolean {
    const needed: readonly Capability[] = way === 'send' ? neededFor({ root, path }) : ['files_out'];
    return needed.every((one) => this.usable(one));
  }

  forget(transfer: number): void {
    this.open.send({ type: 'forgetTransfer', transfer });
    this.#begun = this.#begun.filter((one) => one.transfer !== transfer);
    this.saved = this.saved.filter((one) => one.transfer !== transfer);
  }

  saveAgain(transfer: number): void {
    const there = this.saved.find((one) => one.transfer === transfer);
    if (there) save(there.content, there.name);
  }

  /** Goes on with what a reload interrupted. `chosen`: the files once more, where no folder is known. */
  async goOn(entry: Entry, chosen: Bundle | null): Promise<void> {
    const { folder, names, root, path } = entry;
    const place = { root, path };
    if (folder && !(await askAgain(folder))) return;
    if (entry.way === 'fetch') this.fetch(place, names, folder);
    else if (folder) await this.#gathered(walked(folder, names), (bundle) => this.send(bundle, place, folder));
    else if (chosen) this.send(chosen, place, null);
    else return;
    this.giveUp(entry);
  }

  giveUp({ id: gone }: Entry): void {
    void journal.remove(gone);
    this.earlier = this.earlier.filter((one) => one.id !== gone);
  }

  #roots(): readonly FileRoot[] {
    return this.open.view ? usableRoots(this.open.view) : [];
  }

  #find(transfer: number): Begun | undefined {
    return this.#begun.find((one) => one.transfer === transfer);
  }

  #begin(begun: Omit<Begun, 'transfer' | 'over'>, way: 'send' | 'fetch'): number {
    this.#transfers += 1;
    const transfer = this.#transfers;
    this.told = null;
    this.#begun.push({ ...begun, transfer, over: false });
    const { root, path } = begun.place;
    void journal.add({
      id: id(this.open.id, transfer, this.#loadedAtMs),
      session: this.open.id,
      way,
      root,
      path: [...path],
      names: begun.names.slice(0, 256),
      folder: begun.folder,
      startedAtMs: Date.now(),
    });
    return transfer;
  }

  async #gathered(coming: Promise<Bundle>, then: (bundle: Bundle) => void): Promise<void> {
    this.tooMany = false;
    try {
      then(await coming);
    } catch (error) {
      if (error instanceof TooMany) this.tooMany = true;
      else this.told = 'files_nothing';
    }
  }

  #pending(view: ConsoleView): void {
    const pending = this.pending;
    if (!pending) return;
    const needed = neededFor(pending.place);
    if (needed.every((one) => this.usable(one))) {
      this.pending = null;
      const place = pending.place ?? this.target();
      if (place) this.send(pending.bundle, place, pending.folder);
    } else if (view.ended || view.resting.some(({ capability }) => needed.includes(capability))) {
      this.pending = null;
      this.told = 'files_declined_drop';
    }
  }

  #over({ transfer, state }: TransferView): void {
    const begun = this.#find(transfer);
    if (!begun || begun.over || !isOver(state)) return;
    begun.over = true;
    void journal.remove(id(this.open.id, transfer, this.#loadedAtMs));
    if (begun.place.root === PASTE && state === 'done') this.told = 'files_pasted';
    // What arrived is seen.
    const here = this.place();
    const shown = here?.root === begun.place.root && here.path.join('/') === begun.place.path.join('/');
    if (begun.bundle && shown && this.usable('files_out')) void this.remote.again();
    if (!begun.bundle && begun.folder && begun.folder === this.local.folder) void this.local.again();
  }
}

const known = new WeakMap<OpenSession, Files>();

/** The files of a session: the same ones each time somebody looks. */
export function filesOf(open: OpenSession): Files {
  const there = known.get(open);
  if (there) return there;
  const files = new Files(open);
  known.set(open, files);
  return files;
}
