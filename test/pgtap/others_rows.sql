-- An erasure takes nothing that is somebody else's, too.
BEGIN;
SELECT plan(38);
SET client_min_messages = error;

CREATE FUNCTION pg_temp.link(kind text, relation regclass, path text, role text DEFAULT 'about', columns name[] DEFAULT '{}') RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES (kind, relation, path, role, columns)$$;
CREATE FUNCTION pg_temp.personal(relation regclass, column_name name, category text) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES (relation, column_name, category)$$;

-- One link leads to several persons: those who live in a home, two of one household on its way, three members by a link table.
CREATE SCHEMA h;
CREATE TABLE h.household (id int PRIMARY KEY, name text);
CREATE TABLE h.home (id int PRIMARY KEY, street text, household int REFERENCES h.household);
CREATE TABLE h.person (id int PRIMARY KEY, name text, home int REFERENCES h.home);
CREATE TABLE h.club (id int PRIMARY KEY, motto text, chat text);
CREATE TABLE h.member (club int REFERENCES h.club, person int REFERENCES h.person, PRIMARY KEY (club, person));
SELECT pg_temp.personal('h.person', 'name', 'name'), pg_temp.personal('h.home', 'street', 'address'), pg_temp.personal('h.household', 'name', 'name'),
    pg_temp.personal('h.club', 'motto', 'other'), pg_temp.personal('h.club', 'chat', 'other');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('h', 'h.person');
SELECT pg_temp.link('h', 'h.home', '[h.person.home]'), pg_temp.link('h', 'h.household', '[h.home.household].[h.person.home]'),
    pg_temp.link('h', 'h.member', 'person'), pg_temp.link('h', 'h.club', '[h.member.club].person', columns => '{motto}');
INSERT INTO h.household VALUES (1, 'Moen');
INSERT INTO h.home VALUES (1, 'Storgata 1', 1), (2, 'Storgata 2', 1);
INSERT INTO h.person VALUES (1, 'Kari', 1), (2, 'Ola', 1), (3, 'Per', 2);
INSERT INTO h.club VALUES (1, 'Skal', 'x');
INSERT INTO h.member VALUES (1, 1), (1, 2), (1, 3);
CREATE FUNCTION pg_temp.homes() RETURNS text LANGUAGE sql AS $$SELECT concat_ws(', ', (SELECT string_agg(coalesce(street, '-'), ', ' ORDER BY id) FROM h.home),
    (SELECT coalesce(name, '-') FROM h.household), (SELECT coalesce(motto, '-') FROM h.club), (SELECT string_agg(person::text, ' ' ORDER BY person) FROM h.member))$$;
SELECT lives_ok($$SELECT retention.erase('h', 1)$$, 'who shares a home can be erased');
SELECT is(pg_temp.homes(), 'Storgata 1, Storgata 2, Moen, Skal, 2 3', 'what one link shares with others is left as it is');
SELECT lives_ok($$SELECT retention.erase('h', 2)$$, 'the last inhabitant of a home can be erased');
SELECT is(pg_temp.homes(), '-, Storgata 2, Moen, Skal, 3', 'a home goes with its last inhabitant');
SELECT lives_ok($$SELECT retention.erase('h', 3)$$, 'the last of a household can be erased');
SELECT is(pg_temp.homes(), '-, -, -, -', 'what several persons had goes with the last of them');

