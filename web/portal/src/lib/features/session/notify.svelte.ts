/** Tells an operator who looks at something else what happened in a session, through the system's own notifications. */
import type { ChatLine } from '@temoto/session';
import { t } from '$i18n/i18n.svelte';
import { eventSentence } from '../chat/events';

const CHOICE = 'temoto.notify';

function chosen(): boolean {
  try {
    return localStorage.getItem(CHOICE) === '1';
  } catch {
    return false;
  }
}

/** The lines that were not there before and that somebody else wrote, or that tell of something. */
export function news(known: ReadonlySet<string>, lines: readonly ChatLine[]): ChatLine[] {
  return lines.filter((line) => !known.has(line.id) && line.from !== 'operator');
}

class Notifier {
  on = $state(chosen() && globalThis.Notification?.permission === 'granted');

  get possible(): boolean {
    return 'Notification' in globalThis && Notification.permission !== 'denied';
  }

  /** Asks the browser the first time. */
  async toggle(): Promise<void> {
    this.on = !this.on && (await Notification.requestPermission().catch(() => 'denied')) === 'granted';
    try {
      if (this.on) localStorage.setItem(CHOICE, '1');
      else localStorage.removeItem(CHOICE);
    } catch {
      // Without storage the choice holds for this page.
    }
  }

  /** Says the newest line while the page is not looked at; what is shown of the chat stays on this computer. */
  tell(who: string, line: ChatLine): void {
    if (!this.on || !document.hidden) return;
    const body = line.from === 'event' ? eventSentence(line, 'operator') : line.text.slice(0, 200);
    if (!body) return;
    const told = new Notification(t('notify_title', { who }), { body, tag: `temoto ${who}` });
    told.onclick = () => {
      window.focus();
      told.close();
    };
  }
}

export const notifier = new Notifier();
