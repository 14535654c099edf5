-- A policy may wait until persons were warned: rows are hidden on time, and go when somebody has said so.
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00 Europe/Oslo';
CREATE ROLE warned_owner;
CREATE ROLE warned_other;
CREATE SCHEMA s AUTHORIZATION warned_owner;
GRANT USAGE ON SCHEMA s TO warned_other;
CREATE TABLE s.member (id int PRIMARY KEY, left_on date);
ALTER TABLE s.member OWNER TO warned_owner;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES
    ('members', 's.member', '{left_on}', 'Europe/Oslo', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO s.member VALUES (1, '2029-06-10'), (2, '2029-07-10'), (3, '2029-08-10'), (4, NULL);
CALL retention.sweep();
CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    SELECT string_agg(id::text, ' ' ORDER BY id) INTO result FROM s.member;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;

SET ROLE warned_other;
SELECT throws_ok($$SELECT retention.require_warnings('members')$$, '42501', NULL, 'requiring warnings is nobody''s without a grant');
RESET ROLE;
GRANT USAGE ON SCHEMA retention TO warned_other, warned_owner;
GRANT EXECUTE ON FUNCTION retention.require_warnings(text), retention.record_warning(text, timestamptz), retention.end_warnings(text) TO warned_other, warned_owner;
SET ROLE warned_other;
SELECT throws_ok(format('SELECT retention.%s(''members''%s)', f, a), '42501', NULL, format('who does not own the table may not call %s', f))
FROM (VALUES ('require_warnings', ''), ('record_warning', ', ''2031-01-01'''), ('end_warnings', '')) x (f, a);
SET ROLE warned_owner;
SELECT throws_ok($$SELECT retention.record_warning('members', '2031-01-01')$$, '55000', 'policy "members" waits for no warnings', 'a warning that nothing waits for is not recorded');
RESET ROLE;
SET retention.test_now = '2030-06-20 12:00:00 Europe/Oslo';
SET ROLE warned_owner;
SELECT lives_ok($$SELECT retention.require_warnings('members')$$, 'who owns the table has the policy wait');
RESET ROLE;
UPDATE retention.policy SET warned_until = 'infinity', purpose = 'to know who is here' WHERE name = 'members';
SELECT is((SELECT warned_until FROM retention.policy), '2030-06-20 12:00:00 Europe/Oslo'::timestamptz, 'nobody writes by hand until when persons were warned');
SET retention.test_now = '2030-08-20 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows(), '2 3 4', 'what was hidden before goes, and what became hidden later stays');
SELECT is((SELECT string_agg(id::text, ' ') FROM s.member), '4', 'what waits is hidden all the same');
SELECT is((SELECT string_agg(state || ' ' || rows, ', ' ORDER BY state) FROM retention.policy_counts((SELECT policy_id FROM retention.policy))), 'active 1, quarantined 2', 'what waits is in quarantine');
SELECT matches((SELECT problem FROM retention.status), '^what became hidden since .* waits for retention.record_warning\(\)$', 'the status says what is waited for');
SELECT throws_ok($$SELECT retention.record_warning('members', '2030-06-01')$$, '22023', NULL, 'an earlier warning is refused');
SELECT throws_ok($$SELECT retention.record_warning('members', 'infinity')$$, '22023', NULL, 'a warning for ever is refused');
SELECT throws_ok($$SELECT retention.record_warning('members', NULL)$$, '22004', NULL, 'a warning until NULL is refused');
SELECT throws_ok($$SELECT retention.record_warning(NULL::text, now())$$, '22004', NULL, 'a warning of no policy is refused');
SELECT lives_ok($$SELECT retention.record_warning('members', '2030-07-31')$$, 'a warning is recorded');
CALL retention.sweep();
SELECT is(pg_temp.rows(), '3 4', 'of whom somebody warned goes');
SELECT results_eq($$SELECT action FROM retention.ledger WHERE action LIKE 'warn%' ORDER BY entry_id$$, $$VALUES ('warnings required'), ('warned')$$, 'the ledger has what was said');
UPDATE retention.policy SET quarantine_for = '40 days' WHERE name = 'members';
SELECT is((SELECT warned_until FROM retention.policy), '2030-07-31 00:00:00'::timestamptz, 'a changed policy waits as before');
SET retention.test_now = '2031-08-20 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows(), '3 4', 'without a warning a row waits for long');
SET ROLE warned_owner;
SELECT lives_ok($$SELECT retention.end_warnings('members')$$, 'who owns the table ends that the policy waits');
RESET ROLE;
CALL retention.sweep();
SELECT is(pg_temp.rows(), '4', 'a policy that does not wait any more takes what is due');
SELECT is((SELECT action FROM retention.ledger WHERE action LIKE 'warn%' ORDER BY entry_id DESC LIMIT 1), 'warnings ended', 'the ledger has that, too');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode, warned_until, applies_to) VALUES
    ('others', 's.member', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'observe', '2020-01-01', 'false');
SELECT is((SELECT warned_until FROM retention.policy WHERE name = 'others'), 'infinity', 'a new policy waits for no warnings');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger is whole');
DROP SCHEMA s CASCADE;
DROP OWNED BY warned_owner, warned_other;
DROP ROLE warned_owner, warned_other;
SELECT * FROM finish();
