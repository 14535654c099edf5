-- What random statements found (test/model/faults): each was once otherwise.
BEGIN;
SELECT plan(13);
SET LOCAL client_min_messages = warning;
SET LOCAL retention.test_now = '2030-01-01 12:00+00';
CREATE TABLE users (id int PRIMARY KEY, left_at timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL);
CREATE TABLE notes (id int, region text, left_on date, body text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE notes_south PARTITION OF notes FOR VALUES IN ('south');
INSERT INTO users VALUES (1, '2020-01-01'), (2, '2020-01-01'), (3, NULL);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('notes', 'body', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES
    ('orders', 'orders', '{author.left_at}', 'UTC', '0 days', '30 days', 'delete', 'enforce'),
    ('notes', 'notes', '{left_on}', 'UTC', '0 days', '0 days', 'anonymise', 'enforce');
INSERT INTO notes VALUES (1, 'south', '2030-01-01', 'Kari'), (2, 'south', '2030-01-01', 'Kari');
SET LOCAL retention.reveal = on;
CREATE FUNCTION pg_temp.says(clock retention.clock) RETURNS text LANGUAGE sql AS
    $$SELECT regexp_replace(clock::text, '^\d+ ?', '') || ' ' || retention.state(clock)$$;

-- A late row that loses its way and is given another.
INSERT INTO orders VALUES (1, 1);
DELETE FROM users WHERE id = 1;
SELECT is((SELECT pg_temp.says(retention_clock) FROM orders), '2030-01-01T12:00:00Z late,orphaned quarantined', 'a late row whose way is gone is late all the same');
UPDATE orders SET author = author;
UPDATE orders SET author = 2;
SELECT is((SELECT pg_temp.says(retention_clock) FROM orders), '2030-01-01T12:00:00Z late quarantined', 'a late row that is pointed to a parent that ended long ago has its quarantine all the same');
UPDATE orders SET author = 3;
SELECT is((SELECT pg_temp.says(retention_clock) FROM orders), ' active', 'a late row that is pointed to a living parent has no start');

-- An anonymised row that is filled while its partition is detached.
SET LOCAL retention.test_now = '2030-03-01 12:00+00';
CALL retention.sweep();
ALTER TABLE notes DETACH PARTITION notes_south;
UPDATE notes_south SET body = 'Ola' WHERE id = 1;
ALTER TABLE notes ATTACH PARTITION notes_south FOR VALUES IN ('south');
CALL retention.sweep();
SELECT is((SELECT string_agg(pg_temp.says(retention_clock), ' ') FROM notes), '2030-01-01T23:59:59.5Z anonymised anonymised 2030-01-01T23:59:59.5Z anonymised anonymised', 'rows of an attached partition are looked through');
SELECT is((SELECT string_agg(body, ' ') FROM notes), NULL, 'what was filled while it was detached is anonymised again');

-- One statement that changes several ways of the rows below, for one policy and for two.
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE members (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, left_at timestamptz);
CREATE TABLE visits (id int PRIMARY KEY, member int REFERENCES members);
CREATE TABLE calls (id int PRIMARY KEY, member int REFERENCES members);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority, applies_to) VALUES
    ('visits', 'visits', '{member.left_at, member.customer.ended_at}', '90 days', 'delete', 'enforce', 100, NULL),
    ('other visits', 'visits', '{member.left_at, member.customer.ended_at}', '90 days', 'delete', 'enforce', 50, 'id = 77'),
    ('calls', 'calls', '{member.customer.ended_at, member.left_at}', '90 days', 'delete', 'enforce', 100, NULL),
    ('watched calls', 'calls', '{member.customer.ended_at}', '90 days', 'delete', 'observe', 50, NULL);
INSERT INTO customers VALUES (1, '2030-01-01 12:00+00'), (2, '2030-01-01 12:00+00'), (3, NULL), (4, '2030-01-01 12:00+00');
INSERT INTO members VALUES (1, 1, NULL), (2, 2, NULL), (3, 3, '2030-01-01 12:00+00'), (4, 4, '2030-01-20 12:00+00');
INSERT INTO visits SELECT i, i FROM generate_series(1, 4) i;
INSERT INTO calls SELECT i, i FROM generate_series(1, 4) i;
CREATE FUNCTION pg_temp.both(row_id int, OUT visit text, OUT call text) LANGUAGE sql AS
    $$SELECT pg_temp.says(v.retention_clock), pg_temp.says(c.retention_clock) FROM visits v JOIN calls c USING (id) WHERE id = row_id$$;
UPDATE members SET customer = NULL, left_at = '2030-02-01 12:00+00' WHERE id = 1;
SELECT is((SELECT visit FROM pg_temp.both(1)), '2030-01-01T12:00:00Z orphaned retained', 'one way is cut, another gives a later start');
SELECT is((SELECT call FROM pg_temp.both(1)), '2030-01-01T12:00:00Z orphaned retained', 'one way is cut, another gives a later start, and is named later');
DELETE FROM customers WHERE id = 2;
SELECT is((SELECT visit FROM pg_temp.both(2)), '2030-01-01T12:00:00Z orphaned retained', 'another policy before the one that has the row');
SELECT is((SELECT call FROM pg_temp.both(2)), '2030-01-01T12:00:00Z orphaned retained', 'a policy that observes before the one that has the row');
UPDATE members SET customer = NULL, left_at = NULL WHERE id = 3;
SELECT is((SELECT visit FROM pg_temp.both(3)), ' active', 'a start of another way that is unset is not kept for the way that is cut');
SELECT is((SELECT call FROM pg_temp.both(3)), ' active', 'the same where the way that is cut is named first');
UPDATE members SET customer = 3, left_at = NULL WHERE id = 4;
SELECT is((SELECT visit FROM pg_temp.both(4)), ' active', 'one way is pointed to a living row, another unset');
SELECT is((SELECT call FROM pg_temp.both(4)), ' active', 'the same where the way that is pointed elsewhere is named first');
SELECT * FROM finish();
ROLLBACK;
