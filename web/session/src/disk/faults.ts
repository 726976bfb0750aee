/** What a browser throws at files, as the codes that travel. */
import type { FileFault } from '../messages';

const BY_NAME: Record<string, FileFault> = {
  // The browser looked at the file and does not let it be written.
  AbortError: 'denied',
  InvalidModificationError: 'exists',
  NoModificationAllowedError: 'in_use',
  NotAllowedError: 'denied',
  NotFoundError: 'gone',
  // A file that was changed after it was chosen cannot be read any more.
  NotReadableError: 'changed',
  QuotaExceededError: 'full',
  SecurityError: 'denied',
  // Names that the browser never writes, such as those of shortcuts.
  TypeError: 'bad_name',
  TypeMismatchError: 'no_folder',
};

export class Faulty extends Error {
  constructor(readonly fault: FileFault) {
    super(fault);
  }
}

export function faultOf(error: unknown): FileFault {
  if (error instanceof Faulty) return error.fault;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return Object.hasOwn(BY_NAME, name) ? (BY_NAME[name] as FileFault) : 'failed';
}

/** Null where the browser finds nothing of this name; any other failure goes on. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (faultOf(error) === 'gone') return null;
    throw error;
  }
}
