-- Keys with which other programs call the interface; kept as their SHA-256 only.

CREATE TABLE api_keys (
    id BLOB PRIMARY KEY NOT NULL,
    key_hash BLOB NOT NULL UNIQUE,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    maker_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE INDEX api_keys_of_organisation ON api_keys (organisation_id, created_at);
