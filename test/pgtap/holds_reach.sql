-- Where a hold ends: partitions, tables that inherit, unlogged ones, rows for which a condition fails, and what is told to whom.
BEGIN;
SELECT plan(53);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE ROLE reach_owner;
CREATE ROLE reach_clerk;
CREATE ROLE reach_counsel;
GRANT reach_owner, reach_clerk, reach_counsel TO CURRENT_USER;
CREATE SCHEMA app AUTHORIZATION reach_owner;
SET LOCAL ROLE reach_owner;
CREATE TABLE app.ev (id bigint, r text, n int, d date, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
CREATE TABLE app.ev_n PARTITION OF app.ev FOR VALUES IN ('n');
CREATE TABLE app.ev_s (d date, n int, r text NOT NULL, id bigint NOT NULL);
ALTER TABLE app.ev ATTACH PARTITION app.ev_s FOR VALUES IN ('s');
CREATE TABLE app.par (id bigint PRIMARY KEY, v text, d date);
CREATE TABLE app.chi (PRIMARY KEY (id)) INHERITS (app.par);
CREATE TABLE app.bare (PRIMARY KEY (id)) INHERITS (app.par);
CREATE TABLE app.light (id bigint PRIMARY KEY, d date);
CREATE TABLE app.books (id bigint PRIMARY KEY, amount int, note text, issued date);
CREATE TABLE app.people (id bigint PRIMARY KEY, email text, left_on date);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('ev', 'app.ev', '{d}', '1 year', 'delete', 'enforce'), ('par', 'app.par', '{d}', '1 year', 'delete', 'enforce'),
    ('chi', 'app.chi', '{d}', '1 year', 'delete', 'enforce'), ('light', 'app.light', '{d}', '1 year', 'delete', 'enforce'), ('people', 'app.people', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, protects) VALUES ('books', 'app.books', '{issued}', '6 years', '5 years', 'delete', 'enforce', '{amount}');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'email', 'email');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'app.people');
INSERT INTO app.ev VALUES (1, 'n', 1), (2, 'n', 2), (3, 's', 3);
INSERT INTO app.par VALUES (1, 'a');
INSERT INTO app.chi VALUES (1, 'b'), (2, 'c');
INSERT INTO app.bare VALUES (1, 'd'), (3, 'e');
INSERT INTO app.books VALUES (1, 10, 'x', '2029-01-01');
INSERT INTO app.people VALUES (1, 'kari@x.example', '2020-01-01'), (2, 'ola@x.example', NULL);
CALL retention.sweep();
CREATE TEMP TABLE hold (what text, answer jsonb);
CREATE FUNCTION pg_temp.id(what text) RETURNS bigint LANGUAGE sql AS $$SELECT (answer ->> 'hold_id')::bigint FROM hold WHERE hold.what = $1$$;

-- A partition.
INSERT INTO hold SELECT 'part', retention.place_hold('p', 'x', '17(3)(e)', relation => 'app.ev_n', condition => 'id = 1');
SELECT throws_ok($$UPDATE app.ev SET r = 's' WHERE id = 1$$, 'RT003', 'cannot take out of its hold a row of "ev_n": a legal hold stands', 'a row does not move to a partition that its hold is not on');
SELECT throws_ok($$UPDATE app.ev SET r = 's', id = 9 WHERE id = 1$$, 'RT003', NULL, 'a row does not move there and become another at once');
SELECT lives_ok($$UPDATE app.ev SET r = 's' WHERE id = 2$$, 'a row that the hold does not reach moves');
SELECT lives_ok($$UPDATE app.ev SET r = 'n' WHERE id = 2$$, 'a row moves to the partition that a hold is on');
INSERT INTO hold SELECT 'row of part', retention.place_hold('p', 'x', '17(3)(e)', '{"id": 2, "r": "n"}'::jsonb, relation => 'app.ev_n');
SELECT throws_ok($$UPDATE app.ev SET r = 's' WHERE id = 2$$, 'RT003', NULL, 'a row that is held as one of a partition stays there');
SELECT is(retention.lift_holds(ARRAY[pg_temp.id('part'), pg_temp.id('row of part')], 'over'), 2::bigint, 'holds of a partition are lifted');
SELECT lives_ok($$UPDATE app.ev SET r = 's' WHERE id IN (1, 2)$$, 'rows that are held no more move');
SELECT lives_ok($$DELETE FROM app.ev WHERE id = 1$$, 'no row stays marked');
INSERT INTO hold SELECT 'whole', retention.place_hold('p', 'x', '17(3)(e)', relation => 'app.ev', condition => 'id = 2');
SELECT lives_ok($$UPDATE app.ev SET r = 'n' WHERE id = 2$$, 'a row moves between partitions of the table that its hold is on');
SELECT throws_ok('DELETE FROM app.ev WHERE id = 2', 'RT003', NULL, 'the row is held where it is then');

