import { expect, test } from 'vitest';
import { colorOf, inkOn, snippet, type Choice } from './snippet';

const JOIN = 'https://support.example.com/join';
const FIELD = 'https://support.example.com/embed/00ff';
const make = (choice: Partial<Choice>) =>
  snippet({ kind: 'link', language: 'ja', text: 'はじめる', color: '#3449d6', ...choice }, JOIN, FIELD, 'Session code');

test('each kind leads to the own server in the language that was chosen, and nowhere else', () => {
  expect(make({})).toMatch(/^<a href="https:\/\/support\.example\.com\/join\?lang=ja" target="_blank" rel="noopener/);
  expect(make({ kind: 'button', language: 'en' })).toContain('/join?lang=en"');
  expect(make({ kind: 'field' })).toContain('src="https://support.example.com/embed/00ff?lang=ja&amp;color=3449d6"');
  for (const kind of ['link', 'button', 'field'] as const) {
    expect(make({ kind })).not.toMatch(/<script|javascript:|on\w+=/);
    expect(make({ kind }).match(/https?:/g)).toHaveLength(1);
  }
});

test('words are words in the snippet, whatever is in them', () => {
  const html = make({ text: `"><img src=x onerror='alert(1)'>&` });
  expect(html).toContain('&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;</a>');
  expect(html.match(/</g)).toHaveLength(2);
});

test('colors are six digits or nothing', () => {
  expect(colorOf('3449D6')).toBe('#3449d6');
  expect(colorOf('#ffffff')).toBe('#ffffff');
  for (const bad of [null, '', 'red', '#fff', '3449d6;x', 'url(x)']) expect(colorOf(bad)).toBeNull();
});

test('the words on a button can be read on every color', () => {
  expect([inkOn('#ffffff'), inkOn('#000000'), inkOn('#3449d6'), inkOn('#ffe066')]).toEqual([
    '#000000',
    '#ffffff',
    '#ffffff',
    '#000000',
  ]);
});
