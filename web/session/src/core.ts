/**
 * The face of the core (WebAssembly, made by `cargo xtask wasm` into `./wasm`), as the worker uses it.
 * Times are whole milliseconds of `performance.now()`. After every call the outputs are taken with `poll` until there are none.
 */

import type { DiskAnswer, DiskAsk } from './messages';
import type { Work } from './records';

export type Output =
  | { kind: 'dial' }
  | { kind: 'transmit'; bytes: Uint8Array<ArrayBuffer> }
  /** Wanted: `bytes` sealed, and sent with `head` before it, in the place of a `transmit`. */
  | ({ kind: 'seal'; head: Uint8Array<ArrayBuffer> } & Work)
  /** Wanted: `bytes` opened; the answer is `opened`, and comes before the next message of the line. */
  | ({ kind: 'open'; ticket: number } & Work)
  | { kind: 'hangup' }
  /** A ConsoleEvent or AgentEvent of `messages.ts`. */
  | { kind: 'event'; json: string }
  /** Wanted: the key of run `n` of this pair; the answer is `psk`. */
  | { kind: 'derive'; pair: number; n: number }
  | { kind: 'keepRoot'; pair: number; root: Uint8Array<ArrayBuffer> }
  /** Keep this over a reload; each replaces the last. */
  | { kind: 'persist'; json: string }
  /** Erase everything that was kept. */
  | { kind: 'forget' }
  /** The picture changed there: x, y, width, height and so on. */
  | { kind: 'paint'; rects: Int32Array }
  /** Wanted: the newest frame of what is captured here; the answer is `take_frame` or `frame_again`. */
  | { kind: 'capture' }
  /** What the customer copied, as asked for: a text with or without its HTML, or a picture. */
  | { kind: 'clipboard'; text: string | null; html: string | null; png: Uint8Array<ArrayBuffer> | null }
  /** The picture of a line of the chat; null if it is not there any more. */
  | { kind: 'picture'; id: string; png: Uint8Array<ArrayBuffer> | null }
  /** The picture may not be seen any more. */
  | { kind: 'blank' }
  /** A small picture of a display. */
  | { kind: 'thumbnail'; display: number; width: number; height: number; rgba: Uint8ClampedArray<ArrayBuffer> }
  /** Width 0: the other computer shows no cursor. */
  | {
      kind: 'cursorShape';
      width: number;
      height: number;
      hotX: number;
      hotY: number;
      rgba: Uint8ClampedArray<ArrayBuffer>;
    }
  /** Work on the operator's disk; the answer is `disk`. */
  | DiskAsk;

/** Methods that refuse what makes no sense now throw a string; nothing is lost by it. Any other exception is a broken core. */
export interface Core {
  /** Takes up what `persist` gave an earlier load. */
  restore(stored: string, nowMs: number): void;
  command(json: string, nowMs: number): void;
  connected(nowMs: number): void;
  message(bytes: Uint8Array, nowMs: number): void;
  disconnected(nowMs: number): void;
  timeout(nowMs: number): void;
  /** From now on `seal` and `open` are asked for. */
  compute_outside(): void;
  /** Without `plaintext` it was not what was sealed. */
  opened(pair: number, ticket: number, plaintext: Uint8Array | undefined, nowMs: number): void;
  psk(pair: number, n: number, key: Uint8Array, nowMs: number): void;
  /** Null is an output that concerns nobody here. */
  poll(): Output | null | undefined;
  /** When `timeout` must be called. */
  deadline(): number | undefined;
}

/** What is captured here, on its way to the other end. */
export interface Capturing {
  frame_changed(nowMs: number): void;
  /** Four bytes a pixel, blue first (`rgba`: red first). */
  take_frame(pixels: Uint32Array, width: number, height: number, rgba: boolean, nowMs: number): void;
  /** Nothing is newer than the last one. */
  frame_again(nowMs: number): void;
  forget_frame(): void;
}

/** The picture of the other end's screen. */
export interface Pictured {
  /** Before the first picture: the most memory for what screens showed earlier, in MiB. */
  remember_at_most(mebibytes: number): void;
  picture(): { width: number; height: number } | undefined;
  /** A copy of a part, row by row; empty if it is not inside the picture. */
  rgba(x: number, y: number, width: number, height: number): Uint8ClampedArray<ArrayBuffer>;
}

/** Only the console's core has hands. */
export interface Pointing {
  /** What became of a `disk` output. */
  disk(id: number, answer: DiskAnswer, nowMs: number): void;
  /** A PNG for the customer's clipboard, without JSON: it is long. */
  put_picture(png: Uint8Array, nowMs: number): void;
  /** A PNG for the chat, without JSON: it is long. */
  send_picture(png: Uint8Array, nowMs: number): void;
  /** The pointer, without JSON: it moves often. */
  pointer(x: number, y: number, look: number, nowMs: number): void;
}

export type SessionCore = Core & Pictured & Capturing;

interface CoreModule {
  default(options: { module_or_path: string }): Promise<unknown>;
  ConsoleSession: new (seed: Uint8Array, nowMs: number, unixMs: number) => SessionCore & Pointing;
  AgentSession: new (seed: Uint8Array, nowMs: number, unixMs: number) => SessionCore;
}

/** Loads and compiles the core. Fails with a clear message in a build that was made without it. */
export async function loadCore(): Promise<CoreModule> {
  const found = Object.values(import.meta.glob<CoreModule>('./wasm/temoto_wasm.js'))[0];
  const address = Object.values(
    import.meta.glob<string>('./wasm/temoto_wasm_bg.wasm', { query: '?url', import: 'default' }),
  )[0];
  if (!found || !address) throw new Error('this build has no core: run `cargo xtask wasm` before `npm run build`');
  const [module, path] = await Promise.all([found(), address()]);
  await module.default({ module_or_path: path });
  return module;
}
