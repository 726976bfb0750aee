/** Serves the fake build as the real server would: same answers to page addresses, same policy for scripts; the REST operations are played. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../portal/build-fake', import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SESSION = '00112233445566778899aabbccddeeff';
const PROGRAM = Buffer.alloc(200_000, 7);

export interface Played {
  loggedIn: boolean;
  /** Whether the server has mail and takes registrations. */
  open: boolean;
  /** How the trial stands. */
  contract: 'own' | 'trial' | 'trial_over';
  /** Whether the account has a second factor. */
  factor: boolean;
  language: 'ja' | 'en';
  /** What the list of sessions answers. */
  rows: unknown[];
  /** An administrator looks. */
  administrator?: boolean;
  /** Functions that the person may not use. */
  denied?: readonly string[] | undefined;
  /** There is a history. */
  past?: boolean;
  /** Sessions of colleagues. */
  live?: 'few' | 'many' | 'paused' | undefined;
  /** How licences are: without a word there is no end of them. */
  licences?: 'used' | 'none' | undefined;
}

const names = { ja: ['サンプル株式会社', '佐藤 花子'], en: ['Example Corp.', 'Hanako Sato'] } as const;

const user = (n: number, about: Record<string, unknown>) => ({
  id: String(n),
  email: `person${n}@example.com`,
  role: 'operator',
  status: 'active',
  second_factor: false,
  last_login_at_ms: Date.now() - n * 3_000_000,
  mail_problem: null,
  ...about,
});

const groups = (played: Played) =>
  (played.language === 'ja' ? ['夜間サポート', '見習い'] : ['Night shift', 'Trainees']).map((name, n) => ({
    id: String(n + 1),
    name,
    members: n === 0 ? 2 : 0,
  }));

/** One in use, one whose maker left, one that is over. */
function keys(played: Played, nowMs: number) {
  const [, name] = names[played.language];
  const japanese = played.language === 'ja';
  const key = { maker: name, created_at_ms: nowMs - 40 * DAY, last_used_at_ms: nowMs - 3_600_000 };
  return [
    {
      ...key,
      id: '1',
      name: japanese ? '問い合わせ管理との連携' : 'Ticket desk',
      scopes: ['history:read', 'history:write'],
      state: 'good',
      expires_at_ms: nowMs + 50 * DAY,
    },
    {
      ...key,
      id: '2',
      name: japanese ? '人事システム' : 'Staff directory',
      scopes: ['users:read', 'users:write', 'groups:write'],
      maker: '田中 一郎',
      state: 'stopped',
      expires_at_ms: nowMs + 325 * DAY,
    },
    {
      ...key,
      id: '3',
      name: japanese ? '試験用' : 'Trial run',
      scopes: ['licences:read'],
      state: 'expired',
      last_used_at_ms: null,
      expires_at_ms: nowMs - 10 * DAY,
    },
  ];
}

const FUNCTIONS = 'one_time control chat files clipboard_in clipboard_out screenshot show_screen group_sessions';

/** The organization denies the chat, the group screenshots, and the person may transfer files. */
function permissions(played: Played, level: 'organisation' | 'group' | 'user') {
  const [first] = groups(played);
  const said: Record<string, [string, string]> = { chat: ['organisation', 'deny'] };
  if (level !== 'organisation') said['screenshot'] = ['group', 'deny'];
  if (level === 'user') said['files'] = ['user', 'allow'];
  const functions = FUNCTIONS.split(' ').map((name) => {
    const [by, setting] = said[name] ?? ['default', 'allow'];
    return {
      function: name,
      setting: by === level ? setting : null,
      allowed: setting === 'allow',
      decided_by: by,
      group: by === 'group' ? first?.name : null,
    };
  });
  return { groups: level === 'user' ? [first] : [], functions };
}

