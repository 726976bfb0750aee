/** One of the operator's sessions as pages see it: the last view, and verbs. */
import type { CodeView, ConsoleCommand, ConsoleEvent, ConsoleView, FileEntry, FileFault, Part } from './messages';
import type { ConsolePort } from './ports';

type Of<T> = Extract<ConsoleEvent, { type: T }>;

type Change = Extract<ConsoleCommand, { type: 'makeFolder' | 'renameFile' | 'trashFiles' | 'restoreFiles' }>;
type Numberless<T> = T extends unknown ? Omit<T, 'request'> : never;

/** What is in a folder of the customer's, or why that cannot be said. */
export interface Folder {
  entries: FileEntry[];
  /** There is more than is listed. */
  truncated: boolean;
  fault: FileFault | null;
}

/** A question about folders that takes longer than this is given up. */
const FOLDER_MS = 60_000;
/** A text of the customer that takes longer than this is given up; it is still there. */
const CLIPBOARD_MS = 60_000;

export class ConsoleSession {
  view = $state.raw<ConsoleView | null>(null);
  /** Another tab owns it. */
  elsewhere = $state(false);
  /** This browser keeps nothing over a reload. */
  noStorage = $state(false);
  /** Technical detail of a failure that this tab cannot get over. */
  fault = $state<string | null>(null);
  /** Called with each cursor event; pixels stay out of reactive state. */
  oncursor: ((event: Of<'cursor'>) => void) | null = null;

  /** The core wishes for a new code: whoever owns this session asks the server for one. */
  oncodewanted: (() => void) | null = null;

  /** Each file that arrived at either end, and what goes to this browser's downloads. */
  onfile: ((event: Of<'fileDone'> | Of<'saved'>) => void) | null = null;

  readonly #port: ConsolePort;
  #requests = 0;
  readonly #folders = new Map<number, { entries: FileEntry[]; resolve: (folder: Folder) => void }>();
  readonly #changes = new Map<number, (answer: { fault: FileFault | null; token: number }) => void>();
  #shots = 0;
  #fetching: ((text: string) => void)[] = [];
  #taking: { number: number; resolve: (png: Blob | null) => void }[] = [];
  #waiters: { types: string[]; resolve: (event: ConsoleEvent) => void }[] = [];

  constructor(port: ConsolePort) {
    this.#port = port;
    port.listen((event) => this.#hear(event));
  }

  get ready(): Promise<void> {
    return this.#port.ready;
  }

  get code(): CodeView | null {
    return this.view?.code ?? null;
  }

  send(command: ConsoleCommand): void {
    this.#port.send(command);
  }

  /** New keys for a session that is about to be opened. */
  async prepare(): Promise<string> {
    const answer = this.#next(['keys', 'fault']);
    this.send({ type: 'prepare' });
    const event = await answer;
    if (event.type !== 'keys') throw new Error(event.type === 'fault' ? event.message : event.type);
    return event.consoleKey;
  }

  /** The console key if this browser can go on with the session. */
  async restore(session: string, url: string, takeOver: boolean): Promise<string | 'nothing' | 'elsewhere'> {
    this.elsewhere = false;
    const answer = this.#next(['restored', 'nothing', 'elsewhere', 'fault']);
    this.send({ type: 'restore', session, url, takeOver });
    const event = await answer;
    if (event.type === 'restored') return event.consoleKey;
    return event.type === 'elsewhere' ? 'elsewhere' : 'nothing';
  }

  /** What the customer copied last; null if it does not come. */
  fetchClipboard(): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), CLIPBOARD_MS);
      this.#fetching.push((text) => {
        clearTimeout(timer);
        resolve(text);
      });
      this.send({ type: 'fetchClipboard' });
    });
  }

  /** A PNG of the screen or of a part of it, pixel for pixel; null where there is no picture. */
  screenshot(part: Part | null): Promise<Blob | null> {
    this.#shots += 1;
    const number = this.#shots;
    return new Promise((resolve) => {
      this.#taking.push({ number, resolve });
      this.send({ type: 'screenshot', number, part });
    });
  }

  listFolder(root: string, path: string[]): Promise<Folder> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      const late = () => this.#folder(request, [], true, false, 'failed');
      const timer = setTimeout(late, FOLDER_MS);
      this.#folders.set(request, {
        entries: [],
        resolve: (folder) => {
          clearTimeout(timer);
          resolve(folder);
        },
      });
      this.send({ type: 'listFolder', request, root, path });
    });
  }

  /** Changes something in a folder of the customer's. `token` takes back what was thrown away; 0: it cannot be. */
  changeFolder(change: Numberless<Change>): Promise<{ fault: FileFault | null; token: number }> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#changed(request, 'failed', 0), FOLDER_MS);
      this.#changes.set(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.send({ ...change, request });
    });
  }

  close(): void {
    this.oncursor = null;
    this.onfile = null;
    this.#port.close();
  }

  #next(types: string[]): Promise<ConsoleEvent> {
    return new Promise((resolve) => this.#waiters.push({ types, resolve }));
  }

  #folder(request: number, more: FileEntry[], last: boolean, truncated: boolean, fault: FileFault | null): void {
    const asked = this.#folders.get(request);
    if (!asked) return;
    asked.entries.push(...more);
    if (!last) return;
    this.#folders.delete(request);
    asked.resolve({ entries: asked.entries, truncated, fault });
  }

  #changed(request: number, fault: FileFault | null, token: number): void {
    this.#changes.get(request)?.({ fault, token });
    this.#changes.delete(request);
  }

  #hear(event: ConsoleEvent): void {
    switch (event.type) {
      case 'view':
        this.view = event.view;
        break;
      case 'cursor':
        this.oncursor?.(event);
        return;
      case 'elsewhere':
        this.elsewhere = true;
        break;
      case 'noStorage':
        this.noStorage = true;
        break;
      case 'codeWanted':
        this.oncodewanted?.();
        break;
      case 'fault':
        this.fault = event.message;
        break;
      case 'clipboard': {
        const fetching = this.#fetching;
        this.#fetching = [];
        for (const resolve of fetching) resolve(event.text);
        return;
      }
      case 'screenshot':
        this.#taking.find(({ number }) => number === event.number)?.resolve(event.png);
        this.#taking = this.#taking.filter(({ number }) => number !== event.number);
        return;
      case 'folder':
        this.#folder(event.request, event.entries, event.last, event.truncated, event.fault);
        return;
      case 'folderChanged':
        this.#changed(event.request, event.fault, event.token);
        return;
      case 'fileDone':
      case 'saved':
        this.onfile?.(event);
        return;
      case 'keys':
      case 'restored':
      case 'nothing':
        break;
    }
    const waiting = this.#waiters.find(({ types }) => types.includes(event.type));
    if (!waiting) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiting);
    waiting.resolve(event);
  }
}
