-- A text is redacted by the words of columns that are still there then. Where one of them may be emptied before, that is said.
BEGIN;
SELECT plan(19);
SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE persons (id int PRIMARY KEY, name text, ended_on date);
CREATE TABLE notes (id int PRIMARY KEY, person int REFERENCES persons, name text, born date, body text, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('persons', 'name', 'name', 'null'), ('notes', 'name', 'name', 'null'), ('notes', 'born', 'birth date', 'null'), ('notes', 'body', 'free text', 'redact');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode) VALUES
    ('notes', 'notes', '{left_on, person.ended_on}', 'UTC', '3 years', '0 days', 'anonymise', 'enforce'), ('persons', 'persons', '{ended_on}', 'UTC', '9 years', '0 days', 'anonymise', 'enforce');
-- What check() says after columns got these periods; taken back.
CREATE FUNCTION pg_temp.after(periods jsonb, more text DEFAULT 'SELECT') RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    UPDATE retention.personal_column c SET keep_for = (periods ->> (c.relation || '.' || c.column_name))::retention.period WHERE periods ? (c.relation || '.' || c.column_name);
    EXECUTE more;
    SELECT string_agg(object || ': ' || coalesce(substring(hint FROM 'column "[^"]*" of table [a-z.]*|column "[a-z]*"$'), 'x'), ', ' ORDER BY object) INTO result FROM retention.check() WHERE what = 'texts are redacted in time' AND NOT ok;
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result;
END $$;
SELECT is(pg_temp.after('{}'), NULL, 'columns that live as long as their rows are there');
SELECT is(pg_temp.after('{"notes.name": "1 year"}'), 'notes: column "name" of table public.notes', 'a name that ends before its row is anonymised');
SELECT is(pg_temp.after('{"notes.born": "1 year"}'), 'notes: column "born" of table public.notes', 'a date of birth that ends before its row is anonymised');
SELECT is(pg_temp.after('{"notes.name": "3 years"}'), NULL, 'a name that ends with its row');
SELECT is(pg_temp.after('{"notes.name": "5 years"}'), NULL, 'a name whose period is longer than the row is kept');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "1 year"}'), NULL, 'a text that ends with the name');
SELECT is(pg_temp.after('{"notes.name": "12 months", "notes.body": "1 year"}'), NULL, 'a text that ends with the name, however the period is written');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "6 months"}'), NULL, 'a text that ends before the name');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "2 years"}'), 'notes: column "name" of table public.notes', 'a text that ends after the name');
SELECT is(pg_temp.after('{"notes.name": "30 days", "notes.body": "1 month"}'), 'notes: column "name" of table public.notes', 'a text that ends after the name in some months');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "1 year"}', $$UPDATE retention.personal_column SET required_by_law = true WHERE column_name = 'body'; UPDATE retention.policy SET must_keep_for = '3 years' WHERE name = 'notes'$$),
    'notes: column "name" of table public.notes', 'a text that the law needs is redacted later');
SELECT is(pg_temp.after('{"notes.name": "1 year"}', $$UPDATE retention.policy SET action = 'delete' WHERE name = 'notes'$$), NULL, 'a text that goes with its row');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "5 years"}', $$UPDATE retention.policy SET action = 'delete' WHERE name = 'notes'$$), NULL, 'a text whose row goes before its period is over');
SELECT is(pg_temp.after('{"notes.name": "1 year", "notes.body": "2 years"}', $$UPDATE retention.policy SET action = 'delete' WHERE name = 'notes'$$), 'notes: column "name" of table public.notes', 'a text with a period of its own, in a row that is deleted');
SELECT is(pg_temp.after('{"persons.name": "1 year"}'), 'notes: column "name" of table public.persons', 'a name in a row that starts the clock');
SELECT is(pg_temp.after('{"persons.name": "3 years"}'), NULL, 'a name in a row that starts the clock, that ends no earlier');
SELECT is(pg_temp.after('{"notes.name": "1 year"}', $$UPDATE retention.policy SET mode = 'off' WHERE name = 'notes'$$), NULL, 'a policy that is off redacts nothing');
-- That it is said at once, too: test/tap/015_anonymise.pl.
SELECT is((SELECT sum(1) FROM retention.policy, retention.redaction_problem(policy_id) r WHERE r IS NOT NULL), NULL, 'there is no problem before');
UPDATE retention.personal_column SET keep_for = '1 year' WHERE relation = 'notes'::regclass AND column_name = 'name';
-- It is as check() says.
INSERT INTO notes VALUES (1, NULL, 'Kari Nordmann', NULL, 'Kari Nordmann called', '2028-06-01');
CALL retention.sweep();
SET retention.test_now = '2032-01-01 12:00Z';
CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT body FROM notes), 'Kari Nordmann called', 'the name is left in the text');
SELECT * FROM finish();
ROLLBACK;
