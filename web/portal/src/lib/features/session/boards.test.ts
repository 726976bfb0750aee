import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { beside, BOARDS, MODIFIERS, type BoardName } from './boards';

const NAMES = ['jis', 'ansi'] as const satisfies BoardName[];

test('both keyboards have all keys, each once, and the core knows every one', () => {
  const table = readFileSync(new URL('../../../../../../core/keymap/src/table.rs', import.meta.url), 'utf8');
  const known = new Set([...table.matchAll(/^ {4}(\w+) 0x[0-9a-f]{4} /gm)].map(([, name]) => name));
  for (const [name, count] of [
    ['jis', 109],
    ['ansi', 104],
  ] as const) {
    const codes = BOARDS[name].caps.map(({ code }) => code);
    expect([name, new Set(codes).size, codes.length]).toEqual([name, count, count]);
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
  }
  for (const code of ['Convert', 'NonConvert', 'KanaMode', 'IntlYen', 'IntlRo'])
    expect(BOARDS.jis.caps.some((cap) => cap.code === code)).toBe(true);
});

test('no key covers another, and none stands outside', () => {
  for (const name of NAMES) {
    const taken = new Map<string, string>();
    for (const { code, x, y, wide, high } of BOARDS[name].caps)
      for (let column = x; column < x + wide; column += 1)
        for (let row = y; row < y + high; row += 1) {
          const place = `${column} ${row}`;
          expect([name, place, taken.get(place)]).toEqual([name, place, undefined]);
          taken.set(place, code);
          expect(column < BOARDS[name].wide && row < BOARDS[name].rows).toBe(true);
        }
  }
});

test('what is printed on a key is what the keyboard has', () => {
  const print = (name: BoardName, code: string) => {
    const cap = BOARDS[name].caps.find((one) => one.code === code);
    return [cap?.face, cap?.shifted, cap?.kana];
  };
  expect(print('jis', 'Digit2')).toEqual(['2', '"', 'ふ']);
  expect(print('ansi', 'Digit2')).toEqual(['2', '@', undefined]);
  expect(print('jis', 'Digit0')).toEqual(['0', undefined, 'わ']);
  expect(print('jis', 'IntlYen')).toEqual(['¥', '|', 'ー']);
  expect(print('jis', 'IntlRo')).toEqual(['\\', '_', 'ろ']);
  expect(print('jis', 'KeyA')).toEqual(['A', undefined, 'ち']);
  expect(print('ansi', 'KeyA')).toEqual(['A', undefined, undefined]);
  expect(print('jis', 'Backquote')).toEqual(['半角/全角', undefined, undefined]);
  expect(print('jis', 'BracketLeft')).toEqual(['@', '`', '゛']);
});

test('arrows go to the key beside and reach every key', () => {
  expect(beside(BOARDS.jis, 'KeyS', 'left')).toBe('KeyA');
  expect(beside(BOARDS.jis, 'KeyS', 'up')).toBe('KeyW');
  expect(beside(BOARDS.jis, 'Escape', 'left')).toBe('Escape');
  expect(beside(BOARDS.ansi, 'ArrowUp', 'down')).toBe('ArrowDown');
  for (const name of NAMES) {
    const reached = new Set(['Escape']);
    for (const code of reached)
      for (const direction of ['left', 'right', 'up', 'down'] as const)
        reached.add(beside(BOARDS[name], code, direction));
    expect(BOARDS[name].caps.map(({ code }) => code).filter((code) => !reached.has(code))).toEqual([]);
  }
});

test('every modifier is on both', () => {
  for (const name of NAMES)
    for (const code of MODIFIERS) expect(BOARDS[name].caps.some((cap) => cap.code === code)).toBe(true);
});
