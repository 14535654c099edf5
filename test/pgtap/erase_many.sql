-- A person with more rows than are taken at once: what is written to rows whose turn is still to come, and what refers to each other across the turns.
BEGIN;
SELECT plan(8);
SET client_min_messages = error;
SET retention.test_now = '2026-11-29 12:00+01';
CREATE TABLE persons (id int PRIMARY KEY, name text);
INSERT INTO persons VALUES (1, 'Kari'), (2, 'Ola');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('persons', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'persons');

-- Each row that is written has the one 1,200 further written, too, and so moved.
CREATE TABLE diary (id int PRIMARY KEY, person_id int REFERENCES persons, entry text, touched int NOT NULL DEFAULT 0) PARTITION BY RANGE (id);
CREATE TABLE diary_1 PARTITION OF diary FOR VALUES FROM (1) TO (2000);
CREATE TABLE diary_2 PARTITION OF diary FOR VALUES FROM (2000) TO (10000);
CREATE INDEX ON diary (person_id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.diary SET touched = touched + 1 WHERE id = NEW.id + 1200;
    RETURN NULL;
END $$;
INSERT INTO diary SELECT n, 1 + n % 2, 'met Kari' FROM generate_series(1, 5000) n;
CREATE TRIGGER touch AFTER UPDATE OF entry ON diary FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('diary', 'entry', 'free text');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 'diary', 'person_id', 'about');
SELECT is(x -> 'anonymised' @> '[{"table": "public.diary", "rows": 2500}]', true, 'each row is counted') FROM (SELECT retention.erase('person', 1)::jsonb) AS e (x);
SELECT is((SELECT count(*) FROM diary WHERE person_id = 1 AND entry IS NOT NULL), 0::bigint, 'none is left out that moved before its turn');
SELECT is((SELECT count(*) FROM diary WHERE person_id = 2 AND entry IS NULL), 0::bigint, 'rows of somebody else are not touched');
SELECT is((SELECT sum(touched) FROM diary), 1900::bigint, 'the triggers have run');

-- A circle through all turns.
CREATE TABLE steps (id int PRIMARY KEY, person_id int REFERENCES persons, next int NOT NULL, left_on date);
INSERT INTO steps SELECT n, 2, n % 1500 + 1 FROM generate_series(1, 1500) n;
ALTER TABLE steps ADD FOREIGN KEY (next) REFERENCES steps;
CREATE INDEX ON steps (next);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('steps', 'steps', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 'steps', 'person_id', 'about');
CREATE TEMP TABLE answer AS SELECT retention.erase('person', 2)::jsonb AS x;
SELECT is((SELECT x -> 'deleted' @> '[{"table": "public.steps", "rows": 1500}]' FROM answer), true, 'what refers to each other goes together');
SELECT is((SELECT x -> 'blocked' FROM answer), '[]'::jsonb, 'nothing in a circle is blocked');
SELECT is((SELECT count(*) FROM steps), 0::bigint, 'none of it is left');

-- One that cannot go at all, and others that go in a later pass.
INSERT INTO persons VALUES (3, 'Per');
INSERT INTO steps SELECT n, 3, CASE n WHEN 100 THEN 1200 ELSE n END FROM generate_series(1300, 1, -1) n;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'it stays'; END$$;
CREATE TRIGGER keep BEFORE DELETE ON steps FOR EACH ROW WHEN (OLD.id = 7) EXECUTE FUNCTION keep();
SELECT is(retention.erase('person', 3)::jsonb -> 'blocked', '[{"why": "it stays", "rows": 1, "table": "public.steps"}]'::jsonb, 'a row that is tried in several passes is counted once');
SELECT * FROM finish();
ROLLBACK;
