-- What a type said of a column is not lost with the type, whichever way a migration takes it.
BEGIN;
SELECT plan(69);
SET client_min_messages = error;

CREATE SCHEMA app;
CREATE DOMAIN app.mail AS retention.email('30 days', 'redact');
CREATE DOMAIN app.words AS text CHECK (length(value) < 1000);
CREATE FUNCTION pg_temp.listed(which regclass) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', column_name, '[' || category || ']', anonymise, constant, argument, keep_for::text, declared_by), ', ' ORDER BY column_name)
    FROM retention.personal_columns WHERE relation = which $$;
CREATE FUNCTION pg_temp.entries(after bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', action, detail::jsonb ->> 'column', detail::jsonb -> 'old' ->> 'declared_by', '>', detail::jsonb -> 'new' ->> 'declared_by'), ', ' ORDER BY entry_id)
    FROM retention.ledger WHERE entry_id > after AND action ~ 'personal' $$;
CREATE FUNCTION pg_temp.last() RETURNS bigint LANGUAGE sql AS 'SELECT coalesce(max(entry_id), 0) FROM retention.ledger';
-- What is declared, and what the ledger says, after a command; it is taken back.
CREATE FUNCTION pg_temp.after(command text, which text, OUT declared text, OUT entered text) LANGUAGE plpgsql AS $$
DECLARE last bigint := pg_temp.last();
BEGIN
    EXECUTE command;
    declared := pg_temp.listed(which::regclass);
    -- What a command on tables does is entered when its transaction ends, or before the next entry.
    UPDATE retention.policy SET purpose = 'x';
    entered := pg_temp.entries(last);
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN NULL;
END $$;
CREATE FUNCTION pg_temp.becomes(command text, declared text, entered text, name text, which text DEFAULT 'app.t') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE found record := pg_temp.after(command, which);
BEGIN
    RETURN NEXT is(found.declared, declared, name || ': what is declared');
    RETURN NEXT is(found.entered, entered, name || ': what is in the ledger');
END $$;

CREATE TABLE app.t (id int PRIMARY KEY, mail retention.email('1 year', 'pseudonymise'), remark text, ended date);
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE text', 'mail [email] pseudonymise 1 year personal_column', NULL, 'a table without a policy');
INSERT INTO app.t VALUES (1, 'kari@x.example', NULL, NULL);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('t', 'app.t', '{ended}', 'UTC', '3 years', 'anonymise');

-- To a type that says nothing.
SELECT pg_temp.becomes(format('ALTER TABLE app.t ALTER COLUMN mail TYPE %s', type), 'mail [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column', 'a change to ' || type) FROM unnest('{text,varchar(100),app.words}'::text[]) type;
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE text USING lower(mail)', 'mail [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column', 'a change that computes values');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE text, ADD COLUMN note text, ALTER COLUMN mail SET DEFAULT ''x''', 'mail [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column', 'a change among others');
SELECT pg_temp.becomes($$DO 'BEGIN ALTER TABLE app.t ALTER COLUMN mail TYPE text; END'$$, 'mail [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column', 'a change from inside a function');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE text; ALTER TABLE app.t ALTER COLUMN mail TYPE varchar; ALTER TABLE app.t RENAME mail TO email', 'email [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column, personal column changed email >', 'a change, another one and a rename');
-- To one that says something else, or the other way.
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE retention.personal_text(''redact'')', 'mail [other] redact type', 'personal column changed mail >', 'another personal type');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE retention.email(''2 years'')', 'mail [email] null 2 years type', 'personal column changed mail >', 'another modifier');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE app.mail', 'mail [email] redact 30 days type', 'personal column changed mail >', 'a domain over a personal type');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE app.mail; ALTER TABLE app.t ALTER COLUMN mail TYPE app.words', 'mail [email] redact 30 days personal_column',
    'personal column changed mail >, personal column changed mail type > personal_column', 'from a domain over a personal type');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE text; ALTER TABLE app.t ALTER COLUMN mail TYPE retention.email', 'mail [email] pseudonymise 1 year personal_column',
    'personal column changed mail type > personal_column', 'there and back: the table has the last word');
