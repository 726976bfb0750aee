-- What organisations may run at once, and who runs it; the signed trail; what the history tells of a session.

-- A trial has no text that somebody signed.
CREATE TABLE licences (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL CHECK (kind IN ('trial', 'public_cloud', 'on_premises', 'private_cloud')),
    sessions INTEGER NOT NULL,
    functions INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    holder TEXT NOT NULL,
    signed TEXT,
    activated_at INTEGER NOT NULL,
    replaced_at INTEGER,
    -- Days before the end of which administrators were told last.
    notice_days INTEGER,
    CHECK ((kind = 'trial') = (signed IS NULL))
) STRICT;

CREATE INDEX licences_of_organisation ON licences (organisation_id, activated_at);
CREATE INDEX licences_by_end ON licences (ends_at) WHERE ends_at IS NOT NULL AND replaced_at IS NULL;

-- Held by a living session: its end removes it.
CREATE TABLE licence_leases (
    session_id BLOB PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    operator_id BLOB NOT NULL REFERENCES users (id),
    taken_at INTEGER NOT NULL,
    operated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX licence_leases_of_organisation ON licence_leases (organisation_id, taken_at);

-- Who waits until one is free.
CREATE TABLE licence_line (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    since INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    turn_at INTEGER
) STRICT;

CREATE INDEX licence_line_of_organisation ON licence_line (organisation_id, since);

-- What an organisation decided; without a row what is usual.
CREATE TABLE licence_policies (
    organisation_id BLOB PRIMARY KEY NOT NULL REFERENCES organisations (id),
    take_at TEXT NOT NULL CHECK (take_at IN ('join', 'code'))
) STRICT;

-- One row at most: whether the owner of the installation asks organisations for licences.
CREATE TABLE licence_requirement (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    required INTEGER NOT NULL CHECK (required IN (0, 1))
) STRICT;

-- When a customer was turned away because no lease was free.
ALTER TABLE sessions ADD COLUMN unlicensed_at INTEGER;

-- What the trail was when the installation signed it.
CREATE TABLE audit_checkpoints (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (organisation_id, number)
) STRICT;

CREATE TRIGGER audit_checkpoints_are_not_changed BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are append-only');
END;

CREATE TRIGGER audit_checkpoints_are_not_removed BEFORE DELETE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are append-only');
END;

-- What the operator and the console say of a session.
CREATE TABLE session_details (
    session_id BLOB PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    customer TEXT NOT NULL,
    system TEXT NOT NULL,
    functions INTEGER NOT NULL,
    note TEXT NOT NULL,
    ticket TEXT NOT NULL
) STRICT;

CREATE INDEX session_details_by_customer ON session_details (customer);
CREATE INDEX sessions_of_organisation ON sessions (organisation_id, started_at);

-- How long an organisation keeps its history; without a row for ever.
CREATE TABLE history_policies (
    organisation_id BLOB PRIMARY KEY NOT NULL REFERENCES organisations (id),
    keep_days INTEGER NOT NULL CHECK (keep_days BETWEEN 1 AND 36500)
) STRICT;

-- What the trail tells of one session.
CREATE INDEX audit_events_by_subject ON audit_events (organisation_id, subject, number);
