-- Whose data rows are decides what an erasure takes: what is said of that is in the ledger, too.
BEGIN;
SELECT plan(17);

CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, email text);
CREATE TABLE app.staff (id int PRIMARY KEY, email text);
CREATE TABLE app.notes (id int PRIMARY KEY, user_id int REFERENCES app.users, author_id int REFERENCES app.users, body text);
CREATE TABLE app.visits (id int PRIMARY KEY, name text, note text, left_on date);
CREATE TABLE app.stays (LIKE app.visits INCLUDING ALL);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('visits', 'app.visits', '{left_on}', 'UTC', '1 year', 'anonymise'), ('stays', 'app.stays', '{left_on}', 'UTC', '1 year', 'delete');
-- An entry waits for the end of the transaction, or for the next one.
CREATE FUNCTION pg_temp.enters(command text, OUT entries jsonb) LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
    SELECT max(entry_id) INTO last FROM retention.ledger;
    EXECUTE command;
    UPDATE retention.policy SET purpose = coalesce(purpose, '') || 'x' WHERE name = 'visits';
    SELECT jsonb_agg(jsonb_build_object(coalesce(relation, 'none'), detail::jsonb) ORDER BY entry_id) INTO entries FROM retention.ledger WHERE entry_id > last AND action = 'configuration changed';
END $$;
SELECT is(pg_temp.enters($$INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}')$$),
    '[{"app.users": {"subject_kind": "user", "new": {"kind": "user", "key": "{id}", "identifying": "{email}", "scope": "{}", "placeholders": "{}"}}}]', 'a kind of persons that is written');
SELECT is(pg_temp.enters($$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.notes', 'user_id'), ('user', 'app.notes', 'author_id')$$),
    '[{"app.notes": {"subject_link": "user", "path": "user_id", "new": {"kind": "user", "path": "user_id", "role": "about", "columns": "{}"}}},
      {"app.notes": {"subject_link": "user", "path": "author_id", "new": {"kind": "user", "path": "author_id", "role": "about", "columns": "{}"}}}]', 'links that are written');
SELECT is(pg_temp.enters($$UPDATE retention.subject_link SET role = 'mentioned' WHERE path = 'author_id'$$),
    '[{"app.notes": {"subject_link": "user", "path": "author_id", "old": {"role": "about"}, "new": {"role": "mentioned"}}}]', 'what a link says instead');
SELECT is(pg_temp.enters($$UPDATE retention.subject_link SET role = role$$), NULL, 'nothing that changed is nothing to enter');
SELECT is(pg_temp.enters($$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.notes', 'user_id') ON CONFLICT DO NOTHING$$), NULL, 'a link that stands already is not written');
SELECT is(pg_temp.enters($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('user', 'app.users') ON CONFLICT DO NOTHING$$), NULL, 'a kind that stands already is not written');
SELECT is(pg_temp.enters($$UPDATE retention.subject_kind SET kind = 'person'$$),
    '[{"app.users": {"subject_kind": "person", "old": {"kind": "user"}, "new": {"kind": "person"}}}, {"app.notes": {"subject_link": "person", "path": "user_id", "old": {"kind": "user"}, "new": {"kind": "person"}}},
      {"app.notes": {"subject_link": "person", "path": "author_id", "old": {"kind": "user"}, "new": {"kind": "person"}}}]', 'a kind that is renamed, with its links');
SELECT is(pg_temp.enters('ALTER TABLE app.notes RENAME author_id TO writer_id'),
    '[{"app.notes": {"subject_link": "person", "path": "writer_id", "old": {"path": "author_id"}, "new": {"path": "writer_id"}}}]', 'a column that is renamed on a path');
SELECT is(pg_temp.enters($$DELETE FROM retention.subject_link WHERE path = 'writer_id'$$),
    '[{"app.notes": {"subject_link": "person", "path": "writer_id", "old": {"kind": "person", "path": "writer_id", "role": "mentioned", "columns": "{}"}}}]', 'a link that is removed');
SELECT is(pg_temp.enters('DROP TABLE app.notes') -> 0 -> 'none' ->> 'path', 'user_id', 'a link that goes with its table');
SELECT is(pg_temp.enters($$DELETE FROM retention.subject_kind$$) -> 0 -> 'app.users' ->> 'subject_kind', 'person', 'a kind that is removed');
-- A dump brings its ledger, and writes what was checked where it comes from.
SELECT is(pg_temp.enters($$INSERT INTO retention.subject_kind (kind, relation, key, validated) VALUES ('user', 'app.users', '{id}', true)$$), NULL, 'what a dump brings is not entered again');

SET LOCAL search_path = app, public;
SELECT is(pg_temp.enters($$UPDATE retention.subject_kind SET relation = 'staff'$$),
    '[{"app.staff": {"subject_kind": "user", "old": {"relation": "app.users"}, "new": {"relation": "app.staff"}}}]', 'a kind that has another table, named in full');
RESET search_path;

-- A declaration that is given to another table.
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.visits', 'note', 'free text');
SET LOCAL search_path = app, public;
UPDATE retention.personal_column SET relation = 'app.stays';
SELECT results_eq($$SELECT action, relation, detail::jsonb ->> 'column' FROM retention.ledger ORDER BY entry_id DESC LIMIT 2$$,
    $$VALUES ('personal column declared', 'app.stays', 'note'), ('personal column withdrawn', 'app.visits', 'note')$$, 'a declaration that is given to another table');
CREATE TABLE elsewhere (note text);
UPDATE retention.personal_column SET relation = 'elsewhere';
SELECT results_eq('SELECT action, relation FROM retention.ledger ORDER BY entry_id DESC LIMIT 1', $$VALUES ('personal column withdrawn', 'app.stays')$$, 'a declaration that is given to a table without a policy');

SELECT is_empty($$SELECT word FROM (VALUES ('configuration changed')) v (word) EXCEPT SELECT word FROM retention.vocabulary() WHERE kind = 'ledger'$$, 'the word is in the vocabulary');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
