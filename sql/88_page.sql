-- All of it at a look, for a person who would rather see than query.

CREATE FUNCTION retention.report_html(language text DEFAULT 'en') RETURNS text
    LANGUAGE c STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS 'MODULE_PATHNAME', 'pg_retention_report_html';
COMMENT ON FUNCTION retention.report_html(text) IS 'one page of HTML, in en or nb, that needs nothing else: what each policy says and how far it is, what waits for whom, what comes due in this month and the 23 after it and was done in this one and the 11 before it, requests, what is overdue or blocked, ledger, audit and gaps; no key and no value of a row is on it';
GRANT EXECUTE ON FUNCTION retention.report_html(text) TO pg_monitor;
