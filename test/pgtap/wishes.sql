-- Purposes, objections and consents: what is recorded, what stands, what goes with the person and what outlives it.
\set ON_ERROR_STOP on
\set QUIET on
CREATE EXTENSION IF NOT EXISTS pgtap;
SET client_min_messages = warning;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
SELECT no_plan();

CREATE SCHEMA w;
CREATE TABLE w.person (id int PRIMARY KEY, name text, email text, since date);
CREATE TABLE w.partner (code text, site int, mail text, PRIMARY KEY (code, site));
INSERT INTO w.person SELECT i, 'Kari Lie ' || i, 'kari' || i || '@x.example', '2039-01-01' FROM generate_series(1, 6) i;
INSERT INTO w.partner VALUES ('k', 1, 'KARI1@x.example'), ('o', 1, 'ola@x.example'), ('n', 2, NULL);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('w.person', 'name', 'name'), ('w.person', 'email', 'email'), ('w.partner', 'mail', 'email');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'w.person', '{email}'), ('partner', 'w.partner', '{mail}');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing) VALUES ('newsletter', 'legitimate interest', true), ('statistics', 'GDPR Art. 6(1)(f)', false), ('orders', 'contract', false),
    ('survey', 'consent', false), ('other', 'as agreed upon', false);
SELECT is((SELECT timezone FROM retention.purpose WHERE name = 'orders'), current_setting('retention.timezone'), 'a purpose has the zone of the setting');
SELECT throws_ok($$INSERT INTO retention.purpose (name, legal_basis, timezone) VALUES ('x', 'consent', 'Mars')$$, '22023', 'time zone "Mars" in field "timezone" is not known', 'a zone that is none is refused');

CREATE VIEW standing AS SELECT string_agg(format('%s %s %s', s.purpose, s.kind, s.key), ', ' ORDER BY s.purpose, s.kind, s.key) FROM retention.standing_objection s;

-- To object.
SELECT is(retention.object('person', 1, 'newsletter'), 1::bigint, 'an objection has a number');
SELECT is((TABLE standing), 'newsletter partner {"code": "k", "site": 1}, newsletter person 1', 'an objection is that of all rows that are the same human');
SELECT is(retention.object('partner', '{"code": "k", "site": 1}'::jsonb, 'newsletter'), 1::bigint, 'who objects twice has one objection');
SELECT throws_ok($$SELECT retention.object('person', 99, 'newsletter')$$, 'P0002', NULL, 'who is not there does not object');
SELECT throws_ok($$SELECT retention.object('person', 1, 'nothing')$$, '42704', 'purpose "nothing" does not exist', 'an objection to what is no purpose is refused');
SELECT throws_ok($$SELECT retention.object('person', 1, NULL)$$, '22004', 'the purpose of an objection must not be null', 'an objection is to a purpose');
SELECT throws_ok($$SELECT retention.object('person', 1, 'orders')$$, '22023', 'there is no objection to purpose "orders"', 'one does not object to a contract');
SELECT throws_ok($$SELECT retention.object('person', 1, 'survey')$$, '22023', 'there is no objection to purpose "survey"', 'one withdraws a consent instead of objecting');
SELECT is(retention.object('person', '2'::text, 'other'), 2::bigint, 'an objection to what has an unknown basis is recorded');

