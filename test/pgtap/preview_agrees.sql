-- What a preview says is what approving and a sweep then do.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2030-06-10 12:00:00 Europe/Oslo';
CREATE SCHEMA s;
CREATE FUNCTION pg_temp.of(policy text, VARIADIC parts text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s', part, coalesce(item, '-'), coalesce(rows::text, '?')), ', ' ORDER BY part COLLATE "C", item COLLATE "C")
    FROM retention.preview(policy) WHERE part = ANY (parts)$$;
CREATE FUNCTION pg_temp.said(policy text, of_part text, of_item text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(detail, ' / ') FROM retention.preview(policy) WHERE part = of_part AND (of_item IS NULL OR item = of_item)$$;
CREATE FUNCTION pg_temp.due(policy text) RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(c.rows), 0)::bigint FROM retention.policy p, retention.policy_counts(p.policy_id) c WHERE p.name = policy AND c.state = 'due'$$;
CREATE FUNCTION pg_temp.taken() RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce(sum(deleted + anonymised), 0)::bigint FROM retention.sweep_run $$;

-- More than a day's share, and what was approved.
SET retention.max_share = 0.1;
CREATE TABLE s.letter (id int PRIMARY KEY, at date);
INSERT INTO s.letter SELECT i, '2029-01-01' FROM generate_series(1, 1500) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('letters', 's.letter', '{at}', 'Europe/Oslo', '1 year', 'delete', 'observe');
CALL retention.sweep();
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'letters';
SELECT matches(pg_temp.said('letters', 'due'), 'waits for approval: sweeps take at most 1000 a day without', 'more than a day''s share waits for approval');
SELECT is(retention.approve('letters'), 1500::bigint, 'all of it is approved');
SELECT is(pg_temp.said('letters', 'due'), 'deleted', 'what was approved does not wait for approval any more');
INSERT INTO s.letter SELECT i, '2029-01-01' FROM generate_series(1501, 2600) i;
SELECT matches(pg_temp.said('letters', 'due'), 'waits for approval', 'what is due beyond what was approved and a day''s share waits');

-- What holds sweeps back.
SELECT is(pg_temp.of('letters', 'problem'), NULL, 'nothing stands against the policy');
SELECT retention.pause('letters', 'a court asks') \g /dev/null
SELECT is(pg_temp.said('letters', 'problem', 'sweeps'), 'paused: a court asks', 'a pause is told as a problem');
SELECT retention.unpause('letters') \g /dev/null
INSERT INTO retention.sweep_window (opens, closes, timezone) VALUES ('22:00', '06:00', 'Europe/Oslo');
SELECT is(pg_temp.said('letters', 'problem', 'sweeps'), 'waiting for its window: see retention.sweep_window', 'a window that is not open is told as a problem');
DELETE FROM retention.sweep_window;
SET retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'off' WHERE name = 'letters';
RESET retention.confirm_drop;

-- Columns wait for the first quarantine as rows do.
CREATE TABLE s.guest (id int PRIMARY KEY, phone text, left_on date);
INSERT INTO s.guest SELECT i, 'p', '2028-01-01' FROM generate_series(1, 50) i;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('s.guest', 'phone', 'phone', '1 year');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES ('guests', 's.guest', '{left_on}', 'Europe/Oslo', '50 years', '30 days', 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.said('guests', 'columns', 'phone'), 'anonymised, in rows that are not due; not before 2030-07-11, unless approved', 'columns of a policy that observes would wait for its quarantine');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'guests';
SELECT is(pg_temp.said('guests', 'columns', 'phone'), 'anonymised, in rows that are not due; not before 2030-07-11, unless approved', 'columns wait while the first quarantine runs');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.guest WHERE phone IS NOT NULL), 50::bigint, 'columns do not go before');
SELECT retention.approve('guests') \g /dev/null
SELECT is(pg_temp.said('guests', 'columns', 'phone'), 'anonymised at once, in rows that are not due', 'columns that were approved do not wait');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.guest WHERE phone IS NOT NULL), 0::bigint, 'columns that were approved go');

-- What the law kept from an erasure, until now.
CREATE TABLE s.person (id int PRIMARY KEY, mail text, left_on date);
CREATE TABLE s.book (id int PRIMARY KEY, person int REFERENCES s.person, closed_on date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, must_keep_for, reference, action, mode) VALUES
    ('books', 's.book', '{closed_on}', 'Europe/Oslo', '10 years', '5 years', 'the Bookkeeping Act', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 's.person', '{mail}');
