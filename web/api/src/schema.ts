/** Made by generate.mjs of openapi.json; do not edit. Times are Unix milliseconds. */

/** A licence to activate. */
export interface ActivationRequest {
  /** The key, or all of the file. */
  licence: string;
}

/** The password, again. */
export interface Again {
  password: string;
}

/** A key, without its secret. */
export interface ApiKeyView {
  /** When it was made, milliseconds since 1970. */
  created_at_ms: number;
  /** Not good from here on, milliseconds since 1970. */
  expires_at_ms: number;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** When it was used last, to the hour, milliseconds since 1970. */
  last_used_at_ms?: number | null;
  /** Name of who made it. */
  maker: string;
  /** What it is called. */
  name: string;
  /** What it may. */
  scopes: string[];
  /** `good`, `expired`, or `stopped`: its maker is no administrator who can log in. */
  state: string;
}

/** The address that the account is to have. */
export interface ChangeEmail {
  email: string;
  password: string;
}

/** The password that the account has, and the one that it is to have. */
export interface ChangePassword {
  current: string;
  password: string;
}

/** A chart. */
export interface ChartView {
  /** The most of all. */
  most: number;
  /** The most sessions that ran at once in each part. */
  peaks: number[];
}

/** A code as the server knows it: the console adds the secret digits. */
export interface CodeView {
  /** Not good from here on, milliseconds since 1970. */
  expires_at_ms: number;
  /** Routing digits. */
  routing: string;
  /** How many secret digits the console draws. */
  secret_digits: number;
}

/** What the form says. */
export interface Complete {
  /** Name of the company, as customers read it. */
  company: string;
  /** Where in the company. */
  department?: string;
  /** Full name. */
  name: string;
  /** What colleagues call the person. */
  nickname?: string;
  /** Needed in another browser than the one that the registration began in. */
  password?: string | null;
  /** Telephone number. */
  telephone: string;
  /** What the person is there. */
  title?: string;
  /** What stands behind the `#` of the link. */
  token: string;
}

/** What came of it. */
export interface EmailAgreed {
  /** Whether the address is changed now; else the other address has not agreed yet. */
  changed: boolean;
}

/** A change of the address that waits. */
export interface EmailChangeView {
  /** The new address. */
  email: string;
  /** Whether the new one has. */
  new_agreed: boolean;
  /** Whether the old address has agreed. */
  old_agreed: boolean;
}

/** What a link would agree to. */
export interface EmailLinkView {
  /** The address that the account is to have. */
  email: string;
  /** `old` or `new`: at which address the mail was read. */
  side: string;
}

/** The token of a mail. */
export interface EmailToken {
  /** What stands behind the `#`. */
  token: string;
}

/** The sites from now on. */
export interface EmbedRequest {
  /** At most 20, each `https://name` or `https://name:port`; without TLS only this machine itself. */
  origins: string[];
}

/** Where the code field may be shown. */
export interface EmbedView {
  /** The address of the field, to stand in a frame. */
  address: string;
  /** The sites that may show it. */
  origins: string[];
}

/** Who is to be taken out: one of the two. */
export interface ErasureRequest {
  /** A customer, exactly as the history has the name. */
  customer?: string | null;
  /** An operator, 32 hexadecimal digits. */
  operator?: string | null;
}

/** What was taken out. */
export interface ErasureView {
  /** From so many sessions. */
  sessions: number;
}

/** A session with the files that arrived. */
export interface ExportedSession extends PastSession {
  /** Files that arrived, in order. At most 100,000 in one answer, those of the newest sessions first: where there are
fewer than `file_count`, ask for a shorter time. */
  files: StoryFile[];
}

/** A code of the app. */
export interface FactorCode {
  code: string;
}

/** The decision. */
export interface FactorPolicy {
  /** Whether everybody must have one. */
  required: boolean;
}

/** The second factor of the own account. */
export interface FactorState {
  /** Whether it is asked for. */
  on: boolean;
  /** Recovery codes that were not used. */
  recovery_codes: number;
}

/** A secret for the app, which is shown this once. */
export interface FactorView {
  /** The address in the QR code, which an app on this device opens. */
  address: string;
  /** How many modules the QR code has in a row. */
  qr_modules: number;
  /** Its dark modules, as a path of an SVG picture. */
  qr_path: string;
  /** To be typed into the app, in base32. */
  secret: string;
}

