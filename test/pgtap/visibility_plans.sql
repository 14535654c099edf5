-- The condition in plans that are made in other ways, and what it costs: no index is lost, no estimate, no function sees more.
BEGIN;
SELECT plan(49);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE EXTENSION pg_trgm SCHEMA app;
SET search_path = app, public;
CREATE TABLE app.people (id int PRIMARY KEY, name text, born date, tags text[], doc jsonb, span int4range, amount numeric, words tsvector, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('people', 'app.people', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
CREATE INDEX by_days ON app.people ((born - date '1950-01-01'));
INSERT INTO app.people SELECT n, 'name' || n, date '1950-01-01' + n, ARRAY['t' || n % 500], jsonb_build_object('k', n), int4range(n, n + 3), n,
    to_tsvector('simple', 'word' || n), CASE WHEN n % 20 = 0 THEN date '2030-01-01' END FROM generate_series(1, 20000) n;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE INDEX by_name ON app.people (name text_pattern_ops);
CREATE INDEX by_trigram ON app.people USING gin (name gin_trgm_ops);
CREATE INDEX by_tags ON app.people USING gin (tags);
CREATE INDEX by_doc ON app.people USING gin (doc);
CREATE INDEX by_span ON app.people USING gist (span);
CREATE INDEX by_amount ON app.people (amount);
CREATE INDEX by_words ON app.people USING gin (words);
CREATE INDEX by_clock ON app.people (retention_clock);
ANALYZE app.people;

CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; lines text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP lines := lines || line || E'\n'; END LOOP;
    RETURN lines;
END $$;
SELECT matches(pg_temp.plan_of('SELECT * FROM app.people WHERE ' || condition), index, condition) FROM (VALUES
    ('id = 7', 'people_pkey'), ('id IN (7, 8)', 'people_pkey'), ('id BETWEEN 10 AND 20', 'people_pkey'),
    ($$name LIKE 'name77%'$$, 'by_(name|trigram)'), ($$name LIKE '%me777%'$$, 'by_trigram'), ($$name ~ 'me777[0-9]$'$$, 'by_trigram'),
    ($$tags && '{t7}'$$, 'by_tags'), ($$tags @> '{t7}'$$, 'by_tags'), ($$doc @> '{"k": 7}'$$, 'by_doc'), ('span && int4range(7, 9)', 'by_span'),
    ('amount = 7', 'by_amount'), ($$born - date '1950-01-01' = 7$$, 'by_days'), ('amount BETWEEN 7 AND 9', 'by_amount'), ($$words @@ 'word7'$$, 'by_words'),
    ($$(name LIKE 'name77%' OR amount = 3)$$, 'BitmapOr')) t (condition, index);
SELECT matches(pg_temp.plan_of('SELECT * FROM generate_series(1, 3) g JOIN app.people p ON p.amount = g.g::numeric'), 'by_amount', 'a join by a non-leakproof operator');
SELECT matches(pg_temp.plan_of('SELECT * FROM app.people ORDER BY id LIMIT 3'), 'people_pkey', 'top N');

-- The condition is evaluated before anything that a user wrote.
CREATE TABLE app.seen (name text);
CREATE FUNCTION app.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN INSERT INTO app.seen VALUES ($1); RETURN true; END$$;
SELECT is((SELECT count(*) FROM app.people WHERE app.spy(name) AND name LIKE 'name777%'), 11::bigint, 'a cheap function of a user');
SELECT is_empty($$SELECT FROM app.seen WHERE substr(name, 5)::int % 20 = 0$$, 'sees no hidden row');
SELECT isnt_empty('SELECT FROM app.seen', 'a function that must see no hidden row saw the others');
CREATE FUNCTION app.leak(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.seen VALUES ($1); RETURN $1; END$$;
SELECT unalike(pg_temp.plan_of($$SELECT * FROM app.people WHERE app.leak(name) LIKE 'name77%'$$), '%by_name%', 'a clause with a function of a user uses no index');


-- The row that an INSERT meets, too, whatever a release of the server does first.
SELECT matches(pg_temp.plan_of($$INSERT INTO app.people AS p (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE app.spy(p.name)$$),
    'Conflict Filter: \(retention\.conflict_visible\(p\.retention_clock\) AND', 'of ON CONFLICT');
SELECT matches(pg_temp.plan_of($$INSERT INTO app.people AS p (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'$$),
    'Conflict Filter: retention\.conflict_visible\(p\.retention_clock\)', 'of one without a condition');

-- Row security of the table's own keeps its place.
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY positive ON app.people USING (id > 0);
CREATE ROLE reader;
GRANT USAGE ON SCHEMA app TO reader;
GRANT SELECT ON app.people TO reader;
SET LOCAL ROLE reader;
SELECT unalike(pg_temp.plan_of($$SELECT * FROM app.people WHERE name LIKE 'name77%'$$), '%Index Cond%by_name%', 'no clause passes it');
RESET ROLE;
ALTER TABLE app.people DISABLE ROW LEVEL SECURITY;
CREATE TABLE app.doors (person int);
INSERT INTO app.doors VALUES (1), (20);
ALTER TABLE app.doors ENABLE ROW LEVEL SECURITY;
CREATE POLICY inhabited ON app.doors USING (EXISTS (SELECT FROM app.people p WHERE p.id = person));
GRANT SELECT ON app.doors TO reader;
SET LOCAL ROLE reader;
SELECT results_eq('SELECT person FROM app.doors', 'VALUES (1)', 'what a policy reads is filtered, too');
SELECT results_eq('WITH d AS (SELECT * FROM app.doors), c AS (SELECT count(*) FROM (SELECT FROM app.people WHERE id IN (19, 20)) s) SELECT * FROM d, c',
    'VALUES (1, 1::bigint)', 'what stands in a WITH is filtered, too');
RESET ROLE;

-- Estimates.
CREATE FUNCTION pg_temp.estimated(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan #>> '{0,Plan,Plan Rows}'; END $$;
SELECT ok(pg_temp.estimated('SELECT * FROM app.people') BETWEEN 18500 AND 19500, 'how many rows are visible is known: ' || pg_temp.estimated('SELECT * FROM app.people'));
-- Half of the rows have not started, a fifth is hidden.
CREATE TABLE app.thirds (id int, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('thirds', 'app.thirds', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
SET LOCAL retention.test_now = '2030-03-01 12:00:00+00';
INSERT INTO app.thirds SELECT n, CASE WHEN n % 10 < 3 THEN date '2030-05-20' WHEN n % 10 < 5 THEN date '2030-03-01' END FROM generate_series(1, 10000) n;
CREATE TABLE app.by_hand AS SELECT n AS id, CASE WHEN n % 10 < 3 THEN date '2030-05-20' WHEN n % 10 < 5 THEN date '2030-03-01' END AS left_on FROM generate_series(1, 10000) n;
ANALYZE app.thirds, app.by_hand;
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
SELECT is(pg_temp.estimated('SELECT * FROM app.thirds'), pg_temp.estimated($$SELECT * FROM app.by_hand WHERE left_on IS NULL OR left_on > '2030-05-02'$$),
    'as many rows are expected as with the condition written by hand, so that plans do not differ');
SET LOCAL retention.test_now = '2030-03-01 12:00:00+00';
SELECT is(pg_temp.estimated('SELECT * FROM app.thirds'), 10000::bigint, 'all rows are expected where none is hidden');
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
SELECT ok(pg_temp.estimated($$SELECT * FROM app.people WHERE doc @> '{"k": 7}'$$) <= 30, 'an operator that is not leakproof is no guess');
SELECT ok(pg_temp.estimated('SELECT * FROM app.people WHERE span && int4range(7, 9)') <= 30, 'of ranges, too');
SELECT ok(pg_temp.estimated($$SELECT * FROM (SELECT * FROM app.people WHERE doc @> '{"k": 7}') s WHERE NOT app.spy(name)$$) > 50,
    'an operator is a guess where the statement has a function of a user');
-- Somebody who may read through a view what he may not read in the table.
CREATE ROLE looker;
GRANT USAGE ON SCHEMA app TO looker;
CREATE VIEW app.window AS SELECT id, doc FROM app.people;
GRANT SELECT ON app.window TO looker;
SET LOCAL ROLE looker;
SELECT ok(pg_temp.estimated($$SELECT * FROM app.window WHERE doc @> '{"k": 7}'$$) > 50, 'an operator is a guess for who may not read the table');
RESET ROLE;
SELECT ok(pg_temp.estimated($$SELECT * FROM app.window WHERE doc @> '{"k": 7}'$$) <= 30, 'an operator is no guess through a view for who may read the table');
-- An operator of the server's that is given a negator, which an estimator may call in its place.
CREATE FUNCTION app.lacks(jsonb, jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN NOT $1 @> $2; END$$;
CREATE OPERATOR app.!@> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = app.lacks, NEGATOR = @>);
SELECT ok(pg_temp.estimated($$SELECT * FROM app.people WHERE doc @> '{"k": 7}'$$) > 50, 'an operator is a guess once a user has given it a negator');
DROP OPERATOR app.!@> (jsonb, jsonb);
CREATE TABLE app.towns (town text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('towns', 'app.towns', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
INSERT INTO app.towns SELECT CASE WHEN n % 2 = 0 THEN 'hidden' ELSE 'town' || n % 3 END, CASE WHEN n % 2 = 0 THEN date '2030-01-01' END FROM generate_series(1, 300) n;
ANALYZE app.towns;
CREATE FUNCTION app.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.seen VALUES ($1), ($2); RETURN false; END$$;
CREATE OPERATOR app.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = app.equal, NEGATOR = OPERATOR(app.!==), RESTRICT = eqsel);
CREATE OPERATOR app.!== (LEFTARG = text, RIGHTARG = text, FUNCTION = textne, NEGATOR = OPERATOR(app.===), RESTRICT = neqsel);
TRUNCATE app.seen;
SELECT isnt(pg_temp.plan_of($$SELECT * FROM app.towns WHERE town OPERATOR(app.!==) 'x'$$), NULL, 'an estimator that calls a function of a user by way of a negator');
SELECT is_empty('SELECT FROM app.seen', 'sees nothing');

-- Statistics are values.
SELECT is_empty($$SELECT FROM pg_stats WHERE tablename = 'people'$$, 'statistics of a governed table are hidden');
SELECT isnt_empty($$SELECT FROM pg_stats WHERE tablename = 'pg_class'$$, 'others are not');
SET LOCAL retention.reveal = on;
SELECT isnt_empty($$SELECT FROM pg_stats WHERE tablename = 'people'$$, 'statistics are to be seen under reveal');
SET LOCAL retention.reveal = off;

-- Set-returning SQL functions are expanded by the planner.
CREATE FUNCTION app.all_of() RETURNS SETOF app.people STABLE LANGUAGE sql AS 'SELECT * FROM app.people';
CREATE VIEW app.everybody AS SELECT * FROM app.people;
CREATE FUNCTION app.all_by_view() RETURNS TABLE (id int) STABLE LANGUAGE sql BEGIN ATOMIC SELECT e.id FROM app.everybody e; END;
SELECT is((SELECT count(*) FROM app.all_of()), 19000::bigint, 'an inlined function');
SELECT is((SELECT count(*) FROM app.all_by_view()), 19000::bigint, 'a function with a parsed body, over a view');
SELECT is((SELECT count(*) FROM generate_series(1, 1), LATERAL (SELECT * FROM app.all_of()) x), 19000::bigint, 'inside a sub-query');
PREPARE twice AS SELECT count(*) FROM app.all_of();
SELECT results_eq('EXECUTE twice', 'VALUES (19000::bigint)', 'prepared');
CREATE OR REPLACE FUNCTION app.all_of() RETURNS SETOF app.people STABLE LANGUAGE sql AS 'SELECT * FROM app.people WHERE id <= 100';
SELECT results_eq('EXECUTE twice', 'VALUES (95::bigint)', 'a prepared statement is planned anew when the function is replaced');

-- With another role comes another plan, where a function is expanded that reads a table with row security.
CREATE ROLE other;
CREATE TABLE app.notes (note text);
INSERT INTO app.notes VALUES ('for one of them');
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON app.notes TO reader USING (true);
CREATE FUNCTION app.all_notes() RETURNS SETOF app.notes STABLE LANGUAGE sql AS 'SELECT * FROM app.notes';
GRANT USAGE ON SCHEMA app TO other;
GRANT SELECT ON app.notes TO reader, other;
PREPARE notes AS SELECT count(*) FROM app.all_notes();
SET plan_cache_mode = force_generic_plan;
CREATE FUNCTION pg_temp.notes_of(role text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE 'EXECUTE notes' INTO n;
    RESET ROLE;
    RETURN n;
END $$;
SELECT is(ARRAY[pg_temp.notes_of('reader'), pg_temp.notes_of('other'), pg_temp.notes_of('reader')], '{1,0,1}', 'row security is the role''s that executes');
RESET plan_cache_mode;

-- A governed table below one that is not.
CREATE TABLE app.parent (id int, name text);
CREATE TABLE app.child () INHERITS (app.parent);
ALTER TABLE app.child ADD COLUMN left_on date;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('children', 'app.child', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
INSERT INTO app.parent VALUES (1, 'parent');
INSERT INTO app.child VALUES (2, 'visible', NULL), (3, 'hidden', '2030-01-01');
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT results_eq('SELECT id FROM app.parent ORDER BY id', 'VALUES (1), (2)', 'read through its parent');
TRUNCATE app.seen;
SELECT is((SELECT count(*) FROM app.parent WHERE app.spy(name)), 2::bigint, 'with a function of a user');
SELECT is_empty($$SELECT FROM app.seen WHERE name = 'hidden'$$, 'that sees no hidden row');

SELECT * FROM finish();
ROLLBACK;
