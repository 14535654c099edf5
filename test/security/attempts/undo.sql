-- What the owner, and a superuser, could take away of what hides: the clock, the triggers, the name.

-- attempt: drop the clock
-- as: owner admin
-- expect: refused (55000|42501|2BP01)
-- control: none
-- attack
ALTER TABLE app.people DROP COLUMN retention_clock;
SELECT * FROM app.people;

-- attempt: drop the clock CASCADE
-- as: owner admin
-- expect: refused (55000|42501|2BP01)
-- control: none
-- attack
ALTER TABLE app.people DROP COLUMN retention_clock CASCADE;
SELECT * FROM app.people;

-- attempt: retype the clock
-- as: owner admin
-- expect: refused [0-9A-Z]{5}
-- control: none
-- attack
ALTER TABLE app.people ALTER retention_clock DROP DEFAULT, ALTER retention_clock TYPE text USING retention_clock::text;
SELECT * FROM app.people;

-- attempt: retype the clock of a copy
-- as: owner
-- expect: refused 42501
-- control: none
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
ALTER TABLE app.copied ALTER retention_clock TYPE text USING retention_clock::text;
SELECT * FROM app.copied;

-- attempt: rename the clock
-- as: owner admin
-- control: none
-- attack
ALTER TABLE app.people RENAME retention_clock TO x;
SELECT * FROM app.people;

-- attempt: rename the table
-- as: owner admin
-- attack
ALTER TABLE app.people RENAME TO persons;
SELECT * FROM app.persons;

-- attempt: another schema
-- as: owner admin
-- attack
ALTER TABLE app.people SET SCHEMA scratch;
SELECT * FROM scratch.people;

-- attempt: another owner
-- as: admin
-- attack
ALTER TABLE app.people OWNER TO admin;
SELECT * FROM app.people;

-- attempt: rename a column of the policy
-- as: owner
-- attack
ALTER TABLE app.people RENAME left_on TO x;
SELECT * FROM app.people;

-- attempt: drop the column that starts the clock
-- as: owner admin
-- expect: refused (2BP01|RT001)
-- control: none
-- attack
ALTER TABLE app.people DROP COLUMN left_on;
SELECT * FROM app.people;

-- attempt: retype the column that starts the clock
-- as: owner
-- expect: refused [0-9A-Z]{5}
-- control: none
-- attack
ALTER TABLE app.people ALTER left_on TYPE date USING NULL;
SELECT * FROM app.people;

-- attempt: DISABLE TRIGGER ALL, and a new start
-- as: owner admin
-- errors: expected
-- control: none
-- attack
ALTER TABLE app.people DISABLE TRIGGER ALL;
UPDATE app.people SET left_on = NULL;
SELECT * FROM app.people;

-- attempt: DISABLE TRIGGER ALL
-- as: owner admin
-- expect: refused 42501
-- control: none
-- attack
ALTER TABLE app.people DISABLE TRIGGER ALL;
SELECT * FROM app.people;

-- attempt: DISABLE TRIGGER USER
-- as: owner
-- expect: refused 42501
-- control: none
-- attack
ALTER TABLE app.people DISABLE TRIGGER USER;
SELECT * FROM app.people;

-- attempt: DISABLE one of the extension's triggers
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: ^D
-- prepare
SELECT coalesce((SELECT tgname FROM pg_trigger WHERE tgrelid = 'app.people'::regclass AND tgname ~ 'retention' LIMIT 1), 't') AS trigger, :'mode' = 'none' AS bare \gset
\if :bare
CREATE TRIGGER t BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
\endif
-- attack
ALTER TABLE app.people DISABLE TRIGGER :"trigger";
SELECT tgenabled FROM pg_trigger WHERE tgname = :'trigger' AND tgrelid = 'app.people'::regclass;

-- attempt: DROP one of the extension's triggers
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- prepare
SELECT coalesce((SELECT tgname FROM pg_trigger WHERE tgrelid = 'app.people'::regclass AND tgname ~ 'retention' LIMIT 1), 't') AS trigger, :'mode' = 'none' AS bare \gset
\if :bare
CREATE TRIGGER t BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
\endif
-- attack
DROP TRIGGER :"trigger" ON app.people;
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = :'trigger' AND tgrelid = 'app.people'::regclass);

-- attempt: RENAME one of the extension's triggers, and drop it
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- prepare
SELECT coalesce((SELECT tgname FROM pg_trigger WHERE tgrelid = 'app.people'::regclass AND tgname ~ 'retention' LIMIT 1), 't') AS trigger, :'mode' = 'none' AS bare \gset
\if :bare
CREATE TRIGGER t BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
\endif
SELECT oid AS trigger_oid FROM pg_trigger WHERE tgname = :'trigger' AND tgrelid = 'app.people'::regclass \gset
-- attack
ALTER TRIGGER :"trigger" ON app.people RENAME TO x;
DROP TRIGGER x ON app.people;
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE oid = :trigger_oid);

