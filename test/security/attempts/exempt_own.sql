-- What runs while a partition is detached, inside the extension's own statements, and in the very form of the server's.

-- attempt: DETACH PARTITION of one's own table calls a cast
-- as: reader owner bypass
-- errors: expected
-- attack
CREATE TYPE pg_temp.k AS ENUM ('a');
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION pg_temp.k2i(pg_temp.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT fk.id FROM app.people fk WHERE pg_temp.spy(name)'; RETURN 1; END$$;
CREATE CAST (pg_temp.k AS int) WITH FUNCTION pg_temp.k2i(pg_temp.k) AS IMPLICIT;
CREATE TEMP TABLE ups (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TEMP TABLE ups_1 PARTITION OF ups FOR VALUES IN (1);
CREATE TEMP TABLE ups_2 PARTITION OF ups FOR VALUES IN (2);
CREATE TEMP TABLE kids (k pg_temp.k REFERENCES ups);
SET client_min_messages = warning;
INSERT INTO ups VALUES (1), (2); INSERT INTO kids VALUES ('a');
SET client_min_messages = notice;
ALTER TABLE ups DETACH PARTITION ups_2;

-- attempt: DETACH PARTITION CONCURRENTLY of one's own table calls a cast
-- run: database
-- errors: expected
-- attack
CREATE TYPE scratch.k AS ENUM ('a');
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT fk.id FROM app.people fk WHERE scratch.spy(name)'; RETURN 1; END$$;
CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;
CREATE TABLE scratch.ups (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE scratch.ups_1 PARTITION OF scratch.ups FOR VALUES IN (1);
CREATE TABLE scratch.ups_2 PARTITION OF scratch.ups FOR VALUES IN (2);
CREATE TABLE scratch.kids (k scratch.k REFERENCES scratch.ups);
SET client_min_messages = warning;
INSERT INTO scratch.ups VALUES (1), (2); INSERT INTO scratch.kids VALUES ('a');
SET client_min_messages = notice;
ALTER TABLE scratch.ups DETACH PARTITION scratch.ups_2 CONCURRENTLY;

-- attempt: DETACH PARTITION calls a cast that has a text run
-- errors: expected
-- attack
CREATE TYPE pg_temp.k AS ENUM ('a');
CREATE FUNCTION pg_temp.k2i(pg_temp.k) RETURNS int LANGUAGE plpgsql AS $$BEGIN
	PERFORM query_to_xml('SELECT fk.id FROM app.people fk WHERE set_config(''loot.rows'', concat(current_setting(''loot.rows'', true), '' '', name), false) IS NOT NULL', false, false, '');
	RETURN 1; END$$;
CREATE CAST (pg_temp.k AS int) WITH FUNCTION pg_temp.k2i(pg_temp.k) AS IMPLICIT;
CREATE TEMP TABLE ups (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TEMP TABLE ups_1 PARTITION OF ups FOR VALUES IN (1);
CREATE TEMP TABLE ups_2 PARTITION OF ups FOR VALUES IN (2);
CREATE TEMP TABLE kids (k pg_temp.k REFERENCES ups);
INSERT INTO ups VALUES (1), (2); INSERT INTO kids VALUES ('a');
SELECT set_config('loot.rows', '', false);
ALTER TABLE ups DETACH PARTITION ups_2;
SELECT current_setting('loot.rows');

-- attempt: xpath_table in a rule, in a cascade, whose text is the server's own
-- errors: expected
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- prepare
CREATE EXTENSION xml2;
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT x FROM xpath_table(
	'1 FROM app.people WHERE id < 100 AND name::int = 0 --', '1', 'app.people', '/a', 'true') AS t(n int, x text);
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;

-- attempt: crosstab and connectby in a rule, in a cascade
-- errors: expected
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- prepare
CREATE EXTENSION tablefunc;
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT b FROM crosstab('SELECT 1 FROM app.people WHERE id < 100 AND name::int = 0') AS t(a text, b text);
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;

-- attempt: ts_stat in a rule, in a cascade
-- errors: expected
-- control: none
-- shows: invalid input syntax for type integer: "SEC
-- attack
CREATE TEMP TABLE loot (t text);
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO INSERT INTO loot SELECT word FROM ts_stat('SELECT to_tsvector(1::text) FROM app.people WHERE id < 100 AND name::int = 0');
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;

-- attempt: row security of a table that a cascade reaches
-- errors: expected
-- attack
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
ALTER TABLE kids ENABLE ROW LEVEL SECURITY;
ALTER TABLE kids FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON kids USING ((SELECT count(*) FROM app.people WHERE pg_temp.spy(name)) >= 0);
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
DELETE FROM ups;
TABLE kids;
SELECT count(*) FROM app.people WHERE pg_temp.spy(name);

-- attempt: a check of the owner's while a row is reinstated
-- as: owner
-- errors: expected
-- prepare
SET ROLE owner;
CREATE TABLE app.loot (t text);
CREATE FUNCTION app.note(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.loot VALUES ($1); RETURN true; END$$;
CREATE TABLE app.back (id int PRIMARY KEY, left_on date, CHECK (query_to_xml(
	$$SELECT 1 FROM app.people WHERE app.note(name)$$, false, false, '') IS NOT NULL));
SELECT lab.govern('app.back') \g /dev/null
INSERT INTO app.back VALUES (1, '2030-01-15');
-- attack
TRUNCATE app.loot;
SELECT retention.reinstate('app.back', 1);
TABLE app.loot;

-- attempt: a check of the owner's while a row is reinstated, with the word from the context
-- as: owner
-- errors: expected
-- prepare
SET ROLE owner;
CREATE TABLE app.loot (t text); CREATE TABLE app.word (w text);
CREATE FUNCTION app.word() RETURNS text LANGUAGE sql STABLE AS 'SELECT max(w) FROM app.word';
CREATE FUNCTION app.note(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.loot VALUES ($1); RETURN true; END$$;
CREATE TABLE app.back (id int PRIMARY KEY, left_on date, CHECK (query_to_xml(concat((app.word()),
	$$SELECT 1 FROM app.people WHERE app.note(name)$$), false, false, '') IS NOT NULL));
SELECT lab.govern('app.back') \g /dev/null
INSERT INTO app.back VALUES (1, '2030-01-15'), (2, '2030-01-15');
-- attack
TRUNCATE app.loot;
CREATE FUNCTION scratch.listen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c text;
BEGIN
	GET DIAGNOSTICS c = PG_CONTEXT;
	INSERT INTO app.word VALUES (substring(c FROM '/\* \S+ \*/ '));
	RETURN NEW;
END$$;
CREATE TRIGGER t BEFORE UPDATE ON app.back FOR EACH ROW EXECUTE FUNCTION scratch.listen();
SELECT retention.reinstate('app.back', 1);
TRUNCATE app.loot;
SELECT retention.reinstate('app.back', 2);
TABLE app.loot;

-- attempt: a check of the owner's while the clock of an ancestor changes
-- as: owner
-- errors: expected
-- prepare
SET ROLE owner;
CREATE TABLE app.loot (t text);
CREATE FUNCTION app.note(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.loot VALUES ($1); RETURN true; END$$;
CREATE TABLE app.homes (id int PRIMARY KEY, left_on date);
CREATE TABLE app.flats (id int PRIMARY KEY, home_id int REFERENCES app.homes, left_on date, CHECK (query_to_xml(
	$$SELECT 1 FROM app.people WHERE app.note(name)$$, false, false, '') IS NOT NULL));
SELECT lab.govern('app.flats') \g /dev/null
RESET ROLE;
SELECT retention.resume() \g /dev/null
UPDATE retention.policy SET clock_starts = '{left_on,home_id.left_on}' WHERE relation = 'app.flats'::regclass;
CALL retention.sweep();
SET ROLE owner;
INSERT INTO app.homes VALUES (1, NULL);
INSERT INTO app.flats VALUES (1, 1, NULL);
-- attack
TRUNCATE app.loot;
UPDATE app.homes SET left_on = '2029-01-15';
UPDATE app.flats SET id = 2;
TABLE app.loot;

-- attempt: a rule of the owner's on a table that a sweep deletes from
-- as: owner
-- run: database
-- errors: expected
-- shows: SECRETquarantined
-- prepare
SET ROLE owner;
CREATE TABLE app.due (id int PRIMARY KEY, left_on date); CREATE TABLE app.loot (t text);
CREATE RULE r AS ON DELETE TO app.due DO ALSO INSERT INTO app.loot SELECT name FROM app.people;
CREATE RULE r2 AS ON UPDATE TO app.due DO ALSO INSERT INTO app.loot SELECT name FROM app.people;
INSERT INTO app.due VALUES (1, '2020-01-01'), (2, '2028-01-01');
SELECT lab.govern('app.due') \g /dev/null
RESET ROLE;
SELECT retention.resume() \g /dev/null
CALL retention.sweep();
CALL retention.sweep();
-- attack
DELETE FROM app.due WHERE id = 2;
TABLE app.loot;

-- attempt: a rule of the owner's on a table that a sweep anonymises
-- as: owner
-- run: database
-- errors: expected
-- shows: SECRETquarantined
-- prepare
SET ROLE owner;
CREATE TABLE app.due (id int PRIMARY KEY, name text, left_on date); CREATE TABLE app.loot (t text);
CREATE RULE r AS ON UPDATE TO app.due DO ALSO INSERT INTO app.loot SELECT name FROM app.people;
RESET ROLE;
SELECT retention.resume() \g /dev/null
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.due', 'name', 'name');
SELECT lab.govern('app.due') \g /dev/null
UPDATE retention.policy SET action = 'anonymise' WHERE relation = 'app.due'::regclass;
CALL retention.sweep();
INSERT INTO app.due VALUES (1, 'x', '2020-01-01'), (2, 'y', '2028-01-01'), (3, 'z', NULL);
CALL retention.sweep();
-- attack
UPDATE app.due SET name = 'w' WHERE id = 3;
TABLE app.loot;

-- attempt: the cast of a foreign key, called while its check is planned, does as the server's cascade does
-- control: none
-- errors: expected
-- shows: it is gone
-- attack
CREATE TYPE pg_temp.k AS ENUM ('a');
CREATE FUNCTION pg_temp.w() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM ONLY app.members WHERE $1 = account_id' USING 1; RETURN 1; END$$;
CREATE FUNCTION pg_temp.k2i(pg_temp.k) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SELECT pg_temp.w()'; RETURN 1; END$$;
CREATE CAST (pg_temp.k AS int) WITH FUNCTION pg_temp.k2i(pg_temp.k) AS IMPLICIT;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (k pg_temp.k REFERENCES ups);
INSERT INTO ups VALUES (1);
INSERT INTO kids VALUES ('a'), ('a');
DELETE FROM ups;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: a check, a trigger and its WHEN do as the server's cascade does
-- control: none
-- errors: expected
-- shows: it is gone
-- attack
CREATE FUNCTION pg_temp.w() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM ONLY app.members WHERE $1 = account_id' USING 1; RETURN true; END$$;
CREATE FUNCTION pg_temp.t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_temp.w(); RETURN NEW; END$$;
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON UPDATE CASCADE, CHECK (up_id = 5 OR pg_temp.w()));
CREATE TRIGGER t BEFORE UPDATE ON kids FOR EACH ROW WHEN (pg_temp.w()) EXECUTE FUNCTION pg_temp.t();
INSERT INTO ups VALUES (5); INSERT INTO kids VALUES (5);
UPDATE ups SET id = 6;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: a rule does as the server's cascade does
-- control: none
-- errors: expected
-- shows: it is gone
-- attack
CREATE TEMP TABLE ups (id int PRIMARY KEY);
CREATE TEMP TABLE kids (up_id int REFERENCES ups ON DELETE CASCADE);
CREATE RULE r AS ON DELETE TO kids DO ALSO DELETE FROM app.members WHERE account_id = 1;
INSERT INTO ups VALUES (1); INSERT INTO kids VALUES (1);
DELETE FROM ups;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: the planner calls an immutable function of a policy's, a default's and an index's while the extension's own statement is planned
-- as: owner
-- control: none
-- errors: expected
-- shows: it is gone
-- prepare
SET ROLE owner;
CREATE FUNCTION app.w() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM ONLY app.members WHERE $1 = account_id' USING 1; RETURN 1; END$$;
CREATE FUNCTION app.im(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN IF current_setting('loot.armed', true) = 'yes' THEN EXECUTE 'SELECT app.w()'; END IF; RETURN 1; END$$;
CREATE TABLE app.back (id int PRIMARY KEY, n int DEFAULT app.im(1), left_on date, CHECK (n <= app.im(2)));
CREATE INDEX ON app.back (id) WHERE n = app.im(1);
CREATE INDEX ON app.back ((n + app.im(3)));
CREATE STATISTICS app.back_st ON (n + app.im(4)), id FROM app.back;
SELECT lab.govern('app.back') \g /dev/null
INSERT INTO app.back (id, left_on) VALUES (1, '2030-05-15'), (2, '2030-05-15');
SET retention.reveal_reason = '';
-- attack
SET loot.armed = 'yes';
SET constraint_exclusion = on;
SELECT retention.reinstate('app.back', 1);
UPDATE app.back SET n = 1 WHERE n = app.im(1);
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: subtype_diff, called by an estimator while the check of a PERIOD is planned, does as the server's cascade does
-- from: 18
-- control: none
-- errors: expected
-- shows: it is gone
-- attack
CREATE FUNCTION pg_temp.w() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DELETE FROM ONLY app.members WHERE $1 = account_id' USING 1; RETURN 1; END$$;
CREATE FUNCTION pg_temp.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$BEGIN IF current_setting('loot.armed', true) = 'yes' THEN EXECUTE 'SELECT pg_temp.w()'; END IF; RETURN $1 - $2; END$$;
CREATE TYPE pg_temp.r AS RANGE (subtype = int, subtype_diff = pg_temp.diff);
CREATE TEMP TABLE ups (id int, valid pg_temp.r, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TEMP TABLE kids (id int, valid pg_temp.r, FOREIGN KEY (id, PERIOD valid) REFERENCES ups (id, PERIOD valid));
INSERT INTO ups SELECT n % 3, pg_temp.r(n * 10, n * 10 + 35) FROM generate_series(1, 900) n WHERE n % 12 < 3;
ANALYZE ups;
SET loot.armed = 'yes';
INSERT INTO kids VALUES (1, '[133,137)');
INSERT INTO kids SELECT id, pg_temp.r(lower(valid) + 1, upper(valid) - 1) FROM ups LIMIT 3;
DELETE FROM ups WHERE id = 2;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: an operator of the caller's while a row is reinstated
-- as: reader bypass
-- errors: expected
-- prepare
SET ROLE owner;
CREATE TABLE app.back (name text PRIMARY KEY, left_on date);
SELECT lab.govern('app.back') \g /dev/null
INSERT INTO app.back VALUES ('SECRETquarantined', '2030-01-15'), ('SECRETdue', '2020-01-15'), ('SECRETkept', '2030-02-15'), ('SECRETrestricted', '2030-03-15'), ('open', NULL);
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END$$;
CREATE OPERATOR scratch.= (FUNCTION = scratch.spy, LEFTARG = text, RIGHTARG = text);
SET search_path = scratch, pg_catalog;
SELECT retention.reinstate('app.back', 'nobody'::text);
SELECT count(*) FROM app.back WHERE name = 'nobody'::text;

-- attempt: row security that reads other hidden rows, while a row is reinstated
-- as: owner
-- errors: expected
-- prepare
SET ROLE owner;
CREATE TABLE app.back (id int PRIMARY KEY, left_on date);
SELECT lab.govern('app.back') \g /dev/null
INSERT INTO app.back VALUES (1, '2030-05-15');
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY p ON app.back USING ((SELECT count(*) FROM app.people WHERE scratch.spy(name)) >= 0);
ALTER TABLE app.back ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT retention.reinstate('app.back', 1);
SELECT count(*) FROM app.back;

-- attempt: row security of somebody else's table on a clock's path, while clocks follow it
-- as: reader
-- errors: expected
-- prepare
SET SESSION AUTHORIZATION reader;
CREATE TABLE scratch.homes (id int PRIMARY KEY, left_on date);
GRANT SELECT, UPDATE, REFERENCES ON scratch.homes TO owner;
INSERT INTO scratch.homes VALUES (1, NULL), (2, NULL);
SET SESSION AUTHORIZATION owner;
CREATE TABLE app.flats (id int PRIMARY KEY, home_id int REFERENCES scratch.homes, name text, left_on date);
SELECT lab.govern('app.flats') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT retention.resume() \g /dev/null
UPDATE retention.policy SET clock_starts = '{left_on,home_id.left_on}' WHERE relation = 'app.flats'::regclass;
CALL retention.sweep();
SET SESSION AUTHORIZATION owner;
INSERT INTO app.flats VALUES (1, 1, 'x', NULL), (2, 2, 'y', '2030-01-15');
GRANT UPDATE ON app.flats TO reader;
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY p ON scratch.homes USING ((SELECT count(*) FROM app.people WHERE scratch.spy(name)) >= 0);
ALTER TABLE scratch.homes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
UPDATE scratch.homes SET left_on = '2030-01-15' WHERE id = 1;
UPDATE app.flats SET home_id = 1 WHERE id = 1;
SELECT retention.reinstate('app.flats', 2);
DELETE FROM scratch.homes WHERE id = 2;

-- attempt: row security on the way to a person, while the person's rows in somebody else's table are looked for
-- as: owner
-- errors: expected
-- shows: SECRETnote
-- prepare
SET SESSION AUTHORIZATION owner;
GRANT REFERENCES ON app.people TO reader;
SET SESSION AUTHORIZATION reader;
CREATE TABLE scratch.notes (id int PRIMARY KEY, person_id int REFERENCES app.people, body text, left_on date);
GRANT SELECT ON scratch.notes TO owner;
SELECT lab.govern('scratch.notes') \g /dev/null
INSERT INTO scratch.notes VALUES (1, 101, 'SECRETnote', '2030-01-15'), (2, 101, 'open', NULL), (3, 102, 'open', NULL);
RESET SESSION AUTHORIZATION;
SELECT retention.resume() \g /dev/null
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('scratch.notes', 'body', 'free text', 'null');
INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES ('person', 'scratch.notes', 'person_id', 'about', '{}');
GRANT USAGE ON SCHEMA retention TO owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA retention TO owner;
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY p ON app.people USING ((SELECT count(*) FROM scratch.notes WHERE scratch.spy(body)) >= 0);
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT * FROM retention.explain_subject('person', 102);
SELECT left(retention.export('person', 102)::text, 20);
SELECT retention.erase('person', 102, dry_run => true);
SELECT retention.restrict('person', 102, 'contested');
SELECT count(*) FROM app.people;

-- attempt: a function in row security, while a row is reinstated, is given the others
-- as: owner
-- errors: expected
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY p ON app.people USING (scratch.spy(name));
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SET enable_indexscan = off; SET enable_bitmapscan = off;
SELECT retention.reinstate('app.people', 4);
SELECT retention.reinstate('app.people', 101);
SELECT count(*) FROM app.people;

-- attempt: row security of the referring table, while a partition is detached
-- as: owner
-- errors: expected
-- control: none
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.halls (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE app.halls_1 PARTITION OF app.halls FOR VALUES IN (1);
CREATE TABLE app.seats (hall_id int REFERENCES app.halls, name text, left_on date);
SELECT lab.govern('app.seats') \g /dev/null
INSERT INTO app.halls VALUES (1);
INSERT INTO app.seats VALUES (1, 'SECRETseat', '2030-01-15');
CREATE FUNCTION app.told(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE 'row %', $1; RETURN true; END$$;
ALTER TABLE app.seats ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.seats FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON app.seats USING (app.told(name) AND (SELECT app.told(string_agg(name, ' ')) FROM app.people));
-- attack
ALTER TABLE app.halls DETACH PARTITION app.halls_1;
SELECT * FROM app.seats;
