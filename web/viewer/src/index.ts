/** The other screen and the person's hands on it: frames and events, no wire format. */
export { default as Viewer } from './Viewer.svelte';
export type { CursorImage } from './cursor';
export { lockKeyboard, unlockKeyboard } from './keyboard';
export { layout, remotePixel, type Size, type Zoom } from './scale';
export { pieces, TEXT_BYTES } from './text';
