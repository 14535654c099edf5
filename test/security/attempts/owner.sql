-- What the owner, and a superuser, could learn by changing the table: expressions, checks and errors over all of its rows. The control is a twin without a policy.

-- attempt: an index over an expression
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX ON app.people (scratch.spy(name));

-- attempt: an index over a condition
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE INDEX ON app.people (id) WHERE scratch.spy(name);

-- attempt: an index over a cast that fails
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- attack
DELETE FROM app.orders;
DELETE FROM app.people WHERE id > 100;
CREATE INDEX ON app.people ((CASE WHEN id < 50 THEN name::int END));

-- attempt: an index built CONCURRENTLY
-- as: owner
-- run: database
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX CONCURRENTLY ON app.people (scratch.spy(name));

-- attempt: an index with an operator class of one's own
-- as: admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '% %', $1, $2; RETURN bttextcmp($1, $2); END$$;
CREATE OPERATOR CLASS scratch.spied FOR TYPE text USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 scratch.spy(text, text);
CREATE INDEX ON app.people (name scratch.spied);

-- attempt: REINDEX of an index whose function was replaced
-- as: owner admin
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
REINDEX TABLE app.people;

-- attempt: REINDEX INDEX of such an index
-- as: owner admin
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
REINDEX INDEX app.spied;

-- attempt: REINDEX SCHEMA
-- as: owner
-- run: database
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
REINDEX SCHEMA app;

-- attempt: ANALYZE of such an index
-- as: owner
-- control: none
-- expect: hidden
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ANALYZE app.people;

-- attempt: ANALYZE of everything
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ANALYZE;

-- attempt: VACUUM FULL and CLUSTER with such an index
-- as: owner
-- run: database
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
VACUUM FULL app.people;
CLUSTER app.people USING people_pkey;
CLUSTER;

-- attempt: CLUSTER with such an index
-- as: owner
-- control: none
-- expect: refused 42501
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CLUSTER app.people USING people_pkey;

-- attempt: CLUSTER keeps hidden rows
-- as: owner
-- shows: it is gone
-- control: none
-- attack
DELETE FROM app.orders;
DELETE FROM app.people;
CLUSTER app.people USING people_pkey;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: a materialised view refreshed by somebody else
-- as: owner
-- control: none
-- prepare
CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.people WITH NO DATA;
ALTER MATERIALIZED VIEW app.m OWNER TO owner;
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX ON app.m (scratch.spy(name));
REFRESH MATERIALIZED VIEW app.m;

-- attempt: ADD CHECK
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER TABLE app.people ADD CHECK (scratch.spy(name));

-- attempt: ADD CHECK as an oracle
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: violated by some row
-- attack
ALTER TABLE app.people ADD CHECK (email <> 'SEC' || 'RETdue@example.no');

-- attempt: ADD CHECK NOT VALID, and VALIDATE
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: violated by some row
-- attack
ALTER TABLE app.people ADD CONSTRAINT c CHECK (email <> 'SEC' || 'RETdue@example.no') NOT VALID;
ALTER TABLE app.people VALIDATE CONSTRAINT c;

-- attempt: a check of a domain
-- as: owner
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE DOMAIN scratch.d AS text;
ALTER TABLE app.people ALTER name TYPE scratch.d;
ALTER DOMAIN scratch.d ADD CHECK (scratch.spy(VALUE));

