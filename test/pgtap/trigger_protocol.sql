-- Everybody may put the trigger functions into triggers of their own: in the wrong place they say so.
BEGIN;
SELECT plan(16);

CREATE ROLE stranger;
INSERT INTO retention.numbering (number) VALUES (5);
CREATE TABLE copied (id int, retention_clock retention.clock(5) NOT NULL DEFAULT 'none');
ALTER TABLE copied OWNER TO stranger;
CREATE VIEW v AS SELECT * FROM copied;
ALTER VIEW v OWNER TO stranger;
INSERT INTO copied VALUES (1);
CREATE FUNCTION pg_temp.wrong(events text, relation regclass, level text, function text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER t %s ON %s FOR EACH %s EXECUTE FUNCTION retention.%s()', events, relation, level, function);
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SET ROLE stranger;
SELECT is(pg_temp.wrong(events, relation::regclass, level, function, statement), '39P01', format('%s %s for each %s: %s', function, events, level, relation))
FROM (VALUES
    ('AFTER INSERT', 'copied', 'STATEMENT', 'maintain_clock', 'INSERT INTO copied VALUES (2)'),
    ('BEFORE UPDATE', 'copied', 'STATEMENT', 'maintain_clock', 'UPDATE copied SET id = 2'),
    ('AFTER UPDATE', 'copied', 'ROW', 'maintain_clock', 'UPDATE copied SET id = 2'),
    ('BEFORE DELETE', 'copied', 'ROW', 'maintain_clock', 'DELETE FROM copied'),
    ('INSTEAD OF INSERT', 'v', 'ROW', 'maintain_clock', 'INSERT INTO v VALUES (2)'),
    ('AFTER DELETE', 'copied', 'STATEMENT', 'guard_delete', 'DELETE FROM copied'),
    ('BEFORE DELETE', 'copied', 'ROW', 'guard_delete', 'DELETE FROM copied'),
    ('BEFORE INSERT', 'copied', 'ROW', 'guard_delete', 'INSERT INTO copied VALUES (2)'),
    ('BEFORE TRUNCATE', 'copied', 'STATEMENT', 'guard_delete', 'TRUNCATE copied'),
    ('AFTER DELETE', 'copied', 'ROW', 'follow_path', 'DELETE FROM copied'),
    ('BEFORE UPDATE', 'copied', 'ROW', 'follow_path', 'UPDATE copied SET id = 2'),
    ('AFTER INSERT', 'copied', 'STATEMENT', 'follow_path', 'INSERT INTO copied VALUES (2)')) t (events, relation, level, function, statement);
RESET ROLE;
SELECT is(pg_temp.wrong('BEFORE INSERT', 'copied', 'ROW', 'policy_before', 'INSERT INTO copied VALUES (2)'), '39P01', 'policy_before elsewhere');
SELECT is(pg_temp.wrong('AFTER UPDATE', 'retention.policy', 'STATEMENT', 'policy_after', 'UPDATE retention.policy SET mode = mode'), '39P01',
    'policy_after for each statement');

SELECT is(pg_temp.wrong('BEFORE INSERT', 'copied', 'ROW', 'public_holiday_before', 'INSERT INTO copied VALUES (2)'), '39P01', 'public_holiday_before elsewhere');
SELECT is(pg_temp.wrong('AFTER UPDATE', 'retention.public_holiday', 'ROW', 'public_holiday_before', 'UPDATE retention.public_holiday SET name = name'), '39P01',
    'public_holiday_before behind the row');
SELECT * FROM finish();
ROLLBACK;
