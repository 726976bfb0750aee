/** The other screen and the person's hands on it: frames and events, no wire format. */
export { default as Viewer } from './Viewer.svelte';
export { chord, FUNCTION_KEYS, type Chord } from './chords';
export type { CursorImage } from './cursor';
export { keyboardLayout, lockKeyboard, unlockKeyboard } from './keyboard';
export type { Region } from './region';
export { layout, remotePixel, stepFrom, type Size, type Zoom } from './scale';
export { pieces, TEXT_BYTES } from './text';
