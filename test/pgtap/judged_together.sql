-- A row that must be kept is judged when its statement ends. What it is judged by is not changed meanwhile, by whatever runs inside of the
-- statement, when the row is no longer there to be compared.
BEGIN;
SELECT plan(10);

SET retention.test_now = '2026-06-01 12:00:00+00';
CREATE ROLE keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT ALL ON SCHEMA public TO keeper;
SET ROLE keeper;
CREATE TABLE matters (id int PRIMARY KEY, closed_on timestamptz);
CREATE TABLE invoices (id int, part int, matter int REFERENCES matters) PARTITION BY LIST (part);
CREATE TABLE invoices_1 PARTITION OF invoices FOR VALUES IN (1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode)
    VALUES ('books', 'invoices', '{matter.closed_on}', '5 years', '5 years', 'delete', 'enforce');
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
INSERT INTO matters VALUES (1, '2026-01-01'), (2, '2026-01-01');
INSERT INTO invoices VALUES (1, 1, 1), (2, 1, NULL);
SET retention.confirm_drop = on;

SELECT throws_ok('DELETE FROM invoices WHERE id = 1', 'RT001', NULL, 'the row must be kept');
SELECT throws_ok($$WITH gone AS (DELETE FROM invoices RETURNING 1) DELETE FROM retention.policy WHERE name = 'books'$$, '42501', NULL,
    'rows and policy in one statement');
CREATE FUNCTION weaken(id int) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN IF id = 2 THEN UPDATE retention.policy SET applies_to = 'id <> 1' WHERE name = 'books'; END IF; RETURN true; END$$;
SELECT throws_ok('DELETE FROM invoices WHERE weaken(id)', '27000', NULL, 'a policy that is changed between two rows');
SELECT throws_ok($$WITH gone AS (DELETE FROM invoices RETURNING 1) UPDATE retention.policy SET applies_to = 'id <> 1' WHERE name = 'books'$$,
    '27000', NULL, 'in one statement');
CREATE FUNCTION after_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM weaken(2); RETURN NULL; END$$;
CREATE TRIGGER a AFTER DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION after_row();
SELECT throws_ok('DELETE FROM invoices', 'RT001', NULL, 'the guard comes before the triggers of others');
DROP TRIGGER a ON invoices;

-- The clock of a row that is not stamped is computed, from rows that somebody may change.
CREATE TABLE invoices_2 (LIKE invoices);
INSERT INTO invoices_2 VALUES (11, 2, 2), (12, 2, 2);
ALTER TABLE invoices ATTACH PARTITION invoices_2 FOR VALUES IN (2);
CREATE FUNCTION end_earlier(of_row int) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN IF of_row = 12 THEN UPDATE matters SET closed_on = '2001-01-01' WHERE id = 2; END IF; RETURN of_row = 11; END$$;
RESET ROLE;
SET retention.reveal = on;
SELECT throws_ok('DELETE FROM invoices_2', 'RT001', NULL, 'a row that is not stamped must be kept');
SELECT throws_ok('DELETE FROM invoices_2 WHERE end_earlier(id)', '27000', NULL, 'a row that is not stamped is not released by what is changed after its deletion');

-- In statements of their own.
UPDATE retention.policy SET legal_basis = 'law' WHERE name = 'books';
SELECT throws_ok('DELETE FROM invoices WHERE id = 1', 'RT001', NULL, 'a change before is none of that');
SET retention.test_now = '2036-06-01 12:00:00+00';
UPDATE retention.policy SET legal_basis = 'other law' WHERE name = 'books';
SELECT lives_ok('DELETE FROM invoices WHERE id = 1', 'a row whose floor is over may be deleted');
SELECT is((SELECT count(*) FROM invoices WHERE id = 1), 0::bigint, 'the row whose floor is over is gone');
SELECT * FROM finish();
ROLLBACK;