-- attempt: REPLACE one of the extension's triggers
-- as: owner
-- errors: expected
-- control: none
-- shows: it is gone
-- prepare
SELECT coalesce((SELECT tgname FROM pg_trigger WHERE tgrelid = 'app.people'::regclass AND tgname ~ 'retention' LIMIT 1), 't') AS trigger, :'mode' = 'none' AS bare \gset
\if :bare
CREATE TRIGGER t BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
\endif
SELECT tgfoid AS function FROM pg_trigger WHERE tgname = :'trigger' AND tgrelid = 'app.people'::regclass \gset
-- attack
CREATE FUNCTION scratch.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE OR REPLACE TRIGGER :"trigger" BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.nothing();
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = :'trigger' AND tgrelid = 'app.people'::regclass AND tgfoid = :function);

-- attempt: a later trigger that sets the clock back
-- as: owner
-- shows: it is there
-- errors: expected
-- control: none
-- run: database
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.retention_clock := (SELECT retention_clock FROM app.people WHERE id = 101); RETURN NEW; END$$;
CREATE TRIGGER "~~~~last" BEFORE INSERT OR UPDATE ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.f();
INSERT INTO app.people (id, name, left_on) VALUES (900, 'x', '2030-01-15');
SELECT 'it is ' || 'there' FROM app.people WHERE id = 900;

-- attempt: CREATE RULE on DELETE that copies OLD
-- as: owner
-- attack
CREATE TABLE scratch.t (name text);
CREATE RULE r AS ON UPDATE TO app.people DO ALSO INSERT INTO scratch.t VALUES (OLD.name);
UPDATE app.people SET city = 'x';
SELECT * FROM scratch.t;

-- attempt: REPLICA IDENTITY FULL
-- as: owner mover
-- run: shell
-- expect: oracle logical-decoding
-- shows: SECRETmember
-- attack
psql -Xq -U owner -c 'ALTER TABLE app.members REPLICA IDENTITY FULL' -c 'ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey' -c 'ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE'
psql -Xq -U postgres -c "SELECT pg_create_logical_replication_slot('i_$MODE', 'test_decoding')" >/dev/null
psql -Xq -U owner -c 'DELETE FROM app.accounts WHERE id = 1'
psql -XAt -U mover -c "SELECT data FROM pg_logical_slot_get_changes('i_$MODE', NULL, NULL)"
psql -Xq -U postgres -c "SELECT pg_drop_replication_slot('i_$MODE')" >/dev/null

-- attempt: DROP the row security that stands beside
-- as: owner
-- prepare
SET ROLE owner;
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON app.people USING (id > 0);
-- attack
ALTER TABLE app.people DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
SELECT * FROM app.people;

-- attempt: an access method of a table changes nothing
-- errors: expected
-- as: owner
-- attack
ALTER TABLE app.people SET ACCESS METHOD heap, SET (fillfactor = 50);
ALTER TABLE app.people SET UNLOGGED;
SELECT * FROM app.people;

-- attempt: GRANT to PUBLIC
-- as: owner
-- attack
GRANT ALL ON ALL TABLES IN SCHEMA app TO PUBLIC;
SELECT * FROM app.people;

-- attempt: CREATE TABLE OF, inherit, and exchange
-- as: owner
-- shows: SECRET
-- errors: expected
-- attack
CREATE TABLE app.up (id int, account_id int, name text, left_on date);
ALTER TABLE app.members INHERIT app.up;
SELECT name FROM app.up;
ALTER TABLE app.members NO INHERIT app.up;
SELECT name FROM app.members;

-- attempt: drop the clock of a copy that no policy knows
-- as: owner admin
-- expect: refused 42501
-- control: none
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
ALTER TABLE app.copied DROP COLUMN retention_clock;
SELECT * FROM app.copied;

-- attempt: the clock of a copy that no policy knows becomes another type
-- as: owner admin
-- expect: refused 42501
-- control: none
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
ALTER TABLE app.copied ALTER retention_clock TYPE text USING '';
SELECT * FROM app.copied;

-- attempt: an index over a copy that no policy knows
-- as: owner
-- expect: refused 42501
-- control: none
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX ON app.copied (app.spy(name));

-- attempt: an index over a copy that no policy knows, as a restore may
-- as: admin
-- expect: oracle restore
-- control: none
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE INDEX ON app.copied (app.spy(name));

-- attempt: a second clock, in place of the first
-- as: owner admin
-- expect: refused [0-9A-Z]{5}
-- control: none
-- attack
SELECT format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = 'app.people'::regclass AND attname = 'retention_clock' \gset
ALTER TABLE app.people ADD x :type;
ALTER TABLE app.people DROP COLUMN retention_clock;
ALTER TABLE app.people RENAME x TO retention_clock;
SELECT * FROM app.people;

-- attempt: a later trigger by another name
-- as: owner
-- expect: refused 42501
-- shows: it is there
-- control: none
-- run: database
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.retention_clock := (SELECT retention_clock FROM app.people WHERE id = 101); RETURN NEW; END$$;
CREATE TRIGGER a BEFORE INSERT OR UPDATE ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.f();
ALTER TRIGGER a ON app.people RENAME TO "~~~~last";
INSERT INTO app.people (id, name, left_on) VALUES (900, 'x', '2030-01-15');
SELECT 'it is ' || 'there' FROM app.people WHERE id = 900;
