-- Trunks over TLS, and at several addresses. The files are paths on this machine; they are read when a connection is made.

ALTER TABLE trunks ADD COLUMN ca_file TEXT;            -- NULL = whom the system trusts
ALTER TABLE trunks ADD COLUMN client_cert_file TEXT;
ALTER TABLE trunks ADD COLUMN client_key_file TEXT;
ALTER TABLE trunks ADD COLUMN tls_name TEXT;           -- the certificate's; NULL = the host's
ALTER TABLE trunks ADD COLUMN addresses TEXT;          -- in the host's stead; NULL = the host
ALTER TABLE trunks ADD COLUMN tls_unverified INTEGER NOT NULL DEFAULT 0;
