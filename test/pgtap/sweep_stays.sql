-- A trigger of the owner's runs in a sweep with the owner's rights and no others, and a row that it keeps, in whatever way, is listed.
SELECT plan(13);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE stays_owner;
CREATE SCHEMA app;
GRANT USAGE, CREATE ON SCHEMA app TO stays_owner;
CREATE FUNCTION pg_temp.make(name text, key boolean DEFAULT true) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE app.%I (id int %s, body text, gone boolean, left_on date)', name, CASE WHEN key THEN 'PRIMARY KEY' END);
    EXECUTE format('INSERT INTO app.%I SELECT i, %L, false, %L FROM generate_series(1, 10) i', name, 'x', '2020-01-01');
    EXECUTE format('ALTER TABLE app.%I OWNER TO stays_owner', name);
    EXECUTE format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode)
        VALUES (%1$L, %2$L, %3$L, %4$L, %5$L, %6$L, %7$L, %8$L)', name, 'app.' || name, '{left_on}', '1 year', '0 days', 'delete', 'block', 'enforce');
END $$;
-- Of ten rows the fifth is kept.
CREATE FUNCTION pg_temp.left(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    EXECUTE format($q$SELECT format('%%s of %%s, listed: %%s', string_agg(id::text, ' ' ORDER BY id), %1$L,
        (SELECT string_agg(DISTINCT sqlstate || ' ' || cause, ', ') || ' ' || count(*) FROM retention.blocked_row b WHERE b.relation = 'app.%1$s'::regclass)) FROM app.%1$I$q$, name) INTO result;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;

-- What it may not do.
CREATE FUNCTION app.tries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id = 5 THEN EXECUTE TG_ARGV[0]; END IF;
    RETURN OLD;
END $$;
SELECT pg_temp.make(n) FROM unnest('{alters_role,sets_role,becomes_caller,runs_program,keeps_nothing}'::text[]) n \g /dev/null
CREATE TRIGGER tries BEFORE DELETE ON app.alters_role FOR EACH ROW EXECUTE FUNCTION app.tries('ALTER ROLE stays_owner SUPERUSER');
CREATE TRIGGER tries BEFORE DELETE ON app.sets_role FOR EACH ROW EXECUTE FUNCTION app.tries('SET ROLE pg_read_server_files');
CREATE TRIGGER tries BEFORE DELETE ON app.becomes_caller FOR EACH ROW EXECUTE FUNCTION app.tries('RESET SESSION AUTHORIZATION');
CREATE TRIGGER tries BEFORE DELETE ON app.runs_program FOR EACH ROW EXECUTE FUNCTION app.tries('COPY (SELECT 1) TO PROGRAM ''cat > /dev/null''');

-- How else a row stays.
CREATE FUNCTION app.writes_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id = 5 THEN EXECUTE format('INSERT INTO app.%I VALUES ($1.*)', TG_TABLE_NAME) USING OLD; END IF;
    RETURN NULL;
END $$;
SELECT pg_temp.make('comes_back'), pg_temp.make('comes_back_without_key', false), pg_temp.make('comes_back_by_statement'), pg_temp.make('marks'), pg_temp.make('leaves_a_stone') \g /dev/null
CREATE TRIGGER anew AFTER DELETE ON app.comes_back FOR EACH ROW EXECUTE FUNCTION app.writes_anew();
CREATE TRIGGER anew AFTER DELETE ON app.comes_back_without_key FOR EACH ROW EXECUTE FUNCTION app.writes_anew();
CREATE FUNCTION app.writes_all_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO app.comes_back_by_statement SELECT id, body, gone, left_on FROM removed WHERE id = 5;
    RETURN NULL;
END $$;
CREATE TRIGGER anew AFTER DELETE ON app.comes_back_by_statement REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION app.writes_all_anew();
CREATE FUNCTION app.marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id <> 5 THEN RETURN OLD; END IF;
    UPDATE app.marks SET gone = true WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER marks BEFORE DELETE ON app.marks FOR EACH ROW EXECUTE FUNCTION app.marks();
-- A row that says no more than that there was one, and is not due.
CREATE FUNCTION app.leaves_a_stone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id = 5 THEN INSERT INTO app.leaves_a_stone (id) VALUES (OLD.id); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stone AFTER DELETE ON app.leaves_a_stone FOR EACH ROW EXECUTE FUNCTION app.leaves_a_stone();

-- What goes with another row has gone.
CREATE TABLE app.tree (id int PRIMARY KEY, up int REFERENCES app.tree ON DELETE CASCADE, left_on date);
CREATE TABLE app.keeps (id int CONSTRAINT kept REFERENCES app.tree);
CREATE FUNCTION app.looks_on() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END $$;
CREATE TRIGGER looks_on BEFORE DELETE ON app.tree FOR EACH ROW EXECUTE FUNCTION app.looks_on();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES ('tree', 'app.tree', '{left_on}', '1 year', '0 days', 'delete', 'block', 'enforce');
INSERT INTO app.tree SELECT i, nullif(i - 1, 0), '2020-01-01' FROM generate_series(1, 10) i;
INSERT INTO app.tree VALUES (11, NULL, '2020-01-01');
INSERT INTO app.keeps VALUES (11);

CALL retention.sweep();
SELECT is(pg_temp.left('alters_role'), '5 of alters_role, listed: 42501 error 42501 1', 'a trigger that would give its owner rights is refused, and its row is listed');
SELECT is(pg_temp.left('sets_role'), '5 of sets_role, listed: 42501 error 42501 1', 'a trigger that would become somebody else is refused, and its row is listed');
SELECT is(pg_temp.left('becomes_caller'), '5 of becomes_caller, listed: 42501 error 42501 1', 'a trigger that would become the caller is refused, and its row is listed');
SELECT is(pg_temp.left('runs_program'), '5 of runs_program, listed: 42501 error 42501 1', 'a trigger that would run a program is refused, and its row is listed');
SELECT is(pg_temp.left('keeps_nothing'), ' of keeps_nothing, listed: ', 'other policies go on beside triggers that are refused');
SELECT is(pg_temp.left('comes_back'), '5 of comes_back, listed: 09000 a trigger of the table put the row back 1', 'a row that a trigger writes anew is listed');
SELECT is(pg_temp.left('comes_back_without_key'), '5 of comes_back_without_key, listed: 09000 a trigger of the table put the row back 1', 'a row without a key that a trigger writes anew is listed');
SELECT is(pg_temp.left('comes_back_by_statement'), '5 of comes_back_by_statement, listed: 09000 a trigger of the table put the row back 1', 'a row that a trigger of the statement writes anew is listed');
SELECT is(pg_temp.left('leaves_a_stone'), '5 of leaves_a_stone, listed: ', 'a row that is not due may take the place of one that goes');
SET retention.reveal = on;
SELECT results_eq($$SELECT string_agg(id::text, ' '), (SELECT string_agg(cause, ', ') FROM retention.blocked_row WHERE relation = 'app.tree'::regclass) FROM app.tree$$,
    $$VALUES ('11', 'error 23503 of constraint kept of table app.keeps')$$, 'rows that a cascade took in another part of the batch are not listed');
-- A caller to whom hidden rows are shown: there the trigger finds the row, and changes it.
SET retention.test_now = '2030-06-01 12:01:00+00';
CALL retention.sweep();
SET retention.reveal = off;
SELECT is(pg_temp.left('marks'), '5 of marks, listed: 09000 a trigger of the table suppressed the action 1', 'a row that a trigger marks instead is listed');
SELECT is((SELECT attempts FROM retention.blocked_row WHERE relation = 'app.marks'::regclass), 2, 'a row that a trigger marks instead is tried again');
SELECT is((SELECT rolsuper FROM pg_roles WHERE rolname = 'stays_owner'), false, 'no owner of a trigger has got rights that he had not');
SET retention.confirm_drop = on;
DELETE FROM retention.personal_column;
DELETE FROM retention.policy;
DROP SCHEMA app CASCADE;
DROP OWNED BY stays_owner;
DROP ROLE stays_owner;
SELECT finish();
