-- Who is one human: rows that share a value that is somebody's, and no more of them than one has.
BEGIN;
SELECT plan(58);
SET client_min_messages = error;

CREATE FUNCTION pg_temp.rows(kind text, key text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(relation::text || ' ' || row_key, ', ' ORDER BY relation::text COLLATE "C", row_key) FROM retention.export_rows(kind, key)$$;
CREATE FUNCTION pg_temp.kind(kind text, relation regclass, identifying name[], scope name[] DEFAULT '{}') RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.subject_kind (kind, relation, identifying, scope) VALUES (kind, relation, identifying, scope)$$;
CREATE FUNCTION pg_temp.personal(relation regclass, column_name name, category text) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES (relation, column_name, category)$$;
CREATE FUNCTION pg_temp.caught(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text; h text; BEGIN EXECUTE statement; RETURN 'none'; EXCEPTION WHEN cardinality_violation THEN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
RETURN concat_ws(E'\n', SQLERRM, d, h); END$$;

-- The form of a value.
SELECT is(retention.identity(v), f, format('%L is compared as %L', v, f))
FROM (VALUES ('Kari@Firma.example', 'kari@firma.example'), (E' \tkari@firma.example\u00a0', 'kari@firma.example'), (U&'A\030Ase@x.example', U&'\00e5se@x.example'),
    ('ÅSE@x.example', 'åse@x.example'), ('Kari', 'Kari'), ('K-17', 'K-17'), ('0047', '0047'), ('  ', NULL), ('', NULL), ('-', NULL), ('{}', NULL), ('n/a', NULL), ('N.A.', NULL),
    ('(ukjent)', NULL), ('000000', NULL), ('unknown@example.com', NULL), ('no-reply@firma.example', NULL), ('@kari', '@kari'), ('Nina', 'Nina')) x (v, f);

-- The same address in other letters, with blanks, composed otherwise, under other types.
CREATE SCHEMA i;
CREATE EXTENSION citext SCHEMA i;
CREATE TABLE i.a (id int PRIMARY KEY, email text);
CREATE TABLE i.b (id int PRIMARY KEY, email varchar(50));
CREATE TABLE i.c (id int PRIMARY KEY, email retention.email, ref i.citext);
CREATE TABLE i.d (id int PRIMARY KEY, ref text, phone bigint);
SELECT pg_temp.personal('i.c', 'ref', 'reference'), pg_temp.personal('i.d', 'ref', 'reference');
SELECT pg_temp.kind('a', 'i.a', '{email}'), pg_temp.kind('b', 'i.b', '{email}'), pg_temp.kind('c', 'i.c', '{email,ref}'), pg_temp.kind('d', 'i.d', '{ref}');
INSERT INTO i.a VALUES (1, 'Kari@Firma.example'), (2, U&'A\030Ase@x.example'), (3, 'ola@x.example');
INSERT INTO i.b VALUES (1, ' kari@firma.example '), (2, U&'\00e5se@X.example'), (3, 'ole@x.example');
INSERT INTO i.c VALUES (1, 'KARI@firma.example', 'AB-1'), (2, NULL, 'ab-2');
INSERT INTO i.d VALUES (1, 'ab-1', 0), (2, 'AB-2', 0);
SELECT is(pg_temp.rows('a', '1'), 'i.a 1, i.b 1, i.c 1', 'an address is the same person''s in any letters and with blanks around it');
SELECT is(pg_temp.rows('b', '2'), 'i.a 2, i.b 2', 'an address is the same person''s however its letters are composed');
SELECT is(pg_temp.rows('a', '3'), 'i.a 3', 'another address is another person''s');
SELECT is(pg_temp.rows('d', '2'), 'i.c 2, i.d 2', 'a column whose type ignores case finds references in any case');
SELECT is(pg_temp.rows('c', '2'), 'i.c 2', 'a column of plain text finds references as they are written');

-- Columns that are not declared: a number is something else in each table, an address is not.
CREATE TABLE i.emp (id int PRIMARY KEY, number text, "e-mail" text);
CREATE TABLE i.cust (id int PRIMARY KEY, number text, "Mail" text);
SELECT pg_temp.kind('emp', 'i.emp', '{number,e-mail}'), pg_temp.kind('cust', 'i.cust', '{number,Mail}');
INSERT INTO i.emp VALUES (1, '1001', 'kari@here.example'), (2, '1002', 'ola@here.example'), (3, '1002', NULL);
INSERT INTO i.cust VALUES (8, '1001', 'per@x.example'), (9, '1003', 'Ola@here.example');
SELECT is(pg_temp.rows('emp', '1'), 'i.emp 1', 'undeclared columns of one name do not join two tables');
SELECT is(pg_temp.rows('emp', '2'), 'i.cust 9, i.emp 2, i.emp 3', 'undeclared columns whose names are those of addresses do');
SELECT is(pg_temp.rows('cust', '9'), 'i.cust 9, i.emp 2, i.emp 3', 'a row joins by a third one');

-- Values that are nobody's.
CREATE SCHEMA p;
CREATE TABLE p.person (id int PRIMARY KEY, name text, email text);
SELECT pg_temp.personal('p.person', 'name', 'name'), pg_temp.kind('p', 'p.person', '{email}');
INSERT INTO p.person SELECT i, 'P' || i, (ARRAY['n/a', '-', ' ', '', '{}', 'unknown@example.com'])[1 + i % 6] FROM generate_series(1, 60) i;
SELECT is(sum((SELECT count(*) FROM retention.export_rows('p', i))), 6::numeric, 'what is typed where nothing is known joins nobody') FROM generate_series(1, 6) i;

-- An address for everybody.
INSERT INTO p.person SELECT i, NULL, 'post@firma.example' FROM generate_series(101, 121) i;
SELECT is(pg_temp.caught($$SELECT retention.erase('p', 101)$$), $$21 rows are taken for one person of kind "p"
p {"id": 101} and p {"id": 102} have the same email, "post@firma.example".
p {"id": 101} and p {"id": 103} have the same email, "post@firma.example".
p {"id": 101} and p {"id": 104} have the same email, "post@firma.example".
p {"id": 101} and p {"id": 105} have the same email, "post@firma.example".
p {"id": 101} and p {"id": 106} have the same email, "post@firma.example".
If they are one, set retention.confirm_identity = on. If the value is nobody's, add it to "placeholders" in retention.subject_kind; if it tells who somebody is together with other columns, name these in "scope".$$,
    'an erasure of more rows than one person has is stopped, and says what joins them');
SELECT is(split_part(pg_temp.caught(format('SELECT %s', call)), E'\n', 1), '21 rows are taken for one person of kind "p"', format('%s is stopped by an identity of too many', call))
FROM unnest(ARRAY[$$retention.export('p', 101)$$, $$retention.export_rows('p', 101)$$, $$retention.portability('p', 101)$$, $$retention.restrict('p', 101, 'x')$$,
    $$retention.erase('p', 101, dry_run => true)$$]) call;
SET retention.max_identity_rows = 21;
SELECT is((SELECT count(*) FROM retention.export_rows('p', 101)), 21::bigint, 'how many rows may be one person is a setting');
RESET retention.max_identity_rows;
UPDATE retention.subject_kind SET placeholders = '{" POST@firma.example"}' WHERE kind = 'p';
SELECT is(pg_temp.rows('p', '101'), 'p.person 101', 'a placeholder of the installation joins nobody');

-- Different names.
INSERT INTO p.person VALUES (201, 'Kari Lie', 'felles@x.example'), (202, 'Kari M. Lie', 'felles@x.example'), (203, 'lie, kari', 'felles@x.example'), (204, NULL, 'felles@x.example');
SELECT is(pg_temp.rows('p', '201'), 'p.person 201, p.person 202, p.person 203, p.person 204', 'a name with a middle name, turned round, or not known is no other name');
INSERT INTO p.person VALUES (211, 'Kari Lie', 'en@x.example'), (212, 'K. Lie', 'en@x.example');
SELECT is(pg_temp.rows('p', '211'), 'p.person 211, p.person 212', 'an initial is no other name');
INSERT INTO p.person VALUES (205, 'Ola Lie', 'Felles@x.example');
SELECT alike(pg_temp.caught($$SELECT retention.erase('p', 201)$$), 'rows with different names are taken for one person of kind "p"' || E'\n' || '%and p {"id": 205} have the same email, "Felles@x.example".%',
    'rows with different names are not erased for one person');
SET retention.confirm_identity = on;
SELECT is((SELECT count(*) FROM retention.export_rows('p', 205)), 5::bigint, 'confirmed, rows with different names are one person');
RESET retention.confirm_identity;

-- They are told beforehand.
SELECT results_eq('SELECT * FROM retention.shared_identities()', $$VALUES ('p', 'email'::name, 'felles@x.example', 5::bigint, 4::bigint)$$,
    'values that join different names are listed, placeholders and one human''s are not');
UPDATE retention.subject_kind SET placeholders = '{}' WHERE kind = 'p';
SELECT results_eq('SELECT * FROM retention.shared_identities()', $$VALUES ('p', 'email'::name, 'post@firma.example', 21::bigint, 0::bigint), ('p', 'email', 'felles@x.example', 5, 4)$$,
    'values in more rows than one person has are listed');
CREATE FUNCTION pg_temp.checked() RETURNS text LANGUAGE sql AS $$SELECT string_agg(object || ': ' || hint, '; ') FROM retention.check() WHERE what = 'identifying value is one person''s' AND NOT ok$$;
ANALYZE p.person;
SELECT is(pg_temp.checked(), 'email of p: One value is in some 21 rows, which would be taken for one person: see retention.shared_identities().', 'check() warns of a common identifying value');
UPDATE retention.subject_kind SET placeholders = '{post@firma.example}' WHERE kind = 'p';
SELECT is(pg_temp.checked(), NULL, 'check() knows placeholders');

-- What an anonymiser leaves.
CREATE SCHEMA n;
CREATE TABLE n.u (id int PRIMARY KEY, email text NOT NULL, ended_at timestamptz);
CREATE TABLE n.o (id int PRIMARY KEY, u int REFERENCES n.u, note text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES
    ('n.u', 'email', 'address', 'constant', 'removed@x.example'), ('n.o', 'note', 'free text', 'null', NULL);
SELECT pg_temp.kind('n', 'n.u', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('n', 'n.o', 'u');
INSERT INTO n.u VALUES (1, 'removed@x.example'), (2, 'removed@x.example'), (3, 'c@x.example');
INSERT INTO n.o VALUES (1, 1, 'note on 1'), (2, 2, 'note on 2');
SELECT is(pg_temp.rows('n', '1'), 'n.o 1, n.u 1', 'persons who were anonymised alike do not become one');

-- An address that is one person's only within a tenant.
CREATE SCHEMA t;
CREATE TABLE t.usr (id int PRIMARY KEY, tenant int, email text);
CREATE TABLE t.guest (id int PRIMARY KEY, org text, mail text);
CREATE TABLE t.list (id int PRIMARY KEY, email text);
SELECT pg_temp.personal('t.usr', 'email', 'mail'), pg_temp.personal('t.guest', 'mail', 'mail'), pg_temp.personal('t.list', 'email', 'mail');
SELECT pg_temp.kind('tu', 't.usr', '{email}', '{tenant}'), pg_temp.kind('tg', 't.guest', '{mail}', '{org}'), pg_temp.kind('tl', 't.list', '{email}');
INSERT INTO t.usr VALUES (1, 7, 'kari@x.example'), (2, 8, 'kari@x.example'), (3, 7, 'Kari@x.example'), (4, NULL, 'kari@x.example');
INSERT INTO t.guest VALUES (1, '7', 'kari@x.example'), (2, '8', 'kari@x.example');
INSERT INTO t.list VALUES (1, 'kari@x.example');
SELECT is(pg_temp.rows('tu', '1'), 't.guest 1, t.usr 1, t.usr 3', 'an identity with a scope joins rows of one tenant, of other kinds, too');
SELECT is(pg_temp.rows('tu', '4'), 't.usr 4', 'a row without a tenant is nobody else');
SELECT is(pg_temp.rows('tl', '1'), 't.list 1', 'a kind without a scope is not joined to those that have one');
ALTER TABLE t.usr RENAME tenant TO customer;
SELECT is((SELECT scope FROM retention.subject_kind WHERE kind = 'tu'), '{customer}', 'a scope follows a column that is renamed');
SELECT throws_ok($$ALTER TABLE t.usr DROP customer$$, '2BP01', NULL, 'a column of a scope is not dropped');
SELECT throws_ok($$UPDATE retention.subject_kind SET scope = '{tenants}' WHERE kind = 'tu'$$, '42703', NULL, 'a scope names columns that are there');

-- A key names one row.
CREATE SCHEMA q;
CREATE TABLE q.person (id int PRIMARY KEY, tenant int, badge text, code text, lower_code text);
CREATE UNIQUE INDEX badge ON q.person (tenant, badge);
CREATE UNIQUE INDEX code ON q.person (code) WHERE tenant = 1;
CREATE UNIQUE INDEX lower_code ON q.person (lower(lower_code));
ALTER TABLE q.person ADD late text, ADD CONSTRAINT late UNIQUE (late) DEFERRABLE;
CREATE FUNCTION pg_temp.key(columns name[]) RETURNS text LANGUAGE plpgsql AS $$BEGIN INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('q', 'q.person', columns);
DELETE FROM retention.subject_kind WHERE kind = 'q'; RETURN 'taken'; EXCEPTION WHEN invalid_parameter_value THEN RETURN SQLERRM; END$$;
SELECT is(pg_temp.key(k), o, format('a key of %s: %s', k, o)) FROM (VALUES ('{tenant}'::name[], 'field "key" does not name one row of table "person"'),
    ('{code}', 'field "key" does not name one row of table "person"'), ('{lower_code}', 'field "key" does not name one row of table "person"'),
    ('{late}', 'field "key" does not name one row of table "person"'), ('{badge,tenant}', 'taken')) x (k, o);
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('q', 'q.person', '{tenant,badge}');
SELECT throws_ok('DROP INDEX q.badge', '2BP01', NULL, 'the index over the key of persons is not dropped');
SET retention.confirm_drop = on;
ALTER TABLE q.person ADD CONSTRAINT badge UNIQUE USING INDEX badge;
ALTER TABLE q.person DROP CONSTRAINT badge;
SELECT throws_ok($$SELECT retention.export('q', '{"tenant": 1, "badge": "B"}'::jsonb)$$, '55000', 'kind "q" does not fit the schema', 'a key that names one row no longer is not gone by');

SELECT * FROM finish();
ROLLBACK;
