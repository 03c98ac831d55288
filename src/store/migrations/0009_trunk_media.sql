-- How a trunk wants its media. NULL: plain RTP, all codecs, the server's own address.
ALTER TABLE trunks ADD COLUMN media_srtp TEXT;
ALTER TABLE trunks ADD COLUMN media_codecs TEXT;
ALTER TABLE trunks ADD COLUMN media_host TEXT;
