/** Wheel movements of every browser and device in 120ths of a notch; positive is right and down. */

/** CSS pixels that browsers scroll for one notch of a common wheel. */
const PIXELS_PER_NOTCH = 100;
const LINES_PER_NOTCH = 3;
const NOTCH = 120;
/** What one message can carry (a signed 16-bit number). */
const MOST = 32_767;

interface WheelLike {
  deltaX: number;
  deltaY: number;
  deltaMode: number;
}

/** Adds up fractions, so that a slow touch pad loses nothing. */
export class Wheel {
  #x = 0;
  #y = 0;

  /** The whole 120ths to send now, or null while it is less than one. */
  turn(event: WheelLike): { dx: number; dy: number } | null {
    const unit =
      event.deltaMode === 0 ? NOTCH / PIXELS_PER_NOTCH : event.deltaMode === 1 ? NOTCH / LINES_PER_NOTCH : NOTCH * 3;
    this.#x += event.deltaX * unit;
    this.#y += event.deltaY * unit;
    const dx = whole(this.#x);
    const dy = whole(this.#y);
    this.#x -= dx;
    this.#y -= dy;
    return dx === 0 && dy === 0 ? null : { dx: clamp(dx), dy: clamp(dy) };
  }

  reset(): void {
    this.#x = 0;
    this.#y = 0;
  }
}

/** Toward zero, but a hair under a whole number is that number, and never minus zero. */
const whole = (value: number) => Math.trunc(value + Math.sign(value) * 1e-9) + 0;
const clamp = (value: number) => Math.max(-MOST, Math.min(MOST, value));
