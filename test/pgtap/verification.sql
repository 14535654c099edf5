-- After an erasure what told who the person was is looked for where no link leads from: it is named, and left, for it may be somebody else's.
BEGIN;
SELECT plan(55);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';

\ir ../declare.psql
-- "v.lead mail 2, v.p name 1 of others"
CREATE FUNCTION pg_temp.elsewhere(answer json) RETURNS text LANGUAGE sql AS $$SELECT string_agg(concat_ws(' ', r ->> 'table', r ->> 'column', r ->> 'rows',
    CASE r ->> 'whose' WHEN 'nobody known' THEN NULL ELSE 'of ' || (r ->> 'whose') END), ', ' ORDER BY r ->> 'table', r ->> 'column', r ->> 'whose') FROM json_array_elements(answer -> 'elsewhere') r$$;
CREATE FUNCTION pg_temp.later(answer json, section text) RETURNS text LANGUAGE sql AS $$SELECT string_agg(concat_ws(' ', r ->> 'table', r ->> 'columns', r ->> 'why'), ', '
    ORDER BY r ->> 'table') FROM json_array_elements(answer -> section) r$$;
CREATE TEMP TABLE answer (a json);
CREATE FUNCTION pg_temp.erased(kind text, key bigint) RETURNS json LANGUAGE plpgsql AS $$BEGIN
    DELETE FROM answer; INSERT INTO answer SELECT retention.erase(kind, key); RETURN (SELECT a FROM answer); END$$;

CREATE SCHEMA v;
CREATE TABLE v.p (id int PRIMARY KEY, name text, email text, phone text, nin text, born date, address text, username text, note text);
CREATE TABLE v.orders (id int PRIMARY KEY, p int REFERENCES v.p, mail text, total int);
CREATE TABLE v.contact (id int PRIMARY KEY, p int REFERENCES v.p, phone text);
CREATE TABLE v.lead (id int PRIMARY KEY, mail text, mobile text, mails text[], number bigint, full_name text, place text, login text, day date, remark text);
SELECT pg_temp.personal('v.p', c, g) FROM (VALUES ('name', 'name'), ('email', 'email'), ('phone', 'phone'), ('nin', 'national id'), ('born', 'date of birth'), ('address', 'address'),
    ('username', 'username'), ('note', 'free text')) x (c, g);
SELECT pg_temp.personal('v.orders', 'mail', 'email'), pg_temp.personal('v.contact', 'phone', 'phone');
SELECT pg_temp.personal('v.lead', c, g) FROM (VALUES ('mail', 'email'), ('mobile', 'phone'), ('mails', 'email'), ('number', 'national id'), ('full_name', 'name'), ('place', 'address'),
    ('login', 'username'), ('day', 'date of birth'), ('remark', 'free text')) x (c, g);
INSERT INTO retention.subject_kind (kind, relation, identifying, placeholders) VALUES ('p', 'v.p', '{email}', '{post@firma.example}');
SELECT pg_temp.link('p', 'v.orders', 'p'), pg_temp.link('p', 'v.contact', 'p');


-- Each value of the person, however it is written, and in what types it may stand.
CREATE FUNCTION pg_temp.kari(id int) RETURNS void LANGUAGE sql AS $$DELETE FROM v.lead; INSERT INTO v.p
    VALUES (id, 'Kari Lie', 'kari@x.example', '+47 900 11 222', '010190 12345', '1990-01-01', 'Storgata 1, 0155 Oslo', 'karli', 'is ill')$$;
