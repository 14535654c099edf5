-- Each anonymiser as a function on one value.
BEGIN;
SELECT plan(61);

-- redact
SELECT is(retention.redact('Kari Lie ringte fra 99 88 77 66 om kari@example.no.', '{Kari,Lie}'),
    '[redacted] ringte fra [redacted] om [redacted].', 'redact takes out words and what identifies anybody');
SELECT is(retention.redact('Kari ringte', NULL), 'Kari ringte', 'without words, too');
SELECT is(retention.redact('Kari ringte Ola', '{NULL,Ola}'), 'Kari ringte [redacted]', 'a word that is not there counts for nothing');
SELECT is(retention.redact(NULL::text, '{x}'), NULL, 'nothing stays nothing');
SELECT is(retention.redact('', '{x}'), '', 'an empty text stays empty');
SELECT is(retention.redact('{"who": "Kari Lie", "n": 4}'::json, '{Kari,Lie}')::text, '{"who": "[redacted]", "n": 4}', 'redact reads JSON');
SELECT is(retention.redact('{"who": ["K\u0061ri", 99887766]}'::jsonb, '{Kari}'), '{"who": ["[redacted]", "[redacted]"]}'::jsonb, 'redact reads jsonb');

-- generalise
SELECT is(retention.generalise(date '1987-06-15', 'month'), date '1987-06-01', 'a day to its month');
SELECT is(retention.generalise(date '1987-06-15', 'year'), date '1987-01-01', 'to its year');
SELECT is(retention.generalise(date '1987-06-15', 'decade'), date '1980-01-01', 'to its decade');
SELECT is(retention.generalise(date '0001-06-15', 'year'), date '0001-01-01', 'generalise a day before the calendar begins');
SELECT is(retention.generalise(date '5874897-12-31', 'decade'), date '5874890-01-01', 'generalise a day at the calendar''s end');
SELECT is(retention.generalise(date '4714-12-01 BC', 'decade'), date '4714-11-24 BC', 'no earlier than there are dates');
SELECT is(retention.generalise(date 'infinity', 'year'), date 'infinity', 'infinity has no year');
SELECT is_empty($$SELECT d FROM generate_series(timestamp '1850-01-01', '2100-12-31', '11 days') d, unnest('{month,year,decade}'::text[]) u
    WHERE retention.generalise(d::date, u) <> date_trunc(u, d)::date OR retention.generalise(d + '13:00', u) <> date_trunc(u, d + '13:00')$$,
    'as PostgreSQL counts, of dates and timestamps');
SELECT is(retention.generalise(timestamp '2026-01-01 00:00', 'year'), timestamp '2026-01-01 00:00', 'a beginning stays');
SELECT is_empty($$SELECT d FROM generate_series(timestamptz '1990-01-01 07:00+00', '2040-12-31', '7 days') d, unnest('{month,year,decade}'::text[]) u
    WHERE retention.generalise(d, u) <> date_trunc(u, d, 'Europe/Oslo')$$, 'an instant to the beginning in the zone of the policies');
