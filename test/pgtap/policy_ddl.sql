-- Whatever a policy names may be called something else, and enforcement goes on; what it needs cannot go, and the error says what to do.
BEGIN;
SELECT plan(53);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, kind text, email text, deactivated_at timestamptz);
CREATE FUNCTION app.is_person(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 <> 'robot' $$;
CREATE TABLE app.invoices (id bigint PRIMARY KEY, issued_on date, attention text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email'), ('app.invoices', 'attention', 'name');
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', $$app.is_person(users.kind) AND users.id IS NOT NULL$$, '{deactivated_at, customer_id.ended_at}', '0 days', '30 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, mode) VALUES
    ('invoices', 'app.invoices', '{issued_on}', '5 years after end of fiscal year', '0 days', 'anonymise', '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO app.customers VALUES (1, NULL), (2, NULL);
INSERT INTO app.invoices SELECT n, '2027-03-15', 'Kari Lie' FROM generate_series(1, 20) n;

-- Rows 2n - 1 and 2n come, one leaves and comes back, the other leaves with its customer; nobody notices that names have changed.
CREATE TEMP TABLE called (what text PRIMARY KEY, name text);
INSERT INTO called VALUES ('customers', 'app.customers'), ('users', 'app.users'), ('start', 'deactivated_at'), ('end', 'ended_at'), ('key', 'customer_id'),
    ('clock', 'retention_clock'), ('invoices', 'app.invoices'), ('attention', 'attention');
CREATE FUNCTION pg_temp.name(text) RETURNS text LANGUAGE sql AS 'SELECT name FROM called WHERE what = $1';
CREATE SEQUENCE pg_temp.round;
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    PERFORM set_config('retention.test_now', current_setting('retention.test_now'), false);
    EXECUTE format('SELECT count(*) FROM %s WHERE kind <> ''robot''', pg_temp.name('users')) INTO n;
    RETURN n;
END $$;
CREATE FUNCTION pg_temp.goes_on() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint := nextval('pg_temp.round');
    users text := pg_temp.name('users');
    seen text;
    due text;
BEGIN
    EXECUTE format('INSERT INTO %s (id, %I, kind, email) VALUES (%s, 1, ''person'', ''a''), (%s, 2, ''person'', ''b'')', users, pg_temp.name('key'), 2 * n - 1, 2 * n);
    seen := pg_temp.seen();
    EXECUTE format('UPDATE %s SET %I = ''2030-06-01 11:00:00+00'' WHERE id = %s', users, pg_temp.name('start'), 2 * n - 1);
    seen := seen || pg_temp.seen();
    EXECUTE format('UPDATE %s SET %I = ''2030-06-01 11:00:00+00'' WHERE id = 2', pg_temp.name('customers'), pg_temp.name('end'));
    seen := seen || pg_temp.seen();
    PERFORM retention.reinstate(users::regclass, 2 * n - 1);
    seen := seen || pg_temp.seen();
    EXECUTE format('UPDATE %s SET %I = NULL WHERE id = 2', pg_temp.name('customers'), pg_temp.name('end'));
    seen := seen || pg_temp.seen();
    EXECUTE format('UPDATE %s SET %I = ''none''', users, pg_temp.name('clock'));
    EXECUTE format('SELECT count(*) FROM %s WHERE %I::text <> ''none''', users, pg_temp.name('clock')) INTO due;
    seen := seen || ' ' || due;
    BEGIN
        EXECUTE format('TRUNCATE %s', pg_temp.name('invoices'));
    EXCEPTION WHEN OTHERS THEN seen := seen || ' ' || SQLSTATE;
    END;
    BEGIN
        EXECUTE format('DELETE FROM %s', pg_temp.name('invoices'));
    EXCEPTION WHEN OTHERS THEN seen := seen || ' ' || SQLSTATE;
    END;
    -- Until the next round they are gone, and so is the person of an invoice.
    EXECUTE format('UPDATE %s SET %I = ''2030-03-01 11:00:00+00''', users, pg_temp.name('start'));
    EXECUTE format('INSERT INTO %s (id, issued_on, %I) VALUES (%s, ''2020-01-01'', ''Ola Moe'')', pg_temp.name('invoices'), pg_temp.name('attention'), 100 + n);
    PERFORM set_config('retention.test_now', '2030-07-02 12:00:00+00', false);
    CALL retention.sweep();
    PERFORM set_config('retention.test_now', '2030-06-01 12:00:00+00', false);
    SET LOCAL retention.reveal = on;
    EXECUTE format('SELECT count(*) FROM %s WHERE kind <> ''robot''', users) INTO due;
    seen := seen || ' ' || due;
    SET LOCAL retention.reveal = off;
    EXECUTE format('SELECT coalesce(%I, ''nobody'') FROM %s WHERE id = %s', pg_temp.name('attention'), pg_temp.name('invoices'), 100 + n) INTO due;
    RETURN seen || ' ' || due;
END $$;
CREATE FUNCTION pg_temp.renamed(what text, name text, command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    UPDATE called SET name = renamed.name WHERE called.what = renamed.what;
    RETURN NEXT is(pg_temp.goes_on(), '21012 2 RT001 RT001 0 nobody', command);
END $$;
SELECT is(pg_temp.goes_on(), '21012 2 RT001 RT001 0 nobody', 'as it is');

SELECT pg_temp.renamed('users', 'app.members', 'ALTER TABLE app.users RENAME TO members');
SELECT pg_temp.renamed('customers', 'app.clients', 'ALTER TABLE app.customers RENAME TO clients');
SELECT pg_temp.renamed('invoices', 'app."Invoices"', 'ALTER TABLE app.invoices RENAME TO "Invoices"');
SELECT pg_temp.renamed('start', 'left at', 'ALTER TABLE app.members RENAME deactivated_at TO "left at"');
SELECT pg_temp.renamed('key', 'client', 'ALTER TABLE app.members RENAME COLUMN customer_id TO client');
SELECT pg_temp.renamed('end', 'Ended', 'ALTER TABLE app.clients RENAME ended_at TO "Ended"');
SELECT pg_temp.renamed('attention', 'att', 'ALTER TABLE app."Invoices" RENAME attention TO att');
SELECT pg_temp.renamed('clock', 'Clock of it', 'ALTER TABLE app.members RENAME retention_clock TO "Clock of it"');
SELECT pg_temp.renamed('', '', 'ALTER TABLE app."Invoices" RENAME retention_clock TO clock');
SELECT pg_temp.renamed('', '', 'ALTER TABLE app.members RENAME CONSTRAINT users_customer_id_fkey TO fkey');
SELECT pg_temp.renamed('users', 'public.members', 'ALTER TABLE app.members SET SCHEMA public');
UPDATE called SET name = replace(name, 'app.', '"The App".');
SELECT pg_temp.renamed('', '', 'ALTER SCHEMA app RENAME TO "The App"');
SELECT pg_temp.renamed('', '', 'ALTER FUNCTION "The App".is_person RENAME TO person');
SELECT is((SELECT applies_to FROM retention.policy WHERE name = 'users'), $$("The App".person(kind) AND (id IS NOT NULL))$$, 'a condition names the table as it is called now');
SELECT lives_ok($$UPDATE retention.policy SET purpose = 'service'$$, 'policies can be changed as before');

CREATE FUNCTION pg_temp.refused(command text, because text, state text DEFAULT '2BP01') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE message text; hint text;
BEGIN
    EXECUTE command;
    RETURN NEXT fail(command);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN NEXT is(SQLSTATE || ' ' || message, state || ' ' || because, command);
    RETURN NEXT matches(hint, 'rop the policy', 'with a hint');
END $$;
SET LOCAL retention.reveal = on;
SELECT pg_temp.refused('ALTER TABLE members DROP COLUMN "left at"', 'policy "users" needs path ""left at""');
SELECT pg_temp.refused('ALTER TABLE members DROP COLUMN client', 'policy "users" needs path "client."Ended""');
SELECT pg_temp.refused('ALTER TABLE members DROP CONSTRAINT fkey', 'policy "users" needs path "client."Ended""');
SELECT pg_temp.refused('ALTER TABLE members DROP COLUMN kind CASCADE', 'column "kind" does not exist', '42703');
SELECT pg_temp.refused('DROP FUNCTION "The App".person', 'function The App.person(text) does not exist', '42883');
SELECT pg_temp.refused('ALTER TABLE members DROP COLUMN "Clock of it"', 'policy "users" needs the clock column of table "members"');
SELECT pg_temp.refused('ALTER TABLE "The App".clients DROP COLUMN "Ended"', 'policy "users" needs path "client."Ended""');
SELECT pg_temp.refused('DROP TABLE "The App".clients CASCADE', 'policy "users" needs path "client."Ended""');
SELECT pg_temp.refused('ALTER TABLE "The App".clients DROP CONSTRAINT customers_pkey CASCADE', 'policy "users" needs path "client."Ended""');
SELECT pg_temp.refused('ALTER TABLE members ALTER "left at" TYPE date', 'policy "users" needs column "left at" of table "members" as it is');
SELECT pg_temp.refused('ALTER TABLE "The App".clients ALTER "Ended" TYPE timestamp', 'policy "users" needs column "Ended" of table "clients" as it is');
SELECT pg_temp.refused($$ALTER TABLE "The App"."Invoices" ALTER issued_on TYPE date USING '2001-01-01'$$, 'policy "invoices" needs column "issued_on" of table "Invoices" as it is');
SELECT pg_temp.refused($$ALTER TABLE "The App"."Invoices" ALTER clock TYPE retention.clock USING 'none'$$, 'policy "invoices" needs column "clock" of table "Invoices" as it is');
SELECT pg_temp.refused($$ALTER TABLE members ALTER client TYPE bigint USING 1$$, 'policy "users" needs column "client" of table "members" as it is');
SELECT pg_temp.refused($$ALTER TABLE "The App".clients ALTER id TYPE bigint USING 3 - id$$, 'policy "users" needs column "id" of table "clients" as it is');
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.goes_on(), '21012 2 RT001 RT001 0 nobody', 'after all that as before');
SELECT lives_ok('ALTER TABLE members ALTER client TYPE integer', 'a key may change its type');
SELECT is(pg_temp.goes_on(), '21012 2 RT001 RT001 0 nobody', 'a key that changed its type is followed');
SELECT lives_ok('ALTER TABLE "The App"."Invoices" DROP COLUMN att', 'a personal column may be dropped');
SELECT is_empty($$SELECT FROM retention.personal_column WHERE column_name IN ('att', 'attention')$$, 'a personal column that was dropped is no longer listed');
SELECT lives_ok('DROP TABLE members', 'a governed table takes its policy along');
SELECT is_empty($$SELECT FROM retention.policy WHERE name = 'users'$$, 'the policy of a dropped table is gone');

SELECT * FROM finish();
ROLLBACK;
