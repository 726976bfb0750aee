// A new organization, from its registration to the audit trail: `npm run stories` in web/. TEMOTO_PICTURES=folder keeps pictures.
// Globals (describe, test, expect, ...) come from vitest.
import { mkdirSync } from 'node:fs';

import { Mailbox } from './lib/mailbox.mjs';
import { Server, built } from './lib/server.mjs';
import { FLAGS, Portal } from './portal.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = process.env.TEMOTO_PICTURES;
const LONG_MS = 180_000;

describe.skipIf(!built()).each(['ja', 'en'])('a new organization in %s', (lang) => {
  let server;
  let mailbox;
  let portal;

  beforeAll(async () => {
    if (PICTURES) mkdirSync(PICTURES, { recursive: true });
    mailbox = await Mailbox.start();
    server = await Server.start({ flags: [...mailbox.flags, ...FLAGS] });
    portal = new Portal({
      server,
      mailbox,
      lang,
      executablePath,
      pictures: PICTURES,
    });
  });

  afterAll(async () => {
    await portal?.close();
    await server?.remove();
    await mailbox?.stop();
  });

  test('registers, invites, activates a licence, uses it up, and finds it all in the history', { timeout: LONG_MS }, async () => {
    await portal.play(() => undefined);
    expect(Object.values(portal.done).every(Boolean)).toBe(true);
  });
});
