/** One typed function per REST operation. Same origin, the login is an HttpOnly cookie that this code never sees. */
import { ApiError } from './errors';
import type {
  ApiKey,
  Chart,
  EmailLink,
  Embed,
  FactorState,
  Group,
  Guidance,
  History,
  HistoryOperator,
  HistoryQuery,
  Imported,
  Invitation,
  Licence,
  Licences,
  LicenceUsage,
  Line,
  Live,
  LiveQuery,
  LinkPurpose,
  Login,
  LoginRow,
  Me,
  Member,
  NewCode,
  NewFactor,
  NewKey,
  NewKeyView,
  NewPerson,
  NewPersonView,
  NewSession,
  Permissions,
  Profile,
  ProfileChange,
  Register,
  Registration,
  RegistrationForm,
  Retention,
  ServerInfo,
  SessionReport,
  SessionRow,
  SessionStory,
  Setup,
  UserPage,
  Whose,
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

/** Where the permissions of these are. */
function level(whose: Whose): string {
  if (whose === 'own') return '/me';
  if (whose === 'organisation') return '';
  return 'user' in whose ? `/users/${id(whose.user)}` : `/groups/${id(whose.group)}`;
}

export const api = {
  login: (body: Login) => call<Me>('POST', '/login', body),
  logout: () => call<null>('POST', '/logout', {}),
  me: () => call<Me>('GET', '/me'),
  setupLink: (token: string) => call<LinkPurpose>('POST', '/setup/link', { token }),
  setup: (body: Setup) => call<Me>('POST', '/setup', body),
  register: (body: Register) => call<null>('POST', '/register', body),
  registration: (token: string) => call<Registration>('POST', '/register/link', { token }),
  completeRegistration: (body: RegistrationForm) => call<Me>('POST', '/register/complete', body),
  forgot: (email: string, language: string) => call<null>('POST', '/forgot', { email, language }),
  reset: (token: string, password: string) => call<null>('POST', '/reset', { token, password }),
  profile: () => call<Profile>('GET', '/me/profile'),
  changeProfile: (body: ProfileChange) => call<Profile>('POST', '/me/profile', body),
  changePassword: (current: string, password: string) => call<null>('POST', '/me/password', { current, password }),
  changeEmail: (email: string, password: string) => call<null>('POST', '/me/email', { email, password }),
  cancelEmail: () => call<null>('POST', '/me/email/cancel', {}),
  emailLink: (token: string) => call<EmailLink>('POST', '/email/link', { token }),
  agreeEmail: (token: string) => call<{ changed: boolean }>('POST', '/email/agree', { token }),
  logins: () => call<LoginRow[]>('GET', '/me/logins'),
  endLogin: (login: string) => call<null>('POST', `/me/logins/${id(login)}/end`, {}),
  endOtherLogins: () => call<null>('POST', '/me/logins/end-others', {}),
  factor: () => call<FactorState>('GET', '/me/second-factor'),
  beginFactor: (password: string) => call<NewFactor>('POST', '/me/second-factor', { password }),
  confirmFactor: (code: string) => call<{ codes: string[] }>('POST', '/me/second-factor/confirm', { code }),
  renewRecovery: (password: string) => call<{ codes: string[] }>('POST', '/me/second-factor/recovery', { password }),
  removeFactor: (password: string) => call<null>('POST', '/me/second-factor/remove', { password }),
  requireFactor: (required: boolean) => call<null>('POST', '/organisation/second-factor', { required }),
  users: (which: Record<string, string>) => call<UserPage>('GET', `/users?${new URLSearchParams(which).toString()}`),
  addUser: (body: NewPerson) => call<NewPersonView>('POST', '/users', body),
  importUsers: (table: string, dryRun: boolean) => call<Imported>('POST', '/users/import', { table, dry_run: dryRun }),
  inviteUser: (user: string) => call<Invitation>('POST', `/users/${id(user)}/invite`, {}),
  suspendUser: (user: string) => call<null>('POST', `/users/${id(user)}/suspend`, {}),
  resumeUser: (user: string) => call<null>('POST', `/users/${id(user)}/resume`, {}),
  deleteUser: (user: string) => call<null>('POST', `/users/${id(user)}/delete`, {}),
  setRole: (user: string, role: string) => call<null>('POST', `/users/${id(user)}/role`, { role }),
  groups: () => call<Group[]>('GET', '/groups'),
  addGroup: (name: string) => call<{ id: string }>('POST', '/groups', { name }),
  renameGroup: (group: string, name: string) => call<null>('POST', `/groups/${id(group)}`, { name }),
  deleteGroup: (group: string) => call<null>('POST', `/groups/${id(group)}/delete`, {}),
  members: (group: string) => call<Member[]>('GET', `/groups/${id(group)}/members`),
  changeMembers: (group: string, body: { add?: string[]; remove?: string[] }) =>
    call<null>('POST', `/groups/${id(group)}/members`, body),
  permissions: (whose: Whose) => call<Permissions>('GET', `${level(whose)}/permissions`),
  setPermission: (whose: Whose, function_: string, setting: string | null) =>
    call<null>('POST', `${level(whose)}/permissions`, { function: function_, setting }),
  apiKeys: () => call<ApiKey[]>('GET', '/keys'),
  makeApiKey: (body: NewKey) => call<NewKeyView>('POST', '/keys', body),
  revokeApiKey: (key: string) => call<null>('POST', `/keys/${id(key)}/revoke`, {}),
  server: () => call<ServerInfo>('GET', '/server'),
  startSession: (consoleKey: string) => call<NewSession>('POST', '/sessions', { console_key: consoleKey }),
  newCode: (session: string) => call<NewCode>('POST', `/sessions/${id(session)}/codes`, {}),
  sendGuidance: (session: string, body: Guidance) => call<null>('POST', `/sessions/${id(session)}/guidance`, body),
  statement: (session: string, consoleKey: string) =>
    call<{ statement: string }>('POST', `/sessions/${id(session)}/statement`, { console_key: consoleKey }),
  pauseSession: (session: string) => call<null>('POST', `/sessions/${id(session)}/pause`, {}),
  resumeSession: (session: string) => call<null>('POST', `/sessions/${id(session)}/resume`, {}),
  sessions: () => call<SessionRow[]>('GET', '/sessions'),
  live: (query: LiveQuery) => call<Live>('GET', `/sessions/live?${asked({ ...query })}`),
  embed: () => call<Embed>('GET', '/organisation/embed'),
  setEmbed: (origins: string[]) => call<null>('POST', '/organisation/embed', { origins }),
  report: (session: string, report: SessionReport) => call<null>('POST', `/sessions/${id(session)}/report`, report),
  history: (query: HistoryQuery) => call<History>('GET', `/history?${asked({ ...query })}`),
  historyChart: (time: { from_ms: number; to_ms: number; points: number }) =>
    call<Chart>('GET', `/history/chart?${asked(time)}`),
  session: (session: string) => call<SessionStory>('GET', `/history/${id(session)}`),
  noteSession: (session: string, body: { note: string; ticket: string }) =>
    call<null>('POST', `/history/${id(session)}`, body),
  historyPolicy: () => call<Retention>('GET', '/history/policy'),
  keepHistory: (keepDays: number | null) => call<null>('POST', '/history/policy', { keep_days: keepDays }),
  historyOperators: () => call<HistoryOperator[]>('GET', '/history/operators'),
  eraseOperator: (operator: string) => call<{ sessions: number }>('POST', '/history/erase', { operator }),
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
export const historyFile = (form: 'csv' | 'files/csv' | 'json', query: HistoryQuery): string =>
  `${BASE}/history/${form}?${asked({ ...query })}`;

/** Where the worker dials the relay: same host as the page, `ws` only where the page itself came without TLS. */
export function relayAddress(page: URL | Location): string {
  return `${page.protocol === 'http:' ? 'ws:' : 'wss:'}//${page.host}/relay`;
}
