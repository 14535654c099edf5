-- Whatever is written to retention.policy: a row that is hidden does not show without a word, and one that must be kept is not
-- released earlier, by whichever policy, in whichever order, whoever takes it.
BEGIN;
SELECT plan(49);
SET client_min_messages = warning;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now TO keeper;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;

-- Does something and takes it back: "done", or the error.
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.policy(name text, relation text, rest text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('INSERT INTO retention.policy (name, relation, clock_starts, action, %s VALUES (%L, %L, ''{d}'', ''delete'', %s',
    split_part(rest, '|', 1), name, relation, split_part(rest, '|', 2)); END $$;

SET ROLE keeper;
CREATE TABLE app.i (id int PRIMARY KEY, d date, drafted date, kind text DEFAULT 'invoice');
CREATE TABLE app.u (id int PRIMARY KEY, d timestamptz, later timestamptz, kind text);
SELECT pg_temp.policy('books', 'app.i', $$keep_for, must_keep_for, mode, reference) | '5 years', '5 years', 'enforce', 'Bookkeeping Act')$$);
SELECT pg_temp.policy('users', 'app.u', $$keep_for, quarantine_for, mode) | '0 days', '30 days', 'enforce')$$);
INSERT INTO app.i VALUES (1, '2026-03-01', '2020-01-01');
SET retention.test_now = '2026-11-01 12:00+01';
INSERT INTO app.u VALUES (1, '2026-11-20', '2027-01-01');
SET retention.test_now = '2026-11-28 12:00+01';
RESET ROLE;
CALL retention.sweep();
SELECT is(string_agg(state, ','), 'enforcing,enforcing', 'two policies enforce') FROM retention.status;

-- In front of one that must keep.
SET ROLE keeper;
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, mode) | 1, ''10 years'', ''enforce'')')$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'no policy without a floor is put in front of a mandatory one');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, must_keep_for, mode) | 1, ''10 years'', ''4 years'', ''enforce'')')$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'no policy with a shorter floor is put in front of a mandatory one');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, must_keep_for, mode, applies_to) | 1, ''10 years'', ''4 years'', ''enforce'', ''id = 1'')')$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'no policy with a shorter floor is put in front for one mandatory row');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, mode, applies_to) | 1, ''10 years'', ''enforce'', ''id = 2'')')$$),
    'done', 'a policy without a floor is put in front for rows that the mandatory one does not have');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, must_keep_for, mode) | 1, ''10 years'', ''6 years'', ''enforce'')')$$),
    'done', 'a longer floor may be put in front');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.i', 'priority, keep_for, must_keep_for, mode, starts_when) | 1, ''10 years'', ''5 years'', ''enforce'', ''all'')')$$),
    'done', 'the same floor may be put in front');
SELECT is(pg_temp.tried($$INSERT INTO retention.policy (name, relation, priority, clock_starts, keep_for, must_keep_for, action, mode)
    VALUES ('front', 'app.i', 1, '{drafted}', '10 years', '6 years', 'delete', 'enforce')$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'a longer floor that began earlier, and so ends earlier, may not');

-- One that observes takes nothing, until it enforces.
SELECT pg_temp.policy('watch', 'app.i', $$priority, keep_for) | 1, '10 years')$$);
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
SELECT throws_ok('DELETE FROM app.i', 'RT001', NULL, 'a mandatory row is kept behind one that observes');
INSERT INTO app.i VALUES (2, '2026-03-01', '2020-01-01');
SELECT throws_ok('DELETE FROM app.i WHERE id = 2', 'RT001', NULL, 'a mandatory row that is written behind one that observes is kept');
UPDATE app.i SET kind = 'paid' WHERE id = 2;
SELECT throws_ok('DELETE FROM app.i WHERE id = 2', 'RT001', NULL, 'a mandatory row that is changed behind one that observes is kept');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'enforce' WHERE name = 'watch'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'a policy in front that observes does not begin to enforce');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'enforce'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'a policy in front does not begin to enforce together with all others');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'enforce', must_keep_for = '5 years' WHERE name = 'watch'$$), 'done', 'a policy in front with the same floor begins to enforce');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET priority = 200 WHERE name = 'books'; UPDATE retention.policy SET mode = 'enforce' WHERE name = 'watch'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'whichever priority is changed first');
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'books'$$), '42501 policy "books" keeps rows that must be kept under Bookkeeping Act',
    'the mandatory one is not dropped');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{drafted}' WHERE name = 'books'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'the clock of a mandatory policy does not start earlier');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{d,drafted}' WHERE name = 'books'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'the clock of a mandatory policy does not start earlier by a second way');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{d,drafted}', starts_when = 'all' WHERE name = 'books'$$), 'done', 'the clock of a mandatory policy may start later');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'id > 1' WHERE name = 'books'$$),
    '42501 policy "books" keeps rows that must be kept under Bookkeeping Act', 'a new condition of a mandatory policy leaves none of its rows out');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'id < 3' WHERE name = 'books'$$), 'done', 'a new condition of a mandatory policy may be one that has all its rows');
