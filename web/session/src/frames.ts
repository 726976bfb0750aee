/** What was captured, on its way into the core: only the newest frame waits, and it is read when the core has room for it. */
import type { FrameSource } from './capture';
import type { Capturing, Core } from './core';

type Picture = VideoFrame | ImageBitmap;

/** Most pixels of a frame; what is larger is made smaller. The browser was asked for less. */
const MOST_PIXELS = 3840 * 2400;

export interface Pixels {
  pixels: Uint32Array<ArrayBuffer>;
  width: number;
  height: number;
  /** Red first; else blue first. */
  rgba: boolean;
}

export class Frames {
  #newest: Picture | null = null;
  /** Counts sources: what an earlier one still gives is not taken. */
  #source = 0;
  #stop: (() => void) | null = null;
  #buffer = new ArrayBuffer(0);

  constructor(private readonly feed: (step: (core: Core & Capturing, nowMs: number) => void) => void) {}

  start(source: FrameSource): void {
    this.stop();
    const number = this.#source;
    if (source instanceof MessagePort) {
      source.onmessage = ({ data }: MessageEvent<ImageBitmap>) => {
        this.#arrived(number, data);
        if (number === this.#source) source.postMessage(null);
      };
      this.#stop = () => source.close();
      source.postMessage(null);
      return;
    }
    const reader = source.getReader();
    this.#stop = () => void reader.cancel().catch(() => undefined);
    void this.#read(number, reader);
  }

  stop(): void {
    this.#source += 1;
    this.#stop?.();
    this.#stop = null;
    this.#newest?.close();
    this.#newest = null;
    this.#buffer = new ArrayBuffer(0);
    this.feed((core) => core.forget_frame());
  }

  /** The core has room for a frame. */
  async asked(): Promise<void> {
    const number = this.#source;
    const picture = this.#newest;
    this.#newest = null;
    let read: Pixels | null = null;
    try {
      if (picture) read = await this.#pixels(picture);
    } catch {
      // A frame that cannot be read is as good as none; the next one comes.
    } finally {
      picture?.close();
    }
    if (number !== this.#source) return;
    this.feed((core, now) => {
      if (read) core.take_frame(read.pixels, read.width, read.height, read.rgba, now);
      else core.frame_again(now);
    });
  }

  async #read(number: number, reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }) as const);
      if (done || !value) return;
      this.#arrived(number, value);
    }
  }

  #arrived(number: number, picture: Picture): void {
    if (number !== this.#source) {
      picture.close();
      return;
    }
    this.#newest?.close();
    this.#newest = picture;
    this.feed((core, now) => core.frame_changed(now));
  }

  async #pixels(picture: Picture): Promise<Pixels> {
    if (picture instanceof ImageBitmap) return drawn(picture, picture.width, picture.height);
    const { visibleRect, displayWidth, displayHeight } = picture;
    const { width, height } = visibleRect ?? { width: displayWidth, height: displayHeight };
    const options = { format: 'BGRX' as const, layout: [{ offset: 0, stride: width * 4 }] };
    if (width * height > MOST_PIXELS || !converts(picture, width, height)) return drawn(picture, width, height);
    if (this.#buffer.byteLength !== width * height * 4) this.#buffer = new ArrayBuffer(width * height * 4);
    await picture.copyTo(this.#buffer, options as VideoFrameCopyToOptions);
    return { pixels: new Uint32Array(this.#buffer), width, height, rgba: false };
  }
}

/** Whether the browser gives the frame with four bytes a pixel; older ones know no `format` and would give what they have. */
function converts(frame: VideoFrame, width: number, height: number): boolean {
  try {
    return frame.allocationSize({ format: 'BGRX' } as VideoFrameCopyToOptions) === width * height * 4;
  } catch {
    return false;
  }
}

/** The long way, by a canvas. */
function drawn(picture: Picture, width: number, height: number): Pixels {
  const size = fitting(width, height);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('no canvas');
  context.drawImage(picture, 0, 0, size.width, size.height);
  const { data } = context.getImageData(0, 0, size.width, size.height);
  return { pixels: new Uint32Array(data.buffer), ...size, rgba: true };
}

/** The size in which a frame is taken: its own, or the largest of its shape that is allowed. */
export function fitting(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  const side = (length: number) => Math.max(1, Math.floor(length * scale));
  return { width: side(width), height: side(height) };
}
