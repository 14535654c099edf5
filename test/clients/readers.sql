-- A person with a value of each type where readers of JSON might lose something of it. In the database of the clients.
SET client_min_messages = warning;
CREATE SCHEMA readers;
CREATE TYPE readers.mood AS ENUM ('glad', 'a "quoted" one', 'd''accord', '');
CREATE TYPE readers.part AS (n numeric, t text, many bigint[], at timestamptz);
CREATE DOMAIN readers.positive AS bigint CHECK (VALUE > 0);
CREATE TABLE readers.person (id bigint PRIMARY KEY, name text);
CREATE TABLE readers.each (
    id int PRIMARY KEY, person_id bigint NOT NULL REFERENCES readers.person,
    s int2, i int4, b int8, d readers.positive, n numeric, n2 numeric(30, 10), f4 float4, f8 float8, m money, yes bool,
    t text, v varchar(40), c char(7), na name, one "char", x bytea, bits bit(9), vb varbit, u uuid,
    day date, ts timestamp, tz timestamptz, tod time, todz timetz, iv interval,
    ip inet, net cidr, mac macaddr8, e readers.mood, p readers.part, js json, jb jsonb, xm xml, path jsonpath, vector tsvector, query tsquery,
    pt point, ln line, bx box, poly polygon, ci circle, lsn pg_lsn, x8 xid8, o oid, r regclass,
    r8 int8range, rn numrange, rt tstzrange, rd daterange, mr nummultirange,
    a8 bigint[], an numeric[], af float8[], at text[], aj json[], ab jsonb[], ap readers.part[], ar tstzrange[], ax bytea[], ad date[]);
INSERT INTO readers.person VALUES (1, 'x');
INSERT INTO readers.each (id, person_id) VALUES (1, 1);
INSERT INTO readers.each VALUES (2, 1,
    32767, 2147483647, 9223372036854775807, 9223372036854775807, ('1' || repeat('0', 400))::numeric + 1, 12345678901234567890.0123456789, '3.4028235e38', '1.7976931348623157e308', 92233720368547758.07, true,
    E'\x01\x02\t\n\r\x1f\x7f "quoted" \\back\\slash\\ \b\f/ </script> '' ` \u2028\u2029 \u00e5 \U0001F600 e\u0301 \ufeff', 'NULL', 'ab', 'a name', 'z',
    decode('00ff7f80225c0a', 'hex'), B'101010101', B'1', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'infinity', 'infinity', 'infinity', '24:00:00', '23:59:59.999999-15:59:59', '178000000 years -3 months 5 days -23:59:59.999999',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127', '10.0.0.0/8', 'ff:ff:ff:ff:ff:ff:ff:ff', 'a "quoted" one', ROW(9007199254740993, 'say "9007199254740993", \ and }', '{9223372036854775807,NULL,-1}', '2020-02-29 23:59:59.999999+00'),
    '{"a":"\u0000","n":12345678901234567890,"x":[1e400,0.1,-0.30000000000000004,1.5e-400,7],"t":"12345678901234567890 \"1e400\"","z":null}',
    '{"n": 12345678901234567890, "x": [0.1, 59.91149101234567, 1e400, 3.14159265358979323846, -9007199254740993, 1e-400], "t": "9007199254740993", "\u00e5": "\ud83d\ude00 \u2028"}',
    '<a b="&quot;">&#229; ]]&gt;</a>', '$."a\"b"[*] ? (@ > 9007199254740993)', $$'a ''quoted'' one':1A,2 'åse':3$$, $$'a b' & !c <-> d:*$$,
    '(1.7976931348623157e308,-0)', '{0.1,0.30000000000000004,-1}', '(3,3),(1,1)', '((0,0),(1e-300,1),(2,0.1))', '<(0.1,0.2),0.3>', 'FFFFFFFF/FFFFFFFF', '18446744073709551615', 4294967295, 'readers.each',
    '(,9223372036854775806]', '[0.10,1e30)', '["0044-03-15 BC 12:00+00",infinity)', '(,2020-01-01)', '{(,0.1],[3,12345678901234567890.5)}',
    '{9223372036854775807,-9223372036854775808,NULL,0}', '{NaN,12345678901234567890.12345678901234567890,0.1,1e-300}', '{1.7976931348623157e308,5e-324,NaN,Infinity,-Infinity,-0,0.1}',
    ARRAY[NULL, 'NULL', '', 'a,b', '{"x"}', E'\\ "\n', '9007199254740993', '1e400'], ARRAY['{"a":"\u0000","n":9007199254740993}'::json, '1e400', NULL], ARRAY['{"n": 9007199254740993}'::jsonb, '[null]', '"1"'],
    ARRAY[ROW(0.1, '"', '{1}', NULL), ROW(1e30, NULL, NULL, '-infinity')]::readers.part[], ARRAY['["2020-01-01 00:00+00","2020-01-02 00:00:00.000001+00"]'::tstzrange, 'empty'],
    ARRAY['\x00'::bytea, '\x', '\x5c22'], '{-infinity,infinity,0001-01-01 BC}');
