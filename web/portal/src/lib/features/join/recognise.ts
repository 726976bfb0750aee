/** What this browser says it runs on: for the right program, the right pictures, and what the operator reads. A hint, never trusted. */
import type { System } from '@temoto/api';

export type BrowserFamily = 'chrome' | 'edge' | 'firefox' | 'safari' | 'other';

export interface Recognised {
  /** The program that runs here, null if there is none (phones, macOS). */
  system: System | null;
  phone: boolean;
  browser: BrowserFamily;
  /** "Windows 11", "Linux". */
  systemName: string;
  /** "Edge 142". */
  software: string;
}

/** What `navigator` tells, so that tests can tell it too. */
export interface Told {
  userAgent: string;
  /** Major version of `platformVersion` from client hints, if the browser gives it. */
  windowsVersion?: number | null;
  touchPoints?: number;
}

export function recognise(told: Told): Recognised {
  const { userAgent } = told;
  const version = (pattern: RegExp) => pattern.exec(userAgent)?.[1] ?? '';
  const phone =
    /Android|iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && (told.touchPoints ?? 0) > 1);
  const systemName = nameOf(told, phone);
  const pc64 = /Win64|WOW64|x86_64|x64|amd64/i.test(userAgent);
  let system: System | null = null;
  if (!phone && pc64 && /Windows NT/.test(userAgent)) system = 'windows-x86_64';
  else if (!phone && pc64 && /Linux/.test(userAgent)) system = 'linux-x86_64';

  let browser: BrowserFamily = 'other';
  let software = '';
  if (/Edg\//.test(userAgent)) [browser, software] = ['edge', `Edge ${version(/Edg\/(\d+)/)}`];
  else if (/Firefox\//.test(userAgent)) [browser, software] = ['firefox', `Firefox ${version(/Firefox\/(\d+)/)}`];
  else if (/Chrome\//.test(userAgent)) [browser, software] = ['chrome', `Chrome ${version(/Chrome\/(\d+)/)}`];
  else if (/Safari\//.test(userAgent)) [browser, software] = ['safari', `Safari ${version(/Version\/(\d+)/)}`];
  return { system, phone, browser, systemName, software: software.trim() };
}

function nameOf({ userAgent, windowsVersion }: Told, phone: boolean): string {
  if (/Windows NT/.test(userAgent)) {
    if (windowsVersion === undefined || windowsVersion === null) return 'Windows';
    return windowsVersion >= 13 ? 'Windows 11' : windowsVersion >= 1 ? 'Windows 10' : 'Windows';
  }
  if (/Android/.test(userAgent)) return 'Android';
  if (/iPhone|iPod/.test(userAgent)) return 'iPhone';
  if (/iPad/.test(userAgent) || phone) return 'iPad';
  if (/Macintosh/.test(userAgent)) return 'macOS';
  if (/CrOS/.test(userAgent)) return 'ChromeOS';
  return /Linux/.test(userAgent) ? 'Linux' : '';
}

interface Hints {
  getHighEntropyValues?: (names: string[]) => Promise<{ platformVersion?: string }>;
}

/** Asks this browser. */
export async function recogniseHere(): Promise<Recognised> {
  const hints = (navigator as { userAgentData?: Hints }).userAgentData;
  let windowsVersion: number | null = null;
  try {
    const { platformVersion } = (await hints?.getHighEntropyValues?.(['platformVersion'])) ?? {};
    if (platformVersion) windowsVersion = Number.parseInt(platformVersion, 10);
  } catch {
    // A browser that refuses to tell is only less well described.
  }
  return recognise({ userAgent: navigator.userAgent, windowsVersion, touchPoints: navigator.maxTouchPoints });
}
