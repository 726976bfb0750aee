/** Bodies of the REST interface under `/api/v1`, as the server's OpenAPI document describes them. Times are Unix milliseconds. */

export type Language = 'ja' | 'en';
export type System = 'linux-x86_64' | 'windows-x86_64';

export interface Me {
  user: { id: string; email: string; name: string; role: string; language: Language | null };
  organisation: { name: string };
}

export interface Program {
  system: System;
  bytes: number;
  sha256: string;
}

export interface ServerInfo {
  version: string;
  protocol: number;
  organisation: string;
  public_url: string;
  programs: Program[];
  routing_digits: number;
  code_digits: number;
}

export interface Login {
  email: string;
  password: string;
}

/** What a one-time link is for: the first administrator, or a password. */
export interface LinkPurpose {
  purpose: 'setup' | 'password';
  organisation: string;
  email: string | null;
  name: string | null;
}

export interface Setup {
  token: string;
  organisation?: string;
  email?: string;
  name?: string;
  password: string;
}

export interface NewCode {
  routing: string;
  secret_digits: number;
  expires_at_ms: number;
}

export interface NewSession extends NewCode {
  session: string;
  participant: number;
  ticket: string;
  server_time_ms: number;
  /** The server's signature over console key, session, organisation, operator and expiry; opaque here. */
  statement: string;
  /** Names under which the customer may have reached this server. */
  hosts: string[];
  join_url: string;
}

/** A session of this operator that has not ended. */
export interface SessionRow {
  session: string;
  state: 'waiting' | 'running';
  created_at_ms: number;
  joined_at_ms: number | null;
  last_event_at_ms: number;
  /** The code that waits, without its secret digits. */
  code: NewCode | null;
}
