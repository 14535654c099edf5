-- attempt: a trigger of the owner's fires in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: an AFTER trigger of the owner's fires in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE TRIGGER a AFTER DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a deferred constraint trigger of the owner's waits for a superuser's sweep
-- expect: ran
-- run: database
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE CONSTRAINT TRIGGER a AFTER DELETE ON evil.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger defers another until a superuser's sweep commits
-- expect: nothing
-- run: database
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason LIKE 'cannot fire deferred trigger within security-restricted operation')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE TABLE evil.d (i int);
CREATE CONSTRAINT TRIGGER a AFTER INSERT ON evil.d DEFERRABLE FOR EACH ROW EXECUTE FUNCTION evil.trig();
CREATE FUNCTION evil.defer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO evil.d VALUES (1); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.defer();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says SET ROLE postgres; in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot set parameter "role"')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET ROLE postgres; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says RESET ROLE; in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot set parameter "role"')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RESET ROLE; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says SET SESSION AUTHORIZATION DEFAULT; in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot set parameter "session_authorization"')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET SESSION AUTHORIZATION DEFAULT; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says CREATE TEMP TABLE pg_class (i int); in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot create temporary table within')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN CREATE TEMP TABLE pg_class (i int); PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says EXECUTE 'PREPARE p AS SELECT 1'; in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot execute PREPARE within')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'PREPARE p AS SELECT 1'; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says LISTEN x; in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'cannot execute LISTEN within')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN LISTEN x; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger says DECLARE c CURSOR WITH HOLD FOR SELECT evil.act(); in a superuser's sweep
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.blocked_row WHERE reason ~ 'WITH HOLD within')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT evil.act()'; PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a trigger sets the search_path of a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE FUNCTION evil.code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.set_config('search_path', 'evil', false); PERFORM evil.act(); RETURN OLD; END$$;
CREATE TRIGGER a BEFORE DELETE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.code();
CREATE FUNCTION evil.max(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM evil.act(); RETURN ''; END$$;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();
SELECT * FROM retention.status;

-- attempt: a rule of the owner's is added to a superuser's sweep
-- expect: (ran|nothing)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE RULE r AS ON DELETE TO evil.t DO ALSO SELECT evil.act();
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a function in applies_to stamps in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$evil.cond(name)$c$);
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a function in applies_to stamps what a superuser inserts
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'observe', $c$evil.cond(name)$c$);
-- as postgres
CALL retention.sweep();
CALL retention.sweep();
DELETE FROM evil.log;
INSERT INTO evil.t VALUES (7, 'x', NULL);

