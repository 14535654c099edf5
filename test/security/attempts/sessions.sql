-- Persons who are withheld from a session that narrowed itself, and ways to widen it again.

-- attempt: narrowed: reading
-- as: reader owner bypass auditor admin
-- shows: WITHHELD
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SELECT * FROM app.customers;
SELECT * FROM app.tickets;
SELECT * FROM app.answers;

-- attempt: narrowed: SET
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SET retention.session_purpose = '';
SELECT * FROM app.customers;

-- attempt: narrowed: SET to another purpose
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SET retention.session_purpose = 'service';
SELECT * FROM app.customers;

-- attempt: narrowed: SET LOCAL
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SET LOCAL retention.session_purpose = '';
SELECT * FROM app.customers;

-- attempt: narrowed: RESET
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
RESET retention.session_purpose;
SELECT * FROM app.customers;

-- attempt: narrowed: SET TO DEFAULT
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SET retention.session_purpose TO DEFAULT;
SELECT * FROM app.customers;

-- attempt: narrowed: RESET ALL
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
RESET ALL;
SELECT * FROM app.customers;

-- attempt: narrowed: set_config()
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SELECT set_config('retention.session_purpose', '', false);
SELECT * FROM app.customers;

-- attempt: narrowed: pg_settings
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
UPDATE pg_settings SET setting = '' WHERE name = 'retention.session_purpose';
SELECT * FROM app.customers;

-- attempt: narrowed: another spelling
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SET "Retention"."SESSION_PURPOSE" = '';
RESET "RETENTION"."Session_Purpose";
SELECT * FROM app.customers;

-- attempt: narrowed: set_config() with a null
-- as: reader
-- shows: WITHHELD
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
SELECT set_config('retention.session_purpose', NULL, false);
SELECT set_config('retention.session_purpose', NULL, true);
UPDATE pg_settings SET setting = NULL WHERE name = 'retention.session_purpose';
SELECT * FROM app.customers;

-- attempt: narrowed: set_config() with a null, in transactions of their own
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- attack
SET retention.session_purpose = 'advertising';
SELECT set_config('retention.session_purpose', NULL, false);
SELECT * FROM app.customers;
BEGIN;
SELECT set_config('retention.session_purpose', NULL, true);
SELECT * FROM app.tickets;
COMMIT;
SELECT * FROM app.answers;

-- attempt: narrowed: DISCARD ALL
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- run: database
-- attack
SET retention.session_purpose = 'advertising';
DISCARD ALL;
SELECT * FROM app.customers;

-- attempt: narrowed for a transaction: a null, a savepoint
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- attack
BEGIN;
SET LOCAL retention.session_purpose = 'advertising';
SELECT set_config('retention.session_purpose', NULL, false);
SELECT * FROM app.customers;
SAVEPOINT s;
SELECT set_config('retention.session_purpose', NULL, true);
ROLLBACK TO s;
SELECT * FROM app.tickets;
COMMIT;

-- attempt: narrowed: ROLLBACK of another transaction
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- attack
SET retention.session_purpose = 'advertising';
BEGIN;
SET retention.session_purpose = 'advertising, service';
ROLLBACK;
SELECT * FROM app.customers;
BEGIN;
SELECT set_config('retention.session_purpose', NULL, false);
ROLLBACK;
SELECT * FROM app.tickets;
BEGIN;
SELECT set_config('retention.session_purpose', NULL, false);
COMMIT;
SELECT * FROM app.answers;

-- attempt: narrowed: a function with a SET of its own
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- attack
SET retention.session_purpose = 'advertising';
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE sql SET retention.session_purpose = '' AS 'SELECT name FROM app.customers';
SELECT scratch.f();
SELECT * FROM app.customers;

-- attempt: narrowed: a function of another with a SET of its own
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- run: database
-- prepare
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE sql SET retention.session_purpose = '' AS 'SELECT name FROM app.customers'; GRANT EXECUTE ON FUNCTION scratch.f() TO PUBLIC;
-- attack
SET retention.session_purpose = 'advertising';
SELECT scratch.f();
SELECT * FROM app.customers;

-- attempt: narrowed: what a function set is set back
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- prepare
CREATE FUNCTION scratch.f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET retention.session_purpose = 'advertising, service' AS 'BEGIN PERFORM set_config(''retention.session_purpose'', NULL, true); RETURN 1; END'; GRANT EXECUTE ON FUNCTION scratch.f() TO PUBLIC;
-- attack
SET retention.session_purpose = 'advertising';
SELECT scratch.f();
SELECT * FROM app.customers;
SELECT scratch.f(), * FROM app.tickets;

