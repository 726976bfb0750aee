/** Sends what there is to tell of a session, one report at a time. */
import { api } from '@temoto/api';
import type { ConsoleView } from '@temoto/session';
import { news, seen, type Told } from './report';

export class Reporter {
  readonly #told = new Map<string, Told>();
  readonly #busy = new Set<string>();

  /** `latest`: a session's view by now. */
  constructor(private readonly latest: (id: string) => ConsoleView | null) {}

  async look(id: string, view: ConsoleView): Promise<void> {
    let before = this.#told.get(id);
    if (!before) {
      // What was granted before this tab looked was told by the one that saw it.
      before = { ...seen(view, null), customer: '', system: '', functions: [] };
      this.#told.set(id, before);
    }
    const after = seen(view, before);
    const report = news(before, after);
    if (!report || this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      await api.report(id, report);
      this.#told.set(id, after);
    } catch {
      // The next change tries again; a session goes on without it.
      return;
    } finally {
      this.#busy.delete(id);
    }
    const now = this.latest(id);
    if (now && now !== view) await this.look(id, now);
  }
}
