-- A partition all of whose rows are due goes when its owner drops or empties it, as the ledger says; one with a row that is not, stays.
BEGIN;
SELECT plan(13);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE app_owner;
CREATE ROLE clerk;
CREATE SCHEMA app AUTHORIZATION app_owner;
GRANT USAGE ON SCHEMA app TO clerk;
SET ROLE app_owner;
CREATE TABLE app.visits (id int, day date, left_on date) PARTITION BY RANGE (day);
CREATE TABLE app.y2026 PARTITION OF app.visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE app.y2027 PARTITION OF app.visits FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE app.y2028 PARTITION OF app.visits FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
CREATE TABLE app.y2029 PARTITION OF app.visits FOR VALUES FROM ('2029-01-01') TO ('2030-01-01');
CREATE TABLE app.y2030 PARTITION OF app.visits FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
CREATE TABLE app.alone (id int, day date);
CREATE TABLE app.history (id int, name text, day date) PARTITION BY RANGE (day);
CREATE TABLE app.h2026 PARTITION OF app.history FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT TRUNCATE ON app.y2027 TO clerk;
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.history', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, applies_to, must_keep_for, mode) VALUES
    ('visits', 'app.visits', '{day}', '1 year', '1 year', 'delete', 'id < 100', NULL, 'enforce'),
    ('more visits', 'app.visits', '{day}', '1 year', '2 years', 'delete', 'id BETWEEN 100 AND 199', NULL, 'enforce'),
    ('books', 'app.visits', '{day}', '1 year', '0 days', 'delete', 'id >= 200', '4 years', 'enforce'),
    ('alone', 'app.alone', '{day}', '1 year', '0 days', 'delete', NULL, NULL, 'enforce'),
    ('history', 'app.history', '{day}', '1 year', '0 days', 'anonymise', NULL, NULL, 'enforce');
CALL retention.sweep();
-- Due: with ids below 100 days before June 2028, below 200 before June 2027, others before June 2026.
INSERT INTO app.visits (id, day, retention_clock) VALUES (1, '2026-03-01', 'none'), (2, '2026-12-31', 'none'), (101, '2026-05-01', 'none'), (201, '2026-03-01', 'none'),
    (3, '2027-03-01', 'none'), (4, '2027-03-01', 'none'), (102, '2027-05-01', 'none'), (5, '2028-03-01', 'none'), (6, '2028-08-01', 'none'), (7, '2029-03-01', 'none held'), (8, '2030-03-01', 'none');
INSERT INTO app.alone VALUES (1, '2026-01-01');
INSERT INTO app.history VALUES (1, 'Kari', '2026-05-01');
-- They came late, so their quarantine runs in full from now.
CREATE FUNCTION pg_temp.entries() RETURNS TABLE (what text) LANGUAGE sql AS $$
    SELECT format('%s %s %s %s: %s', l.action, l.row_count, l.relation, p.name, l.detail) FROM retention.ledger l LEFT JOIN retention.policy p USING (policy_id)
    WHERE l.detail LIKE '%of the partition' ORDER BY l.entry_id
$$;

SET retention.test_now = '2031-12-01 12:00:00+00';
SET ROLE app_owner;
SELECT throws_ok('DROP TABLE app.y2027', '42501', 'cannot drop "y2027": it holds rows that are hidden by a retention policy',
    'one row that another policy has in quarantine keeps the partition');
SELECT throws_ok('DROP TABLE app.y2026', 'RT001', 'cannot drop "y2026": books requires it until 2033-06-01', 'one row that must be kept keeps the partition');
SELECT throws_ok($$DO 'BEGIN TRUNCATE app.y2028; RAISE EXCEPTION ''taken back''; END'$$, 'taken back', 'an act that is taken back');
RESET ROLE;
SET retention.test_now = '2035-01-01 12:00:00+00';
SET ROLE app_owner;
SELECT lives_ok('DROP TABLE app.y2026', 'rows of several policies are all due');
SELECT throws_ok('DROP TABLE app.y2029', 'RT003', NULL, 'a hold keeps its partition');
SELECT throws_ok('TRUNCATE app.visits', 'RT003', NULL, 'a hold in one partition keeps the others from being emptied with it');
SELECT lives_ok('TRUNCATE app.y2028, app.y2028', 'the owner empties a partition all of whose rows are due, and names it twice');
SELECT throws_ok('DROP TABLE app.alone', '42501', NULL, 'a table that is no partition is more than a part of one');
SELECT throws_ok('DROP TABLE app.h2026', '42501', NULL, 'rows to be anonymised are not rows to be deleted');
SELECT throws_ok('ALTER TABLE app.visits DETACH PARTITION app.y2027', '42501', NULL, 'a partition that is only detached would keep its rows for good');
RESET ROLE;
SET ROLE clerk;
SELECT throws_ok('TRUNCATE app.y2027', '42501', NULL, 'who may empty it without owning it is asked as ever');
RESET ROLE;

-- Clocks that are not stamped yet say nothing.
UPDATE retention.policy SET timezone = 'UTC' WHERE name = 'visits';
SET ROLE app_owner;
SELECT throws_ok('DROP TABLE app.y2027', '42501', NULL, 'while rows are stamped anew');
RESET ROLE;
CALL retention.sweep();
SELECT results_eq('SELECT what FROM pg_temp.entries() e (what)', $$VALUES ('deleted 2 app.y2026 visits: drop of the partition'),
    ('deleted 1 app.y2026 more visits: drop of the partition'), ('deleted 1 app.y2026 books: drop of the partition'),
    ('deleted 2 app.y2028 visits: truncate of the partition')$$, 'the ledger says how many rows of which policy went, and not what was taken back');
SELECT * FROM finish();
ROLLBACK;
