-- retention.clock: text, parts, order.
BEGIN;
SELECT plan(62);
SET LOCAL timezone = 'UTC';
SET LOCAL search_path = public, retention, pg_catalog;

SELECT is(t::clock::text, t, format('%s keeps its text', t)) FROM unnest(ARRAY[
    'none', '7', '32767', '7 held', 'none restricted', '7 2026-01-01T10:00:00Z', '7 2026-03-31T21:59:59.5Z held,anonymised',
    '7 2026-01-01T10:00:00Z held,restricted,anonymised,kept,awaiting', '1 1400-01-01T00:00:00Z',
    '1 9999-12-31T23:59:59.5Z']) t;

SELECT throws_ok(format('SELECT %L::retention.clock', t), '22P02', NULL, format('refused: %L', t)) FROM unnest(ARRAY[
    '0', '-1', '+7', '32768', '99999999999999999999', '7x', 'None', 'none 2026-01-01T10:00:00Z', '7 2026-01-01',
    '7 2026-01-01 10:00:00Z', '7 2026-01-01T10:00:00', '7 2026-01-01T10:00:00+01', '7 2026-01-01T10:00:00.4Z',
    '7 2026-02-30T10:00:00Z', '7 2026-01-01T24:00:00Z', '7 1399-12-31T10:00:00Z', '7 10000-01-01T00:00:00Z', '7 held,held',
    '7 held,', '7 lost', '7 held restricted', '7 HELD', '7 infinity', repeat('7', 5000), repeat('å', 5000)]) t;

SELECT is(policy(c::clock), p, format('policy of %s', c)) FROM (VALUES
    ('none', NULL::smallint), ('7', 7::smallint), ('32767 held', 32767::smallint)) v (c, p);
SELECT is(starts_at(c::clock), s::timestamptz, format('start of %s', c)) FROM (VALUES
    ('none', NULL), ('7', NULL), ('7 2026-01-01T10:00:00Z', '2026-01-01 10:00Z'),
    ('7 2026-03-31T21:59:59.5Z held', '2026-03-31 21:59:59.5Z')) v (c, s);
SELECT is(ARRAY[started(c::clock), pending(c::clock)], a::boolean[], format('started, pending: %s', c)) FROM (VALUES
    ('none', '{f,f}'), ('7', '{f,f}'), ('7 kept', '{f,t}'), ('7 2026-01-01T10:00:00Z', '{t,t}'),
    ('7 2026-01-01T10:00:00Z held', '{t,t}'), ('7 2026-01-01T10:00:00Z anonymised', '{t,f}'),
    ('7 2026-01-01T10:00:00Z anonymised,awaiting', '{t,t}')) v (c, a);

-- A whole day sorts after every instant in it and before the next midnight.
SELECT ok('7 2026-03-31T21:59:59Z'::clock < '7 2026-03-31T21:59:59.5Z'
      AND '7 2026-03-31T21:59:59.5Z'::clock < '7 2026-03-31T22:00:00Z', 'whole days stand in order');
SELECT results_eq($$SELECT x::text FROM unnest('{8,none,7,7 held,7 2030-01-01T00:00:00Z,7 2020-01-01T00:00:00Z,
        7 2020-01-01T00:00:00Z held,none held}'::clock[]) u (x) ORDER BY u.x$$,
    ARRAY['none', 'none held', '7 2020-01-01T00:00:00Z', '7 2030-01-01T00:00:00Z', '7', '7 2020-01-01T00:00:00Z held', '7 held', '8'],
    'policy, exempt, start, flags');

-- A domain, for a column of the type itself would make the table a governed one.
CREATE DOMAIN plain AS clock;
CREATE TEMP TABLE every (i bigint, c plain);
INSERT INTO every SELECT row_number() OVER (), concat_ws(' ', p, s, nullif(f, ''))::clock
    FROM unnest('{1,7,32767}'::text[]) p,
         unnest(ARRAY[NULL, '1400-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-03-31T21:59:59.5Z', '9999-12-31T23:59:59Z']) s,
         unnest(ARRAY['', 'held', 'restricted', 'anonymised', 'kept', 'anonymised,awaiting', 'held,kept']) f;
INSERT INTO every VALUES (0, 'none');
SELECT is_empty($$SELECT a.c, b.c FROM every a, every b
    WHERE (a.c = b.c) <> (clock_hash(a.c) = clock_hash(b.c)) OR (a.c = b.c) <> (a.c::text = b.c::text)
       OR (a.c < b.c) <> (b.c > a.c) OR (a.c <= b.c) <> NOT (a.c > b.c) OR (a.c >= b.c) <> (clock_cmp(a.c, b.c) >= 0)
       OR (a.c <> b.c) <> (clock_cmp(a.c, b.c) <> 0) OR (a.c < b.c) <> (clock_send(a.c) < clock_send(b.c))$$,
    'operators, hashes, text and bytes agree');
SELECT is_empty($$SELECT FROM every WHERE (clock_hash_extended(c, 0)::bit(64) & x'00000000ffffffff'::bit(64))
    <> (clock_hash(c)::bigint::bit(64) & x'00000000ffffffff'::bit(64))$$, 'the hashes belong to one family');

CREATE TEMP TABLE copied (LIKE every);
SELECT format('COPY every TO %L (FORMAT binary)', f), format('COPY copied FROM %L (FORMAT binary)', f),
       format('COPY (SELECT WHERE false) TO PROGRAM %L', format('rm -f %L', f))
FROM (SELECT current_setting('data_directory') || '/pg_retention_clock_test') s (f) \gexec
SELECT results_eq('SELECT c::text FROM every ORDER BY i', 'SELECT c::text FROM copied ORDER BY i', 'binary form keeps a clock');
CREATE TEMP TABLE received (c plain);
SELECT throws_ok(format($$COPY received FROM PROGRAM %L (FORMAT binary)$$,
    $$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\10$$ || bytes || $$\377\377'$$), '22P03', NULL, what)
FROM (VALUES ('\0\0\0\0\0\0\5\0', 'a start without a policy'),
             ('\0\7\0\0\0\0\5\1', 'a flag that is not exempt'),
             ('\0\7\200\0\0\0\5\0', 'exempt without a flag'),
             ('\0\7\200\0\0\0\5\40', 'an unknown flag'),
             ('\200\7\0\0\0\0\5\0', 'a policy beyond smallint'),
             ('\0\7\177\377\377\377\376\0', 'a start beyond 9999')) v (bytes, what);

SELECT ok(typlen = 8 AND typbyval AND typalign = 'd', '8 bytes by value') FROM pg_type WHERE oid = 'retention.clock'::regtype;
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE 'retention.clock'::regtype = ANY (proargtypes)
    AND oid::regproc::text IN ('started', 'pending', 'policy', 'starts_at', 'clock_cmp', 'clock_eq', 'clock_hash')
    AND (provolatile <> 'i' OR NOT proisstrict OR proparallel <> 's')$$, 'immutable, strict, parallel safe');
SELECT * FROM finish();
ROLLBACK;
