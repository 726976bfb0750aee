import { expect, test } from 'vitest';
import { holdsCode, joinAddress, mailto, readyWords, withAddress } from './mail';

const WORDS = { subject: 'Sharing', text: 'Please open it.\nThank you.' };

test('the ready words name who writes, and hold no address, no code and no hole', () => {
  for (const language of ['ja', 'en'] as const) {
    const { subject, text } = readyWords(language, '佐藤 花子', 'Example Corp.');
    expect(subject).toContain('Example Corp.');
    expect(text).toContain('佐藤 花子');
    expect(subject + text).not.toMatch(/https?:|\d{4}|[{}]/);
  }
});

test('the own mail program gets receiver, subject and lines, and nothing slips into its headers', () => {
  const link = new URL(mailto('a@b.example?bcc=x@y', { subject: 'A & B', text: 'one\ntwo' }, 'https://s.example/join'));
  expect(decodeURIComponent(link.pathname)).toBe('a@b.example?bcc=x@y');
  expect([...link.searchParams.keys()]).toEqual(['subject', 'body']);
  expect(link.searchParams.get('subject')).toBe('A & B');
  expect(link.searchParams.get('body')).toBe('one\r\ntwo\r\n\r\nhttps://s.example/join\r\n');
});

test('the address stands alone under the words', () => {
  const address = joinAddress('https://s.example', 'ja');
  expect(withAddress('words\n\n', address)).toBe('words\n\nhttps://s.example/join?lang=ja\n');
});

test('the code is found however its digits are written', () => {
  for (const written of [
    '48219037',
    '4821 9037',
    '4821-9037',
    '４８２１－９０３７',
    '4821ー9037',
    '4 8 2 1\n9 0 3 7',
    '4821・9037',
  ])
    expect(holdsCode({ ...WORDS, text: `Your code: ${written}.` }, '48219037')).toBe(true);
  expect(holdsCode({ ...WORDS, subject: '48219037' }, '48219037')).toBe(true);
  expect(holdsCode({ ...WORDS, text: 'Call 0120-482-190' }, '48219037')).toBe(false);
  expect(holdsCode({ ...WORDS, text: '48219037' }, '')).toBe(false);
});
