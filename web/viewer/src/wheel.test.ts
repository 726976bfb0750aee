import { expect, test } from 'vitest';
import { Wheel } from './wheel';

test('one notch is 120 in pixels and in lines', () => {
  expect(new Wheel().turn({ deltaX: 0, deltaY: 100, deltaMode: 0 })).toEqual({ dx: 0, dy: 120 });
  expect(new Wheel().turn({ deltaX: 0, deltaY: -3, deltaMode: 1 })).toEqual({ dx: 0, dy: -120 });
});

test('slow turning adds up without loss', () => {
  const wheel = new Wheel();
  let sum = 0;
  for (let i = 0; i < 1000; i++) sum += wheel.turn({ deltaX: 0, deltaY: 0.1, deltaMode: 0 })?.dy ?? 0;
  expect(Math.abs(sum - 120)).toBeLessThanOrEqual(1);
});

test('a wild value stays inside what a message can carry', () => {
  expect(new Wheel().turn({ deltaX: 1e9, deltaY: -1e9, deltaMode: 2 })).toEqual({ dx: 32_767, dy: -32_767 });
});
