/** One end's own screen as a page sees it: picked, running, over. The frames go to the worker; the core says whether they may. */
import { canCapture, capture, type Capture, type Refusal } from './capture';

export interface Presents {
  /** The browser asks. */
  picking?(): void;
  /** Something was picked. */
  started(capture: Capture): void;
  /** Nothing was picked. */
  refused?(why: Refusal): void;
  /** It is over on this side. */
  ended(): void;
}

export class Presenter {
  state = $state<'idle' | 'picking' | 'on'>('idle');
  /** Why the last try came to nothing. */
  refusal = $state<Refusal | null>(null);
  /** While it is on: what becomes of it when this page is hidden. */
  hidden = $state<Capture['hidden']>('runs');

  #capture: Capture | null = null;
  #seen = false;
  readonly #presents: Presents;

  constructor(presents: Presents) {
    this.#presents = presents;
  }

  get possible(): boolean {
    return canCapture();
  }

  /** Called by a press. */
  async begin(): Promise<void> {
    if (this.state === 'picking') return;
    this.refusal = null;
    const before = this.state;
    this.state = 'picking';
    this.#presents.picking?.();
    const picked = await capture(() => this.end());
    if (typeof picked === 'string') {
      this.state = before;
      this.refusal = picked;
      this.#presents.refused?.(picked);
      return;
    }
    this.#capture?.stop();
    this.#capture = picked;
    this.#seen = false;
    this.hidden = picked.hidden;
    this.state = 'on';
    this.#presents.started(picked);
  }

  /** Stops it, whoever wants that. */
  end(): void {
    if (!this.#capture) return;
    this.#close();
    this.#presents.ended();
  }

  /** The core says whether the other end sees it: what was seen and is not any more is over. */
  seen(on: boolean): void {
    if (!on && this.#seen && this.#capture) this.end();
    this.#seen = on;
  }

  #close(): void {
    this.#capture?.stop();
    this.#capture = null;
    this.state = 'idle';
  }
}
