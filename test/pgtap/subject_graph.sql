-- The shapes that schemas have: which rows a person is found in, each once.
BEGIN;
SELECT plan(30);

\ir ../declare.psql

-- Several paths to one table, a table that refers to itself, and tables that refer to each other.
CREATE SCHEMA a;
CREATE TABLE a.persons (id int PRIMARY KEY, boss int REFERENCES a.persons, note text);
CREATE TABLE a.teams (id int PRIMARY KEY, lead int REFERENCES a.persons, parent int REFERENCES a.teams);
ALTER TABLE a.persons ADD team int REFERENCES a.teams;
CREATE TABLE a.posts (id int PRIMARY KEY, author int REFERENCES a.persons, editor int REFERENCES a.persons, answers int REFERENCES a.posts,
    team int REFERENCES a.teams);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('a', 'a.persons');
SELECT pg_temp.link('a', 'a.persons', 'boss', 'mentioned'), pg_temp.link('a', 'a.persons', 'boss.boss', 'mentioned'),
    pg_temp.link('a', 'a.persons', 'team.lead', 'mentioned'), pg_temp.link('a', 'a.teams', 'lead'), pg_temp.link('a', 'a.teams', '[a.persons.team]'),
    pg_temp.link('a', 'a.teams', 'parent.lead', 'mentioned'), pg_temp.link('a', 'a.posts', 'author'), pg_temp.link('a', 'a.posts', 'editor', 'mentioned'),
    pg_temp.link('a', 'a.posts', 'answers.author', 'mentioned'), pg_temp.link('a', 'a.posts', 'team.lead', 'mentioned');
INSERT INTO a.persons VALUES (1, 1), (2, 1), (3, 2), (4, 3);
INSERT INTO a.teams VALUES (10, 1, NULL), (11, 2, 10), (12, 3, 12);
UPDATE a.persons SET team = CASE id WHEN 1 THEN 12 WHEN 4 THEN 10 ELSE 11 END;
INSERT INTO a.posts VALUES (20, 1, 1, NULL, 10), (21, 2, 1, 20, 11), (22, 3, 2, 21, 10), (23, 2, 2, 20, NULL), (24, 4, 4, 24, 11);
SELECT is(pg_temp.rows('a', '1'), 'a.persons 1 about, a.persons 2 mentioned, a.persons 3 mentioned, a.persons 4 mentioned, '
    'a.posts 20 about, a.posts 21 mentioned, a.posts 22 mentioned, a.posts 23 mentioned, a.teams 10 about, a.teams 11 mentioned, a.teams 12 about',
    'several paths: each row once, "about" wins; references to itself and around do no harm');
SELECT is(pg_temp.rows('a', '4'), 'a.persons 4 about, a.posts 24 about, a.teams 10 about', 'a row that refers to itself');
SELECT results_eq($$SELECT path, role, rows FROM retention.explain_subject('a', 1) WHERE relation = 'a.posts'::regclass$$,
    $$VALUES ('author', 'about', 1::bigint), ('editor', 'mentioned', 1), ('team.lead', 'mentioned', 1), ('answers.author', 'mentioned', 1)$$,
    'explained by path, each row where it is exported');
SELECT is((SELECT sum(rows) FROM retention.explain_subject('a', 1)), (SELECT count(*)::numeric FROM retention.export_rows('a', 1)),
    'as many as are exported');

-- Keys of several columns, in another order than the table's, a foreign key of several columns on the way.
CREATE SCHEMA c;
CREATE TABLE c.persons (name text, no int, tenant int, PRIMARY KEY (tenant, no));
CREATE TABLE c.orders (tenant int, id int, buyer int, seller int, PRIMARY KEY (id, tenant),
    FOREIGN KEY (buyer, tenant) REFERENCES c.persons (no, tenant), FOREIGN KEY (tenant, seller) REFERENCES c.persons);
CREATE TABLE c.lines (order_id int, tenant int, line int, item text, PRIMARY KEY (tenant, order_id, line),
    FOREIGN KEY (tenant, order_id) REFERENCES c.orders (tenant, id));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('c', 'c.persons');
