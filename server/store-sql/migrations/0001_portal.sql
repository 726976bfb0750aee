-- Organisations, people, logins, support sessions and their codes, the audit trail.
-- Times are milliseconds since 1970; identifiers are 16 random bytes; tokens are kept as their SHA-256 only.

CREATE TABLE organisations (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('operator', 'administrator')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    language TEXT CHECK (language IN ('ja', 'en')),
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX users_of_organisation ON users (organisation_id, email);
CREATE INDEX users_changed ON users (changed_at);

-- One login of one person on one device. The row goes when the login ends.
CREATE TABLE logins (
    id BLOB PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (id),
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) STRICT;

CREATE INDEX logins_of_user ON logins (user_id);

-- Devices that somebody logged in from before: wrong passwords of strangers do not delay these.
CREATE TABLE devices (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    last_seen_at INTEGER NOT NULL
) STRICT;

CREATE INDEX devices_of_user ON devices (user_id);

-- Wrong passwords by key: the hash of an address, with an account or not, or that of a known device.
CREATE TABLE login_failures (
    key BLOB PRIMARY KEY NOT NULL,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;

-- Links that may be used once: to set up the installation, to choose a password.
CREATE TABLE one_time_tokens (
    token_hash BLOB PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'password')),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    user_id BLOB REFERENCES users (id),
    expires_at INTEGER NOT NULL,
    CHECK ((purpose = 'password') = (user_id IS NOT NULL))
) STRICT;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    operator_id BLOB NOT NULL REFERENCES users (id),
    language TEXT CHECK (language IN ('ja', 'en')),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'ended')),
    started_at INTEGER NOT NULL,
    joined_at INTEGER,
    last_event_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT CHECK (end_reason IN ('console', 'expired', 'administrator', 'signed_out')),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((state = 'ended') = (end_reason IS NOT NULL))
) STRICT;

CREATE INDEX sessions_of_operator ON sessions (operator_id, started_at);
CREATE INDEX sessions_alive ON sessions (last_event_at) WHERE state <> 'ended';

CREATE TABLE codes (
    id BLOB PRIMARY KEY NOT NULL,
    session_id BLOB NOT NULL REFERENCES sessions (id),
    routing TEXT NOT NULL,
    secret_digits INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'spent', 'burnt', 'expired', 'withdrawn')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    closed_at INTEGER,
    CHECK ((state = 'waiting') = (closed_at IS NULL))
) STRICT;

-- What a customer types finds one session or none.
CREATE UNIQUE INDEX codes_waiting ON codes (routing) WHERE state = 'waiting';
CREATE UNIQUE INDEX codes_waiting_of_session ON codes (session_id) WHERE state = 'waiting';
CREATE INDEX codes_of_session ON codes (session_id);

-- One chain for each organisation: every entry holds the hash of the one before.
CREATE TABLE audit_events (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (organisation_id, number)
) STRICT;

CREATE TRIGGER audit_events_are_not_changed BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_events_are_not_removed BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
