/** Registration, and the own account, users and groups. */
import type { Page } from 'playwright-core';
import { press } from './acts';
import type { Scene } from './scenes';

const setUpFactor = async (page: Page) => {
  await press(/^(設定する|Set it up)$/)(page);
  await page.getByLabel(/^(パスワード|Password)$/).fill('not a real one');
  await press(/^(次へ|Continue)$/)(page);
  await page.getByRole('img').waitFor();
};

export const ACCOUNTS: Scene[] = [
  { name: 'register', path: '/register', ready: 'form' },
  { name: 'register-off', path: '/register', open: false, ready: '[role=status]' },
  { name: 'verify', path: '/verify#00ff', ready: 'form' },
  { name: 'verify-form', path: '/verify#00ff', ready: 'form', act: press(/^(アカウントを認証|Verify account)$/) },
  { name: 'verify-no-token', path: '/verify', ready: '[role=alert]' },
  { name: 'forgot', path: '/forgot', ready: 'form' },
  { name: 'forgot-no-mail', path: '/forgot', open: false, ready: 'details' },
  { name: 'reset', path: '/reset#00ff', ready: 'form' },
  { name: 'confirm', path: '/confirm#00ff', ready: 'form' },
  { name: 'console-trial', path: '/console', loggedIn: true, administrator: true, contract: 'trial', ready: 'h1' },
  {
    name: 'console-trial-over',
    path: '/console',
    loggedIn: true,
    administrator: true,
    contract: 'trial_over',
    ready: '[role=alert]',
  },
  {
    name: 'console-menu',
    path: '/console',
    loggedIn: true,
    administrator: true,
    ready: 'h1',
    act: press(/^(アカウントのメニュー|Account menu)/),
  },
  { name: 'profile', path: '/account/profile', loggedIn: true, administrator: true, ready: 'form' },
  { name: 'security', path: '/account/security', loggedIn: true, administrator: true, ready: 'section li' },
  {
    name: 'security-on',
    path: '/account/security',
    loggedIn: true,
    administrator: true,
    factor: true,
    ready: 'section li',
  },
  {
    name: 'security-set-up',
    path: '/account/security',
    loggedIn: true,
    administrator: true,
    ready: 'section li',
    act: setUpFactor,
  },
  {
    name: 'security-recovery',
    path: '/account/security',
    loggedIn: true,
    administrator: true,
    ready: 'section li',
    act: async (page) => {
      await setUpFactor(page);
      await page.getByRole('textbox').fill('123456');
      await press(/^(有効にする|Turn it on)$/)(page);
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'users', path: '/domain/users', loggedIn: true, administrator: true, ready: 'main li' },
  {
    name: 'users-added',
    path: '/domain/users',
    loggedIn: true,
    administrator: true,
    open: false,
    ready: 'main li',
    act: async (page) => {
      await press(/^(ユーザーを追加|Add a user)$/)(page);
      await page.getByRole('textbox', { name: /^(メールアドレス|Email)/ }).fill('saburo@example.com');
      await page.getByRole('textbox', { name: /^(氏名|Full name)/ }).fill('鈴木 三郎');
      await press(/^(招待する|Invite)$/)(page);
      await page.locator('.link').waitFor();
    },
  },
  {
    name: 'users-import',
    path: '/domain/users',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: async (page) => {
      await press(/^(CSV から取り込む|Import from CSV)$/)(page);
      await page.locator('input[type=file]').setInputFiles({
        name: 'people.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('email,name'),
      });
      await page.locator('.why').waitFor();
    },
  },
  {
    name: 'users-actions',
    path: '/domain/users',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: press(/^(田中 一郎 への操作|Actions for 田中 一郎)$/),
  },
  {
    name: 'users-permissions',
    path: '/domain/users',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: async (page) => {
      await press(/^(田中 一郎 への操作|Actions for 田中 一郎)$/)(page);
      await press(/^(使える機能|Permissions)$/)(page);
      await page.locator('.permissions select').first().waitFor();
      await page.locator('.permissions select').first().selectOption('deny');
      await page.getByRole('button', { name: /^(元に戻す|Undo)$/ }).waitFor();
    },
  },
  { name: 'groups', path: '/domain/groups', loggedIn: true, administrator: true, ready: 'main li' },
  {
    name: 'groups-none',
    path: '/domain/groups',
    loggedIn: true,
    administrator: true,
    past: true,
    ready: 'main [role=status]',
    act: async (page) => {
      await page.getByRole('textbox').fill('夜間サポート');
      await press(/^(グループを作る|Make a group)$/)(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'groups-open',
    path: '/domain/groups',
    loggedIn: true,
    administrator: true,
    ready: 'main li',
    act: async (page) => {
      await press(/^(グループ「夜間サポート」を開く|Open the group “Night shift”)$/)(page);
      await page.getByRole('searchbox').fill('鈴木');
      await page.getByRole('button', { name: /^(鈴木 三郎 を追加|Add 鈴木 三郎)$/ }).waitFor();
      await page.locator('.panel select').first().waitFor();
    },
  },
  {
    name: 'permissions',
    path: '/domain/permissions',
    loggedIn: true,
    administrator: true,
    ready: 'main select',
  },
  {
    name: 'console-denied',
    path: '/console',
    loggedIn: true,
    denied: ['one_time'],
    ready: 'main [role=alert]',
  },
];
