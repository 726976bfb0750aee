/** What happened in a session, as a line of its chat. The codes come from the core. */
import type { ChatLine } from '@temoto/session';
import { find, t } from '$i18n/i18n.svelte';

/** The sentence for this side, or null for an event that this side is not told (or that a newer core knows). */
export function eventSentence(line: ChatLine, me: 'operator' | 'customer'): string | null {
  const key = find(`event_${me}_`, line.text) ?? find('event_', line.text);
  if (!key) return null;
  const values = Object.fromEntries(line.arguments.map((value, i) => [String(i), value]));
  return t(key, values);
}
