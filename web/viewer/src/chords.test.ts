import { expect, test } from 'vitest';
import { chord } from './chords';

test('what is held first is let go last', () => {
  expect(chord(['ControlLeft', 'AltLeft', 'Delete']).map(({ code, down }) => `${down ? '+' : '-'}${code}`)).toEqual([
    '+ControlLeft',
    '+AltLeft',
    '+Delete',
    '-Delete',
    '-AltLeft',
    '-ControlLeft',
  ]);
});
