-- Who may write the configuration, whose conditions run, and which roles stay: what is refused to whom is in
-- test/security/escalation, here is what works.
BEGIN;
SELECT plan(40);
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE keeper;
CREATE ROLE heir;
CREATE ROLE officer;
CREATE ROLE accounts;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE, CREATE ON SCHEMA app TO heir;
GRANT USAGE ON SCHEMA retention TO keeper, heir, officer;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy, retention.controller TO keeper, heir, officer;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
SET ROLE keeper;
CREATE TABLE app.visits (id int PRIMARY KEY, name text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to, legal_access)
    VALUES ('visits', 'app.visits', '{left_on}', '1 day', 'delete', 'enforce', $$name <> 'staff' -- of ours$$, '{accounts}');
RESET ROLE;
CALL retention.sweep();
SELECT is(state, 'enforcing', 'an owner writes a policy for his table') FROM retention.status;

SET ROLE officer;
SELECT lives_ok($$UPDATE retention.policy SET name = 'guests', purpose = 'p', legal_basis = 'b', reference = 'r'$$, 'a role that owns nothing says what a policy is called and why it stands');
SELECT lives_ok($$INSERT INTO retention.controller (name, contact) VALUES ('n', 'c')$$, 'a role that owns nothing says who the controller is');
SELECT throws_ok($$UPDATE retention.policy SET reference = 's', keep_for = '2 days'$$, '42501', NULL, 'a role that owns nothing changes no period beside it');
RESET ROLE;
SELECT is((SELECT string_agg(action, ', ' ORDER BY entry_id) FROM retention.ledger WHERE action LIKE 'policy%'), 'policy created, policy changed', 'both stand in the ledger');
SELECT is(state, 'enforcing', 'the policy goes on') FROM retention.status;

-- Another owner.
ALTER TABLE app.visits OWNER TO heir;
SELECT is(state, 'not confirmed', 'a condition that another owner wrote is not confirmed') FROM retention.status;
SELECT is(problem, 'applies_to was written for another owner of the table: confirm it as heir or a superuser with UPDATE retention.policy SET applies_to = applies_to WHERE policy_id = '
    || policy_id, 'the status says how to confirm it') FROM retention.status;
SELECT is(array_agg(object), '{guests}', 'the check lists it') FROM retention.check() WHERE what = 'condition is its owner''s' AND NOT ok;
INSERT INTO app.visits VALUES (1, 'guest', '2020-01-01'), (2, 'staff', '2020-01-01');
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT is(count(*), 0::bigint, 'rows written meanwhile count as those of the policy and are hidden') FROM app.visits;
CALL retention.sweep();
SET retention.reveal_reason = 'test';
SET retention.reveal = on;
SELECT is(count(*), 2::bigint, 'no sweep deletes them') FROM app.visits;
RESET retention.reveal;
SET ROLE officer;
SELECT lives_ok('UPDATE retention.policy SET applies_to = applies_to', 'a role that owns nothing may write what is there');
RESET ROLE;
SELECT is(state, 'not confirmed', 'that confirms nothing') FROM retention.status;
SET ROLE heir;
SET retention.confirm_drop = on;
UPDATE retention.policy SET applies_to = applies_to;
RESET retention.confirm_drop;
RESET ROLE;
CALL retention.sweep();
CALL retention.sweep();
SELECT is(state, 'enforcing', 'the new owner confirms it') FROM retention.status;
SELECT is(array_agg(name), '{staff}', 'the condition decides again: one row is seen') FROM app.visits;
SET retention.reveal = on;
SELECT is(count(*), 1::bigint, 'the other one is deleted') FROM app.visits;
RESET retention.reveal;

-- Roles that a policy names.
SELECT throws_ok('DROP ROLE accounts', '2BP01', 'role "accounts" cannot be dropped because some objects depend on it', 'a role with legal access is not dropped');
DROP OWNED BY accounts;
REASSIGN OWNED BY accounts TO heir;
SELECT throws_ok('DROP ROLE accounts', '2BP01', NULL, 'a role with legal access is not dropped once its belongings are gone');
GRANT SELECT (legal_access) ON retention.policy TO accounts;
REVOKE SELECT (legal_access) ON retention.policy FROM accounts;
SELECT throws_like($$UPDATE retention.policy SET legal_access = '{accounts,123456}'$$, 'role with OID 123456 in field "legal_access" of policy "guests" does not exist',
    'a number that is no role''s is refused');
