-- Of 100,000 rows that are due 1,000 cannot go: the others do, each of those is listed with its reason, and when the reason is gone the next
-- attempt takes the row and forgets that it was listed.
SELECT plan(18);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE poison_owner;
CREATE ROLE poison_watcher IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA retention TO poison_owner, poison_watcher;
CREATE SCHEMA app AUTHORIZATION poison_owner;
SET ROLE poison_owner;

-- Deleted; what refers to a row blocks it. Every hundredth row is poison, of one kind or another.
CREATE TABLE app.visits (id bigint PRIMARY KEY, body text, left_on date);
CREATE TABLE app.bills (id int PRIMARY KEY, visit bigint CONSTRAINT billed REFERENCES app.visits ON DELETE RESTRICT);
CREATE INDEX ON app.bills (visit);
CREATE FUNCTION app.before_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.body = 'raises' THEN RAISE 'visit % is needed', OLD.id USING ERRCODE = 'P4711'; END IF;
    RETURN CASE WHEN OLD.body <> 'silent' THEN OLD END;
END $$;
CREATE TRIGGER before_visit BEFORE DELETE ON app.visits FOR EACH ROW EXECUTE FUNCTION app.before_visit();
CREATE FUNCTION app.after_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.body = 'returns' THEN INSERT INTO app.visits VALUES (OLD.id, OLD.body, OLD.left_on); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER after_visit AFTER DELETE ON app.visits FOR EACH ROW EXECUTE FUNCTION app.after_visit();
CREATE FUNCTION app.later() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.body = 'later' THEN RAISE 'not visit %', OLD.id; END IF; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER DELETE ON app.visits DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.later();

-- Partitions with a key of two texts; a rule, and a deferred key.
CREATE TABLE app.letters (region text, number text, body text, sent date, PRIMARY KEY (region, number)) PARTITION BY LIST (region);
CREATE TABLE app.letters_north PARTITION OF app.letters FOR VALUES IN ('north');
CREATE TABLE app.letters_south PARTITION OF app.letters FOR VALUES IN ('south');
CREATE TABLE app.letters_west PARTITION OF app.letters FOR VALUES IN ('west');
CREATE RULE stays AS ON DELETE TO app.letters_west DO INSTEAD NOTHING;
CREATE TABLE app.answers (id int PRIMARY KEY, region text, number text,
    CONSTRAINT answered FOREIGN KEY (region, number) REFERENCES app.letters DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX ON app.answers (region, number);

-- Anonymised.
CREATE TABLE app.customers (id uuid PRIMARY KEY, name text, status text, ended date, CONSTRAINT named CHECK (status <> 'known' OR name IS NOT NULL));
CREATE FUNCTION app.before_customer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.status = 'raises' THEN RAISE 'not %', OLD.name; END IF; RETURN NEW; END $$;
CREATE TRIGGER before_customer BEFORE UPDATE ON app.customers FOR EACH ROW EXECUTE FUNCTION app.before_customer();

-- Deleted, or anonymised where something refers to it, which a CHECK forbids.
CREATE TABLE app.accounts (id int PRIMARY KEY, name text, bound boolean, ended date, CONSTRAINT bound_has_name CHECK (NOT bound OR name IS NOT NULL));
CREATE TABLE app.payments (id int PRIMARY KEY, account int REFERENCES app.accounts);
CREATE INDEX ON app.payments (account);
RESET ROLE;

INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.customers', 'name', 'name'), ('app.accounts', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES
    ('visits', 'app.visits', '{left_on}', '1 year', '0 days', 'delete', 'block', 'enforce'),
    ('letters', 'app.letters', '{sent}', '1 year', '0 days', 'delete', 'block', 'enforce'),
    ('accounts', 'app.accounts', '{ended}', '1 year', '0 days', 'delete', 'anonymise', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('customers', 'app.customers', '{ended}', '1 year', '0 days', 'anonymise', 'enforce');
INSERT INTO app.visits SELECT i, CASE WHEN i % 100 <> 0 THEN 'done' ELSE (ARRAY['billed', 'raises', 'silent', 'later', 'returns'])[1 + i / 100 % 5] END, '2020-01-01' FROM generate_series(1, 40000) i;
INSERT INTO app.letters SELECT CASE WHEN i % 200 = 0 THEN 'west' WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, 'no. ' || i, 'Dear', '2020-01-01' FROM generate_series(1, 20000) i;
INSERT INTO app.customers SELECT md5(i::text)::uuid, 'Kari ' || i, CASE i % 300 WHEN 0 THEN 'raises' WHEN 100 THEN 'known' WHEN 200 THEN 'known' ELSE 'new' END, '2020-01-01' FROM generate_series(1, 30000) i;
INSERT INTO app.accounts SELECT i, 'Ola ' || i, i % 100 = 0, '2020-01-01' FROM generate_series(1, 10000) i;
SET retention.reveal = on;
INSERT INTO app.bills SELECT id, id FROM app.visits WHERE body = 'billed';
INSERT INTO app.answers SELECT row_number() OVER (), region, number FROM app.letters WHERE region <> 'west' AND right(number, 2) = '01' LIMIT 100;
INSERT INTO app.payments SELECT id, id FROM app.accounts WHERE bound;
CREATE FUNCTION pg_temp.due() RETURNS bigint LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM app.visits) + (SELECT count(*) FROM app.letters) + (SELECT count(*) FROM app.customers WHERE name IS NOT NULL) + (SELECT count(*) FROM app.accounts)$$;
SELECT is(pg_temp.due(), 100000::bigint, 'a hundred thousand rows are due');

ANALYZE;
SELECT retention.approve(policy_id) FROM retention.policy \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.due(), 1000::bigint, 'all but a thousand are done');
SELECT results_eq('SELECT deleted + anonymised, blocked, problem FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1', $$VALUES (99000::bigint, 1000::bigint, NULL::text)$$,
    'the run counts what is done and what is blocked');
