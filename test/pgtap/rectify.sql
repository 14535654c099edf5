-- Rectification: a row about the person, and no other; values read as their columns read them; what was done, not what stood there.
BEGIN;
SELECT plan(53);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE clerk;
CREATE ROLE owner;
CREATE SCHEMA app;
GRANT USAGE, CREATE ON SCHEMA app TO owner;
CREATE DOMAIN app.phone AS text CHECK (value ~ '^\+?[0-9 ]+$');
CREATE DOMAIN app.needed AS text NOT NULL;
CREATE TYPE app.mood AS ENUM ('calm', 'cross');
CREATE TYPE app.place AS (street text, number integer);
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, "E-mail" varchar(20), phone app.phone, born date, tags text[], scores integer[],
    grid integer[][], settings jsonb, raw json, rating numeric, active boolean, mood app.mood, home app.place, code char(4), token bytea,
    stay daterange, seen timestamptz, needed app.needed, initial text GENERATED ALWAYS AS (left(name, 1)) STORED,
    boss_id bigint REFERENCES app.users DEFERRABLE INITIALLY DEFERRED, deactivated_at timestamptz);
CREATE TABLE app.cases (id bigint, part integer, opened_by bigint REFERENCES app.users, handled_by bigint REFERENCES app.users, title text,
    PRIMARY KEY (id, part)) PARTITION BY RANGE (id);
CREATE TABLE app.cases_1 PARTITION OF app.cases FOR VALUES FROM (0) TO (100);
CREATE TABLE app.cases_2 PARTITION OF app.cases FOR VALUES FROM (100) TO (200);
CREATE TABLE app.invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, issued_on date, attention text);
CREATE TABLE app.logins (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, place text);
CREATE TABLE app.prices (id bigint PRIMARY KEY, price numeric);
ALTER TABLE app.logins OWNER TO owner;

INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'), ('app.users', 'E-mail', 'email'),
    ('app.invoices', 'attention', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, mode) VALUES
    ('users', 'app.users', '{deactivated_at}', '0 days', '30 days', 'delete', NULL, NULL, 'enforce'),
    ('invoices', 'app.invoices', '{issued_on}', '5 years', '0 days', 'anonymise', '5 years', 'Bookkeeping Act §13', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{E-mail}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'app.cases', 'opened_by', 'about'),
    ('user', 'app.cases', 'handled_by', 'mentioned'), ('user', 'app.invoices', 'user_id', 'about'), ('user', 'app.logins', 'user_id', 'about');
INSERT INTO app.users (id, name, "E-mail", born, needed) VALUES (1, 'Kari Lie', 'kari@example.no', '1980-01-01', 'x'),
    (2, 'Ola Moe', 'ola@example.no', NULL, 'x'), (3, 'Per Vik', 'per@example.no', NULL, 'x');
INSERT INTO app.cases VALUES (1, 1, 1, 2, 'wrong'), (101, 1, 1, 2, 'wrong'), (2, 1, 2, 1, 'about Ola');
INSERT INTO app.invoices VALUES (1, 1, '2028-03-15', 'Kary Li');
INSERT INTO app.logins VALUES (1, 1, 'Oslo'), (2, 2, 'Bergen');
INSERT INTO app.prices VALUES (1, 10);

SELECT results_eq('SELECT has_function_privilege(''clerk'', p.oid, ''EXECUTE'') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = ''retention'' AND p.proname = ''rectify''', 'SELECT false FROM generate_series(1, 4)', 'nobody may rectify without a grant');
GRANT USAGE ON SCHEMA retention, app TO clerk;
GRANT EXECUTE ON FUNCTION retention.rectify(text, bigint, regclass, jsonb, jsonb, text, bigint, text) TO clerk;
SELECT setval('retention.request_request_id_seq', 16), retention.open_request('rectification', 'user', 1), retention.open_request('rectification', 'user', 1);
SET ROLE clerk;
SELECT lives_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"name": "Kari Lie-Moe", "born": "1981-02-03"}', NULL, 17)$$,
    'the right to rectify is enough: the table is its owner''s');
RESET ROLE;
SELECT results_eq('SELECT name, born, initial, "E-mail" FROM app.users WHERE id = 1',
    $$VALUES ('Kari Lie-Moe', '1981-02-03'::date, 'K', 'kari@example.no'::varchar)$$,
    'what was to be changed is changed');
