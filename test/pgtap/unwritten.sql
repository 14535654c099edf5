-- A table that was there with rows gets its first policies without a write to any row that says nothing of a start, whatever the policy.
BEGIN;
SELECT plan(18);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00Z';
CREATE TABLE parents (id int PRIMARY KEY, ended_on date);
INSERT INTO parents SELECT generate_series(1, 10);
CREATE TABLE kids (id int PRIMARY KEY, parent int REFERENCES parents);
CREATE TABLE parted (id int, left_on date) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (500);
CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
CREATE TABLE books (id int, left_on date);
CREATE TABLE watched (id int, left_on date);
CREATE TABLE few (id int, left_on date);
CREATE TABLE mixed (id int, left_on date);
CREATE TABLE twice (id int, left_on date, gone_on date);
CREATE TABLE child (note text) INHERITS (few);
INSERT INTO kids SELECT i, 1 + i % 10 FROM generate_series(1, 1000) i;
DO $$ BEGIN EXECUTE (SELECT string_agg(format('INSERT INTO %I (id) SELECT generate_series(1, 1000)', t), ';') FROM unnest('{parted,books,watched,few,mixed,twice,child}'::text[]) t); END $$;
UPDATE few SET left_on = '2020-01-01' WHERE id = 77 AND tableoid = 'few'::regclass;
-- Each row by its place: one that is written has another.
CREATE FUNCTION pg_temp.places(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    SET LOCAL retention.reveal = on;
    EXECUTE format('SELECT md5(string_agg(id || ctid::text, '' '' ORDER BY id)) FROM ONLY %s', relation) INTO result;
    SET LOCAL retention.reveal = off;
    RETURN pg_relation_filenode(relation) || ' ' || result;
END $$;
CREATE TEMP TABLE was AS SELECT t AS relation, pg_temp.places(t) AS places FROM unnest('{kids,parted_1,parted_2,books,watched,few,mixed,twice,child}'::regclass[]) t;
CREATE FUNCTION pg_temp.written(relations regclass[]) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(relation::text, ' ' ORDER BY relation::text), 'none') FROM was WHERE relation = ANY (relations) AND places <> pg_temp.places(relation) $$;

INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, must_keep_for, action, mode, applies_to) SELECT t, t::regclass, ARRAY[starts], '9 years', '30 years', CASE t WHEN 'books' THEN '5 years'::retention.period END, 'delete',
    CASE t WHEN 'watched' THEN 'observe' ELSE 'enforce' END, condition FROM (VALUES ('kids', 'parent.ended_on', NULL), ('parted', 'left_on', NULL), ('books', 'left_on', NULL), ('watched', 'left_on', NULL), ('few', 'left_on', NULL),
    ('mixed', 'left_on', 'id > 500'), ('twice', 'left_on', NULL)) v (t, starts, condition);
CALL retention.sweep();
SELECT is((SELECT string_agg(DISTINCT state, ', ' ORDER BY state) FROM retention.status), 'enforcing, observing', 'every policy is ready');
SELECT is(pg_temp.written('{kids}'), 'none', 'no row is written whose start is along a way');
SELECT is(pg_temp.written('{parted_1,parted_2}'), 'none', 'no row of a partition is written');
SELECT is(pg_temp.written('{books}'), 'none', 'no row is written that must be kept');
SELECT is(pg_temp.written('{watched}'), 'none', 'no row is written for a policy that observes');
SELECT is(pg_temp.written('{twice}'), 'none', 'no row is written of a table that will have two policies');
CREATE FUNCTION pg_temp.clocks(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    SET LOCAL retention.reveal = on;
    EXECUTE format('SELECT string_agg(n || '' '' || state, '', '' ORDER BY state) FROM (SELECT count(*) AS n, coalesce(p.name, ''none'') || '' '' || retention.state(retention_clock) AS state
        FROM ONLY %s t LEFT JOIN retention.policy p ON p.policy_id = retention.policy(t.retention_clock) GROUP BY 2) s', relation) INTO result;
    SET LOCAL retention.reveal = off;
    RETURN result;
END $$;
SELECT is(pg_temp.clocks(relation), clocks, 'nothing is unknown: ' || relation) FROM (VALUES ('kids', '1000 kids active'), ('parted_1', '499 parted active'), ('books', '1000 books active'), ('watched', '1000 watched active'), ('twice', '1000 twice active'),
    ('few', '999 few active, 1 few quarantined')) v (relation, clocks);
SELECT is((SELECT count(*) FROM few), 1999::bigint, 'a child without a policy is seen, and a row that has started is not');
SELECT matches(pg_temp.clocks('mixed'), '^500 mixed active, 500 none', 'rows that a condition leaves out are no policy''s');
SELECT is((SELECT count(*) FROM mixed), 1000::bigint, 'rows that a condition leaves out are seen');
-- The next policy has none of them.
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('twice too', 'twice', '{gone_on}', '2 years', 'delete', 'enforce');
CALL retention.sweep();
SELECT is(pg_temp.written('{twice}'), 'none', 'another policy behind the first writes no row of it');
DROP TABLE child;
SELECT is((SELECT count(*) FROM retention.audit('kids')) + (SELECT count(*) FROM retention.audit('parted')) + (SELECT count(*) FROM retention.audit('books')) + (SELECT count(*) FROM retention.audit('few')) + (SELECT count(*) FROM retention.audit('mixed'))
    + (SELECT count(*) FROM retention.audit('twice')), 0::bigint, 'the audit finds nothing');
UPDATE parents SET ended_on = '2019-01-01' WHERE id = 3;
SELECT matches(pg_temp.clocks('kids'), '^900 kids active, 100 kids (due|quarantined)', 'rows that were never written follow their way');
SELECT * FROM finish();
ROLLBACK;
