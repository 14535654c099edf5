-- A start that a mandatory row has had is not shortened in several steps: unset and set again, it is not earlier than when it is set.
-- Undoing a termination is nobody's to refuse.
BEGIN;
SELECT plan(48);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now, retention.reveal, retention.confirm_drop TO keeper;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
SET ROLE keeper;
CREATE TABLE app.customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.contracts (id int PRIMARY KEY, kind text DEFAULT 'x', customer int REFERENCES app.customers ON DELETE SET NULL, ended_at timestamptz);
CREATE TABLE app.both (id int PRIMARY KEY, a date, b date);
CREATE TABLE app.parts (id int, region text, ended_at timestamptz, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.north PARTITION OF app.parts FOR VALUES IN ('north');
CREATE TABLE app.south PARTITION OF app.parts FOR VALUES IN ('south');
CREATE TABLE app.free (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.watched (id int PRIMARY KEY, ended_at timestamptz);
INSERT INTO retention.policy (policy_id, name, relation, clock_starts, starts_when, applies_to, keep_for, must_keep_for, quarantine_for, action, mode) VALUES
    (1, 'contracts', 'app.contracts', '{ended_at, customer.ended_at}', 'any', 'kind = ''x''', '5 years', '5 years', '0 days', 'delete', 'enforce'),
    (2, 'longer', 'app.contracts', '{ended_at, customer.ended_at}', 'any', 'kind = ''y''', '9 years', '9 years', '0 days', 'delete', 'enforce'),
    (3, 'both', 'app.both', '{a, b}', 'all', NULL, '5 years', '5 years', '0 days', 'delete', 'enforce'),
    (4, 'parts', 'app.parts', '{ended_at}', 'any', NULL, '5 years', '5 years', '0 days', 'delete', 'enforce'),
    (5, 'free', 'app.free', '{ended_at}', 'any', NULL, '5 years', NULL, '0 days', 'delete', 'enforce'),
    (6, 'watched', 'app.watched', '{ended_at}', 'any', NULL, '5 years', '5 years', '0 days', 'delete', 'observe');
RESET ROLE;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT retention_clock::text FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SET ROLE keeper;
INSERT INTO app.customers VALUES (1, NULL), (2, '2010-01-01 12:00Z'), (3, NULL);
INSERT INTO app.contracts (id, ended_at) SELECT i, '2029-06-01 12:00Z' FROM generate_series(1, 9) i;
INSERT INTO app.both SELECT i, '2029-06-01', '2029-06-01' FROM generate_series(1, 2) i;
INSERT INTO app.parts SELECT i, 'north', '2029-06-01 12:00Z' FROM generate_series(1, 3) i;
INSERT INTO app.free VALUES (1, '2029-06-01 12:00Z');
INSERT INTO app.watched VALUES (1, '2029-06-01 12:00Z');

-- The row's own start.
SELECT is(pg_temp.tried($$UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 1$$), 'RT001', 'a start is not put forward in one step');
UPDATE app.contracts SET ended_at = NULL WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 late', 'a start that is unset leaves a mark');
SELECT is(pg_temp.tried('DELETE FROM app.contracts WHERE id = 1'), 'RT001', 'the row is to be kept while its start is unset');
UPDATE app.contracts SET kind = 'x' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 late', 'other changes leave the mark');
UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 2030-01-01T12:00:00Z late', 'the next one is not before now');
SELECT is(pg_temp.tried('DELETE FROM app.contracts WHERE id = 1'), 'RT001', 'the row is kept from its new start on');
UPDATE app.contracts SET ended_at = '2019-01-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 2030-01-01T12:00:00Z late', 'a start that was moved to now stays there');
UPDATE app.contracts SET ended_at = '2031-01-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 2031-01-01T12:00:00Z', 'a later one is what it is');
UPDATE app.contracts SET ended_at = NULL WHERE id = 1;
UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 1), '1 2030-01-01T12:00:00Z late', 'put off, unset and set again: still not before now');
UPDATE app.contracts SET ended_at = 'infinity' WHERE id = 2;
UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 2;
SELECT is(pg_temp.says('app.contracts', 2), '1 2030-01-01T12:00:00Z late', 'infinity is no start either');
UPDATE app.contracts SET ended_at = NULL WHERE id = 3;
UPDATE app.contracts SET ended_at = '2030-02-01 12:00Z' WHERE id = 3;
SELECT is(pg_temp.says('app.contracts', 3), '1 2030-02-01T12:00:00Z', 'a termination that was undone and comes later');
INSERT INTO app.contracts (id) VALUES (20);
UPDATE app.contracts SET ended_at = '2029-12-01 12:00Z' WHERE id = 20;
SELECT is(pg_temp.says('app.contracts', 20), '1 2029-12-01T12:00:00Z', 'the first start is what it is');

