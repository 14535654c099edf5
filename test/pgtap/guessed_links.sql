-- Proposals without foreign keys: by names, types and the values that are there.
BEGIN;
SELECT plan(12);
SET client_min_messages = error;
CREATE FUNCTION pg_temp.links(kind text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(concat_ws(' ', l.relation, l.path, l.role), E'\n' ORDER BY l.relation::text COLLATE "C", l.path COLLATE "C") FROM retention.uncertain_links() l WHERE l.kind = links.kind$$;

CREATE SCHEMA g;
CREATE TABLE g.admin_users (id bigint PRIMARY KEY, name text);
CREATE TABLE g.companies (id bigint PRIMARY KEY, owner_id int, title text);
CREATE TABLE g.boxes (id uuid PRIMARY KEY, company_id bigint, width int, number_id bigint);
CREATE TABLE g.comments (id bigint PRIMARY KEY, "subjectType" text, subject_type text, subject_id text, created_by bigint, body text);
CREATE TABLE g.strays (id bigint PRIMARY KEY, company_id bigint, user_id bigint, amount bigint);
CREATE TABLE g.empty (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('g', 'g.admin_users');
SELECT is(pg_temp.links('g'), NULL, 'where nothing is nothing is proposed');
INSERT INTO g.admin_users SELECT i, 'n' FROM generate_series(1, 100) i;
INSERT INTO g.companies SELECT i, i, 't' FROM generate_series(1, 50) i;
INSERT INTO g.boxes SELECT gen_random_uuid(), 1 + i % 50, 1 + i % 50, 1 + i % 50 FROM generate_series(1, 100) i;
INSERT INTO g.comments SELECT i, NULL, (ARRAY['AdminUser', 'G::Company', 'Page'])[1 + i % 3], 1 + i % 50, 1 + i % 100, 'b' FROM generate_series(1, 99) i;
INSERT INTO g.strays SELECT i, i * 1000, CASE WHEN i < 4 THEN -1 ELSE i END, i FROM generate_series(1, 60) i;
SELECT is(pg_temp.links('g'), $$g.boxes (company_id = g.companies.id).(owner_id = g.admin_users.id) about
g.comments (created_by = g.admin_users.id) mentioned
g.comments (subject_id = g.admin_users.id, subject_type = 'AdminUser') about
g.comments (subject_id = g.companies.id, subject_type = 'G::Company').(owner_id = g.admin_users.id) mentioned
g.companies (owner_id = g.admin_users.id) about
g.strays (user_id = g.admin_users.id) about$$, 'keys are guessed by names, types beside them, and values that are there');
SELECT is((SELECT why FROM retention.uncertain_links() WHERE relation = 'g.strays'::regclass), 'no foreign key says so, but its name and 57 of 58 values looked at', 'a guess says by how many values');
UPDATE g.strays SET user_id = -id WHERE id < 8;
SELECT is_empty($$SELECT FROM retention.uncertain_links() WHERE relation = 'g.strays'::regclass$$, 'a guess that many values speak against is none');
SELECT is_empty($$SELECT FROM retention.propose_links() WHERE path LIKE '%=%'$$, 'what is guessed is not proposed as certain');
SELECT is_empty($$SELECT FROM retention.unlinked() WHERE path LIKE '%=%'$$, 'what watches gaps reads no tables');
SELECT lives_ok($$INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM retention.uncertain_links() WHERE kind = 'g'$$, 'a guess can be inserted as it stands');
SELECT is(pg_temp.links('g'), NULL, 'what is linked is not guessed again');
SELECT is((SELECT count(*) FROM retention.export_rows('g', 11) WHERE relation = 'g.comments'::regclass), 2::bigint, 'a guessed link leads to the rows');

-- A name or a number that nobody counts stands for a person whatever its column is called.
CREATE TABLE g.login (name text PRIMARY KEY);
CREATE TABLE g.message (id int PRIMARY KEY, "from" varchar(40), via text, login_name text REFERENCES g.login, n int);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('login', 'g.login');
INSERT INTO g.login SELECT '@u' || i FROM generate_series(1, 30) i;
INSERT INTO g.message SELECT i, '@u' || i, 'web', '@u' || i, i FROM generate_series(1, 30) i;
SELECT is(pg_temp.links('login'), 'g.message ("from" = g.login.name) about', 'a text that stands in the key of persons is theirs');
CREATE TABLE g.child (id int PRIMARY KEY, message int, note text);
INSERT INTO g.child SELECT i, i, 'x' FROM generate_series(1, 30) i;
SELECT matches(pg_temp.links('login'), 'g.child \(message = g.message.id\).login_name', 'a guessed key may lead to a foreign key');
SET ROLE pg_monitor;
SELECT throws_ok('SELECT * FROM retention.uncertain_links()', '42501', NULL, 'who watches may not have tables looked through');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
