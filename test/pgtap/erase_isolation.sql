-- An erasure in a snapshot that stands still would miss what others add meanwhile.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT plan(3);
SET client_min_messages = error;
CREATE TABLE people (id int PRIMARY KEY, name text);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'people');
INSERT INTO people VALUES (1, 'Kari');
SELECT throws_ok($$SELECT retention.erase('person', 1)$$, '25001', NULL, 'an erasure is refused in a snapshot that stands still');
SELECT throws_ok($$SELECT retention.erase('person', 1, dry_run => true)$$, '25001', NULL, 'the preview of an erasure is refused in a snapshot that stands still');
SELECT isnt_empty('SELECT FROM people', 'a refused erasure changes nothing');
SELECT * FROM finish();
ROLLBACK;
