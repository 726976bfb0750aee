import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Exact } from './exact';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A core that counts what it is asked for. */
function started() {
  const asked: boolean[] = [];
  return { asked, exact: new Exact((on) => asked.push(on)) };
}

test('a picture that has all colors is taken at once', async () => {
  const { asked, exact } = started();
  exact.follow(true);
  expect(await exact.during(() => Promise.resolve('png'))).toEqual({ made: 'png', exact: true });
  expect(asked).toEqual([true, false]);
});

test('a picture with fewer colors is taken once it has all of them, and they are let go afterwards', async () => {
  const { asked, exact } = started();
  const take = vi.fn(() => Promise.resolve('png'));
  const taken = exact.during(take);
  exact.follow(false);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(take).not.toHaveBeenCalled();
  expect(asked).toEqual([true]);
  exact.follow(true);
  expect(await taken).toEqual({ made: 'png', exact: true });
  expect(asked).toEqual([true, false]);
});

test('where the colors do not come it is taken as it is, and that is said', async () => {
  const { exact } = started();
  const taken = exact.during(() => Promise.resolve('png'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await taken).toEqual({ made: 'png', exact: false });
});

test('two at a time ask once, and the last one lets go', async () => {
  const { asked, exact } = started();
  let done: (png: string) => void = () => {};
  const first = exact.during(() => Promise.resolve('a'));
  const second = exact.during(() => new Promise<string>((resolve) => (done = resolve)));
  exact.follow(true);
  await first;
  expect(asked).toEqual([true]);
  done('b');
  await second;
  expect(asked).toEqual([true, false]);
});

test('what goes wrong while it is taken lets go as well', async () => {
  const { asked, exact } = started();
  exact.follow(true);
  await expect(exact.during(() => Promise.reject(new Error('no canvas')))).rejects.toThrow('no canvas');
  expect(asked).toEqual([true, false]);
});
