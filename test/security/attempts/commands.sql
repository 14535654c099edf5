-- Commands and maintenance functions that have an expression, an operator class's or a type's function evaluated over stored rows.

-- attempt: extended statistics on an expression that fails
-- as: owner admin
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- attack
CREATE STATISTICS app.st ON (CASE WHEN id < 100 THEN name::int END) FROM app.people;
ANALYZE app.people;

-- attempt: extended statistics on an expression that fails, caught
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- attack
CREATE STATISTICS app.st ON (CASE WHEN id < 100 THEN name::int END) FROM app.people;
DO $$
DECLARE m text;
BEGIN
	ANALYZE app.people;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT;
	RAISE NOTICE '%', m;
END$$;

-- attempt: extended statistics on a partitioned table and on a parent without a policy
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- attack
CREATE STATISTICS app.st ON (CASE WHEN name LIKE '%orth' THEN name::int END) FROM app.visits_north;
ANALYZE app.visits_north;
CREATE STATISTICS app.st2 ON (CASE WHEN name LIKE '%thing' THEN name::int END) FROM app.things;
ANALYZE app.things;

-- attempt: an expression index that fails, in ANALYZE
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE DOMAIN scratch.d AS text;
CREATE INDEX spied ON app.kids ((name::scratch.d));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15'), (2, 'x', NULL);
-- attack
ALTER DOMAIN scratch.d ADD CHECK (VALUE::int > 0) NOT VALID;
ANALYZE app.kids;
REINDEX INDEX app.spied;
VACUUM FULL app.kids;

-- attempt: an index's condition that fails, in ANALYZE
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: value for domain|SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE DOMAIN scratch.d AS text;
CREATE INDEX spied ON app.kids (id) WHERE (name::scratch.d) <> '';
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15'), (2, 'x', NULL);
-- attack
ALTER DOMAIN scratch.d ADD CHECK (VALUE::int > 0) NOT VALID;
ANALYZE app.kids;
REINDEX INDEX app.spied;

