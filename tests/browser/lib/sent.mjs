// A screenshot that goes into the chat: the same picture at the operator, on the customer's page and in the customer's program.
import { until } from './browser.mjs';

/** The picture of the chat's newest line as this page shows it. */
export function newest(page, words) {
  return page.getByRole('log', { name: words.chat }).getByRole('img').last();
}

/** Its columns, rows and pixels, once it is there. */
export async function shown(page, words) {
  const image = newest(page, words);
  await image.waitFor();
  return until('a decoded picture', () =>
    image.evaluate((img) => {
      if (!img.complete || img.naturalWidth === 0) return null;
      const canvas = new OffscreenCanvas(img.naturalWidth, img.naturalHeight);
      const context = canvas.getContext('2d');
      context.drawImage(img, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      // FNV-1a: what is compared travels as one number.
      let hash = 0x811c9dc5;
      for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
      return { width: canvas.width, height: canvas.height, hash };
    }),
  );
}

/** Sends the whole screen into the chat of `tour`, and looks at it at every end. */
export async function sent(tour, button) {
  const { page, words, names, customer, desktop } = tour;
  await tour.choose(words.screenshot, words.shot_chat_whole);
  const here = await shown(page, words);
  const size = await tour.size();
  if (here.width !== size.width || here.height !== size.height) throw new Error(`a picture of ${here.width} x ${here.height}`);
  const there = await shown(customer.page, words);
  if (JSON.stringify(there) !== JSON.stringify(here)) throw new Error('the customer sees another picture');
  // Pressed, it is shown pixel for pixel.
  await newest(page, words).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('img').waitFor();
  await tour.pictured('screenshot-chat-large');
  await dialog.getByRole('button', { name: words.close, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  // In the program's own chat, which says so with a name for those who do not see it.
  if (!tour.leavesOut('screenshot_program')) {
    await tour.press(names.chat);
    await desktop.find(button, names.enlarge, 20);
  }
  await tour.pictured('screenshot-chat');
  await tour.picturedOf('screenshot-chat-page', { page: customer.page });
}