SELECT is(retention.generalise(timestamptz '2025-12-31 23:30+00', 'year'), timestamptz '2026-01-01 00:00+01', 'where the year has begun already');
SELECT throws_ok($$SELECT retention.generalise(date '1987-06-15', 'century')$$, '22023', NULL, 'no other span');
SELECT is(retention.generalise(47, 'band 10'), 40, 'a number to its band');
SELECT is(retention.generalise(-3::smallint, 'band 10'), -10::smallint, 'below zero, too');
SELECT is(retention.generalise((-32768)::smallint, 'band 10'), (-32768)::smallint, 'the least number of all stays');
SELECT is(retention.generalise((-2147483648)::integer, 'band 10'), (-2147483648)::integer, 'of each width');
SELECT is(retention.generalise((-9223372036854775808)::bigint, 'band 1000'), (-9223372036854775808)::bigint, 'of each width');
SELECT is(retention.generalise(-7.25::numeric, 'band 0.5'), -7.5::numeric, 'decimals');
SELECT is(retention.generalise(123456789012345678901234567890::numeric, 'band 1000'), 123456789012345678901234567000::numeric, 'large decimals');
SELECT is(retention.generalise('Infinity'::numeric, 'band 10'), 'Infinity'::numeric, 'infinity is in no band');
SELECT throws_ok($$SELECT retention.generalise(47, 'band 0.5')$$, '22023', NULL, 'whole numbers have whole bands');
SELECT is(retention.generalise('Storgata 1, 0153 Oslo'::text, 'postal district'), '01xx Oslo', 'an address to its postal district');
SELECT is(retention.generalise('Storgata 1'::text, ''), NULL, 'without post code to nothing');
SELECT is(retention.generalise(inet '192.0.2.77', 'network'), inet '192.0.2.0/24', 'an address to its network');
SELECT is(retention.generalise(inet '2001:db8:1:2::3', 'network'), inet '2001:db8:1::/48', 'of IPv6');
SELECT is(retention.generalise(inet '192.0.2.77', 'network 16'), inet '192.0.0.0/16', 'as much of it as is asked for');
SELECT is(retention.generalise(inet '10.0.0.0/8', 'network'), inet '10.0.0.0/8', 'a larger network stays');
SELECT is(retention.generalise(point '(10.7522,59.9139)', 'grid 0.1')::text, '(10.7,59.9)', 'a point to the corner of its square');
SELECT is(retention.generalise(point '(-0.05,1)', 'grid 0.1')::text, '(-0.1,1)', 'below zero, too');

-- truncate
SELECT is(retention.truncate('Åse', 1), 'Å', 'truncate counts characters');
SELECT is(retention.truncate('Åse', 9), 'Åse', 'truncate makes nothing longer');
SELECT is(retention.truncate('Åse'), 'Å', 'an initial where nothing else is said');
SELECT throws_ok($$SELECT retention.truncate('Åse', -1)$$, '22023', NULL, 'no less than none');

-- noise
CREATE TEMP TABLE moved AS SELECT i, retention.noise(100, '10') AS n4, retention.noise(100::smallint, '10') AS n2, retention.noise(1000::bigint, '5 %') AS n8,
    retention.noise(100.50::numeric, '5 %') AS nn, retention.noise(100::numeric, '0.25') AS nd, retention.noise(100::float8, '0.5') AS nf,
    retention.noise(date '2000-01-01', '30 days') AS d, retention.noise(timestamp '2000-01-01', '2 days') AS t,
    retention.noise(timestamptz '2000-01-01 00:00+00', '2 days') AS tz FROM generate_series(1, 1000) i;