-- attempt: a check added to a domain the table already has
-- as: owner admin
-- expect: refused 42501
-- control: none
-- prepare
SET ROLE owner;
CREATE DOMAIN scratch.d AS text;
CREATE TABLE app.kids (id int, name scratch.d, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETquarantined SECRETdue SECRETkept SECRETrestricted', '2030-01-15');
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER DOMAIN scratch.d ADD CHECK (scratch.spy(VALUE));

-- attempt: a domain's check as an oracle
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: contains values that violate
-- prepare
SET ROLE owner;
CREATE DOMAIN scratch.d AS text;
CREATE TABLE app.kids (id int, name scratch.d, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
ALTER DOMAIN scratch.d ADD CHECK (VALUE NOT LIKE '%kid');

-- attempt: a domain's NOT NULL as an oracle
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: contains null values
-- prepare
SET ROLE owner;
CREATE DOMAIN scratch.d AS text;
CREATE TABLE app.kids (id int, name scratch.d, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, NULL, '2030-01-15');
-- attack
ALTER DOMAIN scratch.d SET NOT NULL;

-- attempt: a check validated on a domain
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: contains values that violate
-- prepare
SET ROLE owner;
CREATE DOMAIN scratch.d AS text;
CREATE TABLE app.kids (id int, name scratch.d, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
ALTER DOMAIN scratch.d ADD CONSTRAINT c CHECK (VALUE NOT LIKE '%kid') NOT VALID;
-- attack
ALTER DOMAIN scratch.d VALIDATE CONSTRAINT c;

-- attempt: SET NOT NULL as an oracle
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: contains null values
-- prepare
SET retention.reveal = on;
INSERT INTO app.people (id, name, left_on) VALUES (5, NULL, '2030-01-15');
RESET retention.reveal;
-- attack
ALTER TABLE app.people ALTER name SET NOT NULL;

-- attempt: a generated column
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ALTER TABLE app.people ADD g text GENERATED ALWAYS AS (scratch.spy(name)) STORED;

-- attempt: a default of one's own that is evaluated for every row
-- as: owner
-- control: none
-- shows: ^44$
-- errors: expected
-- attack
CREATE SEQUENCE scratch.s;
CREATE FUNCTION scratch.f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN nextval('scratch.s'); END$$;
ALTER TABLE app.people ADD n int DEFAULT scratch.f();
SELECT last_value FROM scratch.s;

-- attempt: ALTER TYPE USING
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ALTER TABLE app.people ALTER name TYPE text USING scratch.spy(name);

-- attempt: ALTER TYPE USING a cast that prints
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- attack
ALTER TABLE app.people ALTER name TYPE int USING CASE WHEN id < 50 THEN name::int END;

-- attempt: ALTER TYPE of another column evaluates a check
-- as: owner
-- expect: refused 42501
-- control: none
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN true; END$$;
ALTER TABLE app.people ADD CHECK (app.spy(name)) NOT VALID;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER TABLE app.people ALTER id TYPE bigint;
ALTER TABLE app.people VALIDATE CONSTRAINT people_name_check;

-- attempt: CREATE STATISTICS over an expression
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE STATISTICS app.s ON scratch.spy(name), id FROM app.people;
ANALYZE app.people;

-- attempt: a unique index
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: \(SECRETtown\) is duplicated
-- attack
DELETE FROM app.people WHERE id > 100;
CREATE UNIQUE INDEX ON app.people (city);

-- attempt: ADD UNIQUE
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: \(SECRETtown\) is duplicated
-- attack
DELETE FROM app.people WHERE id > 100;
ALTER TABLE app.people ADD UNIQUE (city);

-- attempt: a column that is UNIQUE
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: is duplicated
-- attack
DELETE FROM app.people WHERE id > 101;
ALTER TABLE app.people ADD n int UNIQUE DEFAULT 1;

-- attempt: an exclusion constraint
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: SECRETtown
-- attack
DELETE FROM app.people WHERE id > 100;
ALTER TABLE app.people ADD EXCLUDE USING gist (city WITH =);

-- attempt: a column of type serial counts rows
-- as: owner
-- expect: oracle counters
-- control: none
-- shows: ^44$
-- attack
ALTER TABLE app.people ADD n serial;
SELECT last_value FROM app.people_n_seq;

-- attempt: a composite type's cast to the table
-- as: owner
-- attack
CREATE TYPE scratch.copy AS (id int, name text);
SELECT row(p.id, p.name)::scratch.copy FROM app.people p;

-- attempt: ATTACH to a parent whose check is evaluated
-- as: owner
-- shows: SECRET
-- control: none
-- errors: expected
-- prepare
SET retention.confirm_drop = on;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
RESET retention.confirm_drop;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN 'a'; END$$;
GRANT ALL ON FUNCTION app.spy(text) TO PUBLIC;
-- attack
CREATE TABLE app.spying (LIKE app.visits_north) PARTITION BY LIST (app.spy(name));
ALTER TABLE app.spying ATTACH PARTITION app.visits_north FOR VALUES IN ('a');

-- attempt: a new partition's bound is evaluated over the default one
-- as: owner
-- shows: SECRET
-- control: none
-- errors: expected
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN 'a'; END$$;
CREATE TABLE app.spying (id int, name text, left_on date) PARTITION BY LIST (app.spy(name));
CREATE TABLE app.spying_rest PARTITION OF app.spying DEFAULT;
SELECT lab.govern('app.spying') \g /dev/null
INSERT INTO app.spying VALUES (1, 'SECRETspied', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN 'a'; END$$;
CREATE TABLE app.spying_b PARTITION OF app.spying FOR VALUES IN ('b');

-- attempt: an index of a partitioned table over an expression
-- as: owner
-- shows: SECRET
-- control: none
-- expect: refused 42501
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX ON app.visits (scratch.spy(name));

-- attempt: a check on a parent without a policy
-- as: owner
-- shows: SECRET
-- control: none
-- expect: refused 42501
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER TABLE app.things ADD CHECK (scratch.spy(name));

-- attempt: a check that prints, on a parent without a policy
-- as: owner
-- shows: violated by some row
-- control: none
-- expect: refused 42501
-- attack
ALTER TABLE app.things ADD CHECK (name <> 'SEC' || 'RETthing');

-- attempt: ALTER TYPE USING on a parent without a policy
-- as: owner
-- shows: SECRET
-- control: none
-- expect: refused 42501
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ALTER TABLE app.things ALTER name TYPE text USING scratch.spy(name);

-- attempt: a generated column of a parent without a policy
-- as: owner
-- shows: SECRET
-- control: none
-- expect: refused 42501
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
ALTER TABLE app.things ADD g text GENERATED ALWAYS AS (scratch.spy(name)) STORED;

-- attempt: ANALYZE of a parent without a policy
-- as: owner
-- shows: SECRET
-- control: none
-- errors: expected
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE STATISTICS app.s ON scratch.spy(name), id FROM app.things;
ANALYZE app.things;

-- attempt: DDL inside a function
-- as: owner
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
DO $$BEGIN ALTER TABLE app.people ADD CHECK (scratch.spy(name)); END$$;

-- attempt: DDL in CREATE SCHEMA
-- as: admin
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE SCHEMA more CREATE TABLE t (x int);
CREATE INDEX ON app.people (scratch.spy(name));

-- attempt: ALTER TABLE IF EXISTS, by a search path
-- as: owner
-- expect: refused 42501
-- control: none
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SET LOCAL search_path = app;
ALTER TABLE IF EXISTS ONLY people ADD CHECK (scratch.spy(name));

-- attempt: a column with a default that is a function
-- as: owner
-- expect: oracle counters
-- shows: ^44$
-- control: none
-- attack
CREATE SEQUENCE scratch.s;
ALTER TABLE app.people ADD n int DEFAULT nextval('scratch.s');
SELECT last_value FROM scratch.s;

-- attempt: CLUSTER of all tables
-- as: owner
-- run: database
-- errors: expected
-- control: none
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
CLUSTER app.people USING people_pkey;
RESET retention.reveal;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CLUSTER;

-- attempt: a function that autovacuum evaluates
-- as: owner
-- run: shell
-- expect: oracle maintenance
-- shows: SECRETdue
-- control: none
-- prepare
SET ROLE owner;
CREATE TABLE app.seen (name text);
CREATE FUNCTION app.note(text) RETURNS void LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.seen VALUES ($1); END$$;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
RESET ROLE;
SET retention.reveal = on;
CREATE INDEX spied ON app.people (app.spy(name));
RESET retention.reveal;
-- attack
psql -Xq -U postgres -c "ALTER SYSTEM SET autovacuum_naptime = '1s'" -c 'SELECT pg_reload_conf()' >/dev/null
psql -Xq -c "CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS \$\$BEGIN PERFORM app.note(\$1); RETURN \$1; END\$\$"
psql -Xq -c 'ALTER TABLE app.people SET (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0)'
psql -Xq -c 'INSERT INTO app.people (id) SELECT generate_series(1000, 1100)' -c 'TRUNCATE app.seen'
for i in $(seq 300); do
	[ "$(psql -XAt -c "SELECT count(*) FROM app.seen")" = 0 ] || break
	sleep 0.1
done
psql -XAt -c 'SELECT * FROM app.seen'
