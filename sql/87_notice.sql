-- What persons are told: the privacy notice, and what a published one says otherwise.

CREATE TABLE retention.wording (
    object text NOT NULL CHECK (object IN ('policy', 'start', 'column', 'category', 'kind', 'purpose', 'place', 'text', 'mention')),
    name text NOT NULL CHECK (name <> ''),
    language text NOT NULL CHECK (language IN ('en', 'nb')),
    words text NOT NULL CHECK (words ~ '\S'),
    PRIMARY KEY (object, name, language)
);
SELECT pg_catalog.pg_extension_config_dump('retention.wording', '');
COMMENT ON TABLE retention.wording IS 'what a company''s own names are called where persons are told of them; a name without words is used as it is';
COMMENT ON COLUMN retention.wording.object IS 'policy: what its rows are, "information on user accounts"; start: what happens when a clock starts, "the customer relationship ends"; column: of one with a period of its own; category, kind, purpose, place: what it is called within a sentence; text: any other text that is configured, such as an interest or a source; mention: what else a published notice calls a policy or purpose, with commas between';
COMMENT ON COLUMN retention.wording.name IS 'as it is configured; of a start the path, alone or behind its table, app.users.customer_id.ended_at; of a column table.column';
COMMENT ON COLUMN retention.wording.language IS 'en: English; nb: Norwegian bokmål';
COMMENT ON COLUMN retention.wording.words IS 'within a sentence, without a point at the end';
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.wording
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.wording
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.wording ENABLE ALWAYS TRIGGER record_terms, ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION retention.privacy_notice(language text DEFAULT 'en', format text DEFAULT 'markdown') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_privacy_notice';
COMMENT ON FUNCTION retention.privacy_notice(text, text) IS 'the notice of Articles 13 and 14 as the configuration has it, in English (en) or Norwegian (nb), as markdown or html; what is not configured is listed at its end';

CREATE FUNCTION retention.notice_drift(text text, language text DEFAULT 'en', OUT fact text, OUT object text, OUT configured text, OUT stated text, OUT sentence text, OUT why text)
    RETURNS SETOF record LANGUAGE c STABLE ROWS 20 AS 'MODULE_PATHNAME', 'pg_retention_notice_drift';
COMMENT ON FUNCTION retention.notice_drift(text, text) IS 'where a published notice (markdown, HTML or plain text) and the configuration disagree: what it says otherwise, with the sentence, what it promises that nothing keeps, and what it does not mention';

GRANT SELECT ON retention.wording TO pg_monitor;
GRANT EXECUTE ON FUNCTION retention.privacy_notice(text, text), retention.notice_drift(text, text) TO pg_monitor;
