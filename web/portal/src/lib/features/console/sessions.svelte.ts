/** The operator's sessions: those that live in this tab, and those that the server knows. */
import { api, relayAddress, type SessionRow } from '@temoto/api';
import { ConsoleSession, keptSessions, type ConsoleCommand } from '@temoto/session';
import { connectConsole } from '@temoto/session/connect';
import { shell } from '$shell/account.svelte';
import { Receipts } from '$features/history/receipts';
import { permitted } from '$features/session/permitted';
import { problem, type Problem } from '$shell/errors';
import { may } from '$shell/may';

/** Server's clock less this one's: a wrong clock here must not shorten or lengthen a code. */
let clockAheadMs = 0;

export class OpenSession {
  /** Why the last new code could not be had. */
  codeProblem = $state.raw<Problem | null>(null);
  asking = $state(false);
  /** Files that arrived, for the history. */
  readonly receipts = new Receipts();

  constructor(
    readonly id: string,
    readonly session: ConsoleSession,
    readonly startedAtMs: number,
  ) {
    session.oncodewanted = () => void this.newCode();
    session.onreceipt = (event) => this.receipts.add(event);
  }

  get view() {
    return this.session.view;
  }

  /** A new code for the same session; its secret digits are made by the core, not by the server. */
  async newCode(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.codeProblem = null;
    try {
      const code = await api.newCode(this.id);
      this.session.send({
        type: 'newCode',
        routing: code.routing,
        secretDigits: code.secret_digits,
        expiresAtMs: code.expires_at_ms - clockAheadMs,
      });
    } catch (error) {
      this.codeProblem = problem(error);
    } finally {
      this.asking = false;
    }
  }

  /** Says it to the other side, as far as this person may. */
  send(command: ConsoleCommand): void {
    const allowed = permitted(command, may);
    if (allowed) this.session.send(allowed);
  }

  end(): void {
    this.session.send({ type: 'end' });
  }
}

interface Spare {
  session: ConsoleSession;
  key: Promise<string>;
}

class ConsoleSessions {
  /** In this tab, newest first. */
  open = $state.raw<readonly OpenSession[]>([]);
  rows = $state.raw<readonly SessionRow[]>([]);
  /** Kept by this browser but owned by another tab. */
  elsewhere = $state.raw<readonly string[]>([]);
  /** Kept by this browser: it can go on with these. */
  kept = $state.raw<readonly string[]>([]);
  starting = $state(false);
  problem = $state.raw<Problem | null>(null);
  #spare: Spare | null = null;
  readonly #restoring = new Map<string, Promise<OpenSession | 'nothing' | 'elsewhere'>>();

  get url(): string {
    return relayAddress(location);
  }

  find(id: string): OpenSession | undefined {
    return this.open.find((open) => open.id === id);
  }

