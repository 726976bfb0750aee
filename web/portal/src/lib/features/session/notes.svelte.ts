/** Note and ticket number of a session: saved by themselves, and never lost by a reload or a line that is down. */
import type { SessionStory, StoryEvent } from '@temoto/api';

/** What the server is asked. */
export interface Desk {
  session(id: string): Promise<SessionStory>;
  noteSession(id: string, words: Words): Promise<unknown>;
}

/** Where words wait that the server does not have yet. */
export type Drafts = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Words {
  note: string;
  ticket: string;
}

export type State = 'loading' | 'saved' | 'changed' | 'saving' | 'failed';

/** How long a person has to stop typing. */
export const REST_MS = 1_200;
/** After a failure the next try comes by itself. */
const AGAIN_MS = 10_000;

export class Notes {
  note = $state('');
  ticket = $state('');
  state = $state<State>('loading');
  /** Why the last try failed; its sentence is the page's business. */
  error = $state.raw<unknown>(null);
  events = $state.raw<readonly StoryEvent[]>([]);

  #kept: Words = { note: '', ticket: '' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether what is kept is known; before that nothing is written over it. */
  #known = false;

  constructor(
    readonly id: string,
    private readonly desk: Desk,
    private readonly drafts: Drafts,
  ) {}

  /** Reads what the server has; words of this tab that it does not have yet come before. */
  async load(): Promise<void> {
    try {
      const { session, events } = await this.desk.session(this.id);
      this.events = events;
      if (this.#known) return;
      this.#known = true;
      this.#kept = { note: session.note, ticket: session.ticket };
      const draft = this.#draft();
      this.note = draft?.note ?? session.note;
      this.ticket = draft?.ticket ?? session.ticket;
      this.state = 'saved';
      if (draft) this.edited();
    } catch (error) {
      if (this.#known) return;
      this.error = error;
      this.state = 'failed';
      this.#later(() => void this.load(), AGAIN_MS);
    }
  }

  /** The person typed. */
  edited(): void {
    if (!this.#known) return;
    if (this.#same()) {
      this.drafts.removeItem(this.#place);
      clearTimeout(this.#timer);
      this.state = 'saved';
      return;
    }
    this.drafts.setItem(this.#place, JSON.stringify(this.#words()));
    if (this.state !== 'saving') this.state = 'changed';
    this.#later(() => void this.save(), REST_MS);
  }

  /** Saves now what is not saved. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#known || this.state === 'saving' || this.#same()) return;
    const words = this.#words();
    this.state = 'saving';
    try {
      await this.desk.noteSession(this.id, words);
    } catch (error) {
      this.error = error;
      this.state = 'failed';
      this.#later(() => void this.save(), AGAIN_MS);
      return;
    }
    this.#kept = words;
    this.error = null;
    this.state = 'saved';
    // More may have been typed meanwhile.
    this.edited();
    await this.load();
  }

  /** Nobody looks any more: what waits is saved at once. */
  close(): void {
    clearTimeout(this.#timer);
    void this.save();
  }

  get #place(): string {
    return `temoto.note.${this.id}`;
  }

  #words(): Words {
    return { note: this.note.trim(), ticket: this.ticket.trim() };
  }

  #same(): boolean {
    const { note, ticket } = this.#words();
    return note === this.#kept.note && ticket === this.#kept.ticket;
  }

  #draft(): Words | null {
    try {
      const draft: unknown = JSON.parse(this.drafts.getItem(this.#place) ?? 'null');
      if (typeof draft !== 'object' || draft === null) return null;
      const { note, ticket } = draft as Partial<Words>;
      return typeof note === 'string' && typeof ticket === 'string' ? { note, ticket } : null;
    } catch {
      return null;
    }
  }

  #later(what: () => void, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(what, ms);
  }
}
