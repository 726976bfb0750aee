/**
 * Stands in for `../connect.ts` with TEMOTO_FAKE=1: the page's address names the moment (`?scenario=live`), commands are answered as a
 * core would, and `window.temotoCommands` shows tests what the page said.
 */
import type {
  AgentCommand,
  AgentEvent,
  AgentView,
  ChatLine,
  ConsoleCommand,
  ConsoleEvent,
  ConsoleView,
} from '../messages';
import type { AgentPort, ConsolePort, Port } from '../ports';
import { arrow, paintDesktop, thumbnail } from './desktop';
import { listed } from './files';
import { SCENARIOS, type Scenario } from './scenarios';
import { paired, PICTURED, refused, waiting, type Language } from './views';

const language = (): Language => (document.documentElement.lang === 'en' ? 'en' : 'ja');
const scenario = (): Scenario | undefined => SCENARIOS[new URL(location.href).searchParams.get('scenario') ?? ''];

const commands: (ConsoleCommand | AgentCommand)[] = [];
Object.assign(globalThis, { temotoCommands: commands });

abstract class FakePort<C extends ConsoleCommand | AgentCommand, E> implements Port<C, E> {
  readonly ready = Promise.resolve();
  #sink: ((event: E) => void) | null = null;

  send(command: C): void {
    commands.push(command);
    queueMicrotask(() => this.answer(command));
  }

  listen(sink: (event: E) => void): void {
    this.#sink = sink;
  }

  close(): void {
    this.#sink = null;
  }

  protected tell(event: E): void {
    this.#sink?.(event);
  }

  protected abstract answer(command: C): void;
}

/** Formatted text of a computer that means no good. */
const HOSTILE = `<p style="color:red" onclick="alert(1)"><b>手元</b> by hand</p><script>alert(1)</script>
<img src="https://elsewhere.invalid/seen.png" onerror="alert(1)"><iframe src="https://elsewhere.invalid"></iframe>
<a href="javascript:alert(1)">a</a><p style="background:url(https://elsewhere.invalid)">b</p>
<form action="https://elsewhere.invalid"><input></form>
<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNgPgEAANEAzGvDJH8AAAAASUVORK5CYII=">`;

class FakeConsole extends FakePort<ConsoleCommand, ConsoleEvent> {
  #view: ConsoleView = waiting(language());

  protected answer(command: ConsoleCommand): void {
    switch (command.type) {
      case 'prepare':
        return this.tell({ type: 'keys', consoleKey: 'AAAA' });
      case 'open':
        return this.#show({ ...this.#of(), session: command.session });
      case 'restore': {
        const chosen = scenario();
        if (chosen?.elsewhere && !command.takeOver) return this.tell({ type: 'elsewhere' });
        this.tell({ type: 'restored', consoleKey: 'AAAA' });
        return this.#show({ ...this.#of(), session: command.session });
      }
      case 'canvas':
        if (command.canvas) {
          paintDesktop(command.canvas, language());
          this.tell({ type: 'cursor', x: 470, y: 330, visible: true, image: arrow() });
        }
        return;
      case 'show':
        return this.#show({
          ...this.#view,
          showing: { surface: command.surface, to: this.#view.program ? 'program' : 'page' },
        });
      case 'endShow':
        return this.#show({ ...this.#view, showing: null });
      case 'unshare':
        return this.#show({ ...this.#view, sharing: null, picture: null });
      case 'control':
        return this.#show({ ...this.#view, controlling: command.active });
      case 'showDisplay':
        return this.#show({ ...this.#view, shown: command.id });
      case 'glance': {
        const small = thumbnail(command.side, language(), command.display);
        return this.tell({ type: 'thumbnail', display: command.display, ...small });
      }
      case 'colors':
        return this.#show({ ...this.#view, colors: command.colors });
      case 'fetchClipboard':
        return this.tell({ type: 'clipboard', text: '手元 by hand', html: HOSTILE, png: null });
      case 'listFolder': {
        const moment = new URL(location.href).searchParams.get('scenario');
        const entries = moment === 'files-empty' ? [] : listed(language(), moment === 'files-many');
        const fault = moment === 'files-denied' ? 'denied' : null;
        const { request } = command;
        return this.tell({ type: 'folder', request, entries, last: true, truncated: moment === 'files-many', fault });
      }
      case 'trashFiles':
      case 'restoreFiles':
      case 'makeFolder':
        return this.tell({ type: 'folderChanged', request: command.request, fault: null, token: 1 });
      case 'renameFile':
        return this.tell({ type: 'folderChanged', request: command.request, fault: 'exists', token: 0 });
      case 'ask':
        return this.#show({ ...this.#view, asked: command.capabilities });
      case 'windows':
        return this.tell({
          type: 'windows',
          windows: [
            { x: 620, y: 130, width: 560, height: 420 },
            { x: 90, y: 60, width: 900, height: 640 },
          ],
        });
      case 'screenshot':
        return this.tell({
          type: 'screenshot',
          number: command.number,
          png: new Blob([], { type: 'image/png' }),
          exact: new URL(location.href).searchParams.get('scenario') !== 'gray',
        });
      case 'chat':
        return this.#show({ ...this.#view, chat: [...this.#view.chat, said('operator', command.text)] });
      case 'end':
        return this.#show({ ...this.#view, ended: { by: 'operator', code: 'ended' } });
      default:
        return;
    }
  }

  #of(): ConsoleView {
    const chosen = scenario();
    return chosen?.end === 'console' ? chosen.view(language()) : waiting(language());
  }

  #show(view: ConsoleView): void {
    this.#view = view;
    this.tell({ type: 'view', view });
    void pictureIn(view).then((png) => png && this.tell({ type: 'picture', id: PICTURED, png }));
  }
}

