-- Restriction of processing: hidden from everybody and frozen against everything, until the person was told and it is lifted.
BEGIN;
SELECT plan(77);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE accounting;
CREATE ROLE clerk;
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers ON DELETE CASCADE, name text, email text,
    deactivated_at timestamptz);
CREATE TABLE app.cases (id bigint PRIMARY KEY, opened_by bigint REFERENCES app.users, handled_by bigint REFERENCES app.users, title text,
    closed_on date);
CREATE TABLE app.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES app.cases, author_id bigint REFERENCES app.users,
    reader_id bigint REFERENCES app.users ON DELETE CASCADE, body text, written_on date) PARTITION BY RANGE (id);
CREATE TABLE app.notes_1 PARTITION OF app.notes FOR VALUES FROM (0) TO (100);
CREATE TABLE app.notes_2 PARTITION OF app.notes FOR VALUES FROM (100) TO (200);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users,
    payer_id bigint REFERENCES app.customers ON DELETE SET NULL, issued_on date);
CREATE TABLE app.logins (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE CASCADE);
GRANT USAGE ON SCHEMA app TO accounting, clerk;
GRANT SELECT ON app.invoices, app.users TO accounting;

INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'),
    ('app.users', 'email', 'email'), ('app.cases', 'title', 'free text'), ('app.invoices', 'payer_id', 'reference');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, mode)
