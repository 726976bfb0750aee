/**
 * The inside of the session worker: one core, one line, one lock, one record in the store.
 * `worker.ts` binds it to the real worker; it can be driven without one.
 */
import { loadCore, type Capturing, type Core, type Pointing, type SessionCore } from './core';
import { Disk } from './disk/disk';
import { Exact } from './exact';
import { Frames } from './frames';
import type { AgentCommand, AgentEvent, ConsoleCommand, ConsoleEvent } from './messages';
import { Records } from './records';
import { Roots } from './roots';
import { Runner } from './runner';
import { Screen } from './screen';
import { Store, type Kept } from './store';
import { Transport } from './transport';

export type Role = 'console' | 'agent';
export type Command = ConsoleCommand | AgentCommand;
export type Event = ConsoleEvent | AgentEvent;
type CursorEvent = Extract<ConsoleEvent, { type: 'cursor' }>;
type Image = NonNullable<CursorEvent['image']>;

const blob = (png: Uint8Array<ArrayBuffer> | null) => png && new Blob([png], { type: 'image/png' });
const clock = () => Math.floor(performance.now());

export class Host {
  readonly #runner: Runner;
  readonly #transport: Transport;
  readonly #screen: Screen;
  readonly #frames: Frames;
  readonly #disk: Disk;
  readonly #records = new Records();
  readonly #exact = new Exact((on) => this.#pass({ type: 'exact', on }));
  #roots = new Roots();
  #url = '';
  #key: string | null = null;
  #json: string | null = null;
  #release: (() => void) | null = null;
  #cursor: CursorEvent = { type: 'cursor', x: 0, y: 0, visible: false };
  #image: Image | null = null;
  #restored = false;
  #storageTold = false;

