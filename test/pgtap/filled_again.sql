-- What is said of a row holds as long as it is true: whoever fills an anonymised row again, or brings it back, takes the flag from it.
BEGIN;
SELECT plan(29);
SET LOCAL client_min_messages = warning;
SET LOCAL retention.test_now = '2026-01-01 12:00+01';
CREATE TABLE members (id int PRIMARY KEY, name text, mail text, city text, note text, seen int DEFAULT 0, left_at timestamptz);
CREATE TABLE rooms (id int, part int, guest text, left_at timestamptz, upper_guest text GENERATED ALWAYS AS (upper(guest)) STORED) PARTITION BY LIST (part);
CREATE TABLE rooms_2 (left_at timestamptz, guest text, part int, id int, upper_guest text GENERATED ALWAYS AS (upper(guest)) STORED);
CREATE TABLE rooms_1 PARTITION OF rooms FOR VALUES IN (1);
ALTER TABLE rooms ATTACH PARTITION rooms_2 FOR VALUES IN (2);
CREATE TABLE owners (id int PRIMARY KEY, name text, left_at timestamptz);
CREATE TABLE dogs (id int PRIMARY KEY, owner int REFERENCES owners);
CREATE TABLE firms (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE staff (id int PRIMARY KEY, firm int REFERENCES firms, name text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant, argument) VALUES
    ('members', 'name', 'name', 'null', NULL, NULL), ('members', 'mail', 'email', 'constant', 'nobody@example.org', NULL),
    ('members', 'city', 'address', 'truncate', NULL, '1'), ('members', 'note', 'free text', 'redact', NULL, NULL),
    ('rooms', 'guest', 'name', 'null', NULL, NULL), ('owners', 'name', 'name', 'null', NULL, NULL), ('staff', 'name', 'name', 'null', NULL, NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('members', 'members', '{left_at}', '30 days', '10 days', 'anonymise', 'enforce'),
    ('rooms', 'rooms', '{left_at}', '30 days', '10 days', 'anonymise', 'enforce'),
    ('owners', 'owners', '{left_at}', '30 days', '0 days', 'delete', 'enforce'),
    ('staff', 'staff', '{firm.ended_at}', '30 days', '0 days', 'anonymise', 'enforce');
INSERT INTO members SELECT i, 'Kari', 'kari@example.com', 'Oslo', 'Kari called', 0, '2026-01-01' FROM generate_series(1, 20) i;
INSERT INTO rooms SELECT i, 1 + i % 2, 'Kari', '2026-01-01' FROM generate_series(1, 9) i;
INSERT INTO owners SELECT i, 'Kari', '2026-01-01' FROM generate_series(1, 9) i;
INSERT INTO dogs SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO firms SELECT i, '2026-01-01' FROM generate_series(1, 2) i;
INSERT INTO staff SELECT i, i, 'Kari' FROM generate_series(1, 2) i;
SET LOCAL retention.test_now = '2026-06-01 12:00+01';
CALL retention.sweep();
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT coalesce(substring(retention_clock::text FROM ''[a-z,]+$''), '''') || '' '' || retention.state(retention_clock) FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN coalesce(result, 'gone');
END $$;
SELECT is(pg_temp.says('members', 1) || pg_temp.says('rooms', 1) || pg_temp.says('owners', 1) || pg_temp.says('staff', 1),
    'anonymised anonymisedanonymised anonymisedanonymised,awaiting anonymisedanonymised anonymised', 'rows of all tables are anonymised');

UPDATE members SET name = 'Ola' WHERE id = 1;
SELECT is(pg_temp.says('members', 1), 'late quarantined', 'a name that is written again: its quarantine begins');
SELECT is((SELECT name FROM members WHERE id = 1), 'Ola', 'whoever wrote it sees it');
SET LOCAL retention.test_now = '2026-06-01 12:00+01';
SELECT is((SELECT name FROM members WHERE id = 1), NULL, 'nobody sees what was filled after that transaction');
UPDATE members SET seen = 7 WHERE id = 2;
UPDATE members SET name = name, mail = mail, city = city, note = note, retention_clock = 'none' WHERE id = 3;
UPDATE members SET name = NULL, mail = 'nobody@example.org', city = 'B', note = NULL WHERE id = 4;
SELECT is(pg_temp.says('members', 2), 'anonymised anonymised', 'a column that is not personal');
SELECT is(pg_temp.says('members', 3), 'anonymised anonymised', 'a whole row written back');
SELECT is(pg_temp.says('members', 4), 'anonymised anonymised', 'values as anonymising leaves them');
UPDATE members SET mail = 'ola@example.com' WHERE id = 5;
UPDATE members SET city = 'Bergen' WHERE id = 6;
UPDATE members SET note = 'asks for Ola' WHERE id = 7;
INSERT INTO members (id, name) VALUES (8, 'Ola') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name;
UPDATE members SET name = 'Ola', left_at = NULL WHERE id = 9;
SELECT is(pg_temp.says('members', 5), 'late quarantined', 'another constant');
SELECT is(pg_temp.says('members', 6), 'late quarantined', 'longer than it was cut to');
SELECT is(pg_temp.says('members', 7), 'late quarantined', 'a text');
SELECT is(pg_temp.says('members', 8), 'late quarantined', 'an upsert');
SELECT is(pg_temp.says('members', 9), ' active', 'a member who joins again');
SELECT is((SELECT name FROM members WHERE id = 9), 'Ola', 'is there');

UPDATE rooms SET guest = 'Ola' WHERE id = 1;
UPDATE rooms SET guest = 'Ola', part = 1 WHERE id = 3;
UPDATE rooms SET part = 1 WHERE id = 5;
SELECT is(pg_temp.says('rooms', 1), 'late quarantined', 'in a partition whose columns have other numbers');
SELECT is(pg_temp.says('rooms', 3), 'late quarantined', 'filled as it moves to another partition');
SELECT is(pg_temp.says('rooms', 5), 'anonymised anonymised', 'moved as it is');
UPDATE owners SET left_at = NULL WHERE id = 1;
UPDATE owners SET name = 'Ola' WHERE id = 2;
DELETE FROM dogs WHERE id IN (1, 2, 3);
UPDATE firms SET ended_at = NULL WHERE id = 1;
UPDATE staff SET name = 'Ola' WHERE id = 1;
UPDATE firms SET ended_at = '2026-01-01' WHERE id = 1;
SELECT is(pg_temp.says('staff', 1), ' due', 'brought back by its ancestor and filled');
SET LOCAL retention.test_now = '2026-06-02 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.says('owners', 1), ' active', 'a row in use again does not go with the last reference');
SELECT is(pg_temp.says('owners', 3), 'gone', 'a row that awaited its last reference goes with it');
SELECT is((SELECT count(*) FROM members WHERE name IS NOT NULL), 1::bigint, 'what was filled is hidden');
SET LOCAL retention.test_now = '2026-06-12 13:00+01';
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM members WHERE name IS NULL AND mail = 'nobody@example.org' AND city IN ('O', 'B')),
    '1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 17 18 19 20', 'rows that were filled are anonymised again when their quarantine is over');

-- Declarations.
ALTER TABLE members ADD phone text;
UPDATE members SET phone = '22 33 44 55' WHERE id IN (10, 11);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('members', 'phone', 'phone');
CALL retention.sweep();
SELECT is((SELECT count(phone) FROM members), 0::bigint, 'a column declared later is emptied in rows that were anonymised before');
UPDATE retention.personal_column SET constant = 'gone@example.org' WHERE relation = 'members'::regclass AND column_name = 'mail';
CALL retention.sweep();
SET LOCAL retention.test_now = '2026-07-12 13:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM members WHERE id BETWEEN 10 AND 20 AND mail = 'gone@example.org'), 11::bigint, 'another constant is put there');
DELETE FROM retention.personal_column WHERE relation = 'members'::regclass AND column_name = 'phone';
CALL retention.sweep();
UPDATE members SET phone = '22 33 44 55' WHERE id IN (10, 11);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('members', 'phone', 'phone');
CALL retention.sweep();
SELECT is((SELECT count(phone) FROM members), 0::bigint, 'one withdrawn and declared again');
ALTER TABLE members ADD nickname retention.username DEFAULT 'kari77';
CALL retention.sweep();
SELECT is((SELECT count(nickname) FROM members WHERE id BETWEEN 10 AND 20), 0::bigint, 'a column declared by its type is emptied in them, too');
CREATE TABLE visits (id int PRIMARY KEY, ip text, left_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant, keep_for) VALUES ('visits', 'ip', 'online', 'constant', '0.0.0.0', '7 days');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'visits', '{left_at}', '10 years', 'delete', 'enforce');
INSERT INTO visits SELECT i, '10.0.0.' || i, '2026-01-01' FROM generate_series(1, 9) i;
CALL retention.sweep();
CALL retention.sweep();
UPDATE retention.personal_column SET constant = '0.0.0.1' WHERE relation = 'visits'::regclass;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM visits WHERE ip = '0.0.0.1'), 9::bigint, 'a column with a period of its own, declared anew, begins anew');
-- Triggers of the application.
CREATE TABLE guests (id int PRIMARY KEY, name text, left_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('guests', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('guests', 'guests', '{left_at}', '30 days', 'anonymise', 'enforce');
SET LOCAL retention.test_now = '2026-01-02 12:00+01';
INSERT INTO guests VALUES (1, 'Kari', '2026-01-01'), (2, 'Ola', '2026-01-01');
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id = 1 THEN NEW.name := OLD.name; END IF; RETURN NEW; END';
CREATE TRIGGER keep BEFORE UPDATE ON guests FOR EACH ROW EXECUTE FUNCTION keep();
SET LOCAL retention.test_now = '2026-06-14 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.says('guests', 1) || ', ' || pg_temp.says('guests', 2), ' due, anonymised anonymised', 'a row whose value a trigger puts back is not anonymised');
SELECT is((SELECT string_agg(row_id::text || ' ' || reason, ', ') FROM retention.blocked_row WHERE relation = 'guests'::regclass),
    '(0,1) a trigger of the table put a personal value back', 'a row whose value a trigger puts back is listed with that reason');
CREATE TABLE before AS SELECT id, ctid AS at FROM members WHERE id > 9;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM members m JOIN before b ON b.id = m.id AND b.at = m.ctid), 11::bigint, 'a sweep more writes nothing');
SELECT * FROM finish();
ROLLBACK;
