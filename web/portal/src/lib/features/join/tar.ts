/**
 * A tar archive (ustar) around one file, so that a program which a browser downloads can be started after unpacking:
 * browsers do not save the mode that makes a file executable. Not a general tar writer.
 */

const BLOCK = 512;
const NAME_BYTES = 100;

export interface TarEntry {
  /** A bare name of at most 100 bytes. */
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Permission bits, as in 0o755. */
  mode: number;
  modifiedSeconds: number;
}

/** The parts of the archive in order; the contents are not copied. */
export function tarParts(entry: TarEntry): Uint8Array<ArrayBuffer>[] {
  const padding = (BLOCK - (entry.bytes.length % BLOCK)) % BLOCK;
  // Two empty blocks end an archive.
  return [header(entry), entry.bytes, new Uint8Array(padding + 2 * BLOCK)];
}

function header(entry: TarEntry): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(BLOCK);
  const name = new TextEncoder().encode(entry.name);
  if (name.length === 0 || name.length > NAME_BYTES || entry.name.includes('/')) throw new RangeError('tar name');
  out.set(name);
  octal(out, 100, 8, entry.mode);
  octal(out, 108, 8, 0);
  octal(out, 116, 8, 0);
  octal(out, 124, 12, entry.bytes.length);
  octal(out, 136, 12, entry.modifiedSeconds);
  ascii(out, 156, '0');
  ascii(out, 257, 'ustar\u000000');
  // The sum is taken with the field itself as spaces.
  ascii(out, 148, '        ');
  const sum = out.reduce((total, byte) => total + byte, 0);
  ascii(out, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return out;
}

function octal(out: Uint8Array, at: number, width: number, value: number): void {
  ascii(
    out,
    at,
    `${Math.floor(value)
      .toString(8)
      .padStart(width - 1, '0')}\0`,
  );
}

function ascii(out: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
}
