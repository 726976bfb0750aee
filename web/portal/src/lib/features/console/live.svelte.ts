/** Sessions that have not ended, as the server tells them: asked again every few seconds, page by page, and found by words. */
import { api, type LiveSession, type Scope } from '@temoto/api';
import { problem, type Problem } from '$shell/errors';

/** Between two looks while somebody watches. */
const LOOK_MS = 3_000;
/** Pages that are kept fresh; whoever turned more looks for one session and should search. */
const PAGES = 4;

export class Live {
  scope = $state<Scope>('own');
  text = $state('');
  rows = $state.raw<readonly LiveSession[] | null>(null);
  total = $state(0);
  more = $state(false);
  failed = $state.raw<Problem | null>(null);
  /** The server's clock less this one's. */
  aheadMs = $state(0);
  #pages = 1;
  #asked = 0;

  /** Looks until the returned function is called. */
  watch(): () => void {
    const timer = setInterval(() => !document.hidden && void this.look(), LOOK_MS);
    void this.look();
    return () => {
      clearInterval(timer);
      this.#asked += 1;
    };
  }

  /** Another question begins at its first page. */
  ask(scope: Scope, text: string): void {
    if (scope !== this.scope) this.rows = null;
    this.scope = scope;
    this.text = text;
    this.#pages = 1;
    void this.look();
  }

  async older(): Promise<void> {
    if (this.#pages < PAGES) this.#pages += 1;
    await this.look();
  }

  /** Whether another page can be had by `older`. */
  get turns(): boolean {
    return this.more && this.#pages < PAGES;
  }

  async look(): Promise<void> {
    const mine = ++this.#asked;
    const { scope, text } = this;
    const rows: LiveSession[] = [];
    try {
      let more = true;
      let total = 0;
      for (let page = 0; page < this.#pages && more; page++) {
        const last = rows.at(-1);
        const found = await api.live({
          scope,
          text: text.trim(),
          ...(last ? { before: last.session, before_ms: last.started_at_ms } : {}),
        });
        // A later question has its own answer.
        if (mine !== this.#asked) return;
        rows.push(...found.sessions);
        ({ more, total } = found);
        this.aheadMs = found.server_time_ms - Date.now();
      }
      this.rows = rows;
      this.more = more;
      this.total = total;
      this.failed = null;
    } catch (error) {
      if (mine === this.#asked) this.failed = problem(error);
    }
  }
}
