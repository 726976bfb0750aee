/** Pictures of the chat by the line that brings them: the newest, as the core keeps them. */
import { SvelteMap } from 'svelte/reactivity';

/** So many are kept (`PICTURES` of the protocol). */
const KEPT = 8;

export class Pictures {
  /** Null: the other end does not have it any more. */
  readonly #known = new SvelteMap<string, Blob | null>();

  put(id: string, png: Blob | null): void {
    this.#known.delete(id);
    this.#known.set(id, png);
    const there = [...this.#known].filter(([, png]) => png !== null);
    // The oldest goes; what is known to be gone needs no room.
    if (there.length > KEPT && there[0]) this.#known.set(there[0][0], null);
  }

  /** Undefined: it is on its way. */
  get(id: string): Blob | null | undefined {
    return this.#known.get(id);
  }
}