SELECT pg_temp.link('c', 'c.orders', 'buyer'), pg_temp.link('c', 'c.orders', 'seller', 'mentioned'), pg_temp.link('c', 'c.lines', 'order_id.buyer');
INSERT INTO c.persons VALUES ('Kari', 1, 7), ('Ola', 2, 7), ('Kari too', 1, 8);
INSERT INTO c.orders VALUES (7, 100, 1, 2), (7, 101, 2, 1), (8, 100, 1, NULL), (7, 102, NULL, NULL);
INSERT INTO c.lines VALUES (100, 7, 1, 'a'), (100, 7, 2, 'b'), (101, 7, 1, 'c'), (100, 8, 1, 'd');
SELECT set_eq($$SELECT relation::text, row_key, role FROM retention.export_rows('c', '{"no": 1, "tenant": 7}'::jsonb)$$, $$VALUES
    ('c.persons', '{"no": 1, "tenant": 7}'::jsonb, 'about'), ('c.orders', '{"id": 100, "tenant": 7}', 'about'), ('c.orders', '{"id": 101, "tenant": 7}', 'mentioned'),
    ('c.lines', '{"line": 1, "tenant": 7, "order_id": 100}', 'about'), ('c.lines', '{"line": 2, "tenant": 7, "order_id": 100}', 'about')$$,
    'keys of several columns');
SELECT is((SELECT data::jsonb FROM retention.export_rows('c', '{"no": 1, "tenant": 7}'::jsonb) WHERE row_key ->> 'id' = '101'),
    '{"id": 101, "buyer": null, "seller": 1, "tenant": 7}', 'what two persons'' keys share stays');
SELECT throws_ok($$SELECT retention.export('c', 1)$$, '22023', 'the key of table "persons" is (tenant, no)', 'one value is not enough');
SELECT throws_ok($$SELECT retention.export('c', '{"no": 1}'::jsonb)$$, '22023', NULL, 'a part of a person''s key is not enough');
SELECT throws_ok($$SELECT retention.export('c', '{"no": 1, "tenant": null}'::jsonb)$$, '22023', NULL, 'a null in a person''s key is not enough');
SELECT throws_ok($$SELECT retention.export('c', '{"no": 9, "tenant": 7}'::jsonb)$$, 'P0002', NULL, 'there must be such a person');

-- Partitioned tables.
CREATE SCHEMA p;
CREATE TABLE p.persons (id int, region text, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE p.persons_n PARTITION OF p.persons FOR VALUES IN ('n');
CREATE TABLE p.persons_s PARTITION OF p.persons FOR VALUES IN ('s') PARTITION BY RANGE (id);
CREATE TABLE p.persons_s1 PARTITION OF p.persons_s FOR VALUES FROM (0) TO (100);
CREATE TABLE p.visits (id int, at date, person int, region text, PRIMARY KEY (id, at), FOREIGN KEY (person, region) REFERENCES p.persons) PARTITION BY RANGE (at);
CREATE TABLE p.visits_1 PARTITION OF p.visits FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE p.visits_2 (at date NOT NULL, unused int, region text, id int NOT NULL, person int);
ALTER TABLE p.visits_2 DROP unused;
ALTER TABLE p.visits ATTACH PARTITION p.visits_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('p', 'p.persons');
SELECT pg_temp.link('p', 'p.visits', 'person');
INSERT INTO p.persons VALUES (1, 'n', 'Kari'), (1, 's', 'Ola'), (2, 's', 'Per');
INSERT INTO p.visits VALUES (1, '2026-01-05', 1, 'n'), (1, '2026-02-05', 1, 'n'), (2, '2026-02-05', 1, 's');
SELECT set_eq($$SELECT relation::text, row_key FROM retention.export_rows('p', '{"id": 1, "region": "n"}'::jsonb)$$, $$VALUES
    ('p.persons', '{"id": 1, "region": "n"}'::jsonb), ('p.visits', '{"id": 1, "at": "2026-01-05"}'), ('p.visits', '{"id": 1, "at": "2026-02-05"}')$$,
    'partitioned persons and partitioned rows about them');

-- A chain of twelve foreign keys.
CREATE SCHEMA l;
CREATE TABLE l.t0 (id int PRIMARY KEY);
DO $$BEGIN
    FOR i IN 1 .. 17 LOOP
        EXECUTE format('CREATE TABLE l.t%s (id int PRIMARY KEY, up int REFERENCES l.t%s)', i, i - 1);
    END LOOP;
END$$;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('l', 'l.t0');
SELECT pg_temp.link('l', 'l.t12', 'up' || repeat('.up', 11)), pg_temp.link('l', 'l.t11', 'up' || repeat('.up', 10)), pg_temp.link('l', 'l.t16', 'up' || repeat('.up', 15));
INSERT INTO l.t0 VALUES (1), (2);
DO $$BEGIN
    FOR i IN 1 .. 16 LOOP
        EXECUTE format('INSERT INTO l.t%s SELECT n, 1 + (n - 1) %% (SELECT count(*) FROM l.t%s) FROM generate_series(1, %s) n', i, i - 1, i + 2);
    END LOOP;
END$$;
SELECT results_eq($$SELECT row_key FROM retention.export_rows('l', 2) WHERE relation = 'l.t12'::regclass ORDER BY row_key$$,
    $$WITH RECURSIVE w (n, ids) AS (SELECT 0, ARRAY[2] UNION ALL SELECT n + 1,
        (SELECT array_agg(k) FROM generate_series(1, n + 3) k WHERE 1 + (k - 1) % (CASE n WHEN 0 THEN 2 ELSE n + 2 END) = ANY (ids)) FROM w WHERE n < 12)
      SELECT to_jsonb(k) FROM w, unnest(ids) k WHERE n = 12 ORDER BY k$$, 'twelve steps');
SELECT throws_ok($$SELECT pg_temp.link('l', 'l.t17', 'up' || repeat('.up', 16))$$, '54000', NULL, 'sixteen are the most');

-- Tables without a primary key.
CREATE SCHEMA k;
CREATE TABLE k.persons (id int UNIQUE);
CREATE TABLE k.later (id int PRIMARY KEY DEFERRABLE);
CREATE TABLE k.whole (id int PRIMARY KEY, link int);
CREATE TABLE k.log (person int REFERENCES k.whole, at date);
CREATE TABLE k.middle (no int UNIQUE, person int REFERENCES k.whole);
CREATE TABLE k.far (id int PRIMARY KEY, middle int REFERENCES k.middle (no));
CREATE FUNCTION pg_temp.hint(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE h text; BEGIN EXECUTE statement; RETURN 'none'; EXCEPTION WHEN undefined_object THEN GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT; RETURN SQLERRM || ': ' || h; END$$;
SELECT is(pg_temp.hint($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'k.persons')$$),
    'table "persons" has no primary key: Rows are named by their primary key, or by a unique index over NOT NULL columns: add one.', 'persons need a primary key');
SELECT alike(pg_temp.hint($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'k.later')$$), '%has no primary key%', 'the primary key of persons is checked at once');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'k.whole');
SELECT is(pg_temp.hint($$SELECT pg_temp.link('k', 'k.log', 'person')$$), 'table "log" has no primary key: Rows are named by their primary key, or by a unique index over NOT NULL columns: add one.',
    'linked rows need a primary key');
