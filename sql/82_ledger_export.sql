-- The ledger and the configuration to be kept elsewhere: after the extension is dropped nothing of them is left here.

CREATE FUNCTION retention.export_ledger() RETURNS SETOF text
    LANGUAGE c STABLE ROWS 10000 AS 'MODULE_PATHNAME', 'pg_retention_export_ledger';
COMMENT ON FUNCTION retention.export_ledger() IS 'ledger and configuration as JSON, one object a line, without what is recorded of persons (restrictions, statements, erasures); its chain can be verified elsewhere';
