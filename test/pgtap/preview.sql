-- What sweeps will do is told before: what enforcing or approving a policy would do, what becomes due month by month, and which rows will be hidden.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2030-06-10 12:00:00 Europe/Oslo';
CREATE ROLE owner;
CREATE ROLE other;
CREATE ROLE clerk;
CREATE ROLE monitor IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA retention TO owner, other, clerk, monitor;
GRANT EXECUTE ON FUNCTION retention.preview(text), retention.preview(integer), retention.leaving(integer) TO owner, other;
CREATE SCHEMA s AUTHORIZATION owner;
CREATE SCHEMA c AUTHORIZATION clerk;
GRANT USAGE ON SCHEMA s TO clerk;
GRANT USAGE ON SCHEMA c TO owner;
CREATE FUNCTION pg_temp.of(policy text, VARIADIC parts text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s', part, coalesce(item, '-'), coalesce(rows::text, '?')), ', ' ORDER BY part COLLATE "C", item COLLATE "C")
    FROM retention.preview(policy) WHERE part = ANY (parts)$$;
CREATE FUNCTION pg_temp.said(policy text, of_part text, of_item text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(detail, ' / ') FROM retention.preview(policy) WHERE part = of_part AND (of_item IS NULL OR item = of_item)$$;
-- The same by what each row's state is when a month ends.
CREATE FUNCTION pg_temp.due_at(policy text, month timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint; before text := current_setting('retention.test_now'); BEGIN
    PERFORM set_config('retention.test_now', month::text, true);
    SELECT coalesce(sum(c.rows), 0) INTO n FROM retention.policy p, retention.policy_counts(p.policy_id) c WHERE p.name = policy AND c.state = 'due';
    PERFORM set_config('retention.test_now', before, true);
    RETURN n;
END$$;
CREATE FUNCTION pg_temp.by_state(policy text, zone text) RETURNS TABLE (month text, rows bigint) LANGUAGE sql AS $$
    SELECT to_char(m, 'YYYY-MM'), pg_temp.due_at(policy, (m + interval '1 month') AT TIME ZONE zone - interval '1 microsecond')
        - pg_temp.due_at(policy, greatest(m AT TIME ZONE zone - interval '1 microsecond', current_setting('retention.test_now')::timestamptz))
    FROM date_trunc('month', current_setting('retention.test_now')::timestamptz AT TIME ZONE zone) first, generate_series(first, first + interval '11 months', interval '1 month') m$$;

-- A policy that observes.
CREATE TABLE s.account (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE s.session (id int PRIMARY KEY, account int REFERENCES s.account ON DELETE CASCADE);
CREATE TABLE s.click (id int PRIMARY KEY, session int REFERENCES s.session ON DELETE CASCADE);
CREATE TABLE s.device (id int PRIMARY KEY, account int REFERENCES s.account ON DELETE SET NULL);
CREATE TABLE s.invoice (id int PRIMARY KEY, account int REFERENCES s.account);
CREATE TABLE c.note (id int PRIMARY KEY, account int REFERENCES s.account ON DELETE CASCADE);
DO $$DECLARE t text; BEGIN
    FOREACH t IN ARRAY '{account,session,click,device,invoice}'::text[] LOOP EXECUTE format('ALTER TABLE s.%I OWNER TO owner', t); END LOOP;
END$$;
ALTER TABLE c.note OWNER TO clerk;
INSERT INTO s.account SELECT i, 'Kari ' || i, '2029-01-15' FROM generate_series(1, 20) i;
INSERT INTO s.account SELECT i, 'Ola ' || i, '2029-05-20' FROM generate_series(21, 25) i;
INSERT INTO s.account VALUES (26, 'Per', '2029-06-01'), (27, 'Per', '2029-06-30'), (28, 'Per', '2030-03-01'), (29, 'Per', '2030-06-10'), (30, 'Per', NULL);
INSERT INTO s.session SELECT i, (i - 1) % 10 + 1 FROM generate_series(1, 40) i;
INSERT INTO s.session VALUES (41, 30), (42, NULL);
INSERT INTO s.click SELECT i, s FROM unnest('{3,13,14,41}'::int[]) WITH ORDINALITY t (s, i);
INSERT INTO s.device VALUES (1, 1), (2, 2), (3, 30), (4, 5);
INSERT INTO s.invoice VALUES (1, 1), (2, 1), (3, 2), (4, 30);
INSERT INTO c.note VALUES (1, 4), (2, 28), (3, 1);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action) VALUES
    ('accounts', 's.account', '{left_on}', 'Europe/Oslo', '1 year', '30 days', 'delete');
SELECT matches(pg_temp.said('accounts', 'due'), '^an estimate, for rows are still being stamped', 'before rows are stamped it is said that numbers are estimates');
SELECT is(pg_temp.of('accounts', 'held', 'restricted'), 'held - ?, restricted - ?', 'what was decided about rows is not counted before they are stamped');
CALL retention.sweep();
SELECT is(pg_temp.of('accounts', 'due', 'hidden', 'held', 'restricted', 'kept by law'), 'due now 20, held - 0, hidden in quarantine 6, kept by law - 0, restricted - 0',
    'a policy that observes is previewed as if it were in force');
SELECT is((SELECT sum(rows) FROM retention.policy_counts(1) WHERE state IN ('due', 'quarantined')), 26::numeric, 'a policy''s states are asked for by a plain number');
SELECT is((SELECT sum(rows) FROM retention.policy_estimates(1) WHERE state = 'due'), 20::numeric, 'estimates are asked for by a plain number');
SELECT is((SELECT rows FROM retention.oldest_due(1)), 20::bigint, 'the oldest row is asked for by a plain number');
SELECT throws_ok('SELECT retention.policy_counts(70000)', '42704', 'policy 70000 does not exist', 'a number that no policy can have is none');
SELECT is(pg_temp.said('accounts', 'due'), 'deleted; not before 2030-07-11, unless approved', 'a preview says that the quarantine runs from when the policy is put in force');
SELECT is(pg_temp.said('accounts', 'hidden'), 'would be hidden at once', 'a preview says what would be hidden');
SELECT results_eq($$SELECT item, rows FROM retention.preview('accounts') WHERE part = 'becomes due'$$,
    $$VALUES ('2030-06', 5::bigint), ('2030-07', 2), ('2030-08', 0), ('2030-09', 0), ('2030-10', 0), ('2030-11', 0), ('2030-12', 0), ('2031-01', 0), ('2031-02', 0), ('2031-03', 0),
    ('2031-04', 1), ('2031-05', 0)$$, 'a preview counts what becomes due in each of twelve months');
SELECT results_eq($$SELECT item, rows FROM retention.preview('accounts') WHERE part = 'becomes due'$$, $$SELECT * FROM pg_temp.by_state('accounts', 'Europe/Oslo')$$,
    'months are counted as the states of rows will have it');
SELECT is(pg_temp.of('accounts', 'cascades', 'set null', 'restrict'),
    'cascades c.note 1, cascades s.click 3, cascades s.session 32, restrict s.invoice 2, set null s.device 1', 'a preview says what goes or changes with rows that are due, and which are referred to');
SELECT matches(pg_temp.said('accounts', 'cascades', 's.session'), '^key "session_account_fkey"', 'a preview names the foreign key');
SELECT matches(pg_temp.said('accounts', 'cascades', 's.click'), '^key "click_session_fkey" to s.session', 'a preview names tables further on');
SELECT matches(pg_temp.said('accounts', 'restrict'), 'anonymised, and deleted when no row refers', 'a preview says what becomes of rows that are referred to');
UPDATE retention.policy SET if_referenced = 'block';
SELECT matches(pg_temp.said('accounts', 'restrict'), 'they stay', 'a preview says what references block');
SELECT matches(pg_temp.said('accounts', 'estimate', 'time'), '^00:00:01, at 10000 rows a second: an assumption of what a worker does$', 'the time is estimated');
SELECT matches(pg_temp.said('accounts', 'estimate', 'WAL'), '^\d+ (bytes|kB)', 'the WAL is estimated');
SELECT is(pg_temp.of('accounts', 'problem'), NULL, 'nothing stands against the policy');
SELECT set_eq($$SELECT * FROM retention.preview(1)$$, $$SELECT * FROM retention.preview('accounts')$$, 'a policy is previewed by its number, too');
SELECT throws_ok($$SELECT retention.preview('nothing')$$, '42704', 'policy "nothing" does not exist', 'a policy that is none has no preview');
SELECT throws_ok($$SELECT retention.preview(99)$$, '42704', 'policy 99 does not exist', 'a number that is none has no preview');
SELECT throws_ok('SELECT retention.preview(NULL::text)', '22004', NULL, 'no policy has no preview');

-- Who may.
SET ROLE clerk;
SELECT throws_ok($$SELECT retention.preview('accounts')$$, '42501', NULL, 'a preview is nobody''s without a grant');
SELECT throws_ok('SELECT retention.forecast()', '42501', NULL, 'a forecast is nobody''s without a grant');
SELECT throws_ok('SELECT retention.leaving(1)', '42501', NULL, 'rows that leave are told nobody without a grant');
SET ROLE other;
SELECT throws_ok($$SELECT retention.preview('accounts')$$, '42501', NULL, 'who does not own the table has no preview');
SELECT throws_ok('SELECT retention.preview(1)', '42501', NULL, 'who does not own the table has no preview by number either');
SET ROLE owner;
SELECT is(pg_temp.of('accounts', 'due', 'cascades'), 'cascades c.note ?, cascades s.click 3, cascades s.session 32, due now 20', 'rows of tables that the caller may not read are not counted');
SELECT matches(pg_temp.said('accounts', 'cascades', 'c.note'), 'you may not read the table', 'a preview says why they are not');
RESET ROLE;
GRANT SELECT ON c.note TO owner;
ALTER TABLE c.note ENABLE ROW LEVEL SECURITY;
SET ROLE owner;
SELECT is(pg_temp.of('accounts', 'cascades'), 'cascades c.note ?, cascades s.click 3, cascades s.session 32', 'rows that row security hides from the caller are not counted');
RESET ROLE;
ALTER TABLE c.note DISABLE ROW LEVEL SECURITY;
SET ROLE owner;
SELECT is(pg_temp.of('accounts', 'cascades'), 'cascades c.note 1, cascades s.click 3, cascades s.session 32', 'rows of another''s table are counted for who may read it');
SELECT is_empty($$SELECT * FROM retention.preview('accounts') p WHERE p::text ~ 'Kari|Ola|Per' OR p.part = 'sample'$$, 'no value of a row, and no key, is shown to who may not reveal');
RESET ROLE;
SET retention.reveal = on;
SELECT results_eq($$SELECT item, rows, detail FROM retention.preview('accounts') WHERE part = 'sample' ORDER BY item::int$$,
    $$SELECT i::text, 1::bigint, 'due since 2030-02-15' FROM generate_series(1, 5) i$$, 'a few keys of rows that are due are shown to who may reveal');
SELECT is_empty($$SELECT * FROM retention.preview('accounts') p WHERE p::text ~ 'Kari|Ola|Per'$$, 'no other value of a row is shown to who may reveal');
RESET retention.reveal;

-- In force: approving is previewed.
UPDATE retention.policy SET mode = 'enforce', if_referenced = 'anonymise' WHERE name = 'accounts';
CALL retention.sweep();
SELECT is(pg_temp.of('accounts', 'due', 'hidden'), 'due now 20, hidden in quarantine 6', 'what waits since a policy was put in force is previewed as due');
SELECT is(pg_temp.said('accounts', 'due'), 'deleted; not before 2030-07-11, unless approved', 'a preview says until when it waits');
SELECT is(pg_temp.said('accounts', 'hidden'), 'hidden now', 'a preview says what is hidden');
SELECT is((SELECT rows FROM retention.preview('accounts') WHERE part = 'due'), retention.approve('accounts'), 'as many rows are approved as were previewed');
SELECT is(pg_temp.said('accounts', 'due'), 'deleted', 'what is approved does not wait');

-- Rows that will be hidden.
SET ROLE owner;
SELECT results_eq('SELECT name, relation, key, hidden_from, due_from FROM retention.leaving(30) ORDER BY key::int', $$VALUES
    ('accounts', 's.account'::regclass, '27'::jsonb, '2030-07-01 Europe/Oslo'::timestamptz, '2030-07-31 Europe/Oslo'::timestamptz)$$, 'rows that will be hidden are told with their keys and times');
SELECT is_empty('SELECT * FROM retention.leaving(20)', 'rows that are hidden later are not told');
SELECT is((SELECT count(*) FROM retention.leaving(21)), 1::bigint, 'a row that is hidden on the last of so many days is told');
SELECT is((SELECT string_agg(key::text, ' ' ORDER BY key::int) FROM retention.leaving(400)), '27 28 29', 'rows without a start are not told');
SELECT is((SELECT count(*) FROM retention.leaving(2147483647)), 3::bigint, 'any number of days will do');
SELECT throws_ok('SELECT retention.leaving(-1)', '22023', 'days must not be negative', 'rows that have left are not asked for');
SELECT is((SELECT count(*) FROM s.account WHERE id IN (SELECT key::int FROM retention.leaving(400))), 3::bigint, 'what will be hidden is visible');
SET ROLE other;
SELECT is_empty('SELECT * FROM retention.leaving(400)', 'rows of tables that are not the caller''s are not told');
RESET ROLE;
-- An owner whom row security binds.
CREATE POLICY seen ON s.account USING (id IN (3, 28));
ALTER TABLE s.account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SET ROLE owner;
SELECT is((SELECT string_agg(key::text, ' ' ORDER BY key::int) FROM retention.leaving(400)), '28', 'an owner whom row security binds is told of the rows that it shows him');
RESET ROLE;
SET retention.reveal = on;
SET ROLE owner;
SELECT is(pg_temp.of('accounts', 'sample'), 'sample 3 1', 'an owner whom row security binds has samples of the rows that it shows him');
RESET ROLE;
RESET retention.reveal;
SELECT is((SELECT count(*) FROM retention.leaving(400)), 3::bigint, 'whom row security does not bind is told of all rows');
ALTER TABLE s.account DISABLE ROW LEVEL SECURITY;
UPDATE retention.policy SET quarantine_for = '90 days' WHERE name = 'accounts';
SELECT is((SELECT due_from FROM retention.leaving(30)), '2030-09-29 Europe/Oslo'::timestamptz, 'a new quarantine counts');
SET retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'off' WHERE name = 'accounts';
RESET retention.confirm_drop;
SELECT is_empty('SELECT * FROM retention.leaving(400)', 'a policy that is off hides nothing');
SELECT is(pg_temp.of('accounts', 'due', 'hidden', 'kept by law'), 'due now ?, hidden in quarantine ?, kept by law - ?', 'a policy that is off counts nothing');
SELECT matches(pg_temp.said('accounts', 'due'), 'let it observe', 'a preview says what to do with a policy that is off');
SELECT is_empty('SELECT * FROM retention.forecast() WHERE name = ''accounts''', 'a policy that is off has no forecast');

-- Decided about: held, restricted, kept by law.
CREATE TABLE s.person (id int PRIMARY KEY, phone text, left_on date);
CREATE TABLE s.book (id int PRIMARY KEY, person int REFERENCES s.person, closed_on date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES
    ('persons', 's.person', '{left_on}', 'Europe/Oslo', '1 year', 'anonymise', 'observe');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, must_keep_for, reference, action, mode) VALUES
    ('books', 's.book', '{closed_on}', 'Europe/Oslo', '1 year', '5 years', 'the Bookkeeping Act', 'delete', 'observe');
SELECT is(pg_temp.said('persons', 'problem'), 'policy "persons" anonymises, but table person has no personal columns', 'a policy that anonymises needs personal columns, and is told while it observes');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('s.person', 'phone', 'phone', 'pseudonymise');
SELECT matches(pg_temp.said('persons', 'problem', 'anonymisers'), 'no key for pseudonyms is set', 'pseudonyms need a key, which is told while a policy observes');
UPDATE retention.personal_column SET anonymise = 'null' WHERE relation = 's.person'::regclass;
SELECT is(pg_temp.said('persons', 'problem'), NULL, 'what was mended is no problem any more');
ALTER TABLE s.person ALTER phone SET NOT NULL;
SELECT isnt(pg_temp.said('persons', 'problem', 'anonymisers'), NULL, 'an anonymiser that no longer fits is told');
ALTER TABLE s.person ALTER phone DROP NOT NULL;
INSERT INTO s.person (id, phone, left_on, retention_clock) VALUES (1, '1', '2029-01-01', 'none held'), (2, '2', '2030-01-01', 'none held');
INSERT INTO s.person (id, phone, left_on) VALUES (3, '3', '2029-01-01'), (4, '4', '2029-01-01'), (5, '5', '2030-06-01'), (6, '6', '2029-06-20'), (8, '8', '2029-06-20');
INSERT INTO s.person (id, phone, left_on, retention_clock) VALUES (7, '7', '2029-06-20', 'none held');
INSERT INTO s.book VALUES (1, 4, '2027-01-01'), (2, 4, '2024-01-01'), (3, 5, '2030-01-01');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 's.person', '{phone}');
SELECT retention.restrict('person', id, 'accuracy contested') FROM unnest('{3,8}'::int[]) id \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.of('persons', 'due', 'hidden', 'held', 'restricted', 'kept by law', 'restrict'), 'due now 1, held - 1, hidden in quarantine 0, kept by law - 0, restricted - 1',
    'a row that is held or restricted stays though its time is over');
SELECT is(pg_temp.said('persons', 'due'), 'anonymised', 'a preview says that rows are anonymised');
SELECT is(pg_temp.of('books', 'due', 'hidden', 'kept by law'), 'due now 1, hidden in quarantine 0, kept by law - 1', 'what the law keeps is not due when its time is over');
SELECT matches(pg_temp.said('books', 'kept by law'), 'required by the Bookkeeping Act$', 'a preview names the law');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'persons';
CALL retention.sweep();
SELECT is((SELECT string_agg(concat_ws(' ', key, due_from AT TIME ZONE 'UTC'), ', ' ORDER BY key::int) FROM retention.leaving(30)), '6 2030-06-20 22:00:00, 7', 'of a row that is held it is told when it is hidden, but not when it goes, and one that is restricted is hidden already');

-- Columns with periods of their own, and an owner who may not read the table.
CREATE TABLE s.member (id int PRIMARY KEY, phone text, "E mail" text, left_on date);
ALTER TABLE s.member OWNER TO owner;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, required_by_law) VALUES ('s.member', 'phone', 'phone', '1 year', false), ('s.member', 'E mail', 'e-mail', '1 month', false);
INSERT INTO s.member SELECT i, 'p', 'e', '2030-06-10'::date - i * 200 FROM generate_series(0, 19) i;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('members', 's.member', '{left_on}', 'Europe/Oslo', '5 years', 'delete');
CALL retention.sweep();
SELECT is(pg_temp.of('members', 'due', 'columns'), 'columns E mail 9, columns phone 8, due now 10', 'columns whose period is over are counted in rows that are not due');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'members';
CALL retention.sweep();
SELECT is(pg_temp.of('members', 'columns'), 'columns E mail 0, columns phone 0', 'columns that are done are not counted');
SELECT is((SELECT sum(columns_anonymised) FROM retention.sweep_run), 9::numeric, 'as many rows were without a column as were previewed');
REVOKE SELECT ON s.member FROM owner;
SELECT is((SELECT count(*) FROM retention.forecast() WHERE name = 'members' AND rows IS NULL), 12::bigint, 'a forecast of a table that cannot be looked at is unknown');
SELECT throws_ok('SELECT retention.leaving(30)', '42501', 'permission denied for table member', 'rows of a table that cannot be looked at are not left out in silence');
GRANT SELECT ON s.member TO owner;

