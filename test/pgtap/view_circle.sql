-- Views that refer to each other in a circle, which anybody can make, hold up nothing.
BEGIN;
SELECT plan(2);
SET LOCAL client_min_messages = warning;
SET LOCAL statement_timeout = '20s';
CREATE TABLE people (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('people', 'people', '{left_on}', '1 day', 'delete', 'enforce');
CREATE MATERIALIZED VIEW copied AS SELECT id FROM people;
CREATE VIEW one AS SELECT id FROM people;
CREATE VIEW two AS SELECT id FROM one;
CREATE OR REPLACE VIEW one AS SELECT id FROM people UNION ALL SELECT id FROM two;
SELECT lives_ok('SELECT count(*) FROM retention.status', 'status answers beside views in a circle');
SELECT is((SELECT count(*) FROM retention.view_source WHERE view = 'copied'::regclass), 1::bigint, 'the materialised view is still found');
SELECT * FROM finish();
ROLLBACK;
