/** Pictures of keyboards: every key with its place, in quarters of a key's width, and what is printed on it. Keys are named as in the W3C's `code`. */
import type { Key } from '$i18n/i18n.svelte';

export type BoardName = 'jis' | 'ansi';

export interface Cap {
  code: string;
  /** What is printed: alone, with Shift, and as kana. */
  face: string;
  shifted?: string;
  kana?: string;
  /** What it is called where the print is no name. */
  key?: Key;
  /** Left edge and width in quarters of a key, top edge and height in rows. */
  x: number;
  y: number;
  wide: number;
  high: number;
}

export interface Board {
  caps: readonly Cap[];
  /** In quarters of a key. */
  wide: number;
  rows: number;
}

type Given = readonly [code: string, print: string, wide?: number, key?: Key];
/** Free room, in quarters. */
type Gap = number;

const FUNCTIONS: readonly (Given | Gap)[] = [
  ['Escape', 'Esc'],
  4,
  ...functions(1, 4),
  2,
  ...functions(5, 8),
  2,
  ...functions(9, 12),
];
const LETTERS = ['QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'] as const;
const KANA = ['たていすかんなにらせ', 'ちとしはきくまのり', 'つさそひこみも'] as const;

function functions(from: number, to: number): Given[] {
  return Array.from({ length: to - from + 1 }, (_, n) => [`F${from + n}`, `F${from + n}`] as const);
}

/** A row of letters; `kana` stands below on a Japanese keyboard. */
function letters(row: number, kana: boolean): Given[] {
  return [...(LETTERS[row] ?? '')].map((letter, n) => [
    `Key${letter}`,
    kana ? `${letter}  ${[...(KANA[row] ?? '')][n]}` : letter,
  ]);
}

/** Digits with what is printed above them, and the kana below. */
function digits(marks: string, kana: string): Given[] {
  return [...'1234567890'].map((digit, n) => [
    `Digit${digit}`,
    `${digit} ${[...marks][n]} ${[...kana][n] ?? ''}`.trimEnd(),
  ]);
}

const JIS: readonly (readonly (Given | Gap)[])[] = [
  FUNCTIONS,
  [
    ['Backquote', '半角/全角', 4, 'key_zenkaku'],
    ...digits('!"#$%&\'()\u00a0', 'ぬふあうえおやゆよわ'),
    ['Minus', '- = ほ'],
    ['Equal', '^ ~ へ'],
    ['IntlYen', '¥ | ー'],
    ['Backspace', 'Back'],
  ],
  [['Tab', 'Tab', 6], ...letters(0, true), ['BracketLeft', '@ ` ゛'], ['BracketRight', '[ { ゜'], 1],
  [
    ['CapsLock', 'Caps 英数', 7],
    ...letters(1, true),
    ['Semicolon', '; + れ'],
    ['Quote', ': * け'],
    ['Backslash', '] } む'],
  ],
  [
    ['ShiftLeft', 'Shift', 9],
    ...letters(2, true),
    ['Comma', ', < ね'],
    ['Period', '. > る'],
    ['Slash', '/ ? め'],
    ['IntlRo', '\\ _ ろ'],
    ['ShiftRight', 'Shift', 7],
  ],
  [
    ['ControlLeft', 'Ctrl', 5],
    ['MetaLeft', 'Win', 5],
    ['AltLeft', 'Alt', 5],
    ['NonConvert', '無変換', 4, 'key_muhenkan'],
    ['Space', ' ', 14, 'key_space'],
    ['Convert', '変換', 4, 'key_henkan'],
    ['KanaMode', 'カタカナ ひらがな', 4, 'key_kana'],
    ['AltRight', 'Alt', 5],
    ['MetaRight', 'Win', 4],
    ['ContextMenu', '☰', 4, 'key_menu'],
    ['ControlRight', 'Ctrl', 6],
  ],
];

const ANSI: readonly (readonly (Given | Gap)[])[] = [
  FUNCTIONS,
  [
    ['Backquote', '` ~'],
    ...digits('!@#$%^&*()', ''),
    ['Minus', '- _'],
    ['Equal', '= +'],
    ['Backspace', 'Backspace', 8],
  ],
  [['Tab', 'Tab', 6], ...letters(0, false), ['BracketLeft', '[ {'], ['BracketRight', '] }'], ['Backslash', '\\ |', 6]],
  [['CapsLock', 'Caps', 7], ...letters(1, false), ['Semicolon', '; :'], ['Quote', '\' "'], ['Enter', 'Enter', 9]],
  [
    ['ShiftLeft', 'Shift', 9],
    ...letters(2, false),
    ['Comma', ', <'],
    ['Period', '. >'],
    ['Slash', '/ ?'],
    ['ShiftRight', 'Shift', 11],
  ],
  [
    ['ControlLeft', 'Ctrl', 5],
    ['MetaLeft', 'Win', 5],
    ['AltLeft', 'Alt', 5],
    ['Space', ' ', 25, 'key_space'],
    ['AltRight', 'Alt', 5],
    ['MetaRight', 'Win', 5],
    ['ContextMenu', '☰', 5, 'key_menu'],
    ['ControlRight', 'Ctrl', 5],
  ],
];

