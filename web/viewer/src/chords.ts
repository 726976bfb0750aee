/** Keys that a browser or its system keeps for itself, as sequences of W3C codes for the other computer. */

/** Held together in this order, and let go in the other. */
export type Chord = readonly string[];

export const FUNCTION_KEYS = Array.from({ length: 12 }, (_, n) => `F${n + 1}`);

/** Every press and release of a chord, in order. */
export function chord(codes: Chord): { code: string; down: boolean }[] {
  const down = codes.map((code) => ({ code, down: true }));
  const up = codes.toReversed().map((code) => ({ code, down: false }));
  return [...down, ...up];
}
