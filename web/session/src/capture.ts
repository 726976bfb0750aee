/**
 * Takes up what a person picks in the browser's own question (`getDisplayMedia`), as frames for the session's worker. Only a page can
 * ask; whatever can run in the worker runs there, for a page that is hidden hardly runs.
 */
import type { Surface } from './messages';

/** Frames one after the other, or bitmaps, each asked for by a message back. */
export type FrameSource = ReadableStream<VideoFrame> | MessagePort;

export interface Capture {
  surface: Surface;
  source: FrameSource;
  /** It goes on at full speed while the page is hidden; else once a second at most. */
  hidden: 'runs' | 'slow';
  stop(): void;
}

/** `refused`: the person, or a rule of the browser, said no. `unable`: it was allowed and did not work. */
export type Refusal = 'refused' | 'unable';

/** Frames a second at most; the line decides how many of them are sent. */
export const FRAMES_PER_SECOND = 20;
/** What is larger is made smaller by the browser. */
const LARGEST = { width: 3840, height: 2400 };
/** A hidden page is woken once a second at most. */
const HIDDEN_MS = 1000;

export const canCapture = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/** Asks; must be called by a press. `ended` is called once when the browser ends it ("Stop sharing", the window was closed). */
export async function capture(ended: () => void): Promise<Capture | Refusal> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      audio: false,
      video: {
        frameRate: { max: FRAMES_PER_SECOND },
        width: { max: LARGEST.width },
        height: { max: LARGEST.height },
      },
    });
  } catch (error) {
    return refusal(error);
  }
  const track = stream.getVideoTracks()[0];
  if (!track) return 'unable';
  // Text, not film: where the browser has to choose, it keeps the pixels and drops frames.
  track.contentHint = 'text';
  track.addEventListener('ended', ended, { once: true });
  const surface = surfaceOf(track.getSettings().displaySurface);
  const stop = () => {
    track.removeEventListener('ended', ended);
    track.stop();
  };
  const Processor = (globalThis as { MediaStreamTrackProcessor?: ProcessorClass }).MediaStreamTrackProcessor;
  if (Processor) return { surface, source: new Processor({ track, maxBufferSize: 1 }).readable, hidden: 'runs', stop };
  const film = new Film(stream);
  return {
    surface,
    source: film.port,
    hidden: 'slow',
    stop: () => {
      film.stop();
      stop();
    },
  };
}

type ProcessorClass = new (init: { track: MediaStreamTrack; maxBufferSize: number }) => {
  readable: ReadableStream<VideoFrame>;
};

/** What an exception of the question means. */
export function refusal(error: unknown): Refusal {
  const name = error instanceof DOMException ? error.name : '';
  return name === 'NotAllowedError' || name === 'AbortError' ? 'refused' : 'unable';
}

export function surfaceOf(name: string | undefined): Surface {
  return name === 'monitor' || name === 'window' ? name : name === 'browser' ? 'tab' : 'unknown';
}

/** For browsers that give no frames to a worker: a film plays unseen, and a picture of it goes over whenever one is asked for. */
class Film {
  readonly port: MessagePort;
  readonly #own: MessagePort;
  readonly #video = document.createElement('video');
  readonly #timer: ReturnType<typeof setInterval>;
  #asked = false;
  #fresh = false;
  #stopped = false;

  constructor(stream: MediaStream) {
    const { port1, port2 } = new MessageChannel();
    this.#own = port1;
    this.port = port2;
    this.#own.onmessage = () => {
      this.#asked = true;
      void this.#give();
    };
    this.#video.muted = true;
    this.#video.srcObject = stream;
    void this.#video.play().catch(() => undefined);
    this.#watch();
    // A hidden page is told of no frames; whether there are new ones is not known then.
    this.#timer = setInterval(() => {
      if (!document.hidden) return;
      this.#fresh = true;
      void this.#give();
    }, HIDDEN_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#video.srcObject = null;
    this.#own.close();
  }

  #watch(): void {
    this.#video.requestVideoFrameCallback(() => {
      if (this.#stopped) return;
      this.#fresh = true;
      void this.#give();
      this.#watch();
    });
  }

  async #give(): Promise<void> {
    if (!this.#asked || !this.#fresh || this.#video.videoWidth === 0) return;
    this.#asked = this.#fresh = false;
    const picture = await createImageBitmap(this.#video).catch(() => null);
    if (picture && !this.#stopped) this.#own.postMessage(picture, [picture]);
    else this.#asked = true;
  }
}
