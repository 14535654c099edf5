-- What a superuser can do to held rows in the end, as docs/security.md lists it; and who reads held rows.
BEGIN;
SELECT plan(22);
\ir ../holds/lab.psql
GRANT EXECUTE ON FUNCTION retention.held_rows(bigint) TO clerk, holder;
SELECT retention.place_hold('by law', 'x', '17(3)(b)', relation => 'free_one.records', readers => '{clerk}'),
    retention.place_hold('claims', 'x', '17(3)(e)', relation => 'free_one.records', readers => '{clerk}'), retention.restrict('free_one', 1, 'accuracy') \g /dev/null
SELECT hold_id AS by_law, hold_id + 1 AS claims FROM retention.hold WHERE name = 'by law' \gset

CREATE ROLE leaving;
SELECT retention.place_hold('leaves', 'x', '17(3)(e)', relation => 'free_one.records', readers => '{leaving,clerk}') \g /dev/null
SELECT is((SELECT count(*) FROM retention.check() c WHERE c.what = 'readers of holds are there' AND NOT c.ok), 0::bigint, 'readers that are there are no finding');
DROP ROLE leaving;
SELECT is((SELECT count(*) FROM retention.check() c WHERE c.what = 'readers of holds are there' AND NOT c.ok), 1::bigint, 'a reader whose role was dropped is a finding');
SELECT retention.lift_hold(hold_id, 'over') FROM retention.standing_hold WHERE name = 'leaves' \g /dev/null
SELECT throws_ok(format('SELECT * FROM retention.held_rows(%s)', :claims), '42501', NULL, 'a superuser whom a hold does not name reads none of its rows');
SET ROLE holder;
SELECT throws_ok(format('SELECT * FROM retention.held_rows(%s)', :claims), '42501', NULL, 'the owner of a table whom a hold does not name reads none of its rows');
SET ROLE clerk;
SELECT is((SELECT count(*) FROM retention.held_rows(:claims)), 8::bigint, 'a hold for legal claims shows restricted rows');
SELECT is((SELECT count(*) FROM retention.held_rows(:by_law)), 5::bigint, 'a hold because of a law shows no restricted row');
RESET ROLE;
REVOKE SELECT ON free_one.records FROM clerk;
SET ROLE clerk;
SELECT throws_ok(format('SELECT * FROM retention.held_rows(%s)', :claims), '42501', NULL, 'a hold gives nobody the right to read a table');
SELECT throws_ok('SELECT * FROM retention.standing_hold', '42501', NULL, 'an application does not read which holds stand');
RESET ROLE;
GRANT SELECT ON free_one.records TO clerk;
ALTER TABLE free_one.records ENABLE ROW LEVEL SECURITY;
SET ROLE clerk;
SELECT throws_ok(format('SELECT * FROM retention.held_rows(%s)', :claims), '42501', NULL, 'a hold shows nobody what row security of the table decides');
RESET ROLE;
SELECT is((SELECT count(*) FROM information_schema.columns WHERE table_schema = 'retention' AND table_name = 'standing_hold' AND column_name IN ('key', 'condition', 'reason')),
    0::bigint, 'what tells whose rows are held is not in the list of holds');
SELECT matches(lab.attempt('row_one', 'clerk', 'SELECT * FROM retention.held_rows(1)'), '^42501', 'a role learns of a hold that does not name it nothing but that');

SELECT matches(lab.attempt('table_one', 'postgres', 'ALTER TABLE retention.hold DISABLE TRIGGER ALL; DELETE FROM retention.hold'), '^unprotected',
    'a superuser can switch the triggers of retention.hold off, and delete a hold');
SELECT matches(lab.attempt('table_one', 'postgres', 'DROP TRIGGER keep_hold ON retention.hold; DELETE FROM retention.hold'), '^unprotected',
    'a superuser can drop the triggers of retention.hold, and delete a hold');
-- Each of them leaves an entry, at the end of the transaction or before the next one.
CREATE FUNCTION pg_temp.entry(statements text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE last bigint := (SELECT max(entry_id) FROM retention.ledger); found text;
BEGIN
    BEGIN
        EXECUTE statements;
        UPDATE retention.policy SET purpose = coalesce(purpose, '') || 'x' WHERE policy_id = (SELECT min(policy_id) FROM retention.policy);
        SELECT string_agg(action || ' ' || detail, '; ' ORDER BY entry_id) INTO found FROM retention.ledger WHERE entry_id > last AND action = 'configuration changed';
        RAISE 'undo' USING ERRCODE = 'P4711';
    EXCEPTION WHEN SQLSTATE 'P4711' THEN RETURN found;
    END;
END$$;
SELECT is(pg_temp.entry('ALTER TABLE retention.hold DISABLE TRIGGER ALL'), 'configuration changed {"own_table": "hold", "command": "ALTER TABLE"}', 'triggers of retention.hold are switched off on record');
SELECT is(pg_temp.entry('DROP TRIGGER keep_hold ON retention.hold'), 'configuration changed {"own_table": "hold", "command": "DROP TRIGGER"}', 'a trigger of retention.hold is dropped on record');
SELECT is(pg_temp.entry('CREATE RULE none AS ON UPDATE TO retention.hold DO INSTEAD NOTHING'), 'configuration changed {"own_table": "hold", "command": "CREATE RULE"}', 'a rule on holds is written on record');
CREATE FUNCTION pg_temp.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT is(pg_temp.entry('CREATE TRIGGER swallow BEFORE INSERT ON retention.request FOR EACH ROW EXECUTE FUNCTION pg_temp.swallow()'), 'configuration changed {"own_table": "request", "command": "CREATE TRIGGER"}', 'a trigger on another table of the extension is written on record');
SELECT is(pg_temp.entry('ALTER TABLE retention.policy ADD CHECK (name <> ''x'')'), 'configuration changed {"own_table": "policy", "command": "ALTER TABLE"}', 'a constraint on the policies is written on record');
SELECT is(pg_temp.entry('ALTER TABLE free_one.records ADD note text'), NULL, 'a change of a user''s table is no change of the extension''s');
SELECT is(pg_temp.entry('CREATE TABLE public.hold (id bigint); ALTER TABLE public.hold ADD note text'), NULL, 'a user''s table of the same name is no table of the extension''s');
SELECT is(pg_temp.entry('DROP TRIGGER IF EXISTS nothing ON public.nowhere'), NULL, 'what is not there is not on record');

SELECT matches(lab.attempt('row_one', 'postgres', 'SET LOCAL retention.confirm_drop = on; DROP EXTENSION pg_retention CASCADE'), '^unprotected',
    'a superuser who confirms it can drop the extension, and all holds with it');
SELECT * FROM finish();
ROLLBACK;
