-- What trials of withholding found: paths and keys of other kinds than the plain ones, functions that widen for themselves, workers.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
CREATE ROLE marketing;
CREATE ROLE clerk;
CREATE SCHEMA f;
GRANT ALL ON SCHEMA f TO PUBLIC;
SET search_path = f, public;
CREATE EXTENSION citext SCHEMA f;
CREATE COLLATION f.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FUNCTION govern(VARIADIC tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY tables LOOP
        INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES (t, ('f.' || t)::regclass, '{left_on}', '30 days', '1 year', 'delete', 'enforce');
        EXECUTE format('GRANT ALL ON f.%I TO PUBLIC', t);
    END LOOP;
END $$;
CREATE TABLE c (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE folder (id int PRIMARY KEY, parent int REFERENCES folder, owner int REFERENCES c, left_on date);
CREATE TABLE said (id int PRIMARY KEY, cid int, tb bool, tc char(10), ci citext, tn text COLLATE nocase, n int, left_on date);
CREATE TABLE pair (a text, b uuid, name text, left_on date, PRIMARY KEY (a, b));
CREATE TABLE part (id int PRIMARY KEY, y uuid, x text, left_on date, FOREIGN KEY (x, y) REFERENCES pair (a, b));
CREATE TABLE price (id numeric PRIMARY KEY, left_on date);
CREATE TABLE somebody (id int PRIMARY KEY, person bool, left_on date);
CREATE TABLE wide (id int PRIMARY KEY, left_on date);
DO $$ BEGIN FOR i IN 1 .. 95 LOOP EXECUTE format('ALTER TABLE f.wide ADD c%s int REFERENCES f.c', i); END LOOP; END $$;
INSERT INTO c SELECT i, 'n' || i FROM generate_series(1, 100) i;
INSERT INTO folder VALUES (1, NULL, 2), (4, NULL, 3), (5, 4, 2), (6, 1, 3), (7, 6, 3), (8, 4, NULL);
INSERT INTO said VALUES (1, 2, true, 'Cust', 'CUST', 'CUST', 1), (2, 2, false, 'x', 'x', 'x', 2);
INSERT INTO pair SELECT 'a"' || i, md5(i::text)::uuid, 'n' FROM generate_series(1, 100) i;
INSERT INTO part SELECT i, md5(i::text)::uuid, 'a"' || i FROM generate_series(1, 100) i;
INSERT INTO price SELECT i * 1.00 FROM generate_series(1, 100) i;
INSERT INTO somebody SELECT i, i % 2 = 0 FROM generate_series(1, 100) i;
INSERT INTO wide (id, c1) VALUES (1, 2);
SELECT govern('c', 'folder', 'said', 'pair', 'part', 'price', 'somebody', 'wide');
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('c', 'f.c', NULL), ('pair', 'f.pair', NULL), ('price', 'f.price', NULL), ('some', 'f.somebody', 'person');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('c', 'f.folder', 'parent*.owner'), ('pair', 'f.part', 'x');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, roles) VALUES ('newsletter', 'legitimate interest', true, '{marketing}'), ('survey', 'consent', false, '{}'), ('service', 'contract', false, '{}');
SELECT retention.object('c', 2, 'newsletter') \g /dev/null
SELECT retention.object('pair', jsonb_build_object('a', 'a"2', 'b', md5('2')::uuid), 'newsletter') \g /dev/null

-- A key of a table to itself is followed any number of times, or not at all.
SET ROLE marketing;
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM folder), '4 8', 'a row''s own person and those of all above it are asked');
UPDATE folder SET owner = 3 WHERE id = 1;
RESET ROLE;
SELECT is((SELECT owner FROM folder WHERE id = 1), 2, 'a row of one''s own is not changed');

