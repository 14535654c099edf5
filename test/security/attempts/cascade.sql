-- Cascades reach hidden rows, or integrity would break. What runs on the way, and what it can tell.

-- attempt: not null, after SET NULL
-- control: none
-- as: reader owner bypass
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int NOT NULL REFERENCES app.accounts ON DELETE SET NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: not null, after SET NULL, caught
-- control: none
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int NOT NULL REFERENCES app.accounts ON DELETE SET NULL, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
DO $$
DECLARE d text; c text;
BEGIN
	DELETE FROM app.accounts WHERE id = 2;
EXCEPTION WHEN not_null_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, c = PG_EXCEPTION_CONTEXT;
	RAISE NOTICE '% %', d, c;
END$$;

-- attempt: not null, after SET NULL, at COMMIT
-- control: none
-- run: database
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int NOT NULL REFERENCES app.accounts ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
BEGIN;
DELETE FROM app.accounts WHERE id = 2;
COMMIT;

-- attempt: a check, after SET NULL
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE SET NULL CHECK (account_id IS NOT NULL), name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a check, after SET DEFAULT
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int DEFAULT 1 REFERENCES app.accounts ON DELETE SET DEFAULT, name text, left_on date, CHECK (account_id <> 1));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a check, after UPDATE CASCADE
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON UPDATE CASCADE CHECK (account_id < 5), name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
UPDATE app.accounts SET id = 7 WHERE id = 2;

-- attempt: a unique key, after SET DEFAULT
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int DEFAULT 1 REFERENCES app.accounts ON DELETE SET DEFAULT, name text, left_on date, UNIQUE (account_id, name));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15'), (2, 1, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a unique key, after SET DEFAULT, at the end of the statement
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int DEFAULT 1 REFERENCES app.accounts ON DELETE SET DEFAULT, name text, left_on date, UNIQUE (account_id, name) DEFERRABLE);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15'), (2, 1, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a unique key, after SET DEFAULT, at COMMIT
-- control: none
-- run: database
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int DEFAULT 1 REFERENCES app.accounts ON DELETE SET DEFAULT, name text, left_on date, UNIQUE (account_id, name) DEFERRABLE INITIALLY DEFERRED);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15'), (2, 1, 'SECRETkid', '2030-01-15');
-- attack
BEGIN;
DELETE FROM app.accounts WHERE id = 2;
COMMIT;

