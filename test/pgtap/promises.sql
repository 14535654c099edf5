-- What a privacy notice promises about users, cases and invoices, to the second, in every statement an application sends.
BEGIN;
SELECT plan(49);

SET client_min_messages = error;
SET retention.test_now = '2030-03-01 12:00:00+00';
SET timezone = 'UTC';
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, email text UNIQUE, phone text, deactivated_at timestamptz);
CREATE TABLE app.notes (id bigint PRIMARY KEY, author_id bigint REFERENCES app.users, body text);
CREATE TABLE app.cases (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, completed_at timestamptz, reporter text, product text);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, issued_on date, attention text, net numeric);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES
    ('app.users', 'email', 'email', 'null', NULL), ('app.users', 'phone', 'phone', 'null', NULL), ('app.cases', 'reporter', 'name', 'constant', 'nobody'),
    ('app.invoices', 'attention', 'name', 'null', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, quarantine_for, action, must_keep_for, reference, mode) VALUES
    ('users', 'app.users', '{deactivated_at, customer_id.ended_at}', 'any', '0 days', '30 days', 'delete', NULL, NULL, 'enforce'),
    ('cases', 'app.cases', '{completed_at, customer_id.ended_at}', 'all', '3 years', '0 days', 'anonymise', NULL, NULL, 'enforce'),
    ('invoices', 'app.invoices', '{issued_on}', 'any', '5 years after end of fiscal year', '0 days', 'anonymise', '5 years after end of fiscal year',
     'Bookkeeping Act §13', 'enforce');
INSERT INTO app.customers VALUES (1, NULL), (2, NULL), (3, NULL);
INSERT INTO app.users SELECT n, 1 + n % 3, 'user' || n || '@example.no', '+47 4000000' || n FROM generate_series(1, 8) n;
INSERT INTO app.notes VALUES (1, 3, 'seen'), (2, 3, 'seen again');
INSERT INTO app.cases VALUES (1, 2, '2030-03-05 09:00:00+00', 'Kari Lie', 'VPN'), (2, 1, '2030-03-05 09:00:00+00', 'Ola Moe', 'VPN');
INSERT INTO app.invoices VALUES (1, '2030-12-31', 'Kari Lie', 100), (2, '2031-01-01', 'Ola Moe', 200);
-- 3 and 6 leave by themselves; 1, 4 and 7 with customer 2, one of them would have later; 2, 5 and 8 of customer 3 stay.
UPDATE app.users SET deactivated_at = '2030-03-10 10:00:00+00' WHERE id IN (3, 6);
UPDATE app.users SET deactivated_at = '2030-03-20 10:00:00+00' WHERE id = 4;
UPDATE app.customers SET ended_at = '2030-03-15 10:00:00.5+00' WHERE id = 2;

