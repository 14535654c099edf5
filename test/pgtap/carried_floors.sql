-- A row that must be kept and was carried here from elsewhere is guarded by what is declared of it, before its rows are stamped, checked or ready.
BEGIN;
SELECT plan(25);
SET client_min_messages = warning;
SET retention.test_now = '2026-11-28 12:00Z';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now, retention.reveal, retention.confirm_drop TO keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
CREATE TABLE here (id int, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('here', 'here', '{at}', '9 years', 'delete', 'enforce');

-- As a dump of single tables makes them, with the numbers of another database. 1 is kept; 2 has not started; 3 may go.
CREATE FUNCTION pg_temp.carried(schema text, modifier bigint, clock text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %1$I; GRANT ALL ON SCHEMA %1$I TO keeper;
        CREATE TABLE %1$I.persons (id int PRIMARY KEY);
        CREATE TABLE %1$I.books (id int PRIMARY KEY, person int REFERENCES %1$I.persons ON DELETE CASCADE, written date, retention_clock retention.clock(%2$s) NOT NULL DEFAULT %3$L);
        CREATE TABLE %1$I.parts (id int, person int REFERENCES %1$I.persons ON DELETE CASCADE, written date, retention_clock retention.clock(%2$s) NOT NULL DEFAULT %3$L) PARTITION BY LIST (id);
        CREATE TABLE %1$I.parts_1 PARTITION OF %1$I.parts FOR VALUES IN (1); CREATE TABLE %1$I.parts_2 PARTITION OF %1$I.parts FOR VALUES IN (2, 3);
        INSERT INTO %1$I.persons SELECT generate_series(1, 3);
        INSERT INTO %1$I.books VALUES (1, 1, ''2026-01-01''), (2, 2, NULL), (3, 3, ''2001-01-01'');
        INSERT INTO %1$I.parts VALUES (1, 1, ''2026-01-01''), (2, 2, NULL), (3, 3, ''2001-01-01'');', schema, modifier, clock);
    EXECUTE (SELECT string_agg(format('CREATE TRIGGER "~retention_clock" BEFORE INSERT OR UPDATE ON %1$I.%2$I FOR EACH ROW EXECUTE FUNCTION retention.maintain_clock();
        CREATE TRIGGER "!retention_guard" AFTER DELETE ON %1$I.%2$I FOR EACH ROW EXECUTE FUNCTION retention.guard_delete();
        ALTER TABLE %1$I.%2$I ENABLE ALWAYS TRIGGER "~retention_clock", ENABLE ALWAYS TRIGGER "!retention_guard"', schema, t), ';') FROM unnest('{books,parts}'::text[]) t);
    EXECUTE (SELECT string_agg(format('ALTER TABLE %I.%I OWNER TO keeper', schema, t), ';') FROM unnest('{persons,books,parts,parts_1,parts_2}'::text[]) t);
END $$;
CREATE FUNCTION pg_temp.governed(schema text, mode text DEFAULT 'enforce') RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference)
    SELECT schema || ' ' || t, format('%I.%I', schema, t)::regclass, '{written}', '9 years', '5 years', 'delete', mode, 'Bookkeeping Act' FROM unnest('{books,parts}'::text[]) t $$;
-- What a command comes to, taken back.
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL retention.reveal = on;
    SET LOCAL retention.confirm_drop = on;
    EXECUTE what;
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN 'done'; WHEN SQLSTATE 'RT001' THEN RETURN 'kept'; WHEN OTHERS THEN RETURN SQLERRM;
END $$;

SELECT pg_temp.carried('owned', 7, 'none');
SET ROLE keeper;
SELECT pg_temp.governed('owned');
RESET ROLE;
SELECT is((SELECT string_agg(validated || ' ' || ready, ', ') FROM retention.policy WHERE name LIKE 'owned%'), 'true false, true false', 'policies that an owner wrote for carried tables wait for their rows to be stamped');
SELECT is(pg_temp.tried('DELETE FROM owned.persons WHERE id = 1'), 'kept', 'a cascade takes no carried row that is kept');
SELECT is(pg_temp.tried('DELETE FROM owned.persons WHERE id = 2'), 'kept', 'a cascade takes no carried row whose clock has not started');
SELECT is(pg_temp.tried('DELETE FROM owned.persons WHERE id = 3'), 'done', 'a cascade takes a carried row whose floor is over');
SELECT is(pg_temp.tried('DELETE FROM owned.books WHERE id = 1'), 'kept', 'who reveals deletes no carried row that is kept');
SELECT is(pg_temp.tried('DELETE FROM owned.parts WHERE id = 1'), 'kept', 'a carried partition deletes no row that is kept');
SELECT is(pg_temp.tried('UPDATE owned.books SET written = ''2010-01-01'' WHERE id = 1'), 'kept', 'a carried row is not back-dated');
SELECT is(pg_temp.tried('UPDATE owned.books SET written = ''2027-01-01'' WHERE id = 1'), 'done', 'a carried row is put off');
SELECT is(pg_temp.tried('UPDATE owned.parts SET id = 2 WHERE id = 1'), 'done', 'a carried row moves to another partition');
SELECT is(pg_temp.tried('UPDATE owned.parts SET id = 2, written = ''2010-01-01'' WHERE id = 1'), 'kept', 'a carried row is not back-dated on its way to another partition');
SELECT is(pg_temp.tried('CREATE FUNCTION owned.swallow() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''; CREATE TRIGGER swallow BEFORE INSERT ON owned.parts_2 FOR EACH ROW EXECUTE FUNCTION owned.swallow(); UPDATE owned.parts SET id = 2 WHERE id = 1'),
    'kept', 'a carried row is not lost on its way to another partition');
SELECT is(pg_temp.tried('TRUNCATE owned.books'), 'kept', 'a carried table is not emptied');
SELECT is(pg_temp.tried('DROP TABLE owned.books'), 'kept', 'a carried table is not dropped');
SELECT is(pg_temp.tried('DROP TABLE owned.parts_1'), 'kept', 'a carried partition is not dropped');
SELECT is(pg_temp.tried('TRUNCATE owned.persons CASCADE'), 'kept', 'a carried table is not emptied with another one');

SELECT pg_temp.carried('super', 7, 'unknown');
SELECT pg_temp.governed('super');
SELECT is((SELECT string_agg(validated || ' ' || ready, ', ') FROM retention.policy WHERE name LIKE 'super%'), 'false false, false false', 'policies that a superuser wrote for carried tables wait to be checked');
SELECT is(pg_temp.tried('DELETE FROM super.persons WHERE id = 1'), 'kept', 'before a policy is checked a cascade takes no row that is kept');
SELECT is(pg_temp.tried('UPDATE super.books SET written = ''2010-01-01'' WHERE id = 1'), 'kept', 'before a policy is checked no row is back-dated');

-- A restore of this database from a moment when its policies were not ready.
SELECT pg_temp.carried('same', (SELECT number FROM retention.numbering), 'none');
SELECT pg_temp.governed('same');
SELECT is(pg_temp.tried('UPDATE same.books SET written = ''2026-02-01'' WHERE id = 1; DELETE FROM same.persons WHERE id = 1'), 'kept', 'of the same numbers the policy that is not checked guards what it stamps');

SELECT pg_temp.carried('watched', 7, 'none');
SELECT pg_temp.governed('watched', 'observe');
SELECT is(pg_temp.tried('DELETE FROM watched.persons WHERE id = 1'), 'done', 'what observes keeps no carried row');

-- A table that was here has its guard from when its policy is ready.
CREATE TABLE local (id int PRIMARY KEY, written date);
INSERT INTO local VALUES (1, '2026-01-01');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES ('local', 'local', '{written}', '9 years', '5 years', 'delete', 'enforce');
SELECT is(pg_temp.tried('DELETE FROM local'), 'done', 'a table that was here is guarded when its policy is ready');
CALL retention.sweep();
SELECT is(pg_temp.tried('DELETE FROM local'), 'kept', 'a policy that is ready guards');
SELECT is(pg_temp.tried('DELETE FROM owned.persons WHERE id = 1'), 'kept', 'stamped, a carried row is kept as before');
SELECT is(pg_temp.tried('DELETE FROM owned.persons WHERE id = 3'), 'done', 'stamped, one whose floor is over may go');
SELECT is((SELECT string_agg(DISTINCT state, ', ') FROM retention.status WHERE name LIKE 'owned%' OR name LIKE 'super%'), 'enforcing', 'the policies of carried tables are enforced in the end');
SELECT * FROM finish();
ROLLBACK;
