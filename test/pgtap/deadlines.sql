-- The last day to act on a request, by the text of Regulation 1182/71.
BEGIN;
SELECT plan(15);

SELECT is(retention.last_day_to_act(received, months, 'NO'), due, format('%s, %s months: %s', received, months, why))
FROM (VALUES ('2026-02-10'::date, 1, '2026-03-10'::date, 'thirty days would say 12 March'), ('2026-01-31', 1, '2026-03-02', '28 February is a Saturday'),
    ('2026-02-28', 1, '2026-03-30', '28 March is a Saturday'), ('2026-03-02', 1, '2026-04-07', 'Easter'), ('2026-04-01', 1, '2026-05-04', '1 May'),
    ('2026-04-17', 1, '2026-05-18', '17 May'), ('2026-11-25', 1, '2026-12-28', 'Christmas'), ('2026-02-10', 3, '2026-05-11', 'a Sunday')) t (received, months, due, why);

-- By the text: 3(1), the day of the event is not counted; 3(2)(c), the same date of the last month, or its last day; 3(4), if that is a public holiday, a
-- Sunday or a Saturday, the next working day. Easter after Oudin (1940).
CREATE FUNCTION pg_temp.easter(y integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT make_date(y, 3 + (l + 40) / 44, l + 28 - 31 * ((3 + (l + 40) / 44) / 4)) FROM (SELECT y / 100 AS c, y % 19 AS n) a,
        LATERAL (SELECT (c - c / 4 - (c - (c - 17) / 25) / 3 + 19 * n + 15) % 30 AS i0) b, LATERAL (SELECT i0 - (i0 / 28) * (1 - (i0 / 28) * (29 / (i0 + 1)) * ((21 - n) / 11)) AS i) d,
        LATERAL (SELECT (y + y / 4 + i + 2 - c + c / 4) % 7 AS j) e, LATERAL (SELECT i - j AS l) f$$;
CREATE TEMP TABLE moving AS SELECT pg_temp.easter(y) + o.days AS day FROM generate_series(1989, 2101) y, (VALUES (-3), (-2), (0), (1), (39), (49), (50)) o (days);
CREATE TEMP TABLE day AS
SELECT d::date AS day, extract(isodow FROM d) < 6 AND to_char(d, 'DDMM') NOT IN ('0101', '0105', '1705', '2512', '2612') AND m.day IS NULL AS working
FROM generate_series('1989-12-01'::timestamp, '2101-01-31', '1 day') d LEFT JOIN moving m ON m.day = d::date;
CREATE TEMP TABLE act AS SELECT day, min(day) FILTER (WHERE working) OVER (ORDER BY day ROWS BETWEEN CURRENT ROW AND 14 FOLLOWING) AS next FROM day;
CREATE UNIQUE INDEX ON act (day);
SELECT is((SELECT count(*) FROM day WHERE NOT working AND extract(year FROM day) = 2026), 104 + 12 - 4::bigint, 'the oracle knows how many days of a year are none to act on');
CREATE FUNCTION pg_temp.ends(received date, months integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT m.first + least(extract(day FROM received)::integer, extract(day FROM m.first + interval '1 month' - interval '1 day')::integer) - 1
    FROM (SELECT (date_trunc('month', received::timestamp) + make_interval(months => months))::date AS first) m$$;
ANALYZE act;
SELECT setseed(0.1182);
CREATE TEMP TABLE tried AS SELECT '1990-01-01'::date + floor(random() * 40177)::integer AS received, CASE WHEN random() < 0.5 THEN 1 ELSE 3 END AS months FROM generate_series(1, 100000);
SELECT ok((SELECT max(received) <= '2099-12-31' AND min(received) < '1990-02-01' AND max(received) > '2099-11-30' FROM tried), 'what is tried goes from 1990 to 2099');
SELECT is_empty($$SELECT t.received, t.months, a.next, f.due FROM tried t JOIN act a ON a.day = pg_temp.ends(t.received, t.months)
    CROSS JOIN LATERAL (SELECT retention.last_day_to_act(t.received, t.months, 'NO') AS due) f WHERE f.due IS DISTINCT FROM a.next LIMIT 10$$, 'each of them is due on the day that the text of the regulation gives');
SELECT is((SELECT count(*) FROM tried t JOIN act a ON a.day = pg_temp.ends(t.received, t.months)), 100000::bigint, 'the oracle has a day for each of them');

SELECT throws_ok($$SELECT retention.last_day_to_act('9999-12-15', 1, 'NO')$$, '22008', NULL, 'a day beyond the calendar is an error');
SELECT throws_ok($$SELECT retention.last_day_to_act('infinity', 1, 'NO')$$, '22008', NULL, 'infinity is no day of receipt');
SELECT throws_ok($$SELECT retention.last_day_to_act('2026-02-10', -1, 'NO')$$, '22023', NULL, 'a period does not go back');

SELECT * FROM finish();
ROLLBACK;
