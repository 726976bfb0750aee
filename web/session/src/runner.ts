/**
 * Drives one core: feeds it, drains it, keeps its clock. What the core wants kept is stored before anything that it says afterwards leaves,
 * so that a crash can never make it use a number twice.
 */
import type { Core, Output } from './core';
import type { DiskAsk } from './messages';

export interface Surroundings {
  now(): number;
  dial(): void;
  hangUp(): void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  event(json: string): void;
  paint(rects: Int32Array): void;
  blank(): void;
  capture(): void;
  thumbnail(small: Extract<Output, { kind: 'thumbnail' }>): void;
  clipboard(copied: Extract<Output, { kind: 'clipboard' }>): void;
  picture(settled: Extract<Output, { kind: 'picture' }>): void;
  cursorShape(shape: Extract<Output, { kind: 'cursorShape' }>): void;
  disk(ask: DiskAsk): void;
  derive(pair: number, n: number): Promise<Uint8Array | null>;
  keepRoot(pair: number, root: Uint8Array<ArrayBuffer>): Promise<void>;
  persist(json: string): Promise<void>;
  forget(): Promise<void>;
  fault(error: unknown): void;
}

export class Runner {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Storing that is under way; `held` waits for it, in order. */
  #storing = 0;
  #chain: Promise<void> = Promise.resolve();
  #held: (() => void)[] = [];
  #over = false;

  constructor(
    private readonly core: Core,
    private readonly around: Surroundings,
  ) {}

  /** Does something with the core, then everything that follows from it. */
  feed(step: (core: Core, nowMs: number) => void): void {
    if (this.#over) return;
    try {
      this.#step(step);
      for (let output = this.core.poll(); output !== undefined; output = this.core.poll())
        if (output) this.#act(output);
      this.#arm();
    } catch (error) {
      this.stop();
      this.around.fault(error);
    }
  }

  /** A refusal (a string) is no fault: a key that comes after control was withdrawn, for example. */
  #step(step: (core: Core, nowMs: number) => void): void {
    try {
      step(this.core, this.around.now());
    } catch (error) {
      if (typeof error !== 'string') throw error;
    }
  }

  stop(): void {
    this.#over = true;
    this.#held = [];
    clearTimeout(this.#timer);
    this.around.hangUp();
  }

  #act(output: Output): void {
    switch (output.kind) {
      case 'dial':
        return this.#inOrder(() => this.around.dial());
      case 'transmit':
        return this.#inOrder(() => this.around.send(output.bytes));
      case 'hangup':
        return this.#inOrder(() => this.around.hangUp());
      case 'event':
        return this.around.event(output.json);
      case 'paint':
        return this.around.paint(output.rects);
      case 'blank':
        return this.around.blank();
      case 'capture':
        return this.around.capture();
      case 'thumbnail':
        return this.around.thumbnail(output);
      case 'clipboard':
        return this.around.clipboard(output);
      case 'picture':
        return this.around.picture(output);
      case 'cursorShape':
        return this.around.cursorShape(output);
      case 'disk':
        return this.around.disk(output);
      case 'keepRoot':
        return this.#store(() => this.around.keepRoot(output.pair, output.root));
      case 'persist':
        return this.#store(() => this.around.persist(output.json));
      case 'forget':
        return this.#store(() => this.around.forget());
      case 'derive':
        return this.#derive(output.pair, output.n);
    }
  }

  #inOrder(action: () => void): void {
    if (this.#storing === 0) action();
    else this.#held.push(action);
  }

  #store(work: () => Promise<void>): void {
    this.#storing += 1;
    // Without storage the session goes on in memory; who stores has told the page.
    this.#chain = this.#chain
      .then(work)
      .catch(() => undefined)
      .then(() => this.#stored());
  }

  #stored(): void {
    this.#storing -= 1;
    if (this.#storing > 0) return;
    const held = this.#held;
    this.#held = [];
    for (const action of held) action();
  }

  #derive(pair: number, n: number): void {
    const derived = this.#chain.then(() => this.around.derive(pair, n));
    derived.then(
      (key) => {
        if (key) this.feed((core, now) => core.psk(pair, n, key, now));
        key?.fill(0);
      },
      (error: unknown) => this.around.fault(error),
    );
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.core.deadline();
    if (deadline === undefined) return;
    const wait = Math.min(Math.max(0, deadline - this.around.now()), 0x7fff_ffff);
    this.#timer = setTimeout(() => this.feed((core, now) => core.timeout(now)), wait);
  }
}
