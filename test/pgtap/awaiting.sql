-- Rows that wait for their last reference: the audit tells those that wait for nothing that stays.
SELECT plan(17);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA app;
-- What the audit tells of rows that wait, by table and number.
CREATE FUNCTION pg_temp.forgotten() RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text := ''; t regclass; one text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    FOR t IN SELECT g.relation FROM retention.governed_table g JOIN pg_class c ON c.oid = g.relation AND c.relkind = 'r' ORDER BY g.relation::text COLLATE "C" LOOP
        EXECUTE format('SELECT string_agg(%L || r.id, '' '' ORDER BY r.id) FROM retention.audit(%L) a JOIN %s r ON r.tableoid = a.part AND r.ctid = a.row_id '
            'WHERE a.finding = ''awaits nothing'' AND NOT a.repaired AND a.policy IS NOT NULL', substr(t::text, 5, 1), t, t) INTO one;
        result := concat_ws(' ', nullif(result, ''), one);
    END LOOP;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN coalesce(nullif(result, ''), 'nothing');
END $$;
CREATE FUNCTION pg_temp.others() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM retention.governed_table g, retention.audit(g.relation) a WHERE a.finding <> 'awaits nothing';
$$;

-- c refers to b, and b to a; cascading d refers to a, and e to d; k is nobody's.
CREATE TABLE app.a (id int PRIMARY KEY, b int, name text, at date);
CREATE TABLE app.b (id int PRIMARY KEY, a int REFERENCES app.a, name text, at date) PARTITION BY RANGE (id);
CREATE TABLE app.b_1 PARTITION OF app.b FOR VALUES FROM (0) TO (5);
CREATE TABLE app.b_2 PARTITION OF app.b FOR VALUES FROM (5) TO (100);
CREATE TABLE app.c (id int PRIMARY KEY, b int REFERENCES app.b ON DELETE RESTRICT, name text, at date);
CREATE TABLE app.d (id int PRIMARY KEY, a int REFERENCES app.a ON DELETE CASCADE);
CREATE TABLE app.e (id int PRIMARY KEY, d int REFERENCES app.d);
CREATE TABLE app.k (id int PRIMARY KEY, c int REFERENCES app.c);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.a', 'name', 'name'), ('app.b', 'name', 'name'), ('app.c', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('a', 'app.a', '{at}', '0 days', 'delete', 'enforce'), ('b', 'app.b', '{at}', '0 days', 'delete', 'enforce'), ('c', 'app.c', '{at}', '0 days', 'delete', 'enforce');
INSERT INTO app.a (id, name) SELECT i, 'A' FROM generate_series(1, 9) i;
INSERT INTO app.b (id, a, name) SELECT i, i, 'B' FROM generate_series(1, 9) i;
INSERT INTO app.c (id, b, name) SELECT i, i, 'C' FROM generate_series(1, 9) i;
INSERT INTO app.k SELECT i, i FROM generate_series(1, 9) i;
UPDATE app.a SET at = '2026-01-01';
UPDATE app.b SET at = '2026-01-01';
UPDATE app.c SET at = '2026-01-01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.a) + (SELECT count(*) FROM app.b) + (SELECT count(*) FROM app.c), 27::bigint, 'all rows wait, anonymised');
SELECT is(pg_temp.forgotten(), 'nothing', 'what is referred to by rows that wait for one that stays is not forgotten');
DELETE FROM app.k WHERE id IN (2, 7);
SELECT is(pg_temp.forgotten(), 'a2 a7 b2 b7 c2 c7', 'without the last one that stays the whole chain is, in each partition');
SELECT results_eq($$SELECT says::text = should_be::text, repaired, detail FROM retention.audit('app.c', repair => true)$$,
    $$VALUES (true, false, 'nothing that stays refers to the row, and it was not deleted'), (true, false, 'nothing that stays refers to the row, and it was not deleted')$$,
    'to repair is nothing: sweeps delete') FROM set_config('retention.reveal', 'on', false);
