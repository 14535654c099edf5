-- Whom a session does not see for what it is for: in each kind of query, by the index that the plain table is read by, and by the next statement
-- of a session that had begun before.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
CREATE ROLE marketing;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO PUBLIC;
CREATE EXTENSION pg_trgm SCHEMA app;
SET search_path = app, public;
CREATE TABLE people (id int PRIMARY KEY, firm int, name text, note text, words tsvector, doc jsonb, tags text[], span int4range, amount numeric, left_on date);
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES people, amount numeric, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    SELECT t, format('app.%I', t)::regclass, '{left_on}', '30 days', '1 year', 'delete', 'enforce' FROM unnest('{people,orders}'::text[]) t;
INSERT INTO people SELECT n, n % 1999, md5(n::text), 'none', to_tsvector('simple', 'w' || n), jsonb_build_object('k', n), ARRAY['t' || n], int4range(n * 3, n * 3 + 2), n
    FROM generate_series(1, 20000) n;
INSERT INTO orders SELECT n, 1 + n / 2, n FROM generate_series(1, 39998) n;
CREATE INDEX by_firm ON people (firm);
CREATE INDEX by_name ON people (name text_pattern_ops);
CREATE INDEX by_trigram ON people USING gin (name gin_trgm_ops);
CREATE INDEX by_words ON people USING gin (words);
CREATE INDEX by_doc ON people USING gin (doc jsonb_path_ops);
CREATE INDEX by_tags ON people USING gin (tags);
CREATE INDEX by_span ON people USING gist (span);
CREATE INDEX by_amount ON people (amount);
CREATE INDEX by_person ON orders (person_id);
ANALYZE people, orders;
GRANT SELECT, UPDATE, DELETE ON people, orders TO PUBLIC;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'app.people');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'app.orders', 'person_id');

CREATE TABLE queries (name text, query text, index text);
GRANT SELECT ON queries TO PUBLIC;
INSERT INTO queries VALUES
    ('a key', 'SELECT id FROM people WHERE id = 77', 'people_pkey'), ('a list of keys', 'SELECT id FROM people WHERE id IN (76, 77)', 'people_pkey'),
    ('a range of keys', 'SELECT id FROM people WHERE id BETWEEN 76 AND 78', 'people_pkey'), ('a count over a range', 'SELECT count(*) FROM people WHERE id BETWEEN 77 AND 77', 'people_pkey'),
    ('a join', 'SELECT p.id FROM people p JOIN orders o ON o.person_id = p.id WHERE p.id BETWEEN 77 AND 78', 'people_pkey.*by_person|by_person.*people_pkey'),
    ('an outer join', 'SELECT o.id FROM people p LEFT JOIN orders o ON o.person_id = p.id WHERE p.firm = 77', 'by_firm'),
    ('a prefix', $$SELECT id FROM people WHERE name LIKE '28dd2c7955ce%'$$, 'by_name|by_trigram'), ('a trigram', $$SELECT id FROM people WHERE name LIKE '%dd2c7955ce%'$$, 'by_trigram'),
    ('words', $$SELECT id FROM people WHERE words @@ 'w77'::tsquery$$, 'by_words'), ('a document', $$SELECT id FROM people WHERE doc @> '{"k": 77}'$$, 'by_doc'),
    ('an array', $$SELECT id FROM people WHERE tags && '{t77}'$$, 'by_tags'), ('a range', 'SELECT id FROM people WHERE span && int4range(231, 232)', 'by_span'),
    ('a number', 'SELECT id FROM people WHERE amount = 77', 'by_amount'), ('the first of many', 'SELECT id FROM people WHERE amount <= 77 ORDER BY amount DESC LIMIT 1', 'by_amount');
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; lines text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP lines := lines || CASE WHEN line ~ 'Filter:' THEN '' ELSE line || ' ' END; END LOOP;
    RETURN lines;
END $$;
CREATE FUNCTION answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT coalesce(string_agg(q::text, '' '' ORDER BY q::text), '''') FROM (%s) q', query) INTO found;
    RETURN found;
END $$;
CREATE TABLE before_purposes AS SELECT name, plan_of(query) AS plan, answer(query) AS answer FROM queries;
GRANT SELECT ON before_purposes TO PUBLIC;
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, roles) VALUES ('newsletter', 'legitimate interest', true, '{marketing}');
SELECT matches(plan_of(query), index, name || ' is read by its index') FROM queries;
SELECT matches(plan_of('SELECT id FROM people WHERE note = ''x'''), 'Seq Scan', 'what has no index is scanned');
SELECT is(plan_of(q.query), b.plan, q.name || ' has the plan that it has without purposes') FROM queries q JOIN before_purposes b USING (name);

SELECT retention.object('person', 77, 'newsletter') \g /dev/null
SET ROLE marketing;
SELECT is(position('77' IN answer(query)), 0, name || ' does not find whom the session does not see') FROM queries WHERE name <> 'a count over a range';
SELECT is(answer(query), '(0)', name || ' counts nobody whom the session does not see') FROM queries WHERE name = 'a count over a range';
RESET ROLE;
SELECT is(answer(q.query), b.answer, q.name || ' finds everybody for another session') FROM queries q JOIN before_purposes b USING (name);

-- Without parallel workers: the answer is this session's alone.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT matches(plan_of('SELECT count(*) FROM people WHERE note = ''none'''), 'Gather', 'a plan may have workers');
SELECT is((SELECT count(*) FROM people WHERE note = 'none'), 20000::bigint, 'a session that acts for nothing is answered by them');
SET ROLE marketing;
SELECT is((SELECT count(*) FROM people WHERE note = 'none'), 19999::bigint, 'a session that acts for a purpose is answered without');
SELECT is((SELECT count(*) FROM orders), 39996::bigint, 'a session that acts for a purpose is answered without workers about what leads to persons');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
