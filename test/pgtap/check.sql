-- retention.check() knows what is wrong and what to do.
BEGIN;
SELECT plan(11);

SET client_min_messages = error;
CREATE FUNCTION pg_temp.wrong() RETURNS text LANGUAGE sql AS
    $$SELECT coalesce(string_agg(concat_ws(': ', what, object), ', ' ORDER BY what, object), 'nothing') FROM retention.check()
      WHERE NOT ok AND what NOT IN ('time is not injected', 'worker is alive')$$;
SELECT is(pg_temp.wrong(), 'nothing', 'a fresh installation is whole');
SELECT is((SELECT hint FROM retention.check() WHERE NOT ok AND what = 'worker is alive'),
    'Set retention.worker = on, or call retention.sweep() regularly.', 'only the worker, which tests switch off, is missing in a fresh installation');
CREATE ROLE company;
CREATE SCHEMA app AUTHORIZATION company;
SET search_path = app, public;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
ALTER TABLE visits OWNER TO company;
INSERT INTO visits VALUES (1, '2020-01-01');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'visits', '{left_on}', '100 years', 'delete', 'enforce');
SELECT is(pg_temp.wrong(), 'clock is indexed: app.visits, policy is ready: visits', 'a policy that is not ready yet');
CALL retention.sweep();
SELECT is(pg_temp.wrong(), 'nothing', 'a policy that has become ready is whole');
CREATE TABLE copies AS SELECT * FROM visits;
SELECT is(pg_temp.wrong(), 'governed table has a policy: app.copies, owner is no superuser: app.copies', 'a copy');
DROP TABLE copies;
SET LOCAL allow_system_table_mods = on;
UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 'visits'::regclass;
SELECT is(pg_temp.wrong(), 'triggers always fire: app.visits', 'triggers that do not fire');
SELECT retention.resume();
SELECT is(pg_temp.wrong(), 'nothing', 'are mended as the hint says');
CREATE FUNCTION app.shout(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1; END$$;
CREATE STATISTICS shouted ON shout(id) FROM visits;
SELECT is(pg_temp.wrong(), 'autovacuum runs no function of a user: app.visits', 'a function that autovacuum would give hidden rows to');
SELECT matches((SELECT hint FROM retention.check() WHERE NOT ok AND what ~ '^autovacuum'), '^app.shout.integer. in statistics shouted', 'is named');
DROP STATISTICS shouted;
UPDATE retention.home SET timeline = timeline + 1;
SELECT is(pg_temp.wrong(), 'database is the one to act in', 'a promotion');
SELECT ok(retention.hooks_in_place(), 'the hooks are called');

SELECT * FROM finish();
ROLLBACK;
