-- A person who is taken out of many rows: of all of them together, and of each alone where one cannot be written.
BEGIN;
SELECT plan(14);
SET client_min_messages = error;
SET retention.test_now = '2026-11-29 12:00+01';
CREATE TABLE persons (id int PRIMARY KEY, name text);
INSERT INTO persons SELECT n, (ARRAY['Kari', 'Ola', 'Ingrid', 'Lars', 'Astrid'])[n % 5 + 1] || ' ' || chr(65 + n % 26) || 'vik' FROM generate_series(1, 60) n;
UPDATE persons SET name = 'Zacharias Quist' WHERE id = 1;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('persons', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'persons');

-- Some of them say who wrote them, some who received them; each says something else. Beside it: what the writer alone gave.
CREATE TABLE letters (id int, writer int REFERENCES persons, reader int REFERENCES persons, body text, about json, address text) PARTITION BY RANGE (id);
CREATE TABLE letters_1 PARTITION OF letters FOR VALUES FROM (1) TO (700);
CREATE TABLE letters_2 (about json, body text, id int, reader int, writer int, address text);
ALTER TABLE letters ATTACH PARTITION letters_2 FOR VALUES FROM (700) TO (10000);
ALTER TABLE letters ADD PRIMARY KEY (id);
INSERT INTO letters SELECT n, CASE WHEN n % 3 = 0 THEN 2 + n % 50 ELSE 1 END, CASE WHEN n % 3 = 0 THEN 1 ELSE 2 + n % 50 END,
    'Letter ' || n || CASE WHEN n % 2 = 0 THEN ' by Zacharias Quist' ELSE '' END || ' and ' || p.name,
    format('{"n": %s, "by": "%s"}', n, CASE WHEN n % 5 = 0 THEN 'Qu\u0069st' ELSE 'nobody' END)::json, 'Street ' || n
    FROM generate_series(1, 2500) n JOIN persons p ON p.id = 2 + n % 50;
CREATE INDEX ON letters (writer);
CREATE INDEX ON letters (reader);
CREATE TABLE before AS SELECT * FROM letters;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('letters', 'address', 'address');
INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES ('person', 'letters', 'writer', 'about', '{address}'), ('person', 'letters', 'reader', 'about', '{}');
CREATE FUNCTION wrong() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM letters l JOIN before b USING (id) WHERE (l.body, l.about::text, l.address, l.writer, l.reader) IS DISTINCT FROM
        (replace(b.body, 'Zacharias Quist', '[redacted]'), replace(b.about::text, 'Qu\u0069st', '[redacted]'), CASE WHEN b.writer <> 1 THEN b.address END,
            CASE WHEN b.writer <> 1 THEN b.writer END, CASE WHEN b.reader <> 1 THEN b.reader END)
$$;
SAVEPOINT before;
SELECT is(retention.erase('person', 1)::jsonb -> 'taken_out', '[{"table": "public.letters", "rows": 2500}]', 'a person is taken out of each of many rows');
SELECT is(wrong(), 0::bigint, 'each of many rows is left as it was but for the person');

-- One that refuses.
ROLLBACK TO before;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'it stays'; END$$;
CREATE TRIGGER keep BEFORE UPDATE ON letters FOR EACH ROW WHEN (OLD.id = 1234) EXECUTE FUNCTION keep();
CREATE TEMP TABLE answer AS SELECT retention.erase('person', 1)::jsonb AS x;
SELECT is((SELECT x -> 'taken_out' FROM answer), '[{"table": "public.letters", "rows": 2499}]', 'one row that cannot be written does not keep the person in the others');
SELECT is((SELECT x -> 'blocked' FROM answer), '[{"why": "it stays", "rows": 1, "table": "public.letters"}]', 'one row that cannot be written is named');
SELECT is(wrong(), 1::bigint, 'rows beside one that cannot be written are left as they were but for the person');

-- One whose change is dropped without a word.
ROLLBACK TO before;
CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER keep BEFORE UPDATE ON letters FOR EACH ROW WHEN (OLD.id = 1234) EXECUTE FUNCTION drop_it();
CREATE TEMP TABLE answer AS SELECT retention.erase('person', 1)::jsonb AS x;
SELECT is((SELECT x -> 'blocked' FROM answer), '[{"why": "a trigger of the table suppressed the action", "rows": 1, "table": "public.letters"}]', 'a trigger that drops the change is named');
SELECT is((SELECT x -> 'taken_out' FROM answer), '[{"table": "public.letters", "rows": 2499}]', 'a row whose change was dropped is not counted');

-- What is written to others of them meanwhile.
ROLLBACK TO before;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE public.letters SET body = body || '!' WHERE id = NEW.id + 1 AND body NOT LIKE '%!'; RETURN NULL; END$$;
CREATE TRIGGER touch AFTER UPDATE OF writer ON letters FOR EACH ROW EXECUTE FUNCTION touch();
SELECT is(retention.erase('person', 1)::jsonb -> 'left', '[]', 'nothing is left in rows that a trigger writes to between');
UPDATE letters SET body = rtrim(body, '!');
SELECT is(wrong(), 0::bigint, 'rows that a trigger writes to between are left as they were but for the person');

-- Long texts, which are not all held at once.
ROLLBACK TO before;
UPDATE letters SET body = body || repeat('x', 30000) WHERE id % 4 = 0;
UPDATE before SET body = body || repeat('x', 30000) WHERE id % 4 = 0;
SELECT is(retention.erase('person', 1)::jsonb -> 'taken_out', '[{"table": "public.letters", "rows": 2500}]', 'a person is taken out of each of many long texts');
SELECT is(wrong(), 0::bigint, 'each of many long texts is left as it was but for the person');

-- A copy shows the same of many rows as of each.
ROLLBACK TO before;
SELECT is((SELECT count(*) FROM retention.export_rows('person', 1) r JOIN before b ON b.id = (r.data::jsonb ->> 'id')::int
    WHERE r.relation = 'letters'::regclass AND (r.data::jsonb ->> 'body') IS DISTINCT FROM replace(b.body, (SELECT name FROM persons p WHERE p.id = 2 + b.id % 50), '[redacted]')), 0::bigint,
    'a copy of many rows leaves each other person out of the rows that lead there');
SELECT is((SELECT count(*) FROM retention.export_rows('person', 1) r WHERE r.relation = 'letters'::regclass), 2500::bigint, 'a copy has each of many rows');
SELECT is((SELECT count(*) FROM retention.export_rows('person', 1) r JOIN before b ON b.id = (r.data::jsonb ->> 'id')::int WHERE r.relation = 'letters'::regclass
    AND ((r.data::jsonb ->> 'writer') IS DISTINCT FROM CASE WHEN b.writer = 1 THEN '1' END OR (r.data::jsonb ->> 'address') IS DISTINCT FROM CASE WHEN b.writer = 1 THEN b.address END)), 0::bigint,
    'a copy of many rows shows of each what is the person''s');
SELECT * FROM finish();
ROLLBACK;
