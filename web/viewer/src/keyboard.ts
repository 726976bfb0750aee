/**
 * Physical keys by `KeyboardEvent.code`. While it is listening every key belongs to the customer's computer, so nothing is left to the browser,
 * except keys that an input method is composing with. Ctrl + Alt + Shift together hand the keyboard back to the page.
 */

export interface KeySink {
  key(code: string, down: boolean): void;
  /** What was typed without the keys it takes: by an on-screen keyboard, a password manager, a dictation. */
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
  getModifierState(name: string): boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

const MODIFIERS = /^(Control|Alt|Shift)(Left|Right)$/;

export class Keyboard {
  readonly #held = new Set<string>();
  #chord = false;

  /** Characters of this keyboard's keys without modifiers, by code; where the browser tells none, only letters are judged. */
  layout: ReadonlyMap<string, string> = new Map();

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
    if (this.#typedWithoutKeys(event)) {
      this.sink.text(event.key);
      return;
    }
    // The other computer repeats a held key by itself.
    if (event.repeat && this.#held.has(event.code)) return;
    this.#held.add(event.code);
    this.sink.key(event.code, true);
    this.#chord =
      event.ctrlKey && event.altKey && event.shiftKey && [...this.#held].every((code) => MODIFIERS.test(code));
  }

  /** Programs that type for a person name a key that is near, without the Shift that the character needs. */
  #typedWithoutKeys(event: KeyLike): boolean {
    if (!/^[!-~]$/.test(event.key) || event.code.startsWith('Numpad')) return false;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
    if (['CapsLock', 'AltGraph', 'KanaMode'].some((name) => event.getModifierState(name))) return false;
    const plain = this.layout.get(event.code);
    return plain === undefined ? /^[A-Z]$/.test(event.key) : plain !== event.key;
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

/** Characters of the keys without modifiers, where the browser tells. */
export async function keyboardLayout(): Promise<ReadonlyMap<string, string>> {
  const { keyboard } = navigator as {
    keyboard?: { getLayoutMap?: () => Promise<Iterable<[string, string]>> };
  };
  try {
    return new Map(await keyboard?.getLayoutMap?.());
  } catch {
    return new Map();
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
