-- Every word that retention.status has for a policy's state, and every source of its problem, is produced here; one that is added without a test is
-- missed at the end.
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
SET retention.confirm_drop = on;
CREATE ROLE reasons_owner;
CREATE SCHEMA app AUTHORIZATION reasons_owner;
CREATE TEMP TABLE produced (what text);
CREATE FUNCTION pg_temp.governed(name text, columns text DEFAULT 'id int, left_on date', mode text DEFAULT 'enforce', condition text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS app.%I (%s)', name, columns);
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode, applies_to)
        VALUES (name, ('app.' || quote_ident(name))::regclass, '{left_on}', '1 year', '0 days', 'delete', 'block', mode, condition);
END $$;
-- The state and the problem of a policy; what of them it is that is tested is noted as produced.
CREATE FUNCTION pg_temp.state_is(policy text, expected text, description text, word text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    INSERT INTO produced VALUES (coalesce(word, expected));
    SELECT is((SELECT state FROM retention.status WHERE name = policy), expected, description) $$;
CREATE FUNCTION pg_temp.problem_like(policy text, expected text, description text, source text) RETURNS text LANGUAGE sql AS $$
    INSERT INTO produced VALUES (source);
    SELECT matches((SELECT problem FROM retention.status WHERE name = policy), expected, description) $$;

-- How far it is.
CREATE TABLE app.visits (id int, left_on date);
INSERT INTO app.visits VALUES (1, NULL);
SELECT pg_temp.governed('visits') \g /dev/null
SELECT pg_temp.state_is('visits', 'preparing 0 %', 'what was just written is prepared', 'preparing %s %%');
CALL retention.sweep();
SELECT pg_temp.state_is('visits', 'enforcing', 'what is prepared is enforced');
UPDATE retention.policy SET applies_to = 'id > 0' WHERE name = 'visits';
SELECT pg_temp.state_is('visits', 'stamping 0 %', 'what has other rows is stamped anew', 'stamping %s %%');
CALL retention.sweep();
DROP INDEX app.visits_retention_clock_idx;
SELECT pg_temp.state_is('visits', 'building the index', 'without its index it is built');
CALL retention.sweep();
SELECT pg_temp.governed('watched', mode => 'observe') \g /dev/null
SELECT pg_temp.governed('idle', mode => 'off') \g /dev/null
CALL retention.sweep();
SELECT pg_temp.state_is('watched', 'observing', 'what only observes says so');
SELECT pg_temp.state_is('idle', 'off', 'what is off says so');
CREATE TABLE app.copy (LIKE app.visits INCLUDING ALL);
SELECT pg_temp.governed('copy') \g /dev/null
SELECT pg_temp.state_is('copy', 'not validated', 'a policy for a table that has its clock already, as a restore brings it, is not validated');
DELETE FROM retention.policy WHERE name = 'copy';
DROP TABLE app.copy;

-- What it waits for.
SELECT retention.pause('visits', 'an inquiry') \g /dev/null
SELECT pg_temp.state_is('visits', 'paused', 'what is paused says so', 's.state');
SELECT pg_temp.problem_like('visits', '^an inquiry$', 'of a pause its reason is told', 's.detail');
INSERT INTO produced VALUES ('held: paused');
SELECT retention.unpause('visits') \g /dev/null
SELECT retention.place_hold('case 7', 'a claim', '17(3)(e)', policy => 'visits', review_on => '2030-05-31') \g /dev/null
SELECT pg_temp.state_is('visits', 'legal hold', 'what a legal hold is on says so', 'held: legal hold');
SELECT pg_temp.problem_like('visits', '^case 7$', 'of a hold its name is told', 's.detail');
SELECT retention.lift_hold(max(hold_id), 'settled') FROM retention.hold \g /dev/null
SELECT retention.place_hold('case 8', 'a claim', '17(3)(e)', relation => 'app.visits', condition => 'id = 1', review_on => '2030-05-31') \g /dev/null
SELECT pg_temp.problem_like('visits', '^hold \d+ was to be reviewed by 2030-05-31$', 'a hold that is overdue for its review is told of', 'hold %s was to be reviewed by %s');
SELECT retention.lift_hold(max(hold_id), 'settled') FROM retention.hold \g /dev/null
INSERT INTO retention.sweep_window (opens, closes, timezone) VALUES ('01:00', '02:00', 'UTC');
SELECT pg_temp.state_is('visits', 'waiting for its window', 'what waits for its window says so', 'held: waiting for its window');
DELETE FROM retention.sweep_window;
SELECT pg_temp.governed('many') \g /dev/null
CALL retention.sweep();
INSERT INTO app.many SELECT i, '2020-01-01' FROM generate_series(1, 3000) i;
ANALYZE app.many;
SET retention.max_share = 0.1;
CALL retention.sweep();
SELECT pg_temp.state_is('many', 'waiting for retention.approve()', 'what waits for approval says so', 'held: waiting for retention.approve()');
SET retention.max_share = 1;
SELECT retention.approve('many') \g /dev/null
CALL retention.sweep();
UPDATE retention.policy SET quarantine_for = '30 days' WHERE name = 'many';
SELECT pg_temp.problem_like('many', '^what was due before it was put in force or changed last waits until 20', 'what waits for its first quarantine says until when', 'retention.armed_until(');
INSERT INTO produced VALUES ('what was due before it was put in force or changed last waits until %s, for the quarantine runs since then: see retention.preview() and retention.approve()');
UPDATE retention.policy SET quarantine_for = '0 days' WHERE name = 'many';
SELECT retention.approve('many') \g /dev/null
SELECT retention.require_warnings('many') \g /dev/null
SELECT set_config('retention.test_now', (retention.time_now() + interval '1 minute')::text, false) \g /dev/null
SELECT pg_temp.problem_like('many', '^what became hidden since 20.* waits for retention.record_warning\(\)$', 'what waits for a warning says so', 'what became hidden since %s waits for retention.record_warning()');
SELECT retention.end_warnings('many') \g /dev/null
UPDATE retention.home SET timeline = timeline + 1;
SELECT pg_temp.state_is('visits', 'waiting for retention.resume()', 'after a promotion it waits for somebody who says so');
SELECT retention.resume() \g /dev/null
UPDATE retention.system_time SET seen_at = now() + interval '3 days';
SELECT pg_temp.problem_like('visits', '^the system''s time has jumped by ', 'a system time before what was seen is told', 'the system''''s time has jumped by %s');
SELECT retention.resume() \g /dev/null

-- What stands against it.
SELECT pg_temp.governed('handed', condition => 'id > 0') \g /dev/null
CALL retention.sweep();
ALTER TABLE app.handed OWNER TO reasons_owner;
SELECT pg_temp.state_is('handed', 'not confirmed', 'a condition that another owner wrote is not confirmed');
SELECT pg_temp.problem_like('handed', '^applies_to was written for another owner', 'of a condition that is not confirmed it is told who has to do what', 'u.problem');
SELECT pg_temp.governed('weak') \g /dev/null
CALL retention.sweep();
SET allow_system_table_mods = on;
UPDATE pg_trigger SET tgenabled = 'O' WHERE tgrelid = 'app.weak'::regclass AND tgname = '!retention_guard';
RESET allow_system_table_mods;
SELECT pg_temp.state_is('weak', 'not guarded', 'a guard that does not always fire is told');
SELECT pg_temp.problem_like('weak', '^trigger "!retention_guard" of table app.weak', 'of a guard that does not always fire it is told which', 'w.problem');
SELECT retention.resume() \g /dev/null
CREATE TABLE app.codes (id int, name text, left_on date);
INSERT INTO app.codes VALUES (1, 'x', '2020-01-01');
SELECT pg_temp.governed('codes', condition => 'name::int > 0') \g /dev/null
CALL retention.sweep();
SELECT pg_temp.problem_like('codes', '^error 22P02$', 'why rows cannot be stamped is told', 'r.problem');
DELETE FROM retention.policy WHERE name = 'codes';
CREATE TABLE app.parted (id int, left_on date, name text) PARTITION BY RANGE (id);
SELECT pg_temp.governed('parted', condition => 'name::int > 0') \g /dev/null
CALL retention.sweep();
CREATE TABLE app.part (LIKE app.parted INCLUDING ALL);
INSERT INTO app.part VALUES (1, '2030-01-01', '1');
ALTER TABLE app.parted ATTACH PARTITION app.part FOR VALUES FROM (0) TO (10);
SELECT pg_temp.problem_like('parted', '^not stamped yet, and hidden until then where the policy hides: the rows of app.part$', 'which partition is not stamped yet is told',
    'not stamped yet, and hidden until then where the policy hides: the rows of %s');
UPDATE retention.preparation SET problem = 'error 22P02' WHERE relation = 'app.part'::regclass;
SELECT pg_temp.problem_like('parted', '^error 22P02$', 'why a partition cannot be stamped is told', 'a.problem');
CALL retention.sweep();
SELECT pg_temp.governed('unread') \g /dev/null
CALL retention.sweep();
ALTER TABLE app.unread OWNER TO reasons_owner;
INSERT INTO app.unread VALUES (1, '2020-01-01');
REVOKE SELECT ON app.unread FROM reasons_owner;
CALL retention.sweep();
SELECT pg_temp.problem_like('unread', '^app.unread: error 42501', 'why a table was left is told', 't.reason');
SELECT pg_temp.governed('needed', 'id int PRIMARY KEY, left_on date') \g /dev/null
CREATE TABLE app.needs (id int CONSTRAINT needs_it REFERENCES app.needed);
INSERT INTO app.needed VALUES (1, '2020-01-01');
INSERT INTO app.needs SELECT 1;
CALL retention.sweep();
SELECT pg_temp.problem_like('needed', '^error 23(001|503) of constraint needs_it of table app.needs$', 'why a row is blocked is told', 'b.reason');
SELECT pg_temp.governed('viewed') \g /dev/null
CALL retention.sweep();
INSERT INTO app.viewed VALUES (1, NULL), (2, '2029-08-01');
CREATE MATERIALIZED VIEW app.view AS SELECT 1 / (count(*) - 1) AS n FROM app.viewed;
SET retention.test_now = '2030-09-01 12:00:00+00';
CALL retention.sweep();
SELECT pg_temp.problem_like('viewed', '^app.view: error 22012$', 'which materialised view cannot be refreshed is told, and why', 'v.reason');
UPDATE retention.audit_run SET problem = 'error 42501' WHERE relation = 'app.watched'::regclass;
INSERT INTO retention.audit_run (relation, problem) SELECT 'app.watched', 'error 42501' WHERE NOT EXISTS (SELECT FROM retention.audit_run WHERE relation = 'app.watched'::regclass);
SELECT pg_temp.problem_like('watched', '^audit: error 42501$', 'why the audit cannot go on is told', 'q.problem');
SELECT pg_temp.governed('heirs') \g /dev/null
CREATE TABLE app.heir () INHERITS (app.heirs);
CALL retention.sweep();
SELECT pg_temp.problem_like('heirs', '^no policy stands for what inherits from the table: app.heir$', 'which table has no policy is told', 'no policy stands for what inherits from the table: %s');
CREATE FUNCTION app.positive(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
SELECT pg_temp.governed('asked', condition => 'app.positive(id)') \g /dev/null
CALL retention.sweep();
ALTER FUNCTION app.positive(int) VOLATILE;
SELECT pg_temp.problem_like('asked', '^condition in field "applies_to" is not immutable$', 'why a condition can no longer be asked is told', 'retention.condition_problem(');
SELECT pg_temp.governed('shared') \g /dev/null
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority) VALUES ('behind', 'app.shared', '{left_on}', '1 year', 'delete', 'enforce', 200);
CALL retention.sweep();
SELECT pg_temp.problem_like('behind', 'shared', 'why no row can be a policy''s is told', 'retention.out_of_reach(');
CREATE TABLE app.named (id int, name text, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.named', 'name', 'name');
SELECT pg_temp.governed('named') \g /dev/null
UPDATE retention.policy SET action = 'anonymise', if_referenced = 'anonymise' WHERE name = 'named';
CALL retention.sweep();
ALTER TABLE app.named ALTER name SET NOT NULL;
SELECT pg_temp.problem_like('named', 'name', 'why rows can no longer be anonymised is told', 'retention.anonymiser_problem(');
INSERT INTO retention.return_run (relation) VALUES ('app.idle'::regclass);
UPDATE retention.return_run SET found = 3 WHERE relation = 'app.idle'::regclass;
SELECT pg_temp.problem_like('idle', '^3 rows of erased persons are there again', 'that rows of erased persons are there again is told', '%s rows of erased persons are there again: see retention.came_back()');

-- How late it is.
RESET retention.confirm_drop;
CREATE FUNCTION pg_temp.lateness() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', to_char(overdue_since AT TIME ZONE 'UTC', '"overdue since "YYYY-MM-DD HH24:MI'), to_char(next_due AT TIME ZONE 'UTC', '"next "YYYY-MM-DD HH24:MI'),
        to_char(last_success AT TIME ZONE 'UTC', '"last "YYYY-MM-DD HH24:MI'), rows_per_hour || ' an hour') FROM retention.status WHERE name = 'late' $$;
SET retention.test_now = '2031-01-01 12:00:00+00';
CREATE TABLE app.late (id int, left_on timestamptz) PARTITION BY RANGE (id);
CREATE TABLE app.late_1 PARTITION OF app.late FOR VALUES FROM (0) TO (100);
CREATE TABLE app.late_2 PARTITION OF app.late FOR VALUES FROM (100) TO (200);
SELECT pg_temp.governed('late') \g /dev/null
UPDATE retention.policy SET timezone = 'UTC' WHERE name = 'late';
CALL retention.sweep();
SELECT is(pg_temp.lateness(), '0 an hour', 'of a policy without rows nothing is late or to come');
INSERT INTO app.late SELECT i, '2030-12-31 18:00:00+00' FROM generate_series(1, 30) i;
INSERT INTO app.late VALUES (101, '2030-12-30 18:00:00+00'), (102, NULL);
SELECT is(pg_temp.lateness(), 'next 2031-12-31 00:00, 0 an hour', 'when the next of its rows is due is told, of all partitions');
SET retention.test_now = '2032-01-02 12:30:00+00';
SELECT is(pg_temp.lateness(), 'overdue since 2031-12-31 00:00, 0 an hour', 'since when its oldest row is overdue is told');
SELECT retention.pause('late', 'holidays') \g /dev/null
CALL retention.sweep();
SELECT results_eq($$SELECT overdue_since, state, problem FROM retention.status WHERE name = 'late'$$, $$VALUES (timestamptz '2031-12-31 00:00:00+00', 'paused', 'holidays')$$, 'what is overdue stands beside why');
SELECT retention.unpause('late') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.lateness(), 'last 2032-01-02 12:30, 31 an hour', 'when sweeps took rows last, and how many, is told');
INSERT INTO app.late SELECT i, '2030-12-31 18:00:00+00' FROM generate_series(1, 10) i;
SET retention.test_now = '2032-01-02 13:15:00+00';
CALL retention.sweep();
SELECT is(pg_temp.lateness(), 'last 2032-01-02 13:15, 33 an hour', 'of the hour before the part is counted that is within an hour from now');
SET retention.test_now = '2032-01-02 14:30:00+00';
SELECT is(pg_temp.lateness(), 'last 2032-01-02 13:15, 5 an hour', 'rows that were taken longer ago count less');
SET retention.test_now = '2032-01-02 16:30:00+00';
SELECT is(pg_temp.lateness(), 'last 2032-01-02 13:15, 0 an hour', 'rows that were taken hours ago count no more');
SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'late';
SELECT is((SELECT count(*) FROM retention.sweep_rate r WHERE NOT EXISTS (SELECT FROM retention.policy p WHERE p.policy_id = r.policy_id)), 0::bigint, 'of a policy that is gone no rate is kept');

-- Nothing else can be said.
CREATE FUNCTION pg_temp.words(source text, pattern text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT DISTINCT w[1] FROM regexp_matches(source, pattern, 'g') w $$;
SELECT set_eq($$SELECT btrim(w, '''') FROM pg_temp.words(substring(pg_get_viewdef('retention.status') FROM 'CASE(.*?)END AS state'), '(?:THEN|ELSE) (?:format\()?(s\.state|''[^'']+'')') w$$,
    $$SELECT what FROM produced WHERE what !~ '^held: |\.(problem|reason|detail)$|\($|jumped by|not stamped yet|no policy stands|erased persons|was due before it|became hidden since|to be reviewed'$$, 'each word for a state has its test');
SELECT set_eq($$SELECT 'held: ' || w FROM pg_temp.words(pg_get_viewdef('retention.held_policy'), '''([^'']+)''::text AS state') w$$, $$SELECT what FROM produced WHERE what ~ '^held: '$$,
    'each word for what a policy waits for has its test');
SELECT set_eq($$SELECT w FROM pg_temp.words(substring(pg_get_viewdef('retention.status') FROM 'AS last_run,(.*?)AS problem,'), '(\m[a-z]\.(?:problem|reason|detail)|\mretention\.\w+\((?=p\.)|(?<=format\('')(?:[^'']|'''')+(?=''::text))') w$$,
    $$SELECT what FROM produced WHERE what ~ '\.(problem|reason|detail)$|\($|jumped by|not stamped yet|no policy stands|erased persons|was due before it|became hidden since|to be reviewed'$$, 'each source of a problem has its test');
GRANT SELECT ON app.unread TO reasons_owner;
SET retention.confirm_drop = on;
DELETE FROM retention.personal_column;
DELETE FROM retention.policy;
DROP SCHEMA app CASCADE;
DROP OWNED BY reasons_owner;
DROP ROLE reasons_owner;
SELECT finish();
