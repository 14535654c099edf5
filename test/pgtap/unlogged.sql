-- After a crash an unlogged table is empty: what the law keeps does not stand in one.
BEGIN;
SELECT plan(12);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE keeper;
CREATE SCHEMA kept AUTHORIZATION keeper;
SET ROLE keeper;
CREATE TABLE kept.books (id int, day date);
CREATE UNLOGGED TABLE kept.drafts (id int, day date);
CREATE TABLE kept.visits (id int, day date) PARTITION BY RANGE (id);
CREATE TABLE kept.visits1 PARTITION OF kept.visits FOR VALUES FROM (0) TO (10);
CREATE UNLOGGED TABLE kept.visits2 (id int, day date);
CREATE TABLE kept.notes (id int, day date);
CREATE TABLE kept.above (id int, day date);
CREATE UNLOGGED TABLE kept.below () INHERITS (kept.above);
RESET ROLE;
CREATE FUNCTION pg_temp.policy(relation regclass, floor interval, mode text) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode) VALUES (%L, %L, %L, %L, %L, %L, %L)',
        relation, relation, '{day}', '6 years', 'delete', floor, mode) $$;
SELECT lives_ok(pg_temp.policy('kept.books', '5 years', 'enforce'), 'a mandatory policy of a logged table');
SELECT lives_ok(pg_temp.policy('kept.visits', '5 years', 'enforce'), 'a mandatory policy of a partitioned table');
SELECT lives_ok(pg_temp.policy('kept.above', '5 years', 'enforce'), 'a mandatory policy of a table from which an unlogged one inherits');
SELECT lives_ok(pg_temp.policy('kept.notes', NULL, 'enforce'), 'a policy without a floor');
SELECT throws_ok(pg_temp.policy('kept.drafts', '5 years', 'enforce'), '55000', 'policy "kept.drafts" is mandatory, and table "drafts" cannot be unlogged',
    'a mandatory policy of an unlogged table');
SELECT lives_ok(pg_temp.policy('kept.drafts', '5 years', 'observe'), 'a policy that only observes keeps nothing');
SELECT throws_ok($$UPDATE retention.policy SET mode = 'enforce' WHERE name = 'kept.drafts'$$, '55000', NULL, 'a policy that is to enforce is asked');
CALL retention.sweep();
SET ROLE keeper;
SELECT throws_ok('ALTER TABLE kept.books SET UNLOGGED', '55000', 'policy "kept.books" is mandatory, and table "books" cannot be unlogged', 'a table with a mandatory policy stays logged');
SELECT throws_ok('ALTER TABLE kept.visits1 SET UNLOGGED', '55000', NULL, 'a partition of such a table stays logged');
SELECT throws_ok('CREATE UNLOGGED TABLE kept.visits3 PARTITION OF kept.visits FOR VALUES FROM (20) TO (30)', '55000', NULL, 'a new partition of such a table is logged');
SELECT throws_ok(format('ALTER TABLE kept.visits2 ADD COLUMN %I retention.clock(%s) NOT NULL DEFAULT %L; ALTER TABLE kept.visits ATTACH PARTITION kept.visits2 FOR VALUES FROM (10) TO (20)',
    'retention_clock', (SELECT atttypmod FROM pg_attribute WHERE attrelid = 'kept.visits'::regclass AND attname = 'retention_clock'), 'none'), '55000', NULL, 'a partition that is attached to such a table is logged');
SELECT lives_ok('ALTER TABLE kept.notes SET UNLOGGED', 'where no law keeps rows, that is the owner''s affair');
SELECT * FROM finish();
ROLLBACK;
