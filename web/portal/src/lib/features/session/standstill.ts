/** Why the picture stands still, in words: the same over the last picture and where there is none yet. */
import type { IconName } from '@temoto/ui';
import type { ConsoleView } from '@temoto/session';
import type { Key } from '$i18n/i18n.svelte';
import type { Phase } from './phase';

export interface Standstill {
  /** `wait` turns: something is being tried. */
  icon: IconName;
  title: Key;
  note: Key;
}

const HIDDEN: Record<NonNullable<ConsoleView['obstacle']>, Standstill> = {
  secure_desktop: { icon: 'lock', title: 'hidden_secure_title', note: 'hidden_secure_note' },
  locked: { icon: 'lock', title: 'hidden_locked_title', note: 'hidden_locked_note' },
  away: { icon: 'monitor', title: 'hidden_away_title', note: 'hidden_away_note' },
};

/** Null while nothing stands still. */
export function standstill(view: ConsoleView, phase: Phase): Standstill | null {
  if (phase === 'paused') return { icon: 'pause', title: 'paused_title', note: 'paused_note' };
  if (phase === 'line_lost') return { icon: 'wait', title: 'lost_title', note: 'lost_note' };
  if (phase === 'customer_lost') return { icon: 'wait', title: 'customer_lost_title', note: 'customer_lost_note' };
  return phase === 'hidden' && view.obstacle ? HIDDEN[view.obstacle] : null;
}
