-- Destroying hidden rows, or the tables that hold them. The control is a twin without a policy.

-- attempt: TRUNCATE
-- as: owner admin
-- expect: refused (42501|RT00[1-3])
-- control: none
-- shows: it is gone
-- attack
TRUNCATE app.people CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: TRUNCATE of a table with quarantined rows alone
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
TRUNCATE app.members;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: TRUNCATE by one who was granted it
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- prepare
GRANT TRUNCATE ON app.members TO reader;
-- attack
TRUNCATE app.members;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: TRUNCATE CASCADE from the table referred to
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
TRUNCATE app.accounts CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: TRUNCATE of a partition
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
TRUNCATE app.visits_north;
TRUNCATE app.visits;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.visits WHERE id IN (3, 4)) < 2;

-- attempt: TRUNCATE of a parent without a policy
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
TRUNCATE app.things;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.things WHERE id = 3);

-- attempt: TRUNCATE under replica role
-- as: admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
SET LOCAL session_replication_role = replica;
TRUNCATE app.members;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: TRUNCATE in a function
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
DO 'BEGIN TRUNCATE app.members; END';
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.members WHERE id = 2);

-- attempt: DROP TABLE
-- as: owner admin
-- expect: refused (42501|RT00[1-3])
-- control: none
-- shows: it is gone
-- attack
DROP TABLE app.people CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.people') IS NULL;

-- attempt: DROP TABLE with quarantined rows alone
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
DROP TABLE app.members;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.members') IS NULL;

-- attempt: DROP of a partition
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
DROP TABLE app.visits_north;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.visits_north') IS NULL;

-- attempt: DROP of a parent without a policy, CASCADE
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
DROP TABLE app.things CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.owned_things') IS NULL;

-- attempt: DROP SCHEMA CASCADE
-- as: owner admin
-- expect: refused (42501|RT00[1-3])
-- control: none
-- shows: it is gone
-- attack
DROP SCHEMA app CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.people') IS NULL;

-- attempt: DROP OWNED
-- as: owner
-- expect: refused (42501|RT00[1-3])
-- control: none
-- shows: it is gone
-- attack
DROP OWNED BY owner CASCADE;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.people') IS NULL;

-- attempt: DROP DATABASE
-- as: owner
-- run: database
-- errors: expected
-- control: none as admin
-- shows: ^not there
-- attack
SELECT current_database() AS here \gset
\c postgres
DROP DATABASE :"here" WITH (FORCE);
SELECT 'not ' || 'there' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'here');

-- attempt: a table copied through SQL, and the old one dropped
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
CREATE TABLE app.members_new (LIKE app.members INCLUDING ALL);
INSERT INTO app.members_new SELECT * FROM app.members;
DROP TABLE app.members;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.members') IS NULL;

-- attempt: an exchange of partitions
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
CREATE TABLE app.fresh (LIKE app.visits_north INCLUDING ALL);
INSERT INTO app.fresh SELECT * FROM app.visits_north WHERE id < 3;
ALTER TABLE app.visits DETACH PARTITION app.visits_north;
ALTER TABLE app.visits ATTACH PARTITION app.fresh FOR VALUES IN ('north');
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM app.visits WHERE id = 3);

-- attempt: a column with personal data is dropped
-- as: owner admin
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
ALTER TABLE app.members DROP COLUMN name;
-- then
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'app.members'::regclass AND attname = 'name');

-- attempt: DELETE under replica role
-- as: admin
-- shows: it is gone
-- attack
SET LOCAL session_replication_role = replica;
DELETE FROM app.people;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: UPDATE of the clock under replica role
-- as: admin
-- shows: SECRET
-- control: none
-- errors: expected
-- attack
SET LOCAL session_replication_role = replica;
UPDATE app.people SET retention_clock = DEFAULT;
SELECT * FROM app.people;

-- attempt: replica role by others
-- as: reader owner bypass
-- errors: expected
-- control: none as admin
-- shows: it is gone
-- attack
SET LOCAL session_replication_role = replica;
DELETE FROM app.orders;
DELETE FROM app.people WHERE id < 50;
DELETE FROM app.members WHERE id = 2;
-- then
SELECT 'it is ' || 'gone' WHERE (SELECT count(*) FROM app.people WHERE id < 50) < 4;

