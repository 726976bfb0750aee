// Every function of a session once, through its real parts, within the demonstration (`cargo xtask demo --headless --tour`): the operator's
// browser, the customer's program, a text editor. Each leaves a picture of both ends and says whether it worked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './lib/browser.mjs';
import { copies, copiedSize, decoded } from './lib/copies.mjs';
import { Customer } from './lib/customer.mjs';
import { files } from './lib/files.mjs';
import { NAMES } from './lib/names.mjs';
import { Operator } from './lib/operator.mjs';
import { sent } from './lib/sent.mjs';
import { exact, headedCustomer, headedOperator, join as joined, paintsInstead, share, show, shown, sign, standsAt } from './lib/showing.mjs';
import { stopSharing, stopShowing } from './lib/showing.mjs';

const BUTTON = 'push button|button';
const TEXT = 'もう一度お試しください。 Please try again.';
const SECRET = 'Himitsu-2026';
const TICKET = '#20418';
const NOTE = 'ドライバーを入れ直しました。 Reinstalled the driver.';

const same = (a, b) => a.length === b.length && a.every((value, at) => value === b[at]);
const check = (what, right) => {
  if (!right) throw new Error(`not so: ${what}`);
};

export class Tour {
  /** `account`: of an operator who can log in again; `executablePath`: the browser. */
  constructor({ operator, customer, desktop, place, shots, lang, account, executablePath }) {
    Object.assign(this, { operator, customer, desktop, place, shots, lang, account, executablePath, names: NAMES[lang], words: operator.words });
    this.results = {};
  }