VALUES
    ('users', 'app.users', '{deactivated_at, customer_id.ended_at}', '0 days', '30 days', 'delete', NULL, NULL, '{}', 'enforce'),
    ('cases', 'app.cases', '{closed_on}', '3 years', '0 days', 'anonymise', NULL, NULL, '{}', 'observe'),
    ('notes', 'app.notes', '{written_on}', '1 year', '30 days', 'delete', NULL, NULL, '{}', 'enforce'),
    ('invoices', 'app.invoices', '{issued_on}', '1 year', '0 days', 'anonymise', '5 years', 'Bookkeeping Act §13', '{accounting}', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES
    ('user', 'app.cases', 'opened_by', 'about'), ('user', 'app.cases', 'handled_by', 'about'),
    ('user', 'app.notes', 'author_id', 'about'), ('user', 'app.notes', 'reader_id', 'mentioned'),
    ('user', 'app.invoices', 'user_id', 'about'), ('user', 'app.logins', 'user_id', 'about');

INSERT INTO app.customers VALUES (1), (2), (3);
INSERT INTO app.users VALUES (1, 1, 'Kari Lie', 'kari@example.no'), (2, 2, 'Ola Moe', 'ola@example.no'),
    (3, 2, 'Per Vik', 'per@example.no'), (4, 1, 'Siv Aas', 'siv@example.no'), (5, NULL, 'Eva Ro', 'eva@example.no');
INSERT INTO app.cases VALUES (1, 1, 2, 'shared by Kari and Ola'), (2, 1, 3, 'opened by Kari'), (3, 3, 3, 'Per alone');
INSERT INTO app.notes VALUES (1, 1, 1, 2, 'by Kari', '2029-12-01'), (101, 1, 1, 5, 'by Kari', '2029-12-01'), (2, 1, 3, 1, 'by Per', '2029-12-01');
INSERT INTO app.invoices VALUES (1, 1, 3, '2028-01-01'), (2, 2, NULL, '2028-01-01');
INSERT INTO app.logins VALUES (1, 1), (2, 1), (3, 2);
-- Somebody with the same e-mail address is the same person.
INSERT INTO app.users VALUES (11, NULL, 'K. Lie', 'kari@example.no');

SELECT results_eq('SELECT has_function_privilege(''clerk'', p.oid, ''EXECUTE'') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = ''retention'' AND p.proname IN (''restrict'', ''inform_of_lifting'', ''lift_restriction'')',
    'SELECT false FROM generate_series(1, 6)', 'nobody may restrict, inform or lift without a grant');
SELECT setval('retention.request_request_id_seq', 6), retention.open_request('restriction', 'user', 1), retention.open_request('restriction', 'user', 2),
    retention.open_request('restriction', 'user', 1), retention.open_request('access');
GRANT USAGE ON SCHEMA retention TO clerk;
GRANT EXECUTE ON FUNCTION retention.restrict(text, bigint, text, bigint) TO clerk;
SET ROLE clerk;
CREATE TEMP TABLE answer AS SELECT retention.restrict('user', 1, 'accuracy contested', 7)::jsonb AS a;
SELECT throws_ok('SELECT retention.lift_restriction(1)', '42501', NULL, 'each is granted by itself');
RESET ROLE;

SELECT is((SELECT a - 'restricted' - 'not_restricted' - 'recipients_to_tell' FROM answer), '{"subject": {"kind": "user", "key": 1}, "restriction_id": 1}',
    'the answer says whom');
SELECT results_eq($$SELECT t FROM answer, jsonb_array_elements(a -> 'restricted') t ORDER BY t ->> 'table'$$,
    $$VALUES ('{"table": "app.cases", "rows": 2}'::jsonb), ('{"table": "app.invoices", "rows": 1}'), ('{"table": "app.notes", "rows": 2}'),
             ('{"table": "app.users", "rows": 2}')$$, 'what is restricted: rows about the person, in all partitions and under all names');
SELECT is((SELECT a -> 'not_restricted' FROM answer), '[{"table": "app.logins", "rows": 2, "why": "the table is not governed"}]',
    'the answer says what is not restricted');
SELECT results_eq('SELECT kind, key, reason, request_id, restricted_at, restricted_by, informed_at, lifted_at FROM retention.restriction',
    $$VALUES ('user', '1'::jsonb, 'accuracy contested', 7::bigint, '2030-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default",
        NULL::timestamptz, NULL::timestamptz)$$, 'the record says since when, why and by whom');

-- Hidden.
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$SELECT unnest('{2,3,4,5}'::bigint[])$$, 'hidden, from a superuser without reveal, too');
SELECT results_eq('SELECT id FROM app.cases ORDER BY id', $$VALUES (3::bigint)$$, 'under a policy that only observes');
SELECT results_eq('SELECT id FROM app.notes ORDER BY id', $$VALUES (2::bigint)$$, 'in every partition; what only mentions the person is not');
SET ROLE accounting;
SELECT results_eq('SELECT id FROM app.invoices', 'VALUES (2::bigint)', 'a role with legal access reads what the law keeps, and nothing restricted');
RESET ROLE;
UPDATE app.users SET name = 'x' WHERE id = 1;
DELETE FROM app.notes WHERE id = 1;
SELECT isnt_empty($$INSERT INTO app.logins VALUES (4, 1) RETURNING 1$$, 'foreign keys see the rows');
SET retention.reveal = on;
SELECT results_eq('SELECT id, name, retention.state(retention_clock) FROM app.users ORDER BY id', $$VALUES
    (1::bigint, 'Kari Lie', 'active, restricted'), (2, 'Ola Moe', 'active'), (3, 'Per Vik', 'active'), (4, 'Siv Aas', 'active'),
    (5, 'Eva Ro', 'active'), (11, 'K. Lie', 'active, restricted')$$, 'UPDATE does not reach them, and their state tells');
SELECT is((SELECT count(*) FROM app.notes), 3::bigint, 'DELETE does not reach restricted rows');

-- Frozen.
SELECT throws_ok($$UPDATE app.users SET name = 'x' WHERE id = 1$$, 'RT002',
    'cannot update a row of "users": its processing is restricted (Article 18)', 'UPDATE is refused');
SELECT throws_ok($$UPDATE app.cases SET title = title WHERE id = 1$$, 'RT002', NULL, 'under a policy that only observes, too');
SELECT throws_ok($$DELETE FROM app.notes WHERE id = 101$$, 'RT002',
    'cannot delete a row of "notes_2": its processing is restricted (Article 18)', 'DELETE of a restricted row is refused under a policy that only observes');