-- Upserts, MERGE, another policy meanwhile, reinstate.
INSERT INTO app.contracts (id) VALUES (4) ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at;
INSERT INTO app.contracts (id, ended_at) VALUES (4, '2020-01-01 12:00Z') ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at;
SELECT is(pg_temp.says('app.contracts', 4), '1 2030-01-01T12:00:00Z late', 'by upserts');
MERGE INTO app.contracts c USING (VALUES (5)) s (id) ON c.id = s.id WHEN MATCHED THEN UPDATE SET ended_at = NULL;
MERGE INTO app.contracts c USING (VALUES (5)) s (id) ON c.id = s.id WHEN MATCHED THEN UPDATE SET ended_at = '2020-01-01 12:00Z';
SELECT is(pg_temp.says('app.contracts', 5), '1 2030-01-01T12:00:00Z late', 'by MERGE');
UPDATE app.contracts SET ended_at = NULL, kind = 'y' WHERE id = 6;
SELECT is(pg_temp.says('app.contracts', 6), '2 late', 'by another policy, unset');
UPDATE app.contracts SET ended_at = '2015-01-01 12:00Z' WHERE id = 6;
SELECT is(pg_temp.says('app.contracts', 6), '2 2030-01-01T12:00:00Z late', 'by another policy, set again');
SELECT is(pg_temp.tried($$UPDATE app.contracts SET kind = 'x' WHERE id = 6$$), 'RT001', 'from which a row does not come back to a shorter floor');
SELECT lives_ok($$SELECT retention.reinstate('app.contracts', 7)$$, 'a row is reinstated');
UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 7;
SELECT is(pg_temp.says('app.contracts', 7), '1 2030-01-01T12:00:00Z late', 'by reinstate');
SELECT is(pg_temp.tried('DELETE FROM app.contracts WHERE id = 8'), 'RT001', 'a row is not deleted to be inserted again');

-- By an ancestor, and by another one.
INSERT INTO app.contracts (id, customer) SELECT i, 1 FROM generate_series(10, 13) i;
UPDATE app.customers SET ended_at = '2029-06-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.tried($$UPDATE app.customers SET ended_at = '2020-01-01 12:00Z' WHERE id = 1$$), 'RT001', 'by an ancestor, in one step it is refused');
SELECT is(pg_temp.tried($$UPDATE app.contracts SET customer = 2 WHERE id = 11$$), 'RT001', 'an ancestor that ended before, in one step');
UPDATE app.contracts SET customer = 3 WHERE id = 11;
SELECT is(pg_temp.says('app.contracts', 11), '1 late', 'an ancestor that has not ended');
UPDATE app.contracts SET customer = 2 WHERE id = 11;
SELECT is(pg_temp.says('app.contracts', 11), '1 2030-01-01T12:00:00Z late', 'an ancestor that ended before, after one that has not');
UPDATE app.contracts SET customer = NULL WHERE id = 12;
SELECT is(pg_temp.says('app.contracts', 12), '1 2029-06-01T12:00:00Z orphaned', 'a way that is cut leaves the start as ever');
SELECT retention.reinstate('app.contracts', 12);
SELECT is(pg_temp.says('app.contracts', 12), '1 late', 'a start whose way was cut goes by reinstate');
UPDATE app.contracts SET customer = 2 WHERE id = 12;
SELECT is(pg_temp.says('app.contracts', 12), '1 2030-01-01T12:00:00Z late', 'a start after a reinstated one is not before now');
UPDATE app.customers SET ended_at = NULL WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 10), '1 late', 'the ancestor''s start is unset');
UPDATE app.customers SET ended_at = '2020-01-01 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('app.contracts', 10), '1 2030-01-01T12:00:00Z late', 'the ancestor''s start is set again');

