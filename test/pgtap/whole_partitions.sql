-- A partition all of whose rows are due is emptied at once, and one with a row that is not is swept row by row.
SELECT plan(5);
SET retention.test_now = '2026-06-01 12:00:00+00';
CREATE ROLE partition_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO partition_owner;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO partition_owner;
GRANT USAGE ON SCHEMA retention TO partition_owner;
GRANT ALL ON SCHEMA public TO partition_owner;
SET ROLE partition_owner;
CREATE TABLE visits (part int, id int, body text, left_on timestamptz) PARTITION BY LIST (part);
SELECT format('CREATE TABLE visits_%s PARTITION OF visits FOR VALUES IN (%s)', i, i) FROM generate_series(1, 11) i \gexec
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
RESET ROLE;
CALL retention.sweep();
INSERT INTO visits SELECT p, i, repeat('x', 500), '2026-06-02' FROM generate_series(1, 11) p, generate_series(1, 3000) i;
CREATE TABLE file_of AS SELECT relname, relfilenode FROM pg_class WHERE relname ~ '^visits_\d+$';
CREATE VIEW exchanged AS SELECT f.relname FROM file_of f JOIN pg_class c USING (relname) WHERE c.relfilenode <> f.relfilenode;

-- 2: one has not started. 3: one is not over. 4: somebody hears of single rows. 5: something refers to them. 6, 7: none of
-- these. 8: it is published. 9: the owner may not truncate it. 10: somebody hears of TRUNCATE. 11: TRUNCATE is
-- published, and what is deleted is not: it stays where it is published to.
UPDATE visits_2 SET left_on = NULL WHERE id = 1500;
UPDATE visits_3 SET left_on = '2030-01-01' WHERE id = 3000;
CREATE TABLE heard (id int);
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN INSERT INTO public.heard VALUES (OLD.id); RETURN NULL; END$$;
CREATE TRIGGER hear AFTER DELETE ON visits_4 FOR EACH ROW WHEN (OLD.id <= 10) EXECUTE FUNCTION hear();
CREATE FUNCTION hear_of_all() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN INSERT INTO public.heard VALUES (0); RETURN NULL; END$$;
CREATE TRIGGER hear BEFORE TRUNCATE ON visits_10 EXECUTE FUNCTION hear_of_all();
ALTER TABLE visits_5 ADD UNIQUE (id);
CREATE TABLE marks (id int REFERENCES visits_5 (id));
INSERT INTO marks VALUES (7);
SET client_min_messages = error;
ALTER TABLE visits_8 REPLICA IDENTITY FULL;
CREATE PUBLICATION published FOR TABLE visits_8;
CREATE PUBLICATION truncated FOR TABLE visits_11 WITH (publish = 'insert, truncate');
SET client_min_messages = warning;
REVOKE TRUNCATE ON visits_9 FROM partition_owner;

SET retention.test_now = '2028-01-01 12:00:00+00';
CREATE TABLE ledger_before AS SELECT max(entry_id) AS entry FROM retention.ledger;
CALL retention.sweep();
SELECT set_eq('SELECT relname::text FROM exchanged', ARRAY['visits_1', 'visits_6', 'visits_7'], 'those are emptied at once of which nobody hears of a row');
SET retention.reveal = on;
SELECT results_eq('SELECT part, count(*), min(id) FROM visits GROUP BY 1 ORDER BY 1', $$VALUES (2, 1::bigint, 1500), (3, 1, 3000), (5, 1, 7)$$,
    'what is not due, or is referred to, is there');
SELECT is((SELECT count(*) FROM heard WHERE id > 0), 10::bigint, 'triggers hear of their rows');
SELECT is((SELECT sum(row_count) FROM retention.ledger, ledger_before WHERE entry_id > entry AND action = 'deleted'), 32997::numeric, 'the ledger counts all rows');
SELECT is((SELECT count(*) FROM retention.ledger, ledger_before WHERE entry_id > entry AND action ~ 'in consequence'), 0::bigint, 'no row of an emptied partition is entered as a consequence');
SELECT * FROM finish();
DROP TABLE visits CASCADE;
DROP OWNED BY partition_owner;
DROP ROLE partition_owner;