/** The body of every failure. */
export interface Failure {
  /** What went wrong, for programs; the sentence for people is the client's. */
  code: string;
  /** The same in a sentence, where a program is told that has no words of its own. */
  message?: string | null;
  /** Not before so many milliseconds. */
  retry_after_ms?: number | null;
}

/** Who forgot. */
export interface Forgot {
  email: string;
  /** `ja` or `en`: the language of the mail, if the account has chosen none. */
  language: string;
}

/** A function, what was said about it here, and the answer. */
export interface FunctionView {
  /** The answer: whether it may be used. */
  allowed: boolean;
  /** Who decided it: `user`, `group`, `organisation`, or `default` where nobody said anything. */
  decided_by: string;
  /** `one_time`, `control`, `chat`, `files`, `clipboard_in`, `clipboard_out`, `screenshot`, `show_screen` or
`group_sessions`. */
  function: string;
  /** The name of the group that decided it. */
  group?: string | null;
  /** What this organisation, group or person says: `allow`, `deny` or nothing. */
  setting?: string | null;
}

/** What a group is to be called. */
export interface GroupName {
  /** 1 to 100 characters. */
  name: string;
}

/** A group. */
export interface GroupView {
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** How many people are in it. */
  members: number;
  /** What it is called. */
  name: string;
}

/** A mail to a customer. */
export interface GuidanceRequest {
  /** The customer's address: one. */
  address: string;
  /** `ja` or `en`: of the mail and of the page that it leads to. */
  language: string;
  /** One line of at most 100 characters. */
  subject: string;
  /** At most 2,000 characters. The address of the join page is put under it. */
  text: string;
}

/** An operator of the history. */
export interface HistoryOperator {
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** Name. */
  name: string;
  /** Sessions that ended: as many go when the person is taken out. */
  sessions: number;
}

/** A page of the history. */
export interface HistoryView {
  /** There are older ones: ask with `before` and `before_ms` of the last. */
  more: boolean;
  /** At most 50. */
  sessions: PastSession[];
}

/** What happened, or would. */
export interface Imported {
  /** How many people were added, or would be. */
  added: number;
  /** Whether those who were added are invited by mail. Without mail, their links are made one by one. */
  by_mail: boolean;
  /** Rows that were left out, or would be. */
  problems: RowProblemView[];
}

/** A group that somebody is in. */
export interface InGroup {
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** What it is called. */
  name: string;
}

/** How somebody was invited. */
export interface Invitation {
  /** Whether a mail is on its way. */
  by_mail: boolean;
  /** Without mail: the link with which the person chooses a password, shown this once. It works once, for 24 hours.
A key gets none; an administrator makes it. */
  link?: string | null;
}

/** A lease that is held. */
export interface LeaseView {
  /** The operator's name. */
  operator: string;
  /** Whether it is the caller's own. */
  own: boolean;
  /** The session, 32 hexadecimal digits. */
  session: string;
  /** Since when, milliseconds since 1970. */
  taken_at_ms: number;
}

/** A licence that was activated. */
export interface LicenceView {
  /** When it was activated. */
  activated_at_ms: number;
  /** From when on no more; nothing: for ever. */
  ends_at_ms?: number | null;
  /** It ends within 30 days. */
  ends_soon: boolean;
  /** What for: `one_time`, `unattended`, `meeting`, `files`, `call`, `recording`, `print`. */
  functions: string[];
  /** Whom it was issued to. */
  holder: string;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** `trial`, `public_cloud`, `on_premises` or `private_cloud`. */
  kind: string;
  /** Sessions at once. */
  sessions: number;
  /** From when on it counts, milliseconds since 1970. */
  starts_at_ms: number;
  /** `active`, `future`, `expired` or `replaced`. */
  state: string;
}

/** The licences of the organisation. */
export interface LicencesView {
  /** Active, future and past ones, the newest first. */
  licences: LicenceView[];
  /** The organisation's identifier: who issues a licence can bind it to this. */
  organisation: string;
}

