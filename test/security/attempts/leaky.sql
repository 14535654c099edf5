-- Functions, operators and casts that tell what they are given, and are made to look cheap.

-- attempt: a cheap function
-- as: reader owner admin
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.people WHERE scratch.spy(name);

-- attempt: a function said to be leakproof
-- as: admin
-- expect: oracle superuser
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.people WHERE scratch.spy(name);

-- attempt: LEAKPROOF by somebody else
-- as: reader owner
-- control: enforce as admin
-- errors: expected
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
ALTER FUNCTION scratch.spy(text) LEAKPROOF;
SELECT id FROM app.people WHERE scratch.spy(name);

-- attempt: operators cost nothing
-- attack
SET LOCAL cpu_operator_cost = 0;
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.people WHERE scratch.spy(name) AND id < 1000 AND city > '';

-- attempt: an operator of one's own
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE OPERATOR scratch.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy);
SELECT id FROM app.people WHERE name OPERATOR(scratch.<<<) 'x';

-- attempt: an operator of one's own with an estimator that sees the common values
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE OPERATOR scratch.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy, RESTRICT = eqsel, JOIN = eqjoinsel);
EXPLAIN SELECT id FROM app.people WHERE city OPERATOR(scratch.<<<) 'x';
SELECT id FROM app.people WHERE name OPERATOR(scratch.<<<) 'x';

-- attempt: an estimator that compares the bounds of a histogram
-- shows: SECRET
-- control: none
-- prepare
INSERT INTO app.people (id, name, left_on) SELECT n, 'SECRETmany', '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE OPERATOR scratch.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy, RESTRICT = scalarltsel);
CREATE OPERATOR scratch.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy, RESTRICT = eqsel, JOIN = eqjoinsel);
EXPLAIN SELECT id FROM app.people WHERE name OPERATOR(scratch.<<<) 'x';
EXPLAIN SELECT id FROM app.people WHERE name OPERATOR(scratch.===) 'x';
EXPLAIN SELECT a.id FROM app.people a, app.people b WHERE a.name OPERATOR(scratch.===) b.name;

-- attempt: common values shown to an estimator, by the owner
-- as: owner admin
-- shows: SECRET
-- control: none
-- prepare
INSERT INTO app.people (id, name, left_on) SELECT n, 'SECRETmany', '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE OPERATOR scratch.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy, RESTRICT = eqsel, JOIN = eqjoinsel);
EXPLAIN SELECT id FROM app.people WHERE name OPERATOR(scratch.===) 'x';

-- attempt: common values through a join's estimator
-- as: owner
-- shows: SECRET
-- control: none
-- prepare
INSERT INTO app.people (id, name, left_on) SELECT n, 'SECRETmany', '2030-01-15' FROM generate_series(1000, 1400) n;
ANALYZE app.people;
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE OPERATOR scratch.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.spy, RESTRICT = eqsel, JOIN = eqjoinsel);
EXPLAIN SELECT a.id FROM app.people a JOIN app.people b ON a.name OPERATOR(scratch.===) b.name;

