-- Inferring: plans, estimates, statistics, counters, locks and sizes.

-- attempt: EXPLAIN ANALYZE counts what was filtered
-- as: everybody
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
EXPLAIN ANALYZE SELECT * FROM app.people WHERE email = 'SEC' || 'RETdue@example.no';

-- attempt: EXPLAIN ANALYZE of an index condition
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
SET LOCAL enable_seqscan = off;
EXPLAIN (ANALYZE, FORMAT json, TIMING off) SELECT * FROM app.people WHERE id = 1;
EXPLAIN (ANALYZE, TIMING off) SELECT * FROM app.people WHERE id = 1;

-- attempt: EXPLAIN ANALYZE of a prepared statement
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
PREPARE p (int) AS SELECT * FROM app.people WHERE id = $1;
EXPLAIN (ANALYZE) EXECUTE p (1);

-- attempt: EXPLAIN ANALYZE in a function
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
DO $$DECLARE line text; BEGIN FOR line IN EXECUTE 'EXPLAIN ANALYZE SELECT * FROM app.people WHERE id = 1' LOOP RAISE NOTICE '%', line; END LOOP; END$$;

-- attempt: EXPLAIN ANALYZE of CREATE TABLE AS
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT * FROM app.people WHERE id = 1;

-- attempt: EXPLAIN ANALYZE of an UPDATE
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=1 loops|Rows Removed
-- attack
EXPLAIN ANALYZE UPDATE app.people SET city = 'x' WHERE id = 1;

-- attempt: EXPLAIN ANALYZE of a parent without a policy
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: Seq Scan on owned_things.*rows=[0-9.]+ loops
-- attack
EXPLAIN ANALYZE SELECT * FROM app.things;

-- attempt: EXPLAIN ANALYZE with BUFFERS of a partition
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- control: none
-- shows: rows=[0-9.]+ loops
-- attack
EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM app.visits WHERE id = 3;

-- attempt: pg_stats
-- control: none
-- as: everybody
-- shows: SECRET
-- attack
SELECT * FROM pg_stats WHERE schemaname = 'app' AND tablename IN ('people', 'visits', 'members', 'visits_north', 'owned_things', 'things');
SELECT * FROM pg_stats_ext;

-- attempt: pg_statistic
-- control: none
-- as: admin auditor
-- shows: SECRET
-- attack
SELECT * FROM pg_statistic WHERE starelid IN ('app.people'::regclass, 'app.visits'::regclass, 'app.things'::regclass);

-- attempt: statistics of a parent without a policy
-- control: none
-- as: reader owner admin
-- shows: SECRET
-- prepare
INSERT INTO app.owned_things SELECT 1000 + n, 'SECRETmany', '2030-01-15' FROM generate_series(1, 100) n;
ANALYZE app.things;
-- attack
SELECT attname, inherited, most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'things';

-- attempt: statistics of a materialised view that was made under reveal
-- as: owner
-- shows: SECRET
-- expect: oracle copies
-- prepare
SET ROLE owner;
SELECT session_user \g /dev/null
RESET ROLE;
SET retention.reveal = on;
CREATE MATERIALIZED VIEW app.m AS SELECT name FROM app.people;
ALTER MATERIALIZED VIEW app.m OWNER TO owner;
RESET retention.reveal;
ANALYZE app.m;
-- attack
SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'm';
SELECT * FROM app.m;

-- attempt: a copy that carries the clock, made under reveal
-- as: owner admin
-- prepare
SET retention.reveal = on;
CREATE TABLE app.copied AS SELECT * FROM app.people;
CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.people;
ALTER MATERIALIZED VIEW app.m OWNER TO owner;
ALTER TABLE app.copied OWNER TO owner;
RESET retention.reveal;
-- attack
SELECT * FROM app.copied;
SELECT * FROM app.m;
COPY app.copied TO STDOUT;

-- attempt: statistics of an index over an expression
-- control: none
-- as: owner admin
-- shows: SECRET
-- prepare
SET retention.reveal = on;
CREATE INDEX by_upper ON app.people ((name || city));
RESET retention.reveal;
ANALYZE app.people;
-- attack
SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'by_upper';

