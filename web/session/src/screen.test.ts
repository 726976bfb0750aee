import { expect, test } from 'vitest';
import type { Pictured } from './core';
import { Screen, within } from './screen';

const picture = { width: 40, height: 30 };

test('a part is cut to whole pixels of the picture', () => {
  expect(within({ x: 3.4, y: 2.6, width: 10.2, height: 5 }, picture)).toEqual({ x: 3, y: 3, width: 11, height: 5 });
  expect(within({ x: -5, y: -5, width: 500, height: 500 }, picture)).toEqual({ x: 0, y: 0, ...picture });
  expect(within({ x: 100, y: 0, width: 5, height: 5 }, picture).width).toBe(0);
});

test('without a picture nothing is taken, and blank asks for nothing', async () => {
  const core = { picture: () => undefined } as unknown as Pictured;
  const screen = new Screen(core, () => 10_000);
  screen.blank();
  expect(await screen.take(null)).toBe(null);
});