-- What a row holds besides a logical key is compared as the column's type has it.
CREATE FUNCTION said_by(given text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
    INSERT INTO retention.subject_link (kind, relation, path) VALUES ('c', 'f.said', format('(cid = f.c.id, %s)', given));
    SET LOCAL ROLE marketing;
    SELECT count(*) INTO found FROM f.said;
    RESET ROLE;
    DELETE FROM retention.subject_link WHERE relation = 'f.said'::regclass;
    RETURN found;
END $$;
SELECT is(said_by(given), 1::bigint, given || ' is found as it is equal') FROM unnest('{"tb = ''true''", "tc = ''Cust''", "ci = ''Cust''", "tn = ''Cust''", "n = ''01''"}'::text[]) given;

-- Keys.
SET ROLE marketing;
SELECT is((SELECT count(*) FROM pair), 99::bigint, 'a key of several columns is asked about');
SELECT is((SELECT string_agg(id::text, '') FROM part WHERE id < 4), '13', 'a foreign key of several columns in another order leads to the person');
RESET ROLE;
SELECT retention.object('price', '7'::jsonb, 'newsletter') \g /dev/null
UPDATE price SET id = 7 WHERE id = 7;
SET ROLE marketing;
SELECT is((SELECT count(*) FROM price), 99::bigint, 'equal numbers are one person, however they are written, also among many');
SELECT is((SELECT count(*) FROM price WHERE id = 7.000), 0::bigint, 'equal numbers are one person when looked up');
RESET ROLE;
SELECT retention.give_consent('some', k, 'survey', 'box') FROM unnest('{2,4}'::bigint[]) k \g /dev/null
SET retention.session_purpose = 'survey';
SELECT is((SELECT count(*) FROM somebody), 52::bigint, 'rows of a kind that are no persons need no consent');
SET retention.session_purpose = '';

-- Another key of a kind would make records somebody else's.
ALTER TABLE price ADD n int UNIQUE;
UPDATE price SET n = 101 - id;
SELECT throws_ok($$UPDATE retention.subject_kind SET key = '{n}' WHERE kind = 'price'$$, '55006', NULL, 'a kind of whose persons anything is recorded keeps its key');
ALTER TABLE price RENAME id TO no;
SELECT is((SELECT key FROM retention.subject_kind WHERE kind = 'price'), '{no}'::name[], 'a key that is renamed is the same key');
SET ROLE marketing;
SELECT is((SELECT count(*) FROM price), 99::bigint, 'under its new name a key leads to the same person');
RESET ROLE;

-- More columns than a condition can have: nobody else is kept from the table.
INSERT INTO retention.subject_link (kind, relation, path) SELECT 'c', 'f.wide', 'c' || i FROM generate_series(1, 95) i;
SELECT is((SELECT count(*) FROM wide), 1::bigint, 'a table with very many links is read by those who act for nothing');
SET ROLE marketing;
SELECT throws_ok('SELECT count(*) FROM wide', '55000', NULL, 'a session that acts for a purpose does not read what cannot be told');
RESET ROLE;

-- Functions that widen for themselves.
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET retention.session_purpose = '' AS 'SELECT count(*) FROM f.c';
CREATE FUNCTION fails() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET retention.session_purpose = '' AS 'SELECT 1 / count(*) FROM f.c WHERE false';
SET retention.session_purpose = '';
SET ROLE clerk;
SET retention.session_purpose = 'newsletter';
SELECT is(total(), 100::bigint, 'a function of somebody who may widens for itself');
SELECT is((SELECT count(*) || ' ' || current_setting('retention.session_purpose') FROM c), '99 newsletter', 'whoever calls it is narrowed as before');
SELECT throws_ok('SELECT fails()', '22012', NULL, 'such a function may fail');
SELECT is((SELECT count(*) || ' ' || current_setting('retention.session_purpose') FROM c), '99 newsletter', 'whoever calls one that fails is narrowed as before');
RESET ROLE;
SAVEPOINT here;
SET retention.session_purpose = '';
ROLLBACK TO here;
SELECT is(current_setting('retention.session_purpose'), 'newsletter', 'what is taken back is not widened');
SET retention.session_purpose = '';

-- Workers.
CREATE TABLE big (x int);
INSERT INTO big SELECT generate_series(1, 100000);
ANALYZE big;
GRANT SELECT ON big TO PUBLIC;
CREATE FUNCTION known() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN (SELECT count(*) FROM f.c); END';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT is((SELECT max(known()) FROM big WHERE x % 50000 = 7), 100::bigint, 'a function that reads persons is called by workers');
SET ROLE marketing;
SELECT is((SELECT max(known()) FROM big WHERE x % 50000 = 7), 99::bigint, 'a function that reads persons is not called by workers of a session that acts for a purpose');
SET ROLE clerk;
SAVEPOINT here;
SET LOCAL retention.session_purpose = 'newsletter';
ROLLBACK TO here;
SELECT is((SELECT max(known()) FROM big WHERE x % 50000 = 7), 99::bigint, 'a transaction that was narrowed is, whoever does its work');
SELECT is(total(), 100::bigint, 'a function of somebody who may widens in a transaction that was narrowed by what is taken back');
SELECT is((SELECT count(*) FROM c), 99::bigint, 'such a function leaves what the transaction was narrowed to');
RESET ROLE;
SET retention.session_purpose = '';

-- Asked beforehand.
GRANT USAGE ON SCHEMA retention TO marketing;
GRANT EXECUTE ON FUNCTION retention.explain_contact(text, bigint, text), retention.may_contact(text, bigint, text), retention.may_contact_all(text, text) TO marketing;
SET ROLE marketing;
SELECT is((SELECT reason FROM retention.explain_contact('c', 2, 'newsletter')), 'objection', 'marketing is told why somebody may not be written to');
SELECT ok(retention.may_contact('c', 2, 'service'), 'somebody who objected to marketing may be told of a disruption');
SELECT is((SELECT count(*) FROM retention.may_contact_all('c', 'service')), 100::bigint, 'all may be told of a disruption');
SELECT is((SELECT count(*) FROM retention.may_contact_all('c', 'newsletter')), 99::bigint, 'a campaign has those who may be written to');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
