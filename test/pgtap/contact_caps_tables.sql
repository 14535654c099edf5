-- Caps hold whichever part of a table of messages a statement names, however persons are named, and as tables come and go.
BEGIN;
SELECT plan(29);
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET retention.test_now = '2026-03-10 12:00Z';
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END$$;
-- As many messages to somebody as are sent one by one before one is refused.
CREATE FUNCTION pg_temp.room(relation text, who text, at text DEFAULT '2026-03-10') RETURNS int LANGUAGE plpgsql AS $$DECLARE sent int := 0; BEGIN
    WHILE sent < 5 AND pg_temp.says(format('INSERT INTO %s (person, at) VALUES (%s, %L)', relation, who, at)) = 'done' LOOP sent := sent + 1; END LOOP; RETURN sent; END$$;

CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.persons (id int PRIMARY KEY);
CREATE TABLE app.sent (id int, person int REFERENCES app.persons, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app.sent_1 PARTITION OF app.sent FOR VALUES FROM ('2026-01-01') TO ('2026-03-01');
CREATE TABLE app.sent_2 (at timestamptz NOT NULL, gone int, person int, id int);
ALTER TABLE app.sent_2 DROP gone;
ALTER TABLE app.sent ATTACH PARTITION app.sent_2 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
RESET ROLE;
INSERT INTO app.persons SELECT generate_series(1, 40);
INSERT INTO retention.purpose (name, legal_basis, caps, timezone) VALUES ('news', 'legitimate interest', '{2 per calendar month}', 'UTC');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'app.persons');
INSERT INTO app.sent (person, at) VALUES (1, '2026-03-02');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.sent', 'person', 'person', 'at', 'news');

-- Partitions.
SELECT is(pg_temp.room('app.sent', '1'), 1, 'what the partitions of a table hold counts when it is registered');
SELECT is(pg_temp.room('app.sent', '2'), 2, 'a message that is routed to a partition counts once');
SELECT is(pg_temp.room('app.sent_2', '3'), 2, 'a message that is written to a partition, whose columns lie otherwise, counts');
SELECT is(pg_temp.room('app.sent_2', '2') + pg_temp.room('app.sent', '3'), 0, 'messages of the table and of a partition count together');
SELECT is(pg_temp.says($$UPDATE app.sent SET at = '2026-02-01' WHERE person = 2$$) || pg_temp.room('app.sent', '2'), 'done0', 'moving messages to another partition does not free the cap');
SELECT is(pg_temp.says($$UPDATE app.sent SET person = 2 WHERE person = 1 AND at >= '2026-03-10'$$), 'RT020', 'an update of the table counts what it makes of rows of its partitions');
SELECT is(pg_temp.says($$UPDATE app.sent_2 SET person = 2 WHERE person = 1 AND at >= '2026-03-10'$$), 'RT020', 'an update of a partition counts, too');
SET ROLE app_owner;
CREATE TABLE app.sent_3 PARTITION OF app.sent FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');
RESET ROLE;
SELECT is(pg_temp.room('app.sent_3', '4', '2026-04-10'), 2, 'a partition that is made later counts');
SET ROLE app_owner;
CREATE TABLE app.sent_4 (LIKE app.sent);
INSERT INTO app.sent_4 (person, at) VALUES (4, '2026-05-02');
ALTER TABLE app.sent ATTACH PARTITION app.sent_4 FOR VALUES FROM ('2026-05-01') TO ('2026-06-01');
RESET ROLE;
SELECT is(pg_temp.room('app.sent_4', '4', '2026-05-10'), 1, 'a partition that is attached counts, and so does what it held');
SET ROLE app_owner;
CREATE TABLE app.sent_5 PARTITION OF app.sent FOR VALUES FROM ('2026-06-01') TO ('2026-07-01') PARTITION BY LIST (person);
CREATE TABLE app.sent_5_4 PARTITION OF app.sent_5 FOR VALUES IN (4);
RESET ROLE;
SELECT is(pg_temp.room('app.sent_5_4', '4', '2026-06-10') + pg_temp.room('app.sent_5', '4', '2026-06-10'), 2, 'a partition of a partition counts');
SET ROLE app_owner;
ALTER TABLE app.sent DETACH PARTITION app.sent_4;
RESET ROLE;
SELECT is(pg_temp.room('app.sent_4', '4', '2026-05-10'), 5, 'a partition that is detached is no table of messages any more');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'app.sent_4'::regclass AND NOT tgisinternal), 0::bigint, 'a partition that is detached has none of the triggers');

-- Heirs.
CREATE TABLE app.plain (person int REFERENCES app.persons, at timestamptz);
CREATE TABLE app.heir () INHERITS (app.plain);
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.plain', 'person', 'person', 'at', 'news');
SELECT is(pg_temp.room('app.heir', '5') + pg_temp.room('app.plain', '5'), 2, 'messages of a table that inherits count with those of the table');
CREATE TABLE app.heir_2 () INHERITS (app.plain);
SELECT is(pg_temp.room('app.heir_2', '6') + pg_temp.room('app.plain', '6'), 2, 'a table that inherits later counts');

