/** What comes after the download, step by step: which words and which drawing for this system and browser. */
import type { System } from '@temoto/api';
import type { Key } from '$i18n/i18n.svelte';
import type { Scene } from './Drawing.svelte';
import type { BrowserFamily } from './recognise';

/** Browsers whose way of keeping a file we can tell; the others are like Chrome, most of them being built from it. */
export const TOLD = ['edge', 'chrome', 'firefox'] as const;
export type Told = (typeof TOLD)[number];

export interface Step {
  scene: Scene;
  title: Key;
  text: Key;
  /** What to press in turn, marked A, B, C in the drawing; see {@link parts}. */
  path?: Key;
  /** When the step looks different. */
  note?: Key;
  /** What the drawing shows, for those who do not see it. */
  drawing: Key;
}

export function told(browser: BrowserFamily): Told {
  return browser === 'edge' || browser === 'firefox' ? browser : 'chrome';
}

const ALLOW: Step = { scene: 'allow', title: 'how_allow_title', text: 'how_allow', drawing: 'draw_allow' };

const KEEP: Record<Told, Step> = {
  edge: {
    scene: 'edge',
    title: 'how_keep_title',
    text: 'how_keep_edge',
    path: 'how_keep_edge_path',
    note: 'how_keep_none',
    drawing: 'draw_edge',
  },
  chrome: {
    scene: 'chrome',
    title: 'how_keep_title',
    text: 'how_keep_chrome',
    path: 'how_keep_chrome_path',
    note: 'how_keep_none_chrome',
    drawing: 'draw_chrome',
  },
  firefox: {
    scene: 'firefox',
    title: 'how_keep_title',
    text: 'how_keep_firefox',
    path: 'how_keep_firefox_path',
    note: 'how_keep_none',
    drawing: 'draw_firefox',
  },
};

/** The steps to the running program, in order. */
export function steps(system: System, browser: BrowserFamily): Step[] {
  if (system === 'linux-x86_64')
    return [
      { scene: 'unpack', title: 'how_unpack_title', text: 'how_unpack', drawing: 'draw_unpack' },
      { scene: 'start', title: 'how_start_title', text: 'how_start_linux', drawing: 'draw_start' },
      ALLOW,
    ];
  const way = told(browser);
  return [
    KEEP[way],
    {
      scene: 'open',
      title: 'how_open_title',
      text: way === 'edge' ? 'how_open_edge' : 'how_open_name',
      note: 'how_open_folder',
      drawing: 'draw_open',
    },
    {
      scene: 'smartscreen',
      title: 'how_run_title',
      text: 'how_run_windows',
      path: 'how_run_path',
      note: 'how_run_none',
      drawing: 'draw_smartscreen',
    },
    ALLOW,
  ];
}

/** "⋯ > Keep" to its parts. */
export function parts(path: string): string[] {
  return path.split(' > ');
}

/** What the name of the downloaded file begins with, for people to compare: server and all, without the token that follows. */
export function beginning(name: string): string {
  const end = name.lastIndexOf('_');
  return end > 0 ? name.slice(0, end) : name;
}