  /** Loads a worker with keys ahead of the press, so that the code is there at once. */
  warm(): void {
    if (this.#spare) return;
    const session = new ConsoleSession(connectConsole());
    const key = session.prepare();
    key.catch(() => (this.#spare = null));
    this.#spare = { session, key };
  }

  async start(): Promise<OpenSession | null> {
    if (this.starting) return null;
    this.starting = true;
    this.problem = null;
    this.warm();
    const spare = this.#spare as Spare;
    this.#spare = null;
    try {
      const made = await api.startSession(await spare.key);
      clockAheadMs = made.server_time_ms - Date.now();
      spare.session.send({
        type: 'open',
        url: this.url,
        session: made.session,
        ticket: made.ticket,
        routing: made.routing,
        secretDigits: made.secret_digits,
        expiresAtMs: made.expires_at_ms - clockAheadMs,
        statement: made.statement,
        hosts: made.hosts,
        operator: shell.me?.user.name ?? '',
        organisation: shell.me?.organisation.name ?? '',
      });
      return this.#add(made.session, spare.session, Date.now());
    } catch (error) {
      spare.session.close();
      this.problem = problem(error);
      return null;
    } finally {
      this.starting = false;
      this.warm();
    }
  }

  /** Goes on with a session after a reload. */
  async restore(id: string, takeOver: boolean): Promise<OpenSession | 'nothing' | 'elsewhere'> {
    const known = this.find(id);
    if (known && !known.session.elsewhere) return known;
    // Two workers for one session would take it from each other.
    const underWay = this.#restoring.get(id);
    if (underWay) return underWay;
    const restoring = this.#restore(id, takeOver).finally(() => this.#restoring.delete(id));
    this.#restoring.set(id, restoring);
    return restoring;
  }

  async #restore(id: string, takeOver: boolean): Promise<OpenSession | 'nothing' | 'elsewhere'> {
    const session = new ConsoleSession(connectConsole());
    const answer = await session.restore(id, this.url, takeOver);
    if (answer === 'nothing' || answer === 'elsewhere') {
      session.close();
      return answer;
    }
    this.elsewhere = this.elsewhere.filter((other) => other !== id);
    const row = this.rows.find((other) => other.session === id);
    const open = this.#add(id, session, row?.created_at_ms ?? Date.now());
    void this.#renew(open, answer);
    return open;
  }

  /** After a reload of the console: everything that this browser kept and no other tab owns. */
  async restoreAll(): Promise<void> {
    this.kept = await keptSessions();
    const paused = this.rows.filter(({ state }) => state === 'paused').map(({ session }) => session);
    // A paused one goes on by a press only, and with a licence.
    const ids = this.kept.filter((id) => !this.find(id) && !paused.includes(id));
    const answers = await Promise.all(ids.map(async (id) => [id, await this.restore(id, false)] as const));
    this.elsewhere = answers.filter(([, answer]) => answer === 'elsewhere').map(([id]) => id);
  }

  async refresh(): Promise<void> {
    this.rows = await api.sessions();
    for (const { session, state } of this.rows) {
      // Paused in another tab: its line is closed here, and what goes on is told by the row.
      if (state === 'paused' && this.find(session)?.view?.link.closed) this.dismiss(session);
    }
  }

  /** Lets a session rest: its licence is free, and this browser keeps what it needs to go on. Why not, if it does not. */
  async pause(open: OpenSession): Promise<Problem | null> {
    try {
      await api.pauseSession(open.id);
      this.dismiss(open.id);
      await this.refresh();
      this.kept = await keptSessions();
      return null;
    } catch (error) {
      return problem(error);
    }
  }

  /** Goes on with a session that rested. Why not, if it does not: perhaps no licence is free. */
  async resume(id: string): Promise<Problem | null> {
    try {
      await api.resumeSession(id);
      await this.refresh();
      await this.restoreAll();
      return null;
    } catch (error) {
      return problem(error);
    }
  }

  /** A session that has ended leaves the list when the person has seen that. */
  dismiss(id: string): void {
    this.find(id)?.session.close();
    this.open = this.open.filter((open) => open.id !== id);
  }

  closeAll(): void {
    for (const open of this.open) open.session.close();
    this.open = [];
    this.rows = [];
    this.#spare?.session.close();
    this.#spare = null;
  }

  #add(id: string, session: ConsoleSession, startedAtMs: number): OpenSession {
    const open = new OpenSession(id, session, startedAtMs);
    this.open = [open, ...this.open.filter((other) => other.id !== id)];
    return open;
  }

  /** The signed statement about this console's key runs out; a restored session asks for a fresh one. */
  async #renew(open: OpenSession, consoleKey: string): Promise<void> {
    try {
      const { statement } = await api.statement(open.id, consoleKey);
      open.session.send({ type: 'statement', statement });
    } catch {
      // Only new programs would miss it: they show the operator as not confirmed.
    }
  }
}

export const sessions = new ConsoleSessions();