INSERT INTO s.person VALUES (1, 'a@b.example', NULL), (2, 'c@d.example', NULL);
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 's.book', 'person', 'about');
INSERT INTO s.book VALUES (1, 1, '2027-01-01');
INSERT INTO s.book SELECT i, 2, '2024-01-01' FROM generate_series(2, 5) i;
SELECT retention.erase('person', 1) \g /dev/null
SELECT is(pg_temp.of('books', 'due', 'kept by law'), 'due now 0, kept by law - 1', 'what the law keeps from an erasure is not due');
SELECT is((SELECT rows FROM retention.policy_estimates((SELECT policy_id FROM retention.policy WHERE name = 'books')) WHERE state = 'kept' AND exact), 1::bigint, 'what the law keeps from an erasure is an exact estimate');
SET retention.test_now = '2034-06-10 12:00:00 Europe/Oslo';
SELECT is(pg_temp.of('books', 'due', 'kept by law'), 'due erased earlier 1, due now 5, kept by law - 0', 'what the law kept until now is due with the others');
SELECT is(pg_temp.due('books'), 5::bigint, 'states of rows are counted as a preview does');
SELECT is((SELECT string_agg(concat_ws(' ', state, rows, exact), ', ' ORDER BY state) FROM retention.policy_estimates((SELECT policy_id FROM retention.policy WHERE name = 'books')) WHERE rows > 0 AND exact), 'due 5 t', 'estimates that are exact are as the states of rows');
SELECT is(retention.approve('books'), 5::bigint, 'as many rows are approved as were previewed');
SELECT pg_temp.taken() AS before \gset
CALL retention.sweep();
SELECT is(pg_temp.taken() - :before, 5::bigint, 'as many rows go as were previewed');

-- A policy that observes, and goes before one in force.
CREATE TABLE s.visit (id int PRIMARY KEY, kind text, left_on date);
INSERT INTO s.visit SELECT i, CASE WHEN i % 2 = 0 THEN 'short' ELSE 'long' END, '2033-01-01' FROM generate_series(1, 60) i;
INSERT INTO s.visit SELECT i, 'short', '2034-01-01' FROM generate_series(61, 63) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, priority, action, mode) VALUES ('b', 's.visit', '{left_on}', 'Europe/Oslo', '10 years', 20, 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, quarantine_for, priority, action, mode) VALUES ('a', 's.visit', 'kind = ''short''', '{left_on}', 'Europe/Oslo', '3 months', '6 months', 10, 'delete', 'observe');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, priority, action, mode) VALUES ('c', 's.visit', '{left_on}', 'Europe/Oslo', '1 month', 30, 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.due('a'), 0::bigint, 'what observes takes no row from what enforces');
SELECT is(pg_temp.of('a', 'due', 'hidden'), 'due from policy "b" 30, due now 30, hidden from policy "b" 3, hidden in quarantine 0', 'rows that a policy would take over are previewed');
SELECT is(pg_temp.of('c', 'due', 'hidden'), 'due now 0, hidden in quarantine 0', 'rows that a policy would not take over are none of its preview');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'a';
CALL retention.sweep();
SELECT is(pg_temp.of('a', 'due', 'hidden'), 'due now 30, hidden in quarantine 3', 'rows that were taken over are previewed as the policy''s own');
SELECT is(retention.approve('a'), 30::bigint, 'as many rows are approved as would be taken over');
SELECT pg_temp.taken() AS before \gset
CALL retention.sweep();
SELECT is(pg_temp.taken() - :before, 30::bigint, 'as many rows go as would be taken over');

