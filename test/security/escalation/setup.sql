CREATE EXTENSION pg_retention;
CREATE SCHEMA evil AUTHORIZATION mallory;
CREATE SCHEMA bobs AUTHORIZATION bob;
CREATE SCHEMA su;
GRANT USAGE ON SCHEMA evil, bobs, su TO PUBLIC;
GRANT USAGE ON SCHEMA retention TO mallory, bob, dpo;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON retention.policy, retention.personal_column, retention.subject_kind,
    retention.subject_link, retention.controller TO mallory, bob, dpo;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO mallory, bob, dpo;
SET ROLE mallory;
CREATE TABLE evil.log (who name);
GRANT INSERT ON evil.log TO PUBLIC;
CREATE FUNCTION evil.act() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$BEGIN
    INSERT INTO evil.log VALUES (current_user);
    BEGIN
        ALTER ROLE mallory SUPERUSER;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    RETURN true;
END$$;
-- plpgsql, so that they are not inlined.
CREATE FUNCTION evil.cond(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN evil.act(); END$$;
CREATE FUNCTION evil.cond2(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN evil.act(); END$$;
CREATE FUNCTION evil.anon(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM evil.act(); RETURN 'x'; END$$;
CREATE FUNCTION evil.fixed(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM evil.act(); RETURN 'x'; END$$;
CREATE FUNCTION evil.trig() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    PERFORM evil.act(); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END$$;
CREATE DOMAIN evil.word AS text CHECK (evil.cond(VALUE));
CREATE TABLE evil.t (id int PRIMARY KEY, name text, left_on date);
INSERT INTO evil.t VALUES (1, 'x', '2020-01-01'), (2, 'y', NULL);
RESET ROLE;
SET ROLE bob;
CREATE TABLE bobs.t (id int PRIMARY KEY, name text, left_on date);
INSERT INTO bobs.t VALUES (1, 'x', '2020-01-01'), (2, 'y', NULL);
GRANT REFERENCES ON bobs.t TO mallory;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('bobs', 'bobs.t', '{left_on}', '1 day', 'delete', 'observe');
RESET ROLE;
CREATE TABLE su.t (id int PRIMARY KEY, name text, left_on date);
INSERT INTO su.t VALUES (1, 'x', '2020-01-01'), (2, 'y', NULL);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('su.t', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('su', 'su.t', '{left_on}', '1 day', 'delete', 'observe');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('su', 'su.t');
CREATE TABLE su.child (id int PRIMARY KEY, t_id int REFERENCES su.t, name text);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('su', 'su.child', 't_id');
CALL retention.sweep();