-- Tables that inherit.
INSERT INTO hold SELECT 'row', retention.place_hold('r', 'x', '17(3)(e)', 1, relation => 'app.par');
SELECT is(answer -> 'held', '[{"rows": 1, "table": "app.par"}]', 'a row hold is on one row, though a table that inherits has another of its key') FROM hold WHERE what = 'row';
SELECT throws_ok('DELETE FROM ONLY app.par WHERE id = 1', 'RT003', NULL, 'the row that is named is held');
SELECT lives_ok('DELETE FROM app.chi WHERE id = 1', 'the row of the same key in a table that inherits is not');
SELECT is(retention.lift_hold(pg_temp.id('row'), 'over'), 1::bigint, 'a row hold is lifted from one row');
INSERT INTO hold SELECT 'condition', retention.place_hold('c', 'x', '17(3)(e)', relation => 'app.par', condition => 'id > 0');
SELECT is(answer -> 'held', '[{"rows": 2, "table": "app.par"}]', 'rows are counted where something guards them') FROM hold WHERE what = 'condition';
SELECT is(answer -> 'not_held', '[{"why": "nothing guards the table", "rows": null, "table": "app.bare"}]', 'a table that inherits without a policy is named as not held') FROM hold WHERE what = 'condition';
SELECT throws_ok('DELETE FROM app.chi WHERE id = 2', 'RT003', NULL, 'a condition reaches tables that inherit');
SELECT throws_ok('ALTER TABLE app.chi NO INHERIT app.par', 'RT003', 'cannot end the inheritance of "chi": a legal hold stands', 'a table with held rows inherits on');
SELECT retention.lift_hold(pg_temp.id('condition'), 'over');
INSERT INTO hold SELECT 'table', retention.place_hold('t', 'x', '17(3)(e)', relation => 'app.par');
SELECT is(answer -> 'not_held', '[{"why": "nothing guards the table", "rows": null, "table": "app.bare"}]', 'of a table''s hold the table that nothing guards is named, too') FROM hold WHERE what = 'table';
SELECT throws_ok('ALTER TABLE app.chi NO INHERIT app.par', 'RT003', NULL, 'a table does not leave the one that a hold is on');
SELECT throws_ok('DROP TABLE app.chi', 'RT003', NULL, 'a table below the one that a hold is on is not dropped');
SELECT retention.lift_hold(pg_temp.id('table'), 'over');
SELECT lives_ok('ALTER TABLE app.chi NO INHERIT app.par', 'a table leaves when no hold stands');

