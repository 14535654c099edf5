-- A ledger that is loaded where entries were written already: those go behind it, with a word, and nothing is lost.
BEGIN;
SELECT plan(24);
SET client_min_messages = warning;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
SELECT retention.resume();
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('visits', 'visits', '{left_on}', 'UTC', '30 days', 'delete');
SELECT retention.resume();
UPDATE retention.policy SET purpose = 'x';
SELECT retention.resume();
CREATE TEMP TABLE old AS SELECT * FROM retention.ledger;
CREATE TEMP TABLE old_mark AS SELECT * FROM retention.ledger_mark;
CREATE FUNCTION pg_temp.emptied() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
    ALTER TABLE retention.ledger_mark DISABLE TRIGGER append_only;
    DELETE FROM retention.ledger;
    DELETE FROM retention.ledger_mark;
    ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER append_only;
    ALTER TABLE retention.ledger_mark ENABLE ALWAYS TRIGGER append_only;
END $$;
-- As in a database that has the schema and not the data, where somebody acted.
CREATE FUNCTION pg_temp.begun(entries int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.emptied();
    FOR i IN 1..entries LOOP
        PERFORM set_config('retention.test_now', (timestamptz '2031-01-01 12:00Z' + i * interval '1 day')::text, true);
        PERFORM retention.resume();
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.reads() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(entry_id || ' ' || action || CASE WHEN at >= '2031-01-01' THEN ' ' || extract(day FROM at) ELSE '' END, ', ' ORDER BY entry_id) FROM retention.ledger$$;
-- Entries that wait are entered before the next one.
CREATE FUNCTION pg_temp.entered() RETURNS void LANGUAGE sql AS $$SET LOCAL retention.test_now = '2031-02-20 12:00Z'; SELECT retention.resume()$$;
SELECT is(pg_temp.reads(), '1 resumed, 2 policy created, 3 resumed, 4 policy changed, 5 resumed', 'the older ledger has five entries');

SELECT pg_temp.begun(2);
CREATE TEMP TABLE begun AS SELECT retention.ledger_head() AS head;
INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id;
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT is(pg_temp.reads(), '1 resumed, 2 policy created, 3 resumed, 4 policy changed, 5 resumed', 'an older ledger has its numbers');
SELECT pg_temp.entered();
SELECT is(pg_temp.reads(), '1 resumed, 2 policy created, 3 resumed, 4 policy changed, 5 resumed, 6 entries moved 20, 7 resumed 2, 8 resumed 3, 9 resumed 20', 'what was written here comes behind an older ledger, as it was');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the chain holds over both ledgers');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'ledger has its end'), true, 'the end of both ledgers is there');
SELECT is((SELECT detail::jsonb FROM retention.ledger WHERE action = 'entries moved'), (SELECT jsonb_build_object('entries', 2, 'head', head) FROM begun), 'the entry says how many were moved, and where they ended');
SELECT is_empty('SELECT entry_id, hash FROM old EXCEPT SELECT entry_id, hash FROM retention.ledger', 'no older entry is changed');
SELECT is((SELECT word FROM retention.vocabulary() WHERE kind = 'ledger' AND word = 'entries moved'), 'entries moved', 'the vocabulary has entries moved');

-- Rows one by one, each in its transaction as far as the ledger can tell: others append in between.
SELECT pg_temp.begun(2);
DO $$
DECLARE o old;
BEGIN
    FOR o IN SELECT * FROM old ORDER BY entry_id LOOP
        INSERT INTO retention.ledger SELECT o.*;
        PERFORM pg_temp.entered();
    END LOOP;
END $$;
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT is((SELECT count(*)::text || ', ' || count(*) FILTER (WHERE action = 'entries moved') FROM retention.ledger), '13, 1', 'row by row nothing is lost, and it is said once');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the chain holds after a load row by row');
SELECT is_empty('SELECT entry_id, hash FROM old EXCEPT SELECT entry_id, hash FROM retention.ledger', 'row by row no older entry is changed');

-- The mark before the entries.
SELECT pg_temp.begun(2);
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT pg_temp.entered();
SELECT is(pg_temp.reads(), '1 resumed 2, 2 resumed 3, 6 resumed 20', 'after an older mark the numbers go on from it');
INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id;
SELECT pg_temp.entered();
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the chain holds where the mark was loaded first');
SELECT is((SELECT count(*)::text || ', ' || count(*) FILTER (WHERE action = 'entries moved') FROM retention.ledger), '11, 2', 'each of two pieces that were moved is said');
-- An older ledger without its end is still seen to be.
SELECT pg_temp.begun(2);
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT pg_temp.entered();
INSERT INTO retention.ledger SELECT * FROM old WHERE entry_id < 4 ORDER BY entry_id;
SELECT pg_temp.entered();
SELECT is((SELECT string_agg(problem, ', ') FROM retention.ledger_breaks()), 'entries 4 to 5 are missing', 'an end that the older ledger lost is missing');

-- From the end to the beginning.
SELECT pg_temp.begun(3);
INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id DESC;
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT pg_temp.entered();
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the chain holds where entries were loaded backwards');

-- What is taken back did not happen.
SELECT pg_temp.begun(2);
SAVEPOINT s;
INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id;
ROLLBACK TO s;
SELECT pg_temp.entered();
SELECT is(pg_temp.reads(), '1 resumed 2, 2 resumed 3, 3 resumed 20', 'a load that is taken back moves nothing');

-- Refused, with a way out.
CREATE FUNCTION pg_temp.refused(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RETURN 'done';
EXCEPTION WHEN unique_violation THEN RETURN SQLERRM;
END $$;
SELECT pg_temp.emptied();
INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id;
INSERT INTO retention.ledger_mark SELECT * FROM old_mark;
SELECT is(pg_temp.refused('INSERT INTO retention.ledger SELECT * FROM old'), 'entry 1 of the ledger is there already, and is the same', 'a ledger that was loaded is not loaded again');
SELECT is(pg_temp.refused($$INSERT INTO retention.ledger SELECT entry_id, at, actor, 'other', policy_id, relation, row_count, detail, format, previous, sha256(hash) FROM old$$),
    'entry 2 of the ledger is there already, and policies were written in this database', 'a ledger with a history of its own takes no other one');
SELECT is(pg_temp.reads(), '1 resumed, 2 policy created, 3 resumed, 4 policy changed, 5 resumed', 'what is refused moves nothing');
SELECT pg_temp.begun(2);
ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
UPDATE retention.ledger SET actor = 'nobody' WHERE entry_id = 2;
ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER append_only;
SELECT is(pg_temp.refused('INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id'), 'entry 2 of the ledger is there already, and was altered', 'an altered entry is not made whole by being moved');
SELECT pg_temp.begun(3);
ALTER TABLE retention.ledger DISABLE TRIGGER append_only;
DELETE FROM retention.ledger WHERE entry_id = 2;
ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER append_only;
SELECT is(pg_temp.refused('INSERT INTO retention.ledger SELECT * FROM old ORDER BY entry_id'), 'entry 1 of the ledger is there already, and was not written here', 'entries before a gap are not moved over it');
SELECT is((SELECT ok FROM retention.verify_ledger()), false, 'the gap stays in view');
SELECT throws_like('CREATE TABLE mine (id int); CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION retention.make_room_in_ledger(); INSERT INTO mine VALUES (1)', '%before a row of retention.ledger%', 'the trigger function is for the ledger alone');
SELECT * FROM finish();
ROLLBACK;
