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
    const { width, height } = this.core.picture();
    if (canvas && width > 0 && height > 0) this.paint(Int32Array.of(0, 0, width, height));
  }

  paint(rects: Int32Array): void {
    const canvas = this.#canvas;
    const context = this.#context;
    if (!canvas || !context) return;
    const { width, height } = this.core.picture();
    if (width === 0 || height === 0) return;
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
    context.putImageData(new ImageData(this.core.rgba(x, y, width, height), width, height), x, y);
  }
}