CREATE VIEW app.directory AS SELECT id, email FROM app.users;
CREATE FUNCTION app.in_plpgsql() RETURNS SETOF bigint STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT id FROM app.users; END $$;
CREATE FUNCTION app.in_sql() RETURNS SETOF bigint STABLE LANGUAGE sql AS 'SELECT id FROM app.users';
PREPARE everybody AS SELECT id FROM app.users;
SELECT current_setting('data_directory') || '/pg_retention_promises' AS file \gset
SET LOCAL promises.file = :'file';
CREATE FUNCTION pg_temp.ids(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text := ''; one bigint;
BEGIN
    FOR one IN EXECUTE query LOOP found := concat_ws(' ', nullif(found, ''), one); END LOOP;
    RETURN (SELECT coalesce(string_agg(i, ' ' ORDER BY i::int), '') FROM regexp_split_to_table(found, ' ') i WHERE i <> '');
END $$;
CREATE FUNCTION pg_temp.by_cursor() RETURNS text LANGUAGE plpgsql AS $$
DECLARE c CURSOR FOR SELECT id FROM app.users ORDER BY id; found text := '';
BEGIN
    FOR r IN c LOOP found := found || ' ' || r.id; END LOOP;
    RETURN ltrim(found);
END $$;
CREATE FUNCTION pg_temp.by_copy(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY %s TO %L', what, current_setting('promises.file'));
    RETURN (SELECT coalesce(string_agg(split_part(l, E'\t', 1), ' ' ORDER BY split_part(l, E'\t', 1)::int), '')
        FROM regexp_split_to_table(rtrim(pg_read_file(current_setting('promises.file')), E'\n'), E'\n') l WHERE l <> '');
END $$;
-- Every way to read, and to write: how many rows a statement reached is rolled back with it.
CREATE FUNCTION pg_temp.reached(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN n;
END $$;
CREATE FUNCTION pg_temp.all_see(expected text, at timestamptz, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE seen text; n bigint := cardinality(string_to_array(expected, ' '));
BEGIN
    PERFORM set_config('retention.test_now', at::text, true);
    seen := concat_ws(' | ', pg_temp.ids('SELECT id FROM app.users'), pg_temp.ids('SELECT id FROM app.directory'),
        pg_temp.ids('SELECT u.id FROM app.customers c JOIN app.users u ON u.customer_id = c.id'), pg_temp.ids('EXECUTE everybody'),
        pg_temp.ids('SELECT * FROM app.in_plpgsql()'), pg_temp.ids('SELECT * FROM app.in_sql()'),
        pg_temp.ids('SELECT c.id FROM (SELECT generate_series(1, 8)::bigint) AS c (id) WHERE EXISTS (SELECT FROM app.users u WHERE u.id = c.id)'),
        pg_temp.ids('SELECT id FROM app.users FOR UPDATE'), pg_temp.by_cursor());
    RETURN NEXT is(seen, concat_ws(' | ', expected, expected, expected, expected, expected, expected, expected, expected, expected), what || ': read');
    seen := concat_ws(' | ', pg_temp.by_copy('app.users'), pg_temp.by_copy('app.users (id, email)'), pg_temp.by_copy('(SELECT id FROM app.users)'),
        pg_temp.by_copy('(TABLE app.directory)'));
    RETURN NEXT is(seen, concat_ws(' | ', expected, expected, expected, expected), what || ': copied');
    RETURN NEXT is(ARRAY[pg_temp.reached('UPDATE app.users SET phone = NULL'), pg_temp.reached('UPDATE app.users u SET phone = NULL FROM app.customers c WHERE c.id = u.customer_id'),
            pg_temp.reached('DELETE FROM app.users WHERE id <> 3'), pg_temp.reached('DELETE FROM app.users u USING app.customers c WHERE c.id = u.customer_id AND u.id <> 3'),
            pg_temp.reached('UPDATE app.directory SET email = NULL'),
            pg_temp.reached('MERGE INTO app.users u USING app.customers c ON c.id = u.customer_id WHEN MATCHED THEN UPDATE SET phone = NULL'),
            pg_temp.reached('MERGE INTO app.users u USING app.customers c ON c.id = u.customer_id WHEN MATCHED AND u.id <> 3 THEN DELETE')],
        ARRAY[n, n, n - (expected ~ '3')::int, n - (expected ~ '3')::int, n, n, n - (expected ~ '3')::int], what || ': written');
END $$;

SELECT pg_temp.all_see('1 2 3 4 5 6 7 8', '2030-03-10 09:59:59+00', 'a second before');
DECLARE before CURSOR FOR SELECT id, email FROM app.users WHERE id = 6;
SELECT pg_temp.all_see('1 2 4 5 7 8', '2030-03-10 10:00:00+00', 'deactivated');
SELECT results_eq('FETCH 1 FROM before', $$VALUES (6::bigint, 'user6@example.no')$$, 'a cursor opened before shows what it showed then');
SELECT is(pg_temp.reached('UPDATE app.users SET phone = NULL WHERE CURRENT OF before'), 0::bigint, 'a cursor opened before writes nothing to hidden rows');
SELECT pg_temp.all_see('1 2 4 5 7 8', '2030-03-15 09:59:59+00', 'a second before the customer ends');
SELECT pg_temp.all_see('2 5 8', '2030-03-15 10:00:00+00', 'whichever is first');
SELECT results_eq('SELECT id, retention.starts_at(retention_clock) FROM app.users ORDER BY id', $$VALUES (2::bigint, NULL::timestamptz), (5, NULL), (8, NULL)$$, 'who stays has no clock that runs');

-- The key of a hidden row is taken.
SELECT throws_ok($$INSERT INTO app.users (id) VALUES (6)$$, '23505', NULL, 'INSERT of a hidden key');
SELECT is(pg_temp.reached($$INSERT INTO app.users (id) VALUES (6) ON CONFLICT DO NOTHING$$), 0::bigint, 'ON CONFLICT DO NOTHING');
SELECT throws_ok($$INSERT INTO app.users (id, email) VALUES (6, 'x') ON CONFLICT (id) DO UPDATE SET email = excluded.email$$, '23505',
    'row conflicts with a row that is hidden by a retention policy', 'ON CONFLICT DO UPDATE by key');
SELECT throws_ok($$INSERT INTO app.users (id, email) VALUES (99, 'user4@example.no') ON CONFLICT (email) DO UPDATE SET phone = 'x'$$, '23505', NULL, 'by another key');
SELECT throws_ok($$MERGE INTO app.users u USING (VALUES (6, 'x')) AS s (id, email) ON u.id = s.id WHEN MATCHED THEN UPDATE SET email = s.email
    WHEN NOT MATCHED THEN INSERT (id, email) VALUES (s.id, s.email)$$, '23505', NULL, 'MERGE');

-- A file that COPY wrote, COPY reads, and each row has its clock again; the hidden are not in it.
SELECT is(pg_temp.by_copy('app.users'), '2 5 8', 'a file of the visible rows');
SELECT is(pg_read_file(:'file'), (SELECT string_agg(format(E'%s\t3\tuser%s@example.no\t+47 4000000%s\t\\N\n', n, n, n), '' ORDER BY n) FROM unnest('{2,5,8}'::int[]) n),
    'a file that COPY wrote knows nothing of a clock');
DELETE FROM app.users WHERE id <> 3;
COPY app.users FROM :'file';
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '2 5 8', 'is read back');
UPDATE app.users SET deactivated_at = '2030-03-15 09:00:00+00' WHERE id = 2;
SET LOCAL retention.reveal = on;
SELECT is(pg_temp.by_copy('app.users (id, email, deactivated_at, customer_id)'), '1 2 3 4 5 6 7 8', 'under reveal all are in it');
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM app.users ORDER BY id',
    $$VALUES (1::bigint, 'quarantined'), (2, 'quarantined'), (3, 'quarantined'), (4, 'quarantined'), (5, 'active'), (6, 'quarantined'), (7, 'quarantined'), (8, 'active')$$,
    'under reveal all are present');
SET LOCAL retention.reveal = off;
SET LOCAL retention.test_now = '2030-03-15 10:00:02+00';
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '5 8', 'a date that is over hides the user from the next transaction');
COPY app.customers (id) FROM PROGRAM 'echo 4';
COPY app.users (id, customer_id, email, deactivated_at) FROM PROGRAM 'printf "9\t4\tnine\t2030-03-01 10:00:00+00\n"';
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '5 8 9', 'who reads what is over sees it until his transaction ends');
SET LOCAL retention.test_now = '2030-03-15 10:00:02+00';
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '5 8', 'what is over when it is read is hidden at once');

