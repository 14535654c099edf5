-- The register of recipients: which transfers have a basis, what the gaps list, and that nobody takes a recipient away who is still to be told.
BEGIN;
SELECT plan(23);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE TABLE people (id bigint PRIMARY KEY, name text);
INSERT INTO people VALUES (1, 'Kari');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'people');
INSERT INTO retention.purpose (name, legal_basis) VALUES ('payroll', 'contract');
CREATE FUNCTION pg_temp.register(country text, basis text DEFAULT NULL, how text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.recipient (name, role, purposes, country, transfer_basis, transfer) VALUES ('R', 'processor', '{payroll}', country, basis, how)
    ON CONFLICT (name) DO UPDATE SET country = excluded.country, transfer_basis = excluded.transfer_basis, transfer = excluded.transfer$$;
CREATE FUNCTION pg_temp.gaps() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM retention.gaps WHERE kind = 'recipient outside the EEA' AND object = 'R'$$;

-- Countries.
SELECT is((SELECT string_agg(c, '' ORDER BY c) FROM unnest('{NO,IS,LI,SE,DE,GR,CH,GB,US,SJ}'::text[]) c WHERE retention.in_eea(c)), 'DEGRISLINOSE',
    'the three states of EFTA that are in the EEA are in it as those of the Union are, and Switzerland is not');
SELECT is(retention.in_eea(NULL), NULL, 'of no country nothing is said');
SELECT throws_ok(format('SELECT pg_temp.register(%L)', c), '23514', NULL, format('"%s" is no country of two letters', c))
FROM unnest('{no,NOR,N,UK,EL,N1}'::text[]) c;

-- A transfer needs a basis, and the basis a text.
SELECT lives_ok($$SELECT pg_temp.register('NO')$$, 'inside the EEA no basis is needed');
SELECT is(pg_temp.gaps(), 0::bigint, 'a recipient in the EEA is no gap');
SELECT pg_temp.register('US');
SELECT is((SELECT string_agg(detail, '|') FROM retention.gaps WHERE object = 'R'), 'it has data in US, and nothing allows the transfer: nothing is disclosed to it',
    'a recipient outside the EEA without a basis is a gap');
SELECT throws_ok($$SELECT pg_temp.register('US', 'adequacy')$$, '23514', NULL, 'a basis says which decision or clauses it is');
SELECT throws_ok($$SELECT pg_temp.register('US', NULL, 'clauses')$$, '23514', NULL, 'clauses are of one of the three bases');
SELECT throws_ok($$SELECT pg_temp.register('US', 'trust', 'we trust them')$$, '23514', NULL, 'trust is no basis');
SELECT pg_temp.register('US', 'safeguard', 'standard contractual clauses 2021/914, module two');
SELECT is(pg_temp.gaps(), 0::bigint, 'a recipient with a safeguard is no gap');
UPDATE retention.recipient SET purposes = '{payroll,parties}';
SELECT is((SELECT string_agg(detail, '|') FROM retention.gaps WHERE kind = 'purpose of a recipient'), 'purpose "parties" is not registered: nothing is disclosed for it',
    'a purpose that nobody registered is a gap');

-- While somebody's data are there, the recipient stays known.
SELECT retention.disclose('R', 'payroll', 'person', 1, 'name');
SELECT throws_ok($$DELETE FROM retention.recipient$$, '55006', 'data were disclosed to recipient "R"', 'a recipient with data is not removed');
SELECT throws_ok($$UPDATE retention.recipient SET name = 'S'$$, '55006', NULL, 'a recipient with data is not renamed');
SELECT throws_ok('TRUNCATE retention.recipient', '0A000', NULL, 'the register is not truncated');
SELECT lives_ok($$UPDATE retention.recipient SET until = '2030-06-01 12:00:00+00', contact = 'dpo@r.example'$$, 'all else of a recipient can be changed');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$DELETE FROM retention.recipient$$, '55006', NULL, 'replica role does not help against a recipient with data');
SET LOCAL session_replication_role = origin;

-- Who watches reads the register, and nobody else does.
CREATE ROLE watcher;
GRANT pg_monitor TO watcher;
GRANT USAGE ON SCHEMA retention TO watcher;
SET ROLE watcher;
SELECT lives_ok('SELECT FROM retention.recipient', 'who monitors reads the register of recipients');
SELECT throws_ok('SELECT FROM retention.disclosure', '42501', NULL, 'who monitors does not read about whom data were disclosed');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
