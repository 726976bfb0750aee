/**
 * What crosses between the page and the session worker.
 *
 * The worker owns the core (WebAssembly), the WebSocket and the picture; the page owns the person.
 * Views are whole values: each one replaces the last. Pixels never pass here: the worker draws on the OffscreenCanvas.
 * `apps/wasm` produces `ConsoleView` and `AgentView` as JSON; a test holds both sides to the same samples.
 */

import type { FrameSource } from './capture';

export type Capability = 'view' | 'control' | 'clipboard_in' | 'clipboard_out' | 'files_in' | 'files_out';
/** How many colors the picture has: as the line allows, all, 256, 16, or 16 steps of gray. */
export type Colors = 'auto' | 'all' | 'many' | 'few' | 'gray';
/** What of a computer is captured. */
export type Surface = 'monitor' | 'window' | 'tab' | 'unknown';
export type Level = 'standard' | 'high';

/** How the line to the relay is. `tryingSinceMs`/`retryInMs` are null while it is up. */
export interface LinkView {
  up: boolean;
  /** Date.now() of the moment the line was lost. */
  tryingSinceMs: number | null;
  /** Why it will not come back by itself: a `DETACHED` reason of docs/protocol/relay.md, else null. */
  closed: 'replaced' | 'credential' | 'protocol' | 'over' | 'signed_out' | 'version' | 'forbidden' | null;
}

export interface ChatLine {
  id: string;
  from: 'operator' | 'customer' | 'event';
  /** The text; for an event its code, e.g. `customer_joined`, `view_granted`, `line_lost` (see i18n `event_*`). */
  text: string;
  arguments: string[];
  atMs: number;
  /** pending: not yet acknowledged; perhaps: the other end was started anew before it was. */
  state: 'sent' | 'pending' | 'perhaps';
}

/** Stands for all displays side by side, where else the number of one stands. */
export const ALL_DISPLAYS = 31;

export interface DisplayView {
  id: number;
  name: string;
  /** Its place on the customer's desk, in physical pixels; it can be negative. */
  x: number;
  y: number;
  width: number;
  height: number;
  scalePercent: number;
  primary: boolean;
}

/** One agent of the customer as the operator sees it. Everything in it is a claim of that agent. */
export interface CustomerEnd {
  /** Attached to the relay and paired. */
  present: boolean;
  /** Paired, but the line to it is down since (Date.now()), else null. */
  lostSinceMs: number | null;
  system: string;
  software: string;
  /** Name of the computer; empty for a page. */
  computer: string;
  /** Its keyboard layout (`jp`, `us`); empty if it is not known. */
  keyboard: string;
  host: string;
  level: Level;
}

export interface CodeView {
  /** All digits, e.g. "48219037". */
  digits: string;
  expiresAtMs: number;
  /** Wrong secrets so far (of 3). */
  failures: number;
}

/** A sentence that the operator should read now; the newest wins, `null` when there is none. */
export interface Notice {
  code:
    | 'code_burnt'
    | 'code_expired'
    | 'foreign_host'
    | 'failures_differ'
    | 'token_used_twice'
    | 'program_asks_again'
    | 'control_needs_grant'
    | 'ask_rests'
    | 'declined'
    | 'no_screen'
    | 'no_input'
    | 'input_own_window'
    | 'input_elevated'
    | 'no_clipboard'
    | 'clipboard_busy'
    | 'clipboard_too_long'
    | 'picture_too_large'
    | 'display_gone'
    | 'not_mine'
    | 'show_closed';
  arguments: string[];
  /** Counts notices: the same one can come again. */
  number: number;
}

/** What went wrong with a file, a folder or a whole transfer. */
export type FileFault =
  | 'full'
  | 'in_use'
  | 'changed'
  | 'denied'
  | 'bad_name'
  | 'gone'
  | 'too_long'
  | 'too_large'
  | 'exists'
  | 'damaged'
  | 'too_many'
  | 'no_trash'
  | 'busy'
  | 'canceled'
  | 'no_folder'
  | 'failed'
  | 'skipped'
  | 'no_file';

