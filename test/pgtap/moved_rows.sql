-- A row that changes partition is not deleted, if it arrives: what may not go is neither swallowed, sent elsewhere nor changed on its way.
SELECT plan(31);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE TABLE inv (id int, at date, reg text, note text) PARTITION BY LIST (reg);
CREATE TABLE inv_a PARTITION OF inv FOR VALUES IN ('a');
CREATE TABLE inv_b PARTITION OF inv FOR VALUES IN ('b');
CREATE TABLE inv_c PARTITION OF inv FOR VALUES IN ('c');
CREATE TABLE inv_d PARTITION OF inv FOR VALUES IN ('d');
CREATE TABLE inv_e PARTITION OF inv FOR VALUES IN ('e') PARTITION BY RANGE (id);
CREATE TABLE inv_e1 PARTITION OF inv_e FOR VALUES FROM (0) TO (100);
CREATE TABLE elsewhere (id int, at date, reg text, note text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode)
VALUES ('inv', 'inv', '{at}', '5 years', 'delete', '5 years', 'enforce');
CALL retention.sweep();
INSERT INTO inv (id, at, reg) SELECT i, '2026-03-01', 'a' FROM generate_series(1, 9) i;
INSERT INTO inv (id, at, reg) VALUES (20, '2020-03-01', 'a');
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION redirect() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO elsewhere VALUES (NEW.id, NEW.at, NEW.reg, NEW.note); RETURN NULL; END$$;
CREATE FUNCTION back_date() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.at := '2019-01-01'; RETURN NEW; END$$;
CREATE FUNCTION unclock() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.retention_clock := 'none'; RETURN NEW; END$$;
CREATE FUNCTION move_another() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 4 THEN UPDATE inv SET reg = 'c' WHERE id = 5; END IF; RETURN NEW; END$$;
CREATE TRIGGER aaa BEFORE INSERT ON inv_b FOR EACH ROW EXECUTE FUNCTION swallow();

SELECT throws_ok($$UPDATE inv SET reg = 'b' WHERE id = 1$$, 'RT001', NULL, 'a mandatory row that is swallowed on its way stops the statement');
SELECT throws_ok($$UPDATE inv SET reg = CASE id WHEN 1 THEN 'b' ELSE 'c' END$$, 'RT001', NULL, 'a row among many that is swallowed stops the statement');
SELECT throws_ok($$UPDATE inv SET reg = 'b' WHERE id = 1 RETURNING id$$, 'RT001', NULL, 'a row that is swallowed stops a statement that returns rows');
SELECT throws_like($$UPDATE inv SET reg = 'b' WHERE id = 1$$, 'cannot lose on its way to another partition a row of "inv_a": inv requires it until 2031-03-02', 'the error says what is lost, by which law and until when');
SELECT throws_ok($t$DO $$BEGIN UPDATE inv SET reg = 'b' WHERE id = 1; END$$$t$, 'RT001', NULL, 'a row that is swallowed stops a statement of a function');
SELECT lives_ok($$UPDATE inv SET reg = 'b' WHERE id = 20$$, 'a row that is released may be swallowed') FROM set_config('retention.reveal', 'on', false);
SELECT is((SELECT count(*) FROM inv WHERE id = 20), 0::bigint, 'a row that is released and swallowed is gone');
SELECT is((SELECT count(*) FROM inv_a), 9::bigint, 'every mandatory row is where it was');
DROP TRIGGER aaa ON inv_b;
CREATE TRIGGER aaa BEFORE INSERT ON inv_b FOR EACH ROW EXECUTE FUNCTION redirect();
SELECT throws_ok($$UPDATE inv SET reg = 'b' WHERE id = 1$$, 'RT001', NULL, 'a mandatory row that is sent elsewhere stops the statement');
SELECT is_empty('SELECT FROM elsewhere', 'nothing is left elsewhere');
DROP TRIGGER aaa ON inv_b;
CREATE TRIGGER aaa BEFORE INSERT ON inv_b FOR EACH ROW EXECUTE FUNCTION back_date();
SELECT throws_ok($$UPDATE inv SET reg = 'b' WHERE id = 1$$, 'RT001', NULL, 'a mandatory row is not back-dated on its way');
DROP TRIGGER aaa ON inv_b;
CREATE TRIGGER aaa BEFORE INSERT ON inv_e1 FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT throws_ok($$UPDATE inv SET reg = 'e' WHERE id = 1$$, 'RT001', NULL, 'a row that is swallowed two levels below stops the statement');
DROP TRIGGER aaa ON inv_e1;
SELECT lives_ok($$UPDATE inv SET reg = 'e' WHERE id = 1$$, 'a row that arrives two levels below');
CREATE TRIGGER aaa BEFORE INSERT ON inv_b FOR EACH ROW EXECUTE FUNCTION move_another();
SELECT lives_ok($$UPDATE inv SET reg = 'b' WHERE id IN (2, 3, 4)$$, 'a trigger on the way may move other rows');
SELECT results_eq('SELECT id, reg FROM inv WHERE id < 6 ORDER BY id', $$VALUES (1, 'e'), (2, 'b'), (3, 'b'), (4, 'b'), (5, 'c')$$, 'rows that move inside others arrive, too');
DROP TRIGGER aaa ON inv_b;
CREATE TRIGGER aaa BEFORE INSERT ON inv_c FOR EACH ROW EXECUTE FUNCTION swallow();
CREATE TRIGGER aaa BEFORE INSERT ON inv_b FOR EACH ROW EXECUTE FUNCTION move_another();
UPDATE inv SET reg = 'd' WHERE id IN (4, 5);
SELECT throws_ok($$UPDATE inv SET reg = 'b' WHERE id = 4$$, 'RT001', NULL, 'a row that is swallowed inside the move of another stops both');
SELECT results_eq('SELECT id, reg FROM inv WHERE id IN (4, 5) ORDER BY id', $$VALUES (4, 'd'), (5, 'd')$$, 'both rows stay where they were');
DROP TRIGGER aaa ON inv_c;
DROP TRIGGER aaa ON inv_b;

