import { expect, test } from 'vitest';
import { fill, type Key } from '$i18n/i18n.svelte';
import en from '$i18n/en.json';
import ja from '$i18n/ja.json';
import { beginning, parts, steps, told, TOLD } from './guide';

const LETTERS: Partial<Record<string, number>> = { edge: 4, chrome: 2, firefox: 2, smartscreen: 2 };

test('each browser of Windows has its own first step and the same others', () => {
  const firsts = TOLD.map((browser) => steps('windows-x86_64', browser)[0]?.scene);
  expect(firsts).toEqual(['edge', 'chrome', 'firefox']);
  for (const browser of TOLD)
    expect(steps('windows-x86_64', browser).map(({ scene }) => scene)).toEqual([
      browser,
      'open',
      'smartscreen',
      'allow',
    ]);
});

test('a browser that we do not know is taken for one of the large family', () => {
  expect((['other', 'safari', 'chrome', 'edge', 'firefox'] as const).map(told)).toEqual([
    'chrome',
    'chrome',
    'chrome',
    'edge',
    'firefox',
  ]);
});

test('what is to be pressed has as many parts in both languages as the drawing has letters', () => {
  for (const browser of TOLD)
    for (const { scene, path } of steps('windows-x86_64', browser)) {
      const count = (table: Record<Key, string>) => (path ? parts(table[path]).length : undefined);
      expect([scene, count(ja), count(en)]).toEqual([scene, LETTERS[scene], LETTERS[scene]]);
    }
});

test('Linux needs no browser', () => {
  for (const browser of TOLD)
    expect(steps('linux-x86_64', browser).map(({ scene }) => scene)).toEqual(['unpack', 'start', 'allow']);
});

test('the name to compare ends before the token', () => {
  expect(beginning('temoto_support.example.co.jp_8443_0123456789abcdefghjkmnpqrstv')).toBe(
    'temoto_support.example.co.jp_8443',
  );
  expect(beginning('temoto')).toBe('temoto');
  expect(fill(ja.how_lead, { name: beginning('temoto_a.example_x') })).toContain('temoto_a.example');
});
