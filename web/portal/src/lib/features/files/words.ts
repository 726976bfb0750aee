/** Figures, names and failures of files, in words. */
import type { FileFault, FileRoot, TransferView } from '@temoto/session';
import { t } from '$i18n/i18n.svelte';
import { duration } from '$shell/time.svelte';

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** "0 B", "12 kB", "1.4 GB": powers of a thousand, as systems show them to people; never a zero for something. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${Math.max(0, Math.floor(bytes))} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** "3.2 MB/s". */
export const rate = (bytesPerSecond: number): string => `${size(bytesPerSecond)}/s`;

/** Characters that are not seen or turn the reading around. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** A name as it may be shown: what is hidden in it can be seen, so that `exe.txt` is not taken for `txt.exe`. */
export const plain = (name: string): string => name.replace(HIDDEN, '\ufffd');

/** A name within a sentence: its direction changes nothing around it. */
export function quoted(name: string): string {
  const letters = [...plain(name)];
  // The end of a name says what it is.
  const shown = letters.length > 60 ? [...letters.slice(0, 40), '…', ...letters.slice(-16)] : letters;
  return `\u2068${shown.join('')}\u2069`;
}

export const faultSentence = (fault: FileFault): string => t(`file_fault_${fault}`);

/** How a transfer stands, and who ended it. */
export function stateSentence(one: TransferView): string {
  if (one.state === 'done' && one.problemCount > 0) return t('files_state_done_problems', { count: one.problemCount });
  if (one.state === 'failed' && one.fault) return faultSentence(one.fault);
  if (one.state === 'canceled' && one.byCustomer) return t('files_state_withdrawn');
  return t(`files_state_${one.state}`);
}

/** How fast one that runs goes, and how long it takes at this rate, if that can be said. */
export function pace({ state, bytesPerSecond, secondsLeft }: TransferView): string[] {
  if (state !== 'running') return [];
  const left = secondsLeft === null ? [] : [t('files_left', { left: duration(secondsLeft * 1000) })];
  return [rate(bytesPerSecond), ...left];
}

export function rootName({ kind, name }: FileRoot): string {
  return kind === 'drive' ? t('files_root_drive', { name: quoted(name) }) : t(`files_root_${kind}`);
}

/** What is done of all transfers that run or wait, in percent and seconds; null if there is none. */
export function overall(transfers: readonly TransferView[]): { percent: number; seconds: number | null } | null {
  const open = transfers.filter(({ state }) => !isOver(state));
  if (open.length === 0) return null;
  const bytes = open.reduce((sum, one) => sum + one.bytes, 0);
  const done = open.reduce((sum, one) => sum + Math.min(one.bytesDone, one.bytes), 0);
  const known = open.filter(({ state }) => state === 'running').map(({ secondsLeft }) => secondsLeft);
  const seconds = known.every((left) => left !== null) && known.length > 0 ? Math.max(...(known as number[])) : null;
  return { percent: bytes > 0 ? Math.floor((done / bytes) * 100) : 0, seconds };
}

export const isOver = (state: TransferView['state']): boolean => ['done', 'failed', 'canceled'].includes(state);
