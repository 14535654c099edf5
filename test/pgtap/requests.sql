-- The life of a request: opened, identified, extended, done, answered or refused, closed; and calls that are made in its name.
BEGIN;
SELECT plan(124);

SET retention.test_now = '2026-02-10 12:00:00+01';
SET retention.confirm_identity = on;
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, email text, ended_on date);
CREATE TABLE app.contacts (code text PRIMARY KEY, email text);
CREATE TABLE app."Notes" (id bigint PRIMARY KEY, "user" bigint REFERENCES app.users, body text);
CREATE TABLE app.seats (org integer, code char(4), name text, PRIMARY KEY (org, code));
CREATE TABLE app.tagged (tag numeric PRIMARY KEY, name text);
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}'), ('contact', 'app.contacts', '{email}'),
    ('seat', 'app.seats', '{}'), ('tagged', 'app.tagged', '{}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app."Notes"', 'user');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'), ('app.contacts', 'email', 'email'), ('app."Notes"', 'body', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{ended_on}', '1 year', 'delete', 'enforce'),
    ('notes', 'app."Notes"', '{user.ended_on}', '1 year', 'delete', 'enforce');
INSERT INTO app.users VALUES (1, 'Kari', 'kari@x.example'), (2, 'Ola', 'ola@x.example'), (3, 'Per', 'per@x.example'), (4, 'K. Lie', 'Kari@X.example'), (5, 'Eva', NULL);
INSERT INTO app.contacts VALUES ('k', 'kari@x.example'), ('o', 'ola@x.example');
INSERT INTO app."Notes" VALUES (1, 1, 'one'), (2, 2, 'two');
INSERT INTO app.seats VALUES (1, 'ab', 'Siv'), (2, 'ab', 'Liv');
INSERT INTO app.tagged VALUES (1.50, 'Tor'), (2, 'Tom');
CALL retention.sweep();

CREATE FUNCTION pg_temp.state(id bigint) RETURNS text LANGUAGE sql AS 'SELECT state FROM retention.requests WHERE request_id = id';
CREATE FUNCTION pg_temp.due(id bigint) RETURNS date LANGUAGE sql AS 'SELECT legal_due FROM retention.requests WHERE request_id = id';
CREATE FUNCTION pg_temp.last_entry() RETURNS text LANGUAGE sql AS $$SELECT action || ': ' || detail FROM retention.ledger ORDER BY entry_id DESC LIMIT 1$$;

-- The whole way.
SELECT is(retention.open_request('access', 'user', 1), 1::bigint, 'a request has a number');
SELECT is(pg_temp.last_entry(), 'request opened: access, request 1', 'the ledger says what was asked for, and not by whom');
SELECT results_eq('SELECT type, kind, key, received_at, channel, timezone, country, target::text, opened_by FROM retention.request',
    $$VALUES ('access', 'user', '1'::jsonb, '2026-02-10 12:00:00+01'::timestamptz, NULL::text, retention.zone(''), 'NO', '30 days', session_user::text COLLATE "default")$$,
    'a request is written with the zone, the country and the target of the settings');
SELECT results_eq('SELECT * FROM retention.requests_due', $$VALUES (1::bigint, 'access', 'user', '2026-02-10 12:00:00+01'::timestamptz, '2026-03-10'::date, '2026-03-12'::date,
    '2026-03-10'::date, 28, 'open')$$, 'the earlier of the legal day and the inner target is due');
SELECT throws_ok('SELECT retention.answer_request(1)', '55000', 'what request 1 asks for was not done', 'an answer without the copy needs a reason');
SELECT throws_ok($$SELECT retention.answer_request(1, '  ')$$, '55000', NULL, 'blanks are no reason');
SELECT is(retention.export('user', 1, 1) -> 'requests' -> 0 ->> 'type', 'access', 'a copy has the requests of the person');
SELECT results_eq('SELECT state, done_at, done_by, done_how FROM retention.requests', $$VALUES ('done', '2026-02-10 12:00:00+01'::timestamptz, session_user::text COLLATE "default", 'exported')$$,
    'a copy does what a request for access asks for');
SELECT lives_ok('SELECT retention.answer_request(1)', 'what was done is answered without a reason');
SELECT results_eq('SELECT state, due_applied, days_left, answered_by FROM retention.requests', $$VALUES ('answered', '2026-03-10'::date, NULL::integer, session_user::text COLLATE "default")$$,
    'the day that applied is kept');
