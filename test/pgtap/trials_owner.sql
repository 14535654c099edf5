-- The role that created the extension leaves.
BEGIN;
SELECT plan(4);
SET client_min_messages = error;
DROP EXTENSION pg_retention;
CREATE ROLE trials_first SUPERUSER;
CREATE ROLE trials_second SUPERUSER;
SET ROLE trials_first;
CREATE EXTENSION pg_retention;
RESET ROLE;
SELECT lives_ok('REASSIGN OWNED BY trials_first TO trials_second', 'what the extension is made of is reassigned with all that a role owns');
SELECT is((SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = 'retention.guard_delete()'::regprocedure), 'trials_second'::name, 'functions of the extension have the new owner');
SELECT throws_ok($$ALTER FUNCTION retention.guard_delete() OWNER TO trials_first$$, '2BP01', NULL, 'one function alone is not given away');
SELECT is_empty($$SELECT * FROM retention.check() WHERE what ~ '^functions' AND NOT ok$$, 'reassigned functions are the library''s');
SELECT * FROM finish();
ROLLBACK;
