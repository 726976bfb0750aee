/** Keyboard layouts of both ends: what this browser's is, and what they are called. */
import { t } from '$i18n/i18n.svelte';

/** The layout by its keys without modifiers, as XKB names it; empty where it is neither known nor one of these. */
export function layoutOf(keys: ReadonlyMap<string, string>): string {
  if (keys.get('BracketLeft') === '@') return 'jp';
  if (keys.get('KeyY') === 'z') return 'de';
  if (keys.get('KeyQ') === 'a') return 'fr';
  return keys.get('BracketLeft') === '[' && keys.get('Quote') === "'" && keys.get('Backquote') === '`' ? 'us' : '';
}

/** In words. */
export function layoutName(name: string): string {
  return name === 'jp' || name === 'us' ? t(`layout_${name}`) : t('layout_other', { name: name.toUpperCase() });
}
