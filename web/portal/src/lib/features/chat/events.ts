/** What happened in a session, as a line of its chat. The codes come from the core. */
import type { ChatLine } from '@temoto/session';
import { find, t } from '$i18n/i18n.svelte';
import { quoted, size } from '../files/words';

/** How the arguments of an event are read; a name is the words of whoever gave it. */
const READ: Record<string, readonly ((value: string) => string)[]> = {
  file_sent: [quoted, bytes],
  file_put: [quoted, bytes],
  files_put: [count, bytes, quoted],
  file_taken: [quoted, bytes],
  files_sent: [count, bytes, quoted],
  files_taken: [count, bytes, quoted],
  files_sent_part: [count, count, bytes, quoted],
  files_taken_part: [count, count, bytes, quoted],
  folder_made: [quoted],
  file_renamed: [quoted, quoted],
  file_trashed: [quoted],
  files_trashed: [count, quoted],
  file_restored: [quoted],
  files_restored: [count, quoted],
};

function count(value: string): string {
  return String(Number(value) || 0);
}

function bytes(value: string): string {
  return size(Number(value) || 0);
}

/** The sentence for this side, or null for an event that this side is not told (or that a newer core knows). */
export function eventSentence(line: ChatLine, me: 'operator' | 'customer'): string | null {
  const key = find(`event_${me}_`, line.text) ?? find('event_', line.text);
  if (!key) return null;
  const read = Object.hasOwn(READ, line.text) ? READ[line.text] : undefined;
  const values = Object.fromEntries(line.arguments.map((value, i) => [String(i), read?.[i]?.(value) ?? value]));
  return t(key, values);
}

/** Columns and rows of the picture that a line brings; null for any other line. */
export function pictureOf(line: ChatLine): { width: number; height: number } | null {
  if (line.from !== 'event' || line.text !== 'picture') return null;
  const [width = 0, height = 0] = line.arguments.map((value) => Math.trunc(Number(value)) || 0);
  return width > 0 && height > 0 ? { width, height } : null;
}

/** What happened with files, as lines of the story: the server does not learn their names, so this console tells them itself. */
export function fileLines(chat: readonly ChatLine[]): { text: string; atMs: number }[] {
  return chat
    .filter(({ from, text }) => from === 'event' && Object.hasOwn(READ, text))
    .map((line) => ({ text: eventSentence(line, 'operator') ?? '', atMs: line.atMs }));
}
