-- Which columns are personal: by their types, by retention.personal_column, and for whom it matters.
BEGIN;
SET client_min_messages = error;
SET retention.test_now = '2026-06-01 12:00';
SELECT plan(35);

CREATE FUNCTION pg_temp.listed(which name) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', column_name, '[' || category || ']', anonymise, constant, argument, keep_for::text, origin, required_by_law, declared_by), E'\n' ORDER BY column_name)
    FROM retention.personal_columns WHERE relation = which::text::regclass $$;
CREATE FUNCTION pg_temp.names() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relation || '.' || column_name, ', ' ORDER BY relation::text, column_name) FROM retention.personal_columns $$;
SELECT is(pg_temp.names(), NULL, 'none in a database that has none');

CREATE SCHEMA app;
CREATE TABLE app.every (id int, person_name retention.person_name, username retention.username, email retention.email, phone retention.phone,
    postal_address retention.postal_address, national_id retention.national_id, free_text retention.free_text, personal_text retention.personal_text,
    birth_date retention.birth_date, ip_address retention.ip_address, geo_point retention.geo_point, plain text, born date);
SELECT is(pg_temp.listed('app.every'), $$birth_date [birth date] null provided f type
email [email] null provided f type
free_text [free text] null provided f type
geo_point [location] null provided f type
ip_address [ip address] null provided f type
national_id [national id] null provided f type
person_name [name] null provided f type
personal_text [other] null provided f type
phone [phone] null provided f type
postal_address [address] null provided f type
username [username] null provided f type$$, 'each type says what it is');
DROP TABLE app.every;
SELECT is(pg_temp.names(), NULL, 'a typed column goes with its table');

CREATE TABLE app.t (id int, phone retention.phone('1 year'), note retention.free_text('redact'), mail retention.email('2 years after end of year', 'random token'), plain text);
SELECT is(pg_temp.listed('app.t'), $$mail [email] random token 2 years after end of year provided f type
note [free text] redact provided f type
phone [phone] null 1 year provided f type$$, 'a modifier says how long, and what then');
ALTER TABLE app.t ALTER phone TYPE retention.phone('3 months', 'truncate'), ALTER mail TYPE text, ALTER plain TYPE retention.person_name;
ALTER TABLE app.t RENAME phone TO mobile;
ALTER TABLE app.t DROP note;
SELECT is(pg_temp.listed('app.t'), $$mail [email] random token 2 years after end of year provided f personal_column
mobile [phone] truncate 3 months provided f type
plain [name] null provided f type$$, 'a column that is changed, renamed or dropped is listed as it is');

-- The table has the last word.
DELETE FROM retention.personal_column;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, constant, argument, origin, required_by_law) VALUES
    ('app.t', 'mobile', 'telephone', NULL, 'constant', '0', NULL, 'observed', true), ('app.t', 'mail', 'e-mail', '90 days', 'generalise', NULL, 'postal district', 'derived', false),
    ('app.t', 'absent', 'nothing', NULL, 'null', NULL, NULL, 'provided', false);
SELECT is(pg_temp.listed('app.t'), $$mail [e-mail] generalise postal district 90 days derived f personal_column
mobile [telephone] constant 0 observed t personal_column
plain [name] null provided f type$$, 'a row of personal_column is all there is to its column, and no column without one');
ALTER TABLE app.t RENAME mobile TO phone;
SELECT alike(pg_temp.listed('app.t'), '%phone [telephone] constant%', 'through a rename');
DELETE FROM retention.personal_column;
SELECT is(pg_temp.listed('app.t'), $$phone [phone] truncate 3 months provided f type
plain [name] null provided f type$$, 'the type speaks again when the declaration is gone');

SELECT lives_ok(format('INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES (%L, %L, %L, %L, %L)', 'app.t', 'c' || n, 'c', a,
    CASE a WHEN 'constant' THEN 'x' END), a || ' is an anonymiser')
    FROM unnest('{"null",constant,redact,generalise,truncate,random token,noise,pseudonymise,function}'::text[]) WITH ORDINALITY u (a, n);
SELECT throws_ok($$INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('app.t', 'x', 'x', 'hash')$$, '23514', NULL, 'a hash is not');
DELETE FROM retention.personal_column;
DROP TABLE app.t;

-- What is made of the types.
CREATE DOMAIN app.mail AS retention.email('30 days', 'redact') CHECK (value LIKE '%@%');
CREATE DOMAIN app.work_mail AS app.mail;
CREATE DOMAIN app.day AS retention.birth_date;
CREATE TYPE app.pair AS (one retention.email, two text);
CREATE TABLE app.made (a retention.email[], b retention.phone('1 year')[], c app.mail, d app.work_mail, e app.work_mail[], f app.day, g app.pair);
SELECT is(pg_temp.listed('app.made'), $$a [email] null provided f type
b [phone] null 1 year provided f type
c [email] redact 30 days provided f type
d [email] redact 30 days provided f type
e [email] redact 30 days provided f type
f [birth date] null provided f type$$, 'arrays, and domains with their modifiers');
DROP TABLE app.made;

