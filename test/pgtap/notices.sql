-- Article 19: after a rectification, a restriction and an erasure it is known whom to tell, until that is settled.
BEGIN;
SELECT plan(48);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, email text, name text, left_on date);
CREATE TABLE app.contacts (code text PRIMARY KEY, email text, left_on date);
CREATE TABLE app.books (id bigint PRIMARY KEY, owner text, written date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'), ('app.users', 'email', 'email');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
    ('users', 'app.users', '{left_on}', '1 year', 'delete', NULL, NULL, 'enforce'), ('contacts', 'app.contacts', '{left_on}', '1 year', 'delete', NULL, NULL, 'enforce'),
    ('books', 'app.books', '{written}', '5 years', 'delete', '5 years', 'Bookkeeping Act', 'enforce');
INSERT INTO app.users VALUES (1, 'kari@x.example', 'Kari'), (2, 'ola@x.example', 'Ola'), (3, 'per@x.example', 'Per'), (4, 'siv@x.example', 'Siv');
INSERT INTO app.contacts VALUES ('K-1', 'kari@x.example');
INSERT INTO app.books VALUES (1, 'Eva', '2030-01-01');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}'), ('contact', 'app.contacts', '{email}'), ('owner', 'app.books', '{}');
INSERT INTO retention.purpose (name, legal_basis) VALUES ('invoicing', 'contract');
INSERT INTO retention.recipient (name, role, purposes, country, contact) VALUES ('Bank', 'controller', '{invoicing}', 'NO', 'dpo@bank.example'),
    ('Mailer', 'processor', '{invoicing}', 'IE', NULL), ('Other', 'processor', '{invoicing}', 'IE', NULL);
SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name');
SELECT retention.disclose('Bank', 'invoicing', 'contact', 'K-1', 'e-mail');
SELECT retention.disclose('Mailer', 'invoicing', 'contact', 'K-1', 'e-mail');
SELECT retention.disclose('Other', 'invoicing', 'user', 2, 'name');
SELECT retention.disclose('Other', 'invoicing', 'owner', 1, 'name');
SELECT retention.disclose(NULL, NULL, 'user', 1, 'logins', inquiry => 'police 1');
UPDATE retention.recipient SET until = '2030-06-01 12:00+00' WHERE name = 'Mailer';

-- Rectified.
SELECT setval('retention.request_request_id_seq', 5, false);
SELECT retention.open_request('rectification', 'user', 1);
CREATE TEMP TABLE answer AS SELECT retention.rectify('user', 1, 'app.users', '1', '{"name": "Kari Lie"}', request_id => 5)::jsonb AS a;
SELECT is((SELECT a - 'recipients_to_tell' FROM answer), '{"subject": {"kind": "user", "key": 1}, "table": "app.users", "key": 1}', 'a rectification answers what was rectified');
SELECT results_eq($$SELECT r ->> 'recipient', r ->> 'contact', r -> 'disclosures' FROM answer, jsonb_array_elements(a -> 'recipients_to_tell') r$$,
    $$VALUES ('Bank', 'dpo@bank.example', '2'::jsonb), ('Mailer', NULL, '1')$$, 'the answer names who got data about the person, by whichever of its rows, also one whose time is over');
SELECT results_eq($$SELECT notice_id, recipient, disclosures, kind, key, what, detail, request_id, created_at, created_by, state FROM retention.notice_to_recipient ORDER BY 1$$,
    $$VALUES (1::bigint, 'Bank', 2::bigint, 'user', '1'::jsonb, 'rectified', 'columns name of app.users', 5::bigint, '2030-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default", 'open'),
        (2, 'Mailer', 1, 'user', '1', 'rectified', 'columns name of app.users', 5, '2030-06-01 12:00:00+00', session_user::text, 'open')$$, 'a notice says what was rectified, not what it was');
SELECT retention.rectify('user', 4, 'app.users', '4', '{"name": "Siv Lie"}');
SELECT is((SELECT count(*) FROM retention.notice_to_recipient), 2::bigint, 'nobody is told of somebody whose data nobody got');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '99', '{"name": "x"}')$$, 'P0002', NULL, 'what is not there is not rectified');
SELECT is((SELECT count(*) FROM retention.notice_to_recipient), 2::bigint, 'nobody is told of what failed');

-- Restricted.
SELECT retention.open_request('restriction', 'user', 1);
SELECT is((SELECT string_agg(r ->> 'recipient', ' ') FROM jsonb_array_elements(retention.restrict('contact', 'K-1', 'contested', 6)::jsonb -> 'recipients_to_tell') r), 'Bank Mailer',
    'a restriction names who got data about the person');
