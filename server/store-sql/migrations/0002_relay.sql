-- What the relay must not forget when it is killed: places, used tickets, armed tokens, counted proofs, the budget.

-- A place in a session that was taken and not given up.
CREATE TABLE relay_places (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    participant INTEGER NOT NULL CHECK (participant BETWEEN 0 AND 7),
    role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 2),
    login_id BLOB,
    resume_hash BLOB NOT NULL UNIQUE,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, participant)
) STRICT;

-- A ticket is used once; its row goes when it would have expired anyway.
CREATE TABLE relay_tickets (
    id BLOB PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Public ids of step-up tokens that a console waits for.
CREATE TABLE relay_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX relay_tokens_of_session ON relay_tokens (session_id);

-- Proofs that were judged for a code and not admitted.
CREATE TABLE relay_evaluations (
    code_id BLOB PRIMARY KEY NOT NULL REFERENCES codes (id) ON DELETE CASCADE,
    evaluated INTEGER NOT NULL
) STRICT;

-- The failure budget by hours since 1970.
CREATE TABLE relay_budget (
    hour INTEGER PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    forgiven INTEGER NOT NULL,
    successes INTEGER NOT NULL
) STRICT;

-- One row at most: when the budget was last found spent.
CREATE TABLE relay_budget_spent (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;
