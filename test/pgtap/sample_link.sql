-- A link that was wrong is found before it acts.
BEGIN;
SELECT plan(19);
SET client_min_messages = error;
CREATE FUNCTION pg_temp.sample(kind text, relation regclass, path text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s>%s', row_key, key), ' ' ORDER BY row_key::text, key::text) FROM retention.sample_link(kind, relation, path)$$;
CREATE SCHEMA l;
CREATE TABLE l.person (id int PRIMARY KEY, name text, is_firm boolean NOT NULL DEFAULT false);
CREATE TABLE l.team (id int PRIMARY KEY, title text);
CREATE TABLE l.member (team int REFERENCES l.team, person int REFERENCES l.person, PRIMARY KEY (team, person));
CREATE TABLE l.post (id int PRIMARY KEY, parent int REFERENCES l.post, team int REFERENCES l.team, author int REFERENCES l.person, thing text, thing_id int);
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('l', 'l.person', 'NOT is_firm');
SELECT throws_ok($$SELECT retention.sample_link('l', 'l.post', 'author')$$, '42501', NULL, 'whom rows lead to is not shown to everybody');
SET retention.reveal = on;
SELECT is(pg_temp.sample('l', 'l.post', 'author'), NULL, 'where no row begins a path there is no sample');
INSERT INTO l.person VALUES (1, 'Kari Lie', false), (2, 'Ola Moe', false), (3, 'Firma AS', true);
INSERT INTO l.team VALUES (1, 'a'), (2, 'nobody''s');
INSERT INTO l.member VALUES (1, 1), (1, 2), (1, 3);
INSERT INTO l.post VALUES (1, NULL, 1, 1, 'person', 2), (2, 1, 2, 3, 'person', 77), (3, 2, NULL, NULL, 'team', 1);
SELECT is(pg_temp.sample('l', 'l.post', 'author'), '1>1 2>', 'each row is shown with whom it leads to, or that it leads to nobody');
SELECT is(pg_temp.sample('l', 'l.post', 'team.[l.member.team].person'), '1>1 1>2 2>', 'all are shown whom a row leads to, companies left out');
SELECT is(pg_temp.sample('l', 'l.post', 'parent*.author'), '2>1 3>1', 'a repeated key is followed to its end');
SELECT is(pg_temp.sample('l', 'l.post', '(thing_id = l.person.id, thing = ''person'')'), '1>2 2>', 'of a reference to rows of many tables those of the type are looked at');
INSERT INTO l.post SELECT i, NULL, NULL, 1, NULL, NULL FROM generate_series(10, 20) i;
SELECT is((SELECT count(*) FROM retention.sample_link('l', 'l.post', 'author')), 3::bigint, 'three rows are a sample');
SELECT throws_ok($$SELECT retention.sample_link('l', 'l.post', 'team')$$, '42830', NULL, 'a path that leads elsewhere has no sample');
SELECT throws_ok($$SELECT retention.sample_link('l', 'l.person', '')$$, '22023', NULL, 'a person''s own row needs no sample');
SELECT throws_ok($$SELECT retention.sample_link('none', 'l.post', 'author')$$, '42704', NULL, 'a kind that there is not has no sample');
SELECT is((SELECT json_array_length(retention.erase('l', 1, true) -> 'deleted') + (SELECT count(*) FROM retention.subject_link)), 0::bigint, 'a sample makes no link');

-- Types that no link follows.
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('l', 'l.post', '(thing_id = l.person.id, thing = ''person'')');
SELECT is_empty($$SELECT * FROM retention.gaps WHERE kind = 'type that no link follows'$$, 'before ANALYZE nothing is known of types');
INSERT INTO l.post SELECT i, NULL, NULL, NULL, (ARRAY['person', 'team', 'page'])[1 + i % 3], 1 FROM generate_series(100, 160) i;
ANALYZE l.post;
SELECT is((SELECT string_agg(object || ': ' || detail, '; ' ORDER BY detail) FROM retention.gaps WHERE kind = 'type that no link follows'),
    'l.post.thing: rows with "page" in it lead to nobody, where other types do; l.post.thing: rows with "team" in it lead to nobody, where other types do', 'types that no link follows are a gap');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('l', 'l.post', '(thing_id = l.team.id, thing = ''team'').[l.member.team].person');
SELECT is((SELECT string_agg(value, ', ') FROM retention.types_not_followed()), 'page', 'a type that a link follows is no gap');
SET ROLE pg_monitor;
SELECT is((SELECT count(*) FROM retention.types_not_followed()), 1::bigint, 'who watches may ask for types');
SELECT throws_ok($$SELECT * FROM retention.sample_link('l', 'l.post', 'author')$$, '42501', NULL, 'who watches may not ask for samples');
RESET ROLE;

-- Whoever could make the link, and nobody else.
CREATE ROLE sampler;
GRANT ALL ON SCHEMA l TO sampler;
GRANT EXECUTE ON FUNCTION retention.sample_link TO sampler;
GRANT SET ON PARAMETER retention.reveal TO sampler;
ALTER TABLE l.person OWNER TO sampler;
SET ROLE sampler;
SELECT throws_ok($$SELECT * FROM retention.sample_link('l', 'l.post', 'author')$$, '42501', NULL, 'rows of somebody else''s table are not shown by a path to one''s own');
RESET ROLE;
ALTER TABLE l.post OWNER TO sampler;
SET ROLE sampler;
SELECT isnt_empty($$SELECT * FROM retention.sample_link('l', 'l.post', 'author')$$, 'the owner of the tables is shown whom rows lead to');
SELECT throws_ok($$SELECT * FROM retention.sample_link('l', 'l.post', 'team.[l.member.team].person')$$, '42501', NULL, 'a path by way of somebody else''s table shows nothing');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