SELECT results_eq($$SELECT recipient, kind, key, what, detail, request_id FROM retention.notices_due WHERE what = 'restricted' ORDER BY 1$$,
    $$VALUES ('Bank', 'contact', '"K-1"'::jsonb, 'restricted', NULL, 6::bigint), ('Mailer', 'contact', '"K-1"', 'restricted', NULL, 6)$$, 'recipients are told of a restriction under the key that was asked for');
SELECT retention.inform_of_lifting(1);
SELECT retention.lift_restriction(1);

-- Settled.
SELECT throws_ok($$SELECT retention.settle_notice(99, 'sent')$$, 'P0002', 'notice 99 does not exist', 'an unknown notice is not settled');
SELECT throws_ok($$SELECT retention.settle_notice(NULL, 'sent')$$, '22004', NULL, 'no notice is not settled');
SELECT throws_ok($$SELECT retention.settle_notice(1, NULL)$$, '22004', NULL, 'a notice is not settled as nothing');
SELECT throws_ok($$SELECT retention.settle_notice(1, 'open')$$, '22023', 'a notice cannot be settled as "open"', 'a notice is not opened again');
SELECT throws_ok(format('SELECT retention.settle_notice(1, %L, %L)', s, r), '22023', 'a notice that is not sent needs a reason', format('%s needs a reason, and %L is none', s, r))
FROM unnest('{impossible,disproportionate}'::text[]) s, unnest('{NULL,""}'::text[]) r;
SELECT retention.settle_notice(1, 'sent');
SELECT retention.settle_notice(2, 'impossible', 'wound up');
SELECT results_eq($$SELECT notice_id, state, reason, key, settled_at, settled_by FROM retention.notice_to_recipient WHERE state <> 'open' ORDER BY 1$$,
    $$VALUES (1::bigint, 'sent', NULL, NULL::jsonb, '2030-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default"), (2, 'impossible', 'wound up', NULL, '2030-06-01 12:00:00+00', session_user::text)$$,
    'a settled notice says by whom and when, and no longer of whom');
SELECT throws_ok($$SELECT retention.settle_notice(1, 'sent')$$, '55000', 'notice 1 is settled already: sent', 'a notice is settled once');
SELECT results_eq($$SELECT action, detail FROM retention.ledger ORDER BY entry_id DESC LIMIT 1$$, $$VALUES ('notice settled', 'kind user, notice 2 impossible, request 5')$$, 'the ledger has how it was settled');
SELECT is((SELECT count(*) FROM retention.notices_due), 2::bigint, 'what is settled is no longer due');

-- Erased.
SELECT is(jsonb_path_query_array(retention.erase('user', 1, true)::jsonb, '$.recipients_to_tell[*]'),
    '[{"notice_id": null, "recipient": "Bank", "contact": "dpo@bank.example", "disclosures": 2}, {"notice_id": null, "recipient": "Mailer", "contact": null, "disclosures": 1}]',
    'a preview says who would be told, and gives no number');
SELECT is((SELECT count(*) FROM retention.notice_to_recipient), 4::bigint, 'a preview enters no notice');
SELECT is((SELECT count(*) FROM retention.disclosure), 6::bigint, 'a preview takes no disclosure along');
SELECT setval('retention.request_request_id_seq', 8, false);
SELECT retention.open_request('erasure', 'user', 1);
CREATE TEMP TABLE erased AS SELECT retention.erase('user', 1, request_id => 8)::jsonb AS e;
SELECT is((SELECT string_agg(format('%s %s', r ->> 'recipient', r ->> 'disclosures'), ', ') FROM erased, jsonb_array_elements(e -> 'recipients_to_tell') r), 'Bank 2, Mailer 1',
    'an erasure names who got data about the person');
SELECT results_eq($$SELECT recipient, disclosures, kind, key, what, request_id FROM retention.notices_due ORDER BY 1$$,
    $$VALUES ('Bank', 2::bigint, 'user', '1'::jsonb, 'erased', 8::bigint), ('Mailer', 1, 'user', '1', 'erased', 8)$$, 'the notice of an erasure takes the place of open ones, and keeps the key until it is settled');
SELECT results_eq($$SELECT kind, key FROM retention.disclosure ORDER BY 1$$, $$VALUES ('owner', '1'::jsonb), ('user', '2')$$, 'disclosures about the person, also to an authority, go with the person');
SELECT retention.settle_notice(notice_id, 'sent') FROM retention.notices_due;
SELECT is((SELECT count(*) FROM retention.notice_to_recipient WHERE key IS NOT NULL), 0::bigint, 'when the recipients are told nobody knows any more of whom');
SELECT is(retention.erase('owner', 1)::jsonb -> 'recipients_to_tell', '[]', 'of what the law keeps nobody is told');
SELECT is((SELECT count(*) FROM retention.disclosure WHERE kind = 'owner'), 1::bigint, 'to whom it was disclosed stays known while the law keeps it');
SAVEPOINT s;
SELECT retention.erase('user', 2);
ROLLBACK TO s;
SELECT is((SELECT count(*) FROM retention.notices_due), 0::bigint, 'an erasure that is rolled back leaves no notice');

-- Late ones are told of, and settled ones go.
SELECT retention.erase('user', 2);
SET retention.test_now = '2030-07-01 12:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT recipient, late FROM retention.notices_due', $$VALUES ('Other', false)$$, 'within a month a notice is not late');
SELECT is_empty($$SELECT FROM retention.check() WHERE what = 'recipient is told in time'$$, 'within a month nothing is to be said of it');
SET retention.test_now = '2030-07-03 12:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT recipient, late FROM retention.notices_due', $$VALUES ('Other', true)$$, 'after a month a notice is late');
CREATE ROLE watcher;
GRANT pg_monitor TO watcher;
GRANT USAGE ON SCHEMA retention TO watcher;
SET ROLE watcher;
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'recipient is told in time' AND NOT ok), '^Other is to be told since .* that data were erased: tell it', 'who monitors is told of it by retention.check()');
SELECT throws_ok('SELECT key FROM retention.notices_due', '42501', NULL, 'who monitors does not read of whom');
RESET ROLE;
SET retention.test_now = '2033-07-15 12:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT recipient, state FROM retention.notice_to_recipient', $$VALUES ('Other', 'open')$$, 'settled notices go after retention.disclosure_age, and an open one stays');
SELECT throws_ok($$DELETE FROM retention.recipient WHERE name = 'Other'$$, '55006', NULL, 'a recipient that is to be told stays registered');