-- Weighing.
SELECT throws_ok($$SELECT retention.weigh_objection(1, 'overridden', 'we like to')$$, '55000', 'objection 1 is to direct marketing and is not weighed', 'an objection to direct marketing is absolute');
SELECT is(retention.object('person', 3, 'statistics'), 3::bigint, 'an objection to a legitimate interest is recorded');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE objection_id = 3), 1::bigint, 'an objection stands while it is weighed');
SELECT throws_ok($$SELECT retention.weigh_objection(3, 'maybe', 'x')$$, '22023', '"maybe" is no outcome of an objection', 'an outcome is upheld or overridden');
SELECT throws_ok($$SELECT retention.weigh_objection(3, 'upheld', ' ')$$, '22023', NULL, 'grounds are said');
SELECT throws_ok($$SELECT retention.weigh_objection(77, 'upheld', 'x')$$, 'P0002', 'objection 77 does not exist', 'what is not there is not weighed');
SELECT lives_ok($$SELECT retention.weigh_objection(3, 'overridden', 'fraud is found by it')$$, 'grounds may override an objection');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE objection_id = 3), 0::bigint, 'an objection that was overridden does not stand');
SELECT is(retention.object('person', 3, 'statistics'), 4::bigint, 'who was overridden may object anew');
SELECT lives_ok($$SELECT retention.weigh_objection(4, 'upheld', 'nothing speaks against it')$$, 'an objection is upheld');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE objection_id = 4), 1::bigint, 'an objection that was upheld stands');
SELECT lives_ok($$SELECT retention.withdraw_objection(4)$$, 'an objection is withdrawn');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE objection_id = 4), 0::bigint, 'an objection that was withdrawn does not stand');
SELECT throws_ok($$SELECT retention.withdraw_objection(4)$$, '55000', 'objection 4 is withdrawn already', 'an objection is withdrawn once');
SELECT throws_ok($$SELECT retention.weigh_objection(4, 'upheld', 'x')$$, '55000', NULL, 'what is withdrawn is not weighed');

-- Consent.
SELECT throws_ok($$SELECT retention.give_consent('person', 4, 'newsletter', 'by post')$$, '22023', 'purpose "newsletter" does not rest on consent', 'consent is to what rests on it');
SELECT throws_ok($$SELECT retention.give_consent('person', 4, 'survey', '')$$, '22023', 'how a consent is expressed must not be empty', 'how a consent was expressed is said');
SELECT lives_ok($$SELECT retention.give_consent('person', 4, 'survey', 'box on the form of 2040-02')$$, 'a consent is given');
SELECT lives_ok($$SELECT retention.give_consent('partner', '{"code": "k", "site": 1}'::jsonb, 'survey', 'by phone')$$, 'a consent is that of the same human');
SELECT lives_ok($$SELECT retention.withdraw_consent('person', 4, 'survey', 'link in a mail')$$, 'a consent is withdrawn');
SELECT is((SELECT string_agg(format('%s %s %s', kind, key, given), ', ' ORDER BY kind, key) FROM retention.standing_consent), 'partner {"code": "k", "site": 1} t, person 1 t, person 4 f', 'what was said last holds');
SELECT is((SELECT string_agg(action || ': ' || detail, ', ' ORDER BY entry_id) FROM retention.ledger WHERE action IN ('objected', 'objection weighed', 'objection withdrawn', 'consent given', 'consent withdrawn') AND entry_id > 2 AND detail ~ '(4|survey)'),
    'objected: kind person, purpose statistics, objection 4, objection weighed: kind person, purpose statistics, objection 4, upheld, objection withdrawn: kind person, purpose statistics, objection 4, '
    || 'consent given: kind person, purpose survey, consent given: kind partner, purpose survey, consent withdrawn: kind person, purpose survey', 'the ledger says what was recorded, and of nobody');

-- Purposes that are needed.
SELECT throws_ok($$UPDATE retention.purpose SET name = 'news' WHERE name = 'newsletter'$$, '55000', 'purpose "newsletter" keeps its name', 'a purpose keeps its name');
SELECT lives_ok($$UPDATE retention.purpose SET interest = 'to sell' WHERE name = 'newsletter'$$, 'a purpose is described otherwise');
SELECT throws_ok($$DELETE FROM retention.purpose WHERE name = 'newsletter'$$, '2BP01', 'purpose "newsletter" is still needed', 'a purpose with objections stays');
SELECT throws_ok($$DELETE FROM retention.purpose WHERE name = 'survey'$$, '2BP01', 'purpose "survey" is still needed', 'a purpose with consents stays');
SELECT lives_ok($$DELETE FROM retention.purpose WHERE name = 'orders'$$, 'a purpose that nothing is about goes');
SELECT throws_ok($$TRUNCATE retention.purpose$$, NULL, NULL, 'purposes are not truncated');

