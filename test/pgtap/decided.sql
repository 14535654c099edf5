-- An erasure decides of rows while the ways from them are there: what it deletes may be the way by which another row is somebody else's, too.
BEGIN;
SELECT plan(9);
SET client_min_messages = error;
\ir ../declare.psql
CREATE FUNCTION pg_temp.policy(relation regclass) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES (relation::text, relation, '{ended_at}', '9 years', 'delete', 'enforce')$$;
CREATE SCHEMA o;
CREATE TABLE o.person (id int PRIMARY KEY, name text);
SELECT pg_temp.personal('o.person', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('o', 'o.person');
INSERT INTO o.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe'), (3, 'Siv Dahl'), (4, 'Per Ask'), (5, 'Eva Ro'), (6, 'Ida Nes');

-- A cascade along a key that is no link takes the way.
CREATE TABLE o.box (id int PRIMARY KEY, owner int REFERENCES o.person, ended_at timestamptz);
CREATE TABLE o.item (id int PRIMARY KEY, box int NOT NULL REFERENCES o.box ON DELETE CASCADE, parent int REFERENCES o.item ON DELETE SET NULL, owner int REFERENCES o.person, body text);
SELECT pg_temp.personal('o.item', 'body', 'free text'), pg_temp.policy('o.box');
SELECT pg_temp.link('o', 'o.box', 'owner'), pg_temp.link('o', 'o.item', 'owner'), pg_temp.link('o', 'o.item', 'parent*.owner');
INSERT INTO o.box VALUES (1, 1), (2, NULL);
INSERT INTO o.item VALUES (1, 1, NULL, 1, 'of Kari Lie'), (2, 2, 1, 2, 'Kari Lie and Ola Moe');
SELECT lives_ok($$SELECT retention.erase('o', 1)$$, 'a person is erased of whose rows some go by a cascade');
SELECT is((SELECT string_agg(concat_ws(' ', id, owner, body), ', ' ORDER BY id) FROM o.item), '2 2 [redacted] and Ola Moe', 'a row whose way goes by a cascade is gone through');

-- What was somebody else's in the first pass is so in the next, when the way has gone; a row that another still refers to makes a next pass.
CREATE TABLE o.desk (id int PRIMARY KEY, owner int REFERENCES o.person, helper int REFERENCES o.person, ended_at timestamptz);
CREATE TABLE o.note (id int PRIMARY KEY, writer int NOT NULL REFERENCES o.person, desk int REFERENCES o.desk ON DELETE SET NULL, body text, ended_at timestamptz);
CREATE TABLE o.lock (id int PRIMARY KEY, owner int REFERENCES o.person, ended_at timestamptz);
CREATE TABLE o.zkey (id int PRIMARY KEY, owner int REFERENCES o.person, lock int REFERENCES o.lock, ended_at timestamptz);
SELECT pg_temp.personal('o.note', 'body', 'free text'), pg_temp.policy('o.desk'), pg_temp.policy('o.note'), pg_temp.policy('o.lock'), pg_temp.policy('o.zkey');
SELECT pg_temp.link('o', 'o.desk', 'owner'), pg_temp.link('o', 'o.desk', 'helper', 'deleted_with'), pg_temp.link('o', 'o.note', 'writer'), pg_temp.link('o', 'o.note', 'desk.owner'),
    pg_temp.link('o', 'o.lock', 'owner'), pg_temp.link('o', 'o.zkey', 'owner');
INSERT INTO o.desk VALUES (1, 4, 3);
INSERT INTO o.note VALUES (1, 3, 1, 'Siv Dahl wrote to Per Ask'), (2, 3, NULL, 'of Siv Dahl');
INSERT INTO o.lock VALUES (1, 3);
INSERT INTO o.zkey VALUES (1, 3, 1);
SELECT lives_ok($$SELECT retention.erase('o', 3)$$, 'a person is erased in several passes');
SELECT is((SELECT count(*) FROM o.lock) + (SELECT count(*) FROM o.zkey) + (SELECT count(*) FROM o.desk), 0::bigint, 'what refers to each other goes in the end');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM o.note), '1 [redacted] wrote to Per Ask', 'a row that was shared in the first pass is not the person''s alone in the next');

-- The same where a trigger has written to the table, which is gone through again.
CREATE FUNCTION o.log() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO o.note (id, writer, body) VALUES (100 + OLD.id, 5, 'Eva Ro lost a desk'); RETURN NULL; END$$;
CREATE TRIGGER log AFTER DELETE ON o.desk FOR EACH ROW EXECUTE FUNCTION o.log();
INSERT INTO o.desk VALUES (2, 6, 5);
INSERT INTO o.note VALUES (3, 5, 2, 'Eva Ro wrote to Ida Nes');
SELECT lives_ok($$SELECT retention.erase('o', 5)$$, 'a person is erased of whom a trigger writes');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM o.note WHERE id > 2), '3 [redacted] wrote to Ida Nes', 'a row that was shared before a trigger wrote is not the person''s alone after it');
SELECT is((SELECT retention.erase('o', 5, true) -> 'blocked')::text, '[]', 'a person whose rows were shared can be asked for again');
SELECT is((SELECT count(*) FROM o.desk), 0::bigint, 'what goes along has gone');

SELECT * FROM finish();
ROLLBACK;
