-- What the extension's own triggers are is said once, in its SQL: nothing that is called later changes it.
BEGIN;
SELECT plan(4);
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

ALTER TABLE public.letters ENABLE TRIGGER ALL;
ALTER TABLE retention.personal_column ENABLE TRIGGER ALL;
SELECT isnt_empty($$SELECT relation FROM pg_temp.own_trigger WHERE tgenabled = 'O'$$, 'as a restore of data alone leaves them');
SELECT retention.resume();
SELECT results_eq('TABLE pg_temp.own_trigger', 'TABLE before', 'resume() makes the triggers what they were before such a restore');
SELECT * FROM finish();
ROLLBACK;
