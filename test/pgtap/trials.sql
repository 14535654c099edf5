-- What trials of the finished whole found.
SELECT plan(51);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA app;

-- A trigger that empties a table, by TRUNCATE or with a partition, that merges, or that writes over rows, is in the account.
CREATE TABLE app.cases (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.log (who text);
CREATE TABLE app.heads (id int PRIMARY KEY, who text);
CREATE TABLE app.tails (head int REFERENCES app.heads, who text);
CREATE TABLE app.parts (n int, who text) PARTITION BY RANGE (n);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10);
CREATE TABLE app.parts_2 PARTITION OF app.parts FOR VALUES FROM (10) TO (20);
CREATE TABLE app.months (n int, who text) PARTITION BY RANGE (n);
CREATE INDEX ON app.months (n);
CREATE TABLE app.months_1 PARTITION OF app.months FOR VALUES FROM (0) TO (10);
CREATE TABLE app.merged (id int PRIMARY KEY, who text);
CREATE TABLE app.upserted (id int PRIMARY KEY, who text);
CREATE TABLE app.spared (who text);
CREATE MATERIALIZED VIEW app.log_copy AS SELECT who FROM app.log;
CREATE MATERIALIZED VIEW app.tails_copy AS SELECT who FROM app.tails;
CREATE MATERIALIZED VIEW app.parts_copy AS SELECT who FROM app.parts;
CREATE MATERIALIZED VIEW app.months_copy AS SELECT who FROM app.months;
CREATE MATERIALIZED VIEW app.upserted_copy AS SELECT who FROM app.upserted;
CREATE FUNCTION app.clean() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE app.log;
    TRUNCATE app.heads CASCADE;
    TRUNCATE app.parts;
    DROP TABLE app.months_1;
    MERGE INTO app.merged m USING (VALUES (1), (2), (3), (9)) v (id) ON m.id = v.id
        WHEN MATCHED AND m.id = 3 THEN UPDATE SET who = NULL
        WHEN MATCHED THEN DELETE
        WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'new');
    INSERT INTO app.upserted VALUES (1, 'gone') ON CONFLICT (id) DO UPDATE SET who = EXCLUDED.who;
    BEGIN
        TRUNCATE app.spared;
        RAISE 'no';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
    RETURN OLD;
END $$;
CREATE TRIGGER clean AFTER DELETE ON app.cases FOR EACH ROW EXECUTE FUNCTION app.clean();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('cases', 'app.cases', '{ended_at}', '0 days', 'delete', 'enforce');
INSERT INTO app.cases VALUES (1);
INSERT INTO app.log VALUES ('Kari');
INSERT INTO app.heads VALUES (1, 'Kari');
INSERT INTO app.tails VALUES (1, 'Kari');
INSERT INTO app.parts VALUES (1, 'Kari'), (11, 'Kari');
INSERT INTO app.months VALUES (1, 'Kari');
INSERT INTO app.merged SELECT i, 'Kari' FROM generate_series(1, 5) i;
INSERT INTO app.upserted VALUES (1, 'Kari');
INSERT INTO app.spared VALUES ('Kari');
REFRESH MATERIALIZED VIEW app.log_copy;
REFRESH MATERIALIZED VIEW app.tails_copy;
REFRESH MATERIALIZED VIEW app.parts_copy;
REFRESH MATERIALIZED VIEW app.months_copy;
REFRESH MATERIALIZED VIEW app.upserted_copy;
CALL retention.sweep();
UPDATE app.cases SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT results_eq($$SELECT action, relation, row_count FROM retention.ledger WHERE action ~ 'in consequence' ORDER BY relation, action$$,
    $$VALUES ('deleted in consequence', 'app.heads', NULL::bigint), ('deleted in consequence', 'app.log', NULL), ('changed in consequence', 'app.merged', 1),
        ('deleted in consequence', 'app.merged', 2), ('deleted in consequence', 'app.months', NULL), ('deleted in consequence', 'app.parts', NULL),
        ('deleted in consequence', 'app.tails', NULL), ('changed in consequence', 'app.upserted', NULL)$$,
    'what triggers empty, drop, merge and write over is in the ledger, each by what became of it; what was undone is not');