-- attempt: a spy in a join's condition
-- attack
CREATE FUNCTION scratch.spy(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $2; RETURN true; END$$;
SELECT count(*) FROM app.orders o JOIN app.people p ON scratch.spy(o.note, p.name);

-- attempt: a spy in an outer join's condition
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT o.id, p.id FROM app.orders o LEFT JOIN app.people p ON p.id = o.person_id AND scratch.spy(p.name);

-- attempt: a spy above a sub-query
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM (SELECT * FROM app.people) p WHERE scratch.spy(p.name);

-- attempt: a spy above a view
-- prepare
CREATE VIEW app.v AS SELECT * FROM app.people WHERE id < 1000;
GRANT SELECT ON app.v TO reader;
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM app.v WHERE scratch.spy(name);

-- attempt: a spy above UNION ALL
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT id FROM (SELECT id, name FROM app.people UNION ALL SELECT id, note FROM app.orders) u WHERE scratch.spy(name);

-- attempt: a spy above an inlined function
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE FUNCTION scratch.f() RETURNS SETOF app.people LANGUAGE sql STABLE AS 'SELECT * FROM app.people';
SELECT id FROM scratch.f() f WHERE scratch.spy(f.name);

-- attempt: a spy in UPDATE and DELETE
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
UPDATE app.people SET city = 'x' WHERE scratch.spy(name);
DELETE FROM app.orders WHERE person_id < 100;
DELETE FROM app.people WHERE scratch.spy(name);

-- attempt: a spy in RETURNING, SET and FROM of an UPDATE
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS text LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
UPDATE app.orders o SET note = scratch.spy(p.name) FROM app.people p WHERE p.id = o.person_id RETURNING scratch.spy(p.email);

-- attempt: a spy in the table's own row security
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY spy ON app.people USING (app.spy(name));
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
-- attack
SELECT id FROM app.people;

-- attempt: a spy in forced row security, by the owner
-- as: owner
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY spy ON app.people USING (scratch.spy(name));
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT id FROM app.people;

-- attempt: a spy in a row security policy that another table's asks
-- attack
CREATE TABLE scratch.t AS SELECT 1 AS id;
ALTER TABLE scratch.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE POLICY p ON scratch.t USING ((SELECT count(*) FROM app.people WHERE scratch.spy(name)) > 0);
SELECT * FROM scratch.t;

-- attempt: a spy in parallel
-- attack
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
SELECT count(*) FROM app.people WHERE scratch.spy(name);

-- attempt: a function over an index of an expression
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE TABLE app.many (id int, name text, left_on date);
CREATE INDEX many_spied ON app.many (app.spy(name));
SELECT lab.govern('app.many') \g /dev/null
SET client_min_messages = error;
INSERT INTO app.many SELECT n, CASE WHEN n % 10 = 0 THEN 'SECRET' ELSE 'open' END || n, CASE WHEN n % 10 = 0 THEN date '2030-01-15' END FROM generate_series(1, 2000) n;
RESET ROLE;
SET retention.reveal = on;
ANALYZE app.many;
RESET retention.reveal;
SET client_min_messages = notice;
-- attack
SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '64kB';
SELECT count(*) FROM app.many WHERE app.spy(name) >= 'a';
SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = off;
SELECT count(*) FROM app.many WHERE app.spy(name) >= 'a';

-- attempt: a bitmap that is lossy is checked again
-- shows: SECRET
-- prepare
SET ROLE owner;
CREATE TABLE app.many (id int, name text, left_on date);
CREATE INDEX many_id ON app.many (id);
SELECT lab.govern('app.many') \g /dev/null
INSERT INTO app.many SELECT n, CASE WHEN n % 10 = 0 THEN 'SECRET' ELSE 'open' END || n, CASE WHEN n % 10 = 0 THEN date '2030-01-15' END FROM generate_series(1, 20000) n;
GRANT SELECT ON app.many TO reader;
-- attack
SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '64kB';
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN IF $1 ~ '^S' THEN RAISE NOTICE '%', $1; END IF; RETURN true; END$$;
SELECT count(*) FROM app.many WHERE id > 10 AND scratch.spy(name);

-- attempt: division by zero
-- shows: division by zero
-- attack
SELECT id FROM app.people WHERE 1 / (id - 1) > -1000;

-- attempt: division by zero over a sub-query
-- shows: division by zero
-- attack
SELECT 1 / (SELECT count(*) - 1 FROM app.people WHERE id = 3);

-- attempt: a cast that prints what it cannot read
-- shows: invalid input syntax for type integer: "SECRETq
-- attack
SELECT id FROM app.people WHERE id < 50 AND name::int > 0;

-- attempt: a cast to a date
-- shows: invalid input syntax for type date: "SEC
-- attack
SELECT id FROM app.people WHERE id < 50 AND name::date > now();

-- attempt: a cast in an index condition
-- shows: invalid input syntax
-- attack
SET LOCAL enable_seqscan = off;
SELECT id FROM app.people WHERE id = 2 AND name::int = 3;

-- attempt: a domain that prints
-- attack
CREATE FUNCTION scratch.spy(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$;
CREATE DOMAIN scratch.d AS text CHECK (scratch.spy(VALUE));
SELECT id FROM app.people WHERE name::scratch.d IS NOT NULL;

-- attempt: a cast of one's own
-- attack
CREATE TYPE scratch.c AS (x text);
CREATE FUNCTION scratch.spy(text) RETURNS scratch.c LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', $1; RETURN row($1)::scratch.c; END$$;
SELECT id FROM app.people WHERE (scratch.spy(name)).x <> '';

-- attempt: pg_sleep as a clock
-- shows: slept
-- attack
SELECT clock_timestamp() AS started \gset
SELECT count(pg_sleep(0.2)) FROM app.people WHERE id = 1;
SELECT 'sl' || 'ept' WHERE clock_timestamp() - :'started'::timestamptz > '0.2 s';

-- attempt: an advisory lock per row
-- shows: ^[1-4]$
-- attack
SELECT pg_advisory_xact_lock(id) FROM app.people WHERE pg_try_advisory_xact_lock(id);
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND objid < 100;

-- attempt: a sequence moved by each row
-- shows: ^44$
-- attack
CREATE SEQUENCE scratch.s;
SELECT count(nextval('scratch.s')) FROM app.people WHERE nextval('scratch.s') > 0 AND false OR nextval('scratch.s') > 0;
SELECT last_value / 2 FROM scratch.s WHERE last_value > 80;

-- attempt: a lossy GIN index
-- shows: SECRET
-- prepare
CREATE INDEX ON app.people USING gin (name gin_trgm_ops);
-- attack
SET LOCAL enable_seqscan = off;
SELECT name FROM app.people WHERE name LIKE '%ECRETq%';

-- attempt: a GIST index with a distance
-- shows: SECRET
-- prepare
CREATE INDEX ON app.people USING gist (name gist_trgm_ops);
-- attack
SET LOCAL enable_seqscan = off;
SELECT name, name <-> 'ECRETq' FROM app.people ORDER BY name <-> 'ECRETquarantined' LIMIT 1;

-- attempt: a numeric operator that is not leakproof
-- shows: SECRETdue
-- prepare
CREATE INDEX ON app.people (amount);
-- attack
SET LOCAL enable_seqscan = off;
SELECT name FROM app.people WHERE amount = 1000002;
SELECT name FROM app.people WHERE amount / (1000002 - amount) > 0;

-- attempt: a BRIN index
-- prepare
CREATE INDEX ON app.people USING brin (id);
-- attack
SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off;
SELECT name FROM app.people WHERE id < 50;

-- attempt: a pattern that fails where a hidden row matches, by a trigram index
-- as: reader owner admin
-- control: none
-- errors: expected
-- shows: LIKE pattern must not end
-- prepare
SET ROLE owner;
CREATE INDEX people_trgm ON app.people USING gin (name gin_trgm_ops);
-- attack
SET enable_seqscan = off;
SELECT count(*) FROM app.people WHERE name LIKE 'SECRETdu%\';
SELECT count(*) FROM app.people WHERE name ILIKE 'secretdu%\';
UPDATE app.people SET city = city WHERE name LIKE 'SECRETdu%\';

-- attempt: a jsonpath that fails where a hidden row matches, by an index
-- as: reader
-- control: none
-- errors: expected
-- shows: cannot convert value from date to timestamptz
-- prepare
SET ROLE owner;
CREATE TABLE app.docs (j jsonb, left_on date);
SELECT lab.govern('app.docs') \g /dev/null
INSERT INTO app.docs SELECT jsonb_build_object('k', 'open' || n, 'd', '2020-02-01'), NULL FROM generate_series(1, 20) n;
INSERT INTO app.docs VALUES ('{"k": "SECRETw31", "d": "2020-02-01"}', '2030-01-15');
CREATE INDEX ON app.docs USING gin (j jsonb_path_ops);
-- attack
SET enable_seqscan = off;
SELECT count(*) FROM app.docs WHERE j @@ '$.k == "SECRETw31" && $.d.datetime() == "2020-02-01 10:00:00+01".datetime()';

-- attempt: a pattern that fails where an estimator tries it on a hidden row's value
-- as: reader owner admin
-- control: none
-- errors: expected
-- shows: LIKE pattern must not end
-- prepare
SET retention.reveal = on;
ANALYZE app.people;
RESET retention.reveal;
-- attack
EXPLAIN SELECT 1 FROM app.people WHERE name LIKE 'SECRETkep%\';
EXPLAIN SELECT 1 FROM app.people p JOIN app.orders o ON o.person_id = p.id WHERE p.email LIKE 'SECRETkept@example%\';
