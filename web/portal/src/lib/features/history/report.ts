/** What the server is told of a session for the history: it cannot look in, so this console says what it saw. Pure. */
import type { ReportedFile, SessionReport } from '@temoto/api';
import type { Capability, ConsoleView } from '@temoto/session';
import { customerName, customerSystem } from '../session/phase';

/** What was told already. */
export interface Told {
  customer: string;
  system: string;
  functions: readonly string[];
  granted: readonly Capability[];
  differ: boolean;
  /** Lines of the chat whose moments were told, by their ids. */
  lines: readonly string[];
}

/** Events of the chat that tell of a function. */
const EVENTS = new Map([
  ['screenshot', 'screenshot'],
  ['show_started', 'show'],
  ['clipboard_put', 'clipboard'],
  ['clipboard_put_image', 'clipboard'],
  ['clipboard_taken', 'clipboard'],
  ['clipboard_taken_image', 'clipboard'],
  ['file_sent', 'files'],
  ['files_sent', 'files'],
  ['file_put', 'files'],
  ['files_put', 'files'],
  ['file_taken', 'files'],
  ['files_taken', 'files'],
  ['files_sent_part', 'files'],
  ['files_taken_part', 'files'],
  ['folder_made', 'files'],
  ['file_renamed', 'files'],
  ['file_trashed', 'files'],
  ['files_trashed', 'files'],
  ['file_restored', 'files'],
  ['files_restored', 'files'],
]);

/** Events of the chat that the history keeps with their time: only that they happened, never what was copied or shown. */
export const MOMENTS: ReadonlySet<string> = new Set([
  'screenshot',
  'clipboard_put',
  'clipboard_put_image',
  'clipboard_taken',
  'clipboard_taken_image',
  'show_started',
  'show_stopped',
  'show_closed',
  'browser_shared',
  'browser_unshared',
  'browser_ended',
  'declined',
  'paused',
  'resumed',
]);

/** So many of them go into one report: with all that can be granted and withdrawn at once they are as many as the server takes. */
const AT_ONCE = 6;

/** The lines of a chat that tell of moments. */
export const moments = (view: ConsoleView) =>
  view.chat.filter(({ from, text }) => from === 'event' && MOMENTS.has(text));

/** Longest word that the server takes. */
const LONGEST = 100;
const word = (text: string | null) => [...(text ?? '')].slice(0, LONGEST).join('');

/** What there is to tell of a view; the first view of a session is where the telling begins. What is too much for one report waits. */
export function seen(view: ConsoleView, before: Told | null): Told {
  const used = new Set(before?.functions ?? []);
  if (view.picture) used.add('screen');
  if (view.controlling) used.add('control');
  if (view.chat.some(({ from }) => from !== 'event')) used.add('chat');
  for (const { from, text } of view.chat) {
    const what = from === 'event' ? EVENTS.get(text) : undefined;
    if (what) used.add(what);
  }
  return {
    customer: word(customerName(view)) || (before?.customer ?? ''),
    system: word(customerSystem(view)) || (before?.system ?? ''),
    functions: [...used],
    // An end takes everything back; nobody withdrew it.
    granted: view.ended ? (before?.granted ?? []) : view.granted,
    lines: lines(view, before),
    differ: view.chat.some(({ from, text }) => from === 'event' && text === 'failures_differ'),
  };
}

function lines(view: ConsoleView, before: Told | null): string[] {
  const now = moments(view).map(({ id }) => id);
  if (!before) return now;
  const fresh = now.filter((id) => !before.lines.includes(id));
  // What the chat does not have any more cannot be told again.
  return [...before.lines.filter((id) => now.includes(id)), ...fresh.slice(0, AT_ONCE)];
}

/** The report of what changed and of files that arrived, or null. */
export function news(
  view: ConsoleView,
  before: Told,
  after: Told,
  files: readonly ReportedFile[] = [],
): SessionReport | null {
  const given = after.granted.filter((one) => !before.granted.includes(one));
  const withdrawn = before.granted.filter((one) => !after.granted.includes(one));
  const fresh = new Set(after.lines.filter((id) => !before.lines.includes(id)));
  const happened = moments(view).filter(({ id }) => fresh.has(id));
  const events = [
    ...given.map((what) => ({ kind: 'granted', what })),
    ...withdrawn.map((what) => ({ kind: 'withdrawn', what })),
    ...(after.differ && !before.differ ? [{ kind: 'proofs_differ', what: '' }] : []),
    ...happened.map(({ text }) => ({ kind: 'happened', what: text })),
  ];
  const functions = after.functions.filter((one) => !before.functions.includes(one));
  const named = after.customer !== before.customer || after.system !== before.system;
  if (events.length + functions.length + files.length === 0 && !named) return null;
  const receipts = files.length > 0 ? { files: [...files] } : {};
  return { customer: after.customer, system: after.system, functions, events, ...receipts };
}
