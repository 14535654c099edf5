-- What the extension's own triggers are is said once, in its SQL: nothing that is called later changes it.
BEGIN;
SELECT plan(35);
SET client_min_messages = warning;

CREATE VIEW pg_temp.own_trigger AS
    SELECT t.tgrelid::regclass::text AS relation, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'retention'::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2;
CREATE TABLE public.letters (id int PRIMARY KEY, sent_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('letters', 'public.letters', ARRAY['sent_on'], '1 year', 'delete');
CREATE TEMPORARY TABLE before AS TABLE pg_temp.own_trigger;

SELECT is_empty($$SELECT relation, tgname FROM pg_temp.own_trigger WHERE tgenabled <> 'A'$$, 'each trigger of the extension fires whatever session_replication_role is');
SELECT retention.resume();
SELECT results_eq('TABLE pg_temp.own_trigger', 'TABLE before', 'resume() changes nothing about the extension''s triggers');

-- What a restore of data alone ends with.
ALTER TABLE public.letters ENABLE TRIGGER ALL;
ALTER TABLE retention.personal_column ENABLE TRIGGER ALL;
SELECT results_eq('TABLE pg_temp.own_trigger', 'TABLE before', 'ENABLE TRIGGER ALL makes no ordinary trigger of one that always fires');
ALTER TABLE public.letters ENABLE TRIGGER USER;
SELECT results_eq('TABLE pg_temp.own_trigger', 'TABLE before', 'ENABLE TRIGGER USER makes no ordinary trigger of one that always fires');

-- Partitions, by the table and by themselves, and the table of a path.
CREATE TABLE public.senders (id int PRIMARY KEY, left_on date);
CREATE TABLE public.parcels (id int PRIMARY KEY, sender_id int REFERENCES public.senders, sent_on date) PARTITION BY RANGE (id);
CREATE TABLE public.parcels_1 PARTITION OF public.parcels FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE public.parcels_1a PARTITION OF public.parcels_1 FOR VALUES FROM (0) TO (5);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES
    ('parcels', 'public.parcels', ARRAY['sent_on', 'sender_id.left_on'], '1 year', '1 year', 'delete', 'enforce');
CREATE TRIGGER ours BEFORE UPDATE ON public.parcels_1a FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
DROP TABLE before;
CREATE TEMPORARY TABLE before AS TABLE pg_temp.own_trigger;
CREATE FUNCTION pg_temp.after(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE command; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT is(pg_temp.after(command) || coalesce((SELECT min(relation || ' ' || tgname || ' ' || tgenabled::text) FROM pg_temp.own_trigger WHERE tgenabled <> 'A'), ''), expected, command)
FROM (VALUES ('ALTER TABLE public.parcels ENABLE TRIGGER ALL', 'done'), ('ALTER TABLE ONLY public.parcels ENABLE TRIGGER ALL', 'done'),
    ('ALTER TABLE public.parcels_1 ENABLE TRIGGER USER', 'done'), ('ALTER TABLE public.parcels_1a ENABLE TRIGGER ALL', 'done'),
    ('ALTER TABLE public.parcels_1a ENABLE TRIGGER ours, ENABLE TRIGGER ALL', 'done'), ('ALTER TABLE public.senders ENABLE TRIGGER ALL', 'done'),
    ('ALTER TABLE public.parcels ENABLE TRIGGER "!retention_guard"', '42501'), ('ALTER TABLE ONLY public.parcels_1a ENABLE TRIGGER "!retention_guard"', '42501'),
    ('ALTER TABLE public.parcels ENABLE REPLICA TRIGGER "~retention_clock"', '42501'), ('ALTER TABLE public.parcels_1a DISABLE TRIGGER ALL', '42501'),
    ('ALTER TABLE public.senders ENABLE REPLICA TRIGGER "~retention_path"', '42501'), ('ALTER TABLE ONLY public.parcels DISABLE TRIGGER USER', '42501'),
    ('ALTER TABLE public.senders DISABLE TRIGGER ALL', '42501'), ('ALTER TABLE public.parcels ENABLE ALWAYS TRIGGER "!retention_guard"', 'done'), ('ALTER TABLE public.parcels_1a DISABLE TRIGGER ours', 'done'),
    ('ALTER TRIGGER "!retention_guard" ON public.parcels DEPENDS ON EXTENSION pgtap', '42501'), ('ALTER TRIGGER "~retention_clock" ON public.parcels_1a DEPENDS ON EXTENSION pgtap', '42501'),
    ('ALTER TRIGGER "~retention_path" ON public.senders DEPENDS ON EXTENSION pgtap', '42501'), ('ALTER TRIGGER "~retention_path" ON public.senders NO DEPENDS ON EXTENSION pgtap', 'done'),
    ('ALTER TRIGGER ours ON public.parcels_1a DEPENDS ON EXTENSION pgtap', 'done'),
    ('SET LOCAL retention.reveal = on; ALTER TABLE public.parcels DISABLE TRIGGER ALL', '42501'),
    ('ALTER TABLE retention.policy ENABLE TRIGGER USER', 'done')) t (command, expected);
RESET retention.reveal;
INSERT INTO public.parcels VALUES (1, NULL, current_date);
SET LOCAL session_replication_role = replica;
SELECT throws_ok('DELETE FROM public.parcels', 'RT001', NULL, 'a mandatory row is kept under replica role afterwards');
SET LOCAL session_replication_role = origin;

-- However it came about, it is said.
SELECT is(state, 'enforcing', 'guards that fire always are no problem') FROM retention.status WHERE name = 'parcels';
SET LOCAL allow_system_table_mods = on;
CREATE FUNCTION pg_temp.weaken(relation regclass, trigger text) RETURNS void LANGUAGE sql AS $$
    UPDATE pg_trigger SET tgenabled = 'O' WHERE tgrelid = relation AND tgname = trigger; $$;
SELECT pg_temp.weaken('public.parcels_1a', '!retention_guard');
SELECT is(state || ': ' || problem, 'not guarded: trigger "!retention_guard" of table parcels_1a does not always fire: call retention.resume()',
    'a guard of a partition that is an ordinary trigger is in the status') FROM retention.status WHERE name = 'parcels';
SELECT is(array_agg(object), '{public.parcels_1a}', 'a guard of a partition that is an ordinary trigger is in the check') FROM retention.check() WHERE what = 'triggers always fire' AND NOT ok;
SELECT retention.resume();
SELECT results_eq('TABLE pg_temp.own_trigger', 'TABLE before', 'resume() makes the triggers what they were');
SELECT pg_temp.weaken('public.senders', '~retention_path');
SELECT is(state, 'not guarded', 'the trigger of a path that is an ordinary one is in the status') FROM retention.status WHERE name = 'parcels';
SELECT is(array_agg(object), '{public.senders}', 'the trigger of a path that is an ordinary one is in the check') FROM retention.check() WHERE what = 'triggers always fire' AND NOT ok;
SELECT retention.resume();
SELECT pg_temp.weaken('retention.policy', 'policy_before');
SELECT is(array_agg(object), '{retention.policy}', 'a trigger of the configuration that is an ordinary one is in the check') FROM retention.check() WHERE what = 'triggers always fire' AND NOT ok;
SELECT retention.resume();
SELECT is(state, 'enforcing', 'after resume() all is well') FROM retention.status WHERE name = 'parcels';
SELECT * FROM finish();
ROLLBACK;
