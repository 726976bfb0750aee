/** One typed function per REST operation. Same origin, the login is an HttpOnly cookie that this code never sees. */
import { ApiError } from './errors';
import type {
  Chart,
  History,
  HistoryQuery,
  Licence,
  Licences,
  LicenceUsage,
  Line,
  LinkPurpose,
  Login,
  Me,
  NewCode,
  NewSession,
  ServerInfo,
  Retention,
  SessionReport,
  SessionRow,
  Setup,
} from './types';

const BASE = '/api/v1';

interface Failure {
  code?: unknown;
  retry_after_ms?: unknown;
}

async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError('offline', 0);
  }
  const text = await response.text();
  let value: unknown;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    throw new ApiError('unexpected', response.status);
  }
  if (response.ok) return value as T;
  const failure: Failure = typeof value === 'object' && value !== null ? value : {};
  throw new ApiError(
    typeof failure.code === 'string' ? failure.code : 'unexpected',
    response.status,
    typeof failure.retry_after_ms === 'number' ? failure.retry_after_ms : null,
  );
}

const id = (part: string) => encodeURIComponent(part);

function asked(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

export const api = {
  login: (body: Login) => call<Me>('POST', '/login', body),
  logout: () => call<null>('POST', '/logout', {}),
  me: () => call<Me>('GET', '/me'),
  setupLink: (token: string) => call<LinkPurpose>('POST', '/setup/link', { token }),
  setup: (body: Setup) => call<Me>('POST', '/setup', body),
  server: () => call<ServerInfo>('GET', '/server'),
  startSession: (consoleKey: string) => call<NewSession>('POST', '/sessions', { console_key: consoleKey }),
  newCode: (session: string) => call<NewCode>('POST', `/sessions/${id(session)}/codes`, {}),
  statement: (session: string, consoleKey: string) =>
    call<{ statement: string }>('POST', `/sessions/${id(session)}/statement`, { console_key: consoleKey }),
  sessions: () => call<SessionRow[]>('GET', '/sessions'),
  report: (session: string, report: SessionReport) => call<null>('POST', `/sessions/${id(session)}/report`, report),
  history: (query: HistoryQuery) => call<History>('GET', `/history?${asked({ ...query })}`),
  historyChart: (time: { from_ms: number; to_ms: number; points: number }) =>
    call<Chart>('GET', `/history/chart?${asked(time)}`),
  noteSession: (session: string, body: { note: string; ticket: string }) =>
    call<null>('POST', `/history/${id(session)}`, body),
  historyPolicy: () => call<Retention>('GET', '/history/policy'),
  keepHistory: (keepDays: number | null) => call<null>('POST', '/history/policy', { keep_days: keepDays }),
  eraseCustomer: (customer: string) => call<{ sessions: number }>('POST', '/history/erase', { customer }),
  licences: () => call<Licences>('GET', '/licences'),
  activateLicence: (licence: string) => call<Licence>('POST', '/licences', { licence }),
  licencePolicy: (takeAt: 'join' | 'code') => call<null>('POST', '/licences/policy', { take_at: takeAt }),
  licenceUsage: () => call<LicenceUsage>('GET', '/licences/usage'),
  waitInLine: () => call<Line>('POST', '/licences/line', {}),
  leaveLine: () => call<null>('POST', '/licences/line/leave', {}),
  endSession: (session: string) => call<null>('POST', `/sessions/${id(session)}/end`, {}),
};

export type Api = typeof api;

/** Where the customer's program comes from. The answer is an attachment without a name. */
export const downloadAddress = (system: string): string => `/download/${id(system)}`;

/** Where a file of the history comes from. */
export const historyFile = (form: 'csv' | 'json', query: HistoryQuery): string =>
  `${BASE}/history/${form}?${asked({ ...query })}`;

/** Where the worker dials the relay: same host as the page, `ws` only where the page itself came without TLS. */
export function relayAddress(page: URL | Location): string {
  return `${page.protocol === 'http:' ? 'ws:' : 'wss:'}//${page.host}/relay`;
}
