-- Sites that may show the code field; sessions that their operators paused; sessions that have not ended, to be listed.

CREATE TABLE embed_origins (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    origin TEXT NOT NULL,
    PRIMARY KEY (organisation_id, origin)
) STRICT;

-- Paused by its operator: it holds no lease until it goes on.
ALTER TABLE sessions ADD COLUMN paused_at INTEGER;

CREATE INDEX sessions_alive_of_organisation ON sessions (organisation_id, started_at) WHERE state <> 'ended';
