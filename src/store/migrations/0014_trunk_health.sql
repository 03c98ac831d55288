-- Whether a trunk registers at its carrier, and how often its addresses are asked whether they are there.
ALTER TABLE trunks ADD COLUMN registers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trunks ADD COLUMN register_expires_s INTEGER NOT NULL DEFAULT 0; -- 0 = the standard
ALTER TABLE trunks ADD COLUMN options_interval_s INTEGER NOT NULL DEFAULT 0; -- 0 = never
