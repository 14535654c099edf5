-- A policy has a time zone of its own: what it was written with, whatever the setting says later.
SELECT plan(33);
SET client_min_messages = error;
SET timezone = 'UTC';
SET retention.test_now = '2026-11-28 12:00Z';
CREATE TABLE dated (id int, d date, t timestamp, z timestamptz, b text);
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, action, mode, timezone) VALUES
    ('oslo', 'dated', 'b = ''oslo''', '{d, t, z}', '5 years after end of fiscal year', 'delete', 'enforce', NULL),
    ('east', 'dated', 'b = ''east''', '{d, t, z}', '5 years after end of fiscal year', 'delete', 'enforce', 'Pacific/Kiritimati'),
    ('west', 'dated', 'b = ''west''', '{d, t, z}', '5 years after end of fiscal year', 'delete', 'enforce', 'America/Los_Angeles');
CALL retention.sweep();
SELECT results_eq('SELECT name, timezone FROM retention.policy ORDER BY name',
    $$VALUES ('east', 'Pacific/Kiritimati'), ('oslo', 'Europe/Oslo'), ('west', 'America/Los_Angeles')$$, 'a policy that is written without a zone has that of the setting');
INSERT INTO dated (id, d, b) VALUES (1, '2026-12-31', 'oslo'), (2, '2026-12-31', 'east'), (3, '2026-12-31', 'west');
INSERT INTO dated (id, t, b) VALUES (4, '2026-12-31 20:00', 'oslo'), (5, '2026-12-31 20:00', 'east'), (6, '2026-12-31 20:00', 'west');
INSERT INTO dated (id, z, b) VALUES (7, '2026-12-31 20:00Z', 'oslo'), (8, '2026-12-31 20:00Z', 'east'), (9, '2026-12-31 20:00Z', 'west');
CREATE FUNCTION pg_temp.start(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    EXECUTE format('SELECT to_char(retention.starts_at(retention_clock), ''MM-DD HH24:MI'') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;
SELECT is(pg_temp.start('dated', 1) || ', ' || pg_temp.start('dated', 2) || ', ' || pg_temp.start('dated', 3), '12-31 22:59, 12-31 09:59, 01-01 07:59',
    'a date ends when it ends where its policy is');
SELECT is(pg_temp.start('dated', 4) || ', ' || pg_temp.start('dated', 5) || ', ' || pg_temp.start('dated', 6), '12-31 19:00, 12-31 06:00, 01-01 04:00',
    'a time without a zone is that of its policy');
SELECT is(pg_temp.start('dated', 7) || ', ' || pg_temp.start('dated', 8) || ', ' || pg_temp.start('dated', 9), '12-31 20:00, 12-31 20:00, 12-31 20:00',
    'an instant is the same everywhere');
CREATE FUNCTION pg_temp.seen_at(moment text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('retention.test_now', moment, false);
    RETURN (SELECT string_agg(id::text, ' ' ORDER BY id) FROM dated);
END $$;
SELECT is(pg_temp.seen_at('2031-12-31 09:59:59Z'), '1 2 3 4 5 6 7 8 9', 'nothing is hidden while the year goes on everywhere');
SELECT is(pg_temp.seen_at('2031-12-31 10:00Z'), '1 3 4 6 7 8 9', 'the year ends in the east first, where the instant lies in the next year already');
SELECT is(pg_temp.seen_at('2031-12-31 22:59:59Z'), '1 3 4 6 7 8 9', 'one second before midnight in Oslo nothing of Oslo is hidden');
SELECT is(pg_temp.seen_at('2031-12-31 23:00Z'), '3 6 8 9', 'midnight in Oslo ends the year there');
SELECT is(pg_temp.seen_at('2032-01-01 08:00Z'), '8', 'midnight in Los Angeles ends the year there');
SET retention.test_now = '2031-12-31 23:00Z';
CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM dated), '3 6 8 9', 'a sweep deletes by the zone of each policy');
SET retention.reveal = off;

-- Changed: stamped anew.
SET retention.test_now = '2026-11-28 12:00Z';
UPDATE retention.policy SET timezone = 'Asia/Tokyo' WHERE name = 'west';
CALL retention.sweep();
SELECT is(pg_temp.start('dated', 3) || ', ' || pg_temp.start('dated', 6) || ', ' || pg_temp.start('dated', 9), '12-31 14:59, 12-31 11:00, 12-31 20:00',
    'another zone stamps dates and local times anew, and no instants');
SELECT is(pg_temp.seen_at('2031-12-31 15:00Z'), '8 9', 'deadlines follow a changed zone at once');
SELECT is((SELECT state FROM retention.status WHERE name = 'west'), 'enforcing', 'what is stamped anew is enforced');

-- What is no zone.
SET retention.test_now = '2026-11-28 12:00Z';
SELECT throws_ok($$UPDATE retention.policy SET timezone = 'Europe/Atlantis' WHERE name = 'west'$$, '22023',
    'time zone "Europe/Atlantis" in field "timezone" is not known', 'a zone that is none is refused');
SELECT throws_ok($$UPDATE retention.policy SET timezone = 'right/Europe/Oslo' WHERE name = 'west'$$, '22023', NULL, 'a zone that counts leap seconds is refused');
UPDATE retention.policy SET timezone = '' WHERE name = 'west';
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'west'), 'Europe/Oslo', 'an empty zone is that of the setting');
UPDATE retention.policy SET timezone = 'asia/tokyo' WHERE name = 'west';
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'west'), 'Asia/Tokyo', 'a zone is kept by its proper name');
UPDATE retention.policy SET timezone = NULL WHERE name = 'west';
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'west'), 'Europe/Oslo', 'no zone is that of the setting');
SELECT throws_ok($$UPDATE retention.policy SET timezone = '<+03>-03' WHERE name = 'west'$$, '22023', NULL, 'a zone is not told by its offset');
SELECT throws_ok('ALTER DATABASE ' || quote_ident(current_database()) || $$ SET retention.timezone = 'Asia/Tokyo'$$, '55P02', NULL, 'a database has no default of its own');
SELECT throws_ok($$SET retention.timezone = 'Asia/Tokyo'$$, '55P02', NULL, 'a session has no default of its own');

