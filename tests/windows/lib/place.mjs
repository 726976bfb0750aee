// The customer's computer of the demonstration on Windows: what demo.mjs does there, and only there, as tests/browser/lib/place.mjs.
import { basename } from 'node:path';

import { emptyTrash, processes } from '../../browser/lib/place.mjs';
import { EDITOR, WindowsComputer } from './computer.mjs';
import { missing } from './tools.mjs';
import { Traces } from './traces.mjs';

/** What of the tour Wine cannot show, with the reason that the result names. */
const CANNOT = {
  displays: 'the desktop of Wine is one window, with one monitor; several are covered by the replays of edge/screen and by Linux',
  browser_sharing: 'what the browser is to capture is a window of X, and a desktop of Wine has none; the same page is played on Linux',
  show_on_page: 'the same',
  files_undo: 'Wine keeps what is thrown away in the trash of Linux, where the program does not look',
  screenshot_program: 'the button for the chat is found by its name, and Wine tells nobody how a control is called',
  keys_close: 'the editor of Wine has no Ctrl + W',
};
/** The customer's own mouse presses here, and the operator's input is held until it rested. */
const REST_MS = 3_300;

export class Place {
  static async open({ lang }) {
    const lacks = missing();
    if (lacks.length > 0) throw new Error(`not there: ${lacks.join(', ')}`);
    return new Place(await WindowsComputer.start({ lang }));
  }

  constructor(computer) {
    const { desktop, downloads, userAgent } = computer;
    Object.assign(this, { computer, desktop, downloads, userAgent, editor: EDITOR, cannot: CANNOT, restMs: REST_MS });
  }

  saved() {
    return this.computer.saved();
  }

  /** The download is the program. */
  unpack({ path }) {
    return path;
  }

  /** The customer opens the file once more. */
  openAgain() {
    return this.computer.edit();
  }

  emptyTrash(name) {
    return emptyTrash(this.computer.home, name);
  }

  traces() {
    return Traces.of(this.computer);
  }

  async leftBehind(before, executable) {
    const left = (await this.traces()).since(before);
    return [...left, ...processes(basename(executable)).map((line) => `process ${line.trim()}`)];
  }

  close() {
    return this.computer.stop();
  }
}
