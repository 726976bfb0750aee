import { describe, expect, test } from 'vitest';
import { follow, inside, layout, remotePixel, STEPS, stepFrom, type Size, type Zoom } from './scale';

const ratios = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const pictures: Size[] = [
  { width: 1280, height: 720 },
  { width: 1366, height: 768 },
  { width: 3840, height: 2160 },
  { width: 1080, height: 1920 },
  { width: 641, height: 479 },
];
const stages: Size[] = [
  { width: 960, height: 668 },
  { width: 390, height: 700.5 },
  { width: 2560, height: 1300 },
];

function each(check: (picture: Size, stage: Size, zoom: Zoom, ratio: number) => void) {
  for (const ratio of ratios)
    for (const picture of pictures)
      for (const stage of stages)
        for (const zoom of ['fit', 'actual', ...STEPS] as const) check(picture, stage, zoom, ratio);
}

describe('layout', () => {
  test('at 100 % one remote pixel is exactly one device pixel at every ratio', () => {
    each((picture, stage, zoom, ratio) => {
      if (zoom !== 'actual') return;
      const at = layout(picture, stage, zoom, ratio);
      expect(at.width * ratio).toBeCloseTo(picture.width, 6);
      expect(at.height * ratio).toBeCloseTo(picture.height, 6);
      expect(at.sharp).toBe(true);
    });
  });

  test('fit stays inside the stage and touches two of its sides', () => {
    each((picture, stage, zoom, ratio) => {
      if (zoom !== 'fit') return;
      const at = layout(picture, stage, zoom, ratio);
      expect(at.left + at.width).toBeLessThanOrEqual(stage.width + 1e-9);
      expect(at.top + at.height).toBeLessThanOrEqual(stage.height + 1e-9);
      const gap = Math.min(stage.width - at.width, stage.height - at.height) * ratio;
      expect(gap).toBeLessThan(2);
      expect(at.scrolls).toBe(false);
    });
  });

  test('the picture begins on a whole device pixel', () => {
    each((picture, stage, zoom, ratio) => {
      const at = layout(picture, stage, zoom, ratio);
      expect(at.left * ratio).toBeCloseTo(Math.round(at.left * ratio), 6);
      expect(at.top * ratio).toBeCloseTo(Math.round(at.top * ratio), 6);
    });
  });

  test('a stage without room does not divide by nothing', () => {
    const at = layout({ width: 1280, height: 720 }, { width: 0, height: 0 }, 'fit', 1);
    expect(at.width).toBeGreaterThan(0);
    expect(Number.isFinite(at.scale)).toBe(true);
  });
});

describe('remotePixel', () => {
  test('at 100 % every device pixel of the picture is its own remote pixel', () => {
    each((picture, stage, zoom, ratio) => {
      if (zoom !== 'actual') return;
      const at = layout(picture, stage, zoom, ratio);
      const box = { left: at.left + 100, top: at.top + 52, width: at.width, height: at.height };
      for (const x of [0, 1, 7, 333, picture.width - 2, picture.width - 1]) {
        for (const part of [0, 0.5, 0.98]) {
          const point = remotePixel(box.left + (x + part) / ratio, box.top, box, picture);
          expect(point.x).toBe(x);
        }
      }
    });
  });

  test('the middle of every remote pixel is found at every zoom', () => {
    each((picture, stage, zoom, ratio) => {
      const at = layout(picture, stage, zoom, ratio);
      const box = { left: 3.25, top: 52, width: at.width, height: at.height };
      for (const [x, y] of [
        [0, 0],
        [picture.width - 1, picture.height - 1],
        [123, 456],
      ] as const) {
        const point = remotePixel(
          box.left + ((x + 0.5) * at.width) / picture.width,
          box.top + ((y + 0.5) * at.height) / picture.height,
          box,
          picture,
        );
        expect(point).toEqual({ x, y });
      }
    });
  });

  test('points outside give the nearest pixel of the edge', () => {
    const box = { left: 10, top: 10, width: 100, height: 50 };
    const picture = { width: 200, height: 100 };
    expect(remotePixel(-500, 0, box, picture)).toEqual({ x: 0, y: 0 });
    expect(remotePixel(900, 900, box, picture)).toEqual({ x: 199, y: 99 });
    expect(inside(110, 20, box)).toBe(false);
    expect(inside(109.9, 59.9, box)).toBe(true);
  });
});

describe('free zoom', () => {
  test('goes up and down through the steps and stays at the last', () => {
    expect(stepFrom(0.62, true)).toBe(0.67);
    expect(stepFrom(0.62, false)).toBe(0.5);
    expect(stepFrom(1, true)).toBe(1.25);
    expect(stepFrom(0.999, true)).toBe(1.25);
    expect(stepFrom(4, true)).toBe(4);
    expect(stepFrom(0.1, false)).toBe(0.25);
  });

  test('the stage scrolls only when the pointer comes near its edge, and never beyond the picture', () => {
    expect(follow(500, 300, 400, 2000)).toBe(300);
    expect(follow(690, 300, 400, 2000)).toBe(370);
    expect(follow(310, 300, 400, 2000)).toBe(230);
    expect(follow(1999, 300, 400, 2000)).toBe(1600);
    expect(follow(0, 300, 400, 2000)).toBe(0);
    expect(follow(50, 0, 400, 100)).toBe(0);
  });
});
