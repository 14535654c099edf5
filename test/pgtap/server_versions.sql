-- What servers after 15 add to SQL: none of it reads, returns or acts on a hidden row.
BEGIN;
SELECT plan(26);
SELECT v >= 160000 AS from16, v >= 170000 AS from17, v >= 180000 AS from18, v >= 190000 AS from19,
    current_setting('data_directory') || '/pg_retention_versions_test' AS file
FROM CAST(current_setting('server_version_num') AS int) v \gset

SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.visits (id int PRIMARY KEY, left_on date, name text);
CREATE TABLE app.stays (id int, left_on date, name text) PARTITION BY RANGE (id);
CREATE TABLE app.stays_1 PARTITION OF app.stays FOR VALUES FROM (0) TO (10);
CREATE TABLE app.stays_2 PARTITION OF app.stays FOR VALUES FROM (10) TO (20);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    SELECT t, ('app.' || t)::regclass, '{left_on}', '30 days', '10 years', 'delete', 'enforce' FROM unnest('{visits,stays}'::text[]) t;
INSERT INTO app.visits VALUES (1, '2029-01-01', 'hidden'), (2, '2030-06-01', 'here'), (3, NULL, 'here');
INSERT INTO app.stays VALUES (1, '2029-01-01', 'hidden'), (2, NULL, 'here'), (11, '2029-01-01', 'hidden'), (12, NULL, 'here');
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
SELECT results_eq('SELECT id FROM app.visits ORDER BY id', 'VALUES (2), (3)', 'one row is hidden');

-- All rows of the table, hidden or not.
CREATE FUNCTION app.rows_of(t regclass) RETURNS SETOF text LANGUAGE plpgsql SET retention.reveal = on AS
    $$BEGIN RETURN QUERY EXECUTE format('SELECT concat_ws('' '', id, name) FROM %s ORDER BY id', t); END$$;

-- 15: MERGE.
MERGE INTO app.visits v USING (VALUES (1), (2), (4)) s (id) ON v.id = s.id
    WHEN MATCHED THEN UPDATE SET name = 'merged' WHEN NOT MATCHED AND s.id = 4 THEN INSERT VALUES (4, NULL, 'new');
SELECT results_eq('SELECT app.rows_of($$app.visits$$)', ARRAY['1 hidden', '2 merged', '3 here', '4 new'], 'MERGE leaves it alone');
SELECT throws_ok($$MERGE INTO app.visits v USING (VALUES (1)) s (id) ON v.id = s.id WHEN MATCHED THEN DELETE
    WHEN NOT MATCHED THEN INSERT VALUES (1, NULL, 'again')$$, '23505', NULL, 'MERGE leaves a hidden row alone though its key is taken');

-- 16: errors of input functions are told, not raised.
\if :from16
SELECT ok(pg_input_is_valid(t, ty) = valid, format('%s %L is %s', ty, t, CASE WHEN valid THEN 'valid' ELSE 'invalid' END))
    FROM (VALUES ('7 held', 'retention.clock', true), ('7 lost', 'retention.clock', false), ('0', 'retention.clock', false),
        ('3 years', 'retention.period', true), ('3 yeers', 'retention.period', false), ('', 'retention.period', false)) v (t, ty, valid);
SELECT results_eq('SELECT sql_error_code, message LIKE $$%retention.clock%$$ FROM pg_input_error_info($$7 lost$$, $$retention.clock$$)',
    $$VALUES ('22P02', true)$$, 'input functions say what is wrong');
SELECT throws_ok($$SELECT '3 yeers'::retention.period$$, '22P02', NULL, 'where nobody asked, they are raised');
\else
SELECT skip('input functions raise their errors before 16', 8);
\endif

-- 17: COPY ON_ERROR; MERGE from the other side, and with RETURNING.
\if :from17
CREATE TABLE app.typed (id int, p retention.period);
COPY app.typed FROM PROGRAM 'printf "1\t3 years\n2\t3 yeers\n3\tforever\n"' (ON_ERROR ignore);
SELECT results_eq('SELECT id, p::text FROM app.typed ORDER BY id', $$VALUES (1, '3 years'), (3, 'forever')$$, 'COPY passes over bad periods');
SELECT results_eq($$WITH m AS (MERGE INTO app.visits v USING (VALUES (3)) s (id) ON v.id = s.id
    WHEN MATCHED THEN UPDATE SET name = 'kept' WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), v.id, v.name)
    SELECT * FROM m ORDER BY id$$, $$VALUES ('DELETE', 2, 'merged'), ('UPDATE', 3, 'kept'), ('DELETE', 4, 'new')$$,
    'MERGE does not return it');
