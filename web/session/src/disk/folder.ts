/** A folder that the operator chose: finished files get their names in it, and nothing in it is replaced without an answer. */
import type { DiskAnswer } from '../messages';
import { Faulty, faultOf, orNull } from './faults';
import { numbered } from './names';

type Choice = 'ask' | 'replace' | 'both' | 'skip';

/** More files of one name than this are not looked for. */
const MOST_OF_ONE_NAME = 1_000;

/** The folder at the end of these names, made where it is missing. */
export async function descend(
  root: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<FileSystemDirectoryHandle> {
  let at = root;
  for (const name of names) at = await at.getDirectoryHandle(name, { create: true });
  return at;
}

/** Size and time of the file of this name, or null. */
async function there(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return (await orNull(folder.getFileHandle(name)))?.getFile() ?? null;
  } catch (error) {
    // A folder is called so: no file can be.
    throw faultOf(error) === 'no_folder' ? new Faulty('exists') : error;
  }
}

/** An answer if a finished file is there and nobody said what to do with it. */
export async function inTheWay(
  root: FileSystemDirectoryHandle,
  path: readonly string[],
  choice: Choice,
): Promise<DiskAnswer | null> {
  const folder = await descend(root, path.slice(0, -1));
  if (choice === 'replace' || choice === 'both') return null;
  const file = await there(folder, path.at(-1) ?? '');
  return file && { answer: 'exists', size: file.size, modifiedMs: file.lastModified };
}

/** Brings a whole file into the folder. The browser writes beside it and exchanges the two only at the end. */
export async function bring(
  root: FileSystemDirectoryHandle,
  path: readonly string[],
  choice: Choice,
  content: File,
): Promise<DiskAnswer> {
  const found = await inTheWay(root, path, choice);
  if (found) return found;
  const folder = await descend(root, path.slice(0, -1));
  const name = choice === 'both' ? await free(folder, path.at(-1) ?? '') : (path.at(-1) ?? '');
  const before = await there(folder, name);
  const handle = await folder.getFileHandle(name, { create: true });
  try {
    await content.stream().pipeTo(await handle.createWritable());
  } catch (error) {
    if (!before) await folder.removeEntry(name).catch(() => undefined);
    throw error;
  }
  return { answer: 'finished', name };
}

async function free(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  for (let number = 1; number <= MOST_OF_ONE_NAME; number += 1) {
    const one = number === 1 ? name : numbered(name, number);
    const taken = await there(folder, one).catch((error: unknown) => {
      if (faultOf(error) === 'exists') return true;
      throw error;
    });
    if (!taken) return one;
  }
  throw new Faulty('exists');
}