/** Where a path on the customer's computer may begin. `name` is a claim; pages call the known kinds by their own words. */
export interface FileRoot {
  id: string;
  /** `copied`: files from anywhere that the customer copied, to be taken only; another one, with another `id`, for each copy. */
  kind: 'desktop' | 'documents' | 'downloads' | 'home' | 'drive' | 'copied';
  name: string;
  free: number;
  size: number;
}

/** One entry of a folder on the customer's computer. Its name can hold any character but separators: show it isolated. */
export interface FileEntry {
  name: string;
  kind: 'folder' | 'file' | 'link' | 'other';
  size: number;
  modifiedMs: number;
}

/** One file or folder that is to be sent: names from what was chosen, its own last; folders before what is in them. */
export interface FileItem {
  path: string[];
  folder: boolean;
  size: number;
  modifiedMs: number;
}

/** Where the content of a `FileItem` is; null for a folder. */
export type FileSource = File | FileSystemFileHandle | null;

export interface TransferView {
  transfer: number;
  way: 'send' | 'fetch';
  /**
   * waiting: another one of the same way runs; preparing: looking what there is; held: by the operator; interrupted: by the line, a
   * pause or the program's end, goes on by itself; asking: see `question`; failed: see `fault`.
   */
  state: 'waiting' | 'preparing' | 'running' | 'held' | 'interrupted' | 'asking' | 'done' | 'failed' | 'canceled';
  fault: FileFault | null;
  /** The customer canceled it, or took the permission back. */
  byCustomer: boolean;
  /** The first name of what was chosen. */
  name: string;
  /** Files and folders in all; 0 until that is known. */
  items: number;
  itemsOver: number;
  bytes: number;
  bytesDone: number;
  current: { path: string[]; bytes: number; bytesDone: number } | null;
  bytesPerSecond: number;
  secondsLeft: number | null;
  /** There is a file of this name: replace, keep both or skip (`answerFile`). */
  question: {
    path: string[];
    size: number;
    modifiedMs: number;
    thereSize: number;
    thereModifiedMs: number;
  } | null;
  /** The first 20 of those that did not arrive; skipped ones are not among them. */
  problems: { path: string[]; fault: FileFault }[];
  problemCount: number;
}

export interface ConsoleView {
  session: string;
  link: LinkView;
  code: CodeView | null;
  notice: Notice | null;
  page: CustomerEnd | null;
  /** What the page says it does; null before it joined. */
  step: 'choosing' | 'downloading' | 'downloaded' | 'picking' | 'not_shared' | null;
  program: CustomerEnd | null;
  /** The program was started and the person in front of it has not answered yet. */
  waitingForPermission: boolean;
  /** The customer granted these. */
  granted: Capability[];
  /** Asked for and not answered. */
  asked: Capability[];
  /** The customer said no to these; asking again makes no sense before (Date.now()). */
  resting: { capability: Capability; untilMs: number }[];
  /** The customer paused: the picture is blank. */
  paused: boolean;
  /** The operator pressed Control and it is granted. */
  controlling: boolean;
  /** The customer uses the own mouse; input is held. */
  yielded: boolean;
  /** What the customer's system shows instead of the desktop, hidden from programs; the picture stands still. */
  obstacle: 'secure_desktop' | 'locked' | 'away' | null;
  displays: DisplayView[];
  /** Which one is shown or was just chosen; `ALL_DISPLAYS` for all side by side. */
  shown: number | null;
  /** All of them fit into one picture. */
  sideBySide: boolean;
  /** Another picture than the one that is seen is on its way; the old one stays until that is whole, and takes no clicks. */
  changing: boolean;
  colors: Colors;
  /** All of the picture has all its colors. */
  exact: boolean;
  /** The customer's clipboard as far as this side may know of it. */
  clipboard: {
    /** What the customer copied last; null if nothing, or if that is not granted. `rich` is a text and how it looks. */
    offered: { number: number; kind: 'text' | 'rich' | 'image'; bytes: number; tooLong: boolean } | null;
    comingPercent: number | null;
    goingPercent: number | null;
  };
  /** Files and folders. `roots` is empty while neither `files_in` nor `files_out` is granted. */
  files: { roots: FileRoot[]; transfers: TransferView[] };
  /** What the customer shares from the browser, to be looked at only; null if nothing. */
  sharing: Surface | null;
  /** What this side shows to the customer, and where that is seen: in the program, or on the page while there is none. */
  showing: { surface: Surface; to: 'page' | 'program' } | null;
  /** Size of the picture in physical pixels, null before the first. `look` counts pictures: a click names the one it was made on. */
  picture: { width: number; height: number; look: number } | null;
  quality: { roundTripMs: number | null; bitsPerSecond: number; framesPerSecond: number };
  chat: ChatLine[];
  /** Null while the session lives. */
  ended: { by: 'operator' | 'customer' | 'server'; code: string } | null;
}

