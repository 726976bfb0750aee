/** The session code as people type, read and hear it. */

/** Digits of a code: 8, or 10 while the server is under attack. */
export const LENGTHS = [8, 10] as const;
const LONGEST = 10;

/** Keeps the digits of what was typed or pasted: full-width ones too; spaces, dashes and the rest fall away. */
export function digitsOf(text: string): string {
  return text.normalize('NFKC').replace(/\D/g, '').slice(0, LONGEST);
}

/** Two groups: 4 and 4, or 5 and 5 when there are more than 8. */
export function grouped(digits: string): string {
  const half = digits.length > 8 ? 5 : 4;
  return digits.length > half ? `${digits.slice(0, half)} ${digits.slice(half)}` : digits;
}

export function complete(digits: string): boolean {
  return (LENGTHS as readonly number[]).includes(digits.length);
}

/** Where the caret stands in the grouped text, if `before` digits are left of it. */
export function caret(text: string, before: number): number {
  let seen = 0;
  for (let i = 0; i < text.length; i++) {
    if (seen === before) return i;
    if (text[i] !== ' ') seen += 1;
  }
  return text.length;
}
