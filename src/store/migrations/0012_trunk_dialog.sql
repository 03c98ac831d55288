-- What a trunk's calls use of SIP's extensions (RFC 3262, RFC 4028). NULL and 0: nothing, as before.
ALTER TABLE trunks ADD COLUMN reliable_provisional TEXT;
ALTER TABLE trunks ADD COLUMN session_expires_s INTEGER NOT NULL DEFAULT 0;
