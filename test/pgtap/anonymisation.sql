-- What anonymising leaves: which anonymisers leave nothing, and what is said where a policy calls a pseudonym anonymous.
BEGIN;
SET client_min_messages = error;
SET retention.test_now = '2026-06-01 12:00';
SELECT plan(29);

CREATE SCHEMA app;
SET search_path = app, public;
CREATE FUNCTION pg_temp.left_of(anonymise text, type regtype DEFAULT 'text', argument text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.verdict, 'singles out', coalesce(r.singles_out::text, '?'), 'links', coalesce(r.links::text, '?'), 'infer', coalesce(r.lets_infer::text, '?'))
    FROM retention.remains_of(anonymise, type, argument, false) r $$;
CREATE FUNCTION pg_temp.words_of(anonymise text, type regtype, argument text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT r.leaves FROM retention.remains_of(anonymise, type, argument, false) r $$;

SELECT is(pg_temp.left_of(a), 'anonymised singles out false links false infer false', format('%s leaves nothing of a value', a))
FROM unnest('{"null",constant,random token}'::text[]) a;
SELECT is(pg_temp.left_of('pseudonymise', 'text', x), 'pseudonymised singles out true links true infer true', format('a pseudonym with argument "%s" is none the less personal', x))
FROM unnest('{"",32,in users}'::text[]) x;
SELECT is(pg_temp.left_of(a, t), 'depends singles out true links true infer true', format('what %s leaves depends on what stands there', a))
FROM (VALUES ('redact', 'text'::regtype), ('generalise', 'date'), ('truncate', 'text'), ('noise', 'integer')) v (a, t);
SELECT is(pg_temp.left_of('function', 'text', 'app.f'), 'depends singles out ? links ? infer ?', 'what a function of a user leaves is not known');
SELECT is((SELECT count(*) FROM retention.vocabulary() v WHERE v.kind = 'anonymiser' AND pg_temp.left_of(v.word) IS NOT NULL),
    (SELECT count(*) FROM retention.vocabulary() v WHERE v.kind = 'anonymiser'), 'every anonymiser is decided');
SELECT is(array(SELECT substring(pg_temp.words_of('generalise', t::regtype, x) from '^[^:]+') FROM (VALUES ('date', ''), ('timestamptz', 'month'), ('date', 'decade'), ('integer', 'band 10'),
        ('numeric', 'band 0.5'), ('inet', 'network 16'), ('point', ''), ('text', '')) v (t, x)),
    '{the year,the month,the decade,a band of numbers,a band of numbers,the network,a square of the grid,the postal district}'::text[], 'what generalising leaves is said by type and argument');
SELECT isnt(pg_temp.words_of('pseudonymise', 'text'), pg_temp.words_of('pseudonymise', 'text', 'in users'), 'a pseudonym of a domain is said to be the same in several columns');
SELECT throws_ok($$SELECT retention.remains_of('hash', 'text'::regtype, '', false)$$, '22023', 'there is no anonymiser "hash"', 'an anonymiser that is none is an error');

CREATE TABLE "The users" (id int PRIMARY KEY, "e-mail" retention.email UNIQUE, number int UNIQUE, ended date);
CREATE TABLE visits (id int PRIMARY KEY, user_id int REFERENCES "The users", name retention.person_name('random token'), email text, ended date);
CREATE TABLE codes (mail text, copied retention.email GENERATED ALWAYS AS (mail) STORED);
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', '"The users"', '{e-mail}');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('visits', 'email', 'email', 'pseudonymise');
SELECT results_eq($$SELECT relation::text, column_name::text COLLATE "default", anonymise, verdict, singles_out FROM retention.anonymisation ORDER BY relation::text COLLATE "C", column_name$$,
    $$VALUES ('"The users"', 'e-mail', 'null', 'anonymised', false), ('codes', 'copied', 'null', 'depends', NULL),
        ('visits', 'email', 'pseudonymise', 'pseudonymised', true), ('visits', 'name', 'random token', 'anonymised', false)$$, 'each declared column is there, whichever way it is declared, and a generated one is not called anonymous');
SELECT results_eq($$SELECT relation::text, min(remark) FROM retention.anonymisation GROUP BY relation ORDER BY relation::text COLLATE "C"$$,
    $$VALUES ('"The users"', 'whoever knows it from elsewhere knows whose row it is: the row keeps its key id; the row keeps its key number'),
        ('codes', NULL), ('visits', 'whoever knows it from elsewhere knows whose row it is: the row keeps its key id; the row refers to "The users" by user_id')$$,
    'keys that stay, and the person that a row refers to, are remarked, and a key that is anonymised is not');

INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'visits', '{ended}', '1 year', 'anonymise', 'observe'),
    ('users', '"The users"', '{ended}', '1 year', 'anonymise', 'observe');
