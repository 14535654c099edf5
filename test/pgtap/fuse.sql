-- Nothing goes by accident: what is due when a policy is put in force waits for its quarantine, what is out of proportion for approval, and a pause
-- for its end.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.max_share = 0.1;
SET retention.test_now = '2030-06-01 12:00:00 Europe/Oslo';
CREATE ROLE owner;
CREATE ROLE other;
CREATE SCHEMA s AUTHORIZATION owner;
CREATE TABLE s.account (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE s.visit (id int PRIMARY KEY, left_on date);
ALTER TABLE s.account OWNER TO owner;
INSERT INTO s.account SELECT i, 'n', '2020-01-01' FROM generate_series(1, 60) i;
INSERT INTO s.account SELECT i, 'n' FROM generate_series(61, 70) i;

-- In force for the first time.
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES
    ('accounts', 's.account', '{left_on}', 'Europe/Oslo', '1 year', '30 days', 'delete', 'enforce');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.account), 10::bigint, 'what was due when a policy is put in force is hidden');
SELECT is((SELECT string_agg(state || ' ' || rows, ', ' ORDER BY state) FROM retention.policy_counts(1::smallint)), 'active 10, quarantined 60', 'what was due when a policy is put in force is quarantined');
SELECT is((SELECT state || ': ' || problem FROM retention.status), 'enforcing: what was due before it was put in force or changed last waits until 2030-07-01 22:00:00+00, for the quarantine runs since then: see retention.preview() and retention.approve()',
    'the status says until when what was due waits');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'nothing waits for a first quarantine' AND object = 'accounts' AND NOT ok),
    '^60 rows would have been due since 2021-01-31 23:00:00\+00, and wait until 2030-07-01 22:00:00\+00', 'check() says how many rows wait, since when and until when');
SELECT is((SELECT string_agg(state || ' ' || rows, ', ' ORDER BY state) FROM retention.policy_estimates(1) WHERE rows > 0 AND exact), 'quarantined 60', 'estimates are of the same states while the quarantine runs since a policy was put in force');
SET retention.test_now = '2030-07-01 23:59:59 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), 0::numeric, 'nothing goes before the quarantine has run from then');
SET retention.test_now = '2030-07-02 00:00:00 Europe/Oslo';
SELECT is((SELECT rows FROM retention.policy_counts(1::smallint) WHERE state = 'due'), 60::bigint, 'what was due is due again when the quarantine has run from then');
SELECT is((SELECT problem FROM retention.status), NULL, 'the status says nothing when the quarantine has run');
SELECT is_empty($$SELECT FROM retention.check() WHERE what = 'nothing waits for a first quarantine'$$, 'check() says nothing when the quarantine has run');
UPDATE retention.policy SET keep_for = '2 years' WHERE name = 'accounts';
CALL retention.sweep();
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), 0::numeric, 'a change of a policy in force has the quarantine run anew');
UPDATE retention.policy SET purpose = 'to know who was here' WHERE name = 'accounts';
SELECT is((SELECT armed_at FROM retention.policy), '2030-07-02 00:00:00 Europe/Oslo'::timestamptz, 'a change of a description leaves it as it is');
UPDATE retention.policy SET armed_at = '-infinity';
SELECT is((SELECT armed_at FROM retention.policy), '2030-07-02 00:00:00 Europe/Oslo'::timestamptz, 'since when a policy is armed nobody writes by hand');
SET ROLE other;
SELECT throws_ok($$SELECT retention.approve('accounts')$$, '42501', NULL, 'approving is nobody''s without a grant');
RESET ROLE;
GRANT USAGE ON SCHEMA retention TO other, owner;
GRANT EXECUTE ON FUNCTION retention.approve(text), retention.pause(text, text), retention.unpause(text) TO other, owner;
SET ROLE other;
SELECT throws_ok($$SELECT retention.approve('accounts')$$, '42501', NULL, 'who does not own the table does not approve');
SELECT throws_ok($$SELECT retention.pause('accounts', 'x')$$, '42501', NULL, 'who does not own the table does not pause');
SELECT throws_ok($$SELECT retention.unpause('accounts')$$, '42501', NULL, 'who does not own the table does not unpause');
SET ROLE owner;
SELECT is(retention.approve('accounts'), 60::bigint, 'who owns the table approves, and is told of how many rows');
RESET ROLE;
SELECT is((SELECT concat_ws(' ', action, row_count) FROM retention.ledger ORDER BY entry_id DESC LIMIT 1), 'approved 60', 'the ledger has the approval');
SELECT throws_ok($$SELECT retention.approve('nothing')$$, '42704', 'policy "nothing" does not exist', 'a policy that is none is not approved');
SELECT throws_ok($$SELECT retention.approve(99)$$, '42704', 'policy 99 does not exist', 'a number that is none is not approved');
CALL retention.sweep();
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), 60::numeric, 'what was approved goes');
UPDATE retention.policy SET mode = 'observe' WHERE name = 'accounts';
SELECT throws_ok($$SELECT retention.approve('accounts')$$, '55000', 'policy "accounts" is not in force', 'what only observes is not approved');

