-- A generated column cannot be written: it is refused as a personal one, or passed over, and follows the columns it is computed from.
BEGIN;
SELECT plan(11);

SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00:00+00';
CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
-- From 18 on one that is not stored is as much generated.
CREATE FUNCTION pg_temp.generated() RETURNS text LANGUAGE sql AS
    $$SELECT CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'VIRTUAL' ELSE 'STORED' END$$;
SET ROLE app_owner;
CREATE TABLE app.people (id int PRIMARY KEY, name text, shown text GENERATED ALWAYS AS (upper(name)) STORED, mail retention.email);
-- A typed one is personal without being declared; a type of ours is a user's type, and so only stored.
ALTER TABLE app.people ADD COLUMN domain retention.email GENERATED ALWAYS AS ((lower(mail::text))::retention.email) STORED;
SELECT format('ALTER TABLE app.people ADD COLUMN initial text GENERATED ALWAYS AS ("left"(name, 1)) %s', pg_temp.generated()) \gexec
RESET ROLE;
INSERT INTO app.people (id, name, mail) VALUES (1, 'Kari', 'KARI@example.no'), (2, 'Ola', 'ola@example.no');

SELECT throws_ok($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'shown', 'name')$$, '428C9',
    'personal column "shown" of table people cannot be anonymised with "null": it is generated', 'a stored one is refused');
SELECT throws_ok($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'initial', 'name')$$, '428C9',
    'personal column "initial" of table people cannot be anonymised with "null": it is generated', 'a generated column that is computed when it is read is refused, where there are such');
SELECT lives_ok($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'name', 'name')$$, 'what it is generated from is not');
SELECT throws_ok($$UPDATE retention.personal_column SET column_name = 'initial'$$, '428C9', NULL, 'a declaration is not turned to a generated column');
SELECT set_eq($$SELECT object FROM retention.gaps WHERE kind = 'generated personal column'$$, '{app.people.domain}'::text[],
    'a generated column whose type says that it is personal is listed');

-- A column does not become generated: it goes, and another one comes.
SET ROLE app_owner;
ALTER TABLE app.people ADD COLUMN nick text;
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'nick', 'name');
SET ROLE app_owner;
ALTER TABLE app.people DROP COLUMN nick;
SELECT format('ALTER TABLE app.people ADD COLUMN nick text GENERATED ALWAYS AS (reverse(name)) %s', pg_temp.generated()) \gexec
RESET ROLE;
SELECT is_empty($$SELECT FROM retention.personal_column WHERE column_name = 'nick'$$, 'a declaration goes with its column, and none is left for another of that name');

-- Whatever anonymises the row passes over it.
SET ROLE app_owner;
ALTER TABLE app.people ADD COLUMN ended date;
RESET ROLE;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.people', '{name}');
CREATE TEMP TABLE answer AS SELECT retention.erase('person', 1) AS answer;
SELECT is_empty($$SELECT e FROM answer, json_array_elements(answer -> 'blocked') e$$, 'a generated column is in the way of no erasure');
SELECT lives_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
    VALUES ('people', 'app.people', '{ended}', '5 years', 'anonymise', 'enforce')$$, 'a generated column is in the way of no policy that anonymises');
INSERT INTO app.people (id, name, mail, ended) VALUES (3, 'Liv', 'LIV@example.no', '2020-01-01'), (4, 'Per', 'PER@example.no', NULL);
CALL retention.sweep();
SELECT is((SELECT concat(name, shown, initial, mail, domain, nick) FROM app.people WHERE id = 3), '', 'a policy anonymises what a column is generated from, and so all of it');
CREATE TEMP TABLE second AS SELECT retention.erase('person', 4) AS answer;
SELECT results_eq($$SELECT json_array_length(answer -> 'blocked'), answer -> 'anonymised' -> 0 ->> 'rows' FROM second$$, $$VALUES (0, '1')$$, 'an erasure anonymises it, too');
SELECT is((SELECT domain::text FROM app.people WHERE id = 4), NULL, 'an erasure leaves nothing of a generated column');

SELECT * FROM finish();
ROLLBACK;
