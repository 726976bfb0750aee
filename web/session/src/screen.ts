/** Copies what changed from the core's memory onto the page's canvas. */
import type { Pictured } from './core';

export class Screen {
  #canvas: OffscreenCanvas | null = null;
  #context: OffscreenCanvasRenderingContext2D | null = null;

  constructor(private readonly core: Pictured) {}

  /** A new canvas (or none); it gets the whole picture at once. */
  attach(canvas: OffscreenCanvas | null): void {
    this.#canvas = canvas;
    this.#context = canvas?.getContext('2d', { alpha: false }) ?? null;
    const picture = this.core.picture();
    if (canvas && picture) this.paint(Int32Array.of(0, 0, picture.width, picture.height));
  }

  paint(rects: Int32Array): void {
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

  #copy(context: OffscreenCanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
    const rgba = this.core.rgba(x, y, width, height);
    if (rgba.length > 0) context.putImageData(new ImageData(rgba, width, height), x, y);
  }
}
