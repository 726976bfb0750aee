import type { SessionStory } from '@temoto/api';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notesOf } from './notebook';
import { Notes, REST_MS, type Words } from './notes.svelte';

/** A server that keeps one session's words, and may be down. */
class FakeDesk {
  kept: Words = { note: 'printer', ticket: '' };
  down = false;
  saved = 0;

  session = () =>
    this.down
      ? Promise.reject(new Error('down'))
      : Promise.resolve({ session: { ...this.kept }, events: [] } as unknown as SessionStory);

  noteSession = (_: string, words: Words) => {
    if (this.down) return Promise.reject(new Error('down'));
    this.kept = { ...words };
    this.saved += 1;
    return Promise.resolve(null);
  };
}

class FakeDrafts {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

let desk: FakeDesk;
let drafts: FakeDrafts;
let notes: Notes;

beforeEach(async () => {
  vi.useFakeTimers();
  desk = new FakeDesk();
  drafts = new FakeDrafts();
  notes = new Notes('a1', desk, drafts);
  await notes.load();
});

afterEach(() => vi.useRealTimers());

function type(note: string) {
  notes.note = note;
  notes.edited();
}

test('what is typed is saved once the person rests', async () => {
  expect([notes.note, notes.state]).toEqual(['printer', 'saved']);
  type('printer does');
  type('printer does not print');
  expect(notes.state).toBe('changed');
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect([notes.state, desk.kept.note, desk.saved]).toEqual(['saved', 'printer does not print', 1]);
  expect(drafts.kept.size).toBe(0);
});

test('what was typed while it was saved is saved as well', async () => {
  type('one');
  const saving = notes.save();
  type('one two');
  await saving;
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(desk.kept.note).toBe('one two');
});

test('a reload before it was saved loses nothing', async () => {
  type('half a sentence');
  const again = new Notes('a1', desk, drafts);
  await again.load();
  expect(again.note).toBe('half a sentence');
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(desk.kept.note).toBe('half a sentence');
});

test('while the server is away it is told, kept, and tried again', async () => {
  desk.down = true;
  type('later');
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect([notes.state, drafts.kept.size]).toEqual(['failed', 1]);
  desk.down = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect([notes.state, desk.kept.note]).toEqual(['saved', 'later']);
});

test('nothing is written over what could not be read', async () => {
  desk.down = true;
  const blind = new Notes('a1', desk, drafts);
  await blind.load();
  blind.note = 'blind';
  blind.edited();
  await blind.save();
  expect([blind.state, desk.saved]).toEqual(['failed', 0]);
});

test('leaving saves at once, and a change that was taken back is none', async () => {
  type('x');
  type('printer');
  expect([notes.state, drafts.kept.size]).toEqual(['saved', 0]);
  type('done');
  notes.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.kept.note).toBe('done');
});

test('a spoiled draft is no draft', async () => {
  drafts.setItem('temoto.note.a1', '{"note":7}');
  const again = new Notes('a1', desk, drafts);
  await again.load();
  expect([again.note, again.state]).toEqual(['printer', 'saved']);
});

test('who comes back finds the words at once', async () => {
  const first = notesOf('b2', desk, drafts);
  await first.load();
  first.note = 'before the server knows';
  first.edited();
  first.close();
  expect(notesOf('b2', desk, drafts).note).toBe('before the server knows');
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.kept.note).toBe('before the server knows');
});
