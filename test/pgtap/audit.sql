-- retention.audit finds every way in which a clock may say what is not so, on tables of every kind, and mends what is safe.
BEGIN;
SELECT plan(84);
SET LOCAL client_min_messages = warning;
SET LOCAL retention.test_now = '2026-11-28 12:00+01';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, ended_at timestamptz);
CREATE TABLE orders (shop text, number numeric, closed_on date, PRIMARY KEY (shop, number));
CREATE TABLE own_start (id int PRIMARY KEY, body text, done_on date);
CREATE TABLE one_hop (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, body text);
CREATE TABLE "Two Hops" (id int PRIMARY KEY, "The Author" int REFERENCES users ON DELETE SET NULL, "E-Mail" text);
CREATE TABLE all_starts (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, done_at timestamptz);
CREATE TABLE composite (id int PRIMARY KEY, shop text, number numeric, FOREIGN KEY (shop, number) REFERENCES orders ON DELETE SET NULL);
CREATE TABLE parted (id int, author int REFERENCES users ON DELETE SET NULL, kind text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_high (kind text, gone int, id int NOT NULL PRIMARY KEY, author int);
ALTER TABLE parted_high DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_high FOR VALUES FROM (10) TO (100);
CREATE TABLE defaulting (id int PRIMARY KEY, author int DEFAULT 4 REFERENCES users ON DELETE SET DEFAULT);
CREATE TABLE two_ways (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, editor int REFERENCES users ON DELETE SET NULL);
CREATE TABLE nested (id int PRIMARY KEY, above int REFERENCES nested ON DELETE SET NULL, ended_at timestamptz);
CREATE TABLE above (id int, author int REFERENCES users ON DELETE SET NULL);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('"Two Hops"', 'E-Mail', 'email');
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, quarantine_for, action, must_keep_for, mode, applies_to) VALUES
    ('own start', 'own_start', '{done_on}', 'any', '5 years', '0 days', 'delete', '5 years', 'enforce', NULL),
    ('one hop', 'one_hop', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('two hops', '"Two Hops"', '{"\"The Author\".ended_at", "\"The Author\".customer.ended_at"}', 'any', '0 days', '90 days', 'anonymise', NULL, 'enforce', NULL),
    ('all starts', 'all_starts', '{author.ended_at, done_at}', 'all', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('composite', 'composite', '{shop.closed_on}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('letters', 'parted', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', $$kind = 'letter'$$),
    ('others', 'parted', '{author.customer.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', $$kind <> 'letter'$$),
    ('defaulting', 'defaulting', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('two ways', 'two_ways', '{author.ended_at, editor.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('nested', 'nested', '{above.ended_at, above.above.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL),
    ('above', 'above', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce', NULL);
CREATE TABLE below (more text) INHERITS (above);
CREATE TABLE beside (PRIMARY KEY (id), FOREIGN KEY (author) REFERENCES users ON DELETE SET NULL) INHERITS (above);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('beside', 'beside', '{author.ended_at}', '0 days', '90 days', 'delete', 'enforce');
-- What has its clock already waits for a sweep to check the policy.
CALL retention.sweep();
INSERT INTO customers SELECT i, CASE WHEN i = 8 THEN timestamptz '2026-11-02 12:00Z' END FROM generate_series(1, 9) i;
INSERT INTO users SELECT i, i, CASE WHEN i = 9 THEN timestamptz '2026-11-01 12:00Z' END FROM generate_series(1, 9) i;
INSERT INTO orders SELECT 'Oslo', i, CASE WHEN i = 9 THEN date '2026-11-01' END FROM generate_series(1, 9) i;
INSERT INTO own_start SELECT i, 'x', CASE WHEN i = 9 THEN date '2026-11-01' END FROM generate_series(1, 9) i;
INSERT INTO one_hop SELECT i, i, 'x' FROM generate_series(1, 9) i;
INSERT INTO "Two Hops" SELECT i, i, 'kari@example.org' FROM generate_series(1, 9) i;
INSERT INTO all_starts SELECT i, i, CASE WHEN i > 5 THEN timestamptz '2026-11-03 12:00Z' END FROM generate_series(1, 9) i;
INSERT INTO composite SELECT i, 'Oslo', i FROM generate_series(1, 9) i;
INSERT INTO defaulting SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO two_ways SELECT i, i, 4 FROM generate_series(1, 9) i;
INSERT INTO nested SELECT i, nullif(i / 2, 0) FROM generate_series(1, 9) i;
UPDATE nested SET ended_at = '2026-11-01' WHERE id IN (2, 7);
INSERT INTO parted SELECT i, i % 10, CASE WHEN i % 2 = 0 THEN 'letter' ELSE 'other' END FROM generate_series(1, 19) i WHERE i % 10 > 0;
INSERT INTO beside SELECT i, i FROM generate_series(1, 9) i;

CREATE FUNCTION pg_temp.triggers(relation regclass, state "char") RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- As only a superuser can who forgoes the extension.
    UPDATE pg_trigger SET tgenabled = state WHERE tgrelid = relation AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET relname = relname WHERE oid = relation;
END $$;
CREATE FUNCTION pg_temp.unseen(command text, VARIADIC relations regclass[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.triggers(r, 'D') FROM unnest(relations) r;
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE command;
    PERFORM set_config('retention.reveal', 'off', true);
    PERFORM pg_temp.triggers(r, 'A') FROM unnest(relations) r;
END $$;
-- What is found, by the keys of the rows.
CREATE FUNCTION pg_temp.found(relation regclass, repair boolean DEFAULT false) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE fault record; row_key text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    FOR fault IN SELECT * FROM retention.audit(relation, repair) LOOP
        row_key := NULL;
        PERFORM set_config('retention.reveal', 'on', true);
        IF fault.row_id IS NOT NULL AND NOT repair THEN
            EXECUTE format('SELECT id FROM ONLY %s WHERE ctid = $1', fault.part) INTO row_key USING fault.row_id;
        END IF;
        PERFORM set_config('retention.reveal', 'off', true);
        RETURN NEXT concat_ws(' ', nullif(fault.part::text, relation::text), row_key, fault.finding, 'of ' || fault.policy,
            CASE WHEN repair AND NOT fault.repaired THEN '(not repaired: ' || fault.detail || ')' END);
    END LOOP;
    PERFORM set_config('retention.reveal', 'off', true);
END $$;

-- Clean.
SELECT is_empty($$SELECT pg_temp.found('own_start')$$, 'nothing is wrong with a table whose clock starts on its rows');
SELECT is_empty($$SELECT pg_temp.found('one_hop')$$, 'nothing is wrong with a table whose clock starts one hop away');
SELECT is_empty($$SELECT pg_temp.found('"Two Hops"')$$, 'nothing is wrong with a table whose clock starts one or two hops away, with quoted names');
SELECT is_empty($$SELECT pg_temp.found('all_starts')$$, 'nothing is wrong with a table of all starts');
SELECT is_empty($$SELECT pg_temp.found('composite')$$, 'nothing is wrong with a table whose path is a composite key');
SELECT is_empty($$SELECT pg_temp.found('parted')$$, 'nothing is wrong with a partitioned table of two policies, whose partitions have their columns in another order');
SELECT is_empty($$SELECT f FROM pg_temp.found('nested') f WHERE f !~ '^1 no way'$$, 'nothing is wrong with a table whose path leads to itself twice');
SELECT is_empty($$SELECT pg_temp.found('beside')$$, 'nothing is wrong with a child table that has a policy of its own');
SELECT results_eq($$SELECT pg_temp.found('above')$$, $$VALUES ('below unmanaged table')$$, 'a child table without a policy is said');
SELECT isnt_empty($$SELECT FROM retention.audit('above') WHERE detail ~ 'no policy'$$, 'a child table without a policy is told why');

CREATE TABLE zoned (id int PRIMARY KEY, done_on date, done_at timestamp);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority, timezone, applies_to) VALUES
    ('watching', 'zoned', '{done_on}', '1 year', 'delete', 'observe', 1, 'Europe/Oslo', NULL),
    ('zoned', 'zoned', '{done_on, done_at}', '1 year', 'delete', 'enforce', 2, 'Pacific/Auckland', 'id < 5'),
    ('elsewhere', 'zoned', '{done_on, done_at}', '1 year', 'delete', 'observe', 3, 'America/Lima', NULL);
CALL retention.sweep();
INSERT INTO zoned VALUES (1, '2026-11-01', NULL), (2, NULL, '2026-11-01 12:00'), (5, '2026-11-01', NULL);
SELECT is_empty($$SELECT pg_temp.found('zoned')$$, 'nothing is wrong with a table of several policies, zones and modes');
SELECT results_eq($$SELECT p.name FROM zoned z JOIN retention.policy p ON p.policy_id = retention.policy(z.retention_clock) ORDER BY z.id$$,
    $$VALUES ('zoned'), ('zoned'), ('watching')$$, 'what observes takes no row from what is enforced');

-- Unstamped, wrong policy, wrong start: the row itself.
SELECT pg_temp.unseen($$UPDATE own_start SET retention_clock = 'none' WHERE id = 1;
    UPDATE own_start SET retention_clock = '32000' WHERE id = 2;
    UPDATE own_start SET done_on = '2026-11-05' WHERE id = 3;
    UPDATE own_start SET done_on = '2026-11-06' WHERE id = 9$$, 'own_start');
SELECT set_eq($$SELECT pg_temp.found('own_start')$$,
    $$VALUES ('1 unstamped of own start'), ('2 wrong policy of own start'), ('3 wrong start of own start'), ('9 wrong start of own start')$$,
    'what was done to rows behind the triggers is found');
SELECT set_eq($$SELECT pg_temp.found('own_start', true)$$,
    $$VALUES ('unstamped of own start'), ('wrong policy of own start'), ('wrong start of own start')$$, 'faults of rows are repaired');
SELECT is_empty($$SELECT pg_temp.found('own_start')$$, 'faults of rows that were repaired are gone');
SELECT results_eq($$SELECT relation, row_count FROM retention.ledger WHERE action = 'clocks repaired'$$, $$SELECT 'public.own_start', 4::bigint$$, 'what was repaired is in the ledger');
SELECT pg_temp.unseen($$UPDATE own_start SET done_on = '2025-11-06' WHERE id = 9$$, 'own_start');
SELECT results_eq($$SELECT pg_temp.found('own_start', true)$$,
    $$VALUES ('wrong start of own start (not repaired: cannot release earlier a row of "own_start": own start requires it until 2031-11-07)')$$,
    'nothing is released earlier');
SET LOCAL retention.test_now = '2032-01-01 12:00+01';
SELECT results_eq($$SELECT part::text, row_id, policy, finding, says, should_be, repaired, detail FROM retention.audit('own_start')$$,
    $$VALUES ('own_start', NULL::tid, 'own start', 'wrong start', NULL::retention.clock, NULL::retention.clock, false, NULL::text)$$, 'of a hidden row neither place nor clock is told without reveal');
SET LOCAL retention.test_now = '2026-11-28 12:00+01';
SELECT results_eq($$SELECT pg_temp.found('own_start', false)$$, $$VALUES ('9 wrong start of own start')$$, 'a fault that was not repaired is said again');

-- Wrong start: an ancestor, one and two hops away.
SELECT pg_temp.unseen($$UPDATE users SET ended_at = '2026-11-10 12:00Z' WHERE id IN (1, 6)$$, 'users');
SELECT pg_temp.unseen($$UPDATE customers SET ended_at = '2026-11-11 12:00Z' WHERE id IN (1, 2)$$, 'customers');
SELECT pg_temp.unseen($$UPDATE orders SET closed_on = '2026-11-10' WHERE number = 1.00$$, 'orders');
SELECT set_eq($$SELECT pg_temp.found('one_hop')$$, $$VALUES ('1 wrong start of one hop'), ('6 wrong start of one hop')$$, 'an ancestor that was changed behind its trigger');
SELECT set_eq($$SELECT pg_temp.found('"Two Hops"')$$,
    $$VALUES ('1 wrong start of two hops'), ('2 wrong start of two hops'), ('6 wrong start of two hops')$$, 'an ancestor two hops away that was changed behind its trigger');
SELECT set_eq($$SELECT pg_temp.found('all_starts')$$, $$VALUES ('6 wrong start of all starts')$$, 'a start of several that all count, where all are set');
SELECT set_eq($$SELECT pg_temp.found('composite')$$, $$VALUES ('1 wrong start of composite')$$, 'an ancestor by a composite key');
SELECT set_eq($$SELECT pg_temp.found('parted')$$,
    $$VALUES ('parted_low 1 wrong start of others'), ('parted_low 6 wrong start of letters'), ('parted_high 11 wrong start of others'),
        ('parted_high 16 wrong start of letters')$$, 'rows of partitions, by the policy that has them');
SELECT set_eq($$SELECT pg_temp.found('parted_high')$$,
    $$VALUES ('11 wrong start of others'), ('16 wrong start of letters')$$, 'one partition alone');
SELECT set_eq($$SELECT pg_temp.found('beside')$$, $$VALUES ('1 wrong start of beside'), ('6 wrong start of beside')$$, 'rows of a child table');
SELECT set_eq($$SELECT part::text, says, should_be::text, detail FROM retention.audit('one_hop') JOIN (SELECT policy_id AS id FROM retention.policy WHERE name = 'one hop') p ON true
    WHERE should_be::text = p.id || ' 2026-11-10T12:00:00Z' AND says::text = p.id::text$$,
    $$VALUES ('one_hop'::text, (SELECT policy_id::text::retention.clock FROM retention.policy WHERE name = 'one hop'),
        (SELECT policy_id || ' 2026-11-10T12:00:00Z' FROM retention.policy WHERE name = 'one hop'), NULL::text)$$, 'what the clock says and what it should be');
SELECT is((SELECT count(*) FROM retention.audit('parted', true) WHERE repaired), 4::bigint, 'partitions are repaired');
SELECT is((SELECT count(*) FROM retention.audit('one_hop', true) WHERE repaired), 2::bigint, 'rows one hop away are repaired');
SELECT is((SELECT count(*) FROM retention.audit('"Two Hops"', true) WHERE repaired), 3::bigint, 'rows two hops away are repaired');
SELECT is((SELECT count(*) FROM retention.audit('all_starts', true) WHERE repaired), 1::bigint, 'rows of all starts are repaired');
SELECT is((SELECT count(*) FROM retention.audit('composite', true) WHERE repaired), 1::bigint, 'rows by a composite key are repaired');
SELECT is((SELECT count(*) FROM retention.audit('beside', true) WHERE repaired), 2::bigint, 'rows of a child table are repaired');
SELECT is_empty($$SELECT pg_temp.found(r) FROM unnest('{one_hop,"\"Two Hops\"",all_starts,composite,parted,beside}'::regclass[]) r$$, 'no fault is left in tables that were repaired');
SELECT is_empty($$SELECT FROM one_hop WHERE id IN (1, 6)$$, 'what was repaired is hidden');

-- What would be shown is left as it is.
SELECT pg_temp.unseen($$UPDATE users SET ended_at = NULL WHERE id = 6$$, 'users');
SELECT results_eq($$SELECT pg_temp.found('one_hop', true)$$,
    $$VALUES ('wrong start of one hop (not repaired: the row is hidden now and would be shown)')$$, 'no repair shows a row');
SELECT is_empty($$SELECT FROM one_hop WHERE id = 6$$, 'the row is hidden still');

-- The policy that has the row.
SELECT pg_temp.unseen($$UPDATE parted SET kind = 'letter' WHERE id IN (3, 13)$$, 'parted', 'parted_low', 'parted_high');
SELECT set_eq($$SELECT f FROM pg_temp.found('parted') f WHERE f !~ 'wrong start'$$,
    $$VALUES ('parted_low 3 wrong policy of letters'), ('parted_high 13 wrong policy of letters')$$, 'a row that has come to another policy');
SELECT pg_temp.unseen($$UPDATE parted SET kind = NULL WHERE id = 5$$, 'parted', 'parted_low', 'parted_high');
SELECT set_eq($$SELECT f FROM pg_temp.found('parted_low') f WHERE f !~ 'wrong start'$$,
    $$VALUES ('3 wrong policy of letters'), ('5 wrong policy of others')$$, 'a row that has come to no policy');
SELECT set_eq($$SELECT f FROM pg_temp.found('parted', true) f WHERE f !~ 'wrong start'$$,
    $$VALUES ('parted_low wrong policy of letters'), ('parted_low wrong policy of others'), ('parted_high wrong policy of letters')$$, 'rows that came to another policy are repaired');
SELECT is_empty($$SELECT f FROM pg_temp.found('parted') f WHERE f !~ 'wrong start'$$, 'faults of policy that were repaired are gone');

-- Starts whose way is gone.
DELETE FROM users WHERE id IN (1, 9);
DELETE FROM orders WHERE number = 9;
SELECT is_empty($$SELECT f FROM pg_temp.found('one_hop') f WHERE f !~ '^6 '$$, 'a start that was reached on a way that is gone is none');
SELECT is_empty($$SELECT f FROM unnest('{"\"Two Hops\"",composite}'::regclass[]) r, pg_temp.found(r) f WHERE f !~ '^6 '$$, 'a start that was reached two hops away, or by a composite key, on a way that is gone is none');
DELETE FROM users WHERE id = 7;
SELECT is_empty($$SELECT f FROM unnest('{defaulting,two_ways}'::regclass[]) r, pg_temp.found(r) f$$,
    'a way that ended beside another is no fault, nor a start that is kept where a key was set to its default');
SELECT is((SELECT count(*) FROM retention.audit('two_ways') WHERE finding = 'no way to a start'), 0::bigint, 'a row with one way left has a way to a start');
SELECT is_empty($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^(1|9) '$$, 'a start that was reached before another parent went is none');
SELECT set_eq($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^7 '$$, $$VALUES ('7 no way to a start of one hop')$$, 'a parent that never ended and is gone leaves a row that nothing starts');
SELECT set_eq($$SELECT f FROM pg_temp.found('all_starts') f WHERE f ~ '^7 '$$, $$VALUES ('7 no way to a start of all starts')$$, 'of all starts, one is enough that cannot come');
SELECT matches((SELECT string_agg(f, '') FROM pg_temp.found('one_hop', true) f WHERE f ~ 'no way'), 'not repaired: nothing says', 'a start that no way gives is not invented');
SELECT pg_temp.unseen($$UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2026-11-10T12:00:00Z orphaned')::retention.clock WHERE id = 2;
    UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2026-11-10T12:00:00Z')::retention.clock WHERE id = 1$$, 'one_hop');
SELECT set_eq($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^(1|2) '$$,
    $$VALUES ('2 orphaned mark without reason of one hop'), ('1 wrong start of one hop')$$, 'a mark without a lost way, and a lost way without the mark');
SELECT pg_temp.unseen($$UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2027-11-10T12:00:00Z orphaned')::retention.clock WHERE id = 2$$, 'one_hop');
SELECT is((SELECT count(*) FROM retention.audit('one_hop', true) WHERE finding = 'orphaned mark without reason' AND repaired), 1::bigint,
    'a mark without a lost way falls where that shows nothing');
SELECT pg_temp.unseen($$UPDATE own_start SET retention_clock = (retention.policy(retention_clock) || ' 2026-11-10T12:00:00Z orphaned')::retention.clock WHERE id = 2$$, 'own_start');
SELECT set_eq($$SELECT f FROM pg_temp.found('own_start') f WHERE f ~ '^2 '$$, $$VALUES ('2 orphaned mark without reason of own start')$$, 'where no way leads to another table there is no reason');
UPDATE users SET ended_at = '2026-11-28 12:00+01' WHERE id = 8;
DELETE FROM users WHERE id = 8;
SELECT is_empty($$SELECT f FROM pg_temp.found('all_starts') f WHERE f ~ '^8 '$$, 'a start of several that all count, whose way is gone, is no fault');
SELECT pg_temp.unseen($$UPDATE all_starts SET done_at = '2026-11-29' WHERE id = 8$$, 'all_starts');
SELECT set_eq($$SELECT f FROM pg_temp.found('all_starts') f WHERE f ~ '^8 '$$, $$VALUES ('8 orphaned mark without reason of all starts')$$,
    'of several starts that all count, one that is there and later counts');
-- Starts that were moved.
UPDATE users SET ended_at = '2026-01-01' WHERE id = 3;
INSERT INTO one_hop VALUES (20, 3, 'x');
SET LOCAL retention.test_now = '2026-11-28 12:00:10+01';
SELECT is_empty($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^20 '$$, 'a row that was inserted when its time was over is no fault');
SELECT pg_temp.unseen($$UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2026-11-10T12:00:00Z late')::retention.clock WHERE id = 3$$, 'one_hop');
SELECT is_empty($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^3 '$$, 'a late start is right if it is not earlier than what is given');
SELECT pg_temp.unseen($$UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2025-11-10T12:00:00Z late')::retention.clock WHERE id = 3$$, 'one_hop');
SELECT set_eq($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^3 '$$, $$VALUES ('3 wrong start of one hop')$$, 'a late start is wrong if it is earlier than what is given');
SELECT pg_temp.unseen($$UPDATE one_hop SET retention_clock = (retention.policy(retention_clock) || ' 2025-11-10T12:00:00Z late')::retention.clock WHERE id = 4$$, 'one_hop');
SELECT set_eq($$SELECT f FROM pg_temp.found('one_hop') f WHERE f ~ '^4 '$$, $$VALUES ('4 wrong start of one hop')$$, 'a late start is wrong if nothing is given');

-- Anonymised.
SELECT pg_temp.unseen($$UPDATE "Two Hops" SET retention_clock = retention.with_flags(retention_clock, 4) WHERE id IN (4, 5);
    UPDATE "Two Hops" SET retention_clock = retention.with_flags(retention_clock, 20) WHERE id = 8;
    UPDATE "Two Hops" SET "E-Mail" = NULL WHERE id = 4$$, '"Two Hops"');
SELECT set_eq($$SELECT f FROM pg_temp.found('"Two Hops"') f WHERE f ~ '^(4|5|8) '$$,
    $$VALUES ('5 anonymised but holds a value of two hops'), ('8 anonymised but holds a value of two hops'), ('8 done by another action of two hops')$$, 'an anonymised row that holds a value');
SELECT is((SELECT count(*) FROM retention.audit('"Two Hops"', true) WHERE finding = 'anonymised but holds a value' AND repaired), 2::bigint, 'flags of rows that hold values fall');
SELECT is_empty($$SELECT FROM "Two Hops" WHERE id = 8$$, 'a row whose flags fell is hidden');
SELECT is_empty($$SELECT f FROM pg_temp.found('"Two Hops"') f WHERE f ~ '^(4|5|8) '$$, 'faults of values that were repaired are gone');

-- Whatever the anonymiser leaves.
CREATE TABLE kinds (id int PRIMARY KEY, done_on date, body text, token text, mail text, phone text, born date, code text, fixed text, moved int, gone text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument, constant) VALUES
    ('kinds', 'body', 'free text', 'redact', NULL, NULL), ('kinds', 'token', 'user name', 'random token', NULL, NULL), ('kinds', 'mail', 'email', 'random token', NULL, NULL),
    ('kinds', 'phone', 'phone', 'random token', NULL, NULL), ('kinds', 'born', 'birth date', 'generalise', 'year', NULL), ('kinds', 'code', 'postal code', 'truncate', '2', NULL),
    ('kinds', 'fixed', 'name', 'constant', NULL, 'somebody'), ('kinds', 'moved', 'number', 'noise', '5', NULL), ('kinds', 'gone', 'name', 'null', NULL, NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('kinds', 'kinds', '{done_on}', '0 days', '0 days', 'anonymise', 'enforce');
INSERT INTO kinds SELECT i, '2026-11-01', 'Kari (kari@example.org) called', 'kari lie', 'kari@example.org', '+47 918 27 364', '1987-06-15', '0153', 'Kari', 7, 'Kari'
    FROM generate_series(1, 12) i;
INSERT INTO kinds (id, done_on) VALUES (13, '2026-11-01');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM kinds WHERE body ~ 'redacted' AND token !~ ' ' AND fixed = 'somebody' AND gone IS NULL), 12::bigint, 'a sweep has anonymised rows in every way');
SELECT is_empty($$SELECT pg_temp.found('kinds')$$, 'what anonymisers leave is no fault');
SELECT pg_temp.unseen($$UPDATE kinds SET body = 'Ola (ola@example.org) called' WHERE id = 1; UPDATE kinds SET token = 'ola moe' WHERE id = 2;
    UPDATE kinds SET mail = 'ola@example.org' WHERE id = 3; UPDATE kinds SET phone = '+47 918 27 364' WHERE id = 4; UPDATE kinds SET born = '1987-06-15' WHERE id = 5;
    UPDATE kinds SET code = '0153' WHERE id = 6; UPDATE kinds SET fixed = 'Ola' WHERE id = 7; UPDATE kinds SET gone = 'Ola' WHERE id = 8; UPDATE kinds SET fixed = NULL, mail = NULL WHERE id = 9$$, 'kinds');
SELECT set_eq($$SELECT pg_temp.found('kinds')$$, $$SELECT i || ' anonymised but holds a value of kinds' FROM generate_series(1, 8) i$$, 'each anonymised row that was filled again is found');
SELECT is((SELECT count(*) FROM retention.audit('kinds', true) WHERE repaired), 8::bigint, 'flags of rows that were filled again fall');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM kinds WHERE concat(body, token, mail) ~ 'ola' OR fixed = 'Ola' OR gone = 'Ola'), 0::bigint, 'rows that were filled again are anonymised again');
SELECT is_empty($$SELECT pg_temp.found('kinds')$$, 'rows that were anonymised again are no fault');

-- What came from elsewhere.
INSERT INTO kinds (id, done_on, gone, retention_clock) SELECT 14, '2026-11-01', 'Ola', retention.with_flags(retention_clock, 4) FROM kinds WHERE id = 13;
SELECT set_eq($$SELECT pg_temp.found('kinds')$$, $$VALUES ('14 anonymised but holds a value of kinds')$$, 'a row that was restored as anonymised and holds a value is found');
CREATE TABLE parted_new (LIKE parted INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO parted_new (id, author, kind) VALUES (101, 4, 'letter'), (102, 4, NULL);
ALTER TABLE parted ATTACH PARTITION parted_new FOR VALUES FROM (100) TO (200);
SELECT set_eq($$SELECT f FROM pg_temp.found('parted') f WHERE f ~ 'parted_new'$$, $$VALUES ('parted_new 101 unstamped of letters')$$, 'rows of a partition that was attached are unstamped');
SELECT set_eq($$SELECT f FROM pg_temp.found('parted', true) f WHERE f ~ 'parted_new'$$, $$VALUES ('parted_new unstamped of letters')$$, 'rows of a partition that was attached are repaired');
SELECT is_empty($$SELECT pg_temp.found('parted_new')$$, 'rows of a partition that was attached and repaired are no fault');

-- What no policy reaches.
CREATE TABLE loose (id int, "E-Mail" text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('loose', 'E-Mail', 'email');
SELECT set_eq($$SELECT finding, detail FROM retention.audit('loose')$$,
    $$VALUES ('unmanaged personal column', 'no policy stands for the table of column "E-Mail"')$$, 'a personal column that no policy reaches');
CREATE TABLE plain (id int);
SELECT throws_ok($$SELECT retention.audit('plain')$$, '42809', 'table "plain" is not governed', 'a table without clocks and personal columns');
SELECT throws_ok($$SELECT retention.audit(NULL)$$, '22004', NULL, 'a table that is null');
SELECT throws_ok($$SELECT retention.audit('plain', NULL)$$, '22004', NULL, 'a repair that is null');
SELECT throws_ok($$SELECT retention.audit(1::oid::regclass)$$, '42P01', NULL, 'a table that is not there');

SELECT pg_temp.unseen($$UPDATE users SET ended_at = '2026-10-01' WHERE id = 4$$, 'users');
SELECT set_eq($$SELECT f FROM pg_temp.found('two_ways') f WHERE f ~ '^8 '$$, $$VALUES ('8 orphaned mark without reason of two ways')$$,
    'of any starts, one that is there and earlier counts');

-- What cannot start a clock stops nothing.
SELECT pg_temp.unseen($$UPDATE users SET ended_at = '-infinity' WHERE id = 5$$, 'users');
SELECT set_eq($$SELECT f FROM pg_temp.found('one_hop', true) f WHERE f ~ 'between'$$,
    $$VALUES ('wrong start of one hop (not repaired: what would start its clock is not between the years 1401 and 9997)')$$, 'a start that is none is said');

-- Whose call it is.
CREATE ROLE audit_owner;
CREATE ROLE audit_other;
GRANT CREATE ON SCHEMA public TO audit_owner;
GRANT REFERENCES ON users TO audit_owner;
ALTER TABLE all_starts OWNER TO audit_owner;
SET LOCAL ROLE audit_other;
SELECT throws_ok($$SELECT retention.audit('all_starts')$$, '42501', 'must be owner of table all_starts to audit it', 'others may not ask');
RESET ROLE;
-- Tables of a path that are others'.
CREATE ROLE audit_third;
GRANT CREATE ON SCHEMA public TO audit_third;
ALTER TABLE customers OWNER TO audit_third;
ALTER TABLE orders OWNER TO audit_third;
ALTER TABLE composite OWNER TO audit_owner;
ALTER TABLE "Two Hops" OWNER TO audit_owner;
ALTER TABLE all_starts OWNER TO audit_other;
CREATE TEMP TABLE seen AS SELECT r, f FROM unnest('{composite,"\"Two Hops\"",all_starts,two_ways}'::regclass[]) r, pg_temp.found(r) f;
DELETE FROM composite WHERE id = 3;
INSERT INTO composite VALUES (3, 'Oslo', NULL);
SELECT pg_temp.unseen($$UPDATE orders SET closed_on = '2026-11-12' WHERE number = 2; DELETE FROM orders WHERE number = 4.0$$, 'orders');
SELECT set_eq($$SELECT pg_temp.found('composite')$$,
    $$VALUES ('2 wrong start of composite'), ('3 no way to a start of composite'), ('4 no way to a start of composite')$$, 'a table of another owner is read with his rights');
SELECT set_eq($$SELECT r, f FROM unnest('{"\"Two Hops\"",all_starts,two_ways}'::regclass[]) r, pg_temp.found(r) f$$, $$SELECT r, f FROM seen WHERE r <> 'composite'::regclass$$,
    'the findings are the same whoever owns the tables on a path');
SELECT pg_temp.unseen($$UPDATE customers SET ended_at = '2026-10-11 12:00Z' WHERE id = 5$$, 'customers');
SELECT set_eq($$SELECT f FROM pg_temp.found('"Two Hops"') f WHERE f ~ '^5 '$$, $$VALUES ('5 wrong start of two hops')$$, 'of two tables on a path, the second another''s');
-- A condition that was written for another owner is not run: rows keep the policy that they have.
ALTER TABLE parted OWNER TO audit_owner;
ALTER TABLE parted_low OWNER TO audit_owner;
ALTER TABLE parted_high OWNER TO audit_owner;
ALTER TABLE parted_new OWNER TO audit_owner;
SELECT pg_temp.unseen($$UPDATE parted SET kind = 'other' WHERE id IN (2, 12)$$, 'parted', 'parted_low', 'parted_high');
SELECT is_empty($$SELECT f FROM pg_temp.found('parted') f WHERE f ~ 'policy'$$, 'a condition that is not confirmed says nothing against the policy of a row');
SELECT * FROM finish();
ROLLBACK;