-- attempt: extended statistics
-- control: none
-- as: owner admin
-- shows: SECRET
-- prepare
CREATE STATISTICS app.together (mcv) ON name, city FROM app.people;
SET retention.reveal = on;
CREATE STATISTICS app.expressed ON (name || city) FROM app.people;
RESET retention.reveal;
ALTER STATISTICS app.together OWNER TO owner;
ALTER STATISTICS app.expressed OWNER TO owner;
INSERT INTO app.people (id, name, city, left_on) SELECT n, 'SECRETmany', 'SECRETtown', '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
SELECT most_common_vals FROM pg_stats_ext WHERE statistics_name = 'together';
SELECT most_common_vals, histogram_bounds FROM pg_stats_ext_exprs WHERE statistics_name = 'expressed';

-- attempt: extended statistics, the raw data
-- control: none
-- as: admin
-- shows: SECRET
-- prepare
CREATE STATISTICS app.together (mcv) ON name, city FROM app.people;
INSERT INTO app.people (id, name, city, left_on) SELECT n, 'SECRETmany', 'SECRETtown', '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
SELECT m.* FROM pg_statistic_ext_data d, pg_mcv_list_items(d.stxdmcv) m;

-- attempt: statistics in a plan kept from a time of reveal
-- control: none
-- as: admin
-- shows: SECRET
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM pg_stats WHERE tablename = 'people';
SET retention.reveal = on;
EXECUTE p \g /dev/null
RESET retention.reveal;
-- attack
EXECUTE p;

-- attempt: statistics read by a function
-- control: none
-- as: owner admin
-- shows: SECRET
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF pg_stats LANGUAGE sql STABLE AS $$SELECT * FROM pg_stats WHERE tablename = 'people'$$;
SELECT * FROM scratch.f();
COPY (SELECT * FROM pg_stats WHERE tablename = 'people') TO STDOUT;

-- attempt: COPY of the catalog of statistics
-- control: none
-- as: admin
-- shows: SECRET
-- attack
COPY pg_statistic TO STDOUT;

-- attempt: the table's file of statistics through a renamed clock
-- as: owner
-- shows: SECRET
-- attack
ALTER TABLE app.people RENAME COLUMN retention_clock TO something;
SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'people';
SELECT * FROM app.people;

-- attempt: the transaction's counters tell whether an index found a row
-- expect: oracle counters
-- shows: ^1$
-- attack
SET LOCAL enable_seqscan = off;
SELECT FROM app.people WHERE email = 'SEC' || 'RETdue@example.no';
SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'app.people'::regclass;

-- attempt: counters of live rows
-- run: database
-- expect: oracle counters
-- shows: 44
-- prepare
UPDATE app.people SET city = city WHERE id = 101;
SELECT pg_stat_force_next_flush() \g /dev/null
VACUUM (ANALYZE) app.people;
SELECT pg_stat_force_next_flush() \g /dev/null
-- attack
SELECT n_live_tup FROM pg_stat_user_tables WHERE relname = 'people';

-- attempt: the size of a table
-- expect: oracle counters
-- shows: ^8192$
-- prepare
CREATE TABLE app.tiny (id int, left_on date);
SELECT lab.govern('app.tiny') \g /dev/null
INSERT INTO app.tiny VALUES (1, '2030-01-15');
-- attack
SELECT pg_relation_size('app.tiny');

-- attempt: the next value of a sequence
-- expect: oracle counters
-- shows: ^2$
-- prepare
CREATE TABLE app.numbered (id int GENERATED ALWAYS AS IDENTITY, left_on date);
SELECT lab.govern('app.numbered') \g /dev/null
INSERT INTO app.numbered (left_on) VALUES ('2030-01-15');
GRANT SELECT, INSERT ON app.numbered TO reader;
-- attack
INSERT INTO app.numbered DEFAULT VALUES RETURNING id;

-- attempt: row locks
-- as: admin
-- expect: oracle superuser
-- shows: \(0,4[1-4]\)
-- prepare
CREATE EXTENSION pgrowlocks;
SET retention.reveal = on;
SELECT FROM app.people WHERE id < 50 FOR UPDATE;
RESET retention.reveal;
-- attack
SELECT locked_row FROM pgrowlocks('app.people');

-- attempt: pageinspect
-- as: admin
-- expect: oracle superuser
-- shows: SECRET
-- prepare
CREATE EXTENSION pageinspect;
-- attack
SELECT encode(t_data, 'escape') FROM heap_page_items(get_raw_page('app.people', 0));

-- attempt: what the extension's functions tell of a clock
-- shows: quarantined|due|kept|retained
-- attack
SELECT retention.state(retention_clock) FROM app.people WHERE retention.started(retention_clock);

