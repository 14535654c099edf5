-- Values that earlier versions wrote are read as what they were: bytes of each version, which are never changed here, only added to.
BEGIN;
SELECT plan(26);

SELECT results_eq('SELECT name, version FROM retention.disk_format ORDER BY name', 'SELECT name, version FROM retention.formats() ORDER BY name',
    'a new database has the versions that the library writes');
SELECT ok((SELECT bool_and(oldest BETWEEN 1 AND version) FROM retention.formats()), 'each format is read from some version on to the one that is written');

-- Version 1.
CREATE TABLE clock_1 (bytes bytea, says text);
INSERT INTO clock_1 VALUES ('\x00007fffffffff00', 'none'), ('\x00070933ddbbbf00', '7 2026-03-31T21:59:59.5Z'),
    ('\x00078933ddbbbf05', '7 2026-03-31T21:59:59.5Z held,anonymised'),
    ('\x7fff80000000001a', '32767 1400-01-01T00:00:00Z restricted,kept,awaiting');
-- Version 2.
CREATE TABLE clock_2 (bytes bytea, says text);
INSERT INTO clock_2 VALUES ('\x00070933ddbbbf20', '7 2026-03-31T21:59:59.5Z late'), ('\x00070933ddbbbf40', '7 2026-03-31T21:59:59.5Z orphaned'),
    ('\x00070933ddbbbf60', '7 2026-03-31T21:59:59.5Z late,orphaned'), ('\x00078933ddbbbf65', '7 2026-03-31T21:59:59.5Z held,anonymised,late,orphaned'),
    ('\x00077fffffffff40', '7 orphaned');
-- Version 3.
CREATE TABLE clock_3 (bytes bytea, says text);
INSERT INTO clock_3 VALUES ('\x0000000000000000', 'unknown'), ('\x00077fffffffff20', '7 late'), ('\x00077fffffffff60', '7 late,orphaned');
CREATE TABLE period_1 (bytes bytea, says text);
INSERT INTO period_1 VALUES ('\x00000000000000000000000000000000', '0 days'), ('\x000000000000001e0000000000000000', '30 days'),
    ('\x00000024000000000000000000000000', '3 years'), ('\x00000000000000000000fd2000000000', '18 hours'),
    ('\x0000003c0000000000000000040c1f00', '5 years after end of fiscal year'),
    ('\x00000002000000000000000002000000', '2 months after end of quarter'), ('\x00000000000000000000000000000001', 'forever');
CREATE TABLE modifier_1 (modifier integer, says text);
INSERT INTO modifier_1 VALUES (12930, '(''1 year'', ''redact'')'), (4, '(''pseudonymise'')'), (2742, '(''2 months after end of year'', ''generalise'')');

-- COPY in the binary format hands the bytes to the type. A table with clocks is governed, and these are of no policy.
SET LOCAL retention.reveal = on;
CREATE FUNCTION from_binary(wanted regtype, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file oid := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || '\x0000000000000000' || '\x0001' || int4send(length(bytes)) || bytes || '\xffff'::bytea);
    place text := current_setting('data_directory') || '/formats.bin';
    result text;
BEGIN
    PERFORM lo_export(file, place);
    EXECUTE format('CREATE TEMP TABLE read_back (value %s) ON COMMIT DROP', wanted);
    EXECUTE format('COPY read_back FROM %L (FORMAT binary)', place);
    SELECT value::text INTO result FROM read_back;
    DROP TABLE read_back;
    PERFORM lo_unlink(file);
    RETURN result;
END $$;
SELECT is(from_binary('retention.clock', bytes), says, 'clock, version 1: ' || says) FROM clock_1;
SELECT is(from_binary('retention.clock', bytes), says, 'clock, version 2: ' || says) FROM clock_2;
SELECT is(from_binary('retention.clock', bytes), says, 'clock, version 3: ' || says) FROM clock_3;
SELECT is(from_binary('retention.period', bytes), says, 'period, version 1: ' || says) FROM period_1;
SELECT is_empty('SELECT FROM modifier_1 WHERE retention.type_modifier_out(modifier)::text <> says', 'type modifiers of version 1 say what they said');

-- A stretch of a ledger, hashes and all.
ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
INSERT INTO retention.ledger VALUES
    (1, '2026-11-29 01:12:55.263425+00', 'postgres', 'policy created', 1, 'public.visits', NULL, 'visits', 1, decode(repeat('00', 32), 'hex'), '\x134a2ad0ea9449f3bb5ccb2460265f154cab03893323079950c0cee79329b2e5'),
    (2, '2026-11-29 01:12:55.322937+00', 'postgres', 'policy changed', 1, 'public.visits', NULL, 'visits', 1, '\x134a2ad0ea9449f3bb5ccb2460265f154cab03893323079950c0cee79329b2e5', '\xe2dc8b991a337298f45a0086f87c0953046f29caeac6170e1ed246b32fbeab8a'),
    (3, '2026-11-29 01:12:55.336834+00', 'postgres', 'policy dropped', 1, 'public.visits', NULL, 'visits', 1, '\xe2dc8b991a337298f45a0086f87c0953046f29caeac6170e1ed246b32fbeab8a', '\x5411399928fa1954b3c4763278816b111aede054d910003020312f99e6097a3a');
SELECT results_eq('SELECT * FROM retention.verify_ledger()', 'VALUES (true, 3::bigint, NULL::bigint, 0::bigint)', 'a ledger of version 1 holds');
UPDATE retention.ledger SET format = 2 WHERE entry_id = 3;
SELECT throws_ok('SELECT * FROM retention.verify_ledger()', '0A000', 'entry 3 of the ledger has format 2, which this library of pg_retention does not know',
    'of an entry of a later format nothing is claimed');

-- A library refuses a database whose values it would misread.
CREATE TABLE seen (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('seen', 'seen', '{left_on}', '1 day', 'delete');
CREATE FUNCTION pg_temp.with_version(wanted smallint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE retention.disk_format SET version = wanted WHERE name = 'clock';
    UPDATE retention.policy SET priority = priority;
    PERFORM retention.state('1 2020-01-01T00:00:00Z');
    RETURN 'passes';
EXCEPTION WHEN feature_not_supported THEN RETURN SQLERRM;
END $$;
SELECT is(pg_temp.with_version(4::smallint), 'this database has version 4 of format "clock", which this library of pg_retention does not read', 'a later format is refused');
SELECT is(pg_temp.with_version(0::smallint), 'this database has version 0 of format "clock", which this library of pg_retention does not read', 'an earlier one is refused');
SELECT * FROM finish();
ROLLBACK;
