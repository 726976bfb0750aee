-- Moments: what happened in a session besides what the trail tells, as the operator's console says. Never what was copied or shown.

CREATE TABLE session_moments (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- In the order in which they were told, from 0.
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (session_id, number)
) STRICT;