SELECT is_empty('SELECT FROM retention.requests_due', 'what is answered is not due');
SELECT is(pg_temp.last_entry(), 'request answered: access, request 1', 'the ledger has the answer');
SELECT lives_ok('SELECT retention.close_request(1)', 'an answered request is closed');
SELECT is(pg_temp.state(1), 'closed', 'a closed request is still listed');
SELECT is(pg_temp.last_entry(), 'request closed: access, request 1', 'the ledger has the end');

-- Wrong states name themselves.
SELECT throws_ok(s, '55000', 'request 1 is closed already', s) FROM unnest(ARRAY['SELECT retention.answer_request(1, ''x'')', 'SELECT retention.close_request(1)',
    'SELECT retention.extend_request(1, ''x'')', 'SELECT retention.refuse_request(1, ''12(5)'', ''x'', true)', 'SELECT retention.ask_identity(1)',
    'SELECT retention.verify_identity(1, ''x'')', 'SELECT retention.identify_request(1, ''user'', 1)', 'SELECT retention.export(''user'', 1, 1)']) s;
SELECT retention.open_request('erasure', 'user', 2);
SELECT throws_ok('SELECT retention.close_request(2)', '55000', 'request 2 is open, and not answered', 'what is not answered is not closed');
SELECT throws_ok('SELECT retention.identify_request(2, ''user'', 1)', '55000', 'request 2 is a known person''s already', 'a request does not change hands');
SELECT retention.answer_request(2, 'taken back');
SELECT throws_ok('SELECT retention.answer_request(2, ''x'')', '55000', 'request 2 is answered already', 'nobody is answered twice');
SELECT throws_ok('SELECT retention.refuse_request(2, ''12(5)'', ''x'', true)', '55000', 'request 2 is answered already', 'an answer is not refused afterwards');
SELECT throws_ok(format('SELECT retention.%s', s), 'P0002', 'request 99 does not exist', s) FROM unnest(ARRAY['answer_request(99)', 'close_request(99)', 'extend_request(99, ''x'')',
    'export(''user'', 1, 99)', 'erase(''user'', 1, true, 99)', 'lift_restriction(1, 99)']) s;
