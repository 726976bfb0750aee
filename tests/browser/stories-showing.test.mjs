// Screens out of browsers, in real browsers with windows: a customer who shares without the program, and an operator who shows a screen.
// Globals (describe, test, expect, ...) come from vitest.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';

import { until } from './lib/browser.mjs';
import { missing } from './lib/computer.mjs';
import { Customer } from './lib/customer.mjs';
import { Desktop } from './lib/desktop.mjs';
import { Operator } from './lib/operator.mjs';
import { EMAIL, PASSWORD, Server, built } from './lib/server.mjs';
import { BAR, endSharing, exact, headedCustomer, headedOperator, join, share, show, shown, sign, stopSharing, stopShowing, placed, pressTheBar, invoice, sameAs, TAB, TITLE } from './lib/showing.mjs';
import { xServer } from './lib/xserver.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ready = () => built() && existsSync(executablePath) && missing().length === 0;
const WITHOUT_WORKER_FRAMES = 'delete globalThis.MediaStreamTrackProcessor';
const REFUSES = `navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))`;

describe.skipIf(!ready())('a screen out of a browser', () => {
  let server;
  let home;
  let desktop;
  let people = [];
  const running = [];

  beforeAll(async () => {
    server = await Server.start();
  });

  beforeEach(async () => {
    home = mkdtempSync(path(tmpdir(), 'temoto-showing-'));
    const { display } = await xServer((child) => running.push(child), [1283, 901]);
    desktop = new Desktop({ DISPLAY: display, HOME: home });
    for (const name of ['WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR']) delete desktop.environment[name];
    // Windows can be picked only where somebody manages them.
    own(desktop.start('openbox'));
  });

  afterEach(async ({ task }) => {
    const kept = process.env.TEMOTO_SHOWING_PICTURES;
    for (const [at, one] of people.entries())
      if (kept) await one.page.screenshot({ path: path(kept, `${task.name.replaceAll(' ', '-').slice(-40)}-${at}.png`) }).catch(() => undefined);
    for (const one of people.splice(0)) await one.close().catch(() => undefined);
    for (const child of running.splice(0).reverse()) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  afterAll(() => server?.remove());

  const all = (lang) => ({ server: server.address, executablePath, lang, environment: desktop.environment });
  const own = (child) => running.push(child);
  const sees = (person, key) => person.log().getByText(person.words[key]).last().waitFor({ timeout: 20_000 });
  const times = (person, key) => person.log().getByText(person.words[key]).count();

  async function here(one) {
    people.push(one);
    return one;
  }

  async function seat() {
    const operator = await here(await Operator.open({ server: server.address, executablePath, lang: 'ja' }));
    await operator.logIn(EMAIL, PASSWORD);
    return operator;
  }

  const control = (operator) => operator.page.getByRole('button', { name: operator.words.control, exact: true });

  for (const [name, prepare] of [
    ['by frames in the worker', null],
    ['by a film in the page, where the browser gives no frames to workers', WITHOUT_WORKER_FRAMES],
  ])
    test(`a customer shares the screen without a download, ${name}`, async () => {
      const operator = await seat();
      const customer = await here(await headedCustomer({ ...all('ja'), prepare }));
      const { area } = await sign(desktop, own);
      await join(operator, customer);
      await share(customer);
      await exact(operator, operator.canvas(), desktop, area);
      await sees(operator, 'event_operator_browser_shared');
      await sees(customer, 'event_browser_shared');
      expect(await control(operator).isDisabled()).toBe(true);
      expect(await control(operator).getAttribute('title')).toBe(operator.words.browser_view_only);

      await stopSharing(customer);
      await sees(operator, 'event_operator_browser_unshared');
      await operator.page.getByRole('heading', { name: operator.words.stage_joined }).waitFor();
      // And once more.
      await share(customer);
      await exact(operator, operator.canvas(), desktop, area);

      // The operator has seen enough: the browser captures nothing any more.
      await endSharing(operator);
      await sees(operator, 'event_operator_browser_ended');
      await sees(customer, 'event_browser_ended');
      await customer.page.getByRole('button', { name: customer.words.browser_pick, exact: true }).waitFor();
      await until('no bar of the browser', async () => !(await desktop.window(BAR, 1).catch(() => null)));
      await operator.page.getByRole('heading', { name: operator.words.stage_joined }).waitFor();
    });

  test('a window that is closed ends what was shared, and so does a tab', async () => {
    const operator = await seat();
    const customer = await here(await headedCustomer({ ...all('ja'), source: TITLE }));
    const { child } = await sign(desktop, own);
    await join(operator, customer);
    await share(customer);
    await until('a picture', () => operator.canvas().isVisible());
    await sees(operator, 'event_operator_browser_shared');
    child.kill();
    await sees(operator, 'event_operator_browser_unshared');
    await customer.page.getByRole('button', { name: customer.words.browser_pick, exact: true }).waitFor();

    await sign(desktop, own);
    await share(customer);
    await until('shared again', async () => (await times(operator, 'event_operator_browser_shared')) === 2);
    await customer.page.reload();
    await until('told', async () => (await times(operator, 'event_operator_browser_unshared')) === 2);
  });

  test('one window goes over without what is beside it, and follows it wherever it is put', async () => {
    const operator = await seat();
    const customer = await here(await headedCustomer({ ...all('ja'), source: TITLE }));
    const { area } = await sign(desktop, own);
    await join(operator, customer);
    await share(customer);
    await until('a picture', () => operator.canvas().isVisible());
    const size = () => operator.canvas().evaluate(({ width, height }) => [width, height]);
    const { id } = await desktop.window(`^${TITLE}$`);
    const first = placed(desktop, id);
    // The browser films in even numbers of pixels.
    const even = [first.width, first.height].map((length) => length - (length % 2));
    await until('the size of the window', async () => (await size()).join() === even.join());
    await exact(operator, operator.canvas(), desktop, area, null, first);
    // Elsewhere on the screen it is the same window.
    desktop.start('xdotool', ['windowmove', id, '620', '420']);
    const next = await until('the window elsewhere', () => {
      const now = placed(desktop, id);
      return now.x !== first.x && now.y !== first.y ? now : null;
    });
    const there = { ...area, x: area.x + next.x - first.x, y: area.y + next.y - first.y };
    await exact(operator, operator.canvas(), desktop, there, null, next);
    expect(await size()).toEqual(even);
  });

  test('a tab of another page goes over, also while it is not in front, and ends with it', async () => {
    const operator = await seat();
    const customer = await here(await headedCustomer({ ...all('ja'), tab: TAB }));
    await join(operator, customer);
    const { page, says } = await invoice(customer);
    await says('Total 12,300');
    await customer.page.bringToFront();
    await share(customer);
    await sees(operator, 'event_operator_browser_shared');
    await sameAs(operator.canvas(), page);
    // What is new there comes, and of the page in front nothing does.
    await customer.say('この請求書です');
    await says('Total 45,600');
    await sameAs(operator.canvas(), page);
    await page.close();
    await sees(operator, 'event_operator_browser_unshared');
    await customer.page.getByRole('button', { name: customer.words.browser_pick, exact: true }).waitFor();
  });

  test('an operator shows a tab, which is named, and the customer sees nothing else', async () => {
    const operator = await here(await headedOperator({ ...all('ja'), tab: TAB, email: EMAIL, password: PASSWORD }));
    const customer = await here(await Customer.open({ server: server.address, executablePath, lang: 'ja' }));
    await join(operator, customer);
    const { page, says } = await invoice(operator);
    await says('Page 1');
    await operator.page.bringToFront();
    await show(operator);
    await operator.page.getByText(operator.words.surface_tab).first().waitFor();
    await sameAs(shown(customer), page);
    await says('Page 2');
    await sameAs(shown(customer), page);
    await page.close();
    await shown(customer).waitFor({ state: 'detached' });
    await sees(customer, 'event_show_stopped');
  });

  test('the bar of the browser itself ends it', async () => {
    const operator = await seat();
    const customer = await here(await headedCustomer(all('ja')));
    const { area } = await sign(desktop, own);
    await join(operator, customer);
    await share(customer);
    await exact(operator, operator.canvas(), desktop, area);
    await pressTheBar(desktop);
    await sees(operator, 'event_operator_browser_unshared');
    await customer.page.getByRole('button', { name: customer.words.browser_pick, exact: true }).waitFor();
  });

  test('it goes on while another tab is in front', async () => {
    const operator = await seat();
    const customer = await here(await headedCustomer(all('ja')));
    await join(operator, customer);
    await share(customer);
    const other = await customer.context.newPage();
    await other.bringToFront();
    // What the sign says is new: it was not there when the page was seen last.
    const { area } = await sign(desktop, own);
    await exact(operator, operator.canvas(), desktop, area);
  });

  test('a no is told to both', async () => {
    const operator = await seat();
    const customer = await here(await Customer.open({ server: server.address, executablePath, lang: 'en' }));
    await customer.page.addInitScript(REFUSES);
    await join(operator, customer);
    await share(customer);
    await customer.page.getByText(customer.words.browser_refused).waitFor();
    await operator.page.getByRole('heading', { name: operator.words.stage_not_shared }).waitFor();
  });

  test('an operator shows the screen on the join page, and each side ends it', async () => {
    const operator = await here(await headedOperator({ ...all('en'), email: EMAIL, password: PASSWORD }));
    const customer = await here(await Customer.open({ server: server.address, executablePath, lang: 'ja' }));
    const { area } = await sign(desktop, own);
    await join(operator, customer);
    await show(operator);
    await exact(customer, shown(customer), desktop, area);
    await customer.page.getByRole('heading', { name: customer.words.shown_title.replace('{name}', '佐藤 花子') }).waitFor();
    await sees(customer, 'event_show_started');
    await stopShowing(operator);
    await shown(customer).waitFor({ state: 'detached' });
    await sees(customer, 'event_show_stopped');

    await show(operator);
    await exact(customer, shown(customer), desktop, area);
    await customer.page.getByRole('button', { name: customer.words.shown_close, exact: true }).click();
    await operator.page.getByText(operator.words.notice_show_closed).first().waitFor();
    await operator.page.getByRole('button', { name: operator.words.show_stop, exact: true }).waitFor({ state: 'detached' });

    // A customer who loads the page anew sees it again.
    await show(operator);
    await exact(customer, shown(customer), desktop, area);
    await customer.page.reload();
    await exact(customer, shown(customer), desktop, area);
    await operator.page.reload();
    await shown(customer).waitFor({ state: 'detached', timeout: 30_000 });
  });
});
