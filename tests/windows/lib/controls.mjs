// Where the buttons of the program are on a Wine desktop. Wine 8 has no client for UI Automation that could ask for them by name, and
// an X tool sees one window for the whole desktop. So a button is found as a customer finds it, by its color: on each page exactly one
// is filled with the accent, and the bar has exactly one in the color of danger. The colors are read from the program's own tokens.
import { readFileSync } from 'node:fs';

const TOKENS = readFileSync(new URL('../../../apps/agent-ui/ui/tokens.slint', import.meta.url), 'utf8');
const colors = (name) => {
  const found = new RegExp(`<color> ${name}: .*dark \\? #([0-9a-f]{6}) : #([0-9a-f]{6});`).exec(TOKENS);
  if (!found) throw new Error(`the tokens of the program have no color ${name}`);
  return found.slice(1).map((hex) => Number.parseInt(hex, 16));
};
const ACCENT = [...colors('accent'), ...colors('accent-hover')];
const DANGER = colors('danger');
const SOFT = colors('soft');
const SURFACE = colors('surface');
/** Between two controls of the bar, what the frame takes of its top at most, how far into a neighbor a press goes: in pixels at 100 %. */
const GAP = 8;
const FRAME = 8;
const INTO = 24;
/** A second row of the bar begins within this below the first; what is allowed has no letters this near to its upper edge. */
const BELOW = 16;
const EDGE = 4;
/** Two controls without a ground are further apart than this, the words of one are not. */
const APART = 12;
/** Where each right stands: seeing is first, and those for files come after both of the clipboard, once all were asked for. */
const CONTROL = 1;
const FILES_IN = 4;
const FILES_OUT = 5;

/** Controls by the names that assistive technology is told. Alone on its row or beside another tells the pages apart. */
const KINDS = new Map([
  ...['許可', 'Allow'].map((name) => [name, { find: filled, alone: false }]),
  ...['拒否', 'Decline'].map((name) => [name, { find: beside, alone: false }]),
  ...['閉じる', 'Close', '接続', 'Connect'].map((name) => [name, { find: filled, alone: true }]),
  ...['サーバー', 'Server'].map((name) => [name, { find: focused }]),
  ...['セッションを終了', 'End session'].map((name) => [name, { find: edged }]),
  ...['担当者の画面を閉じる', 'Close the operator’s screen'].map((name) => [name, { find: edged, ours: isShown }]),
  ...['一時停止', 'Pause'].map((name) => [name, { find: (part) => leftOf(edged(part)), bar: true }]),
  ...['再開', 'Resume'].map((name) => [name, { find: resume, bar: true }]),
  ...['操作を取り消す', 'Withdraw control'].map((name) => [name, { find: withdraw, bar: true }]),
  ...['操作を許可する', 'Allow control'].map((name) => [name, { find: (part) => given(part, CONTROL), bar: true }]),
  ...['ファイルを置くことと、フォルダーの変更を許可する', 'Allow putting files here and changing folders'].map((name) => [name, { find: (part) => given(part, FILES_IN), bar: true }]),
  ...['フォルダーを見ることと、ファイルを渡すことを許可する', 'Allow looking into folders and taking files'].map((name) => [name, { find: (part) => given(part, FILES_OUT), bar: true }]),
]);
/** The same names when the bar asks: a second row, its answer in the accent's color at the right. */
const ASKED = new Map([
  ...['許可', 'Allow'].map((name) => [name, answer]),
  ...['拒否', 'Decline'].map((name) => [name, (part) => leftOf(answer(part))]),
]);

/** Whether a window is one of the program's; the bar has its state behind the name. */
export const isMain = ({ title }) => title === 'Temoto';
export const isBar = ({ title }) => title.startsWith('Temoto: ');

/** The window with what the operator shows. */
function isShown({ title }) {
  return /さんが画面を見せています$| is showing you a screen$/.test(title);
}

/** Place of a control of this name in a capture, on the screen; null while it is not there. */
export function place(name, windows, capture) {
  const kind = KINDS.get(name);
  if (!kind) throw new Error(`nothing is known about how ${name} looks`);
  const within = (ours, find) => {
    for (const { client } of windows.filter(ours)) {
      const found = find(inside(capture, client), kind.alone);
      if (found) return { ...found, x: found.x + client.x, y: found.y + client.y };
    }
    return null;
  };
  const asked = ASKED.get(name);
  if (kind.ours) return within(kind.ours, kind.find);
  return within(kind.bar || kind.find === edged ? isBar : isMain, kind.find) ?? (asked ? within(isBar, asked) : null);
}

/** The part of a capture that a rectangle covers. */
function inside({ width, height, pixels }, client) {
  const at = (x, y) => {
    const [across, down] = [x + client.x, y + client.y];
    return across >= 0 && down >= 0 && across < width && down < height ? pixels[down * width + across] : -1;
  };
  return { at, width: client.width, height: client.height };
}

/** The widest area of the accent in the lower half: its rows have the color from edge to edge but for the letters, and those of a
 * checkbox have too little of it. */
function filled(part, alone) {
  const { left, right, top, bottom } = bounds(part, ACCENT, 0, Math.floor(part.height / 2), part.width / 5);
  const [width, height] = [right - left + 1, bottom - top + 1];
  if (!(width > part.width / 4) || height < 20 || height > part.height / 4) return null;
  if (width > part.width * 0.75 !== alone) return null;
  return { x: left, y: top, width, height };
}