-- Out of proportion.
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('visits', 's.visit', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce');
INSERT INTO s.visit SELECT i, '2030-01-01' FROM generate_series(1, 20000) i;
INSERT INTO s.visit SELECT i FROM generate_series(20001, 30000) i;
ANALYZE s.visit;
SET retention.test_now = '2031-06-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.fuse f JOIN retention.policy p USING (policy_id) JOIN retention.table_share t ON t.relation = p.relation WHERE t.taken = 3000 AND f.due = 17000 AND f.blown_at = '2031-06-01 12:00:00 Europe/Oslo'), 1::bigint, 'a tenth of the table is taken, and the rest waits');
SELECT is((SELECT concat_ws(' ', action, row_count) FROM retention.ledger ORDER BY entry_id DESC LIMIT 1), 'fuse blown 17000', 'the ledger has what waits');
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'waiting for retention.approve()', 'the status says what is waited for');
SELECT matches((SELECT problem FROM retention.status WHERE name = 'visits'), '17000 rows are due, and sweeps take at most 3000 a day', 'the status says why');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'nothing waits for approval' AND object = 'visits' AND NOT ok), 'retention.preview', 'check() says what to do');
SELECT is((SELECT hint FROM retention.check() WHERE what = 'nothing waits for approval' AND object = 'visits' AND NOT ok),
    (SELECT format('What is due gets later than its deadline: since %s it waits for approval, for %s. Look at retention.preview(''visits''), and call retention.approve(''visits'').',
        blown_at, reason) FROM retention.fuse f JOIN retention.policy p USING (policy_id) WHERE p.name = 'visits' AND blown_at = retention.time_now()), 'check() says that what waits for approval is late, and since when');
SET retention.test_now = '2031-06-02 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), 3060::numeric, 'a fuse that has blown waits on the next day, too');
SELECT is(retention.approve('visits'), 17000::bigint, 'what waits is approved');
INSERT INTO s.visit SELECT i, '2030-06-01' FROM generate_series(40001, 40100) i;
CALL retention.sweep();
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), 20160::numeric, 'what was approved goes, and of other rows as many as may in a day');
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'enforcing', 'when it was taken nothing is waited for');
-- What was approved is approved of that policy.
INSERT INTO s.visit SELECT i, '2030-01-01' FROM generate_series(50001, 60000) i;
SELECT is(retention.approve('visits'), 10000::bigint, 'more is approved');
UPDATE retention.policy SET keep_for = '2 months' WHERE name = 'visits';
SELECT is((SELECT approved FROM retention.fuse f JOIN retention.policy p USING (policy_id) WHERE p.name = 'visits'), 0::bigint, 'a change of the policy takes the approval back');
SET retention.reveal = on;
DELETE FROM s.visit WHERE id > 50000;
RESET retention.reveal;
UPDATE retention.policy SET keep_for = '1 year' WHERE name = 'visits';
-- A small table has no share.
DELETE FROM s.visit;
ANALYZE s.visit;
INSERT INTO s.visit SELECT i, '2030-01-01' FROM generate_series(1, 900) i;
SET retention.test_now = '2031-06-03 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.fuse WHERE blown_at IS NOT NULL), 0::bigint, 'of a small table all may go');