CREATE FUNCTION pg_temp.found_after(id int) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.elsewhere(pg_temp.erased('p', id))$$;
SELECT pg_temp.kari(1);
INSERT INTO v.lead (id, mail) VALUES (1, 'kari@x.example'), (2, 'ola@x.example');
SELECT is(pg_temp.found_after(1), 'v.lead mail 1', 'a value of the person in a table that no link leads from is named');
SELECT is((SELECT a ->> 'complete' FROM answer), 'false', 'an erasure after which a value stands elsewhere is not complete');
SELECT is((SELECT mail FROM v.lead WHERE id = 1), 'kari@x.example', 'what may be somebody else''s is left');
SELECT pg_temp.kari(2);
INSERT INTO v.lead (id, mail) VALUES (1, ' Kari@X.example ');
SELECT is(pg_temp.found_after(2), 'v.lead mail 1', 'an e-mail address in other letters is found');
SELECT pg_temp.kari(3);
INSERT INTO v.lead (id, mobile) VALUES (1, '+47 (900) 11-222'), (2, '+4790011222');
SELECT is(pg_temp.found_after(3), 'v.lead mobile 2', 'a number is found however its digits are parted');
SELECT pg_temp.kari(4);
INSERT INTO v.lead (id, full_name) VALUES (1, 'KARI  LIE');
SELECT is(pg_temp.found_after(4), 'v.lead full_name 1', 'a name in capitals is found');
SELECT pg_temp.kari(5);
INSERT INTO v.lead (id, mails) VALUES (1, '{a@x.example,NULL,kari@x.example}'), (2, '{}');
SELECT is(pg_temp.found_after(5), 'v.lead mails 1', 'a value among others of an array is found');
SELECT pg_temp.kari(6);
UPDATE v.p SET nin = '110190 12345' WHERE id = 6;
INSERT INTO v.lead (id, number) VALUES (1, 11019012345);
SELECT is(pg_temp.found_after(6), 'v.lead number 1', 'a number in a column of numbers is found');
SELECT pg_temp.kari(7);
INSERT INTO v.lead (id, login) VALUES (1, 'karli');
SELECT is(pg_temp.found_after(7), 'v.lead login 1', 'a user name of one word is found');
SELECT pg_temp.kari(8);
INSERT INTO v.contact VALUES (8, 8, '+47 22 33 44 55');
INSERT INTO v.lead (id, mobile) VALUES (1, '+4722334455');
SELECT is(pg_temp.found_after(8), 'v.lead mobile 1', 'a value of a table that only says more of the person is looked for');

-- What is not looked for.
SELECT pg_temp.kari(10);
INSERT INTO v.lead (id, day, remark) VALUES (1, '1990-01-01', 'is ill');
SELECT is(pg_temp.found_after(10), NULL, 'what is said of a person, and a date of birth, is not looked for');
SELECT pg_temp.kari(11);
UPDATE v.p SET name = 'Kari', address = 'Oslo' WHERE id = 11;
INSERT INTO v.lead (id, full_name, place) VALUES (1, 'Kari', 'Oslo');
SELECT is(pg_temp.found_after(11), NULL, 'a name of one word is not looked for');
SELECT pg_temp.kari(12);
UPDATE v.p SET email = 'post@firma.example', phone = 'n/a' WHERE id = 12;
INSERT INTO v.lead (id, mail, mobile) VALUES (1, 'post@firma.example', 'n/a');
SELECT is(pg_temp.found_after(12), NULL, 'what is nobody''s is not looked for');
SELECT pg_temp.kari(13);
INSERT INTO v.lead (id, mobile) VALUES (1, '+47 900 11 223');
SELECT is(pg_temp.found_after(13), NULL, 'a number with another digit is another number');
SELECT pg_temp.kari(14);
UPDATE v.p SET phone = '1-2' WHERE id = 14;
INSERT INTO v.lead (id, mobile) VALUES (1, '12');
SELECT is(pg_temp.found_after(14), NULL, 'a short number with a hyphen is not the number without');