-- What a person is told.
SELECT is((SELECT string_agg(o ->> 'purpose', ',') FROM json_array_elements(retention.export('partner', '{"code": "k", "site": 1}'::jsonb) -> 'objections') o), 'newsletter', 'a copy has the objections of the same human');
SELECT is((SELECT string_agg(concat_ws(' ', c ->> 'purpose', c ->> 'given', c ->> 'how'), ', ') FROM json_array_elements(retention.export('person', 4) -> 'consents') c),
    'survey true box on the form of 2040-02, survey false link in a mail', 'a copy has all consents in their order');
SELECT is((retention.export('person', 5) -> 'objections')::text, '[]', 'who said nothing has no objections in a copy');

-- An erasure without a key, which cannot keep anything.
SELECT is((SELECT string_agg(concat_ws(' ', o ->> 'purpose', o ->> 'kept', o ->> 'why'), ', ') FROM json_array_elements(retention.erase('person', 2, true)::json -> 'objections') o),
    'other false no key is set in retention.erasure_key_file', 'a dry run says that an objection cannot be kept');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE kind = 'person' AND key = '2'), 1::bigint, 'a dry run takes no objection');
SELECT lives_ok($$SELECT retention.erase('person', 3)$$, 'who withdrew an objection is erased');
SELECT is((SELECT count(*) FROM retention.objection WHERE objection_id IN (3, 4)), 0::bigint, 'objections that do not stand go with the person');
SELECT lives_ok($$SELECT retention.erase('person', 4)$$, 'who withdrew a consent is erased');
SELECT is((SELECT count(*) FROM retention.consent WHERE kind = 'person' AND key = '4'), 0::bigint, 'consents go with the person');

-- An erasure that something stands in the way of takes no record of what the person said, asked for or was sent.
CREATE TABLE w.mail (id int PRIMARY KEY, person int REFERENCES w.person, at timestamptz NOT NULL);
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, caps) VALUES ('capped', 'legitimate interest', true, '{1 per calendar year}');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('w.mail', 'person', 'person', 'at', 'capped');
INSERT INTO w.mail VALUES (1, 6, '2040-03-01 10:00 Europe/Oslo');
DELETE FROM w.mail;
CREATE FUNCTION w.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id = 6 THEN RAISE 'no way'; END IF; RETURN NEW; END$$;
CREATE TRIGGER no BEFORE UPDATE OR DELETE ON w.person FOR EACH ROW EXECUTE FUNCTION w.no();
SELECT retention.object('person', 6, 'newsletter') > 0, retention.give_consent('person', 6, 'survey', 'box');
SELECT retention.open_request('erasure', 'person', 6) AS wish \gset
SELECT retention.open_request('access', 'person', 6) AS other \gset
SELECT is((SELECT retention.erase('person', 6, request_id => :wish) ->> 'complete'), 'false', 'an erasure that a trigger stands in the way of is not complete');
SELECT is((SELECT count(*) FROM retention.standing_objection WHERE kind = 'person' AND key = '6') + (SELECT count(*) FROM retention.standing_consent WHERE kind = 'person' AND key = '6')
    + (SELECT count(*) FROM retention.contact_count WHERE kind = 'person' AND key = '6') + (SELECT count(*) FROM retention.request WHERE key = '6'), 5::bigint, 'what a person who is still there said, was sent and asked for stays');
