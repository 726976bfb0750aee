// Somebody in a browser of their own, who finds things by their names and comes from an address of their own, as through a proxy.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';

import { openBrowser, words } from './browser.mjs';

let people = 0;

/**
 * `server`: its address; `pictures`: a folder for what `look` sees, or nothing; `size`: width and height of the page.
 */
export async function openPerson({ server, executablePath, lang, pictures, size = {} }) {
  const one = await openBrowser({ executablePath, lang, ...size });
  people += 1;
  // Limits per address are not what is tried.
  await one.context.setExtraHTTPHeaders({
    'x-forwarded-for': `203.0.113.${people}`,
  });
  const { page } = one;
  const w = words(lang);
  const exact = (name) => ({ name, exact: true });
  const field = (key) => page.getByLabel(w[key]).first();
  const button = (key) => page.getByRole('button', exact(w[key]));
  const press = (key) => button(key).click();
  const go = (path) => page.goto(`${server}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
  const heading = (key) => page.getByRole('heading', exact(w[key])).waitFor();
  const look = async (name) => {
    if (!pictures) return null;
    const path = join(pictures, `${name}.${lang}.png`);
    await page.screenshot({ path, fullPage: true });
    return path;
  };
  const menu = async (key) => {
    await page.getByRole('button', { name: w.account_menu }).click();
    await page.getByRole('navigation', exact(w.account_menu)).getByText(w[key], { exact: true }).click();
  };
  const logIn = async (email, password) => {
    await go('/login');
    await field('email').fill(email);
    await page.getByRole('textbox', exact(w.password)).fill(password);
    await press('log_in');
  };
  const home = () => button('start_session').waitFor();
  return {
    ...one,
    w,
    field,
    button,
    press,
    go,
    heading,
    look,
    menu,
    logIn,
    home,
  };
}

/** The code that an authenticator app with this secret shows, `ahead` steps from now. */
export function appCode(secret, ahead = 0) {
  const bits = [...secret.replace(/\s/g, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
