-- retention.period: what it accepts, what it refuses, and when it is over.
BEGIN;
SELECT plan(159);
SET LOCAL timezone = 'UTC';
SET LOCAL search_path = public, retention, pg_catalog;

SELECT is(current_setting('retention.timezone'), 'Europe/Oslo', 'midnights are those of Oslo');

-- Text.
SELECT is(w::period::text, c, format('%s reads %s', w, c)) FROM (VALUES
    ('30 days', '30 days'), ('1 days', '1 day'), ('2 weeks', '14 days'), ('42 months', '3 years 6 months'),
    ('6 Months 3 YEARS', '3 years 6 months'), ('1 hour 30 minutes', '90 minutes'), ('3600 seconds', '1 hour'),
    ('24 hours', '24 hours'), ('0 years', '0 days'), ('0 minutes', '0 days'), (' forever ', 'forever'),
    ('P1Y2M3D', '1 year 2 months 3 days'), ('PT4H5M6S', '14706 seconds'), ('p2w', '14 days'),
    ('0 days after end of month', '0 days after end of month'),
    ('5 years after end of fiscal year ending 12-31', '5 years after end of fiscal year'),
    ('5 years after end of fiscal year ending 06-30', '5 years after end of fiscal year ending 06-30')) v (w, c);

SELECT throws_ok(format('SELECT %L::retention.period', t), state, NULL, format('%s is refused: %L', state, t)) FROM (VALUES
    ('22P02', ''), ('22P02', '30'), ('22P02', 'days'), ('22P02', '30 fortnights'), ('22P02', '-1 days'),
    ('22P02', '1.5 years'), ('22P02', '1 year 1 year'), ('22P02', '1 year and 1 day'), ('22P02', 'never'),
    ('22P02', 'forever after end of month'), ('22P02', 'P'), ('22P02', 'PT'), ('22P02', 'P1YT'), ('22P02', 'PT1Y'),
    ('22P02', 'P-1Y'), ('22P02', '1 day after'), ('22P02', '1 day after end of week'),
    ('22P02', '1 day after end of year ending 06-30'), ('22P02', '1 day after end of fiscal year ending 6-30'),
    ('22P02', '1 day 1 hour'), ('22P02', 'P1DT1H'), ('22P02', '90 minutes after end of month'),
    ('22P02', '30 days; DROP TABLE x'), ('22P02', repeat('9', 5000) || ' x'), ('22P02', repeat('å', 5000)),
    ('22008', '1 day after end of fiscal year ending 06-31'), ('22008', '1 day after end of fiscal year ending 13-01'),
    ('22008', '8600 years'), ('22008', '2147483648 seconds'), ('22008', '99999999999999999999 days')) v (state, t)
WHERE t NOT LIKE '9999999999999999999999%';
SELECT throws_ok(format('SELECT %L::retention.period', repeat('9', 5000) || ' days'), '22008', NULL, 'a very long number');
SELECT throws_ok('SELECT ''1 day 1 hour''::retention.period', '22P02',
    'period mixes calendar units with exact time: "1 day 1 hour"', 'mixed units say so');
SELECT throws_ok('SELECT ''1 hour after end of year''::retention.period', '22P02',
    'exact time cannot count from the end of a calendar unit: "1 hour after end of year"', 'an anchored hour says so');

-- The law's table, from the event's midnight, its noon, its last microsecond, and the whole day.
WITH law (event, p, over) AS (VALUES
    ('2026-01-01', '30 days', '2026-02-01'),
    ('2026-01-31', '1 month', '2026-03-01'),
    ('2026-02-28', '1 month', '2026-03-29'),
    ('2024-01-31', '1 month', '2024-03-01'),
    ('2024-02-29', '3 years', '2027-03-01'),
    ('2026-08-31', '1 month', '2026-10-01'),
    ('2026-03-15', '5 years after end of fiscal year', '2032-01-01'),
    ('2026-03-15', '3 years 6 months after end of fiscal year', '2030-07-01'),
    ('2026-03-15', '5 years after end of fiscal year ending 06-30', '2031-07-01'),
    ('2026-06-30', '5 years after end of fiscal year ending 06-30', '2031-07-01'),
    ('2026-07-01', '5 years after end of fiscal year ending 06-30', '2032-07-01'),
    ('2024-02-29', '1 year after end of fiscal year ending 02-29', '2025-03-01'),
    ('2026-01-15', '1 month after end of month', '2026-03-01'),
    ('2026-02-15', '10 days after end of quarter', '2026-04-11'),
    ('2026-02-15', '1 year 1 day after end of year', '2028-01-02'))
