BEGIN;
SELECT plan(21);

CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE app.users (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, email text,
    plain bigint, deactivated_at timestamptz);
CREATE VIEW app.v AS SELECT * FROM app.users;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email');

CREATE FUNCTION pg_temp.write(relation regclass, starts text[], applies text DEFAULT NULL, mode text DEFAULT 'observe')
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.policy (name, relation, clock_starts, applies_to, keep_for, quarantine_for, action, mode)
    VALUES ('p', relation, starts, applies, '0 days', '30 days', 'delete', mode) $$;

SELECT throws_ok($$SELECT pg_temp.write('app.users', '{gone_at}')$$, '42703', NULL, 'no such column');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{plain.ended_at}')$$, '42830', NULL, 'not a foreign key');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{email}')$$, '42804', NULL, 'not a date');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{}')$$, '22023', NULL, 'no start');
SELECT throws_ok($$SELECT pg_temp.write('app.v', '{deactivated_at}')$$, '42809', NULL, 'a view');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{deactivated_at}', 'deactivated_at < now()')$$, '42P17', NULL,
    'not immutable');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{deactivated_at}', 'id IN (SELECT 1)')$$, '0A000', NULL,
    'a subquery');
SELECT throws_ok($$SELECT pg_temp.write('app.users', '{deactivated_at}', 'id = ')$$, '42601', NULL, 'not a condition');

-- Generated columns of the row have no value when its clock is computed.
CREATE TABLE app.dated (id bigint PRIMARY KEY, written date, raw int, day date GENERATED ALWAYS AS (make_date(2000, 1, raw)) STORED,
    odd boolean GENERATED ALWAYS AS (raw % 2 = 1) STORED);
CREATE TABLE app.dated_users (dated_id bigint REFERENCES app.dated, deactivated_at timestamptz);
SELECT throws_ok($$SELECT pg_temp.write('app.dated', '{day}')$$, '0A000', NULL, 'a generated column of the row');
SELECT throws_ok($$SELECT pg_temp.write('app.dated', '{written}', 'odd')$$, '0A000', NULL, 'a condition on one');
SELECT throws_ok($$SELECT pg_temp.write('app.dated', '{written}', 'dated IS NOT NULL')$$, '0A000', NULL, 'a condition on the whole row');
SELECT lives_ok($$SELECT pg_temp.write('app.dated_users', '{dated_id.day}')$$, 'a stored generated column of an ancestor is read');
DELETE FROM retention.policy;

CREATE ROLE stranger;
GRANT USAGE ON SCHEMA app TO stranger;
GRANT INSERT ON retention.policy TO stranger;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO stranger;
SET ROLE stranger;
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action)
    VALUES ('p', 'app.users', '{deactivated_at}', '1 day', 'delete')$$, '42501', NULL, 'not the owner');
RESET ROLE;

SELECT lives_ok($$SELECT pg_temp.write('app.users', '{deactivated_at, customer_id.ended_at}')$$, 'a good one');
SELECT has_column('app', 'users', 'retention_clock', 'has its clock column');
SELECT is((SELECT validated FROM retention.policy WHERE name = 'p'), true, 'validated');
SELECT is((SELECT mode FROM retention.policy WHERE name = 'p'), 'observe', 'only observes');
ALTER TABLE app.customers RENAME COLUMN ended_at TO "Ended";
SELECT is((SELECT clock_starts FROM retention.policy WHERE name = 'p'), '{deactivated_at,"customer_id.\"Ended\""}',
    'a rename is followed');
SELECT throws_ok($$ALTER TABLE app.customers DROP COLUMN "Ended"$$, '2BP01', NULL, 'a drop is refused');
DELETE FROM retention.policy;
SELECT hasnt_column('app', 'users', 'retention_clock', 'nothing left behind on the table');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgname ~ '^[!~]retention'), 0::bigint, 'no trigger left behind');

SELECT * FROM finish();
ROLLBACK;
