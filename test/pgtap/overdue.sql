-- What is past its deadline is said with its reason, and how many rows are in which state without reading them all.
BEGIN;
SELECT plan(32);
SET client_min_messages = warning;
SET retention.test_now = '2030-06-01 12:00+00';
CREATE SCHEMA app;

CREATE TABLE app.customers (id int PRIMARY KEY, left_on date);
CREATE TABLE app.orders (id int PRIMARY KEY, customer_id int REFERENCES app.customers);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('customers', 'app.customers', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
SELECT is_empty('SELECT * FROM retention.overdue', 'nothing is overdue in an empty table');
SET retention.test_now = '2027-01-01 12:00+00';
INSERT INTO app.customers VALUES (1, '2028-02-01'), (2, '2028-01-01'), (3, '2029-05-20'), (4, '2030-01-01'), (5, NULL), (6, NULL);
SET retention.test_now = '2030-06-01 12:00+00';
ANALYZE app.customers;

CREATE FUNCTION pg_temp.estimates(policy text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.state || ' ' || e.rows || CASE WHEN e.exact THEN '' ELSE ' or so' END, ', ')
    FROM retention.policy p, retention.policy_estimates(p.policy_id) e WHERE p.name = policy AND e.rows > 0 $$;
SELECT is(pg_temp.estimates('customers'), 'due 2, quarantined 1, retained 1, active 2 or so, decided 1 or so', 'few rows are counted');
SELECT results_eq('SELECT name::text, relation::text, row_id::text, since::date, rows, reason FROM retention.overdue',
    $$VALUES ('customers'::text, 'app.customers'::text, '(0,2)'::text, date '2029-01-31', 2::bigint, 'no sweep has begun since')$$,
    'the row that is overdue for the longest, since when, and that no sweep has come');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'what is due is gone' AND object = 'customers'), true,
    'before any sweep, whether a worker runs is another line of check()');

INSERT INTO app.orders VALUES (1, 2), (2, 1);
CALL retention.sweep();
SELECT results_eq('SELECT row_id::text, rows FROM retention.overdue', $$VALUES ('(0,2)', 2::bigint)$$, 'what a reference keeps is still due');
SELECT matches((SELECT reason FROM retention.overdue), 'orders_customer_id_fkey', 'the key that keeps a row is the reason');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'what is due is gone'), false, 'check() says so');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'what is due is gone'),
    '^2 rows are past their deadline, the first since 2029-01-31.*orders_customer_id_fkey', 'check() says number, date and reason');
DELETE FROM app.orders WHERE id = 2;
SET retention.test_now = '2030-06-02 12:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT row_id::text, rows FROM retention.overdue', $$VALUES ('(0,2)', 1::bigint)$$, 'a row that nothing keeps any more is overdue no longer');
DELETE FROM app.orders;
SET retention.test_now = '2030-06-03 12:00+00';
CALL retention.sweep();
SELECT is_empty('SELECT * FROM retention.overdue', 'what nothing keeps any more goes');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'what is due is gone'), true, 'check() is content');

-- Who observes has nothing that is overdue; whoever waits for something says for what.
SET retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'observe' WHERE name = 'customers';
SET retention.test_now = '2033-01-01 12:00+00';
SELECT is_empty('SELECT * FROM retention.overdue', 'what observes does not act, and is not late');
UPDATE retention.policy SET mode = 'enforce', applies_to = 'id > 0' WHERE name = 'customers';
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CREATE ROLE successor;
GRANT USAGE, CREATE ON SCHEMA app TO successor;
ALTER TABLE app.customers OWNER TO successor;
SELECT matches((SELECT reason FROM retention.overdue), '^not confirmed: applies_to was written for another owner', 'a condition that waits for its owner');
UPDATE retention.policy SET applies_to = 'id > 0' WHERE name = 'customers';
CALL retention.sweep();
SELECT is_empty('SELECT * FROM retention.overdue', 'confirmed, and gone');

