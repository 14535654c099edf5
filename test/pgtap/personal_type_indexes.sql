-- Indexes on personal types serve what they serve on text, in the same plans; columns become personal, and change their modifier,
-- without a rewrite of the table or of an index.
BEGIN;
SET client_min_messages = warning;
SET LOCAL max_parallel_workers_per_gather = 0;
-- From 18 on a table is not joined with itself by a unique index, and a join is wanted here.
DO $$BEGIN PERFORM set_config(name, 'off', true) FROM pg_settings WHERE name = 'enable_self_join_elimination'; END$$;
CREATE EXTENSION pg_trgm;
SET LOCAL pg_trgm.similarity_threshold = 0.9;
CREATE FUNCTION pg_temp.types() RETURNS SETOF text LANGUAGE sql AS $$ VALUES ('person_name'), ('username'), ('email'), ('phone'),
    ('postal_address'), ('national_id'), ('free_text'), ('personal_text') $$;

CREATE FUNCTION pg_temp.build(schema text, type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', schema);
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    EXECUTE format('CREATE TABLE t (id int PRIMARY KEY, u %s, h %1$s, g %1$s, f %1$s, p %1$s, l %1$s, d %1$s)', type);
    INSERT INTO t SELECT i, v, v, v, v, v, v, 'group ' || i % 20 FROM (SELECT i, 'person' || i || '@example' || i % 7 || '.no' AS v FROM generate_series(1, 3000) i) s;
    CREATE TABLE other (id int PRIMARY KEY, x text UNIQUE, w varchar(50) UNIQUE);
    INSERT INTO other SELECT id, u, u FROM t;
    CREATE UNIQUE INDEX t_u ON t (u);
    CREATE INDEX t_h ON t USING hash (h);
    CREATE INDEX t_g ON t USING gin (g gin_trgm_ops);
    CREATE INDEX t_f ON t USING gin (to_tsvector('simple', f));
    CREATE INDEX t_p ON t (p text_pattern_ops);
    CREATE INDEX t_l ON t (lower(l));
    CREATE INDEX t_d ON t (d, id) WHERE d <> 'group 1';
    CREATE STATISTICS t_s ON d, u FROM t;
    ANALYZE t, other;
END $$;

-- The plan with its costs and row counts, as it reads for a column that is text already.
CREATE FUNCTION pg_temp.plan_of(schema text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP result := result || line || E'\n'; END LOOP;
    RETURN regexp_replace(regexp_replace(result, ' width=\d+', '', 'g'), '\((\w+(?:\.\w+)?)\)::text(?!\[)', '\1', 'g');
END $$;

SELECT pg_temp.build('plain', 'text');
SELECT pg_temp.build(t, 'retention.' || t || '(''2 years'')') FROM pg_temp.types() t;
SET LOCAL search_path = public;

CREATE TABLE pg_temp.queries (n serial, uses text, statement text);
\copy pg_temp.queries (uses, statement) FROM stdin (DELIMITER '|')
t_u|SELECT * FROM t WHERE u = 'person7@example0.no'
t_u|SELECT * FROM t WHERE u = 'person7@example0.no'::text
t_u|SELECT * FROM t WHERE u = 'person7@example0.no'::varchar
t_u|SELECT * FROM t WHERE u IN ('person7@example0.no', 'person8@example1.no')
t_u|SELECT * FROM t WHERE u = ANY ('{person7@example0.no,person8@example1.no}')
t_u|SELECT * FROM t WHERE u = ANY (ARRAY['person7@example0.no', 'person8@example1.no']::varchar[])
t_u|SELECT * FROM t WHERE u > 'person9998' AND u < 'person9999'
t_u|SELECT * FROM t WHERE u BETWEEN 'person9998' AND 'person9999'
t_u|SELECT u FROM t ORDER BY u LIMIT 5
t_u|SELECT * FROM t ORDER BY u DESC LIMIT 5
t_u|SELECT min(u), max(u) FROM t
t_u|SELECT DISTINCT u FROM t ORDER BY u LIMIT 5
t_u|SELECT u, count(*) FROM t GROUP BY u ORDER BY u LIMIT 5
t_u|SELECT * FROM t WHERE u IS NULL
t_u|SELECT * FROM other JOIN t ON t.u = other.x WHERE other.id = 10
t_u|SELECT * FROM other JOIN t ON t.u = other.w WHERE other.id = 10
t_u|SELECT * FROM t WHERE u IN (SELECT x FROM other WHERE id < 5)
t_u|SELECT * FROM t a JOIN t b ON a.u = b.u WHERE a.id = 10
other_x_key|SELECT * FROM t JOIN other ON x = u WHERE t.id = 10
other_w_key|SELECT * FROM t JOIN other ON w = u WHERE t.id = 10
t_u|UPDATE t SET h = u WHERE u = 'person7@example0.no'
t_u|DELETE FROM t WHERE u = 'person7@example0.no'
t_u|INSERT INTO t (id, u) VALUES (0, 'x') ON CONFLICT (u) DO UPDATE SET h = excluded.u
t_h|SELECT * FROM t WHERE h = 'person7@example0.no'
t_h|SELECT * FROM other JOIN t ON t.h = other.x WHERE other.id = 10
t_g|SELECT * FROM t WHERE g LIKE '%erson77@exam%'
t_g|SELECT * FROM t WHERE g ILIKE '%erson77@exam%'
t_g|SELECT * FROM t WHERE g ~ 'person77@ex'
t_g|SELECT * FROM t WHERE g % 'rson77'
t_f|SELECT * FROM t WHERE to_tsvector('simple', f) @@ to_tsquery('simple', 'person77@example0.no')
t_p|SELECT * FROM t WHERE p LIKE 'person77@%'
t_p|SELECT * FROM t WHERE p ^@ 'person77@'
t_p|SELECT * FROM t WHERE p ~ '^person77@'
t_p|SELECT * FROM t WHERE p = 'person77@example0.no'
t_u|SELECT * FROM t WHERE u LIKE 'person77@%'
t_l|SELECT * FROM t WHERE lower(l) = 'person77@example0.no'
t_l|SELECT * FROM t WHERE lower(l) = lower('person77@example0.no'::varchar)
t_d|SELECT * FROM t WHERE d = 'group 2' AND id = 22 AND d <> 'group 1'
t_d|SELECT * FROM t WHERE d = 'group 2' ORDER BY id
\.

-- Becoming personal. An index that is kept has the file it had.
CREATE SCHEMA become;
CREATE TABLE become.t (id int PRIMARY KEY, a text UNIQUE, b varchar, c varchar(40) CHECK (c <> ''), d text DEFAULT 'nobody' NOT NULL, e text COLLATE "C",
    birth date, ip inet, place point);
INSERT INTO become.t SELECT i, 'a' || i, 'b' || i, 'c' || i, repeat('d' || i, 1000), 'e' || i, '1950-02-01', '10.0.0.1', '(1,2)' FROM generate_series(1, 500) i;
CREATE INDEX ON become.t (b);
CREATE INDEX ON become.t USING hash (c);
CREATE INDEX ON become.t USING gin (d gin_trgm_ops);
CREATE INDEX ON become.t (e, c text_pattern_ops);
CREATE INDEX ON become.t (birth);
CREATE INDEX ON become.t USING gist (ip inet_ops);
CREATE INDEX ON become.t USING gist (place);
CREATE FUNCTION pg_temp.files() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relname || ' ' || relfilenode, ', ' ORDER BY relname) FROM pg_class c WHERE relnamespace = 'become'::regnamespace
        OR oid = (SELECT reltoastrelid FROM pg_class t WHERE t.oid = 'become.t'::regclass) $$;
CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE sql AS $$ SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM become.t t $$;
CREATE FUNCTION pg_temp.untouched(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE files text := pg_temp.files(); rows text := pg_temp.rows();
BEGIN
    EXECUTE statement;
    RETURN NEXT is(pg_temp.files(), files, 'no file is written: ' || statement);
    RETURN NEXT is(pg_temp.rows(), rows, 'a change of type changes no value');
END $$;

CREATE TABLE pg_temp.alterations (n serial, statement text);
\copy pg_temp.alterations (statement) FROM stdin
a TYPE retention.email
a TYPE retention.email('1 year')
a TYPE retention.email('2 years after end of year', 'random token')
a TYPE retention.username('redact')
a TYPE retention.personal_text
b TYPE retention.person_name, ALTER c TYPE retention.phone('1 year')
c TYPE retention.national_id('30 days', 'null')
d TYPE retention.free_text('3 years', 'redact')
d TYPE retention.free_text
e TYPE retention.postal_address COLLATE "C"
birth TYPE retention.birth_date
ip TYPE retention.ip_address
place TYPE retention.geo_point
birth TYPE date, ALTER ip TYPE inet, ALTER place TYPE point
a TYPE text, ALTER d TYPE text
b TYPE varchar
c TYPE text
e TYPE text COLLATE "C"
\.

SELECT plan(9 * q::int + 2 * a::int + 3) FROM (SELECT count(*) AS q FROM pg_temp.queries) q, (SELECT count(*) AS a FROM pg_temp.alterations) a;
SELECT matches(pg_temp.plan_of('plain', statement), '\m' || uses || '\M', 'on text ' || uses || ' serves: ' || statement) FROM pg_temp.queries ORDER BY n;
SELECT is(pg_temp.plan_of(t, statement), pg_temp.plan_of('plain', statement), t || ': ' || statement) FROM pg_temp.types() t, pg_temp.queries ORDER BY t, n;
SET LOCAL search_path = public;
SELECT pg_temp.untouched('ALTER TABLE become.t ALTER ' || statement) FROM pg_temp.alterations ORDER BY n;
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = 'become.t'::regclass AND indisvalid), 9::bigint, 'every index is still there');
SELECT throws_ok($$INSERT INTO become.t (id, c) VALUES (0, '')$$, '23514', NULL, 'every constraint is still there');
SELECT lives_ok($$INSERT INTO become.t (id) VALUES (0)$$, 'the default is still there');
SELECT * FROM finish();
ROLLBACK;