RESET ROLE;
SELECT is(pg_temp.tried($$DO 'BEGIN UPDATE retention.policy SET mode = ''enforce'' WHERE name = ''watch'';
        ASSERT (SELECT detail::jsonb ->> ''policy'' FROM retention.ledger WHERE action = ''mandatory period loosened'') = ''books''; END'$$), 'done',
    'a superuser may put it in front, and the ledger names the policy that loses its rows');

-- One that is being prepared takes nothing from one that enforces.
UPDATE retention.policy SET mode = 'enforce', must_keep_for = '6 years' WHERE name = 'watch';
SELECT throws_ok('DELETE FROM app.i', 'RT001', NULL, 'kept while another is being prepared');
CALL retention.sweep();
CALL retention.sweep();
SELECT is(retention.policy(retention_clock), (SELECT policy_id FROM retention.policy WHERE name = 'watch'), 'a longer floor in front has the rows once it is ready') FROM app.i WHERE id = 1;

-- What hides does not show.
SELECT is(count(*), 0::bigint, 'a row in quarantine is hidden') FROM app.u;
SELECT is(pg_temp.tried(what), '55006 policy "users" hides rows that would reappear', what)
FROM (VALUES ($$UPDATE retention.policy SET mode = 'off' WHERE name = 'users'$$), ($$UPDATE retention.policy SET mode = 'observe' WHERE name = 'users'$$),
    ($$UPDATE retention.policy SET applies_to = 'id > 1' WHERE name = 'users'$$), ($$UPDATE retention.policy SET keep_for = '1 year' WHERE name = 'users'$$),
    ($$UPDATE retention.policy SET clock_starts = '{later}' WHERE name = 'users'$$), ($$DELETE FROM retention.policy WHERE name = 'users'$$),
    ($$UPDATE retention.policy SET clock_starts = '{d,later}', starts_when = 'all' WHERE name = 'users'$$),
    ($$SELECT pg_temp.policy('front', 'app.u', 'priority, keep_for, mode) | 1, ''10 years'', ''enforce'')')$$),
    ($$SELECT pg_temp.policy('front', 'app.u', 'keep_for, must_keep_for, mode) | ''10 years'', ''1 day'', ''enforce'')')$$)) t (what);
SELECT is(pg_temp.tried($$SET LOCAL retention.confirm_drop = on; UPDATE retention.policy SET keep_for = '1 year' WHERE name = 'users'$$), 'done', 'rows are shown with confirmation');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET priority = 5, quarantine_for = '60 days', keep_for = '1 day' WHERE name = 'users'$$), 'done',
    'what shows no row needs no word');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('front', 'app.u', 'priority, keep_for, mode) | 1, ''1 day'', ''enforce'')')$$), 'done',
    'a policy in front that hides as well needs no word');
SELECT pg_temp.policy('watch users', 'app.u', $$priority, keep_for) | 1, '10 years')$$);
CALL retention.sweep();
SELECT is(count(*), 0::bigint, 'a policy that observes shows no row of one that hides') FROM app.u;
INSERT INTO app.u VALUES (2, '2026-11-20', NULL);
SET retention.test_now = '2026-11-28 12:00+01';
SELECT is(count(*), 0::bigint, 'a row in quarantine that is written behind one that observes is hidden') FROM app.u;
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'enforce'$$), '55006 policy "users" hides rows that would reappear',
    'a policy in front of one that hides does not begin to enforce unconfirmed');

