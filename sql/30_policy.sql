-- Policies are checked and provided for by triggers on their table.

CREATE FUNCTION retention.policy_before() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_policy_before';
COMMENT ON FUNCTION retention.policy_before() IS 'lets only the extension write what it keeps of a policy, and only who may a policy';
CREATE FUNCTION retention.policy_after() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_policy_after';
COMMENT ON FUNCTION retention.policy_after() IS 'checks a policy against the schema and provides what it needs';

CREATE TRIGGER policy_before BEFORE INSERT OR UPDATE OR DELETE ON retention.policy
    FOR EACH ROW EXECUTE FUNCTION retention.policy_before();
CREATE TRIGGER policy_after AFTER INSERT OR UPDATE OR DELETE ON retention.policy
    FOR EACH ROW EXECUTE FUNCTION retention.policy_after();
CREATE FUNCTION retention.refuse_truncate() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_refuse_truncate';
COMMENT ON FUNCTION retention.refuse_truncate() IS 'refuses TRUNCATE of a table whose rows are checked one by one';
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.policy
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.policy ENABLE ALWAYS TRIGGER refuse_truncate;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.numbering
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.numbering ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE retention.policy ENABLE ALWAYS TRIGGER policy_before;
ALTER TABLE retention.policy ENABLE ALWAYS TRIGGER policy_after;

CREATE FUNCTION retention.after_ddl() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_after_ddl';
COMMENT ON FUNCTION retention.after_ddl() IS 'refuses changes of the schema that would break a policy, and cleans up after dropped tables';
CREATE FUNCTION retention.before_drop() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_before_drop';
COMMENT ON FUNCTION retention.before_drop() IS 'has the library at hand, which refuses to drop personal columns with their types: without it nothing is dropped';
-- All that the extension goes with, and what takes a type or a guard out of it, so that it could go alone.
CREATE EVENT TRIGGER retention_before_drop ON ddl_command_start WHEN TAG IN ('DROP EXTENSION', 'DROP OWNED', 'DROP SCHEMA', 'ALTER EXTENSION')
    EXECUTE FUNCTION retention.before_drop();
ALTER EVENT TRIGGER retention_before_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER retention_before_drop IS 'the extension does not go, with personal data or without, in a server that has not loaded the library';
CREATE EVENT TRIGGER retention_after_drop ON sql_drop EXECUTE FUNCTION retention.after_ddl();
CREATE EVENT TRIGGER retention_after_alter ON ddl_command_end WHEN TAG IN ('ALTER TABLE', 'ALTER TYPE', 'ALTER DOMAIN')
    EXECUTE FUNCTION retention.after_ddl();
ALTER EVENT TRIGGER retention_after_drop ENABLE ALWAYS;
ALTER EVENT TRIGGER retention_after_alter ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER retention_after_drop IS 'policies, kinds of persons and links go with their tables';
COMMENT ON EVENT TRIGGER retention_after_alter IS 'policies keep what they need of the schema';