SELECT is((SELECT name FROM app.users WHERE id = 2), 'Ola Moe', 'nobody else is changed');
SELECT results_eq('SELECT action, policy_id, relation, row_count, detail FROM retention.ledger ORDER BY entry_id DESC LIMIT 1',
    $$VALUES ('rectified', (SELECT policy_id FROM retention.policy WHERE name = 'users'), 'app.users', 1::bigint,
        'kind user, columns born, name, request 17')$$,
    'the ledger says what');

-- Types.
SELECT retention.rectify(kind => 'user', key => 1, relation => 'app.users', row_key => '{"id": 1}', changes => $${"E-mail": "k@example.no",
    "phone": "+47 123", "tags": ["a", "b,c", null], "scores": [1, 2], "grid": [[1, 2], [3, 4]], "settings": {"a": [1, {"b": null}]}, "raw": ["x", 1],
    "rating": 1.50, "active": true, "mood": "cross", "home": {"street": "Storgata", "number": 5}, "code": "ab", "token": "\\x0102",
    "stay": "[2030-01-01,2030-02-01)", "seen": "2030-01-01T00:00:00+01:00", "boss_id": 2}$$);
SELECT is((SELECT to_jsonb(u) - 'retention_clock' FROM app.users u WHERE id = 1), $${"id": 1, "name": "Kari Lie-Moe", "E-mail": "k@example.no", "phone": "+47 123",
    "born": "1981-02-03", "tags": ["a", "b,c", null], "scores": [1, 2], "grid": [[1, 2], [3, 4]], "settings": {"a": [1, {"b": null}]},
    "raw": ["x", 1], "rating": 1.50, "active": true, "mood": "cross", "home": {"street": "Storgata", "number": 5}, "code": "ab  ",
    "token": "\\x0102", "stay": "[2030-01-01,2030-02-01)", "seen": "2029-12-31T23:00:00+00:00", "needed": "x", "initial": "K", "boss_id": 2,
    "deactivated_at": null}$$, 'each type reads its values: arrays, json, domains, enums, rows, ranges');
SELECT retention.rectify('user', 1, 'app.users', '1', '{"tags": "{c,d}", "home": {"number": 6}, "settings": "text", "rating": "2.5", "name": 5,
    "phone": null, "raw": null}');
SELECT results_eq('SELECT tags, home, settings, rating, name, phone::text, raw::text FROM app.users WHERE id = 1',
    $$VALUES ('{c,d}'::text[], '(Storgata,6)'::app.place, '"text"'::jsonb, 2.5, '5', NULL::text, NULL::text)$$,
    'values of json become their text; json null is NULL, a string for json is a string');
SELECT retention.rectify('user', 1, 'app.users', '1', '{"settings": {"o''clock": "\"$$ \\ '' é"}, "name": "O''Brien; DROP"}');
SELECT results_eq('SELECT name, settings FROM app.users WHERE id = 1', $f$VALUES ('O''Brien; DROP', '{"o''clock": "\"$$ \\ '' é"}'::jsonb)$f$,
    'whatever they contain');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"born": "yesterday or so"}')$$, '22007', NULL, 'no date');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"code": "abcde"}')$$, '22001', NULL, 'a text that is too long is not cut');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"phone": "none"}')$$, '23514', NULL, 'against the domain');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"needed": null}')$$, '23502', NULL, 'NULL against the domain');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"boss_id": 99}')$$,
    '23503', NULL, 'a deferred foreign key is checked at once');

-- Which columns.
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"nickname": "x"}')$$,
    '42703', 'column "nickname" of table "users" does not exist', 'no such column');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"ctid": "(0,1)"}')$$,
    '42703', 'column "ctid" of table "users" does not exist', 'a system column');
SELECT throws_ok(format($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"retention_clock": "%s"}')$$, retention_clock), '428C9',
    'the retention clock of table "users" cannot be written', 'the clock, even to what it is') FROM app.users WHERE id = 1;
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"initial": "x"}')$$,
    '428C9', 'column "initial" of table "users" is generated', 'a generated column');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{"id": 7}')$$,
    '0A000', 'column "id" is part of the primary key of table "users"', 'the key');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '{}')$$, '22023', 'there is nothing to rectify', 'nothing');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', '["name"]')$$,
    '22023', 'changes must be a jsonb object', 'no object');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '1', NULL)$$, '22004', NULL, 'null');

