-- Groups of people, and what organisation, group and person said about each function; without a row nothing.

CREATE TABLE user_groups (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE group_members (
    group_id BLOB NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
) STRICT;

CREATE INDEX group_members_of_user ON group_members (user_id);

CREATE TABLE organisation_permissions (
    owner_id BLOB NOT NULL REFERENCES organisations (id),
    permission TEXT NOT NULL,
    setting TEXT NOT NULL CHECK (setting IN ('allow', 'deny')),
    PRIMARY KEY (owner_id, permission)
) STRICT;

CREATE TABLE group_permissions (
    owner_id BLOB NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    setting TEXT NOT NULL CHECK (setting IN ('allow', 'deny')),
    PRIMARY KEY (owner_id, permission)
) STRICT;

CREATE TABLE user_permissions (
    owner_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    setting TEXT NOT NULL CHECK (setting IN ('allow', 'deny')),
    PRIMARY KEY (owner_id, permission)
) STRICT;
