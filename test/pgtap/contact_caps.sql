-- Nobody is written to more often than the purpose allows, nor against an objection or without a consent, whichever table, channel, statement or
-- role writes the message.
BEGIN;
SELECT plan(94);
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET retention.test_now = '2026-03-10 12:00Z';

CREATE ROLE app_owner;
CREATE ROLE mailer;
CREATE ROLE marketer;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.customers (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.orders (id int PRIMARY KEY, customer_id int REFERENCES app.customers);
CREATE TABLE app.mails (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint REFERENCES app.customers, channel text, sent_at timestamptz,
    about text, status text);
CREATE TABLE app.texts (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id int REFERENCES app.orders, sent_on date);
GRANT USAGE ON SCHEMA app TO mailer;
GRANT INSERT ON app.mails TO mailer;
RESET ROLE;
INSERT INTO app.customers SELECT i, 'Customer ' || i FROM generate_series(1, 40) i;
INSERT INTO app.orders SELECT 100 + i, i FROM generate_series(1, 40) i;
INSERT INTO app.mails (customer_id, sent_at, about) VALUES (40, '2026-03-01 10:00Z', 'news'), (40, '2026-03-02 10:00Z', 'news'), (40, '2026-02-02 10:00Z', 'news'),
    (39, '2026-03-02 10:00Z', 'news'), (39, NULL, 'news'), (38, '2026-03-02 10:00Z', 'other');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 'app.customers');

-- What a call says: the SQLSTATE of its error, or nothing.
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END$$;
CREATE FUNCTION pg_temp.mail(who int, at timestamptz DEFAULT current_setting('retention.test_now')::timestamptz, about text DEFAULT 'news') RETURNS text LANGUAGE sql AS
    $$SELECT pg_temp.says(format('INSERT INTO app.mails (customer_id, sent_at, about) VALUES (%s, %L, %L)', who, at, about))$$;

-- The grammar.
SELECT throws_ok($$INSERT INTO retention.purpose (name, legal_basis, caps) VALUES ('x', 'contract', '{2 per month}')$$, '22P02',
    'invalid cap: "2 per month" in field "caps"', 'a cap that cannot be read is refused with its field');
SELECT is(pg_temp.says($$INSERT INTO retention.purpose (name, legal_basis, caps) VALUES ('x', 'contract', '{NULL}')$$), '22004', 'a cap is not null');
SELECT is(pg_temp.says($$INSERT INTO retention.purpose (name, legal_basis, caps) VALUES ('x', 'contract', array_fill('1 per calendar day'::text, '{9}'))$$), '54000',
    'a purpose has eight caps at most');
INSERT INTO retention.purpose (name, legal_basis, caps, direct_marketing, timezone) VALUES
    ('news', 'GDPR Art. 6(1)(f)', '{2 per calendar month}', true, 'Europe/Oslo'),
    ('survey', 'GDPR Art. 6(1)(f)', '{2 per calendar year, 1 per 14 days}', false, 'Europe/Oslo'),
    ('offers', 'consent', '{1 per 24 hours}', true, 'Europe/Oslo'),
    ('contract', 'contract', '{}', false, 'Europe/Oslo');

-- Registering.
SELECT throws_ok($$INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'customer', 'nothing', 'sent_at', 'news')$$, NULL, NULL,
    'a path that leads nowhere is refused');
SELECT is(pg_temp.says($$INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'customer', 'customer_id', 'when', 'news')$$), '42703',
    'a column that is not there is refused');
SELECT is(pg_temp.says($$INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'customer', 'customer_id', 'status', 'news')$$), '42804',
    'a column that is no time is refused');
SELECT is(pg_temp.says($$INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'customer', 'customer_id', 'sent_at', 'sales')$$), '42704',
    'a purpose that is not there is refused');
SELECT is(pg_temp.says($$INSERT INTO retention.contact_log (relation, kind, path, time_column) VALUES ('app.mails', 'customer', 'customer_id', 'sent_at')$$), '23514',
    'a log says by itself or by a column what its messages are for');
