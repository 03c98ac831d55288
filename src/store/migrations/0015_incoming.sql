-- Calls that come in from a trunk.

ALTER TABLE trunks ADD COLUMN incoming TEXT;           -- NULL = they are refused
ALTER TABLE trunks ADD COLUMN incoming_user_id BLOB;   -- users.id
ALTER TABLE conversations ADD COLUMN incoming INTEGER NOT NULL DEFAULT 0;
