/** Where files go: a folder below one of the program's roots, or the customer's clipboard. */
import type { Capability } from '@temoto/session';

export interface Place {
  root: string;
  path: readonly string[];
}

/** The root that is no folder: what is sent there can be pasted by the customer. The core gives it a number each time. */
export const PASTE = 'paste';

/** What has to be allowed to send something there; null: the folder that is looked at. */
export const neededFor = (place: Place | null): readonly Capability[] =>
  place?.root === PASTE ? ['files_in', 'clipboard_in'] : ['files_in'];
