// BLAKE3 by its specification, as plain as it can be: what the product says of a file is held against it.
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const LANES = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
const CHUNK = 1024;
const BLOCK = 64;
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];

const turned = (word, by) => (word >>> by) | (word << (32 - by));

/** Eight words of `chain` and sixteen of `block`. */
function compress(chain, block, counter, length, flags) {
  const s = [...chain, ...START.slice(0, 4), counter | 0, 0, length, flags];
  let words = block;
  for (let round = 0; round < 7; round += 1) {
    for (let n = 0; n < 8; n += 1) {
      const [a, b, c, d] = LANES[n];
      for (const [word, first, second] of [[words[n * 2], 16, 12], [words[n * 2 + 1], 8, 7]]) {
        s[a] = (s[a] + s[b] + word) | 0;
        s[d] = turned(s[d] ^ s[a], first);
        s[c] = (s[c] + s[d]) | 0;
        s[b] = turned(s[b] ^ s[c], second);
      }
    }
    words = ORDER.map((from) => words[from]);
  }
  return s.slice(0, 8).map((word, n) => word ^ s[n + 8]);
}

function ofChunk(bytes, number, root) {
  let chain = START;
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  for (let n = 0; n < blocks; n += 1) {
    const piece = bytes.subarray(n * BLOCK, (n + 1) * BLOCK);
    const full = Buffer.alloc(BLOCK);
    piece.copy(full);
    const last = n === blocks - 1;
    const flags = (n === 0 ? CHUNK_START : 0) | (last ? CHUNK_END | root : 0);
    const words = Array.from({ length: 16 }, (_, at) => full.readInt32LE(at * 4));
    chain = compress(chain, words, number, piece.length, flags);
  }
  return chain;
}

/** Of all that begins with chunk `number`; `root` where nothing is above. */
function ofTree(bytes, number, root) {
  const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK));
  if (chunks === 1) return ofChunk(bytes, number, root);
  const left = 2 ** Math.floor(Math.log2(chunks - 1));
  const both = [
    ...ofTree(bytes.subarray(0, left * CHUNK), number, 0),
    ...ofTree(bytes.subarray(left * CHUNK), number + left, 0),
  ];
  return compress(START, both, 0, BLOCK, PARENT | root);
}

/** The hash of a buffer, in hexadecimal. */
export function blake3(bytes) {
  const hash = Buffer.alloc(32);
  ofTree(bytes, 0, ROOT).forEach((word, n) => hash.writeInt32LE(word, n * 4));
  return hash.toString('hex');
}
