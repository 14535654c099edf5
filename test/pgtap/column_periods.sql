-- Columns whose period is over before that of their row: anonymised at their own time, while the row lives on.
BEGIN;
SELECT plan(36);

SET retention.test_now = '2030-01-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, phone text CHECK (phone <> 'withheld'), address text, diagnosis text,
    left_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant, keep_for) VALUES
    ('app.users', 'name', 'name', 'constant', 'former user', NULL), ('app.users', 'phone', 'phone', 'null', NULL, '1 hour'),
    ('app.users', 'address', 'postal address', 'constant', 'moved', '30 days'), ('app.users', 'diagnosis', 'health', 'null', NULL, '1 hour');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES
    ('users', 'app.users', '{left_at}', '1 year', 'delete');
CREATE TABLE app.changes (id bigint, changed text);
CREATE FUNCTION app.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO app.changes SELECT NEW.id, string_agg(n.key, ',' ORDER BY n.key) FROM jsonb_each(to_jsonb(NEW)) n
        JOIN jsonb_each(to_jsonb(OLD)) o USING (key) WHERE n.value <> o.value;
    RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.note_change();
CREATE FUNCTION changes() RETURNS text LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM app.changes RETURNING *)
    SELECT string_agg(id || ':' || changed, ' ' ORDER BY id, changed) FROM gone
$$;

INSERT INTO app.users SELECT n, 'Kari Lie', '912 34 567', 'Storgata 1', 'flu', NULL FROM generate_series(1, 6) n;
UPDATE app.users SET left_at = '2030-01-01 11:00:01+00' WHERE id IN (1, 2);
UPDATE app.users SET left_at = '2029-12-01 08:00:00+00' WHERE id = 3;
DELETE FROM app.changes;

-- A policy that only observes.
CALL retention.sweep();
SELECT is(changes(), NULL, 'a policy that observes takes no column');
SELECT is((SELECT count(*) FROM retention.column_progress), 0::bigint, 'a policy that observes keeps no count of columns');
UPDATE retention.policy SET mode = 'enforce';

-- To the second, and all that is due in one pass.
CALL retention.sweep();
SELECT is(changes(), '3:address,diagnosis,phone', 'what is due is done: all columns of a row at once');
SELECT results_eq($$SELECT name, phone, address, diagnosis FROM app.users WHERE id = 3$$,
    $$VALUES ('Kari Lie', NULL::text, 'moved', NULL::text)$$, 'by their anonymisers, and no other column');
SELECT is((SELECT count(*) FROM app.users), 6::bigint, 'the rows live on, in sight');
SET retention.test_now = '2030-01-01 12:00:01+00';
CALL retention.sweep();
SELECT is(changes(), '1:diagnosis,phone 2:diagnosis,phone', 'a second later those whose hour is over');
SELECT is((SELECT address FROM app.users WHERE id = 1), 'Storgata 1', 'without their address');
CALL retention.sweep();
SELECT is(changes(), NULL, 'once');
SELECT results_eq($$SELECT action, relation, row_count, detail FROM retention.ledger WHERE action = 'columns anonymised' ORDER BY entry_id$$,
    $$VALUES ('columns anonymised', 'app.users', 1::bigint, NULL::text), ('columns anonymised', 'app.users', 2, NULL)$$,
    'each batch has its entry in the ledger, without values');
SELECT is((SELECT sum(columns_anonymised) FROM retention.sweep_run), 3::numeric, 'the runs count the rows');

-- Late: what was passed already.
INSERT INTO app.users VALUES (10, 'Ola Moe', '1', 'Lillegata 2', 'x', '2029-06-01'), (11, 'Ola Moe', '1', 'Lillegata 2', 'x', '2030-01-01 10:00:00+00');
COPY app.users (id, name, phone, address, diagnosis, left_at) FROM STDIN;
12	Ola Moe	1	Lillegata 2	x	2030-01-01 10:00:00+00
\.
UPDATE app.users SET left_at = '2029-09-01' WHERE id = 4;
DELETE FROM app.changes;
CALL retention.sweep();
SELECT is(changes(), '4:address,diagnosis,phone 10:address,diagnosis,phone 11:diagnosis,phone 12:diagnosis,phone',
    'rows that are inserted, copied or back-dated into the past are taken with the next sweep');