-- attempt: an operator in applies_to stamps in a superuser's sweep
-- expect: ran
-- as mallory
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.cond2);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$name OPERATOR(evil.=) 'x'$c$);
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a cast in applies_to stamps in a superuser's sweep
-- expect: ran
-- as mallory
CREATE TYPE evil.c AS (w text);
CREATE FUNCTION evil.to_bool(evil.c) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN evil.act(); END$$;
CREATE CAST (evil.c AS boolean) WITH FUNCTION evil.to_bool(evil.c) AS IMPLICIT;
ALTER TABLE evil.t ADD v evil.c DEFAULT ROW('x');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$v$c$);
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a domain in applies_to is read when a superuser validates
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$name <> ALL (CAST('{a}' AS evil.word[])::text[])$c$);
-- as postgres
TRUNCATE evil.log;
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a function of an index over the table runs as a superuser's sweep stamps
-- expect: (ran|nothing)
-- as mallory
CREATE INDEX ON evil.t (evil.fixed(name));
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
TRUNCATE evil.log;
UPDATE retention.policy SET clock_starts = '{left_on,left_on}';
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: an anonymiser of the owner's runs in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('evil.t', 'name', 'name', 'function', 'evil.anon');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a check of the owner's is evaluated in a superuser's sweep
-- expect: ran
-- as mallory
ALTER TABLE evil.t ADD CONSTRAINT c CHECK (evil.cond(name));
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('evil.t', 'name', 'name', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a generated column of the owner's is computed in a superuser's sweep
-- expect: ran
-- as mallory
ALTER TABLE evil.t ADD g text GENERATED ALWAYS AS (evil.fixed(name)) STORED;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('evil.t', 'name', 'name', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: an index of the owner's is written in a superuser's sweep
-- expect: ran
-- as mallory
CREATE INDEX ON evil.t (evil.fixed(name));
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('evil.t', 'name', 'name', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a domain's check is evaluated as a superuser validates the anonymiser null
-- expect: (ran|nothing)
-- as mallory
ALTER TABLE evil.t ALTER name TYPE evil.word;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('evil.t', 'name', 'name', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
-- as postgres
TRUNCATE evil.log;
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a domain's check is evaluated as a superuser validates the anonymiser constant
-- expect: (ran|nothing)
-- as mallory
ALTER TABLE evil.t ALTER name TYPE evil.word;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('evil.t', 'name', 'name', 'constant', 'z');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
-- as postgres
TRUNCATE evil.log;
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a domain's check is evaluated as a superuser validates the anonymiser redact
-- expect: (ran|nothing)
-- as mallory
ALTER TABLE evil.t ALTER name TYPE evil.word;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('evil.t', 'name', 'name', 'redact');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
-- as postgres
TRUNCATE evil.log;
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a domain's check is evaluated as a superuser validates a constant
-- expect: ran
-- as mallory
ALTER TABLE evil.t ALTER name TYPE evil.word;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('evil.t', 'name', 'name', 'constant', 'z');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'observe');
-- as postgres
TRUNCATE evil.log;
SELECT retention.resume();

-- attempt: a trigger of the owner's fires in a superuser's erase
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE DELETE OR UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT retention.erase('e', 1);

-- attempt: a trigger defers another until a superuser's erase commits
-- expect: ran
-- run: database
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TABLE evil.d (i int);
CREATE CONSTRAINT TRIGGER a AFTER INSERT ON evil.d DEFERRABLE FOR EACH ROW EXECUTE FUNCTION evil.trig();
CREATE FUNCTION evil.defer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO evil.d VALUES (1); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END$$;
CREATE TRIGGER a BEFORE DELETE OR UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.defer();
-- as postgres
CALL retention.sweep();
SELECT retention.erase('e', 1);

-- attempt: a trigger of the owner's fires in a superuser's rectify
-- expect: ran
-- as mallory
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT retention.rectify('e', 1, 'evil.t', '1', '{"name": "n"}');

-- attempt: a trigger defers another until a superuser's rectify commits
-- expect: ran
-- run: database
-- as mallory
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TABLE evil.d (i int);
CREATE CONSTRAINT TRIGGER a AFTER INSERT ON evil.d DEFERRABLE FOR EACH ROW EXECUTE FUNCTION evil.trig();
CREATE FUNCTION evil.defer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO evil.d VALUES (1); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END$$;
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.defer();
-- as postgres
CALL retention.sweep();
SELECT retention.rectify('e', 1, 'evil.t', '1', '{"name": "n"}');

-- attempt: a trigger of the owner's fires in a superuser's restrict
-- expect: nothing
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT retention.restrict('e', 1, 'r');

-- attempt: a trigger of the owner's fires in a superuser's reinstate
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT retention.reinstate('evil.t'::regclass, 1);

-- attempt: a trigger defers another until a superuser's reinstate commits
-- expect: refused 42501: cannot fire deferred trigger|cannot fire deferred trigger
-- run: database
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TABLE evil.d (i int);
CREATE CONSTRAINT TRIGGER a AFTER INSERT ON evil.d DEFERRABLE FOR EACH ROW EXECUTE FUNCTION evil.trig();
CREATE FUNCTION evil.defer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO evil.d VALUES (1); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END$$;
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.defer();
-- as postgres
CALL retention.sweep();
SELECT retention.reinstate('evil.t'::regclass, 1);

-- attempt: a trigger of the owner's fires in a superuser's export
-- expect: nothing
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT retention.export('e', 1);

-- attempt: a trigger of the owner's fires in a superuser's check
-- expect: nothing
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT * FROM retention.check();

-- attempt: a trigger of the owner's fires in a superuser's status
-- expect: nothing
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
CREATE TRIGGER a BEFORE UPDATE ON evil.t FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CALL retention.sweep();
SELECT * FROM retention.status;

-- attempt: a domain in a key is read in a superuser's erase
-- expect: refused 0A000: column "id" of table "k" is of type evil.key, which cannot be a key here
-- as mallory
CREATE DOMAIN evil.n AS int CHECK (evil.cond(VALUE::text));
CREATE TYPE evil.key AS (n evil.n);
CREATE TABLE evil.k (id evil.key PRIMARY KEY);
INSERT INTO evil.k VALUES (ROW(1));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'evil.k');
TRUNCATE evil.log;
-- as postgres
SELECT * FROM retention.erase('k', '(1)'::text);

-- attempt: a domain in a key is read in a superuser's export
-- expect: refused 0A000: column "id" of table "k" is of type evil.key, which cannot be a key here
-- as mallory
CREATE DOMAIN evil.n AS int CHECK (evil.cond(VALUE::text));
CREATE TYPE evil.key AS (n evil.n);
CREATE TABLE evil.k (id evil.key PRIMARY KEY);
INSERT INTO evil.k VALUES (ROW(1));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'evil.k');
TRUNCATE evil.log;
-- as postgres
SELECT * FROM retention.export('k', '(1)'::text);

-- attempt: a domain in a key is read in a superuser's explain_subject
-- expect: refused 0A000: column "id" of table "k" is of type evil.key, which cannot be a key here
-- as mallory
CREATE DOMAIN evil.n AS int CHECK (evil.cond(VALUE::text));
CREATE TYPE evil.key AS (n evil.n);
CREATE TABLE evil.k (id evil.key PRIMARY KEY);
INSERT INTO evil.k VALUES (ROW(1));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'evil.k');
TRUNCATE evil.log;
-- as postgres
SELECT * FROM retention.explain_subject('k', '(1)'::text);

