/** Moments by name, as the gallery and a developer ask for them with `?scenario=`. */
import type { AgentView, ConsoleView, Notice } from '../messages';
import { asked, copiedRoots, filesView, transfers, troubled } from './files';
import { joined, live, paired, permission, pictureTalk, refused, waiting, words, type Language } from './views';

export type Scenario =
  | { end: 'console'; view: (language: Language) => ConsoleView; elsewhere?: true }
  | { end: 'agent'; view: ((language: Language) => AgentView) | null; elsewhere?: true };

const agent = (change: (view: AgentView, language: Language) => Partial<AgentView>): Scenario => ({
  end: 'agent',
  view: (language) => {
    const view = paired(language);
    return { ...view, ...change(view, language) };
  },
});
const session = (
  from: (language: Language) => ConsoleView,
  change: Partial<ConsoleView> | (() => Partial<ConsoleView>),
) =>
  ({
    end: 'console',
    view: (language: Language) => ({ ...from(language), ...(typeof change === 'function' ? change() : change) }),
  }) satisfies Scenario;

const filed = (files: (language: Language) => ConsoleView['files']): Scenario => ({
  end: 'console',
  view: (language) => ({
    ...live(language),
    granted: ['view', 'control', 'files_in', 'files_out'],
    files: files(language),
  }),
});

const program = (language: Language) => ({
  present: true,
  computer: words(language).computer,
  system: 'Windows 11',
  alreadyUsed: false,
});
const notice = (code: Notice['code']): Notice => ({ code, arguments: [''], number: 1 });
const downFor = (ms: number) => ({ up: false, tryingSinceMs: Date.now() - ms, closed: null });

export const SCENARIOS: Record<string, Scenario> = {
  fresh: { end: 'agent', view: null },
  elsewhere: { end: 'agent', view: null, elsewhere: true },
  connecting: agent(() => ({ phase: 'connecting', operator: null })),
  refused: { end: 'agent', view: (language) => refused(language) },
  paired: agent(() => ({})),
  unconfirmed: agent((view) => ({ operator: view.operator && { ...view.operator, confirmed: false } })),
  'agent-pictured': agent((_, language) => ({ chat: pictureTalk(language) })),
  shown: agent(() => ({ showing: { surface: 'window', picture: { width: 1280, height: 720, look: 1 } } })),
  'agent-lost': agent(() => ({ link: downFor(8000) })),
  'program-joined': agent((_, language) => ({ program: program(language) })),
  'program-twice': agent((_, language) => ({ program: { ...program(language), alreadyUsed: true } })),
  'agent-ended': agent(() => ({ phase: 'ended', reason: 'operator' })),

  pictured: { end: 'console', view: (language) => ({ ...live(language), chat: pictureTalk(language) }) },

  waiting: session(waiting, {}),
  burnt: session(waiting, () => ({
    notice: notice('code_burnt'),
    code: { digits: '7306152840', expiresAtMs: Date.now() + 590_000, failures: 1 },
  })),
  gone: session(waiting, { code: null, notice: notice('code_burnt') }),
  joined: session(joined, {}),
  downloading: session(joined, { step: 'downloading' }),
  picking: session(joined, { step: 'picking' }),
  'not-shared': session(joined, { step: 'not_shared' }),
  'browser-starting': session(joined, { sharing: 'monitor' }),
  browser: session(joined, { sharing: 'monitor', picture: { width: 1280, height: 720, look: 1 } }),
  showing: session(joined, { showing: { surface: 'window', to: 'page' } }),
  'showing-live': session(live, { showing: { surface: 'monitor', to: 'program' } }),
  'show-closed': session(joined, () => ({ notice: notice('show_closed') })),
  permission: session(permission, {}),
  declined: session(permission, {
    waitingForPermission: false,
    asked: [],
    notice: notice('declined'),
  }),
  'asks-again': session(joined, { step: 'downloaded', notice: notice('program_asks_again') }),
  live: session(live, {}),
  viewing: session(live, { controlling: false }),
  yielded: session(live, { yielded: true }),
  paused: session(live, { paused: true, picture: null }),
  resting: session(live, () => ({
    granted: ['view'],
    controlling: false,
    resting: [{ capability: 'control', untilMs: Date.now() + 3_600_000 }],
    notice: notice('declined'),
  })),
  clipboard: session(live, {
    granted: ['view', 'control', 'clipboard_out'],
    clipboard: {
      offered: { number: 1, kind: 'image', bytes: 248_000, tooLong: false },
      comingPercent: null,
      goingPercent: null,
    },
  }),
  'clipboard-rich': session(live, {
    granted: ['view', 'control', 'clipboard_out'],
    clipboard: {
      offered: { number: 1, kind: 'rich', bytes: 700, tooLong: false },
      comingPercent: null,
      goingPercent: null,
    },
  }),
  'clipboard-files': session(live, {
    granted: ['view', 'control', 'clipboard_out', 'files_in', 'files_out'],
    files: filesView([], copiedRoots()),
  }),
  changing: session(live, { changing: true, shown: 2 }),
  'display-gone': session(live, () => ({
    shown: 1,
    displays: live('ja').displays.slice(0, 1),
    sideBySide: false,
    notice: { code: 'display_gone', arguments: ['HDMI-1'], number: 1 },
  })),
  files: filed(() => filesView()),
  'files-empty': filed(() => filesView()),
  'files-many': filed(() => filesView()),
  'files-denied': filed(() => filesView()),
  'files-transfers': filed((language) => filesView(transfers(language))),
  'files-question': filed((language) => filesView(asked(language))),
  'files-errors': filed((language) => filesView(troubled(language))),
  gray: session(live, { colors: 'gray' }),
  'secure-desktop': session(live, { obstacle: 'secure_desktop' }),
  locked: session(live, { obstacle: 'locked' }),
  away: session(live, { obstacle: 'away', picture: null }),
  lost: session(live, () => ({ link: downFor(12_000) })),
  'customer-lost': session(live, () => ({
    program: {
      ...(live('ja').program as NonNullable<ConsoleView['program']>),
      present: false,
      lostSinceMs: Date.now() - 5000,
    },
  })),
  'own-window': session(live, { notice: notice('input_own_window') }),
  elevated: session(live, { notice: notice('input_elevated') }),
  'back-again': session(live, () => ({
    notice: notice('program_asks_again'),
    program: {
      ...(live('ja').program as NonNullable<ConsoleView['program']>),
      present: false,
      lostSinceMs: Date.now() - 5000,
    },
  })),
  ended: session(live, { ended: { by: 'customer', code: 'ended' } }),
  signed_out: session(live, { link: { up: false, tryingSinceMs: null, closed: 'signed_out' } }),
  'session-elsewhere': { end: 'console', view: waiting, elsewhere: true },
};