INSERT INTO readers.each VALUES (3, 1,
    -32768, -2147483648, -9223372036854775808, 1, ('0.' || repeat('0', 400) || '123')::numeric, -0.0000000001, '-1.1754944e-38', '5e-324', -92233720368547758.08, false,
    '', '', '', '', '', '', B'000000000', B'', '00000000-0000-0000-0000-000000000000',
    '4713-01-01 BC', '4713-01-01 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '00:00:00', '00:00:00+15:59:59', '-178000000 years 0.000001 seconds',
    '0.0.0.0/0', '::/0', '00:00:00:00:00:00:00:00', '', ROW(NULL, NULL, NULL, NULL), '"\u00e5\u0000\\u0000"', '9007199254740993', '', '$', '', '',
    '(NaN,Infinity)', '{1,-1,0}', '(0,0),(0,0)', '((0,0))', '<(0,0),0>', '0/0', '0', 0, 'pg_catalog.pg_class',
    'empty', '(,)', '[-infinity,infinity]', '[0001-01-01 BC,5874897-12-31)', '{}',
    '{}', '{{1,9007199254740993},{NULL,-1}}', '{}', '{{a,b},{NULL,"NULL"}}', '{}', '{}', '{}', '{}', '{}', '{}');
INSERT INTO readers.each (id, person_id, n, n2, f4, f8, t, c, na, one, day, ts, tz, iv, js, jb, e, a8, b) VALUES
    (4, 1, 'NaN', 'NaN', 'NaN', 'NaN', 'null', ' a', E'\u00e5"', '"', '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-00:00:00.000001', '"null"', '[null]', 'd''accord', NULL, 9007199254740992),
    (5, 1, 'Infinity', 0.10, 'Infinity', 'Infinity', 'true', '"', '{', '\', '-infinity', '-infinity', '-infinity', '1 month -1 day', 'true', '""', 'glad', '{9007199254740992}', -9007199254740992),
    (6, 1, '-Infinity', 1e15, '-Infinity', '-Infinity', '1e400', '''', '[', '1', '0001-01-01 BC', '0001-12-31 23:59:59.5 BC', '1883-11-18 12:00:00+00', '0', '-0', '-0.0', 'glad', '{-9007199254740993}', 9007199254740991),
    (7, 1, 0.1, 9007199254740993, '-0', '-0', '-0', '1', '1', 'a', '2020-02-29', '2020-02-29 12:00', '1937-01-01 00:00+00', '1 year 2 mons 3 days 04:05:06.7', '[1.0, 1E2, 100000000000000000000]', '[1.10, 1E2, 0.30000000000000004, 0.30000000000000005]', 'glad', '{0}', 0),
    (8, 1, 123456789012345, 0.123456789, '0.1', '0.30000000000000004', '0', '1', '1', 'a', '2020-02-29', '2020-02-29 12:00', '1937-01-01 00:00+00', '1', '1.7976931348623157e308', '59.9114910123456', 'glad', '{1}', 1),
    (9, 1, 1234567890123456, 1e-10, '16777217', '1e300', '0', '1', '1', 'a', '2020-02-29', '2020-02-29 12:00', '1937-01-01 00:00+00', '1', '{"":{"":[]}}', '[]', 'glad', '{1}', 1);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('reader', 'readers.person');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('reader', 'readers.each', 'person_id');

-- What a reader has written down again: of the rows as JSON. The server reads no \u0000, so another character stands for it here.
CREATE TABLE readers.back (reader text, data text);
-- A number that readers would round is a text in JSON that the application wrote, too.
CREATE FUNCTION readers.plain(text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(regexp_replace($1, '"(-?[0-9][-+.0-9eE]*)"', '\1', 'g'), '\u0000', '\u0001')::jsonb
$$;
-- The columns in which what was read is not what the table holds; compared as texts, of JSON and numeric as values.
CREATE FUNCTION readers.differing() RETURNS TABLE (reader text, id int, name name, have text, want text) LANGUAGE plpgsql AS $$
DECLARE
    same text;
BEGIN
    FOR name, same IN SELECT attname, CASE WHEN atttypid IN ('json'::regtype, 'jsonb'::regtype) THEN 'readers.plain(%1$s) = readers.plain(%2$s)'
            WHEN atttypid IN ('json[]'::regtype, 'jsonb[]'::regtype) THEN 'readers.plain(array_to_json(r.%3$I)::text) = readers.plain(array_to_json(e.%3$I)::text)'
            WHEN atttypid = 'numeric'::regtype THEN 'r.%3$I = e.%3$I' ELSE '%1$s = %2$s' END
        FROM pg_attribute WHERE attrelid = 'readers.each'::regclass AND attnum > 0 ORDER BY attnum
    LOOP
        same := format(same, format('r.%I::text', name), format('e.%I::text', name), name);
        RETURN QUERY EXECUTE format('SELECT b.reader, e.id, %2$L::name, r.%2$I::text, e.%2$I::text FROM readers.back b JOIN readers.each e ON e.id = (b.data::json ->> ''id'')::int,
            LATERAL json_populate_record(NULL::readers.each, json_build_object(%2$L, b.data::json -> %2$L)) r WHERE (%1$s) IS NOT TRUE AND NOT (r.%2$I::text IS NULL AND e.%2$I::text IS NULL)', same, name);
    END LOOP;
END $$;
