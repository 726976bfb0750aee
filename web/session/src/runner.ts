/**
 * Drives one core: feeds it, drains it, keeps its clock. What the core wants kept is stored before anything that it says afterwards leaves,
 * so that a crash can never make it use a number twice. What the browser seals and opens for it keeps its place in both orders.
 */
import type { Core, Output } from './core';
import type { DiskAsk } from './messages';
import type { Work } from './records';

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
  seal(head: Uint8Array, work: Work): Promise<Uint8Array<ArrayBuffer>>;
  open(work: Work): Promise<Uint8Array | undefined>;
  derive(pair: number, n: number): Promise<Uint8Array | null>;
  keepRoot(pair: number, root: Uint8Array<ArrayBuffer>): Promise<void>;
  persist(json: string): Promise<void>;
  forget(): Promise<void>;
  fault(error: unknown): void;
}

type Step = (core: Core, nowMs: number) => void;

/** Something that leaves in its turn; null while it is being made. */
interface Leaving {
  act: (() => void) | null;
}

/** Most bytes that wait while a record is opened: more than the windows of everything that an honest other end sends. */
const MOST_WAITING = 16 * 1024 * 1024;

export class Runner {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Storing that is under way; `held` waits for it, in order. */
  #storing = 0;
  #chain: Promise<void> = Promise.resolve();
  #held: Leaving[] = [];
  /** A record is being opened; what the line brings waits. */
  #opening = false;
  #waiting: { step: Step; bytes: number }[] = [];
  #waitingBytes = 0;
  #over = false;

  constructor(
    private readonly core: Core,
    private readonly around: Surroundings,
  ) {}

  /** Something that the line brought, of so many bytes: fed in its turn. */
  feedInOrder(step: Step, bytes = 0): void {
    if (!this.#opening && this.#waiting.length === 0) return this.feed(step);
    this.#waiting.push({ step, bytes });
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= MOST_WAITING) return;
    // Nobody honest sends that much unasked.
    this.#letGo();
    this.around.hangUp();
    this.#waiting.push({ step: (core, now) => core.disconnected(now), bytes: 0 });
  }

  /** Does something with the core, then everything that follows from it. */
  feed(step: Step): void {
    if (this.#over) return;
    try {
      this.#step(step);
      for (let output = this.core.poll(); output !== undefined; output = this.core.poll())
        if (output) this.#act(output);
      this.#arm();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** A refusal (a string) is no fault: a key that comes after control was withdrawn, for example. */
  #step(step: Step): void {
    try {
      step(this.core, this.around.now());
    } catch (error) {
      if (typeof error !== 'string') throw error;
    }
  }

  stop(): void {
    this.#over = true;
    this.#held = [];
    this.#letGo();
    clearTimeout(this.#timer);
    this.around.hangUp();
  }

  #act(output: Output): void {
    switch (output.kind) {
      case 'dial':
        return this.#inOrder(() => this.around.dial());
      case 'transmit':
        return this.#inOrder(() => this.around.send(output.bytes));
      case 'seal':
        return this.#seal(output.head, output);
      case 'open':
        return this.#open(output.ticket, output);
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

  #inOrder(act: () => void): void {
    if (this.#storing === 0 && this.#held.length === 0) act();
    else this.#held.push({ act });
  }

  #seal(head: Uint8Array, work: Work): void {
    const leaving: Leaving = { act: null };
    this.#held.push(leaving);
    this.around.seal(head, work).then(
      (bytes) => {
        leaving.act = () => this.around.send(bytes);
        this.#leave();
      },
      (error: unknown) => this.#broken(error),
    );
  }

  #open(ticket: number, work: Work): void {
    this.#opening = true;
    this.around.open(work).then(
      (plaintext) => {
        this.#opening = false;
        this.feed((core, now) => core.opened(work.pair, ticket, plaintext, now));
        this.#goOn();
      },
      (error: unknown) => this.#broken(error),
    );
  }

  /** What the line brought meanwhile, up to the next record that has to be opened. */
  #goOn(): void {
    for (let next = this.#opening ? undefined : this.#waiting.shift(); next;) {
      this.#waitingBytes -= next.bytes;
      this.feed(next.step);
      next = this.#opening ? undefined : this.#waiting.shift();
    }
  }

  #letGo(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #broken(error: unknown): void {
    if (this.#over) return;
    this.stop();
    this.around.fault(error);
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
    this.#leave();
  }

  #leave(): void {
    while (this.#storing === 0 && this.#held[0]?.act) this.#held.shift()?.act?.();
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
