-- A number belongs to one tenant of the server. Two tenants that have one already keep it.
CREATE INDEX numbers_of_all ON numbers (e164);
CREATE TRIGGER numbers_once BEFORE INSERT ON numbers
WHEN EXISTS (SELECT 1 FROM numbers AS other
             WHERE other.e164 = NEW.e164 AND other.tenant_id <> NEW.tenant_id)
BEGIN
    SELECT RAISE(ABORT, 'another tenant has the number');
END;
