-- Who may come in, and who did what.

CREATE TABLE clients (
    id BLOB NOT NULL PRIMARY KEY,  -- unique among all tenants: it is what a program logs in with
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    grant_type TEXT NOT NULL,
    roles TEXT NOT NULL,
    scopes TEXT NOT NULL,
    token_seconds INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    revoked_ms INTEGER NOT NULL    -- 0 = in force
) WITHOUT ROWID;
CREATE INDEX clients_by_tenant ON clients (tenant_id, id) WHERE revoked_ms = 0;

CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY, -- of the token; the token itself is nowhere in here
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    client_id BLOB,                -- clients.id
    user_id BLOB,                  -- users.id
    roles TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,   -- 0 = never
    revoked_ms INTEGER NOT NULL    -- 0 = in force
) WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_by_id ON tokens (tenant_id, id);
CREATE INDEX tokens_by_client ON tokens (client_id) WHERE revoked_ms = 0;
CREATE INDEX tokens_by_expiry ON tokens (expires_ms) WHERE expires_ms > 0;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    tenant_id BLOB NOT NULL,       -- tenants.id
    actor TEXT,
    action TEXT NOT NULL,
    entity TEXT,
    correlation_id BLOB,
    detail TEXT,
    at_ms INTEGER NOT NULL
);
CREATE INDEX audit_by_tenant ON audit (tenant_id, seq);