SELECT is((SELECT count(*) FROM retention.column_late), 0::bigint, 'rows that were taken are not looked at again');
UPDATE app.users SET phone = '2', name = 'Per Vik' WHERE id = 1;
UPDATE app.users SET name = 'Per Vik' WHERE id = 2;
DELETE FROM app.changes;
CALL retention.sweep();
SELECT is(changes(), '1:phone', 'a new value in a column that was anonymised is taken; not a row of which another column changed');

-- A row that fails.
INSERT INTO app.users VALUES (20, 'Liv Dal', '3', 'Lillegata 2', 'x', '2030-01-01 11:30:00+00'), (21, 'Liv Dal', '3', 'Lillegata 2', 'x', '2030-01-01 11:30:00+00'),
    (22, 'Liv Dal', '3', 'Lillegata 2', 'x', '2030-01-01 11:30:00+00');
CREATE FUNCTION app.insist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = 21 AND NEW.phone IS NULL THEN RAISE 'user % must have a phone', NEW.id; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insist BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.insist();
SET retention.test_now = '2030-01-01 12:30:00+00';
CALL retention.sweep();
SELECT is(changes(), '20:diagnosis,phone 22:diagnosis,phone', 'a row that fails stops no other');
SELECT results_eq($$SELECT u.id, b.reason, b.columns_only, b.attempts FROM retention.blocked_row b JOIN app.users u ON u.ctid = b.row_id$$,
    $$VALUES (21::bigint, 'user 21 must have a phone', true, 1)$$, 'a row that fails is listed');
CALL retention.sweep();
SELECT is(changes(), NULL, 'a row that failed is not tried again at once, nor are those beside it');
SET retention.test_now = '2030-01-01 18:00:00+00';
CALL retention.sweep();
SELECT is((SELECT attempts FROM retention.blocked_row), 2, 'a row that failed is tried again later');
UPDATE app.users SET name = 'Liv Dahl' WHERE id = 21;
DROP TRIGGER insist ON app.users;
DELETE FROM app.changes;
SET retention.test_now = '2030-01-02 18:00:00+00';
CALL retention.sweep();
CALL retention.sweep();
SELECT is((SELECT phone FROM app.users WHERE id = 21), NULL, 'a row that failed is tried until it is done, wherever it has moved');
SELECT is_empty('SELECT FROM retention.blocked_row', 'a row that is done is not listed any more');
DELETE FROM app.changes;

-- Held and restricted rows are left alone; who is free again is caught up with.
UPDATE app.users SET left_at = '2030-01-02 19:00:00+00' WHERE id = 6;
INSERT INTO app.users (id, name, phone, left_at, retention_clock) VALUES (7, 'Ole Li', '4', '2030-01-02 19:00:00+00', 'none held');
INSERT INTO app.users VALUES (8, 'Eva Ro', '88 88 88 88', 'Lillegata 2', 'x', '2030-01-02 19:00:00+00');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{phone}');
SELECT retention.restrict('user', 8, 'accuracy contested');
DELETE FROM app.changes;
SET retention.test_now = '2030-01-02 20:00:00+00';
CALL retention.sweep();
SELECT is(changes(), '6:diagnosis,phone', 'a held row is not touched, nor is a restricted one');
SELECT retention.inform_of_lifting(1);
SELECT retention.lift_restriction(1);
DELETE FROM app.changes;
CALL retention.sweep();
SELECT matches(changes(), '8:diagnosis,phone', 'a restricted row is taken when its restriction is lifted');

-- A period becomes longer, and shorter.
UPDATE retention.personal_column SET keep_for = '2 hours' WHERE column_name = 'phone';
INSERT INTO app.users VALUES (30, 'Siri Ås', '3', 'Lillegata 2', 'x', '2030-01-02 18:30:00+00');
CALL retention.sweep();
SELECT is(changes(), '30:diagnosis', 'a longer period counts at once');
SET retention.test_now = '2030-01-02 20:30:00+00';
CALL retention.sweep();
SELECT is((SELECT phone FROM app.users WHERE id = 30), NULL, 'a row that waited for a longer period is not forgotten');
DELETE FROM app.changes;
INSERT INTO app.users VALUES (31, 'Siri Ås', '3', 'Lillegata 2', 'x', '2030-01-02 19:00:00+00');
CALL retention.sweep();
SELECT is(changes(), '31:diagnosis', 'a row in between');
UPDATE retention.personal_column SET keep_for = '90 minutes' WHERE column_name = 'phone';
CALL retention.sweep();
SELECT matches(changes(), '31:phone', 'a shorter one, too');

