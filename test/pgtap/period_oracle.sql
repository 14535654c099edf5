-- over_from and cutoff against an oracle that knows nothing of the library: Regulation 1182/71, article
-- 3, written down in plain SQL on the server's own dates and zone tables. 100,000 random pairs.
--   3(1)    the day on which the event falls is not counted;
--   3(2)(b) a period in days ends with the last hour of its last day;
--   3(2)(c) one in weeks, months or years with the last hour of the same weekday or date, and where the
--           last month has no such date, with the last hour of that month's last day.
BEGIN;
SELECT plan(12);
SET LOCAL timezone = 'UTC';
SET LOCAL search_path = public, retention, pg_catalog;
SELECT setseed(0.1182);
SELECT is(current_setting('retention.timezone'), 'Europe/Oslo', 'midnights are those of Oslo');

CREATE FUNCTION pg_temp.last_of_month(y int, m int) RETURNS date LANGUAGE sql IMMUTABLE AS
    $$SELECT make_date(y + m / 12, m % 12 + 1, 1) - 1$$;

-- That date of that month, counted from January of year zero; its last day when there is no such date.
CREATE FUNCTION pg_temp.date_in_month(month int, d int) RETURNS date LANGUAGE sql IMMUTABLE AS
    $$SELECT least(make_date(month / 12, month % 12 + 1, 1) + (d - 1), pg_temp.last_of_month(month / 12, month % 12 + 1))$$;

-- The day from which the period counts. (SETOF, so that the planner puts the text in place of the call.)
CREATE FUNCTION pg_temp.counted_from(event date, anchor text, em int, ed int) RETURNS SETOF date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE anchor
        WHEN '' THEN event
        WHEN 'month' THEN pg_temp.last_of_month(y, extract(month FROM event)::int)
        WHEN 'quarter' THEN pg_temp.last_of_month(y, extract(quarter FROM event)::int * 3)
        WHEN 'year' THEN make_date(y, 12, 31)
        ELSE CASE WHEN event <= this_year THEN this_year ELSE pg_temp.date_in_month(y * 12 + em + 11, ed) END
    END
    FROM (SELECT extract(year FROM event)::int AS y OFFSET 0) a,
         LATERAL (SELECT pg_temp.date_in_month(y * 12 + em - 1, ed) AS this_year OFFSET 0) b $$;

CREATE FUNCTION pg_temp.last_day(event date, anchor text, em int, ed int, months int, days int) RETURNS SETOF date LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.date_in_month(m, d) + days
    FROM pg_temp.counted_from(event, anchor, em, ed) c,
         LATERAL (SELECT extract(year FROM c)::int * 12 + extract(month FROM c)::int - 1 + months AS m, extract(day FROM c)::int AS d OFFSET 0) e $$;

