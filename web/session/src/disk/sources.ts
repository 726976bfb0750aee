/** What is sent: files and handles of the operator, read block by block and never as a whole. */
import type { DiskAnswer, FileItem, FileSource } from '../messages';
import { Faulty } from './faults';

interface Offer {
  items: readonly FileItem[];
  sources: readonly FileSource[];
}

export class Sources {
  readonly #offers = new Map<number, Offer>();

  keep(transfer: number, items: readonly FileItem[], sources: readonly FileSource[]): void {
    this.#offers.set(transfer, { items, sources });
  }

  forget(transfer: number): void {
    this.#offers.delete(transfer);
  }

  numbers(): number[] {
    return [...this.#offers.keys()];
  }

  /** Exactly `length` bytes of a file that is still the one that was announced. */
  async read(transfer: number, index: number, at: number, length: number): Promise<DiskAnswer> {
    const offer = this.#offers.get(transfer);
    const item = offer?.items[index];
    const source = offer?.sources[index];
    if (!item || !source) throw new Faulty('gone');
    // A handle is asked each time: the file behind it can be another one by now.
    const file = source instanceof Blob ? source : await source.getFile();
    const modifiedMs = Math.max(0, file.lastModified);
    if (file.size !== item.size || modifiedMs !== item.modifiedMs) throw new Faulty('changed');
    const bytes = new Uint8Array(await file.slice(at, at + length).arrayBuffer());
    if (bytes.length !== length) throw new Faulty('changed');
    return { answer: 'bytes', bytes };
  }
}