-- A pause.
INSERT INTO s.visit SELECT i, '2030-01-01' FROM generate_series(1, 9) i;
SET retention.test_now = '2031-06-04 12:00:00 Europe/Oslo';
SELECT throws_ok($$SELECT retention.pause('visits', ' ')$$, '22023', NULL, 'a pause has a reason');
SELECT lives_ok($$SELECT retention.pause('visits', 'a court asks')$$, 'a policy is paused');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.visit), 0::bigint, 'what is paused is hidden all the same');
SELECT is((SELECT rows FROM retention.policy_counts((SELECT policy_id FROM retention.policy WHERE name = 'visits')) WHERE state = 'due'), 9::bigint, 'what is paused stays');
SELECT is((SELECT state || ': ' || problem FROM retention.status WHERE name = 'visits'), 'paused: a court asks', 'the status says that it is paused, and why');
SELECT is((SELECT reason FROM retention.overdue WHERE name = 'visits'), 'paused: a court asks', 'what is overdue says why');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'no policy is paused' AND object = 'visits' AND NOT ok), ' paused it on .*: a court asks. What is due, the first since 2031-06-02 22:00:00\+00, stays and gets late until',
    'check() says what gets late by a pause');
SELECT lives_ok($$SELECT retention.unpause('visits')$$, 'a pause is ended');
SELECT lives_ok($$SELECT retention.pause_all('maintenance')$$, 'all policies are paused');
CALL retention.sweep();
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'no policy is paused' AND object = 'all' AND NOT ok), 'What is due, the first since 2031-06-02 22:00:00\+00, stays', 'check() says what gets late by a pause of all');
SELECT is((SELECT state || ': ' || problem FROM retention.status WHERE name = 'visits'), 'paused: maintenance', 'the status says that all are paused');
SELECT lives_ok($$SELECT retention.unpause_all()$$, 'the pause of all is ended');
CALL retention.sweep();
SELECT is((SELECT coalesce(sum(rows), 0) FROM retention.policy_counts((SELECT policy_id FROM retention.policy WHERE name = 'visits')) WHERE state = 'due'), 0::numeric, 'what is not paused any more goes');

-- Windows.
INSERT INTO s.visit SELECT i, '2030-01-01' FROM generate_series(101, 105) i;
SELECT throws_ok($$INSERT INTO retention.sweep_window (opens, closes) VALUES ('22:00', '22:00')$$, '23514', NULL, 'a window that opens never is refused');
SELECT throws_ok($$INSERT INTO retention.sweep_window (opens, closes, weekdays) VALUES ('22:00', '23:00', '{8}')$$, '23514', NULL, 'a window on no day of the week is refused');
SELECT throws_ok($$INSERT INTO retention.sweep_window (opens, closes, timezone) VALUES ('22:00', '23:00', 'Mars')$$, '22023', NULL, 'a window of no time zone is refused');
INSERT INTO retention.sweep_window (opens, closes, weekdays) VALUES ('22:00', '06:00', '{1,2,3,4,5}');
CREATE FUNCTION pg_temp.held(at timestamptz) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('retention.test_now', at::text, true);
    RETURN (SELECT string_agg(state, ' ') FROM retention.held_policy JOIN retention.policy p USING (policy_id) WHERE p.name = 'visits');
