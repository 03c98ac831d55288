-- Clients and tokens that may place no calls until an administrator lifts it.

CREATE TABLE freezes (
    id BLOB NOT NULL,              -- of the client, or of a token that is no client's
    tenant_id BLOB NOT NULL,       -- tenants.id
    kind TEXT NOT NULL,            -- 'client' or 'token'
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
-- Refusals by prefix, type, region or for want of a rate within a minute; 0 = never frozen.
ALTER TABLE calling_policies ADD COLUMN freeze_after INTEGER NOT NULL DEFAULT 30;
