import { expect, test } from 'vitest';
import { CTRL_ALT_DEL, HOLD, INPUT_METHOD, SYSTEM_KEYS, whyNoCtrlAltDel } from './keys';

test('Windows keeps Ctrl + Alt + Del from every program, and it is said; elsewhere it is a key like others', () => {
  expect(whyNoCtrlAltDel('Windows 11')).toBe('key_cad_windows');
  expect(whyNoCtrlAltDel('Debian 12')).toBe(null);
});

test('every key that is offered has words or a face, and no key is in a chord twice', () => {
  for (const { key, face, codes } of [...SYSTEM_KEYS, ...INPUT_METHOD]) {
    expect(key ?? face).toBeTruthy();
    expect(new Set(codes).size).toBe(codes.length);
  }
  expect(CTRL_ALT_DEL.length + HOLD.length).toBe(7);
});
