-- What happens because of an act is in the ledger, by table and number, and what follows from entries follows from these.
SELECT plan(24);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, email text, ended_at timestamptz);
CREATE TABLE app.posts (id int PRIMARY KEY, author int REFERENCES app.users ON DELETE CASCADE, body text);
CREATE TABLE app.likes (id int PRIMARY KEY, post int REFERENCES app.posts ON DELETE CASCADE);
CREATE TABLE app.photos (id int PRIMARY KEY, owner int REFERENCES app.users ON DELETE SET NULL);
CREATE TABLE app.notes (id int PRIMARY KEY, owner int DEFAULT 0 REFERENCES app.users ON DELETE SET DEFAULT);
CREATE TABLE app.drafts (id int PRIMARY KEY, author int, body text);
CREATE TABLE app.audit (id int GENERATED ALWAYS AS IDENTITY, what text);
CREATE TABLE app.counters (kind text PRIMARY KEY, n int);
CREATE FUNCTION app.after_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM app.drafts WHERE author = OLD.id;
    UPDATE app.counters SET n = n - 1 WHERE kind = 'users';
    INSERT INTO app.audit (what) VALUES ('a user is gone');
    BEGIN
        DELETE FROM app.counters;
        RAISE 'no';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
    RETURN OLD;
END $$;
CREATE TRIGGER after_user AFTER DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.after_user();
CREATE MATERIALIZED VIEW app.drafts_of AS SELECT author, count(*) FROM app.drafts GROUP BY 1;
CREATE MATERIALIZED VIEW app.liked AS SELECT post, count(*) FROM app.likes GROUP BY 1;
CREATE MATERIALIZED VIEW app.owned AS SELECT owner, count(*) FROM app.photos GROUP BY 1;
CREATE MATERIALIZED VIEW app.untouched AS SELECT what, clock_timestamp() AS at FROM app.audit;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{ended_at}', '0 days', 'delete', 'enforce');
INSERT INTO app.users SELECT i, 'kari' || i FROM generate_series(0, 9) i;
INSERT INTO app.posts SELECT i, i % 10, 'I am ' || i FROM generate_series(0, 29) i;
INSERT INTO app.likes SELECT i, i % 30 FROM generate_series(0, 89) i;
INSERT INTO app.photos SELECT i, i % 10 FROM generate_series(0, 49) i;
INSERT INTO app.notes SELECT i, i FROM generate_series(0, 9) i;
INSERT INTO app.drafts SELECT i, i % 10, 'draft' FROM generate_series(0, 39) i;
INSERT INTO app.counters VALUES ('users', 10);
REFRESH MATERIALIZED VIEW app.drafts_of;
REFRESH MATERIALIZED VIEW app.liked;
REFRESH MATERIALIZED VIEW app.owned;
REFRESH MATERIALIZED VIEW app.untouched;
SELECT count(*) FROM app.untouched;
CALL retention.sweep();
SELECT max(entry_id) AS before FROM retention.ledger \gset
UPDATE app.users SET ended_at = '2026-01-01' WHERE id IN (1, 2);
CALL retention.sweep();
SELECT results_eq($$SELECT action, relation, row_count, policy_id FROM retention.ledger WHERE action ~ 'deleted|changed in' ORDER BY action, relation$$,
    $$SELECT v.a, v.r, v.n, p.policy_id FROM (VALUES ('changed in consequence', 'app.counters', 2::bigint), ('changed in consequence', 'app.notes', 2), ('changed in consequence', 'app.photos', 10),
             ('deleted', 'app.users', 2), ('deleted in consequence', 'app.drafts', 8), ('deleted in consequence', 'app.likes', 18), ('deleted in consequence', 'app.posts', 6)) v (a, r, n),
        retention.policy p ORDER BY 1, 2$$, 'a sweep''s entries name each table that a cascade or trigger touched, and how many rows');
SELECT is((SELECT count(*) FROM app.drafts_of WHERE author IN (1, 2)), 0::bigint, 'a view over what a trigger deleted is refreshed');
SELECT is((SELECT sum(count) FROM app.liked), 72::numeric, 'a view over what a cascade took two tables on is refreshed');
SELECT is((SELECT count FROM app.owned WHERE owner IS NULL), 10::bigint, 'a view over what SET NULL changed is refreshed');
SELECT is_empty($$SELECT FROM retention.ledger WHERE action = 'refreshed' AND relation = 'app.untouched'$$, 'a view over what was only added to is not');
SELECT is_empty('SELECT FROM retention.stale_view', 'no view is stale');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger is whole');
SELECT is_empty($$SELECT FROM retention.ledger WHERE detail ~ 'kari|[0-9]@'$$, 'no entry has data about anybody');
SELECT is_empty($$SELECT FROM retention.gaps WHERE object = 'app.liked'$$, 'a view over a table without a policy is no gap');
SELECT is((SELECT deleted FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1), 2::bigint, 'a run counts what it deleted itself');
SELECT is((SELECT count(*) FROM retention.touched), 6::bigint, 'tables that were touched are known');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.ledger WHERE action ~ 'in consequence'), 6::bigint, 'a sweep that does nothing has no consequences');