SET retention.reveal = off;
CALL retention.sweep();
SELECT is(pg_temp.forgotten(), 'nothing', 'the next sweep took them');
-- A circle, one row that refers to itself, and what takes others with it.
ALTER TABLE app.a ADD FOREIGN KEY (b) REFERENCES app.c;
UPDATE app.a SET b = 3 WHERE id = 3;
UPDATE app.a SET b = 5 WHERE id = 4;
INSERT INTO app.d VALUES (8, 8), (9, 9);
INSERT INTO app.e VALUES (1, 9);
DELETE FROM app.k WHERE id IN (3, 8, 9);
SELECT is(pg_temp.forgotten(), 'a3 a8 b3 b8 b9 c3 c8 c9', 'a circle is forgotten as a chain is; what would take a row that another keeps waits');
SELECT is(pg_temp.others(), 0::bigint, 'the audit tells nothing else');
-- Someone asked for it to stay, or the sweep could not take it.
CREATE FUNCTION app.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
CREATE TRIGGER no BEFORE DELETE ON app.c FOR EACH ROW WHEN (OLD.id IN (3, 8)) EXECUTE FUNCTION app.no();
CALL retention.sweep();
SELECT bag_eq('SELECT relation::text, sqlstate FROM retention.blocked_row', $$VALUES ('app.a', 'P0001'), ('app.a', 'P0001'), ('app.a', '23503'), ('app.b_1', 'P0001'), ('app.b_2', 'P0001'), ('app.c', 'P0001'), ('app.c', 'P0001')$$,
    'a trigger keeps a circle of three and a chain, a key what would go with its row');
SELECT is(pg_temp.forgotten(), 'nothing', 'what is listed with its reason is not forgotten, nor is what waits for it');
DROP TRIGGER no ON app.c;
SET retention.test_now = '2027-11-28 12:00+01';
CALL retention.sweep();
SELECT is(pg_temp.forgotten(), 'nothing', 'a sweep leaves nothing that is forgotten');
-- What would go with its row, and the law keeps.
CREATE TABLE app.p (id int PRIMARY KEY, name text, at date);
CREATE TABLE app.l (id int PRIMARY KEY, p int REFERENCES app.p ON DELETE CASCADE, at date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.p', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode) VALUES
    ('p', 'app.p', '{at}', '0 days', 'delete', NULL, 'enforce'), ('l', 'app.l', '{at}', '2 years', 'delete', '2 years', 'enforce');
INSERT INTO app.p SELECT i, 'P', '2027-11-29' FROM generate_series(1, 3) i;
INSERT INTO app.l VALUES (1, 1, '2027-11-29'), (2, 2, NULL), (3, 3, '2027-11-29');
SET retention.test_now = '2027-12-28 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.p), 3::bigint, 'rows wait for those that the law keeps, and that would go with them');
SELECT is(pg_temp.forgotten(), 'nothing', 'the audit takes none of these for forgotten');
UPDATE app.l SET at = '2027-12-01' WHERE id = 2;
SET retention.test_now = '2029-11-30 12:00+01';
SELECT is(pg_temp.forgotten(), 'p1 p3', 'rows are forgotten once the law has let go and no sweep has come');
CALL retention.sweep();
-- What would have its key unset, and is restricted.
CREATE TABLE app.r (id int PRIMARY KEY, name text, at date);
CREATE TABLE app.s (id int PRIMARY KEY, r int REFERENCES app.r ON DELETE SET NULL, at date);
CREATE TABLE app.t (id int PRIMARY KEY, s int REFERENCES app.s);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.r', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('r', 'app.r', '{at}', '0 days', 'delete', 'enforce'), ('s', 'app.s', '{at}', '2 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('s', 'app.s');
INSERT INTO app.r VALUES (1, 'R', '2029-12-01'), (2, 'R', '2029-12-01');
INSERT INTO app.s VALUES (1, 1), (2, 2);
INSERT INTO app.t VALUES (1, 1), (2, 2);
SELECT FROM retention.restrict('s', 1, 'contested');
SET retention.test_now = '2029-12-28 12:00+01';
CALL retention.sweep();
SELECT is((SELECT array_agg(id) FROM app.r), '{1}', 'a row waits for one that is restricted, and whose key would be unset');
SELECT is(pg_temp.forgotten(), 'nothing', 'a row that waits for one that is restricted is not forgotten');
-- Tables of two owners.
CREATE ROLE awaiting_owner;
GRANT USAGE, CREATE ON SCHEMA app TO awaiting_owner;
GRANT REFERENCES ON app.a TO awaiting_owner;
GRANT REFERENCES ON app.b TO awaiting_owner;
ALTER TABLE app.c OWNER TO awaiting_owner;
UPDATE app.a SET b = 1 WHERE id = 1;
DELETE FROM app.k;
CALL retention.sweep();
SELECT is(pg_temp.forgotten(), 'nothing', 'a circle of two owners, which no sweep can take, is listed as blocked') WHERE EXISTS (SELECT FROM retention.blocked_row WHERE relation = 'app.a'::regclass AND sqlstate = '23503');
SELECT is_empty($$SELECT FROM retention.audit('app.c') WHERE finding = 'awaits nothing'$$, 'an owner who may not read what refers to its rows is told nothing');
