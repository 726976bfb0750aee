import { expect, test } from 'vitest';
import { nextPage } from './next';

const at = (next: string) => nextPage(new URL(`https://x.test/login?next=${encodeURIComponent(next)}`));

test('the language of the view goes along', () => {
  expect(nextPage(new URL('https://x.test/login?lang=en'))).toBe('/console?lang=en');
  expect(nextPage(new URL('https://x.test/login?lang=%26x'))).toBe('/console');
});

test('after the login only pages of the console can follow', () => {
  expect(at('/console')).toBe('/console');
  expect(at('/console/s/00ff')).toBe('/console/s/00ff');
  for (const bad of ['https://evil.test', '//evil.test', '/\\evil.test', '/console/../join', 'javascript:alert(1)', ''])
    expect(at(bad)).toBe('/console');
});