-- A held row is hidden by its date, too.
CREATE TABLE app.h (id int PRIMARY KEY, d date);
SELECT pg_temp.policy('held', 'app.h', $$keep_for, quarantine_for, mode) | '0 days', '30 days', 'enforce')$$);
INSERT INTO app.h (id, d, retention_clock) VALUES (1, '2026-11-20', 'none held');
CALL retention.sweep();
SELECT is(pg_temp.tried($$UPDATE retention.policy SET keep_for = '1 year' WHERE name = 'held'$$), '55006 policy "held" hides rows that would reappear', 'a held row in quarantine is not shown without a word');

-- Both as they come: the one with a floor has the rows, whichever was written first.
CREATE TABLE app.t (id int PRIMARY KEY, d date);
INSERT INTO app.t SELECT n, date '2026-11-28' - n * 30 FROM generate_series(1, 50) n;
SELECT pg_temp.policy('default', 'app.t', $$keep_for) | '1 year')$$);
SELECT pg_temp.policy('law', 'app.t', $$keep_for, must_keep_for) | '5 years', '5 years')$$);
SELECT pg_temp.policy('longer law', 'app.t', $$keep_for, must_keep_for) | '6 years', '6 years')$$);
CALL retention.sweep();
UPDATE retention.policy SET mode = 'enforce' WHERE relation = 'app.t'::regclass;
CALL retention.sweep();
CALL retention.sweep();
SELECT is(count(*), 50::bigint, 'none is deleted before its time') FROM app.t;
SELECT is(array_agg(DISTINCT p.name), '{longer law}', 'of two floors the longer one has the rows') FROM app.t JOIN retention.policy p ON p.policy_id = retention.policy(retention_clock);

SELECT is(string_agg(name || ': ' || problem, E'\n' ORDER BY policy_id), $$default: no row reaches it: policy "longer law" comes before it and takes them all; a floor and a ceiling of the same rows stand in one policy
law: no row reaches it: policy "longer law" comes before it and takes them all, whatever must_keep_for says$$, 'the status of the others says why they have none')
FROM retention.status WHERE relation = 'app.t'::regclass;
UPDATE retention.policy SET applies_to = 'id > 10' WHERE name = 'longer law';
SELECT is(array_agg(object), '{default}', 'the check lists one that no row reaches, and no other of the table') FROM retention.check()
WHERE what = 'rows reach the policy' AND NOT ok AND object IN ('default', 'law', 'longer law');
UPDATE retention.policy SET applies_to = 'id > 20' WHERE name = 'law';
SELECT is(array_agg(object), '{law}', 'the check lists one whose condition another''s takes in') FROM retention.check()
WHERE what = 'rows reach the policy' AND NOT ok AND object IN ('default', 'law', 'longer law');
UPDATE retention.policy SET mode = 'observe', priority = 1 WHERE name = 'default';
UPDATE retention.policy SET applies_to = NULL WHERE name = 'longer law';
SELECT is(problem, 'no row reaches it until it enforces: policy "longer law" does, and takes them all', 'one that only observes is told so')
FROM retention.status WHERE name = 'default';

-- Partitions: a policy of one is in one order with those of the table.
CREATE TABLE app.p (id int, d date, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM (0) TO (10);
SELECT pg_temp.policy('whole', 'app.p', $$priority, keep_for, mode) | 200, '10 years', 'enforce')$$);
SELECT pg_temp.policy('part', 'app.p1', $$keep_for, must_keep_for, mode) | '5 years', '5 years', 'enforce')$$);
INSERT INTO app.p VALUES (1, '2026-03-01');
CALL retention.sweep();
CALL retention.sweep();
SELECT throws_ok('DELETE FROM app.p', 'RT001', NULL, 'a policy of a partition comes before that of the table by its priority');
ALTER TABLE app.p OWNER TO keeper;
ALTER TABLE app.p1 OWNER TO keeper;
SET ROLE keeper;
SELECT is(pg_temp.tried($$UPDATE retention.policy SET priority = 1 WHERE name = 'whole'$$),
    '42501 policy "part" keeps rows that must be kept', 'a policy of the table takes no mandatory rows of its partition''s');
RESET ROLE;

SELECT finish();
ROLLBACK;
