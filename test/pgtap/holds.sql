-- Legal holds: what each of them keeps, from whom, since when, and what goes on when it is lifted.
BEGIN;
SELECT plan(94);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE ROLE hold_owner;
CREATE ROLE lawyer;
GRANT hold_owner TO CURRENT_USER;
CREATE SCHEMA app AUTHORIZATION hold_owner;
SET LOCAL ROLE hold_owner;
CREATE TABLE app.customers (id bigint PRIMARY KEY, email text, ended_at timestamptz);
CREATE TABLE app.cases (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, title text, closed_at timestamptz, year int);
CREATE TABLE app.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES app.cases ON DELETE CASCADE, body text, made_at timestamptz);
CREATE TABLE app.parts (day date, id uuid, "The name" text, ended_at timestamptz, customer_id bigint, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE app.parts_1 (id uuid NOT NULL, gone int, ended_at timestamptz, customer_id bigint, "The name" text, day date NOT NULL);
ALTER TABLE app.parts_1 DROP COLUMN gone;
ALTER TABLE app.parts ATTACH PARTITION app.parts_1 FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE TABLE app.parts_2 PARTITION OF app.parts FOR VALUES FROM ('2030-01-01') TO ('2040-01-01');
CREATE TABLE app.letters (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, body text);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('customers', 'app.customers', '{ended_at}', '0 days', '30 days', 'delete', 'enforce'), ('cases', 'app.cases', '{closed_at}', '1 year', '0 days', 'delete', 'enforce'),
    ('notes', 'app.notes', '{made_at}', '1 year', '0 days', 'delete', 'enforce'), ('parts', 'app.parts', '{ended_at}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.customers', 'email', 'email'), ('app.cases', 'title', 'free_text');
INSERT INTO retention.subject_kind (kind, relation, key, identifying) VALUES ('customer', 'app.customers', '{id}', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('customer', 'app.cases', 'customer_id'), ('customer', 'app.notes', 'case_id.customer_id'), ('customer', 'app.letters', 'customer_id');
INSERT INTO app.customers SELECT i, i || '@x.example' FROM generate_series(1, 6) i;
INSERT INTO app.cases SELECT i, i, 'case', NULL, 2020 + i FROM generate_series(1, 6) i;
INSERT INTO app.notes SELECT i, i, 'note', NULL FROM generate_series(1, 6) i;
INSERT INTO app.letters VALUES (1, 1, 'dear'), (2, 2, 'dear');
INSERT INTO app.parts SELECT '2029-06-01', ('00000000-0000-0000-0000-00000000000' || i)::uuid, 'part', NULL, i FROM generate_series(1, 4) i;
CREATE FUNCTION pg_temp.held(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT string_agg(right(id::text, 1), '' '' ORDER BY id) FROM %s WHERE retention_clock::text LIKE ''%% held%%''', relation) INTO found;
    RETURN found;
END$$;

-- A person.
CREATE TEMP TABLE placed AS SELECT retention.place_hold('Acme v. us', 'a claim', '17(3)(e)', 1, kind => 'customer')::jsonb AS answer;
SELECT is(answer -> 'held', '[{"rows": 1, "table": "app.customers"}, {"rows": 1, "table": "app.cases"}, {"rows": 1, "table": "app.notes"}]', 'the answer says which rows about the person are held') FROM placed;
SELECT is(answer -> 'not_held', '[{"why": "the table is not governed", "rows": 1, "table": "app.letters"}]', 'the answer says what nothing guards') FROM placed;
SELECT is(answer ->> 'review_on', '2031-01-01', 'a hold is to be reviewed in a year where no day is named') FROM placed;
SELECT throws_ok('DELETE FROM app.customers WHERE id = 1', 'RT003', NULL, 'the person''s row is not deleted');
SELECT throws_ok('DELETE FROM app.cases WHERE id = 1', 'RT003', NULL, 'a row about the person is not deleted');
SELECT throws_ok('DELETE FROM app.notes WHERE id = 1', 'RT003', NULL, 'a row that leads to the person over another is not deleted');
SELECT lives_ok('DELETE FROM app.notes WHERE id = 6', 'another person''s row is deleted');
INSERT INTO app.notes VALUES (11, 1, 'later', NULL), (12, 2, 'later', NULL);
INSERT INTO app.cases VALUES (11, 1, 'later', NULL, 2030);
SELECT is(pg_temp.held('app.notes'), '1 1', 'a row that is written about the person later is held, and another''s is not');
SELECT throws_ok('DELETE FROM app.notes WHERE id = 11', 'RT003', NULL, 'a row that was written later is not deleted');
UPDATE app.cases SET customer_id = 1 WHERE id = 6;
SELECT is(pg_temp.held('app.cases'), '1 6 1', 'a row that becomes about the person is held');
SELECT throws_ok('UPDATE app.cases SET customer_id = 2 WHERE id = 6', 'RT003', NULL, 'a row is not made about somebody else');
SELECT throws_ok('UPDATE app.cases SET customer_id = NULL WHERE id = 6', 'RT003', NULL, 'a row is not made about nobody');
SELECT throws_ok('UPDATE app.notes SET case_id = 2 WHERE id = 1', 'RT003', NULL, 'a row is not made to lead elsewhere');
SELECT throws_ok('UPDATE app.customers SET id = 99 WHERE id = 1', 'RT003', NULL, 'the person''s key stays');
SELECT throws_ok('UPDATE app.customers SET email = NULL WHERE id = 1', 'RT003', NULL, 'what a held row holds about the person is not blanked');
SELECT throws_ok($$INSERT INTO app.cases VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET title = 'x'$$, 'RT003', NULL, 'a personal column of a held row is not overwritten by an upsert');
SELECT lives_ok('UPDATE app.customers SET email = NULL WHERE id = 5', 'another person''s row is blanked');
SELECT lives_ok('UPDATE app.notes SET made_at = ''2020-01-01'' WHERE id = 1', 'other columns of a held row live on');
SELECT throws_ok('TRUNCATE app.notes', 'RT003', NULL, 'a table with a held row is not emptied');
SELECT throws_ok('DROP TABLE app.notes', 'RT003', NULL, 'a table with a held row is not dropped');
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'notes'$$, 'RT003', NULL, 'the policy whose triggers guard held rows is not dropped');
SELECT throws_ok($$UPDATE retention.subject_kind SET key = '{email}' WHERE kind = 'customer'$$, '22023', NULL, 'the kind of a held person does not come to mean other rows');
SELECT throws_ok($$DELETE FROM retention.subject_kind WHERE kind = 'customer'$$, 'RT003', NULL, 'the kind of a held person is not forgotten');
SELECT throws_ok($$DELETE FROM retention.subject_link WHERE relation = 'app.notes'::regclass$$, 'RT003', NULL, 'a link that leads to a held person is not taken away');
SELECT throws_ok($$UPDATE retention.subject_link SET role = 'mentioned' WHERE relation = 'app.notes'::regclass$$, 'RT003', NULL, 'a link that leads to a held person means what it meant');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.notes), 6::bigint, 'hiding goes on: the held note whose time is over is not read');
SET LOCAL retention.reveal_reason = 'test';
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM app.notes), 7::bigint, 'a sweep leaves a held row whose time is over');
SET LOCAL retention.reveal = off;

-- An erasure meanwhile.
CREATE TEMP TABLE erased AS SELECT retention.erase('customer', 1)::jsonb AS answer;
SELECT is((SELECT sum((x ->> 'rows')::int) FROM erased, jsonb_array_elements(answer -> 'deferred') x), 7::bigint, 'an erasure defers what is held, and what nothing governs of a person who is');
SELECT is(answer -> 'deleted', '[]', 'an erasure deletes nothing that is held') FROM erased;
SELECT is(answer #> '{holds,0,ground}', '"17(3)(e)"', 'the person is told by which ground') FROM erased;
SELECT is((SELECT count(*) FROM erased WHERE answer::text LIKE '%Acme%'), 0::bigint, 'the person is not told what the holder calls it');
SELECT is((SELECT count(*) FROM app.letters), 2::bigint, 'a row that nothing governs stays while its person is held');
SELECT is(retention.export('customer', 1)::jsonb #> '{holds,0,hold_id}', answer -> 'hold_id', 'a copy names the hold') FROM placed;
SELECT is((SELECT count(*) FROM app.customers WHERE id = 1), 0::bigint, 'what an erasure was asked for is hidden meanwhile');


-- Two at once: on one row of a partitioned table with a key of two columns, and on the rows of a condition.
CREATE TEMP TABLE ids (what text, id bigint);
INSERT INTO ids SELECT 'row', (retention.place_hold('row', 'a claim', '17(3)(e)', '{"id": "00000000-0000-0000-0000-000000000001", "day": "2029-06-01"}'::jsonb, relation => 'app.parts') ->> 'hold_id')::bigint;
INSERT INTO ids SELECT 'condition', (retention.place_hold('2', 'tax', '17(3)(b)', relation => 'app.parts', condition => 'customer_id < 3') ->> 'hold_id')::bigint;
SELECT is(pg_temp.held('app.parts'), '1 2', 'one row is held, and those that meet a condition');
SELECT throws_ok('DELETE FROM app.parts WHERE customer_id = 1', 'RT003', NULL, 'a row of two holds is not deleted');
SELECT throws_ok('UPDATE app.parts SET customer_id = 5 WHERE customer_id = 2', 'RT003', NULL, 'a row is not written so that it no longer meets the condition');
SELECT throws_ok('UPDATE app.parts SET customer_id = 5 WHERE customer_id = 1', 'RT003', NULL, 'a row that another hold would still reach is not taken out of one either');
SELECT throws_ok('UPDATE app.parts SET day = ''2031-01-01'' WHERE customer_id = 1', 'RT003', NULL, 'the key of a held row stays');
SELECT lives_ok('UPDATE app.parts SET day = ''2031-01-01'' WHERE customer_id = 2', 'a held row may move to another partition');
SELECT throws_ok('DELETE FROM app.parts WHERE customer_id = 2', 'RT003', NULL, 'a row that moved is held where it is');
SELECT throws_ok('ALTER TABLE app.parts DETACH PARTITION app.parts_2', 'RT003', NULL, 'a partition with a held row is not detached');
SELECT throws_ok('DROP TABLE app.parts_1', 'RT003', NULL, 'a partition with a held row is not dropped');
ALTER TABLE app.parts RENAME COLUMN customer_id TO "Customer's";
INSERT INTO app.parts VALUES ('2030-06-01', '00000000-0000-0000-0000-000000000007', 'part', NULL, 2);
SELECT is(pg_temp.held('app.parts'), '1 2 7', 'the condition follows a renamed column, into each partition');
SELECT throws_ok($$ALTER TABLE app.parts DROP COLUMN "Customer's"$$, 'RT003', NULL, 'a column that a condition needs is not dropped');
SELECT is(retention.lift_hold(id, 'settled'), 0::bigint, 'of two holds on a row one is lifted, and no row is free') FROM ids WHERE what = 'row';
SELECT throws_ok($$DELETE FROM app.parts WHERE "Customer's" = 1$$, 'RT003', NULL, 'a row stays held while one hold is left');
SELECT is(retention.lift_hold(id, 'settled'), 3::bigint, 'when the last one is lifted its rows are free') FROM ids WHERE what = 'condition';
SELECT is(pg_temp.held('app.parts'), NULL, 'nothing is held any more');
SELECT lives_ok($$DELETE FROM app.parts WHERE "Customer's" IN (1, 2)$$, 'what no hold reaches is deleted');

-- All of a policy, or of a table.
INSERT INTO ids SELECT 'policy', (retention.place_hold('cases', 'audit', '17(3)(b)', policy => 'cases') ->> 'hold_id')::bigint;
SELECT is((SELECT xmin::text FROM app.cases WHERE id = 3), (SELECT min(xmin::text) FROM app.cases WHERE id = 3), 'a hold on a policy writes no row');
SELECT throws_ok('DELETE FROM app.cases WHERE id = 3', 'RT003', 'cannot delete a row of "cases": a legal hold stands', 'no row of a held policy is deleted');
SELECT throws_ok($$UPDATE app.cases SET title = 'x' WHERE id = 3$$, 'RT003', NULL, 'a personal column of a held policy''s row is not overwritten');
SELECT throws_ok('TRUNCATE app.cases CASCADE', 'RT003', NULL, 'the table of a held policy is not emptied');
SELECT throws_ok($$UPDATE retention.policy SET applies_to = 'id > 3' WHERE name = 'cases'$$, 'RT003', NULL, 'the condition of a held policy stays');
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority) VALUES ('other', 'app.cases', '{closed_at}', '1 day', 'delete', 'enforce', 0)$$,
    'RT003', NULL, 'no other policy comes to take its rows');
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'cases'$$, 'RT003', NULL, 'a held policy is not dropped');
SELECT lives_ok($$UPDATE retention.policy SET keep_for = '2 years' WHERE name = 'cases'$$, 'the periods of a held policy may change');
UPDATE app.cases SET closed_at = '2020-01-01' WHERE id = 3;
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM app.cases WHERE id = 3), 1::bigint, 'a sweep takes no row of a held policy');
SET LOCAL retention.reveal = off;
SELECT is((SELECT state FROM retention.status WHERE name = 'cases'), 'legal hold', 'the status says what a policy waits for');
SELECT is((SELECT count(*) FROM retention.overdue WHERE policy_id = (SELECT policy_id FROM retention.policy WHERE name = 'cases')), 0::bigint, 'what a hold keeps is not late');
INSERT INTO ids SELECT 'table', (retention.place_hold('notes', 'audit', '17(3)(b)', relation => 'app.notes') ->> 'hold_id')::bigint;
SELECT throws_ok('DELETE FROM app.notes WHERE id = 3', 'RT003', NULL, 'no row of a held table is deleted');
SELECT is(retention.lift_holds(array_agg(id) || array_agg(id), 'closed'), 0::bigint, 'many holds are lifted at once') FROM ids WHERE what IN ('policy', 'table');
SELECT is((SELECT count(*) FROM retention.ledger WHERE action = 'hold lifted' AND detail = 'hold ' || (SELECT id FROM ids WHERE what = 'policy')), 1::bigint, 'a hold that is named twice is lifted once');
SELECT lives_ok('DELETE FROM app.notes WHERE id = 3', 'a row of a table that was held is deleted');

-- Lifted: what waited goes on.
SELECT is(retention.lift_hold((answer ->> 'hold_id')::bigint, 'lost'), 6::bigint, 'a person''s hold is lifted') FROM placed;
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM app.notes WHERE case_id IN (1, 11)), 0::bigint, 'what an erasure was asked for is carried out when its hold is lifted');
SELECT is((SELECT count(*) FROM app.customers WHERE id = 1), 1::bigint, 'the person''s own row stays while a letter that nobody deletes refers to it');
SET LOCAL retention.reveal = off;

-- What is said, and what is not done.
SELECT throws_ok($$SELECT retention.lift_hold(1, 'again')$$, '55000', NULL, 'a hold is lifted once');
SELECT throws_ok($$SELECT retention.lift_hold(4711, 'x')$$, 'P0002', NULL, 'a hold that is not there is not lifted');
SELECT throws_ok($$SELECT retention.lift_hold(1, ' ')$$, '22023', NULL, 'a hold is not lifted without a reason');
SELECT throws_ok($$SELECT retention.place_hold('', 'x', '17(3)(e)', policy => 'cases')$$, '22023', NULL, 'a hold has a name');
SELECT throws_ok($$SELECT retention.place_hold('x', NULL, '17(3)(e)', policy => 'cases')$$, '22023', NULL, 'a hold has a reason');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(a)', policy => 'cases')$$, '22023', NULL, 'a hold has one of two grounds');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)')$$, '22023', NULL, 'a hold is on something');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', policy => 'cases', relation => 'app.cases')$$, '22023', NULL, 'a hold is on one thing');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', 1::bigint)$$, '22023', NULL, 'a key is that of a row or of a person');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', NULL::bigint, relation => 'app.cases')$$, '22004', NULL, 'a key is not null');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', 4711, relation => 'app.cases')$$, 'P0002', NULL, 'a row that is not there is not held');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', relation => 'app.letters')$$, '42809', NULL, 'a table that nothing guards is not held');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', relation => 'app.cases', condition => 'closed_at < now()')$$, '42P17', NULL, 'a condition that changes by itself is refused');
CREATE FUNCTION app.mine(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', relation => 'app.cases', condition => 'app.mine(id)')$$, '0A000', NULL, 'a condition that calls a user''s code is refused');
SELECT throws_ok($$SELECT retention.place_hold('x', 'x', '17(3)(e)', policy => 'cases', review_on => 'infinity')$$, '22023', NULL, 'a hold is reviewed on a day');
SET LOCAL DateStyle = 'SQL, DMY';
SELECT is(retention.place_hold('day', 'x', '17(3)(e)', policy => 'notes', review_on => '2030-12-31') ->> 'review_on', '2030-12-31', 'days are written in one way whatever the session does');
RESET DateStyle;
SELECT throws_ok('UPDATE retention.hold SET lifted_at = now()', '0A000', NULL, 'nobody writes holds but the functions');
SELECT is((SELECT string_agg(DISTINCT action, ', ') FROM retention.ledger WHERE action LIKE 'hold%'), 'hold lifted, hold placed', 'what was placed and lifted is in the ledger');
SELECT is((SELECT count(*) FROM retention.ledger WHERE detail LIKE '%Acme%'), 0::bigint, 'the ledger has the number of a hold and not what it is called');

-- Reviews, and readers.
INSERT INTO ids SELECT 'read', (retention.place_hold('read', 'a claim', '17(3)(e)', 4, kind => 'customer', review_on => '2029-12-31', readers => '{lawyer}', owner => 'legal department') ->> 'hold_id')::bigint;
SELECT is((SELECT count(*) FROM retention.check() c WHERE c.what = 'holds were reviewed' AND NOT c.ok), 1::bigint, 'a hold whose day of review is over is a finding');
SELECT retention.review_hold(id, '2031-01-01') FROM ids WHERE what = 'read';
SELECT is((SELECT h.overdue FROM retention.standing_hold h JOIN ids i ON i.id = h.hold_id WHERE i.what = 'read'), false, 'when it was looked at it is no longer overdue');
UPDATE app.customers SET ended_at = '2029-12-20' WHERE id = 4;
GRANT USAGE ON SCHEMA app, retention TO lawyer;
GRANT SELECT ON app.customers, app.cases, app.notes TO lawyer;
GRANT EXECUTE ON FUNCTION retention.held_rows(bigint) TO lawyer;
SELECT throws_ok($$SELECT * FROM retention.held_rows((SELECT id FROM ids WHERE what = 'read'))$$, '42501', NULL, 'who is not named does not read what a hold keeps, be it a superuser');
GRANT SELECT ON ids TO lawyer;
SET LOCAL ROLE lawyer;
SELECT is((SELECT count(*) FROM app.customers WHERE id = 4), 0::bigint, 'a hold is no reveal');
SELECT is((SELECT data ->> 'email' FROM retention.held_rows((SELECT id FROM ids WHERE what = 'read')) WHERE relation = 'app.customers'::regclass), '4@x.example', 'who is named reads hidden rows that the hold keeps');
RESET ROLE;
REVOKE SELECT ON app.notes FROM lawyer;
SET LOCAL ROLE lawyer;
SELECT throws_ok($$SELECT * FROM retention.held_rows((SELECT id FROM ids WHERE what = 'read'))$$, '42501', NULL, 'who is named needs the right to the tables');
RESET ROLE;
INSERT INTO ids SELECT 'gone', (retention.place_hold('gone', 'a claim', '17(3)(e)', 6, kind => 'customer') ->> 'hold_id')::bigint;
UPDATE app.customers SET ended_at = '2029-11-01' WHERE id = 6;
SELECT retention.lift_hold(id, 'settled') FROM ids WHERE what = 'gone' \g /dev/null
SET LOCAL retention.test_now = '2030-03-01 12:00+01';
SELECT retention.approve('customers') \g /dev/null
CALL retention.sweep();
SELECT is((SELECT h.key FROM retention.hold h JOIN ids i ON i.id = h.hold_id WHERE i.what = 'gone'), NULL, 'a hold that was lifted forgets whose it was when the person goes');
SELECT * FROM finish();
ROLLBACK;
