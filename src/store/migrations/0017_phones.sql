-- Phones, which are stations, and extensions.

-- A phone is spoken of by its name, in files and commands. Those that are not alone with theirs get their id
-- behind it.
UPDATE stations SET name = name || ' ' || CASE typeof(id) WHEN 'blob' THEN lower(hex(id)) ELSE id END
    WHERE EXISTS (SELECT 1 FROM stations AS other WHERE other.tenant_id = stations.tenant_id
                  AND other.name = stations.name AND other.id < stations.id);
CREATE UNIQUE INDEX stations_by_name ON stations (tenant_id, name);
ALTER TABLE stations ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stations ADD COLUMN description TEXT;
ALTER TABLE stations ADD COLUMN site_id BLOB; -- sites.id
-- The first site of a tenant has the tenant's id.
UPDATE stations SET site_id = tenant_id WHERE EXISTS
    (SELECT 1 FROM sites WHERE sites.tenant_id = stations.tenant_id AND sites.id = stations.tenant_id);

ALTER TABLE edges ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE edges ADD COLUMN description TEXT;

-- A range of extensions, first and last of the same length; ranges of a tenant do not overlap.
CREATE TABLE extension_pools (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    description TEXT,
    first_number TEXT NOT NULL,
    last_number TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX extension_pools_by_name ON extension_pools (tenant_id, name);

-- Extensions that somebody has.
CREATE TABLE extensions (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    number TEXT NOT NULL,
    pool_id BLOB NOT NULL,         -- extension_pools.id
    owner_type TEXT NOT NULL,      -- USER: users.id, PHONE: stations.id
    owner_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX extensions_by_number ON extensions (tenant_id, number);
