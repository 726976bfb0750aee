/**
 * Does what the core asks of the operator's disk. Asks of one transfer are done one after the other; each that wants an answer gets exactly
 * one, whatever happens. What comes from the customer gathers in the browser's storage and only then goes where the operator wants it.
 */
import type { DiskAnswer, DiskAsk, FileItem, FileSource, TransferView } from '../messages';
import { descend, bring, inTheWay } from './folder';
import { faultOf, Faulty } from './faults';
import { Parts, type SyncFile } from './parts';
import { Sources } from './sources';
import { zipped, type ZipEntry } from './zip';

export interface DiskAround {
  answer(id: number, answer: DiskAnswer): void;
  /** Files that go to the browser's downloads. */
  saved(transfer: number, name: string, content: Blob): void;
}

/** The core has a window of 4 MiB and 16 files; this is far beyond. */
const MOST_ASKS = 1_024;
/** How long the browser may take to copy what it was given to save. */
const SAVING_MS = 15 * 60 * 1000;

interface Coming {
  key: string;
  path: string[];
  size: number;
  modifiedMs: number;
  open: SyncFile | null;
}

interface Receiving {
  /** Null: the browser's downloads. */
  folder: FileSystemDirectoryHandle | null;
  name: string;
  coming: Map<number, Coming>;
  /** Parts that an attempt left when it was closed. */
  left: Set<string>;
  /** For the downloads: what has arrived. */
  there: { path: string[]; key: string | null; modifiedMs: number }[];
}

export class Disk {
  readonly #sources = new Sources();
  readonly #receiving = new Map<number, Receiving>();
  readonly #queues = new Map<number, { last: Promise<void>; waiting: number }>();
  #parts: Parts | null = null;

  constructor(private readonly around: DiskAround) {}

  /** Parts are kept under the name of the session. */
  belongsTo(session: string): void {
    this.#parts = new Parts(session);
  }

  send(transfer: number, items: readonly FileItem[], sources: readonly FileSource[]): void {
    this.#sources.keep(transfer, items, sources);
  }

  receive(transfer: number, folder: FileSystemDirectoryHandle | null, name: string): void {
    this.#receiving.set(transfer, { folder, name, coming: new Map(), left: new Set(), there: [] });
  }

