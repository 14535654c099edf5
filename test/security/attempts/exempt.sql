-- What runs while the server checks foreign keys and cascades, and while the extension queries for itself. These see hidden rows, or
-- integrity would break; nothing else may that is planned or called meanwhile, whoever wrote it. The pairs below are of the attacker's own.

-- attempt: a rule on UPDATE, in a cascade, that copies
-- as: everybody
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE);
CREATE RULE r AS ON UPDATE TO kids DO ALSO INSERT INTO loot SELECT name FROM app.people;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;
TABLE loot;

-- attempt: a rule on DELETE, in a cascade, that copies
-- as: reader owner bypass
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT name FROM app.people;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
TABLE loot;

-- attempt: a rule on UPDATE, in SET NULL and SET DEFAULT, that copies
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE SET NULL);
CREATE TEMP TABLE more (up_id int DEFAULT 7 REFERENCES ups ON DELETE SET DEFAULT);
CREATE RULE r AS ON UPDATE TO kids DO ALSO INSERT INTO loot SELECT name FROM app.people WHERE name LIKE '%quarantined' OR name LIKE '%due';
CREATE RULE r AS ON UPDATE TO more DO ALSO INSERT INTO loot SELECT name FROM app.people WHERE name LIKE '%kept' OR name LIKE '%restricted';
INSERT INTO ups VALUES (5), (6), (7); INSERT INTO kids VALUES (5); INSERT INTO more VALUES (6);
DELETE FROM ups WHERE id = 5;
DELETE FROM ups WHERE id = 6;
TABLE loot;

-- attempt: a rule DO INSTEAD, in a cascade, that prints
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO INSTEAD INSERT INTO loot SELECT name FROM app.people WHERE pg_temp.spy(name);
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;

-- attempt: a rule's condition, in a cascade
-- control: none
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE);
CREATE RULE r AS ON UPDATE TO kids WHERE (SELECT count(*) FROM app.people WHERE pg_temp.spy(name)) = 0 DO INSTEAD NOTHING;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;

-- attempt: a rule fired by a rule, in a cascade
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text); CREATE TEMP TABLE step (n int);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO step VALUES (OLD.up_id);
CREATE RULE r AS ON INSERT TO step DO ALSO INSERT INTO loot SELECT name FROM app.people;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
TABLE loot;

-- attempt: a rule that joins OLD to hidden rows, in a cascade
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT p.name FROM app.people p WHERE p.id = OLD.up_id;
INSERT INTO ups SELECT generate_series(1, 4); INSERT INTO kids SELECT generate_series(1, 4);
DELETE FROM ups;
TABLE loot;

-- attempt: a rule on a partition, in a cascade
-- errors: expected
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE) PARTITION BY LIST (up_id);
CREATE TEMP TABLE kids_5 PARTITION OF kids DEFAULT;
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT name FROM app.people;
CREATE RULE r AS ON DELETE TO kids_5 DO ALSO INSERT INTO loot SELECT name FROM app.people;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
TABLE loot;

-- attempt: a rule that returns the dead to life, in a cascade
-- errors: expected
-- shows: alive again
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE);
CREATE RULE r AS ON UPDATE TO kids DO ALSO UPDATE app.people SET left_on = NULL WHERE id = 1;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;
-- then
SELECT 'alive ' || 'again' FROM app.people WHERE id = 1 AND left_on IS NULL;

-- attempt: a rule that changes what must be kept, in a cascade
-- as: reader owner
-- errors: expected
-- shows: it is changed
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE);
CREATE RULE r AS ON UPDATE TO kids DO ALSO UPDATE app.people SET name = 'changed' WHERE id = 3;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;
-- then
SELECT 'it is ' || 'changed' FROM app.people WHERE id < 100 AND name = 'changed';

-- attempt: a rule that deletes hidden rows, in a cascade
-- as: reader owner
-- errors: expected
-- shows: it is gone
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r1 AS ON DELETE TO kids DO ALSO DELETE FROM app.members;
CREATE RULE r2 AS ON DELETE TO kids DO ALSO DELETE FROM app.visits;
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2) OR NOT EXISTS (SELECT FROM app.visits WHERE id = 3);

