/**
 * Brings the program to the customer's disk under its session's name. The name carries the token and never travels: it stands only in
 * the `download` attribute. Windows saves the server's file itself; for Linux the page packs it, to keep it executable.
 */
import { downloadAddress, type Program } from '@temoto/api';
import { tarParts } from './tar';

export interface Progress {
  received: number;
  total: number;
}

/** Starts a download that the browser shows by itself. */
export function saveDirectly(program: Program, name: string): void {
  click(downloadAddress(program.system), `${name}.exe`);
}

/** Fetches, checks and packs the program; then saves `<name>.tar`. Fails if what came is not what the server announced. */
export async function saveAsTar(
  program: Program,
  name: string,
  progress: (at: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(downloadAddress(program.system), { signal, credentials: 'same-origin' });
  if (!response.ok || !response.body) throw new Error(`download ${response.status}`);
  const bytes = await receive(response.body, program.bytes, progress);
  if ((await sha256(bytes)) !== program.sha256.toLowerCase()) throw new Error('download sha256');
  const parts = tarParts({ name, bytes, mode: 0o755, modifiedSeconds: Date.now() / 1000 });
  const address = URL.createObjectURL(new Blob(parts, { type: 'application/x-tar' }));
  click(address, `${name}.tar`);
  // The browser has taken it over once the click was handled; a minute is far beyond that.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function receive(
  body: ReadableStream<Uint8Array>,
  total: number,
  progress: (at: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(total);
  let received = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (received + value.length > total) throw new Error('download too long');
    bytes.set(value, received);
    received += value.length;
    progress({ received, total });
  }
  if (received !== total) throw new Error('download too short');
  return bytes;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function click(href: string, download: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = download;
  link.click();
}

/** "8.9 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
