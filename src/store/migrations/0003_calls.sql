-- Calls and their log. This is what every call writes, so each index here has to earn its keep.

CREATE TABLE conversations (
    id BLOB NOT NULL,              -- ordered by time: new rows land at the end of the tree
    tenant_id BLOB NOT NULL,       -- tenants.id
    user_id BLOB,                  -- users.id
    to_number TEXT,
    from_number TEXT,
    provider_id BLOB,              -- numbers.id
    trunk_id BLOB,                 -- trunks.id
    station_id BLOB,               -- stations.id
    client_id BLOB,                -- clients.id
    correlation_id BLOB,
    created_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,     -- 0 = open
    disconnect TEXT,
    reason TEXT,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX conversations_open ON conversations (tenant_id, user_id, id) WHERE ended_ms = 0;

CREATE TABLE participants (
    id BLOB NOT NULL,
    conversation_id BLOB NOT NULL, -- conversations.id
    communication_id BLOB,
    leg INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    user_id BLOB,                  -- users.id
    address TEXT,
    name TEXT,
    PRIMARY KEY (conversation_id, id)
) WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,       -- given by the writer, without gaps, in the order of commits
    conversation_id BLOB NOT NULL, -- conversations.id
    tenant_id BLOB NOT NULL,       -- tenants.id
    at_ms INTEGER NOT NULL,
    leg INTEGER NOT NULL,          -- -1 = the conversation itself
    type TEXT NOT NULL,
    data TEXT
);
CREATE INDEX events_by_conversation ON events (conversation_id);

-- Keys come at random, answers are large: the answers lie in the order of their arrival, which is
-- also the order in which they expire, and only the small index is random.
CREATE TABLE idempotency (
    seq INTEGER PRIMARY KEY,
    tenant_id BLOB NOT NULL,       -- tenants.id
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    conversation_id BLOB,          -- conversations.id
    status INTEGER NOT NULL,
    answer TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX idempotency_by_key ON idempotency (tenant_id, key);
