-- What an operator sets up over the API: trunks, pools of numbers, sites and outbound routes.

-- Names become unique in a tenant, so that a file can speak of things by name. Those that are not get
-- their id behind it.
UPDATE trunks SET name = name || ' ' || lower(hex(id)) WHERE EXISTS
    (SELECT 1 FROM trunks AS other WHERE other.tenant_id = trunks.tenant_id
     AND other.name = trunks.name AND other.id < trunks.id);
CREATE UNIQUE INDEX trunks_by_name ON trunks (tenant_id, name);
ALTER TABLE trunks ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trunks ADD COLUMN description TEXT;

CREATE TABLE did_pools (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    description TEXT,
    first_e164 TEXT NOT NULL,
    last_e164 TEXT NOT NULL,
    comments TEXT,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX did_pools_by_name ON did_pools (tenant_id, name);
ALTER TABLE numbers ADD COLUMN pool_id BLOB;

-- The first site of a tenant has the tenant's id, and so has the edge of one that has none yet.
CREATE TABLE sites (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    name TEXT NOT NULL,
    description TEXT,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sites_by_name ON sites (tenant_id, name);
INSERT INTO sites (id, tenant_id, name, state, version, created_ms, modified_ms)
    SELECT id, id, 'Main site', 'active', 1, created_ms, created_ms FROM tenants;
INSERT INTO edges (id, tenant_id, name, state, version, created_ms)
    SELECT id, id, 'Main edge', 'active', 1, created_ms FROM tenants
    WHERE NOT EXISTS (SELECT 1 FROM edges WHERE edges.tenant_id = tenants.id);

-- A route leads several prefixes to several trunks; the lists hold ids as text.
CREATE TABLE outbound_routes (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    site_id BLOB NOT NULL,         -- sites.id
    name TEXT NOT NULL,
    description TEXT,
    prefixes TEXT NOT NULL,        -- without '+', comma-separated; '' matches all
    trunk_ids TEXT NOT NULL,       -- trunks.id, comma-separated
    distribution TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    classifications TEXT NOT NULL, -- a line each; '' = numbers of any class
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
INSERT INTO outbound_routes
    SELECT id, tenant_id, tenant_id,
        CASE WHEN EXISTS (SELECT 1 FROM routes AS other WHERE other.tenant_id = routes.tenant_id
                          AND other.name = routes.name AND other.id < routes.id)
            THEN name || ' ' || lower(hex(id)) ELSE name END,
        NULL, prefix,
        CASE typeof(trunk_id) WHEN 'blob'
            THEN lower(substr(hex(trunk_id), 1, 8) || '-' || substr(hex(trunk_id), 9, 4) || '-' ||
                       substr(hex(trunk_id), 13, 4) || '-' || substr(hex(trunk_id), 17, 4) || '-' ||
                       substr(hex(trunk_id), 21))
            ELSE trunk_id END,
        'SEQUENTIAL', 1, priority, 1, created_ms, created_ms, ''
    FROM routes;
CREATE UNIQUE INDEX outbound_routes_by_name ON outbound_routes (tenant_id, name);
DROP TABLE routes;

CREATE TABLE number_plans (
    id BLOB NOT NULL,
    tenant_id BLOB NOT NULL,       -- tenants.id
    site_id BLOB NOT NULL,         -- sites.id
    name TEXT NOT NULL,
    match_type TEXT NOT NULL,
    match TEXT NOT NULL,           -- by the type: a country code, a range of lengths, numbers
    classification TEXT NOT NULL,
    priority INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