  /** Plays all of it; what fails is said and the rest goes on. */
  async play(say) {
    await this.operator.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const name of ['grants', 'screenshot', 'zoom', 'displays', 'colors', 'clipboard', 'files', 'keys', 'notes', 'browser_sharing', 'show_screen']) {
      const result = { ok: false, pictures: [], left_out: {} };
      this.results[name] = result;
      this.result = result;
      if (this.leavesOut(name)) {
        // Neither well nor badly: it was not played, and the result says why.
        result.ok = null;
        say(`tour: ${name} is left out: ${result.left_out[name]}`);
        continue;
      }
      say(`tour: ${name}`);
      try {
        await this[name]();
        result.ok = true;
      } catch (error) {
        result.error = String(error?.message ?? error);
        process.stderr.write(`demo: tour ${name} failed: ${error?.stack ?? error}\n`);
        await this.pictured(`${name}-failed`).catch(() => undefined);
        await this.close().catch(() => undefined);
      }
    }
    return this.results;
  }

  /** Whether this computer cannot show a step or a part of one; the result then has the reason. */
  leavesOut(part) {
    const reason = this.place.cannot?.[part];
    if (reason) this.result.left_out[part] = reason;
    return Boolean(reason);
  }

  get page() {
    return this.operator.page;
  }

  /** A picture of both ends. */
  async pictured(name) {
    const path = (end) => join(this.shots, `tour-${name}-${end}-${this.lang}.png`);
    await this.page.screenshot({ path: path('operator') });
    this.desktop.screenshot(path('customer'));
    this.result.pictures.push(path('operator'), path('customer'));
  }

  /** A picture of each of these. */
  async picturedOf(name, ends) {
    for (const [end, one] of Object.entries(ends)) {
      const path = join(this.shots, `tour-${name}-${end}-${this.lang}.png`);
      if (one === this.desktop) one.screenshot(path);
      else await one.screenshot({ path });
      this.result.pictures.push(path);
    }
  }

  /** Whatever is opened for a session beside this one is closed after it. */
  async beside(play) {
    const people = [];
    const running = [];
    try {
      const own = (child) => running.push(child);
      const { area } = await sign(this.desktop, own, [820, 320]);
      await play(area, async (one) => {
        people.push(one);
        return one;
      });
    } finally {
      for (const one of people) await one.close().catch(() => undefined);
      for (const child of running) child.kill();
    }
  }

  get around() {
    const { operator, executablePath, lang, desktop, account } = this;
    return { server: operator.server, executablePath, lang, environment: desktop.environment, ...account };
  }

  /** Another session, without the program: a customer shares the whole display from the join page. */
  async browser_sharing() {
    const { operator, desktop } = this;
    await this.beside(async (area, here) => {
      const { browser, context, server, lang } = operator;
      const tab = new Operator({ browser, context, page: await context.newPage() }, server, lang);
      tab.close = () => tab.page.close();
      await here(tab);
      const customer = await here(await headedCustomer(this.around));
      await joined(tab, customer);
      await share(customer);
      await exact(tab, tab.canvas(), desktop, area);
      check('it cannot be operated', await tab.page.getByRole('button', { name: tab.words.control, exact: true }).isDisabled());
      await this.picturedOf('browser_sharing', { operator: tab.page, customer: desktop });
      await stopSharing(customer);
      await tab.page.getByRole('heading', { name: tab.words.stage_joined }).waitFor();
    });
  }

  /** The operator shows a screen in a window of the program, and in another session the whole display on a customer's join page. */
  async show_screen() {
    await this.showInProgram();
    if (this.leavesOut('show_on_page')) return;
    await this.beside(async (area, here) => {
      const operator = await here(await headedOperator(this.around));
      const customer = await here(await Customer.open(this.around));
      await joined(operator, customer);
      await show(operator);
      await exact(customer, shown(customer), this.desktop, area);
      await this.picturedOf('show_screen', { operator: this.desktop, customer: customer.page });
      await stopShowing(operator);
      await shown(customer).waitFor({ state: 'detached' });
    });
  }

  /** The browser of this session has no window, so nothing to pick: it shows what it paints itself. */
  async showInProgram() {
    const { operator, desktop } = this;
    const painted = await paintsInstead(operator);
    await show(operator);
    await until('the picture in a window of the program', () => standsAt(desktop, painted), 30_000, 300);
    await this.page.getByText(this.words.show_on_program).waitFor();
    await this.pictured('show_screen-program');
    await this.press(this.names.closeShown);
    await this.page.getByText(this.words.notice_show_closed).first().waitFor();
    await until('no window any more', async () => (await standsAt(desktop, painted)) === null, 20_000, 300);
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Opens a menu of the toolbar; what is in it by its words. */
  async menu(label, words) {
    await this.button(label).click();
    return this.page.getByRole('menu', { name: label, exact: true }).locator('[role^=menuitem]').filter({ hasText: words });
  }

  async choose(label, words) {
    await (await this.menu(label, words)).first().click();
    await this.close();
  }

  /** A menu with choices stays open until it is closed. */
  async close() {
    if (await this.page.locator('[role=menu]:popover-open').count()) await this.page.keyboard.press('Escape');
  }

  /** What can be pressed in a menu. */
  async ready(label, words) {
    const item = await this.menu(label, words);
    const ready = (await item.first().getAttribute('aria-disabled')) !== 'true';
    await this.close();
    return ready;
  }

  /** The title of the window that has the keyboard. */
  title() {
    return this.desktop.active();
  }

  async press(name) {
    await this.desktop.press(BUTTON, name, 20);
    await new Promise((resolve) => setTimeout(resolve, this.place.restMs ?? 0));
  }

  reads(words) {
    return this.operator.log().getByText(words).last().waitFor();
  }

  async size() {
    const { width, height } = this.desktop.size();
    return { x: 0, y: 0, width, height };
  }

  /** The canvas and the display are the same, while nothing moves. */
  async exact() {
    const whole = await this.size();
    return until(
      'equal pixels',
      async () => {
        const one = await this.desktop.capture();
        const shown = await this.operator.pixels(whole);
        return same(one.pixels, shown);
      },
      20_000,
      200,
    );
  }

  /** What the display shows while nobody does anything: with a caret that blinks, more than one picture. */
  async still() {
    const seen = [];
    for (let n = 0; n < 15; n += 1) {
      const { pixels } = await this.desktop.capture();
      if (!seen.some((known) => same(known, pixels))) seen.push(pixels);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return seen;
  }

  /** A click of the operator's into the customer's editor, which has the keyboard then. */
  async intoEditor() {
    const { words } = this;
    const toolbar = this.page.getByRole('toolbar', { name: words.session_toolbar });
    const says = (state) => toolbar.getByText(state, { exact: true });
    await says(words.state_controlling).waitFor();
    const editor = await this.desktop.window(this.place.editor);
    await this.operator.clickRemote(editor.x + Math.floor(editor.width / 2), editor.y + Math.floor(editor.height / 2));
    const named = new RegExp(this.place.editor);
    let held = false;
    const typesThere = async () => {
      held ||= await says(words.state_yielded).isVisible();
      return named.test(await this.title());
    };
    await until('the keyboard in the editor', typesThere, 10_000).catch(async ({ message }) => {
      throw new Error(`${message}, but ${JSON.stringify(await this.title())} has it${held ? '; the customer had the mouse' : ''}`);
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
  }

  /** What is in the editor reaches its file: a paste comes when it comes, so it is saved until it is there. */
  async saved(text) {
    const there = async () => {
      await this.page.keyboard.press('Control+s');
      await new Promise((resolve) => setTimeout(resolve, 300));
      return this.place.saved().includes(text);
    };
    return until('the saved file', there, 10_000, 400).catch(() => {
      throw new Error(`the file holds ${JSON.stringify(this.place.saved())}`);
    });
  }

  async grants() {
    const { words, names } = this;
    // Asked, declined, and in peace for a while.
    await this.choose(words.tools, words.capability_clipboard_out);
    await this.desktop.find(BUTTON, names.decline, 20);
    await this.pictured('grants-asked');
    await this.press(names.decline);
    await this.reads(words.event_declined);
    check('the question rests', !(await this.ready(words.tools, words.capability_clipboard_out)));
    // A pause: nothing is seen, and it is said at both ends.
    if (!this.leavesOut('grants_pause')) {
      await this.press(names.pause);
      await this.page.getByRole('heading', { name: words.paused_title }).waitFor();
      const whole = await this.size();
      const seen = await this.operator.pixels(whole, 7);
      check('the canvas is blank', seen.every((pixel) => pixel === 0));
      await this.pictured('grants-paused');
      await this.press(names.resume);
      await until('the picture', async () => new Set(await this.operator.pixels(whole, 16)).size > 1);
    }
    // Control, taken back and given again.
    if (!this.leavesOut('grants_withdraw')) {
      await this.press(names.withdraw);
      await this.reads(words.event_control_withdrawn);
      check('control is off', (await this.button(words.control).getAttribute('aria-pressed')) === 'false');
      await this.press(names.give);
      await until('control is granted', () => this.button(words.control).isEnabled());
      await this.operator.takeControl();
    }
    await this.exact();
    await this.pictured('grants');
  }

  async screenshot() {
    const { words } = this;
    await this.exact();
    const before = await this.desktop.capture();
    // The caret in the program's own chat blinks; and once the picture is taken, the chat has a line more.
    const phases = await this.still();
    const coming = this.page.waitForEvent('download');
    await this.choose(words.screenshot, words.shot_save_whole);
    const download = await coming;
    check('its name', /^Temoto_.*\.png$/.test(download.suggestedFilename()));
    const picture = await decoded(this.page, readFileSync(await download.path()));
    check('its size', picture.width === before.width && picture.height === before.height);
    const still = await this.still();
    const differ = (shown) => picture.pixels.reduce((sum, pixel, at) => sum + (pixel === shown[at] ? 0 : 1), 0);
    const fewest = Math.min(...[...phases, ...still].map(differ));
    check(`every pixel, but for ${fewest}`, fewest === 0);
    await this.reads(words.event_operator_screenshot);
    await this.pictured('screenshot');
    // A part of it, chosen with the pointer, to the clipboard.
    await this.choose(words.screenshot, words.shot_copy_region);
    await this.page.getByRole('application', { name: words.shot_region_hint }).waitFor();
    await this.page.mouse.move(...(await this.operator.placeOf(100, 120)));
    await this.page.mouse.down();
    await this.page.mouse.move(...(await this.operator.placeOf(299, 219)), { steps: 4 });
    await this.pictured('screenshot-region');
    await this.page.mouse.up();
    await this.page.getByText(words.shot_copied).waitFor();
    const [width, height] = await copiedSize(this.page);
    check(`a part of about 200 x 100, not ${width} x ${height}`, Math.abs(width - 200) <= 3 && Math.abs(height - 100) <= 3);
    // A window, the uppermost: what is in the picture of it, with its frame.
    await this.choose(words.screenshot, words.shot_copy_window);
    const picker = this.page.getByRole('application', { name: words.shot_window_hint });
    const window = (await picker.innerText()).match(/(\d+) × (\d+)/).slice(1).map(Number);
    check(`a window of ${window}`, window[0] < picture.width && window[1] > 20);
    await this.pictured('screenshot-window');
    await picker.press('Enter');
    await until('the window', async () => String(await copiedSize(this.page)) === String(window));
    await sent(this, BUTTON);
  }

  async zoom() {
    const { words } = this;
    const remote = await this.size();
    const wide = () => this.operator.canvas().evaluate((canvas) => canvas.getBoundingClientRect().width);
    await this.button(words.zoom_actual).click();
    await until('100%', async () => Math.abs((await wide()) - remote.width) < 0.5);
    await this.button(words.zoom_in).click();
    await until('125%', async () => Math.abs((await wide()) - remote.width * 1.25) < 1);
    // A click is where it was made, and the stage follows the pointer to the edge.
    const box = await this.operator.canvas().evaluate((canvas) => {
      const view = canvas.closest('.stage').getBoundingClientRect();
      return { right: view.right, bottom: view.bottom };
    });
    await this.page.mouse.move(box.right - 30, box.bottom - 30);
    await this.page.mouse.move(box.right - 12, box.bottom - 12);
    await until('the stage follows', () => this.operator.canvas().evaluate((canvas) => canvas.closest('.stage').scrollLeft > 0));
    await this.pictured('zoom');
    await this.button(words.zoom_out).click();
    await this.button(words.zoom_fit).click();
    await until('all of it', async () => (await wide()) < remote.width);
    await this.button(words.full_screen).click();
    await until('full screen', () => this.page.evaluate(() => document.fullscreenElement !== null));
    await this.pictured('zoom-full');
    await this.page.evaluate(() => document.exitFullscreen());
    await until('the window again', () => this.page.evaluate(() => document.fullscreenElement === null));
  }

  /** A part of the desktop as the canvas has to show it: what is on no display is black. */
  async part({ x, y, width, height }, displays) {
    const { pixels, width: row } = await this.desktop.capture();
    const out = new Uint32Array(width * height);
    for (const [, left, top, w, h] of displays)
      for (let down = Math.max(y, top); down < Math.min(y + height, top + h); down += 1)
        for (let at = Math.max(x, left); at < Math.min(x + width, left + w); at += 1)
          out[(down - y) * width + at - x] = pixels[down * row + at];
    return out;
  }

  /** The canvas shows exactly this part of the desktop. */
  shows(part, displays) {
    const equal = async () => {
      const size = await this.operator.canvas().evaluate(({ width, height }) => [width, height]);
      if (size[0] !== part.width || size[1] !== part.height) return false;
      return same(await this.part(part, displays), await this.operator.pixels({ ...part, x: 0, y: 0 }));
    };
    return until(`${part.width} x ${part.height} equal pixels`, equal, 30_000, 200);
  }

  displays() {
    // Something to be seen on the second one as well.
    return this.beside(() => this.displaysWithSign());
  }

  async displaysWithSign() {
    const { words } = this;
    const { width, height } = await this.size();
    const half = Math.floor(width / 2);
    // Side by side with a gap, the second one lower: a desk as people have it.
    const left = ['MON-A', 0, 0, half, height];
    const right = ['MON-B', half + 10, 60, width - half - 10, height - 160];
    const place = ([, x, y, w, h]) => ({ x, y, width: w, height: h });
    const number = (n) => words.display_number.replace('{number}', n);
    this.desktop.monitors([left, right]);
    await this.button(words.display).waitFor();
    await this.shows(place(left), [left]);
    await this.button(words.display).click();
    const lively = (canvases) => {
      const colors = (canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer));
      return canvases.length === 4 && canvases.every((canvas) => colors(canvas).size > 2);
    };
    await until('a small picture of each', () => this.page.locator('[role=menu]:popover-open canvas').evaluateAll(lively), 15_000);
    await this.pictured('displays-menu');
    await this.close();
    await this.choose(words.display, number(2));
    await this.shows(place(right), [right]);
    await this.pictured('displays-second');
    await this.choose(words.display, words.display_all);
    const all = { x: 0, y: 0, width, height };
    await this.shows(all, [left, right]);
    await this.pictured('displays-all');
    // The choice outlives a new load of the console.
    await this.page.reload();
    await this.shows(all, [left, right]);
    await this.operator.takeControl();
    await this.choose(words.display, number(2));
    await this.shows(place(right), [right]);
    // The cable of the one that is looked at is pulled.
    this.desktop.monitors([left]);
    await this.reads(words.event_display_gone.replace('{0}', 'MON-B'));
    await this.shows(place(left), [left]);
    await this.pictured('displays');
    this.desktop.monitors([]);
    await this.shows(all, [['the only one', 0, 0, width, height]]);
  }

  async colors() {
    const { words } = this;
    const whole = await this.size();
    await this.choose(words.tools, words.colors_gray);
    const isGray = (pixel) => (pixel >> 16) === (pixel & 255) && ((pixel >> 8) & 255) === (pixel & 255);
    await until('a gray picture', async () => (await this.operator.pixels(whole, 5)).every(isGray));
    await this.pictured('colors-gray');
    // A screenshot has all colors nevertheless, and afterwards the picture is gray again.
    const before = await this.still();
    const coming = this.page.waitForEvent('download');
    await this.choose(words.screenshot, words.shot_save_whole);
    const picture = await decoded(this.page, readFileSync(await (await coming).path()));
    const shown = [...before, ...(await this.still())];
    const differ = (one) => picture.pixels.reduce((sum, pixel, at) => sum + (pixel === one[at] ? 0 : 1), 0);
    check('every color', Math.min(...shown.map(differ)) === 0);
    await until('gray again', async () => (await this.operator.pixels(whole, 5)).every(isGray));
    await this.choose(words.tools, words.colors_few);
    await until('few colors', async () => new Set(await this.operator.pixels(whole, 3)).size <= 16);
    await this.pictured('colors');
    await this.choose(words.tools, words.colors_all);
    await this.exact();
  }

  async clipboard() {
    const { words, names } = this;
    // To the customer: asked, allowed, sent, pasted by the operator's own keys.
    await this.choose(words.clipboard, words.clipboard_put);
    await this.press(names.allow);
    await this.reads(words.event_clipboard_in_granted);
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), TEXT);
    await this.choose(words.clipboard, words.clipboard_put);
    await this.reads(words.event_operator_clipboard_put.replace('{0}', String([...TEXT].length)));
    await this.intoEditor();
    check('nothing pastes by itself', !this.place.saved().includes(TEXT));
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Control+v');
    await this.saved(TEXT);
    await this.pictured('clipboard-put');
    // From the customer: what was copied before it was allowed stays there.
    const fetchable = () => this.ready(words.clipboard, words.clipboard_fetch);
    await until('the question may be asked again', fetchable, 30_000, 1_000);
    await this.choose(words.clipboard, words.clipboard_fetch);
    await this.press(names.allow);
    await this.reads(words.event_clipboard_out_granted);
    await this.page.evaluate(() => navigator.clipboard.writeText(''));
    await this.intoEditor();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Control+c');
    await until('an offer', fetchable, 20_000, 500);
    await this.choose(words.clipboard, words.clipboard_fetch);
    await this.page.getByText(words.clipboard_fetched).waitFor();
    const got = await this.page.evaluate(() => navigator.clipboard.readText());
    check(`what the editor holds, not ${JSON.stringify(got)}`, got.trimEnd() === this.place.saved().trimEnd());
    await this.pictured('clipboard');
    await copies(this);
    // Typed as keys, for fields that take no paste.
    await this.page.evaluate((text) => navigator.clipboard.writeText(`${text}\n`), SECRET);
    await this.intoEditor();
    await this.page.keyboard.press('Control+End');
    await this.choose(words.clipboard, words.clipboard_keys);
    await this.page.getByText(words.clipboard_typed).waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await this.saved(SECRET);
    check('no line end is typed', this.place.saved().trimEnd().endsWith(SECRET));
  }

  files() {
    return files(this, BUTTON);
  }

  async keys() {
    const { words } = this;
    await this.intoEditor();
    await this.button(words.keys).click();
    await this.page.getByRole('group', { name: words.keys, exact: true }).waitFor();
    await this.pictured('keys');
    // This browser would open a window of its own and close it: the customer's editor does.
    const before = await this.title();
    await this.button('Ctrl + N').click();
    await until('a new document', async () => (await this.title()) !== before, 15_000);
    await this.pictured('keys-pressed');
    if (this.leavesOut('keys_close')) {
      await this.place.openAgain();
      await this.intoEditor();
    } else {
      await this.button('Ctrl + W').click();
      await until('the document of before', async () => (await this.title()) === before, 15_000);
    }
    // A key that is held for the next one.
    await this.button('Ctrl').click();
    check('held', (await this.button('Ctrl').getAttribute('aria-pressed')) === 'true');
    await this.button('Esc').click();
    check('let go', (await this.button('Ctrl').getAttribute('aria-pressed')) === 'false');
    // Both keyboards, clicked: a word with a capital letter on each.
    for (const [kind, word] of [['jis', 'Temoto'], ['ansi', 'Board']]) {
      await this.button(words[`keyboard_${kind}`]).click();
      const board = this.page.getByRole('group', { name: words[`keyboard_${kind}`], exact: true });
      const click = (code) => board.locator(`[data-code='${code}']`).click();
      await click('Enter');
      for (const letter of word) {
        if (letter !== letter.toLowerCase()) await click('ShiftLeft');
        await click(`Key${letter.toUpperCase()}`);
      }
      await this.pictured(`keys-${kind}`);
      await click('ControlLeft');
      await click('KeyS');
      await until(`${word} in the file`, () => this.place.saved().includes(word), 10_000);
    }
    await this.page.getByRole('group', { name: words.keys, exact: true }).getByRole('button', { name: words.close }).click();
  }

  async notes() {
    const { words } = this;
    const tab = (name) => this.page.getByRole('tab', { name, exact: true });
    if (!(await tab(words.notes).isVisible())) await this.button(words.side_panel).click();
    await tab(words.notes).click();
    await this.page.getByRole('textbox', { name: words.history_ticket }).fill(TICKET);
    await this.page.getByRole('textbox', { name: words.history_note }).fill(NOTE);
    await this.page.getByText(words.notes_saved).waitFor();
    const panel = this.page.getByRole('tabpanel');
    const withdrawn = this.place.cannot?.grants_withdraw ? [] : [words.event_control_withdrawn];
    for (const happened of [words.story_customer_joined, ...withdrawn, words.story_history_noted])
      await panel.getByRole('listitem').filter({ hasText: happened }).first().waitFor();
    await this.pictured('notes');
    await tab(words.chat).click();
    await tab(words.notes).click();
    check('the note is there again', (await this.page.getByRole('textbox', { name: words.history_note }).inputValue()) === NOTE);
    await tab(words.chat).click();
    // In the history, for whoever looks it up later.
    const history = await this.operator.context.newPage();
    await history.goto(new URL('/console/history', this.page.url()).href);
    const row = history.getByRole('row').filter({ hasText: TICKET });
    await row.getByText(NOTE).waitFor();
    await row.getByRole('button', { name: words.story, exact: true }).click();
    await row.getByRole('listitem').filter({ hasText: words.story_customer_joined }).waitFor();
    await this.picturedOf('notes-history', { history });
    await history.close();
  }
}
