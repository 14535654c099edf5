-- What maintenance by hand evaluates: in the leader and in parallel workers, in commands that commit on their way, and in functions.
-- What is meant for the user's function to see is shown by a notice, and what a function of the server's sees, by its error.

-- attempt: VACUUM ANALYZE with a function of one's own in an index, and one that fails in statistics
-- as: owner admin
-- run: database
-- control: none
-- errors: expected
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE STATISTICS app.measured ON (app.spy(name)) FROM app.people;
ALTER STATISTICS app.measured OWNER TO owner;
CREATE INDEX spied ON app.people (app.spy(name));
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
-- attack
VACUUM (ANALYZE) app.people, app.orders;
VACUUM (ANALYZE);
ANALYZE;

-- attempt: vacuumdb --analyze-only
-- as: owner
-- run: shell
-- control: none
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
-- attack
vacuumdb --analyze-only 2>&1 | grep -v 'skipping "'

-- attempt: an index rebuilt by parallel workers
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
ALTER TABLE app.people SET (parallel_workers = 2);
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
-- attack
SET min_parallel_table_scan_size = 0;
REINDEX INDEX app.spied;
REINDEX TABLE CONCURRENTLY app.people;
CLUSTER app.people USING spied;
VACUUM FULL app.people;

-- attempt: functions that maintain an index
-- as: owner admin
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people USING brin (app.spy(name));
RESET retention.reveal;
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
-- attack
SELECT brin_desummarize_range('app.spied', 0);
SELECT brin_summarize_new_values('app.spied');

-- attempt: a function that checks an index
-- as: auditor
-- control: none
-- expect: refused 42501
-- prepare
CREATE EXTENSION amcheck SCHEMA public;
GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO PUBLIC;
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
-- attack
SELECT bt_index_check('app.spied', true);
