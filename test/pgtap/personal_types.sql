-- What works on text works on a personal type, and gives the same: each statement runs on a table with a text column and, for
-- each type, on the same table with a column of that type.
BEGIN;
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.types() RETURNS SETOF text LANGUAGE sql AS $$ VALUES ('person_name'), ('username'), ('email'), ('phone'),
    ('postal_address'), ('national_id'), ('free_text'), ('personal_text') $$;

-- v is the column in question, p another personal one; a row of every kind of text.
CREATE FUNCTION pg_temp.build(schema text, type text, other text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SCHEMA %I', schema);
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    EXECUTE format('CREATE TABLE t (id int PRIMARY KEY, v %s, p %s, x text, w varchar(40), c character(12), n name, a text[], j jsonb)', type, other);
    INSERT INTO t (id, v, p, x, w, c, n) VALUES
        (1, 'kari@example.no', 'kari', 'kari@example.no', 'kari@example.no', 'kari', 'kari'),
        (2, 'KARI@example.no', 'Kari', 'kari', 'ola', 'KARI', 'ola'), (3, '', '', '', '', '', ''), (4, NULL, NULL, NULL, NULL, NULL, NULL),
        (5, 'Åse Ærlig 100%', 'åse', 'åse ærlig 100%', 'Åse', 'Åse', 'Åse'), (6, '  padded  ', 'padded', 'padded', '  padded  ', '  padded  ', 'padded'),
        (7, $q$O'Brien "x" \ $q$, 'x_y', $q$O'Brien$q$, $q$O'Brien "x" \ $q$, 'O''B', 'O''B'), (8, E'two\nlines\ttab', 'two', 'two', 'two', 'two', 'two'),
        (9, 'kari@example.no', 'ola', 'ola', 'kari@example.no', 'ola', 'kari'), (10, '{"a": 1}', '1', '1', '1', '1', '1'), (11, 'kari', 'kari', 'kari', 'kari', 'kari', 'kari'),
        (12, repeat('lang tekst ', 2000), 'long', 'long', 'long', 'long', 'long');
    UPDATE t SET a = ARRAY[x, w], j = jsonb_build_object(coalesce(x, ''), w);
    CREATE FUNCTION takes_text(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE FUNCTION takes_varchar(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE FUNCTION overloaded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $q$ SELECT 'text' $q$;
    CREATE FUNCTION overloaded(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $q$ SELECT 'varchar' $q$;
    CREATE FUNCTION anything(anyelement) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
    CREATE FUNCTION by_variable(i int) RETURNS text LANGUAGE plpgsql AS $q$
        DECLARE of_column t.v%TYPE; of_text text; of_varchar varchar; whole t;
        BEGIN
            SELECT v INTO of_column FROM t WHERE id = i;
            SELECT * INTO whole FROM t WHERE v = of_column ORDER BY id LIMIT 1;
            of_text := of_column; of_varchar := whole.v; of_column := of_text; of_column := of_varchar || 'x';
            whole.v := upper(of_column); of_column := left(whole.v, 20);
            IF of_column = of_text THEN RETURN 'same'; END IF;
            RETURN of_column;
        END $q$;
    CREATE FUNCTION by_loop() RETURNS SETOF text LANGUAGE plpgsql AS $q$
        DECLARE r record;
        BEGIN
            FOR r IN SELECT * FROM t ORDER BY id LOOP
                IF r.v LIKE 'kari%' AND r.v <> r.x THEN RETURN NEXT r.v || '/' || r.p; END IF;
            END LOOP;
        END $q$;
    CREATE FUNCTION as_text_rows() RETURNS TABLE (one text, two varchar) LANGUAGE sql AS 'SELECT v, p FROM t ORDER BY id';
    CREATE VIEW seen AS SELECT id, v, lower(v) AS low, v || p AS pair FROM t;
END $$;

CREATE TABLE pg_temp.operations (n serial, statement text);
\copy pg_temp.operations (statement) FROM stdin
v FROM t WHERE v = 'kari@example.no' ORDER BY id
v FROM t WHERE 'kari@example.no' = v ORDER BY id
v FROM t WHERE v = 'kari'::text ORDER BY id
v FROM t WHERE v = 'kari'::varchar ORDER BY id
v FROM t WHERE v = 'kari'::varchar(10) AND 'kari'::text = v
v FROM t WHERE v = x ORDER BY id
v FROM t WHERE x = v ORDER BY id
v FROM t WHERE v = w ORDER BY id
v FROM t WHERE w = v ORDER BY id
v FROM t WHERE v = c OR c = v ORDER BY id
v FROM t WHERE v = n OR n = v ORDER BY id
v FROM t WHERE v = p OR p = v ORDER BY id
v FROM t WHERE v <> 'kari' ORDER BY id
v FROM t WHERE v < 'l' AND v > 'a' OR v >= 'k' AND v <= w ORDER BY id
v FROM t WHERE v BETWEEN 'a' AND 'l' ORDER BY id
v FROM t WHERE v IS DISTINCT FROM 'kari' AND v IS NOT DISTINCT FROM w ORDER BY id
v FROM t WHERE v IS NULL OR v = '' ORDER BY id
v FROM t WHERE (v, p) = ('kari@example.no', 'kari')
v FROM t WHERE (v, x) < ('l', 'm') ORDER BY id
v FROM t WHERE (v, p) IN (('kari@example.no', 'ola'), ('kari', 'kari')) ORDER BY id
v FROM t WHERE v COLLATE "C" < 'a' ORDER BY v COLLATE "C"
v FROM t WHERE v LIKE 'kari%' ORDER BY id
v FROM t WHERE v LIKE '%@example.__' AND v NOT LIKE 'K%' ORDER BY id
v FROM t WHERE v LIKE p || '%' ORDER BY id
v FROM t WHERE v LIKE '%100!%' ESCAPE '!' ORDER BY id
v FROM t WHERE v LIKE '%a%'::varchar ORDER BY id
v FROM t WHERE v ILIKE 'KARI%' AND v NOT ILIKE 'kari' ORDER BY id
v FROM t WHERE v LIKE ANY (ARRAY['kari%', 'Å%']) ORDER BY id
v FROM t WHERE v ILIKE ALL ('{K%,%o}') ORDER BY id
v FROM t WHERE 'kari@example.no/x' LIKE v || '%' ORDER BY id
v FROM t WHERE v SIMILAR TO '(kari|ola)@%' ORDER BY id
v FROM t WHERE v ~ '^kari@' AND v !~ '[0-9]' ORDER BY id
v FROM t WHERE v ~* '^KARI' OR v !~* '[a-z]' ORDER BY id
v FROM t WHERE v ^@ 'kari' AND starts_with(v, 'kari@') ORDER BY id
lower(v), upper(v), initcap(v) FROM t ORDER BY id
length(v), char_length(v), octet_length(v), bit_length(v), ascii(v) FROM t ORDER BY id
substring(v FROM 2 FOR 3), substring(v FROM '@.*'), substr(v, 3), left(v, 2), right(v, 2) FROM t ORDER BY id
position('@' IN v), strpos(v, 'a'), split_part(v, '@', 2), overlay(v PLACING 'xx' FROM 2 FOR 3) FROM t ORDER BY id
trim(v), btrim(v, ' k'), ltrim(v), rtrim(v), trim(BOTH 'k' FROM v) FROM t ORDER BY id
lpad(v, 5), rpad(v, 20, '-'), replace(v, 'a', 'b'), translate(v, 'ka', 'xy'), reverse(v), repeat(left(v, 3), 2) FROM t ORDER BY id
md5(v), encode(sha256(convert_to(v, 'UTF8')), 'hex'), hashtext(v), hashtextextended(v, 1) FROM t ORDER BY id
concat(v, 1, p), concat_ws('-', v, NULL, x), format('%s %L', v, p), quote_literal(v), quote_ident(v), quote_nullable(v) FROM t ORDER BY id
regexp_replace(v, '[aeiou]', '*', 'g'), regexp_match(v, '@(.*)$'), regexp_split_to_array(v, '@') FROM t ORDER BY id
m FROM t, regexp_matches(v, '[a-z]+', 'g') m WHERE id < 12 ORDER BY id, m
string_to_array(v, '@'), array_to_string(ARRAY[v, p], ',') FROM t ORDER BY id
to_tsvector('simple', v) @@ 'kari', to_tsvector(left(v, 20)), plainto_tsquery('simple', left(v, 20)) FROM t ORDER BY id
v || 'x', 'x' || v, v || v, v || p, v || x, x || v, v || w, w || v, v || c, v || id, id || v FROM t ORDER BY id
v || NULL, v || 'x'::text || 'y'::varchar FROM t ORDER BY id
v FROM t WHERE v IN ('kari', 'kari@example.no') ORDER BY id
v FROM t WHERE v IN ('kari'::text, 'x') OR v IN ('Åse'::varchar) ORDER BY id
v FROM t WHERE v NOT IN ('kari', 'kari@example.no') ORDER BY id
v FROM t WHERE v IN (x, w) ORDER BY id
v FROM t WHERE v IN (SELECT x FROM t) ORDER BY id
v FROM t WHERE v IN (SELECT w FROM t) AND x IN (SELECT v FROM t) AND w NOT IN (SELECT v FROM t WHERE v IS NOT NULL AND id > 100) ORDER BY id
v FROM t WHERE EXISTS (SELECT FROM t u WHERE u.w = t.v) AND NOT EXISTS (SELECT FROM t u WHERE u.v = t.x) ORDER BY id
v FROM t WHERE v = ANY ('{kari,ola}') ORDER BY id
v FROM t WHERE v = ANY (ARRAY['kari', 'ola']::text[]) OR v = ANY (ARRAY['Åse']::varchar[]) OR v = ANY (a) ORDER BY id
v FROM t WHERE v <> ALL ('{kari,ola}') ORDER BY id
v FROM t WHERE 'kari' = ANY (ARRAY[v, p]) OR x = ANY (ARRAY[v]) ORDER BY id
coalesce(v, ''), coalesce(v, x), coalesce(v, w), coalesce(v, p), coalesce(v, c), coalesce(v, n), coalesce(v, current_user) FROM t ORDER BY id
coalesce(x, v), coalesce(w, v), coalesce(p, v), rtrim(coalesce(c, v)), coalesce(n, v), coalesce(NULL, v), coalesce(v, p, w, x) FROM t ORDER BY id
nullif(v, ''), nullif('kari', v), nullif(v, x), nullif(w, v), greatest(v, 'l'), greatest(v, x), least(v, w), least(p, v) FROM t ORDER BY id
CASE WHEN v = 'kari' THEN 'x' ELSE v END, CASE WHEN id = 1 THEN v ELSE x END, CASE WHEN id = 1 THEN w ELSE v END, CASE WHEN id = 1 THEN p ELSE v END FROM t ORDER BY id
CASE v WHEN 'kari' THEN 1 WHEN x THEN 2 WHEN w THEN 3 WHEN p THEN 4 END FROM t ORDER BY id
v FROM t UNION SELECT 'x' ORDER BY 1
v FROM t UNION SELECT x FROM t ORDER BY 1
x FROM t UNION ALL SELECT v FROM t ORDER BY 1
v FROM t UNION SELECT w FROM t ORDER BY 1
w FROM t UNION SELECT v FROM t ORDER BY 1
v FROM t UNION SELECT p FROM t ORDER BY 1
p FROM t UNION SELECT v FROM t UNION ALL SELECT x FROM t UNION SELECT w FROM t ORDER BY 1
v FROM t UNION SELECT n FROM t ORDER BY 1
v FROM t INTERSECT SELECT x FROM t ORDER BY 1
v FROM t EXCEPT SELECT w FROM t ORDER BY 1
v FROM t EXCEPT SELECT 'kari' ORDER BY 1
* FROM (VALUES ((SELECT v FROM t WHERE id = 1)), ('x'), ('y'::text)) q (c)
v, count(*), min(x), max(v), min(v) FROM t GROUP BY v ORDER BY v NULLS FIRST
lower(v) AS low, count(DISTINCT v) FROM t GROUP BY low HAVING max(v) > 'a' ORDER BY low
v, x, count(*) FROM t GROUP BY GROUPING SETS ((v), (x), (v, x)) ORDER BY v, x, 3
DISTINCT v FROM t ORDER BY v
DISTINCT ON (v) v, id FROM t ORDER BY v, id DESC
v FROM t ORDER BY v DESC NULLS LAST, id LIMIT 5
v FROM t ORDER BY lower(v), v USING >
v, row_number() OVER (PARTITION BY v ORDER BY id), lag(v) OVER (ORDER BY id), first_value(v) OVER (ORDER BY v, id) FROM t ORDER BY id
a.id, b.id AS other FROM t a JOIN t b ON a.v = b.v ORDER BY 1, 2
a.id, b.id AS other FROM t a JOIN t b ON a.v = b.x AND b.w = a.v ORDER BY 1, 2
a.id, b.id AS other FROM t a LEFT JOIN t b ON lower(a.v) = lower(b.x) ORDER BY 1, 2
v FROM (SELECT v FROM t) a JOIN (SELECT x AS v FROM t) b USING (v) ORDER BY v
v FROM (SELECT v FROM t) a FULL JOIN (SELECT w AS v FROM t) b USING (v) ORDER BY v
v FROM (SELECT v FROM t) a NATURAL JOIN (SELECT p AS v FROM t) b ORDER BY v
t.v, l.* FROM t CROSS JOIN LATERAL (SELECT t.v || x AS both FROM t u WHERE u.x = t.v) l ORDER BY 1, 2
string_agg(v, ',' ORDER BY id), string_agg(x, v ORDER BY id), string_agg(DISTINCT v, ',' ORDER BY v) FROM t WHERE id < 12
array_agg(v ORDER BY id), array_agg(v ORDER BY id)::text[], mode() WITHIN GROUP (ORDER BY v), percentile_disc(0.5) WITHIN GROUP (ORDER BY v) FROM t
ARRAY[v], ARRAY[v, 'x'], ARRAY[v, p], ARRAY[x, v, w], ARRAY[v]::text[] || a, a || v, v || a, array_append(a, v), array_position(a, v), array_remove(a, v) FROM t ORDER BY id
ARRAY(SELECT v FROM t ORDER BY id)::text[] @> '{kari}', cardinality(ARRAY[v]), array_position(ARRAY[v, p], 'kari'), ARRAY[v] = '{kari}', ARRAY[v] @> '{kari}' FROM t ORDER BY id
u FROM unnest(ARRAY(SELECT v FROM t)) u WHERE u LIKE 'k%' ORDER BY u
to_jsonb(v), to_json(v), jsonb_build_object('v', v, v, x), jsonb_build_array(v, p), row_to_json(t) FROM t WHERE v IS NOT NULL ORDER BY id
json_agg(v ORDER BY id), jsonb_object_agg(v || id, p), json_object_agg(x || id, v) FROM t WHERE v IS NOT NULL
v FROM t WHERE to_jsonb(t) ->> 'v' = v AND to_jsonb(v) = to_jsonb(v::text) AND jsonb_build_object('v', v) @> jsonb_build_object('v', v::text) ORDER BY id
j -> v, j ->> v, j ? v, j #>> ARRAY[v]::text[], jsonb_set('{}', ARRAY[v]::text[], to_jsonb(v)), j - v FROM t ORDER BY id
r.v FROM t, jsonb_populate_record(t, jsonb_build_object('v', 'new')) r ORDER BY r.id
v::jsonb -> 'a', CAST(v AS json) FROM t WHERE id = 10
xmlelement(name a, v), xmlforest(v) FROM t WHERE id < 12 ORDER BY id
v::text, v::varchar, v::varchar(3), v::char(3), v::name, CAST(v AS text) COLLATE "C" FROM t ORDER BY id
(v::text)::varchar(5), length(v::text), octet_length(v::bytea) FROM t WHERE id <> 7 ORDER BY id
takes_text(v), takes_varchar(v), overloaded(v::text), overloaded(v || ''), overloaded('x'), anything(v) FROM t ORDER BY id
overloaded(v) FROM t
by_variable(1), by_variable(7), by_variable(4)
* FROM by_loop()
* FROM as_text_rows()
low, pair FROM seen WHERE v = 'kari' OR low LIKE 'kari@%' ORDER BY id
pg_typeof(lower(v)), pg_typeof(v || 'x'), pg_typeof(max(v) OVER ()), pg_typeof(v::text), pg_typeof(coalesce(v, x)) FROM t WHERE id = 1
count(*) FILTER (WHERE v > 'k'), count(v), max(v) FILTER (WHERE v LIKE 'k%'), count(DISTINCT (v, p)) FROM t
* FROM (WITH q AS MATERIALIZED (SELECT v FROM t) SELECT v FROM q WHERE v = (SELECT max(v) FROM q WHERE v < 'l')) s
(SELECT v FROM t WHERE id = 1) = 'kari@example.no', (SELECT v FROM t WHERE id = 1) || 'x', (SELECT v FROM t WHERE id = 1) IN ('x', 'y')
id FROM t TABLESAMPLE system (100) WHERE v > '' ORDER BY v, id
\.

-- Statements that change t; what they leave behind is compared.
CREATE TABLE pg_temp.changes (n serial, statement text);
\copy pg_temp.changes (statement) FROM stdin
INSERT INTO t (id, v) VALUES (100, 'literal'), (101, 'text'::text), (102, 'varchar'::varchar), (103, 'char'::char(9)), (104, 5::text), (105, current_user), (106, NULL)
INSERT INTO t (id, v) SELECT id + 100, x FROM t UNION ALL SELECT id + 200, w FROM t UNION ALL SELECT id + 300, v FROM t UNION ALL SELECT id + 400, p FROM t
INSERT INTO t (id, v) SELECT id + 100, c FROM t
INSERT INTO t (id, v, x, w, p) SELECT id + 100, p, v, left(v, 40), v FROM t
INSERT INTO t (id, v, c) SELECT id + 100, v, left(v, 10) FROM t
INSERT INTO t (id, v) VALUES (100, E'a\nb'), (101, 'x' || 'y'), (102, upper('x')), (103, (SELECT x FROM t WHERE id = 1)), (104, 17), (105, 1.5)
UPDATE t SET v = 'new'
UPDATE t SET v = x, x = v, w = left(v, 40)
UPDATE t SET v = lower(v) || '!' WHERE v LIKE 'K%' OR v = 'kari'
UPDATE t SET v = coalesce(v, p, 'none'), p = coalesce(x, v)
UPDATE t SET v = c WHERE id < 9
UPDATE t SET v = u.x FROM (SELECT id, x FROM t) u WHERE u.id = t.id AND u.x = t.v
UPDATE t SET (v, p) = (SELECT x, w FROM t u WHERE u.id = t.id)
DELETE FROM t WHERE v IN ('kari', 'kari@example.no') OR v ~ '%'
INSERT INTO t (id, v) VALUES (1, 'conflict') ON CONFLICT (id) DO UPDATE SET v = excluded.v || t.v, x = excluded.v
MERGE INTO t USING (SELECT 'kari' AS k) s ON t.v = s.k WHEN MATCHED THEN UPDATE SET v = s.k || 'x' WHEN NOT MATCHED THEN INSERT (id, v) VALUES (100, s.k)
ALTER TABLE t ALTER v SET DEFAULT 'somebody', ADD CHECK (v <> 'nobody' AND v NOT IN ('a', 'b') AND length(v) < 100000); INSERT INTO t (id) VALUES (100)
ALTER TABLE t ADD g text GENERATED ALWAYS AS (lower(v) || coalesce(p, '')) STORED; UPDATE t SET x = g
CREATE TABLE k (v text PRIMARY KEY); INSERT INTO k SELECT DISTINCT v FROM t WHERE v > ''; UPDATE t SET v = NULL WHERE v = ''; ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES k ON UPDATE CASCADE; UPDATE k SET v = v || '+'
CREATE TABLE k AS SELECT v FROM t WHERE v > ''; ALTER TABLE k ADD id serial; DELETE FROM k a USING k b WHERE a.v = b.v AND a.id > b.id; ALTER TABLE k ADD PRIMARY KEY (v); ALTER TABLE t ADD b text; UPDATE t SET b = v WHERE v > ''; ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES k ON UPDATE CASCADE; UPDATE k SET v = v || '+'
CREATE TABLE s (LIKE t) PARTITION BY LIST (v); CREATE TABLE s1 PARTITION OF s FOR VALUES IN ('kari', 'kari@example.no', NULL); CREATE TABLE s2 PARTITION OF s DEFAULT; INSERT INTO s SELECT * FROM t; UPDATE s SET v = 'kari' WHERE v = x; DELETE FROM t USING s1 WHERE t.id = s1.id
CREATE TABLE s (LIKE t) PARTITION BY RANGE (v); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM ('a') TO ('l'); CREATE TABLE s2 PARTITION OF s DEFAULT PARTITION BY HASH (v); CREATE TABLE s3 PARTITION OF s2 FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE s4 PARTITION OF s2 FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO s SELECT * FROM t; DELETE FROM t USING s3 WHERE t.id = s3.id
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.v IS DISTINCT FROM old.v THEN new.x := new.v || coalesce(old.v, ''''); new.v := lower(new.v); END IF; RETURN new; END'; CREATE TRIGGER c BEFORE UPDATE ON t FOR EACH ROW WHEN (old.v = 'kari' OR new.v LIKE '%example%') EXECUTE FUNCTION on_change(); UPDATE t SET v = v || '@'
PREPARE a (text) AS UPDATE t SET v = $1 WHERE v = $1 || ''; EXECUTE a('kari'); DEALLOCATE a; PREPARE b (varchar) AS UPDATE t SET v = $1 || 'x' WHERE v = $1; EXECUTE b('kari'); DEALLOCATE b; PREPARE c AS UPDATE t SET v = $1 WHERE v LIKE $2 AND v <> $1; EXECUTE c('y', 'k%'); DEALLOCATE c; PREPARE d AS INSERT INTO t (id, v) VALUES ($1, $2); EXECUTE d(100, 'z'); DEALLOCATE d
\.

CREATE FUNCTION pg_temp.rows_of(schema text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    EXECUTE 'SELECT coalesce(json_agg(q), ''[]'') FROM (SELECT ' || statement || ') q' INTO result;
    RETURN result;
EXCEPTION WHEN others THEN
    RETURN schema || ': ' || sqlerrm;
END $$;

-- Done, looked at, and undone.
CREATE FUNCTION pg_temp.left_by(schema text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SET LOCAL search_path = %I, public', schema);
    EXECUTE statement;
    SELECT json_agg(q) INTO result FROM (SELECT * FROM t ORDER BY id) q;
    RAISE 'done' USING errcode = 'RD000';
EXCEPTION WHEN SQLSTATE 'RD000' THEN
    RETURN result;
WHEN others THEN
    RETURN schema || ': ' || sqlerrm;
END $$;

SELECT pg_temp.build('plain', 'text', 'text');
SELECT pg_temp.build(t, 'retention.' || t || '(''1 year'', ''redact'')', CASE t WHEN 'email' THEN 'retention.username' ELSE 'retention.email' END) FROM pg_temp.types() t;
SET LOCAL search_path = public;

SELECT plan(8 * (o + c)::int + 1) FROM (SELECT count(*) AS o FROM pg_temp.operations) o, (SELECT count(*) AS c FROM pg_temp.changes) c;
SELECT is(pg_temp.rows_of(t, statement), pg_temp.rows_of('plain', statement), t || ': SELECT ' || statement) FROM pg_temp.types() t, pg_temp.operations ORDER BY t, n;
SELECT is(pg_temp.left_by(t, statement), pg_temp.left_by('plain', statement), t || ': ' || statement) FROM pg_temp.types() t, pg_temp.changes ORDER BY t, n;
SET LOCAL search_path = public;
SELECT is_empty($$SELECT statement, r FROM (SELECT statement, pg_temp.rows_of('plain', statement) AS r FROM pg_temp.operations
    UNION ALL SELECT statement, pg_temp.left_by('plain', statement) FROM pg_temp.changes) q WHERE r IS NULL OR r LIKE 'plain:%'$$, 'all of it is good SQL on text');
SELECT * FROM finish();
ROLLBACK;
