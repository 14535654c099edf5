-- Rows that refer to each other and are all due go together; what cannot go is listed.
SELECT plan(31);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA app;
CREATE FUNCTION pg_temp.is_left(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM %s', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN coalesce(result, 'nothing');
END $$;

-- Two tables.
CREATE TABLE app.teams (id int PRIMARY KEY, lead int, name text, ended_at timestamptz);
CREATE TABLE app.people (id int PRIMARY KEY, team int REFERENCES app.teams, name text, ended_at timestamptz);
ALTER TABLE app.teams ADD FOREIGN KEY (lead) REFERENCES app.people;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.teams', 'name', 'name'), ('app.people', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('teams', 'app.teams', '{ended_at}', '0 days', 'delete', 'enforce'), ('people', 'app.people', '{ended_at}', '0 days', 'delete', 'enforce');
INSERT INTO app.teams (id, name) SELECT i, 'T' FROM generate_series(1, 6) i;
INSERT INTO app.people (id, team, name) SELECT i, i, 'Kari' FROM generate_series(1, 6) i;
UPDATE app.teams SET lead = id;
UPDATE app.teams SET ended_at = '2026-01-01' WHERE id <> 2;
UPDATE app.people SET ended_at = '2026-01-01' WHERE id <> 3;
-- 4 has a member who stays; 5 and 6 are one knot.
INSERT INTO app.people (id, team, name) VALUES (40, 4, 'Ola');
UPDATE app.people SET team = 6 WHERE id = 5;
UPDATE app.people SET team = 5 WHERE id = 6;
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams'), '2 3 4', 'teams whose lead and members are due go with them');
SELECT is(pg_temp.is_left('app.people'), '2 3 4 40', 'people go with the team that they lead');
SELECT results_eq($$SELECT relation, sum(row_count) FROM retention.ledger WHERE action = 'deleted' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('app.people', 3::numeric), ('app.teams', 3)$$, 'the ledger has how many of each table');
SELECT results_eq('SELECT deleted, blocked FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1', 'VALUES (6::bigint, 0::bigint)', 'the run counts them');
UPDATE app.people SET ended_at = '2026-01-01' WHERE id IN (3, 40);
UPDATE app.teams SET ended_at = '2026-01-01' WHERE id = 2;
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), 'nothing, nothing', 'when the last of a knot is due, all of it goes');

-- One table, in a circle of three; RESTRICT; no personal columns, so that rows are blocked, not anonymised.
CREATE TABLE app.chain (id int PRIMARY KEY, next int REFERENCES app.chain ON DELETE RESTRICT, ended_at timestamptz);
CREATE TABLE app.keeper (id int PRIMARY KEY, of int REFERENCES app.chain);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, if_referenced) VALUES ('chain', 'app.chain', '{ended_at}', '0 days', 'delete', 'enforce', 'block');
INSERT INTO app.chain (id) SELECT generate_series(1, 8);
UPDATE app.chain SET next = CASE id WHEN 3 THEN 1 WHEN 6 THEN 4 WHEN 8 THEN 8 WHEN 7 THEN NULL ELSE id + 1 END;
INSERT INTO app.keeper VALUES (1, 7), (2, 5);
UPDATE app.chain SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.chain'), '4 5 6 7', 'a circle in one table goes, a row that refers to itself goes, and what else is kept by another table stays');
SELECT results_eq($$SELECT c.id, b.sqlstate IN ('23001', '23503') FROM retention.blocked_row b JOIN app.chain c ON c.ctid = b.row_id WHERE b.relation = 'app.chain'::regclass ORDER BY 1$$,
    $$VALUES (4, true), (5, true), (6, true), (7, true)$$, 'what stays is listed') FROM set_config('retention.reveal', 'on', false);
SELECT is((SELECT blocked FROM retention.status WHERE name = 'chain'), 4::bigint, 'status counts what stays');
SET retention.reveal = off;
DELETE FROM app.keeper;
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.chain'), 'nothing', 'a circle goes as soon as nothing keeps it');

