-- Receipts: files that arrived in a session, as the operator's console says.

CREATE TABLE session_files (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- In the order in which they were told, from 0.
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    to_customer INTEGER NOT NULL CHECK (to_customer IN (0, 1)),
    name TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    -- BLAKE3 of the content.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (session_id, number)
) STRICT;