/** The join page. */
export interface AgentView {
  link: LinkView;
  phase: 'connecting' | 'paired' | 'refused' | 'ended';
  /** For `refused`: wrong (unknown, used, expired, mistyped), mismatch, token_asks, update, forbidden, no_licence; for `ended`: operator, customer, closed, server. */
  reason: string | null;
  /** After three mismatches a new code is needed. */
  newCodeNeeded: boolean;
  /** The two ends counted different numbers of wrong secrets for this code: somebody may have tried to guess. */
  failuresDiffer: boolean;
  /** `confirmed`: the server's signature over name, organisation and key was checked. */
  operator: { name: string; organisation: string; confirmed: boolean } | null;
  level: Level | null;
  /** The name the program is to be saved under, once a token is there; without extension. */
  downloadName: string | null;
  /** Whether the operator's end is there just now. */
  operatorPresent: boolean;
  /** What the operator shows; `picture` is its size, null before the first. */
  showing: { surface: Surface; picture: { width: number; height: number; look: number } | null } | null;
  /** Only of interest to the program, which shows the same view; a page that shares its screen grants `view`. */
  granted: Capability[];
  asked: Capability[];
  met: Capability[];
  paused: boolean;
  yielded: boolean;
  /** The program that joined. */
  program: { present: boolean; computer: string; system: string; alreadyUsed: boolean } | null;
  chat: ChatLine[];
}

/** What somebody copied: a text, perhaps with HTML as another computer made it, or a picture. */
export interface Copy {
  text: string | null;
  html: string | null;
  png: Blob | null;
}