-- attempt: a rule on a governed child that a cascade of somebody else's reaches
-- as: owner
-- errors: expected
-- prepare
SET ROLE owner;
ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey;
ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE;
-- attack
CREATE TABLE scratch.loot (t text);
CREATE RULE r AS ON DELETE TO app.members DO ALSO INSERT INTO scratch.loot SELECT name FROM app.people;
DELETE FROM app.accounts WHERE id = 1;
TABLE scratch.loot;

-- attempt: query_to_xml in a check, in a cascade
-- as: everybody
-- errors: expected
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, CHECK (query_to_xml(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL));
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
SELECT set_config('loot.rows', '', false);
UPDATE ups SET id = 6;
SELECT current_setting('loot.rows');

-- attempt: query_to_xml in a check that fails on what it reads, in a cascade
-- errors: expected
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, CHECK (up_id = 5 OR query_to_xml(
	$$SELECT 1 FROM app.people WHERE id < 100 AND name::int = 0$$, false, false, '') IS NOT NULL));
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;

-- attempt: query_to_xml in a trigger's WHEN, in a cascade
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE);
CREATE TRIGGER t BEFORE UPDATE ON kids FOR EACH ROW WHEN (query_to_xml(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL)
	EXECUTE FUNCTION pg_temp.nothing();
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;
SELECT current_setting('loot.rows', true);

-- attempt: query_to_xml in the WHEN of a trigger AFTER, in a cascade
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE TRIGGER t AFTER DELETE ON kids FOR EACH ROW WHEN (query_to_xml(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL)
	EXECUTE FUNCTION pg_temp.nothing();
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
SELECT current_setting('loot.rows', true);

-- attempt: query_to_xml in a default, by SET DEFAULT
-- errors: expected
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE SET DEFAULT);
ALTER TABLE kids ALTER up_id SET DEFAULT length(query_to_xml(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '')::text) * 0 + 7;
INSERT INTO ups VALUES (5), (7); INSERT INTO kids VALUES (5);
DELETE FROM ups WHERE id = 5;
SELECT current_setting('loot.rows', true);

-- attempt: a sub-query's worth of a function in a default, by SET DEFAULT on UPDATE
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $$SELECT (count(*) * 0 + 7)::int FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int DEFAULT pg_temp.f() REFERENCES ups ON UPDATE SET DEFAULT);
INSERT INTO ups VALUES (5), (7); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6 WHERE id = 5;
SELECT current_setting('loot.rows', true);

-- attempt: query_to_xml in a domain's check, in a cascade
-- errors: expected
-- attack
CREATE DOMAIN pg_temp.d AS int CHECK (query_to_xml(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id pg_temp.d REFERENCES ups ON UPDATE CASCADE);
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
SELECT set_config('loot.rows', '', false);
UPDATE ups SET id = 6;
SELECT current_setting('loot.rows');

-- attempt: query_to_xml_and_xmlschema and query_to_xmlschema in a check, in a cascade
-- errors: expected
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, CHECK (query_to_xmlschema(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL
	AND query_to_xml_and_xmlschema(
	$$SELECT 1 FROM app.people WHERE set_config('loot.rows', concat(current_setting('loot.rows', true), ' ', name), false) IS NOT NULL$$, false, false, '') IS NOT NULL));
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
SELECT set_config('loot.rows', '', false);
UPDATE ups SET id = 6;
SELECT current_setting('loot.rows');

-- attempt: table_to_xml and schema_to_xml in a check, in a cascade
-- errors: expected
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, CHECK (
	set_config('loot.rows', concat(current_setting('loot.rows', true), table_to_xml('app.people', false, false, ''), schema_to_xml('app', false, false, '')), false) IS NOT NULL));
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
SELECT set_config('loot.rows', '', false) \g /dev/null
UPDATE ups SET id = 6;
SELECT current_setting('loot.rows');

-- attempt: the cast of a foreign key, looked up before the cascade
-- as: reader owner bypass
-- run: database
-- errors: expected
-- attack
CREATE TYPE scratch.k AS ENUM ('a');
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT 1 FROM app.people WHERE scratch.spy(name)'; RETURN 1; END$$;
CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;
CREATE TABLE scratch.ups (id int PRIMARY KEY);
CREATE TABLE scratch.kids (up_id int REFERENCES scratch.ups ON UPDATE CASCADE, k scratch.k, n int);
INSERT INTO scratch.ups VALUES (1), (5); INSERT INTO scratch.kids VALUES (5, 'a', 1);
ALTER TABLE scratch.kids ADD FOREIGN KEY (k) REFERENCES scratch.ups NOT VALID;
UPDATE scratch.kids SET n = 2, k = 'a';
UPDATE scratch.ups SET id = 6 WHERE id = 5;

