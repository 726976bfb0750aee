// What the operator shows, in a window of the customer's program: `npm run program` in web/. Globals (describe, test, ...) come from vitest.
import { until } from './lib/browser.mjs';
import { Desktop } from './lib/desktop.mjs';
import { executablePath, ready } from './lib/office.mjs';
import { EMAIL, PASSWORD } from './lib/server.mjs';
import { Shared } from './lib/shared.mjs';
import { exact, headedOperator, inProgram, show, shown, sign, stopShowing } from './lib/showing.mjs';
import { staged } from './lib/story.mjs';
import { xServer } from './lib/xserver.mjs';

/** Of the operator's display: small enough for a window of the customer's, pixel for pixel. */
const SIZE = [1100, 600];
const WORDS = {
  ja: { close: '担当者の画面を閉じる', screen: '担当者の画面', title: '佐藤 花子 さんが画面を見せています' },
  en: { close: 'Close the operator’s screen', screen: 'Operator’s screen', title: '佐藤 花子 is showing you a screen' },
};

describe.skipIf(!ready()).each(['ja', 'en'])('a screen that is shown to the program, in %s', (lang) => {
  let office;
  let computer;
  let it;
  let operator;
  let desktop;
  let area;
  const running = [];
  const words = WORDS[lang];

  staged(lang, (parts) => ({ office, computer } = parts), clear);

  const own = (child) => running.push(child);
  const notice = () => operator.page.getByText(operator.words.notice_show_closed).first();
  const windowGone = () => until('no window', () => inProgram(computer.desktop, words.title) === null, 20_000);

  beforeEach(async () => {
    const { display } = await xServer(own, SIZE);
    desktop = new Desktop({ DISPLAY: display, HOME: computer.home });
    for (const name of ['WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR']) delete desktop.environment[name];
    own(desktop.start('openbox'));
    const environment = desktop.environment;
    operator = await headedOperator({ server: office.proxy.address, executablePath, lang, environment, email: EMAIL, password: PASSWORD });
    ({ area } = await sign(desktop, own, [770, 40]));
    it = new Shared({ operator, computer });
  });

  async function clear() {
    await it?.close();
    await operator?.close();
    for (const child of running.splice(0).reverse()) child.kill('SIGKILL');
    it = operator = undefined;
  }

  /** The window of the program has the operator's pixels, where the operator's display has them. */
  async function seenInProgram() {
    await until(
      'the same pixels',
      async () => {
        const at = inProgram(computer.desktop, words.title);
        if (at === null || at.width !== SIZE[0]) return false;
        const [theirs, ours] = [await desktop.capture(), await computer.desktop.capture()];
        let dark = 0;
        for (let y = area.y; y < area.y + area.height; y += 1)
          for (let x = area.x; x < area.x + area.width; x += 1) {
            const pixel = theirs.pixels[y * theirs.width + x];
            if (pixel !== ours.pixels[(at.top + y) * ours.width + at.x + x]) return false;
            if (pixel === 0) dark += 1;
          }
        return dark > 100;
      },
      30_000,
      200,
    );
  }

  test('moves there from the page when the customer has answered, and is closed by a button', async () => {
    await it.paired();
    await show(operator);
    await exact(it.customer, shown(it.customer), desktop, area);
    await operator.page.getByText(operator.words.show_on_page).waitFor();
    // The rest of the way is that of every session.
    it.paired = async () => it;
    await it.asking();
    expect(inProgram(computer.desktop, words.title), 'nothing lies beside the question').toBe(null);
    await exact(it.customer, shown(it.customer), desktop, area);
    await it.press(it.names.allow);
    await seenInProgram();
    await computer.desktop.find('image', words.screen, 10);
    await shown(it.customer).waitFor({ state: 'detached' });
    await operator.page.getByText(operator.words.show_on_program).waitFor();
    await it.pictured();

    await computer.desktop.press('push button|button', words.close, 30);
    await notice().waitFor();
    await windowGone();
    await operator.page.getByRole('button', { name: operator.words.show_stop, exact: true }).waitFor({ state: 'detached' });
    await it.pictured();
    expect(await shown(it.customer).count()).toBe(0);
  });

  test('takes no key from what the operator writes into, and is closed by Escape', async () => {
    await it.controlling();
    await show(operator);
    await seenInProgram();
    expect(computer.focused()).toBe('terminal');
    await it.hands();
    await it.types('after');

    const { x, top } = inProgram(computer.desktop, words.title);
    computer.xdotool('mousemove', x + 20, top + 20, 'click', 1);
    await until('it has the keyboard', () => computer.focused() === words.title);
    computer.xdotool('key', 'Escape');
    await notice().waitFor();
    await windowGone();

    // It can be shown again, and taken back.
    await show(operator);
    await seenInProgram();
    await stopShowing(operator);
    await windowGone();
  });
});
