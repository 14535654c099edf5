-- The anonymisers, as functions on one value. A sweep calls them in the name of a table's owner.

CREATE FUNCTION retention.redact(value text, words text[]) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'pg_retention_redact_text';
COMMENT ON FUNCTION retention.redact(text, text[]) IS 'the text without these words, and without e-mail addresses, telephone numbers, payment card numbers, IBANs, national numbers of Norway, Sweden, Denmark, Finland and Iceland, IP addresses, registration plates of Norway, Sweden and Denmark, handles and profiles, coordinates; bank account numbers, names and addresses that are not among the words, and other countries'' numbers stay';
CREATE FUNCTION retention.redact(value json, words text[]) RETURNS json
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'pg_retention_redact_json';
COMMENT ON FUNCTION retention.redact(json, text[]) IS 'the same in what strings and fields of JSON say';
CREATE FUNCTION retention.redact(value jsonb, words text[]) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'pg_retention_redact_jsonb';
COMMENT ON FUNCTION retention.redact(jsonb, text[]) IS 'the same in what strings and fields of JSON say';

CREATE FUNCTION retention.generalise(value date, grain text) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_date';
COMMENT ON FUNCTION retention.generalise(date, text) IS 'the first day of the month, year or decade';
CREATE FUNCTION retention.generalise(value timestamp, grain text) RETURNS timestamp
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_timestamp';
COMMENT ON FUNCTION retention.generalise(timestamp, text) IS 'the beginning of the month, year or decade';
CREATE FUNCTION retention.generalise(value timestamptz, grain text) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_timestamptz';
COMMENT ON FUNCTION retention.generalise(timestamptz, text) IS 'the beginning of the month, year or decade in retention.timezone';
CREATE FUNCTION retention.generalise(value smallint, grain text) RETURNS smallint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_int2';
COMMENT ON FUNCTION retention.generalise(smallint, text) IS 'the lower bound of the band';
CREATE FUNCTION retention.generalise(value integer, grain text) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_int4';
COMMENT ON FUNCTION retention.generalise(integer, text) IS 'the lower bound of the band';
CREATE FUNCTION retention.generalise(value bigint, grain text) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_int8';
COMMENT ON FUNCTION retention.generalise(bigint, text) IS 'the lower bound of the band';
CREATE FUNCTION retention.generalise(value numeric, grain text) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_numeric';
COMMENT ON FUNCTION retention.generalise(numeric, text) IS 'the lower bound of the band';
CREATE FUNCTION retention.generalise(value text, grain text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_text';
COMMENT ON FUNCTION retention.generalise(text, text) IS 'the postal district of a Norwegian address; NULL when there is no post code';
CREATE FUNCTION retention.generalise(value inet, grain text) RETURNS inet
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_inet';
COMMENT ON FUNCTION retention.generalise(inet, text) IS 'the network of the address';
CREATE FUNCTION retention.generalise(value point, grain text) RETURNS point
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_generalise_point';
COMMENT ON FUNCTION retention.generalise(point, text) IS 'the corner of the square of the grid';

CREATE FUNCTION retention.truncate(value text, characters integer DEFAULT 1) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_truncate';
COMMENT ON FUNCTION retention.truncate(text, integer) IS 'the first characters';

CREATE FUNCTION retention.noise(value smallint, amount text) RETURNS smallint
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_int2';
COMMENT ON FUNCTION retention.noise(smallint, text) IS 'moved by chance by up to the amount, or percentage';
CREATE FUNCTION retention.noise(value integer, amount text) RETURNS integer
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_int4';
COMMENT ON FUNCTION retention.noise(integer, text) IS 'moved by chance by up to the amount, or percentage';
CREATE FUNCTION retention.noise(value bigint, amount text) RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_int8';
COMMENT ON FUNCTION retention.noise(bigint, text) IS 'moved by chance by up to the amount, or percentage';
CREATE FUNCTION retention.noise(value double precision, amount text) RETURNS double precision
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_float8';
COMMENT ON FUNCTION retention.noise(double precision, text) IS 'moved by chance by up to the amount, or percentage';
CREATE FUNCTION retention.noise(value numeric, amount text) RETURNS numeric
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_numeric';
COMMENT ON FUNCTION retention.noise(numeric, text) IS 'moved by chance by up to the amount, or percentage, with as many decimals';
CREATE FUNCTION retention.noise(value date, amount text) RETURNS date
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_date';
COMMENT ON FUNCTION retention.noise(date, text) IS 'moved by chance by up to so many days';
CREATE FUNCTION retention.noise(value timestamp, amount text) RETURNS timestamp
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_time';
COMMENT ON FUNCTION retention.noise(timestamp, text) IS 'moved by chance by up to so many days';
CREATE FUNCTION retention.noise(value timestamptz, amount text) RETURNS timestamptz
    LANGUAGE c VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_noise_time';
COMMENT ON FUNCTION retention.noise(timestamptz, text) IS 'moved by chance by up to so many days';

CREATE FUNCTION retention.random_token(form text DEFAULT 'text', length integer DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_random_token';
COMMENT ON FUNCTION retention.random_token(text, integer) IS 'a text, e-mail address or phone number of nobody that is met only once, no longer than this';

CREATE FUNCTION retention.pseudonymise(value text, length integer DEFAULT 64) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_pseudonymise';
COMMENT ON FUNCTION retention.pseudonymise(text, integer) IS 'a keyed hash of the text; who has the key of retention.pseudonym_key_file can tell whose it is';

CREATE FUNCTION retention.pseudonymise(value text, length integer, domain text) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_pseudonymise_in';
COMMENT ON FUNCTION retention.pseudonymise(text, integer, text) IS 'the same as in columns whose argument names this domain: one pseudonym of a value in all of them, and another than elsewhere';

CREATE FUNCTION retention.remains_of(anonymise text, type oid, argument text, generated boolean,
    OUT leaves text, OUT singles_out boolean, OUT links boolean, OUT lets_infer boolean, OUT verdict text) RETURNS record
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_remains_of';
COMMENT ON FUNCTION retention.remains_of(text, oid, text, boolean) IS 'what an anonymiser leaves of a column of this type: in words, and whether that may still single somebody out, link rows of one person, or let something be inferred (Opinion WP216); argument: empty, if there is none';
GRANT EXECUTE ON FUNCTION retention.remains_of(text, oid, text, boolean) TO pg_monitor;

CREATE FUNCTION retention.refused_anonymisers(relation regclass, OUT column_name name, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_refused_anonymisers';
COMMENT ON FUNCTION retention.refused_anonymisers(regclass) IS 'personal columns for which a policy that anonymises is refused, as types and constraints are now, and why, for retention.anonymisation; waits for no lock';
GRANT EXECUTE ON FUNCTION retention.refused_anonymisers(regclass) TO pg_monitor;

CREATE FUNCTION retention.check_personal_column() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_check_personal_column';
COMMENT ON FUNCTION retention.check_personal_column() IS 'refuses an anonymiser that does not work on its column, or that the constraints of its table cannot take; what is written of a governed table is in the ledger';
CREATE FUNCTION retention.personal_column_before() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_personal_column_before';
COMMENT ON FUNCTION retention.personal_column_before() IS 'lets only the owner of a table say what becomes of its columns';
CREATE TRIGGER personal_column_before BEFORE INSERT OR UPDATE OR DELETE ON retention.personal_column
    FOR EACH ROW EXECUTE FUNCTION retention.personal_column_before();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.personal_column
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
CREATE TRIGGER check_personal_column AFTER INSERT OR UPDATE OR DELETE ON retention.personal_column
    FOR EACH ROW EXECUTE FUNCTION retention.check_personal_column();
ALTER TABLE retention.personal_column ENABLE ALWAYS TRIGGER personal_column_before, ENABLE ALWAYS TRIGGER refuse_truncate,
    ENABLE ALWAYS TRIGGER check_personal_column;
