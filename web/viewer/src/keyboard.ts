/**
 * Physical keys by `KeyboardEvent.code`. While it is listening every key belongs to the customer's computer, so nothing is left to the browser,
 * except keys that an input method is composing with. Ctrl + Alt + Shift together hand the keyboard back to the page.
 */

export interface KeySink {
  key(code: string, down: boolean): void;
  /** For keyboards that tell no code (on-screen keyboards): what was typed. */
  text(text: string): void;
  /** Nothing stays pressed. */
  release(): void;
  /** The person wants the keyboard back. */
  escape(): void;
}

interface KeyLike {
  code: string;
  key: string;
  repeat: boolean;
  isComposing: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

const MODIFIERS = /^(Control|Alt|Shift)(Left|Right)$/;

export class Keyboard {
  readonly #held = new Set<string>();
  #chord = false;

  constructor(private readonly sink: KeySink) {}

  get held(): ReadonlySet<string> {
    return this.#held;
  }

  down(event: KeyLike): void {
    if (event.isComposing || event.key === 'Process') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.code === '' || event.code === 'Unidentified') {
      if ([...event.key].length === 1) this.sink.text(event.key);
      return;
    }
    // The other computer repeats a held key by itself.
    if (event.repeat && this.#held.has(event.code)) return;
    this.#held.add(event.code);
    this.sink.key(event.code, true);
    this.#chord =
      event.ctrlKey && event.altKey && event.shiftKey && [...this.#held].every((code) => MODIFIERS.test(code));
  }

  up(event: KeyLike): void {
    if (event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#chord) {
      this.#chord = false;
      this.release();
      this.sink.escape();
      return;
    }
    if (!this.#held.delete(event.code)) {
      // Some systems report only the release of this one.
      if (event.code !== 'PrintScreen') return;
      this.sink.key(event.code, true);
    }
    this.sink.key(event.code, false);
    // macOS browsers never report the release of a key that went up while Meta was down.
    if (event.code.startsWith('Meta') && this.#held.size > 0) this.release();
  }

  /** The page or window lost the keyboard. */
  release(): void {
    this.#held.clear();
    this.#chord = false;
    this.sink.release();
  }
}

/** In full screen some browsers hand over even Alt+Tab and the Windows key. */
export async function lockKeyboard(): Promise<boolean> {
  const keyboard = (navigator as { keyboard?: { lock?: () => Promise<void> } }).keyboard;
  if (!keyboard?.lock) return false;
  try {
    await keyboard.lock();
    return true;
  } catch {
    return false;
  }
}

export function unlockKeyboard(): void {
  (navigator as { keyboard?: { unlock?: () => void } }).keyboard?.unlock?.();
}
