/** Screens of the online page around a session: guidance, the dashboard, pausing, entrances for other sites, erasure. */
import { press, start } from './acts';
import type { Scene } from './scenes';

export const ONLINE: Scene[] = [
  {
    name: 'console-guidance',
    path: '/console?scenario=waiting',
    loggedIn: true,
    ready: 'h1',
    act: async (page) => {
      await start(page);
      await press(/^(メールで案内|Send guidance)$/)(page);
      await page
        .getByRole('textbox', { name: /^(お客様のメールアドレス|Your customer’s email address)$/ })
        .fill('taro@example.com');
      await press(/^(送信する|Send mail)$/)(page);
      await page.locator('form [role=status]').waitFor();
    },
  },
  {
    name: 'console-guidance-code',
    path: '/console?scenario=waiting',
    loggedIn: true,
    open: false,
    ready: 'h1',
    act: async (page) => {
      await start(page);
      await press(/^(メールで案内|Send guidance)$/)(page);
      const digits = await page
        .getByRole('status', { name: /^(セッションコード|Session code)$/ })
        .first()
        .textContent();
      await page.getByRole('textbox', { name: /^(本文|Text)$/ }).fill(digits ?? '');
      await page.locator('form [role=alert]').waitFor();
    },
  },
  {
    name: 'console-groups',
    path: '/console',
    loggedIn: true,
    live: 'few',
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('radio').nth(1).check({ force: true });
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'console-organisation',
    path: '/console',
    loggedIn: true,
    administrator: true,
    live: 'many',
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('radio').nth(2).check({ force: true });
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'console-groups-none',
    path: '/console',
    loggedIn: true,
    ready: 'h1',
    act: async (page) => {
      await page.getByRole('radio').nth(1).check({ force: true });
      await page.getByText(/^(同じグループの人の|Nobody in your groups)/).waitFor();
    },
  },
  { name: 'console-paused', path: '/console', loggedIn: true, live: 'paused', ready: 'tbody tr' },
  {
    name: 'console-pause',
    path: '/console?scenario=live',
    loggedIn: true,
    ready: 'h1',
    act: async (page) => {
      await press(/^(セッションを開始|Start session)$/)(page);
      await press(/^(一時停止|Pause)$/)(page);
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'embed', path: '/domain/embed', loggedIn: true, administrator: true, ready: 'main textarea' },
  {
    name: 'embed-field',
    path: '/domain/embed',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'main textarea',
    act: async (page) => {
      await page.locator('select').first().selectOption('field');
      await page.locator('.embed input').fill('482');
    },
  },
  {
    name: 'embed-link',
    path: '/domain/embed',
    loggedIn: true,
    administrator: true,
    ready: 'main textarea',
    act: async (page) => {
      await page.locator('select').first().selectOption('link');
      await page.locator('select').nth(1).selectOption('en');
      await page.getByRole('button', { name: /^(サイトを保存|Save the sites)$/ }).click();
      await page.locator('form + *, section [role=status]').first().waitFor();
    },
  },
  { name: 'embedded', path: '/embed/00112233445566778899aabbccddeeff?color=1b7f4d', ready: '.embed input' },
  {
    name: 'embedded-wrong',
    path: '/embed/00112233445566778899aabbccddeeff',
    ready: '.embed input',
    act: async (page) => {
      await page.getByRole('textbox').pressSequentially('482');
      await press(/^(接続|Connect)$/)(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'history-files',
    path: '/console/history',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'table',
    act: async (page) => {
      await press(/^(出来事|What happened)$/)(page);
      await page.locator('section code').first().waitFor();
    },
  },
  {
    name: 'history-erase',
    path: '/console/history',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'table',
    act: async (page) => {
      await page.locator('form select').last().selectOption({ index: 1 });
      await page
        .getByRole('button', { name: /^(消す|Remove|Erase)/ })
        .last()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
];
