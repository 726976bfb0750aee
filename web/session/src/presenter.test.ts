import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Presenter } from './presenter.svelte';

/** What a person picked in the browser's question. */
class Track {
  contentHint = '';
  stopped = 0;
  #ended: (() => void) | null = null;
  getSettings = () => ({ displaySurface: 'window' });
  addEventListener = (_: string, ended: () => void) => void (this.#ended = ended);
  removeEventListener = () => void (this.#ended = null);
  stop = () => void (this.stopped += 1);
  /** The browser's own "Stop sharing". */
  end = () => this.#ended?.();
}

let tracks: Track[];

beforeEach(() => {
  tracks = [];
  const getDisplayMedia = () => {
    const track = new Track();
    tracks.push(track);
    return Promise.resolve({ getVideoTracks: () => [track] });
  };
  vi.stubGlobal('navigator', { mediaDevices: { getDisplayMedia } });
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readable = {};
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

/** A presenter whose picture the other end sees. */
async function seen() {
  const ended = vi.fn();
  const presenter = new Presenter({ started: () => undefined, ended });
  await presenter.begin();
  presenter.seen(true);
  return { presenter, ended };
}

const stopped = () => tracks.map((track) => track.stopped);

test('what the other end stopped looking at is not captured any more', async () => {
  const { presenter, ended } = await seen();
  expect([presenter.state, stopped()]).toEqual(['on', [0]]);
  // The operator has seen enough: the core lets go of the grant.
  presenter.seen(false);
  expect([presenter.state, stopped(), ended.mock.calls.length]).toEqual(['idle', [1], 1]);
  presenter.seen(false);
  expect(ended).toHaveBeenCalledTimes(1);
});

test('it is not over before it was seen', async () => {
  const { presenter } = await seen();
  presenter.end();
  await presenter.begin();
  presenter.seen(false);
  expect([presenter.state, stopped()]).toEqual(['on', [1, 0]]);
});

test('another choice takes the place of the first, and the end of that one is none of it', async () => {
  const { presenter, ended } = await seen();
  await presenter.begin();
  tracks[0]?.end();
  expect([presenter.state, stopped(), ended.mock.calls.length]).toEqual(['on', [1, 0], 0]);
  tracks[1]?.end();
  expect([presenter.state, ended.mock.calls.length]).toEqual(['idle', 1]);
});
