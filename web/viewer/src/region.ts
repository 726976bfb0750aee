/** A part of the picture as it is being chosen. */
import type { Size } from './scale';

/** A part of the picture in its own pixels. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A pixel of the picture. */
export interface Point {
  x: number;
  y: number;
}

/** How far an arrow key moves, in remote pixels. */
const NUDGE = 10;

/** The part with two of its corner pixels. */
export function between(a: Point, b: Point): Region {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1 };
}

/** Moved by an arrow key, or sized; the first one puts a quarter of the picture into its middle. */
export function nudged(region: Region | null, key: string, size: boolean, picture: Size): Region {
  if (!region) {
    const width = Math.ceil(picture.width / 2);
    const height = Math.ceil(picture.height / 2);
    return { x: Math.floor((picture.width - width) / 2), y: Math.floor((picture.height - height) / 2), width, height };
  }
  const dx = key === 'ArrowRight' ? NUDGE : key === 'ArrowLeft' ? -NUDGE : 0;
  const dy = key === 'ArrowDown' ? NUDGE : key === 'ArrowUp' ? -NUDGE : 0;
  const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  if (size)
    return {
      ...region,
      width: clamp(region.width + dx, 1, picture.width - region.x),
      height: clamp(region.height + dy, 1, picture.height - region.y),
    };
  return {
    ...region,
    x: clamp(region.x + dx, 0, picture.width - region.width),
    y: clamp(region.y + dy, 0, picture.height - region.height),
  };
}

/** Which of these holds the point, the uppermost first; -1: none. */
export function uppermost(parts: readonly Region[], { x, y }: Point): number {
  return parts.findIndex((part) => x >= part.x && y >= part.y && x < part.x + part.width && y < part.y + part.height);
}