/** What the pages of accounts ask; null: they do not. */
function account(operation: string, played: Played, nowMs: number): [number, unknown] | null {
  const [, name] = names[played.language];
  const login = { address: '203.0.113.9', created_at_ms: nowMs - DAY, last_seen_at_ms: nowMs - 60_000 };
  switch (operation) {
    case 'POST /register':
    case 'POST /forgot':
      return [202, null];
    case 'POST /register/link':
      return [200, { email: 'taro@example.com', same_browser: false, trial_days: 15 }];
    case 'POST /email/link':
      return [200, { side: 'old', email: 'hanako@next.example' }];
    case 'GET /me/profile':
      return [
        200,
        {
          email: 'hanako@example.com',
          email_change: { email: 'hanako@next.example', old_agreed: true, new_agreed: false },
          name,
          nickname: 'hana',
          title: '',
          department: '',
          telephone: '03-1234-5678',
          language: null,
          theme: null,
        },
      ];
    case 'GET /me/logins':
      return [
        200,
        [
          { ...login, id: 'a', device: 'Firefox (Linux)', current: true, trusted_until_ms: null },
          { ...login, id: 'b', device: 'Edge (Windows)', current: false, trusted_until_ms: nowMs + 9 * DAY },
        ],
      ];
    case 'GET /me/second-factor':
      return [200, { on: played.factor, recovery_codes: played.factor ? 7 : 0 }];
    case 'POST /me/second-factor':
      return [
        200,
        {
          secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
          address: 'otpauth://totp/x',
          qr_modules: 3,
          qr_path: 'M0 0h2v1h-2z',
        },
      ];
    case 'POST /me/second-factor/confirm':
      return [200, { codes: Array.from({ length: 10 }, (_, n) => `ABCD-EFGH-23${(n % 6) + 2}${(n % 5) + 2}`) }];
    case 'GET /users': {
      const users = [
        user(1, { id: '1', name, role: 'administrator', second_factor: true }),
        user(2, { name: '田中 一郎' }),
        user(3, { name: 'Suzuki Jiro', status: 'disabled' }),
        user(4, {
          name: '鈴木 三郎',
          status: 'invited',
          last_login_at_ms: null,
          mail_problem: '550 5.1.1 no such mailbox',
        }),
      ];
      return [200, { users, total: 120, part_size: 50 }];
    }
    case 'GET /groups':
      return [200, played.past ? [] : groups(played)];
    case 'POST /groups':
      return [409, { code: 'group_name_taken' }];
    case 'GET /groups/1/members':
      return [
        200,
        [
          { id: '2', name: '田中 一郎', email: 'person2@example.com' },
          { id: '3', name: 'Suzuki Jiro', email: 'person3@example.com' },
        ],
      ];
    case 'GET /keys':
      return [200, played.past ? [] : keys(played, nowMs)];
    case 'POST /keys':
      return [201, { id: '9', key: `temoto_key_${'0f'.repeat(36)}`, expires_at_ms: nowMs + 90 * DAY }];
    case 'GET /permissions':
      return [200, permissions(played, 'organisation')];
    case 'GET /groups/1/permissions':
      return [200, permissions(played, 'group')];
    case 'GET /users/2/permissions':
    case 'GET /me/permissions':
      return [200, permissions(played, 'user')];
    case 'POST /users':
      return [201, { id: '9', by_mail: false, link: `https://support.example.co.jp/setup#${'0f'.repeat(32)}` }];
    case 'POST /users/import':
      return [200, { added: 41, by_mail: true, problems: [{ line: 7, email: 'nobody@', code: 'email_invalid' }] }];
    default:
      return null;
  }
}

