/** Tables of the tools menu: what can be asked for, and how many colors the picture can have. */
import type { Capability, Colors, ConsoleView } from '@temoto/session';
import type { Key } from '$i18n/i18n.svelte';

export const CAPABILITIES: readonly { capability: Capability; key: Key }[] = [
  { capability: 'view', key: 'capability_view' },
  { capability: 'control', key: 'capability_control' },
];

export const COLORS: readonly { colors: Colors; key: Key; note?: Key }[] = [
  { colors: 'all', key: 'colors_all', note: 'colors_all_note' },
  { colors: 'many', key: 'colors_many' },
  { colors: 'few', key: 'colors_few' },
  { colors: 'grey', key: 'colors_grey' },
];

/** Whole seconds until this may be asked for again; 0 if it may. What it needs counts as well. */
export function restLeft(view: ConsoleView, capability: Capability, at: number): number {
  const needed: Capability[] = view.granted.includes('view') ? [capability] : ['view', capability];
  const until = view.resting.filter((rest) => needed.includes(rest.capability)).map((rest) => rest.untilMs);
  return Math.max(0, Math.ceil((Math.max(at, ...until) - at) / 1000));
}
