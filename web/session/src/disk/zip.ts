/**
 * A ZIP archive of files as they are, without compression, for browsers that cannot write into a folder. Its parts are the files
 * themselves: nothing is copied. Not a general writer. Sizes and places of 4 GiB and more are told in the way of ZIP64.
 */

export interface ZipEntry {
  /** Names from the top. */
  path: readonly string[];
  /** Null: a folder. */
  file: Blob | null;
  modifiedMs: number;
}

const MOST = 0xffff_ffff;
const VERSION = 45;
/** Names are UTF-8. */
const UTF_8 = 0x0800;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The sum over the content, read piece by piece. */
export async function crc32(file: Blob): Promise<number> {
  let sum = 0xffff_ffff;
  const reader = file.stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read())
    for (const byte of next.value) sum = (TABLE[(sum ^ byte) & 0xff] as number) ^ (sum >>> 8);
  return (sum ^ 0xffff_ffff) >>> 0;
}

class Bytes {
  readonly #out: number[] = [];
  two(...values: number[]): this {
    for (const value of values) this.#out.push(value & 0xff, (value >>> 8) & 0xff);
    return this;
  }
  four(...values: number[]): this {
    for (const value of values) this.two(value & 0xffff, Math.floor(value / 0x1_0000) & 0xffff);
    return this;
  }
  eight(...values: number[]): this {
    for (const value of values) this.four(value % 0x1_0000_0000, Math.floor(value / 0x1_0000_0000));
    return this;
  }
  add(bytes: Uint8Array): this {
    this.#out.push(...bytes);
    return this;
  }
  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#out);
  }
}

/** Seconds in steps of two, in this computer's own time; 1980 is the earliest. */
export function dosTime(ms: number): [time: number, date: number] {
  const at = new Date(ms);
  if (at.getFullYear() < 1980 || at.getFullYear() > 2107) return [0, (1 << 5) | 1];
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  return [time, ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()];
}

/** All of it, as parts of one Blob. */
export async function zipped(entries: readonly ZipEntry[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { path, file, modifiedMs } of entries) {
    const name = new TextEncoder().encode(path.join('/') + (file ? '' : '/'));
    const size = file?.size ?? 0;
    const sum = file ? await crc32(file) : 0;
    const large = size >= MOST || at >= MOST;
    const cut = (value: number) => (large ? MOST : value);
    const times = dosTime(modifiedMs);
    const head = new Bytes()
      .four(0x0403_4b50)
      .two(VERSION, UTF_8, 0, ...times)
      .four(sum, cut(size), cut(size))
      .two(name.length, large ? 20 : 0)
      .add(name);
    if (large) head.two(1, 16).eight(size, size);
    const listed = new Bytes()
      .four(0x0201_4b50)
      .two(VERSION, VERSION, UTF_8, 0, ...times)
      .four(sum, cut(size), cut(size))
      .two(name.length, large ? 28 : 0, 0, 0, 0)
      .four(file ? 0 : 0x10, cut(at))
      .add(name);
    if (large) listed.two(1, 24).eight(size, size, at);
    const bytes = head.done();
    parts.push(bytes, ...(file ? [file] : []));
    directory.push(listed.done());
    at += bytes.length + size;
  }
  const length = directory.reduce((sum, { length }) => sum + length, 0);
  const end = new Bytes();
  const count = entries.length;
  if (at >= MOST || count >= 0xffff) {
    end.four(0x0606_4b50).eight(44).two(VERSION, VERSION).four(0, 0).eight(count, count, length, at);
    end
      .four(0x0706_4b50, 0)
      .eight(at + length)
      .four(1);
  }
  const few = Math.min(count, 0xffff);
  end.four(0x0605_4b50).two(0, 0, few, few).four(Math.min(length, MOST), Math.min(at, MOST)).two(0);
  return new Blob([...parts, ...directory, end.done()], { type: 'application/zip' });
}
