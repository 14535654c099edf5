-- A certificate of an erasure claims no more than is so: what triggers wrote, what stays, and what nobody looked into is said.
BEGIN;
SELECT plan(8);
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
SELECT * FROM finish();
ROLLBACK;
