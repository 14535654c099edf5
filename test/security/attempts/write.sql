-- Changing hidden rows, reading them by changing, and finding them by what a change collides with.

-- attempt: UPDATE
-- as: reader owner bypass admin
-- shows: taken over
-- attack
UPDATE app.people SET city = 'taken' WHERE id < 50;
-- then
SELECT city || ' over' FROM app.people WHERE id < 50 AND city LIKE 'tak%';

-- attempt: UPDATE RETURNING
-- as: reader owner admin
-- attack
UPDATE app.people SET amount = amount + 1 RETURNING *;

-- attempt: UPDATE counts rows
-- shows: UPDATE 44
-- attack
\set QUIET off
UPDATE app.people SET city = city;

-- attempt: UPDATE FROM
-- attack
UPDATE app.orders o SET note = p.name FROM app.people p WHERE p.id = o.person_id RETURNING note;

-- attempt: UPDATE with a sub-query
-- attack
UPDATE app.orders o SET (note, id) = (SELECT name, p.id FROM app.people p WHERE p.id = o.person_id) WHERE EXISTS (SELECT FROM app.people p WHERE p.id = o.person_id) RETURNING note;

-- attempt: UPDATE through a view
-- as: reader owner
-- shows: taken over
-- prepare
CREATE VIEW app.v AS SELECT id, city FROM app.people;
GRANT SELECT, UPDATE ON app.v TO PUBLIC;
-- attack
UPDATE app.v SET city = 'taken' RETURNING *;
-- then
SELECT city || ' over' FROM app.people WHERE id < 50 AND city LIKE 'tak%';

-- attempt: UPDATE through a view with a check option
-- prepare
CREATE VIEW app.v AS SELECT * FROM app.people WHERE id > 0 WITH CHECK OPTION;
GRANT SELECT, UPDATE ON app.v TO PUBLIC;
-- attack
UPDATE app.v SET city = 'taken' RETURNING *;

-- attempt: UPDATE in a CTE
-- attack
WITH u AS (UPDATE app.people SET city = 'taken' RETURNING *) SELECT * FROM u;

-- attempt: UPDATE by the clock
-- attack
UPDATE app.people SET city = 'taken' WHERE retention_clock IS NOT NULL RETURNING *;

-- attempt: UPDATE that unsets what started the clock
-- as: reader owner admin
-- shows: came back
-- attack
UPDATE app.people SET left_on = NULL WHERE id IN (1, 2);
-- then
SELECT 'came ' || 'back' FROM app.people WHERE id < 3 AND left_on IS NULL;

-- attempt: UPDATE of a visible row onto a hidden key
-- expect: oracle unique
-- shows: duplicate key value violates unique constraint
-- attack
UPDATE app.people SET id = 1 WHERE id = 101;

-- attempt: UPDATE of the clock
-- errors: expected
-- as: reader owner admin
-- attack
SELECT retention_clock AS clock FROM app.people WHERE id = 101 \gset
UPDATE app.people SET retention_clock = :'clock';
SELECT * FROM app.people;

-- attempt: DELETE
-- as: reader owner bypass admin
-- shows: it is gone
-- attack
DELETE FROM app.orders;
DELETE FROM app.people WHERE id < 50;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: DELETE RETURNING
-- attack
DELETE FROM app.orders;
DELETE FROM app.people RETURNING *;

-- attempt: DELETE USING
-- attack
DELETE FROM app.orders o USING app.people p WHERE p.id = o.person_id RETURNING p.*;

-- attempt: DELETE in a CTE
-- as: owner
-- attack
ALTER TABLE app.orders DROP CONSTRAINT orders_person_id_fkey;
WITH o AS (DELETE FROM app.orders RETURNING *), d AS (DELETE FROM app.people p USING o WHERE o.person_id = p.id RETURNING p.*) SELECT * FROM d;

