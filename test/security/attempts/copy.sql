-- Readers that do not plan: COPY, dumps, replication; and what other programs make of the database.

-- attempt: COPY of the table
-- as: everybody
-- attack
COPY app.people TO STDOUT;

-- attempt: COPY of columns
-- as: reader owner
-- attack
COPY app.people (name, email) TO STDOUT (FORMAT csv, HEADER);

-- attempt: COPY of a query
-- as: reader admin
-- attack
COPY (SELECT * FROM app.people) TO STDOUT;

-- attempt: COPY, binary
-- as: reader admin
-- attack
COPY app.people TO STDOUT (FORMAT binary);

-- attempt: COPY of the clock
-- attack
COPY app.people (name, retention_clock) TO STDOUT;

-- attempt: COPY of UPDATE RETURNING
-- attack
COPY (UPDATE app.people SET city = city RETURNING *) TO STDOUT;

-- attempt: COPY of DELETE RETURNING
-- errors: expected
-- attack
COPY (WITH o AS (DELETE FROM app.orders RETURNING person_id) DELETE FROM app.people p USING o WHERE p.id = o.person_id RETURNING p.*) TO STDOUT;
COPY (SELECT * FROM app.people) TO STDOUT;

-- attempt: COPY to a program
-- as: admin
-- attack
SELECT 'cat > /tmp/pg_retention_' || pg_backend_pid() || '.out' AS program, '/tmp/pg_retention_' || pg_backend_pid() || '.out' AS file \gset
COPY app.people TO PROGRAM :'program';
SELECT pg_read_file(:'file');
\setenv FILE :file
\! rm -f "$FILE"

-- attempt: COPY to a file
-- as: admin
-- attack
SELECT '/tmp/pg_retention_' || pg_backend_pid() || '.out' AS file \gset
COPY app.people (name) TO :'file';
SELECT pg_read_file(:'file');
\setenv FILE :file
\! rm -f "$FILE"

-- attempt: COPY with row_security off
-- as: admin owner bypass
-- expect: refused 42501: query would be affected by the retention policy
-- control: none
-- attack
SET LOCAL row_security = off;
COPY app.people TO STDOUT;

-- attempt: COPY of a query with row_security off
-- as: admin owner bypass
-- expect: refused 42501: query would be affected by the retention policy
-- control: none
-- attack
SET LOCAL row_security = off;
COPY (SELECT * FROM app.people) TO STDOUT;

-- attempt: SELECT with row_security off
-- as: admin owner bypass auditor
-- expect: refused 42501: query would be affected by the retention policy
-- control: none
-- attack
SET LOCAL row_security = off;
SELECT * FROM app.people;

-- attempt: UPDATE with row_security off
-- as: owner
-- expect: refused 42501: query would be affected by the retention policy
-- control: none
-- attack
SET LOCAL row_security = off;
UPDATE app.people SET city = city RETURNING *;

-- attempt: a plan that somebody with row_security off had
-- as: owner
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM app.people;
SET retention.reveal = on;
SET row_security = off;
EXECUTE p \g /dev/null
RESET retention.reveal;
RESET row_security;
-- attack
EXECUTE p;

-- attempt: COPY of a table with its own row security
-- prepare
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of ON app.people USING (true);
-- attack
COPY app.people TO STDOUT;

-- attempt: COPY of a partition
-- as: reader admin
-- shows: SECRET
-- attack
COPY app.visits_north TO STDOUT;

-- attempt: COPY of a governed child
-- shows: SECRET
-- attack
COPY app.owned_things TO STDOUT;

-- attempt: COPY of a parent through a query
-- shows: SECRET
-- attack
COPY (SELECT * FROM app.things) TO STDOUT;
COPY (SELECT * FROM app.visits) TO STDOUT;

-- attempt: COPY of a table that shadows the name while it is looked up
-- shows: SECRET
-- attack
CREATE TEMP TABLE people (name text);
SET LOCAL search_path = pg_temp, app;
COPY people TO STDOUT;
DROP TABLE people;
SET LOCAL search_path = app;
COPY people TO STDOUT;

-- attempt: COPY in a function
-- as: admin
-- attack
SELECT '/tmp/pg_retention_' || pg_backend_pid() || '.out' AS file \gset
SELECT set_config('lab.file', :'file', true);
DO $$BEGIN EXECUTE format('COPY app.people TO %L', current_setting('lab.file')); END$$;
SELECT pg_read_file(:'file');
\setenv FILE :file
\! rm -f "$FILE"

-- attempt: a dump by a superuser
-- as: admin
-- run: shell
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
pg_dump

-- attempt: a dump by the owner
-- as: owner
-- run: shell
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
pg_dump -n app --no-comments

-- attempt: a dump as INSERT statements
-- as: auditor
-- run: shell
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
pg_dump -n app --inserts

-- attempt: a dump that accepts row security
-- as: admin
-- run: shell
-- attack
pg_dump --enable-row-security -n app --data-only

-- attempt: a dump in the custom format, one table
-- as: admin
-- run: shell
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
pg_dump -Fc -Z0 -t app.people

-- attempt: a dump of all databases
-- as: admin
-- run: shell
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
# Not the databases of attempts that are made meanwhile.
case $PGDATABASE in d_attempt_*) others=d_control_ ;; *) others=d_attempt_ ;; esac
pg_dumpall -l $PGDATABASE --no-sync --exclude-database="$others*" --exclude-database='[tx]_*'

