-- The ledger: a chain that shows every later change, written by the library alone.
BEGIN;
SELECT plan(30);

SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT results_eq('SELECT * FROM retention.verify_ledger()', 'VALUES (true, 0::bigint, NULL::bigint, 0::bigint)', 'an empty ledger holds');
CREATE TABLE visits (id int PRIMARY KEY, name text, left_on date);
-- Where something may refer to rows, a batch begins with a thousand.
CREATE TABLE marks (visit int REFERENCES visits);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('visits', 'visits', '{left_on}', '30 days', 'delete', 'enforce');
INSERT INTO visits SELECT n, 'Kari Lie', '2029-01-01' FROM generate_series(1, 1001) n;
CALL retention.sweep();
UPDATE retention.policy SET keep_for = '60 days';

SELECT results_eq($$SELECT entry_id, actor, action, relation, row_count, detail::jsonb ->> 'policy' FROM retention.ledger ORDER BY entry_id$$,
    $$VALUES (1::bigint, current_user::text COLLATE "default", 'policy created', 'public.visits', NULL::bigint, 'visits'),
             (2, current_user, 'quarantined', 'public.visits', 1001, NULL),
             (3, current_user, 'deleted', 'public.visits', 1000, NULL),
             (4, current_user, 'deleted', 'public.visits', 1, NULL),
             (5, current_user, 'policy changed', 'public.visits', NULL, 'visits')$$, 'what was done, batch by batch');
SELECT is_empty($$SELECT FROM retention.ledger l WHERE l::text ~* 'Kari'$$, 'nothing about subjects');
SELECT is((SELECT at FROM retention.ledger WHERE entry_id = 3), '2030-06-01 12:00:00+00', 'at the time that holds');
SELECT results_eq('SELECT * FROM retention.verify_ledger()', 'VALUES (true, 5::bigint, NULL::bigint, 0::bigint)', 'the ledger holds');
SELECT is((SELECT count(*) FROM retention.ledger a JOIN retention.ledger b ON b.entry_id = a.entry_id + 1 AND b.previous = a.hash),
    4::bigint, 'each entry carries the hash of the one before');

-- The hash of the first entry by another hand: every field with its length in front, in the table's order.
CREATE FUNCTION pg_temp.field(bytea) RETURNS bytea LANGUAGE sql AS
    $$SELECT CASE WHEN $1 IS NULL THEN '\xffffffff'::bytea ELSE int4send(length($1)) || $1 END$$;
CREATE FUNCTION pg_temp.hash_of(l retention.ledger) RETURNS bytea LANGUAGE sql AS $$
    SELECT sha256(pg_temp.field(int8send(l.entry_id)) || pg_temp.field(timestamptz_send(l.at)) || pg_temp.field(l.actor::bytea) ||
        pg_temp.field(l.action::bytea) || pg_temp.field(int8send(l.policy_id)) || pg_temp.field(l.relation::bytea) ||
        pg_temp.field(int8send(l.row_count)) || pg_temp.field(l.detail::bytea) ||
        pg_temp.field(int8send(l.format)) || pg_temp.field(l.previous)) $$;
SELECT is_empty('SELECT FROM retention.ledger l WHERE hash <> pg_temp.hash_of(l)', 'SHA-256 of what it says');

SELECT throws_ok('UPDATE retention.ledger SET row_count = 1', '42501', 'the ledger can only be appended to', 'no UPDATE');
SELECT throws_ok('DELETE FROM retention.ledger', '42501', 'the ledger can only be appended to', 'no DELETE');
SELECT throws_ok('TRUNCATE retention.ledger', '42501', 'the ledger can only be appended to', 'no TRUNCATE');
SET LOCAL session_replication_role = replica;
SELECT throws_ok('DELETE FROM retention.ledger', '42501', NULL, 'not under replica role either');
SET LOCAL session_replication_role = origin;

