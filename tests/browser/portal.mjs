// The online page from end to end: a new organization from its registration to the audit trail, in real browsers, against a real server
// and a real mail server. Played by the demonstration (demo-portal.mjs) and by the stories.
import { until } from './lib/browser.mjs';
import { Customer } from './lib/customer.mjs';
import { Mailbox } from './lib/mailbox.mjs';
import { appCode, openPerson } from './lib/person.mjs';
import { PASSWORD } from './lib/server.mjs';

export const STEPS = [
  'register',
  'verify_mail',
  'user_form',
  'trial',
  'invite',
  'permissions',
  'second_factor',
  'licence_activation',
  'third_session_refused',
  'history',
  'audit_verified',
];
const SAID = {
  ja: {
    company: '株式会社サンプル',
    name: '山田 太郎',
    telephone: '０３－１２３４－５６７８',
    verify: 'アカウントの認証',
    invited: '招待されました',
    operators: ['佐藤 花子', '鈴木 次郎'],
    note: '印刷できました。',
  },
  en: {
    company: 'Sample Ltd.',
    name: 'Taro Yamada',
    telephone: '+81 3 1234 5678',
    verify: 'Verify your account',
    invited: 'invited',
    operators: ['Hanako Sato', 'Jiro Suzuki'],
    note: 'The printer works.',
  },
};

/** Flags of a server that lets organizations register; everybody comes from an address of their own. */
export const FLAGS = ['--registration', '--trusted-proxies', '127.0.0.1'];

export class Portal {
  /** `pictures`: a folder for one of every step, or nothing. */
  constructor({ server, mailbox, lang, executablePath, pictures = null }) {
    Object.assign(this, {
      server,
      mailbox,
      lang,
      executablePath,
      pictures,
      said: SAID[lang],
    });
    Object.assign(this, {
      email: `taro.${lang}@sample.example`,
      opened: [],
      screenshots: [],
    });
    this.done = Object.fromEntries(STEPS.map((step) => [step, false]));
  }

  /** Plays all of it; stops where something is not as it must be. */
  async play(say) {
    this.owner = await this.person();
    for (const step of STEPS) {
      say(step);
      this.step = step;
      await this[step]();
      this.done[step] = true;
      await this.look(step);
    }
  }

  async person() {
    const one = await openPerson({
      server: this.server.address,
      executablePath: this.executablePath,
      lang: this.lang,
      pictures: this.pictures,
    });
    this.opened.push(one);
    return one;
  }

  async look(name) {
    const number = String(STEPS.indexOf(name) + 1).padStart(2, '0');
    const path = await this.owner.look(`portal-${number}-${name}`);
    if (path && !this.screenshots.includes(path)) this.screenshots.push(path);
  }

