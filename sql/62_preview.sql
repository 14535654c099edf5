-- What sweeps will do: before a policy is put in force, and beside those that are.

CREATE FUNCTION retention.preview(policy text, OUT part text, OUT item text, OUT rows bigint, OUT detail text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_preview';
COMMENT ON FUNCTION retention.preview(text) IS 'what enforcing or approving a policy would do now and in the next months: how many rows go, stay hidden, or are kept, what goes or changes with them, how long it takes, and what stands against it; reads the index on clocks, and no value of a row is shown but keys, to who reveals. For the table''s owner';
CREATE FUNCTION retention.preview(policy integer, OUT part text, OUT item text, OUT rows bigint, OUT detail text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_preview';
COMMENT ON FUNCTION retention.preview(integer) IS 'the same by the policy''s number';

CREATE FUNCTION retention.forecast(months integer DEFAULT 12, OUT policy_id smallint, OUT name text, OUT month date, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_forecast';
COMMENT ON FUNCTION retention.forecast(integer) IS 'how many rows become due in this month and those after it, of each policy that is ready, whether it is in force or observes, by its time zone; counted by the index on clocks. rows is NULL where a table is locked or its owner may not read it';
CREATE FUNCTION retention.require_warnings(policy text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_require_warnings';
COMMENT ON FUNCTION retention.require_warnings(text) IS 'from now on sweeps take no row of the policy of whose leaving nobody was warned: what becomes hidden later waits for retention.record_warning(). For the table''s owner';
CREATE FUNCTION retention.require_warnings(policy integer) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_require_warnings';
COMMENT ON FUNCTION retention.require_warnings(integer) IS 'the same by the policy''s number';
CREATE FUNCTION retention.record_warning(policy text, until timestamptz) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_record_warning';
COMMENT ON FUNCTION retention.record_warning(text, timestamptz) IS 'says that the persons were warned whose rows become hidden until then, as retention.leaving() had them: sweeps may take these when their quarantine has run. For the table''s owner';
CREATE FUNCTION retention.record_warning(policy integer, until timestamptz) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_record_warning';
COMMENT ON FUNCTION retention.record_warning(integer, timestamptz) IS 'the same by the policy''s number';
CREATE FUNCTION retention.end_warnings(policy text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_end_warnings';
COMMENT ON FUNCTION retention.end_warnings(text) IS 'sweeps take rows of the policy without anybody having been warned. For the table''s owner';
CREATE FUNCTION retention.end_warnings(policy integer) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_end_warnings';
COMMENT ON FUNCTION retention.end_warnings(integer) IS 'the same by the policy''s number';

CREATE FUNCTION retention.leaving(days integer, OUT policy_id smallint, OUT name text, OUT relation regclass, OUT key jsonb,
    OUT hidden_from timestamptz, OUT due_from timestamptz) RETURNS SETOF record
    LANGUAGE c STABLE ROWS 10000 AS 'MODULE_PATHNAME', 'pg_retention_leaving';
COMMENT ON FUNCTION retention.leaving(integer) IS 'rows that are visible now and hidden before so many days from today are over, of the caller''s tables and by policies in force; where row security binds him, too, the rows that it shows him. key is NULL where the table has none, due_from where the row is held';

GRANT EXECUTE ON FUNCTION retention.forecast(integer) TO pg_monitor;
