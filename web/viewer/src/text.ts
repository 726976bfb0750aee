/** Finished text for the customer's computer, in pieces that one message can carry. */

/** Longest piece in bytes of UTF-8 (`INPUT_TEXT_BYTES` of the protocol). */
export const TEXT_BYTES = 2048;

/** Splits between characters, so that every piece has at most `bytes` bytes. */
export function pieces(text: string, bytes = TEXT_BYTES): string[] {
  const out: string[] = [];
  let piece = '';
  let size = 0;
  for (const character of text) {
    const more = byteLength(character);
    if (size + more > bytes) {
      out.push(piece);
      piece = '';
      size = 0;
    }
    piece += character;
    size += more;
  }
  if (piece !== '') out.push(piece);
  return out;
}

function byteLength(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