-- Deferrable keys; keys of several columns; three tables; a partitioned one.
CREATE TABLE app.a (id int, k int, b int, ended_at timestamptz, PRIMARY KEY (id, k));
CREATE TABLE app.b (id int PRIMARY KEY, c int, ended_at timestamptz) PARTITION BY RANGE (id);
CREATE TABLE app.b1 PARTITION OF app.b FOR VALUES FROM (0) TO (10);
CREATE TABLE app.b2 PARTITION OF app.b FOR VALUES FROM (10) TO (20);
CREATE TABLE app.c (id int PRIMARY KEY, a int, k int, ended_at timestamptz, FOREIGN KEY (a, k) REFERENCES app.a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE app.a ADD FOREIGN KEY (b) REFERENCES app.b DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE app.b ADD FOREIGN KEY (c) REFERENCES app.c DEFERRABLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('a', 'app.a', '{ended_at}', '0 days', 'delete', 'enforce'),
    ('b', 'app.b', '{ended_at}', '0 days', 'delete', 'enforce'), ('c', 'app.c', '{ended_at}', '0 days', 'delete', 'enforce');
BEGIN;
INSERT INTO app.a SELECT i, 1, i FROM generate_series(1, 12) i;
INSERT INTO app.c SELECT i, i, 1 FROM generate_series(1, 12) i;
INSERT INTO app.b SELECT i, i FROM generate_series(1, 12) i;
COMMIT;
UPDATE app.a SET ended_at = '2026-01-01' WHERE id <> 2;
UPDATE app.b SET ended_at = '2026-01-01';
UPDATE app.c SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.a') || ', ' || pg_temp.is_left('app.b') || ', ' || pg_temp.is_left('app.c'), '2, 2, 2', 'a circle of three tables goes, with partitions and keys of two columns');
UPDATE app.a SET ended_at = '2026-01-01';
BEGIN;
CALL retention.sweep();
COMMIT;
SELECT is(pg_temp.is_left('app.a') || ', ' || pg_temp.is_left('app.b') || ', ' || pg_temp.is_left('app.c'), 'nothing, nothing, nothing', 'a sweep in a transaction block takes it, too');

-- What may not go keeps the others.
CREATE TABLE app.docs (id int PRIMARY KEY, cover int, at date, name text);
CREATE TABLE app.pages (id int PRIMARY KEY, doc int REFERENCES app.docs, at date, name text);
ALTER TABLE app.docs ADD FOREIGN KEY (cover) REFERENCES app.pages;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.docs', 'name', 'name'), ('app.pages', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode) VALUES
    ('docs', 'app.docs', '{at}', '1 year', 'delete', '5 years', 'enforce'), ('pages', 'app.pages', '{at}', '1 year', 'delete', NULL, 'enforce');
INSERT INTO app.docs (id, at, name) SELECT i, '2025-01-01', 'D' FROM generate_series(1, 3) i;
INSERT INTO app.pages (id, doc, at, name) SELECT i, i, '2025-01-01', 'Kari' FROM generate_series(1, 3) i;
SET retention.reveal = on;
UPDATE app.docs SET cover = id;
SELECT throws_ok('DELETE FROM app.docs', 'RT001', NULL, 'a mandatory document');
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.docs') || ', ' || pg_temp.is_left('app.pages'), '1 2 3, 1 2 3', 'what the law keeps keeps what refers to it and is referred to');
SET retention.test_now = '2031-01-01 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.docs') || ', ' || pg_temp.is_left('app.pages'), 'nothing, nothing', 'when the law lets go, both go');
SET retention.test_now = '2026-11-28 12:00+01';
-- A trigger that refuses one: its knot stays and is listed, the others go.
INSERT INTO app.teams (id, name) SELECT i, 'T' FROM generate_series(1, 3) i;
INSERT INTO app.people (id, team, name) SELECT i, i, 'Kari' FROM generate_series(1, 3) i;
UPDATE app.teams SET lead = id;
CREATE FUNCTION app.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id = 2 THEN RAISE 'not 2'; END IF; RETURN OLD; END$$;
CREATE TRIGGER no BEFORE DELETE ON app.teams FOR EACH ROW EXECUTE FUNCTION app.no();
UPDATE app.teams SET ended_at = '2026-01-01';
UPDATE app.people SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), '2, 2', 'a knot that fails does not keep the others');
SELECT results_eq($$SELECT DISTINCT reason FROM retention.blocked_row$$, $$VALUES ('not 2')$$, 'a knot that fails is listed with its reason');
SELECT is((SELECT string_agg(problem, ', ') FROM retention.status WHERE name IN ('teams', 'people')), 'error P0001, error P0001', 'status says what anybody may be told');
DROP TRIGGER no ON app.teams;
SET retention.test_now = '2026-12-28 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), 'nothing, nothing', 'a knot that nothing stops any more goes');
SELECT is_empty('SELECT FROM retention.blocked_row', 'nothing is listed any more');

