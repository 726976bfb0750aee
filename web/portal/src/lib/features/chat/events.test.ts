import { expect, test } from 'vitest';
import type { ChatLine } from '@temoto/session';
import codes from '@temoto/session/events';
import en from '$i18n/en.json';
import { eventSentence } from './events';

/** What only the operator is told. */
const OPERATOR = ['code_burnt'];

const line = (text: string): ChatLine => ({
  id: '',
  from: 'event',
  text,
  arguments: ['1', '2', '3'],
  atMs: 0,
  state: 'sent',
});

test('every event that a console tells has a sentence for both sides', () => {
  for (const code of codes) {
    expect(eventSentence(line(code), 'operator'), code).toBeTruthy();
    if (!OPERATOR.includes(code)) expect(eventSentence(line(code), 'customer'), code).toBeTruthy();
  }
});

test('no sentence waits for an event that no console tells', () => {
  const known = new Set(codes);
  const keys = Object.keys(en).filter((key) => key.startsWith('event_'));
  expect(keys.filter((key) => !known.has(key.replace(/^event_(operator_)?/, '')))).toEqual([]);
});

test('an event of a newer console is not shown', () => {
  expect(eventSentence(line('of_the_future'), 'customer')).toBeNull();
});