-- attempt: MERGE, the target
-- as: reader owner
-- shows: taken over
-- attack
MERGE INTO app.people p USING (VALUES (1), (2), (3), (4)) v (id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET city = 'taken';
-- then
SELECT city || ' over' FROM app.people WHERE id < 50 AND city LIKE 'tak%';

-- attempt: MERGE, the source
-- attack
CREATE TEMP TABLE t (name text);
MERGE INTO t USING app.people p ON t.name = p.name WHEN NOT MATCHED THEN INSERT VALUES (p.name);
TABLE t;

-- attempt: MERGE, DELETE
-- shows: it is gone
-- attack
MERGE INTO app.members m USING (VALUES (2)) v (id) ON m.id = v.id WHEN MATCHED THEN DELETE;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: MERGE inserts on a hidden key
-- expect: oracle unique
-- shows: duplicate key value|MERGE 1
-- attack
\set QUIET off
MERGE INTO app.people p USING (VALUES (1)) v (id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET city = city WHEN NOT MATCHED THEN INSERT (id) VALUES (v.id);

-- attempt: MERGE with a leaky condition
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
MERGE INTO app.people p USING (VALUES (1)) v (x) ON scratch.spy(p.name) WHEN MATCHED THEN DO NOTHING;

-- attempt: INSERT on a hidden key
-- as: reader admin
-- expect: oracle unique
-- shows: duplicate key value violates unique constraint
-- attack
INSERT INTO app.people (id, name) VALUES (1, 'x');

-- attempt: INSERT on a hidden key shows no more of the row
-- shows: SECRET
-- control: none
-- errors: expected
-- attack
INSERT INTO app.people (id, name) VALUES (1, 'x');
SELECT name FROM app.people WHERE id = 1;

-- attempt: INSERT of a hidden e-mail address
-- expect: oracle unique
-- shows: duplicate key value violates unique constraint "people_email_key"
-- attack
INSERT INTO app.people (id, email) VALUES (999, 'SEC' || 'RETdue@example.no');

-- attempt: ON CONFLICT DO NOTHING
-- expect: oracle unique
-- shows: INSERT 0 0
-- attack
\set QUIET off
INSERT INTO app.people (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING *;

-- attempt: ON CONFLICT DO NOTHING shows no row
-- shows: SECRET
-- attack
INSERT INTO app.people (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING *;
SELECT name FROM app.people WHERE id = 1;

-- attempt: ON CONFLICT DO UPDATE
-- as: reader owner admin
-- expect: refused 23505: row conflicts with a row that is hidden
-- attack
INSERT INTO app.people (id, name) SELECT n, 'x' FROM generate_series(1, 4) n ON CONFLICT (id) DO UPDATE SET city = 'taken' RETURNING *;

-- attempt: ON CONFLICT DO UPDATE with a leaky condition
-- expect: refused 23505: row conflicts with a row that is hidden
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
INSERT INTO app.people AS p (id, name) SELECT n, 'x' FROM generate_series(1, 4) n ON CONFLICT (id) DO UPDATE SET city = 'x' WHERE scratch.spy(p.name);

-- attempt: ON CONFLICT DO UPDATE through a view
-- expect: refused 23505: row conflicts with a row that is hidden
-- prepare
CREATE VIEW app.v AS SELECT id, name, city FROM app.people;
GRANT ALL ON app.v TO PUBLIC;
-- attack
INSERT INTO app.v (id, name) SELECT n, 'x' FROM generate_series(1, 4) n ON CONFLICT (id) DO UPDATE SET city = 'taken' RETURNING *;

-- attempt: ON CONFLICT DO UPDATE of a partition
-- expect: refused 23505: row conflicts with a row that is hidden
-- shows: SECRET
-- attack
INSERT INTO app.visits VALUES (3, 'north') ON CONFLICT (id, region) DO UPDATE SET left_on = NULL RETURNING *;
INSERT INTO app.visits_north VALUES (3, 'north') ON CONFLICT (id, region) DO UPDATE SET left_on = NULL RETURNING *;

-- attempt: ON CONFLICT DO UPDATE in a prepared statement, under reveal before
-- expect: refused 23505: row conflicts with a row that is hidden
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS INSERT INTO app.people (id, name) SELECT n, 'x' FROM generate_series(1, 4) n ON CONFLICT (id) DO UPDATE SET city = 'taken' RETURNING *;
SET retention.reveal = on;
EXPLAIN EXECUTE p \g /dev/null
RESET retention.reveal;
-- attack
EXECUTE p;

-- attempt: a rule that turns INSERT into SELECT
-- attack
CREATE TABLE scratch.t (x int);
CREATE RULE r AS ON INSERT TO scratch.t DO INSTEAD SELECT name FROM app.people;
INSERT INTO scratch.t VALUES (1);

-- attempt: a rule that deletes
-- shows: it is gone
-- prepare
CREATE VIEW app.v AS SELECT id FROM app.people;
CREATE RULE r AS ON DELETE TO app.v DO INSTEAD (DELETE FROM app.orders WHERE person_id = OLD.id; DELETE FROM app.people WHERE id = OLD.id);
GRANT ALL ON app.v TO reader;
-- attack
DELETE FROM app.v WHERE id < 50;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: a trigger on UPDATE that sees OLD
-- as: owner
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', OLD.name; RETURN NEW; END$$;
CREATE TRIGGER t BEFORE UPDATE OR DELETE ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.f();
UPDATE app.people SET city = 'x';

-- attempt: a transition table of an UPDATE
-- as: owner
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM old_rows); RETURN NULL; END$$;
CREATE TRIGGER t AFTER UPDATE ON app.people REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION scratch.f();
UPDATE app.people SET city = 'x';

-- attempt: COPY FROM onto a hidden key
-- expect: oracle unique
-- shows: duplicate key value
-- attack
\copy app.people (id, name) FROM PROGRAM 'printf "1\tx\n"'

-- attempt: COPY FROM shows no more than what was given
-- shows: SECRET
-- control: none
-- errors: expected
-- attack
\copy app.people (id, name) FROM PROGRAM 'printf "1\tx\n"'
SELECT name FROM app.people WHERE id = 1;

-- attempt: COPY FROM writes the clock
-- errors: expected
-- as: reader owner
-- shows: hidden
-- control: none
-- attack
\copy app.people (id, name, left_on, retention_clock) FROM PROGRAM 'printf "900\tx\t2030-01-15\t0\n"'
SELECT 'hid' || 'den' FROM app.people WHERE id = 900;

-- attempt: INSERT writes the clock
-- shows: it is there
-- control: none
-- run: database
-- attack
INSERT INTO app.people (id, name, left_on, retention_clock) SELECT 900, 'x', '2030-01-15', (SELECT retention_clock FROM app.people WHERE id = 101);
SELECT 'it is ' || 'there' FROM app.people WHERE id = 900;

-- attempt: a generated column that overwrites the clock
-- as: reader
-- shows: it is there
-- control: none
-- run: database
-- attack
INSERT INTO app.people (id, name, left_on, retention_clock) OVERRIDING SYSTEM VALUE VALUES (900, 'x', '2030-01-15', DEFAULT);
SELECT 'it is ' || 'there' FROM app.people WHERE id = 900;

-- attempt: large UPDATE with a join to itself
-- attack
UPDATE app.people a SET city = b.name FROM app.people b WHERE a.id = b.id RETURNING b.name;

-- attempt: reinstate without the right to update
-- as: auditor
-- shows: it is back
-- control: none
-- errors: expected
-- attack
SELECT retention.reinstate('app.people', 1);
SELECT 'it is ' || 'back' FROM app.people WHERE id = 1;