-- Several policies on one table, in zones of their own, over a change of clocks and the turn of a year.
SET retention.test_now = '2030-10-20 12:00:00 Europe/Oslo';
CREATE TABLE s.visit (id int, day date, at timestamptz, kind text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE s.visit_1 PARTITION OF s.visit FOR VALUES FROM ('2020-01-01') TO ('2031-01-01');
CREATE TABLE s.visit_2 (day date NOT NULL, kind text, id int NOT NULL, at timestamptz);
ALTER TABLE s.visit ATTACH PARTITION s.visit_2 FOR VALUES FROM ('2031-01-01') TO ('2040-01-01');
CREATE TABLE s.mark (id int, visit int, day date, FOREIGN KEY (visit, day) REFERENCES s.visit ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE s.mark_1 PARTITION OF s.mark FOR VALUES FROM (0) TO (1000);
CREATE TABLE s.mark_2 PARTITION OF s.mark FOR VALUES FROM (1000) TO (2000);
CREATE TABLE s."Of 2" (id int, visit int, day date, FOREIGN KEY (visit, day) REFERENCES s.visit_2 ON DELETE CASCADE);
INSERT INTO s.visit (id, day, at, kind)
    SELECT i, '2030-01-01'::date + 400 * (i % 2), at, kind FROM (SELECT row_number() OVER ()::int AS i, at, kind FROM unnest('{north,south}'::text[]) kind, unnest(ARRAY[
    '2030-10-01 00:00:00+02', '2030-10-30 22:29:59+00', '2030-10-30 22:30:00+00', '2030-10-30 23:00:00+00', '2030-10-30 23:30:00+00', '2030-12-30 22:59:59+00', '2030-12-30 23:00:00+00',
    '2031-03-30 21:30:00+00', '2031-03-30 21:59:59+00', '2031-03-30 22:00:00+00', '2031-03-30 22:30:00+00', '2031-08-31 12:00:00+00', '2031-12-01 12:00:00+00']::timestamptz[]) at) v;
INSERT INTO s.visit SELECT i, '2031-05-05', '2030-01-01', 'north' FROM generate_series(101, 103) i;
INSERT INTO s.mark SELECT i, 101, '2031-05-05' FROM unnest('{1,1001,1002}'::int[]) i;
INSERT INTO s."Of 2" VALUES (1, 102, '2031-05-05');
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, action) VALUES
    ('north', 's.visit', 'kind = ''north''', '{at}', 'Europe/Oslo', '24 hours', 'delete'), ('south', 's.visit', 'kind = ''south''', '{at}', 'America/New_York', '24 hours', 'delete');
CALL retention.sweep();
SELECT results_eq($$SELECT item, rows FROM retention.preview('north') WHERE part = 'becomes due'$$, $$SELECT * FROM pg_temp.by_state('north', 'Europe/Oslo')$$,
    'months end at midnight by the zone of the policy, in summer and in winter');
SELECT results_eq($$SELECT item, rows FROM retention.preview('south') WHERE part = 'becomes due'$$, $$SELECT * FROM pg_temp.by_state('south', 'America/New_York')$$,
    'another policy of the table has months by its own zone');
SELECT is((SELECT string_agg(item || ' ' || rows, ', ' ORDER BY item) FROM retention.preview('north') WHERE part = 'becomes due' AND rows > 0),
    '2030-10 2, 2030-11 2, 2030-12 1, 2031-01 1, 2031-03 2, 2031-04 2, 2031-09 1', 'what becomes due just before midnight is of the month that ends');
SELECT is(pg_temp.of('north', 'due', 'cascades'), 'cascades s."Of 2" 1, cascades s.mark 3, due now 4', 'a key of a partitioned table is told once, and one to a partition, too');
SELECT results_eq($$SELECT to_char(month, 'YYYY-MM'), rows FROM retention.forecast() WHERE name = 'north'$$, $$SELECT * FROM pg_temp.by_state('north', 'Europe/Oslo')$$,
    'a forecast has the same months');
SELECT is((SELECT count(*) FROM retention.forecast(3)), 15::bigint, 'a forecast is of all policies that are ready');
SELECT throws_ok('SELECT retention.forecast(0)', '22023', 'months must be between 1 and 1200', 'a forecast has a month');
SELECT throws_ok('SELECT retention.forecast(1201)', '22023', 'months must be between 1 and 1200', 'a forecast has an end');
SELECT is((SELECT sum(rows) FROM retention.forecast(1200) WHERE name = 'north'), 12::numeric, 'a forecast may be long');
SET ROLE monitor;
SELECT is((SELECT sum(rows) FROM retention.forecast() WHERE name = 'north'), 11::numeric, 'who monitors has the forecast');
SELECT throws_ok('SELECT retention.preview(1)', '42501', NULL, 'who monitors has no preview');
RESET ROLE;
SET retention.reveal = on;
SELECT is((SELECT string_agg(item, ' ' ORDER BY item) FROM retention.preview('north') WHERE part = 'sample'),
    '{"id": 1, "day": "2031-02-05"} {"id": 101, "day": "2031-05-05"} {"id": 102, "day": "2031-05-05"} {"id": 103, "day": "2031-05-05"}', 'a key of several columns is an object');
RESET retention.reveal;
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'north';
CALL retention.sweep();
SELECT is((SELECT string_agg(format('%s %s', key, hidden_from AT TIME ZONE 'UTC'), ', ' ORDER BY key ->> 'id') FROM retention.leaving(12) WHERE name = 'north'),
    '{"id": 2, "day": "2030-01-01"} 2030-10-31 22:29:59, {"id": 3, "day": "2031-02-05"} 2030-10-31 22:30:00, {"id": 4, "day": "2030-01-01"} 2030-10-31 23:00:00, {"id": 5, "day": "2031-02-05"} 2030-10-31 23:30:00',
    'rows of partitions that will be hidden are told by the table''s key');
CREATE POLICY seen ON s.visit USING (id IN (2, 3));
ALTER TABLE s.visit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE ROLE holder;
GRANT USAGE ON SCHEMA retention, s TO holder;
GRANT EXECUTE ON FUNCTION retention.leaving(integer) TO holder;
ALTER TABLE s.visit OWNER TO holder;
ALTER TABLE s.visit_1 OWNER TO holder;
ALTER TABLE s.visit_2 OWNER TO holder;
SET ROLE holder;
SELECT is((SELECT string_agg(key ->> 'id', ' ' ORDER BY key ->> 'id') FROM retention.leaving(12)), '2 3', 'an owner whom row security of a partitioned table binds is told of the rows that it shows him');
RESET ROLE;
ALTER TABLE s.visit DISABLE ROW LEVEL SECURITY;
SELECT is((SELECT count(*) FROM retention.leaving(11) WHERE name = 'north'), 2::bigint, 'days end at midnight by the zone of the policy');

-- What is put in force waits for its quarantine, in a forecast, too.
SET retention.test_now = '2030-06-10 12:00:00 Europe/Oslo';
CREATE TABLE s.letter (body text, at date);
INSERT INTO s.letter SELECT 'Kari', '2029-01-01' FROM generate_series(1, 3);
INSERT INTO s.letter VALUES ('Ola', '2029-07-01');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES
    ('letters', 's.letter', '{at}', 'Europe/Oslo', '1 year', '30 days', 'delete', 'enforce'), ('more letters', 's.letter', '{at}', 'Europe/Oslo', '1 year', '30 days', 'delete', 'observe');
CALL retention.sweep();
SELECT is((SELECT string_agg(rows::text, ' ' ORDER BY month) FROM retention.forecast(3) WHERE name = 'letters'), '0 3 1', 'what waits for its quarantine becomes due with that');
SELECT is((SELECT key FROM retention.leaving(30) WHERE name = 'letters'), NULL, 'a row without a key is told without one');
SELECT is((SELECT count(*) FROM retention.leaving(30) WHERE name = 'letters'), 1::bigint, 'a row of a table without a key is told all the same');
SET retention.reveal = on;
SELECT is(pg_temp.of('letters', 'sample'), NULL, 'of a table without a key there is no sample');
RESET retention.reveal;
SELECT matches(pg_temp.said('more letters', 'problem', 'priority'), 'policy "letters" comes before it', 'a policy that no row reaches is told');
SELECT is(pg_temp.of('more letters', 'due'), 'due now 0', 'a policy that no row reaches takes none');

-- The fuse.
SET retention.max_share = 0.1;
INSERT INTO s.letter SELECT 'Kari', '2030-06-09' FROM generate_series(1, 1500) i;
SET retention.test_now = '2032-01-01 12:00:00 Europe/Oslo';
SELECT is(pg_temp.said('letters', 'due'), 'deleted; waits for approval: sweeps take at most 1000 a day without', 'a preview says that more is due than sweeps take');
SELECT is((SELECT rows FROM retention.preview('letters') WHERE part = 'due'), 1504::bigint, 'more than a thousand rows are counted, not estimated');
SELECT is((SELECT rows FROM retention.preview('letters') WHERE part = 'due'), (SELECT rows FROM retention.policy_counts((SELECT policy_id FROM retention.policy WHERE name = 'letters')) WHERE state = 'due'),
    'a preview counts as the states of rows do');
SELECT retention.approve('letters') \g /dev/null
CALL retention.sweep();
UPDATE retention.sweep_run SET started_at = started_at - interval '10 seconds' WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run);
INSERT INTO s.letter SELECT 'Kari', '2031-12-01' FROM generate_series(1, 700);
SET retention.test_now = '2033-03-01 12:00:00 Europe/Oslo';
SELECT is(pg_temp.said('letters', 'estimate', 'time'), '00:00:05, at 150 rows a second: so the last sweeps of the policy by a worker did', 'the time is estimated by what the last sweeps of the policy took');

SELECT * FROM finish();
ROLLBACK;
