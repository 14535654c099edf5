-- Rows that stay and refer to rows that a policy hides: said when the policy is written, listed while that is so, and policies proposed along the keys.
BEGIN;
SELECT plan(34);
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, email text, left_on date, since bigint);
CREATE TABLE app."Orders" (id bigint PRIMARY KEY, "User" bigint REFERENCES app.users, note text);
CREATE TABLE app.lines (id bigint PRIMARY KEY, order_id bigint REFERENCES app."Orders");
CREATE TABLE app.talks (id bigint PRIMARY KEY, a bigint REFERENCES app.users, b bigint REFERENCES app.users);
CREATE TABLE app.visits (id bigint, day date, user_id bigint REFERENCES app.users, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE app.visits_1 PARTITION OF app.visits FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
CREATE TABLE app.books (a bigint, b bigint, left_on date, PRIMARY KEY (a, b));
CREATE TABLE app.kids (id bigint PRIMARY KEY, a bigint, b bigint, c bigint, FOREIGN KEY (a, b) REFERENCES app.books, FOREIGN KEY (a) REFERENCES app.users, FOREIGN KEY (b) REFERENCES app.users);
CREATE TABLE app.pages (id bigint PRIMARY KEY, a bigint, b bigint, FOREIGN KEY (a, b) REFERENCES app.books, FOREIGN KEY (a) REFERENCES app.users);
CREATE TABLE app.staff (id bigint PRIMARY KEY, boss bigint REFERENCES app.staff, left_on date);
CREATE TABLE app.alone (id bigint PRIMARY KEY, left_on date);
CREATE FUNCTION pg_temp.hidden(wanted text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s %s %s', relation, columns, coalesce(path, '-')), '; ' ORDER BY relation::text COLLATE "C", columns) FROM retention.reference_to_hidden WHERE policy = wanted$$;
SET LOCAL client_min_messages = error;

SELECT is((SELECT count(*) FROM retention.reference_to_hidden), 0::bigint, 'nothing refers to what no policy hides');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('users', 'app.users', '{left_on}', '30 days', '30 days', 'delete', 'enforce');
SELECT is(pg_temp.hidden('users'), 'app."Orders" {User} "User"; app.kids {a} -; app.kids {b} -; app.pages {a} -; app.talks {a} a; app.talks {b} b; app.visits {user_id} user_id',
    'each table that refers to rows of a policy is listed with its key, a partitioned one once, and how clocks would run along it');
SELECT is((SELECT count(*) FROM retention.gaps WHERE kind = 'rows that refer to hidden ones' AND object = 'app."Orders"'), 1::bigint, 'a table that refers is a gap');
SELECT is((SELECT detail FROM retention.gaps WHERE kind = 'rows that refer to hidden ones' AND object = 'app."Orders"'),
    'by "User" they refer to rows of app.users, which policy "users" hides: who follows the key finds nothing', 'the gap names key, table and policy');
SELECT matches((SELECT hint FROM retention.gaps WHERE kind = 'rows that refer to hidden ones' AND object = 'app."Orders"'), 'propose_policies', 'the gap points to what may go along');
SELECT matches((SELECT hint FROM retention.gaps WHERE kind = 'rows that refer to hidden ones' AND object = 'app.pages'), 'anonymise', 'where no policy can run along the key the gap points to what else may be done');
SELECT is((SELECT count(*) FROM retention.reference_to_hidden WHERE relation = 'app.lines'::regclass), 0::bigint, 'what refers to rows that no policy hides is not listed');

-- What is proposed fits, and closes the gap.
SELECT is((SELECT string_agg(format('%s %s', name, clock_starts), '; ' ORDER BY name COLLATE "C") FROM retention.propose_policies()),
    'Orders with users {"\"User\".left_on"}; talks with users {a.left_on,b.left_on}; visits with users {user_id.left_on}', 'a policy is proposed for each table that has none, along all of its keys');
SELECT is((SELECT string_agg(DISTINCT format('%s %s %s %s %s', keep_for, quarantine_for, action, mode, along), '; ') FROM retention.propose_policies()), '30 days 30 days delete observe users', 'what is proposed has the periods of the policy that hides, and only observes');
SELECT lives_ok('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) SELECT name, relation, clock_starts, keep_for, quarantine_for, action, mode FROM retention.propose_policies()', 'what is proposed can be written');
SELECT is(pg_temp.hidden('users'), 'app.kids {a} -; app.kids {b} -; app.pages {a} -', 'what runs along its keys is listed no more');
SELECT is((SELECT string_agg(format('%s %s', name, clock_starts), '; ') FROM retention.propose_policies()), 'lines with Orders with users {"order_id.\"User\".left_on"}', 'what refers to those is proposed next, along both keys');
SELECT lives_ok('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) SELECT name, relation, clock_starts, keep_for, quarantine_for, action, mode FROM retention.propose_policies()', 'that can be written, too');
SELECT is((SELECT count(*) FROM retention.propose_policies()), 0::bigint, 'nothing is left to be proposed when each table has its policy');
UPDATE retention.policy SET mode = 'enforce' WHERE mode = 'observe';
INSERT INTO app.users VALUES (1, 'a', '2030-01-10'), (2, 'b', NULL);
INSERT INTO app."Orders" VALUES (1, 1), (2, 2);
INSERT INTO app.lines VALUES (1, 1), (2, 2);
INSERT INTO app.talks VALUES (1, 1, 2), (2, 2, 2);
INSERT INTO app.visits VALUES (1, '2029-01-01', 1), (2, '2029-01-01', 2);
SET LOCAL retention.test_now = '2030-02-15 12:00+01';
SELECT is((SELECT count(*) FROM app.users), 1::bigint, 'the user is hidden');
SELECT is((SELECT count(*) FROM app."Orders" o LEFT JOIN app.users u ON u.id = o."User" WHERE u.id IS NULL), 0::bigint, 'no order that is read refers to a user who is not');
SELECT is((SELECT count(*) FROM app.lines l LEFT JOIN app."Orders" o ON o.id = l.order_id WHERE o.id IS NULL), 0::bigint, 'no line that is read refers to an order that is not');
SELECT is((SELECT count(*) FROM app.talks t LEFT JOIN app.users u ON u.id = t.a LEFT JOIN app.users w ON w.id = t.b WHERE u.id IS NULL OR w.id IS NULL), 0::bigint, 'no talk that is read refers to a user who is not, by either key');
SELECT is((SELECT string_agg(id::text, ' ') FROM app.visits), '2', 'rows of a partitioned table are hidden with what they refer to');

-- One that does not hide with it.
SET LOCAL retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '60 days' WHERE name = 'Orders with users';
SELECT is(pg_temp.hidden('users'), 'app."Orders" {User} "User"; app.kids {a} -; app.kids {b} -; app.pages {a} -', 'a policy that runs longer does not do');
SELECT is((SELECT policies FROM retention.reference_to_hidden WHERE relation = 'app."Orders"'::regclass), 'Orders with users', 'the policies that the table has are named');
SELECT matches((SELECT hint FROM retention.gaps WHERE kind = 'rows that refer to hidden ones' AND object = 'app."Orders"'), 'If they have to stay', 'what has a policy of its own is taken for what has to stay');
UPDATE retention.policy SET keep_for = '10 days' WHERE name = 'Orders with users';
SELECT is(pg_temp.hidden('users'), 'app.kids {a} -; app.kids {b} -; app.pages {a} -', 'a policy that runs shorter does');
UPDATE retention.policy SET applies_to = 'note IS NULL' WHERE name = 'Orders with users';
SELECT matches(pg_temp.hidden('users'), 'Orders', 'a policy for some of the rows does not do');
UPDATE retention.policy SET applies_to = NULL, mode = 'off' WHERE name = 'Orders with users';
SELECT matches(pg_temp.hidden('users'), 'Orders', 'a policy that is off does not do');

-- Keys of several columns, units, tables that refer to themselves.
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('books', 'app.books', '{left_on}', '30 days', 'delete'), ('staff', 'app.staff', '{left_on}', '30 days', 'delete'), ('alone', 'app.alone', '{left_on}', '30 days', 'delete');
SELECT is(pg_temp.hidden('books'), 'app.kids {a,b} -; app.pages {a,b} b', 'a key of several columns is named by one that is its own');
SELECT is((SELECT clock_starts FROM retention.propose_policies() WHERE relation = 'app.pages'::regclass), '{b.left_on}', 'a policy along it is proposed');
SELECT is(pg_temp.hidden('staff'), NULL, 'a table that refers to itself goes by one policy');
SELECT is(pg_temp.hidden('alone'), NULL, 'a table that nothing refers to is not listed');
UPDATE retention.policy SET clock_starts = '{left_on,seconds(since)}' WHERE name = 'users';
SELECT is((SELECT clock_starts FROM retention.reference_to_hidden WHERE relation = 'app.talks'::regclass AND path = 'a'), '{a.left_on,seconds(a.since)}', 'starts that count since 1970 are followed along the key');
SELECT is(pg_temp.hidden('users') LIKE '%app.talks {a} a%', true, 'a policy with some of the starts does not do');

-- Who is told.
SELECT is((SELECT count(*) FROM retention.gaps WHERE detail IS NULL OR hint IS NULL), 0::bigint, 'each gap says why, and what to do');
SELECT ok(has_table_privilege('pg_monitor', 'retention.reference_to_hidden', 'SELECT') AND has_function_privilege('pg_monitor', 'retention.propose_policies()', 'EXECUTE'), 'monitoring may see both');
SELECT ok(NOT has_table_privilege('public', 'retention.reference_to_hidden', 'SELECT') AND NOT has_function_privilege('public', 'retention.propose_policies()', 'EXECUTE'), 'others may not');
SELECT * FROM finish();
ROLLBACK;