SELECT is(found, over::timestamp AT TIME ZONE 'Europe/Oslo', format('%s + %s, %s', event, p, how))
FROM law, LATERAL (VALUES
    ('at midnight', over_from(event::timestamp AT TIME ZONE 'Europe/Oslo', p::period)),
    ('at noon', over_from((event::timestamp + '12 hours') AT TIME ZONE 'Europe/Oslo', p::period)),
    ('at its end', over_from((event::timestamp + '23:59:59.999999') AT TIME ZONE 'Europe/Oslo', p::period)),
    ('the whole day', over_from(event::date, p::period))) v (how, found);
SELECT is(over_from(timestamptz '2026-03-15 12:00Z', '5 years after end of fiscal year'), '2031-12-31 23:00Z', 'in UTC');

SELECT is(over_from(timestamptz '2026-01-01 10:00Z', '0 days'), '2026-01-01 10:00Z', 'zero is over at its start');
SELECT is(over_from(date '2026-03-31', '0 days'), '2026-03-31 22:00Z', 'zero from a day is over at its end');
SELECT is(over_from(date '2026-03-31', '2 hours'), '2026-04-01 00:00Z', 'hours from a day count from its end');
SELECT is(over_from(timestamptz '2026-03-28 10:00Z', '1 day'), '2026-03-29 22:00Z', 'midnight after the clocks went on');
SELECT is(over_from(timestamptz '2026-10-24 10:00Z', '1 day'), '2026-10-25 23:00Z', 'midnight after the clocks went back');
SELECT is(over_from(timestamptz '2026-10-25 00:30Z', '24 hours'), '2026-10-26 00:30Z', '24 hours are 24 hours');
SELECT is(over_from(timestamptz '2026-06-30 22:00Z', '1 day'), '2026-07-02 22:00Z', 'the event''s day is local');

-- Ends of time.
SELECT is(over_from(timestamptz '2026-01-01', 'forever'), 'infinity', 'forever');
SELECT is(over_from(timestamptz 'infinity', '0 days'), 'infinity', 'not started');
SELECT is(over_from(date 'infinity', '1 year'), 'infinity', 'not started, as a date');
SELECT is(over_from(NULL::timestamptz, '1 day'), NULL, 'strict');
SELECT throws_ok(q, '22008', NULL, q) FROM unnest(ARRAY[
    $$SELECT retention.over_from(timestamptz '-infinity', '1 day')$$,
    $$SELECT retention.over_from(timestamptz '-infinity', 'forever')$$,
    $$SELECT retention.over_from(date '-infinity', '1 day')$$,
    $$SELECT retention.over_from(timestamptz '9999-01-01', '1 year')$$,
    $$SELECT retention.over_from(timestamptz '200000-01-01', '1 day')$$,
    $$SELECT retention.over_from(timestamptz '4000-01-01 BC', '0 days')$$,
    $$SELECT retention.over_from(date '5874897-12-31', '1 day')$$,
    $$SELECT retention.over_from(date '4714-11-24 BC', '1 day')$$,
    $$SELECT retention.over_from(timestamptz '9999-12-31 23:59Z', '2 hours')$$,
    $$SELECT retention.over_from(date '9999-12-31', '1 hour')$$]) q;
SELECT is(cutoff('2026-01-01', 'forever'), '-infinity', 'nothing is over');
SELECT is(cutoff('1400-01-01 12:00Z', '1 year'), '-infinity', 'nothing is over yet');
SELECT is(cutoff('infinity', '1 year'), 'infinity', 'all is over');
SELECT is(cutoff('-infinity', '0 days'), '-infinity', 'at -infinity');
SELECT lives_ok($$SELECT retention.cutoff('294000-01-01', p::retention.period), retention.cutoff('4000-01-01 BC', p::retention.period)
    FROM unnest('{0 days,1 day,1 hour,8599 years,1 day after end of year}'::text[]) p$$, 'a cutoff is never an error');

-- Order and equality.
SELECT ok('12 months'::period = '1 year', '12 months are a year');
SELECT ok('1 week'::period = '7 days', 'a week is 7 days');
SELECT ok('24 hours'::period <> '1 day', '24 hours are not a day');
SELECT ok('30 days'::period <> '1 month', '30 days are not a month');
SELECT ok('1 day after end of year'::period = '1 day after end of fiscal year ending 12-31', 'the calendar year');
SELECT ok('1 day after end of fiscal year ending 02-28'::period <> '1 day after end of fiscal year ending 02-29', '02-29 is not 02-28');
SELECT is(min(p::text::period::text), 'forever', 'forever sorts last')
    FROM (SELECT p FROM unnest('{forever,8599 years,1 day,0 days}'::period[]) p ORDER BY p DESC LIMIT 1) s;
