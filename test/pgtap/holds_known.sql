-- What a hold knows its rows by: keys, conditions whatever the session's settings, persons who are none any more, ways that are gone.
BEGIN;
SELECT plan(64);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE SCHEMA app;
CREATE TABLE app.t (id bigint, k2 bigint NOT NULL UNIQUE, note text, made date, CONSTRAINT pk PRIMARY KEY (id));
CREATE TABLE app.i (id bigint PRIMARY KEY, at timestamptz, day date, took interval, name text, made date);
CREATE TABLE app.users (id bigint PRIMARY KEY, what text, left_on date);
CREATE TABLE app.mid (id bigint PRIMARY KEY, uid bigint REFERENCES app.users);
CREATE TABLE app.ev (id bigint PRIMARY KEY, mid bigint REFERENCES app.mid, d date);
CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, d date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('t', 'app.t', '{made}', '1 year', 'delete', 'enforce'), ('i', 'app.i', '{made}', '1 year', 'delete', 'enforce'),
    ('ev', 'app.ev', '{d}', '5 years', 'delete', 'enforce'), ('orders', 'app.orders', '{d}', '5 years', 'delete', 'enforce'), ('users', 'app.users', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('user', 'app.users', $$what <> 'firm'$$);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.ev', 'mid.uid'), ('user', 'app.orders', 'user_id');
INSERT INTO app.t VALUES (1, 11), (2, 1), (3, 3);
INSERT INTO app.users VALUES (1, 'x'), (2, 'x'), (3, 'x'), (4, 'x');
INSERT INTO app.orders VALUES (1, 1), (2, 2), (4, 4);
CREATE TEMP TABLE hold (what text, id bigint);
CREATE FUNCTION pg_temp.id(what text) RETURNS bigint LANGUAGE sql AS $$SELECT id FROM hold WHERE hold.what = $1$$;
CREATE FUNCTION pg_temp.goes(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RAISE 'undo' USING ERRCODE = 'P4711';
EXCEPTION WHEN SQLSTATE 'RT003' THEN RETURN 'held';
    WHEN SQLSTATE 'P4711' THEN RETURN 'goes';
END$$;

-- Keys.
INSERT INTO hold SELECT 'row', (retention.place_hold('r', 'x', '17(3)(e)', 1, relation => 'app.t') ->> 'hold_id')::bigint;
SELECT throws_ok('ALTER TABLE app.t DROP CONSTRAINT pk', 'RT003', NULL, 'the key of a held row is not dropped');
SELECT throws_ok('ALTER TABLE app.t DROP CONSTRAINT pk, ADD PRIMARY KEY (k2)', 'RT003', NULL, 'the key of a held row is not replaced');
SELECT throws_ok('ALTER TABLE app.t DROP CONSTRAINT pk, ADD PRIMARY KEY (id, k2)', 'RT003', NULL, 'the key of a held row is not widened');
SELECT throws_ok('ALTER TABLE app.t DROP CONSTRAINT pk CASCADE', 'RT003', NULL, 'the key of a held row is not dropped with what hangs on it');
SELECT throws_ok('ALTER TABLE app.t DROP COLUMN id', 'RT003', NULL, 'the column of the key is not dropped');
SELECT lives_ok('ALTER TABLE app.t DROP CONSTRAINT t_k2_key, ADD CONSTRAINT other UNIQUE (k2)', 'another key is replaced');
SELECT lives_ok('ALTER TABLE app.t RENAME COLUMN id TO number', 'the key is given another name');
SELECT is(pg_temp.goes('DELETE FROM app.t WHERE number = 1'), 'held', 'the row is held under it');
SELECT is(pg_temp.goes('DELETE FROM app.t WHERE number = 2'), 'goes', 'another row is not');
SELECT is(retention.lift_hold(pg_temp.id('row'), 'over'), 1::bigint, 'the hold is lifted from its row');
SELECT lives_ok('ALTER TABLE app.t DROP CONSTRAINT pk, ADD PRIMARY KEY (k2)', 'the key is replaced when no hold stands');

-- Settings of a session.
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, MDY';
INSERT INTO app.i VALUES (1, '2026-01-01 00:30+01', '2026-01-02', '1 day -01:00:00', 'a\nb'), (2, '2025-12-31 23:30+01', '2026-01-01', '0', 'c');
INSERT INTO hold SELECT 'at', (retention.place_hold('a', 'x', '17(3)(e)', relation => 'app.i', condition => 'at >= ''2026-01-01''') ->> 'hold_id')::bigint;
SELECT is((SELECT string_agg(id::text, ' ') FROM app.i WHERE retention_clock::text LIKE '% held%'), '1', 'a moment in a condition is one of the extension''s zone');
SET LOCAL TimeZone = 'America/New_York';
SELECT is(pg_temp.goes('UPDATE app.i SET at = ''2020-01-01'' WHERE id = 1'), 'held', 'a condition means the same in another zone');
SELECT is(pg_temp.goes('INSERT INTO app.i VALUES (3, ''2026-01-01 00:30+01''); DELETE FROM app.i WHERE id = 3'), 'held', 'a row that is written in another zone is held');
SELECT is(pg_temp.goes('INSERT INTO app.i VALUES (3, ''2025-12-31 23:59+01''); DELETE FROM app.i WHERE id = 3'), 'goes', 'another row that is written there is not');
SELECT retention.lift_hold(pg_temp.id('at'), 'over');
SET LOCAL DateStyle = 'SQL, DMY';
INSERT INTO hold SELECT 'day', (retention.place_hold('d', 'x', '17(3)(e)', relation => 'app.i', condition => 'day = ''2026-01-02''') ->> 'hold_id')::bigint;
SET LOCAL DateStyle = 'Postgres, MDY';
SELECT is(pg_temp.goes('UPDATE app.i SET day = ''2020-01-01'' WHERE id = 1'), 'held', 'a day in a condition means the same however days are written');
SELECT matches((SELECT condition FROM retention.hold WHERE hold_id = pg_temp.id('day')), '2026-01-02', 'a condition is kept in one writing');
SELECT retention.lift_hold(pg_temp.id('day'), 'over');
SET LOCAL DateStyle = 'ISO, MDY';
INSERT INTO hold SELECT 'took', (retention.place_hold('t', 'x', '17(3)(e)', relation => 'app.i', condition => 'took = ''1 day -1 hours''') ->> 'hold_id')::bigint;
SET LOCAL IntervalStyle = 'sql_standard';
SELECT is(pg_temp.goes('UPDATE app.i SET took = ''0'' WHERE id = 1'), 'held', 'a length of time in a condition means the same however it is written');
RESET IntervalStyle;
SELECT retention.lift_hold(pg_temp.id('took'), 'over');
INSERT INTO hold SELECT 'name', (retention.place_hold('n', 'x', '17(3)(e)', relation => 'app.i', condition => $$name = 'a\nb' AND name <> 'it''s "\"'$$) ->> 'hold_id')::bigint;
SET LOCAL escape_string_warning = off;
SET LOCAL standard_conforming_strings = off;
SELECT is(pg_temp.goes('UPDATE app.i SET name = ''x'' WHERE id = 1'), 'held', 'a text in a condition means the same whatever a backslash means');
SET LOCAL standard_conforming_strings = on;
SELECT is(pg_temp.goes('UPDATE app.i SET name = ''x'' WHERE id = 1'), 'held', 'a text in a condition means the same afterwards');
SELECT retention.lift_hold(pg_temp.id('name'), 'over');
SET LOCAL transform_null_equals = on;
SELECT is((retention.place_hold('n', 'x', '17(3)(e)', relation => 'app.i', condition => 'day = NULL')::jsonb -> 'held'), '[]', 'what is equal to null is nothing');
RESET transform_null_equals;
SELECT retention.lift_holds(array_agg(hold_id), 'over') FROM retention.standing_hold;
ALTER TABLE app.i ADD COLUMN list int[], ADD COLUMN price money;
UPDATE app.i SET list = '{NULL}' WHERE id = 1;
INSERT INTO hold SELECT 'list', (retention.place_hold('l', 'x', '17(3)(e)', relation => 'app.i', condition => 'list = ''{NULL}''') ->> 'hold_id')::bigint;
SET LOCAL array_nulls = off;
SELECT is(pg_temp.goes('UPDATE app.i SET list = ''{1}'' WHERE id = 1'), 'held', 'a list in a condition means the same whatever NULL is');
SELECT is(pg_temp.goes('UPDATE app.i SET list = ''{1}'' WHERE id = 2; DELETE FROM app.i WHERE id = 2'), 'goes', 'another list is not met');
SELECT is((retention.place_hold('l', 'x', '17(3)(e)', relation => 'app.i', condition => 'list = ''{NULL}''')::jsonb #>> '{held,0,rows}'), '1', 'such a condition is read the same when it is placed');
SET LOCAL array_nulls = on;
SELECT retention.lift_holds(array_agg(hold_id), 'over') FROM retention.standing_hold;

-- A policy's condition, and a kind's.
SET LOCAL TimeZone = 'UTC';
CREATE TABLE app.p (id bigint PRIMARY KEY, at timestamptz, made date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('p', 'app.p', '{made}', '1 year', 'delete', 'enforce', 'at >= ''2026-01-01''');
SET LOCAL TimeZone = 'America/New_York';
INSERT INTO app.p VALUES (1, '2026-01-01 00:30+01'), (2, '2025-12-31 23:30+01');
SET LOCAL TimeZone = 'UTC';
INSERT INTO app.p VALUES (3, '2026-01-01 00:30+01'), (4, '2025-12-31 23:30+01');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM app.p WHERE retention_clock::text <> 'none'), '1 3', 'a policy has the same rows whatever a session is set to');
SELECT is((SELECT count(*) FROM retention.audit('app.p')), 0::bigint, 'the audit agrees');

-- A person who is none any more.
INSERT INTO hold SELECT 'four', (retention.place_hold('4', 'x', '17(3)(e)', 4, kind => 'user') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT 'two', (retention.place_hold('2', 'x', '17(3)(e)', 2, kind => 'user') ->> 'hold_id')::bigint;
SELECT is(pg_temp.goes($$UPDATE app.users SET what = 'firm' WHERE id = 4$$), 'held', 'a person stays one under a hold');
CREATE TABLE app.guests (id bigint PRIMARY KEY, what text);
INSERT INTO app.guests VALUES (1, 'x');
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('guest', 'app.guests', $$what <> 'firm'$$);
SELECT lives_ok($$SELECT retention.place_hold('g', 'x', '17(3)(e)', 1, kind => 'guest')$$, 'a person in a table that nothing governs is held');
UPDATE app.guests SET what = 'firm';
SELECT is(retention.lift_hold(pg_temp.id('two'), 'over'), 2::bigint, 'the hold on another is lifted');
SELECT is(retention.lift_hold(pg_temp.id('four'), 'over'), 2::bigint, 'the hold on the person is lifted');
SELECT lives_ok($$SELECT retention.erase('user', 4, true)$$, 'persons are found though one who is held is no person any more');
SELECT is(retention.lift_hold(hold_id, 'over'), 0::bigint, 'the hold on somebody who is no person is lifted') FROM retention.standing_hold WHERE name = 'g';

-- Ways that are gone.
INSERT INTO app.mid VALUES (1, 1), (2, 2);
INSERT INTO app.ev VALUES (1, 1), (2, 2);
INSERT INTO hold SELECT 'way', (retention.place_hold('w', 'x', '17(3)(e)', 1, kind => 'user') ->> 'hold_id')::bigint;
UPDATE app.mid SET uid = 2 WHERE id = 1;
SELECT is(pg_temp.goes('DELETE FROM app.ev WHERE id = 1'), 'held', 'a row stays held whose way to the person was changed where nothing guards it');
SELECT is((SELECT string_agg(finding || coalesce(': ' || detail, ''), '; ') FROM retention.audit('app.ev', true)), 'held by no hold: a hold that stands may have held it by a way that is gone: it stays so until that is lifted', 'the audit tells of it, and leaves it held');
SELECT is(pg_temp.goes('DELETE FROM app.ev WHERE id = 1'), 'held', 'the audit releases nothing that a hold may be on');
SELECT is(retention.lift_hold(pg_temp.id('way'), 'over'), 3::bigint, 'the last hold that is lifted frees it, too');
SELECT is(pg_temp.goes('DELETE FROM app.ev WHERE id = 1'), 'goes', 'no row stays marked');
INSERT INTO hold SELECT 'first', (retention.place_hold('w', 'x', '17(3)(e)', 1, kind => 'user') ->> 'hold_id')::bigint;
UPDATE app.mid SET uid = 1 WHERE id = 1;
INSERT INTO hold SELECT 'again', (retention.place_hold('w', 'x', '17(3)(e)', 1, kind => 'user') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT 'other', (retention.place_hold('o', 'x', '17(3)(e)', 3, kind => 'user') ->> 'hold_id')::bigint;
UPDATE app.mid SET uid = NULL WHERE id = 1;
SELECT retention.lift_holds(ARRAY[pg_temp.id('first'), pg_temp.id('again')], 'over');
SELECT is(pg_temp.goes('DELETE FROM app.ev WHERE id = 1'), 'held', 'a row that another hold may be on stays marked');
SELECT isnt(retention.lift_hold(pg_temp.id('other'), 'over'), 0::bigint, 'the last of them frees it');
SELECT is(pg_temp.goes('DELETE FROM app.ev WHERE id = 1'), 'goes', 'no row is held by nothing');
INSERT INTO hold SELECT 'repaired', (retention.place_hold('w', 'x', '17(3)(e)', 2, relation => 'app.ev') ->> 'hold_id')::bigint;
SELECT lives_ok($$SELECT retention.lift_hold(pg_temp.id('repaired'), 'over')$$, 'a row hold is lifted');
SELECT is((SELECT count(*) FROM retention.audit('app.ev', true)), 0::bigint, 'the audit finds nothing more');
SELECT is((SELECT count(*) FROM retention.audit('app.t') WHERE finding = 'held by no hold'), 0::bigint, 'the audit finds no other row that is held by nothing');
SELECT is((SELECT count(*) FROM retention.standing_hold), 0::bigint, 'no hold stands in the end');

-- What lies between a row and its person, where a policy guards it.
CREATE TABLE app.accounts (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE SET NULL, label text, closed date) PARTITION BY RANGE (id);
CREATE TABLE app.accounts_1 (label text, closed date, gone int, user_id bigint, id bigint NOT NULL);
ALTER TABLE app.accounts_1 DROP COLUMN gone;
ALTER TABLE app.accounts ATTACH PARTITION app.accounts_1 FOR VALUES FROM (0) TO (1000);
CREATE TABLE app.payments (id bigint PRIMARY KEY, account bigint REFERENCES app.accounts ON DELETE SET NULL ON UPDATE CASCADE, paid date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('accounts', 'app.accounts', '{closed}', '1 year', 'delete', 'enforce'), ('payments', 'app.payments', '{paid}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.payments', 'account.user_id');
INSERT INTO app.accounts VALUES (1, 1), (2, 2), (3, NULL);
INSERT INTO app.payments VALUES (1, 1), (2, 2), (3, 3);
SELECT is(pg_temp.goes('UPDATE app.accounts SET user_id = 2 WHERE id = 1'), 'goes', 'an account is given to another when no hold stands');
INSERT INTO hold SELECT 'between', (retention.place_hold('b', 'x', '17(3)(e)', 1, kind => 'user') ->> 'hold_id')::bigint;
SELECT is(pg_temp.goes('UPDATE app.accounts SET user_id = 2 WHERE id = 1'), 'held', 'an account over which held payments lead to their person is not given to another');
SELECT is(pg_temp.goes('UPDATE app.accounts SET user_id = NULL WHERE id = 1'), 'held', 'an account over which held payments lead to their person is not given to nobody');
SELECT is(pg_temp.goes('UPDATE app.accounts_1 SET user_id = 2 WHERE id = 1'), 'held', 'an account is not given away by its partition''s name either');
SELECT is(pg_temp.goes('UPDATE app.accounts SET label = ''x'', user_id = user_id'), 'goes', 'the rest of an account lives on');
SELECT is(pg_temp.goes('UPDATE app.accounts SET user_id = 2 WHERE id = 3'), 'goes', 'an account of nobody is given to somebody');
SELECT is(pg_temp.goes('UPDATE app.accounts SET user_id = 1 WHERE id = 2'), 'goes', 'an account of another is given to the person');
SELECT is(pg_temp.goes('DELETE FROM app.accounts WHERE id = 1'), 'held', 'an account does not go whose payments a foreign key would lead nowhere');
SELECT is(pg_temp.goes('DELETE FROM app.accounts WHERE id = 2'), 'goes', 'an account of another goes');
SELECT is(pg_temp.goes('UPDATE app.payments SET account = NULL WHERE id = 2'), 'goes', 'a payment of another is led nowhere');
SELECT is(pg_temp.goes('UPDATE app.payments SET account = 2 WHERE id = 1'), 'held', 'a held payment is not led elsewhere');

-- Where whom a hold is on cannot be read, nothing goes of what may be about persons.
CREATE ROLE known_owner;
CREATE ROLE known_other;
GRANT known_owner, known_other TO CURRENT_USER;
GRANT USAGE, CREATE ON SCHEMA app TO known_owner, known_other;
CREATE TABLE app.persons (id bigint PRIMARY KEY, email text, left_on date);
CREATE TABLE app.mails (id bigint PRIMARY KEY, person bigint, note text, sent date);
ALTER TABLE app.persons OWNER TO known_owner;
ALTER TABLE app.mails OWNER TO known_other;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('persons', 'app.persons', '{left_on}', '1 year', 'delete', 'enforce'), ('mails', 'app.mails', '{sent}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'app.mails', '(person = app.persons.id)');
INSERT INTO app.persons VALUES (1, 'a'), (2, 'b');
INSERT INTO app.mails VALUES (1, 1), (2, 2);
INSERT INTO hold SELECT 'unread', (retention.place_hold('u', 'x', '17(3)(e)', 1, kind => 'person') ->> 'hold_id')::bigint;
SELECT is(pg_temp.goes('DELETE FROM app.mails WHERE id = 2'), 'goes', 'a mail of another goes');
REVOKE SELECT ON app.persons FROM known_owner;
SELECT is(pg_temp.goes('DELETE FROM app.mails WHERE id = 1'), 'held', 'a held mail stays when persons cannot be read');
SELECT is(pg_temp.goes('UPDATE app.mails SET person = 2 WHERE id = 1'), 'held', 'a held mail is not given to another when persons cannot be read');
SELECT is(pg_temp.goes('INSERT INTO app.mails VALUES (3, 1); DELETE FROM app.mails WHERE id = 3'), 'held', 'a mail that comes meanwhile stays');
SELECT is(pg_temp.goes('DELETE FROM app.mails WHERE id = 2'), 'held', 'a mail of another stays, for nobody can tell');
SELECT is(pg_temp.goes('INSERT INTO app.t VALUES (77, 78); DELETE FROM app.t WHERE k2 = 78'), 'goes', 'a table whose rows are about nobody is written as before');
SELECT throws_ok($$SELECT retention.lift_hold(pg_temp.id('unread'), 'over')$$, '42501', NULL, 'a hold is not lifted while whom it is on cannot be read');
GRANT SELECT ON app.persons TO known_owner;
SELECT is(pg_temp.goes('DELETE FROM app.mails WHERE id = 2'), 'goes', 'a mail of another goes when persons can be read again');
SELECT isnt(retention.lift_hold(pg_temp.id('unread'), 'over'), 0::bigint, 'the hold is lifted then');
SELECT * FROM finish();
ROLLBACK;
