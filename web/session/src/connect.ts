/** Starts a session worker. Replaced as a whole by `fake/connect.ts` where pages run without one. */
import type { Command, Event, Role } from './host';
import type { AgentPort, ConsolePort, Port } from './ports';
import type { FromWorker, ToWorker } from './worker';

class WorkerPort<C extends Command, E extends Event> implements Port<C, E> {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  #sink: ((event: E) => void) | null = null;
  #early: E[] = [];

  constructor(role: Role) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: `temoto-${role}` });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ('ready' in data) resolve();
        else if ('event' in data) this.#tell(data.event as E);
        else this.#failed(data.failed, reject);
      };
      this.#worker.onerror = (event) => this.#failed(event.message || 'worker', reject);
    });
    // Who never asks whether it is ready still hears of a fault as an event.
    this.ready.catch(() => undefined);
    this.#post({ start: role });
  }

  send(command: C): void {
    this.#post({ command }, handedOver(command));
  }

  listen(sink: (event: E) => void): void {
    this.#sink = sink;
    for (const event of this.#early.splice(0)) sink(event);
  }

  close(): void {
    this.#sink = null;
    this.#worker.terminate();
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #tell(event: E): void {
    if (this.#sink) this.#sink(event);
    else this.#early.push(event);
  }

  #failed(message: string, reject: (error: Error) => void): void {
    reject(new Error(message));
    this.#tell({ type: 'fault', message } as E);
  }
}

/** What goes to the worker for good. */
function handedOver(command: Command): Transferable[] {
  if (command.type === 'canvas') return command.canvas ? [command.canvas] : [];
  return command.type === 'share' || command.type === 'show' ? [command.source] : [];
}

export const connectConsole = (): ConsolePort => new WorkerPort('console');
export const connectAgent = (): AgentPort => new WorkerPort('agent');
