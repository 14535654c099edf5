-- What is recorded of persons ends when their rows go without an erasure, and follows their keys.
\set ON_ERROR_STOP on
\set QUIET on
CREATE EXTENSION IF NOT EXISTS pgtap;
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
SELECT no_plan();

CREATE SCHEMA gone;
CREATE TABLE gone.firm (id int PRIMARY KEY);
CREATE TABLE gone.person (id int PRIMARY KEY, firm int REFERENCES gone.firm ON DELETE CASCADE ON UPDATE CASCADE, email text, note text);
CREATE TABLE gone.mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int, at timestamptz NOT NULL);
INSERT INTO gone.firm SELECT generate_series(1, 9);
INSERT INTO gone.person SELECT i, i % 9 + 1, 'p' || i || '@x.example' FROM generate_series(1, 90) i;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('gone.person', 'email', 'email');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'gone.person', '{email}');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, caps) VALUES ('news', 'legitimate interest', true, '{5 per calendar year}'), ('survey', 'consent', false, '{}');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('gone.mail', 'person', '(person = gone.person.id)', 'at', 'news');
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Print', 'processor', '{news,survey}', 'NO');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'gone.person'::regclass AND tgfoid = 'retention.follow_rows'::regproc AND tgenabled = 'A'), 3::bigint, 'a table of persons has triggers that always fire');

-- Everything of a person, and what there is under a key.
CREATE OR REPLACE FUNCTION gone.say(person int) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    INSERT INTO gone.mail (person, at) VALUES (say.person, '2040-03-01 10:00 Europe/Oslo');
    PERFORM retention.give_consent('person', say.person, 'survey', 'box'), retention.open_request('access', 'person', say.person),
        retention.disclose('Print', 'survey', 'person', say.person, 'address'), retention.object('person', say.person, 'news');
END$$;
CREATE FUNCTION gone.of(wanted jsonb, wanted_kind text DEFAULT 'person') RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(t || CASE WHEN n > 1 THEN ' ' || n ELSE '' END, ', ' ORDER BY t), 'nothing') FROM (
        SELECT t, count(*) AS n FROM (SELECT 'consent' AS t, kind, key FROM retention.consent UNION ALL SELECT 'counter', kind, key::jsonb FROM retention.contact_count
        UNION ALL SELECT 'disclosure', kind, key FROM retention.disclosure UNION ALL SELECT 'objection', kind, key FROM retention.objection_key
        UNION ALL SELECT 'request', kind, key FROM retention.request UNION ALL SELECT 'notice of ' || what, kind, key FROM retention.notice_to_recipient) x WHERE key = wanted AND kind = wanted_kind GROUP BY t) y $$;
SELECT gone.say(i) FROM generate_series(1, 60) i;
SELECT is(gone.of('1'), 'consent, counter, disclosure, objection, request', 'a person has records');

-- DELETE, of one row, of several, by a cascade, by MERGE-less forms.
DELETE FROM gone.person WHERE id = 1;
SELECT is(gone.of('1'), 'notice of erased', 'what is recorded of a person goes with the row, and recipients are to be told');
SELECT is((SELECT count(*) FROM retention.request WHERE kind IS NULL AND key IS NULL AND erased_at IS NOT NULL), 1::bigint, 'a request stays, and is nobody''s');
SELECT is(gone.of('2'), 'consent, counter, disclosure, objection, request', 'other persons keep theirs');
INSERT INTO gone.person VALUES (1, 1, 'new@x.example');
SELECT is(retention.may_contact('person', 1, 'news'), true, 'a new row with the key inherits no objection');
SELECT is(retention.may_contact('person', 1, 'survey'), false, 'a new row with the key inherits no consent');
WITH d AS (DELETE FROM gone.person WHERE id IN (2, 3) RETURNING id) SELECT count(*) FROM d;
SELECT is(gone.of('2') || ' ' || gone.of('3'), 'notice of erased notice of erased', 'the records of several rows of one statement go');
DELETE FROM gone.firm WHERE id = 5;
SELECT is(gone.of('4') || ' ' || gone.of('13'), 'notice of erased notice of erased', 'records of rows that a foreign key takes along go');
SELECT is((SELECT detail || ' ' || row_count FROM retention.ledger WHERE action = 'records ended' ORDER BY entry_id DESC LIMIT 1), 'kind person, 7 objections not kept 7', 'the ledger says of how many persons records ended, and what could not be kept');
SELECT is((SELECT count(*) FROM retention.objection WHERE erased_at IS NOT NULL), 0::bigint, 'without a key no objection is kept');