SELECT is((SELECT state FROM retention.requests WHERE request_id = :wish), 'open', 'a request for an erasure that was not carried out is not done');
SELECT throws_ok(format('SELECT retention.answer_request(%s)', :wish), '55000', NULL, 'a request for an erasure that was not carried out is not answered without a reason');
DROP TRIGGER no ON w.person;
SELECT is((SELECT retention.erase('person', 6, request_id => :wish) ->> 'blocked'), '[]', 'a later call carries out what stood in the way of an earlier one');
SELECT is((SELECT state FROM retention.requests WHERE request_id = :wish), 'done', 'a request for an erasure that was carried out is done');
SELECT is((SELECT count(*) FROM retention.standing_consent WHERE kind = 'person' AND key = '6') + (SELECT count(*) FROM retention.contact_count WHERE kind = 'person' AND key = '6'), 0::bigint, 'what the person said and was sent goes with the person');

-- A kind that is renamed.
UPDATE retention.subject_kind SET kind = 'human' WHERE kind = 'person';
SELECT is((SELECT string_agg(kind || ' ' || key, ', ' ORDER BY kind) FROM retention.standing_objection WHERE objection_id = 1), 'human 1, partner {"code": "k", "site": 1}', 'objections follow their kind');
SELECT is((SELECT string_agg(DISTINCT kind, ',') FROM retention.consent WHERE key = '1'), 'human', 'consents follow their kind');
UPDATE retention.subject_kind SET kind = 'person' WHERE kind = 'human';

-- A column of a key that is renamed, in everything that names a person by it.
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Print', 'processor', '{newsletter,survey,other}', 'NO');
SELECT retention.disclose('Print', 'other', 'partner', '{"code": "o", "site": 1}'::jsonb, 'address') > 0, retention.object('partner', '{"code": "o", "site": 1}'::jsonb, 'newsletter') > 0;
SELECT retention.give_consent('partner', '{"code": "o", "site": 1}'::jsonb, 'survey', 'box'), retention.restrict('partner', '{"code": "o", "site": 1}'::jsonb, 'disputed') IS NOT NULL;
SELECT retention.open_request('access', 'partner', '{"code": "o", "site": 1}'::jsonb) > 0;
ALTER TABLE w.partner RENAME code TO ref;
SELECT is((SELECT string_agg(t, ', ' ORDER BY t) FROM (SELECT 'consent' AS t, key FROM retention.consent UNION ALL SELECT 'disclosure', key FROM retention.disclosure UNION ALL SELECT 'notice', key FROM retention.notice_to_recipient
    UNION ALL SELECT 'objection', key FROM retention.objection_key UNION ALL SELECT 'request', key FROM retention.request UNION ALL SELECT 'restriction', key FROM retention.restriction) x WHERE key = '{"ref": "o", "site": 1}'),
    'consent, disclosure, notice, objection, request, restriction', 'what names a person by several columns follows the name of one');
SELECT is(retention.may_contact('partner', '{"ref": "o", "site": 1}'::jsonb, 'newsletter'), false, 'an objection stands whatever the columns of the key are called');
SELECT retention.inform_of_lifting(max(restriction_id)), retention.lift_restriction(max(restriction_id)) FROM retention.restriction;

-- Rights.
CREATE ROLE wishes_clerk;
GRANT USAGE ON SCHEMA retention TO wishes_clerk;
SET ROLE wishes_clerk;
SELECT throws_ok($$SELECT retention.object('person', 5, 'newsletter')$$, '42501', NULL, 'who was not granted it records no objection');
SELECT throws_ok($$INSERT INTO retention.objection_key VALUES (1, 'person', '5')$$, '42501', NULL, 'nobody writes objections by hand');
RESET ROLE;
GRANT EXECUTE ON FUNCTION retention.object(text, bigint, text, bigint) TO wishes_clerk;
SET ROLE wishes_clerk;
SELECT lives_ok($$SELECT retention.object('person', 5, 'newsletter')$$, 'who was granted it records an objection without rights on the table');
RESET ROLE;
DROP OWNED BY wishes_clerk;
DROP ROLE wishes_clerk;

SELECT * FROM finish();
