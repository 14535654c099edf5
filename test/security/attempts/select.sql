-- Reading by queries. Unless said otherwise, the control shows a row in each of the four hidden states.

-- attempt: plain
-- as: everybody
-- attack
SELECT * FROM app.people;

-- attempt: plain, by one with legal access to kept rows
-- as: accountant
-- shows: SECRET(quarantined|due|restricted)
-- attack
SELECT * FROM app.people;

-- attempt: by the clock
-- as: everybody
-- attack
SELECT p, p.retention_clock, p.ctid, p.xmin FROM app.people p WHERE retention_clock IS NOT NULL;

-- attempt: TABLE
-- attack
TABLE app.people;

-- attempt: ONLY
-- as: reader owner
-- attack
SELECT name FROM ONLY app.people;

-- attempt: inner join
-- as: everybody
-- attack
SELECT o.note, p.name FROM app.orders o JOIN app.people p ON p.id = o.person_id;

-- attempt: left join from the child
-- attack
SELECT o.note, p.* FROM app.orders o LEFT JOIN app.people p ON p.id = o.person_id;

-- attempt: full join
-- attack
SELECT * FROM app.orders o FULL JOIN app.people p USING (id);

-- attempt: self-join by a whole row
-- attack
SELECT a.name FROM app.people a JOIN app.people b ON a.* IS NOT DISTINCT FROM b.*;

-- attempt: merge join forced
-- attack
SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off;
SELECT p.name FROM app.orders o JOIN app.people p ON p.id = o.person_id;

-- attempt: nested loop with an inner index scan
-- attack
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;
SELECT p.name FROM app.orders o JOIN app.people p ON p.id = o.person_id;

-- attempt: CTE
-- attack
WITH p AS (SELECT * FROM app.people) SELECT * FROM p;

-- attempt: CTE, materialised
-- attack
WITH p AS MATERIALIZED (SELECT * FROM app.people) SELECT * FROM p;

-- attempt: recursive CTE
-- attack
WITH RECURSIVE r AS (SELECT id, name FROM app.people WHERE id = 1 UNION ALL
	SELECT p.id, p.name FROM r JOIN app.people p ON p.id = r.id + 1)
SELECT * FROM r;

-- attempt: LATERAL
-- attack
SELECT x.name FROM generate_series(1, 4) n, LATERAL (SELECT name FROM app.people p WHERE p.id = n OFFSET 0) x;

-- attempt: UNION ALL
-- attack
SELECT name FROM app.people UNION ALL SELECT note FROM app.orders;

-- attempt: UNION, INTERSECT, EXCEPT
-- attack
(SELECT name FROM app.people INTERSECT SELECT name FROM app.people) EXCEPT SELECT note FROM app.orders UNION SELECT city FROM app.people;

-- attempt: flattened UNION ALL below a condition
-- attack
SELECT * FROM (SELECT name, id FROM app.people UNION ALL SELECT note, id FROM app.orders) u WHERE id < 50;

-- attempt: sub-query in the target list
-- attack
SELECT (SELECT string_agg(name, ',') FROM app.people);

-- attempt: correlated sub-query
-- attack
SELECT o.id, (SELECT p.name FROM app.people p WHERE p.id = o.person_id) FROM app.orders o;

-- attempt: ARRAY sub-query
-- attack
SELECT ARRAY(SELECT name FROM app.people);

-- attempt: EXISTS
-- shows: order of [1-4]
-- attack
SELECT note FROM app.orders o WHERE EXISTS (SELECT FROM app.people p WHERE p.id = o.person_id);

-- attempt: NOT EXISTS
-- shows: ^none gone
-- attack
SELECT 'none ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.orders o WHERE NOT EXISTS (SELECT FROM app.people p WHERE p.id = o.person_id));

-- attempt: IN
-- shows: order of [1-4]
-- attack
SELECT note FROM app.orders WHERE person_id IN (SELECT id FROM app.people WHERE left_on IS NOT NULL OR id = 4);

-- attempt: sub-query in HAVING
-- shows: ^44$
-- attack
SELECT count(*) FROM app.people HAVING count(*) = (SELECT count(*) FROM app.people);

-- attempt: sub-query in ORDER BY
-- shows: order of 1\norder of 2\n
-- attack
SELECT note FROM app.orders o ORDER BY (SELECT p.id FROM app.people p WHERE p.id = o.person_id) NULLS LAST, o.id DESC;

-- attempt: sub-query in LIMIT
-- shows: ^44$
-- attack
SELECT g FROM generate_series(1, 1000) g LIMIT (SELECT count(*) FROM app.people);

-- attempt: sub-query in GROUP BY
-- attack
SELECT (SELECT p.name FROM app.people p WHERE p.id = o.person_id) AS who, count(*) FROM app.orders o
GROUP BY (SELECT p.name FROM app.people p WHERE p.id = o.person_id);

-- attempt: sub-query in a window's frame
-- shows: ^44$
-- attack
SELECT count(*) OVER (ORDER BY g ROWS BETWEEN CURRENT ROW AND (SELECT count(*) - 1 FROM app.people) FOLLOWING) FROM generate_series(1, 100) g LIMIT 1;