/** Where one stands. */
export interface LineView {
  /** So many are before; nothing: the line is full. */
  before?: number | null;
  /** A licence is free for the caller: start now. */
  turn: boolean;
}

/** The token of a link. */
export interface Link {
  /** What stands behind the `#`. */
  token: string;
}

/** What a link is for. */
export interface LinkPurpose {
  /** Address of the person, for `password`. */
  email?: string | null;
  /** Name of the person, for `password`. */
  name?: string | null;
  /** Name of the organisation. */
  organisation: string;
  /** `setup`: make the first administrator, asks for everything; `password`: choose a password. */
  purpose: string;
}

/** A session that has not ended. */
export interface LiveSession {
  /** The customer's name or computer, as the operator's console says. */
  customer: string;
  /** When a customer first joined. */
  joined_at_ms?: number | null;
  /** The operator's name. */
  operator: string;
  /** Whether it is the caller's own. */
  own: boolean;
  /** When its operator paused it. */
  paused_at_ms?: number | null;
  /** Identifier, 32 hexadecimal digits. */
  session: string;
  /** When it was opened, milliseconds since 1970. */
  started_at_ms: number;
  /** `waiting` for a customer, `connected`, `customer_away`, `operator_away` or `paused`. */
  state: string;
  /** The customer's system, as the operator's console says. */
  system: string;
  /** Number of a ticket elsewhere. */
  ticket: string;
}

/** A page of sessions that have not ended. */
export interface LiveView {
  /** There are older ones: ask with `before` and `before_ms` (`started_at_ms`) of the last. */
  more: boolean;
  /** What time the server has, milliseconds since 1970. */
  server_time_ms: number;
  /** At most 50, the newest first. */
  sessions: LiveSession[];
  /** How many there are on all pages. */
  total: number;
}

/** Address and password. */
export interface Login {
  /** A code of the app or a recovery code, if the account has a second factor. */
  code?: string | null;
  email: string;
  password: string;
  /** Whether this device is to be asked for no code for 30 days. */
  trust?: boolean;
}

/** A login of the own account. */
export interface LoginView {
  /** From which address. */
  address: string;
  /** When it began, milliseconds since 1970. */
  created_at_ms: number;
  /** Whether it is the one that asks. */
  current: boolean;
  /** What the device is, as far as it says. */
  device: string;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** When it was used last, milliseconds since 1970. */
  last_seen_at_ms: number;
  /** Until when its device is asked for no second factor, milliseconds since 1970. */
  trusted_until_ms?: number | null;
}

/** Who is logged in. */
export interface Me {
  /** The organisation. */
  organisation: MeOrganisation;
  /** The functions that the person may use; `/me/permissions` says who decided it. */
  permitted: string[];
  /** The person. */
  user: MeUser;
}

/** The organisation of the person who is logged in. */
export interface MeOrganisation {
  /** On what terms it works: `own`, `trial` or `trial_over`. */
  contract: string;
  /** Its name as customers read it. */
  name: string;
  /** Whether everybody must have a second factor. Who has none sets one up before anything else. */
  second_factor_required: boolean;
  /** When the trial ends, milliseconds since 1970. */
  trial_ends_at_ms?: number | null;
}

/** The person who is logged in. */
export interface MeUser {
  /** Address. */
  email: string;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** `ja`, `en`, or nothing when the browser decides. */
  language?: string | null;
  /** Name as customers read it. */
  name: string;
  /** `operator` or `administrator`. */
  role: string;
  /** Whether the account has a second factor. */
  second_factor: boolean;
  /** `light`, `dark`, or nothing when the system decides. */
  theme?: string | null;
}

/** Who comes and who leaves. */
export interface MemberChanges {
  /** Identifiers of people to put in; who is in it already stays. */
  add?: string[];
  /** Identifiers of people to take out. */
  remove?: string[];
}

/** Somebody in a group. */
export interface MemberView {
  /** Address. */
  email: string;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** Name. */
  name: string;
}

/** A group that was made. */
export interface NewGroupView {
  /** Identifier, 32 hexadecimal digits. */
  id: string;
}

