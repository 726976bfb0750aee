import { expect, test } from 'vitest';
import { refusal, surfaceOf } from './capture';
import { fitting } from './frames';

test('what was picked has a name of ours', () => {
  expect(['monitor', 'window', 'browser', undefined, 'other'].map(surfaceOf)).toEqual([
    'monitor',
    'window',
    'tab',
    'unknown',
    'unknown',
  ]);
});

test('a no is told from what does not work', () => {
  expect(refusal(new DOMException('no', 'NotAllowedError'))).toBe('refused');
  expect(refusal(new DOMException('closed', 'AbortError'))).toBe('refused');
  expect(refusal(new DOMException('busy', 'NotReadableError'))).toBe('unable');
  expect(refusal(new TypeError('no such thing'))).toBe('unable');
});

test('a frame keeps its size, odd or not, and what is too large its shape', () => {
  expect(fitting(1001, 703)).toEqual({ width: 1001, height: 703 });
  expect(fitting(1, 1)).toEqual({ width: 1, height: 1 });
  const large = fitting(15_360, 8_640);
  expect(large.width * large.height).toBeLessThanOrEqual(3840 * 2400);
  expect(large.width / large.height).toBeCloseTo(16 / 9, 2);
  expect(fitting(16_000_000, 1).height).toBe(1);
});