class FakeAgent extends FakePort<AgentCommand, AgentEvent> {
  #view: AgentView | null = null;

  protected answer(command: AgentCommand): void {
    switch (command.type) {
      case 'restore': {
        const chosen = scenario();
        if (chosen?.elsewhere && !command.takeOver) return this.tell({ type: 'elsewhere' });
        if (chosen?.end !== 'agent' || !chosen.view || chosen.view(language()).phase === 'refused')
          return this.tell({ type: 'nothing' });
        this.tell({ type: 'restored' });
        return this.#show(chosen.view(language()));
      }
      case 'join': {
        const wrong = scenario() === SCENARIOS['refused'] || command.digits === '00000000';
        return this.#show(wrong ? refused(language()) : paired(language()));
      }
      case 'chat':
        if (this.#view) this.#show({ ...this.#view, chat: [...this.#view.chat, said('customer', command.text)] });
        return;
      case 'share':
        if (this.#view) this.#show({ ...this.#view, granted: ['view'] });
        return;
      case 'endShare':
        if (this.#view) this.#show({ ...this.#view, granted: [] });
        return;
      case 'canvas':
        if (command.canvas) paintDesktop(command.canvas, language());
        return;
      case 'closeShown':
        if (this.#view) this.#show({ ...this.#view, showing: null });
        return;
      case 'leave':
        if (this.#view) this.#show({ ...this.#view, phase: 'ended', reason: 'closed' });
        return;
      default:
        return;
    }
  }

  #show(view: AgentView): void {
    this.#view = view;
    this.tell({ type: 'view', view });
    this.tell({ type: 'picture', id: 'gone', png: null });
    void pictureIn(view).then((png) => png && this.tell({ type: 'picture', id: PICTURED, png }));
  }
}

/** The picture that a line of this chat brings. */
async function pictureIn({ chat }: { chat: ChatLine[] }): Promise<Blob | null> {
  if (!chat.some(({ id }) => id === PICTURED)) return null;
  const canvas = new OffscreenCanvas(1280, 720);
  paintDesktop(canvas, language());
  return canvas.convertToBlob({ type: 'image/png' });
}

function said(from: 'operator' | 'customer', text: string) {
  return { id: crypto.randomUUID(), from, text, arguments: [], atMs: Date.now(), state: 'sent' as const };
}

export const connectConsole = (): ConsolePort => new FakeConsole();
export const connectAgent = (): AgentPort => new FakeAgent();
