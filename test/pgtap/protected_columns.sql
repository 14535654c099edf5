-- While a row must be kept, nothing else is written into the columns that its policy protects: by whichever statement, trigger or role.
BEGIN;
SELECT plan(201);

SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE bookkeeper;
CREATE ROLE clerk;
CREATE SCHEMA erp AUTHORIZATION bookkeeper;
GRANT USAGE ON SCHEMA erp, public TO clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy, retention.personal_column TO bookkeeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO bookkeeper;
SET ROLE bookkeeper;
CREATE TYPE erp.currency AS ENUM ('NOK', 'SEK');
CREATE TYPE erp.place AS (street text, number integer);
CREATE TABLE erp.accounts (code integer PRIMARY KEY);
CREATE TABLE erp.invoices (id bigint PRIMARY KEY, kind text NOT NULL DEFAULT 'sale', issued_on date, amount numeric, vat numeric,
    total numeric GENERATED ALWAYS AS (amount + vat) STORED, currency erp.currency NOT NULL DEFAULT 'NOK', terms text, ship_to erp.place,
    account integer DEFAULT 3000 REFERENCES erp.accounts ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE,
    origin integer DEFAULT 3000 REFERENCES erp.accounts ON DELETE SET DEFAULT,
    "Our ref" text, attention text, paid_at date, note text);
