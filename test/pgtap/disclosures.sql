-- Disclosures: what is refused is refused in every form, what was recorded stays as it is, and the copy for the person has it.
BEGIN;
SELECT plan(118);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = warning;
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, email text, name text);
CREATE TABLE app.contacts (code text PRIMARY KEY, email text);
CREATE TABLE app.guests (id uuid PRIMARY KEY, name text, left_on date);
CREATE TABLE app.tenants (tenant int, number int, name text, PRIMARY KEY (tenant, number));
CREATE TABLE app.prices ("Key" numeric PRIMARY KEY, name text);
INSERT INTO app.users VALUES (1, 'kari@x.example', 'Kari'), (2, 'ola@x.example', 'Ola'), (3, 'per@x.example', 'Per'), (4, 'siv@x.example', 'Siv');
INSERT INTO app.contacts VALUES ('K-1', 'KARI@x.example'), ('O''1', 'o1@x.example');
INSERT INTO app.guests VALUES ('00000000-0000-0000-0000-000000000001', 'Eva');
INSERT INTO app.tenants VALUES (1, 1, 'Ann');
INSERT INTO app.prices VALUES (1.50, 'Tor');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}'), ('contact', 'app.contacts', '{email}'),
    ('guest', 'app.guests', '{}'), ('tenant', 'app.tenants', '{}'), ('price', 'app.prices', '{}');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing) VALUES ('invoicing', 'contract', false), ('statistics', 'legitimate interest', false),
    ('newsletter', 'legitimate interest', true), ('other', 'contract', false);
INSERT INTO retention.recipient (name, role, purposes, country, transfer_basis, transfer, contact, since, until) VALUES
    ('Bank', 'controller', '{invoicing,statistics,newsletter}', 'NO', NULL, NULL, 'dpo@bank.example', NULL, NULL),
    ('Mailer', 'processor', '{invoicing,newsletter,unheard}', 'IE', NULL, NULL, NULL, NULL, NULL),
    ('Partner', 'joint controller', '{newsletter}', 'SE', NULL, NULL, NULL, NULL, NULL),
    ('Cloud', 'processor', '{invoicing}', 'US', NULL, NULL, NULL, NULL, NULL),
    ('Swiss', 'processor', '{invoicing}', 'CH', 'adequacy', 'decision 2000/518/EC', NULL, NULL, NULL),
    ('Gone', 'processor', '{invoicing}', 'NO', NULL, NULL, NULL, NULL, '2030-06-01 12:00+00'),
    ('Later', 'processor', '{invoicing}', 'NO', NULL, NULL, NULL, '2030-06-01 12:01+00', NULL);

-- Each refusal through each way in.
CREATE TEMP TABLE refused (recipient text, purpose text, key jsonb, sqlstate text, why text);
INSERT INTO refused VALUES
    ('Nobody', 'invoicing', '1', 'RT006', 'a recipient that is not registered'), (NULL, 'invoicing', '1', 'RT006', 'no recipient'),
    ('Gone', 'invoicing', '1', 'RT006', 'a recipient whose time is over'), ('Later', 'invoicing', '1', 'RT006', 'a recipient whose time has not begun'),
    ('Mailer', 'unheard', '1', 'RT006', 'a purpose that is not registered'), ('Mailer', NULL, '1', 'RT006', 'no purpose'),
    ('Bank', 'other', '1', 'RT006', 'a purpose that the recipient has not'), ('Cloud', 'invoicing', '1', 'RT007', 'a transfer without a basis'),
    ('Bank', 'newsletter', '1', 'RT008', 'direct marketing by a third party'), ('Mailer', 'invoicing', '99', 'P0002', 'a person who is not there');
CREATE FUNCTION pg_temp.insert_of(r refused) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO retention.disclosure (recipient, purpose, kind, key, what) VALUES (%L, %L, %L, %L, %L)', r.recipient, r.purpose, 'user', r.key, 'name')$$;
CREATE FUNCTION pg_temp.merge_of(r refused) RETURNS text LANGUAGE sql AS $$
    SELECT format('MERGE INTO retention.disclosure d USING (VALUES (1)) s (i) ON false WHEN NOT MATCHED THEN INSERT (recipient, purpose, kind, key, what) VALUES (%L, %L, %L, %L, %L)',
        r.recipient, r.purpose, 'user', r.key, 'name')$$;
