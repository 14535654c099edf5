-- The register of processing activities (Article 30), as it is configured.

CREATE FUNCTION retention.register(format text DEFAULT 'json') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_register';
COMMENT ON FUNCTION retention.register(text) IS 'the register of processing activities (Article 30(1)), as json, markdown or html: the same bytes as long as the configuration is the same';
CREATE FUNCTION retention.register_digest() RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_register_digest';
COMMENT ON FUNCTION retention.register_digest() IS 'SHA-256 of the register as JSON in UTF-8, by which CI sees that it changed';
GRANT EXECUTE ON FUNCTION retention.register(text), retention.register_digest() TO pg_monitor;
