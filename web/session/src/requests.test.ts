import { expect, test, vi } from 'vitest';
import type { ConsoleCommand, FileEntry } from './messages';
import { Requests } from './requests';

const file = (name: string): FileEntry => ({ name, kind: 'file', size: 1, modifiedMs: 1 });

function setup() {
  const sent: ConsoleCommand[] = [];
  return { sent, requests: new Requests((command) => void sent.push(command)) };
}

test('the parts of a folder become one answer, each to its own question', async () => {
  const { sent, requests } = setup();
  const first = requests.list('home', []);
  const second = requests.list('home', ['x']);
  expect(sent).toEqual([
    { type: 'listFolder', request: 1, root: 'home', path: [] },
    { type: 'listFolder', request: 2, root: 'home', path: ['x'] },
  ]);
  const part = { type: 'folder', last: false, truncated: false, fault: null } as const;
  requests.folder({ ...part, request: 1, entries: [file('a')] });
  requests.folder({ ...part, request: 2, entries: [], last: true, fault: 'denied' });
  requests.folder({ ...part, request: 1, entries: [file('b')], last: true, truncated: true });
  requests.folder({ ...part, request: 1, entries: [file('late')], last: true });
  expect(await first).toEqual({ entries: [file('a'), file('b')], truncated: true, fault: null });
  expect(await second).toEqual({ entries: [], truncated: false, fault: 'denied' });
});

test('a question that nobody answers is given up', async () => {
  vi.useFakeTimers();
  try {
    const { requests } = setup();
    const folder = requests.list('home', []);
    const change = requests.change({ type: 'restoreFiles', token: 1 });
    vi.advanceTimersByTime(60_000);
    expect(await folder).toMatchObject({ fault: 'failed' });
    expect(await change).toEqual({ fault: 'failed', token: 0 });
  } finally {
    vi.useRealTimers();
  }
});
