-- Each table that rows of a policy stand in has a trigger against a TRUNCATE that comes by replication (what it does there: test/tap/017_apply.pl).
BEGIN;
SELECT plan(9);

CREATE SCHEMA app;
CREATE TABLE app.visits (id int, day date) PARTITION BY RANGE (id);
CREATE TABLE app.a PARTITION OF app.visits FOR VALUES FROM (0) TO (10);
CREATE TABLE app.b (id int, day date);
CREATE TABLE app.alone (id int, day date);
CREATE FUNCTION pg_temp.guarded() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(c.relname, ' ' ORDER BY c.relname), 'none') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = 'guard_truncate' AND t.tgenabled = 'A' AND c.relnamespace = 'app'::regnamespace $$;
SELECT is(pg_temp.guarded(), 'none', 'nothing is governed');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('visits', 'app.visits', '{day}', '1 year', 'delete'), ('alone', 'app.alone', '{day}', '1 year', 'delete');
SELECT is(pg_temp.guarded(), 'a alone', 'a table and the partition of a table');
CREATE TABLE app.c PARTITION OF app.visits FOR VALUES FROM (20) TO (30);
SELECT is(pg_temp.guarded(), 'a alone c', 'a partition that is made as one');
CREATE TABLE app.d PARTITION OF app.visits FOR VALUES FROM (30) TO (40) PARTITION BY RANGE (id);
CREATE TABLE app.e PARTITION OF app.d FOR VALUES FROM (30) TO (35);
SELECT is(pg_temp.guarded(), 'a alone c e', 'a partition of a partition');
DO $$BEGIN EXECUTE format('ALTER TABLE app.b ADD COLUMN retention_clock %s NOT NULL DEFAULT ''none''', (SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'app.a'::regclass AND attname = 'retention_clock')); END$$;
ALTER TABLE app.visits ATTACH PARTITION app.b FOR VALUES FROM (10) TO (20);
SELECT is(pg_temp.guarded(), 'a alone b c e', 'a partition that is attached');
ALTER TABLE app.visits DETACH PARTITION app.c;
SELECT is(pg_temp.guarded(), 'a alone b e', 'a partition that is detached has no policy any more');
SELECT throws_ok('ALTER TABLE app.a DISABLE TRIGGER "~retention_truncate"', '42501', NULL, 'the trigger is not disabled');
SELECT lives_ok('TRUNCATE app.alone', 'who truncates here is asked elsewhere');
DELETE FROM retention.policy;
SELECT is(pg_temp.guarded(), 'none', 'the triggers go with the policies');
SELECT * FROM finish();
ROLLBACK;
