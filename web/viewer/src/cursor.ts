/** The remote cursor: a small canvas over the picture. Its shape travels once, its place often. */

export interface CursorImage {
  width: number;
  height: number;
  hotX: number;
  hotY: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Largest side of a shape that is drawn, in pixels. */
const LARGEST = 512;

/** Draws a shape; false if it cannot be one. */
export function drawCursor(canvas: HTMLCanvasElement, image: CursorImage): boolean {
  const { width, height, rgba } = image;
  const fits = width > 0 && height > 0 && width <= LARGEST && height <= LARGEST;
  if (!fits || rgba.length !== width * height * 4) return false;
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  return true;
}
