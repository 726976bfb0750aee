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

describe('a picture that is larger than its place, at 100 %', () => {
  const SMALL = { width: 900, height: 600 };
  /** Where the pictures are compared: so much beside a point, where no cursor hides anything. */
  const BESIDE = { dx: 40, dy: -60, width: 300, height: 160 };
  type Open = Awaited<ReturnType<typeof live>>;
  let whole: Open;

  beforeAll(async () => {
    whole = await live(1, { width: 1700, height: 900 });
    await whole.page.getByRole('button', { name: '100%', exact: true }).click();
    // Nothing lies over the picture.
    await whole.page.mouse.move(5, 5);
  });

  afterAll(() => whole?.context.close());

  async function small() {
    const opened = await live(1, SMALL);
    await opened.page.getByRole('button', { name: '100%', exact: true }).click();
    await told(opened.page);
    return opened;
  }

  /** The place that the picture is seen through, and how far it is scrolled. */
  const place = (page: Page) =>
    page.getByRole('img', { name: 'Remote screen' }).evaluate((canvas) => {
      const stage = canvas.parentElement?.parentElement;
      if (!stage) throw new Error('no stage');
      const { left, top } = stage.getBoundingClientRect();
      const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = stage;
      return { left, top, width, height, scrollLeft, scrollTop };
    });

  const part = (page: Page, x: number, y: number) =>
    page.screenshot({
      clip: { x: x + BESIDE.dx, y: y + BESIDE.dy, width: BESIDE.width, height: BESIDE.height },
    });

  /** What is seen at this point of the page is what the whole picture has around this pixel, and nowhere one pixel beside it. */
  async function seen(page: Page, at: { x: number; y: number }, pixel: { x: number; y: number }) {
    const shown = await box(whole.page);
    const there = (dx: number, dy: number) => part(whole.page, shown.x + pixel.x + dx, shown.y + pixel.y + dy);
    const here = await part(page, at.x, at.y);
    expect(here.equals(await there(0, 0))).toBe(true);
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
    ] as const)
      expect(here.equals(await there(dx, dy))).toBe(false);
  }

  /** A click there, and the pixel that it went to. */
  async function clicked(page: Page, x: number, y: number) {
    await told(page);
    await page.mouse.click(x, y);
    const buttons = (await told(page)).flatMap((command) => (command.type === 'button' ? [command] : []));
    expect(buttons.map(({ button, down }) => [button, down])).toEqual([
      [0, true],
      [0, false],
    ]);
    const [down, up] = buttons;
    if (!down || !up) throw new Error('no click');
    expect([up.x, up.y]).toEqual([down.x, down.y]);
    return { x: down.x, y: down.y };
  }

  test('goes with the pointer that nears its edge, and a click lands on the pixel that is seen', async () => {
    const { page, context } = await small();
    const before = await place(page);
    expect([before.scrollLeft, before.scrollTop]).toEqual([0, 0]);
    await page.mouse.move(before.left + before.width / 2, before.top + before.height / 2);
    expect(await place(page)).toEqual(before);
    const [right, bottom] = [before.left + before.width - 10, before.top + before.height - 10];
    await page.mouse.move(right, bottom, { steps: 5 });
    const after = await place(page);
    expect(after.scrollLeft).toBeGreaterThan(50);
    expect(after.scrollTop).toBeGreaterThan(50);
    // Once more at the same place: it goes on until the picture ends.
    for (let at = 0; at < 12; at += 1) await page.mouse.move(right - (at % 2), bottom);
    const end = await place(page);
    expect([end.scrollLeft, end.scrollTop]).toEqual([PICTURE.width - end.width, PICTURE.height - end.height]);

    const pixel = await clicked(page, right, bottom);
    expect(pixel).toEqual({ x: PICTURE.width - 10, y: PICTURE.height - 10 });
    // Back to the middle it stays, and there it is clicked as well.
    const [x, y] = [end.left + Math.round(end.width / 2), end.top + Math.round(end.height / 2)];
    await page.mouse.move(x, y);
    expect(await place(page)).toEqual(end);
    const middle = await clicked(page, x, y);
    expect(middle).toEqual({ x: x - end.left + end.scrollLeft, y: y - end.top + end.scrollTop });
    await seen(page, { x, y }, middle);
    // And to the other edges.
    for (let at = 0; at < 12; at += 1) await page.mouse.move(end.left + 10 + (at % 2), end.top + 10);
    expect(await place(page)).toEqual(before);
    await context.close();
  });

  test('stays where it is when it is not to follow', async () => {
    const { page, context } = await small();
    await page.getByRole('button', { name: 'Follow the pointer', exact: true }).click();
    const before = await place(page);
    await page.mouse.move(before.left + before.width - 10, before.top + before.height - 10, { steps: 5 });
    expect(await place(page)).toEqual(before);
    await context.close();
  });

  test('is drawn and turned by who only looks, nothing of which goes over, and a click after it lands where it is seen', async () => {
    const { page, context } = await small();
    const control = page.getByRole('button', { name: 'Control', exact: true });
    await control.click();
    const before = await place(page);
    const [x, y] = [before.left + before.width / 2, before.top + before.height / 2].map(Math.round) as [number, number];
    await told(page);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 90, y - 40, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(x, y);
    const drawn = await place(page);
    expect([drawn.scrollLeft, drawn.scrollTop]).toEqual([90, 40]);
    await page.mouse.wheel(30, 25);
    await expect.poll(() => place(page)).toMatchObject({ scrollLeft: 120, scrollTop: 65 });
    expect(await told(page)).toEqual([]);

    await control.click();
    const pixel = await clicked(page, x, y);
    expect(pixel).toEqual({ x: x - before.left + 120, y: y - before.top + 65 });
    await seen(page, { x, y }, pixel);
    // With control the wheel is the other computer's.
    await page.mouse.wheel(0, 100);
    await page.waitForFunction(
      () => (globalThis as unknown as { temotoCommands: unknown[] }).temotoCommands.length > 0,
    );
    expect(await told(page)).toContainEqual({ type: 'wheel', dx: 0, dy: 120 });
    expect((await place(page)).scrollTop).toBe(65);
    await context.close();
  });
});
