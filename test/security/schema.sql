-- What is attacked, three times over. :mode says how: enforce (rows are hidden), observe (the same data under the same policies,
-- which only observe), none (the same tables without a policy, with an integer where the clock would stand).
\set ON_ERROR_STOP on
SELECT :'mode' <> 'none' AS governed, :'mode' = 'enforce' AS enforced \gset
CREATE EXTENSION pg_retention;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION dblink;
CREATE EXTENSION postgres_fdw;
SET client_min_messages = warning;

-- Puts a policy on a table that has a column left_on, as the database at hand has it.
CREATE SCHEMA lab;
GRANT USAGE ON SCHEMA lab TO PUBLIC;
CREATE TABLE lab.mode AS SELECT :'mode' AS mode;
CREATE FUNCTION lab.govern(tab regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE how text := (SELECT mode FROM lab.mode);
BEGIN
	IF how = 'none' THEN
		EXECUTE format('ALTER TABLE %s ADD COLUMN retention_clock bigint NOT NULL DEFAULT 0', tab);
	ELSE
		INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
		VALUES (tab::text, tab, '{left_on}', '30 days', '1 year', 'delete', how);
	END IF;
END $$;
GRANT EXECUTE ON FUNCTION lab.govern(regclass) TO PUBLIC;

CREATE SCHEMA app AUTHORIZATION owner;
CREATE SCHEMA scratch;
GRANT USAGE ON SCHEMA app TO PUBLIC;
GRANT ALL ON SCHEMA scratch TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO reader, bypass, marketer, pooler;
SET ROLE owner;

-- All four kinds of hidden rows, among as many that are not.
CREATE TABLE app.people (id int PRIMARY KEY, name text, email text UNIQUE, city text, amount numeric, seat int4range,
	contract boolean NOT NULL DEFAULT false, left_on date);
CREATE TABLE app.orders (id int PRIMARY KEY, person_id int REFERENCES app.people, note text);
-- Partitions.
CREATE TABLE app.visits (id int, region text, name text, left_on date, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.visits_north PARTITION OF app.visits FOR VALUES IN ('north');
CREATE TABLE app.visits_rest PARTITION OF app.visits DEFAULT;
-- A governed child of a table that is not.
CREATE TABLE app.things (id int, name text);
CREATE TABLE app.owned_things (left_on date) INHERITS (app.things);
-- Children of a foreign key.
CREATE TABLE app.accounts (id int PRIMARY KEY, label text);
CREATE TABLE app.members (id int PRIMARY KEY, account_id int REFERENCES app.accounts, name text, left_on date);
-- Persons of whom one is withheld, and what leads to them.
CREATE TABLE app.customers (id int PRIMARY KEY, name text, email text UNIQUE, seat int4range, left_on date);
CREATE TABLE app.tickets (id int PRIMARY KEY, customer_id int REFERENCES app.customers, note text, left_on date);
CREATE TABLE app.answers (id int PRIMARY KEY, ticket_id int REFERENCES app.tickets, note text, left_on date);
RESET ROLE;

\if :governed
INSERT INTO retention.policy (name, relation, applies_to, priority, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, mode)
VALUES ('contracts', 'app.people', 'contract', 10, '{left_on}', '30 days', '0 days', 'delete', '10 years', 'Bookkeeping Act', '{accounting}', :'mode');
\endif
SELECT lab.govern(t) FROM unnest('{app.people,app.visits,app.owned_things,app.members,app.customers,app.tickets,app.answers}'::regclass[]) t \g /dev/null

-- Written before the time of any of them is over.
SET retention.test_now = '2020-01-15 12:00:00+00';
SET ROLE owner;
INSERT INTO app.people SELECT n, 'open' || n, 'open' || n || '@example.no', 'Oslo', n, int4range(n * 100, n * 100 + 5), false, NULL
FROM generate_series(101, 140) n;
INSERT INTO app.people (id, name, email, city, amount, seat, contract, left_on) VALUES
	(1, 'SECRETquarantined', 'SECRETquarantined@example.no', 'SECRETtown', 1000001, '[1000,1010)', false, '2030-01-15'),
	(2, 'SECRETdue', 'SECRETdue@example.no', 'SECRETtown', 1000002, '[1010,1020)', false, '2020-01-15'),
	(3, 'SECRETkept', 'SECRETkept@example.no', 'SECRETtown', 1000003, '[1020,1030)', true, '2028-01-15'),
	(4, 'SECRETrestricted', 'SECRETrestricted@example.no', 'SECRETtown', 1000004, '[1030,1040)', false, NULL);
INSERT INTO app.orders SELECT n, n, 'order of ' || n FROM generate_series(1, 4) n;
INSERT INTO app.visits VALUES (1, 'north', 'open', NULL), (2, 'south', 'open', NULL),
	(3, 'north', 'SECRETnorth', '2030-01-15'), (4, 'south', 'SECRETsouth', '2030-01-15');
INSERT INTO app.things VALUES (1, 'open');
INSERT INTO app.owned_things VALUES (2, 'open', NULL), (3, 'SECRETthing', '2030-01-15');
INSERT INTO app.accounts VALUES (1, 'first'), (2, 'second');
INSERT INTO app.members VALUES (1, 1, 'open', NULL), (2, 1, 'SECRETmember', '2030-01-15');
INSERT INTO app.customers SELECT n, 'open' || n, 'open' || n || '@example.no', int4range(n * 10, n * 10 + 5) FROM generate_series(1, 300) n;
UPDATE app.customers SET name = 'WITHHELDname', email = 'WITHHELDmail@example.no' WHERE id = 7;
INSERT INTO app.tickets SELECT n, n, CASE n WHEN 7 THEN 'WITHHELDticket' ELSE 'open' END FROM generate_series(1, 300) n;
INSERT INTO app.answers SELECT n, n, CASE n WHEN 7 THEN 'WITHHELDanswer' ELSE 'open' END FROM generate_series(1, 300) n;
RESET ROLE;
RESET retention.test_now;
\if :governed
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.people', '{email}'), ('customer', 'app.customers', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('customer', 'app.tickets', 'customer_id'), ('customer', 'app.answers', 'ticket_id.customer_id');
-- Where nothing is hidden nobody acts for the purpose.
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, roles) VALUES ('advertising', 'legitimate interest', true, CASE WHEN :'enforced' THEN '{marketing}' ELSE '{}' END::regrole[]),
	('service', 'contract', false, '{}');
SELECT retention.object('customer', 7, 'advertising') \g /dev/null
\endif
\if :enforced
SELECT retention.approve(policy_id) FROM retention.policy \g /dev/null
SELECT retention.restrict('person', 4, 'accuracy contested') \g /dev/null
SET retention.reveal = on;
DO $$BEGIN
	IF (SELECT array_agg(retention.state(retention_clock) ORDER BY id) FROM app.people WHERE id < 100) <> '{quarantined,due,kept,"active, restricted"}' THEN
		RAISE 'the rows are not in the states they are meant to be in: %', (SELECT array_agg(retention.state(retention_clock) ORDER BY id) FROM app.people WHERE id < 100);
	END IF;
END $$;
\endif
ANALYZE;
