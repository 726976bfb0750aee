/** One of the operator's sessions as pages see it: the last view, and verbs. */
import type { CodeView, ConsoleCommand, ConsoleEvent, ConsoleView, Copy, Part } from './messages';
import { Pictures } from './pictures.svelte';
import type { ConsolePort } from './ports';
import { Requests, type Change, type Changed, type Folder } from './requests';

type Of<T> = Extract<ConsoleEvent, { type: T }>;

/** A copy of the customer of which nothing more comes for so long is given up; it is still there. */
const CLIPBOARD_MS = 60_000;

/** Where the windows are is known at once, or not to be had. */
const WINDOWS_MS = 5_000;

/** A picture of the screen: null where there is none; not `exact` where the line did not bring all its colors in time. */
export type Shot = Pick<Of<'screenshot'>, 'png' | 'exact'>;

/** Somebody who waits for what the customer copied. */
interface Fetching {
  number: number;
  percent: number | null;
  timer: ReturnType<typeof setTimeout>;
  resolve: (copy: Copy | null) => void;
}

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

  /** Called with each small picture of a display. */
  onthumbnail: ((event: Of<'thumbnail'>) => void) | null = null;

  /** The core wishes for a new code: whoever owns this session asks the server for one. */
  oncodewanted: (() => void) | null = null;

  /** Each file that arrived at either end, for the record. */
  onreceipt: ((event: Of<'fileDone'>) => void) | null = null;

  /** What goes to this browser's downloads. */
  onsaved: ((event: Of<'saved'>) => void) | null = null;

  /** Those that the operator put into the chat in this load of the page. */
  readonly pictures = new Pictures();

  readonly #port: ConsolePort;
  readonly #requests: Requests;
  #shots = 0;
  #fetching: Fetching | null = null;
  #taking: { number: number; resolve: (shot: Shot) => void }[] = [];
  #waiters: { types: string[]; resolve: (event: ConsoleEvent) => void }[] = [];

  constructor(port: ConsolePort) {
    this.#port = port;
    this.#requests = new Requests((command) => port.send(command));
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
  fetchClipboard(): Promise<Copy | null> {
    this.#fetched(null);
    return new Promise((resolve) => {
      const number = this.view?.clipboard.offered?.number ?? -1;
      const timer = setTimeout(() => this.#fetched(null), CLIPBOARD_MS);
      this.#fetching = { number, percent: null, timer, resolve };
      this.send({ type: 'fetchClipboard' });
    });
  }

  #fetched(copy: Copy | null): void {
    const fetching = this.#fetching;
    this.#fetching = null;
    clearTimeout(fetching?.timer);
    fetching?.resolve(copy);
  }

  /** Whoever waits for a copy waits as long as more of it comes, and not once it is replaced or not to be had any more. */
  #watchFetch({ offered, comingPercent }: ConsoleView['clipboard']): void {
    const fetching = this.#fetching;
    if (!fetching) return;
    if (offered?.number !== fetching.number) return this.#fetched(null);
    if (comingPercent === fetching.percent) return;
    fetching.percent = comingPercent;
    clearTimeout(fetching.timer);
    fetching.timer = setTimeout(() => this.#fetched(null), CLIPBOARD_MS);
  }

  /** A PNG of the screen or of a part of it, pixel for pixel. */
  screenshot(part: Part | null): Promise<Shot> {
    this.#shots += 1;
    const number = this.#shots;
    return new Promise((resolve) => {
      this.#taking.push({ number, resolve });
      this.send({ type: 'screenshot', number, part });
    });
  }

  /** Where the customer's windows are in the picture, the uppermost first; none if that is not told. */
  async windows(): Promise<Part[]> {
    const answer = this.#next(['windows']);
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WINDOWS_MS));
    this.send({ type: 'windows' });
    const event = await Promise.race([answer, late]);
    return event?.type === 'windows' ? event.windows : [];
  }

  listFolder(root: string, path: string[]): Promise<Folder> {
    return this.#requests.list(root, path);
  }

  /** Changes something in a folder of the customer's. */
  changeFolder(change: Change): Promise<Changed> {
    return this.#requests.change(change);
  }

  close(): void {
    this.oncursor = null;
    this.onthumbnail = null;
    this.onreceipt = null;
    this.onsaved = null;
    this.#port.close();
  }

  #next(types: string[]): Promise<ConsoleEvent> {
    return new Promise((resolve) => this.#waiters.push({ types, resolve }));
  }

  #hear(event: ConsoleEvent): void {
    switch (event.type) {
      case 'view':
        this.view = event.view;
        this.#watchFetch(event.view.clipboard);
        break;
      case 'cursor':
        this.oncursor?.(event);
        return;
      case 'thumbnail':
        this.onthumbnail?.(event);
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
      case 'picture':
        this.pictures.put(event.id, event.png);
        return;
      case 'clipboard':
        this.#fetched(event);
        return;
      case 'screenshot':
        this.#taking.find(({ number }) => number === event.number)?.resolve(event);
        this.#taking = this.#taking.filter(({ number }) => number !== event.number);
        return;
      case 'folder':
        this.#requests.folder(event);
        return;
      case 'folderChanged':
        this.#requests.changed(event);
        return;
      case 'fileDone':
        this.onreceipt?.(event);
        return;
      case 'saved':
        this.onsaved?.(event);
        return;
      case 'keys':
      case 'restored':
      case 'nothing':
      case 'windows':
        break;
    }
    const waiting = this.#waiters.find(({ types }) => types.includes(event.type));
    if (!waiting) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiting);
    waiting.resolve(event);
  }
}