/** The edge of the field that has the keyboard, in the upper half. */
function focused(part) {
  const { left, right, top, bottom } = bounds({ ...part, height: Math.floor(part.height / 2) }, ACCENT, 0, 0);
  return right - left > part.width / 2 ? { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } : null;
}

/** What stands left of the filled one, on the same row. */
function beside(part) {
  const next = filled(part, false);
  if (!next) return null;
  const width = Math.floor(next.x / 3);
  return { ...next, x: Math.floor(next.x / 2 - width / 2), width };
}

/** What the accent fills in the bar, below the frame of a shared display, which has the same color. */
function lit(part) {
  const { left, right, top, bottom } = bounds(part, ACCENT, 0, FRAME, 20);
  const [width, height] = [right - left + 1, bottom - top + 1];
  return width > 30 && height > 12 && height < 60 ? { x: left, y: top, width, height } : null;
}

/** In the second row of the bar. */
function answer(part) {
  const [found, end] = [lit(part), edged(part)];
  return found && end && found.y > end.y + end.height ? found : null;
}

/** In the first row, in which everything is as high as the end. */
function resume(part) {
  const [found, end] = [lit(part), edged(part)];
  return found && end && found.y < end.y + end.height ? found : null;
}

/** The right part of what stands left of a control, on the same row. */
function leftOf(found) {
  return found && { ...found, x: found.x - GAP - INTO, width: INTO };
}

/** Control, while it is allowed. */
function withdraw(part) {
  const right = rights(part)[CONTROL];
  return right?.on ? right : null;
}

/** A right that is not allowed, by its place among all of them. */
function given(part, at) {
  const right = rights(part)[at];
  return right && !right.on ? right : null;
}

/** What is allowed and what is not, from the left, in the row of the end or, where that has no room for them, in the one below. */
function rights(part) {
  const end = edged(part);
  if (!end) return [];
  const grounds = (y, right) =>
    runs(0, right, (x) => SOFT.some((one) => part.at(x, y) === one)).filter((one) => one.right - one.left > 20);
  const below = end.y + end.height;
  const rows = [...Array(BELOW).keys()].map((n) => below + n);
  const top = grounds(end.y + EDGE, end.x).length > 0 ? end.y : rows.find((y) => grounds(y, part.width).length > 0);
  if (top === undefined) return [];
  const limit = top === end.y ? end.x : part.width;
  const on = grounds(top + EDGE, limit);
  if (on.length === 0) return [];
  const ink = (x, y) => part.at(x, y) >= 0 && !SURFACE.some((one) => near(part.at(x, y), one, 8));
  // Beside the end there are other buttons: the first edge of one ends the search.
  const [from, past] = [on[0].left, on.at(-1).right];
  const edge = top === end.y ? runs(past + 1 + EDGE, limit, (x) => ink(x, top + EDGE))[0] : undefined;
  const until = edge ? edge.left - FRAME : limit - FRAME;
  const marked = (x) => [...Array(end.height - 2 * FRAME).keys()].some((n) => ink(x, top + FRAME + n));
  const within = (x) => on.some(({ left, right }) => x >= left - EDGE && x <= right + EDGE);
  const off = [];
  for (const run of runs(from, until, (x) => !within(x) && marked(x))) {
    const last = off.at(-1);
    if (last && run.left - last.right < APART) last.right = run.right;
    else off.push(run);
  }
  const wide = off.filter(({ left, right }) => right - left > 20);
  const all = [...on.map((one) => ({ ...one, on: true })), ...wide.map((one) => ({ ...one, on: false }))];
  return all
    .sort((one, other) => one.left - other.left)
    .map(({ left, right, on: allowed }) => ({ x: left, y: top, width: right - left + 1, height: end.height, on: allowed }));
}

/** Where `is` holds without a gap, from `from` up to `to`. */
function runs(from, to, is) {
  const found = [];
  for (let x = from; x < to; x += 1) {
    if (!is(x)) continue;
    if (found.at(-1)?.right === x - 1) found.at(-1).right = x;
    else found.push({ left: x, right: x });
  }
  return found;
}

/** An edge in the color of danger, which scaling may have softened. */
function edged(part) {
  const { left, right, top, bottom } = bounds(part, DANGER, 24, 0);
  const [width, height] = [right - left + 1, bottom - top + 1];
  if (!(width > 20) || height < 16) return null;
  return { x: left, y: top, width, height };
}

/** The smallest rectangle around everything of one of these colors, from row `from` on, in rows that have at least `least` such pixels. */
function bounds({ at, width, height }, wanted, tolerance, from, least = 1) {
  const found = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let y = from; y < height; y += 1) {
    const row = [];
    for (let x = 0; x < width; x += 1) {
      const color = at(x, y);
      if (color >= 0 && wanted.some((one) => near(color, one, tolerance))) row.push(x);
    }
    if (row.length < least) continue;
    found.left = Math.min(found.left, row[0]);
    found.right = Math.max(found.right, row.at(-1));
    found.top = Math.min(found.top, y);
    found.bottom = Math.max(found.bottom, y);
  }
  return found;
}

const near = (a, b, tolerance) =>
  [16, 8, 0].every((shift) => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255)) <= tolerance);
