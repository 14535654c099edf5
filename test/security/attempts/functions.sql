-- Reading through functions, cursors and plans that are kept.

-- attempt: cursor
-- as: reader admin
-- attack
DECLARE c SCROLL CURSOR FOR SELECT * FROM app.people ORDER BY id;
FETCH ALL c;
FETCH ABSOLUTE 1 c;

-- attempt: cursor WITH HOLD
-- attack
DECLARE c CURSOR WITH HOLD FOR SELECT * FROM app.people;
FETCH ALL c;

-- attempt: binary cursor
-- attack
DECLARE c BINARY CURSOR FOR SELECT name FROM app.people;
FETCH ALL c;

-- attempt: CURRENT OF
-- attack
DECLARE c CURSOR FOR SELECT * FROM app.people ORDER BY id FOR UPDATE;
FETCH NEXT c;
UPDATE app.people SET city = city WHERE CURRENT OF c RETURNING *;
FETCH NEXT c;
DELETE FROM app.orders WHERE person_id < 100;
DELETE FROM app.people WHERE CURRENT OF c RETURNING *;
FETCH ALL c;

-- attempt: prepared, planned anew each time
-- as: reader owner
-- attack
SET LOCAL plan_cache_mode = force_custom_plan;
PREPARE p (int) AS SELECT * FROM app.people WHERE id < $1;
EXECUTE p (50);

-- attempt: prepared, one plan for all
-- as: reader owner admin
-- attack
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE p (int) AS SELECT * FROM app.people WHERE id < $1;
EXECUTE p (50);
EXECUTE p (60);

-- attempt: prepared and used by somebody who may reveal
-- as: reader owner admin
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM app.people;
SET retention.reveal = on;
EXECUTE p \g /dev/null
RESET retention.reveal;
-- attack
EXECUTE p;

-- attempt: a function planned by somebody who may reveal
-- prepare
SET plan_cache_mode = force_generic_plan;
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT name FROM app.people; END';
SET retention.reveal = on;
SELECT scratch.f() \g /dev/null
RESET retention.reveal;
-- attack
SELECT scratch.f();

-- attempt: prepared before the time of the rows was over
-- as: reader admin
-- shows: SECRET(quarantined|due|kept)
-- prepare
SET plan_cache_mode = force_generic_plan;
SET retention.test_now = '2010-01-01';
PREPARE p AS SELECT * FROM app.people;
EXECUTE p \g /dev/null
SET retention.test_now = '2030-06-01 12:00:00+00';
-- attack
EXECUTE p;

-- attempt: prepared before the policy was enforced
-- shows: SECRETlate
-- prepare
CREATE TABLE app.late (id int, name text, left_on date);
GRANT SELECT ON app.late TO reader;
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT name FROM app.late;
EXECUTE p;
SELECT lab.govern('app.late') \g /dev/null
INSERT INTO app.late VALUES (1, 'SECRETlate', '2030-01-15');
-- attack
EXECUTE p;

-- attempt: DO
-- attack
DO $$DECLARE r record; BEGIN FOR r IN SELECT * FROM app.people LOOP RAISE NOTICE '%', r; END LOOP; END$$;

-- attempt: plpgsql, static and dynamic
-- as: reader admin
-- attack
CREATE FUNCTION scratch.f() RETURNS text LANGUAGE plpgsql AS $$
DECLARE a text; b text;
BEGIN
	SELECT string_agg(name, ',') INTO a FROM app.people;
	EXECUTE 'SELECT string_agg(name, $1) FROM app.people' INTO b USING ',';
	RETURN a || b;
END$$;
SELECT scratch.f();

-- attempt: plpgsql, a plan kept over six calls
-- attack
CREATE FUNCTION scratch.f(n int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT name FROM app.people WHERE id = n); END';
SELECT scratch.f(n) FROM generate_series(1, 12) n;

-- attempt: plpgsql, a cursor bound to a query
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE c CURSOR (x int) FOR SELECT * FROM app.people WHERE id < x;
BEGIN
	FOR r IN c (50) LOOP RETURN NEXT r.name; END LOOP;
END$$;
SELECT scratch.f();

-- attempt: plpgsql, a cursor that is returned
-- attack
CREATE FUNCTION scratch.f() RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'out';
BEGIN
	OPEN c FOR EXECUTE 'SELECT * FROM app.people';
	RETURN c;
END$$;
SELECT scratch.f();
FETCH ALL "out";

