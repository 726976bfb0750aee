/** What the person who is logged in may use. The server decides it (`/me`); here it is asked, and said why not. */
import { t } from '$i18n/i18n.svelte';
import { shell } from './account.svelte';

export const FUNCTIONS = [
  'one_time',
  'control',
  'chat',
  'files',
  'clipboard_in',
  'clipboard_out',
  'screenshot',
  'show_screen',
  'group_sessions',
] as const;

export type FunctionName = (typeof FUNCTIONS)[number];

export const may = (name: FunctionName): boolean => shell.me?.permitted.includes(name) ?? false;

/** Why it cannot be used, in words; undefined if it can. */
export const whyNot = (name: FunctionName): string | undefined => (may(name) ? undefined : t('function_denied'));
