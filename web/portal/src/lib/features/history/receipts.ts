/** Files that arrived, as they wait to be told to the server. Pure. */
import type { ReportedFile } from '@temoto/api';
import type { ConsoleEvent } from '@temoto/session';
import { shortened } from '../files/gather';

type FileDone = Extract<ConsoleEvent, { type: 'fileDone' }>;

/** The server keeps so many of a session. */
export const MOST = 1_000;
/** It takes so many at once. */
const AT_ONCE = 50;
/** Longest name that it takes, in bytes. */
const NAME_BYTES = 255;

/** What is told of a file: its name without the folders above it, as this computer has it. */
export function receipt({ way, path, name, size, hash }: FileDone): ReportedFile | null {
  // What the customer's computer calls it is not needed where the name is known here.
  const known = (way === 'send' ? path.at(-1) : name) ?? '';
  if (known === '' || !/^[0-9a-f]{64}$/.test(hash)) return null;
  return { way, name: shortened(known, NAME_BYTES), size, hash };
}

/** The receipts of one session, until the server has them. */
export class Receipts {
  #waiting: ReportedFile[] = [];
  #told = 0;

  add(event: FileDone): void {
    const one = receipt(event);
    if (one && this.#told + this.#waiting.length < MOST) this.#waiting.push(one);
  }

  /** The next ones to tell. */
  next(): readonly ReportedFile[] {
    return this.#waiting.slice(0, AT_ONCE);
  }

  /** The server has so many of them. */
  taken(count: number): void {
    this.#waiting = this.#waiting.slice(count);
    this.#told += count;
  }
}
