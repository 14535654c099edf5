-- A materialised view with history that is computed from rows before they go is left out of the sweeps, on record.
BEGIN;
SELECT plan(23);

CREATE ROLE app_owner;
CREATE ROLE stranger;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00:00+00';
SET ROLE app_owner;
CREATE TABLE app.visits (id int PRIMARY KEY, town text, day date);
INSERT INTO app.visits VALUES (1, 'Oslo', '2029-12-30'), (2, 'Bergen', '2030-01-01');
CREATE VIEW app.plain AS SELECT town FROM app.visits;
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('visits', 'app.visits', '{day}', '30 days', '0 days', 'delete', 'enforce');
CALL retention.sweep();
SET ROLE app_owner;
CREATE MATERIALIZED VIEW app.history AS SELECT date_trunc('month', day)::date AS month, count(*) FROM app.visits GROUP BY 1;
CREATE MATERIALIZED VIEW app.towns AS SELECT town FROM app.visits;
RESET ROLE;
GRANT USAGE ON SCHEMA retention TO app_owner, stranger;
GRANT INSERT, UPDATE, DELETE, SELECT ON retention.left_out_view TO app_owner, stranger;
CREATE FUNCTION pg_temp.enters(command text, OUT entries jsonb) LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
    SELECT max(entry_id) INTO last FROM retention.ledger;
    EXECUTE command;
    UPDATE retention.policy SET purpose = coalesce(purpose, '') || 'x' WHERE name = 'visits';
    SELECT jsonb_agg(jsonb_build_object(coalesce(relation, 'none'), detail::jsonb) ORDER BY entry_id) INTO entries FROM retention.ledger WHERE entry_id > last AND action = 'configuration changed';
END $$;

-- Who says so, and of what.
SET ROLE stranger;
SELECT throws_ok($$INSERT INTO retention.left_out_view VALUES ('app.history', 'mine')$$, '42501', NULL, 'a stranger does not say what a view may keep');
RESET ROLE;
SET ROLE app_owner;
SELECT throws_ok($$INSERT INTO retention.left_out_view VALUES ('app.plain', 'why')$$, '42809', NULL, 'a view keeps nothing');
SELECT throws_ok($$INSERT INTO retention.left_out_view VALUES ('app.visits', 'why')$$, '42809', NULL, 'a table has its policy');
SELECT throws_ok($$INSERT INTO retention.left_out_view VALUES ('app.history', ' ')$$, '23514', NULL, 'a reason is given');
SELECT throws_ok($$INSERT INTO retention.left_out_view (view) VALUES ('app.history')$$, '23502', NULL, 'a reason is not left out');
RESET ROLE;
SELECT is(pg_temp.enters($$SET ROLE app_owner; INSERT INTO retention.left_out_view VALUES ('app.history', 'monthly counts name nobody'); RESET ROLE$$),
    '[{"app.history": {"left_out_view": "app.history", "new": {"view": "app.history", "reason": "monthly counts name nobody"}}}]', 'leaving out is in the ledger, with its reason');
SELECT is(pg_temp.enters($$INSERT INTO retention.left_out_view VALUES ('app.history', 'again') ON CONFLICT DO NOTHING$$), NULL, 'what stands already is not entered');
SELECT is((SELECT format('%s: %s (%s)', object, detail, hint) FROM retention.gaps WHERE kind = 'materialized view left out'),
    'app.history: sweeps do not refresh it: monthly counts name nobody (Delete its row of retention.left_out_view to have it refreshed again.)', 'the gaps list it with its reason');
SELECT is((SELECT string_agg(object, ', ') FROM retention.gaps WHERE kind = 'materialized view without the clock'), 'app.towns', 'a view that is left out is none that is refreshed after a sweep');

-- A sweep passes over it.
SET retention.test_now = '2030-06-01 12:00:00+00';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.visits), 0::bigint, 'the rows are gone');
SELECT results_eq('SELECT month, count FROM app.history ORDER BY 1', $$VALUES ('2029-12-01'::date, 1::bigint), ('2030-01-01', 1)$$, 'the history of rows that are gone stays');
SELECT is((SELECT count(*) FROM app.towns), 0::bigint, 'another view is refreshed');
SELECT is_empty('SELECT view FROM retention.stale_view', 'nothing waits');
SELECT is(pg_temp.enters($$UPDATE retention.left_out_view SET reason = 'counts by month'$$),
    '[{"app.history": {"left_out_view": "app.history", "old": {"reason": "monthly counts name nobody"}, "new": {"reason": "counts by month"}}}]', 'another reason is in the ledger');
SELECT is(pg_temp.enters('UPDATE retention.left_out_view SET reason = reason'), NULL, 'what does not change is not entered');
SELECT throws_ok('TRUNCATE retention.left_out_view', NULL, NULL, 'all at once are not taken back in');
SET ROLE stranger;
SELECT throws_ok('DELETE FROM retention.left_out_view', '42501', NULL, 'a stranger does not take a view back in');
RESET ROLE;

-- What happened meanwhile counts when it is taken back in.
CALL retention.sweep();
SET ROLE app_owner;
DELETE FROM retention.left_out_view;
RESET ROLE;
SELECT results_eq('SELECT view::text FROM retention.stale_view', $$VALUES ('app.history')$$, 'a view that is taken back in is stale');
UPDATE retention.policy SET purpose = 'said again';
SELECT is((SELECT detail::jsonb FROM retention.ledger WHERE action = 'configuration changed' ORDER BY entry_id DESC LIMIT 1),
    '{"left_out_view": "app.history", "old": {"view": "app.history", "reason": "counts by month"}}', 'taking back in is in the ledger, with its reason');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.history), 0::bigint, 'a sweep refreshes it');

-- A dump brings what was checked where it comes from, and its ledger.
SELECT is(pg_temp.enters($$INSERT INTO retention.left_out_view (view, reason, validated) VALUES ('app.history', 'counts', true)$$), NULL, 'what a dump brings is not entered again');
DROP MATERIALIZED VIEW app.history;
SELECT is_empty('SELECT view FROM retention.left_out_view', 'a row of the table goes with its view');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
