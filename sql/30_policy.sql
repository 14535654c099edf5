-- Policies are checked and provided for by triggers on their table.

CREATE FUNCTION retention.policy_before() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_policy_before';
CREATE FUNCTION retention.policy_after() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_policy_after';

CREATE TRIGGER policy_before BEFORE INSERT OR UPDATE OR DELETE ON retention.policy
    FOR EACH ROW EXECUTE FUNCTION retention.policy_before();
CREATE TRIGGER policy_after AFTER INSERT OR UPDATE OR DELETE ON retention.policy
    FOR EACH ROW EXECUTE FUNCTION retention.policy_after();
ALTER TABLE retention.policy ENABLE ALWAYS TRIGGER policy_before;
ALTER TABLE retention.policy ENABLE ALWAYS TRIGGER policy_after;
