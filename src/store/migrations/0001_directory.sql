-- Who and what there is: tenants, users, and the telephone equipment they own.
--
-- Columns named id and *_id hold 16-byte blobs when the id is a UUID in lower case, and text
-- otherwise (an operator may name a number resource as he likes); BLOB here means "as given".
-- To read one by hand: select hex(id), name from users.
--
-- Nothing of a tenant is ever looked up without its tenant_id, so that column comes first in every
-- key. References between rows are kept by the program, not by the database: a conversation must
-- outlive the trunk that carried it.

CREATE TABLE tenants (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    email TEXT,
    state TEXT NOT NULL,           -- active, inactive, deleted
    roles TEXT NOT NULL,           -- comma-separated role names
    station_id BLOB,               -- stations.id, the default one
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_email ON users (tenant_id, email) WHERE state <> 'deleted';

CREATE TABLE stations (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    sip_uri TEXT,
    user_id BLOB,                  -- users.id, the associated one
    auth_user TEXT,
    auth_password TEXT,            -- digest needs the password itself, hence the file's mode 0600
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE edges (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE trunks (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    edge_id BLOB,                  -- edges.id
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    transport TEXT NOT NULL,
    outbound_proxy TEXT,
    auth_user TEXT,
    auth_password TEXT,
    answer_timeout_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE numbers (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    edge_id BLOB,                  -- edges.id
    e164 TEXT NOT NULL,
    state TEXT NOT NULL,
    outbound_allowed INTEGER NOT NULL,
    owner_user_id BLOB,            -- users.id
    name TEXT,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX numbers_by_e164 ON numbers (tenant_id, e164);

CREATE TABLE routes (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,          -- without '+'; '' matches all
    trunk_id BLOB NOT NULL,        -- trunks.id
    priority INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
