/** Pictures of the other screen: where they go. What they show is the business of the core. */

/** What of it: the screen, what is in sight of it, a window, or a part that is drawn. */
export const SHOT_PARTS = ['whole', 'sight', 'window', 'region'] as const;
export type ShotPart = (typeof SHOT_PARTS)[number];

/** What becomes of it: a file, a copy, or a line of the chat. */
export const SHOT_USES = ['save', 'copy', 'chat'] as const;
export type ShotUse = (typeof SHOT_USES)[number];

/** Longest picture of the chat, in bytes (`PICTURE_BYTES` of the protocol). */
export const LONGEST_PICTURE = 8 << 20;

/** `Temoto_keiri-03_2026-11-27_10-24-31.png`: sorted by time in a folder, and good on every system. */
export function fileName(customer: string | null, at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('-');
  // A name is the other side's word: only letters, digits and marks that no system minds are kept of it.
  const name = (customer ?? '')
    .replace(/[^\p{L}\p{N}._-]/gu, '')
    .replace(/^[.-]+/, '')
    .slice(0, 40);
  return ['Temoto', name, day, time].filter(Boolean).join('_') + '.png';
}

/** Hands the picture to the browser's downloads. */
export function save(png: Blob, name: string): void {
  const address = URL.createObjectURL(png);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun; what it reads is kept until it is done.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Puts the picture on this person's clipboard; `false` where the browser does not let it. */
export async function copy(png: Promise<Blob | null>): Promise<boolean> {
  try {
    // Browsers want to know at the press that something comes; the picture may follow.
    const blob = png.then((picture) => picture ?? Promise.reject(new Error('no picture')));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    return true;
  } catch {
    return false;
  }
}
