-- The modifier of a personal type: what is taken, how it is shown, what it means, and what is refused.
BEGIN;
SET client_min_messages = warning;
SELECT plan(21 * 4 + 22 * 3 + 15);

CREATE TABLE pg_temp.good (n serial, written text, shown text, keep_for retention.period, anonymiser text);
INSERT INTO pg_temp.good (written, shown, keep_for, anonymiser) VALUES
    ($$'1 year'$$, $$'1 year'$$, '1 year', NULL),
    ($$'12 months'$$, $$'1 year'$$, '1 year', NULL),
    ($$'18 MONTHS'$$, $$'1 year 6 months'$$, '18 months', NULL),
    ($$'P6M'$$, $$'6 months'$$, '6 months', NULL),
    ($$'2 weeks'$$, $$'14 days'$$, '14 days', NULL),
    ($$'30 days'$$, $$'30 days'$$, '30 days', NULL),
    ($$'0 days'$$, $$'0 days'$$, '0 days', NULL),
    ($$'90 minutes'$$, $$'90 minutes'$$, '90 minutes', NULL),
    ($$'48 hours'$$, $$'48 hours'$$, '48 hours', NULL),
    ($$'10 seconds', 'null'$$, $$'10 seconds', 'null'$$, '10 seconds', 'null'),
    ($$'1 year', 'redact'$$, $$'1 year', 'redact'$$, '1 year', 'redact'),
    ($$'3 years', redact$$, $$'3 years', 'redact'$$, '3 years', 'redact'),
    ($$'1 year after end of year', 'random token'$$, $$'1 year after end of year', 'random token'$$, '1 year after end of year', 'random token'),
    ($$'1 month after end of quarter', 'truncate'$$, $$'1 month after end of quarter', 'truncate'$$, '1 month after end of quarter', 'truncate'),
    ($$'5 days after end of month', 'generalise'$$, $$'5 days after end of month', 'generalise'$$, '5 days after end of month', 'generalise'),
    ($$'5 years after end of fiscal year'$$, $$'5 years after end of fiscal year'$$, '5 years after end of fiscal year', NULL),
    ($$'5 years after end of fiscal year ending 12-31'$$, $$'5 years after end of fiscal year'$$, '5 years after end of fiscal year', NULL),
    ($$'redact'$$, $$'redact'$$, NULL, 'redact'),
    ($$pseudonymise$$, $$'pseudonymise'$$, NULL, 'pseudonymise'),
    ($$' Random Token '$$, $$'random token'$$, NULL, 'random token'),
    ($$'8000 years', 'null'$$, $$'8000 years', 'null'$$, '8000 years', 'null');

