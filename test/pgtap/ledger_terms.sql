-- By which rule a row went: the ledger says what a policy and a declaration said, and what they say from then on.
BEGIN;
SELECT plan(31);

CREATE ROLE app_owner;
CREATE ROLE auditor;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET LOCAL search_path = app, public;
CREATE TABLE users (id int PRIMARY KEY, name text, email retention.email('1 year'), ended date, gone date);
ALTER TABLE users OWNER TO app_owner;
INSERT INTO users VALUES (1, 'Kari Lie', 'kari@fjordbygg.example', NULL, NULL);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('users', 'name', 'name', 'constant', 'n.n.');

CREATE FUNCTION pg_temp.last(back int DEFAULT 0) RETURNS TABLE (action text, relation text, detail jsonb) LANGUAGE sql AS
    $$SELECT action, relation, detail::jsonb FROM retention.ledger ORDER BY entry_id DESC OFFSET back LIMIT 1$$;
CREATE FUNCTION pg_temp.entries() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM retention.ledger';
CREATE FUNCTION pg_temp.says(what text, expected text, name text, back int DEFAULT 0) RETURNS SETOF text LANGUAGE sql AS
    $$SELECT is((SELECT action FROM pg_temp.last(back)), what, name || ': what')
      UNION ALL SELECT is((SELECT detail FROM pg_temp.last(back)), expected::jsonb, name || ': to what')$$;

-- Before a policy stands, a declaration does nothing to rows.
SELECT is(pg_temp.entries(), 0::bigint, 'what is declared before there is a policy is not in the ledger yet');

INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, quarantine_for, action, mode, legal_access, legal_basis, purpose)
    VALUES ('users', 'users', 'id > 0', '{ended,gone}', 'Europe/Oslo', '2 years', '30 days', 'anonymise', 'enforce', '{auditor}', 'GDPR Art. 6(1)(b)', NULL);
SELECT pg_temp.says('policy created', $${"policy": "users",
    "new": {"applies_to": "id > 0", "priority": "100", "clock_starts": "{ended,gone}", "timezone": "Europe/Oslo", "starts_when": "any",
        "keep_for": "2 years", "quarantine_for": "30 days", "action": "anonymise", "if_referenced": "anonymise", "rectify_protected": "false", "legal_access": "{auditor}",
        "mode": "enforce", "legal_basis": "GDPR Art. 6(1)(b)", "written_for": "app_owner"},
    "personal_columns": {
        "name": {"category": "name", "anonymise": "constant", "constant": "n.n.", "origin": "provided", "required_by_law": "false", "declared_by": "personal_column", "written_for": "app_owner"},
        "email": {"category": "email", "anonymise": "null", "keep_for": "1 year", "origin": "provided", "required_by_law": "false", "declared_by": "type"}}}$$,
    'a policy is created');
SELECT is((SELECT relation FROM pg_temp.last()), 'app.users', 'the entry of a new policy names the table');

UPDATE retention.policy SET keep_for = '1 year', must_keep_for = '3 years', reference = 'Act §1', applies_to = NULL, purpose = 'accounts';
SELECT pg_temp.says('policy changed', $${"policy": "users",
    "old": {"applies_to": "id > 0", "keep_for": "2 years", "must_keep_for": null, "purpose": null, "reference": null},
    "new": {"applies_to": null, "keep_for": "1 year", "must_keep_for": "3 years", "purpose": "accounts", "reference": "Act §1"}}$$,
    'each column that changed, and no other');
UPDATE retention.policy SET reference = 'Act §2';
SELECT pg_temp.says('policy changed', '{"policy": "users", "old": {"reference": "Act §1"}, "new": {"reference": "Act §2"}}', 'the law alone');
UPDATE retention.policy SET name = 'people';
SELECT pg_temp.says('policy changed', '{"policy": "people", "old": {"name": "users"}, "new": {"name": "people"}}', 'another name of a policy');
CALL retention.sweep();
UPDATE retention.policy SET must_keep_for = NULL;
SELECT pg_temp.says('mandatory period loosened', '{"policy": "people", "old": {"must_keep_for": "3 years"}, "new": {"must_keep_for": null}}', 'a floor that a superuser takes away');

-- Declarations.
UPDATE retention.personal_column SET anonymise = 'null', constant = NULL WHERE column_name = 'name';
SELECT pg_temp.says('personal column changed', '{"column": "name", "old": {"anonymise": "constant", "constant": "n.n."}, "new": {"anonymise": "null", "constant": null}}',
    'another anonymiser');
