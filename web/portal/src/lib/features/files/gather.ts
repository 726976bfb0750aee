/** From what the operator picked or dropped to the items of a transfer: folders before what is in them, every file by its handle. */
import type { FileEntry, FileItem, FileSource } from '@temoto/session';

/** Most files and folders of one transfer. */
export const MOST_ITEMS = 50_000;
/** Deepest path. */
const MOST_NAMES = 64;
/** What travels; the other end gives names as long as its own disk takes. */
const MOST_NAME_BYTES = 1024;

/** What travels together: one file, or a folder with all that is in it. */
export interface Bundle {
  items: FileItem[];
  sources: FileSource[];
}

export class TooMany extends Error {}

export type Walkable = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };

export const empty = (): Bundle => ({ items: [], sources: [] });

function add(to: Bundle, item: FileItem, source: FileSource): void {
  if (to.items.length >= MOST_ITEMS || item.path.length > MOST_NAMES) throw new TooMany();
  to.items.push({ ...item, path: item.path.map(carried) });
  to.sources.push(source);
}

/** A name as it travels: no separator of another system in it, and not too long. */
export const carried = (name: string): string => shortened(name.replace(/[/\\\0]/g, '_'), MOST_NAME_BYTES);

/** At most so many bytes, with its end kept. */
export function shortened(name: string, most: number): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  if (bytes(name) <= most) return name;
  const end = /\.[^.]{1,16}$/u.exec(name)?.[0] ?? '';
  const letters = [...name.slice(0, name.length - end.length)];
  while (bytes(letters.join('') + end) > most) letters.pop();
  return letters.join('') + end;
}

const folderItem = (path: string[]): FileItem => ({ path, folder: true, size: 0, modifiedMs: 0 });
const fileItem = (path: string[], { size, lastModified }: File): FileItem => ({
  path,
  folder: false,
  size,
  modifiedMs: Math.max(0, lastModified),
});

/** Of an `<input type=file>`, with folders where a whole folder was picked. */
export function ofFiles(files: Iterable<File>): Bundle {
  const out = empty();
  const known = new Set<string>();
  for (const file of files) {
    const path = file.webkitRelativePath ? file.webkitRelativePath.split('/') : [file.name];
    for (let depth = 1; depth < path.length; depth += 1) {
      const above = path.slice(0, depth);
      const key = above.join('/');
      if (!known.has(key)) add(out, folderItem(above), null);
      known.add(key);
    }
    add(out, fileItem(path, file), file);
  }
  return out;
}

/** Of a handle, which stays good through a reload of the page. */
export async function ofHandle(handle: FileSystemHandle, out = empty(), above: string[] = []): Promise<Bundle> {
  const path = [...above, handle.name];
  if (handle.kind === 'file') {
    const file = handle as FileSystemFileHandle;
    add(out, fileItem(path, await file.getFile()), file);
    return out;
  }
  add(out, folderItem(path), null);
  for await (const inner of (handle as Walkable).values()) await ofHandle(inner, out, path);
  return out;
}

async function ofEntry(entry: FileSystemEntry, out: Bundle, above: string[]): Promise<void> {
  const path = [...above, entry.name];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    add(out, fileItem(path, file), file);
    return;
  }
  add(out, folderItem(path), null);
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const more = () => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  // A reader gives a hundred at a time.
  for (let some = await more(); some.length > 0; some = await more())
    for (const inner of some) await ofEntry(inner, out, path);
}

type Dropped = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** Of a drop. What a browser tells of it must be taken before the event is over; the walk through folders may take longer. */
export function ofDrop(transfer: DataTransfer): Promise<Bundle> {
  const taken = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item: Dropped) => ({
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      entry: item.webkitGetAsEntry(),
      file: item.getAsFile(),
    }));
  return (async () => {
    const out = empty();
    for (const { handle, entry, file } of taken) {
      const held = await handle;
      if (held) await ofHandle(held, out);
      else if (entry) await ofEntry(entry, out, []);
      else if (file) add(out, fileItem([file.name], file), file);
    }
    return out;
  })();
}

/** The files and folders at the top, as entries of a list; a folder has the size of all that is in it. */
export function tops({ items }: Bundle): FileEntry[] {
  const out = new Map<string, FileEntry>();
  for (const { path, folder, size, modifiedMs } of items) {
    const name = path[0] ?? '';
    const known = out.get(name);
    if (known) known.size += size;
    else out.set(name, { name, kind: folder ? 'folder' : 'file', size, modifiedMs });
  }
  return [...out.values()];
}

/** Only what is below these names at the top. */
export function below({ items, sources }: Bundle, names: ReadonlySet<string>): Bundle {
  const out = empty();
  items.forEach((item, index) => {
    if (names.has(item.path[0] ?? '')) add(out, item, sources[index] ?? null);
  });
  return out;
}

/** Both; what is called the same at the top is replaced by the newer choice. */
export function joined(before: Bundle, more: Bundle): Bundle {
  const fresh = new Set(more.items.map(({ path }) => path[0] ?? ''));
  const kept = new Set(before.items.map(({ path }) => path[0] ?? '').filter((name) => !fresh.has(name)));
  const out = below(before, kept);
  more.items.forEach((item, index) => add(out, item, more.sources[index] ?? null));
  return out;
}