-- Two owners.
SELECT is_empty($$SELECT FROM retention.check() WHERE what = 'rows that refer to each other can go'$$, 'tables of one owner are no problem');
CREATE ROLE mutual_owner;
GRANT USAGE, CREATE ON SCHEMA app TO mutual_owner;
GRANT REFERENCES ON app.teams TO mutual_owner;
ALTER TABLE app.people OWNER TO mutual_owner;
SELECT results_eq($$SELECT object FROM retention.check() WHERE what = 'rows that refer to each other can go' AND NOT ok$$, $$VALUES ('app.teams and app.people')$$,
    'tables of two owners are listed');
INSERT INTO app.teams (id, name) VALUES (1, 'T');
INSERT INTO app.people (id, team, name) VALUES (1, 1, 'Kari');
UPDATE app.teams SET lead = id, ended_at = '2026-01-01';
UPDATE app.people SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), '1, 1', 'rows of two owners stay, and nothing runs with the rights of the other');
ALTER TABLE app.people OWNER TO CURRENT_USER;
UPDATE retention.policy SET purpose = 'x';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), 'nothing, nothing', 'given to one owner they go');

-- Many: more than a batch.
INSERT INTO app.teams (id, name) SELECT i, 'T' FROM generate_series(1, 1500) i;
INSERT INTO app.people (id, team, name) SELECT i, i, 'Kari' FROM generate_series(1, 1500) i;
UPDATE app.teams SET lead = id;
UPDATE app.teams SET ended_at = '2026-01-01';
UPDATE app.people SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), 'nothing, nothing', 'more knots than a batch has rows go');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger is whole');
DELETE FROM app.teams;
REVOKE ALL ON SCHEMA app FROM mutual_owner;
REVOKE ALL ON app.teams FROM mutual_owner;
DROP ROLE mutual_owner;
-- What another policy of the knot may not lose stays, and so does what it keeps.
INSERT INTO app.teams (id, name) SELECT i, 'T' FROM generate_series(11, 12) i;
INSERT INTO app.people (id, team, name, ended_at) SELECT i, i, 'Kari', '2026-01-01' FROM generate_series(11, 12) i;
UPDATE app.teams SET lead = id, ended_at = '2026-01-01' WHERE id > 10;
SELECT retention.pause('people', 'a court asks');
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), '11 12, 11 12', 'rows of a paused policy do not go with those of another');
SELECT retention.unpause('people');
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.teams') || ', ' || pg_temp.is_left('app.people'), 'nothing, nothing', 'a knot goes when its policies may');
SET retention.max_share = 0.1;
BEGIN;
INSERT INTO app.a SELECT i, 1, i - 10, '2026-01-01' FROM generate_series(11, 12) i;
INSERT INTO app.c SELECT i, i, 1, '2026-01-01' FROM generate_series(11, 12) i;
INSERT INTO app.b SELECT i - 10, i, '2026-01-01' FROM generate_series(11, 12) i;
COMMIT;
INSERT INTO retention.table_share VALUES ('app.c'::regclass, retention.time_now(), 1000, 999) ON CONFLICT (relation) DO UPDATE SET taken = 999, since = excluded.since, most = 1000;
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.a') || ', ' || pg_temp.is_left('app.b') || ', ' || pg_temp.is_left('app.c'), '11 12, 1 2, 11 12',
    'rows beyond the share of their table do not go with those of another');
SELECT is((SELECT state FROM retention.status WHERE name = 'c'), 'waiting for retention.approve()', 'the policy of such rows waits for approval');
SELECT is(retention.approve('c'), 2::bigint, 'what it waits with is approved');
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.a') || ', ' || pg_temp.is_left('app.b') || ', ' || pg_temp.is_left('app.c'), 'nothing, nothing, nothing', 'a knot that was approved goes');
SELECT * FROM finish();
