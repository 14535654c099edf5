-- attempt: the trigger of a table fires in a partition of a superuser's
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.sweep_run WHERE problem LIKE '%belongs to a role whose rights%')
-- as mallory
CREATE TABLE evil.p (id int, name text, left_on date) PARTITION BY RANGE (id);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('p', 'evil.p', '{left_on}', '1 day', 'delete', 'enforce');
CREATE TRIGGER a BEFORE DELETE ON evil.p FOR EACH ROW EXECUTE FUNCTION evil.trig();
-- as postgres
CREATE TABLE su.p PARTITION OF evil.p FOR VALUES FROM (1) TO (9);
INSERT INTO su.p VALUES (1, 'x', '2020-01-01');
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a condition of a table stamps the rows of a partition of a superuser's
-- expect: ran
-- as mallory
CREATE TABLE evil.p (id int, name text, left_on date) PARTITION BY RANGE (id);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('p', 'evil.p', '{left_on}', '1 day', 'delete', 'enforce', 'evil.cond(name)');
-- as postgres
CREATE TABLE su.p PARTITION OF evil.p FOR VALUES FROM (1) TO (9);
INSERT INTO su.p VALUES (1, 'x', '2020-01-01');
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: an anonymiser of a table is run in a partition of a superuser's
-- expect: nothing
-- as mallory
CREATE TABLE evil.p (id int, name text, left_on date) PARTITION BY RANGE (id);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('evil.p', 'name', 'name', 'function', 'evil.anon');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('p', 'evil.p', '{left_on}', '1 day', 'anonymise', 'enforce');
-- as postgres
CREATE TABLE su.p PARTITION OF evil.p FOR VALUES FROM (1) TO (9);
INSERT INTO su.p VALUES (1, 'x', '2020-01-01');
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: a table with a condition becomes another's by ALTER TABLE
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.status WHERE name = 'e' AND state = 'not confirmed') OR NOT EXISTS (SELECT FROM retention.check() WHERE NOT ok AND what = 'condition is its owner''s') OR NOT EXISTS (SELECT FROM retention.policy p WHERE name = 'e' AND validated)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$evil.cond(name)$c$);
-- as postgres
CALL retention.sweep();
-- as postgres
SELECT retention.resume();
ALTER TABLE evil.t OWNER TO postgres;
DELETE FROM evil.log;
INSERT INTO evil.t VALUES (7, 'x', '2020-01-01');
UPDATE evil.t SET name = 'n';
CALL retention.sweep();
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a table with a condition becomes another's by REASSIGN OWNED
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.status WHERE name = 'e' AND state = 'not confirmed') OR NOT EXISTS (SELECT FROM retention.check() WHERE NOT ok AND what = 'condition is its owner''s') OR NOT EXISTS (SELECT FROM retention.policy p WHERE name = 'e' AND validated)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$evil.cond(name)$c$);
-- as postgres
CALL retention.sweep();
-- as postgres
SELECT retention.resume();
REASSIGN OWNED BY mallory TO postgres;
ALTER FUNCTION evil.cond(text) OWNER TO mallory; ALTER FUNCTION evil.act() OWNER TO mallory; ALTER TABLE evil.log OWNER TO mallory;
DELETE FROM evil.log;
INSERT INTO evil.t VALUES (7, 'x', '2020-01-01');
UPDATE evil.t SET name = 'n';
CALL retention.sweep();
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a table with a condition becomes another's by ALTER TABLE to bob
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.status WHERE name = 'e' AND state = 'not confirmed') OR NOT EXISTS (SELECT FROM retention.check() WHERE NOT ok AND what = 'condition is its owner''s') OR NOT EXISTS (SELECT FROM retention.policy p WHERE name = 'e' AND validated)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$evil.cond(name)$c$);
-- as postgres
CALL retention.sweep();
-- as postgres
SELECT retention.resume();
ALTER TABLE evil.t OWNER TO bob;
DELETE FROM evil.log;
INSERT INTO evil.t VALUES (7, 'x', '2020-01-01');
UPDATE evil.t SET name = 'n';
CALL retention.sweep();
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a table with an anonymiser becomes another's
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM retention.check() WHERE NOT ok AND what = 'anonymiser is its owner''s')
-- as mallory
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('evil.t', 'name', 'name', 'function', 'evil.anon');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'anonymise', 'enforce');
-- as postgres
ALTER TABLE evil.t OWNER TO postgres;
DELETE FROM evil.log;
CALL retention.sweep();
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a superuser's condition is given another meaning by the next owner
-- expect: nothing
-- as postgres
UPDATE retention.policy SET applies_to = 'name = ''x''' WHERE name = 'su';
CALL retention.sweep();
ALTER TABLE su.t OWNER TO mallory;
GRANT CREATE ON SCHEMA su TO mallory;
-- as mallory
CREATE TYPE evil.c AS (w text);
CREATE FUNCTION evil.to_text(evil.c) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM evil.act(); RETURN ''; END$$;
CREATE CAST (evil.c AS text) WITH FUNCTION evil.to_text(evil.c) AS IMPLICIT;
ALTER TABLE su.t ADD v evil.c;
ALTER TABLE su.t DROP v, ALTER name TYPE evil.c USING ROW(name)::evil.c;
INSERT INTO su.t VALUES (9, NULL, ROW('x'));
-- as postgres
CALL retention.sweep();
CALL retention.sweep();

-- attempt: who may write policies confirms what an owner wrote before
-- expect: refused 42501: must be owner
-- never: (SELECT written_for = 'postgres'::regrole FROM retention.policy WHERE name = 'other')
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce', $c$evil.cond(name)$c$);
-- as postgres
ALTER TABLE evil.t OWNER TO postgres;
DELETE FROM evil.log;
-- as dpo
UPDATE retention.policy SET applies_to = applies_to, name = 'other' WHERE name = 'e';
UPDATE retention.policy SET applies_to = applies_to WHERE name = 'other';
UPDATE retention.policy SET applies_to = 'evil.cond(name) ' WHERE name = 'other';
-- as postgres
CALL retention.sweep();
CALL retention.sweep();
INSERT INTO evil.t VALUES (7, 'x', '2020-01-01');