function operation(path: string, method: string, played: Played): [number, unknown] {
  const [organisation, name] = names[played.language];
  const nowMs = Date.now();
  const me = {
    user: {
      id: '1',
      email: 'hanako@example.com',
      name,
      role: played.administrator ? 'administrator' : 'operator',
      language: null,
      theme: null,
      second_factor: played.factor,
    },
    organisation: {
      name: organisation,
      contract: played.contract,
      trial_ends_at_ms: played.contract === 'trial' ? nowMs + 11.5 * DAY : null,
      second_factor_required: false,
    },
    permitted: FUNCTIONS.split(' ').filter((name) => !played.denied?.includes(name)),
  };
  const found = account(`${method} ${path}`, played, nowMs);
  if (found) return found;
  switch (`${method} ${path}`) {
    case 'GET /server':
      return [
        200,
        {
          version: '0.1.0',
          protocol: 1,
          organisation,
          public_url: 'https://support.example.co.jp',
          own_key: null,
          programs: [
            { system: 'windows-x86_64', bytes: 8_900_000, sha256: '00'.repeat(32) },
            { system: 'linux-x86_64', bytes: PROGRAM.length, sha256: digest },
          ],
          mail: played.open,
          registration: played.open,
          routing_digits: 4,
          code_digits: 8,
        },
      ];
    case 'GET /me':
      return played.loggedIn ? [200, me] : [401, { code: 'login_needed' }];
    case 'POST /login':
      return [401, { code: 'wrong_login' }];
    case 'POST /setup/link':
      return [200, { purpose: 'setup', organisation, email: null, name: null }];
    case 'GET /sessions':
      return [200, played.rows];
    case 'POST /sessions':
      if (played.licences) return [409, { code: 'no_licence_free' }];
      return [
        201,
        {
          session: SESSION,
          participant: 0,
          ticket: 'AA',
          routing: '4821',
          secret_digits: 4,
          expires_at_ms: nowMs + 600_000,
          server_time_ms: nowMs,
          statement: 'AA',
          hosts: ['localhost'],
          join_url: 'https://support.example.co.jp/join',
        },
      ];
    case 'GET /sessions/live':
      return [200, live(played, nowMs)];
    case 'GET /organisation/embed':
      return [
        200,
        {
          address: `https://support.example.co.jp/embed/${SESSION}`,
          origins: played.past ? [] : ['https://www.example.co.jp'],
        },
      ];
    case 'GET /history/operators':
      return [
        200,
        people[played.language].map((name, n) => ({ id: `${n}b`.repeat(16), name, sessions: [128, 41, 3][n] })),
      ];
    case 'GET /licences/usage':
      return [200, usage(played, nowMs)];
    case 'GET /history':
      return [200, history(played, nowMs)];
    case `GET /history/${SESSION}`:
    case `GET /history/${'0a'.repeat(16)}`:
      return [200, story(played, nowMs)];
    case 'GET /history/chart': {
      const peaks = Array.from({ length: 48 }, (_, n) =>
        Math.max(0, Math.round(2 + 2 * Math.sin(n / 3) - (n % 7 > 4 ? 2 : 0))),
      );
      return [200, { peaks, most: Math.max(...peaks) }];
    }
    case 'GET /history/policy':
      return [200, { keep_days: 365 }];
    case 'GET /licences':
      return [200, licences(played, nowMs)];
    case 'POST /licences':
      return [422, { code: 'licence_signature' }];
    case 'POST /licences/line':
      return [200, { turn: false, before: 1 }];
    default:
      return path.endsWith('/statement') ? [200, { statement: 'AA' }] : [204, null];
  }
}

const people = {
  ja: ['佐藤 花子', '鈴木 一郎', '高橋 由美'],
  en: ['Hanako Sato', 'Ichiro Suzuki', 'Yumi Takahashi'],
} as const;

function usage(played: Played, nowMs: number): unknown {
  const names = people[played.language].slice(0, played.licences === 'none' ? 0 : 3);
  return {
    allowed: played.licences === 'used' ? 3 : played.licences === 'none' ? 0 : null,
    held: names.length,
    leases: names.map((operator, n) => ({
      session: `${n}${n}`.repeat(16),
      operator,
      own: n === 0,
      taken_at_ms: nowMs - (65 - 30 * n) * 60_000,
    })),
    waiting: played.licences === 'used' ? 2 : 0,
    take_at: 'join',
    server_time_ms: nowMs,
  };
}

function live(played: Played, nowMs: number): unknown {
  const operators = people[played.language];
  const ja = played.language === 'ja';
  const customers = ja
    ? ['山田商店 山田様', '', 'YOSHIDA-PC', '鈴木様', 'SATO-NOTE']
    : ['Example Bakery', '', 'YOSHIDA-PC', 'Mr. Smith', 'LAPTOP-7'];
  const states = ['connected', 'waiting', 'customer_away', 'paused', 'operator_away'];
  const sessions = states.map((state, n) => {
    const started = nowMs - (n * 17 + 3) * 60_000;
    const waits = state === 'waiting';
    return {
      session: `${n}c`.repeat(16),
      operator: operators[n % 3],
      own: n % 3 === 0,
      state,
      started_at_ms: started,
      joined_at_ms: waits ? null : started + 60_000,
      paused_at_ms: state === 'paused' ? nowMs - 240_000 : null,
      customer: customers[n],
      system: waits ? '' : 'Windows 11 · Edge 148',
      ticket: n === 0 ? '#20418' : '',
    };
  });
  if (!played.live || played.live === 'paused') return { sessions: [], total: 0, more: false, server_time_ms: nowMs };
  const many = played.live === 'many';
  return { sessions, total: many ? 1_000 : sessions.length, more: many, server_time_ms: nowMs };
}