-- What must be kept: the error names the day there; a column with a period of its own.
SET retention.test_now = '2026-11-28 12:00Z';
CREATE TABLE books (id int PRIMARY KEY, d date, who text);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('books', 'who', 'name', '1 day');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode, timezone) VALUES
    ('books', 'books', '{d}', '1 year', 'anonymise', '1 year', 'enforce', 'Pacific/Kiritimati');
INSERT INTO books VALUES (1, '2026-12-31', 'Kari');
SELECT throws_like('DELETE FROM books WHERE id = 1', '%until 2028-01-01', 'an error names the day where the policy is');
SET retention.test_now = '2027-01-01 09:59:59Z';
CALL retention.sweep();
SELECT is((SELECT who FROM books), 'Kari', 'a column with a period of its own is kept to the end of its day');
SET retention.test_now = '2027-01-01 10:00Z';
CALL retention.sweep();
SELECT is((SELECT who FROM books), NULL, 'the day of a column with a period of its own ends where the policy is');
CREATE ROLE zone_clerk;
CREATE SCHEMA office AUTHORIZATION zone_clerk;
CREATE TABLE office.kept (id int PRIMARY KEY, d date);
ALTER TABLE office.kept OWNER TO zone_clerk;
GRANT USAGE ON SCHEMA retention TO zone_clerk;
GRANT SELECT, INSERT, UPDATE ON retention.policy TO zone_clerk;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode, timezone) VALUES
    ('kept', 'office.kept', '{d}', '1 year', 'delete', '1 year', 'enforce', 'Europe/Oslo');
INSERT INTO office.kept VALUES (1, '2026-12-31');
SET ROLE zone_clerk;
SELECT throws_ok($$UPDATE retention.policy SET timezone = 'Pacific/Kiritimati' WHERE name = 'kept'$$, '42501', NULL, 'an owner does not end a mandatory period earlier by its zone');
SELECT lives_ok($$UPDATE retention.policy SET purpose = 'x' WHERE name = 'kept'$$, 'a description is changed as before');
RESET ROLE;
-- A policy as a dump without zones has it.
CREATE TEMP TABLE dumped AS SELECT * FROM retention.policy WHERE name = 'kept';
DELETE FROM retention.policy WHERE name = 'kept';
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) SELECT name, relation, clock_starts, keep_for, action FROM dumped;
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'kept'), 'Europe/Oslo', 'a policy from where there were no zones has that of the setting');
SELECT ok(NOT EXISTS (SELECT FROM retention.policy WHERE timezone IS NULL), 'every policy has a zone');

-- The setting changes: for policies that come.
CREATE TABLE invoices (id int PRIMARY KEY, d date, who text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('invoices', 'invoices', '{d}', '5 years after end of fiscal year', 'delete', 'enforce');
INSERT INTO invoices VALUES (1, '2026-12-31', 'Kari');
ALTER SYSTEM SET retention.timezone = 'Pacific/Kiritimati';
SELECT pg_reload_conf();
SELECT $$SELECT pg_sleep(0.02) WHERE current_setting('retention.timezone') <> 'Pacific/Kiritimati'$$ FROM generate_series(1, 500) \gexec
SELECT is(current_setting('retention.timezone'), 'Pacific/Kiritimati', 'the setting is another');
INSERT INTO invoices VALUES (2, '2026-12-31', 'Ola');
SELECT is((SELECT count(DISTINCT retention_clock) FROM invoices), 1::bigint, 'rows that are written before and after a change of the setting are alike');
UPDATE retention.policy SET purpose = 'books' WHERE name = 'invoices';
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'invoices'), 'Europe/Oslo', 'a policy that is written before keeps its zone');
CREATE TABLE later (id int PRIMARY KEY, d date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('later', 'later', '{d}', '1 year', 'delete', 'enforce');
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'later'), 'Pacific/Kiritimati', 'a policy that is written later has the new one');
CREATE TEMP TABLE dumped_invoices AS SELECT * FROM retention.policy WHERE name = 'invoices';
SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'invoices';
INSERT INTO retention.policy SELECT * FROM dumped_invoices;
SELECT is((SELECT timezone FROM retention.policy WHERE name = 'invoices'), 'Europe/Oslo', 'a policy that is restored where the setting is another keeps its zone');
ALTER SYSTEM RESET retention.timezone;
SELECT pg_reload_conf();
SET retention.confirm_drop = on;
DELETE FROM retention.policy;
REVOKE ALL ON SCHEMA retention FROM zone_clerk;
REVOKE ALL ON retention.policy FROM zone_clerk;
DROP SCHEMA office CASCADE;
DROP ROLE zone_clerk;
SELECT * FROM finish();