-- Rows that go along, hop by hop.
CREATE TABLE s.node (id int PRIMARY KEY, parent int REFERENCES s.node ON DELETE CASCADE, left_on date);
CREATE TABLE s."Leaf of" (id int PRIMARY KEY, node int REFERENCES s.node ON DELETE CASCADE);
CREATE TABLE s.hint (id int PRIMARY KEY, leaf int REFERENCES s."Leaf of" ON DELETE SET NULL);
INSERT INTO s.node SELECT i, NULL, '2030-01-01' FROM generate_series(1, 5) i;
INSERT INTO s.node SELECT i, CASE WHEN i <= 15 THEN (i - 6) % 5 + 1 ELSE i - 10 END FROM generate_series(6, 55) i;
INSERT INTO s.node VALUES (56, 1, '2030-01-01'), (57, NULL, NULL), (58, 57, NULL);
INSERT INTO s."Leaf of" SELECT i, i FROM generate_series(40, 58) i;
INSERT INTO s.hint SELECT i, i FROM generate_series(50, 58) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('nodes', 's.node', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.of('nodes', 'due', 'cascades', 'set null'), 'cascades s."Leaf of" 17, cascades s.node 50, due now 6, set null s.hint 7', 'rows that go along are counted hop by hop, each once, and those that are due themselves not again');
SELECT is(pg_temp.said('nodes', 'cascades', 's.node') ~ 'not counted', false, 'nothing is left out');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'nodes';
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM s.node) || ', ' || (SELECT count(*) FROM s."Leaf of") || ', ' || (SELECT count(*) FROM s.hint WHERE leaf IS NULL), '57 58, 2, 7', 'as many rows go along as were previewed');
-- Further than ten keys.
CREATE TABLE s.chain (id int PRIMARY KEY, before int REFERENCES s.chain ON DELETE CASCADE, left_on date);
INSERT INTO s.chain SELECT i, nullif(i - 1, 0), CASE WHEN i = 1 THEN '2030-01-01'::date END FROM generate_series(1, 20) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('chain', 's.chain', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.of('chain', 'cascades'), 'cascades s.chain 10', 'ten keys are followed');
SELECT matches(pg_temp.said('chain', 'cascades'), 'further on are not counted', 'a preview says what it does not count');
-- Two tables that go with each other.
CREATE TABLE s.hen (id int PRIMARY KEY, egg int, left_on date);
CREATE TABLE s.egg (id int PRIMARY KEY, hen int REFERENCES s.hen ON DELETE CASCADE);
ALTER TABLE s.hen ADD FOREIGN KEY (egg) REFERENCES s.egg ON DELETE CASCADE;
INSERT INTO s.hen VALUES (1, NULL, '2030-01-01'), (2, NULL, NULL), (3, NULL, NULL);
INSERT INTO s.egg VALUES (1, 1), (2, 2), (3, 3);
UPDATE s.hen SET egg = CASE id WHEN 1 THEN 2 WHEN 2 THEN 1 END;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('hens', 's.hen', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.of('hens', 'cascades'), 'cascades s.egg 2, cascades s.hen 1', 'tables that go with each other are followed, and each row once');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'hens';
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ' ') FROM s.hen) || ', ' || (SELECT string_agg(id::text, ' ') FROM s.egg), '3, 3', 'as many rows of both go as were previewed');

-- Rows that stay, anonymised, because others refer to them, change nothing elsewhere.
CREATE TABLE s.client (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE s.bill (id int PRIMARY KEY, client int REFERENCES s.client);
CREATE TABLE s.car (id int PRIMARY KEY, client int DEFAULT 100 REFERENCES s.client ON DELETE SET DEFAULT);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('s.client', 'name', 'name');
INSERT INTO s.client SELECT i, 'n', '2030-01-01' FROM generate_series(1, 10) i;
INSERT INTO s.client VALUES (100, 'nobody', NULL);
INSERT INTO s.bill SELECT i, i FROM generate_series(1, 5) i;
INSERT INTO s.car SELECT i, i FROM generate_series(1, 10) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, if_referenced, action, mode) VALUES ('clients', 's.client', '{left_on}', 'Europe/Oslo', '1 year', 'anonymise', 'delete', 'observe');
CALL retention.sweep();
SELECT is(pg_temp.of('clients', 'due', 'set null', 'restrict'), 'due now 10, restrict s.bill 5, set null s.car 5', 'what refers to rows that are anonymised instead keeps what it has');
SELECT matches(pg_temp.said('clients', 'set null'), 'those that are due and anonymised instead, for others refer to them, change nothing here', 'a preview says of which rows it is not');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'clients';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.car WHERE client = 100) || ' ' || (SELECT count(*) FROM s.client WHERE name IS NULL), '5 5', 'as many rows are given the default as were previewed');

SELECT * FROM finish();
ROLLBACK;
