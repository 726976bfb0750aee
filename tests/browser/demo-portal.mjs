// Plays the online page by itself (`cargo xtask demo --headless --portal --json FILE`), once in each language. Run with one word: a JSON
// file with CONFIG: { browser, shots, json }. What is written: portal.<ja|en>.<step> = whether it worked.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { Mailbox } from './lib/mailbox.mjs';
import { Server } from './lib/server.mjs';
import { FLAGS, Portal } from './portal.mjs';

const { browser: executablePath, shots: pictures, json } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const result = { portal: {}, screenshots: [] };

mkdirSync(pictures, { recursive: true });
const mailbox = await Mailbox.start();
const server = await Server.start({ flags: [...mailbox.flags, ...FLAGS] });
for (const lang of ['ja', 'en']) {
  const portal = new Portal({
    server,
    mailbox,
    lang,
    executablePath,
    pictures,
  });
  result.portal[lang] = portal.done;
  try {
    await portal.play((step) => process.stderr.write(`demo: portal ${lang}: ${step}\n`));
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`demo: portal ${lang}: ${portal.step} failed: ${error?.stack ?? error}\n`);
    await portal.owner?.look(`portal-failed-${portal.step}`).catch(() => undefined);
  } finally {
    result.screenshots.push(...portal.screenshots);
    await portal.close();
  }
}
await server.remove();
await mailbox.stop();
writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
