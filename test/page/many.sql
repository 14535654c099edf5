-- 300 policies, each with rows that come due, and with some that a trigger keeps.
SET client_min_messages = warning;
SET retention.test_now = '2028-06-01 12:00+00';
CREATE SCHEMA app;
SELECT format('CREATE TABLE app.table_with_a_name_of_some_length_%s (id int PRIMARY KEY, ended_on date, who text)', i) FROM generate_series(1, 300) i \gexec
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, must_keep_for, reference, purpose, legal_basis)
SELECT 'policy with a name of some length, number ' || i, format('app.table_with_a_name_of_some_length_%s', i)::regclass, '{ended_on}', '5 years after end of fiscal year', '30 days', 'delete',
    CASE i % 5 WHEN 0 THEN 'observe' ELSE 'enforce' END, '5 years after end of fiscal year', 'Bookkeeping Act §13', 'keeping the books', 'GDPR Art. 6(1)(c)' FROM generate_series(1, 300) i;
SELECT format('INSERT INTO app.table_with_a_name_of_some_length_%s SELECT i, date ''2020-06-01'' + i * 17 FROM generate_series(1, 200) i', i) FROM generate_series(1, 300) i \gexec
CALL retention.sweep();
SELECT count(retention.approve(policy_id)) FROM retention.policy WHERE mode = 'enforce' \g /dev/null
CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
SELECT format('CREATE TRIGGER refuse BEFORE DELETE ON app.table_with_a_name_of_some_length_%s FOR EACH ROW WHEN (OLD.id %% 10 = 0) EXECUTE FUNCTION app.refuse()', i) FROM generate_series(1, 300) i \gexec
SET retention.test_now = '2030-02-20 08:00+00';
CALL retention.sweep();
