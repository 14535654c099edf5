-- The trigger functions of governed tables and of the tables on their paths.

CREATE FUNCTION retention.maintain_clock() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_maintain_clock';
COMMENT ON FUNCTION retention.maintain_clock() IS 'stamps a row with its retention clock';
CREATE FUNCTION retention.guard_delete() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_guard_delete';
COMMENT ON FUNCTION retention.guard_delete() IS 'refuses to delete a row that must still be kept';
CREATE FUNCTION retention.guard_truncate() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_guard_truncate';
COMMENT ON FUNCTION retention.guard_truncate() IS 'refuses a TRUNCATE that comes by replication while a row must still be kept';
CREATE FUNCTION retention.follow_path() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_follow_path';
COMMENT ON FUNCTION retention.follow_path() IS 'restamps the rows below a changed ancestor';

CREATE FUNCTION retention.reinstate(relation regclass, key bigint) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_reinstate';
CREATE FUNCTION retention.reinstate(relation regclass, key text) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_reinstate';
CREATE FUNCTION retention.reinstate(relation regclass, key uuid) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_reinstate';
CREATE FUNCTION retention.reinstate(relation regclass, key jsonb) RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_reinstate';
COMMENT ON FUNCTION retention.reinstate(regclass, bigint) IS 'brings a quarantined row back; a key of several columns is an object';
COMMENT ON FUNCTION retention.reinstate(regclass, text) IS 'brings a quarantined row back; a key of several columns is an object';
COMMENT ON FUNCTION retention.reinstate(regclass, uuid) IS 'brings a quarantined row back; a key of several columns is an object';
COMMENT ON FUNCTION retention.reinstate(regclass, jsonb) IS 'brings a quarantined row back; a key of several columns is an object';
