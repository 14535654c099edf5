-- Who pauses, who ends that, and what is said of it; and that nothing is left out in silence where an argument has no value.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00 Europe/Oslo';
CREATE ROLE owner;
CREATE ROLE owning IN ROLE owner;
CREATE ROLE dba SUPERUSER;
CREATE ROLE colleague IN ROLE owning;
CREATE SCHEMA s AUTHORIZATION owner;
CREATE TABLE s.visit (id int PRIMARY KEY, left_on date);
ALTER TABLE s.visit OWNER TO owner;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('visits', 's.visit', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce');
GRANT USAGE ON SCHEMA retention TO owner, owning, colleague;
GRANT EXECUTE ON FUNCTION retention.pause(text, text), retention.unpause(text), retention.pause_all(text), retention.unpause_all() TO owner, owning, colleague;

-- Arguments without a value.
SELECT throws_ok(format('SELECT retention.%s', call), sqlstate, NULL, format('retention.%s is an error', call)) FROM (VALUES
    ($$pause('visits', NULL)$$, '22023'), ('pause(1, NULL)', '22023'), ('pause_all(NULL)', '22023'), ('begin_segment(NULL)', '22023'),
    ($$pause(NULL::text, 'x')$$, '22004'), ($$pause(NULL::int, 'x')$$, '22004'), ('unpause(NULL::text)', '22004'), ('unpause(NULL::int)', '22004'), ('approve(NULL::text)', '22004'),
    ('approve(NULL::int)', '22004'), ('preview(NULL::text)', '22004'), ('preview(NULL::int)', '22004'), ('leaving(NULL)', '22004'), ('inform_of_lifting(NULL)', '22004'),
    ('settle_verification(NULL)', '22004'), ($$weigh_objection(NULL, 'upheld', 'x')$$, '22004'), ($$weigh_objection(1, NULL, 'x')$$, '22004'), ($$weigh_objection(1, 'upheld', NULL)$$, '22004'),
    ('withdraw_objection(NULL)', '22004'), ('end_records_of_nobody(NULL)', '22004'), ('replay_erasures(NULL)', '22004'), ($$replay_erasures('{}', NULL)$$, '22004'),
    ($$erase('person', 1, dry_run => NULL)$$, '22004')) t (call, sqlstate);
SELECT is((SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'retention'::regnamespace AND prokind = 'f' AND provolatile = 'v' AND proisstrict),
    'anonymiser_problem condition_failure condition_problem contact_times noise redaction_problem refused_anonymisers unused_policy_id', 'no function that acts is left out where an argument has no value, but those that answer for values of rows');
SELECT is((SELECT count(*) FROM retention.pause), 0::bigint, 'what was refused paused nothing');

-- Whose pause is whose.
SET SESSION AUTHORIZATION dba;
SELECT lives_ok($$SELECT retention.pause('visits', 'a court asks')$$, 'a superuser pauses a policy');
SET retention.test_now = '2030-06-02 12:00:00 Europe/Oslo';
SET SESSION AUTHORIZATION owner;
SELECT throws_ok($$SELECT retention.unpause('visits')$$, '42501', 'policy "visits": role "dba" has paused that', 'who owns the table does not end the pause of a superuser');
SELECT throws_ok($$SELECT retention.pause('visits', 'mine')$$, '55000', 'policy "visits": role "dba" has paused that already', 'who owns the table does not give another reason for the pause of a superuser');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT concat_ws(' ', paused_by, reason, paused_at AT TIME ZONE 'UTC') FROM retention.pause), 'dba a court asks 2030-06-01 10:00:00', 'the pause is what it was');
SET SESSION AUTHORIZATION dba;
SELECT lives_ok($$SELECT retention.pause('visits', 'two courts ask')$$, 'who has paused may say another reason');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT concat_ws(' ', paused_by, reason, paused_at AT TIME ZONE 'UTC') FROM retention.pause), 'dba two courts ask 2030-06-01 10:00:00', 'with another reason it is paused since it was paused first');
SELECT is((SELECT string_agg(detail, ', ' ORDER BY entry_id) FROM retention.ledger WHERE action = 'paused'), 'a court asks, two courts ask', 'the ledger has both reasons');
SELECT lives_ok($$SELECT retention.unpause('visits')$$, 'another superuser ends the pause of a superuser');
SET SESSION AUTHORIZATION owning;
SELECT lives_ok($$SELECT retention.pause('visits', 'x')$$, 'who is a member of the owner pauses');
SET SESSION AUTHORIZATION owner;
SELECT throws_ok($$SELECT retention.unpause('visits')$$, '42501', NULL, 'who is no member of the role that paused does not end it');
SET SESSION AUTHORIZATION colleague;
SELECT lives_ok($$SELECT retention.unpause('visits')$$, 'a member of the role that paused ends it');
SET SESSION AUTHORIZATION owning;
SET ROLE owner;
SELECT lives_ok($$SELECT retention.pause('visits', 'x'), retention.unpause('visits')$$, 'who has taken on another role may end what it paused');
SELECT lives_ok($$SELECT retention.pause_all('x')$$, 'who was granted it pauses all');
SET SESSION AUTHORIZATION owner;
SELECT throws_ok('SELECT retention.unpause_all()', '42501', 'all policies: role "owning" has paused that', 'who did not pause all does not end it');
SELECT throws_ok($$SELECT retention.pause_all('y')$$, '55000', NULL, 'who did not pause all does not give it another reason');
SET SESSION AUTHORIZATION owning;
SELECT lives_ok('SELECT retention.unpause_all()', 'who paused all ends it');
SELECT lives_ok('SELECT retention.unpause_all()', 'what is not paused may be unpaused');
RESET SESSION AUTHORIZATION;
CREATE ROLE brief SUPERUSER;
SET SESSION AUTHORIZATION brief;
SELECT retention.pause('visits', 'x') \g /dev/null
RESET SESSION AUTHORIZATION;
DROP ROLE brief;
SET SESSION AUTHORIZATION owner;
SELECT lives_ok($$SELECT retention.unpause('visits')$$, 'the owner ends the pause of a role that is gone');
RESET SESSION AUTHORIZATION;

-- The books.
SELECT throws_ok($$INSERT INTO retention.pause VALUES (1, now(), 'me', 'x')$$, '0A000', 'retention.pause is written by its functions alone', 'a pause is not written by hand');
SELECT retention.pause('visits', 'x') \g /dev/null
SELECT throws_ok($$UPDATE retention.pause SET paused_by = 'me'$$, '0A000', NULL, 'who paused is not written by hand');
SELECT throws_ok('DELETE FROM retention.pause', '0A000', NULL, 'a pause is not removed by hand');
SELECT throws_ok('TRUNCATE retention.pause', '0A000', NULL, 'pauses are not truncated');
SELECT throws_ok('TRUNCATE retention.sweep_window', '0A000', NULL, 'windows are not truncated');
-- A table that goes.
CALL retention.sweep();
INSERT INTO s.visit SELECT i, '2020-01-01' FROM generate_series(1, 9) i;
SELECT retention.approve('visits') \g /dev/null
SET LOCAL retention.confirm_drop = on;
SELECT is((SELECT count(*) FROM retention.pause) || ' ' || (SELECT count(*) FROM retention.fuse), '1 1', 'a policy is paused, and its day is counted');
DROP TABLE s.visit;
SELECT is((SELECT count(*) FROM retention.pause) || ' ' || (SELECT count(*) FROM retention.fuse), '0 0', 'what held a policy goes with its table');

SELECT * FROM finish();
ROLLBACK;