-- The duties of a data protection officer, as docs/recipients.md grants them.
CREATE ROLE dpo;
GRANT USAGE ON SCHEMA retention TO dpo;
GRANT SELECT ON retention.recipient, retention.disclosure, retention.notice_to_recipient, retention.notices_due, retention.location, retention.location_gaps,
  retention.purpose, retention.gaps TO dpo;
GRANT INSERT, UPDATE ON retention.recipient TO dpo;
GRANT INSERT, UPDATE, DELETE ON retention.location TO dpo;
GRANT EXECUTE ON FUNCTION retention.settle_notice(bigint, text, text), retention.in_eea(text), retention.conninfo_host(text),
  retention.basis_known(text), retention.remains_of(text, oid, text, boolean), retention.refused_anonymisers(regclass), retention.types_not_followed(), retention.unlinked(), retention.messages_not_counted() TO dpo;
SET ROLE dpo;
SELECT lives_ok($$INSERT INTO retention.recipient (name, role, country) VALUES ('New', 'processor', 'NO')$$, 'a data protection officer registers recipients');
SELECT lives_ok($$UPDATE retention.recipient SET until = '2040-01-01' WHERE name = 'New'$$, 'a data protection officer ends recipients');
SELECT lives_ok($$INSERT INTO retention.location (name, kind, country, own_control) VALUES ('vault', 'backup', 'NO', true)$$, 'a data protection officer registers locations');
SELECT lives_ok($$SELECT retention.settle_notice(notice_id, 'disproportionate', 'a paper archive') FROM retention.notices_due$$, 'a data protection officer settles notices');
SELECT lives_ok(format('SELECT * FROM retention.%s', v), format('a data protection officer reads %s', v)) FROM unnest('{disclosure,notices_due,location_gaps,gaps}'::text[]) v;
SELECT throws_ok($$INSERT INTO retention.disclosure (kind, key, what) VALUES ('user', '3', 'x')$$, '42501', NULL, 'a data protection officer discloses nothing');
SELECT throws_ok($$DELETE FROM retention.notice_to_recipient$$, '42501', NULL, 'a data protection officer makes no notice disappear');
SELECT throws_ok($$SELECT FROM app.users$$, '42501', NULL, 'a data protection officer reads no data of persons');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