  take(ask: DiskAsk): void {
    const queue = this.#queues.get(ask.transfer) ?? { last: Promise.resolve(), waiting: 0 };
    const silent = ask.work === 'discard' || ask.work === 'close' || ask.work === 'discardLeft';
    // What it is about now: a transfer that is over by the time of its turn is still cleared up.
    const receiving = this.#receiving.get(ask.transfer);
    if (!silent && queue.waiting >= MOST_ASKS) {
      queueMicrotask(() => this.around.answer(ask.id, { answer: 'fault', fault: 'failed' }));
      return;
    }
    queue.waiting += 1;
    queue.last = queue.last
      .then(() => this.#do(ask, receiving))
      .catch((error: unknown): DiskAnswer => ({ answer: 'fault', fault: faultOf(error) }))
      .then((answer) => {
        queue.waiting -= 1;
        if (!silent) this.around.answer(ask.id, answer ?? { answer: 'fault', fault: 'failed' });
      });
    this.#queues.set(ask.transfer, queue);
  }

  /** What is over needs nothing of here any more; what came for the downloads goes there. */
  follow(transfers: readonly Pick<TransferView, 'transfer' | 'state'>[]): void {
    const over = (number: number) => {
      const found = transfers.find(({ transfer }) => transfer === number);
      return found !== undefined && ['done', 'failed', 'canceled'].includes(found.state);
    };
    for (const number of this.#sources.numbers().filter(over)) {
      this.#sources.forget(number);
      this.#queues.delete(number);
    }
    for (const [number, receiving] of this.#receiving) {
      if (!over(number)) continue;
      this.#receiving.delete(number);
      const queue = this.#queues.get(number);
      this.#queues.delete(number);
      void (queue?.last ?? Promise.resolve()).then(() => this.#handOver(number, receiving)).catch(() => undefined);
    }
  }

  #do(ask: DiskAsk, receiving: Receiving | undefined): Promise<DiskAnswer | null> | DiskAnswer | null {
    if (ask.work === 'read') return this.#sources.read(ask.transfer, ask.index, ask.at, ask.length);
    if (ask.work === 'close') {
      for (const coming of receiving?.coming.values() ?? []) {
        shut(coming);
        receiving?.left.add(coming.key);
      }
      receiving?.coming.clear();
      return null;
    }
    if (!receiving || !this.#parts) throw new Faulty('failed');
    if (ask.work === 'discardLeft') return discardLeft(receiving, this.#parts);
    if (ask.work === 'create') return this.#create(receiving, this.#parts, ask);
    const coming = receiving.coming.get(ask.index);
    if (!coming) throw new Faulty('failed');
    switch (ask.work) {
      case 'readPart':
        return readPart(coming, ask.at, ask.length);
      case 'write':
        return write(coming, ask.at, ask.bytes);
      case 'finish':
        return this.#finish(receiving, this.#parts, ask.index, ask.choice);
      case 'discard':
        return this.#discard(receiving, this.#parts, ask.index);
    }
  }

  async #create(receiving: Receiving, parts: Parts, ask: Extract<DiskAsk, { work: 'create' }>): Promise<DiskAnswer> {
    const { path, size, modifiedMs } = ask;
    if (ask.folder) {
      if (receiving.folder) await descend(receiving.folder, path);
      else if (!receiving.there.some((one) => one.path.join('/') === path.join('/')))
        receiving.there.push({ path, key: null, modifiedMs });
      return { answer: 'created', have: 0 };
    }
    const found = receiving.folder && (await inTheWay(receiving.folder, path, ask.choice));
    if (found) return found;
    const earlier = receiving.coming.get(ask.index);
    if (earlier) shut(earlier);
    const key = await parts.key({ path, size, modifiedMs });
    receiving.left.delete(key);
    const open = await parts.open(key);
    const coming = { key, path, size, modifiedMs, open };
    try {
      if (open.getSize() > size) open.truncate(0);
      const have = open.getSize();
      if (!(await parts.room(size - have))) throw new Faulty('full');
      receiving.coming.set(ask.index, coming);
      return { answer: 'created', have };
    } catch (error) {
      shut(coming);
      throw error;
    }
  }

  async #finish(
    receiving: Receiving,
    parts: Parts,
    index: number,
    choice: Extract<DiskAsk, { work: 'finish' }>['choice'],
  ): Promise<DiskAnswer> {
    const coming = receiving.coming.get(index) as Coming;
    const { key, path, size, modifiedMs } = coming;
    if (coming.open) {
      coming.open.flush();
      const whole = coming.open.getSize() === size;
      shut(coming);
      if (!whole) throw new Faulty('damaged');
    }
    if (!receiving.folder) {
      receiving.coming.delete(index);
      receiving.there.push({ path, key, modifiedMs });
      return { answer: 'finished', name: path.at(-1) ?? '' };
    }
    const answer = await bring(receiving.folder, path, choice, await parts.file(key));
    if (answer.answer === 'finished') await this.#discard(receiving, parts, index);
    return answer;
  }

  async #discard(receiving: Receiving, parts: Parts, index: number): Promise<null> {
    const coming = receiving.coming.get(index);
    if (!coming) return null;
    receiving.coming.delete(index);
    shut(coming);
    await parts.remove(coming.key).catch(() => undefined);
    return null;
  }

  /** One file as it is, several as one archive. */
  async #handOver(transfer: number, { there, name }: Receiving): Promise<void> {
    const parts = this.#parts;
    const keys = there.flatMap(({ key }) => (key === null ? [] : [key]));
    if (!parts || keys.length === 0) return;
    const entries: ZipEntry[] = [];
    for (const { path, key, modifiedMs } of there)
      entries.push({ path, modifiedMs, file: key === null ? null : await parts.file(key) });
    const [only] = entries;
    const single = entries.length === 1 && only?.path.length === 1 && only.file;
    if (single) this.around.saved(transfer, only.path[0] ?? name, single);
    else this.around.saved(transfer, `${name}.zip`, await zipped(entries));
    setTimeout(() => keys.forEach((key) => void parts.remove(key).catch(() => undefined)), SAVING_MS);
  }
}

async function discardLeft({ left }: Receiving, parts: Parts): Promise<null> {
  for (const key of left) await parts.remove(key).catch(() => undefined);
  left.clear();
  return null;
}

function shut(coming: Coming): void {
  coming.open?.close();
  coming.open = null;
}

function readPart({ open }: Coming, at: number, length: number): DiskAnswer {
  if (!open) throw new Faulty('failed');
  const bytes = new Uint8Array(length);
  if (open.read(bytes, { at }) !== length) throw new Faulty('damaged');
  return { answer: 'bytes', bytes };
}

function write({ open, size }: Coming, at: number, bytes: Uint8Array): DiskAnswer {
  if (!open || at > open.getSize() || at + bytes.length > size) throw new Faulty('failed');
  // Nothing old stays behind what is written anew.
  if (at < open.getSize()) open.truncate(at);
  if (open.write(bytes, { at }) !== bytes.length) throw new Faulty('full');
  return { answer: 'done' };
}