/** What a key is to be. */
export interface NewKey {
  /** For how many days it holds: 30, 90 or 365. */
  days: number;
  /** What it is called, 1 to 100 characters. */
  name: string;
  /** The caller's password: a login alone makes no key. */
  password: string;
  /** What it may: `history:read`, `history:write`, `sessions:end`, `users:read`, `users:write`, `groups:read`,
`groups:write`, `licences:read`. At least one. */
  scopes: string[];
}

/** A key that was made. */
export interface NewKeyView {
  /** Not good from here on, milliseconds since 1970. */
  expires_at_ms: number;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** The key, shown this once: `temoto_key_` and 72 hexadecimal digits. */
  key: string;
}

/** Who is to be added. */
export interface NewPerson {
  email: string;
  /** Name as customers read it. */
  name: string;
  /** `operator` or `administrator`. */
  role: string;
}

/** A person who was added. */
export interface NewPersonView extends Invitation {
  /** Identifier, 32 hexadecimal digits. */
  id: string;
}

/** The role. */
export interface NewRole {
  /** `operator` or `administrator`. */
  role: string;
}

/** What a console says of itself. */
export interface NewSessionRequest {
  /** The console's X25519 key for this session: 32 bytes in base64. */
  console_key: string;
  /** `ja` or `en`. */
  operator_language?: string | null;
}

/** A new session. */
export interface NewSessionView extends CodeView {
  /** `host[:port]` of all names under which customers may have dialled this server. */
  hosts: string[];
  /** The page where customers type the code. */
  join_url: string;
  /** The console's place. */
  participant: number;
  /** What time the server has, milliseconds since 1970. */
  server_time_ms: number;
  /** Identifier, 32 hexadecimal digits. */
  session: string;
  /** The server's signature over console key, session, organisation, operator and expiry, in base64. */
  statement: string;
  /** Opens that place at the relay: once, within a minute. base64url of the bytes that `ATTACH` carries. */
  ticket: string;
}

/** What is said about a function from now on. */
export interface NewSetting {
  /** Which function. */
  function: string;
  /** `allow`, `deny`, or nothing: then the next level decides. */
  setting?: string | null;
}

/** What is noted. */
export interface NoteRequest {
  /** At most 2,000 characters. */
  note: string;
  /** At most 100 characters. */
  ticket: string;
}

/** A session as the history tells it. */
export interface PastSession {
  /** The customer's name or computer, as the operator's console says. */
  customer: string;
  /** From the customer's joining to the end, or to now. */
  duration_ms?: number | null;
  /** `console`, `expired`, `administrator`, `signed_out`, or nothing. */
  end_reason?: string | null;
  /** When it ended; nothing: it has not. */
  ended_at_ms?: number | null;
  /** How many files arrived, as far as receipts are kept: at most 1,000. */
  file_count: number;
  /** What was used: `screen`, `control`, `chat`, `files`, `call`, `recording`, `print`, `clipboard`,
`screenshot`, `show`. */
  functions: string[];
  /** When a customer first joined. */
  joined_at_ms?: number | null;
  /** The operator's note. */
  note: string;
  /** The operator, 32 hexadecimal digits. */
  operator: string;
  /** The operator's name. */
  operator_name: string;
  /** Identifier, 32 hexadecimal digits. */
  session: string;
  /** When it was opened, milliseconds since 1970. */
  started_at_ms: number;
  /** The customer's system, as the operator's console says. */
  system: string;
  /** Number of a ticket elsewhere. */
  ticket: string;
}

/** Who may use what, and who decided it. */
export interface PermissionsView {
  /** All functions. */
  functions: FunctionView[];
  /** The groups of the person. */
  groups: InGroup[];
}

/** What was decided. */
export interface PolicyRequest {
  /** `join`: when the customer joins; `code`: when the code is given out. */
  take_at: string;
}

/** What is to be different. */
export interface ProfileChange {
  /** Where in the company; may be empty. */
  department?: string | null;
  /** `ja`, `en`, or empty: the browser decides. */
  language?: string | null;
  /** Full name, as customers read it. */
  name?: string | null;
  /** What colleagues call the person; may be empty. */
  nickname?: string | null;
  /** Telephone number; may be empty. */
  telephone?: string | null;
  /** `light`, `dark`, or empty: the system decides. */
  theme?: string | null;
  /** What the person is there; may be empty. */
  title?: string | null;
}

