-- Persons who are withheld from a session for what it is for: its role acts for a purpose.

-- attempt: reading a person
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.customers;

-- attempt: reading a person by key
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.customers WHERE id = 7;

-- attempt: reading what leads to a person
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.tickets WHERE customer_id = 7;

-- attempt: reading what leads to a person over another table
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.answers;

-- attempt: whole rows and system columns
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT c, c.ctid, c.xmin, c.tableoid FROM app.customers c;

-- attempt: TABLESAMPLE
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.customers TABLESAMPLE BERNOULLI (100);

-- attempt: a sub-query, a common table expression, a join and a set operation
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT (SELECT name FROM app.customers WHERE id = 7);
WITH c AS MATERIALIZED (SELECT * FROM app.customers) SELECT * FROM c;
SELECT t.note, c.name FROM app.tickets t LEFT JOIN app.customers c ON c.id = t.customer_id;
SELECT name FROM app.customers EXCEPT SELECT name FROM app.customers WHERE id <> 7;

-- attempt: a function in WHERE that tells what it is given
-- as: marketer
-- shows: WITHHELD
-- attack
CREATE FUNCTION scratch.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END';
SELECT count(*) FROM app.customers WHERE scratch.tell(name);
SELECT count(*) FROM app.tickets WHERE scratch.tell(note);

-- attempt: an error in WHERE that tells what it is given
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
SELECT id FROM app.customers WHERE name::int > 0;
SELECT id FROM app.tickets WHERE customer_id = 7 AND note::int > 0;

-- attempt: COPY
-- as: marketer
-- shows: WITHHELD
-- attack
COPY app.customers TO STDOUT;
COPY app.answers TO STDOUT;

-- attempt: COPY of a query
-- as: marketer
-- shows: WITHHELD
-- attack
COPY (SELECT * FROM app.customers) TO STDOUT;

-- attempt: a view of the owner
-- as: marketer
-- shows: WITHHELD
-- prepare
SET ROLE owner; CREATE VIEW app.v AS SELECT * FROM app.customers; GRANT SELECT ON app.v TO PUBLIC; RESET ROLE;
-- attack
SELECT * FROM app.v;

-- attempt: a view with security_barrier, and one that invokes
-- as: marketer
-- shows: WITHHELD
-- prepare
SET ROLE owner; CREATE VIEW app.v WITH (security_barrier) AS SELECT * FROM app.customers; CREATE VIEW app.w WITH (security_invoker) AS SELECT * FROM app.tickets; GRANT SELECT ON app.v, app.w TO PUBLIC; RESET ROLE;
-- attack
SELECT * FROM app.v;
SELECT * FROM app.w;

-- attempt: a function that runs as the owner
-- as: marketer
-- shows: WITHHELD
-- prepare
SET ROLE owner; CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM app.customers'; RESET ROLE;
-- attack
SELECT app.f();

-- attempt: a function that runs as the owner, planned by another session before
-- as: marketer
-- shows: WITHHELD
-- prepare
SET plan_cache_mode = force_generic_plan;
SET ROLE owner; CREATE FUNCTION app.f() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN QUERY SELECT name FROM app.customers; END'; SELECT count(*) FROM app.f() \g /dev/null
RESET ROLE;
-- attack
SELECT app.f();

-- attempt: a procedure and a DO block
-- as: marketer
-- shows: WITHHELD
-- attack
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM app.customers LOOP RAISE NOTICE '%', r; END LOOP; END $$;

-- attempt: a trigger of the owner that reads
-- as: marketer
-- shows: WITHHELD
-- prepare
SET ROLE owner; CREATE FUNCTION app.t() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RAISE NOTICE ''%'', (SELECT string_agg(name, '' '') FROM app.customers); RETURN NEW; END';
CREATE TRIGGER t BEFORE UPDATE ON app.accounts FOR EACH ROW EXECUTE FUNCTION app.t(); RESET ROLE;
-- attack
UPDATE app.accounts SET label = label;

-- attempt: SET ROLE to the role of the purpose
-- as: marketer
-- shows: WITHHELD
-- prepare
GRANT SELECT ON app.customers TO marketing;
-- attack
SET ROLE marketing;
SELECT * FROM app.customers;

-- attempt: SET ROLE NONE and RESET ROLE
-- as: marketer
-- shows: WITHHELD
-- attack
SET ROLE marketing;
SET ROLE NONE;
SELECT * FROM app.customers;
RESET ROLE;
SELECT * FROM app.tickets;

-- attempt: EXPLAIN ANALYZE
-- as: marketer
-- control: none
-- shows: rows=1 loops|actual time=[0-9.]+ rows=1
-- expect: refused EXPLAIN ANALYZE would count
-- attack
EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM app.customers WHERE id = 7;
SELECT 1;

-- attempt: EXPLAIN and its filters
-- as: marketer
-- shows: WITHHELD
-- attack
EXPLAIN (VERBOSE) SELECT * FROM app.customers;
SELECT * FROM app.customers WHERE id IN (6, 7);

-- attempt: statistics
-- as: marketer
-- shows: WITHHELD
-- control: none
-- attack
SELECT * FROM pg_stats WHERE schemaname = 'app' AND tablename IN ('customers', 'tickets');

-- attempt: estimates by values
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
SELECT * FROM pg_statistic;
SELECT name FROM app.customers WHERE name LIKE 'W%';