  private constructor(
    private readonly role: Role,
    core: SessionCore,
    private readonly store: Store | null,
    private readonly tell: (event: Event) => void,
  ) {
    this.#screen = new Screen(core, clock);
    this.#frames = new Frames((step) => this.#runner.feed((core, now) => step(core as Core & Capturing, now)));
    this.#disk = new Disk({
      answer: (id, answer) =>
        this.#runner.feed((core, now) => (core as Core & Partial<Pointing>).disk?.(id, answer, now)),
      saved: (transfer, name, content) => tell({ type: 'saved', transfer, name, content }),
    });
    this.#transport = new Transport({
      connected: () => this.#runner.feedInOrder((core, now) => core.connected(now)),
      message: (bytes) => this.#runner.feedInOrder((core, now) => core.message(bytes, now), bytes.length),
      disconnected: () => this.#runner.feedInOrder((core, now) => core.disconnected(now)),
    });
    this.#runner = new Runner(core, {
      now: clock,
      dial: () => this.#transport.dial(this.#url),
      hangUp: () => this.#transport.hangUp(),
      send: (bytes) => this.#transport.send(bytes),
      event: (json) => this.#event(JSON.parse(json) as Event),
      paint: (rects) => this.#screen.paint(rects),
      blank: () => this.#screen.blank(),
      // Not within the core's own turn.
      capture: () => queueMicrotask(() => void this.#frames.asked()),
      thumbnail: ({ display, width, height, rgba }) => this.tell({ type: 'thumbnail', display, width, height, rgba }),
      clipboard: ({ text, html, png }) => this.tell({ type: 'clipboard', text, html, png: blob(png) }),
      picture: ({ id, png }) => this.tell({ type: 'picture', id, png: blob(png) }),
      cursorShape: ({ width, height, hotX, hotY, rgba }) =>
        this.#shape(width > 0 && height > 0 ? { width, height, hotX, hotY, rgba } : null),
      disk: (ask) => this.#disk.take(ask),
      seal: (head, work) => this.#records.seal(head, work),
      open: (work) => this.#records.open(work),
      derive: (pair, n) => this.#roots.derive(pair, n),
      keepRoot: async (pair, root) => {
        await this.#roots.keep(pair, root);
        await this.#save();
      },
      persist: (json) => {
        this.#json = json;
        return this.#save();
      },
      forget: () => this.#forget(),
      fault: (error) => tell({ type: 'fault', message: String(error) }),
    });
  }

  static async start(role: Role, tell: (event: Event) => void): Promise<Host> {
    const [core, store] = await Promise.all([loadCore(), Store.open().catch(() => null)]);
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const Session = role === 'console' ? core.ConsoleSession : core.AgentSession;
    const session = new Session(seed, clock(), Date.now());
    // Where memory is short (the browser tells GiB, a quarter to eight) the other computer remembers less with it.
    const { deviceMemory = 8 } = navigator as { deviceMemory?: number };
    if (deviceMemory <= 2) session.remember_at_most(16);
    session.compute_outside();
    const host = new Host(role, session, store, tell);
    seed.fill(0);
    return host;
  }

  async command(command: Command): Promise<void> {
    switch (command.type) {
      case 'canvas':
        this.#screen.attach(command.canvas);
        if (command.canvas && this.role === 'console') this.#shape(this.#image);
        return;
      case 'pointer':
        this.#runner.feed((core, now) =>
          (core as Core & Partial<Pointing>).pointer?.(command.x, command.y, command.look, now),
        );
        return;
      case 'putPicture': {
        const png = new Uint8Array(await command.png.arrayBuffer());
        this.#runner.feed((core, now) => (core as Core & Partial<Pointing>).put_picture?.(png, now));
        return;
      }
      case 'sendPicture': {
        const png = new Uint8Array(await command.png.arrayBuffer());
        this.#runner.feed((core, now) => (core as Core & Partial<Pointing>).send_picture?.(png, now));
        return;
      }
      case 'restore':
        return this.#restore(command);
      case 'screenshot':
        // Taking it waits for stillness; what is pressed meanwhile does not wait for that.
        void this.#screenshot(command);
        return;
      case 'share':
      case 'show':
        // The core first: what it does not take is not read.
        this.#pass({ type: command.type, surface: command.surface });
        this.#frames.start(command.source);
        return;
      case 'endShare':
      case 'endShow':
        this.#frames.stop();
        break;
      case 'sendFiles': {
        const { sources, ...rest } = command;
        this.#disk.send(command.transfer, command.items, sources);
        return this.#pass(rest);
      }
      case 'fetchFiles': {
        const { into, ...rest } = command;
        this.#disk.receive(command.transfer, into, command.names[0] ?? '');
        return this.#pass(rest);
      }
      case 'open':
        this.#url = command.url;
        this.#disk.belongsTo(command.session);
        await this.#own(`console:${command.session}`, false);
        if (this.#json !== null) await this.#save();
        break;
      case 'join':
        this.#url = command.url;
        if (this.#key === null) await this.#own(`agent:${crypto.randomUUID()}`, false);
        break;
      default:
        break;
    }
    this.#pass(command);
  }

  async #screenshot({ number, part }: Extract<ConsoleCommand, { type: 'screenshot' }>): Promise<void> {
    const take = () => this.#screen.take(part).catch(() => null);
    const { made: png, exact } = await this.#exact.during(take);
    // Both sides read in the chat that one was taken.
    if (png) this.#pass({ type: 'screenshot' });
    this.tell({ type: 'screenshot', number, png, exact });
  }

  #pass(command: object): void {
    this.#runner.feed((core, now) => core.command(JSON.stringify(command), now));
  }

  async #restore(command: Extract<Command, { type: 'restore' }>): Promise<void> {
    const kept = await this.#find('session' in command ? command.session : null, command.takeOver);
    if (kept === 'elsewhere' || kept === null) {
      this.tell({ type: kept ?? 'nothing' });
      return;
    }
    this.#url = command.url;
    if ('session' in command) this.#disk.belongsTo(command.session);
    this.#json = kept.json;
    this.#roots = new Roots(kept.roots);
    let refused = false;
    this.#runner.feed((core, now) => {
      try {
        core.restore(kept.json, now);
      } catch (error) {
        refused = typeof error === 'string';
        if (!refused) throw error;
      }
    });
    if (refused) {
      // Kept by another version: nothing can be made of it.
      await this.#forget();
      this.tell({ type: 'nothing' });
      return;
    }
    this.#restored = true;
    // The console's key is another one after a reload; the page has the server sign it anew.
    if (this.role === 'console') this.#pass({ type: 'prepare' });
    else this.tell({ type: 'restored' });
  }

  /** The newest kept session that no other tab owns; owns it. */
  async #find(session: string | null, takeOver: boolean): Promise<Kept | 'elsewhere' | null> {
    const kept = (await this.store?.list(`${this.role}:`, Date.now()).catch(() => [])) ?? [];
    const mine = session === null ? kept : kept.filter(({ key }) => key === `console:${session}`);
    for (const one of mine) if (await this.#own(one.key, takeOver)) return one;
    return mine.length > 0 ? 'elsewhere' : null;
  }

  /** One tab owns a session; a second one takes it only when the person said so. */
  #own(key: string, steal: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
      const held = navigator.locks.request(`temoto ${key}`, options, (lock) => {
        if (!lock) {
          resolve(false);
          return undefined;
        }
        this.#key = key;
        resolve(true);
        return new Promise<void>((release) => (this.#release = release));
      });
      held.catch(() => {
        // Taken over by another tab, which goes on with the same keys: this one falls silent.
        this.#runner.stop();
        this.tell({ type: 'elsewhere' });
      });
    });
  }

  async #save(): Promise<void> {
    if (this.#key === null) return;
    try {
      if (!this.store) throw new Error('no storage');
      const roots = await this.#roots.all();
      await this.store.put({
        key: this.#key,
        url: this.#url,
        json: this.#json ?? '',
        roots,
        updatedAtMs: Date.now(),
      });
    } catch {
      if (!this.#storageTold) this.tell({ type: 'noStorage' });
      this.#storageTold = true;
    }
  }

  async #forget(): Promise<void> {
    this.#roots.erase();
    this.#records.forget();
    this.#json = null;
    const key = this.#key;
    this.#key = null;
    if (key !== null) await this.store?.delete(key);
    this.#release?.();
  }

  #event(event: Event): void {
    if (event.type === 'cursor') this.#cursor = event;
    if (event.type === 'view' && 'files' in event.view) {
      this.#disk.follow(event.view.files.transfers);
      this.#exact.follow(event.view.exact);
    }
    if (event.type === 'keys' && this.#restored) this.tell({ type: 'restored', consoleKey: event.consoleKey });
    else this.tell(event);
  }

  /** Kept here as well: a canvas that comes later needs it again. */
  #shape(image: Image | null): void {
    this.#image = image;
    this.tell({ ...this.#cursor, image });
  }
}
