-- An erasure cannot be undone, so it obeys the floor of a policy in any mode but off, and its answer names the rows that it leaves whole
-- because nothing says what to do with them.
BEGIN;
SELECT plan(24);
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE TABLE app.people (id int PRIMARY KEY, name text);
CREATE TABLE app.invoices (id int PRIMARY KEY, person_id int NOT NULL REFERENCES app.people, d date, kind text DEFAULT 'invoice', name text);
CREATE TABLE app.badges (id int PRIMARY KEY, person_id int NOT NULL REFERENCES app.people);
CREATE TABLE app.logins (id int PRIMARY KEY, person_id int NOT NULL REFERENCES app.people, address text);
INSERT INTO app.people SELECT n, 'Person ' || n FROM generate_series(1, 12) n;
INSERT INTO app.invoices (id, person_id, d) SELECT n, n, '2029-01-01' FROM generate_series(1, 12) n;
UPDATE app.invoices SET kind = 'draft' WHERE id IN (3, 8);
UPDATE app.invoices SET d = '2020-01-01' WHERE id = 2;
UPDATE app.invoices SET d = NULL WHERE id = 4;
INSERT INTO app.badges VALUES (9, 9);
INSERT INTO app.logins VALUES (9, 9, '192.0.2.1');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.logins', 'address', 'ip address'), ('app.people', 'name', 'name'),
    ('app.invoices', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.people', '{}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 'app.invoices', 'person_id', 'about'),
    ('person', 'app.badges', 'person_id', 'about'), ('person', 'app.logins', 'person_id', 'about');
CREATE FUNCTION pg_temp.erased(person int, section text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows', e ->> 'law', e ->> 'until', e ->> 'why'), ', ' ORDER BY e ->> 'table')
    FROM json_array_elements(retention.erase('person', person) -> section) e $$;
CREATE FUNCTION pg_temp.previewed(person int, section text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows', e ->> 'law', e ->> 'until', e ->> 'why'), ', ' ORDER BY e ->> 'table')
    FROM json_array_elements(retention.erase('person', person, dry_run => true) -> section) e $$;

-- No row is stamped yet.
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, reference, applies_to) VALUES
    ('books', 'app.invoices', '{d}', '5 years', '5 years', 'delete', 'Bookkeeping Act', 'kind = ''invoice''');
SELECT is(retention.started(retention_clock), false, 'the row is not stamped') FROM app.invoices WHERE id = 1;
SELECT is(pg_temp.erased(1, 'kept'), 'app.invoices 1 Bookkeeping Act 2034-01-02', 'a row that waits to be stamped is kept by the floor');
SELECT isnt_empty('SELECT FROM app.invoices WHERE id = 1', 'the row that waits to be stamped is there');
CALL retention.sweep();
SELECT is(retention.state(retention_clock), 'kept', 'what was asked for is known when the row has been stamped') FROM app.invoices WHERE id = 1;

-- Observing.
SELECT is(state, 'observing', 'the policy observes') FROM retention.status;
SELECT is(pg_temp.erased(5, 'kept'), 'app.invoices 1 Bookkeeping Act 2034-01-02', 'a policy that observes keeps its mandatory rows');
SELECT is(pg_temp.erased(5, 'deleted'), NULL, 'a person whom a mandatory row needs is not deleted');
SELECT isnt_empty('SELECT FROM app.invoices WHERE id = 5', 'the mandatory row of a policy that observes is there');
SELECT is(pg_temp.erased(2, 'deleted'), 'app.invoices 1', 'a row whose floor is over goes');
SELECT is(pg_temp.erased(4, 'kept'), 'app.invoices 1 Bookkeeping Act', 'a row whose clock has not started is kept');
SELECT is(pg_temp.erased(5, 'kept'), 'app.invoices 1 Bookkeeping Act 2034-01-02', 'a second erasure says the same');

-- The floor of a policy that observes in front of one that enforces.
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('plain', 'app.invoices', '{d}', '5 years', 'delete', 'enforce', 'kind = ''invoice'' AND id >= 6');
CALL retention.sweep();
CALL retention.sweep();
SELECT is(p.name, 'plain', 'the row is of the one that enforces') FROM app.invoices i JOIN retention.policy p ON p.policy_id = retention.policy(i.retention_clock) WHERE i.id = 6;
SELECT is(pg_temp.erased(6, 'kept'), 'app.invoices 1 Bookkeeping Act 2034-01-02', 'the floor of one in front that observes stands all the same');
UPDATE retention.policy SET priority = 1 WHERE name = 'plain';
SELECT is(pg_temp.erased(7, 'deleted'), 'app.invoices 1', 'one behind the policy that enforces keeps nothing of its rows');
SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'plain';
CALL retention.sweep();

-- What is not covered.
SELECT is(pg_temp.previewed(8, 'not_covered'), 'app.invoices 1 no policy has the row', 'a preview names a row that no condition takes in');
SELECT is(pg_temp.erased(8, 'not_covered'), 'app.invoices 1 no policy has the row', 'a row that no condition takes in is named');
SELECT is(pg_temp.erased(8, 'not_covered'), 'app.invoices 1 no policy has the row', 'a second erasure names it, too');
SELECT is(pg_temp.erased(9, 'not_covered'), 'app.badges 1 no policy, and no personal column', 'a row of a table of which nothing is declared is named');
SELECT is(address, NULL, 'personal columns of a table without a policy are anonymised') FROM app.logins;
UPDATE retention.policy SET mode = 'off';
SELECT is(pg_temp.erased(10, 'not_covered'), 'app.invoices 1 no policy has the row', 'a row whose policy is off is named before it is stamped anew');
CALL retention.sweep();
SELECT is(pg_temp.erased(11, 'not_covered'), 'app.invoices 1 no policy has the row', 'a row whose policy is off is named');
SELECT is(pg_temp.erased(11, 'kept'), NULL, 'a policy that is off keeps nothing');
UPDATE retention.policy SET mode = 'observe';
SELECT is(pg_temp.erased(12, 'kept'), 'app.invoices 1 Bookkeeping Act 2034-01-02', 'a policy that was off keeps its rows from then on, stamped or not');
SELECT is(pg_temp.erased(12, 'not_covered'), NULL, 'a row that is covered is not named');
SELECT finish();
ROLLBACK;