-- COPY.
CREATE TABLE app.result (says text);
SELECT is(pg_temp.says($$COPY app.sent (person, at) FROM PROGRAM 'printf "7\t2026-03-10\n7\t2026-03-11\n7\t2026-03-12\n"'$$), 'RT020', 'COPY of three messages is refused');
SELECT is(pg_temp.says($$COPY app.sent (person, at) FROM PROGRAM 'printf "7\t2026-03-10\n7\t2026-03-11\n"'$$) || pg_temp.room('app.sent', '7'), 'done0', 'COPY of two messages counts');
SELECT is(pg_temp.says($$COPY app.sent_2 (person, at) FROM PROGRAM 'printf "8\t2026-03-10\n8\t2026-03-11\n"'$$) || pg_temp.room('app.sent', '8'), 'done0', 'COPY into a partition counts');

-- Keys.
CREATE EXTENSION citext;
CREATE TABLE app.named (name text PRIMARY KEY);
CREATE TABLE app.loose (name citext PRIMARY KEY);
CREATE TABLE app.known (id uuid PRIMARY KEY);
CREATE TABLE app.pairs (tenant int, no text, company bool NOT NULL DEFAULT false, PRIMARY KEY (tenant, no));
INSERT INTO app.named VALUES ('a "b" \ é'), ('x');
INSERT INTO app.loose VALUES ('Kari');
INSERT INTO app.known VALUES ('11111111-1111-1111-1111-111111111111');
INSERT INTO app.pairs VALUES (1, 'x', false), (2, 'x', false), (3, 'x', true);
CREATE TABLE app.to_named (person text REFERENCES app.named, at date);
CREATE TABLE app.to_loose (person citext REFERENCES app.loose, at timestamp);
CREATE TABLE app.to_known (person uuid REFERENCES app.known, at timestamptz);
CREATE TABLE app.to_pairs (tenant int, person text, at timestamptz, FOREIGN KEY (tenant, person) REFERENCES app.pairs);
CREATE TABLE app.to_any (target bigint, target_type text, at timestamptz);
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('named', 'app.named', NULL), ('loose', 'app.loose', NULL), ('known', 'app.known', NULL), ('pair', 'app.pairs', 'NOT company');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('app.to_named', 'named', 'person', 'at', 'news'), ('app.to_loose', 'loose', 'person', 'at', 'news'),
    ('app.to_known', 'known', 'person', 'at', 'news'), ('app.to_pairs', 'pair', 'person', 'at', 'news'),
    ('app.to_any', 'person', '(target = app.persons.id, target_type = ''Person'')', 'at', 'news');
SELECT is(pg_temp.room('app.to_named', $$'a "b" \ é'$$), 2, 'a key may be a text');
SELECT is(retention.may_contact('named', 'a "b" \ é'::text, 'news'), false, 'may_contact finds the counter of a text');
SELECT is(pg_temp.room('app.to_loose', $$'kari'$$) + pg_temp.room('app.to_loose', $$'KARI'$$), 2, 'however equal keys are written, they are one person');
SELECT is(pg_temp.room('app.to_known', $$'11111111-1111-1111-1111-111111111111'$$), 2, 'a key may be a UUID');
SELECT is(retention.may_contact('known', '11111111-1111-1111-1111-111111111111'::uuid, 'news'), false, 'may_contact finds the counter of a UUID');
SELECT is(pg_temp.says($$INSERT INTO app.to_pairs SELECT 1, 'x', '2026-03-10' FROM generate_series(1, 3)$$) || pg_temp.says($$INSERT INTO app.to_pairs SELECT i % 2 + 1, 'x', '2026-03-10' FROM generate_series(1, 4) i$$),
    'RT020done', 'a key may have several columns');
SELECT set_eq($$SELECT retention.may_contact_all('pair', 'news')$$, ARRAY[]::jsonb[], 'persons of such a kind are in no campaign when their caps are reached');
SELECT is(pg_temp.says($$INSERT INTO app.to_pairs SELECT 3, 'x', '2026-03-10' FROM generate_series(1, 3)$$), 'done', 'who is no person has no caps');
SELECT is(pg_temp.says($$INSERT INTO app.to_any SELECT 9, 'Person', '2026-03-10' FROM generate_series(1, 3)$$) || pg_temp.says($$INSERT INTO app.to_any SELECT 9, 'Case', '2026-03-10' FROM generate_series(1, 3)$$),
    'RT020done', 'a key that the schema does not say is followed by its type');
ALTER TABLE app.pairs RENAME no TO "No.";
SELECT is(pg_temp.says($$INSERT INTO app.to_pairs SELECT 1, 'x', '2026-03-10'$$), 'RT020', 'a column of the key that is renamed is renamed in the counters');
-- What no cap needs any more.
SELECT is((SELECT count(*) > 0 FROM retention.contact_count WHERE kind = 'named'), true, 'counters stay while a cap needs them');
SET retention.test_now = '2026-08-01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.contact_count), 0::bigint, 'a sweep takes counters that no cap needs any more');
SELECT * FROM finish();
ROLLBACK;
