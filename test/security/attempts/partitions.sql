-- Partitions and children.

-- attempt: the parent
-- as: everybody
-- shows: SECRET
-- attack
SELECT * FROM app.visits;

-- attempt: a partition
-- as: everybody
-- shows: SECRET
-- attack
SELECT * FROM app.visits_north;

-- attempt: the default partition
-- as: reader owner admin
-- shows: SECRET
-- attack
SELECT * FROM app.visits_rest;

-- attempt: one partition by pruning
-- shows: SECRET
-- attack
SELECT * FROM app.visits WHERE region = 'north';
SELECT * FROM app.visits WHERE region = (SELECT 'south');

-- attempt: a partition pruned while running
-- shows: SECRET
-- attack
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE p (text) AS SELECT * FROM app.visits WHERE region = $1;
EXECUTE p ('north');
EXECUTE p ('south');

-- attempt: a join by partitions
-- shows: SECRET
-- attack
SET LOCAL enable_partitionwise_join = on; SET LOCAL enable_partitionwise_aggregate = on;
SELECT a.region, string_agg(b.name, ',') FROM app.visits a JOIN app.visits b USING (id, region) GROUP BY a.region;

-- attempt: a spy on a partition
-- shows: SECRET
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.visits WHERE scratch.spy(name);
SELECT id FROM app.visits_north WHERE scratch.spy(name);

-- attempt: UPDATE moves a hidden row to another partition
-- shows: moved away
-- attack
UPDATE app.visits SET region = 'east' WHERE id = 3;
-- then
SELECT 'moved ' || 'away' FROM app.visits WHERE id = 3 AND region = 'east';

-- attempt: a detached partition
-- as: owner
-- shows: SECRET
-- expect: refused 42501
-- attack
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
SELECT * FROM app.visits_north;

-- attempt: a partition that was detached
-- as: reader owner admin
-- shows: SECRET
-- prepare
SET retention.confirm_drop = on;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
RESET retention.confirm_drop;
-- attack
SELECT * FROM app.visits_north;

-- attempt: a detached partition whose clock is dropped
-- as: owner admin
-- shows: SECRET
-- expect: refused 42501
-- control: none
-- prepare
SET retention.confirm_drop = on;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
RESET retention.confirm_drop;
-- attack
ALTER TABLE app.visits_north DROP COLUMN retention_clock;
SELECT * FROM app.visits_north;

-- attempt: attached to a table without a policy
-- as: owner
-- shows: SECRET
-- control: none
-- prepare
SET retention.confirm_drop = on;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
RESET retention.confirm_drop;
-- attack
CREATE TABLE app.other (LIKE app.visits_north) PARTITION BY LIST (region);
ALTER TABLE app.other ATTACH PARTITION app.visits_north FOR VALUES IN ('north');
SELECT * FROM app.other;
SELECT * FROM app.visits_north;

-- attempt: attached, and checked against the new bound
-- as: owner
-- shows: is violated by some row
-- expect: oracle validation
-- prepare
SET retention.confirm_drop = on;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
RESET retention.confirm_drop;
-- attack
DELETE FROM app.visits_north WHERE id = 1;
ALTER TABLE app.visits ATTACH PARTITION app.visits_north FOR VALUES IN ('west');

-- attempt: a new partition is checked against the default one
-- as: owner
-- shows: would be violated by some row
-- expect: oracle validation
-- attack
DELETE FROM app.visits_rest WHERE id = 2;
CREATE TABLE app.visits_south PARTITION OF app.visits FOR VALUES IN ('south');

-- attempt: a governed child through its parent
-- as: everybody
-- shows: SECRET
-- attack
SELECT * FROM app.things;

-- attempt: a governed child
-- as: reader admin
-- shows: SECRET
-- attack
SELECT * FROM app.owned_things;

-- attempt: a spy on a parent without a policy
-- shows: SECRET
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.things WHERE scratch.spy(name);

-- attempt: a parent without a policy in a join, a sub-query and a view
-- shows: SECRET
-- attack
SELECT a.* FROM app.things a JOIN app.things b USING (id);
SELECT (SELECT string_agg(name, ',') FROM app.things);
CREATE VIEW scratch.v AS SELECT * FROM app.things;
SELECT * FROM scratch.v WHERE name LIKE '%';

