-- One pass over rows of every kind: what can go goes, what cannot is named with its reason and stops nothing else.
BEGIN;
SELECT plan(33);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.users (id bigint PRIMARY KEY, name text, email text, deactivated_at timestamptz);
CREATE TABLE app.notes (id bigint PRIMARY KEY, author_id bigint REFERENCES app.users ON DELETE RESTRICT);
CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE app.sessions (user_id bigint REFERENCES app.users ON DELETE CASCADE);
CREATE TABLE app.audit (user_id bigint REFERENCES app.users ON DELETE SET NULL, what text);
CREATE TABLE app.vouchers (user_id bigint REFERENCES app.users ON DELETE CASCADE, issued_on date, attention text);

CREATE FUNCTION app.complain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.name = TG_ARGV[0] THEN RAISE 'user % is needed', OLD.id USING ERRCODE = 'P4711'; END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.name = 'raising' THEN RAISE 'no'; END IF;
    IF OLD.name = 'silent' THEN RETURN NULL; END IF;
    RETURN OLD;
END $$;
CREATE CONSTRAINT TRIGGER needed AFTER DELETE ON app.users DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION app.complain('needed');
CREATE TRIGGER refuse BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.refuse();

INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES
    ('app.users', 'name', 'name', 'constant', 'former user'), ('app.users', 'email', 'email', 'null', NULL),
    ('app.vouchers', 'attention', 'name', 'null', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, mode) VALUES
    ('users', 'app.users', '{deactivated_at}', '0 days', '30 days', 'delete', NULL, NULL, 'enforce'),
    ('vouchers', 'app.vouchers', '{issued_on}', '5 years after end of fiscal year', '0 days', 'anonymise',
     '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
SET retention.test_now = '2025-12-31 12:00:00+00';
INSERT INTO app.users SELECT i, n, n || '@example.no', CASE WHEN n <> 'active' THEN timestamptz '2030-04-01 10:00:00+00' END
    FROM unnest('{plain,noted,ordering,needed,raising,silent,booked,cascading,audited,active,plain too}'::text[]) WITH ORDINALITY u (n, i);
INSERT INTO app.users VALUES (12, 'leaving', 'leaving@example.no', '2030-05-02 21:59:59+00');
INSERT INTO app.notes VALUES (1, 2);
INSERT INTO app.orders VALUES (1, 3);
INSERT INTO app.vouchers VALUES (7, '2026-03-15', 'Kari Lie'), (NULL, '2025-12-31', 'Ola Moe');
INSERT INTO app.sessions VALUES (8), (8);
INSERT INTO app.audit VALUES (9, 'logged in');
SET retention.test_now = '2030-06-01 12:00:00+00';

SELECT is((SELECT count(*) FROM app.users), 1::bigint, 'before the sweep they are hidden already');
CALL retention.sweep();
SELECT isnt_empty($$SELECT FROM pg_locks WHERE classid = 'pg_extension'::regclass AND mode = 'AccessShareLock' AND pid = pg_backend_pid()$$,
    'who drops the extension waits for a sweep before he locks anything');
SET retention.reveal = on;
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$SELECT unnest('{2,3,4,5,6,7,10,12}'::bigint[])$$, 'what can go is gone');
SELECT results_eq('SELECT id, name, email FROM app.users WHERE id IN (2, 3, 7) ORDER BY id',
    $$SELECT unnest('{2,3,7}'::bigint[]), 'former user', NULL::text$$,
    'what RESTRICT, a deferred foreign key or a mandatory row keeps is anonymised');
SELECT results_eq($$SELECT DISTINCT retention.state(retention_clock) FROM app.users WHERE id IN (2, 3, 7)$$, $$VALUES ('anonymised')$$,
    'a row that is kept says that it is anonymised');
SELECT is((SELECT count(*) FROM app.sessions), 0::bigint, 'CASCADE takes its rows along');
SELECT results_eq('SELECT user_id, what FROM app.audit', $$VALUES (NULL::bigint, 'logged in')$$, 'SET NULL leaves the row');
SELECT results_eq('SELECT user_id, attention FROM app.vouchers ORDER BY 1', $$VALUES (7::bigint, 'Kari Lie'), (NULL, 'Ola Moe')$$,
    'vouchers are untouched');
SELECT results_eq($$SELECT u.id, b.sqlstate, b.reason, b.attempts FROM retention.blocked_row b JOIN app.users u ON u.ctid = b.row_id
        WHERE b.relation = 'app.users'::regclass ORDER BY 1$$,
    $$VALUES (4::bigint, 'P4711', 'user 4 is needed', 1), (5, 'P0001', 'no', 1),
             (6, '09000', 'a trigger of the table suppressed the action', 1)$$,
    'what fails is listed with its reason: a deferred constraint trigger, a trigger that raises, one that is silent');
