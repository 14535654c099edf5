-- Indexes on personal types serve what they serve on text, in the same plans; columns become personal, and change their modifier,
-- without a rewrite of the table or of an index.
BEGIN;
SET client_min_messages = warning;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE EXTENSION pg_trgm;
CREATE FUNCTION pg_temp.types() RETURNS SETOF text LANGUAGE sql AS $$ VALUES ('person_name'), ('username'), ('email'), ('phone'),
    ('postal_address'), ('national_id'), ('free_text'), ('personal_text') $$;

CREATE FUNCTION pg_temp.build(schema text, type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', schema);
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    EXECUTE format('CREATE TABLE t (id int PRIMARY KEY, u %s, h %1$s, g %1$s, f %1$s, p %1$s, l %1$s, d %1$s, b %1$s)', type);
    INSERT INTO t SELECT i, v, v, v, v, v, v, 'group ' || i % 20, v FROM (SELECT i, 'person' || i || '@example' || i % 7 || '.no' AS v FROM generate_series(1, 3000) i) s;
    CREATE TABLE other (id int PRIMARY KEY, x text UNIQUE, w varchar(50) UNIQUE);
    INSERT INTO other SELECT id, u, u FROM t WHERE id % 10 = 0;
    CREATE UNIQUE INDEX t_u ON t (u);
    CREATE INDEX t_h ON t USING hash (h);
    CREATE INDEX t_g ON t USING gin (g gin_trgm_ops);
    CREATE INDEX t_f ON t USING gin (to_tsvector('simple', f));
    CREATE INDEX t_p ON t (p text_pattern_ops);
    CREATE INDEX t_l ON t (lower(l));
    CREATE INDEX t_d ON t (d, id) WHERE d <> 'group 1';
    CREATE INDEX t_b ON t USING brin (b);
    CREATE STATISTICS t_s ON d, u FROM t;
    ANALYZE t, other;
END $$;

-- The plan as it is, but for the names that text's column has, and a personal one is shown under.
CREATE FUNCTION pg_temp.plan_of(schema text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP result := result || line || E'\n'; END LOOP;
    RETURN regexp_replace(result, '\((\w+(?:\.\w+)?)\)::text(?!\[)', '\1', 'g');
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
t_u|SELECT * FROM t WHERE u IN (SELECT x FROM other WHERE id < 30)
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
t_g|SELECT * FROM t WHERE g % 'person77@example0.no'
t_f|SELECT * FROM t WHERE to_tsvector('simple', f) @@ to_tsquery('simple', 'person77@example0.no')
t_p|SELECT * FROM t WHERE p LIKE 'person77@%'
t_p|SELECT * FROM t WHERE p ^@ 'person77@'
t_p|SELECT * FROM t WHERE p ~ '^person77@'
t_p|SELECT * FROM t WHERE p = 'person77@example0.no'
t_u|SELECT * FROM t WHERE u LIKE 'person77@%'
t_l|SELECT * FROM t WHERE lower(l) = 'person77@example0.no'
t_l|SELECT * FROM t WHERE lower(l) = lower('person77@example0.no'::varchar)
t_d|SELECT * FROM t WHERE d = 'group 2' AND id = 22 AND d <> 'group 1'
t_d|SELECT * FROM t WHERE d = 'group 2' AND id < 100
t_b|SELECT * FROM t WHERE b = 'person77@example0.no'
\.

-- Becoming personal.
CREATE TABLE pg_temp.before (what text, relation text, id oid, file oid);
CREATE FUNCTION pg_temp.files(schema text) RETURNS TABLE (relation text, id oid, file oid) LANGUAGE sql AS $$
    SELECT c.relname::text, c.oid, c.relfilenode FROM pg_class c WHERE c.relnamespace = schema::regnamespace AND c.relkind IN ('r', 'i')
    UNION ALL SELECT 'toast', t.oid, t.relfilenode FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relnamespace = schema::regnamespace $$;
CREATE SCHEMA become;
CREATE TABLE become.t (id int PRIMARY KEY, a text UNIQUE, b varchar, c varchar(40) CHECK (c <> ''), d text DEFAULT 'nobody' NOT NULL, e text COLLATE "C",
    birth date, ip inet, place point);
INSERT INTO become.t SELECT i, 'a' || i, 'b' || i, 'c' || i, repeat('d' || i, 1000), 'e' || i, '1950-02-01', '10.0.0.1', '(1,2)' FROM generate_series(1, 500) i;
CREATE INDEX ON become.t (b);
CREATE INDEX ON become.t USING hash (c);
CREATE INDEX ON become.t USING gin (d gin_trgm_ops);
CREATE INDEX ON become.t (e);
CREATE INDEX ON become.t (birth);
CREATE INDEX ON become.t USING gist (ip inet_ops);
CREATE INDEX ON become.t USING gist (place);
CREATE FUNCTION pg_temp.untouched(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text; after text; rows text := 'SELECT md5(string_agg(t::text, '','' ORDER BY id)) FROM become.t'; values_before text; values_after text;
BEGIN
    SELECT string_agg(f::text, ',' ORDER BY f) INTO before FROM pg_temp.files('become') f; EXECUTE rows INTO values_before;
    EXECUTE statement;
    SELECT string_agg(f::text, ',' ORDER BY f) INTO after FROM pg_temp.files('become') f; EXECUTE rows INTO values_after;
    RETURN diag('') || is(after, before, statement) || E'\n' || is(values_after, values_before, 'and no value');
END $$;

SELECT plan(8 * q::int + q::int + 2 * 18 + 14) FROM (SELECT count(*) AS q FROM pg_temp.queries) c;

SELECT ok(pg_temp.plan_of('plain', statement) ~ ('\m' || uses || '\M'), 'on text ' || uses || ' serves: ' || statement) FROM pg_temp.queries ORDER BY n;
SELECT is(pg_temp.plan_of(t, statement), pg_temp.plan_of('plain', statement), t || ': ' || statement) FROM pg_temp.types() t, pg_temp.queries ORDER BY t, n;
SET LOCAL search_path = public;

CREATE TABLE pg_temp.alterations (n serial, statement text);
\copy pg_temp.alterations (statement) FROM stdin
ALTER TABLE become.t ALTER a TYPE retention.email
ALTER TABLE become.t ALTER a TYPE retention.email('1 year')
ALTER TABLE become.t ALTER a TYPE retention.email('2 years after end of year', 'random token')
ALTER TABLE become.t ALTER a TYPE retention.username('redact')
ALTER TABLE become.t ALTER a TYPE retention.personal_text
ALTER TABLE become.t ALTER b TYPE retention.person_name, ALTER c TYPE retention.phone('1 year')
ALTER TABLE become.t ALTER c TYPE retention.national_id('30 days', 'null')
ALTER TABLE become.t ALTER d TYPE retention.free_text('3 years', 'redact')
ALTER TABLE become.t ALTER d TYPE retention.free_text
ALTER TABLE become.t ALTER e TYPE retention.postal_address COLLATE "C"
ALTER TABLE become.t ALTER birth TYPE retention.birth_date
ALTER TABLE become.t ALTER ip TYPE retention.ip_address
ALTER TABLE become.t ALTER place TYPE retention.geo_point
ALTER TABLE become.t ALTER birth TYPE date, ALTER ip TYPE inet, ALTER place TYPE point
ALTER TABLE become.t ALTER a TYPE text, ALTER d TYPE text
ALTER TABLE become.t ALTER b TYPE varchar
ALTER TABLE become.t ALTER c TYPE text
ALTER TABLE become.t ALTER e TYPE text COLLATE "C"
\.