-- attempt: a parent without a policy in a kept plan
-- shows: SECRET
-- attack
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE p (int) AS SELECT * FROM app.things WHERE id > $1;
EXECUTE p (1);

-- attempt: a child that came after the plan
-- shows: SECRETlate
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT name FROM app.things;
EXECUTE p \g /dev/null
CREATE TABLE app.late (left_on date) INHERITS (app.things);
SELECT lab.govern('app.late') \g /dev/null
INSERT INTO app.late VALUES (9, 'SECRETlate', '2030-01-15');
-- attack
EXECUTE p;

-- attempt: UPDATE and DELETE through a parent without a policy
-- as: reader owner
-- shows: SECRET|changed it
-- attack
UPDATE app.things SET name = name RETURNING *;
UPDATE app.things SET name = 'changed' WHERE id = 3;
DELETE FROM app.things WHERE id = 3 RETURNING *;
-- then
SELECT 'changed ' || 'it' WHERE NOT EXISTS (SELECT FROM app.things WHERE id = 3 AND name <> 'changed');

-- attempt: MERGE into a parent without a policy
-- shows: changed it
-- attack
MERGE INTO app.things t USING (VALUES (3)) v (id) ON t.id = v.id WHEN MATCHED THEN UPDATE SET name = 'changed';
-- then
SELECT 'changed ' || 'it' FROM app.things WHERE id = 3 AND name = 'changed';

-- attempt: FOR UPDATE on a parent without a policy
-- shows: SECRET
-- attack
SELECT * FROM app.things FOR UPDATE;

-- attempt: an index of a governed child
-- shows: SECRET
-- prepare
CREATE INDEX ON app.owned_things (name);
-- attack
SET LOCAL enable_seqscan = off;
SELECT min(name) FROM app.things;
SELECT name FROM app.things ORDER BY name LIMIT 5;

-- attempt: INHERIT into a table of one's own
-- as: owner
-- shows: SECRET
-- attack
CREATE TABLE app.up (name text);
ALTER TABLE app.members INHERIT app.up;
SELECT * FROM app.up;

-- attempt: NO INHERIT
-- as: owner
-- shows: SECRET
-- attack
ALTER TABLE app.owned_things NO INHERIT app.things;
SELECT * FROM app.owned_things;

-- attempt: a partition below a child of a child
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.deep (id int, region text, name text, left_on date) PARTITION BY LIST (region);
CREATE TABLE app.deep_north PARTITION OF app.deep FOR VALUES IN ('north') PARTITION BY RANGE (id);
CREATE TABLE app.deep_north_1 PARTITION OF app.deep_north FOR VALUES FROM (0) TO (10);
SELECT lab.govern('app.deep') \g /dev/null
INSERT INTO app.deep VALUES (1, 'north', 'SECRETdeep', '2030-01-15');
-- attack
SELECT * FROM app.deep;
SELECT * FROM app.deep_north;
SELECT * FROM app.deep_north_1;

-- attempt: a partition attached to a governed table brings its clock
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.more (LIKE app.visits_north INCLUDING DEFAULTS);
ALTER TABLE app.visits ATTACH PARTITION app.more FOR VALUES IN ('more');
INSERT INTO app.visits VALUES (7, 'more', 'SECRETmore', '2030-01-15');
-- attack
SELECT * FROM app.visits WHERE region = 'more';
SELECT * FROM app.more;

-- attempt: a table of the same columns as a hidden one, LIKE it
-- as: owner
-- shows: SECRET
-- attack
CREATE TABLE app.twin (LIKE app.members INCLUDING ALL);
INSERT INTO app.twin SELECT * FROM app.members WHERE id > 0;
SELECT * FROM app.twin;

-- attempt: a foreign partition
-- as: admin
-- shows: SECRET
-- attack
DO $$BEGIN
	EXECUTE format('CREATE SERVER me FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, dbname %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_database());
END$$;
CREATE USER MAPPING FOR admin SERVER me OPTIONS (user 'admin', password_required 'false');
CREATE TABLE scratch.p (id int, region text, name text) PARTITION BY LIST (region);
CREATE FOREIGN TABLE scratch.far PARTITION OF scratch.p FOR VALUES IN ('north') SERVER me OPTIONS (schema_name 'app', table_name 'visits_north');
SELECT * FROM scratch.p;