-- Thousands of rows in partitions.
CREATE TABLE app.events (id int, region text, at timestamptz, who retention.person_name) PARTITION BY LIST (region);
CREATE TABLE app.events_n PARTITION OF app.events FOR VALUES IN ('n');
CREATE TABLE app.events_s PARTITION OF app.events FOR VALUES IN ('s');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, must_keep_for, action, mode)
    VALUES ('events', 'app.events', '{at}', '10 days', '10 days', '15 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
SET retention.test_now = '2032-01-01 12:00+00';
INSERT INTO app.events SELECT i, CASE WHEN i % 2 = 0 THEN 'n' ELSE 's' END, timestamptz '2033-01-31 12:00+00' - i / 200 * interval '1 day' FROM generate_series(0, 5999) i;
INSERT INTO app.events VALUES (-1, 's', '2032-12-24 12:00+00');
INSERT INTO app.events SELECT i, 'n', NULL FROM generate_series(6000, 6999) i;
SET retention.test_now = '2033-01-31 12:00+00';
ANALYZE app.events;
CREATE TEMP TABLE estimated AS SELECT e.* FROM retention.policy p, retention.policy_estimates(p.policy_id) e WHERE name = 'events';
SELECT results_eq('SELECT state, rows, exact FROM estimated WHERE exact', $$VALUES ('due', 1801::bigint, true), ('quarantined', 1000::bigint, true), ('kept', 1000::bigint, true)$$,
    'up to a thousand rows of a partition are counted');
SET retention.reveal = on;
SELECT is_empty($$SELECT * FROM estimated e FULL JOIN (SELECT c.* FROM retention.policy p, retention.policy_counts(p.policy_id) c WHERE p.name = 'events') c USING (state)
    WHERE abs(e.rows - coalesce(c.rows, 0)) > 200$$, 'what is estimated is near what is counted');
SELECT cmp_ok((SELECT count(*) FROM estimated WHERE NOT exact), '>=', 2::bigint, 'what was not counted says that it is an estimate');
SELECT is((SELECT rows FROM retention.overdue WHERE name = 'events'), 1801::bigint, 'overdue rows of both partitions count');
SELECT results_eq($$SELECT relation::text, since FROM retention.overdue WHERE name = 'events'$$, $$VALUES ('app.events_s', timestamptz '2033-01-13 23:00+00')$$, 'the oldest row of all partitions is told');
RESET retention.reveal;

-- A role that may see the status may see this.
CREATE ROLE watcher;
GRANT pg_monitor TO watcher;
GRANT USAGE ON SCHEMA retention TO watcher;
SET ROLE watcher;
SELECT lives_ok('SELECT * FROM retention.overdue', 'who may see the status may see what is overdue');
SELECT lives_ok('SELECT * FROM retention.policy_estimates(1::smallint)', 'who may see the status may see the estimates');
SELECT lives_ok('SELECT * FROM retention.check()', 'who may see the status may call check()');
RESET ROLE;
CREATE ROLE other;
GRANT USAGE ON SCHEMA retention TO other;
SET ROLE other;
SELECT throws_ok('SELECT * FROM retention.overdue', '42501', NULL, 'others may not see what is overdue');
SELECT throws_ok('SELECT * FROM retention.policy_estimates(1::smallint)', '42501', NULL, 'others may not see the estimates');
RESET ROLE;
SELECT throws_ok('SELECT * FROM retention.policy_estimates(99::smallint)', '42704', 'policy 99 does not exist', 'an unknown policy has no estimates');
SELECT is((SELECT state FROM retention.status WHERE name = 'events'), 'enforcing', 'the policy enforces all the while');

-- While rows are not stamped for a policy that may keep them for longer, none goes by what their clocks said before.
CREATE TABLE app.invoices (id int PRIMARY KEY, issued date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
    VALUES ('tidy', 'app.invoices', '{issued}', '1 year', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO app.invoices VALUES (1, '2033-01-01'), (2, '2033-01-01');
CREATE TABLE app.faults (id int);
CREATE FUNCTION app.is_invoice(id int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM app.faults f WHERE f.id = is_invoice.id) THEN RAISE 'not to be told'; END IF;
    RETURN true;
END $$;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, priority, applies_to)
    VALUES ('books', 'app.invoices', '{issued}', '5 years', '5 years', 'delete', 'enforce', 1, 'app.is_invoice(id)');
INSERT INTO app.faults VALUES (2);
SET retention.test_now = '2034-06-01 12:00+00';
CALL retention.sweep();
SELECT results_eq($$SELECT name::text, state, reason FROM retention.status s LEFT JOIN retention.overdue USING (policy_id, name) WHERE s.relation = 'app.invoices'::regclass ORDER BY 1$$,
    $$VALUES ('books', 'preparing 0 %', NULL), ('tidy', 'stamping 0 %', 'stamping 0 %: error P0001')$$, 'stamping fails, which is said');
SET retention.reveal = on;
SELECT is((SELECT count(*) FROM app.invoices), 2::bigint, 'the old policy deletes no row while stamping fails');
RESET retention.reveal;
SELECT is((SELECT ok FROM retention.check() WHERE what = 'what is due is gone' AND object = 'tidy'), false, 'check() says that rows wait');
DELETE FROM app.faults;
SET retention.test_now = '2034-06-03 12:00+00';
CALL retention.sweep();
SELECT results_eq($$SELECT name::text, state FROM retention.status WHERE relation = 'app.invoices'::regclass ORDER BY 1$$,
    $$VALUES ('books', 'enforcing'), ('tidy', 'enforcing')$$, 'one sweep is enough for both');
SELECT is((SELECT count(*) FROM app.invoices), 2::bigint, 'the new policy has the rows once they are stamped');
SELECT is_empty($$SELECT * FROM retention.preparation$$, 'nothing is left to stamp');

SELECT * FROM finish();
ROLLBACK;