-- attempt: SQL function, scalar
-- attack
CREATE FUNCTION scratch.f(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM app.people WHERE id = $1';
SELECT scratch.f(n) FROM generate_series(1, 4) n;

-- attempt: SQL function, scalar and inlined
-- attack
CREATE FUNCTION scratch.f(app.people) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.name || $1.city';
SELECT scratch.f(p) FROM app.people p;

-- attempt: SQL function, set
-- as: everybody
-- prepare
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql STABLE AS 'SELECT * FROM app.people';
-- attack
SELECT * FROM scratch.f();

-- attempt: SQL function, set, that is not inlined
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql VOLATILE AS 'SELECT * FROM app.people';
SELECT * FROM scratch.f();

-- attempt: SQL function in the target list
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT name FROM app.people';
SELECT scratch.f();

-- attempt: SQL function with parameters, called in LATERAL
-- attack
CREATE FUNCTION scratch.f(n int) RETURNS TABLE (name text) LANGUAGE sql STABLE AS 'SELECT p.name FROM app.people p WHERE p.id = n';
SELECT f.name FROM generate_series(1, 4) n, LATERAL scratch.f(n) f;

-- attempt: SQL function inside another
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql STABLE AS 'SELECT * FROM app.people';
CREATE FUNCTION scratch.g() RETURNS TABLE (name text) LANGUAGE sql STABLE AS 'SELECT name FROM scratch.f() WHERE id < 50';
SELECT * FROM scratch.g() g WHERE g.name LIKE '%';

-- attempt: SQL function WITH ORDINALITY
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT name FROM app.people';
SELECT * FROM ROWS FROM (scratch.f(), generate_series(1, 3)) WITH ORDINALITY;

-- attempt: BEGIN ATOMIC, set
-- as: reader owner
-- attack
CREATE FUNCTION scratch.f() RETURNS TABLE (name text) LANGUAGE sql STABLE BEGIN ATOMIC SELECT name FROM app.people; END;
SELECT * FROM scratch.f();

-- attempt: BEGIN ATOMIC, scalar
-- attack
CREATE FUNCTION scratch.f(n int) RETURNS text LANGUAGE sql STABLE RETURN (SELECT name FROM app.people WHERE id = n);
SELECT scratch.f(n) FROM generate_series(1, 4) n;

-- attempt: BEGIN ATOMIC over a view of somebody else
-- prepare
CREATE VIEW app.v AS SELECT * FROM app.people;
GRANT SELECT ON app.v TO reader;
-- attack
CREATE FUNCTION scratch.f() RETURNS TABLE (name text) LANGUAGE sql STABLE BEGIN ATOMIC SELECT v.name FROM app.v; END;
SELECT * FROM scratch.f() f WHERE f.name LIKE '%';

-- attempt: a function replaced below a kept plan
-- attack
SET LOCAL plan_cache_mode = force_generic_plan;
CREATE FUNCTION scratch.f() RETURNS TABLE (name text) LANGUAGE sql STABLE AS 'SELECT note FROM app.orders';
PREPARE p AS SELECT * FROM scratch.f();
EXECUTE p;
CREATE OR REPLACE FUNCTION scratch.f() RETURNS TABLE (name text) LANGUAGE sql STABLE AS 'SELECT name FROM app.people';
EXECUTE p;

-- attempt: SECURITY DEFINER of the owner
-- prepare
SET ROLE owner;
CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN QUERY SELECT name FROM app.people; END';
-- attack
SELECT app.f();

-- attempt: SECURITY DEFINER of a superuser
-- prepare
CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM app.people';
-- attack
SELECT app.f();

-- attempt: SECURITY DEFINER of a superuser, that sets reveal for a time that was over
-- prepare
SET retention.reveal = on; RESET retention.reveal;
CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN SET LOCAL retention.reveal = off; RETURN QUERY SELECT name FROM app.people; END';
-- attack
SELECT app.f();

-- attempt: a procedure
-- attack
CREATE PROCEDURE scratch.p(INOUT names text) LANGUAGE plpgsql AS 'BEGIN SELECT string_agg(name, $$,$$) INTO names FROM app.people; END';
CALL scratch.p('');

-- attempt: an aggregate of one's own
-- attack
CREATE FUNCTION scratch.step(text, app.people) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN concat($1, $2.name); END';
CREATE AGGREGATE scratch.all_of(app.people) (SFUNC = scratch.step, STYPE = text);
SELECT scratch.all_of(p) FROM app.people p;

-- attempt: a window function's argument
-- attack
CREATE FUNCTION scratch.step(text, text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $2; RETURN $2; END$$;
CREATE AGGREGATE scratch.spy(text) (SFUNC = scratch.step, STYPE = text);
SELECT scratch.spy(name) OVER (ORDER BY id) FROM app.people;

-- attempt: a trigger that reads
-- attack
CREATE TABLE scratch.t (x int);
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN NULL; END$$;
CREATE TRIGGER t AFTER INSERT ON scratch.t FOR EACH STATEMENT EXECUTE FUNCTION scratch.f();
INSERT INTO scratch.t VALUES (1);

-- attempt: a transition table that was filled by a query
-- attack
CREATE TABLE scratch.t (name text);
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(n.name, ',') FROM new_rows n JOIN app.people USING (name)); RETURN NULL; END$$;
CREATE TRIGGER t AFTER INSERT ON scratch.t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION scratch.f();
INSERT INTO scratch.t SELECT name FROM app.people;

-- attempt: a deferred constraint trigger
-- attack
CREATE TABLE scratch.t (x int);
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON scratch.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.f();
INSERT INTO scratch.t VALUES (1);
SET CONSTRAINTS ALL IMMEDIATE;

-- attempt: an event trigger
-- as: admin
-- attack
CREATE FUNCTION scratch.f() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); END$$;
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION scratch.f();
CREATE TABLE scratch.t ();

