-- The extension does not take columns along: dropping it is refused while a table has its types, and retention.release_types()
-- makes text, date, inet and point of them.
BEGIN;
SET client_min_messages = error;
SET retention.test_now = '2026-06-01 12:00';
SELECT plan(46);
INSERT INTO retention.numbering (number) VALUES (7);
CREATE SCHEMA app;
CREATE SCHEMA other;

-- Refused, whatever has the type.
CREATE FUNCTION pg_temp.drop_with(definition text, drop_it text DEFAULT 'DROP EXTENSION pg_retention CASCADE') RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; hint text; code text;
BEGIN
    EXECUTE definition;
    EXECUTE drop_it;
    RAISE 'dropped' USING ERRCODE = 'RD000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
    RETURN CASE code WHEN 'RD000' THEN 'dropped' ELSE concat_ws(' ', code, replace(message, 'cannot drop extension pg_retention because ', ''), '/', split_part(hint, ' ', 1) || ' ' || split_part(hint, ' ', 2)) END;
END $$;
SELECT is(pg_temp.drop_with('SELECT'), 'dropped', 'nothing has them');
SELECT is(pg_temp.drop_with($$CREATE TABLE app.t (mail retention.email('1 year', 'redact'))$$),
    $$2BP01 column "mail" of table app.t has type retention.email('1 year', 'redact') / SELECT retention.release_types()$$, 'a column has one: it is named, and what to do');
SELECT is(pg_temp.drop_with('CREATE TABLE app."T" ("Born" retention.birth_date)'), '2BP01 column "Born" of table app."T" has type retention.birth_date / SELECT retention.release_types()', 'a domain');
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email[])'), '2BP01 column "a"%retention.email[]%', 'an array');
SELECT alike(pg_temp.drop_with('CREATE DOMAIN app.mail AS retention.email; CREATE TABLE app.t (a app.mail)'), '2BP01 column "a"%app.mail%', 'a domain over one');
SELECT alike(pg_temp.drop_with('CREATE TYPE app.pair AS (a retention.email)'), '2BP01 column "a" of table app.pair%', 'a composite type');
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email) PARTITION BY LIST (a); CREATE TABLE app.u PARTITION OF app.t DEFAULT'), '2BP01 column "a"%', 'partitions');
SELECT alike(pg_temp.drop_with('CREATE TEMP TABLE t (a retention.email)'), '2BP01 column "a"%', 'a temporary table');
SELECT alike(pg_temp.drop_with('CREATE FOREIGN DATA WRAPPER n; CREATE SERVER s FOREIGN DATA WRAPPER n; CREATE FOREIGN TABLE app.t (a retention.email) SERVER s'), '2BP01 column "a"%', 'a foreign table');
SELECT is(pg_temp.drop_with('CREATE TABLE app.t (a retention.period)'), '2BP01 column "a" of table app.t has type retention.period / Alter the', 'a period');
SELECT is(pg_temp.drop_with('CREATE VIEW app.v AS SELECT NULL::retention.email AS a; CREATE FUNCTION app.f(retention.email) RETURNS int LANGUAGE sql AS $q$ SELECT 1 $q$; CREATE TABLE app.t (a text DEFAULT ''x''::retention.email)'),
    'dropped', 'what is no data goes, as CASCADE says');
CREATE FUNCTION pg_temp.governed() RETURNS text LANGUAGE sql AS $q$ SELECT $$CREATE TABLE app.g (id int, left_on date);
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('g', 'app.g', '{left_on}', '1 day', 'delete')$$ $q$;
SELECT is(pg_temp.drop_with(pg_temp.governed()), '2BP01 column "retention_clock" of table app.g has type retention.clock(7) / Drop the', 'a clock');
SELECT is(pg_temp.drop_with(pg_temp.governed() || '; SET LOCAL retention.confirm_drop = on'), 'dropped', 'a clock can be dropped with confirmation');
SELECT alike(pg_temp.drop_with(pg_temp.governed() || '; SET LOCAL retention.confirm_drop = on; CREATE TABLE app.t (mail retention.email)'), '2BP01 column "mail"%', 'a column of data cannot');
SELECT is(pg_temp.drop_with(pg_temp.governed() || '; DELETE FROM retention.policy'), 'dropped', 'a clock goes with its policy');

-- By whatever way.
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email)', 'DROP EXTENSION pg_retention'), '2BP01%depend on it / Use DROP', 'without CASCADE the server refuses');
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email)', 'DROP TYPE retention.email CASCADE'), '2BP01%requires it%', 'the type');
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email)', 'DROP SCHEMA retention CASCADE'), '2BP01%requires it%', 'the schema of the types');
SELECT alike(pg_temp.drop_with('CREATE TABLE app.t (a retention.email)', 'DROP SCHEMA public CASCADE'), '2BP01 column "a"%', 'the schema the extension is in');
SELECT is(pg_temp.drop_with('CREATE TABLE other.t (a retention.email)', 'DROP SCHEMA other, public CASCADE'), 'dropped', 'the schema the extension is in goes with its table');
SELECT alike(pg_temp.drop_with($$CREATE TABLE app.t (a retention.email)$$, $$DO 'BEGIN DROP EXTENSION pg_retention CASCADE; END'$$), '2BP01 column "a"%', 'from inside a function');
CREATE FUNCTION pg_temp.other_owner(whose text) RETURNS text LANGUAGE sql AS $q$ SELECT format($$DROP EXTENSION pg_retention; CREATE ROLE chief SUPERUSER; SET LOCAL ROLE chief;
    CREATE EXTENSION pg_retention; %s; CREATE TABLE app.t (a retention.email); RESET ROLE$$, whose) $q$;