SELECT throws_ok($$UPDATE app.notes SET id = 150 WHERE id = 1$$, 'RT002', NULL, 'a move of a restricted row between partitions is refused');
SELECT throws_ok($$INSERT INTO app.users VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'$$, 'RT002', NULL, 'an upsert of a restricted row is refused');
SELECT throws_ok($$UPDATE app.users SET retention_clock = 'none' WHERE id = 1$$, 'RT002', NULL, 'nobody writes the flag away');
SELECT throws_ok('DELETE FROM app.customers WHERE id = 1', 'RT002', NULL, 'a cascade from a row that is not restricted');
SELECT throws_ok('DELETE FROM app.customers WHERE id = 3', 'RT002', 'cannot update a row of "invoices": its processing is restricted (Article 18)',
    'ON DELETE SET NULL');
SELECT throws_ok('DELETE FROM app.users WHERE id = 5', 'RT002', NULL, 'a person whose going would take a row of another along');
SELECT throws_ok('TRUNCATE app.notes_1', 'RT002', 'cannot truncate "notes_1": its processing is restricted (Article 18)', 'TRUNCATE');
SELECT throws_ok('TRUNCATE app.notes', 'RT002', NULL, 'TRUNCATE of all partitions with a restricted row is refused');
SELECT throws_ok('TRUNCATE app.customers CASCADE', 'RT002', NULL, 'TRUNCATE that cascades to a restricted row is refused');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$UPDATE app.users SET name = 'x' WHERE id = 1$$, 'RT002', NULL, 'replica role does not help UPDATE');
SELECT throws_ok($$DELETE FROM app.notes WHERE id = 1$$, 'RT002', NULL, 'replica role does not help DELETE');
SET LOCAL session_replication_role = origin;
SELECT lives_ok($$UPDATE app.notes SET body = 'changed' WHERE id = 2$$, 'a row beside them is free');
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'cases'$$, '55006',
    'table "cases" has rows whose processing is restricted (Article 18)', 'the policy cannot be dropped from under them');
SET LOCAL retention.reveal = off;

-- The clock goes on, the flag stays.
UPDATE app.customers SET ended_at = '2030-06-01 12:00:00+00' WHERE id = 1;
SET LOCAL retention.reveal = on;
SELECT results_eq('SELECT id, retention.state(retention_clock), retention.starts_at(retention_clock) FROM app.users WHERE customer_id = 1 ORDER BY id',
    $$VALUES (1::bigint, 'quarantined, restricted', '2030-06-01 12:00:00+00'::timestamptz), (4, 'quarantined', '2030-06-01 12:00:00+00')$$,
    'a change of an ancestor starts the clock and keeps the flag');
SELECT throws_ok($$SELECT retention.reinstate('app.users', 1)$$, 'RT002',
    'cannot reinstate a row of "users": its processing is restricted (Article 18)', 'a restricted row is not reinstated');

-- The export has everything, with its state.
CREATE TEMP TABLE e AS SELECT retention.export('user', 1)::jsonb AS e;
SELECT results_eq($$SELECT t ->> 'table', r ->> 'key', r ->> 'state' FROM e, jsonb_array_elements(e -> 'data') t, jsonb_array_elements(t -> 'rows') r
        WHERE t ->> 'role' = 'about' ORDER BY 1, 2$$,
    $$VALUES ('app.cases', '1', 'active, restricted'), ('app.cases', '2', 'active, restricted'), ('app.invoices', '1', 'kept, restricted'),
             ('app.logins', '1', NULL), ('app.logins', '2', NULL), ('app.logins', '4', NULL), ('app.notes', '1', 'retained, restricted'),
             ('app.notes', '101', 'retained, restricted'), ('app.users', '1', 'quarantined, restricted'), ('app.users', '11', 'active, restricted')$$,
    'the export contains restricted rows with their state');
SELECT bag_eq($$SELECT state FROM retention.export_rows('user', 1) WHERE relation = 'app.notes'::regclass AND role = 'about'$$,
    $$VALUES ('retained, restricted'), ('retained, restricted')$$, 'export_rows, too');

-- A second person, with one row in common.
SELECT retention.restrict(kind => 'user', key => 2, reason => 'objection', request_id => 8);
SELECT results_eq('SELECT id FROM app.cases WHERE retention.state(retention_clock) LIKE ''%restricted'' ORDER BY id',
    $$VALUES (1::bigint), (2)$$, 'a row of two persons is restricted once');

-- The sweep leaves them, far past their time.
SET retention.test_now = '2031-06-01 12:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM app.users ORDER BY id', $$VALUES (1::bigint, 'due, restricted'),
    (2, 'active, restricted'), (3, 'active'), (5, 'active'), (11, 'active, restricted')$$, 'the sweep takes what is due, and nothing restricted');