-- attempt: sub-query in VALUES
-- attack
VALUES ((SELECT string_agg(email, ' ') FROM app.people));

-- attempt: sub-query in a function in FROM
-- attack
SELECT * FROM unnest((SELECT array_agg(name) FROM app.people));

-- attempt: sub-query in CASE
-- attack
SELECT CASE WHEN true THEN (SELECT string_agg(name, '') FROM app.people) END;

-- attempt: count
-- as: everybody
-- shows: ^44$
-- attack
SELECT count(*) FROM app.people;

-- attempt: MIN and MAX by an index
-- shows: ^1$
-- attack
SET LOCAL enable_seqscan = off;
SELECT min(id) FROM app.people;

-- attempt: aggregates with FILTER and DISTINCT
-- attack
SELECT string_agg(DISTINCT name, ',') FILTER (WHERE id < 100) FROM app.people;

-- attempt: ordered-set aggregate
-- shows: SECRETquarantined
-- attack
SELECT percentile_disc(0) WITHIN GROUP (ORDER BY id), mode() WITHIN GROUP (ORDER BY 'x' || name COLLATE "C") FILTER (WHERE id = 1) FROM app.people;

-- attempt: GROUPING SETS
-- attack
SELECT name, city, count(*) FROM app.people GROUP BY GROUPING SETS ((name), (city), ());

-- attempt: window functions
-- attack
SELECT first_value(name) OVER w, lag(name) OVER w FROM app.people WINDOW w AS (ORDER BY id);

-- attempt: DISTINCT ON
-- attack
SELECT DISTINCT ON (id) name FROM app.people;

-- attempt: TABLESAMPLE
-- as: reader owner admin
-- attack
SELECT name FROM app.people TABLESAMPLE SYSTEM (100);

-- attempt: TABLESAMPLE BERNOULLI with a seed
-- attack
SELECT name FROM app.people TABLESAMPLE BERNOULLI (100) REPEATABLE (1);

-- attempt: by ctid
-- as: reader admin
-- attack
SELECT name FROM app.people WHERE ctid = ANY (ARRAY(SELECT format('(0,%s)', n)::tid FROM generate_series(1, 200) n));

-- attempt: by a range of ctid
-- attack
SELECT name FROM app.people WHERE ctid >= '(0,1)' AND ctid < '(9,1)';

-- attempt: tableoid and whole row
-- attack
SELECT tableoid::regclass, p::text FROM app.people p;

-- attempt: row as JSON
-- attack
SELECT row_to_json(p) FROM app.people p;

-- attempt: FOR UPDATE
-- as: reader owner
-- attack
SELECT * FROM app.people FOR UPDATE;

-- attempt: FOR SHARE SKIP LOCKED
-- attack
SELECT * FROM app.people FOR SHARE SKIP LOCKED;

-- attempt: FOR KEY SHARE in a sub-query
-- attack
SELECT * FROM (SELECT * FROM app.people FOR KEY SHARE) x;

-- attempt: parallel
-- as: reader admin
-- attack
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL parallel_leader_participation = off;
SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT string_agg(name, ',') FROM app.people;

-- attempt: JIT
-- attack
SET LOCAL jit = on; SET LOCAL jit_above_cost = 0; SET LOCAL jit_inline_above_cost = 0; SET LOCAL jit_optimize_above_cost = 0;
SELECT * FROM app.people;

-- attempt: GEQO
-- attack
SET LOCAL geqo_threshold = 2;
SELECT a.name FROM app.people a JOIN app.people b USING (id) JOIN app.people c USING (id) JOIN app.orders o ON o.person_id = a.id;

-- attempt: index-only scan
-- attack
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
SELECT email FROM app.people WHERE email > '';

-- attempt: index-only scan on an index that includes the clock
-- as: reader owner
-- prepare
CREATE INDEX ON app.people (name) INCLUDE (retention_clock);
-- attack
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
SELECT name FROM app.people WHERE name > '';

-- attempt: exclusion of constraints
-- shows: SECRET
-- attack
SET LOCAL constraint_exclusion = on;
SELECT * FROM app.people WHERE id = 1 OR id = 1;

-- attempt: SELECT without columns counts rows
-- shows: ^44$
-- attack
SELECT count(*) FROM (SELECT FROM app.people) x;

-- attempt: view
-- as: everybody
-- prepare
CREATE VIEW app.v AS SELECT * FROM app.people;
GRANT SELECT ON app.v TO PUBLIC;
-- attack
SELECT * FROM app.v;

-- attempt: view of a superuser
-- prepare
CREATE VIEW app.v AS SELECT name FROM app.people;
GRANT SELECT ON app.v TO reader;
-- attack
SELECT * FROM app.v;

-- attempt: view with security_barrier
-- prepare
CREATE VIEW app.v WITH (security_barrier) AS SELECT * FROM app.people WHERE id > 0;
GRANT SELECT ON app.v TO reader;
-- attack
SELECT * FROM app.v WHERE name LIKE '%';