END $$;
SELECT is(pg_temp.held(at), held, 'the window at ' || at) FROM (VALUES ('2031-06-05 21:59:59 Europe/Oslo'::timestamptz, 'waiting for its window'), ('2031-06-05 22:00 Europe/Oslo', NULL), ('2031-06-06 05:59:59 Europe/Oslo', NULL),
    ('2031-06-06 06:00 Europe/Oslo', 'waiting for its window'), ('2031-06-07 05:00 Europe/Oslo', NULL), ('2031-06-07 23:00 Europe/Oslo', 'waiting for its window'), ('2031-06-08 05:00 Europe/Oslo', 'waiting for its window'),
    ('2031-06-09 05:00 Europe/Oslo', 'waiting for its window'), ('2031-06-09 22:30 Europe/Oslo', NULL)) t (at, held);
SELECT pg_temp.held('2031-06-08 05:00 Europe/Oslo') \g /dev/null
CALL retention.sweep();
SELECT is((SELECT rows FROM retention.policy_counts((SELECT policy_id FROM retention.policy WHERE name = 'visits')) WHERE state = 'due'), 5::bigint, 'outside of its window a sweep takes nothing');
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'waiting for its window', 'the status says that it is not the time');
SELECT is((SELECT reason FROM retention.overdue WHERE name = 'visits'), 'waiting for its window: see retention.sweep_window', 'what is overdue says that it is not the time');
-- Where clocks are set forward at two, to three, and back at three, to two. Windows that are over before or begin later know nothing of it.
DELETE FROM retention.sweep_window;
CREATE FUNCTION pg_temp.open_at(opens time, closes time, first timestamptz, hours integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text := current_setting('retention.test_now'); open text := ''; held text; was text := 'waiting for its window'; BEGIN
    INSERT INTO retention.sweep_window (opens, closes, timezone) VALUES ($1, $2, 'Europe/Oslo');
    FOR i IN 0 .. hours * 4 LOOP
        held := pg_temp.held(first + i * interval '15 minutes');
        IF held IS DISTINCT FROM was THEN
            open := open || format('%s %s ', CASE WHEN held IS NULL THEN 'from' ELSE 'to' END, to_char((first + i * interval '15 minutes') AT TIME ZONE 'UTC', 'HH24:MI'));
        END IF;
        was := held;
    END LOOP;
    DELETE FROM retention.sweep_window;
    PERFORM set_config('retention.test_now', before, true);
    RETURN open;
END $$;
SELECT is(pg_temp.open_at(opens::time, closes::time, first, 22), said, format('a window from %s to %s on the day that begins at %s', opens, closes, first)) FROM (VALUES
    ('2031-03-30 00:00 Europe/Oslo'::timestamptz, '02:00', '03:00', 'from 01:00 to 02:00 '), ('2031-03-30 00:00 Europe/Oslo', '02:30', '02:45', 'from 01:30 to 01:45 '),
    ('2031-03-30 00:00 Europe/Oslo', '01:00', '02:30', 'from 00:00 to 01:30 '), ('2031-03-30 00:00 Europe/Oslo', '01:00', '04:00', 'from 00:00 to 02:00 '),
    ('2031-03-30 00:00 Europe/Oslo', '02:00', '06:00', 'from 01:00 to 04:00 '), ('2031-03-30 00:00 Europe/Oslo', '23:00', '02:00', 'from 23:00 to 01:00 from 21:00 '),
    ('2031-10-26 00:00 Europe/Oslo', '02:00', '03:00', 'from 01:00 to 02:00 '), ('2031-10-26 00:00 Europe/Oslo', '02:30', '02:45', 'from 01:30 to 01:45 '),
    ('2031-10-26 00:00 Europe/Oslo', '01:00', '02:30', 'from 23:00 to 01:30 '), ('2031-10-26 00:00 Europe/Oslo', '01:00', '04:00', 'from 23:00 to 03:00 ')) t (first, opens, closes, said);
INSERT INTO retention.sweep_window (opens, closes, weekdays) VALUES ('22:00', '06:00', '{1,2,3,4,5}');
-- On a Friday the rows are due, and on Sunday.
SELECT is(pg_temp.held('2031-06-08 05:00 Europe/Oslo'), 'waiting for its window', 'on a Sunday no window of working days is open');
SELECT matches((SELECT hint FROM retention.check() WHERE what = 'windows are long enough' AND object = 'visits' AND NOT ok), 'due since 2031-06-03 22:00:00\+00, and still there after the window from 2031-06-06 20:00:00\+00 to 2031-06-07 04:00:00\+00',
    'check() names rows that a window was too short for');
INSERT INTO retention.sweep_window (policy, opens, closes) VALUES ('visitors', '04:00', '05:30');
SELECT is((SELECT string_agg(object, ' ') FROM retention.check() WHERE what = 'window is of a policy' AND NOT ok), 'visitors', 'check() names windows of policies that are none');
DELETE FROM retention.sweep_window WHERE policy = 'visitors';
INSERT INTO retention.sweep_window (policy, opens, closes) VALUES ('visits', '04:00', '05:30');
CALL retention.sweep();
SELECT is((SELECT coalesce(sum(rows), 0) FROM retention.policy_counts((SELECT policy_id FROM retention.policy WHERE name = 'visits')) WHERE state = 'due'), 0::numeric, 'a policy has windows of its own');
SELECT is_empty($$SELECT FROM retention.check() WHERE what IN ('windows are long enough', 'window is of a policy') AND NOT ok$$, 'check() says nothing of windows that were long enough');
DELETE FROM retention.sweep_window;

-- Columns.
CREATE TABLE s.person (id int PRIMARY KEY, phone text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('persons', 's.person', '{left_on}', 'Europe/Oslo', '50 years', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('s.person', 'phone', 'phone', '1 year');
INSERT INTO s.person SELECT i, 'p', '2031-06-01' FROM generate_series(1, 12000) i;
ANALYZE s.person;
SET retention.test_now = '2033-01-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT state FROM retention.status WHERE name = 'persons'), 'waiting for retention.approve()', 'columns are counted, too');
SELECT is((SELECT sum(columns_anonymised) FROM retention.sweep_run), 0::numeric, 'columns out of proportion wait');
SELECT is(retention.approve('persons'), 12000::bigint, 'columns are approved');
CALL retention.sweep();
SELECT is((SELECT sum(columns_anonymised) FROM retention.sweep_run), 12000::numeric, 'columns that were approved go');

-- Columns of what is over when a policy is put in force wait as rows do.
CREATE TABLE s.guest (id int PRIMARY KEY, phone text, left_on date);
INSERT INTO s.guest SELECT i, 'p', '2025-01-01' FROM generate_series(1, 50) i;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('s.guest', 'phone', 'phone', '1 year');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES ('guests', 's.guest', '{left_on}', 'Europe/Oslo', '50 years', '30 days', 'delete', 'enforce');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.guest WHERE phone IS NOT NULL), 50::bigint, 'columns do not go before the quarantine has run since the policy was put in force');
SET retention.test_now = '2033-02-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.guest WHERE phone IS NOT NULL), 0::bigint, 'columns go when the quarantine has run since then');

-- A policy that goes.
SELECT retention.pause('persons', 'x') \g /dev/null
SET LOCAL retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'persons';
SELECT is((SELECT count(*) FROM retention.pause) || ' ' || (SELECT count(*) FROM retention.fuse f WHERE NOT EXISTS (SELECT FROM retention.policy p WHERE p.policy_id = f.policy_id)), '0 0', 'what held a policy goes with it');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('persons', 's.person', '{left_on}', 'Europe/Oslo', '50 years', 'delete', 'enforce');

-- A restore.
SELECT retention.resume() \g /dev/null
SELECT is((SELECT count(*) FROM retention.fuse), 0::bigint, 'after retention.resume() nothing is approved');
SELECT is((SELECT count(*) FROM retention.policy WHERE mode = 'enforce' AND armed_at = '2033-02-01 12:00:00 Europe/Oslo'), 3::bigint, 'after retention.resume() quarantines run anew');

SELECT * FROM finish();
ROLLBACK;
