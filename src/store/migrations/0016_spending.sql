-- What calls cost and may cost, and what was spent.

CREATE TABLE rate_books (
    id BLOB NOT NULL,              -- the tenant's
    tenant_id BLOB NOT NULL,       -- tenants.id
    rates INTEGER NOT NULL,        -- how many
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

-- Apart from its book, because it may have megabytes and is read when the book has another version.
CREATE TABLE rate_texts (
    tenant_id BLOB NOT NULL PRIMARY KEY, -- tenants.id
    csv TEXT NOT NULL
);

CREATE TABLE spend_policies (
    id BLOB NOT NULL,              -- the tenant's
    tenant_id BLOB NOT NULL,       -- tenants.id
    currency TEXT NOT NULL,
    zone TEXT NOT NULL,            -- of days and months; '' = UTC
    unknown_allowed INTEGER NOT NULL, -- prefixes without a rate are called, and cost nothing
    slice_s INTEGER NOT NULL,
    caps TEXT NOT NULL,            -- a line each, 'client * day 25.00'
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

-- Sums only: everything that calls take is added when they take it, what they did not use when they end.
CREATE TABLE spending (
    tenant_id BLOB NOT NULL,       -- tenants.id
    account TEXT NOT NULL,         -- 'client 0192f000-... 2026-11-26'
    micro INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, account)
) WITHOUT ROWID;
