/** Keyboards to click, and formatted text on its way to the operator's own clipboard, in a real browser. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { BOARDS, MODIFIERS } from '../portal/src/lib/features/session/boards';
import { HIGH_FUNCTIONS, MEDIA } from '../portal/src/lib/features/session/keys';
import en from '../portal/src/lib/i18n/en.json';
import type { ConsoleCommand } from '../session/src/messages';
import { Stage } from './lib';

const PATH = '/console/s/00112233445566778899aabbccddeeff?scenario=';
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  stage.played.loggedIn = true;
});

afterAll(() => stage?.end());

async function opened(scenario: string) {
  const there = await stage.page({ language: 'en', size: { width: 1280, height: 720 } });
  await there.page.goto(PATH + scenario);
  await there.page.getByRole('img', { name: 'Remote screen' }).waitFor();
  return there;
}

/** The keys that the page told the session since the last call. */
async function keys(page: Page): Promise<string[]> {
  const commands = await page.evaluate(() => {
    const { temotoCommands } = globalThis as unknown as { temotoCommands: ConsoleCommand[] };
    return temotoCommands.splice(0);
  });
  return commands.flatMap((command) => (command.type === 'key' ? [`${command.down ? '+' : '-'}${command.code}`] : []));
}

test.each([
  ['jis', /JIS/, 109],
  ['ansi', /ANSI/, 104],
] as const)('every key of the %s keyboard goes down and up, with what is held for it', async (name, label, count) => {
  const { page, context } = await opened('live');
  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByRole('button', { name: label }).click();
  const board = page.getByRole('group', { name: label });
  expect(await board.getByRole('button').count()).toBe(count);
  await keys(page);
  const pressed = (code: string) => board.locator(`[data-code='${code}']`).click();
  for (const { code } of BOARDS[name].caps.filter((cap) => !MODIFIERS.has(cap.code))) {
    await pressed(code);
    expect(await keys(page)).toEqual([`+${code}`, `-${code}`]);
  }
  for (const modifier of MODIFIERS) {
    await pressed(modifier);
    expect([modifier, await keys(page)]).toEqual([modifier, []]);
    await pressed('KeyA');
    expect(await keys(page)).toEqual([`+${modifier}`, '+KeyA', '-KeyA', `-${modifier}`]);
    // Held for one key only.
    await pressed('KeyA');
    expect(await keys(page)).toEqual(['+KeyA', '-KeyA']);
  }
  await context.close();
});

test('keys that few keyboards have, and those of sound, go over with what is held for them', async () => {
  const { page, context } = await opened('live');
  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByRole('button', { name: 'More keys' }).click();
  await keys(page);
  for (const { key, face, codes } of [...HIGH_FUNCTIONS, ...MEDIA]) {
    const name = key ? en[key] : (face ?? '');
    await page.getByRole('button', { name, exact: true }).click();
    expect(await keys(page)).toEqual([`+${codes[0]}`, `-${codes[0]}`]);
  }
  await page.getByRole('button', { name: 'Ctrl', exact: true }).click();
  await page.getByRole('button', { name: 'F13', exact: true }).click();
  expect(await keys(page)).toEqual(['+ControlLeft', '+F13', '-F13', '-ControlLeft']);
  await context.close();
});

test('the keyboard is one stop of Tab, arrows go from key to key, and Esc closes it', async () => {
  const { page, context } = await opened('live');
  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByRole('button', { name: /JIS/ }).click();
  await page.locator(`[data-code='Escape']`).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await keys(page);
  await page.keyboard.press('Enter');
  expect(await keys(page)).toEqual(['+Digit1', '-Digit1']);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-code') ?? null)).toBeNull();
  await page.locator(`[data-code='KeyA']`).focus();
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: /JIS/ }).waitFor({ state: 'detached' });
  await context.close();
});

test('formatted text of another computer is put on the clipboard without what runs or is fetched', async () => {
  const { page, context } = await opened('clipboard-rich');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.getByRole('button', { name: 'Clipboard', exact: true }).click();
  await page.getByRole('menuitem', { name: /Get what your customer copied/ }).click();
  await page.getByText(/It is on your clipboard/).waitFor();
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const read = async (type: string) => (await item?.getType(type))?.text() ?? '';
    return { text: await read('text/plain'), html: await read('text/html') };
  });
  expect(copied.text).toBe('手元 by hand');
  expect(copied.html).toMatch(/<b[ >]|font-weight/);
  expect(copied.html).toContain('data:image/png;base64,');
  expect(copied.html).not.toMatch(/elsewhere|<script|<iframe|onerror|onclick|javascript:|<form|url\(/i);
  expect(fetched.filter((url) => url.includes('elsewhere'))).toEqual([]);
  await context.close();
});
