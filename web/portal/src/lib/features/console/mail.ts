/** The guidance for a customer, as a message in the operator's own mail program. It carries the address, never the code. */
import { t } from '$i18n/i18n.svelte';

export function guidance(joinAddress: string, operator: string, organisation: string): string {
  const values = { address: joinAddress, operator, organisation };
  return `mailto:?subject=${encodeURIComponent(t('mail_subject', values))}&body=${encodeURIComponent(t('mail_body', values).replaceAll('\n', '\r\n'))}`;
}
