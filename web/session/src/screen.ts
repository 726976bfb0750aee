/** Copies what changed from the core's memory onto the page's canvas, and takes pictures of it. */
import type { Pictured } from './core';
import type { Part } from './messages';

/** A picture is taken once nothing changed for so long, and at the latest after so long. */
const STILL_MS = 250;
const PATIENCE_MS = 2_000;

export class Screen {
  #canvas: OffscreenCanvas | null = null;
  #context: OffscreenCanvasRenderingContext2D | null = null;
  #paintedAt = 0;

  constructor(
    private readonly core: Pictured,
    private readonly now: () => number,
  ) {}

  /** A new canvas (or none); it gets the whole picture at once. */
  attach(canvas: OffscreenCanvas | null): void {
    this.#canvas = canvas;
    this.#context = canvas?.getContext('2d', { alpha: false }) ?? null;
    const picture = this.core.picture();
    if (canvas && picture) this.paint(Int32Array.of(0, 0, picture.width, picture.height));
  }

  paint(rects: Int32Array): void {
    this.#paintedAt = this.now();
    const canvas = this.#canvas;
    const context = this.#context;
    const picture = this.core.picture();
    if (!canvas || !context || !picture) return;
    const { width, height } = picture;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      this.#copy(context, 0, 0, width, height);
      return;
    }
    for (let i = 0; i + 3 < rects.length; i += 4) {
      const [x = 0, y = 0, w = 0, h = 0] = rects.subarray(i, i + 4);
      if (w > 0 && h > 0) this.#copy(context, x, y, w, h);
    }
  }

  /** Nothing of the picture stays on the canvas. */
  blank(): void {
    const canvas = this.#canvas;
    if (canvas) this.#context?.clearRect(0, 0, canvas.width, canvas.height);
  }

  /** The picture, or a part of it, as PNG: from the core's own pixels, whatever the page's zoom is. Null without a picture. */
  async take(part: Part | null): Promise<Blob | null> {
    const until = this.now() + PATIENCE_MS;
    while (this.now() < until && this.now() < this.#paintedAt + STILL_MS)
      await new Promise((resolve) => setTimeout(resolve, STILL_MS / 5));
    const picture = this.core.picture();
    if (!picture) return null;
    const { x, y, width, height } = part ? within(part, picture) : { x: 0, y: 0, ...picture };
    if (width < 1 || height < 1) return null;
    const copy = new OffscreenCanvas(width, height);
    const context = copy.getContext('2d', { alpha: false });
    if (!context) return null;
    this.#copy(context, x, y, width, height, true);
    return copy.convertToBlob({ type: 'image/png' });
  }

  #copy(
    context: OffscreenCanvasRenderingContext2D,
    x: number,
    y: number,
    width: number,
    height: number,
    alone = false,
  ): void {
    const rgba = this.core.rgba(x, y, width, height);
    if (rgba.length > 0) context.putImageData(new ImageData(rgba, width, height), alone ? 0 : x, alone ? 0 : y);
  }
}

/** What of a part lies in the picture, in whole pixels. */
export function within(part: Part, picture: { width: number; height: number }): Part {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
  const x = clamp(part.x, picture.width);
  const y = clamp(part.y, picture.height);
  return {
    x,
    y,
    width: clamp(part.x + part.width, picture.width) - x,
    height: clamp(part.y + part.height, picture.height) - y,
  };
}