-- Taken back.
BEGIN;
DELETE FROM gone.person WHERE id = 5;
ROLLBACK;
SELECT is(gone.of('5'), 'consent, counter, disclosure, objection, request', 'what is rolled back ends nothing');
BEGIN;
SAVEPOINT s;
DELETE FROM gone.person WHERE id = 5;
ROLLBACK TO s;
DELETE FROM gone.person WHERE id = 6;
COMMIT;
SELECT is(gone.of('5') || '; ' || gone.of('6'), 'consent, counter, disclosure, objection, request; notice of erased', 'of what a savepoint takes back nothing ends');

-- Other roles, sessions and statements.
CREATE ROLE gone_clerk;
GRANT USAGE ON SCHEMA gone TO gone_clerk;
GRANT SELECT, UPDATE, DELETE, TRUNCATE ON gone.person TO gone_clerk;
SET ROLE gone_clerk;
DELETE FROM gone.person WHERE id = 7;
UPDATE gone.person SET id = 107 WHERE id = 8;
RESET ROLE;
SELECT is(gone.of('7') || '; ' || gone.of('107'), 'notice of erased; consent, counter, disclosure, objection, request', 'records follow whoever has the right to the rows, and no other');
SET session_replication_role = replica;
DELETE FROM gone.person WHERE id = 9;
RESET session_replication_role;
SELECT is(gone.of('9'), 'notice of erased', 'records end under replica role, too');
ALTER TABLE gone.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY every ON gone.person USING (true);
SET ROLE gone_clerk;
DELETE FROM gone.person WHERE id = 10;
RESET ROLE;
SELECT is(gone.of('10'), 'notice of erased', 'records end where the table has row security');
ALTER TABLE gone.person DISABLE ROW LEVEL SECURITY;

-- Keys that change.
UPDATE gone.person SET note = 'x';
SELECT is(gone.of('11'), 'consent, counter, disclosure, objection, request', 'a change of other columns leaves records alone');
UPDATE gone.person SET id = 111 WHERE id = 11;
SELECT is(gone.of('11') || '; ' || gone.of('111'), 'nothing; consent, counter, disclosure, objection, request', 'records follow the key');
SELECT is(retention.may_contact('person', 111, 'news'), false, 'an objection follows the key');
UPDATE gone.person SET id = -id;
SELECT is(gone.of('-12') || '; ' || gone.of('12'), 'consent, counter, disclosure, objection, request; nothing', 'records follow the keys of many rows of one statement');
UPDATE gone.person SET id = -id;
CREATE TABLE gone.pair (place int PRIMARY KEY, code int NOT NULL UNIQUE, site int NOT NULL);
INSERT INTO gone.pair SELECT i, i, 1 FROM generate_series(4, 1, -1) i;
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('pair', 'gone.pair', '{code,site}');
SELECT retention.give_consent('pair', jsonb_build_object('code', i, 'site', 1), 'survey', 'form ' || i), retention.object('pair', jsonb_build_object('code', i, 'site', 1), 'news') FROM generate_series(1, 3) i;
INSERT INTO retention.contact_count SELECT jsonb_build_object('code', i, 'site', 1)::text, 'news', 'pair', array_fill('2040-01-01'::timestamptz, ARRAY[i]) FROM generate_series(1, 3) i;
UPDATE gone.pair SET code = code + 1;
SELECT is((SELECT string_agg((key ->> 'code') || ': ' || how, ', ' ORDER BY key ->> 'code') FROM retention.consent WHERE kind = 'pair'), '2: form 1, 3: form 2, 4: form 3', 'consents follow where one person gets the key of another');
SELECT is((SELECT string_agg((key::jsonb ->> 'code') || ': ' || cardinality(times), ', ' ORDER BY key) FROM retention.contact_count WHERE kind = 'pair'), '2: 1, 3: 2, 4: 3', 'counters follow where one person gets the key of another');
SELECT is((SELECT string_agg((key ->> 'code') || ': ' || objection_id - (SELECT min(objection_id) FROM retention.objection_key WHERE kind = 'pair'), ', ' ORDER BY key ->> 'code') FROM retention.objection_key WHERE kind = 'pair'),
    '2: 0, 3: 1, 4: 2', 'objections follow where one person gets the key of another');
