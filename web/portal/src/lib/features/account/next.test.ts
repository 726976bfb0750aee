import { expect, test } from 'vitest';
import { nextPage } from './next';

const at = (next: string) => nextPage(new URL(`https://x.test/login?next=${encodeURIComponent(next)}`));

test('after the login only pages of the console can follow', () => {
  expect(at('/console')).toBe('/console');
  expect(at('/console/s/00ff')).toBe('/console/s/00ff');
  for (const bad of ['https://evil.test', '//evil.test', '/\\evil.test', '/console/../join', 'javascript:alert(1)', ''])
    expect(at(bad)).toBe('/console');
});
