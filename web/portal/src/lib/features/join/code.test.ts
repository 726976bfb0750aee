import { expect, test } from 'vitest';
import { caret, complete, digitsOf, grouped } from './code';

test('full-width digits, spaces and every kind of dash are accepted', () => {
  for (const typed of [
    '48219037',
    '4821 9037',
    '４８２１　９０３７',
    '4821-9037',
    '４８２１－９０３７',
    ' 4821–9037\n',
    '4821ー9037',
  ])
    expect(digitsOf(typed)).toBe('48219037');
});

test('what is no digit is nothing, and what is too long is cut', () => {
  expect(digitsOf('code: abc')).toBe('');
  expect(digitsOf('123456789012345')).toBe('1234567890');
});

test('a code is shown in two groups', () => {
  expect(grouped('4821903')).toBe('4821 903');
  expect(grouped('4821')).toBe('4821');
  expect(grouped('4821903755')).toBe('48219 03755');
});

test('only 8 and 10 digits are a code', () => {
  expect(['1234567', '12345678', '123456789', '1234567890'].map(complete)).toEqual([false, true, false, true]);
});

test('the caret stays behind the digit that was typed', () => {
  expect(caret('4821 903', 7)).toBe(8);
  expect(caret('4821 903', 4)).toBe(4);
  expect(caret('4821 903', 5)).toBe(6);
  expect(caret('', 0)).toBe(0);
});