-- What is done by hand is no act of the extension.
DELETE FROM app.users WHERE id = 3;
SELECT is((SELECT count(*) FROM retention.ledger WHERE action ~ 'in consequence'), 6::bigint, 'a deletion by the application has no entries');

-- Anonymising; a batch that fails is taken row by row, and what was undone is not counted.
CREATE TABLE app.cases (id int PRIMARY KEY, who text, ended_at timestamptz);
CREATE TABLE app.mirror (id int PRIMARY KEY, who text);
CREATE FUNCTION app.mirror() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE app.mirror SET who = NEW.who WHERE id = NEW.id;
    IF NEW.id = 5 AND NEW.who IS NULL THEN RAISE 'not 5'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mirror AFTER UPDATE OF who ON app.cases FOR EACH ROW EXECUTE FUNCTION app.mirror();
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.cases', 'who', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('cases', 'app.cases', '{ended_at}', '0 days', 'anonymise', 'enforce');
INSERT INTO app.cases SELECT i, 'Kari' FROM generate_series(1, 8) i;
INSERT INTO app.mirror SELECT i, 'Kari' FROM generate_series(1, 8) i;
UPDATE app.cases SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT results_eq($$SELECT action, relation, row_count FROM retention.ledger WHERE relation IN ('app.cases', 'app.mirror') AND row_count >= 0 AND action <> 'quarantined' ORDER BY 1$$,
    $$VALUES ('anonymised', 'app.cases', 7::bigint), ('changed in consequence', 'app.mirror', 7)$$, 'what was undone with a batch that failed is not counted');
SELECT is((SELECT count(*) FROM app.mirror WHERE who IS NOT NULL), 1::bigint, 'seven rows were changed by the trigger');