GRANT USAGE ON SCHEMA retention TO mailer;
GRANT SELECT, INSERT ON retention.contact_log TO mailer;
SET ROLE mailer;
SELECT is(pg_temp.says($$INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'customer', 'customer_id', 'sent_at', 'news')$$), '42501',
    'only the owner of a table says that its messages are counted');
RESET ROLE;
REVOKE ALL ON retention.contact_log FROM mailer;
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose_column, channel_column) VALUES
    ('app.mails', 'customer', 'customer_id', 'sent_at', 'about', 'channel');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.texts', 'customer', 'order_id.customer_id', 'sent_on', 'news');
SELECT results_eq('SELECT key, cardinality(times) FROM retention.contact_count ORDER BY key', $$VALUES ('39' COLLATE "C", 1), ('40', 2)$$,
    'what the table held is counted as far as a cap needs it, and rows without a time are not sent');
SELECT is(pg_temp.mail(40), 'RT020', 'what was sent before the table was registered counts');
SELECT is(pg_temp.mail(39), 'done', 'one more is sent where one was sent');

-- Counting.
SELECT is(pg_temp.mail(1) || pg_temp.mail(1), 'donedone', 'two messages a month are sent');
SELECT is(pg_temp.mail(1), 'RT020', 'the third in a month is refused');
SELECT throws_ok($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (1, '2026-03-10 12:00Z', 'news')$$, 'RT020',
    'cap "2 per calendar month" of purpose "news" is reached: the next message is allowed from 2026-04-01', 'a refusal names purpose, cap and day');
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (2, '2026-03-10 12:00Z', 'news'), (2, '2026-03-10 12:00Z', 'news'), (2, '2026-03-10 12:00Z', 'news')$$),
    'RT020', 'three rows of one statement are refused');
SELECT is((SELECT count(*) FROM app.mails WHERE customer_id = 2), 0::bigint, 'of a statement that is refused no row is written');
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about) SELECT i, '2026-03-10 12:00Z', 'news' FROM generate_series(2, 3) i, generate_series(1, 2)$$), 'done',
    'two rows for each of several persons are sent by one statement');
SELECT is(pg_temp.mail(1, about => 'contract'), 'done', 'a purpose without caps has none');
SELECT is(pg_temp.mail(1, about => 'greetings'), 'done', 'what no purpose is called has no cap');
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (1, NULL, 'news')$$), 'done', 'a row without a time is no message yet');
SELECT is(pg_temp.says($$UPDATE app.mails SET sent_at = '2026-03-10 12:00Z' WHERE sent_at IS NULL AND customer_id = 1$$), 'RT020', 'a draft counts when it is sent');
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (NULL, '2026-03-10 12:00Z', 'news')$$), 'done', 'a row that leads to nobody counts for nobody');

-- Tables and channels together.
SELECT is(pg_temp.says($$INSERT INTO app.texts (order_id, sent_on) VALUES (101, '2026-03-10')$$), 'RT020', 'messages of another table count together with these, along a longer path');
SELECT is(pg_temp.says($$INSERT INTO app.texts (order_id, sent_on) VALUES (104, '2026-03-10')$$) || pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about, channel)
    VALUES (4, '2026-03-10 12:00Z', 'news', 'push')$$) || pg_temp.mail(4), 'donedoneRT020', 'all channels count together');

