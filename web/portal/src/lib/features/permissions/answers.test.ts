import type { FunctionAnswer } from '@temoto/api';
import { expect, test } from 'vitest';
import { i18n } from '$i18n/i18n.svelte';
import { FUNCTIONS } from '$shell/may';
import { choices, decider, functionName } from './answers';

const answer = (decided_by: string, group: string | null = null): FunctionAnswer => ({
  function: 'files',
  setting: null,
  allowed: false,
  decided_by,
  group,
});

test.each(['ja', 'en'] as const)('everything has words in %s', (language) => {
  i18n.language = language;
  for (const name of FUNCTIONS) expect(functionName(name)).not.toBe(name);
  const deciders = ['user', 'organisation', 'default'].map((by) => decider(answer(by)));
  expect(new Set(deciders).size).toBe(3);
  expect(decider(answer('group', '夜間'))).toContain('夜間');
  const unset = (['user', 'group', 'organisation'] as const).map((level) => choices(level)[0]?.[1]);
  expect(new Set(unset).size).toBe(3);
  expect(choices('user', false)).toEqual(choices('group'));
});

test('what a newer server knows is shown by its name', () => {
  expect(functionName('teleport')).toBe('teleport');
  expect(decider(answer('moon'))).toBe(decider(answer('default')));
});
