-- What a command answers before the server would, EXPLAIN ANALYZE, TOAST tables, and materialised views that carry the clock.

-- attempt: TRUNCATE by one who has no right to tells of a law
-- as: reader bypass auditor
-- control: enforce as owner
-- errors: expected
-- shows: Bookkeeping
-- attack
TRUNCATE app.people;
TRUNCATE app.people CASCADE;

-- attempt: TRUNCATE by one who has no right to tells of restricted or hidden rows
-- as: reader
-- control: enforce as owner
-- errors: expected
-- shows: RT00|hidden
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'x', '2030-01-15');
-- attack
TRUNCATE app.kids;
TRUNCATE app.orders, app.people;

-- attempt: commands by one who does not own the table tell of hidden rows
-- as: reader bypass auditor
-- control: enforce as owner
-- errors: expected
-- shows: RT00|hidden|Bookkeeping
-- attack
DROP TABLE app.people;
DROP TABLE app.people CASCADE;
ALTER TABLE app.people ADD CHECK (id > 0);
ALTER TABLE app.people ALTER name SET NOT NULL;
ALTER TABLE app.people ALTER name TYPE varchar;
ALTER TABLE app.people ADD g text GENERATED ALWAYS AS (name) STORED;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
CREATE INDEX ON app.people (lower(name));
CREATE UNIQUE INDEX ON app.people (city);
CREATE STATISTICS app.st ON (lower(name)), id FROM app.people;
REINDEX TABLE app.people;
CLUSTER app.people USING people_pkey;
DROP SCHEMA app CASCADE;

-- attempt: EXPLAIN ANALYZE in a trigger ends the ban of the outer one
-- control: none
-- errors: expected
-- shows: rows=1 loops|Rows Removed
-- attack
CREATE TEMP TABLE ups (id int);
CREATE FUNCTION pg_temp.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'EXPLAIN ANALYZE SELECT 1'; RETURN NEW; END$$;
CREATE TRIGGER t BEFORE INSERT ON ups FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.f();
CREATE FUNCTION pg_temp.g() RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; r text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ANALYZE WITH w AS (INSERT INTO ups VALUES (1) RETURNING id) SELECT (SELECT count(*) FROM app.people WHERE id = w.id) FROM w' LOOP r := r || line || chr(10); END LOOP;
	RETURN r;
END$$;
SELECT pg_temp.g();

-- attempt: EXPLAIN ANALYZE in a function ends the ban of the outer one
-- control: none
-- errors: expected
-- shows: rows=1 loops|Rows Removed
-- attack
CREATE FUNCTION pg_temp.f() RETURNS int VOLATILE LANGUAGE plpgsql AS $$BEGIN EXECUTE 'EXPLAIN ANALYZE SELECT 1'; RETURN 1; END$$;
CREATE FUNCTION pg_temp.h(n int) RETURNS bigint VOLATILE LANGUAGE plpgsql AS $$BEGIN RETURN count(*) FROM app.people WHERE id = n; END$$;
CREATE TEMP TABLE ups (id int DEFAULT pg_temp.f());
CREATE TEMP TABLE kids (id int);
CREATE TEMP TABLE more (id int);
CREATE RULE r AS ON INSERT TO ups DO ALSO INSERT INTO kids SELECT id FROM app.people WHERE id = 1;
EXPLAIN (ANALYZE, TIMING off) INSERT INTO ups DEFAULT VALUES;

-- attempt: EXPLAIN ANALYZE in a trigger ends the ban of the outer one over a cascade
-- control: none
-- errors: expected
-- shows: on members: time=\S+ calls=2
-- prepare
SET ROLE owner;
ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey;
ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE;
CREATE TABLE app.badges (id int, member_id int REFERENCES app.members ON DELETE CASCADE);
CREATE TABLE app.first (id int);
GRANT ALL ON app.first TO PUBLIC;
GRANT TRIGGER ON app.first TO PUBLIC;
INSERT INTO app.first VALUES (1);
-- attack
CREATE FUNCTION pg_temp.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'EXPLAIN ANALYZE SELECT 1'; RETURN OLD; END$$;
CREATE TRIGGER t BEFORE DELETE ON app.first FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.f();
EXPLAIN (ANALYZE) WITH w AS (DELETE FROM app.first RETURNING id) DELETE FROM app.accounts USING w WHERE accounts.id = w.id;

-- attempt: the TOAST table
-- as: auditor admin
-- control: none
-- errors: expected
-- shows: SECRETlong
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int, name text, left_on date);
ALTER TABLE app.kids ALTER name SET STORAGE EXTERNAL;
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, repeat('SECRETlong', 1000), '2030-01-15');
-- attack
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'app.kids'::regclass \gset
SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast;