-- Whose the rows are that were found.
DELETE FROM v.lead;
INSERT INTO v.p (id, name, email, address) VALUES (20, 'Kari Lie', 'first@x.example', 'Storgata 1, 0155 Oslo'), (21, 'Kari Lie', 'second@x.example', 'Storgata 1, 0155 Oslo');
SELECT is(pg_temp.found_after(20), 'v.p address 1 of others, v.p name 1 of others', 'a namesake who shares an address is named as another person');
SELECT is((SELECT name FROM v.p WHERE id = 21), 'Kari Lie', 'a namesake stays');
INSERT INTO v.p (id, email, phone) VALUES (22, 'third@x.example', '+47 900 33 444'), (23, 'fourth@x.example', NULL);
INSERT INTO v.contact VALUES (23, 23, '90033444'), (24, 23, '+4790033444');
SELECT is(pg_temp.found_after(22), 'v.contact phone 2 of others', 'a row that leads to another person is named as that person''s');
INSERT INTO v.p (id, email) VALUES (25, 'fifth@x.example');
INSERT INTO v.orders VALUES (1, NULL, 'fifth@x.example', 5);
SELECT is(pg_temp.found_after(25), 'v.orders mail 1', 'a row that has lost its person is nobody''s');
INSERT INTO v.p (id, email) VALUES (26, 'sixth@x.example');
INSERT INTO v.orders VALUES (2, 26, 'sixth@x.example', 5);
SELECT is(pg_temp.found_after(26), NULL, 'rows that lead to the person are not elsewhere');
CREATE TABLE v.minutes (id int PRIMARY KEY, p int REFERENCES v.p, mail text);
SELECT pg_temp.personal('v.minutes', 'mail', 'email'), pg_temp.link('p', 'v.minutes', 'p', 'accesses');
INSERT INTO v.p (id, email) VALUES (27, 'ninth@x.example');
INSERT INTO v.minutes VALUES (1, 27, 'ninth@x.example');
SELECT is(pg_temp.found_after(27), NULL, 'a row that the person may see, and that is left, is not named twice');
SELECT is((SELECT pg_temp.later(a, 'left') FROM answer), 'v.minutes', 'a row that the person may see, and that is left, is named once');

-- Others alone leave nothing to be done. The table without a link is one by itself.
DELETE FROM retention.personal_column WHERE relation = 'v.lead'::regclass;
INSERT INTO v.p (id, name, email) VALUES (30, 'Ola Moe', 'ola1@x.example'), (31, 'Ola Moe', 'ola2@x.example');
SELECT is(pg_temp.found_after(30), 'v.p name 1 of others', 'a namesake is named beside nothing else');
SELECT is((SELECT a ->> 'complete' FROM answer), 'true', 'an erasure that leaves a namesake is complete');
SELECT is((SELECT state FROM retention.verifications WHERE verification_id = (SELECT (a ->> 'verification')::bigint FROM answer)), 'done', 'nothing is left to be looked at where only others have the value');
INSERT INTO v.p (id, email) VALUES (33, 'seventh@x.example');
INSERT INTO v.orders VALUES (3, NULL, 'seventh@x.example', 5);
SELECT is(retention.erase('p', 33) ->> 'complete', 'false', 'an erasure is not complete where a value stands in a row of nobody''s');
INSERT INTO v.p (id, name, email) VALUES (32, 'Per Dal', 'per@x.example');
SELECT is(pg_temp.found_after(32), NULL, 'a person whom nobody is called like is found nowhere else');
SELECT is((SELECT a ->> 'verification' FROM answer), NULL, 'an erasure that finds nothing is not entered');

-- What very many have.
INSERT INTO v.p (id, email, address) SELECT 1000 + i, 'many' || i || '@x.example', 'Torget 1, 0155 Oslo' FROM generate_series(0, 150) i;
INSERT INTO v.orders VALUES (4, NULL, 'Torget 1, 0155 Oslo', 5);
SELECT is(pg_temp.found_after(1000), 'v.orders mail 1, v.p address 101 of others', 'of what thousands have a hundred are counted');
CREATE TABLE v.visits (id int PRIMARY KEY, p int REFERENCES v.p, place text);
SELECT pg_temp.personal('v.visits', 'place', 'address'), pg_temp.link('p', 'v.visits', 'p');
INSERT INTO v.visits SELECT i, CASE WHEN i <= 150 THEN 1005 END, 'Torget 1, 0155 Oslo' FROM generate_series(1, 155) i;
SELECT matches(pg_temp.found_after(1001), 'v.visits place 5, v.visits place 96 of others', 'rows of nobody''s are counted before those of others');
DROP TABLE v.visits;
DELETE FROM v.p WHERE id >= 1000;

