/** Tables of the tools menu: what can be asked for, and how many colors the picture can have. */
import type { Capability, Colors, ConsoleView } from '@temoto/session';
import { t, type Key } from '$i18n/i18n.svelte';

export const CAPABILITIES: readonly { capability: Capability; key: Key }[] = [
  { capability: 'view', key: 'capability_view' },
  { capability: 'control', key: 'capability_control' },
  { capability: 'clipboard_in', key: 'capability_clipboard_in' },
  { capability: 'clipboard_out', key: 'capability_clipboard_out' },
  { capability: 'files_in', key: 'capability_files_in' },
  { capability: 'files_out', key: 'capability_files_out' },
];

export const COLORS: readonly { colors: Colors; key: Key; note?: Key }[] = [
  { colors: 'auto', key: 'colors_auto', note: 'colors_auto_note' },
  { colors: 'all', key: 'colors_all', note: 'colors_all_note' },
  { colors: 'many', key: 'colors_many' },
  { colors: 'few', key: 'colors_few' },
  { colors: 'gray', key: 'colors_gray' },
];

/** Why nothing of this kind can be asked for now, in words; undefined if it can. */
export function whyNotAsk(view: ConsoleView, capability: Capability, at: number): string | undefined {
  if (view.sharing) return t('browser_view_only');
  if (view.asked.includes(capability)) return t('ask_waiting');
  const seconds = restLeft(view, capability, at);
  return seconds > 0 ? t('ask_rests', { seconds }) : undefined;
}

/** Whole seconds until this may be asked for again; 0 if it may. What it needs counts as well. */
export function restLeft(view: ConsoleView, capability: Capability, at: number): number {
  const needed: Capability[] = view.granted.includes('view') ? [capability] : ['view', capability];
  const until = view.resting.filter((rest) => needed.includes(rest.capability)).map((rest) => rest.untilMs);
  return Math.max(0, Math.ceil((Math.max(at, ...until) - at) / 1000));
}
