-- What a copy says beside the data, and what a person may take along.
BEGIN;
SELECT plan(9);
SET client_min_messages = error;
SET retention.test_now = '2026-01-01 12:00:00+00';

CREATE SCHEMA a;
CREATE TABLE a.person (id int PRIMARY KEY, name text, phone text, ended_at timestamptz);
CREATE TABLE a.ord (id int PRIMARY KEY, person int REFERENCES a.person, note text, ended_at timestamptz);
CREATE TABLE a.bill (id int PRIMARY KEY, person int REFERENCES a.person, ended_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('a.person', 'phone', 'phone', '1 year'), ('a.person', 'name', 'name', NULL), ('a.ord', 'note', 'free text', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, legal_basis) VALUES ('person', 'a.person', '{ended_at}', '5 years', NULL, 'anonymise', 'enforce', 'Consent'),
    ('ord', 'a.ord', '{ended_at}', '5 years', NULL, 'delete', 'enforce', 'as agreed'), ('bill', 'a.bill', '{ended_at}', '5 years', '5 years', 'delete', 'enforce', 'GDPR Art. 6(1)(c)');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('a', 'a.person');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('a', 'a.ord', 'person'), ('a', 'a.bill', 'person');
INSERT INTO a.person VALUES (1, '=HYPERLINK("http://x.example")', '+47 22 33 44 55');
INSERT INTO a.ord VALUES (1, 1, 'x');
INSERT INTO a.bill VALUES (1, 1);
CALL retention.sweep();

SELECT is((SELECT p ->> 'columns' FROM json_array_elements(retention.export('a', 1) -> 'processing') p WHERE p ->> 'policy' = 'person'), '[{"column": "phone", "kept_for": "1 year"}]',
    'a copy says which columns go before their row');
SELECT is((SELECT string_agg(p ->> 'policy', ',') FROM json_array_elements(retention.export('a', 1) -> 'processing') p WHERE p ->> 'columns' IS NOT NULL), 'person',
    'a copy says nothing of columns that go with their row');
SELECT is((SELECT string_agg(d ->> 'table', ',') FROM json_array_elements(retention.portability('a', 1) -> 'data') d), 'a.person', 'what was given with consent may be taken along');
SELECT is((retention.portability('a', 1) -> 'not_portable')::text, '[{"table": "a.ord", "policy": "ord", "legal_basis": "as agreed"}, {"table": "a.bill", "policy": "bill", "legal_basis": "GDPR Art. 6(1)(c)"}]',
    'what may not be taken along is named with its basis');
SELECT is((SELECT csv FROM retention.portability_csv('a', 1) WHERE relation = 'a.person'::regclass), E'id,name,phone,ended_at\n1,"''=HYPERLINK(""http://x.example"")",+47 22 33 44 55,\n',
    'a spreadsheet computes nothing of what a person may take along');
SELECT is((SELECT string_agg(object, ',') FROM retention.gaps WHERE kind = 'legal basis that is not understood'), 'ord', 'a legal basis that is not understood is a gap');
SELECT is((SELECT string_agg(object, ',') FROM retention.gaps WHERE kind = 'kept rows that nobody reads'), 'bill', 'kept rows that nobody reads are a gap');
UPDATE retention.policy SET legal_access = ARRAY[current_user::regrole] WHERE name = 'bill';
SELECT is_empty($$SELECT FROM retention.gaps WHERE kind = 'kept rows that nobody reads'$$, 'kept rows that a role reads are no gap');

CREATE TABLE a.reading (id int PRIMARY KEY, person int REFERENCES a.person, f float8, j jsonb);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('a', 'a.reading', 'person');
INSERT INTO a.reading VALUES (1, 1, '-0', '{"n": 9007199254740993, "lat": 59.91149101234567, "s": "9007199254740993"}');
SELECT is((SELECT data::text FROM retention.export_rows('a', 1) WHERE relation = 'a.reading'::regclass),
    '{"id": 1, "person": 1, "f": "-0", "j": {"n": "9007199254740993", "s": "9007199254740993", "lat": 59.91149101234567}}', 'what no double holds is a text, also in JSON of the application''s');

SELECT * FROM finish();
ROLLBACK;
