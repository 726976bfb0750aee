/** Mouse, pen and finger on the picture: place and buttons in remote terms, each change of a button once. */
import { remotePixel, type Box, type Size } from './scale';

export interface PointerSink {
  /** `buttons` as in `PointerEvent.buttons`. */
  pointer(x: number, y: number, buttons: number): void;
  /** 0 left, 1 middle, 2 right, 3 back, 4 forward. */
  button(button: number, down: boolean, x: number, y: number): void;
}

/** Bit of `PointerEvent.buttons` for each button number. */
const BITS = [1, 4, 2, 8, 16] as const;

interface PointerLike {
  clientX: number;
  clientY: number;
  buttons: number;
}

export class Pointer {
  #buttons = 0;

  constructor(private readonly sink: PointerSink) {}

  get buttons(): number {
    return this.#buttons;
  }

  /** Any pointer event: tells the place first, then what changed. */
  event(event: PointerLike, box: Box, picture: Size): void {
    const { x, y } = remotePixel(event.clientX, event.clientY, box, picture);
    const before = this.#buttons;
    const now = event.buttons & 31;
    if (before === now) {
      this.sink.pointer(x, y, now);
      return;
    }
    this.sink.pointer(x, y, before);
    this.#buttons = now;
    BITS.forEach((bit, button) => {
      if (((before ^ now) & bit) !== 0) this.sink.button(button, (now & bit) !== 0, x, y);
    });
  }

  /** Nothing is pressed any more; whoever calls this tells the other end. */
  forget(): void {
    this.#buttons = 0;
  }
}
