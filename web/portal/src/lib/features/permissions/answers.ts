/** Words for who decided about a function, and for what can be said about it at each level. */
import type { FunctionAnswer } from '@temoto/api';
import { find, t, type Key } from '$i18n/i18n.svelte';

export type Level = 'user' | 'group' | 'organisation';

export const functionName = (name: string): string => {
  const key = find('function_', name);
  // A newer server may know more functions than this page.
  return key ? t(key) : name;
};

/** Who decided, in words. */
export function decider(answer: FunctionAnswer): string {
  if (answer.decided_by === 'group') return t('decided_group', { group: answer.group ?? '' });
  return t(find('decided_', answer.decided_by) ?? 'decided_default');
}

/** Value and words of what can be said; the empty one says nothing. */
export function choices(level: Level, inGroups = true): readonly (readonly [string, string])[] {
  // Without a group it is the organization that a person's functions come from.
  const above = level === 'user' && !inGroups ? 'group' : level;
  const unset: Key = `permission_unset_${above}`;
  return [
    ['', t(unset)],
    ['allow', t('permission_allow')],
    ['deny', t('permission_deny')],
  ];
}
