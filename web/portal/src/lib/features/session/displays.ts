/** The customer's displays in words and places. */
import { ALL_DISPLAYS, type ConsoleView } from '@temoto/session';
import type { SvelteMap } from 'svelte/reactivity';
import { t } from '$i18n/i18n.svelte';

type Displays = ConsoleView['displays'];

/** What was last seen of each display, by its number. */
export type Thumbnails = SvelteMap<number, ImageData>;

/** Longest side of a small picture as it stands in the menu, in css pixels, and as it can be asked for, in pixels. */
const SIDE = 96;
const LARGEST = 192;

/** How large a small picture is asked for on a screen with so many pixels per css pixel. */
export const glanceSide = (ratio: number): number => Math.min(LARGEST, Math.max(SIDE, Math.round(SIDE * ratio)));

/** "Display 2", by the order of the list: what people count, not what systems number. */
export function displayName(displays: Displays, id: number): string {
  if (id === ALL_DISPLAYS) return t('display_all');
  const at = displays.findIndex((display) => display.id === id);
  return at < 0 ? '' : t('display_number', { number: at + 1 });
}

/** Where each display stands in a picture of the whole desk, in percent of it; `ratio` is the desk's width by its height. */
export function desk(displays: Displays): {
  ratio: number;
  places: { id: number; left: number; top: number; width: number; height: number }[];
} {
  const left = Math.min(...displays.map(({ x }) => x));
  const top = Math.min(...displays.map(({ y }) => y));
  const width = Math.max(...displays.map((display) => display.x + display.width)) - left;
  const height = Math.max(...displays.map((display) => display.y + display.height)) - top;
  if (!(width > 0) || !(height > 0)) return { ratio: 1, places: [] };
  const places = displays.map((display) => ({
    id: display.id,
    left: (100 * (display.x - left)) / width,
    top: (100 * (display.y - top)) / height,
    width: (100 * display.width) / width,
    height: (100 * display.height) / height,
  }));
  return { ratio: width / height, places };
}
