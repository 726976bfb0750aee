/** How many sessions run at once, who runs them, and this operator's place in the line for a free licence. */
import { api, type LicenceUsage, type Line } from '@temoto/api';
import { problem, type Problem } from '$shell/errors';

/** Who says nothing for 30 s has left the line. */
const HEARTBEAT_MS = 5_000;

class Leases {
  usage = $state.raw<LicenceUsage | null>(null);
  line = $state.raw<Line | null>(null);
  problem = $state.raw<Problem | null>(null);
  #beat: ReturnType<typeof setInterval> | null = null;
  /** What one waits for: a session to start, sessions whose customers were turned away. */
  #wanted: string[] = [];

  /** Leases that are free; null while nobody knows or when there is no end of them. */
  get free(): number | null {
    const usage = this.usage;
    if (!usage || typeof usage.allowed !== 'number') return null;
    return Math.max(0, usage.allowed - usage.held);
  }

  async refresh(): Promise<void> {
    this.usage = await api.licenceUsage();
  }

  /** Joins the line for this and stays in it. */
  async wait(what: string): Promise<void> {
    this.#wanted = [...this.#wanted.filter((other) => other !== what), what];
    this.#beat ??= setInterval(() => void this.#ask(), HEARTBEAT_MS);
    await this.#ask();
  }

  /** Waits for this no more; who waits for nothing leaves the line. */
  async leave(what: string): Promise<void> {
    this.stop(what);
    if (this.#beat === null) await api.leaveLine().catch(() => null);
  }

  /** The same without a word: the server forgets the place by itself. */
  stop(what: string): void {
    this.#wanted = this.#wanted.filter((other) => other !== what);
    if (this.#wanted.length > 0) return;
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.line = null;
  }

  async #ask(): Promise<void> {
    try {
      const [line] = await Promise.all([api.waitInLine(), this.refresh()]);
      if (this.#beat === null) return;
      this.line = line;
      this.problem = null;
    } catch (error) {
      this.problem = problem(error);
    }
  }
}

export const leases = new Leases();