UPDATE gone.pair SET site = 2 WHERE code = 3;
SELECT is(gone.of('{"code": 3, "site": 2}', 'pair'), 'consent, counter, objection', 'records follow a column of the key that the unique index does not have');
SELECT throws_ok($$UPDATE retention.subject_kind SET key = '{place}' WHERE kind = 'pair'$$, '55006', NULL, 'a kind of whose persons anything is recorded gets no other key');
DELETE FROM retention.consent WHERE kind = 'pair';
DELETE FROM retention.contact_count WHERE kind = 'pair';
DELETE FROM retention.objection_key WHERE kind = 'pair';
UPDATE retention.subject_kind SET key = '{place}' WHERE kind = 'pair';
UPDATE gone.pair SET place = 5 WHERE place = 4;
SELECT is(retention.give_consent('pair', 5, 'survey', 'box')::text, '', 'a kind may get another key');
UPDATE gone.pair SET place = 6 WHERE place = 5;
SELECT is(gone.of('6', 'pair'), 'consent', 'records follow the key that the kind has now');
SELECT throws_ok($$DELETE FROM retention.subject_kind WHERE kind = 'pair'$$, '55006', 'objections, consents or other records name persons of kind "pair" by the key that it has',
    'a kind of whose persons anything is recorded stays, or another one of its name would have the records');
DELETE FROM retention.consent WHERE kind = 'pair';
DELETE FROM retention.objection_key WHERE kind = 'pair';
INSERT INTO retention.contact_count VALUES ('6', 'news', 'pair', ARRAY['2040-01-01'::timestamptz]);
DELETE FROM retention.subject_kind WHERE kind = 'pair';
SELECT is(gone.of('6', 'pair'), 'nothing', 'counters go with a kind');
DELETE FROM gone.person WHERE id = 17;
SELECT is(gone.of('17'), 'notice of erased', 'a notice of an erasure is about somebody who is gone');
INSERT INTO gone.person VALUES (17, 1, 'p17b@x.example');
UPDATE gone.person SET id = 117 WHERE id = 17;
SELECT is(gone.of('117') || '; ' || gone.of('17'), 'nothing; notice of erased', 'a notice of an erasure does not follow the next holder of the key');

-- Messages that a foreign key changes with the person are no new ones.
CREATE TABLE gone.letter (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int REFERENCES gone.person ON UPDATE CASCADE, at timestamptz);
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('gone.letter', 'person', 'person', 'at', 'news');
INSERT INTO gone.letter (person, at) SELECT p, '2040-03-01 10:00 Europe/Oslo' FROM generate_series(80, 82) p, generate_series(1, 3);
UPDATE gone.person SET id = id + 1000 WHERE id IN (80, 81);
SELECT is((SELECT string_agg(key || ' ' || cardinality(times), ', ' ORDER BY key) FROM retention.contact_count WHERE key IN ('80', '81', '82', '1080', '1081')), '1080 3, 1081 3, 82 3', 'what was sent counts once, under the key that the person has now');
SELECT is((SELECT count(*) FROM gone.letter WHERE person > 1000), 6::bigint, 'messages have the new key');
SELECT throws_ok('UPDATE gone.letter SET person = 1080 WHERE person = 82', 'RT020', NULL, 'messages that are given to another person are new ones');

