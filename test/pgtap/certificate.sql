-- A certificate of an erasure: what is gone, what is kept under which law, what could not be reached, how it was checked and by what it is proved, without the data.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET timezone = 'Europe/Oslo';
SET retention.test_now = '2030-06-03 10:00:00+00';
SET retention.confirm_identity = on;

CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, email text, ended_on date);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE SET NULL, buyer text, written date);
CREATE TABLE app."My notes" (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, body text, ended_on date);
CREATE TABLE app.likes (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE CASCADE);
CREATE TABLE app.leads (id bigint PRIMARY KEY, mail text);
CREATE TABLE app.stuck (id bigint PRIMARY KEY, user_id bigint, body text, ended_on date);
INSERT INTO retention.controller (name, contact) VALUES ('Example & Sons', 'privacy@example.com');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.invoices', 'user_id'), ('user', 'app."My notes"', 'user_id');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'), ('app.users', 'email', 'email'), ('app.invoices', 'buyer', 'name'), ('app."My notes"', 'body', 'free text'),
    ('app.leads', 'mail', 'email');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES ('users', 'app.users', '{ended_on}', '1 year', 'delete', NULL, NULL, 'enforce'),
    ('invoices', 'app.invoices', '{written}', '5 years after end of fiscal year', 'anonymise', '5 years after end of fiscal year', 'Bookkeeping Act § 13', 'enforce'),
    ('notes', 'app."My notes"', '{ended_on}', '1 year', 'delete', NULL, NULL, 'enforce');
INSERT INTO app.users VALUES (471147, 'Kari Needle', 'kari@needle.example'), (2, 'Ola', 'ola@x.example'), (3, 'Per', 'per@x.example'), (4, 'Eva', 'eva@x.example');
INSERT INTO app.invoices VALUES (1, 471147, 'Kari Needle', '2030-03-15'), (2, 471147, 'Kari Needle', '2030-04-15'), (3, 2, 'Ola', '2030-04-15'), (4, 471147, 'Kari Needle', NULL);
INSERT INTO app."My notes" VALUES (1, 471147, 'needleword'), (2, 471147, 'needleword'), (3, 2, 'hers'), (4, 3, 'his');
INSERT INTO app.likes VALUES (1, 471147), (2, 471147), (3, 3);
INSERT INTO app.leads VALUES (1, 'kari@needle.example');
CALL retention.sweep();
INSERT INTO retention.purpose (name, legal_basis) VALUES ('invoicing', 'contract');
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Bank', 'controller', '{invoicing}', 'NO'), ('Mailer', 'processor', '{invoicing}', 'IE');
SELECT retention.disclose('Bank', 'invoicing', 'user', 471147, 'name'), retention.disclose('Mailer', 'invoicing', 'user', 471147, 'needleword');

SELECT retention.open_request('erasure', 'user', 471147, received => '2030-06-01 09:00+02', channel => 'needlechannel');
SELECT retention.open_request('access', 'user', 2), retention.open_request('erasure', 'user', 2), retention.open_request('erasure', 'user', 3), retention.open_request('objection', 'user', 4);
CREATE FUNCTION pg_temp.part(id bigint, section text) RETURNS jsonb LANGUAGE sql AS $$SELECT retention.erasure_certificate(id, format => 'json')::jsonb -> section$$;

-- What is no answered erasure has none.
SELECT throws_ok('SELECT retention.erasure_certificate(99)', 'P0002', 'request 99 does not exist', 'what is no request has no certificate');
SELECT throws_ok('SELECT retention.erasure_certificate(2)', '22023', 'request 2 is one of type "access", by which nothing is erased', 'a request for a copy has no certificate');
SELECT throws_ok('SELECT retention.erasure_certificate(1)', '55000', 'request 1 is not answered yet', 'an open request has no certificate');
SELECT retention.answer_request(3, 'taken back');
SELECT throws_ok('SELECT retention.erasure_certificate(3)', '55000', 'nothing was erased in the name of request 3', 'a request by which nothing was done has no certificate');
SELECT retention.refuse_request(4, '17(3)(e)', 'a claim', true);
SELECT throws_ok('SELECT retention.erasure_certificate(4)', '55000', 'request 4 was refused', 'a refused request has no certificate');
SELECT throws_ok('SELECT retention.erasure_certificate(NULL)', '22004', 'request_id must not be null', 'a certificate is of a request');
SELECT throws_ok('SELECT retention.erasure_certificate(1, NULL)', '22004', 'language must not be null', 'a certificate is in a language');
SELECT throws_ok('SELECT retention.erasure_certificate(1, ''en'', NULL)', '22004', 'format must not be null', 'a certificate has a form');
SELECT throws_ok('SELECT retention.erasure_certificate(1, ''sv'')', '22023', 'there are no words in language "sv"', 'a language that there is not is refused');
SELECT throws_ok('SELECT retention.erasure_certificate(1, ''en'', ''pdf'')', '22023', 'a certificate has no format "pdf"', 'a form that there is not is refused');