SELECT results_eq($$SELECT sum(row_count) FROM retention.ledger WHERE action IN ('deleted', 'anonymised')$$, 'VALUES (99000::numeric)', 'the ledger counts what is done');
SET ROLE poison_watcher;
SELECT results_eq($$SELECT relation::text, replace(sqlstate, '23001', '23503'), replace(cause, '23001', '23503'), count(*)
        FROM retention.blocked_row GROUP BY 1, 2, 3 ORDER BY 1, 2, 3$$, $$VALUES
    ('app.accounts', '23514', 'error 23514 of constraint bound_has_name of table app.accounts', 100::bigint),
    ('app.customers', '23514', 'error 23514 of constraint named of table app.customers', 200),
    ('app.customers', 'P0001', 'error P0001', 100),
    ('app.letters_south', '23503', 'error 23503 of constraint answered of table app.answers', 100),
    ('app.letters_west', '0A000', 'a rule of the table replaces what pg_retention does', 100),
    ('app.visits', '09000', 'a trigger of the table put the row back', 80),
    ('app.visits', '09000', 'a trigger of the table suppressed the action', 80),
    ('app.visits', '23503', 'error 23503 of constraint billed of table app.bills', 80),
    ('app.visits', 'P0001', 'error P0001', 80),
    ('app.visits', 'P4711', 'error P4711', 80)$$, 'who watches the server reads SQLSTATE, constraint and table of each of them');
SELECT is(count(*), 0::bigint, 'who watches the server and owns no table does not read what the errors said') FROM retention.blocked_reason;
SELECT results_eq('SELECT name, blocked, state FROM retention.status ORDER BY 1',
    $$VALUES ('accounts', 100::bigint, 'enforcing'), ('customers', 300, 'enforcing'), ('letters', 200, 'enforcing'), ('visits', 400, 'enforcing')$$, 'the status counts the blocked rows of each policy');
RESET ROLE;

SET ROLE poison_owner;
SELECT results_eq($$SELECT DISTINCT ON (relation::text, sqlstate, regexp_replace(reason, '[0-9a-f-]{36}|[0-9]+', 'N', 'g')) relation::text, regexp_replace(reason, '[0-9a-f-]{36}|[0-9]+', 'N', 'g')
        FROM retention.blocked_reason WHERE reason ~ 'visit|Kari' AND sqlstate ~ '^P' ORDER BY 1, sqlstate, 2$$,
    $$VALUES ('app.customers', 'not Kari N'), ('app.visits', 'not visit N'), ('app.visits', 'visit N is needed')$$, 'the owner of the tables reads what the errors said of each row');
SELECT is(count(*), 1000::bigint, 'the owner of the tables reads the reason of all of them') FROM retention.blocked_reason;
RESET ROLE;

-- They come back within the last eighth of a minute, not all at once.
SELECT ok(count(DISTINCT retry_at) > 900, 'what failed together is not tried again at one instant') FROM retention.blocked_row;
SELECT is(count(*), 0::bigint, 'the next attempts are within the last eighth of the first minute') FROM retention.blocked_row
    WHERE retry_at <= retention.time_now() + interval '52.5 s' OR retry_at > retention.time_now() + interval '60 s';

-- The causes stay: nothing is lost, nothing counted twice.
SET retention.test_now = '2030-06-01 12:01:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT attempts, count(*) FROM retention.blocked_row GROUP BY 1', 'VALUES (2, 1000::bigint)', 'while the causes stay the rows stay listed, and their attempts are counted');
SELECT is(pg_temp.due(), 1000::bigint, 'while the causes stay the rows stay');

-- The causes go.
SET ROLE poison_owner;
DROP TRIGGER before_visit ON app.visits;
DROP TRIGGER after_visit ON app.visits;
DROP TRIGGER later ON app.visits;
DROP RULE stays ON app.letters_west;
DROP TRIGGER before_customer ON app.customers;
ALTER TABLE app.customers DROP CONSTRAINT named;
TRUNCATE app.bills, app.answers;
DELETE FROM app.payments WHERE account % 200 = 0;
ALTER TABLE app.accounts DROP CONSTRAINT bound_has_name;
RESET ROLE;
CALL retention.sweep();
SELECT is(pg_temp.due(), 1000::bigint, 'before its next attempt is due no row is tried again');
SET retention.test_now = '2030-06-01 12:03:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT pg_temp.due(), count(*) FROM app.accounts WHERE name IS NULL', 'VALUES (50::bigint, 50::bigint)',
    'when the cause is gone the next attempt takes the row, and one that something still refers to is anonymised');
SELECT is_empty('SELECT FROM retention.blocked_row', 'what was taken is not listed any more');
SELECT is(sum(blocked), 0::numeric, 'the status counts nothing as blocked any more') FROM retention.status;
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger of a sweep with blocked rows is whole');
SET retention.confirm_drop = on;
DELETE FROM retention.personal_column;
DELETE FROM retention.policy;
DROP SCHEMA app CASCADE;
DROP OWNED BY poison_owner, poison_watcher;
DROP ROLE poison_owner, poison_watcher;
SELECT finish();
