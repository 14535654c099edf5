-- Clocks that are computed without a statement: parents found by the index of their key, conditions asked in place, clocks put into rows as they are.
BEGIN;
SELECT plan(18);
SET client_min_messages = warning;
SET retention.test_now = '2026-01-01 00:00+00';
SET retention.confirm_drop = on;
CREATE FUNCTION pg_temp.start_of(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT (retention.starts_at(retention_clock) AT TIME ZONE ''UTC'')::date FROM %s WHERE id = %s', relation, row_id) INTO result;
    RETURN result;
END $$;

CREATE TABLE parents (id int PRIMARY KEY, ended timestamptz);
CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents ON UPDATE CASCADE);
CREATE TABLE nodes (id int PRIMARY KEY, parent int REFERENCES nodes, ended timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('children', 'children', '{parent.ended}', '10 years', 'delete', 'enforce'),
    ('nodes', 'nodes', '{parent.ended}', '10 years', 'delete', 'enforce');

-- What the statement itself has written.
WITH p AS (INSERT INTO parents VALUES (1, '2025-03-01') RETURNING id) INSERT INTO children SELECT 1, id FROM p;
SELECT is(pg_temp.start_of('children', 1), '2025-03-01', 'a parent that the same statement inserts is found');
WITH p AS (INSERT INTO parents VALUES (9, '2010-03-01') RETURNING id) INSERT INTO children SELECT 9, id FROM p;
SET LOCAL retention.reveal = on;
SELECT matches((SELECT retention_clock::text FROM children WHERE id = 9), ' late$', 'a start that is over is moved where the same statement inserts the parent');
SET LOCAL retention.reveal = off;
INSERT INTO nodes VALUES (1, NULL, '2025-04-01'), (2, 1, NULL), (3, 2, NULL);
SELECT is(pg_temp.start_of('nodes', 2), '2025-04-01', 'a row of the same table that the same statement inserts is found');

-- A row that another trigger has written once more by the time it is carried down.
CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE parents SET ended = ended + interval '1 month' WHERE id = NEW.id AND ended < '2025-07-01';
    RETURN NULL;
END $$;
INSERT INTO parents VALUES (2, NULL);
INSERT INTO children SELECT i, 2 FROM generate_series(20, 60) i;
CREATE TRIGGER a_put_off AFTER UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION put_off();
UPDATE parents SET ended = '2025-05-10' WHERE id = 2;
SELECT is((SELECT ended::date::text FROM parents WHERE id = 2), '2025-07-10', 'a trigger puts an end off twice');
SELECT is(pg_temp.start_of('children', 20), '2025-07-10', 'rows below have the start that the row has in the end');
SELECT is(pg_temp.start_of('children', 60), '2025-07-10', 'all of them');
DROP TRIGGER a_put_off ON parents;

-- The key itself changes, and the start with it.
UPDATE parents SET id = 3, ended = '2025-08-01' WHERE id = 2;
SELECT is(pg_temp.start_of('children', 20), '2025-08-01', 'rows below follow a key that changes with the start');
UPDATE parents SET ended = NULL WHERE id = 3;
SELECT is(pg_temp.start_of('children', 20), NULL, 'a start that is unset is unset below');

-- Keys whose index finds otherwise than its columns stand, or not at all by the operator of the key.
CREATE TABLE twos (a text, b bigint, ended date, PRIMARY KEY (b, a));
CREATE TABLE on_twos (id int PRIMARY KEY, x varchar(9), y smallint, FOREIGN KEY (x, y) REFERENCES twos (a, b));
CREATE TABLE numbers (n numeric PRIMARY KEY, ended date);
CREATE TABLE on_numbers (id int PRIMARY KEY, n int REFERENCES numbers);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('twos', 'on_twos', '{x.ended}', '10 years', 'delete', 'enforce'),
    ('numbers', 'on_numbers', '{n.ended}', '10 years', 'delete', 'enforce');
INSERT INTO twos VALUES ('a', 1, '2025-01-02'), ('b', 1, '2025-01-03'), ('a', 2, '2025-01-04');
INSERT INTO on_twos VALUES (1, 'a', 1), (2, 'b', 1), (3, 'a', 2), (4, NULL, 1);
SELECT is(array_agg(retention.starts_at(retention_clock)::date::text ORDER BY id), '{2025-01-02,2025-01-03,2025-01-04,NULL}',
    'a key of two columns, in another order and of other types than its index') FROM on_twos;
INSERT INTO numbers VALUES (1.0, '2025-01-05');
INSERT INTO on_numbers VALUES (1, 1);
SELECT is((SELECT retention.starts_at(retention_clock)::date::text FROM on_numbers), '2025-01-05', 'a key that is converted to be compared');
UPDATE twos SET ended = '2025-02-01' WHERE b = 1;
SELECT is((SELECT retention.starts_at(retention_clock)::date::text FROM on_twos WHERE id = 2), '2025-02-01', 'a row below has the end of a key of two columns');

-- The rest of the row stays as it is, whatever stands before the clock and behind it.
CREATE TABLE wide (id int PRIMARY KEY, gone text, a text, b "char", c numeric, ended timestamptz);
ALTER TABLE wide DROP COLUMN gone;
INSERT INTO wide VALUES (1, 'x', NULL, 1.5, NULL), (2, NULL, 'y', NULL, NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('wide', 'wide', '{ended}', '10 years', 'delete', 'enforce');
ALTER TABLE wide ADD COLUMN d text DEFAULT 'd', ADD COLUMN e float8;
INSERT INTO wide (id, a, b, c, ended, d, e) VALUES (3, repeat('long ', 1000), 'z', NULL, '2025-01-01 12:00+00', NULL, 2.5), (4, NULL, NULL, 12345678901234567890, NULL, '', NULL);
UPDATE wide SET ended = '2025-02-02 12:00+00' WHERE id IN (1, 2);
SELECT results_eq('SELECT id, left(a, 6), length(a), b, c, d, e, (retention.starts_at(retention_clock) AT TIME ZONE ''UTC'')::text FROM wide ORDER BY id',
    $$VALUES (1, 'x', 1, NULL::"char", 1.5, 'd', NULL::float8, '2025-02-02 12:00:00'), (2, NULL, NULL, 'y', NULL, 'd', NULL, '2025-02-02 12:00:00'),
        (3, 'long l', 5000, 'z', NULL, NULL, 2.5, '2025-01-01 12:00:00'), (4, NULL, NULL, NULL, 12345678901234567890, '', NULL, NULL)$$,
    'what stands before the clock and behind it is as it was written');

-- A condition is asked as the table's owner where it may be anybody's code, and in place where it cannot.
CREATE ROLE writes_owner;
CREATE ROLE writes_clerk;
GRANT CREATE ON SCHEMA public TO writes_owner;
CREATE TYPE state AS ENUM ('open', 'closed');
CREATE TABLE owned (id int PRIMARY KEY, s state, note text, ended date);
ALTER TABLE owned OWNER TO writes_owner;
GRANT INSERT, SELECT ON owned TO writes_clerk;
SET ROLE writes_owner;
CREATE FUNCTION public.as_whom(text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN current_user = $1; END$$;
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('closed', 'owned', '{ended}', '10 years', 'delete', 'enforce', $$s = 'closed' AND note LIKE 'a%'$$),
    ('as whom', 'owned', '{ended}', '11 years', 'delete', 'enforce', 'public.as_whom(note)');
CREATE FUNCTION pg_temp.policy_of(row_id int) RETURNS text LANGUAGE sql AS
    'SELECT (SELECT name FROM retention.policy p WHERE p.policy_id = retention.policy(o.retention_clock)) FROM owned o WHERE id = $1';
SET ROLE writes_clerk;
INSERT INTO owned VALUES (1, 'closed', 'abc', NULL), (2, 'open', 'abc', NULL), (3, 'open', 'writes_owner', NULL), (4, 'open', 'writes_clerk', NULL), (5, NULL, NULL, NULL);
RESET ROLE;
SELECT is(pg_temp.policy_of(1), 'closed', 'a condition of the server''s own operators, over an enum, has its row');
SELECT is(pg_temp.policy_of(2), NULL, 'a condition of the server''s own operators leaves another row');
SELECT is(pg_temp.policy_of(3), 'as whom', 'a condition that calls a function runs as the owner');
SELECT is(pg_temp.policy_of(4), NULL, 'a condition that calls a function does not run as who writes');
SELECT is(pg_temp.policy_of(5), NULL, 'nulls are no truth');
SELECT is((SELECT count(*)::int FROM (SELECT DISTINCT relation FROM retention.policy) p, retention.audit(p.relation) a WHERE a.finding <> 'no way to a start'), 0,
    'the audit computes the same');
SELECT * FROM finish();
ROLLBACK;
