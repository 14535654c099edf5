-- Invoices that the Bookkeeping Act requires, of fiscal years that end in December and in June: by no path gone or blanked before midnight in Oslo, to the microsecond, and by each from then on.
BEGIN;
SELECT plan(120);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2026-08-01 12:00+02';
CREATE ROLE books_owner;
GRANT books_owner TO CURRENT_USER;
CREATE SCHEMA erp AUTHORIZATION books_owner;
SET LOCAL ROLE books_owner;
CREATE TABLE erp.customers (id bigint PRIMARY KEY, name text, ended_on date);
CREATE TABLE erp.december (id bigint PRIMARY KEY, customer_id bigint REFERENCES erp.customers ON DELETE CASCADE ON UPDATE CASCADE, issued_on date, amount numeric, note text);
CREATE TABLE erp.june (LIKE erp.december INCLUDING ALL, FOREIGN KEY (customer_id) REFERENCES erp.customers ON DELETE CASCADE ON UPDATE CASCADE);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, must_keep_for, protects, reference, mode)
SELECT t, ('erp.' || t)::regclass, '{issued_on}', 'Europe/Oslo', p::retention.period, '0 days', 'delete', p::retention.period, '{amount,issued_on}', 'Bookkeeping Act §13', 'enforce'
FROM (VALUES ('december', '5 years after end of fiscal year'), ('june', '5 years after end of fiscal year ending 06-30')) v (t, p);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('customers', 'erp.customers', '{ended_on}', '3 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 'erp.customers');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('customer', 'erp.december', 'customer_id', 'about'), ('customer', 'erp.june', 'customer_id', 'about');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.customers', 'name', 'name');
INSERT INTO erp.customers VALUES (1, 'Kari'), (2, 'Ola');
INSERT INTO erp.december VALUES (1, 1, '2026-03-01', 100, 'x');
INSERT INTO erp.june VALUES (1, 2, '2026-03-01', 100, 'x');

-- What is left of the invoice when a statement has run at that instant: it is there as it was, it is gone, or it was written over.
CREATE FUNCTION pg_temp.after(books text, instant timestamptz, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE left_of text; said text;
BEGIN
    BEGIN
        PERFORM set_config('retention.test_now', instant::text, true), set_config('retention.reveal_reason', 'test', true), set_config('retention.reveal', 'on', true), set_config('retention.confirm_drop', 'on', true);
        BEGIN
            EXECUTE replace(statement, '@', 'erp.' || books);
        EXCEPTION WHEN OTHERS THEN said := SQLSTATE;
        END;
        PERFORM set_config('session_replication_role', 'origin', true);
        IF to_regclass('erp.' || books) IS NULL THEN left_of := 'gone';
        ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ('erp.' || books)::regclass AND attname = 'amount' AND NOT attisdropped) THEN left_of := 'blanked';
        ELSE EXECUTE format('SELECT coalesce((SELECT CASE WHEN amount::text = ''100'' AND issued_on::text = ''2026-03-01'' THEN ''there'' ELSE ''blanked'' END FROM erp.%I WHERE id = 1), ''gone'')', books) INTO left_of;
        END IF;
        RAISE 'undo' USING ERRCODE = 'P4711';
    EXCEPTION WHEN SQLSTATE 'P4711' THEN RETURN left_of || CASE WHEN said IN ('RT001') THEN ', refused' WHEN said IS NOT NULL THEN ' ' || said ELSE '' END;
    END;
END$$;
CREATE TEMP TABLE path (what text, statement text, before text, then_ text);
INSERT INTO path VALUES
    ('a DELETE', 'DELETE FROM @ WHERE id = 1', 'there, refused', 'gone'),
    ('a DELETE in a WITH', 'WITH d AS (DELETE FROM @ RETURNING *) SELECT count(*) FROM d', 'there, refused', 'gone'),
    ('a cascade', 'DELETE FROM erp.customers c USING @ b WHERE c.id = b.customer_id', 'there, refused', 'gone'),
    ('MERGE', 'MERGE INTO @ t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE', 'there, refused', 'gone'),
    ('TRUNCATE', 'TRUNCATE @', 'there, refused', 'gone'),
    ('DROP TABLE', 'DROP TABLE @', 'there, refused', 'gone'),
    ('DROP TABLE with what it refers to', 'DROP TABLE @, erp.customers CASCADE', 'there, refused', 'gone'),
    ('a replica role', 'SET LOCAL session_replication_role = replica; DELETE FROM @ WHERE id = 1', 'there, refused', 'gone'),
    ('a sweep', 'CALL retention.sweep()', 'there', 'gone'),
    ('an erasure', $$SELECT retention.erase('customer', (SELECT customer_id FROM @))$$, 'there', 'gone'),
    ('an UPDATE', 'UPDATE @ SET amount = 1 WHERE id = 1', 'there, refused', 'blanked'),
    ('an UPDATE that blanks', 'UPDATE @ SET amount = NULL', 'there, refused', 'blanked'),
    ('an upsert', 'INSERT INTO @ (id, amount) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount', 'there, refused', 'blanked'),
    ('an earlier date', 'UPDATE @ SET issued_on = ''2020-01-01''', 'there, refused', 'blanked'),
    ('a view', 'CREATE VIEW erp.seen AS SELECT * FROM @; UPDATE erp.seen SET amount = 3', 'there, refused', 'blanked'),
    ('a function of the owner''s', $$CREATE FUNCTION erp.blank() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'UPDATE @ SET amount = 4'; SELECT erp.blank()$$, 'there, refused', 'blanked'),
    ('a trigger', $$CREATE FUNCTION erp.change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.amount := 5; RETURN NEW; END'; CREATE TRIGGER change BEFORE UPDATE ON @ FOR EACH ROW EXECUTE FUNCTION erp.change(); UPDATE @ SET note = 'y'$$, 'there, refused', 'blanked'),
    ('another type', 'ALTER TABLE @ ALTER amount TYPE text USING ''''', 'there, refused', 'blanked'),
    ('a dropped column, which the policy has to let go first', 'ALTER TABLE @ DROP COLUMN amount', 'there, refused', 'there 2BP01'),
    ('a correction', $$SELECT retention.rectify('customer', (SELECT customer_id FROM @), '@', '{"id": 1}', '{"amount": 6}', reason => 'x')$$, 'there, refused', 'blanked');
SELECT is(pg_temp.after(b.books, i.instant, p.statement), CASE WHEN i.over THEN p.then_ ELSE p.before END, format('%s: %s %s', b.books, p.what, i.said))
FROM path p, (VALUES ('december', timestamptz '2032-01-01 00:00+01'), ('june', timestamptz '2031-07-01 00:00+02')) b (books, release),
    LATERAL (VALUES (b.release - interval '1 microsecond', false, 'a microsecond before midnight'), (b.release - interval '1 second', false, 'a second before midnight'), (b.release, true, 'at midnight')) i (instant, over, said)
ORDER BY b.books, p.ctid, i.instant;
SELECT * FROM finish();
ROLLBACK;
