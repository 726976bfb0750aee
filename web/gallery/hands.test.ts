/** The operator's hands on the other screen, in a real browser: exact pixels at every scale, every key, nothing that stays pressed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { ConsoleCommand } from '../session/src/messages';
import { Stage } from './lib';

const PATH = '/console/s/00112233445566778899aabbccddeeff?scenario=live';
const PICTURE = { width: 1280, height: 720 };
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  stage.played.loggedIn = true;
});

afterAll(() => stage?.end());

async function live(scale = 1, size = { width: 1280, height: 720 }) {
  const opened = await stage.page({ language: 'en', size, scale });
  await opened.page.goto(PATH);
  await opened.page.getByRole('img', { name: 'Remote screen' }).waitFor();
  await opened.page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'application');
  return opened;
}

/** What the page told the session since the last call. */
function told(page: Page): Promise<ConsoleCommand[]> {
  return page.evaluate(() => {
    const { temotoCommands } = globalThis as unknown as { temotoCommands: ConsoleCommand[] };
    return temotoCommands.splice(0).filter(({ type }) => type !== 'canvas');
  });
}

const box = async (page: Page) => {
  const found = await page.getByRole('img', { name: 'Remote screen' }).boundingBox();
  if (!found) throw new Error('no picture');
  return found;
};

describe.each([1, 1.25, 1.5, 2])('at %d device pixels per pixel', (scale) => {
  test.each(['Fit', '100%'])('a point is the remote pixel under it, zoom %s', async (zoom) => {
    const { page, context } = await live(scale);
    await page.getByRole('button', { name: zoom, exact: true }).click();
    const shown = await box(page);
    // Browsers lay out in 64ths of a pixel.
    if (zoom === '100%') expect(Math.abs(shown.width * scale - PICTURE.width)).toBeLessThan(scale / 64);
    await told(page);
    for (const [x, y] of [
      [0, 0],
      [1, 1],
      [217, 101],
      [640, 360],
    ] as const) {
      await page.mouse.move(
        shown.x + ((x + 0.5) * shown.width) / PICTURE.width,
        shown.y + ((y + 0.5) * shown.height) / PICTURE.height,
      );
      const last = (await told(page)).findLast(({ type }) => type === 'pointer');
      expect(last).toMatchObject({ x, y });
    }
    await context.close();
  });
});

test('at 100 % the painted pixels are the screen pixels', async () => {
  const { page, context } = await live(1, { width: 1700, height: 900 });
  await page.getByRole('button', { name: '100%', exact: true }).click();
  const shown = await box(page);
  expect([shown.x % 1, shown.y % 1, shown.width, shown.height]).toEqual([0, 0, PICTURE.width, PICTURE.height]);
  await context.close();
});

test('keys go by their code, the Japanese ones too, and the page keeps none', async () => {
  const { page, context } = await live();
  await told(page);
  const client = await context.newCDPSession(page);
  const codes = [
    'IntlYen',
    'IntlRo',
    'Convert',
    'NonConvert',
    'KanaMode',
    'Backquote',
    'F5',
    'Tab',
    'KeyA',
    'NumpadEnter',
  ];
  for (const code of codes) {
    for (const type of ['rawKeyDown', 'keyUp'] as const)
      await client.send('Input.dispatchKeyEvent', { type, code, key: 'Unidentified', windowsVirtualKeyCode: 0 });
  }
  const keys = (await told(page)).flatMap((command) =>
    command.type === 'key' ? [`${command.down ? '+' : '-'}${command.code}`] : [],
  );
  expect(keys).toEqual(codes.flatMap((code) => [`+${code}`, `-${code}`]));
  await expect(page.evaluate(() => document.activeElement?.getAttribute('role'))).resolves.toBe('application');
  await context.close();
});

test('when the window loses the focus everything is released', async () => {
  const { page, context } = await live();
  await page.keyboard.down('Shift');
  await told(page);
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  expect(await told(page)).toEqual([{ type: 'blur' }]);
  await page.keyboard.up('Shift');
  expect(await told(page)).toEqual([]);
  await context.close();
});

test('Ctrl + Alt + Shift gives the keyboard back to the page', async () => {
  const { page, context } = await live();
  for (const key of ['Control', 'Alt', 'Shift']) await page.keyboard.down(key);
  await page.keyboard.up('Shift');
  await expect(page.evaluate(() => document.activeElement?.textContent?.trim())).resolves.toBe('Control');
  expect((await told(page)).at(-1)).toEqual({ type: 'blur' });
  await context.close();
});