-- Windows.
SET retention.test_now = '2026-12-31 22:59:59Z';
SELECT is(pg_temp.mail(5) || pg_temp.mail(5) || pg_temp.mail(5), 'donedoneRT020', '31 December, 23:59:59 in Oslo, is December');
SET retention.test_now = '2026-12-31 23:00:00Z';
SELECT is(pg_temp.mail(5) || pg_temp.mail(5) || pg_temp.mail(5), 'donedoneRT020', 'a second later in Oslo it is January');
SET retention.test_now = '2026-03-31 21:59:59Z';
SELECT is(pg_temp.mail(6) || pg_temp.mail(6) || pg_temp.mail(6), 'donedoneRT020', 'in summer time a month ends an hour earlier');
SET retention.test_now = '2026-03-31 22:00:00Z';
SELECT is(pg_temp.mail(6), 'done', 'in summer time a month begins an hour earlier');
SET retention.test_now = '2026-02-02 12:00Z';
SELECT is(pg_temp.mail(7, about => 'survey') || pg_temp.mail(7, about => 'survey'), 'doneRT020', 'of several caps a rolling one holds');
SET retention.test_now = '2026-02-16 22:59:59Z';
SELECT is(pg_temp.mail(7, about => 'survey'), 'RT020', 'fourteen days are fourteen whole days after the day of the message');
SET retention.test_now = '2026-02-16 23:00:00Z';
SELECT is(pg_temp.mail(7, about => 'survey'), 'done', 'when they are over one more is sent');
SET retention.test_now = '2026-11-16 23:00:00Z';
SELECT throws_ok($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (7, '2026-11-17', 'survey')$$, 'RT020',
    'cap "2 per calendar year" of purpose "survey" is reached: the next message is allowed from 2027-01-01', 'the other cap holds beside it');

-- What does not free a cap.
SET retention.test_now = '2026-03-10 12:00Z';
DELETE FROM app.mails WHERE customer_id = 1;
SELECT is(pg_temp.mail(1), 'RT020', 'deleting messages does not free the cap');
SELECT is(pg_temp.mail(8, '2020-01-01') || pg_temp.mail(8, '2020-01-01') || pg_temp.mail(8, '2020-01-01'), 'donedoneRT020', 'a message that is dated back counts when it is written');
SELECT is(pg_temp.says($$UPDATE app.mails SET sent_at = '2020-01-01' WHERE customer_id = 3$$) || pg_temp.mail(3), 'doneRT020', 'dating messages back does not free the cap');
SELECT is(pg_temp.says($$UPDATE app.mails SET customer_id = 9 WHERE customer_id = 3$$) || pg_temp.mail(3) || pg_temp.mail(9), 'doneRT020RT020',
    'messages that are given to somebody else count for both');
SELECT is(pg_temp.mail(10) || pg_temp.mail(10) || pg_temp.says($$UPDATE app.mails SET about = 'greetings' WHERE customer_id = 10$$) || pg_temp.mail(10), 'donedonedoneRT020',
    'giving messages another purpose does not free the cap');
SELECT is(pg_temp.mail(11, about => 'greetings') || pg_temp.mail(11) || pg_temp.mail(11) || pg_temp.says($$UPDATE app.mails SET about = 'news' WHERE customer_id = 11$$), 'donedonedoneRT020',
    'a message that is given a purpose counts for it');
SELECT is(pg_temp.says($$UPDATE app.mails SET status = 'read' WHERE customer_id IN (8, 9, 10, 11)$$) || pg_temp.says($$UPDATE app.mails SET sent_at = sent_at - interval '1 minute' WHERE customer_id = 8$$),
    'donedone', 'a message whose state is noted or whose time is corrected is no other one');
SELECT is(pg_temp.says($$TRUNCATE app.texts$$) || pg_temp.mail(4), 'doneRT020', 'emptying a table does not free the cap');

-- Messages to come.
SELECT is(pg_temp.mail(12, '2026-04-03 10:00Z') || pg_temp.mail(12, '2026-04-04 10:00Z') || pg_temp.mail(12, '2026-04-05 10:00Z'), 'donedoneRT020', 'scheduled messages count when they are to be sent');
SELECT is(pg_temp.mail(12) || pg_temp.mail(12), 'donedone', 'scheduled messages take no place of this month');
SELECT is(pg_temp.says($$UPDATE app.mails SET sent_at = '2026-05-03' WHERE customer_id = 12 AND sent_at > '2026-04-04'$$) || pg_temp.mail(12, '2026-04-20'), 'donedone',
    'a message that is put off before its time gives its place back');
SELECT is(pg_temp.says($$UPDATE app.mails SET sent_at = '2026-03-11' WHERE customer_id = 12 AND sent_at > '2026-04-30'$$), 'RT020', 'a message is not put off to where no place is');
SELECT is(pg_temp.says($$UPDATE app.mails SET sent_at = '2026-04-21' WHERE customer_id = 12 AND sent_at < '2026-04-01'$$), 'RT020', 'what was sent does not become one to come for nothing');

