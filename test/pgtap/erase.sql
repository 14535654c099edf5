-- Article 17: what can go goes at once, what the law keeps is hidden and named, shared rows lose the person.
BEGIN;
SELECT plan(53);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE ROLE accounting;
CREATE ROLE application;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO accounting, application;
CREATE TABLE app.users (id bigint PRIMARY KEY, email text UNIQUE, name text, ended_at timestamptz);
CREATE TABLE app.contacts (id int PRIMARY KEY, email text, phone text, name text, ended_at timestamptz);
CREATE TABLE app.cases (id bigint PRIMARY KEY, opened_by bigint REFERENCES app.users, handled_by bigint REFERENCES app.users,
    handler_phone text, subject text, closed_at timestamptz);
CREATE TABLE app.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES app.cases, author_id bigint NOT NULL REFERENCES app.users,
    body text);
CREATE TABLE app.participants (case_id bigint REFERENCES app.cases, user_id bigint REFERENCES app.users, PRIMARY KEY (case_id, user_id));
CREATE TABLE app.invoices (id bigint, contact_id int REFERENCES app.contacts, issued_on date, attention text, email text, amount numeric,
    PRIMARY KEY (id, issued_on)) PARTITION BY RANGE (issued_on);
CREATE TABLE app.invoices_old PARTITION OF app.invoices FOR VALUES FROM ('2000-01-01') TO ('2025-01-01');
CREATE TABLE app.invoices_new PARTITION OF app.invoices FOR VALUES FROM ('2025-01-01') TO ('2050-01-01');
CREATE TABLE app.logins (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, address text, browser varchar(8));
CREATE TABLE app.badges (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES app.users);
GRANT SELECT ON ALL TABLES IN SCHEMA app TO accounting, application;

INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant, required_by_law) VALUES
    ('app.users', 'email', 'email', 'null', NULL, false), ('app.users', 'name', 'name', 'constant', 'former user', false),
    ('app.contacts', 'email', 'email', 'null', NULL, false), ('app.contacts', 'name', 'name', 'null', NULL, false),
    ('app.contacts', 'phone', 'phone', 'null', NULL, false), ('app.notes', 'body', 'free text', 'null', NULL, false),
    ('app.cases', 'subject', 'free text', 'null', NULL, false), ('app.cases', 'handler_phone', 'phone', 'null', NULL, false),
    ('app.invoices', 'attention', 'name', 'null', NULL, true), ('app.invoices', 'email', 'email', 'null', NULL, false),
    ('app.logins', 'address', 'ip address', 'null', NULL, false);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, mode) VALUES
    ('users', 'app.users', '{ended_at}', '0 days', '30 days', 'delete', NULL, NULL, '{}', 'enforce'),
    ('contacts', 'app.contacts', '{ended_at}', '5 years', '0 days', 'anonymise', NULL, NULL, '{}', 'enforce'),
    ('cases', 'app.cases', '{closed_at}', '3 years', '0 days', 'delete', NULL, NULL, '{}', 'enforce'),
    ('notes', 'app.notes', '{case_id.closed_at}', '3 years', '0 days', 'delete', NULL, NULL, '{}', 'enforce'),
    ('invoices', 'app.invoices', '{issued_on}', '5 years after end of fiscal year', '0 days', 'anonymise',
     '5 years after end of fiscal year', 'Bookkeeping Act §13', '{accounting}', 'enforce');
SET retention.test_now = '2020-01-01 12:00:00+00';
INSERT INTO app.users VALUES (1, 'kari@example.no', 'Kari Lie', NULL), (2, 'ola@example.no', 'Ola Moe', NULL), (3, 'per@example.no', 'Per Dal', NULL),
    (4, 'liv@example.no', 'Liv Aas', NULL);