/** The own profile. */
export interface ProfileView {
  /** Where in the company. */
  department: string;
  /** Address. */
  email: string;
  email_change?: null | EmailChangeView;
  /** `ja`, `en`, or nothing when the browser decides. */
  language?: string | null;
  /** Full name, as customers read it. */
  name: string;
  /** What colleagues call the person. */
  nickname: string;
  /** Telephone number. */
  telephone: string;
  /** `light`, `dark`, or nothing when the system decides. */
  theme?: string | null;
  /** What the person is there. */
  title: string;
}

/** A program for download. */
export interface ProgramInfo {
  /** Its size. */
  bytes: number;
  /** Its SHA-256, 64 hexadecimal digits. */
  sha256: string;
  /** `linux-x86_64` or `windows-x86_64`. */
  system: string;
}

/** Recovery codes, which are shown this once. */
export interface RecoveryCodes {
  /** Each is good once, in place of a code of the app. */
  codes: string[];
}

/** Who wants an account. */
export interface Register {
  email: string;
  /** `ja` or `en`: the language of the mail. */
  language: string;
  password: string;
}

/** The token of a mail. */
export interface RegistrationLink {
  /** What stands behind the `#`. */
  token: string;
}

/** A registration whose mail arrived. */
export interface RegistrationView {
  /** The address, which is proved by that. */
  email: string;
  /** Whether this is the browser that it began in. In another one a password is chosen anew: whoever began may have
been a stranger. */
  same_browser: boolean;
  /** How many days the trial has. */
  trial_days: number;
}

/** What was seen. */
export interface ReportRequest {
  /** The customer's name or computer. */
  customer?: string;
  /** What happened since the last report, at most 20. */
  events?: ReportedEvent[];
  /** Files that arrived since the last report, at most 50. A session keeps the first 1,000. */
  files?: ReportedFile[];
  /** What was used: `screen`, `control`, `chat`, `files`, `call`, `recording`, `print`, `clipboard`,
`screenshot`, `show`. */
  functions?: string[];
  /** The customer's system. */
  system?: string;
}

/** Something that happened. */
export interface ReportedEvent {
  /** `granted`, `withdrawn`, `proofs_differ` or `happened`. */
  kind: string;
  /** What was allowed or withdrawn: small letters and `_`. What happened: `screenshot`, `clipboard_put`,
`clipboard_put_image`, `clipboard_taken`, `clipboard_taken_image`, `show_started`, `show_stopped`, `show_closed`,
`browser_shared`, `browser_unshared`, `browser_ended`, `declined`, `paused` or `resumed`, of which a session keeps
the first 500. */
  what?: string;
}

/** A file that arrived. */
export interface ReportedFile {
  /** BLAKE3 of its content, 64 hexadecimal digits. */
  hash: string;
  /** Its name, without the folders above it, at most 255 bytes. */
  name: string;
  /** Bytes. */
  size: number;
  /** `send` to the customer, or `fetch` from there. */
  way: string;
}

/** A new password. */
export interface Reset {
  password: string;
  /** What stands behind the `#` of the link. */
  token: string;
}

/** How long sessions are kept. */
export interface Retention {
  /** Days after the end of a session, 1 to 36,500; nothing: for ever. */
  keep_days?: number | null;
}

/** A row that was left out. */
export interface RowProblemView {
  /** `email_invalid`, `name_invalid`, `role_invalid`, `email_twice`, `email_taken`, or for a key that would add an
administrator `key_not_allowed`. */
  code: string;
  /** The address as it was written. */
  email: string;
  /** The line that it begins in; the first one is 1. */
  line: number;
}

/** The server about itself. */
export interface ServerInfo {
  /** How many digits a code has in quiet times; it may have more. */
  code_digits: number;
  /** Whether it sends mail. */
  mail: boolean;
  /** Who runs the server. Empty when several organisations do. */
  organisation: string;
  /** The first 80 bits of the SHA-256 of the server's own public key, as 20 hexadecimal digits, when no authority vouches for
its certificate. It goes into the name of a downloaded program, which then accepts that key and no other. */
  own_key?: string | null;
  /** Programs that customers can download from `/download/<system>`. */
  programs: ProgramInfo[];
  /** Version of the protocol; unequal versions do not talk. */
  protocol: number;
  /** The one address of its pages. */
  public_url: string;
  /** Whether anybody may register an organisation, with a trial. */
  registration: boolean;
  /** How many digits of a code go to the server. */
  routing_digits: number;
  /** Version of the program. */
  version: string;
}

