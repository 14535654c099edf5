-- Whoever comes to be a human whom a hold is on, by a value, by a key, over another one: held in the session that knew whom the hold was on before.
BEGIN;
SELECT plan(51);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE EXTENSION citext;
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, email text, phone text, tenant int, merged_into bigint REFERENCES app.users, is_test boolean NOT NULL DEFAULT false, left_on date);
CREATE TABLE app.leads (id bigint PRIMARY KEY, mail citext, seen_on date) PARTITION BY RANGE (id);
CREATE TABLE app.leads_2 (seen_on date, mail citext, gone int, id bigint NOT NULL);
ALTER TABLE app.leads_2 DROP COLUMN gone;
ALTER TABLE app.leads ATTACH PARTITION app.leads_2 FOR VALUES FROM (0) TO (1000);
CREATE TABLE app.friends (id bigint PRIMARY KEY, email text);
CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id bigint, lead_id bigint, friend_id bigint, ordered_on date, address text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{left_on}', '30 days', 'delete', 'enforce'),
    ('leads', 'app.leads', '{seen_on}', '30 days', 'delete', 'enforce'), ('orders', 'app.orders', '{ordered_on}', '5 years', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email'), ('app.users', 'phone', 'phone'), ('app.leads', 'mail', 'email'),
    ('app.friends', 'email', 'email'), ('app.orders', 'address', 'address');
INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to, placeholders) VALUES ('user', 'app.users', '{email,phone}', 'NOT is_test', '{nobody@x.example}'), ('lead', 'app.leads', '{mail}', NULL, '{}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.orders', '(user_id = app.users.id)'), ('lead', 'app.orders', '(lead_id = app.leads.id)');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'app.users', 'merged_into', 'same');
INSERT INTO app.users (id, email, phone) VALUES (1, 'kari@x.example', '1'), (2, 'ola@x.example', '2'), (6, 'nobody@x.example', NULL);
INSERT INTO app.orders (id, user_id) VALUES (1, 1), (2, 2);
-- A row about somebody goes, or not.
CREATE FUNCTION pg_temp.goes(columns text, value bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO app.orders (id, %s) VALUES (99, %s)', columns, value);
    DELETE FROM app.orders WHERE id = 99;
    RETURN 'goes';
EXCEPTION WHEN SQLSTATE 'RT003' THEN
    RETURN 'held';
END$$;
CREATE TEMP TABLE hold AS SELECT (retention.place_hold('a', 'a claim', '17(3)(e)', 1, kind => 'user') ->> 'hold_id')::bigint AS id;
SELECT is(pg_temp.goes('user_id', 1), 'held', 'a row about the person is held');
SELECT is(pg_temp.goes('user_id', 2), 'goes', 'a row about another goes');

INSERT INTO app.users (id, email) VALUES (3, 'Kari@X.example');
SELECT is(pg_temp.goes('user_id', 3), 'held', 'a person who comes with the address of one who is held is held');
SELECT throws_ok('DELETE FROM app.users WHERE id = 3', 'RT003', NULL, 'the row of such a person is held');
INSERT INTO app.users (id, email) VALUES (4, 'eva@x.example');
SELECT is(pg_temp.goes('user_id', 4), 'goes', 'somebody with another address is not held');
UPDATE app.users SET email = 'kari@x.example' WHERE id = 4;
SELECT is(pg_temp.goes('user_id', 4), 'held', 'a person whose address becomes that of one who is held is held');
SELECT throws_ok($$UPDATE app.users SET email = 'eva@x.example' WHERE id = 4$$, 'RT003', NULL, 'a person is not made another one again');
INSERT INTO app.users (id, email, phone) VALUES (5, 'kari@x.example', '5');
INSERT INTO app.users (id, email, phone) VALUES (7, 'other@x.example', '5');
SELECT is(pg_temp.goes('user_id', 7), 'held', 'a person who is known by what only a later row says is held');
INSERT INTO app.leads VALUES (8, 'KARI@x.example');
SELECT is(pg_temp.goes('lead_id', 8), 'held', 'a person of another kind, in a partition, is held by a value of another type');
INSERT INTO app.leads VALUES (9, 'liv@x.example');
SELECT is(pg_temp.goes('lead_id', 9), 'goes', 'another person of that kind is not held');
INSERT INTO app.users (id, email, merged_into) VALUES (10, 'new@x.example', 1);
SELECT is(pg_temp.goes('user_id', 10), 'held', 'a person whom a key makes the same is held');
INSERT INTO app.users (id, email) VALUES (11, 'free@x.example');
SELECT is(pg_temp.goes('user_id', 11), 'goes', 'a person whom no key makes the same is not held');
UPDATE app.users SET merged_into = 10 WHERE id = 11;
SELECT is(pg_temp.goes('user_id', 11), 'held', 'a person whom a key makes the same later, over another, is held');
INSERT INTO app.users (id, email, is_test) VALUES (12, 'kari@x.example', true);
SELECT is(pg_temp.goes('user_id', 12), 'goes', 'a row that is no person is not held');
UPDATE app.users SET is_test = false WHERE id = 12;
SELECT is(pg_temp.goes('user_id', 12), 'held', 'a row that becomes a person is held');
INSERT INTO app.users (id, email) VALUES (13, 'nobody@x.example'), (14, NULL);
SELECT is(pg_temp.goes('user_id', 13), 'goes', 'an address that is nobody''s makes nobody the same');
SELECT is(pg_temp.goes('user_id', 14), 'goes', 'no address makes nobody the same');
COPY app.users (id, email) FROM stdin;
15	kari@x.example
16	else@x.example
\.
SELECT is(pg_temp.goes('user_id', 15), 'held', 'a person who is copied in is held');
SELECT is(pg_temp.goes('user_id', 16), 'goes', 'another who is copied in with that is not');
INSERT INTO app.users (id, email) VALUES (16, 'kari@x.example') ON CONFLICT (id) DO UPDATE SET email = excluded.email;
SELECT is(pg_temp.goes('user_id', 16), 'held', 'a person whom an upsert makes the same is held');
SAVEPOINT back;
INSERT INTO app.users (id, email) VALUES (17, 'kari@x.example');
SELECT is(pg_temp.goes('user_id', 17), 'held', 'a person is held before the transaction ends');
ROLLBACK TO back;
INSERT INTO app.users (id, email) VALUES (17, 'not-kari@x.example');
SELECT is(pg_temp.goes('user_id', 17), 'goes', 'what was taken back makes nobody the same');

-- A table of persons that nothing governs tells nobody.
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('friend', 'app.friends', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('friend', 'app.orders', '(friend_id = app.friends.id)');
INSERT INTO app.friends VALUES (1, 'dag@x.example');
SELECT is(pg_temp.goes('friend_id', 1), 'goes', 'a friend who is somebody else is not held');
INSERT INTO app.friends VALUES (2, 'kari@x.example');
SELECT is(pg_temp.goes('friend_id', 2), 'held', 'a person in a table that nothing governs is held');
UPDATE app.friends SET email = 'kari@x.example' WHERE id = 1;
SELECT is(pg_temp.goes('friend_id', 1), 'held', 'a person in such a table who becomes the same is held');
UPDATE app.friends SET email = 'dag@x.example' WHERE id = 1;
SELECT is(pg_temp.goes('friend_id', 1), 'goes', 'a person in such a table who becomes another is not held any more');
SELECT is(pg_temp.goes('user_id', 13), 'goes', 'others stay free');
SELECT is(pg_temp.goes('user_id', 7), 'held', 'who was held stays held');

-- What a person is known by stays, declared as personal or not.
CREATE TABLE app.members (id bigint PRIMARY KEY, number text, club int, active boolean DEFAULT true, points int, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('members', 'app.members', '{left_on}', '30 days', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying, scope, applies_to) VALUES ('member', 'app.members', '{number}', '{club}', 'active');
INSERT INTO app.members (id, number, club) VALUES (1, 'n1', 1), (2, 'n1', 1), (3, 'n1', 2), (4, NULL, 1);
INSERT INTO hold SELECT (retention.place_hold('m', 'a claim', '17(3)(e)', 1, kind => 'member') ->> 'hold_id')::bigint;
SELECT throws_ok($$UPDATE app.members SET number = 'n2' WHERE id = 2$$, 'RT003', NULL, 'a person does not become another by another number');
SELECT throws_ok($$UPDATE app.members SET number = NULL WHERE id = 1$$, 'RT003', NULL, 'a person does not lose the number');
SELECT throws_ok($$UPDATE app.members SET club = 2 WHERE id = 2$$, 'RT003', NULL, 'a person does not become another where the number counts for something else');
SELECT throws_ok($$UPDATE app.members SET active = false WHERE id = 1$$, 'RT003', NULL, 'a person stays a person');
SELECT lives_ok($$UPDATE app.members SET points = 1, number = number WHERE id IN (1, 2)$$, 'other columns of a person live on');
SELECT lives_ok($$UPDATE app.members SET number = 'n3', club = 4 WHERE id = 3$$, 'another person is written as before');
SELECT lives_ok($$UPDATE app.members SET number = 'n1' WHERE id = 4$$, 'a person becomes one who is held');
SELECT throws_ok($$UPDATE app.members SET number = NULL WHERE id = 4$$, 'RT003', NULL, 'a person who became one who is held stays it');

-- Columns that are generated from others.
CREATE TABLE app.g (base bigint, uid bigint GENERATED ALWAYS AS (base + 0) STORED, id bigint GENERATED ALWAYS AS (base * 10) STORED PRIMARY KEY, note text, made date);
CREATE TABLE app.mates (id bigint PRIMARY KEY, email text, form text GENERATED ALWAYS AS (lower(email)) STORED, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('g', 'app.g', '{made}', '1 year', 'delete', 'enforce'), ('mates', 'app.mates', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('mate', 'app.mates', '{form}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.g', '(uid = app.users.id)'), ('mate', 'app.orders', '(friend_id = app.mates.id)');
INSERT INTO app.g VALUES (1), (2);
INSERT INTO app.mates VALUES (101, 'Mia@x.example'), (102, 'ida@x.example');
INSERT INTO hold SELECT (retention.place_hold('g', 'a claim', '17(3)(e)', 20, relation => 'app.g') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT (retention.place_hold('m', 'a claim', '17(3)(e)', 101, kind => 'mate') ->> 'hold_id')::bigint;
SELECT throws_ok('DELETE FROM app.g WHERE base = 1', 'RT003', NULL, 'a row that leads to a person by a generated column is held');
SELECT throws_ok('UPDATE app.g SET base = 9 WHERE base = 1', 'RT003', NULL, 'what a generated link is computed from stays');
SELECT throws_ok('UPDATE app.g SET base = 8 WHERE base = 2', 'RT003', NULL, 'what a generated key is computed from stays');
SELECT lives_ok('UPDATE app.g SET note = ''x''', 'the rest of such rows lives on');
INSERT INTO app.g VALUES (3);
SELECT is((SELECT string_agg(base::text, ' ' ORDER BY base) FROM app.g WHERE retention_clock::text LIKE '% held%'), '1 2 3', 'a row that comes to lead to a person by a generated column is marked');
SELECT throws_ok('UPDATE app.mates SET email = ''x'' WHERE id = 101', 'RT003', NULL, 'what a generated identity is computed from stays');
SELECT is(pg_temp.goes('friend_id', 102), 'goes', 'another mate is not held');
INSERT INTO app.mates VALUES (103, 'MIA@x.example');
SELECT is(pg_temp.goes('friend_id', 103), 'held', 'a mate who comes with the same generated identity is held');
SELECT lives_ok('DELETE FROM app.mates WHERE id = 102', 'another mate goes');

-- Sweeps and erasures, and the end of the hold.
UPDATE app.users SET left_on = '2020-01-01' WHERE id IN (2, 3);
INSERT INTO app.orders (id, user_id, ordered_on) VALUES (3, 3, '2020-01-01'), (4, 2, '2020-01-01');
CALL retention.sweep();
SET LOCAL retention.reveal_reason = 'test';
SET LOCAL retention.reveal = on;
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM app.users WHERE id IN (2, 3)), '3', 'a sweep takes whom no hold is on alone');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM app.orders WHERE id IN (3, 4)), '3', 'a sweep takes rows about whom no hold is on alone');
SELECT is(retention.erase('user', 7)::jsonb -> 'deleted', '[]', 'an erasure of such a person waits');
SELECT isnt(retention.lift_holds(array_agg(id), 'over'), 0::bigint, 'lifted, rows are freed') FROM hold;
SELECT is(pg_temp.goes('user_id', 3), 'goes', 'after that a row about such a person goes');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.users WHERE id IN (2, 3)), 0::bigint, 'after that such a person goes when the time is over');
SELECT * FROM finish();
ROLLBACK;