-- Unlogged.
INSERT INTO app.light VALUES (1);
INSERT INTO hold SELECT 'light', retention.place_hold('l', 'x', '17(3)(e)', 1, relation => 'app.light');
SELECT throws_ok('ALTER TABLE app.light SET UNLOGGED', 'RT003', 'cannot make an unlogged table of "light": a legal hold stands', 'a table with a held row stays logged');
SELECT retention.lift_hold(pg_temp.id('light'), 'over');
INSERT INTO hold SELECT 'light all', retention.place_hold('l', 'x', '17(3)(e)', relation => 'app.light');
SELECT throws_ok('ALTER TABLE app.light SET UNLOGGED', 'RT003', NULL, 'a held table stays logged');
SELECT retention.lift_hold(pg_temp.id('light all'), 'over');
SELECT lives_ok('ALTER TABLE app.light SET UNLOGGED', 'a table becomes unlogged when no hold stands');
SELECT is(retention.place_hold('l', 'x', '17(3)(e)', 1, relation => 'app.light')::jsonb #>> '{not_held,0,why}', 'the table is unlogged', 'a hold on a row of an unlogged table says what that is worth');
SELECT is((SELECT count(*) FROM retention.standing_hold), 2::bigint, 'the unlogged table has a hold');
SELECT is(retention.place_hold('l', 'x', '17(3)(e)', relation => 'app.light')::jsonb #>> '{not_held,0,why}', 'the table is unlogged', 'a hold on an unlogged table says what that is worth');
SELECT retention.lift_holds(array_agg(hold_id), 'over') FROM retention.hold WHERE lifted_at IS NULL AND relation = 'app.light'::regclass;

-- A condition that fails for a row.
INSERT INTO app.people SELECT 100 + i, i || '@x.example' FROM generate_series(1, 3) i;
INSERT INTO hold SELECT 'fails', retention.place_hold('f', 'x', '17(3)(e)', relation => 'app.people', condition => '10 / (id - 500) > 4000');
INSERT INTO hold SELECT 'beside', retention.place_hold('g', 'x', '17(3)(e)', 101, relation => 'app.people');
SELECT lives_ok($$INSERT INTO app.people VALUES (500, 'x@x.example', NULL)$$, 'a row for which a condition fails is written');
SELECT throws_ok('DELETE FROM app.people WHERE id = 500', 'RT003', NULL, 'a row for which a condition fails is held');
SELECT is(retention.lift_hold(pg_temp.id('beside'), 'over'), 1::bigint, 'another hold is lifted beside it');
SELECT lives_ok('DELETE FROM app.people WHERE id = 101', 'what that one held is free');
SELECT lives_ok('CALL retention.sweep()', 'a sweep goes on');
SELECT lives_ok($$SELECT retention.erase('person', 102)$$, 'an erasure goes on');
SELECT is(retention.erase('person', 500)::jsonb #>> '{deferred,0,why}', 'legal hold', 'an erasure of the row waits');
SELECT ok(retention.why('app.people'::regclass, 500) LIKE '%hold%', 'the row is explained');
SELECT throws_ok('TRUNCATE app.people', 'RT003', NULL, 'the table is not emptied');
INSERT INTO hold SELECT 'again', retention.place_hold('h', 'x', '17(3)(e)', 500, relation => 'app.people');
SELECT is(retention.lift_hold(pg_temp.id('fails'), 'over'), 0::bigint, 'a hold whose condition fails is lifted, and what another one keeps stays');
SELECT is(retention.lift_hold(pg_temp.id('again'), 'over'), 1::bigint, 'the last hold on such a row frees it');

-- What is told to whom.
SELECT throws_ok($$SELECT retention.place_hold('f', 'x', '17(3)(e)', relation => 'app.people', condition => 'email::int > 0')$$, '22000', 'the condition of the hold fails for a row of table "people"', 'a condition that fails tells nothing of a row');
SELECT throws_ok(format($$SELECT retention.place_hold('f', 'x', '17(3)(e)', relation => 'app.people', condition => %L)$$, condition), '22000', 'the condition of the hold fails for a row of table "people"', 'nothing of a row is told by a condition of ' || what)
FROM (VALUES ('words', $$(email || ' &')::tsquery IS NULL$$), ('a path', $$(email || '(')::jsonpath IS NULL$$), ('a pattern', $$email ~ (email || '(')$$)) v (what, condition);
INSERT INTO hold SELECT 'words', retention.place_hold('w', 'x', '17(3)(e)', relation => 'app.ev', condition => $$r::tsquery IS NULL OR n > 1000 AND (n::text || ' &')::tsquery IS NULL$$);
SELECT lives_ok($$INSERT INTO app.ev VALUES (77, 's', 1001)$$, 'whoever writes a row for which a condition fails is not stopped, whatever the error is');
SELECT retention.lift_hold(pg_temp.id('words'), 'over');
GRANT USAGE ON SCHEMA app TO reach_clerk;
GRANT SELECT, DELETE ON app.ev TO reach_clerk;
INSERT INTO hold SELECT 'secret', retention.place_hold('Acme v. us', 'x', '17(3)(e)', relation => 'app.ev');
SET LOCAL ROLE reach_clerk;
CREATE FUNCTION pg_temp.detail(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; message text;
BEGIN
    EXECUTE command;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, message = MESSAGE_TEXT;
    RETURN message || ' ' || detail;
END$$;
SELECT is(pg_temp.detail('DELETE FROM app.ev WHERE id = 3') LIKE '%Acme%', false, 'whoever is refused is not told what the hold is called');
SELECT ok(pg_temp.detail('DELETE FROM app.ev WHERE id = 3') LIKE '%Hold %, Article 17(3)(e)%', 'whoever is refused is told its number');
RESET ROLE;
SELECT retention.lift_hold(pg_temp.id('secret'), 'over');
INSERT INTO hold SELECT 'named', retention.place_hold('Acme v. us', 'x', '17(3)(e)', relation => 'app.ev', condition => 'n > 0');
SELECT retention.lift_hold(pg_temp.id('whole'), 'over');
SET LOCAL ROLE reach_owner;
SELECT is(pg_temp.detail('ALTER TABLE app.ev ALTER n TYPE text') LIKE '%Acme%', false, 'an owner who is refused is not told what it is called');
RESET ROLE;

-- What a policy protects of held rows.
INSERT INTO hold SELECT 'books', retention.place_hold('b', 'x', '17(3)(b)', policy => 'books');
SELECT throws_ok($$UPDATE retention.policy SET protects = NULL WHERE name = 'books'$$, 'RT003', NULL, 'a held policy protects what it protected');
SELECT throws_ok($$UPDATE retention.policy SET protects = '{note}' WHERE name = 'books'$$, 'RT003', NULL, 'a held policy protects no other columns instead');
SELECT lives_ok($$UPDATE retention.policy SET protects = '{amount,note}' WHERE name = 'books'$$, 'a held policy protects more');
SELECT retention.lift_hold(pg_temp.id('books'), 'over');
INSERT INTO hold SELECT 'book', retention.place_hold('b', 'x', '17(3)(b)', 1, relation => 'app.books');
SELECT throws_ok($$UPDATE retention.policy SET protects = NULL WHERE name = 'books'$$, 'RT003', NULL, 'a policy of a held row protects what it protected');
SELECT retention.lift_hold(pg_temp.id('book'), 'over');
SELECT lives_ok($$UPDATE retention.policy SET protects = NULL WHERE name = 'books'$$, 'a superuser changes what a policy protects when no hold stands');
SELECT is((SELECT count(*) FROM retention.audit('app.people')), 0::bigint, 'the audit finds nothing');
SELECT * FROM finish();
ROLLBACK;
