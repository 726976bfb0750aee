/** What happened in a session, in words. */
import type { StoryEvent } from '@temoto/api';
import { find, type Key } from '$i18n/i18n.svelte';

/** The sentence for an event of the trail, or null for those that say nothing to a person. */
export function sentence({ kind, detail }: StoryEvent): Key | null {
  switch (kind) {
    case 'grant_given':
      return find('event_', `${detail}_granted`) ?? 'story_granted';
    case 'grant_withdrawn':
      return find('event_', `${detail}_withdrawn`) ?? 'story_withdrawn';
    case 'proofs_differ':
      return 'event_failures_differ';
    case 'happened':
      return find('story_happened_', detail);
    case 'session_ended':
      return find('story_ended_', detail) ?? 'story_ended';
    default:
      return find('story_', kind);
  }
}

/** One line of the story; the same thing several times in a row, as notes are, is told once, as it was last. */
export interface Line {
  key: Key;
  atMs: number;
}

export function lines(events: readonly StoryEvent[]): Line[] {
  const told: Line[] = [];
  for (const event of events) {
    const key = sentence(event);
    if (!key) continue;
    if (key === 'story_history_noted' && told.at(-1)?.key === key) told.pop();
    told.push({ key, atMs: event.at_ms });
  }
  return told;
}
