-- Numbers of entries are given once; what is missing at the end is seen; and a break that somebody signed for is known, and stays in view.
BEGIN;
SELECT plan(57);

CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('visits', 'visits', '{left_on}', 'UTC', '30 days', 'delete');
CREATE FUNCTION pg_temp.entries(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..n LOOP UPDATE retention.policy SET purpose = coalesce(purpose, '') || 'x'; END LOOP;
END $$;
SELECT pg_temp.entries(5);
ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
CREATE TEMP TABLE kept AS SELECT retention.ledger_head() AS head;
CREATE TEMP TABLE gone AS SELECT * FROM retention.ledger;

CREATE FUNCTION pg_temp.breaks() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(format('%s %s%s', entry_id, problem, ' [' || acknowledged_by || ']'), ', ' ORDER BY entry_id, problem) FROM retention.ledger_breaks()$$;
-- What is found after something was done to the ledger, and again when it has grown; all of it is taken back.
CREATE FUNCTION pg_temp.after(what text, OUT then_found text, OUT found_later text, OUT numbers bigint[], OUT last bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    then_found := pg_temp.breaks();
    PERFORM pg_temp.entries(2);
    found_later := pg_temp.breaks();
    SELECT array_agg(entry_id ORDER BY entry_id) INTO numbers FROM retention.ledger;
    last := numbers[cardinality(numbers)];
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN NULL;
END $$;
CREATE FUNCTION pg_temp.ends(what text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE result boolean;
BEGIN
    EXECUTE what;
    SELECT ok INTO result FROM retention.check() c WHERE c.what = 'ledger has its end';
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result;
END $$;
CREATE FUNCTION pg_temp.is_found(what text, at_once text, later text, numbers bigint[], name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    SELECT * INTO found FROM pg_temp.after(what);
    RETURN NEXT is(found.then_found, at_once, name || ': found at once');
    RETURN NEXT is(found.found_later, later, name || ': found when the ledger has grown');
    RETURN NEXT is(found.numbers, numbers, name || ': no number is given twice');
END $$;
SELECT is(pg_temp.breaks(), NULL, 'a chain that is whole has no breaks');
SELECT pg_temp.is_found('DELETE FROM retention.ledger WHERE entry_id > 4', '5 entries 5 to 6 are missing', '7 entries 5 to 6 are missing', '{1,2,3,4,7,8}', 'an end that was cut off');
SELECT pg_temp.is_found('DELETE FROM retention.ledger WHERE entry_id = 6', '6 entry 6 is missing', '7 entry 6 is missing', '{1,2,3,4,5,7,8}', 'the last entry cut off');
SELECT pg_temp.is_found('TRUNCATE retention.ledger', '1 entries 1 to 6 are missing', '7 entries 1 to 6 are missing', '{7,8}', 'a ledger that was emptied');
SELECT pg_temp.is_found('DELETE FROM retention.ledger', '1 entries 1 to 6 are missing', '7 entries 1 to 6 are missing', '{7,8}', 'a ledger whose rows were deleted');
SELECT pg_temp.is_found('DELETE FROM retention.ledger WHERE entry_id = 3', '4 entry 3 is missing', '4 entry 3 is missing', '{1,2,4,5,6,7,8}', 'one in the middle');
-- Somebody who can hash, too.
CREATE FUNCTION pg_temp.field(bytea) RETURNS bytea LANGUAGE sql AS
    $$SELECT CASE WHEN $1 IS NULL THEN '\xffffffff'::bytea ELSE int4send(length($1)) || $1 END$$;
CREATE FUNCTION pg_temp.hashed(l retention.ledger) RETURNS retention.ledger LANGUAGE sql AS $$
    SELECT l.entry_id, l.at, l.actor, l.action, l.policy_id, l.relation, l.row_count, l.detail, l.format, l.previous,
    sha256(pg_temp.field(int8send(l.entry_id)) || pg_temp.field(timestamptz_send(l.at)) || pg_temp.field(l.actor::bytea) ||
        pg_temp.field(l.action::bytea) || pg_temp.field(int8send(l.policy_id)) || pg_temp.field(l.relation::bytea) ||
        pg_temp.field(int8send(l.row_count)) || pg_temp.field(l.detail::bytea) || pg_temp.field(int8send(l.format)) || pg_temp.field(l.previous)) $$;
SELECT pg_temp.is_found($$WITH cut AS (DELETE FROM retention.ledger WHERE entry_id = 6 RETURNING *)
    INSERT INTO retention.ledger SELECT h.* FROM cut, pg_temp.hashed(ROW(6, at, 'nobody', action, policy_id, relation, row_count, detail, format, previous, hash)) h$$,
    '6 it is another one than was written', '7 it does not follow the entry before it', '{1,2,3,4,5,6,7,8}', 'a last entry that another one was put in place of');
SELECT pg_temp.is_found($$INSERT INTO retention.ledger SELECT h.* FROM retention.ledger, pg_temp.hashed(ROW(7, at, 'nobody', action, policy_id, relation, row_count, detail, format, hash, hash)) h WHERE ledger.entry_id = 6$$,
    '7 another hand wrote it', '8 it does not follow the entry before it', '{1,2,3,4,5,6,7,8,9}', 'an entry that was added in the right form');
SELECT is((pg_temp.after($$INSERT INTO retention.ledger SELECT h.* FROM retention.ledger, pg_temp.hashed(ROW(7, at, 'nobody', action, policy_id, relation, row_count, detail, format, hash, hash)) h WHERE ledger.entry_id = 6;
    INSERT INTO retention.ledger SELECT h.* FROM retention.ledger, pg_temp.hashed(ROW(8, at, 'nobody', action, policy_id, relation, row_count, detail, format, hash, hash)) h WHERE ledger.entry_id = 7$$)).then_found,
    '7 another hand wrote it', 'of several that were added the first is named');
-- Without a walk over all of it.
SELECT is(pg_temp.ends(what), ends, format('the check sees the end of the ledger: %s', what)) FROM (VALUES
    ('SELECT', true), ('DELETE FROM retention.ledger WHERE entry_id = 6', false), ('TRUNCATE retention.ledger', false), ($$UPDATE retention.ledger SET hash = 'x' WHERE entry_id = 6$$, false),
    ('DELETE FROM retention.ledger WHERE entry_id = 2', true), ('ALTER TABLE retention.ledger_mark DISABLE TRIGGER append_only; DELETE FROM retention.ledger_mark', true)) t (what, ends);
-- What was cut off can be brought back, for those that came later go on from it.
SELECT is((SELECT found_later FROM pg_temp.after($$DELETE FROM retention.ledger WHERE entry_id > 4; SELECT pg_temp.entries(1); INSERT INTO retention.ledger SELECT * FROM gone WHERE entry_id > 4$$)), NULL,
    'entries that are put back where they were are no break');
-- What is rolled back gives its numbers back: nobody has seen them.
SAVEPOINT before;
SELECT pg_temp.entries(3);
ROLLBACK TO before;
SELECT pg_temp.entries(1);
SELECT results_eq('SELECT max(entry_id), (SELECT ok FROM retention.verify_ledger()) FROM retention.ledger', 'VALUES (7::bigint, true)', 'a rolled-back entry leaves neither a gap nor a break');
-- A database whose mark is not there (a restore of the ledger alone) goes on from the last entry.
SELECT results_eq($$SELECT then_found, last FROM pg_temp.after('ALTER TABLE retention.ledger_mark DISABLE TRIGGER append_only; DELETE FROM retention.ledger_mark')$$,
    'VALUES (NULL::text, 9::bigint)', 'without its mark the ledger goes on from its last entry');
SELECT results_eq($$SELECT then_found, last FROM pg_temp.after('INSERT INTO retention.ledger_mark SELECT entry_id, hash FROM retention.ledger WHERE entry_id = 3')$$,
    'VALUES (NULL::text, 9::bigint)', 'of two marks the one that is further counts');
SELECT throws_ok(what, '42501', 'the ledger can only be appended to', 'the mark of the ledger is guarded as the ledger is: ' || what)
    FROM (VALUES ('UPDATE retention.ledger_mark SET entry_id = 1'), ('DELETE FROM retention.ledger_mark'), ('TRUNCATE retention.ledger_mark')) t (what);

-- Signed for.
SELECT throws_ok($$SELECT retention.begin_segment('nothing happened')$$, '55000', 'the ledger holds', 'no segment begins where nothing is broken');
DELETE FROM retention.ledger WHERE entry_id IN (6, 7);
UPDATE retention.ledger SET row_count = 9 WHERE entry_id = 2;
SELECT throws_ok($$SELECT retention.begin_segment(' ')$$, '22023', 'a segment of the ledger begins with a reason', 'no segment begins without a reason');
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA retention TO stranger;
GRANT EXECUTE ON FUNCTION retention.begin_segment(text) TO stranger;
SET ROLE stranger;
SELECT throws_ok($$SELECT retention.begin_segment('mine')$$, '42501', 'must be superuser to begin a segment of the ledger', 'nobody but a superuser signs for a break');
RESET ROLE;
CREATE TEMP TABLE begun AS SELECT retention.begin_segment('disk 3 "failed", restored from Tuesday') AS head;
SELECT is((SELECT head FROM begun), retention.ledger_head(), 'a segment gives the head to be kept from then on');
SELECT results_eq('SELECT entry_id, action FROM retention.ledger ORDER BY entry_id DESC LIMIT 1', $$VALUES (8::bigint, 'segment begun')$$, 'a segment begins with an entry of a new number');
SELECT results_eq($$SELECT d ->> 'reason', d ->> 'last', d -> 'breaks' FROM retention.ledger, LATERAL (SELECT detail::jsonb AS d) x WHERE entry_id = 8$$,
    $$SELECT 'disk 3 "failed", restored from Tuesday', '5:' || encode(hash, 'hex'), '[{"entry_id": 2, "problem": "it was altered"}, {"entry_id": 6, "problem": "entries 6 to 7 are missing"}]'::jsonb
      FROM retention.ledger WHERE entry_id = 5$$, 'a segment says why, after which entry, and what was broken');
SELECT pg_temp.entries(1);
SELECT is(pg_temp.breaks(), '2 it was altered [8], 8 entries 6 to 7 are missing [8]', 'breaks that are signed for stay in view');
SELECT results_eq('SELECT * FROM retention.verify_ledger()', 'VALUES (true, 7::bigint, NULL::bigint, 2::bigint)', 'breaks that are signed for are known');
SELECT results_eq('SELECT v.first_bad FROM begun, retention.verify_ledger(head) v', 'VALUES (NULL::bigint)', 'the ledger holds against the head of the segment');
SELECT results_eq('SELECT v.ok, v.first_bad FROM kept, retention.verify_ledger(head) v', 'VALUES (false, 6::bigint)', 'a head from before the break is not signed for by anybody here');

SELECT results_eq($$SELECT v.ok, v.first_bad FROM gone, retention.verify_ledger('2:' || encode(hash, 'hex')) v WHERE entry_id = 2$$, 'VALUES (false, 2::bigint)', 'a head of an entry that was altered is not signed for either');
SELECT results_eq($$SELECT v.ok, v.first_bad FROM gone, retention.verify_ledger('3:' || encode(hash, 'hex')) v WHERE entry_id = 3$$, 'VALUES (true, NULL::bigint)', 'the ledger holds against the head of an entry that is as it was');
CREATE FUNCTION pg_temp.tampered(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE what;
    result := pg_temp.breaks();
    RAISE EXCEPTION USING ERRCODE = 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result;
END $$;
SELECT is(pg_temp.tampered(what), found, name) FROM (VALUES
    ('UPDATE retention.ledger SET row_count = 1 WHERE entry_id = 9', '2 it was altered [8], 8 entries 6 to 7 are missing [8], 9 it was altered', 'a break after the segment is new'),
    ('UPDATE retention.ledger SET row_count = 1 WHERE entry_id = 3', '2 it was altered, 3 it was altered, 8 entries 6 to 7 are missing', 'so is one before it, and what was signed for is no longer what is there'),
    ('UPDATE retention.ledger SET row_count = 8 WHERE entry_id = 2', '2 it was altered, 8 entries 6 to 7 are missing', 'what was signed for, altered again'),
    ('DELETE FROM retention.ledger WHERE entry_id = 5', '2 it was altered, 8 entries 5 to 7 are missing', 'more of it removed'),
    ('DELETE FROM retention.ledger WHERE entry_id = 8', '2 it was altered, 9 entries 6 to 8 are missing', 'the entry of the segment removed'),
    ($$UPDATE retention.ledger SET detail = replace(detail, 'Tuesday', 'Monday') WHERE entry_id = 8$$, '2 it was altered, 8 it was altered', 'another reason given later')) t (what, found, name);
UPDATE retention.ledger SET actor = 'x' WHERE entry_id = 9;
SELECT isnt(retention.begin_segment('again'), NULL, 'there may be several segments');
SELECT is(pg_temp.breaks(), '2 it was altered [8], 8 entries 6 to 7 are missing [8], 9 it was altered [10]', 'each segment names what was broken before it');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger goes on after two segments');

SELECT * FROM finish();
ROLLBACK;