INSERT INTO erp.accounts VALUES (3000), (3001), (3002);
INSERT INTO retention.personal_column (relation, column_name, category, required_by_law) VALUES
    ('erp.invoices', 'attention', 'name', true), ('erp.invoices', 'note', 'free text', false);
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('invoices', 'erp.invoices', $$kind <> 'draft'$$, '{issued_on}', 'Europe/Oslo', '5 years after end of fiscal year', 'anonymise',
     '5 years after end of fiscal year', '{amount,vat,total,currency,terms,ship_to,account,origin,"Our ref",attention}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.invoices (id, issued_on, amount, vat, terms, account, origin, "Our ref", attention, note) VALUES
    (1, '2026-03-15', 1200.0, 300, repeat('net thirty days ', 2000), 3001, 3002, 'A', 'Kari Lie', 'called twice'), (2, '2026-03-15', NULL, 0, NULL, 3000, 3000, NULL, NULL, NULL),
    (3, NULL, 5, 1, 't', 3000, 3000, 'B', NULL, NULL), (4, '2020-03-15', 7, 1, 't', 3000, 3000, 'C', NULL, NULL);
INSERT INTO erp.invoices (id, kind, amount, vat) VALUES (5, 'draft', 9, 1);
GRANT ALL ON ALL TABLES IN SCHEMA erp TO clerk;
CREATE VIEW erp.sales AS SELECT * FROM erp.invoices WHERE kind = 'sale';
CREATE VIEW erp.ruled AS SELECT id, amount FROM erp.invoices;
CREATE RULE ruled AS ON UPDATE TO erp.ruled DO INSTEAD UPDATE erp.invoices SET amount = NEW.amount WHERE id = OLD.id;
CREATE VIEW erp.instead AS SELECT id, amount FROM erp.invoices;
CREATE FUNCTION erp.instead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE erp.invoices SET amount = NEW.amount WHERE id = OLD.id; RETURN NEW; END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE ON erp.instead FOR EACH ROW EXECUTE FUNCTION erp.instead();
CREATE FUNCTION erp.correct(bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'UPDATE erp.invoices SET amount = 1 WHERE id = $1';
GRANT ALL ON ALL TABLES IN SCHEMA erp TO clerk;
RESET ROLE;

CREATE FUNCTION pg_temp.trying(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    SET CONSTRAINTS ALL IMMEDIATE;
    RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = 'nothing stands against it';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMP TABLE attempt (statement text, changed text);
GRANT SELECT ON attempt TO bookkeeper, clerk;
INSERT INTO attempt VALUES
    ('UPDATE erp.invoices SET amount = 1 WHERE id = 1', 'amount'),
    ('UPDATE ONLY erp.invoices SET paid_at = ''2026-04-01'', amount = 1 WHERE id = 1', 'amount'),
    ('UPDATE erp.invoices SET amount = NULL WHERE id = 1', 'amount'),
    ('UPDATE erp.invoices SET amount = 0 WHERE id = 2', 'amount'),
    ('UPDATE erp.invoices SET amount = 1200.00 WHERE id = 1', 'amount'),
    ('UPDATE erp.invoices SET vat = 301 WHERE id = 1', 'vat'),
    ('UPDATE erp.invoices SET terms = terms || ''.'' WHERE id = 1', 'terms'),
    ('UPDATE erp.invoices SET "Our ref" = ''a'' WHERE id = 1', 'Our ref'),
    ('UPDATE erp.invoices SET currency = ''SEK'' WHERE id = 1', 'currency'),
    ('UPDATE erp.invoices SET attention = ''Ola Moe'' WHERE id = 1', 'attention'),
    ('UPDATE erp.invoices SET ship_to.street = ''Storgata'' WHERE id = 1', 'ship_to'),
    ('UPDATE erp.invoices SET (amount, note) = (SELECT 2, ''x'') WHERE id = 1', 'amount'),
    ('UPDATE erp.invoices i SET amount = a.code FROM erp.accounts a WHERE a.code = i.account AND id = 1', 'amount'),
    ('INSERT INTO erp.invoices (id, amount) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount', 'amount'),
    ('MERGE INTO erp.invoices i USING erp.accounts a ON a.code = i.account AND id = 1 WHEN MATCHED THEN UPDATE SET amount = a.code', 'amount'),
    ('WITH w AS (UPDATE erp.invoices SET amount = 1 WHERE id = 1 RETURNING id) SELECT * FROM w', 'amount'),
    ('UPDATE erp.sales SET amount = 1 WHERE id = 1', 'amount'),
    ('UPDATE erp.ruled SET amount = 1 WHERE id = 1', 'amount'),
    ('UPDATE erp.instead SET amount = 1 WHERE id = 1', 'amount'),
    ('SELECT erp.correct(1)', 'amount'),
    ('UPDATE erp.accounts SET code = 4001 WHERE code = 3001', 'account'),
    ('DELETE FROM erp.accounts WHERE code = 3001', 'account'),
    ('DELETE FROM erp.accounts WHERE code = 3002', 'origin'),
    ('DO $d$ BEGIN UPDATE erp.invoices SET amount = 1 WHERE id = 1; EXCEPTION WHEN unique_violation THEN NULL; END $d$', 'amount'),
    ('DO $d$ DECLARE c CURSOR FOR SELECT * FROM erp.invoices WHERE id = 1 FOR UPDATE; r record; BEGIN OPEN c; FETCH c INTO r; UPDATE erp.invoices SET amount = 1 WHERE CURRENT OF c; END $d$', 'amount');
CREATE FUNCTION pg_temp.refusal(changed text) RETURNS text LANGUAGE sql AS
    $$SELECT '^RT001 cannot change column "' || changed || '" of a row of "invoices": Bookkeeping Act §13 requires it until 2032-01-01$'$$;
CREATE TEMP TABLE owned AS TABLE attempt;
INSERT INTO owned VALUES
    ('ALTER TABLE erp.invoices ALTER COLUMN amount TYPE numeric USING amount * 2', ''),
    ('ALTER TABLE erp.invoices ALTER COLUMN amount TYPE integer', ''),
    ('ALTER TABLE erp.invoices ALTER COLUMN terms TYPE retention.personal_text', ''),
    ('ALTER TABLE erp.invoices DROP COLUMN amount CASCADE', ''),
    ('ALTER TABLE erp.invoices DROP COLUMN terms CASCADE, ADD COLUMN terms text', ''),
    ('DROP TYPE erp.place CASCADE', ''),
    ('ALTER TYPE erp.place DROP ATTRIBUTE street', ''),
    ('ALTER TYPE erp.currency RENAME VALUE ''NOK'' TO ''DKK''', ''),
    ('DROP TYPE erp.currency CASCADE', '');

SELECT matches(pg_temp.trying(statement), pg_temp.refusal(changed), 'a superuser is refused: ' || statement) FROM attempt;
SELECT matches(pg_temp.trying(statement), '^RT001 cannot .* "invoices": Bookkeeping Act §13 requires it(, and its retention has not started| until 2032-01-01)$', 'a superuser is refused a command: ' || statement)
FROM owned WHERE changed = '';
GRANT SELECT ON owned TO bookkeeper;
SET ROLE bookkeeper;
SELECT matches(pg_temp.trying(statement), pg_temp.refusal(changed), 'the owner is refused: ' || statement) FROM attempt;
SELECT matches(pg_temp.trying(statement), '^RT001 cannot .* "invoices": Bookkeeping Act §13 requires it(, and its retention has not started| until 2032-01-01)$', 'the owner is refused a command: ' || statement)
FROM owned WHERE changed = '';
RESET ROLE;
SET ROLE clerk;
SELECT matches(pg_temp.trying(statement), pg_temp.refusal(changed), 'an ordinary role is refused: ' || statement) FROM attempt;
RESET ROLE;
SET session_replication_role = replica;
SELECT matches(pg_temp.trying(statement), pg_temp.refusal(changed), 'a replica role is refused: ' || statement) FROM attempt
WHERE statement !~ 'erp.accounts SET|FROM erp.accounts WHERE|instead';
RESET session_replication_role;
SELECT throws_ok($$UPDATE erp.invoices SET amount = 6 WHERE id = 3$$, 'RT001',
    'cannot change column "amount" of a row of "invoices": Bookkeeping Act §13 requires it, and its retention has not started', 'a row that has no start yet is kept as it is');
SELECT lives_ok($$UPDATE erp.invoices SET amount = 10 WHERE kind = 'draft'$$, 'a row that the policy does not have is written as ever');

-- What is not protected lives on.
SELECT lives_ok($$UPDATE erp.invoices SET paid_at = '2026-04-01', note = NULL WHERE id IN (1, 2, 3)$$, 'an invoice is paid, and a column that the law does not need is emptied');
SELECT lives_ok($$UPDATE erp.invoices SET kind = kind, issued_on = issued_on, amount = amount, vat = vat, currency = currency, terms = terms, ship_to = ship_to,
    account = account, origin = origin, "Our ref" = "Our ref", attention = attention$$, 'a row that is written whole with what it holds is written');
SELECT lives_ok($$UPDATE erp.invoices SET amount = 1200.0, terms = repeat('net thirty days ', 2000), attention = 'Kari Lie' WHERE id = 1$$,
    'the same values, computed anew, are the same');
SELECT lives_ok($$INSERT INTO erp.invoices (id, amount, vat) VALUES (1, 1200.0, 300) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, vat = excluded.vat, paid_at = '2026-04-02'$$,
    'an upsert that brings the same amounts is written');
SELECT is((SELECT paid_at FROM erp.invoices WHERE id = 1), '2026-04-02', 'the upsert wrote the other column');

-- Triggers of the application.
CREATE FUNCTION erp.trick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := 1; RETURN NEW; END $$;
CREATE TRIGGER a_trick BEFORE UPDATE OF paid_at ON erp.invoices FOR EACH ROW EXECUTE FUNCTION erp.trick();
SELECT throws_ok($$UPDATE erp.invoices SET paid_at = '2026-05-01' WHERE id = 1$$, 'RT001', NULL, 'a trigger that fires before the check cannot set an amount');
SELECT throws_ok($$ALTER TRIGGER a_trick ON erp.invoices RENAME TO "ø"$$, '42501', NULL, 'a trigger is not renamed to fire behind the check');
DROP TRIGGER a_trick ON erp.invoices;
SELECT throws_ok($$CREATE TRIGGER "ø" BEFORE UPDATE ON erp.invoices FOR EACH ROW EXECUTE FUNCTION erp.trick()$$, '42501', NULL, 'no trigger is made to fire behind the check');
CREATE FUNCTION erp.second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE erp.invoices SET amount = 1 WHERE id = NEW.id AND amount <> 1; RETURN NULL; END $$;
CREATE TRIGGER second AFTER UPDATE OF paid_at ON erp.invoices FOR EACH ROW EXECUTE FUNCTION erp.second();
SELECT throws_ok($$UPDATE erp.invoices SET paid_at = '2026-05-01' WHERE id = 1$$, 'RT001', NULL, 'a trigger that fires afterwards writes in a statement of its own, which is refused');
DROP TRIGGER second ON erp.invoices;
CREATE TABLE erp.tricked (id bigint PRIMARY KEY, issued_on date, amount numeric, paid_at date);
CREATE TRIGGER "ø" BEFORE UPDATE ON erp.tricked FOR EACH ROW EXECUTE FUNCTION erp.trick();
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('tricked', 'erp.tricked', '{issued_on}', 'Europe/Oslo', '6 years', 'delete', '5 years', '{amount}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.tricked VALUES (1, '2026-03-15', 5), (2, '2024-06-03', 5);
SELECT throws_ok($$UPDATE erp.tricked SET paid_at = '2026-05-01' WHERE id = 1$$, '55000',
    'cannot update a row of "tricked" whose columns are protected: trigger "ø" could change it after it was checked',
    'a trigger that was there before the policy, and fires behind the check, is not let loose on a row');
ALTER TRIGGER "ø" ON erp.tricked RENAME TO "e";
SELECT throws_ok($$UPDATE erp.tricked SET paid_at = '2026-05-01' WHERE id = 1$$, 'RT001', NULL, 'the trigger is caught when it fires before the check');
DROP TRIGGER "e" ON erp.tricked;
SELECT lives_ok($$UPDATE erp.tricked SET paid_at = '2026-05-01' WHERE id = 1$$, 'the row is written without the trigger');

-- Generated columns: those that they are computed from are kept, whatever is named.
CREATE TABLE erp.sums (id bigint PRIMARY KEY, issued_on date, net numeric, rate numeric, gross numeric GENERATED ALWAYS AS (net * rate) STORED, note text);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('sums', 'erp.sums', '{issued_on}', 'Europe/Oslo', '6 years', 'delete', '5 years', '{gross}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.sums VALUES (1, '2026-03-15', 100, 1.25, DEFAULT, NULL);
SELECT throws_ok($$UPDATE erp.sums SET rate = 1.15$$, 'RT001', 'cannot change column "rate" of a row of "sums": Bookkeeping Act §13 requires it until 2031-03-16',
    'a generated column is kept by way of what it is computed from');
SELECT lives_ok($$UPDATE erp.sums SET note = 'x', gross = DEFAULT$$, 'a generated column that is computed again to the same is no change');
CREATE FUNCTION erp.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'stamped'; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON erp.sums FOR EACH ROW EXECUTE FUNCTION erp.stamp();
SELECT lives_ok($$UPDATE erp.sums SET note = 'y'$$, 'a trigger that hands the row on, without what is generated, changes nothing of that');
SELECT is((SELECT gross FROM erp.sums), 125.00, 'the generated column is what it was');

-- The very instant, in Oslo, after which the law lets go.
CREATE TABLE erp.books (id bigint PRIMARY KEY, kind text, issued_on date, amount numeric);
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('december', 'erp.books', $$kind = 'december'$$, '{issued_on}', 'Europe/Oslo', '10 years', 'delete', '5 years after end of fiscal year', '{amount}', 'Bookkeeping Act §13', 'enforce'),
    ('june', 'erp.books', $$kind = 'june'$$, '{issued_on}', 'Europe/Oslo', '10 years', 'delete', '5 years after end of fiscal year ending 06-30', '{amount}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.books VALUES (1, 'december', '2026-12-31', 1), (2, 'june', '2026-06-30', 1), (3, 'june', '2026-07-01', 1);
CREATE FUNCTION pg_temp.at(text, bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('retention.test_now', $1, true);
    RETURN pg_temp.trying('UPDATE erp.books SET amount = 2 WHERE id = ' || $2);
END $$;
SELECT matches(pg_temp.at('2031-12-31 22:59:59.999999+00', 1), '^RT001 .* until 2032-01-01$', 'a microsecond before the year ends in Oslo the amount stands');
SELECT is(pg_temp.at('2031-12-31 23:00:00+00', 1), 'P9999 nothing stands against it', 'when the year has ended in Oslo it may be written');
SELECT matches(pg_temp.at('2031-06-30 21:59:59.999999+00', 2), '^RT001 .* until 2031-07-01$', 'a fiscal year that ends in June keeps until summer''s midnight in Oslo');
SELECT is(pg_temp.at('2031-06-30 22:00:00+00', 2), 'P9999 nothing stands against it', 'a fiscal year that ends in June lets go at summer''s midnight in Oslo');
SELECT matches(pg_temp.at('2032-06-30 21:59:59.999999+00', 3), '^RT001 .* until 2032-07-01$', 'an invoice of the first of July is kept a year longer');
SET retention.test_now = '2030-06-01 12:00:00+00';

-- A policy that observes, or is off, refuses nothing; under another policy that protects less no row comes.
UPDATE retention.policy SET mode = 'observe' WHERE name = 'june';
SELECT is(pg_temp.trying('UPDATE erp.books SET amount = 2 WHERE id = 2'), 'P9999 nothing stands against it', 'a policy that only observes refuses nothing');
UPDATE retention.policy SET mode = 'off' WHERE name = 'june';
SELECT is(pg_temp.trying('UPDATE erp.books SET amount = 2 WHERE id = 2'), 'P9999 nothing stands against it', 'a policy that is off refuses nothing');
UPDATE retention.policy SET mode = 'enforce', must_keep_for = '20 years', protects = NULL WHERE name = 'june';
CALL retention.sweep();
SELECT throws_ok($$UPDATE erp.books SET kind = 'june' WHERE id = 1$$, 'RT001',
    'cannot have columns overwritten, under another policy, of a row of "books": Bookkeeping Act §13 requires it until 2032-01-01', 'a row does not go to a policy that keeps it longer and protects less');
SELECT lives_ok($$UPDATE retention.policy SET protects = '{*}' WHERE name = 'june'$$, 'a policy may protect more');
SELECT lives_ok($$UPDATE erp.books SET kind = 'june' WHERE id = 1$$, 'a row goes to a policy that protects as much');

-- Partitions, whose columns may stand in another order, and rows on their way from one to another.
CREATE TABLE erp.receipts (id bigint, issued_on date, amount numeric, paid_at date) PARTITION BY RANGE (id);
CREATE TABLE erp.receipts_1 PARTITION OF erp.receipts FOR VALUES FROM (0) TO (100);
CREATE TABLE erp.receipts_2 (gone text, paid_at date, amount numeric, id bigint, issued_on date);
ALTER TABLE erp.receipts_2 DROP COLUMN gone;
ALTER TABLE erp.receipts ATTACH PARTITION erp.receipts_2 FOR VALUES FROM (100) TO (200);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('receipts', 'erp.receipts', '{issued_on}', 'Europe/Oslo', '10 years', 'delete', '5 years after end of fiscal year', '{amount}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.receipts VALUES (1, '2026-03-15', 10), (101, '2026-03-15', 20), (2, '2026-03-15', 30);
SELECT throws_ok($$UPDATE erp.receipts SET amount = 1 WHERE id = 101$$, 'RT001',
    'cannot change column "amount" of a row of "receipts_2": Bookkeeping Act §13 requires it until 2032-01-01', 'a partition whose columns stand in another order keeps the same one');
SELECT throws_ok($$UPDATE erp.receipts_2 SET amount = 1$$, 'RT001', NULL, 'a partition that is written directly keeps it, too');
SELECT lives_ok($$UPDATE erp.receipts SET paid_at = '2026-04-01'$$, 'other columns of partitions are written');
SELECT throws_ok($$UPDATE erp.receipts SET id = 102, amount = 1 WHERE id = 1$$, 'RT001', NULL, 'a row that moves to another partition takes its amount along');
SELECT lives_ok($$UPDATE erp.receipts SET id = 102 WHERE id = 1$$, 'a row may move to another partition');
CREATE TRIGGER a_trick BEFORE INSERT ON erp.receipts_2 FOR EACH ROW EXECUTE FUNCTION erp.trick();
SELECT throws_ok($$UPDATE erp.receipts SET id = 103 WHERE id = 2$$, 'RT001',
    'cannot change column "amount" of a row of "receipts_2": Bookkeeping Act §13 requires it until 2032-01-01', 'a trigger of the partition where a row arrives cannot set its amount');
SELECT lives_ok($$INSERT INTO erp.receipts VALUES (150, '2026-03-15', 7)$$, 'the trigger sets the amount of a new row');
DROP TRIGGER a_trick ON erp.receipts_2;
SELECT matches(pg_temp.trying('ALTER TABLE erp.receipts ALTER COLUMN amount TYPE numeric USING amount * 2'), '^RT001 ', 'the partitions of a table are asked when its column changes');
SELECT matches(pg_temp.trying('ALTER TABLE erp.receipts DROP COLUMN amount'), '^RT001 ', 'the partitions of a table are asked when its column goes');
SELECT is(pg_temp.trying('ALTER TABLE erp.receipts DROP COLUMN paid_at'), 'P9999 nothing stands against it', 'a column that is not protected may go');

-- A table that inherits is not governed; with a policy of its own it is.
CREATE TABLE erp.credit_notes (reason text) INHERITS (erp.books);
INSERT INTO erp.credit_notes (id, kind, issued_on, amount) VALUES (1, 'december', '2026-03-15', 1);
SELECT lives_ok($$UPDATE ONLY erp.credit_notes SET amount = 2$$, 'a table that inherits from a governed one is not governed by that');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('credit notes', 'erp.credit_notes', '{issued_on}', 'Europe/Oslo', '10 years', 'delete', '5 years', '{reason}', 'Bookkeeping Act §13', 'enforce');
CALL retention.sweep();
SELECT throws_ok($$UPDATE erp.credit_notes SET reason = 'wrong'$$, 'RT001', NULL, 'a policy of its own protects a column of its own');

-- Renamed columns are renamed in the policy.
ALTER TABLE erp.receipts RENAME COLUMN amount TO sum;
SELECT is((SELECT protects FROM retention.policy WHERE name = 'receipts'), '{sum}', 'a renamed column is renamed in the policy');
SELECT throws_ok($$UPDATE erp.receipts SET sum = 1$$, 'RT001', NULL, 'a renamed column is protected');

-- What a policy can protect.
SELECT throws_ok(format($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, protects, rectify_protected)
    VALUES ('wrong', 'erp.invoices', '{issued_on}', '5 years', 'anonymise', %L, %L, %L)$$, floor, protects, rectify), code, NULL, what)
FROM (VALUES ('5 years', '{amounts}', false, '42703', 'a policy cannot protect a column that is not there'),
    ('5 years', '{ctid}', false, '42P10', 'a policy cannot protect the server''s own columns'),
    ('5 years', '{retention_clock}', false, '42P10', 'a policy cannot protect the clock'),
    ('5 years', '{amount,note}', false, '22023', 'a policy cannot protect a personal column that the law does not need'),
    ('5 years', '{*,amount}', false, '22023', 'a policy says all or names'),
    ('5 years', '{amount,NULL}', false, '42703', 'a policy cannot protect a column without a name'),
    (NULL, '{amount}', false, '22023', 'a policy protects columns for as long as it must keep a row'),
    ('5 years', NULL, true, '22023', 'a policy gives no leave to rectify what it does not protect')) v (floor, protects, rectify, code, what);
CREATE FUNCTION erp.gross(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 1.25';
CREATE TABLE erp.computed (id bigint PRIMARY KEY, issued_on date, net numeric, name text, gross numeric GENERATED ALWAYS AS (erp.gross(net)) STORED,
    greeting text GENERATED ALWAYS AS ('Hi ' || name) STORED);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.computed', 'name', 'name');
SELECT throws_ok(format($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, protects)
    VALUES ('wrong', 'erp.computed', '{issued_on}', '5 years', 'anonymise', '5 years', %L)$$, protects), code, NULL, what)
FROM (VALUES ('{gross}', '428C9', 'a policy cannot protect what a function computes that can be replaced'),
    ('{greeting}', '22023', 'a policy cannot protect what is computed from a personal column that the law does not need')) v (protects, code, what);

-- To protect less takes a superuser, and is on record.
GRANT USAGE ON SCHEMA retention TO bookkeeper;
SET ROLE bookkeeper;
SELECT throws_ok($$UPDATE retention.policy SET protects = '{vat}' WHERE name = 'invoices'$$, '42501', NULL, 'an owner cannot take columns out of what is protected');
SELECT throws_ok($$UPDATE retention.policy SET protects = NULL WHERE name = 'invoices'$$, '42501', NULL, 'an owner cannot end the protection');
SELECT throws_ok($$UPDATE retention.policy SET rectify_protected = true WHERE name = 'invoices'$$, '42501', NULL, 'an owner cannot give leave to rectify');
SELECT throws_ok($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.invoices', 'amount', 'other')$$, '22023', NULL,
    'an owner cannot declare a protected column one that the law does not need');
SELECT throws_ok($$UPDATE retention.personal_column SET required_by_law = false WHERE column_name = 'attention'$$, '22023', NULL,
    'an owner cannot say that the law does not need a protected column');
SELECT lives_ok($$UPDATE retention.policy SET protects = '{*}' WHERE name = 'invoices'$$, 'an owner may protect all columns');
SELECT throws_ok($$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.invoices', 'amount', 'other')$$, '42501', NULL,
    'an owner cannot take a column out of all by declaring it personal');
SELECT throws_ok($$UPDATE retention.personal_column SET required_by_law = false WHERE column_name = 'attention'$$, '42501', NULL,
    'an owner cannot take a personal column out of all');
RESET ROLE;
SELECT throws_ok($$UPDATE erp.invoices SET paid_at = '2026-06-01' WHERE id = 1$$, 'RT001', NULL, 'under {*} an invoice cannot be paid either');
SELECT throws_ok($$UPDATE erp.invoices SET attention = NULL WHERE id = 1$$, 'RT001', NULL, 'under {*} a personal column stands that the law needs');
SELECT lives_ok($$UPDATE erp.invoices SET note = 'x' WHERE id = 1$$, 'under {*} a personal column that the law does not need is written');
SELECT lives_ok($$UPDATE retention.policy SET protects = '{amount,attention}' WHERE name = 'invoices'$$, 'a superuser may protect less');
SELECT results_eq($$SELECT action, detail::json #>> '{old,protects}', detail::json #>> '{new,protects}' FROM retention.ledger ORDER BY entry_id DESC LIMIT 1$$,
    $$VALUES ('mandatory period loosened', '{*}', '{amount,attention}')$$, 'the ledger says what is protected no more');
SELECT lives_ok($$UPDATE erp.invoices SET paid_at = '2026-06-01' WHERE id = 1$$, 'what is protected no more is written');

-- Rectification: with the policy's leave and a reason.
CREATE TABLE erp.customers (id bigint PRIMARY KEY, name text);
INSERT INTO erp.customers VALUES (1, 'Kari Lie');
ALTER TABLE erp.invoices ADD COLUMN customer_id bigint REFERENCES erp.customers;
UPDATE erp.invoices SET customer_id = 1 WHERE id IN (1, 2);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.customers', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 'erp.customers');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('customer', 'erp.invoices', 'customer_id', 'about');
SELECT throws_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Kari Lie-Moe"}', reason => 'married')$$, 'RT001',
    'cannot rectify column "attention" of a row of "invoices": Bookkeeping Act §13 requires it until 2032-01-01', 'a protected column is not rectified without the policy''s leave');
SELECT lives_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"note": "called once"}')$$, 'another column is rectified as ever');
UPDATE retention.policy SET rectify_protected = true WHERE name = 'invoices';
SELECT is((SELECT action FROM retention.ledger ORDER BY entry_id DESC LIMIT 1), 'mandatory period loosened', 'the leave is on record as a loosening');
SELECT throws_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Kari Lie-Moe"}')$$, '22004',
    'cannot rectify attention of a row of "invoices" without a reason: the law protects it', 'a protected column is not rectified without a reason');
SELECT throws_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Kari Lie-Moe"}', reason => '')$$, '22004', NULL, 'an empty reason is none');
SELECT lives_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Kari Lie-Moe", "note": "x"}', reason => 'the name was misspelt')$$,
    'a protected column is rectified with leave and reason');
SELECT is((SELECT attention FROM erp.invoices WHERE id = 1), 'Kari Lie-Moe', 'the rectified column has the new value');
SELECT is((SELECT detail FROM retention.ledger WHERE action = 'rectified' ORDER BY entry_id DESC LIMIT 1), 'kind customer, columns note, attention, protected attention, reason: the name was misspelt',
    'the ledger has which column the law protects, and the reason');
SELECT throws_ok($$UPDATE erp.invoices SET attention = 'Ola Moe' WHERE id = 1$$, 'RT001', NULL, 'the leave is for retention.rectify alone');
CREATE TRIGGER a_trick BEFORE UPDATE OF attention ON erp.invoices FOR EACH ROW EXECUTE FUNCTION erp.trick();
SELECT throws_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Ola Moe"}', reason => 'again')$$, 'RT001', NULL,
    'a trigger changes nothing but what is rectified');
DROP TRIGGER a_trick ON erp.invoices;
CREATE FUNCTION erp.other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE erp.invoices SET attention = 'Ola Moe' WHERE id = 2; RETURN NULL; END $$;
CREATE TRIGGER other AFTER UPDATE OF attention ON erp.invoices FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION erp.other();
SELECT throws_ok($$SELECT retention.rectify('customer', 1, 'erp.invoices', '1', '{"attention": "Ola Moe"}', reason => 'again')$$, 'RT001', NULL,
    'what a rectification sets off changes no other row');
DROP TRIGGER other ON erp.invoices;

-- Sweeps and erasures leave what is protected.
SELECT lives_ok($$SELECT retention.erase('customer', 1)$$, 'a person is erased');
SET retention.reveal = on;
SELECT results_eq($$SELECT amount, attention, note FROM erp.invoices WHERE id = 1$$, $$VALUES (1200.0, 'Kari Lie-Moe', NULL::text)$$,
    'an erasure leaves what the law protects, and takes the rest');

-- Columns with a period of their own: what the law needs waits until it lets go, and what it does not need goes before.
CREATE TABLE erp.contracts (id bigint PRIMARY KEY, signed_on date, amount numeric, signatory text, phone text);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, required_by_law) VALUES
    ('erp.contracts', 'signatory', 'name', '1 year', true), ('erp.contracts', 'phone', 'phone', '1 year', false);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, must_keep_for, protects, reference, mode) VALUES
    ('contracts', 'erp.contracts', '{signed_on}', 'Europe/Oslo', '10 years', 'anonymise', '5 years after end of fiscal year', '{*}', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.contracts VALUES (1, '2026-03-15', 10, 'Kari Lie', '123'), (2, '2024-03-15', 20, 'Ola Moe', '456');
CALL retention.sweep();
SELECT results_eq($$SELECT amount, signatory, phone FROM erp.contracts ORDER BY id$$, $$VALUES (10.0::numeric, 'Kari Lie', NULL::text), (20, NULL, NULL)$$,
    'a sweep takes of a kept row what the law does not need, and of one that is released the rest');
SELECT is((SELECT count(*) FROM retention.blocked_row WHERE relation = 'erp.contracts'::regclass), 0::bigint, 'no sweep runs into what is protected');

-- A row that is held: neither what is personal nor what is protected, whatever has been released.
SELECT policy_id AS contracts FROM retention.policy WHERE name = 'contracts' \gset
INSERT INTO erp.contracts (id, signed_on, amount, signatory, phone, retention_clock) VALUES (3, '2024-03-15', 30, 'Per Vik', '789', (:'contracts' || ' 2024-03-14T23:00:00Z held')::retention.clock),
    (4, '2027-03-15', 40, 'Per Vik', '789', (:'contracts' || ' 2027-03-14T23:00:00Z held')::retention.clock);
SELECT throws_ok($$UPDATE erp.contracts SET phone = NULL WHERE id = 3$$, 'RT003', 'cannot change column "phone" of a row of "contracts": a legal hold stands',
    'a personal column of a held row stands');
SELECT throws_ok($$UPDATE erp.contracts SET amount = 31 WHERE id = 3$$, 'RT003', NULL, 'a protected column of a held row stands, though the law has let it go');
SELECT throws_ok($$UPDATE erp.contracts SET phone = NULL WHERE id = 4$$, 'RT003', NULL, 'a personal column that the law does not need stands under a hold');
SELECT matches(pg_temp.trying('ALTER TABLE erp.contracts DROP COLUMN phone'), '^RT003 ', 'a personal column of a held row does not go');
CREATE TABLE erp.letters (id bigint PRIMARY KEY, sent_on date, recipient text, state text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.letters', 'recipient', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('letters', 'erp.letters', '{sent_on}', 'Europe/Oslo', '10 years', 'delete', 'enforce');
SELECT policy_id AS letters FROM retention.policy WHERE name = 'letters' \gset
INSERT INTO erp.letters (id, sent_on, recipient, retention_clock) VALUES (1, '2026-03-15', 'Per Vik', (:'letters' || ' 2026-03-14T23:00:00Z held')::retention.clock);
SELECT throws_ok($$UPDATE erp.letters SET recipient = 'Ola Moe'$$, 'RT003', NULL, 'a policy without protected columns keeps the personal ones of a held row');
SELECT lives_ok($$UPDATE erp.letters SET state = 'read'$$, 'other columns of a held row live on');

SELECT * FROM finish();
ROLLBACK;