SELECT throws_ok(format('SELECT retention.%s', s), '22004', NULL, s) FROM unnest(ARRAY['answer_request(NULL)', 'extend_request(2, '' '')', 'refuse_request(2, ''12(5)'', NULL)',
    'verify_identity(2, '''')', 'open_request(NULL)', 'open_request(''access'', ''user'', NULL::bigint)', 'open_request(''access'', NULL, 1)']) s;

-- What cannot be opened.
SELECT throws_ok('SELECT retention.open_request(''deletion'', ''user'', 1)', '22023', 'there is no type of request "deletion"', 'an unknown type');
SELECT throws_ok('SELECT retention.open_request(''access'', ''user'', 99)', 'P0002', NULL, 'nobody has that key');
SELECT throws_ok('SELECT retention.open_request(''access'', ''dog'', 1)', '42704', NULL, 'an unknown kind');
SELECT throws_ok($$SELECT retention.open_request('access', received => '2026-02-10 12:00:01+01')$$, '22023', 'a request cannot be received in the future', 'a request from the future');
SELECT throws_ok($$SELECT retention.open_request('access', received => '-infinity')$$, '22008', NULL, 'a request from the beginning of time');

-- A person who is not known.
SELECT is(retention.open_request('access', received => '2026-01-31 23:30:00+01', channel => 'letter'), 3::bigint, 'somebody who is not known may ask');
SELECT results_eq('SELECT kind, key, channel FROM retention.request WHERE request_id = 3', $$VALUES (NULL::text, NULL::jsonb, 'letter')$$, 'nothing is known of somebody who is not known');
SELECT is(pg_temp.state(3), 'unidentified', 'the state says that nobody is known');
SELECT is(pg_temp.due(3), '2026-03-02', 'the time runs from the receipt, by the calendar of the zone');
SELECT throws_ok('SELECT retention.export(''user'', 3, 3)', '55000', 'nobody knows yet whose request 3 is', 'nobody gets a copy by a request that is not known to be his');
SELECT retention.identify_request(3, 'contact', 'k'::text);
SELECT results_eq('SELECT kind, key FROM retention.request WHERE request_id = 3', $$VALUES ('contact', '"k"'::jsonb)$$, 'the person of a request is said later');
SELECT is(pg_temp.due(3), '2026-03-02', 'who it was moves nothing');
SELECT lives_ok('SELECT retention.export(''user'', 1, 3)', 'the request of a contact is that of the user with the same address');
SELECT throws_ok('SELECT retention.export(''user'', 2, 3)', '22023', 'request 3 is not this person''s', 'a request is nobody else''s');
SELECT is(json_array_length(retention.export('user', 4) -> 'requests'), 2, 'a copy has the requests under all names of the person');
SELECT is(json_array_length(retention.export('user', 3) -> 'requests'), 0, 'a copy has no requests of others');

-- Who it is is asked for; the time runs on.
SELECT retention.open_request('portability', 'seat', '{"org": 1, "code": "ab"}'::jsonb);
SELECT retention.ask_identity(4);
SELECT is(pg_temp.state(4), 'identity asked', 'the state says what is waited for');
SELECT is(pg_temp.due(4), '2026-03-10', 'the time runs on while somebody is asked');
SELECT throws_ok('SELECT retention.ask_identity(4)', '55000', 'request 4 has its identity asked for already', 'nobody is asked twice');
SELECT retention.verify_identity(4, 'showed a passport');
SELECT is(pg_temp.state(4), 'open', 'an identity that is verified is not waited for');
SELECT results_eq('SELECT identity_asked_by, identity_verified_at, identity_how FROM retention.request WHERE request_id = 4',
    $$VALUES (session_user::text COLLATE "default", '2026-02-10 12:00:00+01'::timestamptz, 'showed a passport')$$, 'what was asked and verified is recorded');
SELECT throws_ok('SELECT retention.verify_identity(4, ''again'')', '55000', NULL, 'nobody is verified twice');
SELECT throws_ok('SELECT retention.ask_identity(4)', '55000', NULL, 'nobody who is verified is asked');
SELECT throws_ok('SELECT retention.portability(''seat'', ''{"org": 2, "code": "ab"}''::jsonb, 4)', '22023', 'request 4 is not this person''s', 'a key of several columns tells persons apart');
SELECT lives_ok('SELECT * FROM retention.portability_csv(''seat'', ''{"code": "ab  ", "org": 1}''::jsonb, 4)', 'a key of several columns is that person''s however it is written');
SELECT is(pg_temp.state(4), 'done', 'files do what a request for portability asks for');
SELECT lives_ok('SELECT retention.export(''tagged'', ''1.5'', retention.open_request(''access'', ''tagged'', ''1.500''::text))', 'equal numbers are one person however they are written');

-- Two months more.
SELECT retention.open_request('rectification', 'user', 3, channel => 'e-mail');
SET retention.test_now = '2026-03-10 23:59:59+01';
SELECT lives_ok($$SELECT retention.extend_request(6, 'very many notes')$$, 'the time is extended until the end of the last day');
SELECT results_eq('SELECT legal_due, due, state FROM retention.requests WHERE request_id = 6', $$VALUES ('2026-05-11'::date, '2026-05-11'::date, 'extended')$$,
    'three months from the receipt, and a Sunday is none to act on');
SELECT throws_ok($$SELECT retention.extend_request(6, 'more')$$, '55000', 'request 6 is extended already', 'nothing is extended twice');
SELECT is(pg_temp.last_entry(), 'request extended: rectification, request 6', 'the ledger has the extension');
SELECT retention.open_request('objection', 'user', 2, received => '2026-02-10 00:30:00+01');
SET retention.test_now = '2026-03-11 00:00:00+01';
SELECT throws_ok($$SELECT retention.extend_request(7, 'busy')$$, '55000', 'request 7 can no longer be extended', 'a day later the time is not extended');
SELECT results_eq('SELECT state, days_left FROM retention.requests_due WHERE request_id = 7', $$VALUES ('late', -1)$$, 'what is late says so');
SELECT is((SELECT array_agg(request_id) FROM retention.requests_due), '{3,4,5,7,6}', 'what is late comes first, and by its day');

-- Watched.
SELECT results_eq($$SELECT object, hint FROM retention.check() WHERE what = 'request is answered in time' AND object = 'request 7'$$,
    $$VALUES ('request 7', 'It was to be answered by 2026-03-10 (Article 12(3)). Answer it now; see retention.requests_due.')$$, 'the check names what is late');
SET retention.test_now = '2026-05-08 12:00:00+02';
SELECT results_eq($$SELECT hint FROM retention.check() WHERE what = 'request is answered in time' AND object = 'request 6'$$,
    $$VALUES ('It is to be answered by 2026-05-11; the law''s last day is 2026-05-11. See retention.requests_due.')$$, 'the check names what is due in three days');
SET retention.test_now = '2026-05-07 12:00:00+02';
SELECT is_empty($$SELECT FROM retention.check() WHERE what = 'request is answered in time' AND object = 'request 6'$$, 'the check does not name what is due in four days');

-- Refused: in time, late, on a ground that there is.
SELECT throws_ok($$SELECT retention.refuse_request(7, '17(3)(b)', 'books', true)$$, '22023', '"17(3)(b)" is no ground on which a request for objection is refused', 'a ground of another right');
SELECT throws_ok($$SELECT retention.refuse_request(7, '21(1)', 'fraud is looked into')$$, '22023', NULL, 'whoever is refused is told of complaint and courts');
SELECT lives_ok($$SELECT retention.refuse_request(7, '21(1)', 'fraud is looked into', told_of_complaint => true)$$, 'a late refusal is recorded');
SELECT results_eq('SELECT state, refusal_ground, refusal_reason, due_applied FROM retention.requests WHERE request_id = 7', $$VALUES ('refused late', '21(1)', 'fraud is looked into', '2026-03-10'::date)$$,
    'that a refusal was late stays visible');
SELECT is(pg_temp.last_entry(), 'request refused: objection, ground 21(1), late, request 7', 'the ledger says that it was late');
SELECT lives_ok('SELECT retention.close_request(7)', 'a refused request is closed');
SELECT retention.refuse_request(6, '16', 'the name is right', true);
SELECT is(pg_temp.state(6), 'refused late', 'an extension gives no more time to refuse');
SELECT retention.open_request('erasure', 'user', 2);
SELECT retention.refuse_request(8, '17(3)(e)', 'a claim', true);
SELECT is(pg_temp.state(8), 'refused', 'a refusal within a month is in time');
SELECT retention.open_request('access', 'user', 2, '2026-03-02 12:00:00+01');
SELECT retention.answer_request(9, 'sent by hand');
SELECT results_eq('SELECT state, answer_reason, due_applied FROM retention.requests WHERE request_id = 9', $$VALUES ('answered late', 'sent by hand', '2026-04-07'::date)$$, 'that an answer was late stays visible');

-- Holidays move what waits, and nothing that is answered.
SELECT retention.open_request('access', 'user', 5);
SELECT is(pg_temp.due(10), '2026-06-08', 'a Sunday is no day to act on');
INSERT INTO retention.public_holiday (country, rule, name) VALUES ('NO', '2026-06-08', 'a coronation'), ('NO', '2026-04-07', 'another');
SELECT is(pg_temp.due(10), '2026-06-09', 'a holiday that is added moves an open request');
SELECT is(pg_temp.due(9), '2026-04-07', 'a holiday that is added moves nothing that is answered');
UPDATE retention.request SET country = 'SE' WHERE request_id = 10;
SELECT is(pg_temp.due(10), '2026-06-08', 'holidays are those of the request''s country');

-- Which call for which request.
SELECT throws_ok(format('SELECT retention.%s', call), '22023', format('request %s is one for %s, and does not ask for this', id, type), call || ' for ' || type)
FROM (SELECT type, retention.open_request(type, 'user', 5) AS id FROM unnest('{access,portability,rectification,erasure,restriction,objection}'::text[]) type OFFSET 0) r
CROSS JOIN LATERAL (VALUES ('access', format('erase(''user'', 5, false, %s)', id)), ('access', format('restrict(''user'', 5, ''x'', %s)', id)),
    ('portability', format('export(''user'', 5, %s)', id)), ('rectification', format('erase(''user'', 5, true, %s)', id)),
    ('erasure', format('rectify(''user'', 5, ''app.users'', ''5'', ''{"name": "E"}'', NULL, %s)', id)), ('restriction', format('erase(''user'', 5, request_id => %s)', id)),
    ('objection', format('portability(''user'', 5, %s)', id))) c (for_type, call) WHERE for_type = type;
SELECT is((SELECT name FROM app.users WHERE id = 5), 'Eva', 'nothing is done by a call that is refused');
SELECT lives_ok($$SELECT retention.portability('user', 5, 11), retention.export_rows('user', 5, 12) WHERE false$$, 'a call that is not made asks nothing');
SELECT retention.portability('user', 5, 11);
SELECT is(pg_temp.state(11), 'open', 'what a person may take along is no full answer to access');
SELECT lives_ok('SELECT * FROM retention.export_rows(''user'', 5, 11)', 'rows are a copy');
SELECT is(pg_temp.state(11), 'done', 'rows do what a request for access asks for');
SELECT retention.rectify('user', 5, 'app.users', '5', '{"name": "Eva Ro"}', NULL, 13);
SELECT is((SELECT done_how FROM retention.request WHERE request_id = 13), 'rectified', 'a correction does what a request for it asks for');
SELECT retention.restrict('user', 5, 'objected', 16);
SELECT is(pg_temp.state(16), 'open', 'a restriction while grounds are weighed does not do what an objection asks for');
SELECT retention.inform_of_lifting(1), retention.lift_restriction(1, 1);
SELECT is((SELECT count(*) FROM retention.restriction WHERE lifted_at IS NOT NULL AND request_id = 16), 1::bigint, 'any request that there is may lift a restriction');

-- Erased.
SELECT retention.erase('user', 5, true, 14);
SELECT results_eq('SELECT pg_temp.state(14), key FROM retention.request WHERE request_id = 14', $$VALUES ('open', '5'::jsonb)$$, 'a dry run does nothing to a request');
SELECT retention.erase('user', 5, false, 14);
SELECT results_eq('SELECT kind, key, channel, erased_at, done_how FROM retention.request WHERE request_id = 14',
    $$VALUES (NULL::text, NULL::jsonb, NULL::text, '2026-05-07 12:00:00+02'::timestamptz, 'erased')$$, 'the request of an erasure is nobody''s any more, and done');
SELECT is_empty('SELECT FROM retention.request WHERE key = ''5'' OR request_id BETWEEN 10 AND 16 AND erased_at IS NULL', 'all requests of the person are nobody''s');
SELECT lives_ok('SELECT retention.answer_request(14, ''you are erased'')', 'the request of an erasure can still be answered');
SELECT is((SELECT answer_reason FROM retention.request WHERE request_id = 14), NULL, 'nothing that is said to an erased person is kept');
SELECT lives_ok('SELECT retention.refuse_request(15, ''18(1)'', ''nothing is left'', true)', 'other requests of an erased person can be ended');
SELECT is(pg_temp.state(12), 'open', 'a request of an erased person waits for its answer still');
SELECT throws_ok('SELECT retention.portability(''user'', 1, 12)', '55000', 'the person of request 12 was erased', 'a request of an erased person is nobody else''s');
SELECT throws_ok('SELECT retention.identify_request(12, ''user'', 1)', '55000', 'request 12 is of a person who was erased', 'a request of an erased person is given to nobody');
SELECT retention.erase('contact', 'k'::text);
SELECT is((SELECT count(*) FROM retention.request WHERE request_id IN (1, 3) AND key IS NULL AND channel IS NULL), 2::bigint, 'requests under all names of an erased person are nobody''s');
SELECT is((SELECT key FROM retention.request WHERE request_id = 9), '2', 'requests of others stay theirs');
SELECT is_empty($$SELECT FROM retention.ledger WHERE detail ~ 'kari|passport|letter|very many'$$, 'the ledger has nothing about persons');

-- Kept as long as it is to be.
UPDATE retention.subject_kind SET kind = 'member' WHERE kind = 'user';
SELECT is((SELECT kind FROM retention.request WHERE request_id = 9), 'member', 'a kind that is renamed is renamed in requests');
ALTER TABLE app.seats RENAME COLUMN org TO unit;
SELECT is((SELECT key FROM retention.request WHERE request_id = 4), '{"unit": 1, "code": "ab  "}', 'a column of the key that is renamed is renamed in requests');
SET retention.test_now = '2029-05-07 12:00:00+02';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.request WHERE request_id = 7), 1::bigint, 'a closed request is kept for three years');
SET retention.test_now = '2029-05-07 12:00:01+02';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.request WHERE request_id IN (1, 7)), 0::bigint, 'a closed request goes after three years');
SELECT is((SELECT count(*) FROM retention.request WHERE request_id IN (8, 9)), 2::bigint, 'what is not closed stays');

-- Identity that was asked for is verified before anything is given away.
SELECT retention.open_request('access', 'member', 2) AS asked \gset
SELECT retention.ask_identity(:asked);
SELECT throws_ok(format('SELECT retention.export(''member'', 2, %s)', :asked), '55000', format('nobody has verified yet who made request %s', :asked), 'nothing is copied for somebody who has not shown who it is');
SELECT retention.verify_identity(:asked, 'a passport');
SELECT lives_ok(format('SELECT retention.export(''member'', 2, %s)', :asked), 'a copy is made when it is known who asks');

SELECT * FROM finish();
ROLLBACK;