INSERT INTO app.contacts VALUES (7, 'kari@example.no', '99887766', 'Kari Lie', NULL);
INSERT INTO app.cases VALUES (1, 1, 2, '41111111', 'stuck', NULL), (2, 2, 1, '99887766', 'Ola is stuck, Kari helps', NULL), (3, 2, NULL, NULL, 'joint', NULL);
INSERT INTO app.notes VALUES (1, 1, 2, 'on the first'), (2, 2, 1, 'Kari Lie called Ola'), (3, 3, 2, 'on the third');
INSERT INTO app.participants VALUES (3, 1);
INSERT INTO app.invoices VALUES (1, 7, '2028-01-01', 'Kari Lie', 'kari@example.no', 100), (2, 7, '2020-01-01', 'Kari Lie', 'kari@example.no', 50);
INSERT INTO app.logins VALUES (1, 1, '192.0.2.1', 'Kari Lie'), (2, 2, '192.0.2.2', 'lynx');
SET retention.test_now = '2030-06-01 12:00:00+00';

INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}'), ('contact', 'app.contacts', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES
    ('user', 'app.cases', 'opened_by', 'about', '{}'), ('user', 'app.cases', 'handled_by', 'mentioned', '{handler_phone}'),
    ('user', 'app.cases', '[app.participants.case_id].user_id', 'about', '{}'), ('user', 'app.participants', 'user_id', 'about', '{}'),
    ('user', 'app.notes', 'case_id.opened_by', 'about', '{}'), ('user', 'app.notes', 'author_id', 'mentioned', '{}'),
    ('user', 'app.logins', 'user_id', 'about', '{}'), ('user', 'app.badges', 'user_id', 'about', '{}'),
    ('contact', 'app.invoices', 'contact_id', 'about', '{}');

