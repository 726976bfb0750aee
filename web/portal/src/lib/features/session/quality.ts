/** Figures of the line as people read them. */

/** "0.4 Mbit/s", "12 kbit/s". */
export function rate(bitsPerSecond: number): string {
  return bitsPerSecond >= 100_000
    ? `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}
