// People and their accounts in a real browser, against a real server and a real mail server: `npm run stories` in web/.
// Pictures of what they see go to the folder that TEMOTO_PICTURES names.
// Globals (describe, test, expect, ...) come from vitest.
import { createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { openBrowser, until, words } from './lib/browser.mjs';
import { Mailbox } from './lib/mailbox.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const NEW = 'velvet otter seventeen';
const PICTURES = process.env.TEMOTO_PICTURES;

/** The code that an authenticator app with this secret shows, `ahead` steps from now. */
function appCode(secret, ahead = 0) {
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

const SUBJECT = {
  ja: { verify: 'アカウントの認証', reset: 'パスワードを決め直す', device: '新しい端末', old: 'いまのアドレス', new: '新しいアドレス' },
  en: { verify: 'Verify your account', reset: 'Choose a new password', device: 'new device', old: 'current address', new: 'new address' },
};

describe.skipIf(!built())('people and their accounts', () => {
  let server;
  let mailbox;
  const opened = [];

  beforeAll(async () => {
    mailbox = await Mailbox.start();
    server = await Server.start({ flags: [...mailbox.flags, '--registration'] });
    if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  });

  afterEach(async () => {
    for (const { browser } of opened.splice(0)) await browser.close();
  });

  afterAll(async () => {
    await server?.remove();
    await mailbox?.stop();
  });

  /** A browser of a person, who finds things by their names. */
  async function person(lang, size = {}) {
    const one = await openBrowser({ executablePath, lang, ...size });
    opened.push(one);
    const { page } = one;
    const w = words(lang);
    const exact = (name) => ({ name, exact: true });
    const field = (key) => page.getByLabel(w[key]).first();
    const press = (key) => page.getByRole('button', exact(w[key])).click();
    const go = (path) => page.goto(`${server.address}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
    const heading = (key) => page.getByRole('heading', exact(w[key])).waitFor();
    const look = async (name) => {
      if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.${lang}.png`), fullPage: true });
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
    const home = () => page.getByRole('button', exact(w.start_session)).waitFor();
    return { ...one, w, field, press, go, heading, look, menu, logIn, home };
  }

  for (const lang of ['ja', 'en']) {
    const email = `taro.${lang}@new.example`;

    test(`somebody registers, verifies by mail, fills in the form and has a trial (${lang})`, async () => {
      const one = await person(lang);
      await one.go('/login');
      await one.page.getByRole('link', { name: one.w.register, exact: true }).click();
      await one.heading('register_title');
      await one.field('email').fill(email);
      await one.page.getByRole('textbox', { name: one.w.password, exact: true }).fill(PASSWORD);
      await one.look('register');
      await one.press('register_send');
      await one.heading('register_sent_title');
      await one.look('register-sent');

      await one.page.goto(await mailbox.link(email, SUBJECT[lang].verify));
      await one.heading('verify_title');
      expect(one.page.url()).not.toContain('#');
      await one.look('verify');
      // A reload loses nothing, neither the link nor what was typed.
      await one.page.reload();
      await one.press('verify_button');
      await one.heading('verify_form_title');
      await one.page.getByText(one.w.verified, { exact: true }).waitFor();
      expect(await one.page.getByRole('button', { name: one.w.verify_begin }).isDisabled()).toBe(true);
      await one.field('company').fill(lang === 'ja' ? '株式会社サンプル' : 'Sample Ltd.');
      await one.page.reload();
      await one.field('full_name').fill(lang === 'ja' ? '山田 太郎' : 'Taro Yamada');
      await one.field('telephone').fill(lang === 'ja' ? '０３－１２３４－５６７８' : '+81 3 1234 5678');
      await one.look('verify-form');
      await one.press('verify_begin');
      await one.home();
      await one.page.getByText(one.w.trial_left.replace('{days}', '15')).waitFor();
      await one.look('console-trial');
      await one.press('start_session');
      await one.page.getByRole('status', { name: one.w.session_code }).first().waitFor();
    });

    test(`a second factor is set up, asked for and recovered (${lang})`, async () => {
      const one = await person(lang);
      await one.logIn(email, PASSWORD);
      await one.home();
      await one.menu('security');
      await one.heading('security');
      await one.look('security');
      await one.press('factor_start');
      await one.field('password').fill('not it at all');
      await one.press('go_on');
      await one.page.getByRole('alert').filter({ hasText: one.w.error_wrong_password }).waitFor();
      await one.field('password').fill(PASSWORD);
      await one.press('go_on');
      await one.page.getByRole('img', { name: one.w.factor_qr }).waitFor();
      const secret = await one.page.locator('.secret').textContent();
      await one.look('factor-set-up');
      await one.field('factor_code').fill(appCode(secret));
      await one.press('factor_confirm');
      const codes = one.page.getByRole('list', { name: one.w.recovery }).getByRole('listitem');
      await codes.first().waitFor();
      const recovery = await codes.allTextContents();
      expect(recovery).toHaveLength(10);
      await one.look('recovery-codes');
      await one.press('recovery_kept');
      await one.page.getByText(one.w.factor_on, { exact: true }).waitFor();

      const away = await person(lang, { width: 390, height: 844 });
      await away.logIn(email, PASSWORD);
      await away.heading('code_step_title');
      await away.look('code-step');
      await away.field('code_step_label').fill('000000');
      await away.press('log_in');
      await away.page.getByRole('alert').filter({ hasText: away.w.error_second_factor_wrong }).waitFor();
      await away.field('code_step_label').fill(appCode(secret, 1));
      await away.page.getByLabel(away.w.code_step_trust).check();
      await away.press('log_in');
      await away.home();
      await away.look('console-phone');
      await mailbox.mail(email, SUBJECT[lang].device);
      await away.menu('security');
      await away.page.getByText(away.w.device_trusted).waitFor();
      await away.look('security-phone');
      // Trusted: not asked again.
      await away.menu('log_out');
      await away.logIn(email, PASSWORD);
      await away.home();

      // The first device sees it and signs it out.
      await one.page.reload();
      await one.page.getByText(one.w.device_end, { exact: true }).first().waitFor();
      await one.look('security-devices');
      await one.press('devices_end_others');
      await one.page.getByText(one.w.devices_ended).waitFor();
      await away.logIn(email, PASSWORD);
      await away.heading('code_step_title');
      await away.field('code_step_label').fill(recovery[0].toLowerCase());
      await away.press('log_in');
      await away.home();
    });

    test(`a forgotten password is chosen anew by mail, and the second factor stays (${lang})`, async () => {
      const one = await person(lang);
      await one.go('/login');
      await one.page.getByRole('link', { name: one.w.forgot, exact: true }).click();
      await one.field('email').fill(email);
      await one.look('forgot');
      await one.press('forgot_send');
      await one.heading('register_sent_title');
      await one.page.goto(await mailbox.link(email, SUBJECT[lang].reset));
      await one.page.getByRole('textbox', { name: one.w.reset_title }).fill(NEW);
      await one.look('reset');
      await one.press('reset_save');
      await one.page.getByText(one.w.reset_done).waitFor();
      await one.logIn(email, NEW);
      await one.heading('code_step_title');
    });

    test(`the address changes when both have confirmed (${lang})`, async () => {
      const mail = `jiro.${lang}@example.com`;
      server.runWith(`${PASSWORD}\n`, 'user', 'add', '--email', mail, '--name', '鈴木 次郎', '--password-stdin', '--org', 'Example Corp.');
      const one = await person(lang);
      await one.logIn(mail, PASSWORD);
      await one.home();
      await one.menu('profile');
      await one.heading('profile');
      await one.field('user_name').fill('じろう');
      await one.page.getByRole('button', { name: one.w.optional_save }).first().click();
      await one.page.getByText(one.w.saved, { exact: true }).first().waitFor();
      await one.press('profile_email_change');
      await one.look('profile');
      const next = `jiro.${lang}@next.example`;
      await one.page.getByRole('textbox', { name: one.w.profile_email_new, exact: true }).fill(next);
      await one.page.getByRole('textbox', { name: one.w.password_current }).first().fill(PASSWORD);
      await one.press('profile_email_send');
      await one.page.getByText(one.w.not_agreed, { exact: true }).first().waitFor();
      await one.look('profile-waiting');
      for (const [to, words, done] of [
        [next, SUBJECT[lang].new, 'confirm_waiting'],
        [mail, SUBJECT[lang].old, 'confirm_changed'],
      ]) {
        await one.page.goto(await mailbox.link(to, words));
        await one.page.getByRole('button', { name: one.w.confirm_agree }).waitFor();
        await one.look(`confirm-${done}`);
        await one.press('confirm_agree');
        await one.page.getByText(one.w[done]).waitFor();
      }
      const other = await person(lang);
      await other.logIn(next, PASSWORD);
      await other.home();
    });
  }

  test('a mail that was refused comes later, and one to nobody never', async () => {
    const one = await person('en');
    for (const name of ['later', 'nobody']) {
      await one.go('/register');
      await one.field('email').fill(`${name}@new.example`);
      await one.page.getByRole('textbox', { name: one.w.password, exact: true }).fill(PASSWORD);
      await one.press('register_send');
      await one.heading('register_sent_title');
    }
    const to = (address) => () => mailbox.all().some((mail) => mail.to.includes(address));
    await until('the refused mail arrives', to('later@new.example'), 60_000);
    expect(mailbox.all().some(({ to }) => to.includes('nobody@new.example'))).toBe(false);
  });

  test('without a mail server the pages say what to do', async () => {
    const silent = await Server.start();
    try {
      const one = await person('ja');
      for (const [path, key] of [
        ['/forgot', 'forgot_no_mail'],
        ['/register', 'register_off'],
      ]) {
        await one.page.goto(`${silent.address}${path}?lang=ja`);
        await one.page.getByText(one.w[key]).waitFor();
        await one.look(`silent${path.replace('/', '-')}`);
      }
      await one.page.goto(`${silent.address}/login?lang=ja`);
      expect(await one.page.getByRole('link', { name: one.w.register, exact: true }).count()).toBe(0);
    } finally {
      await silent.remove();
    }
  });

  test('the command line tries the mail server', async () => {
    const said = server.run('mail', 'test', '--to', 'admin@example.com', '--lang', 'ja', ...mailbox.flags);
    expect(said).toContain('took a mail to admin@example.com');
    const mail = await mailbox.mail('admin@example.com', 'メールの試験');
    expect(mail.from).toContain('support@example.com');
    expect(() => server.run('mail', 'test', '--to', 'nobody@example.com', ...mailbox.flags)).toThrow('no such mailbox');
  });

  test('an operator of an own installation is not told of trials', async () => {
    const one = await person('ja');
    await one.logIn(EMAIL, PASSWORD);
    await one.home();
    expect(await one.page.getByText('試用').count()).toBe(0);
  });
});
