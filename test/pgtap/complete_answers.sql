-- Nothing is left out in silence: what an erasure could not reach, and what it left.
BEGIN;
SELECT plan(38);
SET client_min_messages = error;

\ir ../declare.psql
CREATE FUNCTION pg_temp.said(answer json, section text) RETURNS text LANGUAGE sql AS $$SELECT string_agg(concat_ws(' ', r ->> 'table', r ->> 'column', r ->> 'rows', r ->> 'why'), ', '
    ORDER BY r ->> 'table', r ->> 'column') FROM json_array_elements(answer -> section) r$$;

-- Tables that no link leads from.
CREATE SCHEMA n;
CREATE TABLE n.u (id int PRIMARY KEY, email text);
CREATE TABLE n.c (id int PRIMARY KEY, u int NOT NULL REFERENCES n.u, title text);
CREATE TABLE n.n (id int PRIMARY KEY, c int NOT NULL REFERENCES n.c, body text);
CREATE TABLE n.d (id int PRIMARY KEY, n int REFERENCES n.n);
CREATE TABLE n.far (id int PRIMARY KEY, name text);
CREATE TABLE n.other (id int PRIMARY KEY);
SELECT pg_temp.personal('n.u', 'email', 'email'), pg_temp.personal('n.c', 'title', 'free text'), pg_temp.personal('n.n', 'body', 'free text'), pg_temp.personal('n.far', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('u', 'n.u');
SELECT pg_temp.link('u', 'n.c', 'u');
INSERT INTO n.u VALUES (1, 'kari@x.example');
INSERT INTO n.c VALUES (1, 1, 'x');
INSERT INTO n.n VALUES (1, 1, 'Kari is ill');
SELECT is(pg_temp.said(retention.export('u', 1), 'not_reached'), 'n.far it has personal columns, and no link leads from it, n.n it refers to n.c, and no link leads from it',
    'a copy names tables that no link leads from');
CREATE TEMP TABLE answer AS SELECT retention.erase('u', 1) AS a;
SELECT is((SELECT pg_temp.said(a, 'not_reached') FROM answer), 'n.far it has personal columns, and no link leads from it, n.n it refers to n.c, and no link leads from it',
    'an erasure names tables that no link leads from');
SELECT is((SELECT a ->> 'complete' FROM answer), 'false', 'an erasure that did not reach a table is not complete');
SELECT set_eq($$SELECT kind, object, detail FROM retention.gaps WHERE kind IN ('table without a link', 'personal column that no link reaches')$$,
    $$VALUES ('table without a link', 'n.n', 'its rows lead to persons of kind "u" by c.u'), ('table without a link', 'n.d', 'its rows lead to persons of kind "u" by n.c.u'),
    ('personal column that no link reaches', 'n.n.body', 'no kind of persons has the table, and no link leads from it'), ('personal column that no link reaches', 'n.far.name', 'no kind of persons has the table, and no link leads from it')$$, 'gaps has tables that no link leads from');
DELETE FROM retention.personal_column WHERE relation = 'n.far'::regclass;
SELECT pg_temp.link('u', 'n.n', 'c.u'), pg_temp.link('u', 'n.d', 'n.c.u');
INSERT INTO n.u VALUES (2, 'ola@x.example');
SELECT is(retention.erase('u', 2) ->> 'complete', 'true', 'an erasure that left nothing is complete');
SELECT is_empty($$SELECT * FROM retention.gaps WHERE kind IN ('table without a link', 'personal column that no link reaches')$$, 'linked tables are no gaps');

-- A name that stands in a key, and in what refers to it.
CREATE SCHEMA k;
CREATE TABLE k.person (username text PRIMARY KEY, name text, email text);
CREATE TABLE k.post (id int PRIMARY KEY, author text NOT NULL REFERENCES k.person ON UPDATE CASCADE, on_whom text REFERENCES k.person, body text);
SELECT pg_temp.personal('k.person', 'name', 'name'), pg_temp.personal('k.person', 'username', 'username'), pg_temp.personal('k.person', 'email', 'email');
DELETE FROM retention.personal_column WHERE relation = 'k.person'::regclass AND column_name = 'username';
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('k', 'k.person', '{username}');
SELECT pg_temp.link('k', 'k.post', 'on_whom'), pg_temp.link('k', 'k.post', 'author', 'mentioned');
INSERT INTO k.person VALUES ('kari.lie', 'Kari Lie', 'k@x.example'), ('ola', NULL, NULL);
INSERT INTO k.post VALUES (1, 'kari.lie', 'ola', 'by kari.lie');
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('k', 'kari.lie'::text);
SELECT is((SELECT pg_temp.said(a, 'left') FROM answer), 'k.person username 1, k.post author 1', 'an erasure names keys that still tell who the person was');
SELECT is((SELECT a ->> 'complete' FROM answer), 'false', 'an erasure that left a name is not complete');
SELECT is((SELECT body FROM k.post), 'by [redacted]', 'a name is taken out of a text beside it');

-- The person is taken out of whatever can hold a text.
CREATE SCHEMA j;
CREATE TYPE j.line AS (who text, n int);
CREATE TABLE j.person (id int PRIMARY KEY, name text, born date);
CREATE TABLE j.log (id int PRIMARY KEY, about int REFERENCES j.person, by int REFERENCES j.person, t text, v varchar(40), a text[], aa text[][], j json, jb jsonb, ja jsonb[], x xml, l j.line, n int, d date);
INSERT INTO j.person VALUES (1, 'Kari Lie', '1987-06-15'), (2, 'Ola', NULL);
SELECT pg_temp.personal('j.person', 'name', 'name'), pg_temp.personal('j.person', 'born', 'birth date');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('j', 'j.person');
SELECT pg_temp.link('j', 'j.log', 'about'), pg_temp.link('j', 'j.log', 'by', 'mentioned');
INSERT INTO j.log VALUES (1, 2, 1, 'Kari Lie, 15.06.1987', 'Kari', '{"Kari Lie","a, b",NULL}', '{{Kari,x},{y,"q\"z"}}', '{"a": ["Kari Lie", 1.10], "b": null}', '{"by": "kari lie"}', ARRAY['{"w": "Kari"}'::jsonb],
    '<w>Kari Lie</w>', '("Kari Lie",3)', 7, '2020-01-01');
CREATE TEMP TABLE copied AS SELECT data::jsonb - 'by' AS data FROM retention.export_rows('j', 2) WHERE relation = 'j.log'::regclass;
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('j', 1);
SELECT is((SELECT a ->> 'complete' FROM answer), 'true', 'a person is taken out of every type that holds texts');
SELECT is((SELECT to_jsonb(g) - 'by' FROM j.log g), (SELECT data FROM copied), 'what is taken out is what a copy for the other shows');
SELECT is((SELECT g::text FROM j.log g), '(1,2,,"[redacted], [redacted]",[redacted],"{[redacted],""a, b"",NULL}","{{[redacted],x},{y,""q\\""z""}}","{""a"": [""[redacted]"", 1.10], ""b"": null}",'
    || '"{""by"": ""[redacted]""}","{""{\\""w\\"": \\""[redacted]\\""}""}",<w>[redacted]</w>,"([redacted],3)",7,2020-01-01)', 'what is not the person''s stands as it stood');

-- What nothing covers keeps its way to the person, for a later call.
CREATE SCHEMA c;
CREATE TABLE c.person (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE c.letter (id int PRIMARY KEY, person int REFERENCES c.person, body text, sent date);
SELECT pg_temp.personal('c.person', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('c', 'c.person', '{ended_at}', '1 day', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('c', 'c.person');
SELECT pg_temp.link('c', 'c.letter', 'person');
INSERT INTO c.person VALUES (1, 'Kari');
INSERT INTO c.letter VALUES (1, 1, 'her illness', '2020-01-01');
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('c', 1);
SELECT is((SELECT pg_temp.said(a, 'not_covered') FROM answer), 'c.letter 1 no policy, and no personal column', 'what nothing covers is named');
SELECT is((SELECT a ->> 'complete' FROM answer), 'false', 'an erasure that left what nothing covers is not complete');
SELECT is((SELECT person FROM c.letter), 1, 'what nothing covers keeps its way to the person');
SELECT pg_temp.personal('c.letter', 'body', 'free text');
SELECT is(pg_temp.said(retention.erase('c', 1), 'anonymised'), 'c.letter 1', 'a later erasure finds what nothing covered');

-- Names and addresses that stand in tables of their own.
CREATE SCHEMA m;
CREATE TABLE m.person (id int PRIMARY KEY);
CREATE TABLE m.pname (id int PRIMARY KEY, person int REFERENCES m.person, given text, family text);
CREATE TABLE m.contact (id int PRIMARY KEY, person int REFERENCES m.person, kind text, value text);
CREATE TABLE m.shop (id int PRIMARY KEY);
CREATE TABLE m.ord (id int PRIMARY KEY, person int REFERENCES m.person, shop int REFERENCES m.shop, ship_to text);
CREATE TABLE m.note (id int PRIMARY KEY, person int REFERENCES m.person, writer int REFERENCES m.person, body text);
SELECT pg_temp.personal('m.pname', 'given', 'name'), pg_temp.personal('m.pname', 'family', 'name'), pg_temp.personal('m.contact', 'value', 'email'), pg_temp.personal('m.ord', 'ship_to', 'name'),
    pg_temp.personal('m.note', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('m', 'm.person');
SELECT pg_temp.link('m', 'm.pname', 'person'), pg_temp.link('m', 'm.contact', 'person'), pg_temp.link('m', 'm.ord', 'person'), pg_temp.link('m', 'm.note', 'person'), pg_temp.link('m', 'm.note', 'writer', 'mentioned');
INSERT INTO m.person VALUES (1), (2);
INSERT INTO m.pname VALUES (1, 1, 'Kari', 'Moe'), (2, 2, 'Ole', 'Vik'), (3, 2, 'Ola', NULL);
INSERT INTO m.contact VALUES (1, 2, 'mail', 'ole.vik@x.example');
INSERT INTO m.shop VALUES (1);
INSERT INTO m.ord VALUES (1, 2, 1, 'Tante Berit');
INSERT INTO m.note VALUES (1, 1, 2, 'Kari Moe came; signed Ole Vik (Ola), ole.vik@x.example, for Berit');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('m', 1) WHERE relation = 'm.note'::regclass), 'Kari Moe came; signed [redacted] ([redacted]), [redacted], for Berit',
    'a copy is without names of others that stand in tables of their own');
SELECT results_eq($$SELECT kind, key, column_name FROM retention.find_subject('Ole.Vik@x.example')$$, $$VALUES ('m', '2'::jsonb, 'value'::name)$$, 'a person is found by an address in a table of its own');
SELECT results_eq($$SELECT kind, key FROM retention.find_subject('Tante Berit')$$, $$SELECT ''::text, '0'::jsonb WHERE false$$, 'a name in a table that is about more than the person finds nobody');
SELECT is(pg_temp.said(x, 'not_covered') || coalesce(pg_temp.said(x, 'left'), ''), 'm.person 1 no policy, and no personal column',
    'a person whose name stands in a table of its own is erased but for the bare row') FROM (SELECT retention.erase('m', 2)) x (x);
SELECT is((SELECT body FROM m.note), 'Kari Moe came; signed [redacted] ([redacted]), [redacted], for Berit', 'names in tables of their own are taken out of texts about others');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('m', 1) WHERE relation = 'm.note'::regclass), 'Kari Moe came; signed [redacted] ([redacted]), [redacted], for Berit', 'a person''s own name in a table of its own stays in the copy');

-- A declaration that cannot be: it blocks its own rows, and no copy.
CREATE SCHEMA b;
CREATE TYPE b.state AS ENUM ('a', 'b');
CREATE TABLE b.person (id int PRIMARY KEY, x b.state, d date, name text NOT NULL);
CREATE TABLE b.file (id int PRIMARY KEY, person int REFERENCES b.person, body text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('b.person', 'x', 'other', 'constant', 'zz'), ('b.person', 'd', 'other', 'constant', 'soon');
SELECT pg_temp.personal('b.file', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('b', 'b.person');
SELECT pg_temp.link('b', 'b.file', 'person');
INSERT INTO b.person VALUES (1, 'a', NULL, 'Kari');
INSERT INTO b.file VALUES (1, 1, 'x');
SELECT is((SELECT count(*) FROM retention.export_rows('b', 1)), 2::bigint, 'a constant that the column cannot hold stops no copy');
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('b', 1);
SELECT is((SELECT pg_temp.said(a, 'blocked') FROM answer), 'b.person 1 invalid input syntax for type date: "soon"', 'a constant that the column cannot hold blocks the row');
SELECT is((SELECT pg_temp.said(a, 'anonymised') FROM answer), 'b.file 1', 'a row that is blocked holds no other table up');

-- A key that is generated cannot be unset.
CREATE SCHEMA g;
CREATE TABLE g.usr (id int PRIMARY KEY, name text);
CREATE TABLE g.comment (id int PRIMARY KEY, on_type text, on_id int, author int REFERENCES g.usr, body text, on_user int GENERATED ALWAYS AS (CASE WHEN on_type = 'User' THEN on_id END) STORED REFERENCES g.usr);
INSERT INTO g.usr VALUES (1, 'Kari'), (2, 'Ola');
INSERT INTO g.comment VALUES (1, 'User', 1, 2, 'Ola on Kari');
SELECT pg_temp.personal('g.usr', 'name', 'name'), pg_temp.personal('g.comment', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('g', 'g.usr');
SELECT pg_temp.link('g', 'g.comment', 'author'), pg_temp.link('g', 'g.comment', 'on_user');
SELECT is(retention.erase('g', 1, dry_run => true)::jsonb -> 'blocked', '[]', 'a generated key blocks nothing');
SELECT is(pg_temp.said(retention.erase('g', 1), 'taken_out'), 'g.comment 1', 'a person is taken out beside a generated key');
SELECT is((SELECT body FROM g.comment), 'Ola on [redacted]', 'a text beside a generated key is without the person');

-- What the person's row refers to, and large objects.
CREATE SCHEMA o;
CREATE TABLE o.home (id int PRIMARY KEY, street text);
CREATE TABLE o.country (id int PRIMARY KEY, name text);
CREATE TABLE o.person (id int PRIMARY KEY, home int REFERENCES o.home, country int REFERENCES o.country, picture oid);
SELECT pg_temp.personal('o.home', 'street', 'address');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('o', 'o.person');
INSERT INTO o.person VALUES (1);
SELECT results_eq($$SELECT relation::text, path, role FROM retention.uncertain_links() WHERE kind = 'o'$$, $$VALUES ('o.home', '[o.person.home]', 'about')$$,
    'what a person''s row refers to, and has personal columns, may be a link');
SELECT is(pg_temp.said(retention.export('o', 1), 'not_reached'), 'o.home it has personal columns, and no link leads from it, o.person column picture may name large objects, which are not looked at',
    'a copy says that large objects are not looked at');

-- Copies are the same whatever the session's settings are, and no reader rounds them.
CREATE SCHEMA v;
CREATE TYPE v.pair AS (n numeric, t text);
CREATE TABLE v.person (id bigint PRIMARY KEY, n numeric, f float8, d date, t timestamptz, i interval, b bytea, j json[], ns bigint, many bigint[], c v.pair);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('v', 'v.person');
INSERT INTO v.person VALUES (1, 12345678901234567.25, 0.1, '2020-02-01', '2020-02-01 12:00+00', '1 day 2 hours', '\x00ff', ARRAY['{"a": "\u0000"}'::json], 9007199254740993, '{7,9007199254740993}', '(12345678901234567.25,"say ""9007199254740993""")'), (2, 1e3, 1e300, NULL, NULL, NULL, NULL, NULL, -9007199254740992, NULL, NULL);
CREATE FUNCTION pg_temp.copy() RETURNS text LANGUAGE sql AS $$SELECT string_agg(data::text, '; ' ORDER BY k) FROM generate_series(1, 2) k, retention.export_rows('v', k)$$;
SELECT is(pg_temp.copy(), '{"id": 1, "n": "12345678901234567.25", "f": 0.1, "d": "2020-02-01", "t": "2020-02-01T12:00:00+00:00", "i": "1 day 02:00:00", "b": "\\x00ff", "j": [{"a": "\u0000"}], "ns": "9007199254740993", "many": [7, "9007199254740993"], "c": {"n":"12345678901234567.25","t":"say \"9007199254740993\""}}; '
    '{"id": 2, "n": 1000, "f": 1e+300, "d": null, "t": null, "i": null, "b": null, "j": null, "ns": "-9007199254740992", "many": null, "c": null}', 'a copy has numbers that readers would round as texts, and JSON as it is');
CREATE TEMP TABLE first_copy AS SELECT pg_temp.copy() AS c, split_part(retention.export('v', 1)::text, '"data"', 2) AS d;
SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = -3; SET bytea_output = 'escape'; SET TimeZone = 'Asia/Tokyo'; SET quote_all_identifiers = on;
SELECT is(pg_temp.copy(), (SELECT c FROM first_copy), 'export_rows gives the same whatever the session''s settings are');
SELECT is(split_part(retention.export('v', 1)::text, '"data"', 2), (SELECT d FROM first_copy), 'export gives the same data whatever the session''s settings are');
RESET ALL;

-- A table that came after an earlier copy.
CREATE TABLE v.late (id int PRIMARY KEY, mail retention.email);
SELECT matches(pg_temp.said(retention.export('v', 2), 'not_reached'), 'v\.late it has personal columns', 'a copy names a table that was made after another copy');
ALTER TABLE v.late ALTER mail TYPE text;
DELETE FROM retention.personal_column WHERE relation = 'v.late'::regclass;
SELECT is(pg_temp.said(retention.export('v', 2), 'not_reached') ~ 'v\.late', false, 'a copy does not name a table that is personal no longer');

-- A key that may not be unset does not keep the name in a text.
CREATE SCHEMA f;
CREATE TABLE f.person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE f.note (id int PRIMARY KEY, tenant int, about int, by int, body text, FOREIGN KEY (tenant, about) REFERENCES f.person, FOREIGN KEY (tenant, by) REFERENCES f.person MATCH FULL);
SELECT pg_temp.personal('f.person', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('f', 'f.person');
SELECT pg_temp.link('f', 'f.note', 'about'), pg_temp.link('f', 'f.note', 'by', 'mentioned');
INSERT INTO f.person VALUES (1, 1, 'Kari Lie'), (1, 2, 'Ola Moe');
INSERT INTO f.note VALUES (1, 1, 2, 1, 'Ola Moe was seen by Kari Lie');
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('f', '{"tenant": 1, "id": 1}'::jsonb);
SELECT matches((SELECT pg_temp.said(a, 'blocked') FROM answer), '^f\.note 1 .*foreign key', 'a key that may not be unset is named');
SELECT is((SELECT body || tenant || by FROM f.note), 'Ola Moe was seen by [redacted]11', 'a key that may not be unset does not keep the name in a text');

-- A row that something refers to keeps its way to the person until it is decided.
CREATE SCHEMA y;
CREATE TABLE y.person (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE y.file (id int PRIMARY KEY, person int REFERENCES y.person ON DELETE SET NULL, body text, ended_at timestamptz);
CREATE TABLE y.stamp (id int PRIMARY KEY, file int NOT NULL REFERENCES y.file);
SELECT pg_temp.personal('y.person', 'name', 'name'), pg_temp.personal('y.file', 'body', 'other');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('yp', 'y.person', '{ended_at}', '1 day', 'delete', 'enforce'), ('yf', 'y.file', '{ended_at}', '1 day', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('y', 'y.person');
SELECT pg_temp.link('y', 'y.file', 'person');
INSERT INTO y.person VALUES (1, 'Kari');
INSERT INTO y.file VALUES (1, 1, 'her file 17');
INSERT INTO y.stamp VALUES (1, 1);
TRUNCATE answer;
INSERT INTO answer SELECT retention.erase('y', 1);
SELECT is((SELECT pg_temp.said(a, 'anonymised') || '; ' || pg_temp.said(a, 'deleted') FROM answer), 'y.file 1 deleted when the last reference to it goes; y.person 1',
    'a row that something refers to is decided before its key is unset');

SELECT * FROM finish();
ROLLBACK;