-- Which rows.
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '2', '{"name": "x"}')$$, 'P0002',
    'there is no such row about this person in table "users"', 'the row of somebody else');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.users', '99', '{"name": "x"}')$$, 'P0002',
    'there is no such row about this person in table "users"', 'no row: the same words');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.cases', '{"id": 2, "part": 1}', '{"title": "x"}')$$, 'P0002',
    'there is no such row about this person in table "cases"', 'a row that only mentions the person');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.prices', '1', '{"price": 1}')$$, 'P0002',
    'there is no such row about this person in table "prices"', 'a table from which no link leads');
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.cases', '1', '{"title": "x"}')$$, '22023', NULL, 'not the key of the table');
SELECT throws_ok($$SELECT retention.rectify('user', 99, 'app.users', '1', '{"name": "x"}')$$, 'P0002', NULL, 'no such person');
SELECT lives_ok($$SELECT retention.rectify('user', 1, 'app.cases', '{"part": 1, "id": 101}', '{"title": "right", "handled_by": 3}')$$, 'a composite key');
SELECT results_eq('SELECT id, title, handled_by FROM app.cases ORDER BY id',
    $$VALUES (1::bigint, 'wrong', 2::bigint), (2, 'about Ola', 1), (101, 'right', 3)$$, 'in a partition');
INSERT INTO app.users (id, name, "E-mail", needed) VALUES (4, 'K. Lie', 'k@example.no', 'x');
SELECT throws_ok($$SELECT retention.rectify('user', 4, 'app.cases', '{"id": 1, "part": 1}', '{"title": "x"}')$$, '21000', NULL,
    'a rectification of rows with different names waits for a word');
SET retention.confirm_identity = on;
SELECT retention.rectify('user', 4, 'app.cases', '{"id": 1, "part": 1}', '{"title": "found by the address"}');
SELECT is((SELECT title FROM app.cases WHERE id = 1), 'found by the address', 'the same person under another name');

-- In the owner's name, with the table's triggers.
CREATE FUNCTION app.note_role() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.place := NEW.place || ' by ' || current_user; RETURN NEW; END $$;
CREATE FUNCTION app.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION app.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER note_role BEFORE UPDATE ON app.logins FOR EACH ROW EXECUTE FUNCTION app.note_role();
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON app.logins DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.late();
ALTER TABLE app.logins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT retention.rectify('user', 1, 'app.logins', '1', '{"place": "Bodø"}');
SELECT is((SELECT place FROM app.logins WHERE id = 1), 'Bodø by owner', 'a table without a policy, in its owner''s name');
CREATE TRIGGER suppress BEFORE UPDATE ON app.logins FOR EACH ROW EXECUTE FUNCTION app.suppress();
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.logins', '1', '{"place": "x"}')$$,
    '09000', NULL, 'what a trigger suppressed is no success');

-- The law, the clock and what was decided.
SELECT throws_ok($$SELECT retention.rectify('user', 1, 'app.invoices', '1', '{"issued_on": "2020-01-01"}')$$,
    'RT001', NULL, 'back-dating is refused');
SELECT retention.rectify('user', 1, 'app.invoices', '1', '{"issued_on": "2028-03-16", "attention": "Kari Lie"}');
SELECT is((SELECT retention.starts_at(retention_clock) FROM app.invoices), '2028-03-16 22:59:59.5+00', 'the clock follows');
SELECT retention.rectify('user', 3, 'app.users', '3', '{"deactivated_at": "2030-05-30 10:00:00+00"}');
SELECT isnt_empty('SELECT FROM app.users WHERE id = 3', 'a row that a date ends is there until the transaction is over');
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT is_empty('SELECT FROM app.users WHERE id = 3', 'a date that ends it hides the row');
SELECT lives_ok($$SELECT retention.rectify('user', 3, 'app.users', '3', '{"name": "Per Wik"}')$$, 'a hidden row is corrected');
SET LOCAL retention.reveal = on;
SELECT is((SELECT name FROM app.users WHERE id = 3), 'Per Wik', 'the hidden row holds what was corrected');
SELECT retention.restrict('user', 2, 'accuracy contested');
SELECT throws_ok($$SELECT retention.rectify('user', 2, 'app.users', '2', '{"name": "x"}')$$, 'RT002',
    'cannot rectify a row of "users": its processing is restricted (Article 18)', 'a restricted row is frozen');