CREATE FUNCTION pg_temp.midnight(d date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$SELECT d::timestamp AT TIME ZONE 'Europe/Oslo'$$;
CREATE FUNCTION pg_temp.local_day(t timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$SELECT (t AT TIME ZONE 'Europe/Oslo')::date$$;

CREATE FUNCTION pg_temp.over(start timestamptz, anchor text, em int, ed int, months int, days int, seconds int)
RETURNS SETOF timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN seconds > 0 THEN start + seconds * interval '1 second'
                WHEN anchor = '' AND months = 0 AND days = 0 THEN start
                ELSE pg_temp.midnight(last + 1) END
    FROM pg_temp.last_day(pg_temp.local_day(start), anchor, em, ed, months, days) last $$;

-- A uniform whole number.
CREATE FUNCTION pg_temp.pick(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS
    $$SELECT low + floor(random() * (high - low + 1))::int$$;

-- Anywhere in two centuries; or near a midnight, a change of the clocks, a month's end, a leap day.
CREATE FUNCTION pg_temp.instant() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT CASE pg_temp.pick(1, 6)
        WHEN 1 THEN timestamptz '1896-01-01' + random() * interval '300 years'
        WHEN 2 THEN pg_temp.midnight(date '1990-01-01' + pg_temp.pick(0, 25000)) + pg_temp.pick(-2, 2) * interval '1 microsecond'
        WHEN 3 THEN (make_date(pg_temp.pick(1980, 2080), 3, 31) - pg_temp.pick(0, 7) + time '01:00') AT TIME ZONE 'UTC'
                    + pg_temp.pick(-14400, 90000) * interval '1 second'
        WHEN 4 THEN (make_date(pg_temp.pick(1980, 2080), 10, 31) - pg_temp.pick(0, 7) + time '01:00') AT TIME ZONE 'UTC'
                    + pg_temp.pick(-14400, 90000) * interval '1 second'
        WHEN 5 THEN pg_temp.midnight(pg_temp.last_of_month(pg_temp.pick(1990, 2060), pg_temp.pick(1, 12)) + pg_temp.pick(0, 1))
                    + pg_temp.pick(-1, 86399) * interval '1 second'
        ELSE pg_temp.midnight(make_date(pg_temp.pick(475, 525) * 4, 2, 28) + pg_temp.pick(0, 2)) + pg_temp.pick(-1, 86399) * interval '1 second'
    END $$;

CREATE TEMP TABLE pair AS
WITH raw AS MATERIALIZED (
    SELECT i, pg_temp.instant() AS start, pg_temp.instant() AS at, pg_temp.pick(0, 9) AS kind,
           (ARRAY['', '', 'month', 'quarter', 'year', 'fiscal'])[pg_temp.pick(1, 6)] AS anchor,
           pg_temp.pick(0, 180) AS m, pg_temp.pick(0, 1500) AS d, pg_temp.pick(1, 10000000) AS s,
           pg_temp.pick(1, 12) AS em, random() AS r
    FROM generate_series(1, 100000) i),
parts AS (
    SELECT i, start, at, kind, em, floor(1 + r * extract(day FROM pg_temp.last_of_month(2000, em))::int)::int AS ed,
           CASE WHEN kind >= 2 THEN anchor ELSE '' END AS anchor,
           CASE WHEN kind BETWEEN 2 AND 7 THEN m ELSE 0 END AS months,
           CASE WHEN kind >= 6 THEN d ELSE 0 END AS days,
           CASE WHEN kind = 1 THEN s ELSE 0 END AS seconds
    FROM raw)
SELECT *, (CASE WHEN seconds > 0 THEN (CASE WHEN i % 2 = 0 THEN seconds || ' seconds'
                     ELSE format('%s hours %s minutes %s second', seconds / 3600, seconds / 60 % 60, seconds % 60) END)
                WHEN i % 3 = 0 THEN format('P%sY%sM%sW%sD', months / 12, months % 12, days / 7, days % 7)
                WHEN i % 3 = 1 THEN format('%s months %s days', months, days)
                ELSE format('%s years %s months %s weeks %s day', months / 12, months % 12, days / 7, days % 7) END
           || CASE WHEN anchor = '' THEN ''
                   WHEN anchor <> 'fiscal' THEN ' after end of ' || anchor
                   WHEN em = 12 AND ed = 31 THEN ' after end of fiscal year'
                   ELSE format(' after end of fiscal year ending %s-%s', lpad(em::text, 2, '0'), lpad(ed::text, 2, '0')) END)::period AS p
FROM parts;

SELECT is((SELECT count(*) FROM pair), 100000::bigint, '100,000 pairs');
SELECT ok((SELECT count(DISTINCT anchor) FROM pair) = 5 AND (SELECT count(*) FROM pair WHERE em = 2 AND ed = 29 AND anchor = 'fiscal') > 10,
    'every anchor, the last day of February among them');
SELECT ok((SELECT count(*) FROM pair WHERE to_char(pg_temp.local_day(start), 'MM-DD') = '02-29') > 1000, 'leap days');

-- The oracle itself, on the law's own table.
SELECT is_empty($$SELECT * FROM (VALUES
    (date '2026-01-01', '', 0, 30, 12, 31, date '2026-01-31'),
    ('2026-01-31', '', 1, 0, 12, 31, '2026-02-28'),
    ('2026-02-28', '', 1, 0, 12, 31, '2026-03-28'),
    ('2024-01-31', '', 1, 0, 12, 31, '2024-02-29'),
    ('2024-02-29', '', 36, 0, 12, 31, '2027-02-28'),
    ('2026-08-31', '', 1, 0, 12, 31, '2026-09-30'),
    ('2026-03-15', 'fiscal', 60, 0, 12, 31, '2031-12-31'),
    ('2026-03-15', 'year', 42, 0, 12, 31, '2030-06-30'),
    ('2026-03-15', 'fiscal', 60, 0, 6, 30, '2031-06-30'),
    ('2026-06-30', 'fiscal', 60, 0, 6, 30, '2031-06-30'),
    ('2026-07-01', 'fiscal', 60, 0, 6, 30, '2032-06-30')) v (event, anchor, months, days, em, ed, last)
    WHERE (SELECT pg_temp.last_day(event, anchor, em, ed, months, days)) <> last$$, 'the oracle knows the law''s table');

SELECT is_empty($$SELECT start, p, over_from(start, p), o FROM pair, pg_temp.over(start, anchor, em, ed, months, days, seconds) o
    WHERE over_from(start, p) IS DISTINCT FROM o LIMIT 10$$, 'over_from is what the regulation says');

-- A whole day counts like any instant in it, except that zero and exact time count from its end.
SELECT is_empty($$SELECT d, p, over_from(d, p), o FROM pair, pg_temp.local_day(start) d,
        pg_temp.over(CASE WHEN seconds > 0 OR p = '0 days' THEN pg_temp.midnight(d + 1) ELSE pg_temp.midnight(d) END,
                     anchor, em, ed, months, days, seconds) o
    WHERE over_from(d, p) IS DISTINCT FROM o LIMIT 10$$, 'over_from is what the regulation says for whole days');

-- The cutoff is the latest start that is over, by the oracle's word; one microsecond later is not.
CREATE TEMP TABLE cut AS SELECT *, cutoff(at, p) AS c FROM pair;
SELECT is_empty($$SELECT at, p, c FROM cut WHERE c IS NULL OR NOT isfinite(c) LIMIT 10$$, 'every cutoff is a time');
SELECT is_empty($$SELECT at, p, c, o FROM cut, pg_temp.over(c, anchor, em, ed, months, days, seconds) o WHERE NOT o <= at LIMIT 10$$,
    'what starts at the cutoff is over');
SELECT is_empty($$SELECT at, p, c, o FROM cut, pg_temp.over(c + interval '1 microsecond', anchor, em, ed, months, days, seconds) o
    WHERE NOT o > at LIMIT 10$$, 'what starts after it is not');
SELECT is_empty($$SELECT start, at, p, c, o FROM cut, pg_temp.over(start, anchor, em, ed, months, days, seconds) o
    WHERE (start <= c) <> (o <= at) LIMIT 10$$, 'any other start agrees');
SELECT is_empty($$SELECT start, p, over_from(start, p) FROM pair
    WHERE NOT (cutoff(over_from(start, p), p) >= start AND cutoff(over_from(start, p) - interval '1 microsecond', p) < start) LIMIT 10$$,
    'forth and back');
SELECT * FROM finish();
ROLLBACK;
