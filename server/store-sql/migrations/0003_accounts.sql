-- Mail, registration and trial, second factor, profile.

-- A waiting mail holds no secret: the link of a mail is drawn when it is sent.
CREATE TABLE mails (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisations (id),
    user_id BLOB,
    address TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    facts TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    next_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    sent_at INTEGER,
    CHECK (sent_at IS NULL OR next_at IS NULL)
) STRICT;

CREATE INDEX mails_due ON mails (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX mails_to_address ON mails (address, kind, made_at);

-- Without an end it is the own installation of its owner.
ALTER TABLE organisations ADD COLUMN trial_started_at INTEGER;
ALTER TABLE organisations ADD COLUMN trial_ends_at INTEGER;
ALTER TABLE organisations ADD COLUMN second_factor_required INTEGER NOT NULL DEFAULT 0;

ALTER TABLE users ADD COLUMN nickname TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN telephone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN theme TEXT CHECK (theme IN ('light', 'dark'));

-- Somebody who wants an account and has not followed the mail yet.
CREATE TABLE registrations (
    email TEXT PRIMARY KEY NOT NULL,
    password_hash TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    browser_hash BLOB NOT NULL,
    token_hash BLOB UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX registrations_by_age ON registrations (expires_at);

-- A change of address that both addresses must agree to.
CREATE TABLE email_changes (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    email TEXT NOT NULL,
    old_token_hash BLOB UNIQUE,
    new_token_hash BLOB UNIQUE,
    old_agreed INTEGER NOT NULL DEFAULT 0,
    new_agreed INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL
) STRICT;

-- What an app's secret is made of, with the server's key. Unconfirmed: it was shown, and no code of it was given yet.
CREATE TABLE second_factors (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    seed BLOB NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_codes (
    code_hash BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX recovery_codes_of_user ON recovery_codes (user_id);

-- Until then the device is asked for no second factor.
ALTER TABLE devices ADD COLUMN trusted_until INTEGER;
-- With which device somebody logged in, so that ending the login can end the trust.
ALTER TABLE logins ADD COLUMN device_hash BLOB;

CREATE INDEX mails_of_user ON mails (user_id, made_at) WHERE user_id IS NOT NULL;

ALTER TABLE users ADD COLUMN last_login_at INTEGER;
-- Deleted: nobody can log in, the name stays in what the person did.
ALTER TABLE users ADD COLUMN deleted_at INTEGER;
CREATE INDEX users_by_name ON users (organisation_id, name);
