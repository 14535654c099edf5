-- What is registered is on record, with its old and new terms, as policies and kinds of persons are.

CREATE FUNCTION retention.record_terms() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_record_terms';
COMMENT ON FUNCTION retention.record_terms() IS 'enters into the ledger what a row says and said; not where a superuser brings a dump to a database without retention.resume(), for the ledger comes with it';
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.purpose
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.recipient
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.location
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.location
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.public_holiday
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER record_terms AFTER INSERT OR UPDATE OR DELETE ON retention.sweep_window
    FOR EACH ROW EXECUTE FUNCTION retention.record_terms();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.sweep_window
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.purpose ENABLE ALWAYS TRIGGER record_terms;
ALTER TABLE retention.recipient ENABLE ALWAYS TRIGGER record_terms;
ALTER TABLE retention.location ENABLE ALWAYS TRIGGER record_terms, ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE retention.public_holiday ENABLE ALWAYS TRIGGER record_terms;
ALTER TABLE retention.sweep_window ENABLE ALWAYS TRIGGER record_terms, ENABLE ALWAYS TRIGGER refuse_truncate;