-- Held.
CREATE TABLE people (id int, reg text, at date) PARTITION BY LIST (reg);
CREATE TABLE people_a PARTITION OF people FOR VALUES IN ('a');
CREATE TABLE people_b PARTITION OF people FOR VALUES IN ('b');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('people', 'people', '{at}', '5 years', 'delete', 'enforce');
INSERT INTO people (id, reg, at, retention_clock) VALUES (1, 'a', '2026-01-01', 'none held');
CREATE TRIGGER aaa BEFORE INSERT ON people_b FOR EACH ROW EXECUTE FUNCTION unclock();
SELECT lives_ok($$UPDATE people SET reg = 'b'$$, 'a held row moves');
SELECT matches((SELECT retention_clock::text FROM people), 'held$', 'a trigger on the way does not free a held row');
UPDATE people SET reg = 'a';
DROP TRIGGER aaa ON people_b;
CREATE TRIGGER aaa BEFORE INSERT ON people_b FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT throws_ok($$UPDATE people SET reg = 'b'$$, 'RT003', NULL, 'a held row that is swallowed stops the statement');

DROP TRIGGER aaa ON people_b;
INSERT INTO people (id, reg, at, retention_clock) VALUES (2, 'a', '2026-01-01', 'none anonymised');
CREATE ROLE mover;
GRANT SELECT, INSERT, UPDATE ON people TO mover;
SET ROLE mover;
UPDATE people SET reg = 'b' WHERE id = 2;
RESET ROLE;
SELECT matches((SELECT retention_clock::text FROM people WHERE id = 2), 'anonymised$', 'an anonymised row that somebody moves says so still');
SET ROLE mover;
WITH also AS (UPDATE people SET reg = 'a' WHERE id = 2 RETURNING id) SELECT FROM also;
RESET ROLE;
SELECT matches((SELECT retention_clock::text FROM people_a WHERE id = 2), 'anonymised$', 'an anonymised row that a CTE moves says so still');
SET ROLE mover;
MERGE INTO people p USING (VALUES (2), (3)) v (id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET reg = 'b' WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'b', '2026-01-01');
RESET ROLE;
SELECT results_eq($$SELECT id, retention_clock::text ~ 'anonymised$' FROM people_b WHERE id > 1 ORDER BY id$$, 'VALUES (2, true), (3, false)', 'an anonymised row that MERGE moves says so still, and one beside it does not');
UPDATE people SET reg = 'a' WHERE id = 2;
CREATE TRIGGER aaa BEFORE INSERT ON people_b FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION swallow();
SET ROLE mover;
MERGE INTO people p USING (VALUES (2), (4)) v (id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET reg = 'b' WHEN NOT MATCHED THEN INSERT (id, reg, at, retention_clock) VALUES (v.id, 'a', '2026-01-01', 'none anonymised');
RESET ROLE;
SELECT results_eq($$SELECT id, retention_clock::text ~ 'anonymised$' FROM people WHERE id IN (2, 4)$$, 'VALUES (4, false)', 'a row that MERGE inserts after one that is swallowed is not believed what its clock says');
DROP TRIGGER aaa ON people_b;
REVOKE ALL ON people FROM mover;
DROP ROLE mover;

-- Ways that are no moves.
CREATE RULE instead AS ON UPDATE TO inv WHERE NEW.note = 'away' DO INSTEAD DELETE FROM inv WHERE id = OLD.id;
SELECT throws_ok($$UPDATE inv SET note = 'away' WHERE id = 2$$, 'RT001', NULL, 'a rule that deletes instead is a deletion');
DROP RULE instead ON inv;
SELECT throws_ok($$MERGE INTO inv USING (VALUES (3)) v (id) ON inv.id = v.id WHEN MATCHED THEN UPDATE SET reg = 'c'$$, 'RT001', NULL, 'MERGE, where a deletion looks like a move, moves no mandatory row');
SELECT throws_ok($$WITH gone AS (DELETE FROM inv WHERE id = 3 RETURNING *) UPDATE inv SET reg = 'c' FROM gone WHERE inv.id = 2$$, 'RT001', NULL, 'a statement that deletes, too, moves no mandatory row');

-- Out of the database.
CREATE EXTENSION postgres_fdw;
SELECT format('CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database()) \gexec
CREATE USER MAPPING FOR CURRENT_USER SERVER far;
CREATE TABLE far_store (id int, at date, reg text, note text, retention_clock text);
CREATE FOREIGN TABLE inv_far PARTITION OF inv FOR VALUES IN ('far') SERVER far OPTIONS (table_name 'far_store');
SELECT isnt((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'inv_far'::regclass AND tgname = '~retention_clock'), 0::bigint, 'a foreign partition has the trigger that stamps');
SELECT throws_ok($$UPDATE inv SET reg = 'far' WHERE id = 2 AND reg = 'b'$$, 'RT001', NULL, 'a mandatory row does not leave for a foreign table');
SELECT is_empty('SELECT FROM far_store', 'nothing has left for a foreign table');
SELECT is((SELECT count(*) FROM inv), 9::bigint, 'every mandatory row is here');
SELECT * FROM finish();
