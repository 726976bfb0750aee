/** The join page's session as the page sees it. */
import type { AgentCommand, AgentEvent, AgentView } from './messages';
import { Pictures } from './pictures.svelte';
import type { AgentPort } from './ports';

export class AgentSession {
  /** `loading` until it is known whether there is something to go on with. */
  state = $state<'loading' | 'fresh' | 'elsewhere' | 'running'>('loading');
  view = $state.raw<AgentView | null>(null);
  noStorage = $state(false);
  fault = $state<string | null>(null);

  /** Those that the operator put into the chat. */
  readonly pictures = new Pictures();

  readonly #port: AgentPort;

  constructor(port: AgentPort) {
    this.#port = port;
    port.listen((event) => this.#hear(event));
  }

  get ready(): Promise<void> {
    return this.#port.ready;
  }

  send(command: AgentCommand): void {
    this.#port.send(command);
  }

  restore(url: string, takeOver = false): void {
    this.send({ type: 'restore', url, takeOver });
  }

  close(): void {
    this.#port.close();
  }

  #hear(event: AgentEvent): void {
    switch (event.type) {
      case 'restored':
        this.state = 'running';
        return;
      case 'nothing':
        this.state = 'fresh';
        return;
      case 'elsewhere':
        this.state = 'elsewhere';
        this.view = null;
        return;
      case 'view':
        this.state = 'running';
        this.view = event.view;
        return;
      case 'picture':
        this.pictures.put(event.id, event.png);
        return;
      case 'noStorage':
        this.noStorage = true;
        return;
      case 'fault':
        this.fault = event.message;
        return;
    }
  }
}
