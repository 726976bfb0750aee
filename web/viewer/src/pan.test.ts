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

test('what is held stays below the hand, on a stage of whole pixels and beyond its end', () => {
  let [left, top] = [100, 50];
  const place = {
    ...stage(),
    get scrollLeft() {
      return left;
    },
    set scrollLeft(to: number) {
      left = Math.round(Math.min(500, Math.max(0, to)));
    },
    get scrollTop() {
      return top;
    },
    set scrollTop(to: number) {
      top = Math.round(Math.min(300, Math.max(0, to)));
    },
  };
  const pan = new Pan();
  pan.begin(200, 200);
  for (let step = 1; step <= 4; step += 1) pan.move(place, 200 - step * 22.5, 200 - step * 0.25);
  expect([left, top]).toEqual([190, 51]);
  // Drawn far beyond the end and back: it goes along again only when the hand is where it took hold.
  pan.move(place, -400, 199);
  expect(left).toBe(500);
  pan.move(place, -300, 199);
  expect(left).toBe(500);
  pan.move(place, 110, 199);
  expect(left).toBe(190);
});

test('a pointer in the middle leaves the stage where it is, one at the edge takes it along', () => {
  const place = stage();
  keepInSight(place, 300, 200, { width: 2000, height: 1000 });
  expect([place.scrollLeft, place.scrollTop]).toEqual([100, 50]);
  keepInSight(place, 499, 349, { width: 2000, height: 1000 });
  expect([place.scrollLeft, place.scrollTop]).toEqual([179, 124]);
});