SELECT is_empty('SELECT * FROM moved WHERE abs(n4 - 100) > 10 OR abs(n2 - 100) > 10 OR abs(n8 - 1000) > 50 OR abs(nn - 100.50) > 5.03
    OR abs(nd - 100) > 0.25 OR abs(nf - 100) > 0.5 OR abs(d - date ''2000-01-01'') > 30', 'noise moves no number or day further than it is told');
SELECT is_empty($$SELECT * FROM moved WHERE t NOT BETWEEN '1999-12-30' AND '2000-01-03' OR tz NOT BETWEEN '1999-12-30 00:00+00' AND '2000-01-03 00:00+00'$$, 'noise moves no time further than it is told');
SELECT ok((SELECT bool_and(n > 10) FROM (SELECT unnest(ARRAY[count(DISTINCT n4), count(DISTINCT n2), count(DISTINCT n8), count(DISTINCT nn), count(DISTINCT nd),
    count(DISTINCT nf), count(DISTINCT d), count(DISTINCT t), count(DISTINCT tz)]) FROM moved) u(n)), 'noise does move values');
SELECT is_empty('SELECT * FROM moved WHERE scale(nn) <> 2 OR scale(nd) <> 2', 'with no decimals that tell so');
SELECT is((SELECT bool_and(retention.noise(32767::smallint, '1 %') > 32000) FROM generate_series(1, 100)), true, 'no further than numbers go');
SELECT is_empty($$SELECT * FROM generate_series(1, 100) WHERE retention.noise(9223372036854775807, '100') < 9223372036854775707
    OR retention.noise(date '5874897-12-31', '30 days') > date '5874897-12-31'$$, 'of any width');
SELECT is(retention.noise(date '-infinity', '30 days'), date '-infinity', 'infinity stays');
SELECT is(retention.noise('NaN'::numeric, '5 %'), 'NaN'::numeric, 'what is no number stays');
SELECT throws_ok($$SELECT retention.noise(5, 'five')$$, '22023', NULL, 'no amount');
SELECT throws_ok($$SELECT retention.noise(date '2000-01-01', '5 %')$$, '22023', NULL, 'days have no percentage');

-- random token
CREATE TEMP TABLE tokens AS SELECT retention.random_token() AS t, retention.random_token('email') AS e, retention.random_token('phone') AS p,
    retention.random_token('text', 11) AS s FROM generate_series(1, 10000);
SELECT results_eq('SELECT count(DISTINCT t), count(DISTINCT e), count(DISTINCT p), count(DISTINCT s), max(length(s)) FROM tokens',
    'VALUES (10000::bigint, 10000::bigint, 10000::bigint, 10000::bigint, 11)', 'a random token is met only once');
SELECT is_empty($$SELECT * FROM tokens WHERE t !~ '^[a-z2-9]{26}$' OR e !~ '^[a-z2-9]{26}@anonymous\.invalid$' OR p !~ '^\+999\d{31}$'$$, 'a random token has its form');
SELECT throws_ok($$SELECT retention.random_token('text', 10)$$, '22023', 'a random token needs 11 characters to be met only once', 'shorter it could be met twice');
SELECT throws_ok($$SELECT retention.random_token('card')$$, '22023', NULL, 'no other form');
SELECT throws_ok($$SELECT retention.random_token('text', 0)$$, '22023', NULL, 'no length');

-- pseudonymise
SELECT throws_ok($$SELECT retention.pseudonymise('Kari')$$, '55000', 'no key for pseudonyms is set', 'no pseudonyms without a key');
SELECT throws_ok($$SELECT retention.pseudonymise('Kari', 15)$$, '22023', NULL, 'no short pseudonyms without a key');

-- All of them for everybody but pseudonyms: any value could be tried.
CREATE ROLE stranger;
SET ROLE stranger;
SELECT lives_ok($$SELECT retention.redact('x', '{x}'), retention.redact('{}'::json, '{}'), retention.redact('{}'::jsonb, '{}'), retention.truncate('x', 1),
    retention.random_token()$$, 'everybody may redact, truncate and make tokens');
SELECT lives_ok($$SELECT retention.generalise(date '2000-01-01', ''), retention.generalise(timestamp '2000-01-01', ''), retention.generalise(now(), ''),
    retention.generalise(1::smallint, 'band 1'), retention.generalise(1, 'band 1'), retention.generalise(1::bigint, 'band 1'), retention.generalise(1::numeric, 'band 1'),
    retention.generalise('x'::text, ''), retention.generalise(inet '::1', ''), retention.generalise(point '(0,0)', '')$$, 'generalise');
SELECT lives_ok($$SELECT retention.noise(1::smallint, '1'), retention.noise(1, '1'), retention.noise(1::bigint, '1'), retention.noise(1::float8, '1'),
    retention.noise(1::numeric, '1'), retention.noise(date '2000-01-01', '1 day'), retention.noise(timestamp '2000-01-01', '1 day'), retention.noise(now(), '1 day')$$,
    'everybody may add noise');
SELECT throws_ok($$SELECT retention.pseudonymise('Kari')$$, '42501', NULL, 'not everybody may pseudonymise');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