SELECT results_eq('SELECT id FROM app.notes ORDER BY id', $$VALUES (1::bigint), (101)$$, 'in partitions, too');
SELECT is_empty('SELECT FROM retention.blocked_row', 'restricted rows do not count as blocked');

-- Lifting.
SELECT throws_ok('SELECT retention.lift_restriction(99)', 'P0002', 'restriction 99 does not exist', 'an unknown restriction');
SELECT throws_ok('SELECT retention.inform_of_lifting(99)', 'P0002', 'restriction 99 does not exist', 'nobody can be told of it');
SELECT throws_ok('SELECT retention.lift_restriction(NULL)', '22004', NULL, 'no restriction');
SELECT throws_ok('SELECT retention.lift_restriction(1)', '55000', 'restriction 1 cannot be lifted before the person is informed',
    'not before the person is told');
SELECT is((SELECT count(*) FROM app.users WHERE retention.state(retention_clock) LIKE '%restricted'), 3::bigint, 'no row is free before the person is told');
SELECT retention.inform_of_lifting(1);
SELECT results_eq('SELECT restriction_id, informed_at, informed_by, lifted_at FROM retention.restriction ORDER BY 1',
    $$VALUES (1::bigint, '2031-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default", NULL::timestamptz), (2, NULL, NULL, NULL)$$,
    'the restriction records that the person was told');
SELECT retention.restrict('user', 11, 'the same person, under another name');
SELECT retention.inform_of_lifting(3);
INSERT INTO app.logins VALUES (5, 1);
INSERT INTO app.invoices VALUES (3, 1, NULL, '2031-01-01');
SELECT retention.lift_restriction(1, 9);
SELECT results_eq('SELECT id FROM app.users WHERE retention.state(retention_clock) LIKE ''%restricted'' ORDER BY id',
    $$VALUES (1::bigint), (2), (11)$$, 'what another restriction of the same person covers stays restricted');
SELECT retention.lift_restriction(restriction_id => 3, request_id => 10);
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM app.users ORDER BY id',
    $$VALUES (1::bigint, 'due'), (2, 'active, restricted'), (3, 'active'), (5, 'active'), (11, 'active')$$, 'lifted with the last');
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM app.cases ORDER BY id',
    $$VALUES (1::bigint, 'active, restricted'), (2, 'active'), (3, 'active')$$, 'a row of somebody else whose restriction stands is not freed');
