/** A sentence for everything that an operation can fail with, and the detail that support may ask for. */
import { ApiError } from '@temoto/api';
import { find, t } from '$i18n/i18n.svelte';

export interface Problem {
  /** What the server called it; nothing when it was no answer of the server. */
  code: string;
  sentence: string;
  detail: string;
}

export function problem(error: unknown): Problem {
  if (!(error instanceof ApiError)) return { code: '', sentence: t('error_unexpected'), detail: String(error) };
  const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 0) / 1000));
  const key = find('error_', error.code) ?? (error.status === 429 ? 'error_too_many' : 'error_unexpected');
  return { code: error.code, sentence: t(key, { seconds }), detail: `${error.code} ${error.status}` };
}