-- attempt: the TOAST table by its other ways
-- as: auditor admin
-- control: none
-- errors: expected
-- shows: SECRETlong
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int, name text, left_on date);
ALTER TABLE app.kids ALTER name SET STORAGE EXTERNAL;
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, repeat('SECRETlong', 1000), '2030-01-15');
-- attack
SELECT reltoastrelid::regclass AS toast, replace(reltoastrelid::regclass::text, 'pg_toast.', '') AS bare FROM pg_class WHERE oid = 'app.kids'::regclass \gset
DECLARE c CURSOR FOR TABLE :toast;
FETCH ALL FROM c;
PREPARE p AS SELECT encode(chunk_data, 'escape') FROM :toast;
EXECUTE p;
SET search_path = pg_toast;
SELECT encode(chunk_data, 'escape') FROM :bare;
CREATE TEMP VIEW v AS SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast;
TABLE v;
COPY (SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast) TO STDOUT;
SELECT left(t::text, 3000) FROM table_to_xml(:'toast', false, false, '') t;
SET enable_seqscan = off;
SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast WHERE chunk_id > 0;
SELECT (SELECT string_agg(left(encode(chunk_data, 'escape'), 20), '') FROM :toast) FROM app.accounts;

-- attempt: the TOAST table of a partition and of a child
-- as: auditor admin
-- control: none
-- errors: expected
-- shows: SECRETlong
-- prepare
SET ROLE owner;
ALTER TABLE app.visits_north ALTER name SET STORAGE EXTERNAL;
ALTER TABLE app.owned_things ALTER name SET STORAGE EXTERNAL;
INSERT INTO app.visits VALUES (9, 'north', repeat('SECRETlong', 1000), '2030-01-15');
INSERT INTO app.owned_things VALUES (9, repeat('SECRETlong', 1000), '2030-01-15');
-- attack
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'app.visits_north'::regclass \gset
SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast;
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'app.owned_things'::regclass \gset
SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast;

-- attempt: a materialised view with the clock, of rows whose clock started after it was filled, after a sweep
-- as: everybody
-- run: database
-- shows: SECRETlater
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 'SECRETlater', NULL), (2, 'open', NULL);
RESET ROLE;
SELECT retention.resume() \g /dev/null
CALL retention.sweep();
SET ROLE owner;
CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.kids;
GRANT SELECT ON app.m TO PUBLIC;
UPDATE app.kids SET left_on = '2030-01-15' WHERE id = 1;
RESET ROLE;
CALL retention.sweep();
-- attack
SELECT * FROM app.m;

-- attempt: a materialised view with the clock, of rows that were restricted after it was filled
-- as: reader owner admin
-- run: database
-- shows: SECRETlater
-- control: observe
-- prepare
SET ROLE owner;
INSERT INTO app.people (id, name, email) VALUES (200, 'SECRETlater', 'later@example.no');
CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.people;
GRANT SELECT ON app.m TO PUBLIC;
RESET ROLE;
SELECT retention.resume() \g /dev/null
SELECT mode = 'enforce' AS enforced FROM lab.mode \gset
\if :enforced
SELECT retention.restrict('person', 200, 'accuracy contested') \g /dev/null
\endif
CALL retention.sweep();
-- attack
SELECT * FROM app.m;

-- attempt: a materialised view with the clock, of rows that a cascade of a clock reached after it was filled
-- as: reader
-- run: database
-- shows: SECRETlater
-- prepare
SET ROLE owner;
CREATE TABLE app.homes (id int PRIMARY KEY, left_on date);
CREATE TABLE app.flats (id int PRIMARY KEY, home_id int REFERENCES app.homes, name text, left_on date);
SELECT lab.govern('app.flats') \g /dev/null
RESET ROLE;
SELECT retention.resume() \g /dev/null
UPDATE retention.policy SET clock_starts = '{left_on,home_id.left_on}' WHERE relation = 'app.flats'::regclass;
SET ROLE owner;
INSERT INTO app.homes VALUES (1, NULL);
INSERT INTO app.flats VALUES (1, 1, 'SECRETlater', NULL);
RESET ROLE;
CALL retention.sweep();
SET ROLE owner;
CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.flats;
GRANT SELECT ON app.m TO PUBLIC;
UPDATE app.homes SET left_on = '2030-01-15';
RESET ROLE;
CALL retention.sweep();
-- attack
SELECT * FROM app.m;

-- attempt: an operator of the owner's in the search_path, where the extension looks for what a command is about
-- as: owner
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
CREATE FUNCTION app.peek(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN IF $1 LIKE 'SECRET%' THEN RAISE NOTICE 'row %', $1; END IF; RETURN $1; END$$;
SET retention.reveal = on;
CREATE INDEX people_peek ON app.people (app.peek(name));
RESET retention.reveal;
-- attack
CREATE FUNCTION scratch.never("char", "char") RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN false; END$$;
CREATE OPERATOR scratch.= (LEFTARG = "char", RIGHTARG = "char", PROCEDURE = scratch.never);
SET search_path = scratch, pg_catalog;
ANALYZE;
ANALYZE app.people;
REINDEX TABLE app.people;