  words(key, values = {}) {
    return this.owner.w[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  async register() {
    const { owner } = this;
    await owner.go('/login');
    await owner.page.getByRole('link', { name: owner.w.register, exact: true }).click();
    await owner.heading('register_title');
    await owner.field('email').fill(this.email);
    await owner.page.getByRole('textbox', { name: owner.w.password, exact: true }).fill(PASSWORD);
    await owner.press('register_send');
    await owner.heading('register_sent_title');
  }

  async verify_mail() {
    const { owner } = this;
    await owner.page.goto(await this.mailbox.link(this.email, this.said.verify));
    await owner.heading('verify_title');
    await owner.press('verify_button');
    await owner.heading('verify_form_title');
    await owner.page.getByText(owner.w.verified, { exact: true }).waitFor();
  }

  async user_form() {
    const { owner, said } = this;
    await owner.field('company').fill(said.company);
    await owner.field('full_name').fill(said.name);
    await owner.field('telephone').fill(said.telephone);
    await this.look('user_form');
    await owner.press('verify_begin');
    await owner.home();
  }

  async trial() {
    await this.owner.page.getByText(this.words('trial_left', { days: 15 })).waitFor();
  }

  /** Two operators by mail, who come in by it. */
  async invite() {
    const { owner, said } = this;
    await owner.page.getByRole('link', { name: owner.w.users, exact: true }).click();
    await owner.heading('users');
    this.operators = [];
    for (const [n, name] of said.operators.entries()) {
      const email = `operator${n}.${this.lang}@sample.example`;
      await owner.press('users_add');
      await owner.page.getByRole('textbox', { name: owner.w.email }).fill(email);
      await owner.page.getByRole('textbox', { name: owner.w.full_name }).fill(name);
      await owner.press('users_invite');
      await owner.page.getByText(this.words('users_invited_mail', { email })).waitFor();
      await owner.page.getByRole('button', { name: owner.w.close, exact: true }).click();
      const other = await this.person();
      await other.page.goto(await this.mailbox.link(email, said.invited));
      await other.page.getByRole('textbox', { name: other.w.password, exact: true }).fill(PASSWORD);
      await other.page.getByRole('textbox', { name: other.w.setup_again }).fill(PASSWORD);
      await other.press('setup_create');
      await other.home();
      this.operators.push(other);
    }
  }

  /** The first operator may take screenshots, the second may not; both read it, and who decided it. */
  async permissions() {
    const { owner, said } = this;
    const answers = async (operator, key) => {
      await operator.go('/account/profile');
      await operator.page.getByRole('listitem').filter({ hasText: operator.w.function_screenshot }).last().getByText(operator.w[key], { exact: true }).waitFor();
      await operator.go('/console');
    };
    for (const [n, setting, key] of [
      [0, 'allow', 'permission_may'],
      [1, 'deny', 'permission_may_not'],
    ]) {
      await owner.go('/domain/users');
      await owner.page.getByRole('button', { name: this.words('users_actions', { name: said.operators[n] }), exact: true }).click();
      await owner.press('permissions');
      const name = this.words('permission_setting', { function: owner.w.function_screenshot });
      await owner.page.getByRole('combobox', { name }).selectOption(setting);
      await owner.page.getByText(this.words('permission_changed', { function: owner.w.function_screenshot })).waitFor();
      await answers(this.operators[n], key);
    }
  }

  async second_factor() {
    const { owner } = this;
    await owner.menu('security');
    await owner.heading('security');
    await owner.press('factor_start');
    await owner.field('password').fill(PASSWORD);
    await owner.press('go_on');
    await owner.page.getByRole('img', { name: owner.w.factor_qr }).waitFor();
    const secret = await owner.page.locator('.secret').textContent();
    await owner.field('factor_code').fill(appCode(secret));
    await owner.press('factor_confirm');
    await owner.page.getByRole('list', { name: owner.w.recovery }).getByRole('listitem').first().waitFor();
    await owner.press('recovery_kept');
    await owner.page.getByText(owner.w.factor_on, { exact: true }).waitFor();
    // It is asked for on another device.
    const away = await this.person();
    await away.logIn(this.email, PASSWORD);
    await away.heading('code_step_title');
    await away.field('code_step_label').fill(appCode(secret, 1));
    await away.press('log_in');
    await away.home();
  }

  async licence_activation() {
    const { owner } = this;
    const key = this.server.run('licence', 'issue', '--sessions', '2', '--holder', this.said.company).trim();
    await owner.go('/console/licences');
    await owner.page.getByRole('textbox', { name: owner.w.licence_key }).fill(key);
    await owner.press('licences_activate');
    await owner.page.getByText(this.words('licence_activated', { sessions: 2 })).waitFor();
  }

  /** A session of this operator, and a customer who joined it. */
  async session(operator) {
    await operator.press('start_session');
    const card = operator.page.getByRole('status', {
      name: operator.w.session_code,
    });
    const digits = await until('a code', async () => {
      const text = (
        await card
          .first()
          .textContent()
          .catch(() => '')
      ).replace(/\D/g, '');
      return text.length === 8 && text;
    });
    const customer = await Customer.open({
      server: this.server.address,
      executablePath: this.executablePath,
      lang: this.lang,
    });
    this.opened.push(customer);
    await customer.goToJoin();
    await customer.connect(digits);
    await customer.paired();
  }

  async third_session_refused() {
    const { owner } = this;
    for (const operator of this.operators) await this.session(operator);
    await owner.go('/console');
    await owner.press('start_session');
    await owner.page.getByRole('heading', { name: owner.w.lease_all_used }).waitFor();
    for (const name of this.said.operators) await owner.page.getByText(name).first().waitFor();
  }

  async history() {
    const { owner, said } = this;
    await owner.press('close');
    await owner.go('/console/history');
    const rows = owner.page.getByRole('row');
    for (const name of said.operators) await rows.filter({ hasText: name }).first().waitFor();
    const row = rows.filter({ hasText: said.operators[0] });
    await row.getByRole('button', { name: owner.w.history_add_note }).click();
    await owner.page.getByRole('textbox', { name: owner.w.history_ticket }).fill('#20418');
    await owner.page.getByRole('textbox', { name: owner.w.history_note, exact: true }).fill(said.note);
    await owner.press('history_save');
    await owner.page.getByText(said.note).waitFor();
    await row.getByRole('button', { name: owner.w.story, exact: true }).click();
    await row.getByRole('listitem').filter({ hasText: owner.w.story_customer_joined }).waitFor();
  }

  async audit_verified() {
    const told = this.server.run('audit', 'verify');
    if (told.includes('NOT IN ORDER')) throw new Error(told);
  }

  async close() {
    for (const one of this.opened.splice(0)) await one.browser.close();
  }
}