-- attempt: view with security_invoker
-- prepare
CREATE VIEW app.v WITH (security_invoker) AS SELECT * FROM app.people;
GRANT SELECT ON app.v TO reader;
-- attack
SELECT * FROM app.v;

-- attempt: own view over a view
-- attack
CREATE VIEW scratch.v1 AS SELECT * FROM app.people;
CREATE VIEW scratch.v2 AS SELECT v1.name FROM scratch.v1 UNION SELECT 'x';
SELECT * FROM scratch.v2;

-- attempt: recursive view
-- attack
CREATE RECURSIVE VIEW scratch.v (id, name) AS SELECT id, name FROM app.people WHERE id = 1 UNION SELECT p.id, p.name FROM v JOIN app.people p ON p.id = v.id + 1;
SELECT * FROM scratch.v;

-- attempt: materialised view
-- as: reader owner admin
-- attack
CREATE MATERIALIZED VIEW scratch.m AS SELECT * FROM app.people;
SELECT * FROM scratch.m;

-- attempt: materialised view, refreshed
-- as: reader admin
-- attack
CREATE MATERIALIZED VIEW scratch.m AS SELECT id, name FROM app.people WITH NO DATA;
REFRESH MATERIALIZED VIEW scratch.m;
CREATE UNIQUE INDEX ON scratch.m (id);
REFRESH MATERIALIZED VIEW CONCURRENTLY scratch.m;
SELECT * FROM scratch.m;

-- attempt: CREATE TABLE AS
-- as: everybody
-- attack
CREATE TEMP TABLE t AS SELECT * FROM app.people WHERE id > 0;
SELECT * FROM t;

-- attempt: CREATE TABLE AS, of all rows with their clocks
-- as: everybody
-- expect: refused 42501: cannot copy all of "people"
-- attack
CREATE TEMP TABLE t AS SELECT * FROM app.people;
SELECT * FROM t;

-- attempt: INSERT ... SELECT, of all rows with their clocks
-- as: everybody
-- expect: refused 42501: cannot copy all of "people"
-- attack
CREATE TEMP TABLE t (LIKE app.people);
INSERT INTO t SELECT * FROM app.people;
SELECT * FROM t;

-- attempt: CREATE TABLE AS EXECUTE
-- attack
PREPARE p AS SELECT id, name, email FROM app.people;
CREATE TEMP TABLE t AS EXECUTE p;
SELECT * FROM t;

-- attempt: SELECT INTO
-- attack
SELECT name INTO TEMP t FROM app.people;
SELECT * FROM t;

-- attempt: INSERT ... SELECT
-- attack
CREATE TEMP TABLE t (name text);
INSERT INTO t SELECT name FROM app.people RETURNING *;

-- attempt: INSERT ... SELECT into another governed table
-- as: owner
-- prepare
CREATE TABLE app.copies (id int, name text, left_on date);
SELECT lab.govern('app.copies') \g /dev/null
ALTER TABLE app.copies OWNER TO owner;
-- attack
INSERT INTO app.copies SELECT id, name FROM app.people;
SELECT * FROM app.copies;

-- attempt: SELECT rule on a table made a view
-- attack
CREATE VIEW scratch.v AS SELECT NULL::text AS name;
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO scratch.v DO INSTEAD SELECT name FROM app.people;
SELECT * FROM scratch.v;

-- attempt: JSON of the whole database
-- as: auditor admin
-- attack
SELECT query_to_xml('SELECT * FROM app.people', true, true, '');

-- attempt: XML of a schema
-- as: auditor admin owner
-- attack
SELECT schema_to_xml('app', true, true, '');

-- attempt: full-text statistics over a query
-- shows: secretquarantined
-- attack
SELECT word FROM ts_stat($$SELECT to_tsvector('simple', name) FROM app.people$$);

-- attempt: dblink to itself
-- as: admin
-- attack
SELECT * FROM dblink('dbname=' || current_database() || ' user=admin host=' || split_part(current_setting('unix_socket_directories'), ',', 1), 'SELECT name FROM app.people') AS t (name text);

-- attempt: foreign table on itself
-- as: admin
-- attack
DO $$BEGIN
	EXECUTE format('CREATE SERVER me FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, dbname %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_database());
END$$;
CREATE USER MAPPING FOR admin SERVER me OPTIONS (user 'admin', password_required 'false');
CREATE FOREIGN TABLE scratch.far (id int, name text) SERVER me OPTIONS (schema_name 'app', table_name 'people');
SELECT * FROM scratch.far;

-- attempt: foreign table whose estimates come from the far side
-- as: admin
-- attack
DO $$BEGIN
	EXECUTE format('CREATE SERVER me FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, dbname %L, use_remote_estimate %L, async_capable %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_database(), 'true', 'true');
END$$;
CREATE USER MAPPING FOR admin SERVER me OPTIONS (user 'admin', password_required 'false');
CREATE FOREIGN TABLE scratch.far (id int, name text) SERVER me OPTIONS (schema_name 'app', table_name 'people');
SELECT name FROM scratch.far UNION ALL SELECT name FROM scratch.far;
ANALYZE scratch.far;
SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'far';