SELECT is((SELECT count(*) FROM app.notes WHERE retention.state(retention_clock) = 'due'), 2::bigint, 'every partition is freed');
SELECT throws_ok('SELECT retention.lift_restriction(1)', '55000', 'restriction 1 is lifted already', 'lifting twice');
SELECT throws_ok('SELECT retention.inform_of_lifting(1)', '55000', 'restriction 1 is lifted already', 'informing after the lifting');
SELECT results_eq('SELECT restriction_id, lifted_at, lifted_by FROM retention.restriction ORDER BY 1',
    $$VALUES (1::bigint, '2031-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default"), (2, NULL, NULL), (3, '2031-06-01 12:00:00+00', session_user::text)$$,
    'the record says when and by whom');
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.notes WHERE author_id = 1', 'after lifting the sweep takes what is due');
SELECT results_eq($$SELECT name, retention.state(retention_clock) FROM app.users WHERE id = 1$$, $$VALUES (NULL, 'anonymised')$$,
    'a person whom a case still needs is anonymised');
SELECT results_eq($$SELECT action, row_count, detail FROM retention.ledger WHERE action ~ 'restrict|inform' ORDER BY entry_id$$,
    $$VALUES ('restricted', 7::bigint, 'kind user, restriction 1, request 7'), ('restricted', 3, 'kind user, restriction 2, request 8'),
             ('informed of lifting', NULL, 'kind user, restriction 1'), ('restricted', 7, 'kind user, restriction 3'),
             ('informed of lifting', NULL, 'kind user, restriction 3'), ('restriction lifted', 0, 'kind user, restriction 1, request 9'),
             ('restriction lifted', 6, 'kind user, restriction 3, request 10')$$, 'all of it is in the ledger');
SELECT is_empty($$SELECT FROM retention.ledger l WHERE l::text ~* 'kari|contested|objection'$$, 'without a word about anybody');

-- What keeps another row is awaited, not counted as failed.
SET retention.test_now = '2031-01-01 12:00:00+00';
INSERT INTO app.users VALUES (20, NULL, 'Liv Dal', 'liv@example.no', NULL), (21, NULL, 'Jon Eik', 'jon@example.no', '2031-01-01');
INSERT INTO app.notes VALUES (20, NULL, 20, 21, 'by Liv, to Jon', '2031-01-01');
SET retention.test_now = '2031-06-01 12:00:00+00';
SELECT retention.restrict('user', 20, 'claims');
CALL retention.sweep();
SELECT results_eq('SELECT name, retention.state(retention_clock) FROM app.users WHERE id = 21', $$VALUES (NULL, 'anonymised')$$,
    'a row that only a restricted one keeps is anonymised');
SELECT is_empty('SELECT FROM retention.blocked_row', 'a row that a restricted one keeps waits and is not blocked');
SELECT retention.inform_of_lifting(4);
SELECT retention.lift_restriction(4);
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 21', 'a row that a restricted one kept goes when that is free');

-- Other flags are nobody's business here.
INSERT INTO app.users (id, name, email, retention_clock)
    SELECT 30 + n, 'Flagged', 'flagged@example.no', ('none ' || f)::retention.clock
    FROM unnest('{held,kept,anonymised}'::text[] || '{"anonymised,awaiting","held,anonymised,kept,awaiting"}'::text[]) WITH ORDINALITY u (f, n);
CREATE TEMP TABLE before AS SELECT id, retention_clock::text AS c FROM app.users WHERE id > 30;
SELECT is((SELECT string_agg(split_part(c, ' ', 2), ' ' ORDER BY id) FROM before),
    'held kept anonymised anonymised,awaiting held,anonymised,kept,awaiting', 'rows with every kind of flag');
SELECT retention.restrict('user', 31, 'all of them: one address');
SELECT is((SELECT string_agg(split_part(retention_clock::text, ' ', 2), ' ' ORDER BY id) FROM app.users WHERE id > 30),
    'held,restricted restricted,kept restricted,anonymised restricted,anonymised,awaiting held,restricted,anonymised,kept,awaiting',
    'restricted beside them');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.users WHERE id > 30), 5::bigint, 'a row that only waited to be deleted waits on');
SELECT retention.inform_of_lifting(5);
SELECT retention.lift_restriction(5);
SELECT results_eq('SELECT id, retention_clock::text FROM app.users WHERE id > 30 ORDER BY id', 'SELECT id, c FROM before ORDER BY id',
    'rows that only waited are as they were');

-- Persons named in every way, in tables with and without a policy.
CREATE TABLE app.partners (code text PRIMARY KEY, left_on date);
CREATE TABLE app.devices (id uuid PRIMARY KEY, left_on date);
CREATE TABLE app.seats (org integer, code char(4), left_on date, PRIMARY KEY (org, code));
CREATE TABLE app.guests (id bigint PRIMARY KEY);
CREATE TABLE app.visits (id bigint PRIMARY KEY, guest_id bigint REFERENCES app.guests ON DELETE CASCADE, org integer, code char(4), left_on date,
    FOREIGN KEY (org, code) REFERENCES app.seats);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) SELECT t, 'app.' || t, '{left_on}', '1 year', 'delete', 'enforce'
    FROM unnest('{partners,devices,seats,visits}'::text[]) t;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('partner', 'app.partners'), ('device', 'app.devices'), ('seat', 'app.seats'),
    ('guest', 'app.guests');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('guest', 'app.visits', 'guest_id'), ('seat', 'app.visits', 'org');