SELECT throws_ok(format('SELECT retention.disclose(%L, %L, %L, %L::jsonb, %L)', recipient, purpose, 'user', key, 'name'), sqlstate, NULL, why || ' is refused to the function') FROM refused r;
SELECT throws_ok(format('SELECT retention.disclose_all(%L, %L, %L, ARRAY[''2'', %L]::jsonb[], %L)', recipient, purpose, 'user', key, 'name'), sqlstate, NULL, why || ' is refused for many') FROM refused r;
SELECT throws_ok(pg_temp.insert_of(r), sqlstate, NULL, why || ' is refused to INSERT') FROM refused r;
SELECT throws_ok(pg_temp.merge_of(r), sqlstate, NULL, why || ' is refused to MERGE') FROM refused r;
CREATE FUNCTION pg_temp.copy_of(r refused) RETURNS text LANGUAGE sql AS $$
    SELECT format('COPY retention.disclosure (recipient, purpose, kind, key, what) FROM PROGRAM %L WITH (FORMAT csv)', format('echo %s,%s,user,%s,name', r.recipient, r.purpose, r.key))$$;
SELECT throws_ok(pg_temp.copy_of(r), sqlstate, NULL, why || ' is refused to COPY') FROM refused r;
SET LOCAL session_replication_role = replica;
SELECT throws_ok(pg_temp.insert_of(r), sqlstate, NULL, why || ' is refused under replica role') FROM refused r;
SET LOCAL session_replication_role = origin;
SELECT is((SELECT count(*) FROM retention.disclosure), 0::bigint, 'nothing of what is refused is recorded');

-- What is allowed, by keys of each form.
SELECT lives_ok($$SELECT retention.disclose('Mailer', 'newsletter', 'user', 1, 'name, e-mail')$$, 'a processor gets data for direct marketing');
SELECT lives_ok($$SELECT retention.disclose('Partner', 'newsletter', 'user', 1, 'e-mail')$$, 'a joint controller gets data for direct marketing that it decides on, too');
SELECT lives_ok($$SELECT retention.disclose('Swiss', 'invoicing', 'user', 1, 'name', request_id => 7)$$, 'a recipient outside the EEA with a basis gets data');
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'contact', 'O''1', 'e-mail')$$, 'a person may be named by text');
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'guest', '00000000-0000-0000-0000-000000000001'::uuid, 'name')$$, 'a person may be named by uuid');
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'tenant', '{"number": 1, "tenant": 1}'::jsonb, 'name')$$, 'a person may be named by several columns');
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'price', '1.500'::jsonb, 'name')$$, 'a person may be named by a number that is written differently');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'nobody', 1, 'name')$$, '42704', NULL, 'there is no kind of this name');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', NULL::bigint, 'name')$$, '22004', 'key of a disclosure must not be null', 'nobody is no person');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', NULL, 1, 'name')$$, '22004', 'kind of a disclosure must not be null', 'a person is of a kind');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, NULL)$$, '22004', 'what of a disclosure must not be null', 'a disclosure says what is disclosed');
SELECT throws_ok($$SELECT retention.disclose_all('Bank', 'invoicing', 'user', NULL, 'name')$$, '22004', 'keys must not be null', 'many persons are not NULL');
SELECT throws_ok($$SELECT retention.disclose_all('Bank', 'invoicing', 'user', '{1,NULL}', 'name')$$, '22004', NULL, 'none of many persons is NULL');
SELECT results_eq($$SELECT recipient, purpose, key, what, ground, inquiry, disclosed_at, disclosed_by, request_id, checked FROM retention.disclosure WHERE recipient = 'Swiss'$$,
    $$VALUES ('Swiss', 'invoicing', '1'::jsonb, 'name', NULL, NULL, '2030-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default", 7::bigint, true)$$, 'a disclosure is recorded with who, when and why');
SELECT is((SELECT key FROM retention.disclosure WHERE kind = 'price'), '1.50', 'the key is recorded as its row has it');
SELECT is(retention.disclose_all('Bank', 'invoicing', 'user', '{1,2,3}', 'name'), 3::bigint, 'many persons are disclosed at once');
SELECT is(retention.disclose_all('Bank', 'invoicing', 'user', '{}', 'name'), 0::bigint, 'no persons are disclosed at once, too');
INSERT INTO retention.disclosure (recipient, purpose, kind, key, what, disclosed_at, disclosed_by) VALUES ('Bank', 'statistics', 'user', '4', 'name', '2001-01-01', 'somebody else');
SELECT results_eq($$SELECT disclosed_at, disclosed_by FROM retention.disclosure WHERE purpose = 'statistics'$$, $$VALUES ('2030-06-01 12:00:00+00'::timestamptz, session_user::text COLLATE "default")$$,
    'when and by whom is not for the application to say');

-- Only added to.
SELECT throws_ok($$UPDATE retention.disclosure SET recipient = 'Bank'$$, '42501', 'disclosures can only be added', 'a disclosure is not changed');
SELECT throws_ok($$UPDATE retention.disclosure SET checked = checked$$, '42501', NULL, 'not even to what it is');
SELECT throws_ok($$DELETE FROM retention.disclosure$$, '42501', 'disclosures can only be added', 'a disclosure is not removed');
SELECT throws_ok($$MERGE INTO retention.disclosure d USING (VALUES (1)) s (i) ON true WHEN MATCHED THEN DELETE$$, '42501', NULL, 'MERGE does not remove a disclosure');
SELECT throws_ok($$INSERT INTO retention.disclosure (disclosure_id, recipient, purpose, kind, key, what) SELECT min(disclosure_id), 'Bank', 'invoicing', 'user', '1', 'x' FROM retention.disclosure
    ON CONFLICT (disclosure_id) DO UPDATE SET what = excluded.what$$, '42501', NULL, 'an upsert does not change a disclosure');
SELECT throws_ok('TRUNCATE retention.disclosure', '0A000', NULL, 'disclosures are not truncated');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$DELETE FROM retention.disclosure$$, '42501', NULL, 'replica role does not remove a disclosure');
SET LOCAL session_replication_role = origin;

-- A person who is restricted, under whichever row: only with a ground.
SELECT retention.restrict('contact', 'K-1', 'accuracy contested');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name')$$, 'RT002', NULL, 'data of a restricted person are not disclosed, whichever of the rows is named');
SELECT throws_ok($$SELECT retention.disclose_all('Bank', 'invoicing', 'user', '{2,1}', 'name')$$, 'RT002', NULL, 'a restricted person among others stops the disclosure');
SELECT throws_ok($$INSERT INTO retention.disclosure (recipient, purpose, kind, key, what) VALUES ('Bank', 'invoicing', 'user', '1', 'name')$$, 'RT002', NULL,
    'a restricted person stops an INSERT');
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name', ground => 'legal claim')$$, 'a ground of Article 18(2) allows the disclosure');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name', ground => '')$$, '23514', NULL, 'an empty ground is none');
SELECT retention.inform_of_lifting(max(restriction_id)) FROM retention.restriction;
SELECT retention.lift_restriction(max(restriction_id)) FROM retention.restriction;
SELECT lives_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name')$$, 'a restriction that is lifted stops nothing');