-- attempt: DELETE of the policy
-- as: owner bypass
-- errors: expected
-- control: enforce as admin
-- shows: SECRETquarantined
-- attack
SET LOCAL retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: DELETE of the policy without confirmation
-- as: admin
-- errors: expected
-- control: observe
-- shows: SECRETquarantined
-- attack
DELETE FROM retention.policy WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: DELETE of the policy by a superuser who confirms
-- as: admin
-- expect: oracle superuser
-- shows: SECRETquarantined
-- attack
SET LOCAL retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: a longer period, or another mode
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: SECRETquarantined
-- attack
SET retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '100 years' WHERE name = 'app.people';
UPDATE retention.policy SET mode = 'observe' WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: a longer period, by one who was granted policies and owns the table
-- as: owner
-- expect: oracle policies
-- shows: SECRETquarantined
-- prepare
GRANT USAGE ON SCHEMA retention TO owner;
GRANT ALL ON retention.policy TO owner;
-- attack
SET retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '100 years' WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: a longer period, by one who was granted policies
-- as: mover
-- expect: refused 42501: must be owner
-- shows: SECRETquarantined
-- prepare
GRANT USAGE ON SCHEMA retention TO mover;
GRANT ALL ON retention.policy TO mover;
-- attack
UPDATE retention.policy SET keep_for = '100 years' WHERE name = 'app.people';
SELECT * FROM app.people;

-- attempt: legal access for oneself
-- as: reader owner bypass auditor
-- errors: expected
-- control: enforce as admin
-- shows: UPDATE 1
-- attack
\set QUIET off
UPDATE retention.policy SET legal_access = ARRAY[session_user::regrole] WHERE name = 'contracts';

-- attempt: legal access by SET ROLE
-- as: reader owner
-- errors: expected
-- control: enforce as accountant
-- shows: SECRETkept
-- prepare
GRANT SELECT ON app.people TO accounting;
-- attack
SET LOCAL ROLE accounting;
SELECT * FROM app.people;

-- attempt: legal access through a function of one who has it
-- expect: oracle legal-access
-- shows: SECRETkept
-- prepare
GRANT CREATE, USAGE ON SCHEMA scratch TO accounting;
GRANT SELECT ON app.people TO accounting;
SET ROLE accounting;
CREATE FUNCTION scratch.books() RETURNS SETOF app.people LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM app.people WHERE contract';
RESET ROLE;
-- attack
SELECT * FROM scratch.books();

-- attempt: legal access through a view of one who has it
-- shows: SECRETkept
-- control: observe
-- prepare
GRANT CREATE, USAGE ON SCHEMA scratch TO accounting;
GRANT SELECT ON app.people TO accounting;
SET ROLE accounting;
CREATE VIEW scratch.books AS SELECT * FROM app.people WHERE contract;
GRANT SELECT ON scratch.books TO reader;
RESET ROLE;
-- attack
SELECT * FROM scratch.books;

-- attempt: legal access of a superuser
-- as: admin
-- shows: SECRETkept
-- attack
SELECT * FROM app.people WHERE contract;

-- attempt: legal access to rows that are restricted
-- as: accountant
-- shows: SECRET(restricted|quarantined|due)
-- attack
SELECT * FROM app.people;
COPY (SELECT * FROM app.people) TO STDOUT;

-- attempt: legal access in a plan that somebody else made
-- shows: SECRETkept
-- prepare
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM app.people;
SET ROLE accountant;
EXECUTE p \g /dev/null
RESET ROLE;
-- attack
EXECUTE p;

-- attempt: DROP EXTENSION
-- as: admin
-- expect: refused [0-9A-Z]{5}
-- control: none
-- attack
DROP EXTENSION pg_retention CASCADE;
SELECT * FROM app.people;

-- attempt: DROP EXTENSION by others
-- as: owner bypass
-- errors: expected
-- control: none as admin
-- shows: it is gone
-- attack
DROP EXTENSION pg_retention CASCADE;
SELECT 'it is ' || 'gone' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_retention');
