-- An erasure takes nothing that is somebody else's, too.
BEGIN;
SELECT plan(6);
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

SELECT * FROM finish();
ROLLBACK;
