-- Whom a tenant may call at all, and when. A tenant without a row has the built-in list of high-risk
-- prefixes in force; tenants of before keep calling whom they called.

CREATE TABLE calling_policies (
    id BLOB NOT NULL,               -- the tenant's
    tenant_id BLOB NOT NULL,        -- tenants.id
    allowed_prefixes TEXT NOT NULL, -- without '+', comma-separated
    blocked_prefixes TEXT NOT NULL,
    high_risk INTEGER NOT NULL,     -- the built-in list is in force
    blocked_types TEXT NOT NULL,    -- comma-separated
    allowed_regions TEXT NOT NULL,  -- comma-separated; '' = all
    hours TEXT NOT NULL,            -- a line each, 'SG 08:00-20:00'
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
INSERT INTO calling_policies SELECT id, id, '', '', 0, '', '', '', 1, created_ms, created_ms FROM tenants;
