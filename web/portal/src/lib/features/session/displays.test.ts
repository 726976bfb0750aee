import { expect, test } from 'vitest';
import { desk, displayName, glanceSide } from './displays';

const display = (id: number, x: number, y: number, width: number, height: number) => ({
  id,
  x,
  y,
  width,
  height,
  name: `DP-${id}`,
  scalePercent: 100,
  primary: false,
});

test('displays stand on the desk where the customer has them, origins can be negative', () => {
  const { ratio, places } = desk([display(0, 0, 0, 1000, 500), display(7, -1000, 500, 1000, 500)]);
  expect(ratio).toBe(2);
  expect(places).toEqual([
    { id: 0, left: 50, top: 0, width: 50, height: 50 },
    { id: 7, left: 0, top: 50, width: 50, height: 50 },
  ]);
});

test('no displays are no desk', () => {
  expect(desk([])).toEqual({ ratio: 1, places: [] });
});

test('people count displays by the list, whatever their numbers are', () => {
  const two = [display(4, 0, 0, 1, 1), display(9, 0, 0, 1, 1)];
  expect(displayName(two, 9)).toMatch(/2$/);
  expect(displayName(two, 5)).toBe('');
  expect(displayName(two, 31)).not.toBe('');
});

test('small pictures are sharp where the screen is, and never larger than the other end sends', () => {
  expect([0.5, 1, 1.5, 2, 3].map(glanceSide)).toEqual([96, 96, 144, 192, 192]);
});
