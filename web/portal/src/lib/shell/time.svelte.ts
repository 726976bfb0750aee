/** A clock for countdowns: it runs only while somebody looks at it. */
import { createSubscriber } from 'svelte/reactivity';

const ticks = createSubscriber((update) => {
  const timer = setInterval(update, 500);
  return () => clearInterval(timer);
});

/** `Date.now()`, and whoever reads it in a template is drawn again twice a second. */
export function now(): number {
  ticks();
  return Date.now();
}

/** `9:32`, or `1:02:03` from an hour on. Never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** `2026/11/28` or `Nov 28, 2026`: a day in the person's own time. */
export function day(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(ms);
}

/** `10:24` in the person's own time. */
export function clockTime(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}