-- attempt: UPDATE and DELETE RETURNING
-- as: marketer
-- shows: WITHHELD
-- attack
UPDATE app.customers SET name = name RETURNING *;
UPDATE app.tickets SET note = note WHERE id = 7 RETURNING *;
DELETE FROM app.answers RETURNING *;

-- attempt: UPDATE FROM and DELETE USING
-- as: marketer
-- shows: WITHHELD
-- attack
UPDATE app.accounts a SET label = c.name FROM app.customers c WHERE c.id = 7 RETURNING *;
DELETE FROM app.answers a USING app.tickets t WHERE t.id = a.ticket_id AND t.id = 7 RETURNING t.*;

-- attempt: MERGE
-- as: marketer
-- shows: WITHHELD
-- attack
MERGE INTO app.accounts a USING (SELECT * FROM app.customers WHERE id = 7) c ON false WHEN NOT MATCHED THEN INSERT VALUES (100 + c.id, c.name);
SELECT * FROM app.accounts;

-- attempt: a row is not changed
-- as: marketer
-- shows: WITHHELDNAMEX
-- attack
UPDATE app.customers SET name = upper(name) || 'X', left_on = NULL WHERE id = 7;
SELECT 1;
-- then
SELECT name FROM app.customers WHERE id = 7;

-- attempt: a row is not deleted
-- as: marketer
-- shows: ^gone
-- attack
DELETE FROM app.answers WHERE id = 7;
SELECT 1;
-- then
SELECT 'gone' WHERE NOT EXISTS (SELECT FROM app.answers WHERE id = 7);

-- attempt: ON CONFLICT DO UPDATE RETURNING
-- as: marketer
-- shows: WITHHELD
-- expect: refused row conflicts with a row that is hidden
-- attack
INSERT INTO app.customers VALUES (7, 'x') ON CONFLICT (id) DO UPDATE SET seat = NULL RETURNING *;

-- attempt: ON CONFLICT DO UPDATE of what leads to a person
-- as: marketer
-- shows: WITHHELD
-- expect: refused row conflicts with a row that is hidden
-- attack
INSERT INTO app.tickets VALUES (7, 1, 'x') ON CONFLICT (id) DO UPDATE SET left_on = NULL RETURNING *;

-- attempt: ON CONFLICT with a condition that tells
-- as: marketer
-- shows: WITHHELD
-- expect: refused row conflicts with a row that is hidden
-- attack
CREATE FUNCTION scratch.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END';
INSERT INTO app.customers AS c VALUES (7, 'x') ON CONFLICT (id) DO UPDATE SET seat = NULL WHERE scratch.tell(c.name);

-- attempt: a cursor, declared by the same session
-- as: marketer
-- shows: WITHHELD
-- attack
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT * FROM app.customers;
FETCH ALL c;
FETCH ABSOLUTE 7 c;

-- attempt: SELECT FOR UPDATE
-- as: marketer
-- shows: WITHHELD
-- attack
SELECT * FROM app.customers WHERE id BETWEEN 6 AND 8 FOR UPDATE;
SELECT * FROM app.tickets FOR SHARE;

-- attempt: a copy of the table
-- as: marketer
-- shows: WITHHELD
-- attack
CREATE TABLE scratch.copy AS SELECT id, name FROM app.customers;
SELECT * FROM scratch.copy;

-- attempt: a materialised view of the marketer
-- as: marketer
-- shows: WITHHELD
-- attack
CREATE MATERIALIZED VIEW scratch.m AS SELECT id, name FROM app.customers;
REFRESH MATERIALIZED VIEW scratch.m;
SELECT * FROM scratch.m;

-- attempt: a child of the table
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
CREATE TEMP TABLE t (LIKE app.customers);
INSERT INTO t SELECT * FROM app.customers;
SELECT * FROM t;

-- attempt: row_security
-- as: marketer
-- shows: WITHHELD
-- expect: refused query would be affected by the retention policy
-- control: none
-- attack
SET row_security = off;
SELECT * FROM app.customers;

-- attempt: what a plan is made of, called by hand
-- as: marketer
-- shows: WITHHELD
-- control: observe
-- attack
SELECT retention.person_visible(retention_clock, 'app.customers'::regclass, '1', id) OR true, * FROM app.customers;

-- attempt: taking the role away
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
REVOKE marketing FROM marketer;
UPDATE retention.purpose SET roles = '{}';
DELETE FROM retention.objection;
SELECT * FROM app.customers;

-- attempt: withdrawing the objection
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
SELECT retention.withdraw_objection(1);
UPDATE retention.objection SET withdrawn_at = now();
SELECT * FROM app.customers;

-- attempt: reveal
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
SET retention.reveal = on;
SELECT * FROM app.customers;

-- attempt: another time
-- as: marketer
-- shows: WITHHELD
-- errors: expected
-- attack
SET retention.test_now = '2019-01-01';
SELECT * FROM app.customers;

-- attempt: parallel workers
-- as: marketer
-- shows: WITHHELD
-- attack
SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SELECT * FROM app.customers WHERE left_on IS NULL;

-- attempt: a superuser who acts for a purpose by name
-- as: admin
-- shows: WITHHELD
-- prepare
GRANT SELECT ON app.customers TO marketing;
-- attack
SET ROLE marketing;
SELECT * FROM app.customers;
