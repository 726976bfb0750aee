import type { TransferView } from '@temoto/session';
import { afterEach, expect, test } from 'vitest';
import en from '$i18n/en.json';
import { i18n } from '$i18n/i18n.svelte';
import { overall, pace, plain, quoted, rate, size, stateSentence } from './words';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_951, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [5_368_709_120, '5.4 GB'],
  [2e15, '2000 TB'],
])('%d bytes read %s', (bytes, words) => {
  expect(size(bytes)).toBe(words);
});

test('a rate is a size in a second', () => {
  expect(rate(3_200_000)).toBe('3.2 MB/s');
});

test('what hides in a name is seen, and what stands around it keeps its direction', () => {
  expect(plain('invoice\u202etxt.exe')).toBe('invoice\ufffdtxt.exe');
  expect(plain('a\u0007b\u2066c\n')).toBe('a\ufffdb\ufffdc\ufffd');
  // Joiners belong to emoji and to scripts.
  expect(plain('家族👨‍👩‍👧.jpg')).toBe('家族👨‍👩‍👧.jpg');
  expect(quoted('\u2069x')).toBe('\u2068\ufffdx\u2069');
  const long = `${'あ'.repeat(200)}.txt`;
  expect([...quoted(long)].length).toBe(40 + 1 + 16 + 2);
  expect(quoted(long).endsWith('.txt\u2069')).toBe(true);
});

const one = (change: Partial<TransferView>): TransferView => ({
  transfer: 1,
  way: 'send',
  state: 'running',
  fault: null,
  byCustomer: false,
  name: 'a',
  items: 1,
  itemsOver: 0,
  bytes: 100,
  bytesDone: 0,
  current: null,
  bytesPerSecond: 10,
  secondsLeft: 10,
  question: null,
  problems: [],
  problemCount: 0,
  ...change,
});

test('all together: only what is not over counts, and the slowest says how long', () => {
  expect(overall([])).toBeNull();
  expect(overall([one({ state: 'done' }), one({ state: 'failed' })])).toBeNull();
  expect(overall([one({ bytesDone: 50 }), one({ bytes: 300, secondsLeft: 25 })])).toEqual({ percent: 12, seconds: 25 });
  expect(overall([one({ secondsLeft: null })])).toEqual({ percent: 0, seconds: null });
  expect(overall([one({ state: 'interrupted', bytesDone: 30 })])).toEqual({ percent: 30, seconds: null });
  // Empty files, and more than was announced.
  expect(overall([one({ bytes: 0 })])).toMatchObject({ percent: 0 });
  expect(overall([one({ bytesDone: 101 })])).toMatchObject({ percent: 100 });
});

const language = i18n.language;
afterEach(() => void (i18n.language = language));

test.each([
  ['steady', { bytesPerSecond: 3_200_000, secondsLeft: 65 }, '3.2 MB/s', '1:05'],
  ['long', { bytesPerSecond: 48_000, secondsLeft: 3_725 }, '48 kB/s', '1:02:05'],
  ['near the end', { bytesPerSecond: 900, secondsLeft: 0 }, '900 B/s', '0:00'],
  ['stalled, or not known yet', { bytesPerSecond: 0, secondsLeft: null }, '0 B/s', null],
])('rate and time left, %s', (_, change, speed, left) => {
  i18n.language = 'en';
  expect(pace(one(change))).toEqual(left ? [speed, `${left} left`] : [speed]);
  i18n.language = 'ja';
  expect(pace(one(change))).toEqual(left ? [speed, `残り${left}`] : [speed]);
});

test('nothing is said of the pace of one that does not run', () => {
  for (const state of ['waiting', 'preparing', 'held', 'interrupted', 'asking', 'done', 'failed', 'canceled'] as const)
    expect(pace(one({ state }))).toEqual([]);
});

test('who canceled a transfer is to be read', () => {
  i18n.language = 'en';
  expect(stateSentence(one({ state: 'canceled' }))).toBe(en.files_state_canceled);
  expect(stateSentence(one({ state: 'canceled', byCustomer: true }))).toBe(en.files_state_withdrawn);
  expect(stateSentence(one({ state: 'failed', fault: 'full' }))).toBe(en.file_fault_full);
  expect(stateSentence(one({ state: 'failed' }))).toBe(en.files_state_failed);
  i18n.language = 'ja';
  expect(stateSentence(one({ state: 'canceled', byCustomer: true }))).toBe('お客様が中止しました');
});

test('every failure has a sentence', () => {
  const faults =
    'full in_use changed denied bad_name gone too_long too_large exists damaged too_many no_trash busy canceled no_folder failed skipped no_file';
  for (const fault of faults.split(' ')) expect(en).toHaveProperty(`file_fault_${fault}`);
});
