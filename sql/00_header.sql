\echo Use "CREATE EXTENSION pg_retention" to load this file. \quit

-- Nothing in this script may resolve a name in a schema that others can write to.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

CREATE SCHEMA retention;
GRANT USAGE ON SCHEMA retention TO PUBLIC;
COMMENT ON SCHEMA retention IS 'pg_retention: policies, their state, and the ledger of what was done';
