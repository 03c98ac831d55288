-- Routes by the number that is shown, with a number of their own to show, and trunks by weight.
ALTER TABLE outbound_routes ADD COLUMN trunk_weights TEXT;   -- comma-separated, beside trunk_ids
ALTER TABLE outbound_routes ADD COLUMN caller_prefixes TEXT; -- without '+', comma-separated
ALTER TABLE outbound_routes ADD COLUMN caller_id TEXT;       -- E.164
