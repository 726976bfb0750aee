import { expect, test } from 'vitest';
import { keepInSight, Pan } from './pan';

const stage = () => ({ scrollLeft: 100, scrollTop: 50, clientWidth: 400, clientHeight: 300 });

test('a drag takes the picture along, and nothing moves without one', () => {
  const place = stage();
  const pan = new Pan();
  expect(pan.move(place, 10, 10)).toBe(false);
  pan.begin(200, 200);
  expect(pan.move(place, 180, 230)).toBe(true);
  expect([place.scrollLeft, place.scrollTop]).toEqual([120, 20]);
  pan.end();
  expect(pan.move(place, 0, 0)).toBe(false);
});

test('a pointer in the middle leaves the stage where it is, one at the edge takes it along', () => {
  const place = stage();
  keepInSight(place, 300, 200, { width: 2000, height: 1000 });
  expect([place.scrollLeft, place.scrollTop]).toEqual([100, 50]);
  keepInSight(place, 499, 349, { width: 2000, height: 1000 });
  expect([place.scrollLeft, place.scrollTop]).toEqual([179, 124]);
});
