/** What the key bar offers: keys that this browser or its system would keep, and why one of them cannot work. */
import type { Key } from '$i18n/i18n.svelte';
import type { Chord } from '@temoto/viewer';

export interface Offered {
  key: Key | null;
  /** Where it has no words: what stands on the key itself. */
  face?: string;
  codes: Chord;
}

export const SYSTEM_KEYS: readonly Offered[] = [
  { key: 'key_super', codes: ['MetaLeft'] },
  { key: null, face: 'Alt + Tab', codes: ['AltLeft', 'Tab'] },
  { key: null, face: 'Alt + F4', codes: ['AltLeft', 'F4'] },
  { key: null, face: 'Ctrl + W', codes: ['ControlLeft', 'KeyW'] },
  { key: null, face: 'Ctrl + T', codes: ['ControlLeft', 'KeyT'] },
  { key: null, face: 'Ctrl + N', codes: ['ControlLeft', 'KeyN'] },
  { key: null, face: 'Ctrl + Shift + Esc', codes: ['ControlLeft', 'ShiftLeft', 'Escape'] },
  { key: null, face: 'Esc', codes: ['Escape'] },
  { key: 'key_menu', codes: ['ContextMenu'] },
  { key: 'key_print', codes: ['PrintScreen'] },
];

/** Keys of a Japanese keyboard that turn an input method on and off, or change what it makes. */
export const INPUT_METHOD: readonly Offered[] = [
  { key: 'key_zenkaku', codes: ['Backquote'] },
  { key: 'key_henkan', codes: ['Convert'] },
  { key: 'key_muhenkan', codes: ['NonConvert'] },
  { key: 'key_kana', codes: ['KanaMode'] },
];

/** Keys that few keyboards have, and that programs are still told to listen to. */
export const HIGH_FUNCTIONS: readonly Offered[] = Array.from({ length: 12 }, (_, n) => {
  const face = `F${n + 13}`;
  return { key: null, face, codes: [face] };
});

/** Sound and film. */
export const MEDIA: readonly Offered[] = [
  { key: 'key_media_play', codes: ['MediaPlayPause'] },
  { key: 'key_media_previous', codes: ['MediaTrackPrevious'] },
  { key: 'key_media_next', codes: ['MediaTrackNext'] },
  { key: 'key_media_mute', codes: ['AudioVolumeMute'] },
  { key: 'key_media_down', codes: ['AudioVolumeDown'] },
  { key: 'key_media_up', codes: ['AudioVolumeUp'] },
];

/** Keys that stay held for the next one. */
export const HOLD = [
  { face: 'Ctrl', code: 'ControlLeft' },
  { face: 'Alt', code: 'AltLeft' },
  { face: 'Shift', code: 'ShiftLeft' },
  { face: 'Win', code: 'MetaLeft' },
] as const;

export const CTRL_ALT_DEL: Chord = ['ControlLeft', 'AltLeft', 'Delete'];

/** Why Ctrl + Alt + Del does nothing on this system, or null where it is a key like others. */
export function whyNoCtrlAltDel(system: string): Key | null {
  return /windows/i.test(system) ? 'key_cad_windows' : null;
}
