// Every function of a session once, on a computer of its own: `npm run program` in web/. Globals (describe, test, ...) come from vitest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { executablePath, ready } from './lib/office.mjs';
import { EMAIL, PASSWORD } from './lib/server.mjs';
import { staged } from './lib/story.mjs';
import { Tour } from './tour.mjs';

const LONG_MS = 400_000;

for (const lang of ['ja', 'en'])
  describe.skipIf(!ready())(`what an operator can do in a session (${lang})`, () => {
    let operator;
    let computer;
    let it;

    staged(lang, (parts) => ({ operator, computer, it } = parts));

    test('works once through its real parts', { timeout: LONG_MS }, async () => {
      await it.controlling();
      const kept = process.env.TEMOTO_TOUR_PICTURES;
      const shots = kept ?? mkdtempSync(join(tmpdir(), 'temoto-tour-'));
      const place = { editor: 'memo.txt', saved: () => readFileSync(computer.memo, 'utf8') };
      const account = { email: EMAIL, password: PASSWORD };
      const tour = new Tour({ operator, customer: it.customer, desktop: computer.desktop, place, shots, lang, account, executablePath });
      const results = await tour.play(() => undefined);
      if (!kept) rmSync(shots, { recursive: true, force: true });
      const failed = Object.entries(results).filter(([, { ok }]) => ok !== true);
      if (failed.length) throw new Error(failed.map(([name, { error }]) => `${name}: ${error}`).join('; '));
    });
  });