SELECT lives_ok($$SELECT retention.rectify('user', 2, 'app.users', '2', '{}', 'I never said that')$$, 'a statement beside it changes nothing in it');
SELECT retention.inform_of_lifting(1), retention.lift_restriction(1);
SELECT lives_ok($$SELECT retention.rectify('user', 2, 'app.users', '2', '{"name": "Ole Moe"}')$$, 'after lifting it is corrected');
INSERT INTO app.users (id, name, needed, retention_clock) VALUES (5, NULL, 'x', 'none anonymised');
SELECT throws_ok($$SELECT retention.rectify('user', 5, 'app.users', '5', '{"name": "x"}')$$, '55000',
    'cannot rectify a row of "users": it is anonymised', 'no data are put back into an anonymised row');

-- Statements.
SELECT retention.rectify('user', 1, 'app.cases', '{"part": 1, "id": 101}', '{}', 'It was not like that: "never".', 18);
SELECT retention.rectify('user', 1, 'app.users', '{"id": 1}', '{"name": "Kari Lie"}', statement => 'Née Moe');
SELECT results_eq($$SELECT kind, key, relation, row_key, statement, request_id, made_at FROM retention.statement WHERE key = '1' ORDER BY statement_id$$,
    $$VALUES ('user', '1'::jsonb, 'app.cases'::regclass, '{"id": 101, "part": 1}'::jsonb, 'It was not like that: "never".', 18::bigint,
                 '2030-06-01 12:00:00+00'::timestamptz),
             ('user', '1', 'app.users', '1', 'Née Moe', NULL, '2030-06-01 12:00:00+00')$$, 'statements stand beside the rows');
SELECT is(retention.export('user', 1)::jsonb -> 'statements',
    $$[{"table": "app.cases", "key": {"id": 101, "part": 1}, "statement": "It was not like that: \"never\".",
        "made_at": "2030-06-01T12:00:00+00:00"},
      {"table": "app.users", "key": 1, "statement": "Née Moe", "made_at": "2030-06-01T12:00:00+00:00"}]$$::jsonb, 'statements are in the export');
SELECT is(retention.export('user', 3)::jsonb -> 'statements', '[]', 'of the person alone');
SELECT is((SELECT name FROM app.users WHERE id = 1), 'Kari Lie', 'beside a change, too');
SELECT results_eq($$SELECT relation, detail FROM retention.ledger WHERE action = 'rectified' AND detail ~ 'statement' ORDER BY entry_id$$,
    $$VALUES ('app.users', 'kind user, statement'), ('app.cases', 'kind user, statement, request 18'), ('app.users', 'kind user, columns name, statement')$$,
    'the ledger knows of them');
SELECT is_empty($$SELECT FROM retention.ledger l WHERE l::text ~* 'lie|moe|brien|example|bodø|never|né'$$, 'the ledger knows of no value');

-- Persons named in every way.
CREATE TABLE app.partners (code text PRIMARY KEY, name text);
CREATE TABLE app.devices (id uuid PRIMARY KEY, name text);
CREATE TABLE app.seats (org integer, code char(4), name text, PRIMARY KEY (org, code));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('partner', 'app.partners'), ('device', 'app.devices'), ('seat', 'app.seats');
INSERT INTO app.partners VALUES ('a', 'old'), ('b', 'old');
INSERT INTO app.devices VALUES ('00000000-0000-0000-0000-000000000001', 'old'), ('00000000-0000-0000-0000-000000000002', 'old');
INSERT INTO app.seats VALUES (1, 'ab', 'old'), (2, 'ab', 'old');
SELECT retention.rectify('partner', 'a'::text, 'app.partners', '"a"', '{"name": "new"}');
SELECT retention.rectify(kind => 'device', key => '00000000-0000-0000-0000-000000000001'::uuid, relation => 'app.devices',
    row_key => '"00000000-0000-0000-0000-000000000001"', changes => '{"name": "new"}',
    request_id => retention.open_request('rectification', 'device', '00000000-0000-0000-0000-000000000001'::uuid));
SELECT retention.rectify('seat', '{"org": 1, "code": "ab"}'::jsonb, 'app.seats', '{"org": 1, "code": "ab"}', '{"name": "new"}');
SELECT results_eq('SELECT code, name FROM app.partners ORDER BY 1', $$VALUES ('a', 'new'), ('b', 'old')$$, 'text');
SELECT results_eq('SELECT right(id::text, 1), name FROM app.devices ORDER BY 1', $$VALUES ('1', 'new'), ('2', 'old')$$, 'uuid');
SELECT results_eq('SELECT org, name FROM app.seats ORDER BY 1', $$VALUES (1, 'new'), (2, 'old')$$, 'composite');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