-- Statements of other kinds.
SET retention.test_now = '2026-03-10 12:00Z';
CREATE TABLE app.queue (customer_id int, about text);
INSERT INTO app.queue VALUES (13, 'news'), (13, 'news'), (13, 'news'), (14, 'news');
SELECT is(pg_temp.says($$MERGE INTO app.mails m USING app.queue q ON false WHEN NOT MATCHED THEN INSERT (customer_id, sent_at, about) VALUES (q.customer_id, '2026-03-10 12:00Z', q.about)$$),
    'RT020', 'MERGE counts');
SELECT is(pg_temp.says($$WITH w AS (INSERT INTO app.mails (customer_id, sent_at, about) SELECT customer_id, '2026-03-10 12:00Z', about FROM app.queue RETURNING 1) SELECT count(*) FROM w$$),
    'RT020', 'INSERT in WITH counts');
ALTER TABLE app.mails ADD token int UNIQUE;
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about, token) VALUES (15, '2026-03-10 12:00Z', 'news', 1), (15, '2026-03-10 12:00Z', 'news', 2)$$) ||
    pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about, token) VALUES (15, '2026-03-10 12:00Z', 'news', 1) ON CONFLICT (token) DO NOTHING$$) ||
    pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about, token) VALUES (15, '2026-03-10 12:00Z', 'news', 1) ON CONFLICT (token) DO UPDATE SET status = 'again'$$), 'donedonedone',
    'a row that is there already does not count again');
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about, token) VALUES (16, '2026-03-10 12:00Z', 'news', 1) ON CONFLICT (token) DO UPDATE SET customer_id = 1$$), 'RT020',
    'ON CONFLICT DO UPDATE counts what it makes of the row');
SELECT is(pg_temp.says($$WITH c AS (INSERT INTO app.customers (id) VALUES (50) RETURNING id), o AS (INSERT INTO app.orders SELECT 150, id FROM c RETURNING id) INSERT INTO app.texts (order_id, sent_on) SELECT id, '2026-03-10' FROM o, generate_series(1, 3)$$),
    'RT020', 'a person that the same statement makes is found');
SAVEPOINT s;
SELECT is(pg_temp.mail(17) || pg_temp.mail(17), 'donedone', 'two are sent in a subtransaction');
ROLLBACK TO s;
SELECT is(pg_temp.mail(17) || pg_temp.mail(17) || pg_temp.mail(17), 'donedoneRT020', 'a subtransaction that is rolled back frees the cap');
SET session_replication_role = replica;
SELECT is(pg_temp.mail(17), 'RT020', 'the triggers fire whatever session_replication_role is');
RESET session_replication_role;

-- Roles.
SET ROLE mailer;
SELECT is(pg_temp.says($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (18, '2026-03-10 12:00Z', 'news'), (18, '2026-03-10 12:00Z', 'news')$$) || pg_temp.mail(18), 'doneRT020',
    'a role with no right but INSERT on the table is counted');
RESET ROLE;
ALTER TABLE app.mails ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY writes ON app.mails FOR INSERT TO mailer WITH CHECK (true);
GRANT INSERT ON app.texts TO mailer;
SET ROLE mailer;
SELECT is(pg_temp.mail(19) || pg_temp.says($$INSERT INTO app.texts (order_id, sent_on) VALUES (119, '2026-03-10')$$) || pg_temp.mail(19), 'donedoneRT020',
    'row level security hides neither messages nor persons from counting');
RESET ROLE;
SELECT is(retention.may_contact('customer', 22, 'news') OR EXISTS (SELECT FROM retention.may_contact_all('customer', 'news')), false,
    'whom row security hides from the owner of the table himself is in no campaign');
