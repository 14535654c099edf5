-- To read is not to destroy: what would tell of hidden rows takes retention.reveal, what would lose them retention.confirm_drop, and neither does
-- the other's work. What is known to hold, and keeps each value, takes neither.
BEGIN;
SELECT plan(298 + CASE WHEN v >= 180000 THEN 7 WHEN v >= 170000 THEN 2 ELSE 0 END) FROM CAST(current_setting('server_version_num') AS int) v;
SELECT v >= 170000 AS from17, v >= 180000 AS from18 FROM CAST(current_setting('server_version_num') AS int) v \gset
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
CREATE ROLE other;
GRANT other TO own;
GRANT SET ON PARAMETER retention.reveal TO own;
CREATE SCHEMA app AUTHORIZATION own;
CREATE SCHEMA lone AUTHORIZATION other;
SET search_path = app, public;
SET ROLE own;
CREATE TYPE app.mood AS ENUM ('well', 'ill');
CREATE TABLE people (id int PRIMARY KEY, name varchar(20) UNIQUE, age int, mood mood DEFAULT 'well', at timestamp(3), amount numeric(8, 2), doc jsonb, notes text NOT NULL DEFAULT '',
	city text CHECK (city IS NOT NULL AND city <> ''), left_on date);
CREATE INDEX people_age ON people (age);
CREATE UNIQUE INDEX people_age_id ON people (age, id);
CREATE TABLE kept (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE limited (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE parted (id int, name text, left_on date) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
CREATE TABLE typed (a text, b int, left_on date);
CREATE TABLE referred (id int PRIMARY KEY);
INSERT INTO referred SELECT generate_series(1, 100);
RESET ROLE;
CREATE TABLE lone.people (id int, name text, left_on date);
ALTER TABLE lone.people OWNER TO other;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
SELECT t, t::regclass, '{left_on}', '30 days', '100 years', 'delete', 'enforce' FROM unnest('{people,limited,parted,typed,lone.people}'::text[]) t;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
	('kept', 'kept', '{left_on}', '30 days', 'delete', '10 years', 'Bookkeeping Act', 'enforce');
-- Who may read what the law keeps may not lose it either.
UPDATE retention.policy SET legal_access = '{own}' WHERE name = 'kept';
INSERT INTO people (id, name, age, at, amount, doc, city, left_on) SELECT n, 'name ' || n, n, '2029-01-01', n, '{}', 'Oslo', CASE WHEN n > 40 THEN date '2030-01-01' END FROM generate_series(10, 45) n;
INSERT INTO people VALUES (1, 'SECRET', NULL, 'ill', NULL, 1, '{"k": "SECRET"}', 'SECRET', 'SECRET', '2030-01-01');
INSERT INTO kept VALUES (1, 'open', NULL), (2, 'SECRET', '2030-01-01');
INSERT INTO limited VALUES (1, 'open', NULL), (2, 'SECRET', NULL);
INSERT INTO typed VALUES ('SECRET', 1, '2030-01-01');
INSERT INTO parted VALUES (1, 'SECRET', '2030-01-01'), (2, 'open', NULL);
INSERT INTO lone.people VALUES (1, 'SECRET', '2030-01-01');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'app.limited');
SELECT retention.restrict('person', '2', 'contested') \g /dev/null
CALL retention.sweep();

-- SQLSTATE and the setting that the hint names; "done" where there is no error. What was done is taken back.
CREATE FUNCTION pg_temp.under(settings text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m text; d text; h text; s text := 'done';
BEGIN
	SET LOCAL ROLE own;
	PERFORM set_config('retention.reveal', CASE WHEN settings ~ 'reveal' THEN 'on' ELSE 'off' END, true), set_config('retention.confirm_drop', CASE WHEN settings ~ 'confirm' THEN 'on' ELSE 'off' END, true);
	BEGIN
		EXECUTE statement;
		RAISE EXCEPTION 'taken back' USING ERRCODE = 'T0000';
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE <> 'T0000' THEN
			GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
			s := concat_ws(' ', SQLSTATE, substring(h FROM 'retention\.(\w+)'));
			IF concat(m, d, h) ~ 'SECRET' THEN s := s || ' shows a value'; END IF;
			IF s !~ '^(42501|RT00|23)' THEN s := s || ' ' || m; END IF;
		END IF;
	END;
	RESET ROLE;
	PERFORM set_config('retention.reveal', 'off', true), set_config('retention.confirm_drop', 'off', true);
	RETURN s;
END $$;
SELECT is(pg_temp.under('reveal', 'DO $d$BEGIN IF (SELECT count(*) FROM people WHERE id < 10 OR id > 40) <> 6 THEN RAISE EXCEPTION ''rows''; END IF; END$d$'), 'done', 'six rows are hidden');

-- Lost: with reveal as little as without.
CREATE TABLE pg_temp.loses (statement text);
INSERT INTO pg_temp.loses VALUES ('DROP TABLE people'), ('TRUNCATE people'), ('ALTER TABLE people DROP COLUMN name'), ('ALTER TABLE people DROP notes, ADD notes text'), ('DROP TYPE app.mood CASCADE'),
	('TRUNCATE parted'), ('TRUNCATE parted_1'), ('DROP TABLE parted'), ('DROP TABLE parted_1'), ('ALTER TABLE parted DROP COLUMN name'), ('ALTER TABLE parted DETACH PARTITION parted_1'),
	('DROP SCHEMA lone CASCADE'), ('DROP OWNED BY other'), ('DO $d$BEGIN DROP TABLE people; END$d$');
SELECT is(pg_temp.under('', statement), '42501 confirm_drop', 'as ever: ' || statement) FROM pg_temp.loses;
SELECT is(pg_temp.under('reveal', statement), '42501 confirm_drop', 'reveal does not destroy: ' || statement) FROM pg_temp.loses;
SELECT is(pg_temp.under('confirm', statement), 'done', 'confirmed: ' || statement) FROM pg_temp.loses;
SELECT is(split_part(pg_temp.under(settings, statement), ' ', 1), state, 'what is kept is lost to nobody, under ' || settings || ': ' || statement) FROM unnest('{reveal,confirm,reveal and confirm}'::text[]) settings,
	(VALUES ('DROP TABLE kept', 'RT001'), ('TRUNCATE kept', 'RT001'), ('ALTER TABLE kept DROP COLUMN name', 'RT001'), ('DROP TABLE limited', 'RT002'), ('TRUNCATE limited', 'RT002'), ('ALTER TABLE limited DROP COLUMN name', 'RT002')) v (statement, state);
SELECT is(pg_temp.under('', 'DROP TABLE parted_2'), 'done', 'what has no hidden row takes no confirmation');
SELECT is(pg_temp.under('', 'CREATE STATISTICS st ON (10 / id) FROM parted_2'), 'done', 'what has no hidden row takes no reveal');
SELECT is(pg_temp.under('', 'ALTER TABLE parted DETACH PARTITION parted_2'), 'done', 'DETACH of what has no hidden row takes none');
SELECT is(pg_temp.under('', $$ALTER TABLE people ALTER name TYPE text USING ''$$), '42501 reveal', 'USING is evaluated');
SELECT is(pg_temp.under('confirm', $$ALTER TABLE people ALTER name TYPE text USING ''$$), '42501 reveal', 'confirmation does not read');
SELECT is(pg_temp.under('reveal', $$ALTER TABLE people ALTER name TYPE text USING ''$$), '42501 confirm_drop', 'USING loses values, for which reveal is not enough');
SELECT is(pg_temp.under('reveal and confirm', $$ALTER TABLE people ALTER notes TYPE text USING ''$$), 'done', 'with both it is done');

-- What is computed from columns that stay is not lost with its own.
SELECT is(pg_temp.under('', format('ALTER TABLE %s ADD g text GENERATED ALWAYS AS (lower(name)) STORED; ALTER TABLE %1$s DROP COLUMN g', relation)), 'done', 'a generated column of ' || relation || ' may go') FROM unnest('{people,kept,limited,parted}'::text[]) relation;
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED; ALTER TABLE people ALTER g DROP EXPRESSION, DROP COLUMN age; ALTER TABLE people DROP COLUMN g'), '42501 confirm_drop', 'with a column that another is generated from values go');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED; ALTER TABLE people ALTER g DROP EXPRESSION; ALTER TABLE people DROP COLUMN g'), '42501 confirm_drop', 'a column that was generated once is one as any');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED; ALTER TABLE people DROP COLUMN name CASCADE'), '42501 confirm_drop', 'a column that another is generated from stays');
SELECT is(pg_temp.under('reveal', $$CREATE FUNCTION app.shout(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN upper($1); END'; ALTER TABLE people ADD g text GENERATED ALWAYS AS (shout(name)) STORED; ALTER TABLE people DROP COLUMN g$$), '42501 confirm_drop',
	'a column that is generated by what users wrote holds what that gave once');

-- Told: with confirm_drop as little as without.
CREATE TABLE pg_temp.tells (statement text);
INSERT INTO pg_temp.tells VALUES
	('ALTER TABLE people ADD CHECK (age > 0)'), ('ALTER TABLE people ADD c int, ADD CHECK (c IS NULL OR age > 0)'), ('ALTER TABLE people ADD c int CHECK (age > 0)'),
	('ALTER TABLE people ADD CONSTRAINT c CHECK (age > 0) NOT VALID, VALIDATE CONSTRAINT c'), ('ALTER TABLE people ALTER amount SET NOT NULL'),
	('ALTER TABLE people ADD UNIQUE (notes)'), ('ALTER TABLE people ADD UNIQUE (id, notes)'), ('CREATE UNIQUE INDEX ON people (name, id DESC)'), ('ALTER TABLE people ADD UNIQUE (notes, amount)'), ('CREATE UNIQUE INDEX ON people (city)'), ('CREATE UNIQUE INDEX ON people (id) WHERE age > 0'),
	('CREATE UNIQUE INDEX ON people (lower(name))'), ('CREATE UNIQUE INDEX ON people (id, (10 / (age - 10)))'), ('CREATE UNIQUE INDEX ON people (name text_pattern_ops)'),
	('CREATE UNIQUE INDEX ON people (name) NULLS NOT DISTINCT'), ('ALTER TABLE people DROP CONSTRAINT people_pkey, ADD PRIMARY KEY (name)'), ('ALTER TABLE people ADD EXCLUDE (age WITH =)'),
	('ALTER TABLE people ADD k int UNIQUE DEFAULT 1'), ('ALTER TABLE people ADD k int DEFAULT 1, ADD UNIQUE (k, notes)'),
	('CREATE INDEX ON people (id) WHERE name IS NOT NULL'), ('CREATE INDEX ON people ((name = ''SECRET''))'), ('CREATE INDEX ON people ((CASE WHEN name = ''SECRET'' THEN repeat(''x'', 1000) END))'),
	('CREATE INDEX ON people (CAST(notes AS int))'), ('CREATE INDEX ON people ((10 / age))'), ('CREATE INDEX ON people (coalesce(notes, name))'), ('CREATE INDEX ON people (coalesce(name, ''a long text'')) '), ('CREATE INDEX ON people (coalesce(name, city, ''''))'),
	('ALTER TABLE people ADD g int GENERATED ALWAYS AS (10 / age) STORED'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (NULLIF(name, ''SECRET'')) STORED'),
	('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED NOT NULL'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED UNIQUE'),
	('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED CHECK (g <> ''secret'')'), ('ALTER TABLE people ADD g varchar(5) GENERATED ALWAYS AS (lower(name)) STORED'),
	('ALTER TABLE people ALTER name TYPE varchar(10)'), ('ALTER TABLE people ALTER amount TYPE numeric(4, 2)'), ('ALTER TABLE people ALTER amount TYPE int'), ('ALTER TABLE people ALTER age TYPE smallint'),
	('ALTER TABLE people ALTER at TYPE timestamp(0)'), ('ALTER TABLE people ALTER at TYPE date');
SELECT is(pg_temp.under('confirm', statement), '42501 reveal', 'confirmation does not read: ' || statement) FROM pg_temp.tells;
-- With reveal the server answers: it does it, or says what is wrong. What has values rounded takes confirm_drop, too.
SELECT isnt(split_part(pg_temp.under(CASE WHEN statement ~ 'TYPE (int|timestamp\(0\)|date)$' THEN 'reveal and confirm' ELSE 'reveal' END, statement), ' ', 1), '42501', 'who may read may: ' || statement) FROM pg_temp.tells;

-- What a constraint says is asked again when its column changes, and may say another thing then: by something outside, or by the type.
SAVEPOINT clean;
SET ROLE own;
CREATE TABLE planted (id int, name varchar(20), other varchar(20), same varchar(20), left_on date, CHECK (current_setting('app.mode', true) IS DISTINCT FROM 'attack' OR name <> 'SECRET'),
	CHECK (pg_typeof(other) = 'varchar'::regtype OR other <> 'SECRET'), CHECK (same <> ''), n int CHECK (to_hex(n) <> 'fffffffffffffff6'), r real CHECK (CAST(r AS text) <> '1.100000023841858'),
	m int CHECK (m IS NOT NULL AND m BETWEEN -100 AND 100 AND m NOT IN (7, 8)), q real CHECK (q > 0 OR id > 0));
CREATE UNIQUE INDEX ON planted (id) WHERE to_hex(n) <> 'fffffff5';
ALTER TABLE planted ADD k int;
CREATE UNIQUE INDEX ON planted (id) WHERE to_hex(k) <> 'fffffff5';
CREATE UNIQUE INDEX ON planted (m) WHERE m > 5;
CREATE TABLE whole (w int, left_on date, CHECK (CAST(whole AS text) <> ''));
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('planted', 'planted', '{left_on}', '30 days', '100 years', 'delete', 'enforce'), ('whole', 'whole', '{left_on}', '30 days', '100 years', 'delete', 'enforce');
INSERT INTO planted VALUES (1, 'SECRET', 'SECRET', 'SECRET', '2030-01-01', -10, 1.1, 1, 1);
INSERT INTO whole VALUES (1, '2030-01-01');
CALL retention.sweep();
SET app.mode = 'attack';
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER name TYPE varchar(40)'), '42501 reveal', 'a check of a setting is not asked again');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER other TYPE text'), '42501 reveal', 'a check of the type is not asked again');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER same TYPE text'), 'done', 'a check that says the same is asked again');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER n TYPE bigint'), '42501 reveal', 'a check of how a number is written is not asked of a longer one');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER r TYPE double precision'), '42501 reveal', 'a check of a number''s digits is not asked of more of them');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER k TYPE bigint'), '42501 reveal', 'a key of rows that other ones may belong to then');
SELECT is(pg_temp.under('', 'ALTER TABLE whole ALTER w TYPE bigint'), '42501 reveal', 'a check of the whole row is not asked again');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER m TYPE bigint'), 'done', 'a check that compares is asked of longer numbers');
SELECT is(pg_temp.under('', 'ALTER TABLE planted ALTER q TYPE double precision'), 'done', 'a check that compares is asked of more digits');
ROLLBACK TO clean;
-- Two that are not equal may be equal in another collation.
SAVEPOINT clean;
SELECT is(pg_temp.under('', 'ALTER TABLE people ALTER name TYPE varchar(30) COLLATE "POSIX"'), '42501 reveal', 'another collation under a key');
ROLLBACK TO clean;
-- Two instants may have one local time, and a key would tell which a hidden row has.
SELECT is(pg_temp.under('reveal', 'ALTER TABLE people ADD UNIQUE (id, at)'), 'done', 'times can be a key');
SAVEPOINT clean;
SET retention.reveal = on;
CREATE UNIQUE INDEX people_at ON people (id, at);
RESET retention.reveal;
SELECT is(pg_temp.under('', 'ALTER TABLE people ALTER at TYPE timestamptz'), '42501 reveal', 'times under a key are not moved to another calendar');
ROLLBACK TO clean;
-- A column that is there already is none that is added, here or in a child.
SELECT is(pg_temp.under('', statement), '42501 reveal', 'a column that is there is not new: ' || statement) FROM (VALUES ('ALTER TABLE people ADD COLUMN IF NOT EXISTS name text, ADD CHECK (name <> ''SECRET'')'),
	('ALTER TABLE people ADD COLUMN IF NOT EXISTS age int, ALTER age SET NOT NULL'),
	('ALTER TABLE people ADD COLUMN IF NOT EXISTS notes text, ADD UNIQUE (notes)'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED, ADD CHECK (g <> ''secret'')'), ('CREATE TABLE above (left_on date); ALTER TABLE people INHERIT above; ALTER TABLE above ADD COLUMN name varchar(20), ADD CHECK (name <> ''SECRET'')')) v (statement);
SELECT is(pg_temp.under('', statement), 'done', 'nothing is done where there is one already: ' || statement) FROM (VALUES ('ALTER TABLE people ADD COLUMN IF NOT EXISTS name text CHECK (name <> ''SECRET'')'),
	('ALTER TABLE people ADD COLUMN IF NOT EXISTS notes text UNIQUE'), ('CREATE UNIQUE INDEX IF NOT EXISTS people_age ON people (notes)'), ('CREATE INDEX IF NOT EXISTS people_age ON app.people ((10 / age)) WHERE name = ''SECRET''')) v (statement);
SELECT is(pg_temp.under('', 'CREATE TEMP TABLE place (id int); CREATE INDEX elsewhere ON place (id); CREATE UNIQUE INDEX IF NOT EXISTS elsewhere ON people (notes)'), '42501 reveal', 'an index of that name in another schema is another one');
SELECT is(pg_temp.under('', 'ALTER TABLE people ALTER id TYPE numeric'), '42501 reveal', 'a key compared by another operator class');
-- Tables that are made of a type change with it.
SELECT format_type(atttypid, atttypmod) AS clock FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attname = 'retention_clock' \gset
SAVEPOINT clean;
CREATE TYPE app.pair AS (a text, b int, left_on date, retention_clock :clock);
ALTER TYPE app.pair OWNER TO own;
ALTER TABLE typed OF app.pair;
SELECT is(pg_temp.under('', 'ALTER TYPE pair ALTER ATTRIBUTE a TYPE int CASCADE'), '42501 reveal', 'an attribute that a value may not have');
SELECT is(pg_temp.under('', 'ALTER TYPE pair ALTER ATTRIBUTE b TYPE bigint CASCADE'), 'done', 'a type of an attribute that each value has');
SELECT is(pg_temp.under('reveal', 'ALTER TYPE pair DROP ATTRIBUTE a CASCADE'), '42501 confirm_drop', 'an attribute that is dropped');
ROLLBACK TO clean;

-- An index that is not valid is built by what writes indexes anew.
SAVEPOINT clean;
SET ROLE own;
SET retention.reveal = on;
CREATE UNIQUE INDEX unbuilt ON people (id, city);
CREATE INDEX unbuilt_plain ON people (city);
CREATE INDEX unbuilt_expression ON people ((100 / coalesce(age, 5)));
SET retention.reveal = off;
RESET ROLE;
SET LOCAL allow_system_table_mods = on;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unbuilt_plain'::regclass;
SELECT is(pg_temp.under('', statement), 'done', 'over an index of columns that is not valid: ' || statement) FROM unnest('{REINDEX TABLE people,REINDEX INDEX unbuilt_plain}'::text[]) statement;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unbuilt'::regclass;
SELECT is(pg_temp.under('', statement), '42501 reveal', 'beside a key that is not valid: ' || statement) FROM unnest('{REINDEX TABLE people,REINDEX INDEX unbuilt,REINDEX SCHEMA app,CLUSTER people USING people_pkey,ALTER TABLE people ALTER age TYPE bigint}'::text[]) statement;
SELECT is(pg_temp.under('reveal', 'REINDEX TABLE people'), 'done', 'who may read may have it built');
SELECT is(pg_temp.under('', 'DROP INDEX unbuilt; REINDEX TABLE people'), 'done', 'without it all is as ever');
UPDATE pg_index SET indisvalid = indexrelid <> 'unbuilt_expression'::regclass WHERE indexrelid IN ('unbuilt'::regclass, 'unbuilt_expression'::regclass);
SELECT is(pg_temp.under('', 'REINDEX TABLE people'), '42501 reveal', 'beside an expression that is not valid');
ROLLBACK TO clean;

-- A partition is given its table's keys.
SAVEPOINT clean;
SET ROLE own;
CREATE TABLE above (id int, name text, at date, left_on date, retention_clock :clock NOT NULL DEFAULT 'none', UNIQUE (id, name)) PARTITION BY LIST (id);
CREATE TABLE apart (LIKE above INCLUDING DEFAULTS);
CREATE TABLE keyed (LIKE above INCLUDING ALL);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) SELECT t, t::regclass, '{left_on}', '30 days', '100 years', 'delete', 'enforce' FROM unnest('{apart,keyed}'::text[]) t;
INSERT INTO apart (id, name, left_on) VALUES (1, 'SECRET', '2030-01-01'), (1, 'SECRET', '2030-01-01');
INSERT INTO keyed (id, name, left_on) VALUES (2, 'SECRET', '2030-01-01');
CALL retention.sweep();
SELECT is(pg_temp.under('', 'ALTER TABLE above ATTACH PARTITION apart FOR VALUES IN (1)'), '42501 reveal', 'a key that a partition has not');
SELECT is(pg_temp.under('reveal', 'ALTER TABLE above ATTACH PARTITION apart FOR VALUES IN (1)'), '23505 shows a value', 'who may read is told by a key that a partition''s rows do not have');
SELECT is(pg_temp.under('', 'ALTER TABLE above ATTACH PARTITION keyed FOR VALUES IN (2)'), 'done', 'a key that a partition has');
ROLLBACK TO clean;