-- Nobody is left: what no trigger saw.
ALTER TABLE gone.person DISABLE TRIGGER "~retention_person_deleted";
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'gone.person'::regclass AND tgenabled = 'D'), 1::bigint, 'a superuser disables a trigger of a table that no policy stands for');
DELETE FROM gone.person WHERE id IN (18, 19, 20);
ALTER TABLE gone.person ENABLE ALWAYS TRIGGER "~retention_person_deleted";
SELECT results_eq('SELECT kind, persons FROM retention.records_of_nobody()', $$VALUES ('person', 3::bigint)$$, 'records of persons who are not there are found');
SELECT is((SELECT string_agg(hint, '; ') FROM retention.check() WHERE what = 'records are of persons who are there' AND NOT ok), 'Of 3 persons of kind "person" something is recorded, and no row has their keys: retention.end_records_of_nobody(''person'') ends that.', 'the check tells of records of nobody');
UPDATE gone.person SET id = 18 WHERE id = 21;
SELECT is(gone.of('18'), 'consent, counter, disclosure, notice of erased, objection, request', 'who gets a key that records of nobody have inherits none of them');
SELECT is(retention.end_records_of_nobody('person'), 2::bigint, 'records of nobody are ended');
SELECT is(gone.of('19') || '; ' || gone.of('23'), 'notice of erased; consent, counter, disclosure, objection, request', 'records of nobody end, and of nobody else');
SELECT is_empty('SELECT * FROM retention.records_of_nobody()', 'nothing is left of nobody then');

-- TRUNCATE.
TRUNCATE gone.person CASCADE;
SELECT is((SELECT count(*) FROM retention.objection_key) + (SELECT count(*) FROM retention.consent) + (SELECT count(*) FROM retention.contact_count) + (SELECT count(*) FROM retention.disclosure), 0::bigint, 'TRUNCATE ends what is recorded of all');

