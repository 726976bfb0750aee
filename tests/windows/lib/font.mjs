// Fonts for a Wine that has none of Windows' own: Noto Sans CJK under the names that every Windows has, so that the program finds
// what it asks for there. Made for the tests on this machine, never handed out.
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';

const FOLDER = '/usr/share/fonts/opentype/noto';
const FACES = [
  ['Regular', 'NotoSansCJK-Regular.ttc'],
  ['Bold', 'NotoSansCJK-Bold.ttc'],
];
/** The program's own choice in Japanese and English, and what its toolkit falls back on. */
const NAMES = ['Yu Gothic UI', 'Segoe UI', 'Arial'];

/** Writes the fonts into a folder; gives what DirectWrite has to find in the registry: it looks into no folder. */
export function writeFonts(folder) {
  const entries = {};
  for (const [style, file] of FACES) {
    const tables = firstFace(`${FOLDER}/${file}`);
    for (const family of NAMES) {
      const file = `${family.replaceAll(' ', '')}-${style}.otf`;
      tables.set('name', nameTable(family, style));
      writeFileSync(`${folder}/${file}`, font(tables));
      entries[style === 'Regular' ? `${family} (TrueType)` : `${family} ${style} (TrueType)`] = file;
    }
  }
  return entries;
}

/** The tables of the first font of a collection, which is the Japanese one. */
function firstFace(file) {
  const handle = openSync(file, 'r');
  const read = (at, length) => {
    const bytes = Buffer.alloc(length);
    if (readSync(handle, bytes, 0, length, at) !== length) throw new Error(`${file} is too short`);
    return bytes;
  };
  try {
    const at = read(12, 4).readUInt32BE();
    const count = read(at + 4, 2).readUInt16BE();
    const tables = new Map();
    for (let n = 0; n < count; n += 1) {
      const entry = read(at + 12 + n * 16, 16);
      tables.set(entry.toString('latin1', 0, 4), read(entry.readUInt32BE(8), entry.readUInt32BE(12)));
    }
    return tables;
  } finally {
    closeSync(handle);
  }
}

/** Names for Windows in English: family, style, whole, of the file. */
function nameTable(family, style) {
  const plain = style === 'Regular';
  const texts = [
    [1, family],
    [2, style],
    [3, `${family} ${style} test`],
    [4, plain ? family : `${family} ${style}`],
    [6, `${family.replaceAll(' ', '')}-${style}`],
  ];
  const encoded = texts.map(([, text]) => Buffer.from(text, 'utf16le').swap16());
  const head = Buffer.alloc(6 + texts.length * 12);
  head.writeUInt16BE(texts.length, 2);
  head.writeUInt16BE(head.length, 4);
  let offset = 0;
  texts.forEach(([id], n) => {
    [3, 1, 0x409, id, encoded[n].length, offset].forEach((value, at) => head.writeUInt16BE(value, 6 + n * 12 + at * 2));
    offset += encoded[n].length;
  });
  return Buffer.concat([head, ...encoded]);
}

function font(tables) {
  const names = [...tables.keys()].sort();
  const power = Math.floor(Math.log2(names.length));
  const head = Buffer.alloc(12 + names.length * 16);
  head.write('OTTO', 'latin1');
  [names.length, 16 << power, power, names.length * 16 - (16 << power)].forEach((value, n) => head.writeUInt16BE(value, 4 + n * 2));
  const parts = [head];
  let at = head.length;
  names.forEach((name, n) => {
    const table = tables.get(name);
    const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
    head.write(name, 12 + n * 16, 'latin1');
    [sum(padded), at, table.length].forEach((value, field) => head.writeUInt32BE(value, 16 + n * 16 + field * 4));
    parts.push(padded);
    at += padded.length;
  });
  return Buffer.concat(parts);
}

function sum(bytes) {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 4) total = (total + bytes.readUInt32BE(at)) >>> 0;
  return total;
}
