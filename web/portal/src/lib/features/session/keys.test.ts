import { readFileSync } from 'node:fs';
import { FUNCTION_KEYS } from '@temoto/viewer';
import { expect, test } from 'vitest';
import { CTRL_ALT_DEL, HIGH_FUNCTIONS, HOLD, INPUT_METHOD, MEDIA, SYSTEM_KEYS, whyNoCtrlAltDel } from './keys';

test('Windows keeps Ctrl + Alt + Del from every program, and it is said; elsewhere it is a key like others', () => {
  expect(whyNoCtrlAltDel('Windows 11')).toBe('key_cad_windows');
  expect(whyNoCtrlAltDel('Debian 12')).toBe(null);
});

test('every key that is offered has words or a face, and no key is in a chord twice', () => {
  for (const { key, face, codes } of [...SYSTEM_KEYS, ...INPUT_METHOD, ...HIGH_FUNCTIONS, ...MEDIA]) {
    expect(key ?? face).toBeTruthy();
    expect(new Set(codes).size).toBe(codes.length);
  }
  expect(CTRL_ALT_DEL.length + HOLD.length).toBe(7);
});

test('the core knows every key that is offered, for Linux and for Windows', () => {
  const table = readFileSync(new URL('../../../../../../core/keymap/src/table.rs', import.meta.url), 'utf8');
  // Name, number, evdev keycode, scan code: a dash where there is none, and Windows could not press it.
  const rows = table.matchAll(/^ {4}(\w+) 0x[0-9a-f]{4} (\d+) 0x[0-9a-f]{2,4}$/gm);
  const known = new Set([...rows].flatMap(([, name, evdev]) => (Number(evdev) + 8 <= 255 ? [name] : [])));
  const offered = [...SYSTEM_KEYS, ...INPUT_METHOD, ...HIGH_FUNCTIONS, ...MEDIA].flatMap(({ codes }) => codes);
  const all = [...offered, ...CTRL_ALT_DEL, ...HOLD.map(({ code }) => code), ...FUNCTION_KEYS];
  expect(all.filter((code) => !known.has(code))).toEqual([]);
  expect([...FUNCTION_KEYS, ...HIGH_FUNCTIONS.map(({ face }) => face)]).toEqual(
    Array.from({ length: 24 }, (_, n) => `F${n + 1}`),
  );
});
