/** The core writes one view of each kind with every field filled (`samples/`); these are the same, made by the types. */
import { expect, test } from 'vitest';
import { live, paired, permission, waiting } from './fake/views';
import type { AgentView, ConsoleView, LinkView } from './messages';
import agentSample from './samples/agent-view.json';
import consoleSample from './samples/console-view.json';

/** Every path of names in a value with the kind of what is there; all members of a list count as one. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => shape(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}
const shapes = (value: unknown) => [...new Set(shape(value))].sort();

const link: LinkView = { up: false, tryingSinceMs: 1, closed: 'replaced' };
const chat = live('ja').chat;

test('the console view of the core has the fields of ConsoleView', () => {
  const lost = <T extends object>(end: T | null) => (end ? { ...end, lostSinceMs: 1 } : null);
  const full: ConsoleView = {
    ...live('ja'),
    link,
    chat,
    code: waiting('ja').code,
    notice: { code: 'foreign_host', arguments: ['other'], number: 1 },
    obstacle: 'locked',
    sharing: 'window',
    showing: { surface: 'monitor', to: 'program' },
    page: lost(permission('ja').page),
    program: lost(permission('ja').program),
    asked: ['control'],
    clipboard: { offered: { number: 1, kind: 'rich', bytes: 1, tooLong: false }, comingPercent: 1, goingPercent: 1 },
    files: {
      roots: [{ id: 'home', kind: 'home', name: '', free: 1, size: 1 }],
      transfers: [
        {
          transfer: 1,
          way: 'send',
          state: 'asking',
          fault: 'full',
          byCustomer: false,
          name: 'a',
          items: 1,
          itemsOver: 0,
          bytes: 1,
          bytesDone: 0,
          current: { path: ['a'], bytes: 1, bytesDone: 0 },
          bytesPerSecond: 1,
          secondsLeft: 1,
          question: { path: ['a'], size: 1, modifiedMs: 1, thereSize: 1, thereModifiedMs: 1 },
          problems: [{ path: ['a'], fault: 'in_use' }],
          problemCount: 1,
        },
      ],
    },
    resting: [{ capability: 'control', untilMs: 1 }],
    ended: { by: 'customer', code: 'ended' },
  };
  expect(shapes(consoleSample)).toEqual(shapes(full));
});

test('the agent view of the core has the fields of AgentView', () => {
  const full: AgentView = {
    ...paired('ja'),
    link,
    chat,
    reason: 'wrong',
    showing: { surface: 'tab', picture: { width: 1, height: 1, look: 1 } },
    granted: ['view'],
    asked: ['control'],
    met: ['view'],
    program: { present: true, computer: 'PC', system: 'Linux', alreadyUsed: false },
  };
  expect(shapes(agentSample)).toEqual(shapes(full));
});
