/** Where to go after the login: only to a page of this site, in the language that was chosen for this view. */
export function nextPage(url: URL): string {
  const wish = url.searchParams.get('next') ?? '';
  const page = /^\/(console(\/s\/[0-9a-f]+)?|account\/(profile|security)|domain\/users)$/.test(wish)
    ? wish
    : '/console';
  const language = url.searchParams.get('lang');
  return language === 'ja' || language === 'en' ? `${page}?lang=${language}` : page;
}
