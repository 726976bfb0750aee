/** What an API key may be made for, in the order in which it is shown. */
import { find } from '$i18n/i18n.svelte';

export const SCOPES = [
  'history:read',
  'history:write',
  'sessions:end',
  'users:read',
  'users:write',
  'groups:read',
  'groups:write',
  'licences:read',
] as const;

/** The sentence for a scope; one that this page does not know goes by its own name. */
export const scopeKey = (scope: string) => find('scope_', scope.replace(':', '_'));
