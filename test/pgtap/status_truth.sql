-- What retention.status and retention.check() say is so: a restamp that is pending, an anonymiser that a migration made impossible.
BEGIN;
SELECT plan(30);
SET client_min_messages = warning;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA app;
SELECT lives_ok('CALL retention.sweep()', 'a database without policies is swept, with a notice');
CREATE FUNCTION pg_temp.state(policy text) RETURNS text LANGUAGE sql AS $$SELECT state FROM retention.status WHERE name = policy$$;
CREATE FUNCTION pg_temp.problem(policy text) RETURNS text LANGUAGE sql AS $$SELECT problem FROM retention.status WHERE name = policy$$;

-- While rows are stamped anew.
CREATE TABLE app.t (id int PRIMARY KEY, a timestamptz, b timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('t', 'app.t', '{a}', '1 day', '30 days', 'delete', 'enforce');
INSERT INTO app.t VALUES (1, NULL, '2026-11-20');
CALL retention.sweep();
SELECT is(pg_temp.state('t'), 'enforcing', 'a policy whose rows are stamped enforces');
CREATE FUNCTION pg_temp.state_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE seen text;
BEGIN
    EXECUTE change;
    seen := pg_temp.state('t');
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN seen;
END $$;
SELECT is(pg_temp.state_after(change), 'stamping 0 %', 'pending after ' || change) FROM (VALUES ($$UPDATE retention.policy SET clock_starts = '{b}'$$),
    ($$UPDATE retention.policy SET applies_to = 'id > 0'$$), ($$UPDATE retention.policy SET starts_when = 'all'$$),
    ($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('other', 'app.t', '{a}', '1 day', 'delete', 'enforce')$$)) t (change);
SELECT is(pg_temp.state_after($$UPDATE retention.policy SET keep_for = '2 days'$$), 'enforcing', 'another period takes effect at once');
SELECT is(pg_temp.state_after($$UPDATE retention.policy SET mode = 'observe', clock_starts = '{b}'$$), 'stamping 0 %', 'pending of a policy that observes');
SELECT is(pg_temp.state_after($$UPDATE retention.policy SET mode = 'off', clock_starts = '{b}'$$), 'off', 'what is off is off');
UPDATE retention.policy SET clock_starts = '{b}';
SELECT is(count(*), 1::bigint, 'the row keeps its clock until it is stamped anew') FROM app.t;
CALL retention.sweep();
SELECT is(pg_temp.state('t'), 'enforcing', 'when all rows are stamped the policy enforces');
SELECT is(count(*), 0::bigint, 'once stamped anew the row is hidden') FROM app.t;
CREATE TABLE app.p (id int PRIMARY KEY, d date) PARTITION BY RANGE (id);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM (0) TO (10);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, priority) VALUES ('p', 'app.p', '{d}', '1 day', 'delete', 200),
    ('p1', 'app.p1', '{d}', '1 day', 'delete', 100);
INSERT INTO app.p VALUES (1, NULL);
CALL retention.sweep();
UPDATE retention.policy SET priority = 50 WHERE name = 'p';
SELECT is(pg_temp.state('p1'), 'stamping 0 %', 'a policy of a partition waits for the rows of its table');
CALL retention.sweep();
SELECT is(pg_temp.state('p1'), 'observing', 'a policy of a partition is told when the rows of its table are stamped');

-- A migration makes an anonymiser impossible.
CREATE TABLE app.u (id int PRIMARY KEY, name text, phone text, mail text, born text, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.u', 'name', 'name', 'null', NULL),
    ('app.u', 'phone', 'phone', 'constant', 'none'), ('app.u', 'mail', 'email', 'random token', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('u', 'app.u', '{left_on}', '5 years', 'anonymise', 'enforce');
INSERT INTO app.u VALUES (1, 'Kari', '99887766', 'kari@example.no', '1990', '2026-01-01');
CALL retention.sweep();
SELECT is(pg_temp.problem('u'), NULL, 'nothing stands against the anonymisers');
CREATE FUNCTION pg_temp.problem_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE seen text;
BEGIN
    EXECUTE change;
    SELECT problem INTO seen FROM retention.status WHERE name = 'u';
    IF seen IS NOT NULL AND NOT EXISTS (SELECT FROM retention.check() WHERE what = 'rows can be anonymised' AND object = 'u' AND NOT ok AND hint LIKE seen || '%') THEN
        seen := 'not in the check';
    END IF;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN seen;
END $$;
SELECT matches(pg_temp.problem_after(change), expected, change) FROM (VALUES
    ('ALTER TABLE app.u ALTER name SET NOT NULL', '^personal column "name" of table u is anonymised to null but is not nullable$'),
    ('ALTER TABLE app.u ALTER phone TYPE integer USING 0', '^personal column "phone" of table u cannot be anonymised with "constant": invalid input syntax'),
    ('ALTER TABLE app.u ALTER phone TYPE varchar(3) USING ''1''', '^personal column "phone" of table u cannot be anonymised with "constant": value too long'),
    ('ALTER TABLE app.u ADD CONSTRAINT digits CHECK (phone ~ ''^[0-9]+$'')', 'check constraint "digits" does not allow the result$'),
    ('ALTER TABLE app.u ADD CONSTRAINT digits CHECK (phone ~ ''^[0-9]+$'') NOT VALID', 'check constraint "digits" does not allow the result$'),
    ('CREATE UNIQUE INDEX one ON app.u (phone)', 'rows may become equal in unique index "one"$'),
    ('ALTER TABLE app.u ADD UNIQUE NULLS NOT DISTINCT (name)', 'rows may become equal in unique index'),
    ('CREATE DOMAIN app.filled AS text NOT NULL; ALTER TABLE app.u ALTER name TYPE app.filled', 'is not nullable$'),
    ('ALTER TABLE app.u ALTER mail TYPE integer USING 0', '^personal column "mail" of table u cannot be anonymised'),
    ('ALTER TABLE app.u ADD COLUMN twice text GENERATED ALWAYS AS (phone || phone) STORED, ADD CHECK (phone <> ''none'')', 'does not allow the result$')) t (change, expected);
SELECT is(pg_temp.problem_after('ALTER TABLE app.u ALTER left_on SET NOT NULL'), NULL, 'what concerns no personal column is no problem');
SELECT is(pg_temp.problem_after('CREATE UNIQUE INDEX one ON app.u (mail)'), NULL, 'a unique index that the anonymiser satisfies is no problem');
CREATE TABLE app.v (id int PRIMARY KEY, name text, left_on date) PARTITION BY RANGE (id);
CREATE TABLE app.v1 PARTITION OF app.v FOR VALUES FROM (0) TO (10);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.v', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('v', 'app.v', '{left_on}', '5 years', 'anonymise');
ALTER TABLE app.v1 ALTER name SET NOT NULL;
SELECT matches(pg_temp.problem('v'), 'is not nullable$', 'a partition that the anonymiser cannot serve, of a policy that observes');
UPDATE retention.policy SET mode = 'off' WHERE name = 'v';
SELECT is(pg_temp.problem('v'), NULL, 'a policy that is off has no problem');
CREATE ROLE watcher IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA retention TO watcher;
ALTER TABLE app.u ALTER name SET NOT NULL;
SET LOCAL ROLE watcher;
SELECT matches(pg_temp.problem('u'), 'is not nullable$', 'who watches the server is told');
RESET ROLE;

SELECT finish();
ROLLBACK;
