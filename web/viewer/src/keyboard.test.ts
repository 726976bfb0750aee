import { expect, test } from 'vitest';
import { Keyboard, type KeySink } from './keyboard';

class Log implements KeySink {
  readonly lines: string[] = [];
  key = (code: string, down: boolean) => void this.lines.push(`${down ? '+' : '-'}${code}`);
  text = (text: string) => void this.lines.push(`"${text}"`);
  release = () => void this.lines.push('release');
  escape = () => void this.lines.push('escape');
}

const event = (code: string, more: Record<string, unknown> = {}) => {
  const made = {
    code,
    key: 'x',
    repeat: false,
    isComposing: false,
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    locks: [] as string[],
    getModifierState: (name: string): boolean => made.locks.includes(name),
    prevented: false,
    preventDefault() {
      made.prevented = true;
    },
    stopPropagation() {
      return undefined;
    },
    ...more,
  };
  return made;
};

test('keys go by their place and the browser keeps none of them', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  const tab = event('Tab');
  keyboard.down(tab);
  keyboard.up(event('Tab'));
  for (const code of ['IntlYen', 'IntlRo', 'Convert', 'NonConvert', 'KanaMode']) keyboard.down(event(code));
  expect(tab.prevented).toBe(true);
  expect(log.lines).toEqual(['+Tab', '-Tab', '+IntlYen', '+IntlRo', '+Convert', '+NonConvert', '+KanaMode']);
});

test('a held key is pressed once', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  keyboard.down(event('KeyA'));
  keyboard.down(event('KeyA', { repeat: true }));
  keyboard.down(event('KeyA', { repeat: true }));
  keyboard.up(event('KeyA'));
  expect(log.lines).toEqual(['+KeyA', '-KeyA']);
});

test('what an input method composes with stays here', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  const composing = event('KeyK', { isComposing: true });
  keyboard.down(composing);
  keyboard.down(event('KeyA', { key: 'Process' }));
  keyboard.up(composing);
  expect(composing.prevented).toBe(false);
  expect(log.lines).toEqual([]);
});

test('a keyboard without codes types text', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  keyboard.down(event('', { key: 'あ' }));
  keyboard.down(event('', { key: 'Shift' }));
  expect(log.lines).toEqual(['"あ"']);
});

test('a character that its key does not have without Shift is typed as text', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  const shift = { shiftKey: true };
  for (const one of [
    event('KeyT', { key: 'T' }),
    event('KeyT', { key: 'T', ...shift }),
    event('KeyT', { key: 'T', locks: ['CapsLock'] }),
    event('Digit1', { key: '!' }),
  ]) {
    keyboard.down(one);
    keyboard.up(one);
  }
  // Without a known layout only letters are judged: elsewhere "!" may well be a key of its own.
  expect(log.lines).toEqual(['"T"', '+KeyT', '-KeyT', '+KeyT', '-KeyT', '+Digit1', '-Digit1']);
});

test('with a known layout every character is judged', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  keyboard.layout = new Map([
    ['Digit1', '1'],
    ['Quote', ':'],
  ]);
  for (const one of [
    event('Digit1', { key: '!' }),
    event('Digit1', { key: '1' }),
    event('Quote', { key: ':' }),
    event('Quote', { key: '"', ctrlKey: true }),
    event('Numpad1', { key: '1' }),
  ]) {
    keyboard.down(one);
    keyboard.up(one);
  }
  expect(log.lines).toEqual([
    '"!"',
    '+Digit1',
    '-Digit1',
    '+Quote',
    '-Quote',
    '+Quote',
    '-Quote',
    '+Numpad1',
    '-Numpad1',
  ]);
});

test('control, alt and shift alone give the keyboard back and leave nothing pressed', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  keyboard.down(event('ControlLeft', { ctrlKey: true }));
  keyboard.down(event('AltLeft', { ctrlKey: true, altKey: true }));
  keyboard.down(event('ShiftLeft', { ctrlKey: true, altKey: true, shiftKey: true }));
  keyboard.up(event('ShiftLeft', { ctrlKey: true, altKey: true }));
  expect(log.lines.slice(-2)).toEqual(['release', 'escape']);
  expect(keyboard.held.size).toBe(0);
});

test('a shortcut with control, alt and shift is not taken for that', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  const all = { ctrlKey: true, altKey: true, shiftKey: true };
  for (const code of ['ControlLeft', 'AltLeft', 'ShiftLeft']) keyboard.down(event(code, all));
  keyboard.down(event('KeyS', all));
  keyboard.up(event('KeyS', all));
  expect(log.lines).not.toContain('escape');
});

test('losing the keyboard releases everything', () => {
  const log = new Log();
  const keyboard = new Keyboard(log);
  keyboard.down(event('ShiftLeft'));
  keyboard.release();
  keyboard.up(event('ShiftLeft'));
  expect(log.lines).toEqual(['+ShiftLeft', 'release']);
});