-- The person is erased in two calls: a trigger stands in the way of the first.
CREATE FUNCTION app.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no % here', OLD.email; END$$;
CREATE TRIGGER no BEFORE DELETE OR UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.no();
SELECT retention.erase('user', 471147, dry_run => true, request_id => 1);
SELECT is((SELECT count(*) FROM retention.erasure_outcome), 0::bigint, 'a dry run is not written down');
SELECT retention.erase('user', 471147, request_id => 1);
SELECT is((SELECT outcome -> 'blocked' FROM retention.erasure_outcome), '[{"rows": 1, "table": "app.users"}]', 'what an error said is not written down');
SET retention.test_now = '2030-06-04 10:00:00+00';
DROP TRIGGER no ON app.users;
SELECT retention.erase('user', 471147, request_id => 1);
SELECT retention.answer_request(1);

SELECT is(pg_temp.part(1, 'request'), '{"number": 1, "type": "erasure", "received": "2030-06-01", "done": "2030-06-04 12:00", "answered": "2030-06-04"}', 'a certificate says of which request it is');
SELECT is(pg_temp.part(1, 'gone'), '[{"how": "deleted", "rows": 2, "table": "app.\"My notes\"", "categories": ["free text"]}, {"how": "deleted_in_consequence", "rows": 2, "table": "app.likes", "categories": []}, {"how": "deleted", "rows": 1, "table": "app.users", "categories": ["email", "name"]}]',
    'what both calls did is gone, with its categories, also what cascades took, and no row that only lost its reference');
SELECT is(pg_temp.part(1, 'changed'), '[{"rows": 3, "table": "app.invoices"}]', 'rows that only lost their reference to the person are not among those that are gone');
SELECT is(pg_temp.part(1, 'since'), '"2030-06-04 12:00"', 'all is gone since the last call');
SELECT is(pg_temp.part(1, 'kept'), '[{"law": "Bookkeeping Act § 13", "rows": 2, "table": "app.invoices", "until": "2036-01-01"}, {"law": "Bookkeeping Act § 13", "rows": 1, "table": "app.invoices", "until": null}]',
    'what is kept is there with its law and its day, counted once');
SELECT is(pg_temp.part(1, 'stays'), '[]', 'what stood in the way of the first call does not stay after the second');
SELECT is(pg_temp.part(1, 'not_reached'), '[{"why": "it refers to app.users, and no link leads from it", "table": "app.likes"}, {"why": "it has personal columns, and no link leads from it", "table": "app.leads"}]',
    'tables that no link leads from are named');
SELECT is(pg_temp.part(1, 'elsewhere'), '[{"rows": 1, "table": "app.leads", "whose": "nobody known", "column": "mail"}]', 'where a value of the person stands besides is named');
SELECT is(pg_temp.part(1, 'verifications'), '[{"state": "found", "number": 1, "finished": "2030-06-03"}, {"state": "found", "number": 2, "finished": "2030-06-04"}]', 'verifications are there with their states');
SELECT retention.settle_verification(2);
SELECT is(pg_temp.part(1, 'verifications') #>> '{1,state}', 'settled', 'a verification that was looked at since is said to be');
SELECT is(pg_temp.part(1, 'recipients'), '[{"state": "open", "settled": null, "recipient": "Bank"}, {"state": "open", "settled": null, "recipient": "Mailer"}]', 'recipients that are not told yet are named');
SELECT retention.settle_notice((SELECT min(notice_id) FROM retention.notice_to_recipient WHERE recipient = 'Bank' AND state = 'open'), 'sent');
SELECT is(pg_temp.part(1, 'recipients'), '[{"state": "sent", "settled": "2030-06-04", "recipient": "Bank"}, {"state": "open", "settled": null, "recipient": "Mailer"}]', 'a recipient that was told since is said to be');
SELECT is(pg_temp.part(1, 'controller'), '{"name": "Example & Sons", "contact": "privacy@example.com"}', 'the controller signs');

-- Copies.
SELECT is(pg_temp.part(1, 'copies'), '[]', 'without a registered copy nothing is said of any');
SELECT matches(retention.erasure_certificate(1), 'No copy outside of this database is registered', 'that no copy is registered is said in words');
INSERT INTO retention.location (name, kind, country, own_control, kept_for) VALUES ('tapes', 'backup', 'NO', true, '30 days'), ('cloud', 'backup', 'SE', false, NULL), ('vault', 'archive', 'NO', true, 'forever'),
    ('twin', 'replica', 'NO', true, NULL), ('here', 'server', 'NO', true, NULL);
SELECT is(pg_temp.part(1, 'copies'), '[{"kind": "archive", "name": "vault", "until": null, "country": "NO", "kept_for": "forever", "provider": null}, {"kind": "backup", "name": "cloud", "until": null, "country": "SE", "kept_for": null, "provider": null},
    {"kind": "backup", "name": "tapes", "until": "2030-07-04", "country": "NO", "kept_for": "30 days", "provider": null}, {"kind": "replica", "name": "twin", "until": null, "country": "NO", "kept_for": null, "provider": null}]',
    'a backup has what was erased until its period is over, counted from the erasure');