-- attempt: EXPLAIN ANALYZE counts the triggers of a cascade
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- shows: on members: time=\S+ calls=2
-- control: none
-- prepare
SET ROLE owner;
CREATE TABLE app.badges (id int, member_id int REFERENCES app.members ON DELETE CASCADE);
ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey;
ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE;
-- attack
EXPLAIN ANALYZE DELETE FROM app.accounts WHERE id = 1;

-- attempt: EXPLAIN ANALYZE counts the triggers of a cascade, after another one in a trigger
-- as: owner
-- expect: refused 42501: EXPLAIN ANALYZE would count
-- shows: on members: time=\S+ calls=2
-- control: none
-- prepare
SET ROLE owner;
CREATE TABLE app.badges (id int, member_id int REFERENCES app.members ON DELETE CASCADE);
ALTER TABLE app.members DROP CONSTRAINT members_account_id_fkey;
ALTER TABLE app.members ADD FOREIGN KEY (account_id) REFERENCES app.accounts ON DELETE CASCADE;
CREATE FUNCTION app.explain() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'EXPLAIN ANALYZE SELECT 1'; RETURN OLD; END$$;
CREATE TRIGGER explain BEFORE DELETE ON app.accounts FOR EACH ROW EXECUTE FUNCTION app.explain();
-- attack
EXPLAIN ANALYZE DELETE FROM app.accounts WHERE id = 1;

-- attempt: EXPLAIN ANALYZE of a function that reads
-- shows: rows=[1-9][0-9.]* loops=1
-- control: none
-- attack
CREATE FUNCTION scratch.f() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT name FROM app.people WHERE id = 1; END';
EXPLAIN (ANALYZE, TIMING off, COSTS off) SELECT * FROM scratch.f();

-- attempt: auto_explain that logs to the client
-- as: admin
-- expect: oracle auto-explain
-- shows: Rows Removed by Filter: 4[34]
-- control: none
-- attack
LOAD 'auto_explain';
SET LOCAL auto_explain.log_min_duration = 0; SET LOCAL auto_explain.log_analyze = on; SET LOCAL client_min_messages = log;
SELECT * FROM app.people WHERE name = 'SEC' || 'RETdue';

-- attempt: row estimates of a plan
-- expect: oracle row-estimates
-- shows: rows=[1-9][0-9]+ 
-- prepare
INSERT INTO app.people (id, name, left_on) SELECT n, 'x' || n, '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
EXPLAIN SELECT FROM app.people WHERE id BETWEEN 1000 AND 1400;

-- attempt: reltuples
-- expect: oracle counters
-- shows: ^7$
-- prepare
CREATE TABLE app.tiny (id int, left_on date);
SELECT lab.govern('app.tiny') \g /dev/null
INSERT INTO app.tiny SELECT n, '2030-01-15' FROM generate_series(1, 7) n;
ANALYZE app.tiny;
-- attack
SELECT reltuples FROM pg_class WHERE oid = 'app.tiny'::regclass;

-- attempt: pageinspect by others
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: SECRET
-- prepare
CREATE EXTENSION pageinspect;
-- attack
SELECT encode(t_data, 'escape') FROM heap_page_items(get_raw_page('app.people', 0));

-- attempt: counts by policy
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: ^(quarantined|due)\|1
-- attack
SELECT state || '|' || rows FROM retention.policy p, retention.policy_counts(p.policy_id);

-- attempt: the restriction of a person
-- as: reader owner bypass
-- errors: expected
-- control: enforce as admin
-- shows: accuracy contested
-- attack
SELECT * FROM retention.restriction;

-- attempt: the export of a person
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: SECRETdue
-- attack
SELECT retention.export('person', 2);

-- attempt: rectifying a hidden row
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: changed it
-- attack
SELECT retention.rectify('person', 1, 'app.people', '1', '{"name": "new"}');
-- then
SELECT 'changed ' || 'it' FROM app.people WHERE id = 1 AND name = 'new';

-- attempt: erasing a hidden person
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: "dry_run": false
-- attack
SELECT retention.erase('person', 2);
-- attempt: lifting a restriction
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: SECRETrestricted
-- attack
SELECT retention.inform_of_lifting(1);
SELECT retention.lift_restriction(1);
SELECT * FROM app.people;

-- attempt: a sweep
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: it is gone
-- attack
DELETE FROM app.orders;
SELECT retention.resume();
SELECT retention.approve(policy_id) FROM retention.policy;
CALL retention.sweep();
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.people WHERE id = 2 AND name IS NOT NULL);
