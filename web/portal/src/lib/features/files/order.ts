/** The order of a folder's entries, and which of them are chosen by keyboard or pointer. Pure. */
import type { FileEntry } from '@temoto/session';

export type Column = 'name' | 'size' | 'modifiedMs';

export interface Order {
  by: Column;
  down: boolean;
}

/** Numbers in names count as numbers; kana and kanji in the order of dictionaries. */
const names = new Intl.Collator('ja', { numeric: true, sensitivity: 'base' });

/** Folders before files, whatever the order. */
export function sorted<T extends FileEntry>(entries: readonly T[], { by, down }: Order): T[] {
  const sign = down ? -1 : 1;
  return [...entries].sort((a, b) => {
    const folders = Number(b.kind === 'folder') - Number(a.kind === 'folder');
    if (folders !== 0) return folders;
    const first = by === 'name' ? 0 : a[by] - b[by];
    return sign * (first || names.compare(a.name, b.name)) || (a.name < b.name ? -1 : 1);
  });
}

export interface Chosen {
  names: ReadonlySet<string>;
  /** Where the keyboard is; -1 in an empty folder. */
  at: number;
  /** Where a stretch began. */
  from: number;
}

export const setOf = (names: Iterable<string>): ReadonlySet<string> => new Set(names);

export const NOTHING: Chosen = { names: setOf([]), at: 0, from: 0 };

/** `how`: only this one, this one added or taken away, or all from where the last choice was. */
export function choose(
  entries: readonly FileEntry[],
  { names: before, from }: Chosen,
  at: number,
  how: 'only' | 'toggle' | 'to' | 'move',
): Chosen {
  const entry = entries[at];
  if (!entry) return { names: before, at: -1, from };
  switch (how) {
    case 'move':
      return { names: before, at, from };
    case 'only':
      return { names: new Set([entry.name]), at, from: at };
    case 'toggle': {
      const after = new Set(before);
      if (!after.delete(entry.name)) after.add(entry.name);
      return { names: after, at, from: at };
    }
    case 'to': {
      const [low, high] = [Math.min(from, at), Math.max(from, at)];
      return { names: new Set(entries.slice(low, high + 1).map(({ name }) => name)), at, from };
    }
  }
}

/** The entry whose name begins so, after the one where the keyboard is. */
export function beginning(entries: readonly FileEntry[], at: number, typed: string): number {
  const start = typed.length > 1 ? at : at + 1;
  for (let n = 0; n < entries.length; n += 1) {
    const index = (start + n) % entries.length;
    const name = entries[index]?.name ?? '';
    if (names.compare(name.slice(0, typed.length), typed) === 0) return index;
  }
  return at;
}