test('a drag that leaves the picture holds on, and the wheel turns in 120ths', async () => {
  const { page, context } = await live();
  const shown = await box(page);
  await page.mouse.move(shown.x + 100, shown.y + 100);
  await page.mouse.down();
  await page.mouse.move(shown.x + 100, 5);
  await page.mouse.up();
  const commands = await told(page);
  const buttons = commands.flatMap((command) => (command.type === 'button' ? [[command.down, command.y]] : []));
  expect(buttons.map(([down]) => down)).toEqual([true, false]);
  expect(buttons[1]?.[1]).toBe(0);
  await page.mouse.move(shown.x + 100, shown.y + 100);
  await told(page);
  await page.mouse.wheel(0, 100);
  await page.waitForFunction(() => (globalThis as unknown as { temotoCommands: unknown[] }).temotoCommands.length > 0);
  expect(await told(page)).toEqual([{ type: 'wheel', dx: 0, dy: 120 }]);
  await context.close();
});

test('a part and a window are chosen over the picture, and none of that goes over', async () => {
  const { page, context } = await live();
  const shown = await box(page);
  const at = (x: number, y: number) =>
    [
      shown.x + ((x + 0.5) * shown.width) / PICTURE.width,
      shown.y + ((y + 0.5) * shown.height) / PICTURE.height,
    ] as const;
  const pick = async (what: string) => {
    await page.getByRole('button', { name: 'Screenshot', exact: true }).click();
    await page.getByRole('menuitem', { name: what }).click();
    const picker = page.getByRole('application', { name: /Esc to cancel/ });
    await picker.waitFor();
    await expect(picker.evaluate((element) => element === document.activeElement)).resolves.toBe(true);
    await told(page);
    return picker;
  };
  const region = await pick('Choose a part to copy');
  await page.mouse.move(...at(100, 120));
  await page.mouse.down();
  // Beyond the picture the edge holds.
  await page.mouse.move(shown.x - 20, shown.y + shown.height / 2);
  await page.mouse.move(...at(299, 219));
  await page.mouse.up();
  const part = { x: 100, y: 120, width: 200, height: 100 };
  expect(await told(page)).toMatchObject([{ type: 'screenshot', part }]);
  await region.waitFor({ state: 'detached' });

  const windows = await pick('Choose a window to copy');
  const size = async () => (await windows.innerText()).trim();
  const first = await size();
  await page.keyboard.press('Tab');
  expect(await size()).not.toBe(first);
  await page.keyboard.press('Shift+Tab');
  expect(await size()).toBe(first);
  await page.keyboard.press('Enter');
  const [width, height] = first.split(' × ').map(Number);
  expect(await told(page)).toMatchObject([{ type: 'screenshot', part: { width, height } }]);

  await pick('Choose a window to copy');
  await page.keyboard.press('Escape');
  await windows.waitFor({ state: 'detached' });
  expect(await told(page)).toEqual([]);
  await context.close();
});

test('composed text goes over whole and only when the person is done', async () => {
  const { page, context } = await live();
  await page.getByRole('button', { name: 'Type text' }).click();
  const field = page.getByRole('textbox', { name: 'Text to type' });
  await expect(field.evaluate((element) => element === document.activeElement)).resolves.toBe(true);
  await told(page);
  const client = await context.newCDPSession(page);
  await client.send('Input.imeSetComposition', { text: 'いんさつ', selectionStart: 4, selectionEnd: 4 });
  await client.send('Input.insertText', { text: '印刷できました。' });
  expect(await told(page)).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await told(page)).toEqual([{ type: 'text', text: '印刷できました。' }]);
  await expect(field.inputValue()).resolves.toBe('');
  await context.close();
});

test('without control nothing goes over', async () => {
  const { page, context } = await live();
  const before = await box(page);
  await page.mouse.move(before.x + 40, before.y + 40);
  expect((await told(page)).some(({ type }) => type === 'pointer')).toBe(true);
  await page.getByRole('button', { name: 'Control', exact: true }).click();
  await told(page);
  const shown = await box(page);
  await page.mouse.click(shown.x + 50, shown.y + 50);
  await page.keyboard.press('KeyA');
  expect(await told(page)).toEqual([]);
  await context.close();
});