SELECT alike(pg_temp.hint($$SELECT pg_temp.link('k', 'k.far', 'middle.person')$$), 'table "middle" has no primary key%', 'rows on the way need a primary key');
SELECT throws_ok($$SELECT pg_temp.link('k', 'k.whole', 'link')$$, '42830', NULL, 'a path follows foreign keys');
SELECT throws_ok($$SELECT pg_temp.link('k', 'k.whole', '[a.posts.author]')$$, '42830', NULL, 'that refer to where it is');
SELECT throws_ok($$SELECT pg_temp.link('k', 'k.whole', '.link')$$, '42601', NULL, 'a path is well-formed');
SELECT throws_ok($$SELECT pg_temp.link('k', 'a.posts', 'author')$$, '42830', NULL, 'a path ends at the kind''s table');

-- Names that need quotes, keys of domains, a foreign key of a narrower type.
CREATE SCHEMA "Case Files";
CREATE DOMAIN "Case Files"."Number" AS bigint CHECK (VALUE > 0);
CREATE DOMAIN "Case Files"."Own Number" AS "Case Files"."Number";
CREATE TABLE "Case Files"."The ""Persons""" ("Id" "Case Files"."Own Number" PRIMARY KEY, "E-mail" text, "select" text);
CREATE TABLE "Case Files"."Notes" ("Id." "Case Files"."Number" PRIMARY KEY, "Whose]" int REFERENCES "Case Files"."The ""Persons""", "Body" text);
CREATE TABLE "Case Files"."Li'nks" ("a.b" bigint REFERENCES "Case Files"."Notes", "c" smallint REFERENCES "Case Files"."The ""Persons""", PRIMARY KEY ("a.b", c));
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('Fälle ''n "x"', '"Case Files"."The ""Persons"""', '{E-mail}');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM retention.unlinked() AS p WHERE p.relation::text LIKE '"Case%';
INSERT INTO "Case Files"."The ""Persons""" VALUES (1, 'kari@x.example', 'x'), (2, 'ola@x.example', 'y');
INSERT INTO "Case Files"."Notes" VALUES (11, 1, 'kari'), (12, 2, 'mentions ola@x.example');
INSERT INTO "Case Files"."Li'nks" VALUES (12, 1), (11, 1);
SELECT is(pg_temp.rows('Fälle ''n "x"', '1'), '"Case Files"."Li''nks" {"c": 1, "a.b": 11} about, "Case Files"."Li''nks" {"c": 1, "a.b": 12} about, '
    '"Case Files"."Notes" 11 about, "Case Files"."Notes" 12 mentioned, "Case Files"."The ""Persons""" 1 about', 'names that need quotes, domains, narrower keys');
