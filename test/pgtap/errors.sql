-- Errors that core finds, thousands of them in one backend: each with its SQLSTATE, and no memory is kept.
BEGIN;
SELECT plan(6);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE TEMP TABLE visits (id int PRIMARY KEY, left_at timestamptz);
CREATE TABLE stays (id int PRIMARY KEY, guest_id int, left_at timestamptz, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('stays', 'stays', '{left_at, left_on}', '1 day', 'delete', 'enforce');
CREATE VIEW guests AS SELECT * FROM stays;

CREATE TEMP TABLE mistake (statement text, state text);
INSERT INTO mistake SELECT format('SELECT %L::retention.period', t), s FROM (VALUES
    ('', '22P02'), ('days', '22P02'), ('-1 days', '22P02'), ('1 year 1 year', '22P02'), ('P-1Y', '22P02'), ('1 day 1 hour', '22P02'),
    ('1 hour after end of year', '22P02'), ('forever and a day', '22P02'), (repeat('å', 3000), '22P02'), ('8600 years', '22008'),
    ('99999999999999999999 days', '22008'), ('1 day after end of fiscal year ending 02-30', '22008'), (repeat('9', 3000) || ' days', '22008')) v (t, s);
INSERT INTO mistake SELECT format('SELECT %L::retention.clock', t), '22P02' FROM unnest(ARRAY[
    'unknown held', '0', '32768', '7x', '7 2026-02-30T10:00:00Z', '7 10000-01-01T00:00:00Z', '7 held,held', '7 infinity', repeat('7', 3000), repeat('å', 3000)]) t;
INSERT INTO mistake SELECT format('SELECT retention.over_from(%L::%s, %L)', at, type, period), '22008' FROM (VALUES
    ('-infinity', 'timestamptz', '1 day'), ('-infinity', 'date', 'forever'), ('9999-12-31', 'timestamptz', '1 year'), ('9999-12-31', 'date', '1 day'),
    ('0999-01-01', 'timestamptz', '1 day'), ('0999-01-01', 'date', '1 day'), ('5874897-12-31', 'date', '1 day'), ('294276-01-01', 'timestamptz', '0 days'),
    ('9999-12-31 12:00', 'timestamptz', '24 hours'), ('4713-01-01 BC', 'date', '1 day after end of month')) v (at, type, period);
INSERT INTO mistake SELECT format('INSERT INTO stays VALUES (1, 1, %L, %L)', a, o), '22008' FROM (VALUES
    ('-infinity', NULL), (NULL, '-infinity'), ('1399-12-31', NULL), (NULL, '1399-12-31'), ('9998-06-01', NULL), (NULL, '5874897-12-31')) v (a, o);
SELECT cmp_ok(count(*), '>=', 39::bigint, 'mistakes of many kinds') FROM mistake;

-- One subtransaction each, as an application would catch them.
CREATE FUNCTION pg_temp.make(rounds int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m mistake; n bigint := 0;
BEGIN
    FOR i IN 1 .. rounds LOOP
        FOR m IN SELECT * FROM mistake LOOP
            BEGIN
                EXECUTE m.statement;
            EXCEPTION WHEN OTHERS THEN
                IF SQLSTATE = m.state THEN n := n + 1;
                ELSIF i = 1 THEN RAISE WARNING '% %: %', SQLSTATE, SQLERRM, left(m.statement, 200);
                END IF;
            END;
        END LOOP;
    END LOOP;
    RETURN n;
END $$;
CREATE FUNCTION pg_temp.resident_kb() RETURNS bigint LANGUAGE sql AS $$SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+) kB')::bigint$$;
SELECT is(pg_temp.make(10), 10 * count(*), 'every SQLSTATE is right') FROM mistake;
CREATE TEMP TABLE before AS SELECT pg_temp.resident_kb() AS kb;
SELECT is(pg_temp.make(50), 50 * count(*), 'made again: ' || 50 * count(*) || ' errors') FROM mistake;
SELECT cmp_ok(50 * count(*), '>', 1000::bigint, 'more than a thousand') FROM mistake;
SELECT cmp_ok(pg_temp.resident_kb() - (SELECT kb FROM before), '<', 1024::bigint, format('%s kB were resident, now %s', kb, pg_temp.resident_kb())) FROM before;

-- What an operator can get wrong is never an internal error.
TRUNCATE mistake;
INSERT INTO mistake SELECT format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES (''x'', %s, %L, ''1 day'', ''delete'', %L)', relation, starts, condition), state
FROM (VALUES ('0', '{left_at}', NULL, '42P01'), ('4294967295', '{left_at}', NULL, '42P01'), ('''stays_pkey''', '{left_at}', NULL, '42809'),
    ('''guests''', '{left_at}', NULL, '42809'), ('''visits''', '{left_at}', NULL, '42809'), ('''retention.ledger''', '{at}', NULL, '42809'),
    ('''pg_catalog.pg_database''', '{datname}', NULL, '42809'), ('''stays''', '{}', NULL, '22023'), ('''stays''', '{NULL}', NULL, '42602'),
    ('''stays''', '{""}', NULL, '42602'), ('''stays''', '{left_at.}', NULL, '42602'), ('''stays''', '{.left_at}', NULL, '42602'),
    ('''stays''', '{"\"left_at"}', NULL, '42602'), ('''stays''', '{left}', NULL, '42703'), ('''stays''', '{ctid}', NULL, '42703'),
    ('''stays''', '{id}', NULL, '42804'), ('''stays''', '{guest_id.left_at}', NULL, '42830'), ('''stays''', array_fill('left_at'::text, '{40}')::text, NULL, '54000'),
    ('''stays''', '{left_at}', '', '42601'), ('''stays''', '{left_at}', 'true); SELECT (1', '42601'), ('''stays''', '{left_at}', 'id', '42804'),
    ('''stays''', '{left_at}', 'now() > left_at', '42P17'), ('''stays''', '{left_at}', 'EXISTS (SELECT)', '0A000'), ('''stays''', '{left_at}', 'tableoid = 1', '0A000'),
    ('''stays''', '{left_at}', 'ctid IS NOT NULL', '0A000'), ('''stays''', '{left_at}', 'stays IS NOT NULL', '0A000'), ('''stays''', '{left_at}', 'count(*) > 0', '42803'),
    ('''stays''', '{left_at}', '$1', '42P02'), ('''stays''', '{left_at}', 'generate_series(1, 2) > 0', '0A000')) v (relation, starts, condition, state);
INSERT INTO mistake VALUES
    ($$INSERT INTO retention.policy (policy_id, name, relation, clock_starts, keep_for, action) VALUES (0, 'x', 'stays', '{left_at}', '1 day', 'delete')$$, '23514'),
    ($$INSERT INTO retention.policy (policy_id, name, relation, clock_starts, keep_for, action) VALUES (-1, 'x', 'stays', '{left_at}', '1 day', 'delete')$$, '23514'),
    ('UPDATE retention.policy SET policy_id = 77', '0A000'), ($$UPDATE retention.policy SET mode = 'perhaps'$$, '23514'),
    ($$SELECT retention.reinstate('stays', 'one'::text)$$, '22P02'), ($$SELECT retention.reinstate('stays', 99)$$, 'P0002'),
    ($$SELECT retention.reinstate('stays', '[1]'::jsonb)$$, '22023'), ('SELECT retention.reinstate(4294967295, 1)', '42P01'),
    ($$SELECT retention.reinstate('pg_class', 1)$$, '42809'), ('SELECT * FROM retention.policy_counts(99::smallint)', '42704'),
    ('SELECT retention.maintain_clock()', '39P01'), ($$SET retention.timezone = 'Europe/Atlantis'$$, '55P02'), ($$SET retention.test_now = 'soon'$$, '22023');
SELECT is(pg_temp.make(1), count(*), 'every mistake of an operator has its SQLSTATE') FROM mistake;

SELECT * FROM finish();
ROLLBACK;