/** A session with what happened. */
export interface SessionStory {
  /** What happened, in order, at most 1,000. */
  events: StoryEvent[];
  /** Files that arrived, in order, the first 1,000. */
  files: StoryFile[];
  /** The session. */
  session: PastSession;
}

/** A session that has not ended. */
export interface SessionView {
  code?: null | CodeView;
  /** When it was opened, milliseconds since 1970. */
  created_at_ms: number;
  /** When a customer first joined. */
  joined_at_ms?: number | null;
  /** When something was last heard of it. */
  last_event_at_ms: number;
  /** Identifier, 32 hexadecimal digits. */
  session: string;
  /** `waiting` for a customer, `running`, or `paused` by its operator. */
  state: string;
  /** When a customer was turned away because no licence was free, if none joined since. */
  unlicensed_at_ms?: number | null;
}

/** What somebody chose who followed a one-time link. */
export interface Setup {
  /** Address; needed for the first administrator, else ignored. */
  email?: string | null;
  /** Name; needed for the first administrator. */
  name?: string | null;
  /** Name of the organisation; for the first administrator only. */
  organisation?: string | null;
  password: string;
  /** What stands behind the `#` of the link. */
  token: string;
}

/** The key that the statement is to be about. */
export interface StatementRequest {
  /** The console's X25519 key: 32 bytes in base64. */
  console_key: string;
}

/** A statement. */
export interface StatementView {
  /** The server's signature over console key, session, organisation, operator and expiry, in base64. */
  statement: string;
}

/** Something that happened, as the audit trail has it, or the operator's console said. */
export interface StoryEvent {
  /** When, milliseconds since 1970. */
  at_ms: number;
  /** What was allowed or withdrawn, what happened, or why it ended. */
  detail: string;
  /** `session_started`, `code_taken`, `code_closed`, `customer_joined`, `grant_given`, `grant_withdrawn`,
`proof_refused`, `proofs_differ`, `lease_refused`, `history_noted`, `session_ended`, `happened`, and others to come. */
  kind: string;
}

/** A file that arrived, as the operator's console said. */
export interface StoryFile {
  /** When the server was told, milliseconds since 1970. */
  at_ms: number;
  /** BLAKE3 of its content, 64 hexadecimal digits. */
  hash: string;
  /** Its name. */
  name: string;
  /** Bytes. */
  size: number;
  /** `send` to the customer, or `fetch` from there. */
  way: string;
}

/** A table of people. */
export interface Table {
  /** Only say what would happen. */
  dry_run: boolean;
  /** CSV with the columns `email`, `name` and, if wanted, `role`; at most 1 MiB and 5,000 rows. */
  table: string;
}

/** What is in use. */
export interface UsageView {
  /** Sessions that may run at once; nothing: as many as one likes. */
  allowed?: number | null;
  /** Sessions that hold a lease. More than allowed when one came back while all were taken. */
  held: number;
  /** Who holds them, the oldest first; at most 200. */
  leases: LeaseView[];
  /** What time the server has, milliseconds since 1970. */
  server_time_ms: number;
  /** `join` or `code`: when leases are taken. */
  take_at: string;
  /** People who wait in line. */
  waiting: number;
}

/** A part of the list. */
export interface UserPage {
  /** How many a part has at most. */
  part_size: number;
  /** How many fit in all parts. */
  total: number;
  /** The people in it. */
  users: UserRow[];
}

/** A person of the organisation. */
export interface UserRow {
  /** Address. */
  email: string;
  /** Identifier, 32 hexadecimal digits. */
  id: string;
  /** The last login, milliseconds since 1970. */
  last_login_at_ms?: number | null;
  /** What a mail server said to the last invitation that it did not take. */
  mail_problem?: string | null;
  /** Name. */
  name: string;
  /** `operator` or `administrator`. */
  role: string;
  /** Whether the person has a second factor. */
  second_factor: boolean;
  /** `invited`, `active` or `disabled`. */
  status: string;
}
