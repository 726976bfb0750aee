/** Where to go after the login: only to a page of this site. */
export function nextPage(url: URL): string {
  const wish = url.searchParams.get('next') ?? '';
  return /^\/console(\/s\/[0-9a-f]+)?$/.test(wish) ? wish : '/console';
}