SELECT is((SELECT data::jsonb FROM retention.export_rows('Fälle ''n "x"', 1) WHERE row_key = '12'),
    '{"Body": "mentions [redacted]", "Id.": 12, "Whose]": null}', 'other persons are found there, too');
SELECT is((SELECT key FROM retention.find_subject('KARI@x.example')), '1'::jsonb, 'the person is found by an identifying value');

-- A table of another owner who forces row security upon himself; nothing of it is seen by name.
CREATE ROLE registrar;
CREATE ROLE asking;
CREATE SCHEMA r AUTHORIZATION registrar;
SET ROLE registrar;
CREATE TABLE r.persons (id int PRIMARY KEY, name text);
CREATE TABLE r.files (id int PRIMARY KEY, person int REFERENCES r.persons, body text);
INSERT INTO r.persons VALUES (1, 'Kari'), (2, 'Ola');
INSERT INTO r.files VALUES (1, 1, 'x'), (2, 2, 'y');
ALTER TABLE r.persons ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE r.files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY nobody ON r.files USING (id > 100);
RESET ROLE;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('r', 'r.persons');
SELECT pg_temp.link('r', 'r.files', 'person');
GRANT USAGE ON SCHEMA retention TO asking;
GRANT EXECUTE ON FUNCTION retention.export_rows(text, bigint, bigint), retention.export_rows(text, text, bigint) TO asking;
SET ROLE registrar;
SELECT is_empty('SELECT * FROM r.persons UNION ALL SELECT id, body FROM r.files', 'the owner sees nothing');
SET ROLE asking;
SELECT is(pg_temp.rows('r', '1'), 'r.files 1 about, r.persons 1 about', 'row security that an owner forces upon himself hides nothing from a copy');
SELECT throws_ok('SELECT * FROM r.files', '42501', NULL, 'who may ask for it may not read the table');
RESET ROLE;

-- The same human in several tables, through what each shares with the next.
CREATE SCHEMA h;
CREATE TABLE h.users (id int PRIMARY KEY, email text, mobile text);
CREATE TABLE h.contacts (id uuid PRIMARY KEY, mail varchar(80), phone text);
CREATE TABLE h.leads (code text PRIMARY KEY, tel text, extra text);
CREATE TABLE h.calls (id int PRIMARY KEY, lead text REFERENCES h.leads);
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'h.users', '{email}'), ('contact', 'h.contacts', '{mail, phone}'),
    ('lead', 'h.leads', '{tel}');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('h.users', 'email', 'e-mail'), ('h.users', 'mobile', 'phone'),
    ('h.contacts', 'mail', 'e-mail'), ('h.contacts', 'phone', 'phone'), ('h.leads', 'tel', 'phone'), ('h.leads', 'extra', 'e-mail');
SELECT pg_temp.link('lead', 'h.calls', 'lead');
INSERT INTO h.users VALUES (1, 'kari@x.example', '44444444'), (2, 'ola@x.example', '11111111'), (3, '', '');
INSERT INTO h.contacts VALUES ('00000000-0000-0000-0000-000000000001', 'kari@x.example', '11111111'), ('00000000-0000-0000-0000-000000000002', 'per@x.example', ''),
    ('00000000-0000-0000-0000-000000000003', NULL, '22222222');
INSERT INTO h.leads VALUES ('L1', '11111111', ''), ('L2', '44444444', 'kari@x.example'), ('L3', '', ''), ('L4', NULL, NULL);
INSERT INTO h.calls VALUES (1, 'L1'), (2, 'L2'), (3, 'L3');
SELECT is(pg_temp.rows('user', '1'), 'h.calls 1 about, h.contacts "00000000-0000-0000-0000-000000000001" about, h.leads "L1" about, h.users 1 about',
    'a user, a contact with the same e-mail, a lead with the contact''s phone');
SELECT is(pg_temp.rows('lead', 'L1'), pg_temp.rows('user', '1'), 'whichever is asked for');
SELECT is(pg_temp.rows('user', '3') || '; ' || pg_temp.rows('lead', 'L4'), 'h.users 3 about; h.leads "L4" about', 'nothing, and an empty text, identify nobody');
SELECT * FROM finish();
ROLLBACK;
