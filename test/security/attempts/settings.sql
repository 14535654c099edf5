-- Turning on reveal, or another time, by every way a setting can be given. The control is the same by a superuser.

-- attempt: SET
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- attack
SET retention.reveal = on;
SELECT * FROM app.people;

-- attempt: SET LOCAL
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- attack
SET LOCAL retention.reveal TO 'yes';
SELECT * FROM app.people;

-- attempt: set_config
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- attack
SELECT set_config('retention.reveal', 'on', false);
SELECT * FROM app.people;

-- attempt: set_config inside the query
-- as: reader
-- errors: expected
-- control: enforce as admin
-- attack
WITH s AS MATERIALIZED (SELECT set_config('retention.reveal', 'on', false) AS s) SELECT p.* FROM s, LATERAL (SELECT * FROM app.people WHERE s.s = 'on' OFFSET 0) p;
SELECT * FROM app.people;

-- attempt: UPDATE of pg_settings
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- attack
UPDATE pg_settings SET setting = 'on' WHERE name = 'retention.reveal';
SELECT * FROM app.people;

-- attempt: a function's SET clause
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql SET retention.reveal = on AS 'SELECT * FROM app.people';
SELECT * FROM scratch.f();

-- attempt: a function's SET FROM CURRENT
-- errors: expected
-- control: enforce as admin
-- prepare
SET retention.reveal = on;
CREATE FUNCTION app.f() RETURNS SETOF app.people LANGUAGE sql SET retention.reveal FROM CURRENT AS 'SELECT * FROM app.people';
RESET retention.reveal;
-- attack
SELECT * FROM app.f();

-- attempt: ALTER FUNCTION SET
-- as: reader
-- errors: expected
-- control: enforce as admin
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql AS 'SELECT * FROM app.people';
ALTER FUNCTION scratch.f() SET retention.reveal = on;
SELECT * FROM scratch.f();

-- attempt: set_config in a function
-- errors: expected
-- control: enforce as admin
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE plpgsql AS $$BEGIN PERFORM set_config('retention.reveal', 'on', true); RETURN QUERY SELECT * FROM app.people; END$$;
SELECT * FROM scratch.f();

-- attempt: a SECURITY DEFINER function of one's own
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN SET LOCAL retention.reveal = on; RETURN QUERY SELECT * FROM app.people; END$$;
SELECT * FROM scratch.f();

-- attempt: ALTER ROLE ... SET
-- as: reader owner
-- run: shell
-- errors: expected
-- control: enforce as admin
-- attack
psql -Xq -c "ALTER ROLE CURRENT_USER IN DATABASE $PGDATABASE SET retention.reveal = on"
psql -XAt -c 'SELECT * FROM app.people'

-- attempt: ALTER DATABASE ... SET
-- as: owner
-- run: shell
-- errors: expected
-- control: enforce as admin
-- prepare
SELECT format('ALTER DATABASE %I OWNER TO owner', current_database()) \gexec
-- attack
psql -Xq -c "ALTER DATABASE $PGDATABASE SET retention.reveal = on"
psql -XAt -c 'SELECT * FROM app.people'

-- attempt: a role's setting made before the library knew it
-- as: reader
-- run: shell
-- errors: expected
-- control: enforce as admin
-- attack
psql -Xq -c "ALTER ROLE CURRENT_USER IN DATABASE $PGDATABASE SET \"retention.reveal\" = 'on'"
psql -Xq -c "ALTER ROLE CURRENT_USER IN DATABASE $PGDATABASE SET retention.test_now = '2010-01-01'"
psql -XAt -c 'SELECT * FROM app.people'

-- attempt: PGOPTIONS
-- as: reader owner bypass auditor
-- run: shell
-- errors: expected
-- control: enforce as admin
-- attack
PGOPTIONS='-c retention.reveal=on' psql -XAt -c 'SELECT * FROM app.people'

-- attempt: PGOPTIONS in another form
-- run: shell
-- errors: expected
-- control: enforce as admin
-- attack
PGOPTIONS='--retention.reveal=on' psql -XAt -c 'SELECT * FROM app.people'

-- attempt: a parameter of the connection
-- run: shell
-- errors: expected
-- control: enforce as admin
-- attack
psql -XAt "dbname=$PGDATABASE options='-c retention.reveal=1'" -c 'SELECT * FROM app.people'

-- attempt: ALTER SYSTEM
-- as: reader owner auditor
-- run: shell
-- errors: expected
-- control: enforce as admin
-- shows: it is written
-- attack
# The file is the server's: what stands in it may be another attempt's.
psql -XAt -c 'ALTER SYSTEM SET retention.reveal = off' && echo 'it is' written
psql -Xq -U admin -c 'ALTER SYSTEM RESET retention.reveal'

-- attempt: another time, by SET
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: SECRETquarantined
-- attack
SET retention.test_now = '2010-01-01';
SELECT * FROM app.people;

-- attempt: another time, by set_config
-- errors: expected
-- control: enforce as admin
-- shows: SECRETquarantined
-- attack
SELECT set_config('retention.test_now', '2010-01-01', true);
SELECT * FROM app.people;

