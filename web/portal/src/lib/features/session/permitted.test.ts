import type { ConsoleCommand } from '@temoto/session';
import { expect, test } from 'vitest';
import { FUNCTIONS, type FunctionName } from '$shell/may';
import { permitted } from './permitted';

const all = () => true;
const without = (name: FunctionName) => (asked: FunctionName) => asked !== name;

const OF: [FunctionName, ConsoleCommand][] = [
  ['control', { type: 'control', active: true }],
  ['control', { type: 'key', code: 'KeyA', down: true }],
  ['control', { type: 'button', button: 0, down: true, x: 1, y: 1, look: 1 }],
  ['control', { type: 'wheel', dx: 0, dy: 120 }],
  ['control', { type: 'text', text: 'あ' }],
  ['chat', { type: 'chat', text: 'hello' }],
  ['clipboard_in', { type: 'putClipboard', text: 'x', html: null }],
  ['clipboard_in', { type: 'putPicture', png: new Blob([]) }],
  ['chat', { type: 'sendPicture', png: new Blob([]) }],
  ['clipboard_out', { type: 'fetchClipboard' }],
  ['show_screen', { type: 'show', surface: 'tab', source: new ReadableStream() }],
  ['screenshot', { type: 'screenshot', number: 1, part: null }],
  ['files', { type: 'listFolder', request: 1, root: 'home', path: [] }],
  ['files', { type: 'makeFolder', request: 1, root: 'home', path: [], name: 'a' }],
  ['files', { type: 'renameFile', request: 1, root: 'home', path: [], name: 'a', to: 'b' }],
  ['files', { type: 'trashFiles', request: 1, root: 'home', path: [], names: ['a'] }],
  ['files', { type: 'restoreFiles', request: 1, token: 1 }],
  ['files', { type: 'sendFiles', transfer: 1, root: 'home', path: [], items: [], sources: [] }],
  ['files', { type: 'fetchFiles', transfer: 1, root: 'home', path: [], names: ['a'], into: null }],
  ['files', { type: 'answerFile', transfer: 1, answer: 'skip', all: false }],
  ['files', { type: 'holdTransfer', transfer: 1, held: false }],
];

test.each(OF)('without %s the command is not sent, with it as it is: %o', (name, command) => {
  expect(permitted(command, without(name))).toBeNull();
  expect(permitted(command, all)).toBe(command);
  const only = (asked: FunctionName) => asked === name;
  expect(permitted(command, only)).toBe(command);
});

test('files for the clipboard need both', () => {
  const put: ConsoleCommand = { type: 'sendFiles', transfer: 1, root: 'paste', path: [], items: [], sources: [] };
  for (const name of ['files', 'clipboard_in'] as const) expect(permitted(put, without(name))).toBeNull();
  expect(permitted(put, without('control'))).toBe(put);
});

test('only what may be used is asked for, and the screen always', () => {
  const ask: ConsoleCommand = { type: 'ask', capabilities: ['view', 'control'] };
  expect(permitted(ask, without('control'))).toEqual({ type: 'ask', capabilities: ['view'] });
  expect(permitted({ type: 'ask', capabilities: ['clipboard_in'] }, without('clipboard_in'))).toBeNull();
  expect(permitted(ask, all)).toEqual(ask);
  const files: ConsoleCommand = { type: 'ask', capabilities: ['files_in', 'files_out'] };
  expect(permitted(files, without('files'))).toBeNull();
  expect(permitted(files, without('control'))).toEqual(files);
});

test('nobody is kept from letting go or from ending', () => {
  const none = () => false;
  for (const command of [
    { type: 'control', active: false },
    { type: 'key', code: 'KeyA', down: false },
    { type: 'button', button: 0, down: false, x: 1, y: 1, look: 1 },
    { type: 'holdTransfer', transfer: 1, held: true },
    { type: 'cancelTransfer', transfer: 1 },
    { type: 'forgetTransfer', transfer: 1 },
    { type: 'blur' },
    { type: 'endShow' },
    { type: 'unshare' },
    { type: 'end' },
  ] as ConsoleCommand[])
    expect(permitted(command, none)).toBe(command);
  expect(new Set(FUNCTIONS).size).toBe(9);
});
