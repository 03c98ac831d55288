-- How a trunk's carrier wants numbers written and the caller named. NULL and 0: as before.
ALTER TABLE trunks ADD COLUMN from_user TEXT;
ALTER TABLE trunks ADD COLUMN from_domain TEXT;
ALTER TABLE trunks ADD COLUMN identity_header TEXT;
ALTER TABLE trunks ADD COLUMN privacy TEXT;
ALTER TABLE trunks ADD COLUMN diversion_number TEXT;
ALTER TABLE trunks ADD COLUMN called_format TEXT;
ALTER TABLE trunks ADD COLUMN from_format TEXT;
ALTER TABLE trunks ADD COLUMN identity_format TEXT;
ALTER TABLE trunks ADD COLUMN plain_user INTEGER NOT NULL DEFAULT 0;