ALTER TABLE app.mails DISABLE ROW LEVEL SECURITY;
ALTER TABLE app.customers DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY;
SET ROLE app_owner;
SELECT is(pg_temp.says($$ALTER TABLE app.mails DISABLE TRIGGER "~retention_contact"$$) || pg_temp.says($$DROP TRIGGER "~retention_contact_update" ON app.mails$$), '4250142501',
    'the owner of the table does not disable or drop its triggers');
RESET ROLE;

-- Times before all, and names of purposes that are filled up with blanks.
CREATE SCHEMA odd;
CREATE TABLE odd.person (id int, born timestamptz, PRIMARY KEY (id, born));
CREATE TABLE odd.mail (person int, born timestamptz, at timestamptz, about char(12), FOREIGN KEY (person, born) REFERENCES odd.person);
INSERT INTO odd.person VALUES (1, '2000-01-01 00:00+00');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('born', 'odd.person');
INSERT INTO retention.purpose (name, legal_basis, caps, timezone) VALUES ('blank', 'legitimate interest', '{1 per calendar year}', 'UTC');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose_column) VALUES ('odd.mail', 'born', 'person', 'at', 'about');
SELECT is(pg_temp.says($$INSERT INTO odd.mail VALUES (1, '2000-01-01 00:00+00', '-infinity', 'blank')$$), 'done', 'a message at a time before all is one');
SELECT is(pg_temp.says($$INSERT INTO odd.mail VALUES (1, '2000-01-01 00:00+00', '-infinity', 'blank')$$), 'RT020', 'a message at a time before all counts when it is written');
SET TimeZone = 'Asia/Tokyo';
SELECT is(pg_temp.says($$INSERT INTO odd.mail VALUES (1, '2000-01-01 00:00+00', now(), 'blank')$$), 'RT020', 'a person is the same whatever zone the session has');
RESET TimeZone;
DELETE FROM retention.contact_log WHERE relation = 'odd.mail'::regclass;
DELETE FROM retention.purpose WHERE name = 'blank';
DELETE FROM retention.subject_kind WHERE kind = 'born';

-- Objection and consent.
INSERT INTO retention.objection (objection_id, purpose, kind, objected_at, recorded_by) VALUES (101, 'news', 'customer', '2026-03-10', 'x'), (102, 'contract', 'customer', '2026-03-10', 'x');
INSERT INTO retention.objection_key VALUES (101, 'customer', '20'), (102, 'customer', '20');
SELECT throws_ok($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (21, '2026-03-10 12:00Z', 'news'), (20, '2026-03-10 12:00Z', 'news')$$, 'RT021',
    'purpose "news" is closed for a person who objects to it', 'an objection stops messages at once');
SELECT is(pg_temp.mail(20, about => 'survey') || pg_temp.mail(20, about => 'contract'), 'doneRT021', 'an objection stops its purpose alone, also one without caps');
UPDATE retention.objection SET withdrawn_at = '2026-03-10' WHERE purpose = 'news';
SELECT is(pg_temp.mail(20), 'done', 'an objection that is withdrawn stops nothing');
SELECT throws_ok($$INSERT INTO app.mails (customer_id, sent_at, about) VALUES (20, '2026-03-10 12:00Z', 'offers')$$, 'RT021',
    'purpose "offers" is closed for a person who has not consented to it', 'where consent is the basis it is needed');
INSERT INTO retention.consent (purpose, kind, key, given, how, at, recorded_by) VALUES ('offers', 'customer', '20', true, 'form', '2026-03-10', 'x');
SELECT is(pg_temp.mail(20, about => 'offers') || pg_temp.mail(20, about => 'offers'), 'doneRT020', 'with a consent the cap still holds');
INSERT INTO retention.consent (purpose, kind, key, given, how, at, recorded_by) VALUES ('offers', 'customer', '20', false, 'form', '2026-03-10', 'x');
SET retention.test_now = '2026-03-12 12:00Z';
SELECT is(pg_temp.mail(20, about => 'offers'), 'RT021', 'a consent that was withdrawn is none');