-- Keys of several columns, texts and UUIDs, of a type that equal values are written differently in; partitions and heirs.
CREATE COLLATION gone.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE gone."Par t" (code text, "No" uuid, mail text, PRIMARY KEY (code, "No"));
CREATE TABLE gone.word (word text COLLATE gone.caseless PRIMARY KEY, mail text);
CREATE TABLE gone.num (n numeric PRIMARY KEY, mail text);
CREATE TABLE gone.part (id int, region int, mail text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE gone.part_1 PARTITION OF gone.part FOR VALUES IN (1);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('several', 'gone."Par t"'), ('word', 'gone.word'), ('num', 'gone.num'), ('part', 'gone.part');
CREATE TABLE gone.part_2 PARTITION OF gone.part FOR VALUES IN (2);
CREATE TABLE gone.part_3 (region int NOT NULL, mail text, id int NOT NULL);
ALTER TABLE gone.part ATTACH PARTITION gone.part_3 FOR VALUES IN (3);
SELECT is((SELECT string_agg(tgrelid::regclass || ' ' || n, ', ' ORDER BY tgrelid::regclass::text) FROM (SELECT tgrelid, count(*) AS n FROM pg_trigger WHERE tgfoid = 'retention.follow_rows'::regproc AND tgrelid::regclass::text ~ 'part' GROUP BY 1) t),
    'gone.part 3, gone.part_1 3, gone.part_2 3, gone.part_3 3', 'partitions of a table of persons have the triggers, new ones and attached ones');
INSERT INTO gone."Par t" VALUES ('a', '00000000-0000-0000-0000-000000000001', 'a@x.example'), ('b', '00000000-0000-0000-0000-000000000002', 'b@x.example');
INSERT INTO gone.word VALUES ('Abc', 'a@y.example'), ('def', 'b@y.example'), ('ghi', 'c@y.example');
INSERT INTO gone.num VALUES (1.0, 'n1@y.example'), (2.00, 'n2@y.example');
INSERT INTO gone.part SELECT i, r, 'r' || i || r || '@x.example' FROM generate_series(1, 3) i, generate_series(1, 3) r;
SELECT retention.give_consent('several', jsonb_build_object('code', code, 'No', "No"), 'survey', 'box') FROM gone."Par t";
SELECT retention.give_consent('word', word::text, 'survey', 'box') FROM gone.word;
SELECT retention.give_consent('num', to_jsonb(n), 'survey', 'box') FROM gone.num;
SELECT retention.give_consent('part', jsonb_build_object('id', id, 'region', region), 'survey', 'box') FROM gone.part;
UPDATE gone."Par t" SET code = 'c "q"' WHERE code = 'a';
SELECT is(gone.of('{"No": "00000000-0000-0000-0000-000000000001", "code": "c \"q\""}', 'several'), 'consent', 'records follow one column of a key of several');
DELETE FROM gone."Par t";
UPDATE gone.word SET word = 'ABC' WHERE word = 'abc';
SELECT is((SELECT string_agg(key::text, ',' ORDER BY key) FROM retention.consent WHERE kind = 'word'), '"ABC","def","ghi"', 'records follow another writing of the same key');
DELETE FROM gone.word WHERE word = 'DEF';
UPDATE gone.num SET n = 1.000 WHERE n = 1;
UPDATE gone.num SET n = 3 WHERE n = 1;
DELETE FROM gone.num WHERE n = 2;
SELECT is((SELECT string_agg(kind || ' ' || key, ', ' ORDER BY kind, key) FROM retention.consent WHERE kind IN ('several', 'word', 'num')), 'num 3, word "ABC", word "ghi"', 'records end with keys of texts, UUIDs, numbers and collations');
DELETE FROM gone.part WHERE id = 1 AND region = 1;
DELETE FROM gone.part_3 WHERE id = 1;
UPDATE gone.part SET region = 3 WHERE id = 1 AND region = 2;
SELECT is((SELECT string_agg((key ->> 'id') || (key ->> 'region'), ' ' ORDER BY key) FROM retention.consent WHERE kind = 'part' AND key ->> 'id' = '1'), '13', 'records follow a row into another partition');
UPDATE gone.part_2 SET id = 9 WHERE id = 2;
TRUNCATE gone.part_1;
SELECT is((SELECT string_agg((key ->> 'id') || (key ->> 'region'), ' ' ORDER BY (key ->> 'id') || (key ->> 'region')) FROM retention.consent WHERE kind = 'part'), '13 23 32 33 92', 'records follow what is done to one partition');
ALTER TABLE gone.part DETACH PARTITION gone.part_3;
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'gone.part_3'::regclass AND NOT tgisinternal), 0::bigint, 'a partition that is detached has none of the triggers');
SELECT results_eq('SELECT kind, persons FROM retention.records_of_nobody()', $$VALUES ('part', 3::bigint)$$, 'persons of a partition that was detached are nobody');
DROP TABLE gone.part_2;
SELECT results_eq('SELECT kind, persons FROM retention.records_of_nobody()', $$VALUES ('part', 5::bigint)$$, 'persons of a partition that was dropped are nobody');
CREATE TABLE gone.base (id int PRIMARY KEY, mail text);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('base', 'gone.base');
CREATE TABLE gone.heir (more text) INHERITS (gone.base);
INSERT INTO gone.heir SELECT i, i || '@z.example', NULL FROM generate_series(1, 3) i;
SELECT retention.give_consent('base', i, 'survey', 'box') FROM generate_series(1, 3) i;
UPDATE gone.heir SET id = 4 WHERE id = 1;
DELETE FROM gone.heir WHERE id = 2;
DELETE FROM gone.base WHERE id = 3;
SELECT is((SELECT string_agg(key::text, ' ' ORDER BY key) FROM retention.consent WHERE kind = 'base'), '4', 'records follow the rows of an heir');

