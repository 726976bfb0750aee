/** Who is logged in here, and what the server says about itself. */
import { api, ApiError, type Me, type ServerInfo } from '@temoto/api';
import { forgetAll } from '@temoto/session';

class Shell {
  me = $state.raw<Me | null>(null);
  server = $state.raw<ServerInfo | null>(null);
  #serverAsked: Promise<ServerInfo | null> | null = null;

  /** Null when nobody is logged in; other failures are thrown. */
  async whoami(): Promise<Me | null> {
    try {
      this.me = await api.me();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.me = null;
    }
    return this.me;
  }

  /** Asked once; tried again after a failure. */
  about(): Promise<ServerInfo | null> {
    this.#serverAsked ??= api.server().then(
      (info) => (this.server = info),
      () => {
        this.#serverAsked = null;
        return null;
      },
    );
    return this.#serverAsked;
  }

  /** A trial that is under way: how many days are left, the last one being 1. */
  get trialDays(): number | null {
    const { contract, trial_ends_at_ms: end } = this.me?.organisation ?? {};
    return contract === 'trial' && typeof end === 'number'
      ? Math.max(1, Math.ceil((end - Date.now()) / 86_400_000))
      : null;
  }

  /** Ends the login at the server and erases what this browser keeps of sessions. */
  async logout(): Promise<void> {
    await api.logout();
    await forgetAll();
    this.me = null;
  }
}

export const shell = new Shell();