SELECT is_empty($$SELECT who FROM app.log_copy UNION ALL SELECT who FROM app.tails_copy UNION ALL SELECT who FROM app.parts_copy
    UNION ALL SELECT who FROM app.months_copy UNION ALL SELECT who FROM app.upserted_copy WHERE who = 'Kari'$$, 'views over what triggers empty or write over are refreshed');
SELECT max(entry_id) AS before FROM retention.ledger \gset
TRUNCATE app.spared;
SELECT is((SELECT max(entry_id) FROM retention.ledger), :before::bigint, 'a TRUNCATE by hand is no act of the extension');

-- The action of a policy is changed. Under one that deletes, what was anonymised is not done with.
CREATE TABLE app.orders (id int PRIMARY KEY, who text, ended_at timestamptz, kind text DEFAULT 'a');
CREATE TABLE app.lines (id int PRIMARY KEY, "order" int REFERENCES app.orders);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.orders', 'who', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('orders', 'app.orders', '{ended_at}', '1 day', 'anonymise', 'enforce');
INSERT INTO app.orders (id, who) VALUES (1, 'Kari'), (2, 'Ola'), (3, 'Per'), (4, 'Nora');
INSERT INTO app.lines VALUES (1, 2);
UPDATE app.orders SET ended_at = '2026-01-01' WHERE id < 3;
UPDATE app.orders SET ended_at = '2026-06-01' WHERE id = 3;
CALL retention.sweep();
SELECT set_eq('SELECT id, who FROM app.orders', $$VALUES (1, NULL), (2, NULL), (3, NULL), (4, 'Nora')$$, 'orders that are over were anonymised');
UPDATE retention.policy SET action = 'delete', keep_for = '9 months' WHERE name = 'orders';
SELECT is((SELECT state FROM retention.status WHERE name = 'orders'), 'stamping 0 %', 'with another action rows are stamped anew');
SELECT set_eq($$SELECT finding, count(*) FROM retention.audit('app.orders') GROUP BY 1$$, $$VALUES ('done by another action', 3::bigint)$$, 'the audit finds what was done by another action');
CALL retention.sweep();
SELECT set_eq('SELECT id, retention_clock::text ~ $$anonymised,awaiting$$ FROM app.orders', $$VALUES (2, true), (3, false), (4, false)$$, 'of what was anonymised, what is over is deleted by a policy that deletes, or awaits that where something refers to it');
SELECT is_empty($$SELECT * FROM retention.audit('app.orders')$$, 'the audit finds nothing once rows are stamped for the action that deletes');

-- And back.
UPDATE retention.policy SET action = 'anonymise' WHERE name = 'orders';
SELECT set_eq($$SELECT finding FROM retention.audit('app.orders')$$, ARRAY['done by another action'], 'the audit finds a row that would be deleted though the policy anonymises');
CALL retention.sweep();
DELETE FROM app.lines;
CALL retention.sweep();
SELECT set_eq('SELECT id FROM app.orders', ARRAY[2, 3, 4], 'what awaited its deletion stays under a policy that anonymises');
SELECT is_empty($$SELECT * FROM retention.audit('app.orders')$$, 'the audit finds nothing once rows are stamped for the action that anonymises');

-- A row that another policy takes is under the action of that one.
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to, priority) VALUES ('old orders', 'app.orders', '{ended_at}', '1 day', 'delete', 'enforce', $$kind = 'b'$$, 1);
CALL retention.sweep();
UPDATE app.orders SET kind = 'b' WHERE id = 2;
CALL retention.sweep();
SELECT set_eq('SELECT id FROM app.orders', ARRAY[3, 4], 'an anonymised row that moves to a policy that deletes is deleted');
UPDATE app.orders SET kind = 'b' WHERE id = 3;
SELECT is((SELECT count(*) FROM app.orders WHERE id = 3), 0::bigint, 'an anonymised row that moves to a policy under which it is over is hidden');

