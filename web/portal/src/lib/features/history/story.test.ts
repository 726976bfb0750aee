import { expect, test } from 'vitest';
import { lines, sentence } from './story';

const event = (kind: string, detail = '', at_ms = 0) => ({ kind, detail, at_ms });

test('what was allowed and withdrawn is said as in the chat', () => {
  expect(sentence(event('grant_given', 'view'))).toBe('event_view_granted');
  expect(sentence(event('grant_withdrawn', 'control'))).toBe('event_control_withdrawn');
  expect(sentence(event('grant_given', 'telepathy'))).toBe('story_granted');
});

test('an end says why, and what nobody has words for is left out', () => {
  expect(sentence(event('session_ended', 'expired'))).toBe('story_ended_expired');
  expect(sentence(event('session_ended', 'meteor'))).toBe('story_ended');
  expect(sentence(event('something_new'))).toBeNull();
  expect(sentence(event('constructor'))).toBeNull();
});

test('a note that is written on is one line', () => {
  const told = lines([
    event('session_started', '', 1),
    event('history_noted', '', 2),
    event('history_noted', '', 3),
    event('grant_given', 'view', 4),
    event('history_noted', '', 5),
  ]);
  expect(told.map(({ key, atMs }) => [key, atMs])).toEqual([
    ['story_session_started', 1],
    ['story_history_noted', 3],
    ['event_view_granted', 4],
    ['story_history_noted', 5],
  ]);
});
