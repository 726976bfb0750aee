// What stands around every story of the program on Linux: one office for all, and for each a computer and a session of its own.
// Globals (beforeAll, ...) come from vitest.
import { Computer } from './computer.mjs';
import { Office } from './office.mjs';
import { Shared } from './shared.mjs';

/** Sets the stage for the stories of this block. `tell` gets the parts before each; `clear` is called after each, before the computer stops. */
export function staged(lang, tell, clear = async () => undefined) {
  let office;
  let computer;
  let it;

  beforeAll(async () => {
    office = await Office.open(lang);
  });

  beforeEach(async () => {
    const { operator } = office;
    computer = await Computer.start({ lang });
    it = new Shared({ operator, computer });
    tell({ office, operator, computer, it });
  });

  afterEach(async ({ task }) => {
    await it?.witness(task);
    await it?.close();
    await clear();
    await computer?.stop();
    it = computer = undefined;
  });

  afterAll(() => office?.close());
}

/** Waits until a person reads this in the chat. */
export const sees = (person, text) => person.log().getByText(text, { exact: true }).waitFor({ timeout: 30_000 });