-- Partitions, whose columns have other numbers, and tables that inherit.
CREATE TABLE v.visit (at date, guest text) PARTITION BY RANGE (at);
CREATE TABLE v.visit1 (gone int, guest text, at date);
ALTER TABLE v.visit1 DROP COLUMN gone;
ALTER TABLE v.visit ATTACH PARTITION v.visit1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE v.visit2 PARTITION OF v.visit FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE v.list (mail text);
CREATE TABLE v.list_of_old (extra int) INHERITS (v.list);
SELECT pg_temp.personal('v.visit', 'guest', 'name'), pg_temp.personal('v.list', 'mail', 'email');
INSERT INTO v.visit VALUES ('2020-02-02', 'Per Ask'), ('2021-02-02', 'Per Ask'), ('2021-02-02', 'Ola');
INSERT INTO v.list_of_old VALUES ('ask@x.example');
INSERT INTO v.list VALUES ('ask@x.example');
INSERT INTO v.p (id, name, email) VALUES (40, 'Per Ask', 'ask@x.example');
SELECT is(pg_temp.found_after(40), 'v.list mail 1, v.list_of_old mail 1, v.visit1 guest 1, v.visit2 guest 1', 'partitions and tables that inherit are looked through each');
DROP TABLE v.list, v.list_of_old;
DELETE FROM v.visit;

