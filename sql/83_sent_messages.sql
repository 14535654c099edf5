-- How often a person is written to: caps of purposes, the tables of messages they hold for, and what was counted.

CREATE FUNCTION retention.caps_are_valid(caps text[]) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_caps_are_valid';
COMMENT ON FUNCTION retention.caps_are_valid(text[]) IS 'true, or an error that says which cap cannot be read';
ALTER TABLE retention.purpose ADD CONSTRAINT purpose_caps CHECK (retention.caps_are_valid(caps));

CREATE TABLE retention.contact_log (
    relation regclass NOT NULL,
    kind text NOT NULL,
    path text NOT NULL,
    time_column name NOT NULL,
    purpose text,
    purpose_column name,
    channel_column name,
    validated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (relation, kind, path),
    CONSTRAINT contact_log_purpose CHECK ((purpose IS NULL) <> (purpose_column IS NULL))
);
SELECT pg_catalog.pg_extension_config_dump('retention.contact_log', '');
COMMENT ON TABLE retention.contact_log IS 'tables of messages that are sent to persons: a row beyond a cap of its purpose is refused';
COMMENT ON COLUMN retention.contact_log.relation IS 'the table; its partitions and the tables that inherit from it are meant, too';
COMMENT ON COLUMN retention.contact_log.kind IS 'which kind of person is written to, see retention.subject_kind';
COMMENT ON COLUMN retention.contact_log.path IS 'how a row leads to the person, as in retention.subject_link';
COMMENT ON COLUMN retention.contact_log.time_column IS 'when the message is sent (timestamptz, timestamp or date, of which the latter two are read in the purpose''s zone); a row in which it is NULL is not sent';
COMMENT ON COLUMN retention.contact_log.purpose IS 'the purpose of all rows; NULL: a column says it';
COMMENT ON COLUMN retention.contact_log.purpose_column IS 'the column that says the purpose of a row; what no purpose is called has no cap';
COMMENT ON COLUMN retention.contact_log.channel_column IS 'the column that says by which way it is sent, for those who read this; all ways count together';
COMMENT ON COLUMN retention.contact_log.validated IS 'set by the extension: the row was checked against the schema, and what the table held is counted';

CREATE TABLE retention.contact_count (
    key text COLLATE pg_catalog."C" NOT NULL,
    purpose text COLLATE pg_catalog."C" NOT NULL,
    kind text COLLATE pg_catalog."C" NOT NULL,
    times timestamptz[] NOT NULL,
    PRIMARY KEY (key, purpose, kind)
) WITH (fillfactor = 80);
SELECT pg_catalog.pg_extension_config_dump('retention.contact_count', '');
COMMENT ON TABLE retention.contact_count IS 'when each person was written to for each purpose, as far as a cap may still need it, whatever became of the messages; goes with the person';
COMMENT ON COLUMN retention.contact_count.key IS 'the key of the person in the table of the kind, as the text of a jsonb';
COMMENT ON COLUMN retention.contact_count.purpose IS 'see retention.purpose';
COMMENT ON COLUMN retention.contact_count.kind IS 'which kind of person, see retention.subject_kind';
COMMENT ON COLUMN retention.contact_count.times IS 'in their order; those to come are scheduled';

