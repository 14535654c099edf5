-- A certificate of an erasure claims no more than is so: what triggers wrote, what stays, and what nobody looked into is said.
BEGIN;
SELECT plan(28);
SET client_min_messages = error;
SET timezone = 'Europe/Oslo';
SET retention.test_now = '2030-06-03 10:00:00+00';

CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, email text, ended_on date);
CREATE TABLE app.archive (id bigint GENERATED ALWAYS AS IDENTITY, old jsonb) PARTITION BY RANGE (id);
CREATE TABLE app.archive_1 PARTITION OF app.archive FOR VALUES FROM (1) TO (1000);
CREATE TABLE app.trail (id bigint GENERATED ALWAYS AS IDENTITY, user_id bigint, old text, ended_on date, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE app.trail_all PARTITION OF app.trail DEFAULT;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.trail', '(user_id = app.users.id)');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name'), ('app.users', 'email', 'email'), ('app.trail', 'old', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{ended_on}', '1 year', 'delete', 'enforce'),
    ('trail', 'app.trail', '{ended_on}', '1 year', 'delete', 'enforce');
INSERT INTO app.users SELECT n, 'Kari Needle ' || n, 'kari' || n || '@needle.example' FROM generate_series(1, 9) n;
CALL retention.sweep();
CREATE FUNCTION pg_temp.request(key bigint) RETURNS bigint LANGUAGE sql AS $$SELECT retention.open_request('erasure', 'user', key)$$;
CREATE FUNCTION pg_temp.erase(key bigint, id bigint) RETURNS jsonb LANGUAGE sql AS $$SELECT retention.erase('user', key, request_id => id)::jsonb$$;
CREATE FUNCTION pg_temp.part(id bigint, section text) RETURNS jsonb LANGUAGE sql AS $$SELECT retention.erasure_certificate(id, format => 'json')::jsonb -> section$$;
CREATE FUNCTION pg_temp.says(id bigint, said text, language text DEFAULT 'en') RETURNS boolean LANGUAGE sql AS $$SELECT position(said IN retention.erasure_certificate(id, language)) > 0$$;

-- What triggers add.
CREATE FUNCTION app.keep_old() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.trail (user_id, old) VALUES (OLD.id, OLD.name); RETURN OLD; END$$;
CREATE TRIGGER keep_old BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.keep_old();
SELECT pg_temp.request(1) AS r \gset
SELECT pg_temp.erase(1, :r) AS e \gset
SELECT retention.answer_request(:r);
SELECT is(:'e'::jsonb -> 'in_consequence' || (:'e'::jsonb -> 'complete'), '[{"rows": 1, "what": "added", "table": "app.trail"}, true]', 'what a trigger adds to a table that a link leads from is erased again, and all is complete');
SELECT ok(pg_temp.part(:r, 'stays') = '[]' AND pg_temp.says(:r, 'All tables that may hold data about persons are linked'), 'what was added and erased again is not said to stay');
CREATE FUNCTION app.archive() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.archive (old) VALUES (to_jsonb(OLD)); RETURN OLD; END$$;
CREATE TRIGGER archive BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.archive();
SELECT pg_temp.request(2) AS r \gset
SELECT pg_temp.erase(2, :r) AS e \gset
SELECT retention.answer_request(:r);
SELECT is(:'e'::jsonb -> 'not_reached' || (:'e'::jsonb -> 'complete'), '[{"why": "rows were added to it in consequence, and no link leads from it", "table": "app.archive"}, false]',
    'an erasure that wrote the row into an archive without a link is not complete, and names the archive');
SELECT is(pg_temp.part(:r, 'stays'), '[{"how": "added", "rows": 1, "table": "app.archive"}]', 'what a trigger added to an archive stays');
SELECT ok(pg_temp.says(:r, '| app.archive | 1 | written by the database while it erased'), 'a certificate says under what could not be reached that an archive was written');
SELECT ok(NOT pg_temp.says(:r, 'All tables that may hold data about persons are linked') AND NOT pg_temp.says(:r, 'It was found nowhere else.')
    AND NOT pg_temp.says(:r, 'Det ble ikke funnet noe annet sted.', 'nb'), 'where an archive was written nobody claims that all was reached or that nothing is elsewhere');
SELECT retention.erase('user', 3, dry_run => true)::jsonb AS e \gset
SELECT is(:'e'::jsonb -> 'complete', 'false', 'a dry run tells that an archive would be written');
DROP TRIGGER archive ON app.users;
SELECT is((SELECT count(*) FROM app.archive), 1::bigint, 'the archive has the row, for nothing reaches it');

-- Where nothing was erased there is no certificate, and of a part the certificate says no more than that.
CREATE TABLE app.notes (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE CASCADE, body text, ended_on date);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.notes', 'user_id');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.notes', 'body', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('notes', 'app.notes', '{ended_on}', '1 year', 'delete', 'enforce');
INSERT INTO app.notes VALUES (5, 5, 'x'), (4, 4, 'x');
CALL retention.sweep();
CREATE FUNCTION app.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
CREATE TRIGGER no BEFORE DELETE OR UPDATE OF name ON app.users FOR EACH ROW EXECUTE FUNCTION app.no();
SELECT pg_temp.request(3) AS r \gset
SELECT is(pg_temp.erase(3, :r) #>> '{blocked,0,table}', 'app.users', 'a trigger stands in the way of the only row');
SELECT retention.answer_request(:r, 'nothing could be erased');
SELECT throws_ok('SELECT retention.erasure_certificate(' || :r || ')', '55000', 'nothing was erased in the name of request ' || :r, 'an erasure that a trigger stood in the way of has no certificate');
SELECT pg_temp.request(4) AS r \gset
SELECT pg_temp.erase(4, :r);
SELECT retention.answer_request(:r, 'notes only');
SELECT is(pg_temp.part(:r, 'gone'), '[{"how": "deleted", "rows": 1, "table": "app.notes", "categories": ["free text"]}]', 'what was erased of a person whose own row stays is certified');
SELECT ok(NOT pg_temp.says(:r, '* Erased:') AND NOT pg_temp.says(:r, ' (Europe/Oslo)' || E'\n* Answered'), 'where the person was not erased no day of that is named');
SELECT ok(NOT pg_temp.says(:r, 'nothing of them is kept') AND NOT pg_temp.says(:r, 'ingenting av dem er beholdt', 'nb'), 'where the person''s own row stays nobody says that nothing is kept');
SELECT ok(pg_temp.says(:r, 'No law requires any of the data; what stays'), 'that no law requires what stays is said');
SELECT ok(NOT pg_temp.says(:r, 'None of them says who it was') AND NOT pg_temp.says(:r, 'Ingen av dem sier hvem det var', 'nb'), 'where the person''s own row stays nobody says that no row tells who it was');
SELECT ok(NOT pg_temp.says(:r, '| Rows | Hash') AND pg_temp.says(:r, '| Rows that were erased, anonymised, kept or put off |'), 'the proof says what its number of rows counts');
DROP TRIGGER no ON app.users;
SELECT retention.restrict('user', 6, 'accuracy contested');
SELECT pg_temp.request(6) AS r \gset
SELECT is(pg_temp.erase(6, :r) #>> '{deferred,0,rows}', '1', 'the row of a restricted person waits');
SELECT retention.answer_request(:r, 'waits');
SELECT throws_ok('SELECT retention.erasure_certificate(' || :r || ')', '55000', 'nothing was erased in the name of request ' || :r, 'an erasure that a restriction put off has no certificate');
SELECT pg_temp.request(7) AS r \gset
SELECT pg_temp.erase(7, :r);
SELECT retention.answer_request(:r);
SELECT ok(pg_temp.says(:r, '* Erased: 2030-06-03 12:00 (Europe/Oslo)') AND pg_temp.says(:r, 'nothing of them is kept') AND pg_temp.says(:r, 'None of them says who it was.'), 'of a whole erasure all that is so is claimed');
SELECT ok(NOT pg_temp.says(:r, 'all columns that are declared as personal') AND NOT pg_temp.says(:r, 'alle kolonner som er oppgitt som personopplysninger', 'nb'), 'nobody claims that all personal columns were looked through');
SELECT ok(pg_temp.says(:r, part), 'that this was not searched is said: ' || part) FROM unnest('{"Not looked into were free text, JSON, dates and files, columns that nobody has declared","names and addresses of one word"}'::text[]) part;
SELECT ok(pg_temp.says(:r, part, 'nb'), 'that this was not searched is said in Norwegian: ' || part) FROM unnest('{"ikke lett i fritekst, JSON, datoer og filer, i kolonner som ingen har oppgitt","navn og adresser på ett ord"}'::text[]) part;

-- What a foreign key unset is not gone.
CREATE TABLE app.invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users ON DELETE SET NULL, buyer text, written date);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.invoices', 'user_id');
INSERT INTO retention.personal_column (relation, column_name, category, required_by_law) VALUES ('app.invoices', 'buyer', 'name', true);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
    ('invoices', 'app.invoices', '{written}', '6 years', 'anonymise', '5 years', 'Bookkeeping Act § 13', 'enforce');
INSERT INTO app.invoices VALUES (1, 8, 'Kari Needle', '2030-03-15');
CALL retention.sweep();
DROP TRIGGER keep_old ON app.users;
SELECT pg_temp.request(8) AS r \gset
SELECT pg_temp.erase(8, :r);
SELECT retention.answer_request(:r);
SELECT is(jsonb_path_query_array(pg_temp.part(:r, 'gone'), '$[*].table'), '["app.users"]', 'an invoice that is kept, and lost its reference, is not among what is gone');
SELECT is(pg_temp.part(:r, 'changed') || (pg_temp.part(:r, 'kept') -> 0 -> 'rows'), '[{"rows": 1, "table": "app.invoices"}, 1]', 'what was changed in consequence stands apart, and what is kept is under what is kept');
SELECT ok(pg_temp.says(:r, 'the database removed a reference to the person') AND pg_temp.says(:r, 'fjernet databasen en henvisning', 'nb'), 'that a reference was removed is said in words');
SELECT ok(NOT pg_temp.says(:r, 'None of them says who it was'), 'where an invoice keeps the name nobody says that no row tells who it was');
SELECT * FROM finish();
ROLLBACK;