-- Of all starts; partitions; no floor.
UPDATE app.both SET b = NULL WHERE id = 1;
SELECT is(pg_temp.says('app.both', 1), '3 late', 'of all starts one is unset');
UPDATE app.both SET a = '2020-01-01', b = '2020-01-01' WHERE id = 1;
SELECT is(pg_temp.says('app.both', 1), '3 2030-01-01T12:00:00Z late', 'of all starts, set again');
UPDATE app.parts SET ended_at = NULL, region = 'south' WHERE id = 1;
SELECT is(pg_temp.says('app.south', 1), '4 late', 'on the way to another partition');
UPDATE app.parts SET ended_at = '2020-01-01 12:00Z', region = 'north' WHERE id = 1;
SELECT is(pg_temp.says('app.north', 1), '4 2030-01-01T12:00:00Z late', 'on the way back to the first partition');
UPDATE app.free SET ended_at = NULL;
SELECT is(pg_temp.says('app.free', 1), '5', 'without a floor there is no mark');
UPDATE app.watched SET ended_at = NULL;
SELECT is(pg_temp.says('app.watched', 1), '6', 'a floor that only observes leaves no mark');
SET retention.test_now = '2034-12-01 12:00Z';
UPDATE app.contracts SET ended_at = NULL WHERE id = 9;
SELECT is(pg_temp.says('app.contracts', 9), '1 2029-06-01T12:00:00Z', 'a hidden row is not there to be written');
SET retention.reveal = on;
UPDATE app.contracts SET ended_at = NULL WHERE id = 9;
RESET retention.reveal;
SELECT is(pg_temp.says('app.contracts', 9), '1', 'a floor that is over leaves no mark');
SET retention.test_now = '2030-01-01 12:00Z';
RESET ROLE;
SELECT is_empty($$SELECT a.* FROM unnest('{app.contracts,app.both,app.parts}'::regclass[]) r, retention.audit(r) a$$, 'the audit finds all that as it should be');

-- By the policy: another start that is unset, and then the old one again.
SET ROLE keeper;
CREATE TABLE app.two (id int PRIMARY KEY, a date, b date);
INSERT INTO retention.policy (policy_id, name, relation, clock_starts, keep_for, must_keep_for, quarantine_for, action, mode) VALUES
    (7, 'two', 'app.two', '{a}', '5 years', '5 years', '0 days', 'delete', 'enforce');
INSERT INTO app.two VALUES (1, '2029-06-01'), (2, '2029-06-01');
UPDATE retention.policy SET clock_starts = '{b}' WHERE policy_id = 7;
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
SELECT is(pg_temp.says('app.two', 1), '7 late', 'a start that the policy does not ask for any more leaves the mark');
UPDATE app.two SET b = '2020-01-01' WHERE id = 1;
SELECT is(pg_temp.says('app.two', 1), '7 2030-01-01T12:00:00Z late', 'a start of the new kind is not before now');
UPDATE app.two SET a = '2020-01-01' WHERE id = 2;
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{a}' WHERE policy_id = 7$$), '42501', 'the policy does not get back a start that was put forward meanwhile');
RESET ROLE;
UPDATE app.two SET a = '2029-06-01' WHERE id = 2;
UPDATE retention.policy SET clock_starts = '{a}' WHERE policy_id = 7;
CALL retention.sweep();
SELECT is(pg_temp.says('app.two', 2), '7 2029-06-01T21:59:59.5Z', 'a superuser takes back what was written by mistake, and rows have their starts again');
SELECT is_empty($$SELECT FROM retention.audit('app.two')$$, 'the audit finds the starts that the policy asks for');

-- A restore brings the mark along; a start that nobody saw is found, and not repaired.
INSERT INTO app.contracts (id, retention_clock) VALUES (30, '1 late');
SELECT is(pg_temp.says('app.contracts', 30), '1 late', 'a dump that is restored has the mark');
CALL retention.sweep();
SELECT is(pg_temp.says('app.contracts', 30), '1 late', 'stamping leaves the mark that was restored');
UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 30;
SELECT is(pg_temp.says('app.contracts', 30), '1 2030-01-01T12:00:00Z late', 'a mark that was restored counts');
CREATE FUNCTION pg_temp.unseen(relation regclass, command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = relation AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid = relation;
    EXECUTE command;
    UPDATE pg_trigger SET tgenabled = 'A' WHERE tgrelid = relation AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid = relation;
END $$;
UPDATE app.contracts SET ended_at = NULL WHERE id = 8;
SELECT pg_temp.unseen('app.contracts', $$UPDATE app.contracts SET ended_at = '2020-01-01 12:00Z' WHERE id = 8$$);
SELECT pg_temp.unseen('app.both', 'UPDATE app.both SET a = NULL WHERE id = 2');
SELECT set_eq($$SELECT says::text || ', ' || finding || ', ' || repaired FROM unnest('{app.contracts,app.both}'::regclass[]) r, retention.audit(r, true)$$,
    $$VALUES ('1 late, wrong start, false'), ('3 2029-06-01T21:59:59.5Z, wrong start, true')$$, 'what is unset and set where no trigger fires is found');
SELECT is(pg_temp.says('app.contracts', 8) || ', ' || pg_temp.says('app.both', 2), '1 late, 3 late', 'a repair of a start that was unset unseen releases nothing earlier');
SELECT * FROM finish();
ROLLBACK;
