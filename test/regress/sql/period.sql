-- retention.period: text, arithmetic by the regulation, order, index support.
SET timezone = 'Europe/Oslo';
SET datestyle = 'ISO';
SET search_path = retention, pg_catalog;
SHOW retention.timezone;

SELECT t AS written, t::period AS canonical
FROM unnest('{30 days, 1 week, 42 months, 6 MONTHS 3 years, 5400 seconds, 24 hours, 0 seconds, forever, P1Y2M3D, PT90M,
    1 day after end of month, 1 month after end of quarter, 5 years after end of year,
    5 years after end of fiscal year ending 12-31, 5 years after end of fiscal year ending 02-29}'::text[]) t;

SELECT '1 fortnight'::period;
SELECT '-1 days'::period;
SELECT '1.5 years'::period;
SELECT '1 day 2 hours'::period;
SELECT '2 hours after end of month'::period;
SELECT '1 year after end of fiscal year ending 06-31'::period;
SELECT '9000 years'::period;
SELECT ''::period;

-- The day on which the event falls is not counted; the period ends with the last hour of its last day.
SELECT event, p AS period, over_from(event::date, p::period), over_from(event::date + time '14:00', p::period) AS "the same at 14:00"
FROM (VALUES
    ('2026-01-01', '30 days'),
    ('2026-01-31', '1 month'),
    ('2026-02-28', '1 month'),
    ('2024-01-31', '1 month'),
    ('2024-02-29', '3 years'),
    ('2026-08-31', '1 month'),
    ('2026-03-15', '5 years after end of fiscal year'),
    ('2026-03-15', '3 years 6 months after end of fiscal year'),
    ('2026-03-15', '5 years after end of fiscal year ending 06-30'),
    ('2026-06-30', '5 years after end of fiscal year ending 06-30'),
    ('2026-07-01', '5 years after end of fiscal year ending 06-30'),
    ('2026-03-31', '0 days'),
    ('2026-03-31', '90 minutes'),
    ('2026-03-31', 'forever')) v (event, p);

-- Midnight is that of retention.timezone, whatever the session's is.
SET timezone = 'Asia/Tokyo';
SELECT over_from(timestamptz '2026-03-28 12:00+01', '1 day') = timestamptz '2026-03-30 00:00+02' AS spring,
       over_from(timestamptz '2026-10-24 12:00+02', '1 day') = timestamptz '2026-10-26 00:00+01' AS autumn,
       over_from(timestamptz '2026-03-29 00:30+01', '24 hours') = timestamptz '2026-03-30 01:30+02' AS elapsed;
SET timezone = 'Europe/Oslo';

SELECT at, p AS period, cutoff(at::timestamptz, p::period)
FROM (VALUES
    ('2027-03-01 00:00', '3 years'),
    ('2027-02-28 23:59:59.999999', '3 years'),
    ('2026-03-01 00:00', '1 month'),
    ('2032-01-01 00:00', '5 years after end of fiscal year'),
    ('2026-01-01 10:00', '0 days'),
    ('2026-03-29 03:30', '90 minutes'),
    ('2026-01-01 10:00', 'forever'),
    ('infinity', '1 day'),
    ('-infinity', '1 day'),
    ('1400-01-02 00:00', '1 year')) v (at, p);

SELECT over_from(timestamptz 'infinity', '1 day'), over_from(date 'infinity', '1 day');
SELECT over_from(timestamptz '-infinity', '1 day');
SELECT over_from(date '-infinity', '1 day');
SELECT over_from(timestamptz '9999-06-01', '1 year');
SELECT over_from(timestamptz '1399-06-01', '1 year');
SELECT over_from(date '200000-01-01', '1 year');
SELECT over_from(date '9999-12-31', '0 days');

-- Equal only where over at the same instant for every start.
SELECT '12 months'::period = '1 year' AS months, '7 days'::period = '1 week' AS weeks, '24 hours'::period = '1 day' AS hours,
       '1 year after end of year'::period = '1 year after end of fiscal year' AS calendar_year;

CREATE TEMP TABLE t (p period);
INSERT INTO t SELECT unnest('{1 year, 12 months, 30 days, forever, 0 days, 24 hours, 1 day, 1 year after end of year}'::period[]);
SELECT p FROM t ORDER BY p;
SELECT DISTINCT p FROM t ORDER BY p DESC;
SELECT p, count(*) FROM t GROUP BY p HAVING count(*) > 1;
CREATE INDEX ON t USING btree (p);
CREATE INDEX ON t USING hash (p);
SET enable_seqscan = off;
SELECT count(*) FROM t WHERE p >= '1 day' AND p < 'forever';
SELECT count(*) FROM t WHERE p = '1 year';
RESET enable_seqscan;

-- Text and binary form carry everything.
SELECT period_send('1 month 2 days after end of fiscal year ending 06-30');
-- What a DBA sees with \df and \do is explained.
SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = 'retention'::regnamespace AND 'retention.period'::regtype = ANY (p.proargtypes)
  AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT o.oid::regoperator FROM pg_operator o
WHERE o.oprleft = 'retention.period'::regtype AND obj_description(o.oid, 'pg_operator') IS NULL;