SELECT pg_temp.becomes('ALTER TABLE app.t ADD COLUMN phone retention.phone', 'mail [email] pseudonymise 1 year type, phone [phone] null type', 'personal column declared phone > type', 'a column that is added');
SELECT pg_temp.becomes('ALTER TABLE app.t RENAME mail TO email', 'email [email] pseudonymise 1 year type', 'personal column changed email >', 'a rename');
-- What the table says is not moved: it stays.
SELECT pg_temp.becomes($$INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.t', 'mail', 'e-mail', 'constant', 'x');
    ALTER TABLE app.t ALTER COLUMN mail TYPE text$$, 'mail [e-mail] constant x personal_column', 'personal column declared mail >', 'a declaration of the table');

-- To a name that something was declared of before there was such a column.
CREATE TABLE app.early (id int, remark text);
SELECT pg_temp.becomes($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.early', 'remark', 'text'), ('app.early', 'note', 'of nothing');
    ALTER TABLE app.early RENAME remark TO note$$, 'note [text] null personal_column', NULL, 'a rename to a name that was declared', 'app.early');
-- A function that the table says is asked for the type that is there.
CREATE FUNCTION app.mask(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT left($1, 1)$$;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.t', 'remark', 'text', 'function', 'app.mask');
CREATE FUNCTION pg_temp.problem(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE command;
    SELECT retention.anonymiser_problem(policy_id) INTO result FROM retention.policy WHERE name = 't';
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN coalesce(result, 'none');
END $$;
SELECT is(pg_temp.problem('SELECT'), 'none', 'a function of the type of its column fits');
SELECT alike(pg_temp.problem('ALTER TABLE app.t ALTER COLUMN remark TYPE bigint USING 1'), '%remark%', 'a function that does not fit the new type of its column is listed');
DELETE FROM retention.personal_column;

-- A column goes.
SELECT pg_temp.becomes('ALTER TABLE app.t DROP COLUMN mail', NULL, 'personal column withdrawn mail type >', 'a column that is dropped');
SELECT pg_temp.becomes($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.t', 'remark', 'text'); ALTER TABLE app.t DROP COLUMN remark$$,
    'mail [email] pseudonymise 1 year type', 'personal column declared remark >, personal column withdrawn remark personal_column >', 'a declared column that is dropped');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN mail TYPE app.mail; DROP DOMAIN app.mail CASCADE', NULL, 'personal column changed mail >, personal column withdrawn mail type >',
    'a column that goes with its domain');
-- Another one takes its place.
SELECT pg_temp.becomes('ALTER TABLE app.t DROP COLUMN mail, ADD COLUMN mail text', 'mail [email] pseudonymise 1 year personal_column',
    'personal column withdrawn mail type >, personal column declared mail > personal_column', 'dropped and added in one command');
SELECT pg_temp.becomes('ALTER TABLE app.t ADD COLUMN mail_new text; UPDATE app.t SET mail_new = mail; ALTER TABLE app.t DROP COLUMN mail; ALTER TABLE app.t RENAME mail_new TO mail',
    'mail [email] pseudonymise 1 year personal_column', 'personal column withdrawn mail type >, personal column declared mail > personal_column', 'added, copied into, and renamed');
SELECT pg_temp.becomes('ALTER TABLE app.t RENAME mail TO mail_old; ALTER TABLE app.t ADD COLUMN mail text; ALTER TABLE app.t DROP COLUMN mail_old; ALTER TABLE app.t RENAME mail TO mail_old',
    'mail_old [email] pseudonymise 1 year personal_column', 'personal column changed mail_old >, personal column withdrawn mail_old type >, personal column declared mail_old > personal_column',
    'renamed away, added and renamed');
CREATE FUNCTION pg_temp.gap() RETURNS text LANGUAGE sql AS $$SELECT string_agg(object || ': ' || detail, '; ') FROM retention.gaps WHERE kind = 'column in place of a personal one'$$;
ALTER TABLE app.t DROP COLUMN mail;
SELECT is(pg_temp.gap(), NULL, 'a column that is not there leaves no gap');
ALTER TABLE app.t ADD COLUMN mail bigint;
SELECT is(pg_temp.listed('app.t'), NULL, 'a column that cannot be what the one before it was is not declared');
SELECT is(pg_temp.gap(), 'app.t.mail: a personal column of this name (email) was dropped; what was declared of it does not fit this one', 'a gap names it');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.t', 'mail', 'number');
DELETE FROM retention.personal_column;
SELECT is(pg_temp.gap(), NULL, 'whoever has said what it is, and that it is not, has answered');
DROP TABLE app.t;

-- A type that the anonymiser does not fit.
CREATE TABLE app.t (id int PRIMARY KEY, phone retention.phone('1 year', 'redact'), born retention.birth_date, ended date);
SELECT throws_ok('ALTER TABLE app.t ALTER COLUMN phone TYPE bigint USING phone::text::bigint', '22023', NULL, 'a type that the anonymiser does not fit is refused');
CREATE FUNCTION pg_temp.hint(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE what;
    RETURN 'passes';
EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT; RETURN hint;
END $$;
SELECT alike(pg_temp.hint('ALTER TABLE app.t ALTER COLUMN phone TYPE bigint USING phone::text::bigint'), '%Or write into retention.personal_column first%', 'the hint leads out');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.t', 'phone', 'phone');
SELECT lives_ok('ALTER TABLE app.t ALTER COLUMN phone TYPE bigint USING phone::text::bigint', 'what is declared first goes on');
SELECT pg_temp.becomes('ALTER TABLE app.t ALTER COLUMN born TYPE timestamptz', 'born [birth date] null personal_column, phone [phone] null personal_column', NULL, 'a date that becomes a time');
DROP TABLE app.t;

-- Partitions are part of their table; children have columns of their own; arrays.
CREATE TABLE app.parted (id int, mail retention.email, ended date) PARTITION BY RANGE (id);
CREATE TABLE app.part PARTITION OF app.parted FOR VALUES FROM (0) TO (10);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('parted', 'app.parted', '{ended}', 'UTC', '3 years', 'anonymise');
SELECT pg_temp.becomes('ALTER TABLE app.parted ALTER COLUMN mail TYPE text', 'mail [email] null personal_column', 'personal column changed mail type > personal_column', 'a partitioned table', 'app.parted');
SELECT is((SELECT declared FROM pg_temp.after('ALTER TABLE app.parted ALTER COLUMN mail TYPE text', 'app.part')), NULL, 'partitions of a retyped table have no declaration of their own');
-- A partition that leaves its table takes along what the table says.
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.parted', 'mail', 'e-mail', 'constant', 'x');
SELECT pg_temp.becomes('ALTER TABLE app.parted DETACH PARTITION app.part', 'mail [e-mail] constant x personal_column', NULL, 'a partition that is detached', 'app.part');
SELECT is((SELECT declared FROM pg_temp.after($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.part', 'mail', 'own'); ALTER TABLE app.parted DETACH PARTITION app.part$$, 'app.part')),
    'mail [own] null personal_column', 'what a partition says itself stays');
CREATE TABLE app.deep (id int, mail text, name text, ended date) PARTITION BY RANGE (id);
CREATE TABLE app.deeper PARTITION OF app.deep FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE app.deepest PARTITION OF app.deeper FOR VALUES FROM (0) TO (10);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.deep', 'mail', 'far'), ('app.deep', 'name', 'far'), ('app.deeper', 'mail', 'near');
SELECT is((SELECT declared FROM pg_temp.after('ALTER TABLE app.deeper DETACH PARTITION app.deepest', 'app.deepest')),
    'mail [near] null personal_column, name [far] null personal_column', 'of several tables above it the nearest has the last word');
CREATE TABLE app.parent (id int, mail retention.email[]);
CREATE TABLE app.child (phone retention.phone) INHERITS (app.parent);
SELECT is((SELECT declared FROM pg_temp.after('ALTER TABLE app.parent ALTER COLUMN mail TYPE text[]', 'app.child')), 'mail [email] null personal_column, phone [phone] null type', 'what a child inherits is moved for it, too');
SELECT is((SELECT declared FROM pg_temp.after('ALTER TABLE app.parent ALTER COLUMN mail TYPE text[]', 'app.parent')), 'mail [email] null personal_column', 'an array of a personal type');

-- Whoever migrates owns the table, and nothing of the extension.
CREATE ROLE migrator;
GRANT ALL ON SCHEMA app TO migrator;
GRANT USAGE ON SCHEMA retention TO migrator;
CREATE TABLE app.theirs (id int, mail retention.email);
ALTER TABLE app.theirs OWNER TO migrator;
SET ROLE migrator;
SELECT lives_ok('ALTER TABLE app.theirs ALTER COLUMN mail TYPE text', 'an owner changes types');
SELECT throws_ok('ALTER TABLE app.parent ALTER COLUMN mail TYPE text[]', '42501', NULL, 'nobody else does');
RESET ROLE;
SELECT is((SELECT written_for::regrole::text FROM retention.personal_column WHERE relation = 'app.theirs'::regclass), 'migrator', 'a declaration that moved is that of the owner');

SELECT * FROM finish();
ROLLBACK;