-- A statement that deletes in a CTE, and what a rule adds: by table, without a number.
CREATE TABLE app.boxes (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.things (id int, box int);
CREATE TABLE app.labels (id int, box int);
CREATE FUNCTION app.unpack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (DELETE FROM app.things WHERE box = OLD.id RETURNING id) DELETE FROM app.labels l USING gone WHERE l.id = gone.id;
    RETURN OLD;
END $$;
CREATE TRIGGER unpack AFTER DELETE ON app.boxes FOR EACH ROW EXECUTE FUNCTION app.unpack();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('boxes', 'app.boxes', '{ended_at}', '0 days', 'delete', 'enforce');
INSERT INTO app.boxes VALUES (1);
INSERT INTO app.things VALUES (1, 1), (2, 1);
INSERT INTO app.labels VALUES (1, 1), (2, 1), (3, 1);
UPDATE app.boxes SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT results_eq($$SELECT relation, row_count FROM retention.ledger WHERE action = 'deleted in consequence' AND relation IN ('app.things', 'app.labels') ORDER BY 1$$,
    $$VALUES ('app.labels', 2::bigint), ('app.things', NULL)$$, 'what nobody counts is entered without a number');

-- A partitioned table, and one of the same table.
CREATE TABLE app.tree (id int PRIMARY KEY, parent int REFERENCES app.tree ON DELETE CASCADE, ended_at timestamptz);
CREATE TABLE app.leaves (id int, branch int REFERENCES app.tree ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE app.leaves_1 PARTITION OF app.leaves FOR VALUES FROM (0) TO (10);
CREATE TABLE app.leaves_2 PARTITION OF app.leaves FOR VALUES FROM (10) TO (20);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('tree', 'app.tree', '{ended_at}', '0 days', 'delete', 'enforce');
INSERT INTO app.tree VALUES (1, NULL), (2, 1), (3, 2);
INSERT INTO app.leaves SELECT i, 3 FROM generate_series(8, 12) i;
UPDATE app.tree SET ended_at = '2026-01-01' WHERE id = 1;
CALL retention.sweep();
SELECT results_eq($$SELECT action, relation, row_count FROM retention.ledger WHERE relation IN ('app.tree', 'app.leaves') AND action ~ 'deleted' ORDER BY 1, 2$$,
    $$VALUES ('deleted', 'app.tree', 1::bigint), ('deleted in consequence', 'app.leaves', 5), ('deleted in consequence', 'app.tree', 2)$$,
    'what a cascade takes in the same table is not what was deleted, and partitions are their table');

-- One person.
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}');
SELECT max(entry_id) AS before FROM retention.ledger \gset
SELECT retention.erase('user', 4, dry_run => true) IS NOT NULL AS answered;
SELECT is((SELECT count(*) FROM retention.ledger WHERE entry_id > :before AND action ~ 'in consequence'), 0::bigint, 'a dry run has no consequences');
SELECT retention.erase('user', 4) IS NOT NULL AS answered;
SELECT results_eq(format($$SELECT action, relation, row_count, detail FROM retention.ledger WHERE entry_id > %s AND action ~ 'in consequence' ORDER BY 1, 2$$, :before),
    $$VALUES ('changed in consequence', 'app.counters', 1::bigint, 'kind user'), ('changed in consequence', 'app.notes', 1, 'kind user'), ('changed in consequence', 'app.photos', 5, 'kind user'),
        ('deleted in consequence', 'app.drafts', 4, 'kind user'), ('deleted in consequence', 'app.likes', 9, 'kind user'), ('deleted in consequence', 'app.posts', 3, 'kind user')$$,
    'an erasure''s entries name each table that a cascade or trigger touched');
CREATE FUNCTION app.changed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE app.posts SET body = NEW.email WHERE author = NEW.id; RETURN NEW; END$$;
CREATE TRIGGER changed AFTER UPDATE OF email ON app.users FOR EACH ROW EXECUTE FUNCTION app.changed();
SELECT max(entry_id) AS before FROM retention.ledger \gset
SELECT retention.rectify('user', 5, 'app.users', '5', '{"email": "ola@example.no"}');
SELECT results_eq(format($$SELECT action, relation, row_count FROM retention.ledger WHERE entry_id > %s ORDER BY entry_id$$, :before),
    $$VALUES ('rectified', 'app.users', 1::bigint), ('changed in consequence', 'app.posts', 3)$$, 'a rectification''s entries name each table that a trigger touched');

-- Many batches; a knot.
INSERT INTO app.users SELECT i, 'many' || i FROM generate_series(1000, 3499) i;
INSERT INTO app.posts SELECT i, i, 'x' FROM generate_series(1000, 3499) i;
UPDATE app.users SET ended_at = '2026-01-01' WHERE id >= 1000;
SELECT max(entry_id) AS before FROM retention.ledger \gset
CALL retention.sweep();
SELECT results_eq(format($$SELECT action, sum(row_count), count(*) > 1 FROM retention.ledger WHERE entry_id > %s AND relation = 'app.posts' GROUP BY 1$$, :before),
    $$VALUES ('deleted in consequence', 2500::numeric, true)$$, 'each batch has entries of its own');
CREATE TABLE app.heads (id int PRIMARY KEY, tail int, ended_at timestamptz);
CREATE TABLE app.tails (id int PRIMARY KEY, head int REFERENCES app.heads, ended_at timestamptz);
CREATE TABLE app.fur (id int PRIMARY KEY, tail int REFERENCES app.tails ON DELETE CASCADE);
ALTER TABLE app.heads ADD FOREIGN KEY (tail) REFERENCES app.tails;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, if_referenced) VALUES
    ('heads', 'app.heads', '{ended_at}', '0 days', 'delete', 'enforce', 'block'), ('tails', 'app.tails', '{ended_at}', '0 days', 'delete', 'enforce', 'block');
INSERT INTO app.heads VALUES (1);
INSERT INTO app.tails VALUES (1, 1);
INSERT INTO app.fur VALUES (1, 1), (2, 1);
UPDATE app.heads SET tail = 1, ended_at = '2026-01-01';
UPDATE app.tails SET ended_at = '2026-01-01';
CALL retention.sweep();
SELECT results_eq($$SELECT action, relation, row_count FROM retention.ledger WHERE relation IN ('app.heads', 'app.tails', 'app.fur') AND action ~ 'deleted' ORDER BY 1, 2$$,
    $$VALUES ('deleted', 'app.heads', 1::bigint), ('deleted', 'app.tails', 1), ('deleted in consequence', 'app.fur', 2)$$, 'rows that go together have consequences, too');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger is whole in the end');
SELECT ok((SELECT count(*) = 2 AND bool_and(changes_rows) FROM retention.vocabulary() WHERE word ~ 'in consequence'), 'the vocabulary has both words');
SELECT * FROM finish();