-- Neither.
CREATE TABLE pg_temp.harmless (statement text);
INSERT INTO pg_temp.harmless VALUES
	('ALTER TABLE people ADD c int'), ('ALTER TABLE people ADD c int NOT NULL DEFAULT 0 CHECK (c >= 0)'), ('ALTER TABLE people ADD c timestamptz NOT NULL DEFAULT now()'), ('ALTER TABLE people ADD c uuid UNIQUE DEFAULT gen_random_uuid()'),
	('ALTER TABLE people ADD c serial'), ('ALTER TABLE people ADD c int UNIQUE'), ('ALTER TABLE people ADD c int REFERENCES referred'), ('ALTER TABLE people ADD c int, ADD CHECK (c > 0), ADD UNIQUE (c), ALTER c SET DEFAULT 1'),
	('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED'), ('ALTER TABLE people ADD g bigint GENERATED ALWAYS AS (age) STORED'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (doc ->> ''k'') STORED'),
	('ALTER TABLE people ADD g tsvector GENERATED ALWAYS AS (to_tsvector(''simple'', notes)) STORED'),
	('ALTER TABLE people ALTER notes SET NOT NULL'), ('ALTER TABLE people ALTER city SET NOT NULL'), ('ALTER TABLE people ALTER notes DROP NOT NULL'), ('ALTER TABLE people ALTER mood DROP DEFAULT'),
	('ALTER TABLE people ALTER age TYPE int'), ('ALTER TABLE people ALTER age TYPE bigint'), ('ALTER TABLE people ALTER age TYPE bigint USING age::bigint'), ('ALTER TABLE people ALTER amount TYPE numeric(12, 2)'), ('ALTER TABLE people ALTER amount TYPE numeric'),
	('ALTER TABLE people ALTER name TYPE text'), ('ALTER TABLE people ALTER name TYPE varchar'), ('ALTER TABLE people ALTER name TYPE varchar(40) USING name::varchar(40)'), ('ALTER TABLE people ALTER city TYPE varchar'), ('ALTER TABLE people ALTER at TYPE timestamp(6)'),
	('ALTER TABLE people ALTER at TYPE timestamptz USING at AT TIME ZONE ''UTC'''), ('ALTER TABLE people ALTER mood DROP DEFAULT, ALTER mood TYPE text USING mood::text'), ('ALTER TABLE people ALTER id TYPE bigint'),
	('ALTER TABLE people ADD CHECK (age > 0) NOT VALID'), ('ALTER TABLE people ADD CHECK (city IS NOT NULL)'), ('ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES referred'), ('ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES referred NOT VALID'),
	('ALTER TABLE people ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES referred NOT VALID; ALTER TABLE people VALIDATE CONSTRAINT f'), ('ALTER TABLE people VALIDATE CONSTRAINT people_city_check'),
	('ALTER TABLE people ADD UNIQUE (id, age)'), ('ALTER TABLE people ADD UNIQUE (name)'), ('ALTER TABLE people DROP CONSTRAINT people_pkey, ADD PRIMARY KEY (id)'), ('ALTER TABLE people ADD UNIQUE USING INDEX people_age_id'),
	('ALTER TABLE people DROP CONSTRAINT people_name_key'), ('ALTER TABLE people ADD UNIQUE (id) DEFERRABLE'),
	('CREATE INDEX ON people (name, age)'), ('CREATE INDEX ON people (name text_pattern_ops)'), ('CREATE INDEX ON people USING gin (doc)'), ('CREATE INDEX ON people (lower(name))'), ('CREATE INDEX ON people ((doc ->> ''k''))'), ('CREATE UNIQUE INDEX ON people (id DESC, age) INCLUDE (name)'),
	('CREATE INDEX ON people USING gin (to_tsvector(''simple'', notes))'), ('CREATE INDEX ON people USING gin (to_tsvector(''simple'', coalesce(name, '''')))'), ('CREATE INDEX ON people (md5(notes))'), ('CREATE INDEX ON people (length(name), reverse(city))'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(coalesce(name, ''''))) STORED'), ('CREATE INDEX ON people USING brin (at)'), ('CREATE INDEX ON people (id) INCLUDE (retention_clock)'),
	('ALTER TABLE people RENAME name TO nom'), ('ALTER TABLE people RENAME TO persons'), ('ALTER TABLE people SET SCHEMA public'), ('ALTER TABLE people SET (fillfactor = 70)'), ('ALTER TABLE people ALTER name SET STATISTICS 10'), ('ALTER TABLE people ALTER name SET STORAGE external'),
	('ALTER TABLE people CLUSTER ON people_pkey'), ('ALTER TABLE people REPLICA IDENTITY FULL'), ('CREATE RULE r AS ON DELETE TO people DO ALSO NOTHING; ALTER TABLE people DISABLE RULE r; ALTER TABLE people ENABLE RULE r'),
	('ALTER TABLE people OWNER TO other'), ('ALTER TABLE people SET UNLOGGED'), ('CLUSTER people USING people_pkey'), ('ALTER TABLE people ALTER id ADD GENERATED BY DEFAULT AS IDENTITY'), ('ALTER TABLE parted ADD c int DEFAULT 3'),
	('CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (3)'), ('CREATE TABLE parted_4 (LIKE parted INCLUDING ALL); ALTER TABLE parted ATTACH PARTITION parted_4 FOR VALUES IN (4)'), ('COMMENT ON COLUMN people.name IS ''x'''), ('ALTER TYPE mood ADD VALUE ''fair''');
GRANT CREATE ON SCHEMA public TO own;
GRANT CREATE ON SCHEMA app TO other;
SELECT is(pg_temp.under('', statement), 'done', 'takes neither: ' || statement) FROM pg_temp.harmless;
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD FOREIGN KEY (age) REFERENCES referred (id)'), 'done', 'a foreign key that holds');
SELECT is(pg_temp.under('', 'DELETE FROM referred WHERE id = 42; ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES referred'), '23503 reveal', 'a foreign key that a hidden row violates names no key');

-- A user's function is given no hidden row, and keeps nobody from what evaluates nothing.
SAVEPOINT clean;
CREATE SEQUENCE public.calls MINVALUE 0;
GRANT ALL ON SEQUENCE public.calls TO PUBLIC;
SET ROLE own;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM nextval('public.calls'); RETURN $1; END$$;
SET retention.reveal = on;
CREATE INDEX spied ON people (spy(name));
RESET retention.reveal;
RESET ROLE;
SELECT setval('public.calls', 0) \g /dev/null
SELECT is(pg_temp.under('', statement), 'done', 'beside an index over a user''s function: ' || statement) FROM (VALUES ('ALTER TABLE people ADD c int DEFAULT 0 NOT NULL'), ('ALTER TABLE people ADD CHECK (age > 0) NOT VALID'),
	('ALTER TABLE people ALTER notes SET NOT NULL'), ('ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES referred'), ('CREATE INDEX ON people (age)')) v (statement);
SELECT is(split_part(pg_temp.under('', statement), ' ', 1), '42501', 'a user''s function does not run: ' || statement) FROM (VALUES ('ALTER TABLE people ALTER age TYPE bigint'), ('ALTER TABLE people ADD c text DEFAULT app.spy(''x'')'),
	('ALTER TABLE people ADD c text CHECK (app.spy(c) IS NULL)'), ('CREATE INDEX ON people (spy(notes))'), ('ALTER TABLE people ALTER notes TYPE text USING spy(notes)'), ('ALTER TABLE people ADD g text GENERATED ALWAYS AS (spy(name)) STORED')) v (statement);
SELECT is((SELECT last_value FROM public.calls), 0::bigint, 'the function was given nothing');
ROLLBACK TO clean;

-- On the way of a policy: keys and starts that stay what they are.
SAVEPOINT clean;
SET ROLE own;
CREATE TABLE customers (id int PRIMARY KEY, name varchar(20), ended_at timestamptz(3));
CREATE TABLE cases (id int, customer_id int REFERENCES customers, at timestamp, left_on date);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('cases', 'cases', '{customer_id.ended_at,at}', '30 days', '100 years', 'delete', 'enforce');
INSERT INTO customers VALUES (1, 'SECRET', '2030-01-01'), (2, 'open', NULL);
INSERT INTO cases VALUES (1, 1), (2, 2);
CALL retention.sweep();
SELECT is(pg_temp.under(settings, statement), 'done', 'on a way, ' || settings || ': ' || statement) FROM unnest('{"",reveal}'::text[]) settings, (VALUES ('ALTER TABLE customers ALTER name TYPE text'), ('ALTER TABLE customers ALTER ended_at TYPE timestamptz'),
	('ALTER TABLE customers ALTER ended_at TYPE timestamptz(6) USING ended_at::timestamptz(6)'), ('ALTER TABLE customers ALTER id TYPE bigint'), ('ALTER TABLE customers ALTER id TYPE bigint USING id::bigint'),
	('ALTER TABLE cases ALTER customer_id TYPE bigint USING customer_id::bigint'), ('ALTER TABLE cases ALTER at TYPE timestamp(6)')) v (statement);
SELECT matches(pg_temp.under('reveal and confirm', statement), '^2BP01', 'what gives rows other starts is refused to all: ' || statement) FROM (VALUES ('ALTER TABLE customers ALTER ended_at TYPE timestamp'), ('ALTER TABLE customers ALTER ended_at TYPE timestamptz(0)'),
	('ALTER TABLE customers ALTER id TYPE bigint USING id + 1'), ('ALTER TABLE cases ALTER at TYPE timestamp USING now()'), ('ALTER TABLE cases ALTER customer_id TYPE int USING 2')) v (statement);
ROLLBACK TO clean;

\if :from17
SAVEPOINT clean;
SET retention.reveal = on;
ALTER TABLE people ADD g text GENERATED ALWAYS AS (lower(name)) STORED;
SET retention.reveal = off;
SELECT is(pg_temp.under('', 'ALTER TABLE people ALTER g SET EXPRESSION AS (upper(name))'), 'done', 'another plain expression');
SELECT is(pg_temp.under('', 'ALTER TABLE people ALTER g SET EXPRESSION AS ((10 / age)::text)'), '42501 reveal', 'another expression that may fail');
ROLLBACK TO clean;
\endif
\if :from18
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD CONSTRAINT n NOT NULL age'), '42501 reveal', 'NOT NULL as a constraint');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD CONSTRAINT n NOT NULL age NOT VALID'), 'done', 'NOT NULL that is not valid');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD CONSTRAINT n NOT NULL age NOT VALID; ALTER TABLE people VALIDATE CONSTRAINT n'), '42501 reveal', 'NOT NULL that is validated');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD CONSTRAINT n CHECK (age > 0) NOT ENFORCED'), 'done', 'a CHECK that is not enforced');
SELECT is(pg_temp.under('', 'ALTER TABLE people ADD CONSTRAINT n NOT NULL age NOT VALID; ALTER TABLE people ALTER age SET NOT NULL'), '42501 reveal', 'NOT NULL that stands and is not valid proves nothing');
\endif
SELECT * FROM finish();
ROLLBACK;
