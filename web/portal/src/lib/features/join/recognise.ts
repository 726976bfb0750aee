/** What this browser says it runs on: for the right program, the right pictures, and what the operator reads. A hint, never trusted. */
import type { System } from '@temoto/api';

export type BrowserFamily = 'chrome' | 'edge' | 'firefox' | 'safari' | 'other';

/** Why a Windows computer cannot run the program: 32 bits, ARM without emulation of 64 bits, older than Windows 10. */
export type Lack = 'bits' | 'arm' | 'old';

export interface Recognised {
  /** The program that runs here, null if there is none (phones, macOS, some Windows). */
  system: System | null;
  /** Set only on a Windows computer without a program. */
  lack: Lack | null;
  phone: boolean;
  browser: BrowserFamily;
  /** "Windows 11", "Windows 10 (32-bit)", "Linux". */
  systemName: string;
  /** "Edge 142". */
  software: string;
}

/** What `navigator` tells, so that tests can tell it too. */
export interface Told {
  userAgent: string;
  /** What the browser adds to it when it is asked; Firefox and pages without TLS get nothing. */
  hints?: Hints | null;
  touchPoints?: number;
}

/** Client hints, as `getHighEntropyValues` names them. */
export interface Hints {
  /** Windows: 13 and above is Windows 11, 1 to 10 is Windows 10, 0 is older. */
  platformVersion?: string;
  /** `x86` or `arm`. */
  architecture?: string;
  /** `64` or `32`, of the browser. */
  bitness?: string;
  /** A browser of 32 bits on a Windows of 64. */
  wow64?: boolean;
}
const HINTS = ['platformVersion', 'architecture', 'bitness', 'wow64'] as const satisfies (keyof Hints)[];

export function recognise(told: Told): Recognised {
  const { userAgent } = told;
  const version = (pattern: RegExp) => pattern.exec(userAgent)?.[1] ?? '';
  const phone =
    /Android|iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && (told.touchPoints ?? 0) > 1);
  const systemName = nameOf(told, phone);
  const windows = !phone && /Windows NT/.test(userAgent);
  const lack = windows ? lackOf(told) : null;
  let system: System | null = null;
  if (windows && lack === null) system = 'windows-x86_64';
  else if (!phone && !windows && /Linux/.test(userAgent) && PC64.test(userAgent)) system = 'linux-x86_64';

  let browser: BrowserFamily = 'other';
  let software = '';
  if (/Edg\//.test(userAgent)) [browser, software] = ['edge', `Edge ${version(/Edg\/(\d+)/)}`];
  else if (/Firefox\//.test(userAgent)) [browser, software] = ['firefox', `Firefox ${version(/Firefox\/(\d+)/)}`];
  else if (/Chrome\//.test(userAgent)) [browser, software] = ['chrome', `Chrome ${version(/Chrome\/(\d+)/)}`];
  else if (/Safari\//.test(userAgent)) [browser, software] = ['safari', `Safari ${version(/Version\/(\d+)/)}`];
  return { system, lack, phone, browser, systemName, software: software.trim() };
}

const PC64 = /Win64|WOW64|x86_64|x64|amd64/i;

/** The first number of `platformVersion`; null where a browser does not tell it. */
function versionOf(hints: Hints | null | undefined): number | null {
  const version = Number.parseInt(hints?.platformVersion ?? '', 10);
  return Number.isNaN(version) ? null : version;
}

function onArm({ userAgent, hints }: Told): boolean {
  return hints?.architecture === 'arm' || /ARM|aarch64/i.test(userAgent);
}

function lackOf(told: Told): Lack | null {
  const { userAgent, hints } = told;
  const version = versionOf(hints);
  if (!/Windows NT 1\d/.test(userAgent) || version === 0) return 'old';
  // Edge and Chrome say "Win64; x64" on every Windows; where they give hints, these are right.
  if (onArm(told)) {
    // Windows 11 runs programs of x64 on ARM, Windows 10 does not. Firefox does not say which of them it is.
    return version !== null && version < 13 ? 'arm' : null;
  }
  if (hints?.bitness) return hints.bitness === '32' && !hints.wow64 ? 'bits' : null;
  return PC64.test(userAgent) ? null : 'bits';
}

function nameOf(told: Told, phone: boolean): string {
  const { userAgent, hints } = told;
  if (/Windows NT/.test(userAgent)) {
    const version = versionOf(hints) ?? 0;
    const name = version >= 13 ? 'Windows 11' : version >= 1 ? 'Windows 10' : 'Windows';
    return onArm(told) ? `${name} (ARM)` : lackOf(told) === 'bits' ? `${name} (32-bit)` : name;
  }
  if (/Android/.test(userAgent)) return 'Android';
  if (/iPhone|iPod/.test(userAgent)) return 'iPhone';
  if (/iPad/.test(userAgent) || phone) return 'iPad';
  if (/Macintosh/.test(userAgent)) return 'macOS';
  if (/CrOS/.test(userAgent)) return 'ChromeOS';
  return /Linux/.test(userAgent) ? 'Linux' : '';
}

interface Asked {
  getHighEntropyValues?: (names: readonly string[]) => Promise<Hints>;
}

/** Asks this browser. */
export async function recogniseHere(): Promise<Recognised> {
  const asked = (navigator as { userAgentData?: Asked }).userAgentData;
  let hints: Hints | null = null;
  try {
    hints = (await asked?.getHighEntropyValues?.(HINTS)) ?? null;
  } catch {
    // A browser that refuses to tell is only less well described.
  }
  return recognise({ userAgent: navigator.userAgent, hints, touchPoints: navigator.maxTouchPoints });
}