/** A part of the picture in its own pixels. */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Everything the console page may tell its worker. */
export type ConsoleCommand =
  /** First: a new session or code. Answer: `keys`; then the page calls the REST operation and sends `open`. */
  | { type: 'prepare' }
  | {
      type: 'open';
      url: string;
      session: string;
      ticket: string;
      routing: string;
      secretDigits: number;
      expiresAtMs: number;
      statement: string;
      hosts: string[];
      operator: string;
      organisation: string;
    }
  /** After a reload: take what IndexedDB holds for this session. Answer: `restored` or `nothing`. */
  | { type: 'restore'; session: string; url: string; takeOver: boolean }
  /** A new code for the same session (after burnt or expired, or when the customer needs one again). */
  | { type: 'newCode'; routing: string; secretDigits: number; expiresAtMs: number }
  | { type: 'statement'; statement: string }
  | { type: 'chat'; text: string }
  | { type: 'ask'; capabilities: Capability[] }
  /** The Control button. */
  | { type: 'control'; active: boolean }
  | { type: 'rearm' }
  | { type: 'showDisplay'; id: number }
  /** A small picture of a display, with its longest side so long (at most 192). Answer: `thumbnail`. */
  | { type: 'glance'; display: number; side: number }
  /** Where the customer's windows are. Answer: `windows`. */
  | { type: 'windows' }
  | { type: 'colors'; colors: Colors }
  /** Put this text on the customer's clipboard, and how it looks beside it. */
  | { type: 'putClipboard'; text: string; html: string | null }
  /** Put this PNG on the customer's clipboard. */
  | { type: 'putPicture'; png: Blob }
  /** Put this PNG into the chat. Event: `picture`. */
  | { type: 'sendPicture'; png: Blob }
  /** Get what the customer copied last. Answer: `clipboard`. */
  | { type: 'fetchClipboard' }
  /** Needs `files_out`. Answer: `folder` with the same number, in parts. */
  | { type: 'listFolder'; request: number; root: string; path: string[] }
  /** These four need `files_in`. Answer: `folderChanged`. */
  | { type: 'makeFolder'; request: number; root: string; path: string[]; name: string }
  | { type: 'renameFile'; request: number; root: string; path: string[]; name: string; to: string }
  | { type: 'trashFiles'; request: number; root: string; path: string[]; names: string[] }
  | { type: 'restoreFiles'; request: number; token: number }
  /**
   * Needs `files_in`; with the root `paste` and no path the files go onto the customer's clipboard, which needs `clipboard_in` as well.
   * `transfer` is a number of the page's own: not 0, never used before in this load of the page. `sources` are the files of
   * `items`, in the same order; they stay with the host.
   */
  | {
      type: 'sendFiles';
      transfer: number;
      root: string;
      path: string[];
      items: FileItem[];
      sources: FileSource[];
    }
  /** Needs `files_out`. `into` stays with the host: a folder that may be written, or null for the browser's downloads (event `saved`). */
  | {
      type: 'fetchFiles';
      transfer: number;
      root: string;
      path: string[];
      names: string[];
      into: FileSystemDirectoryHandle | null;
    }
  | { type: 'answerFile'; transfer: number; answer: 'replace' | 'both' | 'skip'; all: boolean }
  | { type: 'holdTransfer'; transfer: number; held: boolean }
  | { type: 'cancelTransfer'; transfer: number }
  | { type: 'forgetTransfer'; transfer: number }
  /** A picture of the screen, or of a part of it, once it stands still and has all its colors. Answer: `screenshot` with the same number. */
  | { type: 'screenshot'; number: number; part: Part | null }
  | { type: 'canvas'; canvas: OffscreenCanvas | null }
  | { type: 'pointer'; x: number; y: number; buttons: number; look: number }
  | { type: 'key'; code: string; down: boolean }
  | { type: 'button'; button: number; down: boolean; x: number; y: number; look: number }
  /** In 120ths of a notch; positive is right and down. */
  | { type: 'wheel'; dx: number; dy: number }
  | { type: 'text'; text: string }
  /** The window lost the focus: nothing stays pressed. */
  | { type: 'blur' }
  | { type: 'online' }
  /** Something was picked to be shown to the customer. */
  | { type: 'show'; surface: Surface; source: FrameSource }
  | { type: 'endShow' }
  /** The customer's page stops what it shares from the browser. */
  | { type: 'unshare' }
  | { type: 'end' };

export type ConsoleEvent =
  | { type: 'keys'; consoleKey: string }
  | { type: 'restored'; consoleKey: string }
  | { type: 'nothing' }
  /** Another tab owns this session (Web Lock). */
  | { type: 'elsewhere' }
  | { type: 'view'; view: ConsoleView }
  /** A code is burnt or expired, or the operator asked: call the REST operation for a new one. */
  | { type: 'codeWanted' }
  /** IndexedDB is not available: warn before the page is left. */
  | { type: 'noStorage' }
  /** Remote cursor in physical pixels of the shown display; `image` only when the shape changed. */
  | {
      type: 'cursor';
      x: number;
      y: number;
      visible: boolean;
      image?: {
        width: number;
        height: number;
        hotX: number;
        hotY: number;
        rgba: Uint8ClampedArray<ArrayBuffer>;
      } | null;
    }
  | { type: 'thumbnail'; display: number; width: number; height: number; rgba: Uint8ClampedArray<ArrayBuffer> }
  /** In pixels of the picture, the uppermost first. */
  | { type: 'windows'; windows: Part[] }
  /** The picture of the line of the chat with this id. */
  | { type: 'picture'; id: string; png: Blob | null }
  /** What the customer copied, as asked for by `fetchClipboard`. */
  | ({ type: 'clipboard' } & Copy)
  /** A part of the answer to `listFolder`; all are here with `last`. `fault` comes alone and is the last. */
  | {
      type: 'folder';
      request: number;
      entries: FileEntry[];
      last: boolean;
      truncated: boolean;
      fault: FileFault | null;
    }
  /** `token` is for `restoreFiles`, after `trashFiles`; 0 where it cannot be taken back. */
  | { type: 'folderChanged'; request: number; fault: FileFault | null; token: number }
  /** A file is there under `name`, for the record; `path` as its sender has it, `hash` is BLAKE3 in hexadecimal. */
  | {
      type: 'fileDone';
      transfer: number;
      way: 'send' | 'fetch';
      path: string[];
      name: string;
      size: number;
      hash: string;
    }
  /** What was fetched for the browser's downloads: one file, or an archive of several. It is kept for a quarter of an hour. */
  | { type: 'saved'; transfer: number; name: string; content: Blob }
  /** PNG, pixel for pixel; null where there is no picture. */
  /** `exact`: with all colors; else the line did not bring them in time. */
  | { type: 'screenshot'; number: number; png: Blob | null; exact: boolean }
  | { type: 'fault'; message: string };