SELECT results_eq('SELECT app.rows_of($$app.visits$$)', ARRAY['1 hidden', '3 kept'], 'MERGE takes a hidden row for none without a source');
\else
SELECT skip('neither exists before 17', 3);
\endif

-- 18: RETURNING old; joins of a table with itself are made one; COPY from a materialized view; virtual columns.
\if :from18
SELECT results_eq($$WITH u AS (UPDATE app.visits SET name = 'changed' RETURNING old.id, old.name, new.name AS now) SELECT * FROM u WHERE id = 1$$,
    $$SELECT 0, ''::text, ''::text WHERE false$$, 'RETURNING has no old version of it');
SELECT throws_ok($$INSERT INTO app.visits VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' RETURNING old.name$$, '23505',
    'row conflicts with a row that is hidden by a retention policy', 'not even of a conflict');
SELECT is_empty('SELECT a.name, b.name FROM app.visits a JOIN app.visits b USING (id) WHERE id = 1', 'a join that is no join does not show it');
CREATE MATERIALIZED VIEW app.kept AS SELECT * FROM app.visits;
SET LOCAL retention.test_now = '2035-06-01 12:00:00+00';
INSERT INTO app.visits VALUES (5, '2035-06-01', 'fresh');
REFRESH MATERIALIZED VIEW app.kept;
SET LOCAL retention.test_now = '2036-06-01 12:00:00+00';
SELECT is((SELECT count(*) FROM app.kept WHERE id = 5), 0::bigint, 'a materialized view that is governed hides, too');
COPY app.kept TO :'file';
SELECT is(pg_read_file(:'file'), E'3\t\\N\tchanged\n', 'COPY from a governed materialized view hides, too');
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
DELETE FROM app.visits WHERE id = 5;
CREATE TABLE app.places (id int PRIMARY KEY, raw int, day date GENERATED ALWAYS AS (make_date(2000, 1, raw)) VIRTUAL);
CREATE TABLE app.trips (place_id int REFERENCES app.places);
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action)
    VALUES ('trips', 'app.trips', '{place_id.day}', '1 day', 'delete')$$, '0A000', NULL, 'no trigger sees a virtual column change');
\else
SELECT skip('none of it exists before 18', 6);
\endif

-- 19: ON CONFLICT DO SELECT; COPY from a partitioned table; REPACK.
\if :from19
SELECT throws_ok($$INSERT INTO app.visits VALUES (1) ON CONFLICT (id) DO SELECT RETURNING name$$, '23505',
    'row conflicts with a row that is hidden by a retention policy', 'a conflict does not select it');
SELECT throws_ok($$INSERT INTO app.visits VALUES (1) ON CONFLICT (id) DO SELECT FOR UPDATE WHERE true RETURNING name$$, '23505', NULL,
    'locked neither');
SELECT results_eq($$INSERT INTO app.visits VALUES (3) ON CONFLICT (id) DO SELECT RETURNING id$$, 'VALUES (3)', 'ON CONFLICT DO SELECT returns a row that is there');
COPY app.stays TO :'file';
SELECT is(pg_read_file(:'file'), E'2\t\\N\there\n12\t\\N\there\n', 'COPY of a partitioned table leaves hidden rows out');
COPY app.stays (name, id) TO :'file' (FORMAT json);
SELECT is(pg_read_file(:'file'), E'{"name":"here","id":2}\n{"name":"here","id":12}\n', 'as JSON, too');
REPACK app.visits USING INDEX visits_pkey;
SELECT results_eq('SELECT id FROM app.visits', 'VALUES (3)', 'REPACK carries the clocks along');
\else
SELECT throws_ok(format('COPY app.stays TO %L', :'file'), '42809', NULL, 'COPY of a partitioned table is refused before 19');
SELECT skip('none of it exists before 19', 5);
\endif
COPY (SELECT WHERE false) TO PROGRAM 'rm -f pg_retention_versions_test';
SELECT * FROM finish();
ROLLBACK;