-- attempt: narrowed: an error in between
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- errors: expected
-- attack
SET retention.session_purpose = 'advertising';
SELECT 1 / 0;
BEGIN;
SET LOCAL retention.session_purpose = 'advertising, service';
SELECT 1 / 0;
ROLLBACK;
SELECT * FROM app.customers;

-- attempt: narrowed: another role
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- prepare
GRANT marketer TO reader;
-- attack
SET retention.session_purpose = 'advertising';
SET ROLE marketer;
SET retention.session_purpose = '';
SELECT * FROM app.customers;

-- attempt: narrowed by the login role, and the client asks for none
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: shell
-- prepare
ALTER ROLE reader IN DATABASE :DBNAME SET retention.session_purpose = 'advertising';
-- attack
PGOPTIONS='-c retention.session_purpose=' psql -XAtq -c 'SELECT * FROM app.customers' -c 'SHOW retention.session_purpose'

-- attempt: narrowed by the database, and the client asks for another
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: shell
-- prepare
ALTER DATABASE :DBNAME SET retention.session_purpose = 'advertising';
-- attack
PGOPTIONS='-c retention.session_purpose=service' psql -XAtq -c 'SELECT * FROM app.customers'

-- attempt: narrowed by the client, and a later statement asks for none
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- run: shell
-- attack
PGOPTIONS='-c retention.session_purpose=advertising' psql -XAtq -c "SET retention.session_purpose = ''" -c 'SELECT * FROM app.customers'

-- attempt: narrowed to what is no purpose
-- as: reader
-- shows: WITHHELD
-- expect: refused purpose "nothing" of retention.session_purpose does not exist
-- control: none
-- attack
SET retention.session_purpose = 'nothing';
SELECT * FROM app.customers;

-- attempt: a pool: one client narrows, the next one resets
-- as: reader
-- shows: WITHHELD
-- expect: refused permission denied to widen
-- control: none
-- run: database
-- attack
SET retention.session_purpose = 'advertising';
SELECT 1;
RESET ALL;
DISCARD ALL;
SET SESSION AUTHORIZATION DEFAULT;
SELECT * FROM app.customers;

-- attempt: narrowed: a function that widens for itself
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: database
-- errors: expected
-- prepare
CREATE FUNCTION scratch.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET retention.session_purpose = '' AS 'SELECT count(*) FROM app.customers';
CREATE FUNCTION scratch.g() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET retention.session_purpose = '' AS 'SELECT 1 / count(*) FROM app.customers WHERE false';
GRANT EXECUTE ON FUNCTION scratch.f(), scratch.g() TO PUBLIC;
-- attack
SET retention.session_purpose = 'advertising';
SELECT scratch.f();
SELECT * FROM app.customers;
SELECT scratch.g();
SELECT * FROM app.customers;
BEGIN;
SELECT scratch.f();
SELECT * FROM app.tickets;
DO $$ BEGIN PERFORM scratch.g(); EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT * FROM app.answers;
COMMIT;
SELECT * FROM app.tickets;

-- attempt: narrowed by database and client: a function that widens for itself
-- as: reader
-- shows: WITHHELD
-- control: none
-- run: shell
-- prepare
CREATE FUNCTION scratch.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET retention.session_purpose = '' AS 'SELECT count(*) FROM app.customers';
GRANT EXECUTE ON FUNCTION scratch.f() TO PUBLIC;
ALTER DATABASE :DBNAME SET retention.session_purpose = 'advertising';
-- attack
PGOPTIONS='-c retention.session_purpose=service' psql -XAtq -c 'SELECT scratch.f()' -c 'SELECT * FROM app.customers'

-- attempt: whoever may widen hands the session on
-- as: pooler
-- shows: WITHHELD
-- control: none
-- run: shell
-- prepare
ALTER DATABASE :DBNAME SET retention.session_purpose = 'advertising';
-- attack
psql -XAtq -c "SET retention.session_purpose = ''" -c 'DISCARD ALL' -c 'SELECT * FROM app.customers'
psql -XAtq -c "SET retention.session_purpose = ''" -c 'RESET retention.session_purpose' -c 'SELECT * FROM app.customers'
psql -XAtq -c "SET retention.session_purpose = 'service'" -c 'RESET ALL' -c 'SELECT * FROM app.customers'
psql -XAtq -c 'BEGIN' -c "SET retention.session_purpose = ''" -c 'ROLLBACK' -c 'SELECT * FROM app.customers'
