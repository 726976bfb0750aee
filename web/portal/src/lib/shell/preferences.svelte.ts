/** What this person chose in this browser: language of the view, larger text, plain words. */
import { chooseLanguage, i18n, type Language } from '$i18n/i18n.svelte';

const LARGE = 'temoto.large';
const PLAIN = 'temoto.plain';

function remembered(name: string): boolean {
  try {
    return localStorage.getItem(name) === '1';
  } catch {
    return false;
  }
}

function remember(name: string, on: boolean): void {
  try {
    if (on) localStorage.setItem(name, '1');
    else localStorage.removeItem(name);
  } catch {
    // Without storage the choice holds for this page.
  }
}

class Preferences {
  large = $state(false);

  /** At the start of the application, and again when the account is known. */
  load(url: URL, account: string | null | undefined): void {
    this.#setLanguage(chooseLanguage(url.searchParams.get('lang'), account ?? null, navigator.languages));
    i18n.plain = remembered(PLAIN);
    this.#setLarge(remembered(LARGE));
  }

  /** The person pressed the language button: it holds for this view and survives its reload. */
  switchLanguage(): void {
    const url = new URL(location.href);
    url.searchParams.set('lang', i18n.other);
    history.replaceState(history.state, '', url);
    this.#setLanguage(i18n.other);
  }

  toggleLarge(): void {
    this.#setLarge(!this.large);
    remember(LARGE, this.large);
  }

  togglePlain(): void {
    i18n.plain = !i18n.plain;
    remember(PLAIN, i18n.plain);
  }

  /** Light or dark as the account says; nothing: as the system. */
  setTheme(theme: string | null | undefined): void {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
    else delete document.documentElement.dataset['theme'];
  }

  /** The account's language changed: it holds from now on, also for this view. */
  setLanguage(language: string | null | undefined): void {
    const url = new URL(location.href);
    url.searchParams.delete('lang');
    history.replaceState(history.state, '', url);
    this.load(url, language);
  }

  #setLanguage(language: Language): void {
    i18n.language = language;
    document.documentElement.lang = language;
  }

  #setLarge(large: boolean): void {
    this.large = large;
    if (large) document.documentElement.dataset['size'] = 'large';
    else delete document.documentElement.dataset['size'];
  }
}

export const preferences = new Preferences();
