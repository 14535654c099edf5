-- Public holidays: which days they are, what a rule may be, and what may be done to those that come with the extension.
BEGIN;
SELECT plan(25);

-- Easter by Gauss, as corrected by Lichtenberg: another way than the library's.
CREATE FUNCTION pg_temp.easter(year integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT make_date(year, 3, 1) + (og + oe - 1) FROM (SELECT year / 100 AS k) c, LATERAL (SELECT 15 + (3 * k + 3) / 4 - (8 * k + 13) / 25 AS m, 2 - (3 * k + 3) / 4 AS s, year % 19 AS a) x,
        LATERAL (SELECT (19 * a + m) % 30 AS d) y, LATERAL (SELECT 21 + d - (d + a / 11) / 29 AS og) z, LATERAL (SELECT 7 - ((year + year / 4 + s) % 7 + 7) % 7 AS sz) w,
        LATERAL (SELECT 7 - ((og - sz) % 7 + 7) % 7 AS oe) v$$;
-- Norway's, from the Public Holidays Act (1947) and the Act on 1 and 17 May: of each year those days and no other.
CREATE TEMP TABLE norway AS SELECT make_date(y, f.month, f.day) AS day FROM generate_series(1970, 2100) y, (VALUES (1, 1), (5, 1), (5, 17), (12, 25), (12, 26)) f (month, day)
    UNION SELECT pg_temp.easter(y) + o FROM generate_series(1970, 2100) y, unnest('{-3,-2,0,1,39,49,50}'::int[]) o;

SELECT is(pg_temp.easter(1981), '1981-04-19', 'the oracle knows an exception of Gauss');
SELECT is(pg_temp.easter(1954), '1954-04-18', 'the oracle knows the other exception of Gauss');
SELECT is_empty($$SELECT y FROM generate_series(1583, 4000) y WHERE NOT EXISTS (SELECT FROM retention.holidays('NO', y) h WHERE h.name = 'Easter Sunday' AND h.day = pg_temp.easter(y))$$,
    'Easter is the day that another way of computing gives');
SELECT set_eq($$SELECT DISTINCT h.day FROM generate_series(1970, 2100) y, retention.holidays('NO', y) h$$, 'SELECT day FROM norway', 'the holidays of Norway are those of its acts, day by day');
SELECT results_eq($$SELECT day, name FROM retention.holidays('NO', 2026)$$, $$VALUES ('2026-01-01'::date, 'New Year''s Day'), ('2026-04-02', 'Maundy Thursday'), ('2026-04-03', 'Good Friday'),
    ('2026-04-05', 'Easter Sunday'), ('2026-04-06', 'Easter Monday'), ('2026-05-01', 'Labour Day'), ('2026-05-14', 'Ascension Day'), ('2026-05-17', 'Constitution Day'), ('2026-05-24', 'Whit Sunday'),
    ('2026-05-25', 'Whit Monday'), ('2026-12-25', 'Christmas Day'), ('2026-12-26', 'Second Day of Christmas')$$, 'holidays are listed by their days');
SELECT is_empty($$SELECT * FROM retention.holidays('XX', 2026)$$, 'a country without rules has no holidays');
SELECT is_empty($$SELECT * FROM retention.holidays('NO', 10000)$$, 'a year outside of the calendar has no holidays');
SELECT bag_eq('SELECT country, rule, name FROM retention.public_holiday', 'SELECT * FROM retention.standard_holidays()', 'a database begins with the standard holidays');

-- Rules of another country.
INSERT INTO retention.public_holiday (country, rule, name, since, until) VALUES ('GB', 'first monday of 05', 'May Day', 1978, NULL), ('GB', '1995-05-08', 'VE Day', NULL, NULL),
    ('GB', 'last monday of 05', 'Spring Bank', 1971, 2021), ('SE', 'saturday from 06-20', 'Midsummer', 1953, NULL), ('SE', 'easter+39', 'Ascension', NULL, NULL);
SELECT results_eq($$SELECT day FROM retention.holidays('GB', 1995)$$, $$VALUES ('1995-05-01'::date), ('1995-05-08'), ('1995-05-29')$$, 'weekdays of a month and single days are rules');
SELECT results_eq($$SELECT day FROM retention.holidays('GB', 2022)$$, $$VALUES ('2022-05-02'::date)$$, 'what has had its last year is over');
SELECT is_empty($$SELECT FROM retention.holidays('GB', 1970)$$, 'what has not had its first year is none yet');
SELECT results_eq($$SELECT day FROM retention.holidays('SE', 2026)$$, $$VALUES ('2026-05-14'::date), ('2026-06-20')$$, 'a weekday on or after a date is a rule');

-- What is written.
SELECT throws_ok($$INSERT INTO retention.public_holiday (country, rule, name) VALUES ('NO', '17. mai', 'x')$$, '22023', '"17. mai" is not a rule for a holiday', 'what is no rule is refused');
SELECT throws_ok($$UPDATE retention.public_holiday SET rule = 'easter+0' WHERE country = 'SE' AND rule = 'easter+39'$$, '22023', NULL, 'what is changed into no rule is refused');
SELECT throws_ok($$INSERT INTO retention.public_holiday (country, rule, name, since, until) VALUES ('NO', '06-06', 'x', 2030, 2029)$$, '23514', NULL, 'years in the wrong order are refused');
SELECT throws_ok($$INSERT INTO retention.public_holiday (country, rule, name) VALUES ('NO', NULL, 'x')$$, '23502', NULL, 'a holiday without a rule is refused');
SELECT throws_ok($$INSERT INTO retention.public_holiday (country, rule, name) VALUES ('', '06-06', 'x')$$, '23514', NULL, 'a country without a name is refused');
SELECT throws_ok($$DELETE FROM retention.public_holiday WHERE country = 'NO' AND rule = 'easter+50'$$, '55000',
    'holiday "easter+50" of country "NO" comes with the extension and cannot be deleted or renamed', 'a standard holiday is not deleted, for a restore would bring it back');
SELECT throws_ok($$UPDATE retention.public_holiday SET rule = 'easter+51' WHERE country = 'NO' AND rule = 'easter+50'$$, '55000', NULL, 'a standard holiday does not get another rule');
SELECT throws_ok('TRUNCATE retention.public_holiday', '0A000', NULL, 'holidays are not truncated');
UPDATE retention.public_holiday SET until = 2030, name = 'Pentecost Monday' WHERE country = 'NO' AND rule = 'easter+50';
SELECT ok(NOT EXISTS (SELECT FROM retention.holidays('NO', 2031) WHERE name ~ 'Monday$' AND day > '2031-05-01'), 'a standard holiday is given a last year');
INSERT INTO retention.public_holiday (country, rule, name, until) VALUES ('NO', 'easter+50', 'Whit Monday', 2027);
SELECT results_eq($$SELECT name, until FROM retention.public_holiday WHERE country = 'NO' AND rule = 'easter+50'$$, $$VALUES ('Whit Monday', 2027::smallint)$$, 'a row that comes again takes the place of the one that is there');
SELECT lives_ok($$DELETE FROM retention.public_holiday WHERE country = 'GB'$$, 'what a DBA wrote can be deleted');
SET session_replication_role = replica;
SELECT throws_ok($$DELETE FROM retention.public_holiday WHERE country = 'NO' AND rule = 'easter'$$, '55000', NULL, 'rules are checked whatever the role of the session in replication is');
RESET session_replication_role;
ALTER TABLE retention.public_holiday DISABLE TRIGGER ALL;
SELECT lives_ok($$INSERT INTO retention.public_holiday SELECT * FROM retention.public_holiday$$, 'holidays make way in a restore of data alone, which switches triggers off');

SELECT * FROM finish();
ROLLBACK;
