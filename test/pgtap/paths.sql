BEGIN;
SELECT plan(15);

CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.cases (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES app.customers, completed_at timestamptz);
CREATE TABLE app.notes (id bigint PRIMARY KEY, case_id bigint NOT NULL REFERENCES app.cases ON DELETE CASCADE, note text)
    PARTITION BY RANGE (id);
CREATE TABLE app.notes_1 PARTITION OF app.notes FOR VALUES FROM (0) TO (100);
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, action, mode) VALUES
    ('cases', 'app.cases', '{completed_at, customer_id.ended_at}', 'all', '3 years', 'delete', 'observe'),
    ('notes', 'app.notes', '{case_id.completed_at, case_id.customer_id.ended_at}', 'any', '3 years', 'delete', 'observe');

INSERT INTO app.customers VALUES (1, NULL), (2, '2020-01-01');
INSERT INTO app.cases VALUES (1, 1, '2019-01-01'), (2, 2, '2019-06-01');
INSERT INTO app.notes VALUES (1, 1, 'a'), (2, 2, 'b');

SELECT is((SELECT retention.starts_at(retention_clock) FROM app.cases WHERE id = 1), NULL::timestamptz,
    'all: waits for the customer');
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.cases WHERE id = 2), '2020-01-01'::timestamptz,
    'all: the later start');
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.notes WHERE id = 2), '2019-06-01'::timestamptz,
    'any: the earlier start, two hops away');
UPDATE app.customers SET ended_at = '2021-05-05' WHERE id = 1;
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.cases WHERE id = 1), '2021-05-05'::timestamptz,
    'an ancestor restamps its rows');
UPDATE app.cases SET completed_at = NULL WHERE id = 2;
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.notes WHERE id = 2), '2020-01-01'::timestamptz,
    'a partition follows the middle of its path');
UPDATE app.cases SET customer_id = 1 WHERE id = 2;
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.notes WHERE id = 2), '2021-05-05'::timestamptz,
    'a moved foreign key moves the clock');
CREATE TEMP TABLE clocks AS SELECT id, retention_clock AS clock FROM app.cases;
UPDATE app.cases SET retention_clock = 'none';
SELECT results_eq('SELECT id, retention_clock::text FROM app.cases ORDER BY id', 'SELECT id, clock::text FROM clocks ORDER BY id', 'what is written into a clock is of no account');
SELECT throws_ok($$UPDATE app.customers SET ended_at = '-infinity' WHERE id = 1$$, '22008', NULL, 'a clock cannot start at -infinity');
SET LOCAL session_replication_role = replica;
INSERT INTO app.notes VALUES (3, 2, 'c');
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.notes WHERE id = 3), '2021-05-05'::timestamptz,
    'stamped under replica role too');

SET LOCAL session_replication_role = origin;
ALTER SCHEMA app RENAME TO moved;
INSERT INTO moved.notes VALUES (4, 2, 'd');
SELECT is((SELECT retention.starts_at(retention_clock) FROM moved.notes WHERE id = 4), '2021-05-05'::timestamptz,
    'a schema may be renamed between two rows');

-- Whatever the catalogs go through, nothing is kept of the plans made before.
CREATE FUNCTION pg_temp.kept_plans() RETURNS bigint LANGUAGE sql AS
    $$SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'CachedPlanSource' AND ident LIKE '%FOR SHARE'$$;
CREATE TEMP TABLE before AS SELECT pg_temp.kept_plans() AS n;
DO $$BEGIN
    FOR i IN 10 .. 29 LOOP
        EXECUTE format('COMMENT ON TABLE moved.cases IS %L', i);
        EXECUTE format('ALTER TABLE moved.cases ALTER completed_at SET STATISTICS %s', i);
        EXECUTE format('INSERT INTO moved.notes VALUES (%s, 2)', i);
    END LOOP;
END$$;
SELECT is(pg_temp.kept_plans(), (SELECT n FROM before), 'plans of paths do not pile up');

-- What a condition keeps from one row to the next is still there.
CREATE TABLE moved.visits (id bigint PRIMARY KEY, name text, "from" text, left_at timestamptz);
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, action) VALUES
    ('composite', 'moved.visits', '(id, name, "from") IS NOT NULL', '{left_at}', '1 day', 'delete');
INSERT INTO moved.visits SELECT n, 'Kari Lie', 'Bergen', '2020-01-01' FROM generate_series(1, 3) n;
DO $$BEGIN
    EXECUTE 'UPDATE moved.visits SET name = NULL WHERE id = 2';
    FOR i IN 1 .. 3 LOOP
        EXECUTE format('UPDATE moved.visits SET left_at = ''2021-01-01'' WHERE id = %s', i);
    END LOOP;
END$$;
SELECT results_eq('SELECT id, retention.starts_at(retention_clock) FROM moved.visits ORDER BY id',
    $$VALUES (1::bigint, timestamptz '2021-01-01'), (2, NULL), (3, '2021-01-01')$$, 'a condition on composite values');

-- What is over a limit is said to be.
CREATE SCHEMA wide;
DO $$BEGIN
    EXECUTE (SELECT 'CREATE TABLE wide.far (ended_on date, ' || string_agg(format('a%s int', n), ', ') || ', PRIMARY KEY (' || string_agg('a' || n, ', ') || '))'
             FROM generate_series(1, 9) n);
    EXECUTE (SELECT 'CREATE TABLE wide.near (id int PRIMARY KEY, ' || string_agg(format('a%s int', n), ', ') || ', FOREIGN KEY (' || string_agg('a' || n, ', ') || ') REFERENCES wide.far)'
             FROM generate_series(1, 9) n);
    CREATE TABLE wide.chain (id int PRIMARY KEY, up int REFERENCES wide.chain, ended_on date);
END$$;
SELECT throws_matching($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('wide', 'wide.near', '{a1.ended_on}', '1 year', 'delete')$$,
    'has more than 8 columns and cannot be followed', 'a foreign key of nine columns is refused as one of too many');
SELECT lives_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action)
    VALUES ('chain', 'wide.chain', ARRAY[repeat('up.', 16) || 'ended_on'], '1 year', 'delete')$$, 'a path may have sixteen steps');
SELECT throws_matching($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action)
    VALUES ('chain 2', 'wide.chain', ARRAY[repeat('up.', 17) || 'ended_on'], '1 year', 'delete')$$, 'has more than 16 steps', 'a path of seventeen steps is refused as one too long');

SELECT * FROM finish();
ROLLBACK;