-- What the extension is made of stays, whoever asks.
SELECT throws_ok($$CREATE OR REPLACE FUNCTION retention.guard_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'$$, '2BP01', NULL, 'a superuser does not replace what guards rows');
SELECT throws_ok($$ALTER FUNCTION retention.maintain_clock() RENAME TO other$$, '2BP01', NULL, 'a superuser does not rename what stamps rows');
SELECT throws_ok($$ALTER FUNCTION retention.maintain_clock() SET SCHEMA app$$, '2BP01', NULL, 'a superuser does not move what stamps rows');
SELECT throws_ok($$ALTER FUNCTION retention.guard_delete() SET search_path = app$$, '2BP01', NULL, 'a superuser does not alter what guards rows');
SELECT throws_ok($$ALTER FUNCTION retention.visible(retention.clock) VOLATILE$$, '2BP01', NULL, 'a superuser does not alter what hides rows');
CREATE ROLE trials_other;
SELECT throws_ok('ALTER FUNCTION retention.guard_delete() OWNER TO trials_other', '2BP01', NULL, 'a superuser gives no function of the extension away');
SELECT throws_ok($$DROP FUNCTION retention.guard_delete() CASCADE$$, '2BP01', NULL, 'a superuser does not drop what guards rows');
SELECT throws_ok($$ALTER EXTENSION pg_retention DROP FUNCTION retention.guard_delete()$$, '2BP01', NULL, 'a superuser takes nothing out of the extension');
SELECT throws_ok($$ALTER TYPE retention.period RENAME TO other$$, '2BP01', NULL, 'a superuser does not rename types of the extension');
SELECT throws_ok($$ALTER OPERATOR retention.= (retention.clock, retention.clock) SET (RESTRICT = NONE)$$, '2BP01', NULL, 'a superuser does not alter operators of the extension');
SELECT throws_ok($$ALTER OPERATOR FAMILY retention.clock_ops USING btree ADD OPERATOR 1 pg_catalog.< (integer, integer)$$, '2BP01', NULL, 'a superuser does not alter the order of clocks');
SELECT throws_ok($$DROP CAST (retention.email AS text)$$, '2BP01', NULL, 'a superuser does not drop casts of the extension');
SELECT throws_ok($$ALTER EVENT TRIGGER retention_after_drop DISABLE$$, '2BP01', NULL, 'a superuser does not disable what follows the schema');
SELECT lives_ok($$GRANT EXECUTE ON FUNCTION retention.check() TO trials_other$$, 'functions of the extension are granted as any');
SELECT is_empty($$SELECT * FROM retention.check() WHERE what ~ '^functions' AND NOT ok$$, 'functions are the library''s');
SET allow_system_table_mods = on;
UPDATE pg_proc SET prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql'), prosrc = 'BEGIN RETURN OLD; END', probin = NULL WHERE oid = 'retention.guard_delete()'::regprocedure;
UPDATE pg_proc SET prosrc = 'pg_retention_visible' WHERE oid = 'retention.unstamped_visible(retention.clock, smallint)'::regprocedure;
SELECT set_eq($$SELECT object FROM retention.check() WHERE what ~ '^functions' AND NOT ok$$, ARRAY['retention.guard_delete()', 'retention.unstamped_visible(retention.clock,smallint)'], 'functions that are not the library''s are named');
UPDATE pg_proc SET prolang = (SELECT oid FROM pg_language WHERE lanname = 'c'), prosrc = 'pg_retention_guard_delete', probin = '$libdir/pg_retention' WHERE oid = 'retention.guard_delete()'::regprocedure;
UPDATE pg_proc SET prosrc = 'pg_retention_unstamped_visible' WHERE oid = 'retention.unstamped_visible(retention.clock, smallint)'::regprocedure;
RESET allow_system_table_mods;

-- What a condition calls is made another.
CREATE ROLE trials_company;
CREATE SCHEMA rules;
GRANT ALL ON SCHEMA app, rules TO trials_company;
CREATE FUNCTION rules.isp(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 = $$p$$; END';
CREATE FUNCTION rules.same(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 = $2; END';
CREATE OPERATOR rules.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = rules.same);
CREATE TABLE app.calls (id int PRIMARY KEY, kind text, who text, ended_at timestamptz);
ALTER TABLE app.calls OWNER TO trials_company;
CREATE FUNCTION rules.nobody(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $$x$$; END';
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.calls', 'who', 'name', 'function', 'rules.nobody');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to, priority) VALUES
    ('calls', 'app.calls', '{ended_at}', '1 day', 'delete', 'enforce', 'rules.isp(kind)', 10), ('marked calls', 'app.calls', '{ended_at}', '1 day', 'anonymise', 'enforce', $$kind OPERATOR(rules.===) 'm'$$, 20);
CALL retention.sweep();
CREATE FUNCTION pg_temp.said_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE seen text;
BEGIN
    EXECUTE change;
    SELECT string_agg(format('%s: %s', s.name, s.problem), '; ' ORDER BY s.name) INTO seen FROM retention.status s WHERE s.name ~ 'calls' AND s.problem IS NOT NULL;
    IF EXISTS (SELECT FROM retention.status s WHERE s.name ~ 'calls' AND (s.problem IS NULL) <> NOT EXISTS (SELECT FROM retention.check() c WHERE NOT c.ok AND c.object = s.name)) THEN
        seen := seen || ', but retention.check() says something else';
    END IF;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN seen;
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.said_after('SELECT 1'), NULL, 'nothing stands against conditions that call functions');
SELECT is(pg_temp.said_after('ALTER FUNCTION rules.isp(text) STABLE'), 'calls: condition in field "applies_to" is not immutable', 'a function that is no longer immutable is said');
SELECT is(pg_temp.said_after('ALTER FUNCTION rules.same(text, text) VOLATILE'), 'marked calls: condition in field "applies_to" is not immutable', 'the function of an operator that is no longer immutable is said');
SELECT is(pg_temp.said_after('DROP FUNCTION rules.isp(text)'), '42883 function rules.isp(text) does not exist', 'a function that a condition calls is not dropped');
SELECT is(pg_temp.said_after('DROP OPERATOR rules.=== (text, text)'), '42883 operator does not exist: text rules.=== unknown', 'an operator that a condition calls is not dropped');
SELECT is(pg_temp.said_after('ALTER FUNCTION rules.isp(text) RENAME TO isq'), NULL, 'the policy follows a function that is renamed');
SELECT is(pg_temp.said_after('ALTER FUNCTION rules.isp(text) SET SCHEMA public'), NULL, 'the policy follows a function that is moved');
SELECT is(pg_temp.said_after('REVOKE EXECUTE ON FUNCTION rules.isp(text) FROM PUBLIC'), 'calls: condition in field "applies_to" calls a function that role "trials_company" may not', 'a function that the owner of the table may not call is said');
SELECT is(pg_temp.said_after('REVOKE EXECUTE ON FUNCTION rules.same(text, text) FROM PUBLIC'), 'marked calls: condition in field "applies_to" calls a function that role "trials_company" may not', 'the function of an operator that the owner of the table may not call is said');
SELECT is(pg_temp.said_after('REVOKE ALL ON SCHEMA rules FROM trials_company'), 'calls: permission denied for schema rules; marked calls: permission denied for schema rules', 'a schema of functions that the owner of the table may not use is said');
SELECT is(pg_temp.said_after('REVOKE EXECUTE ON FUNCTION rules.nobody(text) FROM PUBLIC'), 'marked calls: personal column "who" of table calls cannot be anonymised with "function": the owner of the table may not execute function rules.nobody(text)', 'an anonymiser that the owner of the table may not call is said');
SELECT is(pg_temp.said_after('DROP FUNCTION rules.nobody(text)'), 'marked calls: personal column "who" of table calls cannot be anonymised with "function": function rules.nobody(text) does not exist', 'an anonymiser that is dropped is said');
SELECT is(pg_temp.said_after('ALTER FUNCTION rules.nobody(text) RENAME TO somebody'), 'marked calls: personal column "who" of table calls cannot be anonymised with "function": function rules.nobody(text) does not exist', 'an anonymiser that has another name is said');

-- An erasure names every row that nothing covers, though the person is taken out of it.
CREATE TABLE app.people (id int PRIMARY KEY, email text);
CREATE TABLE app.letters (id int PRIMARY KEY, person int REFERENCES app.people, kind text, name text, body text, ended_at timestamptz);
CREATE TABLE app.cards (id int PRIMARY KEY, person int REFERENCES app.people, body text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'email', 'email'), ('app.letters', 'body', 'free text'), ('app.letters', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('letters', 'app.letters', '{ended_at}', '1 day', 'delete', 'enforce', $$kind = 'old'$$);
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.people', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'app.letters', 'person'), ('person', 'app.cards', 'person');
INSERT INTO app.people VALUES (1, 'kari@example.no');
INSERT INTO app.letters VALUES (1, 1, 'new', 'Kari', 'from kari@example.no'), (2, 1, 'old', 'Kari', 'gone');
INSERT INTO app.cards VALUES (1, 1, 'a card');
CREATE TEMP TABLE answer AS SELECT retention.erase('person', 1) AS a;
SELECT is((SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows', e ->> 'why'), ', ' ORDER BY e ->> 'table') FROM answer, json_array_elements(a -> 'not_covered') e),
    'app.cards 1 no policy, and no personal column, app.letters 1 no policy has the row', 'an erasure names rows that nothing covers, whatever was taken out of them');
SELECT is((SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows'), ', ' ORDER BY e ->> 'table') FROM answer, json_array_elements(a -> 'taken_out') e),
    'app.letters 1', 'an erasure says of which rows the person was taken out');
SELECT is((SELECT string_agg(concat_ws(' ', e ->> 'table', e ->> 'rows'), ', ') FROM answer, json_array_elements(a -> 'deleted') e WHERE e ->> 'table' = 'app.letters'), 'app.letters 1', 'a row that the policy has is deleted');
SELECT results_eq('SELECT id, person, name, body FROM app.letters', $$VALUES (1, 1, '[redacted]', 'from [redacted]')$$, 'a row that nothing covers stays, without words of the person');
SELECT results_eq('SELECT id, person, body FROM app.cards', $$VALUES (1, 1, 'a card')$$, 'a row of a table that declares nothing stays, with its key');

-- The owner of a table may not read it.
CREATE SCHEMA locked;
CREATE TABLE locked.visits (id int PRIMARY KEY, ended_at timestamptz);
ALTER TABLE locked.visits OWNER TO trials_company;
GRANT ALL ON SCHEMA locked TO trials_company;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'locked.visits', '{ended_at}', '1 day', 'delete', 'enforce');
REVOKE ALL ON SCHEMA locked FROM trials_company;
SELECT lives_ok('SELECT * FROM retention.check()', 'check() goes on where an owner may not use the schema of his table');
SELECT is((SELECT reason FROM retention.overdue WHERE name = 'visits'), 'the owner of the table may not read it', 'what is overdue says that an owner may not use the schema of his table');
GRANT ALL ON SCHEMA locked TO trials_company;
REVOKE SELECT ON locked.visits FROM trials_company;
SELECT is((SELECT reason FROM retention.overdue WHERE name = 'visits'), 'the owner of the table may not read it', 'what is overdue says that an owner may not read his table');
GRANT SELECT ON locked.visits TO trials_company;
SELECT is_empty($$SELECT reason FROM retention.overdue WHERE name = 'visits'$$, 'nothing is overdue where the owner may read his table');

SELECT * FROM finish();
