-- Where data lie: what the server knows and the register does not have is listed, without what is secret in it, also to who only watches.
BEGIN;
SELECT plan(33);

SET client_min_messages = error;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
CREATE SERVER crm FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'crm.example.com', dbname 'sales');
CREATE USER MAPPING FOR CURRENT_USER SERVER crm OPTIONS (user 'u', password 'secret1');
CREATE SERVER "Local files" FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER beside FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE import (a text) SERVER "Local files" OPTIONS (filename '/mnt/import/persons.csv');
CREATE FOREIGN TABLE fetched (a text) SERVER "Local files" OPTIONS (program 'curl -u me:secret2 https://x.example');
CREATE FOREIGN TABLE customers (a text) SERVER crm;
CREATE PUBLICATION "All of it" FOR ALL TABLES;
CREATE SUBSCRIPTION copied CONNECTION 'host=pub.example.org user=u password=secret3 dbname=d' PUBLICATION p WITH (connect = false);
CREATE FUNCTION pg_temp.gap(named text) RETURNS TABLE (kind text, object text) LANGUAGE sql AS $$
    SELECT g.kind, g.object FROM retention.location_gaps g WHERE g.object = named$$;

-- Nothing is registered: all is listed, and retention.check() says nothing of it yet.
SELECT results_eq(format('SELECT kind FROM pg_temp.gap(%L)', object), format('VALUES (%L)', kind), format('%s is a %s that nobody registered', object, kind))
FROM (VALUES ('foreign server', 'crm'), ('foreign server', '"Local files"'), ('foreign server', 'beside'), ('foreign server', 'import'), ('foreign server', 'fetched'), ('publication', '"All of it"'),
    ('subscription', 'copied'), ('other', 'postgres_fdw'), ('server', current_setting('data_directory'))) v (kind, object);
SELECT is_empty($$SELECT * FROM pg_temp.gap('customers')$$, 'a foreign table is where its server is');
SELECT is((SELECT count(*) FROM retention.location_gaps g WHERE g::text ~ 'secret[123]|curl'), 0::bigint, 'no password and no command is shown');
SELECT is_empty($$SELECT FROM retention.check() WHERE what = 'location is registered'$$, 'retention.check() is silent about locations before the first one is registered');

-- Registered by host, path or name.
SELECT throws_ok($$INSERT INTO retention.location (name, kind, country, own_control) VALUES ('a', 'cellar', 'NO', true)$$, '23514', NULL, 'a cellar is no kind of location');
SELECT throws_ok($$INSERT INTO retention.location (name, kind, country, own_control) VALUES ('a', 'server', 'Norway', true)$$, '23514', NULL, 'a country is two letters');
INSERT INTO retention.location (name, kind, matches, country, own_control) VALUES ('head office', 'server', current_setting('data_directory'), 'NO', true);
SELECT is_empty($$SELECT FROM pg_temp.gap(current_setting('data_directory'))$$, 'a server is registered by its data directory');
SELECT isnt_empty($$SELECT FROM retention.check() WHERE what = 'location is registered' AND object = 'crm' AND NOT ok AND hint LIKE 'a foreign server of postgres_fdw. Write%'$$,
    'with the first location retention.check() lists what is missing');
INSERT INTO retention.location (name, kind, matches, country, own_control) VALUES ('wrong kind', 'replica', 'crm.example.com%', 'NO', false);
SELECT isnt_empty($$SELECT FROM pg_temp.gap('crm')$$, 'a pattern is for things of its kind');
INSERT INTO retention.location (name, kind, matches, country, own_control) VALUES ('crm', 'foreign server', 'crm.example.com/%', 'DE', false), ('imports', 'foreign server', '/mnt/import/%', 'NO', true),
    ('programs', 'foreign server', 'curl%', 'NO', true), ('publisher', 'subscription', 'pub.example.org', 'SE', false), ('publication', 'publication', 'All of it', 'NO', true), ('wrappers', 'other', '%_fdw', 'NO', true);
SELECT is_empty(format('SELECT FROM pg_temp.gap(%L)', object), format('%s is registered', object)) FROM unnest('{crm,import,fetched,copied,"\"All of it\"",postgres_fdw,file_fdw}'::text[]) object;
SELECT isnt_empty($$SELECT FROM pg_temp.gap('beside')$$, 'a pattern for one host is not for another');
INSERT INTO retention.location (name, kind, matches, country, own_control) VALUES ('backslash', 'foreign server', 'nothing\', 'NO', true);
SELECT lives_ok('SELECT FROM retention.location_gaps', 'a backslash in a pattern is a backslash');
ALTER SERVER crm OPTIONS (SET host 'crm.example.us');
SELECT isnt_empty($$SELECT FROM pg_temp.gap('crm')$$, 'a server that is moved is listed again');

-- Outside the EEA.
INSERT INTO retention.location (name, kind, country, own_control) VALUES ('tapes', 'backup', 'US', false);
SELECT is((SELECT string_agg(kind || ': ' || detail, '|') FROM retention.location_gaps WHERE object = 'tapes'), 'backup: data lie in US, outside the European Economic Area, without a basis for the transfer',
    'a location outside the EEA without a basis is listed');
UPDATE retention.location SET transfer_basis = 'safeguard', transfer = 'clauses' WHERE name = 'tapes';
SELECT is_empty($$SELECT FROM pg_temp.gap('tapes')$$, 'a location outside the EEA with a basis is not listed');

-- Who watches.
CREATE ROLE watcher;
GRANT pg_monitor TO watcher;
GRANT USAGE ON SCHEMA retention TO watcher;
SET ROLE watcher;
SELECT throws_ok('SELECT subconninfo FROM pg_subscription', '42501', NULL, 'who monitors does not read connection strings');
SELECT isnt_empty($$SELECT FROM retention.check() WHERE what = 'location is registered' AND object = 'beside'$$, 'who monitors is told what is not registered');
SELECT throws_ok('SELECT FROM retention.known_place', '42501', NULL, 'who monitors does not read what patterns are compared with');
RESET ROLE;
-- Settings that a role may not see are left out.
CREATE ROLE reader;
GRANT USAGE ON SCHEMA retention TO reader;
GRANT SELECT ON retention.location_gaps TO reader;
GRANT EXECUTE ON FUNCTION retention.in_eea(text), retention.conninfo_host(text) TO reader;
DELETE FROM retention.location WHERE name = 'head office';
SET ROLE reader;
SELECT is_empty($$SELECT FROM retention.location_gaps WHERE kind = 'server'$$, 'a setting that a role may not see is left out, and is no error');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
