-- The triggers of a governed table run in a sweep as they would for anybody: planner settings are the session's.
BEGIN;
SELECT plan(4);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.heard (event text, enable_seqscan text, enable_sort text);
CREATE FUNCTION app.listen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO app.heard VALUES (TG_OP, current_setting('enable_seqscan'), current_setting('enable_sort'));
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TABLE app.visits (id int PRIMARY KEY, left_on date);
CREATE TABLE app.stays (id int PRIMARY KEY, left_on date, name text);
CREATE TRIGGER listen BEFORE DELETE ON app.visits FOR EACH ROW EXECUTE FUNCTION app.listen();
CREATE TRIGGER listen BEFORE UPDATE ON app.stays FOR EACH ROW EXECUTE FUNCTION app.listen();
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.stays', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('visits', 'app.visits', '{left_on}', '30 days', 'delete', 'enforce'),
    ('stays', 'app.stays', '{left_on}', '30 days', 'anonymise', 'enforce');
INSERT INTO app.visits SELECT n, '2030-01-01' FROM generate_series(1, 5000) n;
INSERT INTO app.stays SELECT n, '2030-01-01', 'Kari Lie' FROM generate_series(1, 5000) n;
CALL retention.sweep();
SELECT results_eq('SELECT event, enable_seqscan, enable_sort, count(*) FROM app.heard GROUP BY 1, 2, 3 ORDER BY 1',
    $$VALUES ('DELETE', 'on', 'on', 5000::bigint), ('UPDATE', 'on', 'on', 5000)$$, 'no setting of the sweep reaches a trigger');
SELECT is((SELECT count(*) FROM app.visits), 0::bigint, 'what is due is deleted');
SELECT is((SELECT count(*) FROM app.stays WHERE name IS NULL), 5000::bigint, 'what is due is anonymised');
SELECT is(current_setting('enable_seqscan'), 'on', 'the setting does not outlive the sweep');

SELECT * FROM finish();
ROLLBACK;