SELECT is(array(SELECT m FROM regexp_split_to_table(retention.erasure_certificate(1), E'\n') m WHERE m ~ '^\| (tapes|cloud|vault|twin) '),
    '{| vault | archive of the write-ahead log | NO | forever |,| cloud | backup | SE | not stated |,| tapes | backup | NO | 2030-07-04 |,"| twin | replica, which follows | NO | not stated |"}'::text[],
    'what is not stated of a copy is said not to be');
DELETE FROM retention.location WHERE kind = 'backup';
SELECT matches(retention.erasure_certificate(1), 'No backup is registered among them', 'that no backup is among the copies is said');

-- Proof.
SELECT is((SELECT count(*) FROM jsonb_array_elements(pg_temp.part(1, 'ledger'))), 2::bigint, 'each call has its entry');
SELECT ok(v.ok, 'entry and hash prove themselves') FROM jsonb_array_elements(pg_temp.part(1, 'ledger')) e CROSS JOIN LATERAL retention.verify_ledger((e ->> 'entry') || ':' || (e ->> 'hash')) v;
SELECT is(pg_temp.part(1, 'ledger') #>> '{1,entry}', (SELECT max(entry_id)::text FROM retention.ledger WHERE action = 'erased'), 'the entry is that of the erasure');
SELECT pg_temp.part(1, 'ledger') AS before \gset
UPDATE retention.erasure_outcome SET entry_id = entry_id - 3;
SELECT is(pg_temp.part(1, 'ledger'), :'before'::jsonb, 'an entry that a restore has moved is found');

-- In words.
SELECT is(array(SELECT m FROM regexp_split_to_table(retention.erasure_certificate(1), E'\n') m WHERE m ~ '^#'),
    '{# Certificate of an erasure,## What is gone,## What was changed in consequence,## What is kept,## What could not be reached,## How it was checked,## Proof}'::text[], 'a certificate has its sections');
SELECT is(array(SELECT m FROM regexp_split_to_table(retention.erasure_certificate(1, 'nb'), E'\n') m WHERE m ~ '^#'),
    '{# Bekreftelse på sletting,## Hva som er borte,## Hva som ble endret som følge av det,## Hva som er beholdt,## Hva som ikke kunne nås,## Hvordan det er kontrollert,## Bevis}'::text[], 'the certificate in Norwegian has the same sections');
SELECT is(retention.erasure_certificate(1), retention.erasure_certificate(1, 'en', 'markdown'), 'a certificate is in English and in markdown where nothing else is asked for');
SELECT ok(position(line IN retention.erasure_certificate(1)) > 0, 'the certificate has the line ' || line) FROM unnest(ARRAY['| app.users | email address, name | 1 | deleted |', '| app.likes |  | 2 | deleted in consequence |',
    '| app.invoices | 2 | Bookkeeping Act § 13 | 2036-01-01 |', '| app.invoices | 1 | Bookkeeping Act § 13 | not known yet: the period has not begun |', '* Erased: 2030-06-04 12:00 (Europe/Oslo)', '| Mailer | not yet |  |']) line;
SELECT ok(position(line IN retention.erasure_certificate(1, 'nb')) > 0, 'the Norwegian certificate has the line ' || line) FROM unnest(ARRAY['| app.users | e-postadresse, navn | 1 | slettet |', '| Bank | ja | 2030-06-04 |',
    '| app.invoices | 1 | Bookkeeping Act § 13 | ikke kjent ennå: fristen har ikke begynt å løpe |']) line;
SELECT matches(retention.erasure_certificate(1), 'No keyed hash of the person is kept', 'that a restored copy brings the person back is said where nothing remembers the erasure');
SELECT is(retention.erasure_certificate(1, 'no'), retention.erasure_certificate(1, 'nb'), 'a certificate in no is one in bokmål');
SELECT matches(retention.erasure_certificate(1, 'nb', 'html'), '^<!DOCTYPE html>.*<html lang="nb">', 'a page says its language');
SELECT matches(retention.erasure_certificate(1, 'en', 'html'), 'Example &amp; Sons', 'a page shows names as they are');
UPDATE retention.erasure_outcome SET outcome = outcome || '{"remembered": true, "objections": [{"purpose": "news", "kept": true, "why": "x"}, {"purpose": "gone", "kept": false, "why": "y"}]}';
SELECT matches(retention.erasure_certificate(1), 'a backup that is restored is erased again\n\* so that the person''s objection is respected, the purpose: news\n', 'what is kept as hashes is told');
SELECT unalike(retention.erasure_certificate(1), '%purpose: gone%', 'an objection that could not be kept is not told of as kept');
CREATE FUNCTION pg_temp.with_outcome(id bigint, outcome jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE certificate text;
BEGIN
    UPDATE retention.erasure_outcome o SET outcome = o.outcome || with_outcome.outcome WHERE o.request_id = id;
    certificate := retention.erasure_certificate(id);
    RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = certificate;
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN SQLERRM;
END $$;
SELECT ok(position(line IN pg_temp.with_outcome(1, outcome::jsonb)) > 0, 'where it is so the certificate says: ' || line) FROM (VALUES
    ('{"not_reached": []}', 'All tables that may hold data about persons are linked'), ('{"elsewhere": [], "verification": null}', 'It was found nowhere else.'), ('{}', 'But for those that are kept or stay, none of them says who it was.'), ('{"kept": []}', 'None of them says who it was.'),
    ('{"deferred": [{"table": "app.users", "rows": 1, "why": "legal hold"}]}', '| app.users | 1 | held or restricted: erased when that is lifted |'),
    ('{"left": [{"table": "app.users", "column": "id", "rows": 2}]}', '| app.users | id | 2 |'), ('{"unverified": [{"table": "app.big", "why": "it is locked"}]}', '* app.big'),
    ('{"kept": []}', 'No law requires any of the data'), ('{"in_consequence": [{"table": "app.x", "rows": null, "what": "deleted"}]}', '| app.x |  | not counted | deleted in consequence |')) v (outcome, line);
SELECT is(position('It was found nowhere else.' IN pg_temp.with_outcome(1, '{"elsewhere": []}')), 0, 'while something is still looked for nobody says that nothing was found');
SELECT ok(retention.erasure_certificate(1) !~ needle AND retention.erasure_certificate(1, 'nb', 'html') !~ needle AND retention.erasure_certificate(1, 'en', 'json') !~ needle, format('no certificate has %s', needle))
FROM unnest('{471147,(?i)needle,kari}'::text[]) needle;

-- An objection that was followed by an erasure, at the time that it is; a row that waits for its last reference.
INSERT INTO app.likes VALUES (9, 4);
ALTER TABLE app.likes DROP CONSTRAINT likes_user_id_fkey, ADD FOREIGN KEY (user_id) REFERENCES app.users;
RESET retention.test_now;
SELECT retention.erase('user', 4, request_id => 5);
SELECT retention.answer_request(5);
SELECT is(pg_temp.part(5, 'gone'), '[{"how": "anonymised", "rows": 1, "table": "app.users", "categories": ["email", "name"]}]', 'an objection that was followed by an erasure has a certificate');
SELECT is(jsonb_array_length(pg_temp.part(5, 'ledger')), 1, 'the entry is found by the time of the clock, too');

SELECT is((SELECT count(*) FROM retention.erasure_outcome), 3::bigint, 'each call is written down');
SET retention.test_now = '2034-06-04 10:00:00+00';
UPDATE retention.request SET closed_at = '2030-06-04 10:00Z' WHERE request_id = 1;
CALL retention.sweep();
SELECT is((SELECT array_agg(DISTINCT request_id) FROM retention.erasure_outcome), '{5}'::bigint[], 'what an erasure did is forgotten with its request');
SELECT * FROM finish();
ROLLBACK;