/** Right of the letters, the same on both. */
const MORE: readonly (readonly (Given | Gap)[])[] = [
  [
    ['PrintScreen', 'PrtSc'],
    ['ScrollLock', 'ScrLk'],
    ['Pause', 'Pause'],
  ],
  [
    ['Insert', 'Ins'],
    ['Home', 'Home'],
    ['PageUp', 'PgUp'],
    2,
    ['NumLock', 'Num'],
    ['NumpadDivide', '/'],
    ['NumpadMultiply', '*'],
    ['NumpadSubtract', '-'],
  ],
  [['Delete', 'Del'], ['End', 'End'], ['PageDown', 'PgDn'], 2, ['Numpad7', '7'], ['Numpad8', '8'], ['Numpad9', '9']],
  [14, ['Numpad4', '4'], ['Numpad5', '5'], ['Numpad6', '6']],
  [4, ['ArrowUp', '↑'], 6, ['Numpad1', '1'], ['Numpad2', '2'], ['Numpad3', '3']],
  [['ArrowLeft', '←'], ['ArrowDown', '↓'], ['ArrowRight', '→'], 2, ['Numpad0', '0', 8], ['NumpadDecimal', '.']],
];

/** Keys that are higher than one row. */
const HIGH: readonly Cap[] = [
  { code: 'NumpadAdd', face: '+', x: 88, y: 2, wide: 4, high: 2 },
  { code: 'NumpadEnter', face: 'Enter', x: 88, y: 4, wide: 4, high: 2 },
];
const JIS_ENTER: Cap = { code: 'Enter', face: 'Enter', x: 55, y: 2, wide: 5, high: 2 };

function placed(rows: readonly (readonly (Given | Gap)[])[], left: number): Cap[] {
  return rows.flatMap((row, y) => {
    let x = left;
    return row.flatMap((given) => {
      if (typeof given === 'number') {
        x += given;
        return [];
      }
      const [code, print, wide = 4, key] = given;
      const at = x;
      x += wide;
      // One character and what stands beside it; everything else is one word.
      const marks = /^\S( \S?){1,2}/.test(print) ? print.split(' ') : [print];
      const [face = '', shifted, kana] = marks;
      return [
        {
          code,
          face,
          x: at,
          y,
          wide,
          high: 1,
          ...(shifted?.trim() ? { shifted } : {}),
          ...(kana ? { kana } : {}),
          ...(key ? { key } : {}),
        },
      ];
    });
  });
}

const board = (rows: readonly (readonly (Given | Gap)[])[], more: readonly Cap[]): Board => ({
  caps: [...placed(rows, 0), ...placed(MORE, 62), ...HIGH, ...more].sort((a, b) => a.y - b.y || a.x - b.x),
  wide: 92,
  rows: 6,
});

export const BOARDS: Readonly<Record<BoardName, Board>> = { jis: board(JIS, [JIS_ENTER]), ansi: board(ANSI, []) };

export const MODIFIERS: ReadonlySet<string> = new Set(
  ['Control', 'Shift', 'Alt', 'Meta'].flatMap((name) => [`${name}Left`, `${name}Right`]),
);

/** The key next to this one in a direction, by where they are; the same one at the edge. */
export function beside({ caps }: Board, code: string, direction: 'left' | 'right' | 'up' | 'down'): string {
  const from = caps.find((cap) => cap.code === code);
  if (!from) return caps[0]?.code ?? code;
  const middle = from.x + from.wide / 2;
  const along = direction === 'left' || direction === 'right';
  const rowsMeet = (cap: Cap) => cap.y < from.y + from.high && from.y < cap.y + cap.high;
  const distance = (cap: Cap): number => {
    if (cap.code === code || along !== rowsMeet(cap)) return Infinity;
    const away = along ? cap.x - from.x : cap.y - from.y;
    if (away === 0 || away > 0 !== (direction === 'right' || direction === 'down')) return Infinity;
    return Math.abs(away) * (along ? 1 : 100) + (along ? 0 : Math.abs(cap.x + cap.wide / 2 - middle));
  };
  const nearest = caps.reduce((best, cap) => (distance(cap) < distance(best) ? cap : best), from);
  return nearest.code;
}