-- attempt: another time, by PGOPTIONS
-- run: shell
-- errors: expected
-- control: enforce as admin
-- shows: SECRETquarantined
-- attack
PGOPTIONS='-c retention.test_now=2010-01-01' psql -XAt -c 'SELECT * FROM app.people'

-- attempt: another time zone of the session
-- as: reader admin
-- shows: SECRETedge
-- prepare
INSERT INTO app.members VALUES (7, 1, 'SECRETedge', '2030-05-01');
SET retention.test_now = '2030-05-31 22:30:00+00';
-- attack
SET TimeZone = 'America/Los_Angeles';
SELECT * FROM app.members;
SET TimeZone = '-14';
SELECT * FROM app.members;

-- attempt: another time zone of the policy
-- as: reader owner
-- errors: expected
-- shows: not refused
-- control: enforce as admin
-- attack
SET retention.timezone = 'Pacific/Honolulu';
ALTER SYSTEM SET retention.timezone = 'Pacific/Honolulu';
SELECT 'not ' || 'refused' WHERE current_setting('retention.timezone') <> 'Europe/Oslo' OR pg_has_role(session_user, 'pg_write_all_data', 'MEMBER');

-- attempt: a clock of the session that stands still
-- shows: SECRETedge
-- prepare
INSERT INTO app.members VALUES (7, 1, 'SECRETedge', '2030-05-01');
SELECT FROM app.members;
SET retention.test_now = '2030-05-31 22:30:00+00';
-- attack
DECLARE c CURSOR FOR SELECT * FROM app.members;
FETCH ALL c;

-- attempt: a cursor declared by somebody, fetched under reveal
-- as: admin
-- shows: SECRET
-- attack
DECLARE c CURSOR FOR SELECT * FROM app.people;
SET LOCAL retention.reveal = on;
FETCH ALL c;

-- attempt: no row security
-- as: bypass owner
-- attack
SET LOCAL row_security = on;
SELECT * FROM app.people;

-- attempt: SET ROLE to the owner
-- as: bypass auditor
-- errors: expected
-- control: observe as admin
-- attack
SET LOCAL ROLE owner;
SELECT * FROM app.people;

-- attempt: SET ROLE of a superuser
-- as: admin
-- attack
SET LOCAL ROLE owner;
SELECT * FROM app.people;
SET LOCAL ROLE reader;
SELECT * FROM app.people;

-- attempt: reveal that was set, and the role changed
-- expect: oracle delegated
-- prepare
SET retention.reveal = on;
-- attack
SELECT * FROM app.people;

-- attempt: reveal delegated to somebody
-- as: auditor
-- expect: oracle delegated
-- prepare
GRANT SET ON PARAMETER retention.reveal TO auditor;
-- attack
SET retention.reveal = on;
SELECT * FROM app.people;

-- attempt: reveal delegated to somebody, by a role that has its
-- as: bypass
-- errors: expected
-- control: enforce as admin
-- prepare
GRANT SET ON PARAMETER retention.reveal TO auditor;
-- attack
SET LOCAL ROLE auditor;
SET retention.reveal = on;
SELECT * FROM app.people;

-- attempt: GRANT SET ON PARAMETER for oneself
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- attack
GRANT SET ON PARAMETER retention.reveal TO CURRENT_USER;
SET retention.reveal = on;
SELECT * FROM app.people;

-- attempt: reveal without a line in the log
-- as: admin
-- shows: ^unlogged
-- run: shell
-- control: none
-- attack
log=build/security/log/server.log
before=$(wc -c <$log)
PGOPTIONS='-c retention.reveal=on -c log_statement=none' psql -XAtq -c 'SELECT count(*) FROM app.people' >/dev/null
tail -c +$before $log | grep -q "retention.reveal used by role \"admin\" in database \"$PGDATABASE\"" || echo un''logged

-- attempt: reveal without an entry in the ledger
-- as: admin
-- shows: ^no entry
-- run: shell
-- control: none
-- attack
PGOPTIONS='-c retention.reveal=on -c log_min_messages=panic' psql -XAtq -c 'SELECT count(*) FROM app.people' >/dev/null
psql -XAt -c "SELECT 'no ' || 'entry' WHERE NOT EXISTS (SELECT FROM retention.ledger WHERE action ~ 'reveal' AND actor = 'admin')"

-- attempt: a library loaded by the session
-- as: reader owner
-- run: shell
-- errors: expected
-- control: observe as admin
-- attack
psql -XAt -c "LOAD 'pg_retention'" -c "LOAD '\$libdir/plugins/pg_retention'" -c 'SELECT * FROM app.people'

-- attempt: local_preload_libraries
-- run: shell
-- errors: expected
-- attack
PGOPTIONS='-c session_preload_libraries=' psql -XAt -c 'SELECT * FROM app.people'
PGOPTIONS='-c local_preload_libraries=' psql -XAt -c 'SELECT * FROM app.people'