-- attempt: an event trigger during DDL on the table
-- as: admin
-- attack
CREATE FUNCTION scratch.f() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); END$$;
CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION scratch.f();
ALTER TABLE app.people ALTER city SET DEFAULT 'x';

-- attempt: an event trigger while a partition is detached
-- as: admin
-- shows: SECRET
-- prepare
CREATE TABLE app.seats (visit int, region text, FOREIGN KEY (visit, region) REFERENCES app.visits);
CREATE TABLE app.visits_west PARTITION OF app.visits FOR VALUES IN ('west');
-- attack
CREATE FUNCTION scratch.f() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(fk.name, ',') FROM ONLY app.visits_north fk); END$$;
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION scratch.f();
ALTER TABLE app.visits DETACH PARTITION app.visits_west;

-- attempt: a default that reads
-- attack
CREATE FUNCTION scratch.f() RETURNS text LANGUAGE sql AS $$SELECT string_agg(name, ',') FROM app.people$$;
CREATE TABLE scratch.t (x int, y text DEFAULT scratch.f());
INSERT INTO scratch.t VALUES (1) RETURNING y;

-- attempt: a check that reads
-- shows: SECRET
-- attack
CREATE FUNCTION scratch.f(int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT name FROM app.people WHERE id = $1); RETURN true; END$$;
CREATE TABLE scratch.t (x int CHECK (scratch.f(x)));
INSERT INTO scratch.t VALUES (1), (2);

-- attempt: an expression index over a function that reads
-- shows: SECRET
-- attack
CREATE FUNCTION scratch.f(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT name FROM app.people WHERE id = $1); END$$;
CREATE TABLE scratch.t AS SELECT 1 AS x;
CREATE INDEX ON scratch.t (scratch.f(x));
SET LOCAL enable_seqscan = off;
SELECT scratch.f(x) FROM scratch.t;

-- attempt: a function that is evaluated while planning
-- attack
CREATE FUNCTION scratch.f() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT string_agg(name, ',') FROM app.people); END$$;
EXPLAIN SELECT scratch.f();
SELECT scratch.f();

-- attempt: a function that is evaluated while a governed table is planned
-- attack
CREATE FUNCTION scratch.f() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT string_agg(name, ',') FROM app.people); END$$;
EXPLAIN SELECT * FROM app.people WHERE name = scratch.f();

-- attempt: the extended protocol
-- run: shell
-- attack
printf '%s\n' 'SELECT name FROM app.people;' > build/security/$MODE.pgbench
psql -Xqc 'SELECT 1' >/dev/null
pgbench -n -M prepared -t 1 -f build/security/$MODE.pgbench >/dev/null 2>&1
PGOPTIONS='-c plan_cache_mode=force_generic_plan' psql -XAtq <<'END'
SELECT name FROM app.people \gdesc
SELECT name FROM app.people
\gset name_ 
SELECT string_agg(name, ',') FROM app.people
\crosstabview
SELECT 'SELECT name FROM app.people' \gexec
END