INSERT INTO app.partners VALUES ('a'), ('b');
INSERT INTO app.devices VALUES ('00000000-0000-0000-0000-000000000001'), ('00000000-0000-0000-0000-000000000002');
INSERT INTO app.seats VALUES (1, 'ab'), (1, 'ac'), (2, 'ab');
INSERT INTO app.guests VALUES (1), (2);
INSERT INTO app.visits VALUES (1, 1, 1, 'ab'), (2, NULL, 1, 'ac'), (3, 2, 2, 'ab');
SELECT retention.restrict('partner', 'b'::text, 'text');
SELECT retention.restrict(kind => 'device', key => '00000000-0000-0000-0000-000000000002'::uuid, reason => 'uuid');
SELECT retention.restrict('seat', '{"org": 1, "code": "ab"}'::jsonb, 'composite'), retention.restrict('seat', '{"code": "ac", "org": 1}'::jsonb, 'other');
SELECT is(retention.restrict(kind => 'guest', key => 1, reason => 'bigint')::jsonb - 'restriction_id' - 'recipients_to_tell',
    '{"subject": {"kind": "guest", "key": 1}, "restricted": [{"table": "app.visits", "rows": 1}],
      "not_restricted": [{"table": "app.guests", "rows": 1, "why": "the table is not governed"}]}',
    'a person in a table without a policy');
SET LOCAL retention.reveal = off;
SELECT results_eq('SELECT code FROM app.partners', $$VALUES ('a')$$, 'text');
SELECT results_eq('SELECT id::text FROM app.devices', $$VALUES ('00000000-0000-0000-0000-000000000001')$$, 'uuid');
SELECT results_eq('SELECT org, code::text FROM app.seats ORDER BY 1, 2', $$VALUES (2, 'ab')$$, 'composite');
SELECT retention.inform_of_lifting(restriction_id) FROM retention.restriction WHERE restriction_id > 5;
SELECT retention.lift_restriction(restriction_id) FROM retention.restriction WHERE reason = 'composite';
SELECT results_eq('SELECT id FROM app.visits ORDER BY 1', $$VALUES (3::bigint)$$, 'a row of two kinds of persons waits for both');
SELECT results_eq('SELECT org, code::text FROM app.seats ORDER BY 1, 2', $$VALUES (1, 'ab'), (2, 'ab')$$, 'composite, lifted, and no other');
SELECT retention.lift_restriction(restriction_id) FROM retention.restriction WHERE restriction_id > 5 AND lifted_at IS NULL;
SELECT results_eq('SELECT id FROM app.visits ORDER BY 1', $$VALUES (1::bigint), (2), (3)$$, 'lifted for both');
SELECT is((SELECT count(*) FROM app.partners) + (SELECT count(*) FROM app.devices), 4::bigint, 'text and uuid, lifted');

-- Somebody who is gone must not stand in the way of the others, nor of the end of a restriction.
CREATE TABLE app.meetings (id bigint PRIMARY KEY, left_on date);
CREATE TABLE app.attendees (meeting_id bigint REFERENCES app.meetings, guest_id bigint REFERENCES app.guests ON DELETE CASCADE,
    PRIMARY KEY (meeting_id, guest_id));
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('meetings', 'app.meetings', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('guest', 'app.meetings', '[app.attendees.meeting_id].guest_id');
INSERT INTO app.guests VALUES (3), (4);
INSERT INTO app.meetings VALUES (1), (2), (3);
INSERT INTO app.attendees VALUES (1, 3), (2, 3), (2, 4), (3, 4);
SELECT retention.restrict('guest', 3, 'gone soon'), retention.restrict('guest', 4, 'stays');
DELETE FROM app.guests WHERE id = 3;
SELECT retention.inform_of_lifting(restriction_id) FROM retention.restriction WHERE lifted_at IS NULL AND kind = 'guest';
SELECT is((SELECT count(*) FROM app.meetings), 0::bigint, 'rows to which nothing leads any more are restricted');
SELECT lives_ok($$SELECT retention.lift_restriction(restriction_id) FROM retention.restriction WHERE reason = 'gone soon'$$,
    'a restriction ends after its person is gone');
SELECT results_eq('SELECT id FROM app.meetings', 'VALUES (1::bigint)', 'rows that are nobody else''s are free when a restriction ends');
SELECT lives_ok($$SELECT retention.lift_restriction(restriction_id) FROM retention.restriction WHERE reason = 'stays'$$,
    'a restriction of somebody who is there is lifted');
SELECT results_eq('SELECT id FROM app.meetings ORDER BY id', 'VALUES (1::bigint), (2), (3)', 'the other rows are free with the last restriction');
SELECT throws_ok($$SELECT retention.restrict('user', 999, 'nobody')$$, 'P0002', NULL, 'nobody');
SELECT throws_ok($$SELECT retention.restrict('user', 1, NULL)$$, '22004', NULL, 'no reason');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