-- Which relations.
CREATE TABLE app.parted (id int, mail retention.email) PARTITION BY RANGE (id);
CREATE TABLE app.part PARTITION OF app.parted FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE app.part_of_part PARTITION OF app.part FOR VALUES FROM (0) TO (5);
CREATE TABLE app.to_attach (id int, mail retention.email);
SELECT is(pg_temp.names(), 'app.parted.mail, app.to_attach.mail', 'a table, without its partitions');
ALTER TABLE app.parted ATTACH PARTITION app.to_attach FOR VALUES FROM (10) TO (20);
SELECT is(pg_temp.names(), 'app.parted.mail', 'a partition that is attached is not listed by itself');
ALTER TABLE app.parted DETACH PARTITION app.part;
SELECT is(pg_temp.names(), 'app.part.mail, app.parted.mail', 'a partition that is detached is listed by itself');
DROP TABLE app.parted, app.part;
CREATE TABLE app.parent (mail retention.email);
CREATE TABLE app.child (more retention.phone) INHERITS (app.parent);
SELECT is(pg_temp.names(), 'app.child.mail, app.child.more, app.parent.mail', 'a child is a table of its own');
DROP TABLE app.child;
CREATE TEMP TABLE passing (mail retention.email);
CREATE VIEW app.seen AS SELECT * FROM app.parent;
CREATE MATERIALIZED VIEW app.kept AS SELECT * FROM app.parent;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE app.far (mail retention.email) SERVER elsewhere;
CREATE UNLOGGED TABLE app.light (mail retention.email);
CREATE INDEX ON app.light (mail);
SELECT is(pg_temp.names(), 'app.light.mail, app.parent.mail', 'no view, no temporary and no foreign table');
CREATE TABLE app.computed (id int, mail text, low text GENERATED ALWAYS AS (lower(mail::retention.email)) STORED, d text DEFAULT 'x'::retention.email, CHECK (mail <> 'x'::retention.email));
SELECT is(pg_temp.names(), 'app.light.mail, app.parent.mail', 'a table that only mentions a type is not listed');
DROP TABLE app.computed, app.light;
DROP SCHEMA app CASCADE;

-- Those who ask.
CREATE SCHEMA app;
CREATE ROLE keeper;
GRANT USAGE, CREATE ON SCHEMA app TO keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT INSERT, DELETE, SELECT ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
SET ROLE keeper;
CREATE TABLE app.users (id int PRIMARY KEY, name retention.person_name, mails retention.email[], born retention.birth_date, remark text, left_on date);
CREATE FUNCTION pg_temp.write() RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{left_on}', '0 days', 'anonymise', 'enforce') $$;
SELECT lives_ok('SELECT pg_temp.write()', 'a policy anonymises what has the type, and its writer need not see what is personal');
DELETE FROM retention.policy;
ALTER TABLE app.users ALTER name SET NOT NULL;
SELECT throws_ok('SELECT pg_temp.write()', '23502', NULL, 'a policy whose typed column cannot be anonymised is refused');
RESET ROLE;
SELECT throws_like('SELECT pg_temp.write()', '%"name" of table users is anonymised to null but is not nullable', 'the error names the column that cannot be anonymised');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.users', 'name', 'name', 'constant', 'somebody');
SELECT lives_ok('SELECT pg_temp.write()', 'personal_column has the last word about a typed column');
DELETE FROM retention.policy;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'gone', 'x');
SELECT throws_like('SELECT pg_temp.write()', '%personal column "gone" does not exist in table users', 'an error names the declared column that does not exist');
DELETE FROM retention.personal_column WHERE column_name = 'gone';
SELECT pg_temp.write();
INSERT INTO app.users VALUES (1, 'Kari', '{kari@x.example}', '1950-02-01', 'kept', '2026-05-01'), (2, 'Ola', '{ola@x.example}', '1951-02-01', 'kept', NULL);
CALL retention.sweep();
CALL retention.sweep();
SET retention.reveal = on;
SELECT is(string_agg(concat_ws(',', id, name, mails, born, remark), ' ' ORDER BY id), '1,somebody,kept 2,Ola,{ola@x.example},1951-02-01,kept', 'a sweep anonymises by type and by table')
    FROM app.users;
RESET retention.reveal;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('user', 'app.users');
SELECT alike(retention.export('user', 2)::text, '%birth date%', 'an export knows the category');
CREATE TABLE answer AS SELECT retention.erase('user', 2);
SET retention.reveal = on;
SELECT is(string_agg(concat_ws(',', id, name, mails, born, remark), ' '), '2,somebody,kept', 'and an erasure erases what has the type') FROM app.users WHERE id = 2;
RESET retention.reveal;
ALTER TABLE app.users ALTER mails TYPE text[], ALTER born TYPE date, ALTER name TYPE text;
DELETE FROM retention.personal_column;
DELETE FROM retention.policy;
SELECT throws_like('SELECT pg_temp.write()', 'policy "users" anonymises, but table users has no personal columns', 'without either there is nothing to anonymise');

-- What it costs does not grow with the catalog. Statistics are made here, or autovacuum would make them meanwhile, or not.
CREATE FUNCTION pg_temp.blocks() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT json) SELECT * FROM retention.personal_columns' INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
CREATE DOMAIN app.word AS text;
CREATE TABLE app.one (mail retention.email);
CREATE FUNCTION pg_temp.fill(low int, high int) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    FOR i IN low..high LOOP EXECUTE format('CREATE TABLE app.t%s (%s)', i, (SELECT string_agg('c' || c || ' app.word', ', ') FROM generate_series(1, 30) c)); END LOOP; END$$;
SELECT pg_temp.fill(1, 50);
ANALYZE pg_attribute, pg_class, pg_type, pg_depend;
SELECT pg_temp.blocks();
CREATE TABLE pg_temp.cost AS SELECT pg_temp.blocks() AS before;
SELECT pg_temp.fill(51, 1050);
ANALYZE pg_attribute, pg_class, pg_type, pg_depend;
SELECT pg_temp.blocks();
SELECT cmp_ok(pg_temp.blocks(), '<', before + 100, '30,000 columns more, ' || before || ' blocks before') FROM pg_temp.cost;
SELECT * FROM finish();
ROLLBACK;
