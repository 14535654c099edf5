-- Two tables alike of :rows rows that are due, with a trigger, a key that refers to them, and a CHECK: in one of them nothing stands in the
-- way of any row, in the other of one in a hundred. :kind: referenced, trigger, silent, returned or mixed, which are deleted; check, which is anonymised.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET retention.confirm_drop = on;
DELETE FROM retention.policy;
DROP TABLE IF EXISTS of_clean, of_poisoned, clean, poisoned;
DELETE FROM retention.personal_column;
CREATE OR REPLACE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.body = 'trigger' THEN RAISE 'row % is needed', OLD.id; END IF;
    IF OLD.body = 'silent' THEN RETURN NULL; END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE FUNCTION after_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.body = 'returned' THEN EXECUTE format('INSERT INTO %I VALUES ($1.*)', TG_TABLE_NAME) USING OLD; END IF;
    RETURN NULL;
END $$;
CREATE PROCEDURE pg_temp.fill(name text, kind text, rows int) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY, body text, name text, left_on date, CHECK (body <> %L OR name IS NOT NULL))', name, 'check');
    EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY, row bigint REFERENCES %I ON DELETE RESTRICT)', 'of_' || name, name);
    EXECUTE format('CREATE INDEX ON %I (row)', 'of_' || name);
    IF kind <> 'referenced' THEN
        EXECUTE format('CREATE TRIGGER before_row BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION before_row()', name);
        EXECUTE format('CREATE TRIGGER after_row AFTER DELETE ON %I FOR EACH ROW EXECUTE FUNCTION after_row()', name);
    END IF;
    INSERT INTO retention.personal_column (relation, column_name, category) VALUES (name::regclass, 'name', 'name');
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode)
        VALUES (name, name::regclass, '{left_on}', '1 year', '0 days', CASE kind WHEN 'check' THEN 'anonymise' ELSE 'delete' END, CASE kind WHEN 'check' THEN 'anonymise' ELSE 'block' END, 'enforce');
    EXECUTE format('INSERT INTO %I SELECT i, CASE WHEN %L = ''poisoned'' AND i %% 100 = 0 THEN CASE %L WHEN ''mixed'' THEN (ARRAY[''referenced'', ''trigger'', ''silent'', ''returned''])[1 + i / 100 %% 4] '
        'ELSE %L END ELSE repeat(''x'', 200) END, ''Kari Lie'', ''2020-01-01'' FROM generate_series(1, %s) i', name, name, kind, kind, rows);
    EXECUTE format('INSERT INTO %I SELECT id, id FROM %I WHERE body = %L', 'of_' || name, name, 'referenced');
END $$;
CALL pg_temp.fill('clean', :'kind', :rows);
CALL pg_temp.fill('poisoned', :'kind', :rows);
SELECT retention.pause_all('until both are filled');
CALL retention.sweep();
SELECT retention.unpause_all();
VACUUM (ANALYZE) clean, poisoned;
SELECT retention.approve(policy_id) FROM retention.policy \g /dev/null
SELECT retention.pause('clean', 'one at a time'), retention.pause('poisoned', 'one at a time') \g /dev/null
CHECKPOINT;
