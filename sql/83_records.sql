-- What is recorded of persons ends when their rows go, whoever takes them, and follows their keys.

CREATE FUNCTION retention.follow_rows() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_follow_rows';
COMMENT ON FUNCTION retention.follow_rows() IS 'what is recorded of persons ends as with an erasure when their rows are deleted or truncated, and follows when their keys change';
CREATE FUNCTION retention.follow_person_tables() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_follow_person_tables';
COMMENT ON FUNCTION retention.follow_person_tables() IS 'partitions and heirs of a table of persons have its triggers, and those that are none any more have not';
CREATE EVENT TRIGGER retention_follow_person_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE SCHEMA')
    EXECUTE FUNCTION retention.follow_person_tables();
ALTER EVENT TRIGGER retention_follow_person_tables ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER retention_follow_person_tables IS 'a person may be deleted from whichever partition';

CREATE FUNCTION retention.records_of_nobody(OUT kind text, OUT persons bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_records_of_nobody';
COMMENT ON FUNCTION retention.records_of_nobody() IS 'of how many persons something is recorded though no row has their key any more; NULL: the kind itself is not there, or does not fit the schema, or the owner of its table may not read it';
GRANT EXECUTE ON FUNCTION retention.records_of_nobody() TO pg_monitor;
CREATE FUNCTION retention.end_records_of_nobody(kind text) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_end_records_of_nobody';
COMMENT ON FUNCTION retention.end_records_of_nobody(text) IS 'ends what is recorded of persons of a kind whose rows are gone, as an erasure does; returns of how many';