-- Each on a type of its own, by turns.
CREATE TABLE pg_temp.t (id int);
CREATE FUNCTION pg_temp.add(n int, modifier text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE pg_temp.t ADD c%s retention.%I(%s)', n, (ARRAY['person_name', 'username', 'email', 'phone', 'postal_address', 'national_id', 'free_text', 'personal_text'])[1 + n % 8], modifier);
    RETURN (SELECT atttypmod FROM pg_attribute WHERE attrelid = 'pg_temp.t'::regclass AND attname = 'c' || n);
END $$;
SELECT ok(pg_temp.add(n, written) >= 0, written || ' is taken') FROM pg_temp.good ORDER BY n;
SELECT is(substring(format_type(atttypid, atttypmod) FROM '\(.*'), '(' || shown || ')', written || ' is shown') FROM pg_temp.good
    JOIN pg_attribute ON attrelid = 'pg_temp.t'::regclass AND attname = 'c' || n ORDER BY n;
SELECT is((retention.modifier_period(atttypmod)::text, retention.modifier_anonymiser(atttypmod)), (keep_for::text, anonymiser), written || ' means that') FROM pg_temp.good
    JOIN pg_attribute ON attrelid = 'pg_temp.t'::regclass AND attname = 'c' || n ORDER BY n;
SELECT is(pg_temp.add(n + 1000, shown), (SELECT atttypmod FROM pg_attribute WHERE attrelid = 'pg_temp.t'::regclass AND attname = 'c' || n), shown || ' is the same again')
    FROM pg_temp.good ORDER BY n;

CREATE TABLE pg_temp.bad (n serial, written text, code text, says text, hints text);
INSERT INTO pg_temp.bad (written, code, says, hints) VALUES
    ($$'1 month 1 day'$$, '22023', '%one unit%', '%personal_column%keep_for%'),
    ($$'1 year 1 week', 'redact'$$, '22023', '%one unit%', '%personal_column%keep_for%'),
    ($$'5 years after end of fiscal year ending 06-30'$$, '22023', '%calendar year%', '%personal_column%keep_for%'),
    ($$'2097152 days'$$, '22023', '%too long%', '%personal_column%keep_for%'),
    ($$'2100001 seconds', 'null'$$, '22023', '%too long%', '%personal_column%keep_for%'),
    ($$'forever'$$, '22023', '%outlive%', '%Leave the period out%'),
    ($$'constant'$$, '22023', '%argument%', '%personal_column%keep_for%'),
    ($$'1 year', 'constant'$$, '22023', '%argument%', '%personal_column%keep_for%'),
    ($$'1 year', 'noise'$$, '22023', '%argument%', '%personal_column%keep_for%'),
    ($$'function'$$, '22023', '%argument%', '%personal_column%keep_for%'),
    ($$'redact', '1 year'$$, '22023', '%before%', '%1 year%redact%'),
    ($$'redact', 'null'$$, '22023', '%before%', '%1 year%redact%'),
    ($$'1 year', '1 year'$$, '22023', 'unknown anonymiser%', '%random token%'),
    ($$'1 year', 'hash'$$, '22023', 'unknown anonymiser: "hash"', '%random token%'),
    ($$'1 year', ''$$, '22023', 'unknown anonymiser%', '%random token%'),
    ($$'1 year', 'null', 'x'$$, '22023', '%one or two%', '%1 year%'),
    ($$'redacted'$$, '22023', 'neither a period nor an anonymiser: "redacted"', '%1 year%'),
    ($$20$$, '22P02', 'invalid input syntax%"20"', 'Write%'),
    ($$''$$, '22P02', 'invalid input syntax%', 'Write%'),
    ($$'-1 year'$$, '22P02', 'invalid input syntax%', '%negative%'),
    ($$'1 day 1 hour'$$, '22P02', '%mixes%', '%midnight%'),
    ($$'9999 years'$$, '22008', '%out of range%', '%8600%');
CREATE FUNCTION pg_temp.refusal(modifier text) RETURNS TABLE (code text, message text, hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE pg_temp.t ADD bad retention.email(%s)', modifier);
    RETURN QUERY SELECT 'none', 'none', 'none';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN NEXT;
END $$;
SELECT is(r.code, b.code, written || ' is refused') FROM pg_temp.bad b, pg_temp.refusal(written) r ORDER BY n;
SELECT alike(r.message, b.says, written || ' says why') FROM pg_temp.bad b, pg_temp.refusal(written) r ORDER BY n;
SELECT alike(r.hint, b.hints, written || ' says what can be done') FROM pg_temp.bad b, pg_temp.refusal(written) r ORDER BY n;

-- The rest of the way of a type.
SELECT is('retention.email'::regtype::text, 'retention.email', 'without a modifier');
SELECT ok(retention.modifier_period(-1) IS NULL, 'a column without a modifier has no period');
SELECT is(retention.modifier_anonymiser(-1), NULL, 'a column without a modifier has no anonymiser');
SELECT throws_ok('SELECT retention.modifier_period(0)', '22023', NULL, 'numbers from elsewhere are refused');
SELECT throws_ok('SELECT retention.modifier_anonymiser(-2)', '22023', NULL, 'negative ones, too');
SELECT throws_ok($$SELECT format_type('retention.email'::regtype, 2147483647)$$, '22023', NULL, 'unknown modifiers are not shown as something');
SELECT throws_ok($$SELECT retention.type_modifier_in('{}')$$, '22023', NULL, 'nothing at all');
SELECT throws_ok($$SELECT retention.type_modifier_in('{{a,b}}')$$, '2202E', NULL, 'no list of words');
SELECT throws_ok($$SELECT retention.type_modifier_in('{NULL}')$$, '2202E', NULL, 'no word');
SELECT throws_ok($$ALTER TABLE pg_temp.t ADD bad retention.birth_date('1 year')$$, '42601', NULL, 'a domain has none');
CREATE TABLE pg_temp.more (mails retention.email('1 year')[], mail retention.email('30 days', 'null'));
SELECT is(format_type(atttypid, atttypmod), 'retention.email(''1 year'')[]', 'an array has one') FROM pg_attribute WHERE attrelid = 'pg_temp.more'::regclass AND attname = 'mails';
CREATE TABLE pg_temp.copied AS SELECT mail FROM pg_temp.more;
SELECT is(format_type(atttypid, atttypmod), 'retention.email(''30 days'', ''null'')', 'a copy of a column stays what it was') FROM pg_attribute
    WHERE attrelid = 'pg_temp.copied'::regclass AND attname = 'mail';
SELECT is(repeat('x', 100)::retention.email('1 day')::text, repeat('x', 100), 'a modifier changes no value');
SELECT is((SELECT c::text FROM (SELECT 'kari'::retention.person_name('1 year') UNION SELECT 'kari'::retention.person_name('2 years', 'redact')) q (c)), 'kari', 'a modifier keeps no two values apart');
SELECT is(pg_typeof('x'::retention.email('1 year')), 'retention.email'::regtype, 'a modifier makes no other type');
SELECT * FROM finish();
ROLLBACK;
