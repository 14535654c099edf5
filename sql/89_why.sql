-- Why rows are still there, in words and as JSON.

CREATE FUNCTION retention.why(relation regclass, key bigint, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_row';
COMMENT ON FUNCTION retention.why(regclass, bigint, text, text) IS 'why a row is still there, or hidden: its state and since when, its policy, starts and dates, what keeps it, what will happen on which day, and what would change that; no value of the row but its key and the days of its starts. For the table''s owner and pg_monitor. language: en, nb; format: text, json';
CREATE FUNCTION retention.why(relation regclass, key text, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_row';
COMMENT ON FUNCTION retention.why(regclass, text, text, text) IS 'why a row is still there, or hidden: its state and since when, its policy, starts and dates, what keeps it, what will happen on which day, and what would change that; no value of the row but its key and the days of its starts. For the table''s owner and pg_monitor. language: en, nb; format: text, json';
CREATE FUNCTION retention.why(relation regclass, key uuid, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_row';
COMMENT ON FUNCTION retention.why(regclass, uuid, text, text) IS 'why a row is still there, or hidden: its state and since when, its policy, starts and dates, what keeps it, what will happen on which day, and what would change that; no value of the row but its key and the days of its starts. For the table''s owner and pg_monitor. language: en, nb; format: text, json';
CREATE FUNCTION retention.why(relation regclass, key jsonb, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_row';
COMMENT ON FUNCTION retention.why(regclass, jsonb, text, text) IS 'why a row is still there, or hidden: its state and since when, its policy, starts and dates, what keeps it, what will happen on which day, and what would change that; no value of the row but its key and the days of its starts. For the table''s owner and pg_monitor. language: en, nb; format: text, json';
CREATE FUNCTION retention.why(kind text, key bigint, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_person';
COMMENT ON FUNCTION retention.why(text, bigint, text, text) IS 'the same of the rows about a person, at most 20: restricted and held ones first, then those that the law keeps, that are due, and that are hidden; of tables whose policies the caller has the right to';
CREATE FUNCTION retention.why(kind text, key text, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_person';
COMMENT ON FUNCTION retention.why(text, text, text, text) IS 'the same of the rows about a person, at most 20: restricted and held ones first, then those that the law keeps, that are due, and that are hidden; of tables whose policies the caller has the right to';
CREATE FUNCTION retention.why(kind text, key uuid, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_person';
COMMENT ON FUNCTION retention.why(text, uuid, text, text) IS 'the same of the rows about a person, at most 20: restricted and held ones first, then those that the law keeps, that are due, and that are hidden; of tables whose policies the caller has the right to';
CREATE FUNCTION retention.why(kind text, key jsonb, language text DEFAULT 'en', format text DEFAULT 'text') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_why_person';
COMMENT ON FUNCTION retention.why(text, jsonb, text, text) IS 'the same of the rows about a person, at most 20: restricted and held ones first, then those that the law keeps, that are due, and that are hidden; of tables whose policies the caller has the right to';

GRANT EXECUTE ON FUNCTION retention.why(regclass, bigint, text, text), retention.why(regclass, text, text, text), retention.why(regclass, uuid, text, text), retention.why(regclass, jsonb, text, text) TO pg_monitor;