SELECT alike(pg_temp.drop_with(pg_temp.other_owner('RESET ROLE'), 'DROP OWNED BY chief CASCADE'), '2BP01 column "a"%', 'what the owner of the extension has');
SELECT is(pg_temp.drop_with(pg_temp.other_owner('SELECT'), 'DROP OWNED BY chief CASCADE'), 'dropped', 'what the owner of the extension has goes with the table among it');

-- Released.
CREATE TABLE app.t (id int PRIMARY KEY, name retention.person_name NOT NULL DEFAULT 'no''body', mail retention.email('1 year', 'null') UNIQUE,
    phone retention.phone COLLATE "C" CHECK (phone IN ('1', '(2)', 'x''y')), note retention.free_text('3 years') DEFAULT upper('n'::retention.free_text),
    born retention.birth_date DEFAULT '1900-01-01', ip retention.ip_address, place retention.geo_point, plain text DEFAULT 'p'::retention.email('2 years'),
    CONSTRAINT apart CHECK (name <> 'x' AND name <> ALL ('{a,b}'::retention.email[])) NO INHERIT, left_on date);
ALTER TABLE app.t ADD CONSTRAINT later CHECK (id > 0 OR mail = ANY (ARRAY['z'::retention.email('1 year')])) NOT VALID;
CREATE INDEX ON app.t USING hash (note);
INSERT INTO app.t (id, mail, phone, ip, place) SELECT i, 'm' || i, '(2)', '10.0.0.1', '(1,2)' FROM generate_series(1, 100) i;
CREATE TABLE app.parted (id int, mail retention.email DEFAULT 'p') PARTITION BY RANGE (id);
CREATE TABLE app.part PARTITION OF app.parted DEFAULT;
CREATE TABLE app.parent (mail retention.email CHECK (mail IN ('a', 'b')));
CREATE TABLE app.child (mail retention.email, more retention.username) INHERITS (app.parent);
CREATE TYPE app.pair AS (mail retention.email, born retention.birth_date);
CREATE TABLE app.list (mails retention.email[] DEFAULT '{a,b}');
INSERT INTO app.list VALUES (DEFAULT), ('{c,NULL,"d e"}');
CREATE TEMP TABLE own (mail retention.email);
CREATE TABLE app.period (keep retention.period DEFAULT '1 day');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.t', 'name', 'name', 'constant', 'somebody');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('t', 'app.t', '{left_on}', '0 days', 'anonymise', 'enforce');
CALL retention.sweep();
CALL retention.sweep();
UPDATE app.t SET left_on = '2026-05-01' WHERE id = 7;
CREATE FUNCTION pg_temp.files() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relname || ' ' || relfilenode, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relname <> 'list' AND relkind IN ('r', 'i') $$;
SET retention.reveal = on;
CREATE TABLE pg_temp.before AS SELECT pg_temp.files() AS files, (SELECT string_agg(t::text, E'\n' ORDER BY id) FROM app.t) AS rows, (SELECT string_agg(l::text, ' ') FROM app.list l) AS lists;
RESET retention.reveal;
CREATE TABLE pg_temp.said AS SELECT relation, column_name, category, anonymise, constant, keep_for::text FROM retention.personal_columns;

CREATE ROLE stranger;
CREATE ROLE keeper;
GRANT USAGE ON SCHEMA app, retention TO stranger, keeper;
SET ROLE stranger;
SELECT throws_ok('SELECT * FROM retention.release_types()', '42501', 'permission denied for function release_types', 'not for everybody');
RESET ROLE;
GRANT EXECUTE ON FUNCTION retention.release_types() TO keeper;
ALTER TABLE app.t OWNER TO keeper;
SET ROLE keeper;
SELECT throws_ok('SELECT * FROM retention.release_types()', '42501', NULL, 'types are not released for the owner of one table among others');
RESET ROLE;
CREATE DOMAIN app.mail AS retention.email;
CREATE TABLE app.made (m app.mail);
SELECT throws_ok('SELECT * FROM retention.release_types()', '0A000', 'column "m" of table app.made has type app.mail, which is made of a personal type', 'what somebody made of a type is theirs');
DROP TABLE app.made;
CREATE VIEW app.seen AS SELECT mail FROM app.parent;
SELECT throws_ok('SELECT * FROM retention.release_types()', '0A000', NULL, 'the server refuses what a view reads');
DROP VIEW app.seen;
SELECT is(pg_temp.files(), files, 'and nothing is done by halves') FROM pg_temp.before;

