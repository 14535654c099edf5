-- The ledger: appended to by the library alone, readable by monitoring, checkable by everyone.

CREATE FUNCTION retention.ledger_head() RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_ledger_head';
COMMENT ON FUNCTION retention.ledger_head() IS 'number and hash of the last entry: kept elsewhere, it shows later that no end was cut off';
CREATE FUNCTION retention.verify_ledger(head text DEFAULT NULL, OUT ok boolean, OUT entries bigint, OUT first_bad bigint, OUT acknowledged bigint) RETURNS record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_verify_ledger';
COMMENT ON FUNCTION retention.verify_ledger(text) IS 'recomputes the chain: first_bad is the first entry that was altered, follows a gap, or is missing though it was written, or retention.ledger_head() once gave it, or one after it, as head; breaks that retention.begin_segment() named are counted as acknowledged';
CREATE FUNCTION retention.ledger_breaks(head text DEFAULT NULL, OUT entry_id bigint, OUT problem text, OUT acknowledged_by bigint) RETURNS SETOF record
    LANGUAGE c STABLE ROWS 10 AS 'MODULE_PATHNAME', 'pg_retention_ledger_breaks';
COMMENT ON FUNCTION retention.ledger_breaks(text) IS 'every place where the chain is broken, and the entry by which somebody signed for that; NULL: nobody did';
CREATE FUNCTION retention.begin_segment(reason text) RETURNS text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_begin_segment';
COMMENT ON FUNCTION retention.begin_segment(text) IS 'enters, for a superuser, what is broken in the ledger and why, so that only later breaks count; returns the new head';

CREATE TABLE retention.ledger_verification (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    verified_at timestamptz NOT NULL,
    ok boolean,
    entries bigint,
    first_bad bigint,
    acknowledged bigint,
    problem text
);
COMMENT ON TABLE retention.ledger_verification IS 'what came of it when the ledger was verified last, by the worker once a day or by retention.verify_ledger_now(); for who watches, for verifying reads all of the ledger; not dumped';
COMMENT ON COLUMN retention.ledger_verification.one IS 'there is one row, or none: it was never verified';
COMMENT ON COLUMN retention.ledger_verification.verified_at IS 'when that was';
COMMENT ON COLUMN retention.ledger_verification.ok IS 'whether the chain is whole; NULL: see problem';
COMMENT ON COLUMN retention.ledger_verification.entries IS 'how many entries there were';
COMMENT ON COLUMN retention.ledger_verification.first_bad IS 'the first entry that is not as it was written, follows a gap, or is missing; NULL: none';
COMMENT ON COLUMN retention.ledger_verification.acknowledged IS 'breaks that retention.begin_segment() named';
COMMENT ON COLUMN retention.ledger_verification.problem IS 'why it could not be verified; NULL: it was';
CREATE FUNCTION retention.verify_ledger_now() RETURNS boolean
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_verify_ledger_now';
COMMENT ON FUNCTION retention.verify_ledger_now() IS 'verifies the ledger, as the worker does once a day, and writes what came of it into retention.ledger_verification; returns whether the chain is whole';

CREATE FUNCTION retention.vocabulary(OUT kind text, OUT word text, OUT changes_rows boolean) RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 40 AS 'MODULE_PATHNAME', 'pg_retention_vocabulary';
COMMENT ON FUNCTION retention.vocabulary() IS 'the words of this version: action (of policies), anonymiser, ledger (its actions); changes_rows: copies of the rows are stale from then on';

CREATE FUNCTION retention.ledger_append_only() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_ledger_append_only';
COMMENT ON FUNCTION retention.ledger_append_only() IS 'refuses to change or remove an entry';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON retention.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION retention.ledger_append_only();
ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON retention.ledger_mark
    FOR EACH STATEMENT EXECUTE FUNCTION retention.ledger_append_only();
ALTER TABLE retention.ledger_mark ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION retention.make_room_in_ledger() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_make_room_in_ledger';
COMMENT ON FUNCTION retention.make_room_in_ledger() IS 'where a restore brings a ledger to entries that were written here already, these go behind it';
CREATE TRIGGER make_room BEFORE INSERT ON retention.ledger
    FOR EACH ROW EXECUTE FUNCTION retention.make_room_in_ledger();
ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER make_room;

GRANT SELECT ON retention.ledger, retention.ledger_mark, retention.ledger_verification TO pg_monitor;