SELECT results_eq($$SELECT object, ok, hint FROM retention.check() WHERE what = 'what is called anonymous is' ORDER BY object$$,
    $$VALUES ('users', true, NULL), ('visits', false,
        'Its rows stay personal data, for who has the key can tell whose they are: of email a keyed hash is left. Choose another anonymiser, or do not call them anonymous; see retention.anonymisation.')$$,
    'a policy that calls a pseudonym anonymous is named with the column');
UPDATE retention.policy SET action = 'delete' WHERE name = 'visits';
SELECT is((SELECT count(*) FROM retention.check() WHERE what = 'what is called anonymous is' AND object = 'visits'), 0::bigint, 'a policy that deletes calls nothing anonymous');
UPDATE retention.policy SET action = 'anonymise' WHERE name = 'visits';
UPDATE retention.personal_column SET anonymise = 'null' WHERE column_name = 'email';
SELECT ok((SELECT ok FROM retention.check() WHERE what = 'what is called anonymous is' AND object = 'visits'), 'another anonymiser ends the warning');
SET ROLE pg_monitor;
SELECT is((SELECT count(*) FROM retention.anonymisation), 4::bigint, 'who watches may read what anonymising leaves');
RESET ROLE;

-- Persons that only a link knows of, and what acts in a partition.
CREATE TABLE calls (id int PRIMARY KEY, "user" int, caller int, kind text, memo text, ended date) PARTITION BY RANGE (id);
CREATE TABLE calls_1 (id int PRIMARY KEY, "user" int, caller int, kind text, memo text, ended date);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('calls', 'memo', 'free text', 'random token'), ('calls', 'caller', 'number', 'null');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'calls', '("user" = app."The users".id, kind = ''User'')'), ('user', 'calls', '(caller = app."The users".id)'),
    ('user', 'visits', 'user_id');
SELECT is((SELECT string_agg(DISTINCT remark, '|') FROM retention.anonymisation WHERE relation = 'calls'::regclass),
    'whoever knows it from elsewhere knows whose row it is: the row keeps its key id; the row refers to "The users" by "user"', 'a person that a row refers to without a foreign key is remarked, unless the column is anonymised');
SELECT is((SELECT string_agg(DISTINCT remark, '|') FROM retention.anonymisation WHERE relation = 'visits'::regclass),
    'whoever knows it from elsewhere knows whose row it is: the row keeps its key id; the row refers to "The users" by user_id', 'a link over a foreign key is not remarked twice');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('calls_1', 'memo', 'free text', 'null');
ALTER TABLE calls ATTACH PARTITION calls_1 FOR VALUES FROM (0) TO (9);
SELECT is((SELECT string_agg(relation::text || ' ' || anonymise, ', ' ORDER BY relation::text) FROM retention.anonymisation WHERE relation::text LIKE 'calls%' AND column_name = 'memo'), 'calls random token',
    'what a partition declares itself does not act, and is not shown');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('calls', 'calls', '{ended}', '2 years', 'anonymise', 'observe'), ('calls 1', 'calls_1', '{ended}', '1 year', 'anonymise', 'observe');
SELECT is((SELECT string_agg(relation::text || ' ' || anonymise, ', ' ORDER BY relation::text) FROM retention.anonymisation WHERE relation::text LIKE 'calls%' AND column_name = 'memo'), 'calls random token, calls_1 null',
    'a partition with a policy of its own is shown with what it declares');

-- What no policy can do is not called anonymous.
CREATE TABLE strict (id int PRIMARY KEY, name retention.person_name NOT NULL, phone text NOT NULL, code text UNIQUE, mail retention.email, ended date);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('strict', 'phone', 'phone', 'constant', '0'), ('strict', 'code', 'number', 'constant', 'x');
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('strict', 'strict', '{ended}', '1 year', 'anonymise', 'observe')$$, '23502', NULL, 'a policy that sets a column to null that may not be is refused');
SELECT is((SELECT string_agg(concat_ws(' ', column_name, verdict, singles_out), ', ' ORDER BY column_name) FROM retention.anonymisation WHERE relation = 'strict'::regclass),
    'code refused t, mail anonymised f, name refused t, phone anonymised f', 'what writing a policy refuses is not shown as anonymised, and what it takes is');
SELECT is((SELECT leaves FROM retention.anonymisation WHERE relation = 'strict'::regclass AND column_name = 'name'),
    'the value: personal column "name" of table strict is anonymised to null but is not nullable', 'why a policy is refused is said');
SELECT matches(retention.register('json'), '"code"', 'the register has a column for which a policy is refused');
SELECT * FROM finish();
ROLLBACK;
