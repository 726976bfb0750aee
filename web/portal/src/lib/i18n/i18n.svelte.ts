/**
 * Every sentence of the pages, in Japanese and English. A key that one table lacks does not compile, and a test compares the arguments.
 * `plain` tables hold only the sentences that have an easier form (やさしい日本語 / plain words).
 */
import en from './en.json';
import enPlain from './en-plain.json';
import ja from './ja.json';
import jaPlain from './ja-plain.json';

export type Key = keyof typeof ja & keyof typeof en;
export type Language = 'ja' | 'en';
export type Arguments = Record<string, string | number>;

const tables: Record<Language, Record<Key, string>> = { ja, en };
const plainTables: Record<Language, Partial<Record<Key, string>>> = { ja: jaPlain, en: enPlain };

class I18n {
  language = $state<Language>('ja');
  plain = $state(false);

  /** The other of the two. */
  get other(): Language {
    return this.language === 'ja' ? 'en' : 'ja';
  }
}

export const i18n = new I18n();

/** The sentence for `key` in the person's language, with `{name}` replaced by arguments. */
export function t(key: Key, values?: Arguments): string {
  const plain = i18n.plain ? plainTables[i18n.language][key] : undefined;
  return fill(plain ?? tables[i18n.language][key], values);
}

/** The same in a language of one's choice, for words that go to somebody else. */
export function say(language: Language, key: Key, values?: Arguments): string {
  return fill(tables[language][key], values);
}

/** For codes that come from elsewhere: the sentence of `prefix + code` if there is one. */
export function find(prefix: string, code: string): Key | null {
  const key = `${prefix}${code}`;
  return Object.hasOwn(ja, key) ? (key as Key) : null;
}

export function fill(text: string, values?: Arguments): string {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;
}

/** `?lang=` for this view, then the account, then the browser; Japanese where none of them says English or Japanese. */
export function chooseLanguage(query: string | null, account: string | null, browser: readonly string[]): Language {
  for (const wish of [query, account, ...browser]) {
    const short = wish?.slice(0, 2).toLowerCase();
    if (short === 'ja' || short === 'en') return short;
  }
  return browser.length > 0 ? 'en' : 'ja';
}
