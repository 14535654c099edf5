-- Policies that a transaction has read stay as they were until it ends, whatever changes meanwhile, and no longer.
SET client_min_messages = warning;
SELECT plan(3);
CREATE FUNCTION pg_temp.lists() RETURNS bigint LANGUAGE sql AS
    $$SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'pg_retention policy cache'$$;
CREATE TABLE public.letters (id int PRIMARY KEY, sent_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('letters', 'public.letters', ARRAY['sent_on'], '1 year', 'delete');

SELECT is(pg_temp.lists(), 1::bigint, 'between transactions there is one list of policies');
BEGIN;
DO $$BEGIN FOR i IN 1 .. 10 LOOP UPDATE retention.policy SET priority = i; END LOOP; END$$;
SELECT cmp_ok(pg_temp.lists(), '>=', 10::bigint, 'what was read before a change is still there in the transaction');
COMMIT;
SELECT is(pg_temp.lists(), 1::bigint, 'what was read before goes with the transaction');
SELECT * FROM finish();
