/** How the digits of a code are read to somebody on the phone. */
import type { Language } from '$i18n/i18n.svelte';

/** The readings that are hardest to mistake on the phone: よん and なな, not し and しち; ゼロ, not れい. */
const WORDS: Record<Language, readonly string[]> = {
  ja: ['ゼロ', 'いち', 'に', 'さん', 'よん', 'ご', 'ろく', 'なな', 'はち', 'きゅう'],
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
};

/** "よん はち に いち・きゅう ゼロ さん なな". */
export function reading(digits: string, language: Language): string {
  const words = [...digits].map((digit) => WORDS[language][Number(digit)] ?? '');
  const half = words.length / 2;
  const gap = language === 'ja' ? '・' : ', ';
  return `${words.slice(0, half).join(' ')}${gap}${words.slice(half).join(' ')}`;
}

/** Reads the code aloud, slowly. False where the browser has no voice at all. */
export function speak(digits: string, language: Language): boolean {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  if (!synthesis) return false;
  synthesis.cancel();
  const said = new SpeechSynthesisUtterance(reading(digits, language).replaceAll(' ', '、'));
  said.lang = language === 'ja' ? 'ja-JP' : 'en-US';
  said.rate = 0.8;
  synthesis.speak(said);
  return true;
}
