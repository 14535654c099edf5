-- What slips past a clock when one of its safeguards fails is found by the audit. Nothing is asked here but the audit: with each of these
-- safeguards taken out (test/mutants/list), one of these tests has to fail.
SELECT plan(15);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
INSERT INTO retention.numbering (number) VALUES (7);
CREATE SCHEMA app;
CREATE FUNCTION pg_temp.found() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT format('%s: %s', a.part, a.finding), ', '), 'nothing')
    FROM retention.policy p, retention.audit(p.relation) a
$$;

CREATE TABLE app.customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id int PRIMARY KEY, customer int REFERENCES app.customers ON DELETE SET NULL, name text, phone text, email text, ended_at timestamptz);
CREATE TABLE app.logins (id int PRIMARY KEY, "user" int REFERENCES app.users);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.users', 'name', 'name', NULL), ('app.users', 'phone', 'phone', '1 hour');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, timezone) VALUES
    ('users', 'app.users', '{ended_at,customer.ended_at}', '1 day', '30 days', 'delete', 'enforce', 'Europe/Oslo');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO app.customers VALUES (1, NULL), (2, NULL), (3, '2026-11-01');
INSERT INTO app.users SELECT i, 1, 'Kari', '91234567', 'kari@example.org' FROM generate_series(1, 9) i;
INSERT INTO app.logins VALUES (1, 1), (2, 2);
SELECT is(pg_temp.found(), 'nothing', 'rows as they were inserted');

-- A column's progress: a start that was passed already; a new value in a column that is done.
UPDATE app.users SET ended_at = '2026-11-28 10:00+01' WHERE id = 3;
CALL retention.sweep();
SELECT is((SELECT phone FROM app.users WHERE id = 3), NULL, 'a column was anonymised before its row');
UPDATE app.users SET ended_at = '2026-11-28 09:00+01' WHERE id = 4;
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a start that columns had passed');
UPDATE app.users SET phone = '98765432' WHERE id = 3;
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a new value of a column that was done');

-- Filled again, after it was anonymised and while it waits for its last reference.
UPDATE app.users SET ended_at = '2026-10-01' WHERE id IN (1, 2);
SET retention.test_now = '2026-12-30 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.users WHERE name IS NULL), 2::bigint, 'rows that are referred to wait, anonymised');
UPDATE app.users SET name = 'Kari' WHERE id = 1;
SELECT is(pg_temp.found(), 'nothing', 'an anonymised row that is filled again');
-- Declared anew: what was anonymised is not.
UPDATE app.users SET name = NULL, email = 'kari@example.org' WHERE id = 2;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'e-mail');
CALL retention.sweep();
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a column that is personal since');
-- Nothing refers to it any more.
DELETE FROM app.logins;
SET retention.test_now = '2027-02-01 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'rows whose last reference is gone');

-- The way to a start that was reached is cut; the parent is deleted; another parent is given.
CREATE TABLE app.cases (id int PRIMARY KEY, customer int REFERENCES app.customers ON DELETE SET NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('cases', 'app.cases', '{customer.ended_at}', '1 day', '30 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO app.cases SELECT i, 1 FROM generate_series(1, 3) i;
UPDATE app.customers SET ended_at = '2027-01-25' WHERE id = 1;
SET retention.reveal = on;
UPDATE app.cases SET customer = NULL WHERE id = 1;
UPDATE app.cases SET customer = 2 WHERE id = 2;
DELETE FROM app.customers WHERE id = 1;
SET retention.reveal = off;
SELECT is(pg_temp.found(), 'nothing', 'rows whose way to a start is gone');

-- A partition that comes with rows, and one that is written while it is away.
CREATE TABLE app.events (id int, name text, at date) PARTITION BY RANGE (id);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM (0) TO (10);
CREATE TABLE app.events_2 (id int, name text, at date);
INSERT INTO app.events_1 VALUES (1, 'Kari', '2026-01-01');
INSERT INTO app.events_2 VALUES (11, 'Kari', '2026-01-01');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.events', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('events', 'app.events', '{at}', '1 year', 'anonymise', 'enforce');
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
ALTER TABLE app.events_2 ADD COLUMN retention_clock retention.clock(7) NOT NULL DEFAULT 'none';
SET retention.test_now = '2027-03-01 12:00+01';
CALL retention.sweep();
SET retention.reveal = on;
ALTER TABLE app.events ATTACH PARTITION app.events_2 FOR VALUES FROM (10) TO (20);
ALTER TABLE app.events DETACH PARTITION app.events_1;
UPDATE app.events_1 SET name = 'Ola';
ALTER TABLE app.events ATTACH PARTITION app.events_1 FOR VALUES FROM (0) TO (10);
SET retention.reveal = off;
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'partitions that come with rows');
-- A zone.
UPDATE retention.policy SET timezone = 'Pacific/Auckland' WHERE name = 'events';
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a policy with another zone');
-- Another action.
SET retention.confirm_drop = on;
UPDATE retention.policy SET action = 'delete', if_referenced = 'anonymise' WHERE name = 'events';
RESET retention.confirm_drop;
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a policy with another action');

-- A policy that takes rows from another once it is ready.
INSERT INTO app.events VALUES (4, 'Ola', '2027-02-28'), (5, 'Ola', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority) VALUES ('first events', 'app.events', '{at}', '1 year', 'delete', 'enforce', 1);
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'a policy that goes before another');

-- Rows that refer to each other.
CREATE TABLE app.teams (id int PRIMARY KEY, lead int, name text, ended_at timestamptz);
CREATE TABLE app.people (id int PRIMARY KEY, team int REFERENCES app.teams, name text, ended_at timestamptz);
ALTER TABLE app.teams ADD FOREIGN KEY (lead) REFERENCES app.people;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.teams', 'name', 'name'), ('app.people', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('teams', 'app.teams', '{ended_at}', '0 days', 'delete', 'enforce'), ('people', 'app.people', '{ended_at}', '0 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO app.teams (id, name) VALUES (1, 'T');
INSERT INTO app.people (id, team, name) VALUES (1, 1, 'Kari');
UPDATE app.teams SET lead = 1;
UPDATE app.teams SET ended_at = '2026-01-01';
UPDATE app.people SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT is(pg_temp.found(), 'nothing', 'rows that refer to each other');

-- A start that was over when its row came has its mark; a later one takes the mark along.
INSERT INTO app.events VALUES (3, 'Ola', '2020-01-01');
SET retention.reveal = on;
UPDATE app.events SET at = '2027-02-28' WHERE id = 3;
SET retention.reveal = off;
SELECT is(pg_temp.found(), 'nothing', 'rows that came late');