UPDATE retention.policy SET priority = 7;
SELECT throws_ok('DROP ROLE accounts', '2BP01', NULL, 'a privilege that is granted on the column and revoked changes nothing for long');
UPDATE retention.policy SET legal_access = '{}';
SELECT lives_ok('DROP ROLE accounts', 'a role that no policy names any more is dropped');
SELECT is(count(*), 0::bigint, 'no role is missing') FROM retention.check() WHERE what = 'role with legal access exists' AND NOT ok;

-- What starts a mandatory period is the law's, too.
SET ROLE keeper;
CREATE TABLE app.books (id int PRIMARY KEY, name text, written date, closed date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode)
    VALUES ('books', 'app.books', '{written}', '9 years', '5 years', 'delete', 'enforce');
CREATE FUNCTION pg_temp.changed(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE 'UPDATE retention.policy SET ' || what || ' WHERE name = ''books'''; RETURN 'changed'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM; END $$;
SELECT is(pg_temp.changed(what), '42501 policy "books" keeps rows that must be kept', 'the owner of a table without rows does not shorten a mandatory period: ' || what)
FROM (VALUES ('must_keep_for = ''4 years'''), ('must_keep_for = NULL')) t (what);
INSERT INTO app.books VALUES (1, 'Kari', '2029-01-01', '2010-01-01');
SELECT is(pg_temp.changed(what), '42501 policy "books" keeps rows that must be kept', 'the owner of the table does not change ' || split_part(what, ' ', 1) || ' of a mandatory policy')
FROM (VALUES ($$clock_starts = '{closed}'$$), ('applies_to = ''id > 1'''),
    ('must_keep_for = ''4 years'''), ('must_keep_for = NULL'), ('mode = ''observe''')) t (what);
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'books'$$, '42501', 'policy "books" keeps rows that must be kept', 'the owner of the table does not drop a mandatory policy');
SELECT is(pg_temp.changed(what), 'changed', 'the owner of the table changes ' || split_part(what, ' ', 1) || ' of a mandatory policy where it shortens nothing')
FROM (VALUES ($$keep_for = '10 years'$$), ('priority = 5'), ($$starts_when = 'all'$$)) t (what);
RESET ROLE;
SELECT is(pg_temp.changed($$clock_starts = '{closed}'$$), 'changed', 'a superuser changes what starts a mandatory period');

-- A function that anonymises runs for the owner who named it, until another one confirms it.
GRANT SELECT, INSERT, UPDATE ON retention.personal_column TO keeper, heir, officer;
SET ROLE keeper;
CREATE TABLE app.cards (id int PRIMARY KEY, name text, left_on date);
CREATE FUNCTION app.mask(name text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.cards', 'name', 'name', 'function', 'app.mask');
RESET ROLE;
CREATE FUNCTION pg_temp.listed() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(object, ',') FROM retention.check() WHERE what = 'anonymiser is its owner''s' AND NOT ok$$;
SELECT is(pg_temp.listed(), NULL, 'a function that its owner names needs no confirmation');
ALTER TABLE app.cards OWNER TO heir;
SELECT is(pg_temp.listed(), 'app.cards.name', 'a function that another owner named is listed');
SET ROLE officer;
SELECT throws_ok('UPDATE retention.personal_column SET argument = argument', '42501', NULL, 'a role that owns nothing confirms no function');
SET ROLE heir;
SELECT throws_like($$UPDATE retention.personal_column SET category = 'address'$$, '%its function was declared for another owner of the table',
    'the new owner confirms no function by changing something else');
UPDATE retention.personal_column SET argument = argument;
RESET ROLE;
SELECT is(pg_temp.listed(), NULL, 'the new owner confirms a function by writing it as it is');
ALTER TABLE app.cards OWNER TO keeper;
UPDATE retention.personal_column SET argument = argument;
SELECT is(pg_temp.listed(), NULL, 'a superuser confirms a function');
SELECT finish();
ROLLBACK;
