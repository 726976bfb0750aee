/**
 * The secret behind the `#` of a one-time link. It leaves the address bar at once; this tab keeps it until it was used, so that a reload
 * loses nothing.
 */
const name = (page: string) => `temoto.link.${page}`;

export function takeToken(page: string): string {
  const path = location.pathname;
  // Another link of the same page, opened in the same tab, changes only what stands behind the `#`.
  addEventListener('hashchange', () => location.pathname === path && location.hash !== '' && location.reload());
  const token = location.hash.slice(1);
  try {
    if (token === '') return sessionStorage.getItem(name(page)) ?? '';
    history.replaceState(history.state, '', location.pathname + location.search);
    sessionStorage.setItem(name(page), token);
  } catch {
    // Without storage the secret holds for this page.
  }
  return token;
}

export function dropToken(page: string): void {
  try {
    sessionStorage.removeItem(name(page));
    sessionStorage.removeItem(draft(page));
  } catch {
    // Nothing was kept.
  }
}

const draft = (page: string) => `temoto.draft.${page}`;

/** What was typed into the form of a page before it was left; never a password. */
export function loadDraft<T extends Record<string, string>>(page: string, empty: T): T {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(draft(page)) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return empty;
    const known = Object.entries(kept).filter(([key, value]) => key in empty && typeof value === 'string');
    return { ...empty, ...Object.fromEntries(known) };
  } catch {
    return empty;
  }
}

export function keepDraft(page: string, fields: Record<string, string>): void {
  try {
    sessionStorage.setItem(draft(page), JSON.stringify(fields));
  } catch {
    // Without storage a reload empties the form.
  }
}
