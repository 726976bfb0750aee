import { expect, test } from 'vitest';
import en from './en.json';
import enPlain from './en-plain.json';
import ja from './ja.json';
import jaPlain from './ja-plain.json';
import { chooseLanguage, fill } from './i18n.svelte';

const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

test('Japanese and English have the same keys in the same order', () => {
  expect(Object.keys(en)).toEqual(Object.keys(ja));
});

test('both sentences of a key take the same arguments', () => {
  for (const [key, text] of Object.entries(ja)) {
    expect([key, ...holes(en[key as keyof typeof en])]).toEqual([key, ...holes(text)]);
  }
});

test('plain sentences replace existing ones and take no other arguments', () => {
  for (const [plain, table] of [
    [jaPlain, ja],
    [enPlain, en],
  ] as const) {
    for (const [key, text] of Object.entries(plain)) {
      expect(Object.keys(table)).toContain(key);
      for (const hole of holes(text)) expect(holes(table[key as keyof typeof table])).toContain(hole);
    }
  }
});

test('no sentence is empty and no English one has Japanese in it', () => {
  for (const text of Object.values(ja)) expect(text.trim()).not.toBe('');
  for (const [key, text] of Object.entries(en)) {
    expect(text.trim()).not.toBe('');
    if (key !== 'language_ja') expect(text).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  }
});

test('the query wins over the account, the account over the browser', () => {
  expect(chooseLanguage('en', 'ja', ['ja'])).toBe('en');
  expect(chooseLanguage(null, 'ja', ['en-US'])).toBe('ja');
  expect(chooseLanguage('xx', null, ['fr', 'en-GB', 'ja'])).toBe('en');
  expect(chooseLanguage(null, null, ['fr'])).toBe('en');
  expect(chooseLanguage(null, null, [])).toBe('ja');
});

test('an argument that is missing stays visible instead of vanishing', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
});
