/** This person's own clipboard: what is read from it for the customer, and how a copy of the customer's gets onto it. */
import type { Copy } from '@temoto/session';

/** The most bytes of a picture that the core carries over. */
export const LONGEST_PNG = 32 << 20;

/** What is on this person's clipboard: a text goes before a picture. Rejects where the browser does not let it be read. */
export async function own(): Promise<Copy> {
  const copy: Copy = { text: null, html: null, png: null };
  const items = await navigator.clipboard.read();
  const first = async (type: string) => (await items.find(({ types }) => types.includes(type))?.getType(type)) ?? null;
  copy.text = (await (await first('text/plain'))?.text()) || null;
  if (copy.text === null) copy.png = await first('image/png');
  // Browsers give it without what runs.
  else copy.html = (await (await first('text/html'))?.text()) || null;
  return copy;
}

/** Puts a copy of this kind on this person's clipboard once it came; `false` if it does not come or the browser does not let it. */
export async function keep(kind: 'text' | 'rich' | 'image', copy: Promise<Copy | null>): Promise<boolean> {
  // Browsers want to know at the press what comes; it may follow.
  const part = (type: string, of: (copy: Copy) => Promise<BlobPart | null> | BlobPart | null) => ({
    [type]: copy.then(async (came) => {
      const data = came && (await of(came));
      if (data === null) throw new Error('nothing came');
      return new Blob([data], { type });
    }),
  });
  const parts =
    kind === 'image'
      ? part('image/png', ({ png }) => png)
      : {
          ...part('text/plain', ({ text }) => text),
          ...(kind === 'rich' ? part('text/html', ({ text, html }) => harmless(html ?? '', text ?? '')) : {}),
        };
  try {
    await navigator.clipboard.write([new ClipboardItem(parts)]);
    return true;
  } catch {
    return false;
  }
}

/** HTML of another computer without what runs, frames, sends or is fetched from elsewhere; the text where nothing is left of it. */
export async function harmless(html: string, text: string): Promise<string> {
  const { default: purify } = await import('dompurify');
  purify.removeAllHooks();
  purify.addHook('uponSanitizeAttribute', (_element, attribute) => {
    const { attrName, attrValue } = attribute;
    // Whatever would be fetched tells its server that it was pasted, and where.
    if (attrName === 'src') attribute.keepAttr = /^data:image\/(png|jpeg|gif|webp);base64,/i.test(attrValue);
    if (attrName === 'style') attribute.keepAttr = !/url|image|expression|import|\\/i.test(attrValue);
  });
  const left = purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: [
      'style',
      'form',
      'input',
      'button',
      'textarea',
      'select',
      'option',
      'audio',
      'video',
      'source',
      'track',
    ],
    FORBID_ATTR: [
      'srcset',
      'background',
      'poster',
      'action',
      'formaction',
      'cite',
      'longdesc',
      'usemap',
      'id',
      'name',
      'class',
    ],
    ALLOW_DATA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):|^data:image\/(?:png|jpeg|gif|webp);base64,/i,
  });
  if (left.trim() !== '') return left;
  const plain = document.createElement('p');
  plain.textContent = text;
  return plain.outerHTML;
}
