/**
 * All colors for as long as something is done with the picture, whatever the operator chose for the line: the core asks the other end,
 * and says in its view when the picture has them.
 */

/** A slow line has so long to bring the colors that were left out. */
const PATIENCE_MS = 20_000;

export class Exact {
  #there = false;
  /** Those who need it now. */
  #takers = 0;
  #waiting: (() => void)[] = [];

  constructor(private readonly ask: (on: boolean) => void) {}

  /** What the core says now. */
  follow(there: boolean): void {
    this.#there = there;
    if (!there) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Does something with the exact picture, or with the one that is there where the colors do not come. */
  async during<T>(work: () => Promise<T>): Promise<{ made: T; exact: boolean }> {
    this.#takers += 1;
    if (this.#takers === 1) this.ask(true);
    try {
      await this.#come();
      // Before it is made: what the picture becomes afterwards is another matter.
      const exact = this.#there;
      return { made: await work(), exact };
    } finally {
      this.#takers -= 1;
      if (this.#takers === 0) this.ask(false);
    }
  }

  #come(): Promise<void> {
    if (this.#there) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, PATIENCE_MS);
    });
  }
}
