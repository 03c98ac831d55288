-- How many calls a tenant and each of its clients may make, and how long one may last; 0 and '': no limit.

CREATE TABLE call_limits (
    id BLOB NOT NULL,                 -- the tenant's
    tenant_id BLOB NOT NULL,          -- tenants.id
    calls_per_second INTEGER NOT NULL,
    burst INTEGER NOT NULL,           -- calls at once; 0 = one second's
    channels INTEGER NOT NULL,        -- calls at a time
    wait_ms INTEGER NOT NULL,         -- for room; 0 = refused at once
    max_duration_ms INTEGER NOT NULL,
    same_calls INTEGER NOT NULL,      -- to one number within same_s seconds
    same_s INTEGER NOT NULL,
    classes TEXT NOT NULL,            -- a line each: longest duration in ms, class of numbers
    clients TEXT NOT NULL,            -- a line each: calls a second, burst, channels, wait in ms, id or *
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
