-- Rows of several policies that refer to each other go together when the last of them is due, and when nobody holds one of the policies back.
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2026-06-01 12:00+02';
CREATE SCHEMA app;
CREATE FUNCTION pg_temp.is_left(VARIADIC relations regclass[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; one text; r regclass;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    FOREACH r IN ARRAY relations LOOP
        EXECUTE format('SELECT coalesce(string_agg(id::text, '' '' ORDER BY id), ''nothing'') FROM %s', r) INTO one;
        result := concat_ws(', ', result, one);
    END LOOP;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;

-- Three tables, of which one is partitioned and one has a key of two columns; each policy with a time of its own, one of them with a quarantine.
CREATE TABLE app.firm (id int PRIMARY KEY, contract int, region text, closed date);
CREATE TABLE app.contract (id int, region text, office int, ended date, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.contract_no PARTITION OF app.contract FOR VALUES IN ('no');
CREATE TABLE app.contract_se PARTITION OF app.contract FOR VALUES IN ('se');
CREATE TABLE app.office (id int PRIMARY KEY, firm int REFERENCES app.firm ON DELETE RESTRICT, left_on date);
ALTER TABLE app.firm ADD FOREIGN KEY (contract, region) REFERENCES app.contract;
ALTER TABLE app.contract ADD FOREIGN KEY (office) REFERENCES app.office DEFERRABLE INITIALLY DEFERRED;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES
    ('firm', 'app.firm', '{closed}', '1 year', '0 days', 'delete', 'block', 'enforce'),
    ('contract', 'app.contract', '{ended}', '2 years', '0 days', 'delete', 'block', 'enforce'),
    ('office', 'app.office', '{left_on}', '2 years', '30 days', 'delete', 'block', 'enforce');
INSERT INTO app.firm (id, closed) SELECT i, '2026-01-10' FROM generate_series(1, 4) i;
INSERT INTO app.office SELECT i, i, '2026-01-10' FROM generate_series(1, 4) i;
INSERT INTO app.contract SELECT i, CASE WHEN i % 2 = 0 THEN 'no' ELSE 'se' END, i, '2026-01-10' FROM generate_series(1, 4) i;
UPDATE app.firm SET contract = id, region = CASE WHEN id % 2 = 0 THEN 'no' ELSE 'se' END;
-- Of the fourth knot the office goes on; an order refers to the firm of the third.
UPDATE app.office SET left_on = NULL WHERE id = 4;
CREATE TABLE app.orders (id int PRIMARY KEY, firm int REFERENCES app.firm);
INSERT INTO app.orders VALUES (1, 3);
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '1 2 3 4, 1 2 3 4, 1 2 3 4', 'nothing goes before it is due');
SET retention.test_now = '2027-01-11 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '1 2 3 4, 1 2 3 4, 1 2 3 4', 'while only the first of three is due it waits for the others');
SELECT is((SELECT string_agg(name || ' ' || blocked, ', ' ORDER BY name) FROM retention.status), 'contract 0, firm 4, office 0', 'what waits for the others is listed');
SET retention.test_now = '2028-01-11 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '1 2 3 4, 1 2 3 4, 1 2 3 4', 'while the third is in quarantine two that are due wait for it');
SET retention.test_now = '2028-02-10 00:00:00+01';
SELECT retention.pause('office', 'an inquiry') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '1 2 3 4, 1 2 3 4, 1 2 3 4', 'while one of three policies is paused no row of it goes with the others');
SELECT retention.unpause('office') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '3 4, 3 4, 3 4', 'when the last of three is due and nobody holds it back they go, each knot by itself');
SELECT results_eq($$SELECT relation, sum(row_count) FROM retention.ledger WHERE action = 'deleted' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('app.contract', 2::numeric), ('app.firm', 2), ('app.office', 2)$$, 'the ledger has of each table what went');
SELECT results_eq($$SELECT DISTINCT sqlstate IN ('23001', '23503') FROM retention.blocked_row$$, 'VALUES (true)', 'what stays is listed with the key that keeps it');
DELETE FROM app.orders;
SET retention.test_now = '2028-02-12 00:00:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), '4, 4, 4', 'a knot goes when what referred to it from outside is gone');
SET retention.reveal = on;
UPDATE app.office SET left_on = '2026-01-01';
SET retention.reveal = off;
SET retention.test_now = '2028-03-20 00:00:00+01';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.firm', 'app.contract', 'app.office'), 'nothing, nothing, nothing', 'the last knot goes when all of it is due');
SELECT is_empty('SELECT FROM retention.blocked_row', 'nothing is listed when the last knot is gone');

