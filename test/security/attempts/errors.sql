-- What error messages tell: the values of hidden rows in the details of violations, at once, at COMMIT and caught in PL/pgSQL.

-- attempt: an exclusion constraint
-- control: none
-- as: reader owner bypass admin
-- expect: oracle unique
-- shows: conflicting key value violates exclusion constraint
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&);
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, seat) VALUES (900, '[1015,1016)');

-- attempt: the key of the other row of an exclusion constraint
-- control: none
-- as: reader owner bypass admin
-- errors: expected
-- shows: \[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&);
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, seat) VALUES (900, '[1015,1016)');
UPDATE app.people SET seat = '[1015,1016)' WHERE id = 101;

-- attempt: an exclusion constraint with a text beside it
-- control: none
-- as: reader owner
-- errors: expected
-- shows: SECRET
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');

-- attempt: an exclusion constraint, caught
-- control: none
-- as: reader owner admin
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
DO $$
DECLARE d text; m text; h text; c text;
BEGIN
	INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
EXCEPTION WHEN exclusion_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT, c = PG_EXCEPTION_CONTEXT;
	RAISE NOTICE '% % % %', m, d, h, c;
END$$;

-- attempt: an exclusion constraint, caught in a trigger of another table
-- control: none
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
CREATE TABLE scratch.t (x int);
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
	INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
	RETURN NULL;
EXCEPTION WHEN exclusion_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
	RAISE NOTICE '%', d;
	RETURN NULL;
END$$;
CREATE TRIGGER t AFTER INSERT ON scratch.t FOR EACH ROW EXECUTE FUNCTION scratch.f();
INSERT INTO scratch.t VALUES (1);

-- attempt: an exclusion constraint, deferred and checked by SET CONSTRAINTS
-- control: none
-- as: reader owner
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>) DEFERRABLE INITIALLY DEFERRED;
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
SET CONSTRAINTS ALL IMMEDIATE;

-- attempt: an exclusion constraint, deferred, checked by SET CONSTRAINTS and caught
-- control: none
-- as: reader owner
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>) DEFERRABLE INITIALLY DEFERRED;
RESET retention.reveal;
-- attack
DO $$
DECLARE d text;
BEGIN
	INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
	SET CONSTRAINTS ALL IMMEDIATE;
EXCEPTION WHEN exclusion_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
	RAISE NOTICE '%', d;
END$$;

-- attempt: an exclusion constraint, checked at COMMIT
-- control: none
-- run: database
-- as: reader owner
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>) DEFERRABLE INITIALLY DEFERRED;
RESET retention.reveal;
-- attack
BEGIN;
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
COMMIT;
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');

-- attempt: an exclusion constraint, checked at the COMMIT of a procedure
-- control: none
-- run: database
-- shows: SECRET|\[1010,1020\)
-- errors: expected
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>) DEFERRABLE INITIALLY DEFERRED;
RESET retention.reveal;
-- attack
CREATE PROCEDURE scratch.p() LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
	COMMIT;
END$$;
CALL scratch.p();

-- attempt: an exclusion constraint, by COPY FROM
-- control: none
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
\copy app.people (id, name, seat) FROM PROGRAM 'printf "900\tmine\t[1015,1016)\n"'

-- attempt: an exclusion constraint, by COPY FROM in a function, caught
-- control: none
-- as: admin
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
DO $$
DECLARE d text;
BEGIN
	COPY app.people (id, name, seat) FROM PROGRAM 'printf "900\tmine\t[1015,1016)\n"';
EXCEPTION WHEN exclusion_violation THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
	RAISE NOTICE '%', d;
END$$;

-- attempt: an exclusion constraint, by MERGE
-- control: none
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
MERGE INTO app.people p USING (VALUES (900)) v (id) ON p.id = v.id WHEN NOT MATCHED THEN INSERT (id, name, seat) VALUES (v.id, 'mine', '[1015,1016)');

-- attempt: an exclusion constraint, by a statement that only selects
-- control: none
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
CREATE FUNCTION scratch.f() RETURNS void LANGUAGE sql AS $$INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)')$$;
SELECT scratch.f();
WITH i AS (INSERT INTO app.people (id, name, seat) VALUES (901, 'mine', '[1015,1016)') RETURNING id) SELECT * FROM i;

-- attempt: an exclusion constraint, across ON CONFLICT DO NOTHING
-- control: none
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)') ON CONFLICT (id) DO NOTHING;