CREATE TABLE retention.refused_messages (
    relation regclass NOT NULL,
    purpose text NOT NULL,
    reason text NOT NULL,
    refusals bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (relation, purpose, reason)
);
SELECT pg_catalog.pg_extension_config_dump('retention.refused_messages', '');
COMMENT ON TABLE retention.refused_messages IS 'how often messages were refused, as far as sweeps have written it: see retention.contact_refusal';
COMMENT ON COLUMN retention.refused_messages.relation IS 'see retention.contact_log';
COMMENT ON COLUMN retention.refused_messages.purpose IS 'see retention.purpose';
COMMENT ON COLUMN retention.refused_messages.reason IS 'cap, objection or no consent';
COMMENT ON COLUMN retention.refused_messages.refusals IS 'statements, each refused at the first person it may not write to';
COMMENT ON COLUMN retention.refused_messages.last_at IS 'when the last one was';
CREATE FUNCTION retention.refusals_left(OUT relation regclass, OUT purpose text, OUT reason text, OUT refusals bigint, OUT last_at timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_refusals_left';
COMMENT ON FUNCTION retention.refusals_left() IS 'refusals of messages that no sweep has written yet';
CREATE VIEW retention.contact_refusal AS
SELECT r.relation, r.purpose, r.reason, sum(r.refusals)::bigint AS refusals, max(r.last_at) AS last_at
FROM (SELECT w.relation, w.purpose, w.reason, w.refusals, w.last_at FROM retention.refused_messages w
    UNION ALL SELECT l.relation, l.purpose, l.reason, l.refusals, l.last_at FROM retention.refusals_left() l WHERE l.relation IN (SELECT c.oid FROM pg_class c)) r
GROUP BY r.relation, r.purpose, r.reason;
COMMENT ON VIEW retention.contact_refusal IS 'how often messages were refused, by table, purpose and reason, since it was registered; those since the last sweep do not outlive a stop of the server';
COMMENT ON COLUMN retention.contact_refusal.relation IS 'see retention.contact_log';
COMMENT ON COLUMN retention.contact_refusal.purpose IS 'see retention.purpose';
COMMENT ON COLUMN retention.contact_refusal.reason IS 'cap, objection or no consent';
COMMENT ON COLUMN retention.contact_refusal.refusals IS 'statements, each refused at the first person it may not write to';
COMMENT ON COLUMN retention.contact_refusal.last_at IS 'when the last one was';
GRANT EXECUTE ON FUNCTION retention.refusals_left() TO pg_monitor;
GRANT SELECT ON retention.refused_messages, retention.contact_refusal TO pg_monitor;

CREATE FUNCTION retention.contact_times(key text, purpose text, times timestamptz[]) RETURNS timestamptz[]
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_contact_times';
COMMENT ON FUNCTION retention.contact_times(text, text, timestamptz[]) IS 'these times and those that the rows being written add, or an error that says which cap stands against it; only the extension calls it';
CREATE FUNCTION retention.contacts_count(times timestamptz[], caps text[], timezone text, at timestamptz) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_contacts_count';
COMMENT ON FUNCTION retention.contacts_count(timestamptz[], text[], text, timestamptz) IS 'whether one of these times matters to a cap at this time or later';

CREATE FUNCTION retention.count_contacts() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_count_contacts';
COMMENT ON FUNCTION retention.count_contacts() IS 'counts the messages that a statement has written, and refuses what no cap allows, or whom an objection or a missing consent protects';
CREATE FUNCTION retention.check_contact_log() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_check_contact_log';
COMMENT ON FUNCTION retention.check_contact_log() IS 'checks tables of messages against the schema, gives them their triggers, and counts what they hold';
CREATE TRIGGER check_contact_log BEFORE INSERT OR UPDATE OR DELETE ON retention.contact_log
    FOR EACH ROW EXECUTE FUNCTION retention.check_contact_log();
CREATE FUNCTION retention.provide_contact_log() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_provide_contact_log';
COMMENT ON FUNCTION retention.provide_contact_log() IS 'a table that is one of messages no more has no triggers for it';
CREATE TRIGGER provide_contact_log AFTER UPDATE OR DELETE ON retention.contact_log
    FOR EACH ROW EXECUTE FUNCTION retention.provide_contact_log();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.contact_log
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.contact_log ENABLE ALWAYS TRIGGER check_contact_log, ENABLE ALWAYS TRIGGER provide_contact_log, ENABLE ALWAYS TRIGGER refuse_truncate;
CREATE FUNCTION retention.recount_contacts() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_recount_contacts';
COMMENT ON FUNCTION retention.recount_contacts() IS 'other caps may need what was sent before: it is counted again from the messages that are there';
CREATE TRIGGER recount_contacts AFTER UPDATE ON retention.purpose
    FOR EACH ROW WHEN (NEW.caps OPERATOR(pg_catalog.<>) OLD.caps OR NEW.timezone OPERATOR(pg_catalog.<>) OLD.timezone OR NEW.name OPERATOR(pg_catalog.<>) OLD.name)
    EXECUTE FUNCTION retention.recount_contacts();
ALTER TABLE retention.purpose ENABLE ALWAYS TRIGGER recount_contacts;

CREATE FUNCTION retention.follow_contact_logs() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_follow_contact_logs';
COMMENT ON FUNCTION retention.follow_contact_logs() IS 'partitions and heirs of a table of messages have its triggers, and those that are none any more have not';
CREATE EVENT TRIGGER retention_follow_contact_logs ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE SCHEMA')
    EXECUTE FUNCTION retention.follow_contact_logs();
ALTER EVENT TRIGGER retention_follow_contact_logs ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER retention_follow_contact_logs IS 'a message is counted whichever partition it is written to';

CREATE FUNCTION retention.messages_not_counted(OUT relation regclass, OUT kind text, OUT detail text, OUT hint text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_messages_not_counted';
COMMENT ON FUNCTION retention.messages_not_counted() IS 'messages for what no purpose is called, and messages that lead to nobody, by what ANALYZE found, for retention.gaps';
GRANT EXECUTE ON FUNCTION retention.messages_not_counted() TO pg_monitor;
GRANT SELECT (relation, purpose, purpose_column) ON retention.contact_log TO pg_monitor;
GRANT SELECT (name, caps) ON retention.purpose TO pg_monitor;

CREATE FUNCTION retention.may_contact(kind text, key bigint, purpose text) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_may_contact';
COMMENT ON FUNCTION retention.may_contact(text, bigint, text) IS 'whether a person may be written to for a purpose now';
CREATE FUNCTION retention.may_contact(kind text, key text, purpose text) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_may_contact';
COMMENT ON FUNCTION retention.may_contact(text, text, text) IS 'whether a person may be written to for a purpose now';
CREATE FUNCTION retention.may_contact(kind text, key uuid, purpose text) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_may_contact';
COMMENT ON FUNCTION retention.may_contact(text, uuid, text) IS 'whether a person may be written to for a purpose now';
CREATE FUNCTION retention.may_contact(kind text, key jsonb, purpose text) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_may_contact';
COMMENT ON FUNCTION retention.may_contact(text, jsonb, text) IS 'whether a person may be written to for a purpose now';
CREATE FUNCTION retention.explain_contact(kind text, key bigint, purpose text, OUT allowed boolean, OUT reason text, OUT allowed_from timestamptz) RETURNS record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_explain_contact';
COMMENT ON FUNCTION retention.explain_contact(text, bigint, text) IS 'whether a person may be written to for a purpose now, what stands against it (a cap, objection, no consent, not there), and from when on a cap does not';
CREATE FUNCTION retention.explain_contact(kind text, key text, purpose text, OUT allowed boolean, OUT reason text, OUT allowed_from timestamptz) RETURNS record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_explain_contact';
COMMENT ON FUNCTION retention.explain_contact(text, text, text) IS 'whether a person may be written to for a purpose now, what stands against it (a cap, objection, no consent, not there), and from when on a cap does not';
CREATE FUNCTION retention.explain_contact(kind text, key uuid, purpose text, OUT allowed boolean, OUT reason text, OUT allowed_from timestamptz) RETURNS record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_explain_contact';
COMMENT ON FUNCTION retention.explain_contact(text, uuid, text) IS 'whether a person may be written to for a purpose now, what stands against it (a cap, objection, no consent, not there), and from when on a cap does not';
CREATE FUNCTION retention.explain_contact(kind text, key jsonb, purpose text, OUT allowed boolean, OUT reason text, OUT allowed_from timestamptz) RETURNS record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_explain_contact';
COMMENT ON FUNCTION retention.explain_contact(text, jsonb, text) IS 'whether a person may be written to for a purpose now, what stands against it (a cap, objection, no consent, not there), and from when on a cap does not';
CREATE FUNCTION retention.may_contact_all(kind text, purpose text) RETURNS SETOF jsonb
    LANGUAGE c STABLE STRICT ROWS 10000 AS 'MODULE_PATHNAME', 'pg_retention_may_contact_all';
COMMENT ON FUNCTION retention.may_contact_all(text, text) IS 'the keys of all persons of a kind who may be written to for a purpose now';