-- Where the other one's row is anonymised and stays, both stay.
CREATE TABLE app.book (id int PRIMARY KEY, author int, at date);
CREATE TABLE app.author (id int PRIMARY KEY, best int REFERENCES app.book, name text, at date);
ALTER TABLE app.book ADD FOREIGN KEY (author) REFERENCES app.author;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.author', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES
    ('book', 'app.book', '{at}', '1 year', '0 days', 'delete', 'block', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('author', 'app.author', '{at}', '1 year', '0 days', 'anonymise', 'enforce');
INSERT INTO app.book VALUES (1, NULL, '2028-03-01');
INSERT INTO app.author VALUES (1, 1, 'Kari', '2028-03-01');
UPDATE app.book SET author = 1;
SET retention.test_now = '2029-06-01 12:00+02';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.book', 'app.author'), '1, 1', 'a row whose other end is anonymised and stays does not go');
SELECT is((SELECT name FROM app.author), NULL, 'the other end is anonymised');
SELECT is((SELECT blocked FROM retention.status WHERE name = 'book'), 1::bigint, 'a row that an anonymised one refers to is listed');

-- The fuse of each policy counts its own rows.
SET retention.max_share = 0.5;
CREATE TABLE app.left_shoe (id int PRIMARY KEY, other int, at date);
CREATE TABLE app.right_shoe (id int PRIMARY KEY, other int REFERENCES app.left_shoe, at date);
ALTER TABLE app.left_shoe ADD FOREIGN KEY (other) REFERENCES app.right_shoe;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES
    ('left', 'app.left_shoe', '{at}', '1 year', '0 days', 'delete', 'block', 'enforce'), ('right', 'app.right_shoe', '{at}', '1 year', '0 days', 'delete', 'block', 'enforce');
INSERT INTO app.left_shoe SELECT i, NULL, '2029-05-01' FROM generate_series(1, 10) i;
INSERT INTO app.right_shoe SELECT i, i, '2029-05-01' FROM generate_series(1, 10) i;
UPDATE app.left_shoe SET other = id;
SET retention.test_now = '2030-06-01 12:00+02';
CALL retention.sweep();
SELECT is(pg_temp.is_left('app.left_shoe', 'app.right_shoe'), 'nothing, nothing', 'pairs go');
SELECT results_eq($$SELECT p.name, s.taken FROM retention.table_share s JOIN retention.policy p USING (relation) WHERE p.name IN ('left', 'right') ORDER BY 1$$,
    $$VALUES ('left', 10::bigint), ('right', 10)$$, 'what goes together is counted for the policy that each row has');
-- More pairs than the fuse of one of the two lets go: all of them wait, and go when that is approved.
INSERT INTO app.left_shoe SELECT i, NULL, '2030-05-01' FROM generate_series(1, 1500) i;
INSERT INTO app.right_shoe SELECT i, i, '2030-05-01' FROM generate_series(1, 1500) i;
INSERT INTO app.right_shoe SELECT i, NULL, NULL FROM generate_series(2001, 6000) i;
UPDATE app.left_shoe SET other = id;
ANALYZE app.left_shoe, app.right_shoe;
SET retention.test_now = '2031-06-01 12:00+02';
CALL retention.sweep();
SELECT is((SELECT string_agg(name || ': ' || state, ', ' ORDER BY name) FROM retention.status WHERE name IN ('left', 'right')), 'left: waiting for retention.approve(), right: enforcing',
    'the fuse of one policy holds its rows in pairs, too');
SET retention.reveal = on;
SELECT is((SELECT count(*) FROM app.left_shoe), (SELECT count(*) FROM app.right_shoe WHERE id <= 1500), 'while one waits no end of a pair goes alone');
SET retention.reveal = off;
SELECT retention.approve('left') \g /dev/null
SET retention.test_now = '2031-06-03 12:00+02';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.blocked_row), 1::bigint, 'when it is approved the pairs go');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger of what goes together is whole');
SELECT finish();
