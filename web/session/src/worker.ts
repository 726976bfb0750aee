/** Entry of the session worker. First message: which end it is; then commands in, events out. */
import { Host, type Command, type Event, type Role } from './host';

export type ToWorker = { start: Role } | { command: Command };
export type FromWorker = { ready: true } | { event: Event } | { failed: string };

/** The part of a dedicated worker's global scope that is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as Scope;
const post = (message: FromWorker) => scope.postMessage(message);
const failed = (error: unknown) => post({ failed: String(error) });

/** Commands are done one after the other, in the order they came. */
let work: Promise<Host | null> = Promise.resolve(null);

scope.onmessage = ({ data }) => {
  if ('start' in data) {
    work = Host.start(data.start, (event) => post({ event }));
    work.then(() => post({ ready: true }), failed);
    return;
  }
  work = work.then(async (host) => {
    await host?.command(data.command);
    return host;
  });
  work.catch(failed);
};
