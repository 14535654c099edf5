-- Values of personal types come and go as those of their base types do: as text, in binary, through COPY; and the domains take
-- part in what their base types do. Last, where a cast is needed.
BEGIN;
SET client_min_messages = warning;
SET TimeZone = 'UTC';
CREATE TABLE plain (id int PRIMARY KEY, a text, b text, c text, d text, e text, f text, g text, h text, born date, ip inet, place point);
CREATE TABLE typed (id int PRIMARY KEY, a retention.person_name, b retention.username('1 year'), c retention.email('redact'), d retention.phone('1 year', 'null'),
    e retention.postal_address, f retention.national_id, g retention.free_text('0 days'), h retention.personal_text, born retention.birth_date,
    ip retention.ip_address, place retention.geo_point);
INSERT INTO plain SELECT n, v, v, v, v, v, v, v, v, '1950-02-01'::date + n::int, ('10.0.0.' || n || '/24')::inet, point(n, n / 2.0)
    FROM unnest(ARRAY['', ' ', 'Kari', E'tab\tnew\nline\\back', '\N', '"quoted", ''too''', 'Åse 🙂', repeat('x', 100000), '01019012345', '+47 22 33 44 55', NULL]) WITH ORDINALITY u (v, n);
INSERT INTO plain VALUES (100, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (101, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'infinity', '::1', '(1e300,-0)'),
    (102, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '-infinity', 'fe80::1/64', '(NaN,1)'), (103, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '0044-03-15 BC', '0.0.0.0/0', '(0,0)');
INSERT INTO typed SELECT * FROM plain;
SELECT plan(10 + 28 + 12);

CREATE FUNCTION pg_temp.content(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE 'SELECT string_agg(t::text, E''\n'' ORDER BY id) FROM ' || relation || ' t' INTO result;
    RETURN result;
END $$;
SELECT is(pg_temp.content('typed'), pg_temp.content('plain'), 'assigned from their base types');
SELECT is((SELECT count(*) FROM typed JOIN plain USING (id, a, b, c, d, e, f, g, h, born, ip) WHERE typed.place::text = plain.place::text),
    13::bigint, 'values of personal types are equal to those of their base types');
TRUNCATE plain;
INSERT INTO plain SELECT * FROM typed;
SELECT is(pg_temp.content('plain'), pg_temp.content('typed'), 'values are assigned back to their base types');

\set dir `mktemp -d`
CREATE TABLE again (LIKE typed);
\setenv DIR :dir
\copy (SELECT * FROM typed ORDER BY id) TO PROGRAM 'cat > "$DIR/text"'
\copy (SELECT * FROM typed ORDER BY id) TO PROGRAM 'cat > "$DIR/csv"' (FORMAT csv, FORCE_QUOTE *)
\copy (SELECT * FROM typed ORDER BY id) TO PROGRAM 'cat > "$DIR/binary"' (FORMAT binary)
\copy (SELECT * FROM plain ORDER BY id) TO PROGRAM 'cmp - "$DIR/text" && touch "$DIR/same_text"'
\copy (SELECT * FROM plain ORDER BY id) TO PROGRAM 'cmp - "$DIR/csv" && touch "$DIR/same_csv"' (FORMAT csv, FORCE_QUOTE *)
\copy (SELECT * FROM plain ORDER BY id) TO PROGRAM 'cmp - "$DIR/binary" && touch "$DIR/same_binary"' (FORMAT binary)
\set same `ls "$DIR" | grep same | tr '\n' ' '`
SELECT is(:'same'::text, 'same_binary same_csv same_text ', 'COPY writes what it writes of text, byte for byte');
\copy again FROM PROGRAM 'cat "$DIR/text"'
SELECT is(pg_temp.content('again'), pg_temp.content('plain'), 'COPY reads as text what it wrote');
TRUNCATE again;
\copy again FROM PROGRAM 'cat "$DIR/csv"' (FORMAT csv)
SELECT is(pg_temp.content('again'), pg_temp.content('plain'), 'as CSV');
TRUNCATE again;
\copy again FROM PROGRAM 'cat "$DIR/binary"' (FORMAT binary)
SELECT is(pg_temp.content('again'), pg_temp.content('plain'), 'COPY reads in binary what it wrote');
\! rm -r "$DIR"

SELECT throws_ok($$SELECT '1950-13-01'::retention.birth_date$$, '22008', NULL, 'a date is a date');
SELECT is((SELECT count(*) FROM pg_cast JOIN pg_type t ON t.oid = casttarget AND t.oid = castsource WHERE typnamespace = 'retention'::regnamespace), 0::bigint,
    'nothing looks at a modifier, that it might change a value');
SELECT is((SELECT count(*) FROM pg_type t CROSS JOIN (SELECT * FROM pg_type WHERE typname = 'text' AND typnamespace = 'pg_catalog'::regnamespace) x
    WHERE t.typnamespace = 'retention'::regnamespace AND t.typtype = 'b' AND t.typmodin <> 0 AND t.typcategory <> 'A'
    AND (t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcollation, t.typcategory, t.typdelim) = (x.typlen, x.typbyval, x.typalign, x.typstorage, x.typcollation, x.typcategory, x.typdelim)
    AND NOT t.typispreferred), 8::bigint, 'stored as text is');

-- The domains.
-- {t} is either table.
CREATE FUNCTION pg_temp.rows_of(relation text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE 'SELECT coalesce(json_agg(q), ''[]'') FROM (SELECT ' || statement || ') q' INTO result;
    RETURN result;
EXCEPTION WHEN others THEN
    RETURN relation || ': ' || sqlerrm;
END $$;
CREATE TABLE pg_temp.operations (n serial, statement text);
\copy pg_temp.operations (statement) FROM stdin
id FROM {t} WHERE born = '1950-02-03'
id FROM {t} WHERE '1950-02-03'::date = born OR born = '1950-02-04'::date ORDER BY 1
id FROM {t} WHERE born < '1950-02-05' AND born > date '1950-02-03' ORDER BY 1
id FROM {t} WHERE born BETWEEN '1950-02-03' AND '1950-02-08' ORDER BY 1
id FROM {t} WHERE born IN ('1950-02-03', '1950-02-08') OR born = ANY ('{1950-02-09}') OR born = ANY (ARRAY['1950-02-10'::date]) ORDER BY 1
id FROM {t} WHERE born < now() AND born < localtimestamp AND born < '2020-01-01 12:00'::timestamptz ORDER BY 1
extract(year FROM born), date_part('month', born), date_trunc('month', born), to_char(born, 'YYYY-MM'), born + 1, born - 1 FROM {t} WHERE isfinite(born) ORDER BY id
born - date '1950-01-01', born + interval '1 year', age('2020-01-01', born), born::text, born::timestamp, born || '' FROM {t} WHERE isfinite(born) ORDER BY id
coalesce(born, '2000-01-01'), coalesce(born, current_date), coalesce(NULL, born), nullif(born, '1950-02-03'), greatest(born, '1950-02-05'), least(born, date '1950-02-05') FROM {t} WHERE id <> 100 ORDER BY id
CASE WHEN id = 1 THEN born ELSE '2000-01-01' END, CASE born WHEN '1950-02-03' THEN 1 END FROM {t} ORDER BY id
born FROM {t} UNION SELECT '2000-01-01' UNION SELECT date '2001-01-01' ORDER BY 1
born, count(*), min(born), max(born) FROM {t} GROUP BY born ORDER BY born NULLS FIRST
DISTINCT born FROM {t} ORDER BY born DESC
a.id FROM {t} a JOIN plain b ON a.born = b.born JOIN {t} c ON c.born = b.born ORDER BY 1
array_agg(born ORDER BY id)::text, string_agg(born::text, ',' ORDER BY id), to_jsonb(max(born)), json_agg(born ORDER BY id) FROM {t}
id FROM {t} WHERE born::date <@ daterange('1950-02-03', '1950-02-07') AND born >= lower('[1950-02-03,1950-02-07)'::daterange) ORDER BY 1
id FROM {t} WHERE (born, born) OVERLAPS ('1950-02-03', '1950-02-07') ORDER BY 1
id FROM {t} WHERE ip = '10.0.0.3/24' OR ip = inet '10.0.0.4/24' ORDER BY 1
id FROM {t} WHERE ip << '10.0.0.0/8' AND ip <<= '10.0.0.0/24' AND ip && inet '10.0.0.0/16' AND NOT ip >> '10.0.0.0' ORDER BY 1
host(ip), text(ip), masklen(ip), family(ip), network(ip), broadcast(ip), abbrev(ip), set_masklen(ip, 8), ip + 1, ip & '255.255.0.0', ~ ip FROM {t} WHERE family(ip) = 4 AND id < 100 ORDER BY id
ip::text, ip::cidr::text, ip || '', coalesce(ip, '::'), greatest(ip, '10.0.0.4'), to_jsonb(ip) FROM {t} ORDER BY id LIMIT 3
ip, count(*) FROM {t} GROUP BY ip ORDER BY ip
id FROM {t} WHERE ip IN ('10.0.0.3/24', '::1') OR ip = ANY ('{10.0.0.5/24}') ORDER BY 1
max(ip), min(ip), array_agg(ip ORDER BY ip)::text FROM {t}
place[0], place[1], place::text, (place + point(1, 1))::text, place <-> point(0, 0), point(0, 0) <-> place FROM {t} WHERE id < 20 ORDER BY id
id FROM {t} WHERE place <@ box '(5,5),(0,0)' AND circle '((0,0),9)' @> place AND place ~= '(2,1)' ORDER BY 1
id FROM {t} WHERE id < 20 ORDER BY place <-> '(3,1)' LIMIT 3
coalesce(place, '(0,0)')::text, coalesce(place, point(1, 1))::text, to_jsonb(place) FROM {t} WHERE id < 101 ORDER BY id
\.
SELECT is(pg_temp.rows_of('typed', replace(statement, '{t}', 'typed')), pg_temp.rows_of('plain', replace(statement, '{t}', 'plain')), statement) FROM pg_temp.operations ORDER BY n;

SELECT lives_ok($$INSERT INTO typed (id, c, d, f) VALUES (200, 'no address', 'call me', 'none')$$, 'anything that is text is taken');

-- Where the server wants the very type, a cast is needed, mostly as it is for varchar.
CREATE TABLE varying (id int, c varchar);
CREATE FUNCTION pg_temp.returns_text(relation text, what text) RETURNS TABLE (c text) LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE format('SELECT %s FROM %I WHERE id = 101', what, relation); END $$;
CREATE FUNCTION pg_temp.takes_character(character) RETURNS text LANGUAGE sql AS 'SELECT $1';
INSERT INTO varying VALUES (101, 'c');
SELECT throws_ok(format('SELECT * FROM pg_temp.returns_text(%L, %L)', t, 'c'), '42804', NULL, t || ': RETURN QUERY of a function that says text') FROM (VALUES ('typed'), ('varying')) v (t);
SELECT is(pg_temp.returns_text('typed', 'c::text'), 'c', 'with a cast');
SELECT throws_ok('WITH RECURSIVE r AS (SELECT c, 1 AS n FROM typed UNION ALL SELECT c || ''x'', n + 1 FROM r WHERE n < 3) SELECT max(c) FROM r', '42804', NULL,
    'the first term of a recursive query whose other makes it longer');
SELECT is(max(c), 'cxx', 'with a cast') FROM (WITH RECURSIVE r AS (SELECT c::text, 1 AS n FROM typed WHERE id = 101 UNION ALL SELECT c || 'x', n + 1 FROM r WHERE n < 3) SELECT c FROM r) q;
SELECT throws_ok(format('SELECT ARRAY[c] && ARRAY[''c''::text] FROM %I', t), '42883', NULL, t || ': operators of two arrays') FROM (VALUES ('typed'), ('varying')) v (t);
SELECT ok(ARRAY[c]::text[] && ARRAY['c'::text] AND ARRAY[c] && '{c}', 'with a cast, or none at all') FROM typed WHERE id = 101;
SELECT throws_ok($$SELECT born <@ daterange('1950-02-03', '1950-02-07') FROM typed$$, '42883', NULL, 'a domain in a range');
SELECT throws_ok('SELECT pg_temp.takes_character(c) FROM typed', '42883', NULL, 'a function that takes nothing but character');
SELECT is(pg_temp.takes_character(c::text), 'c', 'with a cast') FROM typed WHERE id = 101;
SELECT * FROM finish();
ROLLBACK;