-- What the caps do not reach.
CREATE FUNCTION pg_temp.gaps() RETURNS text LANGUAGE sql AS $$SELECT string_agg(kind || ': ' || object, ', ' ORDER BY kind, object) FROM retention.gaps WHERE kind ~ 'messages'$$;
ANALYZE app.mails;
SELECT is(pg_temp.gaps(), 'messages for no purpose: app.mails, messages to nobody: app.mails', 'messages for no purpose and to nobody are gaps');
INSERT INTO retention.purpose (name, legal_basis) VALUES ('greetings', 'contract');
SELECT is(pg_temp.gaps(), 'messages to nobody: app.mails', 'a purpose without caps is one');
ALTER TABLE app.texts DISABLE TRIGGER "~retention_contact";
SELECT is(pg_temp.gaps(), 'messages that are not counted: app.texts, messages to nobody: app.mails', 'a trigger that a superuser disabled is a gap');
ALTER TABLE app.texts ENABLE ALWAYS TRIGGER "~retention_contact";
SAVEPOINT s;
DELETE FROM retention.contact_log WHERE relation = 'app.mails'::regclass;
SELECT is(pg_temp.gaps(), 'caps without messages: offers, caps without messages: survey', 'caps of purposes whose messages are not registered are gaps');
ROLLBACK TO s;

-- Asking beforehand.
SET retention.test_now = '2026-03-10 12:00Z';
SELECT results_eq($$SELECT retention.may_contact('customer', k, 'news') FROM unnest('{1,22,20,99}'::int[]) k$$, ARRAY[false, true, true, false],
    'may_contact knows caps, and who is there');
SELECT results_eq($$SELECT e.* FROM unnest('{1,22,20,99}'::int[]) k, retention.explain_contact('customer', k, CASE k WHEN 20 THEN 'contract' ELSE 'news' END) e$$,
    $$VALUES (false, '2 per calendar month', '2026-04-01 00:00+02'::timestamptz), (true, NULL, NULL), (false, 'objection', NULL), (false, 'not there', NULL)$$, 'explain_contact says why, and from when on');
SELECT is(retention.may_contact('customer', '22', 'news') AND retention.may_contact('customer', '22'::jsonb, 'news'), true, 'a key may be spelled in any type');
SELECT throws_ok($$SELECT retention.may_contact('customer', 1, 'sales')$$, '42704', 'purpose "sales" does not exist', 'a purpose that does not exist is an error');
SELECT is((SELECT count(*) FROM retention.may_contact_all('customer', 'news') k WHERE retention.may_contact('customer', k, 'news')),
    (SELECT count(*) FROM app.customers WHERE retention.may_contact('customer', id, 'news')), 'may_contact_all has those whom may_contact allows');
SELECT set_eq($$SELECT k::text FROM retention.may_contact_all('customer', 'offers') k$$, ARRAY[]::text[], 'without consents nobody is in a campaign');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.customers', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('customers', 'app.customers', '{left_on}', '1 day', '30 days', 'anonymise', 'enforce');
CALL retention.sweep();
UPDATE app.customers SET left_on = '2026-03-01' WHERE id = 23;
SELECT retention.restrict('customer', 24, 'disputed') IS NOT NULL AS restricted;
SET retention.test_now = '2026-03-10 12:00:01Z';
SELECT set_eq($$SELECT k::text::int FROM retention.may_contact_all('customer', 'news') k WHERE k::text::int IN (22, 23, 24, 25)$$, ARRAY[22, 25], 'who is hidden or restricted is in no campaign');
SELECT is(retention.may_contact('customer', 23, 'news') OR retention.may_contact('customer', 24, 'news'), false, 'who is hidden or restricted may not be contacted');

-- The duty of a marketer.
GRANT USAGE ON SCHEMA retention TO marketer;
GRANT EXECUTE ON FUNCTION retention.may_contact(text, bigint, text), retention.explain_contact(text, bigint, text), retention.may_contact_all(text, text) TO marketer;
SET ROLE marketer;
SELECT is(retention.may_contact('customer', 22, 'news') AND EXISTS (SELECT FROM retention.may_contact_all('customer', 'news')), true,
    'a marketer needs no right on the tables of persons or messages');
SELECT is(pg_temp.says('TABLE retention.contact_count'), '42501', 'a marketer does not read who was written to');
RESET ROLE;