SELECT results_eq($$SELECT relation::text, column_name::text COLLATE "default", released_from FROM retention.release_types() ORDER BY relation::text COLLATE "C", column_name$$, $$VALUES
    ('app.child', 'more', 'retention.username'), ('app.list', 'mails', 'retention.email[]'), ('app.pair', 'born', 'retention.birth_date'), ('app.pair', 'mail', 'retention.email'),
    ('app.parent', 'mail', 'retention.email'), ('app.parted', 'mail', 'retention.email'), ('app.t', 'born', 'retention.birth_date'), ('app.t', 'ip', 'retention.ip_address'),
    ('app.t', 'mail', 'retention.email(''1 year'', ''null'')'), ('app.t', 'name', 'retention.person_name'), ('app.t', 'note', 'retention.free_text(''3 years'')'),
    ('app.t', 'phone', 'retention.phone'), ('app.t', 'place', 'retention.geo_point'), ('own', 'mail', 'retention.email')$$, 'released, and told which');
SELECT is(string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum), 'id integer, name text, mail text, phone text, note text, born date, ip inet, place point, plain text, left_on date, retention_clock retention.clock(7)',
    'into what they are made of') FROM pg_attribute WHERE attrelid = 'app.t'::regclass AND attnum > 0;
SELECT is(pg_temp.files(), files, 'without a file written') FROM pg_temp.before;
SET retention.reveal = on;
SELECT is((SELECT string_agg(t::text, E'\n' ORDER BY id) FROM app.t), rows, 'or a value changed, of a hidden row neither') FROM pg_temp.before;
RESET retention.reveal;
SELECT is((SELECT string_agg(l::text, ' ') FROM app.list l), lists, 'arrays are the same') FROM pg_temp.before;
SELECT is((SELECT pg_typeof(mails)::text FROM app.list LIMIT 1), 'text[]', 'as another type');
SELECT is(string_agg(attname || ' ' || pg_get_expr(adbin, adrelid), ', ' ORDER BY attnum), $$name 'no''body'::text, note upper('n'::text), born '1900-01-01'::date, plain 'p'::text$$, 'defaults name no type')
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'app.t'::regclass AND attname <> 'retention_clock';
SELECT is(string_agg(pg_get_constraintdef(oid), E'\n' ORDER BY conname), $$CHECK (((name <> 'x'::text) AND (name <> ALL ('{a,b}'::text[])))) NO INHERIT
CHECK (((id > 0) OR (mail = ANY (ARRAY['z'::text])))) NOT VALID
CHECK ((phone = ANY (ARRAY['1'::text, '(2)'::text, 'x''y'::text])))$$, 'nor do constraints, which are as valid as they were')
    FROM pg_constraint WHERE conrelid = 'app.t'::regclass AND contype = 'c';
SELECT is(string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conrelid::regclass::text), $$app.child CHECK ((mail = ANY (ARRAY['a'::text, 'b'::text]))), app.parent CHECK ((mail = ANY (ARRAY['a'::text, 'b'::text])))$$,
    'of children neither') FROM pg_constraint WHERE conrelid IN ('app.parent'::regclass, 'app.child'::regclass);
SELECT is(attcollation::regcollation::text, '"C"', 'a collation stays') FROM pg_attribute WHERE attrelid = 'app.t'::regclass AND attname = 'phone';
SELECT is(string_agg(attrelid::regclass || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attrelid::regclass::text), 'app.child text, app.pair text, app.parent text, app.part text, app.parted text, own text',
    'partitions, children and composite types, too') FROM pg_attribute WHERE attrelid IN ('app.parted'::regclass, 'app.part'::regclass, 'app.parent'::regclass, 'app.child'::regclass, 'app.pair'::regclass, 'own'::regclass) AND attname = 'mail';
SELECT is((SELECT relowner::regrole::text FROM pg_class WHERE oid = 'app.t'::regclass), 'keeper', 'tables keep their owners');
SELECT results_eq('SELECT relation, column_name, category, anonymise, constant, keep_for::text FROM retention.personal_column ORDER BY relation, column_name',
    'SELECT relation, column_name, category, anonymise, constant, keep_for FROM pg_temp.said ORDER BY relation, column_name', 'what the types said is in the table');
CALL retention.sweep();
SET retention.reveal = on;
SELECT is(concat_ws(',', id, name, mail, phone, note, born, ip, place, plain), '7,somebody,p', 'and holds') FROM app.t WHERE id = 7;
RESET retention.reveal;
SELECT is_empty('SELECT * FROM retention.release_types()', 'there is nothing more to release');
DELETE FROM retention.policy;
SELECT alike(pg_temp.drop_with('SELECT'), '2BP01 column "keep" of table app.period has type retention.period%', 'a column of a period is not released');
ALTER TABLE app.period ALTER keep DROP DEFAULT, ALTER keep TYPE text;
DROP DOMAIN app.mail;
SELECT lives_ok('DROP EXTENSION pg_retention', 'the extension can go when types are released, and needs no CASCADE');
SELECT is(count(*), 100::bigint, 'and the rows are there') FROM app.t;
SELECT * FROM finish();
ROLLBACK;