-- Sweeps, of rows that are due, and erasures.
CREATE TABLE gone.due (id int PRIMARY KEY, since date, mail text);
INSERT INTO gone.due SELECT i, '2030-01-01', i || '@w.example' FROM generate_series(1, 40) i;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('due', 'gone.due');
INSERT INTO retention.subject_link (kind, relation, path) SELECT 'due', 'gone.due', 'x' WHERE false;
SELECT retention.give_consent('due', i, 'survey', 'box') FROM generate_series(1, 30) i;
INSERT INTO retention.policy (name, relation, keep_for, clock_starts, action, mode) VALUES ('due', 'gone.due', '1 year', '{since}', 'delete', 'enforce');
CALL retention.sweep();
CALL retention.sweep();
SELECT is((SELECT count(*) FROM gone.due), 0::bigint, 'a sweep deletes persons');
SELECT is((SELECT count(*) FROM retention.consent WHERE kind = 'due'), 0::bigint, 'what is recorded of persons goes with the sweep that deletes them');
SELECT is((SELECT sum(row_count) FROM retention.ledger WHERE action = 'records ended' AND detail = 'kind due'), 30::numeric, 'the ledger has the records that ended with a sweep');

-- A kind that goes, or has another key.
SET retention.confirm_drop = on;
DELETE FROM retention.subject_kind WHERE kind = 'word';
RESET retention.confirm_drop;
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'gone.word'::regclass AND NOT tgisinternal), 0::bigint, 'a table that is one of persons no more has none of the triggers');
SELECT is((SELECT count(*) FROM retention.records_of_nobody() WHERE kind = 'word' AND persons IS NULL), 1::bigint, 'records of a kind that is gone are found');
DROP TRIGGER "~retention_person_deleted" ON gone.num;
SELECT is((SELECT object FROM retention.gaps WHERE kind = 'records that stay'), 'gone.num', 'a trigger that is missing is a gap');
UPDATE retention.subject_kind SET relation = relation WHERE kind = 'num';
SELECT is_empty($$SELECT * FROM retention.gaps WHERE kind = 'records that stay'$$, 'writing the kind again puts it back');
SELECT throws_ok($$CREATE TRIGGER t AFTER DELETE ON gone.firm FOR EACH ROW EXECUTE FUNCTION retention.follow_rows(); DELETE FROM gone.firm$$, '39P01', NULL, 'the function of the triggers refuses another form of trigger');
CREATE TRIGGER twice AFTER UPDATE ON gone.base REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION retention.follow_rows();
SELECT throws_ok('UPDATE gone.base SET id = id', '39P01', 'trigger "twice" is none of those that the extension puts onto tables of persons', 'nobody has what follows the rows done twice');
DROP TRIGGER twice ON gone.base;
SELECT lives_ok($$MERGE INTO gone.base b USING (VALUES (4, 8)) v (id, now) ON b.id = v.id WHEN MATCHED THEN UPDATE SET id = v.now$$, 'MERGE changes a key');
SELECT is(gone.of('8', 'base'), 'consent', 'records follow MERGE');
INSERT INTO gone.base VALUES (20, 'x');
SELECT retention.give_consent('base', 20, 'survey', 'box');
INSERT INTO gone.base VALUES (20, 'y') ON CONFLICT (id) DO UPDATE SET id = 21;
SELECT is(gone.of('21', 'base'), 'consent', 'records follow ON CONFLICT DO UPDATE');
DROP OWNED BY gone_clerk;
DROP ROLE gone_clerk;

SELECT * FROM finish();
