// People and their accounts in a real browser, against a real server and a real mail server: `npm run stories` in web/.
// Pictures of what they see go to the folder that TEMOTO_PICTURES names.
// Globals (describe, test, expect, ...) come from vitest.
import { mkdirSync } from 'node:fs';

import { until } from './lib/browser.mjs';
import { Mailbox } from './lib/mailbox.mjs';
import { appCode, openPerson } from './lib/person.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const NEW = 'velvet otter seventeen';
const PICTURES = process.env.TEMOTO_PICTURES;

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
    // Everybody comes from an address of their own, as through a proxy: limits per address are not what is tried here.
    server = await Server.start({ flags: [...mailbox.flags, '--registration', '--trusted-proxies', '127.0.0.1'] });
    if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  });

  afterEach(async () => {
    for (const { browser } of opened.splice(0)) await browser.close();
  });

  afterAll(async () => {
    await server?.remove();
    await mailbox?.stop();
  });

  async function person(lang, size = {}) {
    const one = await openPerson({ server: server.address, executablePath, lang, pictures: PICTURES, size });
    opened.push(one);
    return one;
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
      // The page before has a field of the same name.
      await one.heading('forgot_title');
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

  for (const lang of ['ja', 'en']) {
    test(`an administrator invites, changes and takes people in (${lang})`, async () => {
      const boss = `boss.${lang}@example.com`;
      const add = ['user', 'add', '--email', boss, '--name', 'Boss', '--role', 'administrator', '--password-stdin'];
      server.runWith(`${PASSWORD}\n`, ...add, '--org', 'Example Corp.');
      const one = await person(lang);
      const { page, w } = one;
      await one.logIn(boss, PASSWORD);
      await one.home();
      await page.getByRole('link', { name: w.users, exact: true }).click();
      await one.heading('users');

      // One by mail, who comes in.
      const email = `invited.${lang}@example.com`;
      await one.press('users_add');
      await page.getByRole('textbox', { name: w.email }).fill(email);
      await page.getByRole('textbox', { name: w.full_name }).fill('招待 Invited');
      await one.press('users_invite');
      await page.getByText(w.users_invited_mail.replace('{email}', email)).waitFor();
      await one.look('users-add');
      await page.getByRole('button', { name: w.close, exact: true }).click();
      const other = await person(lang);
      await other.page.goto(await mailbox.link(email, lang === 'ja' ? '招待されました' : 'invited'));
      await other.page.getByRole('textbox', { name: w.password, exact: true }).fill(PASSWORD);
      await other.page.getByRole('textbox', { name: w.setup_again }).fill(PASSWORD);
      await other.press('setup_create');
      await other.home();
      expect(await other.page.getByRole('link', { name: w.users, exact: true }).count()).toBe(0);

      // Found, suspended, and back again by one press.
      await page.getByRole('searchbox').fill(email);
      await page.getByText(w.users_count.replace('{total}', '1')).waitFor();
      await page.getByRole('button', { name: w.users_actions.replace('{name}', '招待 Invited') }).click();
      await one.look('users-actions');
      await one.press('users_suspend');
      await page.getByText(w.user_disabled, { exact: true }).last().waitFor();
      await other.page.reload();
      await other.page.waitForURL('**/login**');
      await one.press('undo');
      await page.getByText(w.user_active, { exact: true }).last().waitFor();
      await other.logIn(email, PASSWORD);
      await other.home();

      // A table, tried first.
      await one.press('users_import');
      const rows = [`email,name,role`, `table.${lang}@example.com,表 Table,`, `nothing,B,`, `${email},C,`];
      await page.getByLabel(w.users_import_file).setInputFiles({
        name: 'people.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(rows.join('\r\n')),
      });
      await page.getByText(w.row_email_taken).waitFor();
      await page.getByText(w.row_email_invalid).waitFor();
      await one.look('users-import');
      await page.getByRole('button', { name: w.users_import_run.replace('{count}', '1') }).click();
      await page.getByText(w.users_imported.replace('{count}', '1')).waitFor();
      await mailbox.mail(`table.${lang}@example.com`, '');

      // Deleted after a question.
      await page.getByRole('button', { name: w.close, exact: true }).click();
      await page.getByRole('searchbox').fill(`table.${lang}`);
      await page.getByText(w.users_count.replace('{total}', '1')).waitFor();
      await page.getByRole('button', { name: w.users_actions.replace('{name}', '表 Table') }).click();
      await one.press('users_delete');
      await one.look('users-delete');
      await page.getByRole('dialog').getByRole('button', { name: w.users_delete }).click();
      await page.getByText(w.users_none).waitFor();
      await page.getByRole('searchbox').fill('');
      await page.getByText('招待 Invited').first().waitFor();
      await one.look('users');
      await page.setViewportSize({ width: 390, height: 844 });
      await one.look('users-phone');
    });

    test(`where the organization wants a second factor, it comes before everything else (${lang})`, async () => {
      const email = `must.${lang}@must.example`;
      const one = await person(lang);
      await one.go('/register');
      await one.field('email').fill(email);
      await one.page.getByRole('textbox', { name: one.w.password, exact: true }).fill(PASSWORD);
      await one.press('register_send');
      await one.heading('register_sent_title');
      await one.page.goto(await mailbox.link(email, SUBJECT[lang].verify));
      await one.press('verify_button');
      for (const [key, text] of [
        ['company', 'Must Ltd.'],
        ['full_name', 'Must'],
        ['telephone', '03-1234-5678'],
      ])
        await one.field(key).fill(text);
      await one.press('verify_begin');
      await one.home();
      await one.go('/account/security');
      // Who has none cannot ask it of others.
      const policy = one.page.getByLabel(one.w.policy_factor);
      await policy.click();
      await one.page.getByText(one.w.error_second_factor_own_first).waitFor();
      expect(await policy.isChecked()).toBe(false);
      await one.press('factor_start');
      await one.field('password').fill(PASSWORD);
      await one.press('go_on');
      const secret = await one.page.locator('.secret').textContent();
      await one.field('factor_code').fill(appCode(secret));
      await one.press('factor_confirm');
      await one.press('recovery_kept');
      await policy.click();
      await one.page.getByText(one.w.saved, { exact: true }).waitFor();

      const colleague = `colleague.${lang}@must.example`;
      server.runWith(`${PASSWORD}\n`, 'user', 'add', '--email', colleague, '--name', 'Colleague', '--password-stdin', '--org', organisation(email));
      const other = await person(lang);
      await other.logIn(colleague, PASSWORD);
      await other.page.getByText(other.w.factor_must).waitFor();
      await other.look('factor-must');
      await other.go('/console');
      await other.page.getByText(other.w.factor_must).waitFor();
    });
  }

  /** The identifier of the organization that this person registered: two may have the same name. */
  function organisation(email) {
    try {
      server.run('user', 'link', '--email', email, '--org', 'nobody of this name');
    } catch (error) {
      const known = [...String(error).matchAll(/"Must Ltd\." \(([0-9a-f]{32})\)/g)].map(([, id]) => id);
      return known.find((id) => server.run('user', 'list', '--org', id).includes(email));
    }
    throw new Error('there is an organization that should not be');
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