-- attempt: the cast of a foreign key, on INSERT
-- control: none
-- run: database
-- errors: expected
-- attack
CREATE TYPE scratch.k AS ENUM ('a');
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT 1 FROM app.people WHERE scratch.spy(name)'; RETURN 1; END$$;
CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;
CREATE TABLE scratch.ups (id int PRIMARY KEY);
CREATE TABLE scratch.kids (k scratch.k REFERENCES scratch.ups, n int);
INSERT INTO scratch.ups VALUES (1);
INSERT INTO scratch.kids VALUES ('a', 1);
UPDATE scratch.kids SET n = 2;
UPDATE scratch.kids SET k = 'a';
INSERT INTO scratch.kids VALUES ('a', 3), ('a', 4);
DELETE FROM scratch.ups;

-- attempt: the cast of a foreign key writes, looked up before the cascade
-- run: database
-- errors: expected
-- shows: it is gone
-- attack
CREATE TYPE scratch.k AS ENUM ('a');
CREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM app.members WHERE id = 2'; RETURN 1; END$$;
CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;
CREATE TABLE scratch.ups (id int PRIMARY KEY);
CREATE TABLE scratch.kids (up_id int REFERENCES scratch.ups ON UPDATE CASCADE, k scratch.k, n int);
INSERT INTO scratch.ups VALUES (1), (5); INSERT INTO scratch.kids VALUES (5, 'a', 1);
ALTER TABLE scratch.kids ADD FOREIGN KEY (k) REFERENCES scratch.ups NOT VALID;
UPDATE scratch.kids SET n = 2, k = 'a';
UPDATE scratch.ups SET id = 6 WHERE id = 5;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: subtype_diff of a range in a GiST index, kept from before the cascade
-- as: reader owner bypass
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION pg_temp.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT 1 FROM app.people WHERE pg_temp.spy(name)'; RETURN $1 - $2; END$$;
CREATE TYPE pg_temp.r AS RANGE (subtype = int, subtype_diff = pg_temp.diff);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, r pg_temp.r);
CREATE INDEX ON kids (up_id);
SET client_min_messages = warning;
INSERT INTO ups VALUES (5);
CREATE INDEX ON kids USING gist (r);
INSERT INTO kids SELECT 5, pg_temp.r(n, n + 10) FROM generate_series(1, 400) n;
SET client_min_messages = notice;
UPDATE ups SET id = 6;

-- attempt: subtype_diff of a range writes, in a cascade
-- errors: expected
-- shows: it is gone
-- attack
CREATE FUNCTION pg_temp.w() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM app.members WHERE id = 2'; RETURN 1; END$$;
CREATE FUNCTION pg_temp.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT pg_temp.w()'; RETURN $1 - $2; END$$;
CREATE TYPE pg_temp.r AS RANGE (subtype = int, subtype_diff = pg_temp.diff);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, r pg_temp.r);
CREATE INDEX ON kids (up_id);
INSERT INTO ups VALUES (5);
CREATE INDEX ON kids USING gist (r);
INSERT INTO kids SELECT 5, pg_temp.r(n, n + 10) FROM generate_series(1, 400) n;
UPDATE ups SET id = 6;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: a simple expression prepared earlier, in a cascade
-- run: database
-- errors: expected
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION scratch.inner() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT 1 FROM app.people WHERE scratch.spy(name)'; RETURN 1; END$$;
CREATE FUNCTION scratch.outer() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN scratch.inner() = 1; END$$;
CREATE TABLE scratch.ups (id int PRIMARY KEY);
CREATE TABLE scratch.kids (up_id int REFERENCES scratch.ups ON UPDATE CASCADE, CHECK (scratch.outer()));
INSERT INTO scratch.ups VALUES (5); INSERT INTO scratch.kids VALUES (5);
UPDATE scratch.kids SET up_id = 5;
UPDATE scratch.ups SET id = 6;
