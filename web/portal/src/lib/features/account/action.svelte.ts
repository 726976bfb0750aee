/** One action of a form: whether it runs, why it failed, what it achieved. */
import { problem, type Problem } from '$shell/errors';

export class Action {
  busy = $state(false);
  failed = $state.raw<Problem | null>(null);
  done = $state<string | null>(null);

  /** Runs it; what it gives is the sentence for success. Whether it succeeded. */
  async run(work: () => Promise<string | null>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = null;
    this.done = null;
    try {
      this.done = await work();
      return true;
    } catch (error) {
      this.failed = problem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
