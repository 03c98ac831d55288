-- Which way keys go to a trunk. NULL: telephone events (RFC 4733).
ALTER TABLE trunks ADD COLUMN media_dtmf TEXT;