-- An objection to the purpose, under whichever row.
SELECT retention.object('contact', 'K-1', 'newsletter');
SELECT throws_ok($$SELECT retention.disclose('Mailer', 'newsletter', 'user', 1, 'name')$$, 'RT009', 'this person objected to purpose "newsletter"', 'who objected to a purpose is not disclosed for it');
SELECT throws_ok($$SELECT retention.disclose('Mailer', 'newsletter', 'user', 1, 'name', ground => 'consent')$$, 'RT009', NULL, 'a ground of Article 18(2) is none against an objection');
SELECT lives_ok($$SELECT retention.disclose('Mailer', 'invoicing', 'user', 1, 'name')$$, 'an objection to one purpose says nothing of another');
SELECT lives_ok($$SELECT retention.disclose('Mailer', 'newsletter', 'user', 2, 'name')$$, 'an objection is one person''s');
SELECT retention.object('user', 4, 'statistics');
SELECT retention.weigh_objection(max(objection_id), 'overridden', 'fraud') FROM retention.objection;
SELECT lives_ok($$SELECT retention.disclose('Bank', 'statistics', 'user', 4, 'name')$$, 'an objection that is overridden stops nothing');

-- An authority in a particular inquiry is no recipient.
SELECT lives_ok($$SELECT retention.disclose(NULL, NULL, 'user', 3, 'logins', inquiry => 'police, 1234/30')$$, 'an inquiry needs no recipient');
SELECT lives_ok($$SELECT retention.disclose('Tax Administration', NULL, 'user', 3, 'invoices', inquiry => 'control 77')$$, 'the authority of an inquiry need not be registered');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'newsletter', 'user', 3, 'e-mail', inquiry => 'not one')$$, 'RT008', NULL, 'no inquiry is direct marketing');
SELECT throws_ok($$SELECT retention.disclose('Cloud', NULL, 'user', 3, 'e-mail', inquiry => 'abroad')$$, 'RT007', NULL, 'a registered authority outside the EEA needs a basis as well');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'unheard', 'user', 3, 'e-mail', inquiry => 'one')$$, 'RT006', NULL, 'a purpose of an inquiry is registered as any other');
SELECT throws_ok($$SELECT retention.disclose('Nobody', 'invoicing', 'user', 3, 'e-mail', inquiry => '')$$, '23514', NULL, 'an empty inquiry is none');

