-- Who watches the server, and owns nothing, reads all that is granted to pg_monitor, and calls check(): nothing on the way asks for more.
BEGIN;
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00Z';
CREATE ROLE keeper;
CREATE ROLE watcher IN ROLE pg_monitor;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper, watcher;
SET ROLE keeper;
CREATE FUNCTION app.ours(kind text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN kind <> ''theirs''; END';
CREATE FUNCTION app.mask(name text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN ''x''; END';
REVOKE EXECUTE ON FUNCTION app.ours(text), app.mask(text) FROM PUBLIC;
CREATE TABLE app.customers (id int PRIMARY KEY, ended_on date);
CREATE TABLE app.users (id int PRIMARY KEY, customer int REFERENCES app.customers, kind text, name text, left_on date);
CREATE TABLE app.parts (id int, note text, left_on date) PARTITION BY LIST (id);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES IN (1);
CREATE TABLE app.broken (id int, kind text, left_on date);
CREATE FUNCTION app.fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
CREATE TRIGGER fails BEFORE DELETE ON app.broken FOR EACH ROW EXECUTE FUNCTION app.fails();
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.users', 'name', 'name', 'function', 'app.mask');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('app.parts', 'note', 'free text', 'redact');
INSERT INTO retention.policy (name, relation, clock_starts, applies_to, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{left_on, customer.ended_on}', 'app.ours(kind)', '1 year', '1 year', 'anonymise', 'enforce'), ('parts', 'app.parts', '{left_on}', NULL, '1 year', '0 days', 'anonymise', 'observe'),
    ('broken', 'app.broken', '{left_on}', NULL, '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{name}');
INSERT INTO app.customers VALUES (1, NULL);
INSERT INTO app.users VALUES (1, 1, 'ours', 'Kari', NULL), (2, 1, 'ours', 'Ola', '2029-01-01'), (3, 1, 'theirs', 'Per', '2020-01-01');
INSERT INTO app.parts VALUES (1, 'Kari', '2020-01-01');
SET retention.test_now = '2020-06-01 12:00Z';
INSERT INTO app.broken VALUES (1, 'x', '2020-01-01');
SET retention.test_now = '2030-06-01 12:00Z';
SET ROLE keeper;
CREATE MATERIALIZED VIEW app.names AS SELECT name FROM app.users;
CREATE MATERIALIZED VIEW app.counts AS SELECT kind, count(*) FROM app.users GROUP BY kind;
RESET ROLE;
INSERT INTO retention.left_out_view VALUES ('app.counts', 'counts');
CALL retention.sweep();
SELECT plan(9 + (SELECT count(*)::int FROM pg_class WHERE relnamespace = 'retention'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege('pg_monitor', oid, 'SELECT') AND relname <> 'blocked_reason'));

CREATE FUNCTION pg_temp.rows_for(who name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    EXECUTE format('SELECT coalesce(string_agg(q::text, E''\n'' ORDER BY q::text), ''none'') FROM (%s) q', query) INTO result;
    RESET ROLE;
    RETURN result;
EXCEPTION WHEN OTHERS THEN RESET ROLE; RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.rows_for('watcher', query), pg_temp.rows_for('postgres', query), 'who watches reads all of ' || relation)
FROM (SELECT oid::regclass AS relation, format('SELECT * FROM %s', oid::regclass) AS query FROM pg_class
    WHERE relnamespace = 'retention'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege('pg_monitor', oid, 'SELECT') AND relname <> 'blocked_reason' ORDER BY 1) r;
-- This one shows each owner what blocks his rows, and others nothing.
SELECT is(pg_temp.rows_for('watcher', 'SELECT * FROM retention.blocked_reason'), 'none', 'who watches is not told what a row holds');
SELECT is(pg_temp.rows_for('watcher', query), pg_temp.rows_for('postgres', query), 'who watches may ask ' || query) FROM (VALUES
    ('SELECT p.name, c.* FROM retention.policy p, retention.policy_counts(p.policy_id) c'), ('SELECT p.name, c.* FROM retention.policy p, retention.policy_estimates(p.policy_id) c'),
    ('SELECT * FROM retention.verify_ledger()'), ('SELECT * FROM retention.ledger_breaks()'), ('SELECT retention.ledger_head()'), ('SELECT retention.report_html()')) v (query);
SELECT is(pg_temp.rows_for('watcher', 'SELECT * FROM retention.check()'), pg_temp.rows_for('postgres', 'SELECT * FROM retention.check()'), 'check() says to who watches what it says to a superuser');
SELECT matches(pg_temp.rows_for('watcher', 'SELECT * FROM retention.check() WHERE NOT ok'), 'no row is blocked.*what is due is gone', 'what is wrong is said to who watches');
SELECT * FROM finish();
ROLLBACK;