CREATE TEMP TABLE every AS
    SELECT (n || ' ' || u || a)::period AS p, row_number() OVER () AS i
    FROM unnest('{0,1,7,12,24,30,60,365,3600,86400}'::int[]) n,
         unnest('{seconds,minutes,hours,days,weeks,months,years}'::text[]) u,
         unnest('{"", " after end of month", " after end of year", " after end of fiscal year", " after end of fiscal year ending 06-30"}'::text[]) a
    WHERE (a = '' OR u NOT IN ('seconds', 'minutes', 'hours')) AND (u NOT IN ('years', 'months') OR n < 3000);
SELECT is_empty($$SELECT a.p, b.p FROM every a, every b
    WHERE (a.p = b.p) <> (period_hash(a.p) = period_hash(b.p)) OR (a.p = b.p) <> (period_hash_extended(a.p, 7) = period_hash_extended(b.p, 7))
       OR (a.p < b.p) <> (b.p > a.p) OR (a.p <= b.p) <> NOT (a.p > b.p) OR (a.p >= b.p) <> (period_cmp(a.p, b.p) >= 0)
       OR (a.p <> b.p) <> (period_cmp(a.p, b.p) <> 0)$$, 'operators and hashes agree');
SELECT is_empty($$SELECT p FROM every WHERE p::text::period <> p OR p::text::period::text <> p::text$$, 'text keeps a period');
SELECT is_empty($$SELECT FROM every WHERE (period_hash_extended(p, 0)::bit(64) & x'00000000ffffffff'::bit(64))
    <> (period_hash(p)::bigint::bit(64) & x'00000000ffffffff'::bit(64))$$, 'the hashes belong to one family');
-- Equal only when over together. Unequal ones may be, too: 30 June + 1 month is 30 June + 30 days, so
-- the converse holds only where the anchor has no fixed date.
CREATE TEMP TABLE starts AS SELECT timestamptz '2023-12-25 11:00Z' + n * interval '17 hours' AS start FROM generate_series(0, 2200) n;
SELECT is_empty($$SELECT a.p, b.p FROM every a, every b WHERE a.i < b.i AND a.p = b.p AND a.p < '100 years' AND EXISTS (
    SELECT FROM starts WHERE over_from(start, a.p) <> over_from(start, b.p))$$, 'equal periods are over together');
SELECT is_empty($$SELECT a.p, b.p FROM every a, every b WHERE a.i < b.i AND a.p <> b.p AND a.p < '100 years' AND b.p < '100 years'
    AND a.p::text NOT LIKE '%year' AND a.p::text NOT LIKE '%06-30' AND NOT EXISTS (
    SELECT FROM starts WHERE over_from(start, a.p) <> over_from(start, b.p))$$, 'unequal periods differ for some start');

-- Binary form.
CREATE TEMP TABLE copied (LIKE every);
SELECT format('COPY every TO %L (FORMAT binary)', f), format('COPY copied FROM %L (FORMAT binary)', f),
       format('COPY (SELECT WHERE false) TO PROGRAM %L', format('rm -f %L', f))
FROM (SELECT current_setting('data_directory') || '/pg_retention_period_test') s (f) \gexec
SELECT results_eq('SELECT p::text FROM every ORDER BY i', 'SELECT p::text FROM copied ORDER BY i', 'binary form keeps a period');
CREATE TEMP TABLE received (p period);
SELECT throws_ok(format($$COPY received FROM PROGRAM %L (FORMAT binary)$$,
    $$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\20$$ || bytes || $$\377\377'$$), '22P03', NULL, what)
FROM (VALUES ('\377\377\377\377\0\0\0\0\0\0\0\0\0\0\0\0', 'negative months'),
             ('\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0', 'months and seconds'),
             ('\0\0\0\1\0\0\0\0\0\0\0\0\5\0\0\0', 'an unknown anchor'),
             ('\0\0\0\1\0\0\0\0\0\0\0\0\4\2\36\0', '30 February'),
             ('\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1', 'a month and forever'),
             ('\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\200', 'an unknown flag')) v (bytes, what);

SELECT is(t.typlen, 16::smallint, '16 bytes') FROM pg_type t WHERE oid = 'retention.period'::regtype;
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE 'retention.period'::regtype = ANY (proargtypes)
    AND proname LIKE 'period%' AND (provolatile <> 'i' OR NOT proisstrict OR proparallel <> 's')$$, 'immutable, strict, parallel safe');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE oid::regproc::text IN ('over_from', 'cutoff', 'retention.over_from', 'retention.cutoff')
    AND provolatile <> 's'$$, 'what asks for the zone is stable');
SELECT * FROM finish();
ROLLBACK;
