-- attempt: policy_before is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.policy_before();
INSERT INTO evil.t VALUES (7);

-- attempt: policy_after is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.policy_after();
INSERT INTO evil.t VALUES (7);

-- attempt: check_subject is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.check_subject();
INSERT INTO evil.t VALUES (7);

-- attempt: personal_column_before is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.personal_column_before();
INSERT INTO evil.t VALUES (7);

-- attempt: check_personal_column is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.check_personal_column();
INSERT INTO evil.t VALUES (7);

-- attempt: refuse_truncate is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.refuse_truncate();
INSERT INTO evil.t VALUES (7);

-- attempt: ledger_append_only is put into a trigger of the attacker's
-- expect: refused 42501: permission denied for function
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.ledger_append_only();
INSERT INTO evil.t VALUES (7);

-- attempt: maintain_clock is put into a trigger of the attacker's
-- expect: refused 39P01
-- as mallory
CREATE TRIGGER a AFTER INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.maintain_clock();
INSERT INTO evil.t VALUES (7);

-- attempt: guard_delete is put into a trigger of the attacker's
-- expect: refused 39P01
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.guard_delete();
INSERT INTO evil.t VALUES (7);

-- attempt: follow_path is put into a trigger of the attacker's
-- expect: refused 39P01
-- as mallory
CREATE TRIGGER a BEFORE INSERT ON evil.t FOR EACH ROW EXECUTE FUNCTION retention.follow_path();
INSERT INTO evil.t VALUES (7);

-- attempt: after_ddl is put into an event trigger of the attacker's
-- expect: refused 42501
-- as mallory
CREATE EVENT TRIGGER a ON ddl_command_end EXECUTE FUNCTION retention.after_ddl();

-- attempt: check_managed is put into an event trigger of the attacker's
-- expect: refused 42501
-- as mallory
CREATE EVENT TRIGGER a ON ddl_command_end EXECUTE FUNCTION retention.check_managed();

-- attempt: a superuser checks with the attacker's schema first on his search_path
-- expect: nothing
-- as mallory
CREATE FUNCTION evil.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$SELECT evil.act()::text$$;
CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS $$SELECT evil.act()::text$$;
CREATE TABLE evil.pg_class (oid oid, relowner oid);
CREATE FUNCTION evil.eq(regclass, regclass) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN evil.act(); END$$;
CREATE OPERATOR evil.= (LEFTARG = regclass, RIGHTARG = regclass, FUNCTION = evil.eq);
CREATE FUNCTION evil.ne("char", "char") RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN evil.act(); END$$;
CREATE OPERATOR evil.<> (LEFTARG = "char", RIGHTARG = "char", FUNCTION = evil.ne);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'enforce');
-- as postgres
SET search_path = evil, pg_catalog;
SELECT * FROM retention.check();
SELECT * FROM retention.status;
SELECT * FROM retention.gaps;
SELECT * FROM retention.personal_columns;
SELECT * FROM retention.stale_view;
SELECT retention.resume();
CALL retention.sweep();
SELECT retention.restrict('su', 1, 'r');
SELECT retention.erase('su', 1);
SELECT retention.export('su', 2);

-- attempt: a superuser releases the types with the attacker's schema first on his search_path
-- expect: nothing
-- as mallory
CREATE FUNCTION evil.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM evil.act(); RETURN pg_catalog.format($1, VARIADIC $2); END$$;
CREATE FUNCTION evil.pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM evil.act(); RETURN pg_catalog.pg_get_expr($1, $2); END$$;
CREATE TABLE evil.typed (id int, mail retention.email DEFAULT 'a@b.no' CHECK (mail <> 'x@y.no'::retention.email));
-- as postgres
SET search_path = evil, pg_catalog;
SELECT * FROM retention.release_types();

-- attempt: another tenant's row is reinstated
-- expect: refused P0002: no such row
-- never: EXISTS (SELECT FROM su.r WHERE id = 1 AND left_on IS NULL)
-- as postgres
CREATE TABLE su.r (id int PRIMARY KEY, tenant name, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('r', 'su.r', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO su.r VALUES (1, 'bob', '2020-01-01'), (2, 'mallory', '2020-01-01');
GRANT SELECT, UPDATE ON su.r TO mallory;
ALTER TABLE su.r ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON su.r USING (tenant = current_user);
-- as mallory
SELECT retention.reinstate('su.r'::regclass, 1);

-- attempt: a row that may be read and not changed is reinstated
-- expect: refused P0002: no such row
-- never: EXISTS (SELECT FROM su.r WHERE id = 1 AND left_on IS NULL)
-- as postgres
CREATE TABLE su.r (id int PRIMARY KEY, tenant name, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('r', 'su.r', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO su.r VALUES (1, 'bob', '2020-01-01'), (2, 'mallory', '2020-01-01');
GRANT SELECT, UPDATE ON su.r TO mallory;
ALTER TABLE su.r ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON su.r FOR SELECT USING (true);
CREATE POLICY q ON su.r FOR UPDATE USING (tenant = current_user);
-- as mallory
SELECT retention.reinstate('su.r'::regclass, 1);

-- attempt: a row is reinstated that is not the caller's then
-- expect: refused P0002: no such row
-- never: EXISTS (SELECT FROM su.r WHERE id = 2 AND left_on IS NULL)
-- as postgres
CREATE TABLE su.r (id int PRIMARY KEY, tenant name, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('r', 'su.r', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO su.r VALUES (1, 'bob', '2020-01-01'), (2, 'mallory', '2020-01-01');
GRANT SELECT, UPDATE ON su.r TO mallory;
ALTER TABLE su.r ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON su.r USING (tenant = current_user AND left_on IS NOT NULL);
-- as mallory
SELECT retention.reinstate('su.r'::regclass, 2);

-- attempt: one's own row is reinstated, which row security allows
-- expect: nothing
-- never: NOT EXISTS (SELECT FROM su.r WHERE id = 2 AND left_on IS NULL)
-- as postgres
CREATE TABLE su.r (id int PRIMARY KEY, tenant name, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('r', 'su.r', '{left_on}', '1 day', '50 years', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO su.r VALUES (1, 'bob', '2020-01-01'), (2, 'mallory', '2020-01-01');
GRANT SELECT, UPDATE ON su.r TO mallory;
ALTER TABLE su.r ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON su.r USING (tenant = current_user);
-- as mallory
SELECT retention.reinstate('su.r'::regclass, 2);
