// The user story of a Japanese keyboard: each of its 109 keys goes from the operator's browser to the customer's X server.
// `npm run program` in web/. Globals (describe, test, expect, ...) come from vitest.
import { execFileSync } from 'node:child_process';

import { until } from './lib/browser.mjs';
import { ready } from './lib/office.mjs';
import { staged } from './lib/story.mjs';

/** Keys by the number that Linux gives them (input-event-codes.h); X adds eight. Those behind the first of a row follow it one by one. */
const NUMBERED = [
  [1, 'Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace'],
  [15, 'Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter'],
  [29, 'ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote'],
  [42, 'ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight'],
  [55, 'NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock'],
  [71, 'Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal'],
  [87, 'F11 F12 IntlRo'],
  [92, 'Convert KanaMode NonConvert'],
  [96, 'NumpadEnter ControlRight NumpadDivide PrintScreen AltRight'],
  [102, 'Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete'],
  [119, 'Pause'],
  [124, 'IntlYen MetaLeft MetaRight ContextMenu'],
];
const KEYS = NUMBERED.flatMap(([first, codes]) => codes.split(' ').map((code, n) => [code, first + n + 8]));

describe.skipIf(!ready())('a Japanese keyboard', () => {
  let computer;
  let it;

  staged('ja', (parts) => ({ computer, it } = parts));

  /** What the X server holds down, once it is this. */
  const holds = async (...keys) => {
    let held;
    const same = () => {
      held = computer.held().keys;
      return held.join() === keys.join();
    };
    await until('the keys', same, 10_000, 5).catch(() => undefined);
    return held;
  };

  test('each of the 109 keys goes down and up at the other computer, as that very key', async () => {
    expect(KEYS.length).toBe(109);
    const { environment: env } = computer.desktop;
    execFileSync('setxkbmap', ['-model', 'jp106', '-layout', 'jp'], { env });
    await it.sharing();
    await it.operator.takeControl();
    await it.clickInto('terminal');
    await it.hands();
    // What stands on a Japanese keyboard elsewhere than on others, or only there.
    for (const code of ['IntlYen', 'IntlRo', 'BracketLeft', 'BracketRight', 'Backslash', 'Equal', 'Quote', 'Semicolon']) await it.strike(code);
    await until('the letters', () => computer.typed().length === 8);
    expect(computer.typed()).toBe('\\\\@[]^:;');
    const wrong = [];
    for (const [code, keycode] of KEYS) {
      await it.key('rawKeyDown', code);
      const down = await holds(keycode);
      await it.key('keyUp', code);
      const up = await holds();
      if (down.join() !== `${keycode}` || up.length > 0) wrong.push({ code, keycode, down, up });
    }
    expect(wrong).toEqual([]);
  });

  test('another layout of the customer is read while the session runs', async () => {
    const { environment: env } = computer.desktop;
    execFileSync('setxkbmap', ['-model', 'jp106', '-layout', 'jp'], { env });
    await it.sharing();
    const { page, words } = it.operator;
    await it.operator.takeControl();
    await page.getByRole('tab', { name: words.details, exact: true }).click();
    const layout = page.getByRole('tabpanel').getByRole('definition');
    await layout.getByText(words.layout_jp, { exact: true }).waitFor();
    execFileSync('setxkbmap', ['-layout', 'us'], { env });
    await layout.getByText(words.layout_us, { exact: true }).waitFor();
  });
});