function history(played: Played, nowMs: number): unknown {
  if (!played.past) return { sessions: [], more: false };
  const operators = people[played.language];
  const ja = played.language === 'ja';
  const told = ja
    ? [
        ['山田商店 山田様', '印刷できない。ドライバーを入れ直して解決。', '#20418'],
        ['鈴木様', '', '#20411'],
        ['', '', ''],
        ['YOSHIDA-PC', '会計ソフトの更新', ''],
      ]
    : [
        ['Example Bakery', 'Printing failed. Solved by a new driver.', '#20418'],
        ['Mr. Smith', '', '#20411'],
        ['', '', ''],
        ['YOSHIDA-PC', 'Update of the accounts', ''],
      ];
  const sessions = told.map(([customer, note, ticket], n) => {
    const started = nowMs - n * 7 * HOUR - 20 * 60_000;
    const nobody = customer === '';
    return {
      session: `${n}a`.repeat(16),
      operator: 'b'.repeat(32),
      operator_name: operators[n % 3],
      started_at_ms: started,
      joined_at_ms: nobody ? null : started + 60_000,
      ended_at_ms: n === 0 ? null : started + 25 * 60_000,
      duration_ms: nobody ? null : (19 + n) * 60_000,
      end_reason: n === 0 ? null : 'console',
      customer,
      system: nobody ? '' : 'Windows 11 · Edge 148',
      functions: nobody ? [] : ['screen', 'control', 'chat'].slice(0, 4 - n),
      note,
      ticket,
      file_count: n === 0 ? 2 : 0,
    };
  });
  return { sessions, more: true };
}

/** The session that the pages play, with what happened in it. */
function story(played: Played, nowMs: number): unknown {
  const told = history({ ...played, past: true }, nowMs) as { sessions: object[] };
  const events = [
    'session_started',
    'code_taken',
    'proof_refused',
    'customer_joined',
    'grant_given',
    'happened',
    'history_noted',
  ];
  const ja = played.language === 'ja';
  const files = [
    { way: 'send', name: ja ? 'プリンタードライバー 64ビット版.zip' : 'Printer driver (64 bit).zip', size: 48_200_000 },
    {
      way: 'fetch',
      name: ja ? '見積書 2026年11月（山田商店様・改訂版 第3版）.pdf' : 'Quotation November 2026.pdf',
      size: 128_400,
    },
  ].map((one, n) => ({ ...one, at_ms: nowMs - (12 - n) * 60_000, hash: `${n + 3}f0c9a7be21d4856`.repeat(4) }));
  return {
    files,
    session: told.sessions[0],
    events: events.map((kind, n) => ({
      kind,
      detail: { grant_given: 'view', happened: 'screenshot' }[kind] ?? '',
      at_ms: nowMs - (20 - 3 * n) * 60_000,
    })),
  };
}

function licences(played: Played, nowMs: number): unknown {
  const holder = names[played.language][0];
  const every = ['one_time', 'unattended', 'meeting', 'files', 'call', 'recording', 'print'];
  const one = { functions: every, holder, ends_soon: false, activated_at_ms: nowMs };
  const rows = [
    { kind: 'on_premises', state: 'active', sessions: 2, starts_at_ms: nowMs - DAY, ends_at_ms: null },
    { kind: 'private_cloud', state: 'active', sessions: 1, ends_soon: true, functions: ['one_time', 'files'] },
    { kind: 'trial', state: 'expired', sessions: 2, starts_at_ms: nowMs - 40 * DAY, ends_at_ms: nowMs - 25 * DAY },
  ];
  const year = { starts_at_ms: nowMs - 345 * DAY, ends_at_ms: nowMs + 20 * DAY };
  return {
    organisation: '5f0c1d2e3a4b5c6d7e8f90a1b2c3d4e5',
    licences: rows.map((row, n) => ({ id: `a${n}`.repeat(16), ...one, ...year, ...row })),
  };
}

const digest = await crypto.subtle.digest('SHA-256', PROGRAM).then((hash) => Buffer.from(hash).toString('hex'));

function file(response: ServerResponse, path: string): void {
  const wanted = normalize(join(BUILD, path));
  const found = wanted.startsWith(BUILD) && existsSync(wanted) && statSync(wanted).isFile();
  const name = found ? wanted : join(BUILD, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
  });
  createReadStream(name).pipe(response);
}

export async function serve(played: Played): Promise<{ address: string; close: () => void }> {
  if (!existsSync(BUILD)) throw new Error('run `npm run build:fake -w @temoto/portal` first');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/download/')) {
      response.writeHead(200, { 'content-disposition': 'attachment', 'content-length': PROGRAM.length });
      response.end(PROGRAM);
    } else if (url.pathname.startsWith('/api/v1/')) {
      const [status, body] = operation(url.pathname.slice('/api/v1'.length), request.method ?? 'GET', played);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === null ? '' : JSON.stringify(body));
    } else {
      file(response, url.pathname);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: `http://localhost:${address.port}`, close: () => server.close() };
}
