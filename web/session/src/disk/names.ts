/** Names of files. Those that come from the other end were made safe by the core. */

/** Every system takes so many. */
const MOST_BYTES = 255;

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** `name (2).txt`, as the core numbers as well, and as short as it makes names. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const end = ` (${number})${extension}`;
  const letters = [...stem];
  while (letters.length > 1 && bytes(letters.join('') + end) > MOST_BYTES) letters.pop();
  return letters.join('') + end;
}
