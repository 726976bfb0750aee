import { expect, test } from 'vitest';
import { between, nudged, uppermost } from './region';

const picture = { width: 100, height: 80 };

test('a part holds both of its corners, whichever way it was drawn', () => {
  const part = { x: 10, y: 20, width: 31, height: 11 };
  expect(between({ x: 10, y: 20 }, { x: 40, y: 30 })).toEqual(part);
  expect(between({ x: 40, y: 30 }, { x: 10, y: 20 })).toEqual(part);
});

test('arrow keys begin in the middle, move, size, and stay inside', () => {
  const first = nudged(null, 'ArrowLeft', false, picture);
  expect(first).toEqual({ x: 25, y: 20, width: 50, height: 40 });
  expect(nudged(first, 'ArrowRight', false, picture).x).toBe(35);
  expect(nudged(first, 'ArrowUp', true, picture).height).toBe(30);
  let part = first;
  for (let n = 0; n < 50; n += 1) part = nudged(part, n % 2 ? 'ArrowDown' : 'ArrowRight', n > 20, picture);
  expect(part.x + part.width).toBeLessThanOrEqual(picture.width);
  expect(part.y + part.height).toBeLessThanOrEqual(picture.height);
});

test('where two windows lie over each other the upper one is meant', () => {
  const windows = [
    { x: 10, y: 10, width: 20, height: 20 },
    { x: 0, y: 0, width: 25, height: 60 },
  ];
  expect(uppermost(windows, { x: 12, y: 29 })).toBe(0);
  expect(uppermost(windows, { x: 12, y: 30 })).toBe(1);
  expect(uppermost(windows, { x: 30, y: 10 })).toBe(-1);
});
