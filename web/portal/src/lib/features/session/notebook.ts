/** The notes of the sessions of this tab. */
import { Notes, type Desk, type Drafts } from './notes.svelte';

const known = new Map<string, Notes>();

/** The notes of a session: the same ones each time somebody opens them, so that what was typed is there at once. */
export function notesOf(id: string, desk: Desk, drafts: Drafts): Notes {
  const there = known.get(id);
  if (there) return there;
  const notes = new Notes(id, desk, drafts);
  known.set(id, notes);
  return notes;
}