-- By an index, where a table is larger than what is read at once.
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
CREATE TABLE v.big (id int PRIMARY KEY, plain text, small text, same text, part text, mail retention.email, ci public.citext, number bigint, late text);
CREATE INDEX ON v.big (plain);
CREATE INDEX ON v.big (lower(small), id);
CREATE INDEX ON v.big (retention.identity(same));
CREATE INDEX ON v.big (part) WHERE id > 5;
CREATE INDEX ON v.big (lower(mail::text));
CREATE INDEX ON v.big (ci);
CREATE INDEX ON v.big (number);
CREATE INDEX ON v.big USING hash (late);
SELECT pg_temp.personal('v.big', c, 'email') FROM unnest('{plain,small,same,part,ci,late}'::name[]) c;
SELECT pg_temp.personal('v.big', 'number', 'phone');
INSERT INTO v.big (id, plain, small, same, part, mail, ci, number, late) VALUES (1, 'eva@x.example', 'EVA@x.example', ' Eva@x.example', 'eva@x.example', 'Eva@x.example', 'EVA@X.example', 90055666, 'eva@x.example'),
    (2, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x');
INSERT INTO v.p (id, email, phone) VALUES (50, 'eva@x.example', '900 55 666');
SET LOCAL retention.verify_at_once = 0;
CREATE FUNCTION pg_temp.big(answer json) RETURNS text LANGUAGE sql AS $$SELECT string_agg(concat_ws(' ', r ->> 'table', r ->> 'column', r ->> 'rows'), ', ' ORDER BY r ->> 'column')
    FROM json_array_elements(answer -> 'elsewhere') r WHERE r ->> 'table' = 'v.big'$$;
SELECT is(pg_temp.big(retention.erase('p', 50, dry_run => true)), 'v.big ci 1, v.big mail 1, v.big plain 1, v.big same 1, v.big small 1', 'a dry run asks the indexes that serve');
SELECT is(pg_temp.big(pg_temp.erased('p', 50)), 'v.big ci 1, v.big mail 1, v.big plain 1, v.big same 1, v.big small 1', 'indexes are asked on a column and on its form');
SELECT is((SELECT pg_temp.later(a, 'verifying') FROM answer), NULL, 'without a key nothing is kept to look for later');
SELECT matches((SELECT pg_temp.later(a, 'unverified') FROM answer), 'v.big it is too large or locked, and no retention.erasure_key_file is set to look through it later', 'tables that nobody looks through are named');
SELECT is((SELECT count(*) FROM retention.verification WHERE prints <> '{}')::int, 0, 'without a key no hash is kept');
SET LOCAL retention.verify_at_once = '8kB';
INSERT INTO v.p (id, email, phone) VALUES (51, 'eva@x.example', '900 55 666');
SELECT is(pg_temp.big(retention.erase('p', 51, dry_run => true)), 'v.big ci 1, v.big late 1, v.big mail 1, v.big number 1, v.big part 1, v.big plain 1, v.big same 1, v.big small 1', 'a small table is read whatever indexes it has');
RESET retention.verify_at_once;

-- A table that cannot be read.
CREATE ROLE v_owner;
GRANT USAGE ON SCHEMA v TO v_owner;
CREATE TABLE v.closed (mail text);
SELECT pg_temp.personal('v.closed', 'mail', 'email');
ALTER TABLE v.closed OWNER TO v_owner;
REVOKE SELECT ON v.closed FROM v_owner;
SELECT is((SELECT count(*) FROM json_array_elements(pg_temp.erased('p', 51) -> 'unverified') r WHERE r ->> 'table' = 'v.closed')::int, 1, 'a table that its owner may not read is named as not looked through');
SELECT is((SELECT a -> 'anonymised' -> 0 ->> 'table' FROM answer), 'v.p', 'a table that cannot be read keeps nobody from being erased');

-- What is seen of it afterwards.
SELECT is((SELECT state || ': ' || nobodys_rows || ' ' || found_in FROM retention.verifications WHERE verification_id = 1), 'found: 1 v.lead.mail', 'what was found is shown');
SELECT is((SELECT array_agg(l.id ORDER BY l.id) FROM retention.verification_finding f JOIN v.orders l ON l.ctid = ANY (f.row_ids) WHERE f.relation = 'v.orders'::regclass AND l.id < 4), '{1,3}'::int[], 'a finding says where a row stands');
SELECT is((SELECT detail FROM retention.ledger WHERE action = 'erased' ORDER BY entry_id LIMIT 1), 'kind p, verification 1', 'the ledger names the verification');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'erased person is nowhere else' AND object = 'verification 1'), '^1 rows that lead to nobody hold what told who it was: v.lead.mail', 'check tells what was found');
SELECT lives_ok('SELECT retention.settle_verification(1)', 'what was found is settled by whoever looked at it');
SELECT is((SELECT state FROM retention.verifications WHERE verification_id = 1), 'settled', 'a verification that was looked at is settled');
SELECT is((SELECT settled_by || ' ' || settled_at FROM retention.verification WHERE verification_id = 1), session_user || ' ' || '2030-06-01 12:00:00+00'::timestamptz, 'who said so is kept');
SELECT is((SELECT detail FROM retention.ledger WHERE action = 'verification settled'), 'kind p, verification 1', 'the ledger says that it was settled');
SELECT is((SELECT count(*) FROM retention.check() WHERE object = 'verification 1')::int, 0, 'check is content with what was settled');
SELECT throws_ok('SELECT retention.settle_verification(1)', 'P0002', 'there is no verification 1 that is to be settled', 'a verification is settled once');
UPDATE retention.subject_kind SET kind = 'human' WHERE kind = 'p';
SELECT is((SELECT DISTINCT kind FROM retention.verification), 'human', 'verifications are renamed with their kind');
DROP TABLE v.lead;
SELECT is((SELECT count(*) FROM retention.verification_finding WHERE relation NOT IN (SELECT oid FROM pg_class))::int, 0, 'findings go with their table');
SET ROLE pg_monitor;
SELECT throws_ok('SELECT prints FROM retention.verification', '42501', NULL, 'who watches is not shown what is looked for');
SELECT throws_ok('SELECT row_ids FROM retention.verification_finding', '42501', NULL, 'who watches is not shown where the rows stand');
SELECT lives_ok('SELECT relation, rows FROM retention.verification_finding', 'who watches is shown in which tables values were found');
SELECT lives_ok('TABLE retention.verifications', 'who watches is shown how far it is');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