-- attempt: an exclusion constraint of a partition
-- control: none
-- errors: expected
-- shows: SECRET
-- prepare
SET retention.reveal = on;
ALTER TABLE app.visits_north ADD EXCLUDE USING gist (left_on WITH =, name WITH <>);
RESET retention.reveal;
-- attack
INSERT INTO app.visits (id, region, name, left_on) VALUES (77, 'north', 'mine', '2030-01-15');
INSERT INTO app.visits_north (id, region, name, left_on) VALUES (77, 'north', 'mine', '2030-01-15');

-- attempt: an exclusion constraint in a prepared transaction's PREPARE
-- control: none
-- run: shell
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>) DEFERRABLE INITIALLY DEFERRED;
RESET retention.reveal;
-- attack
psql -XAt <<END
BEGIN;
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
PREPARE TRANSACTION 't_$MODE';
END

-- attempt: an exclusion constraint, in the fields of the error
-- control: none
-- run: shell
-- errors: expected
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
psql -XAt <<'END'
\set SHOW_CONTEXT always
INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)');
\errverbose
\echo :LAST_ERROR_MESSAGE
END

-- attempt: an exclusion constraint, through dblink
-- control: none
-- errors: expected
-- as: admin
-- run: database
-- shows: SECRET|\[1010,1020\)
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD EXCLUDE USING gist (seat WITH &&, name WITH <>);
RESET retention.reveal;
-- attack
SELECT dblink_exec('dbname=' || current_database() || ' user=admin host=' || current_setting('unix_socket_directories'), $$INSERT INTO app.people (id, name, seat) VALUES (900, 'mine', '[1015,1016)')$$);

-- attempt: a unique violation of a key with hidden parts
-- errors: expected
-- shows: SECRET
-- attack
INSERT INTO app.people (id, name, email) SELECT 900, 'x', (SELECT email FROM app.people WHERE id = 2);

-- attempt: a unique violation of an expression that a hidden row gives
-- errors: expected
-- shows: secretq
-- prepare
SET retention.reveal = on;
CREATE UNIQUE INDEX ON app.people (lower(name), amount);
RESET retention.reveal;
-- attack
INSERT INTO app.people (id, name, amount) SELECT 900, name, amount FROM app.people WHERE id = 1;

-- attempt: a foreign key to a hidden row is accepted
-- expect: oracle foreign-keys
-- shows: INSERT 0 1
-- attack
\set QUIET off
INSERT INTO app.orders VALUES (900, 1);

-- attempt: a visible key cannot go because of a hidden row
-- expect: oracle foreign-keys
-- shows: is still referenced from table "members"
-- prepare
DELETE FROM app.members WHERE id = 1;
-- attack
DELETE FROM app.accounts WHERE id = 1;

-- attempt: the detail of a reference from a hidden row shows only the key that goes
-- errors: expected
-- shows: SECRET
-- control: none
-- attack
DELETE FROM app.accounts WHERE id = 1;
SELECT name FROM app.members;

-- attempt: FOR KEY SHARE on a hidden key
-- shows: ^1$
-- attack
SELECT id FROM app.people WHERE id = 1 FOR KEY SHARE;

-- attempt: a failing row of one's own UPDATE
-- errors: expected
-- shows: SECRET
-- prepare
SET retention.reveal = on;
ALTER TABLE app.people ADD CHECK (amount >= 0);
RESET retention.reveal;
-- attack
UPDATE app.people SET amount = -1 WHERE id < 50;
UPDATE app.people SET amount = -1;

-- attempt: not null by UPDATE
-- errors: expected
-- shows: SECRET
-- attack
UPDATE app.people SET id = NULL WHERE id < 50;
UPDATE app.people SET id = NULL;

-- attempt: a check of a view
-- errors: expected
-- shows: SECRET
-- prepare
CREATE VIEW app.v AS SELECT * FROM app.people WHERE amount > 0 WITH CHECK OPTION;
GRANT ALL ON app.v TO reader;
-- attack
UPDATE app.v SET amount = -1 WHERE id < 50;
UPDATE app.v SET amount = -1;

-- attempt: row security's WITH CHECK
-- errors: expected
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.show(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY w ON app.people USING (true) WITH CHECK (app.show(name));
-- attack
UPDATE app.people SET city = 'x';

-- attempt: a failing row that changes partition
-- errors: expected
-- shows: SECRET
-- attack
UPDATE app.visits_north SET region = 'nowhere' WHERE id = 3;
UPDATE app.visits_north SET region = 'nowhere';

-- attempt: a cast while columns are read as text
-- errors: expected
-- shows: SECRET
-- attack
SELECT xmlelement(name x, p.name)::text::int FROM app.people p WHERE id < 50;