-- The copy for the person.
CREATE TEMP TABLE copy AS SELECT retention.export('user', 1)::jsonb AS e;
SELECT results_eq($$SELECT d ->> 'recipient', d ->> 'role', d ->> 'country', d -> 'transfer', jsonb_array_length(d -> 'disclosures') FROM copy, jsonb_array_elements(e -> 'disclosed_to') d$$,
    $$VALUES ('Bank', 'controller', 'NO', 'null'::jsonb, 3), ('Mailer', 'processor', 'IE', 'null', 2), ('Partner', 'joint controller', 'SE', 'null', 1),
        ('Swiss', 'processor', 'CH', '{"basis": "adequacy", "safeguards": "decision 2000/518/EC"}', 1)$$, 'the copy has who got the data, and by which right where that is outside the EEA');
SELECT is((SELECT d -> 'disclosures' -> 0 FROM copy, jsonb_array_elements(e -> 'disclosed_to') d WHERE d ->> 'recipient' = 'Swiss'),
    '{"purpose": "invoicing", "what": "name", "at": "2030-06-01T12:00:00+00:00"}', 'the copy has what was disclosed, when and for what');
SELECT is((retention.export('contact', 'K-1')::jsonb -> 'disclosed_to'), (SELECT e -> 'disclosed_to' FROM copy), 'the copy is the same whichever of the rows is asked for');
SELECT is((SELECT string_agg(d ->> 'recipient', ' ') FROM jsonb_array_elements(retention.export('user', 3)::jsonb -> 'disclosed_to') d), 'Bank', 'an inquiry is not told as a recipient');
SELECT is(retention.export('price', '1.5'::jsonb)::jsonb #>> '{disclosed_to,0,recipient}', 'Bank', 'a person is found by a number that is written differently');
UPDATE app.prices SET "Key" = 1.5;
SELECT is(retention.export('price', '1.5'::jsonb)::jsonb #>> '{disclosed_to,0,recipient}', 'Bank', 'a key that is written anew is the same person''s');

-- An application's role has no more rights than it was given.
CREATE ROLE application;
GRANT USAGE ON SCHEMA retention TO application;
GRANT INSERT (recipient, purpose, kind, key, what, checked) ON retention.disclosure TO application;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SET ROLE application;
SELECT lives_ok($$INSERT INTO retention.disclosure (recipient, purpose, kind, key, what) VALUES ('Bank', 'invoicing', 'user', '2', 'name'), ('Bank', 'invoicing', 'user', '3', 'name')$$,
    'a role that may add disclosures adds several, about persons it cannot see');
SELECT throws_ok($$INSERT INTO retention.disclosure (recipient, purpose, kind, key, what, checked) VALUES ('Bank', 'newsletter', 'user', '2', 'name', true)$$, 'RT008', NULL,
    'a role that says a disclosure was checked is asked all the same');
SELECT throws_ok($$INSERT INTO retention.disclosure (recipient, purpose, kind, key, what) VALUES ('Bank', 'invoicing', 'user', '2', 'name'), ('Bank', 'newsletter', 'user', '2', 'name')$$, 'RT008', NULL,
    'one refused row of several refuses the statement');
SELECT throws_ok($$SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'name')$$, '42501', NULL, 'the function is a right of its own');
SELECT throws_ok('SELECT FROM retention.disclosure', '42501', NULL, 'who may add disclosures does not read them');
RESET ROLE;
SAVEPOINT s;
SELECT retention.disclose('Bank', 'invoicing', 'user', 2, 'rolled back');
ROLLBACK TO s;
SELECT is((SELECT count(*) FROM retention.disclosure WHERE what = 'rolled back'), 0::bigint, 'what is rolled back was not disclosed');

-- They go after a time, and are renamed with their kind.
UPDATE retention.subject_kind SET kind = 'customer' WHERE kind = 'user';
SELECT is((SELECT count(*) FROM retention.disclosure WHERE kind = 'user'), 0::bigint, 'disclosures follow the name of their kind');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('guests', 'app.guests', '{left_on}', '9 years', 'delete', 'enforce');
SET retention.test_now = '2033-06-01 11:59:00+00';
CALL retention.sweep();
SELECT isnt_empty('SELECT FROM retention.disclosure', 'disclosures are kept for three years');
SET retention.test_now = '2033-06-01 12:01:00+00';
CALL retention.sweep();
SELECT is_empty('SELECT FROM retention.disclosure', 'disclosures go after retention.disclosure_age');

SELECT * FROM finish();
ROLLBACK;