-- Whose erasure is deferred is not erased yet.
CREATE TABLE h.flat (id int PRIMARY KEY, street text);
CREATE TABLE h.tenant (id int PRIMARY KEY, name text, flat int REFERENCES h.flat, ended_at timestamptz);
INSERT INTO h.flat VALUES (1, 'Storgata 3');
INSERT INTO h.tenant VALUES (1, 'Kari', 1), (2, 'Ola', 1);
SELECT pg_temp.personal('h.flat', 'street', 'address'), pg_temp.personal('h.tenant', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('h', 'h.tenant', '{ended_at}', '1 day', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('ht', 'h.tenant');
SELECT pg_temp.link('ht', 'h.flat', '[h.tenant.flat]');
SELECT retention.restrict('ht', 2, 'a claim');
SELECT retention.erase('ht', 2);
SELECT retention.erase('ht', 1);
SELECT is((SELECT street FROM h.flat), 'Storgata 3', 'a home stays while the erasure of one of its inhabitants is deferred');
SELECT retention.inform_of_lifting(restriction_id), retention.lift_restriction(restriction_id) FROM retention.restriction WHERE kind = 'ht';
SELECT retention.erase('ht', 2);
SELECT is((SELECT street FROM h.flat), NULL, 'a home goes when the last erasure is not deferred any more');

-- A cascade into rows about others: at once, over two keys, into a person, and into rows about nobody else.
CREATE FUNCTION pg_temp.done(kind text, key bigint, dry boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$SELECT string_agg(s.key || ' ' || (r ->> 'table') || ' ' || (r ->> 'rows')
    || coalesce(' ' || (r ->> 'what'), '') || coalesce(' (' || (r ->> 'why') || ')', ''), ', ' ORDER BY s.key, r ->> 'table') FROM json_each(retention.erase(kind, key, dry)) s,
    json_array_elements(s.value) r WHERE s.key IN ('deleted', 'anonymised', 'taken_out', 'kept', 'blocked', 'not_covered', 'in_consequence')$$;
CREATE SCHEMA w;
CREATE TABLE w.person (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE w.note (id int PRIMARY KEY, patient int REFERENCES w.person, nurse int NOT NULL REFERENCES w.person ON DELETE CASCADE, body text);
CREATE TABLE w.shift (id int PRIMARY KEY, nurse int NOT NULL REFERENCES w.person ON DELETE CASCADE);
CREATE TABLE w.visit (id int PRIMARY KEY, shift int NOT NULL REFERENCES w.shift ON DELETE CASCADE, patient int REFERENCES w.person);
CREATE TABLE w.child (id int PRIMARY KEY, name text, parent int NOT NULL REFERENCES w.person ON DELETE CASCADE);
INSERT INTO w.person SELECT i, 'P' || i FROM generate_series(1, 9) i;
INSERT INTO w.note VALUES (1, 2, 1, 'Ola got 5 mg');
INSERT INTO w.shift VALUES (1, 3), (2, 4), (3, 5);
INSERT INTO w.visit VALUES (1, 1, 2), (2, 2, NULL);
INSERT INTO w.child VALUES (1, 'Eva', 6);
SELECT pg_temp.personal('w.person', 'name', 'name'), pg_temp.personal('w.note', 'body', 'free text'), pg_temp.personal('w.child', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('w', 'w.person', '{ended_at}', '1 day', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('w', 'w.person'), ('c', 'w.child');
SELECT pg_temp.link('w', 'w.note', 'patient'), pg_temp.link('w', 'w.note', 'nurse', 'mentioned'), pg_temp.link('w', 'w.visit', 'patient');
CREATE TEMP TABLE dry AS SELECT i, pg_temp.done('w', i, true) AS answer FROM generate_series(1, 7) i;
SELECT is(pg_temp.done('w', 1), 'anonymised w.person 1 (deleting it would take rows of w.note along that are about others)', 'a nurse does not take a patient''s note along');
SELECT is(pg_temp.done('w', 3), 'anonymised w.person 1 (deleting it would take rows of w.visit along that are about others)', 'a cascade over two keys takes nobody''s visit along');
SELECT is(pg_temp.done('w', 4), 'deleted w.person 1, in_consequence w.shift 1 deleted, in_consequence w.visit 1 deleted', 'what a cascade takes that is about nobody else is named');
SELECT is(pg_temp.done('w', 6), 'anonymised w.person 1 (deleting it would take rows of w.child along that are about others)', 'a cascade takes no person along');
SELECT is(pg_temp.done('w', 7), 'deleted w.person 1', 'a row that nothing refers to is deleted');
SELECT is((SELECT count(*) FROM w.note) + (SELECT count(*) FROM w.visit) + (SELECT count(*) FROM w.child), 3::bigint, 'what is about others is there after a cascade');
SELECT lives_ok($$SELECT retention.erase('w', 2)$$, 'the patient can be erased');
SELECT is((SELECT string_agg(answer, '; ' ORDER BY i) FROM dry WHERE i IN (1, 4)), 'anonymised w.person 1 (deleting it would take rows of w.note along that are about others); '
    'deleted w.person 1, in_consequence w.shift 1 deleted, in_consequence w.visit 1 deleted', 'a dry run tells what a cascade takes and what it would');

-- A key that leads back to its own table cascades as far as it goes, also in a circle; a partition or a child table may have keys of its own.
CREATE TABLE w.post (id int PRIMARY KEY, author int REFERENCES w.person, up int REFERENCES w.post ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, body text, ended_at timestamptz);
CREATE TABLE w.doc (id int PRIMARY KEY, patient int REFERENCES w.person, nurse int, up int REFERENCES w.post ON DELETE CASCADE, body text, ended_at timestamptz) PARTITION BY RANGE (id);
CREATE TABLE w.doc_1 PARTITION OF w.doc FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE w.doc_1_1 (up int, ended_at timestamptz, body text, nurse int REFERENCES w.person ON DELETE CASCADE, patient int, id int NOT NULL);
ALTER TABLE w.doc_1 ATTACH PARTITION w.doc_1_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE w.paper (id int PRIMARY KEY, patient int REFERENCES w.person);
CREATE TABLE w.scan (nurse int REFERENCES w.person ON DELETE CASCADE) INHERITS (w.paper);
CREATE TABLE w.shelf (id int PRIMARY KEY, doc int NOT NULL, nurse int NOT NULL REFERENCES w.person ON DELETE CASCADE);
CREATE TABLE w.stamp (id int PRIMARY KEY, shelf int NOT NULL REFERENCES w.shelf ON DELETE CASCADE, doc int REFERENCES w.doc_1 ON DELETE CASCADE, patient int REFERENCES w.person);
INSERT INTO w.person SELECT i, 'P' || i FROM generate_series(11, 19) i;
INSERT INTO w.post VALUES (1, 11, 2), (2, 11, 1), (3, 11, 2), (4, 11, 3), (5, 12, 4), (6, 13, NULL), (7, 13, 6);
INSERT INTO w.doc VALUES (1, 12, 14, NULL), (2, 12, NULL, 6), (3, 16, NULL, NULL);
INSERT INTO w.scan VALUES (1, 12, 15);
INSERT INTO w.shelf VALUES (1, 3, 17);
INSERT INTO w.stamp VALUES (1, 1, NULL, NULL), (2, 1, 3, 12);
SET CONSTRAINTS ALL IMMEDIATE;
SELECT pg_temp.personal('w.post', 'body', 'free text'), pg_temp.personal('w.doc', 'body', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('post', 'w.post', '{ended_at}', '1 day', 'delete', 'enforce'),
    ('doc', 'w.doc', '{ended_at}', '1 day', 'delete', 'enforce');
SELECT pg_temp.link('w', 'w.post', 'author'), pg_temp.link('w', 'w.doc', 'patient'), pg_temp.link('w', 'w.paper', 'patient'), pg_temp.link('w', 'w.stamp', 'patient');
CREATE TEMP TABLE before AS SELECT (SELECT count(*) FROM w.post WHERE author = 12) AS posts, (SELECT count(*) FROM w.doc WHERE patient = 12) AS docs, (SELECT count(*) FROM w.paper) AS papers,
    (SELECT count(*) FROM w.stamp WHERE patient = 12) AS stamps;
SELECT is(pg_temp.done('w', 11), 'anonymised w.person 1 (deleted when the last reference to it goes), anonymised w.post 4 (deleting it would take rows of w.post along that are about others)',
    'a cascade within one table takes nobody''s answer along, however deep, and in a circle');
SELECT is(pg_temp.done('w', 13), 'anonymised w.person 1 (deleted when the last reference to it goes), anonymised w.post 1 (deleting it would take rows of w.doc along that are about others), deleted w.post 1',
    'a cascade from a table into another takes nobody''s row along');
SELECT is(format('%s; %s; %s', pg_temp.done('w', 14), pg_temp.done('w', 15), pg_temp.done('w', 17)), 'anonymised w.person 1 (deleting it would take rows of w.doc_1_1 along that are about others); '
    'anonymised w.person 1 (deleting it would take rows of w.scan along that are about others); anonymised w.person 1 (deleting it would take rows of w.stamp along that are about others)',
    'a key of a partition or of a child table takes nobody''s row along');
SELECT is(pg_temp.done('w', 16), 'anonymised w.doc 1 (deleting it would take rows of w.stamp along that are about others), anonymised w.person 1 (deleted when the last reference to it goes)',
    'a key that refers to a partition takes nobody''s row along');
SELECT results_eq('TABLE before', $$SELECT (SELECT count(*) FROM w.post WHERE author = 12), (SELECT count(*) FROM w.doc WHERE patient = 12), (SELECT count(*) FROM w.paper), (SELECT count(*) FROM w.stamp WHERE patient = 12)$$,
    'what was about others is there after cascades within a table, of partitions and of children');

-- What the erasure itself wakes: a trigger that keeps the old row, one that fills a column again, one without an end.
CREATE SCHEMA a;
CREATE TABLE a.person (id int PRIMARY KEY, email text, note text, ended_at timestamptz);
CREATE TABLE a.log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int REFERENCES a.person ON DELETE SET NULL, detail jsonb, n int);
CREATE FUNCTION a.keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO a.log (person, detail) VALUES (OLD.id, to_jsonb(OLD)); RETURN NULL; END$$;
CREATE TRIGGER keep AFTER UPDATE ON a.person FOR EACH ROW EXECUTE FUNCTION a.keep();
SELECT pg_temp.personal('a.person', 'email', 'email'), pg_temp.personal('a.log', 'detail', 'other');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('a', 'a.person', '{ended_at}', '1 day', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('a', 'a.person');
SELECT pg_temp.link('a', 'a.log', 'person');
INSERT INTO a.person VALUES (1, 'kari@x.example'), (2, 'ola@x.example');
INSERT INTO a.log (person, detail) VALUES (1, '{"x": 1}');
SELECT is(pg_temp.done('a', 1, true), 'anonymised a.log 2, anonymised a.person 1, in_consequence a.log 1 added', 'a dry run tells what triggers write');
SELECT is(pg_temp.done('a', 1), 'anonymised a.log 2, anonymised a.person 1, in_consequence a.log 1 added', 'what an audit trigger writes of an erasure is erased, too');
SELECT is((SELECT count(*) FROM a.log WHERE detail IS NOT NULL), 0::bigint, 'no trigger keeps what was erased');
SELECT is(pg_temp.done('a', 1), NULL, 'an erasure of somebody who is erased does nothing');
CREATE FUNCTION a.endless() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO a.log (person, detail, n) VALUES (2, '{"again": 1}', coalesce(OLD.n, 0) + 1); RETURN NULL; END$$;
CREATE TRIGGER endless AFTER UPDATE ON a.log FOR EACH ROW WHEN (OLD.person = 2) EXECUTE FUNCTION a.endless();
SELECT is(pg_temp.done('a', 2), 'anonymised a.log 3, anonymised a.person 1, in_consequence a.log 4 added', 'triggers that answer for ever do not hold an erasure up');
SELECT is((SELECT max(n) FROM a.log), 3, 'triggers that answer for ever are gone after a few times');

-- What was done before in the same statement, or by a trigger in the same erasure, is seen.
INSERT INTO h.flat VALUES (2, 'Storgata 4');
INSERT INTO h.tenant VALUES (3, 'Per', 2), (4, 'Nils', 2);
SELECT count(retention.erase('ht', i)) FROM generate_series(3, 4) i;
SELECT is((SELECT street FROM h.flat WHERE id = 2), NULL, 'a home goes with its last inhabitants when one statement erases them');
CREATE TABLE w.own (id int PRIMARY KEY, person int REFERENCES w.person, body text, ended_at timestamptz);
SELECT pg_temp.personal('w.own', 'body', 'free text'), pg_temp.link('w', 'w.own', 'person');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('own', 'w.own', '{ended_at}', '1 day', 'delete', 'enforce');
CREATE FUNCTION w.count_down() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE w.person SET ended_at = '2026-01-01' WHERE id = OLD.person; RETURN NULL; END$$;
CREATE TRIGGER count_down AFTER DELETE ON w.own FOR EACH ROW EXECUTE FUNCTION w.count_down();
INSERT INTO w.person VALUES (31, 'P31'), (32, 'P32');
INSERT INTO w.note VALUES (31, 32, 31, 'P32 got 5 mg');
INSERT INTO w.own VALUES (1, 31, 'mine');
SELECT is(pg_temp.done('w', 31), 'anonymised w.person 1 (deleting it would take rows of w.note along that are about others), deleted w.own 1, in_consequence w.person 1 changed',
    'a row that a trigger changed before takes nobody''s note along');
SELECT is((SELECT count(*) FROM w.note WHERE patient = 32), 1::bigint, 'what is about others is there after a trigger changed whose row it refers to');

-- Keys of several columns: what is shared with another key stays.
CREATE SCHEMA t;
CREATE TABLE t.tenant (id int PRIMARY KEY);
CREATE TABLE t.person (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE t.ord (id int PRIMARY KEY, tenant int REFERENCES t.tenant, buyer int, seller int, FOREIGN KEY (tenant, buyer) REFERENCES t.person, FOREIGN KEY (tenant, seller) REFERENCES t.person);
CREATE TABLE t.file (id int PRIMARY KEY, tenant int, person int, reader int, FOREIGN KEY (tenant, person) REFERENCES t.person, FOREIGN KEY (tenant, person) REFERENCES t.person MATCH FULL);
INSERT INTO t.tenant VALUES (1);
INSERT INTO t.person VALUES (1, 1, 'Kari'), (1, 2, 'Ola');
INSERT INTO t.ord VALUES (1, 1, 1, 2);
INSERT INTO t.file VALUES (1, 1, 2);
SELECT pg_temp.personal('t.person', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('t', 't.person');
SELECT pg_temp.link('t', 't.ord', 'buyer'), pg_temp.link('t', 't.ord', 'seller', 'mentioned'), pg_temp.link('t', 't.file', 'person', 'mentioned');
SELECT lives_ok($$SELECT retention.erase('t', '{"tenant": 1, "id": 2}'::jsonb)$$, 'who has a key of several columns can be taken out');
SELECT results_eq('SELECT tenant, buyer, seller FROM t.ord', 'VALUES (1, 1, NULL::int)', 'a column that another key needs, too, stays');
SELECT results_eq('SELECT tenant, person FROM t.file', 'VALUES (NULL::int, NULL::int)', 'a key that is declared twice is no other key');
SELECT is((SELECT count(*) FROM retention.export_rows('t', '{"tenant": 1, "id": 1}'::jsonb)), 2::bigint, 'who stays keeps the way to the row');

-- A key that is handed on over several steps is not shown to somebody else.
CREATE SCHEMA k;
CREATE TABLE k.person (id int PRIMARY KEY, name text);
CREATE TABLE k.account (owner int REFERENCES k.person, no int, PRIMARY KEY (owner, no));
CREATE TABLE k.transfer (id int PRIMARY KEY, payer int REFERENCES k.person, owner int, no int, batch int, FOREIGN KEY (owner, no) REFERENCES k.account);
INSERT INTO k.person VALUES (1, 'Kari'), (77, 'Ola');
INSERT INTO k.account VALUES (77, 5);
INSERT INTO k.transfer VALUES (1, 1, 77, 5, 3);
SELECT pg_temp.personal('k.person', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'k.person');
SELECT pg_temp.link('k', 'k.transfer', 'payer'), pg_temp.link('k', 'k.transfer', 'no.owner', 'mentioned');
SELECT is((SELECT data::jsonb FROM retention.export_rows('k', 1) WHERE relation = 'k.transfer'::regclass), '{"id": 1, "payer": 1, "owner": null, "no": 5, "batch": 3}',
    'a key that an account hands on is not shown to the other party');
SELECT is((SELECT data::jsonb -> 'owner' FROM retention.export_rows('k', 77) WHERE relation = 'k.transfer'::regclass), '77', 'a key that an account hands on is shown to whose it is');

-- What is said about a person tells nobody who it is.
CREATE SCHEMA s;
CREATE TABLE s.person (id int PRIMARY KEY, name text, state text, tier text, code text, born date);
CREATE TABLE s.note (id int PRIMARY KEY, person int REFERENCES s.person, writer int REFERENCES s.person, body text);
INSERT INTO s.person VALUES (1, 'Moen, Kari', 'active', 'in progress', 'AX-17', '1987-06-15'), (2, 'Ola', 'new', 'n/a', '-', NULL);
INSERT INTO s.note VALUES (1, 2, 1, 'The subscription is active, the case in progress. Moen wrote it, 15.06.1987, AX-17.');
SELECT pg_temp.personal('s.person', c, CASE c WHEN 'name' THEN 'name' WHEN 'born' THEN 'birth date' ELSE 'other' END) FROM unnest('{name,state,tier,code,born}'::name[]) c;
SELECT pg_temp.personal('s.note', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('s', 's.person');
SELECT pg_temp.link('s', 's.note', 'person'), pg_temp.link('s', 's.note', 'writer', 'mentioned');
SET DateStyle = 'German';
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('s', 2) WHERE relation = 's.note'::regclass), 'The subscription is active, the case in progress. [redacted] wrote it, [redacted], [redacted].',
    'a copy for somebody else is without what tells who the writer is, with what does not');
SELECT retention.erase('s', 1);
SELECT is((SELECT body FROM s.note), 'The subscription is active, the case in progress. [redacted] wrote it, [redacted], [redacted].',
    'a text about somebody else is without what tells who the erased is, with what does not');
RESET DateStyle;

SELECT * FROM finish();
ROLLBACK;