-- attempt: COPY through a walsender
-- as: mover
-- run: shell
-- expect: refused replication would copy only a part
-- control: none
-- attack
psql -XAt "dbname=$PGDATABASE replication=database" -c 'COPY app.people TO STDOUT'

-- attempt: SELECT through a walsender
-- as: mover
-- run: shell
-- expect: refused replication would copy only a part
-- control: none
-- attack
psql -XAt "dbname=$PGDATABASE replication=database" -c 'SELECT * FROM app.people'

-- attempt: COPY of a query through a walsender
-- as: mover
-- run: shell
-- expect: refused replication would copy only a part
-- control: none
-- attack
psql -XAt "dbname=$PGDATABASE replication=database" -c 'COPY (SELECT name FROM app.people) TO STDOUT'

-- attempt: the first copy of a subscription
-- as: admin
-- run: shell
-- expect: refused replication would copy only a part
-- control: none
-- attack
log=build/security/log/server.log
subscriber=${PGDATABASE}_sub
psql -Xq -c 'CREATE PUBLICATION p FOR TABLE app.people'
psql -Xq -d postgres -c "CREATE DATABASE $subscriber"
psql -Xq -d $subscriber -c 'CREATE SCHEMA app' -c 'CREATE TABLE app.people (id int PRIMARY KEY, name text, email text UNIQUE, city text, amount numeric, seat int4range, contract boolean, left_on date, retention_clock text)'
psql -Xq -c "SELECT pg_create_logical_replication_slot('s_$MODE', 'pgoutput')" >/dev/null
before=$(wc -c <$log)
psql -Xq -d $subscriber -c "CREATE SUBSCRIPTION s CONNECTION 'host=$PGHOST port=$PGPORT user=mover dbname=$PGDATABASE' PUBLICATION p WITH (create_slot = false, slot_name = 's_$MODE')"
# Either all rows come, or the first copy fails, says so in the log, and is tried again for ever.
for i in $(seq 600); do
	psql -XAt -d $subscriber -c 'SELECT string_agg(name, chr(10)) FROM app.people' | grep . && break
	[ $MODE = control ] || { tail -c +$before $log | grep 'ERROR:  replication would copy' && break; }
	sleep 0.1
done
psql -Xq -d $subscriber -c 'ALTER SUBSCRIPTION s DISABLE' -c 'ALTER SUBSCRIPTION s SET (slot_name = NONE)' -c 'DROP SUBSCRIPTION s' 2>&1 | grep -v 'could not drop'
psql -Xq -d postgres -c "DROP DATABASE $subscriber WITH (FORCE)"
for i in $(seq 100); do psql -Xq -c "SELECT pg_drop_replication_slot('s_$MODE')" >/dev/null 2>&1 && break; sleep 0.1; done

-- attempt: logical decoding
-- as: mover
-- run: shell
-- expect: oracle logical-decoding
-- shows: SECRET
-- attack
psql -Xq -U postgres -c "SELECT pg_create_logical_replication_slot('d_$MODE', 'test_decoding')" >/dev/null
psql -Xq -U owner -c "INSERT INTO app.members VALUES (9, 1, 'SEC' || 'RETlate', '2030-01-15')"
psql -XAt -c "SELECT data FROM pg_logical_slot_get_changes('d_$MODE', NULL, NULL)"
psql -Xq -U postgres -c "SELECT pg_drop_replication_slot('d_$MODE')" >/dev/null

-- attempt: logical decoding without the right to replicate
-- as: reader owner
-- run: shell
-- shows: SECRET
-- errors: expected
-- control: enforce as mover
-- attack
psql -Xq -U postgres -c "SELECT pg_create_logical_replication_slot('e_$MODE', 'test_decoding')" >/dev/null
psql -Xq -U owner -c "INSERT INTO app.members VALUES (9, 1, 'SEC' || 'RETlate', '2030-01-15')"
psql -XAt -c "SELECT data FROM pg_logical_slot_get_changes('e_$MODE', NULL, NULL)"
psql -Xq -U postgres -c "SELECT pg_drop_replication_slot('e_$MODE')" >/dev/null

-- attempt: the table's file
-- as: reader owner bypass auditor
-- errors: expected
-- run: shell
-- shows: SECRETdue
-- control: enforce as admin
-- attack
psql -Xq -U postgres -c 'CHECKPOINT'
psql -XAt -c "SELECT encode(pg_read_binary_file(pg_relation_filepath('app.people')), 'escape')"

-- attempt: the table's file, by a superuser
-- as: admin
-- run: shell
-- expect: oracle superuser
-- shows: SECRETdue
-- attack
psql -Xq -U postgres -c 'CHECKPOINT'
psql -XAt -c "SELECT encode(pg_read_binary_file(pg_relation_filepath('app.people')), 'escape')"


-- attempt: a whole copy of the table
-- expect: oracle whole-copies
-- shows: some are hidden|SECRETdue
-- attack
DO $$ BEGIN CREATE TEMP TABLE whole AS SELECT * FROM app.people;
EXCEPTION WHEN insufficient_privilege THEN CREATE TEMP TABLE whole AS SELECT 'some ' || 'are hidden' AS note; END $$;
SELECT * FROM whole;