-- Somebody switches the trigger off and tampers.
SELECT matches(retention.ledger_head(), '^5:[0-9a-f]{64}$', 'the head is the number of the last entry and its hash');
CREATE TEMP TABLE head AS SELECT retention.ledger_head() AS head;
SELECT results_eq('SELECT v.* FROM head h, retention.verify_ledger(h.head) v', 'VALUES (true, 5::bigint, NULL::bigint, 0::bigint)', 'the ledger holds against its head');
ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
SELECT is((SELECT ok FROM retention.verify_ledger('0:' || repeat('0', 64))), true, 'the ledger holds against the head that it had when it was empty');
SELECT is((SELECT first_bad FROM head h, retention.verify_ledger(overlay(h.head PLACING '0000' FROM 20)) v), 5::bigint, 'another hash is not that of the entry');
SELECT throws_ok(format('SELECT * FROM retention.verify_ledger(%L)', h), '22023', format('"%s" is not the head of a ledger', h), format('no head: %s', h))
    FROM (VALUES ('5'), ('x:00')) v (h);
CREATE FUNCTION pg_temp.tampered(what text) RETURNS TABLE (ok boolean, first_bad bigint) LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE what;
        SELECT v.ok, v.first_bad INTO ok, first_bad FROM retention.verify_ledger() v;
        RAISE EXCEPTION USING ERRCODE = 'P9999';
    EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN NEXT;
    END;
END $$;
SELECT results_eq(format('SELECT * FROM pg_temp.tampered(%L)', what), format('VALUES (false, %s::bigint)', bad), name) FROM (VALUES
    ('UPDATE retention.ledger SET row_count = 999 WHERE entry_id = 3', 3, 'a changed count is seen'),
    ('UPDATE retention.ledger l SET row_count = 999, hash = pg_temp.hash_of(ROW(entry_id, at, actor, action, policy_id, relation, 999, detail, format, previous, hash))
       WHERE entry_id = 3', 4, 'a changed entry whose hash is computed anew is seen at the next one'),
    ($$UPDATE retention.ledger SET actor = 'nobody' WHERE entry_id = 1$$, 1, 'a changed actor'),
    ($$UPDATE retention.ledger SET detail = '' WHERE entry_id = 2$$, 2, 'NULL made empty'),
    ('DELETE FROM retention.ledger WHERE entry_id = 2', 3, 'an entry taken out of the middle'),
    ('DELETE FROM retention.ledger WHERE entry_id = 1', 2, 'the first entry taken out'),
    ($$UPDATE retention.ledger SET entry_id = entry_id + 100 WHERE entry_id = 5$$, 5, 'one moved'),
    ($$INSERT INTO retention.ledger SELECT 6, at, actor, action, policy_id, relation, row_count, detail, format, hash, hash FROM retention.ledger
       WHERE entry_id = 5$$, 6, 'one forged'),
    ($$INSERT INTO retention.ledger SELECT 7, at, actor, action, policy_id, relation, row_count, detail,
       format, hash, pg_temp.hash_of(ROW(7, at, actor, action, policy_id, relation, row_count, detail, format, hash, hash)) FROM retention.ledger WHERE entry_id = 5$$, 7, 'one forged well, behind a gap')) t (what, bad, name);

CREATE FUNCTION pg_temp.cut(what text, OUT cut bigint, OUT grown bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    SELECT v.first_bad INTO cut FROM head h, retention.verify_ledger(h.head) v;
    UPDATE retention.policy SET purpose = n::text FROM generate_series(1, 3) n;
    UPDATE retention.policy SET purpose = 'x';
    UPDATE retention.policy SET purpose = 'y';
    UPDATE retention.policy SET purpose = 'z';
    SELECT v.first_bad INTO grown FROM head h, retention.verify_ledger(h.head) v;
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN NULL;
END $$;
SELECT results_eq($$SELECT * FROM pg_temp.cut('DELETE FROM retention.ledger WHERE entry_id > 3')$$, 'VALUES (4::bigint, 5::bigint)', 'an end that was cut off is missing, and what grows in its place is another');
SELECT results_eq($$SELECT * FROM pg_temp.cut('TRUNCATE retention.ledger')$$, 'VALUES (1::bigint, 5::bigint)', 'a ledger that was emptied is missing, and what grows in its place is another');

CREATE ROLE stranger;
SET ROLE stranger;
SELECT throws_ok('INSERT INTO retention.ledger SELECT', '42501', NULL, 'strangers cannot append');
SELECT throws_ok('SELECT * FROM retention.ledger', '42501', NULL, 'strangers cannot read the ledger');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