-- Thirty days: reinstated until the last second, gone after it.
SET retention.test_now = '2030-04-09 21:59:59+00';
SELECT lives_ok($$SELECT retention.reinstate('app.users', 6)$$, 'in the last second of the 30 days a user comes back');
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '5 6 8', 'a user who came back in the last second is there');
UPDATE app.users SET deactivated_at = '2030-03-10 10:00:00+00' WHERE id = 6;
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '1 2 3 4 5 6 7 8 9', 'a sweep in the last second takes nobody of that day, nor who came with a date that was over');
SET LOCAL retention.reveal = off;
SET retention.test_now = '2030-04-09 22:00:00+00';
SELECT throws_ok($$SELECT retention.reinstate('app.users', 3)$$, '55000', NULL, 'a second later nobody comes back');
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '1 2 3 4 5 6 7 8 9', 'a user who left again, with the date of the first time, has thirty days from then');
SELECT results_eq('SELECT email, phone, retention.state(retention_clock) FROM app.users WHERE id = 3', $$VALUES (NULL::text, NULL::text, 'anonymised')$$,
    'anonymised who is still referred to');
DELETE FROM app.notes WHERE id = 1;
CALL retention.sweep();
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id = 3'), '3', 'while one reference is left');
DELETE FROM app.notes;
CALL retention.sweep();
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id = 3'), '', 'a row is gone with its last reference');
SET retention.test_now = '2030-04-14 22:00:00+00';
CALL retention.sweep();
SELECT is(pg_temp.ids('SELECT id FROM app.users'), '5 6 8', 'users whose customer ended, and who came that day, are gone 30 days after that');
SET LOCAL retention.reveal = off;
SELECT lives_ok($$INSERT INTO app.users (id, customer_id, email) VALUES (7, 1, 'user7@example.no')$$, 'the keys of users that are gone are free again');

