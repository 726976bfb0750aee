import { afterEach, expect, test, vi } from 'vitest';
import type { Capturing, Core } from './core';
import { Frames } from './frames';

/** A frame of two by one pixels, as a worker gets it. */
class FakeFrame {
  closed = false;
  visibleRect = { x: 0, y: 0, width: 2, height: 1 };
  displayWidth = 2;
  displayHeight = 1;
  constructor(readonly color: number) {}
  allocationSize = () => 8;
  copyTo = async (buffer: ArrayBuffer) => void new Uint32Array(buffer).fill(this.color);
  close = () => void (this.closed = true);
}

class FakePort {
  readonly fake = true;
}

function setup() {
  vi.stubGlobal('MessagePort', FakePort);
  vi.stubGlobal('ImageBitmap', FakePort);
  const log: string[] = [];
  const core = {
    frame_changed: () => void log.push('changed'),
    take_frame: (pixels: Uint32Array, width: number, height: number, rgba: boolean) =>
      void log.push(`${width} x ${height} ${rgba ? 'rgba' : 'bgra'} ${pixels[0]}`),
    frame_again: () => void log.push('again'),
    forget_frame: () => void log.push('forgotten'),
  };
  const frames = new Frames((step) => step(core as unknown as Core & Capturing, 0));
  let give: (frame: FakeFrame) => void = () => undefined;
  const source = new ReadableStream<VideoFrame>({
    start: (controller) => {
      give = (frame) => controller.enqueue(frame as unknown as VideoFrame);
    },
  });
  return { frames, log, source, give: (frame: FakeFrame) => give(frame) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

afterEach(() => vi.unstubAllGlobals());

test('only the newest frame waits, and the others are closed', async () => {
  const { frames, log, source, give } = setup();
  frames.start(source);
  const all = [1, 2, 3].map((color) => new FakeFrame(color));
  all.forEach(give);
  await settled();
  expect(all.map(({ closed }) => closed)).toEqual([true, true, false]);
  await frames.asked();
  expect(log).toEqual(['forgotten', 'changed', 'changed', 'changed', '2 x 1 bgra 3']);
  expect(all[2]?.closed).toBe(true);
});

test('without a newer frame the last one is given again', async () => {
  const { frames, log, source } = setup();
  frames.start(source);
  await frames.asked();
  expect(log).toEqual(['forgotten', 'again']);
});

test('what a stopped source still gives is closed and not taken', async () => {
  const { frames, log, source, give } = setup();
  frames.start(source);
  const [early, late] = [new FakeFrame(1), new FakeFrame(2)];
  give(early);
  await settled();
  const reading = frames.asked();
  frames.stop();
  await reading;
  expect(early.closed).toBe(true);
  expect(log).toEqual(['forgotten', 'changed', 'forgotten']);
  expect(() => give(late)).toThrow();
});

test('a frame that cannot be read is as good as none', async () => {
  const { frames, log, source, give } = setup();
  frames.start(source);
  const broken = new FakeFrame(1);
  broken.copyTo = () => Promise.reject(new Error('gone'));
  give(broken);
  await settled();
  await frames.asked();
  expect(log.at(-1)).toBe('again');
  expect(broken.closed).toBe(true);
});