-- attempt: ANALYZE hands bounds to subtype_diff
-- as: owner
-- control: none
-- errors: expected
-- shows: given 7001
-- prepare
SET ROLE owner;
CREATE FUNCTION app.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN $1 - $2; END$$;
CREATE TYPE app.r AS RANGE (subtype = int, subtype_diff = app.diff);
CREATE TABLE app.kids (id int, r app.r, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids SELECT n, app.r(7000, 7001), '2030-01-15' FROM generate_series(1, 10) n;
INSERT INTO app.kids VALUES (11, '[1,2)', NULL);
-- attack
CREATE OR REPLACE FUNCTION app.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'given %', $1; RETURN $1 - $2; END$$;
ANALYZE app.kids;

-- attempt: a GiST index hands bounds to subtype_diff
-- as: owner
-- control: none
-- errors: expected
-- shows: given 70[0-9][0-9]
-- prepare
SET ROLE owner;
CREATE FUNCTION app.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN $1 - $2; END$$;
CREATE TYPE app.r AS RANGE (subtype = int, subtype_diff = app.diff);
CREATE TABLE app.kids (id int, r app.r, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids SELECT n, app.r(7000 + n % 90, 7100), '2030-01-15' FROM generate_series(1, 1000) n;
INSERT INTO app.kids VALUES (11, '[1,2)', NULL);
-- attack
CREATE OR REPLACE FUNCTION app.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'given %', $1; RETURN $1 - $2; END$$;
SET gist.x = '';
CREATE INDEX ON app.kids USING gist (r) WITH (buffering = on);
CREATE INDEX ON app.kids USING gist (r);

-- attempt: a table is attached below a key that is an expression
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int NOT NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE TABLE app.above (LIKE app.kids INCLUDING DEFAULTS) PARTITION BY LIST ((name::int));
ALTER TABLE app.above ATTACH PARTITION app.kids FOR VALUES IN (1);

-- attempt: a table is attached below a key that is an expression, caught
-- as: owner
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int NOT NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE TABLE app.above (LIKE app.kids INCLUDING DEFAULTS) PARTITION BY RANGE ((name::int));
DO $$
DECLARE m text;
BEGIN
	ALTER TABLE app.above ATTACH PARTITION app.kids FOR VALUES FROM (1) TO (2);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT;
	RAISE NOTICE '%', m;
END$$;

-- attempt: a table is attached where the parent has an index over an expression
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int NOT NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE TABLE app.above (LIKE app.kids INCLUDING DEFAULTS) PARTITION BY LIST (id);
CREATE INDEX ON app.above ((name::int));
ALTER TABLE app.above ATTACH PARTITION app.kids FOR VALUES IN (1);

-- attempt: a table is attached where the parent has a unique index
-- as: owner
-- control: none
-- errors: expected
-- shows: is duplicated
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int NOT NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15'), (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE TABLE app.above (LIKE app.kids INCLUDING DEFAULTS) PARTITION BY LIST (id);
CREATE UNIQUE INDEX ON app.above (id, name);
ALTER TABLE app.above ATTACH PARTITION app.kids FOR VALUES IN (1);

-- attempt: a partition's default is split by a bound that is an expression
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- prepare
SET ROLE owner;
CREATE TABLE app.above (id int NOT NULL, name text, left_on date) PARTITION BY LIST (id);
CREATE TABLE app.kids PARTITION OF app.above DEFAULT PARTITION BY LIST ((CASE WHEN id > 5 THEN name::int END));
CREATE TABLE app.kids_rest PARTITION OF app.kids DEFAULT;
SELECT lab.govern('app.above') \g /dev/null
INSERT INTO app.above VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
UPDATE app.above SET name = name;
ALTER TABLE app.kids_rest ADD CHECK (id > 5 OR name::int > 0);
CREATE TABLE app.kids_1 PARTITION OF app.kids FOR VALUES IN (1);

-- attempt: the cast of a foreign key that fails, when the parent's row goes
-- as: owner
-- control: none
-- errors: expected
-- shows: integer: "a7"
-- prepare
SET ROLE owner;
CREATE TYPE app.k AS ENUM ('a7', 'b8');
CREATE FUNCTION app.k2i(app.k) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN substr($1::text, 2)::int; END$$;
CREATE CAST (app.k AS int) WITH FUNCTION app.k2i(app.k) AS IMPLICIT;
CREATE TABLE app.ups (id int PRIMARY KEY);
CREATE TABLE app.kids (id int, k app.k REFERENCES app.ups, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.ups VALUES (7), (8), (9);
INSERT INTO app.kids VALUES (1, 'a7', '2030-01-15'), (2, 'b8', NULL);
-- attack
CREATE OR REPLACE FUNCTION app.k2i(app.k) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1::text::int';
DELETE FROM app.ups WHERE id = 9;

-- attempt: the cast of a foreign key of a governed table, when the parent's row goes
-- as: owner
-- control: none
-- errors: expected
-- shows: given 7
-- prepare
SET ROLE owner;
CREATE TYPE app.k AS ENUM ('a7', 'b8');
CREATE FUNCTION app.k2i(app.k) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN substr($1::text, 2)::int; END$$;
CREATE CAST (app.k AS int) WITH FUNCTION app.k2i(app.k) AS IMPLICIT;
CREATE TABLE app.ups (id int PRIMARY KEY);
CREATE TABLE app.kids (id int, k app.k REFERENCES app.ups, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.ups VALUES (7), (8), (9);
INSERT INTO app.kids VALUES (1, 'a7', '2030-01-15'), (2, 'b8', NULL);
-- attack
CREATE OR REPLACE FUNCTION app.k2i(app.k) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'given %', substr($1::text, 2); RETURN substr($1::text, 2)::int; END$$;
DELETE FROM app.ups WHERE id = 9;

-- attempt: an index is built in parallel
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$BEGIN RETURN $1; END$$;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX kids_spied ON app.kids ((CASE WHEN id = 0 THEN length(regexp_replace(repeat(name, 1000000), 'o', 'c', 'g')) END), app.spy(name));
SELECT lab.govern('app.kids') \g /dev/null
SET client_min_messages = warning;
INSERT INTO app.kids SELECT n, 'open', NULL FROM generate_series(0, 20000) n;
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$BEGIN IF $1 NOT LIKE 'open%' THEN RAISE NOTICE 'row %', $1; END IF; RETURN $1; END$$;
SET min_parallel_table_scan_size = 0; SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 2;
REINDEX INDEX app.kids_spied;
REINDEX TABLE app.kids;
VACUUM FULL app.kids;
CLUSTER app.kids USING kids_spied;

-- attempt: an index is built in parallel over a cast that fails
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE DOMAIN app.d AS text;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX kids_spied ON app.kids ((name::app.d));
SELECT lab.govern('app.kids') \g /dev/null
SET client_min_messages = warning;
INSERT INTO app.kids SELECT n, '17', NULL FROM generate_series(0, 20000) n;
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
ALTER DOMAIN app.d ADD CHECK (VALUE::int > 0) NOT VALID;
SET min_parallel_table_scan_size = 0; SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 2;
REINDEX INDEX app.kids_spied;
VACUUM FULL app.kids;

-- attempt: brin_summarize_new_values, brin_summarize_range, brin_desummarize_range
-- as: owner
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
CREATE TABLE app.kids (id int, name text, left_on date) WITH (fillfactor = 10);
CREATE INDEX spied ON app.kids USING brin (app.spy(name)) WITH (pages_per_range = 1);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids SELECT n, repeat('SECRET', 100), '2030-01-15' FROM generate_series(1, 30) n;
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN $1; END$$;
SELECT brin_desummarize_range('app.spied', 0);
SELECT brin_summarize_range('app.spied', 0);
SELECT brin_summarize_new_values('app.spied');

-- attempt: brin_summarize_new_values over a cast that fails
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE DOMAIN app.d AS text;
CREATE TABLE app.kids (id int, name text, left_on date) WITH (fillfactor = 10);
CREATE INDEX spied ON app.kids USING brin ((name::app.d)) WITH (pages_per_range = 1);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids SELECT n, repeat('SECRET', 100), '2030-01-15' FROM generate_series(1, 30) n;
-- attack
ALTER DOMAIN app.d ADD CHECK (VALUE::int > 0) NOT VALID;
SELECT brin_desummarize_range('app.spied', 0);
SELECT brin_summarize_range('app.spied', 0);

-- attempt: gin_clean_pending_list
-- as: owner
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN ARRAY[$1]; END$$;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX spied ON app.kids USING gin (app.spy(name));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN ARRAY[$1]; END$$;
SELECT gin_clean_pending_list('app.spied');
REINDEX INDEX app.spied;

-- attempt: bt_index_check with all of the heap
-- as: admin
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
CREATE EXTENSION amcheck;
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX spied ON app.kids (app.spy(name));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN $1; END$$;
SELECT bt_index_check('app.spied', true);
SELECT bt_index_parent_check('app.spied', true);

-- attempt: bt_index_check by an owner who was granted it
-- as: owner
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
CREATE EXTENSION amcheck;
GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean), bt_index_parent_check(regclass, boolean) TO owner;
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX spied ON app.kids (app.spy(name));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN $1; END$$;
SELECT bt_index_check('app.spied', true);
SELECT bt_index_parent_check('app.spied', true);

-- attempt: REINDEX CONCURRENTLY
-- as: owner
-- run: database
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
CREATE TABLE app.kids (id int, name text, left_on date);
CREATE INDEX spied ON app.kids (app.spy(name));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETkid', '2030-01-15');
-- attack
CREATE OR REPLACE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN $1; END$$;
REINDEX INDEX CONCURRENTLY app.spied;
REINDEX TABLE CONCURRENTLY app.kids;

-- attempt: a check that was not enforced is
-- from: 19
-- as: owner admin
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- attack
ALTER TABLE app.people ADD CONSTRAINT c CHECK (id > 100 OR name::int > 0) NOT ENFORCED;
ALTER TABLE app.people ALTER CONSTRAINT c ENFORCED;

-- attempt: a check that was not enforced is, as an oracle
-- from: 19
-- as: owner
-- control: none
-- errors: expected
-- shows: violated by some row
-- attack
ALTER TABLE app.people ADD CONSTRAINT c CHECK (email <> 'SEC' || 'RETdue@example.no') NOT ENFORCED;
ALTER TABLE app.people ALTER CONSTRAINT c ENFORCED;

-- attempt: a NOT NULL is inherited
-- from: 18
-- as: owner
-- control: none
-- errors: expected
-- shows: contains null values
-- prepare
SET ROLE owner;
INSERT INTO app.owned_things (id, name, left_on) VALUES (5, NULL, '2030-01-15');
-- attack
ALTER TABLE app.things ADD CONSTRAINT n NOT NULL name NO INHERIT;
ALTER TABLE app.things ALTER CONSTRAINT n INHERIT;

-- attempt: a NOT NULL that was not valid is validated
-- from: 18
-- as: owner
-- control: none
-- errors: expected
-- shows: contains null values
-- prepare
SET retention.reveal = on;
INSERT INTO app.people (id, name, left_on) VALUES (5, NULL, '2030-01-15');
RESET retention.reveal;
-- attack
ALTER TABLE app.people ADD CONSTRAINT n NOT NULL name NOT VALID;
ALTER TABLE app.people VALIDATE CONSTRAINT n;

-- attempt: a virtual generated column in a check
-- from: 18
-- as: owner
-- control: none
-- errors: expected
-- shows: invalid input syntax for type integer: "SEC
-- attack
ALTER TABLE app.people ADD v int GENERATED ALWAYS AS (CASE WHEN id < 100 THEN name::int END) VIRTUAL;
ALTER TABLE app.people ADD CHECK (v > 0);
ALTER TABLE app.people ALTER v SET NOT NULL;
CREATE STATISTICS app.st ON v, id FROM app.people;
ANALYZE app.people;