CREATE FUNCTION pg_temp.done(answer json, section text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows', e ->> 'law', e ->> 'until', e ->> 'why'), ', ' ORDER BY e ->> 'table')
    FROM json_array_elements(answer -> section) e $$;
CREATE FUNCTION pg_temp.books() RETURNS numeric LANGUAGE sql AS 'SELECT sum(amount) FROM app.invoices';
CREATE TEMP TABLE answer (preview json, done json);
GRANT SELECT ON answer TO accounting, application;

-- The preview.
INSERT INTO answer (preview) SELECT retention.erase('user', 1, dry_run => true);
SELECT is((SELECT count(*) FROM app.users) + (SELECT count(*) FROM app.notes) + (SELECT count(*) FROM app.participants), 8::bigint, 'a dry run deletes nothing');
SELECT is((SELECT string_agg(name, ',') FROM app.contacts) || (SELECT string_agg(attention, ',') FROM app.invoices), 'Kari LieKari Lie', 'a dry run changes nothing');
SET LOCAL ROLE accounting;
SELECT is(pg_temp.books(), 100::numeric, 'the books before: one invoice is overdue');
RESET ROLE;

-- The erasure.
UPDATE answer SET done = retention.erase('user', 1);
SELECT is((SELECT (done::jsonb - 'dry_run') = (preview::jsonb - 'dry_run') FROM answer), true, 'the preview said what is done');
SELECT is((SELECT pg_temp.done(done, 'deleted') FROM answer), 'app.cases 1, app.notes 1, app.participants 1', 'deleted');
SELECT is((SELECT pg_temp.done(done, 'anonymised') FROM answer),
    'app.contacts 1, app.invoices 1, app.logins 1, app.users 1 deleted when the last reference to it goes', 'anonymised');
SELECT is((SELECT pg_temp.done(done, 'kept') FROM answer), 'app.invoices 1 Bookkeeping Act §13 2034-01-01', 'kept, under which law and until when');
SELECT is((SELECT pg_temp.done(done, 'taken_out') FROM answer), 'app.cases 1, app.notes 1', 'taken out of what is about others');
SELECT is((SELECT pg_temp.done(done, 'blocked') FROM answer), NULL, 'nothing is blocked');
SELECT is((SELECT pg_temp.done(done, 'deferred') FROM answer), NULL, 'nothing waits');

SET LOCAL ROLE accounting;
SELECT is(pg_temp.books(), 150::numeric, 'accounting has its books');
SELECT results_eq('SELECT id, attention, email FROM app.invoices ORDER BY id', $$VALUES (1::bigint, 'Kari Lie', NULL::text), (2, NULL, NULL)$$,
    'with what the law needs of the person, and no more');
SET LOCAL ROLE application;
SELECT is(pg_temp.books(), 50::numeric, 'for everybody else the kept row is gone');
RESET ROLE;
SELECT is(pg_temp.books(), 50::numeric, 'a superuser keeps no books');
SET LOCAL retention.reveal = on;
SELECT is(pg_temp.books(), 150::numeric, 'the row that a superuser does not see is there all the same');
SELECT results_eq('SELECT id, handled_by, handler_phone, subject FROM app.cases ORDER BY id',
    $$VALUES (2::bigint, NULL::bigint, NULL::text, 'Ola is stuck, [redacted] helps'), (3, NULL, NULL, 'joint')$$,
    'a shared case lost the person: the reference, the columns of the link, the name in the text');
SELECT results_eq('SELECT id, author_id, body FROM app.notes ORDER BY id',
    $$VALUES (2::bigint, 1::bigint, '[redacted] called Ola'), (3, 2, 'on the third')$$, 'a reference that cannot be unset leads to nobody');
SELECT results_eq('SELECT id, name, email, retention.state(retention_clock) FROM app.users WHERE id = 1',
    $$VALUES (1::bigint, 'former user', NULL::text, 'anonymised')$$, 'for the person is anonymous');
SELECT is((SELECT count(*) FROM app.participants), 0::bigint, 'a mere link is gone');
SELECT is((SELECT name FROM app.contacts), NULL, 'the same human in another table, found by the e-mail address');
SELECT results_eq('SELECT address, browser FROM app.logins ORDER BY id', $$VALUES (NULL::text, 'Kari Lie'::varchar(8)), ('192.0.2.2', 'lynx')$$,
    'an ungoverned table: its personal columns');
SELECT is_empty($$SELECT FROM retention.ledger l WHERE l::text ~* 'kari|example'$$, 'the ledger knows no person');
SELECT results_eq($$SELECT action, row_count, detail FROM retention.ledger WHERE action LIKE 'eras%' ORDER BY entry_id$$,
    $$VALUES ('erasure previewed', 10::bigint, 'kind user'), ('erased', 10, 'kind user')$$, 'the ledger knows of both calls');

-- What is done is done, and the rest goes by itself.
SELECT is((SELECT pg_temp.done(retention.erase('contact', 7), 'kept')), 'app.invoices 1 Bookkeeping Act §13 2034-01-01', 'again: still kept');
SELECT is((SELECT count(*) FROM app.contacts), 1::bigint, 'a second erasure changes nothing else');
DELETE FROM app.notes WHERE id = 2;
CALL retention.sweep();
SELECT isnt_empty('SELECT FROM app.users WHERE id = 1', 'while a login refers to the person its row stays');
DELETE FROM app.logins;
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 1', 'with the last reference it goes, though its retention had not started');
SET retention.test_now = '2033-12-31 22:59:59+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.invoices WHERE id = 1), 'Kari Lie', 'the law keeps the invoice to the last second');
SET retention.test_now = '2033-12-31 23:00:00+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.invoices WHERE id = 1), NULL, 'the law lets the invoice go afterwards');
SET LOCAL retention.reveal = off;
SET LOCAL ROLE application;
SELECT is(pg_temp.books(), 150::numeric, 'anonymous it is for everybody');
RESET ROLE;

-- The last person of a shared row takes it along.
SELECT is((SELECT pg_temp.done(retention.erase('user', 2), 'deleted')), 'app.cases 2, app.notes 1, app.users 1', 'nobody is left whom they are about');

-- A row that leads to its persons for ever: whom it is about is told by what became of them.
CREATE TABLE app.calls (id bigint PRIMARY KEY, caller_id bigint NOT NULL REFERENCES app.users, callee_id bigint NOT NULL REFERENCES app.users,
    body text, ended_at timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('calls', 'app.calls', '{ended_at}', '3 years', 'delete', 'enforce');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'app.calls', 'caller_id', 'about'), ('user', 'app.calls', 'callee_id', 'about');
INSERT INTO app.users VALUES (6, 'ida@example.no', 'Ida Vik', NULL), (7, 'jon@example.no', 'Jon Eng', NULL);
INSERT INTO app.calls VALUES (1, 6, 7, 'Ida Vik to Jon Eng', NULL);
SELECT is((SELECT pg_temp.done(retention.erase('user', 6), 'taken_out')), 'app.calls 1', 'the other person is not erased yet');
SELECT is((SELECT body FROM app.calls), '[redacted] to Jon Eng', 'the row stays for the other person');
SELECT is((SELECT pg_temp.done(retention.erase('user', 7), 'deleted')), 'app.calls 1, app.users 1', 'a row whose persons are all erased goes');

-- What stands against it is named.
INSERT INTO app.badges VALUES (1, 3);
UPDATE retention.policy SET if_referenced = 'block' WHERE name = 'users';
SELECT matches((SELECT pg_temp.done(retention.erase('user', 3), 'blocked')), '^app\.users 1 .*violates foreign key', 'a reference that blocks');
SELECT is((SELECT name FROM app.users WHERE id = 3), 'Per Dal', 'a row that a reference keeps is as it was');
DELETE FROM app.badges;
CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'user % is needed', OLD.id; END$$;
CREATE TRIGGER refuse BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.refuse();
SELECT is((SELECT pg_temp.done(retention.erase('user', 3), 'blocked')), 'app.users 1 user 3 is needed', 'a trigger that raises');
DROP TRIGGER refuse ON app.users;
INSERT INTO app.users (id, email, name, retention_clock) VALUES (5, 'held@example.no', 'Held Fast', '1 held');
SELECT is((SELECT pg_temp.done(retention.erase('user', 5), 'deferred')), 'app.users 1 legal hold', 'a hold');
SELECT is((SELECT count(*) FROM app.users WHERE id = 5), 0::bigint, 'hidden it is');
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT matches((SELECT retention_clock::text FROM app.users WHERE id = 5), 'held,kept$', 'a held row waits for the hold to be lifted');
SET LOCAL retention.reveal = off;

SELECT retention.restrict('user', 4, 'accuracy is contested');
SELECT is((SELECT pg_temp.done(retention.erase('user', 4), 'deferred')), 'app.users 1 restriction of processing (Article 18)', 'a restriction');
SELECT is((SELECT pg_temp.done(retention.erase('user', 4), 'deferred')), 'app.users 1 restriction of processing (Article 18)', 'a repeated erasure of a restricted person says again that it waits');
SELECT retention.inform_of_lifting(max(restriction_id)), retention.lift_restriction(max(restriction_id)) FROM retention.restriction;
SET LOCAL retention.reveal = on;
SELECT is((SELECT name FROM app.users WHERE id = 4), 'Liv Aas', 'nothing is touched until the restriction is lifted');
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 4', 'what was asked for is done once the restriction is lifted');
SET LOCAL retention.reveal = off;
INSERT INTO app.users VALUES (4, 'liv@example.no', 'Liv Aas', NULL);

-- Keys, and calls that cannot be.
SELECT lives_ok($$SELECT retention.erase(kind => 'user', key => '{"id": 3}'::jsonb)$$, 'a key as jsonb');
SELECT setval('retention.request_request_id_seq', 4710), retention.open_request('erasure', 'user', 4);
SELECT lives_ok($$SELECT retention.erase('user', '4', false, 4711)$$, 'a key as text, with the number of a request');
SELECT is((SELECT detail FROM retention.ledger ORDER BY entry_id DESC LIMIT 1), 'kind user, request 4711', 'the number of a request is in the ledger');
SELECT throws_ok($$SELECT retention.erase('user', 4)$$, 'P0002', 'there is no such subject of kind "user"', 'nobody is erased twice');
SELECT throws_ok($$SELECT retention.erase('dog', 4)$$, '42704', 'kind of subject "dog" does not exist', 'no such kind');
SELECT throws_ok($$SELECT retention.erase('user', 'x'::text)$$, '22P02', NULL, 'not a key');
SELECT throws_ok($$SELECT retention.erase('user', '{"no": 1}'::jsonb)$$, '22023', NULL, 'other columns');
SELECT throws_ok($$SELECT retention.erase('user', NULL::bigint)$$, '22004', NULL, 'no key');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