-- Copy, erasure, schema.
SELECT is((retention.export('customer', 1) -> 'contacts' -> 0 ->> 'purpose'), 'news', 'a copy has when the person was written to');
SELECT retention.erase('customer', 1) IS NOT NULL AS erased;
SELECT is((SELECT count(*) FROM retention.contact_count WHERE key = '1'), 0::bigint, 'an erasure takes the counters along');
SET ROLE app_owner;
ALTER TABLE app.mails RENAME about TO "Why?";
ALTER TABLE app.mails RENAME customer_id TO "to";
ALTER TABLE app.mails RENAME sent_at TO at;
ALTER TABLE app.orders RENAME customer_id TO buyer;
RESET ROLE;
SELECT set_eq($$SELECT concat_ws(' ', path, time_column, purpose_column) FROM retention.contact_log$$, ARRAY['"to" at Why?', 'order_id.buyer sent_on'], 'columns are renamed in what is registered');
SELECT is(pg_temp.says($$INSERT INTO app.mails ("to", at, "Why?") SELECT 26, '2026-03-10', 'news' FROM generate_series(1, 3)$$), 'RT020', 'messages are counted by the new names');
SET ROLE app_owner;
SELECT is(pg_temp.says('ALTER TABLE app.mails DROP "Why?"') || pg_temp.says('ALTER TABLE app.mails DROP at') || pg_temp.says('ALTER TABLE app.orders DROP buyer'), '2BP012BP012BP01',
    'a column that is needed is not dropped');
DROP TABLE app.texts;
RESET ROLE;
SELECT is((SELECT string_agg(relation::text, ',') FROM retention.contact_log), 'app.mails', 'a table that is dropped is registered no more');
UPDATE retention.subject_kind SET kind = 'client';
SELECT is(pg_temp.says($$INSERT INTO app.mails ("to", at, "Why?") VALUES (2, '2026-03-10', 'news')$$), 'RT020', 'a kind of persons that is renamed keeps its counters');

-- Other caps.
UPDATE retention.purpose SET caps = '{3 per calendar month}' WHERE name = 'news';
SELECT is(pg_temp.says($$INSERT INTO app.mails ("to", at, "Why?") VALUES (2, '2026-03-10', 'news')$$) || pg_temp.says($$INSERT INTO app.mails ("to", at, "Why?") VALUES (2, '2026-03-10', 'news')$$),
    'doneRT020', 'a higher cap holds from then on');
UPDATE retention.purpose SET caps = '{3 per calendar year}' WHERE name = 'news';
SELECT is((SELECT cardinality(times) FROM retention.contact_count WHERE key = '40' AND purpose = 'news'), 3, 'under a longer window messages that are there count again');
DELETE FROM retention.contact_log;
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgfoid = 'retention.count_contacts'::regproc), 0::bigint, 'a table that is registered no more has no triggers');

-- The ledger has who was counted when; an entry waits for the end of the transaction, or for the next one.
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.mails', 'client', '"to"', 'at', 'news');
UPDATE retention.contact_log SET purpose = 'offers';
DELETE FROM retention.contact_log;
UPDATE retention.policy SET purpose = 'x';
SELECT is((SELECT jsonb_agg(detail::jsonb -> 'old' -> 'purpose' ORDER BY entry_id) FROM (SELECT * FROM retention.ledger WHERE detail ~ 'contact_log' ORDER BY entry_id DESC LIMIT 3) l),
    '[null, "news", "offers"]', 'what is registered, changed and removed is in the ledger');

-- In the wrong place.
SELECT is(pg_temp.says($$SELECT retention.contact_times('1', 'news', '{}')$$), '55000', 'nobody else calls what decides');
CREATE TRIGGER own AFTER INSERT ON app.queue FOR EACH ROW EXECUTE FUNCTION retention.count_contacts();
SELECT is(pg_temp.says($$INSERT INTO app.queue VALUES (1)$$), '39P01', 'the trigger function says so where it does not fit');
SELECT * FROM finish();
ROLLBACK;
