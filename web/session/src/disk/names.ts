/** Names of files. Those that come from the other end were made safe by the core. */

/** `name (2).txt`, as the core numbers as well. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  return `${stem} (${number})${extension}`;
}
