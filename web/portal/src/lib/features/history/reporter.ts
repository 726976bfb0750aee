/** Sends what there is to tell of a session, one report at a time. */
import { api, ApiError } from '@temoto/api';
import type { ConsoleView } from '@temoto/session';
import type { Receipts } from './receipts';
import { news, seen, type Told } from './report';

/** A session of this tab, by now. */
export interface Reported {
  view: ConsoleView | null;
  receipts: Receipts;
}

export class Reporter {
  readonly #told = new Map<string, Told>();
  readonly #busy = new Set<string>();

  constructor(private readonly find: (id: string) => Reported | undefined) {}

  async look(id: string, view: ConsoleView): Promise<void> {
    let before = this.#told.get(id);
    if (!before) {
      // What was granted before this tab looked was told by the one that saw it.
      before = { ...seen(view, null), customer: '', system: '', functions: [] };
      this.#told.set(id, before);
    }
    const after = seen(view, before);
    const receipts = this.find(id)?.receipts;
    const files = receipts?.next() ?? [];
    const report = news(view, before, after, files);
    if (!report || this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      await api.report(id, report);
      this.#told.set(id, after);
      receipts?.taken(files.length);
    } catch (error) {
      // What the server does not take it will not take later, and nothing else is to wait behind it.
      if (error instanceof ApiError && error.status === 422) receipts?.taken(files.length);
      // The next change tries again; a session goes on without it.
      return;
    } finally {
      this.#busy.delete(id);
    }
    const now = this.find(id);
    // What was too much for one report follows.
    if (now?.view) await this.look(id, now.view);
  }
}