-- The row's own end.
SET retention.test_now = '2031-01-02 23:00:00+00';
CALL retention.sweep();
SET retention.reveal = on;
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$VALUES (5::bigint), (7)$$, 'a shorter period of a column changes nothing about what becomes of the row');
SET retention.reveal = off;
DELETE FROM app.changes;

-- Floors.
CREATE TABLE app.invoices (id bigint, payer text, delivered_to text, issued_on date);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, required_by_law) VALUES
    ('app.invoices', 'payer', 'name', '1 year', true), ('app.invoices', 'delivered_to', 'postal address', '1 year', false);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES
    ('invoices', 'app.invoices', '{issued_on}', '10 years', '5 years', 'delete', 'enforce');
INSERT INTO app.invoices VALUES (1, 'Kari Lie', 'Storgata 1', '2031-01-01');
SET retention.test_now = '2032-01-01 22:59:59+00';
CALL retention.sweep();
SELECT is((SELECT delivered_to FROM app.invoices), 'Storgata 1', 'a day''s period ends at midnight');
SET retention.test_now = '2032-01-01 23:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT payer, delivered_to FROM app.invoices', $$VALUES ('Kari Lie', NULL::text)$$,
    'a mandatory row gives up what the law does not need of it');
SET retention.test_now = '2036-01-01 22:59:59+00';
CALL retention.sweep();
SELECT is((SELECT payer FROM app.invoices), 'Kari Lie', 'the rest is kept');
SET retention.test_now = '2036-01-01 23:00:00+00';
CALL retention.sweep();
SELECT is((SELECT payer FROM app.invoices), NULL, 'the rest is anonymised at the release');

-- Partitions, and starts from an ancestor.
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.calls (dropped int, customer_id bigint REFERENCES app.customers, day date, phone text, said text) PARTITION BY RANGE (day);
CREATE TABLE app.calls_1 PARTITION OF app.calls FOR VALUES FROM ('2036-01-01') TO ('2036-02-01');
CREATE TABLE app.calls_2 (said text, phone text, customer_id bigint REFERENCES app.customers, day date, dropped int);
ALTER TABLE app.calls ATTACH PARTITION app.calls_2 FOR VALUES FROM ('2036-02-01') TO ('2036-03-01');
ALTER TABLE app.calls DROP COLUMN dropped;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.calls', 'phone', 'phone', '1 hour');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('calls', 'app.calls', '{customer_id.ended_at}', '1 year', 'delete', 'enforce');
INSERT INTO app.customers VALUES (1), (2);
INSERT INTO app.calls VALUES (1, '2036-01-05', '1', 'a'), (1, '2036-02-05', '1', 'b'), (2, '2036-01-05', '2', 'c'), (2, '2036-02-05', '2', 'd');
UPDATE app.customers SET ended_at = '2036-03-01 10:00:00+00' WHERE id = 1;
SET retention.test_now = '2036-03-01 11:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT customer_id, day, phone, said FROM app.calls ORDER BY said',
    $$VALUES (1::bigint, date '2036-01-05', NULL::text, 'a'), (1, '2036-02-05', NULL, 'b'), (2, '2036-01-05', '2', 'c'), (2, '2036-02-05', '2', 'd')$$,
    'the rows below an ended ancestor, in all partitions');
UPDATE app.customers SET ended_at = '2036-03-01 09:00:00+00' WHERE id = 2;
CALL retention.sweep();
SELECT is((SELECT count(phone) FROM app.calls), 0::bigint, 'an ancestor whose end is written later');
INSERT INTO app.calls VALUES (1, '2036-01-05', '3', 'e');
UPDATE app.calls SET day = '2036-02-06' WHERE said = 'e';
CALL retention.sweep();
SELECT is((SELECT phone FROM app.calls WHERE said = 'e'), NULL, 'a row that moves between partitions');
ALTER TABLE app.calls RENAME COLUMN phone TO telephone;
CREATE TABLE app.calls_3 PARTITION OF app.calls FOR VALUES FROM ('2036-03-01') TO ('2036-04-01');
INSERT INTO app.calls VALUES (1, '2036-03-05', '3', 'f');
CALL retention.sweep();
SELECT is((SELECT count(telephone) FROM app.calls), 0::bigint, 'a partition that comes later, after the column was renamed');
DROP TABLE app.calls_3;
SELECT is((SELECT count(*) FROM retention.column_progress WHERE relation::text LIKE '%calls%'), 2::bigint, 'nothing is left of a dropped table');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