DELETE FROM retention.personal_column WHERE column_name = 'name';
SELECT pg_temp.says('personal column withdrawn', '{"column": "name", "old": {"category": "name", "anonymise": "null", "origin": "provided", "required_by_law": "false", "written_for": "app_owner"}}',
    'a column that is personal no longer');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('users', 'email', 'email', '2 years');
SELECT pg_temp.says('personal column declared', '{"column": "email", "new": {"category": "email", "keep_for": "2 years", "anonymise": "null", "origin": "provided", "required_by_law": "false", "written_for": "app_owner"}}',
    'a column that is declared');
SELECT is((SELECT relation FROM pg_temp.last()), 'app.users', 'the entry of a declaration names the table');

-- What the schema does to a policy is a change of it.
-- It is entered when the transaction ends, or before the next entry.
ALTER TABLE users RENAME COLUMN ended TO ended_on;
SELECT retention.resume();
SELECT pg_temp.says('policy changed', '{"policy": "people", "old": {"clock_starts": "{ended,gone}"}, "new": {"clock_starts": "{ended_on,gone}"}}', 'a renamed column', 1);
-- To savepoints: what is taken back was not done, and what is not, was.
CREATE FUNCTION pg_temp.done() RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM retention.resume();
    RETURN (SELECT array_agg(detail::jsonb -> 'new' ->> 'clock_starts' ORDER BY entry_id) FROM retention.ledger
        WHERE action = 'policy changed' AND entry_id > (SELECT entry_id FROM retention.ledger WHERE action = 'resumed' ORDER BY entry_id DESC OFFSET 1 LIMIT 1));
END $$;
SAVEPOINT one;
ALTER TABLE users RENAME COLUMN gone TO went;
SAVEPOINT two;
ALTER TABLE users RENAME COLUMN went TO vanished;
ROLLBACK TO two;
RELEASE one;
SAVEPOINT three;
ROLLBACK TO three;
SELECT is(pg_temp.done(), '{"{ended_on,went}"}', 'what was taken back to a savepoint is not entered, and all else is');
SAVEPOINT one;
SAVEPOINT two;
ALTER TABLE users RENAME COLUMN went TO vanished;
RELEASE two;
ROLLBACK TO one;
SELECT is(pg_temp.done(), NULL, 'what was released into a savepoint that was taken back is not entered');
ALTER TABLE users RENAME COLUMN went TO gone;
ALTER TABLE users OWNER TO CURRENT_USER;
UPDATE retention.policy SET applies_to = applies_to;
SELECT is((SELECT detail -> 'new' ->> 'written_for' FROM pg_temp.last()), current_user::text, 'who answers for it from now on');

DELETE FROM retention.policy;
SELECT is((SELECT action || ' ' || (detail -> 'old' ->> 'keep_for') || ' ' || (detail ? 'new') FROM pg_temp.last()), 'policy dropped 1 year false', 'a policy that is dropped says what it said last');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('again', 'users', '{gone}', 'UTC', '2 years', 'delete');
DROP TABLE users;
SELECT retention.resume();
SELECT is((SELECT action || ' ' || relation || ' ' || (detail ->> 'policy') || ' ' || (detail -> 'old' ->> 'keep_for') FROM pg_temp.last(1)),
    'policy dropped app.users again 2 years', 'a policy that went with its table is in the ledger with its last terms');

-- One that is taken unchecked, for its table has a clock already, is known from when it is checked.
SELECT set_config('test.last', max(entry_id)::text, true) FROM retention.ledger;
CREATE TABLE left_alone (id int PRIMARY KEY, gone date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('to copy', 'left_alone', '{gone}', 'UTC', '2 years', 'delete');
CREATE TABLE copied AS SELECT * FROM left_alone;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('copied', 'copied', '{gone}', 'UTC', '4 years', 'delete');
SELECT is((SELECT validated FROM retention.policy WHERE name = 'copied'), false, 'a policy for a table with a clock is taken unchecked');
SELECT retention.resume();
SELECT results_eq($$SELECT action, relation, detail::jsonb ->> 'policy', detail::jsonb -> 'new' ->> 'keep_for' FROM retention.ledger WHERE entry_id > current_setting('test.last')::bigint ORDER BY entry_id$$,
    $$VALUES ('policy created', 'app.left_alone', 'to copy', '2 years'), ('policy created', 'app.copied', 'copied', '4 years'), ('resumed', NULL, NULL, NULL)$$, 'a policy that was taken unchecked is in the ledger when it is checked');
SELECT retention.resume();
SELECT is((SELECT count(*) FROM retention.ledger WHERE action = 'policy created' AND entry_id > current_setting('test.last')::bigint), 2::bigint, 'nothing is entered when it is checked again');
SELECT is_empty($$SELECT FROM retention.ledger l WHERE l::text ~* 'kari'$$, 'nothing about subjects');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
