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

/** Longest word that the server takes. */
const LONGEST = 100;
const word = (text: string | null) => [...(text ?? '')].slice(0, LONGEST).join('');

/** What there is to tell of a view; the first view of a session is where the telling begins. */
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
    differ: view.chat.some(({ from, text }) => from === 'event' && text === 'failures_differ'),
  };
}

/** The report of what changed and of files that arrived, or null. */
export function news(before: Told, after: Told, files: readonly ReportedFile[] = []): SessionReport | null {
  const given = after.granted.filter((one) => !before.granted.includes(one));
  const withdrawn = before.granted.filter((one) => !after.granted.includes(one));
  const events = [
    ...given.map((what) => ({ kind: 'granted', what })),
    ...withdrawn.map((what) => ({ kind: 'withdrawn', what })),
    ...(after.differ && !before.differ ? [{ kind: 'proofs_differ', what: '' }] : []),
  ];
  const functions = after.functions.filter((one) => !before.functions.includes(one));
  const named = after.customer !== before.customer || after.system !== before.system;
  if (events.length + functions.length + files.length === 0 && !named) return null;
  const receipts = files.length > 0 ? { files: [...files] } : {};
  return { customer: after.customer, system: after.system, functions, events, ...receipts };
}
