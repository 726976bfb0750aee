/** In what state a session is, in the operator's terms. One place decides; list, toolbar and stage all ask here. */
import type { ConsoleView } from '@temoto/session';
import type { Key } from '$i18n/i18n.svelte';

export type Phase =
  | 'ended'
  /** This console's line will not come back by itself. */
  | 'closed'
  | 'line_lost'
  | 'waiting'
  | 'customer_lost'
  | 'choosing'
  | 'downloading'
  | 'downloaded'
  /** The customer's browser asks what to share. */
  | 'picking'
  | 'not_shared'
  | 'permission'
  | 'declined'
  | 'starting'
  | 'paused'
  /** The customer's system hides its desktop from programs. */
  | 'hidden'
  | 'yielded'
  | 'controlling'
  | 'viewing';

export function phaseOf(view: ConsoleView): Phase {
  if (view.ended) return 'ended';
  if (view.link.closed) return 'closed';
  const { page, program } = view;
  if (!view.link.up && (page || program)) return 'line_lost';
  if (program && (program.present || program.lostSinceMs !== null)) {
    if (!program.present) return 'customer_lost';
    if (view.waitingForPermission) return 'permission';
    if (!view.granted.includes('view')) return view.asked.length > 0 ? 'permission' : 'declined';
    if (view.paused) return 'paused';
    if (view.obstacle) return 'hidden';
    if (!view.picture) return 'starting';
    if (view.controlling) return view.yielded ? 'yielded' : 'controlling';
    return 'viewing';
  }
  if (page && (page.present || page.lostSinceMs !== null)) {
    if (!page.present) return 'customer_lost';
    if (view.sharing) return view.picture ? 'viewing' : 'starting';
    return view.step ?? 'choosing';
  }
  return 'waiting';
}

/** The picture is on the stage, perhaps an old one. */
export const showsPicture = (phase: Phase): boolean =>
  ['viewing', 'controlling', 'yielded', 'paused', 'hidden', 'line_lost', 'customer_lost'].includes(phase);

export const STATE: Record<Phase, { key: Key; kind: 'plain' | 'ok' | 'warn' | 'danger' | 'accent' }> = {
  ended: { key: 'state_ended', kind: 'plain' },
  closed: { key: 'state_closed', kind: 'danger' },
  line_lost: { key: 'state_line_lost', kind: 'danger' },
  waiting: { key: 'state_waiting', kind: 'warn' },
  customer_lost: { key: 'state_customer_lost', kind: 'danger' },
  choosing: { key: 'state_joined', kind: 'accent' },
  downloading: { key: 'state_downloading', kind: 'accent' },
  downloaded: { key: 'state_downloaded', kind: 'accent' },
  picking: { key: 'state_picking', kind: 'accent' },
  not_shared: { key: 'state_joined', kind: 'accent' },
  permission: { key: 'state_permission', kind: 'warn' },
  declined: { key: 'state_declined', kind: 'warn' },
  starting: { key: 'state_starting', kind: 'accent' },
  paused: { key: 'state_paused', kind: 'warn' },
  hidden: { key: 'state_hidden', kind: 'warn' },
  yielded: { key: 'state_yielded', kind: 'warn' },
  controlling: { key: 'state_controlling', kind: 'ok' },
  viewing: { key: 'state_viewing', kind: 'ok' },
};

/** Name of the customer: the computer if there is a program, else nothing yet. */
export function customerName(view: ConsoleView | null): string | null {
  return view?.program?.computer || view?.page?.computer || null;
}

/** "Windows 11 · Edge 142". */
export function customerSystem(view: ConsoleView | null): string {
  const end = view?.program ?? view?.page;
  const software = view?.page?.software;
  return [end?.system, software].filter(Boolean).join(' · ');
}
