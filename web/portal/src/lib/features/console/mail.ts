/** The guidance for a customer: ready words, the own mail program, and what must not be in them. It carries the address, never the code. */
import { say, type Language } from '$i18n/i18n.svelte';

export interface Words {
  subject: string;
  text: string;
}

export function readyWords(language: Language, operator: string, organisation: string): Words {
  const values = { operator, organisation };
  return { subject: say(language, 'guidance_subject', values), text: say(language, 'guidance_text', values) };
}

/** The address that a customer opens. */
export const joinAddress = (site: string, language: Language): string => `${site}/join?lang=${language}`;

/** What is sent or copied: the words, and under them the address. */
export const withAddress = (text: string, address: string): string => `${text.trim()}\n\n${address}\n`;

/** A message in the operator's own mail program. */
export function mailto(to: string, { subject, text }: Words, address: string): string {
  const body = withAddress(text, address).replaceAll('\n', '\r\n');
  return `mailto:${encodeURIComponent(to)}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
}

/** Whether the code stands in the words, however its digits are written. Such words stay in the browser. */
export function holdsCode({ subject, text }: Words, digits: string): boolean {
  if (digits === '') return false;
  const plain = `${subject}\n${text}`.normalize('NFKC').replace(/[\s\p{P}\p{Sm}ー]/gu, '');
  return plain.includes(digits);
}
