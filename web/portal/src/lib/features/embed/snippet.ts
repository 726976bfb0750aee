/** HTML for other sites: a link, a button, or a frame with the code field. Whatever is typed here is text in it, never markup. */
import type { Language } from '$i18n/i18n.svelte';

export type Kind = 'link' | 'button' | 'field';

export interface Choice {
  kind: Kind;
  language: Language;
  text: string;
  /** `#rrggbb`. */
  color: string;
}

/** Of the field in its frame, in CSS pixels. */
export const FRAME = { width: 420, height: 170 };

/** Colors as `#rrggbb` only: they come from an address too. */
export function colorOf(text: string | null): string | null {
  const found = /^#?([0-9a-f]{6})$/i.exec(text ?? '');
  return found?.[1] ? `#${found[1].toLowerCase()}` : null;
}

/** Black or white, whichever can be read better on this color (relative luminance of WCAG). */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

export const buttonStyle = (color: string): string =>
  `display:inline-block;padding:12px 24px;border-radius:8px;background:${color};color:${inkOn(color)};font-weight:bold;text-decoration:none`;

export const linkStyle = (color: string): string => `color:${color}`;

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** `join` and `field` are the addresses of the join page and of the code field; `title` names the frame for screen readers. */
export function snippet(choice: Choice, join: string, field: string, title: string): string {
  const { kind, language, text, color } = choice;
  if (kind === 'field') {
    const address = escape(`${field}?lang=${language}&color=${color.slice(1)}`);
    const style = `width:100%;max-width:${FRAME.width}px;height:${FRAME.height}px;border:0`;
    return `<iframe src="${address}" title="${escape(title)}" style="${style}" referrerpolicy="no-referrer"></iframe>`;
  }
  const address = escape(`${join}?lang=${language}`);
  const style = kind === 'button' ? buttonStyle(color) : linkStyle(color);
  return `<a href="${address}" target="_blank" rel="noopener noreferrer" style="${style}">${escape(text)}</a>`;
}