/**
 * What the core asks of the operator's disk (`{ kind: 'disk', id, transfer, work, … }` of `poll`). The host does the asks of one transfer
 * in order and answers each by `disk(id, answer, nowMs)`, except `discard` and `close`, which have no answer.
 */
export type DiskAsk = { kind: 'disk'; id: number; transfer: number } &
  /** A block of what is sent: exactly `length` bytes. `changed` if the file is not as it was announced. Answer: `bytes`. */
  (
    | { work: 'read'; index: number; at: number; length: number }
    /**
     * Make ready for this file (safe names), or make this folder. Answer: `created` with what an earlier part of the very same file (path, size,
     * time) holds, or `exists` if there is a finished one and `choice` is `ask`.
     */
    | {
        work: 'create';
        index: number;
        path: string[];
        folder: boolean;
        size: number;
        modifiedMs: number;
        choice: 'ask' | 'replace' | 'both' | 'skip';
      }
    /** A block of what is already here of it. Answer: `bytes`. */
    | { work: 'readPart'; index: number; at: number; length: number }
    /** At 0 it begins anew. Answer: `done`. */
    | { work: 'write'; index: number; at: number; bytes: Uint8Array<ArrayBuffer> }
    /** The hash agrees: give it its name. Answer: `finished`, or `exists` if one came in between and `choice` is `ask`. */
    | { work: 'finish'; index: number; choice: 'ask' | 'replace' | 'both' | 'skip' }
    /** Nothing stays of this unfinished file. No answer. */
    | { work: 'discard'; index: number }
    /** The transfer is over for now: close what is open, unfinished parts stay. No answer. */
    | { work: 'close' }
    /** Nothing stays of what this transfer left unfinished when it was closed. No answer. */
    | { work: 'discardLeft' }
  );

export type DiskAnswer =
  | { answer: 'done' }
  | { answer: 'bytes'; bytes: Uint8Array }
  | { answer: 'created'; have: number }
  | { answer: 'exists'; size: number; modifiedMs: number }
  | { answer: 'finished'; name: string }
  | { answer: 'fault'; fault: FileFault };

export type AgentCommand =
  | {
      type: 'join';
      url: string;
      host: string;
      digits: string;
      /** Hash of the server's own key (20 hexadecimal digits), where no authority vouches for it. */
      key: string | null;
      system: string;
      software: string;
      language: string;
    }
  | { type: 'restore'; url: string; takeOver: boolean }
  | { type: 'chat'; text: string }
  | { type: 'step'; step: 'choosing' | 'downloading' | 'downloaded' | 'picking' | 'notShared' }
  /** Something was picked to be shared with the operator. */
  | { type: 'share'; surface: Surface; source: FrameSource }
  | { type: 'endShare' }
  /** Do not show any more what the operator shows. */
  | { type: 'closeShown' }
  /** To paint on what the operator shows. */
  | { type: 'canvas'; canvas: OffscreenCanvas | null }
  | { type: 'notMine' }
  | { type: 'online' }
  | { type: 'leave' };

export type AgentEvent =
  | { type: 'restored' }
  | { type: 'nothing' }
  | { type: 'elsewhere' }
  | { type: 'view'; view: AgentView }
  /** The picture of the line of the chat with this id; null if it is not there any more. */
  | { type: 'picture'; id: string; png: Blob | null }
  | { type: 'noStorage' }
  | { type: 'fault'; message: string };