-- attempt: a domain in a key is read in a superuser's restrict
-- expect: refused 0A000: column "id" of table "k" is of type evil.key, which cannot be a key here
-- as mallory
CREATE DOMAIN evil.n AS int CHECK (evil.cond(VALUE::text));
CREATE TYPE evil.key AS (n evil.n);
CREATE TABLE evil.k (id evil.key PRIMARY KEY);
INSERT INTO evil.k VALUES (ROW(1));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'evil.k');
TRUNCATE evil.log;
-- as postgres
SELECT * FROM retention.restrict('k', '(1)'::text, 'r');

-- attempt: a cast of the owner's is used in a superuser's find_subject
-- expect: (ran|nothing)
-- as mallory
CREATE TYPE evil.c AS (w text);
CREATE FUNCTION evil.to_text(evil.c) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM evil.act(); RETURN ''; END$$;
CREATE CAST (evil.c AS text) WITH FUNCTION evil.to_text(evil.c) AS IMPLICIT;
ALTER TABLE evil.t ADD v evil.c DEFAULT ROW('x');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('e', 'evil.t', '{v}');
-- as postgres
SELECT * FROM retention.find_subject('x');
SELECT retention.export('e', 1);
SELECT retention.erase('e', 1);

-- attempt: a function of a materialised view runs in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE MATERIALIZED VIEW evil.m AS SELECT id, evil.anon(name) AS n FROM evil.t;
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a function of an index on a materialised view runs in a superuser's sweep
-- expect: ran
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
CREATE MATERIALIZED VIEW evil.m AS SELECT id, name FROM evil.t;
CREATE INDEX ON evil.m (evil.fixed(name));
TRUNCATE evil.log;
-- as postgres
CALL retention.sweep();
CALL retention.sweep();