SELECT is((SELECT email FROM app.users WHERE id = 5), 'raising@example.no', 'a row whose sweep fails is as it was');
SELECT results_eq('SELECT deleted, anonymised, blocked, problem, by_worker, finished_at IS NOT NULL FROM retention.sweep_run',
    $$VALUES (4::bigint, 3::bigint, 3::bigint, NULL::text, false, true)$$, 'the run counts them');
SELECT results_eq($$SELECT action, relation, row_count FROM retention.ledger WHERE row_count >= 0 AND action <> 'approved' ORDER BY entry_id$$,
    $$VALUES ('quarantined', 'app.users', 11::bigint), ('deleted', 'app.users', 4), ('anonymised', 'app.users', 3),
             ('deleted in consequence', 'app.sessions', 2), ('changed in consequence', 'app.audit', 1)$$,
    'the ledger counts rows, each batch with its entry');
SELECT results_eq($$SELECT name, state, blocked, problem IS NOT NULL FROM retention.status ORDER BY policy_id$$,
    $$VALUES ('users', 'enforcing', 3::bigint, true), ('vouchers', 'enforcing', 0, false)$$, 'status names the reason of what fails');
SET retention.reveal = off;
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$SELECT unnest('{2,3,7,10}'::bigint[])$$,
    'anonymised rows are visible, blocked ones stay hidden');

-- A second pass at the same time.
CALL retention.sweep();
SELECT results_eq('SELECT deleted, anonymised, blocked FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1',
    $$VALUES (0::bigint, 0::bigint, 0::bigint)$$, 'nothing is done twice, nor tried again at once');
SELECT is((SELECT count(*) FROM retention.ledger WHERE row_count >= 0 AND action <> 'approved'), 5::bigint, 'no entry without rows');
SELECT is((SELECT count(*) FROM retention.blocked_row), 3::bigint, 'blocked rows stay listed');

-- The last reference goes, and the reasons to fail.
DELETE FROM app.notes;
DELETE FROM app.orders;
DROP TRIGGER refuse ON app.users;
CALL retention.sweep();
SET retention.reveal = on;
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$SELECT unnest('{4,5,6,7,10,12}'::bigint[])$$,
    'with the last reference the row is gone; a blocked one waits for its turn');
SET retention.test_now = '2030-06-01 21:59:59+00';
CALL retention.sweep();
SELECT results_eq('SELECT id FROM app.users ORDER BY id', $$SELECT unnest('{4,7,10,12}'::bigint[])$$,
    'later the blocked rows are tried again: those that can go are gone');
SELECT is((SELECT attempts FROM retention.blocked_row), 2, 'the other one is counted');
SELECT isnt_empty('SELECT FROM app.users WHERE id = 12', 'a second before its quarantine ends a row is still there');
SET retention.test_now = '2030-06-01 22:00:00+00';
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 12', 'a row is gone when its quarantine ends');
SELECT results_eq($$SELECT row_count FROM retention.ledger WHERE action = 'quarantined' AND relation = 'app.users'$$, $$VALUES (11::bigint)$$,
    'a hidden row is counted in the ledger once');

-- A voucher, to the second; with it its user.
SELECT results_eq($$SELECT attention FROM app.vouchers WHERE user_id IS NULL$$, $$VALUES ('Ola Moe')$$, 'a voucher of 2025 is kept');
SET retention.test_now = '2030-12-31 22:59:59+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.vouchers WHERE user_id IS NULL), 'Ola Moe', 'a voucher of 2025 is kept until the sixth year begins');
SET retention.test_now = '2030-12-31 23:00:00+00';
CALL retention.sweep();
SELECT is((SELECT attention FROM app.vouchers WHERE user_id IS NULL), NULL, 'the person of a voucher is gone in the sixth year, and the voucher is there');
SET retention.test_now = '2031-12-31 23:00:00+00';
CALL retention.sweep();
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 7', 'a user that only a mandatory voucher kept goes with its release');
SELECT is_empty('SELECT FROM app.vouchers WHERE user_id = 7', 'by cascade');

-- Nothing happens where the workers may not act, or while a policy only observes.
UPDATE app.users SET deactivated_at = '2030-01-01' WHERE id = 10;
SET LOCAL retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'observe' WHERE name = 'users';
CALL retention.sweep();
SELECT isnt_empty('SELECT FROM app.users WHERE id = 10', 'observe touches nothing');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'users';
UPDATE retention.home SET timeline = timeline + 1;
SELECT throws_ok('CALL retention.sweep()', '55000', NULL, 'after a promotion a sweep waits');
SELECT is((SELECT count(*) FROM app.users WHERE id = 10), 1::bigint, 'a sweep after a promotion takes nothing');
SET retention.test_now = '2032-02-01 23:00:00+00';
SELECT retention.resume();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
SELECT is_empty('SELECT FROM app.users WHERE id = 10', 'a sweep goes on after a promotion when somebody says so');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');

SELECT * FROM finish();
ROLLBACK;
