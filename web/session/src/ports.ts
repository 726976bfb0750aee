/** How a page talks to a session, whoever stands behind it (a worker, or a script of the tests). */
import type { AgentCommand, AgentEvent, ConsoleCommand, ConsoleEvent } from './messages';

export interface Port<C, E> {
  /** Resolves when the core is loaded; rejects with the reason if it cannot be. */
  readonly ready: Promise<void>;
  send(command: C): void;
  listen(sink: (event: E) => void): void;
  /** Lets go of the worker. The session itself lives on: it can be restored. */
  close(): void;
}

export type ConsolePort = Port<ConsoleCommand, ConsoleEvent>;
export type AgentPort = Port<AgentCommand, AgentEvent>;