-- attempt: an exclusion constraint, after SET DEFAULT
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int DEFAULT 1 REFERENCES app.accounts ON DELETE SET DEFAULT, name text, left_on date, EXCLUDE USING gist (account_id WITH =, name WITH =));
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15'), (2, 1, 'SECRETkid', '2030-01-15');
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a foreign key to a hidden row that a cascade deletes
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (name text PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
CREATE TABLE app.toys (id int, kid text REFERENCES app.kids);
INSERT INTO app.kids VALUES ('SECRETkid', 2, '2030-01-15');
INSERT INTO app.toys VALUES (1, 'SECRETkid');
REVOKE ALL ON app.toys FROM reader;
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a foreign key to a hidden row that a cascade deletes, caught
-- control: none
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (name text PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
CREATE TABLE app.toys (id int, kid text REFERENCES app.kids);
INSERT INTO app.kids VALUES ('SECRETkid', 2, '2030-01-15');
INSERT INTO app.toys VALUES (1, 'SECRETkid');
REVOKE ALL ON app.toys FROM reader;
-- attack
DO $$
DECLARE d text;
BEGIN
	DELETE FROM app.accounts WHERE id = 2;
EXCEPTION WHEN foreign_key_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
	RAISE NOTICE '%', d;
END$$;

-- attempt: a foreign key to a hidden row that a cascade deletes, at COMMIT
-- control: none
-- run: database
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (name text PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
CREATE TABLE app.toys (id int, kid text REFERENCES app.kids DEFERRABLE INITIALLY DEFERRED);
INSERT INTO app.kids VALUES ('SECRETkid', 2, '2030-01-15');
INSERT INTO app.toys VALUES (1, 'SECRETkid');
REVOKE ALL ON app.toys FROM reader;
-- attack
BEGIN;
DELETE FROM app.accounts WHERE id = 2;
COMMIT;

-- attempt: a foreign key from a hidden row that a cascade changes
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.pairs (account_id int, name text, UNIQUE (account_id, name));
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON UPDATE CASCADE, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.pairs VALUES (2, 'SECRETkid');
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
ALTER TABLE app.kids ADD FOREIGN KEY (account_id, name) REFERENCES app.pairs (account_id, name);
REVOKE ALL ON app.pairs FROM reader;
GRANT SELECT ON app.pairs TO reader;
-- attack
UPDATE app.accounts SET id = 7 WHERE id = 2;

-- attempt: no partition for a row that a cascade moves
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (account_id int REFERENCES app.accounts ON UPDATE CASCADE, name text, left_on date) PARTITION BY RANGE (account_id, name);
CREATE TABLE app.kids_2 PARTITION OF app.kids FOR VALUES FROM (2, MINVALUE) TO (2, MAXVALUE);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (2, 'SECRETkid', '2030-01-15');
-- attack
UPDATE app.accounts SET id = 7 WHERE id = 2;

-- attempt: a trigger that sees OLD in a cascade
-- as: owner
-- expect: oracle cascades
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', OLD.name; RETURN OLD; END$$;
CREATE TRIGGER t BEFORE DELETE ON app.kids FOR EACH ROW EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a trigger of somebody who may not create one
-- as: reader bypass
-- errors: expected
-- control: enforce as owner
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', OLD.name; RETURN OLD; END$$;
CREATE TRIGGER t BEFORE DELETE ON app.kids FOR EACH ROW EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a transition table in a cascade
-- as: owner
-- expect: oracle cascades
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (1, 2, 'SECRETkid', '2030-01-15');
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM gone); RETURN NULL; END$$;
CREATE TRIGGER t AFTER DELETE ON app.kids REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a trigger in a cascade that queries
-- as: owner
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
INSERT INTO app.kids VALUES (1, 2, 'open');
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN OLD; END$$;
CREATE TRIGGER t BEFORE DELETE ON app.kids FOR EACH ROW EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a trigger in a cascade that queries in the form of the cascade's own query
-- as: owner
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
INSERT INTO app.kids VALUES (1, 2, 'open');
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
	FOR r IN EXECUTE 'UPDATE app.people SET city = city RETURNING name' LOOP RAISE NOTICE '%', r; END LOOP;
	FOR r IN EXECUTE 'DELETE FROM app.members RETURNING name' LOOP RAISE NOTICE '%', r; END LOOP;
	FOR r IN EXECUTE 'SELECT 1 FROM ONLY app.people x WHERE name LIKE ''SEC%'' FOR KEY SHARE OF x' LOOP RAISE NOTICE 'SEC%', 'RET'; END LOOP;
	RETURN OLD;
END$$;
CREATE TRIGGER t BEFORE DELETE ON app.kids FOR EACH ROW EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a function planned inside a cascade and called later
-- as: owner
-- prepare
SET ROLE owner;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE CASCADE, name text, left_on date);
INSERT INTO app.kids VALUES (1, 2, 'open');
-- attack
SET LOCAL plan_cache_mode = force_generic_plan;
CREATE FUNCTION scratch.g() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT string_agg(name, ',') FROM app.people); END$$;
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM scratch.g(); RETURN OLD; END$$;
CREATE TRIGGER t BEFORE DELETE ON app.kids FOR EACH ROW EXECUTE FUNCTION scratch.f();
DELETE FROM app.accounts WHERE id = 2;
SELECT scratch.g();

-- attempt: a function in a check, inside a cascade
-- as: owner
-- prepare
SET ROLE owner;
CREATE FUNCTION app.f(int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN true; END$$;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE SET NULL CHECK (app.f(account_id)), name text, left_on date);
SET client_min_messages = error;
INSERT INTO app.kids VALUES (1, 2, 'open');
SET client_min_messages = notice;
-- attack
DELETE FROM app.accounts WHERE id = 2;

-- attempt: a SQL function in a generated column, inside a cascade
-- as: owner
-- prepare
SET ROLE owner;
CREATE FUNCTION app.f(int) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT string_agg(name, ',') FROM app.people$$;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON DELETE SET NULL, g text GENERATED ALWAYS AS (app.f(account_id)) STORED);
INSERT INTO app.kids VALUES (1, 2);
-- attack
DELETE FROM app.accounts WHERE id = 2;
SELECT * FROM app.kids;

