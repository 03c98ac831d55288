-- How many calls a trunk takes, and how long one may last. 0: no limit.
ALTER TABLE trunks ADD COLUMN calls_per_second INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trunks ADD COLUMN burst INTEGER NOT NULL DEFAULT 0;    -- calls at once; 0 = one second's
ALTER TABLE trunks ADD COLUMN channels INTEGER NOT NULL DEFAULT 0; -- calls at a time
ALTER TABLE trunks ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;  -- for room; 0 = refused at once
ALTER TABLE trunks ADD COLUMN max_duration_ms INTEGER NOT NULL DEFAULT 0;