-- Cases: three years after the later of completion and the end of the customer.
SELECT results_eq('SELECT id, retention.starts_at(retention_clock) FROM app.cases ORDER BY id', $$VALUES (1::bigint, timestamptz '2030-03-15 10:00:00+00'), (2, NULL)$$,
    'a clock that waits for both');
SET retention.test_now = '2033-03-15 22:59:59+00';
CALL retention.sweep();
SELECT results_eq('SELECT id, reporter FROM app.cases ORDER BY id', $$VALUES (1::bigint, 'Kari Lie'), (2, 'Ola Moe')$$, 'a case in the last second of its third year');
SET retention.test_now = '2033-03-15 23:00:00+00';
SELECT results_eq('SELECT id, reporter FROM app.cases ORDER BY id', $$VALUES (2::bigint, 'Ola Moe')$$, 'a second later it is hidden, worker or not');
CALL retention.sweep();
SELECT results_eq('SELECT id, reporter, product FROM app.cases ORDER BY id', $$VALUES (1::bigint, 'nobody', 'VPN'), (2, 'Ola Moe', 'VPN')$$, 'a hidden case is there again, without a person');

UPDATE app.customers SET ended_at = '2033-04-01 10:00:00+00' WHERE id = 1;

-- Invoices: from 1 January of the sixth year after their fiscal year.
SET retention.test_now = '2035-12-31 22:59:59+00';
CALL retention.sweep();
SELECT results_eq('SELECT id, attention, net FROM app.invoices ORDER BY id', $$VALUES (1::bigint, 'Kari Lie', 100::numeric), (2, 'Ola Moe', 200)$$, 'the last second of the fifth year');
SET retention.test_now = '2035-12-31 23:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT id, attention, net FROM app.invoices ORDER BY id', $$VALUES (1::bigint, NULL, 100::numeric), (2, 'Ola Moe', 200)$$, 'the first of the sixth');
-- The other case, whose customer ended later.
SET retention.test_now = '2036-04-01 21:59:59+00';
CALL retention.sweep();
SELECT is((SELECT reporter FROM app.cases WHERE id = 2), 'Ola Moe', 'a case whose customer ended later waits for that');
SET retention.test_now = '2036-04-01 22:00:00+00';
CALL retention.sweep();
SELECT is((SELECT reporter FROM app.cases WHERE id = 2), 'nobody', 'a case waits no longer than for its customer');

SET retention.test_now = '2036-12-31 22:59:59+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.invoices WHERE id = 2), 'Ola Moe', 'one issued a day later has a year more');
SET retention.test_now = '2036-12-31 23:00:00+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.invoices WHERE id = 2), NULL, 'to the second');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT format('COPY (SELECT WHERE false) TO PROGRAM %L', format('rm -f %L', :'file')) \gexec

SELECT * FROM finish();
ROLLBACK;