-- attempt: a domain, inside a cascade
-- as: owner
-- prepare
SET ROLE owner;
CREATE FUNCTION app.f(int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN true; END$$;
CREATE DOMAIN app.d AS int CHECK (app.f(VALUE));
SET client_min_messages = error;
CREATE TABLE app.ups (id app.d PRIMARY KEY);
CREATE TABLE app.kids (id int PRIMARY KEY, account_id app.d REFERENCES app.ups ON UPDATE CASCADE, name text);
INSERT INTO app.ups VALUES (1);
INSERT INTO app.kids VALUES (1, 1);
SET client_min_messages = notice;
-- attack
UPDATE app.ups SET id = 3;

-- attempt: an index expression, inside a cascade
-- as: owner
-- prepare
SET ROLE owner;
CREATE FUNCTION app.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM app.people); RETURN 1; END$$;
CREATE TABLE app.kids (id int PRIMARY KEY, account_id int REFERENCES app.accounts ON UPDATE CASCADE, name text);
SET client_min_messages = error;
CREATE INDEX ON app.kids (app.f(account_id));
INSERT INTO app.kids VALUES (1, 2);
SET client_min_messages = notice;
-- attack
UPDATE app.accounts SET id = 7 WHERE id = 2;

-- attempt: ADD FOREIGN KEY says whether a hidden row breaks it
-- as: owner
-- expect: oracle foreign-keys
-- shows: violates foreign key constraint
-- prepare
SET ROLE owner;
CREATE TABLE app.ups (name text UNIQUE);
-- attack
ALTER TABLE app.members ADD FOREIGN KEY (name) REFERENCES app.ups (name);

-- attempt: ADD FOREIGN KEY from hidden rows, the key
-- control: none
-- as: owner
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
DELETE FROM app.members WHERE id = 1;
CREATE TABLE app.ups (name text UNIQUE);
-- attack
ALTER TABLE app.members ADD FOREIGN KEY (name) REFERENCES app.ups (name);

-- attempt: VALIDATE of a foreign key from hidden rows, the key
-- control: none
-- as: owner admin
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
DELETE FROM app.members WHERE id = 1;
CREATE TABLE app.ups (name text UNIQUE);
ALTER TABLE app.members ADD CONSTRAINT f FOREIGN KEY (name) REFERENCES app.ups (name) NOT VALID;
-- attack
ALTER TABLE app.members VALIDATE CONSTRAINT f;

-- attempt: DETACH, a partition that hidden rows refer to
-- as: owner
-- expect: oracle foreign-keys
-- control: none
-- shows: removing partition "visits_west" violates foreign key constraint
-- prepare
SET ROLE owner;
CREATE TABLE app.visits_west PARTITION OF app.visits FOR VALUES IN ('west');
INSERT INTO app.visits VALUES (8, 'west', 'open');
CREATE TABLE app.kids (id int, region text, name text, left_on date, FOREIGN KEY (id, region) REFERENCES app.visits);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES (8, 'west', 'SECRETkid', '2030-01-15');
-- attack
ALTER TABLE app.visits DETACH PARTITION app.visits_west;

-- attempt: DETACH shows no key that a hidden row has
-- as: owner
-- expect: refused 23503
-- shows: SECRETkey
-- prepare
SET ROLE owner;
CREATE TABLE app.ups (name text PRIMARY KEY) PARTITION BY LIST (name);
CREATE TABLE app.ups_1 PARTITION OF app.ups FOR VALUES IN ('SECRETkey', 'x');
INSERT INTO app.ups VALUES ('SECRETkey');
CREATE TABLE app.kids (name text REFERENCES app.ups, left_on date);
SELECT lab.govern('app.kids') \g /dev/null
INSERT INTO app.kids VALUES ('SECRETkey', '2030-01-15');
-- attack
ALTER TABLE app.ups DETACH PARTITION app.ups_1;

-- attempt: ON DELETE CASCADE destroys hidden rows, as it must
-- expect: oracle cascades
-- shows: it is gone
-- prepare
SET ROLE owner;
ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey;
ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE;
-- attack
DELETE FROM app.accounts WHERE id = 1;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: a cascade into a row that must be kept, or is restricted
-- errors: expected
-- shows: it is gone
-- prepare
SET ROLE owner;
ALTER TABLE app.people ADD account_id int REFERENCES app.accounts ON DELETE CASCADE;
SET LOCAL retention.reveal_reason = '';
RESET ROLE;
SET session_replication_role = replica;
SET retention.reveal = on;
UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 'app.people'::regclass AND tgname = '~retention_clock';
UPDATE pg_class SET relname = relname WHERE oid = 'app.people'::regclass;
UPDATE app.people SET account_id = CASE WHEN id = 3 THEN 1 ELSE 2 END WHERE id IN (3, 4);
ALTER TABLE app.people ENABLE ALWAYS TRIGGER "~retention_clock";
RESET retention.reveal;
SET session_replication_role = origin;
DELETE FROM app.members; DELETE FROM app.orders;
-- attack
DELETE FROM app.accounts WHERE id = 1;
DELETE FROM app.accounts WHERE id = 2;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id IN (3, 4)) < 2;
