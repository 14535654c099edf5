-- Attempts to take away rows that a legal hold or a law keeps, by statements on rows.
BEGIN;
SELECT plan(62);
\ir ../holds/lab.psql

SELECT is(lab.all_there(), NULL, 'rows that are held or mandatory cannot be deleted');

-- Statements on the rows.
SELECT lab.try('a plain DELETE takes no kept row', 'clerk holder postgres',
    $$DELETE FROM records WHERE id = 1$$);
SELECT lab.try('a DELETE that joins takes no kept row', 'clerk holder postgres',
    $$DELETE FROM records USING persons p WHERE p.id = person_id AND p.id = 1$$);
SELECT lab.try('a DELETE without a condition takes no kept row', 'clerk holder postgres',
    $$DELETE FROM records$$);
SELECT lab.try('a DELETE in a WITH takes no kept row', 'clerk holder postgres',
    $$WITH gone AS (DELETE FROM records WHERE id = 1 RETURNING *) SELECT count(*) FROM gone$$);
SELECT lab.try('a DELETE of the row of a cursor takes no kept row', 'clerk holder postgres',
    $$DO 'DECLARE c CURSOR FOR SELECT id FROM records WHERE id = 1 FOR UPDATE; n bigint; BEGIN OPEN c; FETCH c INTO n; DELETE FROM records WHERE CURRENT OF c; END'$$);
SELECT lab.try('a DELETE by ctid takes no kept row', 'clerk holder postgres',
    $$DELETE FROM records WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM records WHERE id = 1)$$);
SELECT lab.try('a DELETE of the row of a partition takes no kept row', 'clerk holder postgres',
    $$DELETE FROM ONLY records_north WHERE id = 1; DELETE FROM records_south$$, shapes => 'parts');
SELECT lab.try('MERGE that deletes takes no kept row', 'clerk holder postgres',
    $$MERGE INTO records r USING persons p ON p.id = r.person_id AND r.id = 1 WHEN MATCHED THEN DELETE$$);
SELECT lab.try('a prepared DELETE takes no kept row', 'clerk holder postgres',
    $$DEALLOCATE ALL; PREPARE kill AS DELETE FROM records WHERE id = 1; EXECUTE kill$$);
SELECT lab.try('a move out and a DELETE in one statement take no kept row', 'clerk holder postgres',
    $$WITH gone AS (DELETE FROM records WHERE id = 1 RETURNING id, person_id) INSERT INTO offices SELECT id + 100, person_id FROM gone$$);
SELECT lab.try('a DELETE and the same row written anew take no kept row', 'clerk holder postgres',
    $$CREATE TEMP TABLE keep AS SELECT id, region, sort, person_id, class FROM records WHERE id = 1; DELETE FROM records WHERE id = 1; INSERT INTO records (id, region, sort, person_id, class) SELECT * FROM keep$$);
SELECT lab.try('a DELETE through a view takes no kept row', 'clerk holder postgres',
    $$CREATE TEMP VIEW seen AS SELECT * FROM records WHERE region = 'north'; DELETE FROM seen WHERE id = 1$$);
SELECT lab.try('a DELETE by an INSTEAD OF trigger of the owner takes no kept row', 'holder postgres',
    $$CREATE VIEW seen AS SELECT id FROM records; CREATE FUNCTION remove() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN DELETE FROM records WHERE id = OLD.id; RETURN OLD; END'; CREATE TRIGGER remove INSTEAD OF DELETE ON seen FOR EACH ROW EXECUTE FUNCTION remove(); DELETE FROM seen WHERE id = 1$$);
SELECT lab.try('a DELETE by a rule on another table takes no kept row', 'holder postgres',
    $$CREATE RULE along AS ON UPDATE TO boxes DO ALSO DELETE FROM records WHERE box_id = NEW.id; UPDATE boxes SET id = id WHERE id = 1$$);
SELECT lab.try('a DELETE by a rule on the table itself takes no kept row', 'holder postgres',
    $$CREATE RULE instead AS ON UPDATE TO records_north DO INSTEAD DELETE FROM records_north WHERE id = OLD.id; UPDATE records_north SET body = body WHERE id = 1$$, shapes => 'parts');
SELECT lab.try('a DELETE by a trigger on another table takes no kept row', 'holder postgres',
    $$CREATE FUNCTION remove() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM records WHERE box_id = NEW.id; RETURN NEW; END'; CREATE TRIGGER remove BEFORE UPDATE ON boxes FOR EACH ROW EXECUTE FUNCTION remove(); UPDATE boxes SET id = id WHERE id = 1$$);
SELECT lab.try('a DELETE by a trigger on the table itself takes no kept row', 'holder postgres',
    $$CREATE FUNCTION remove() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM records WHERE id = 1; RETURN NULL; END'; CREATE TRIGGER remove AFTER INSERT ON records FOR EACH ROW EXECUTE FUNCTION remove(); INSERT INTO records (id, sort) VALUES (50, 'main')$$);
SELECT lab.try('a DELETE by a function of the owner takes no kept row', 'holder postgres',
    $$CREATE FUNCTION remove(bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM records WHERE id = $1'; SELECT remove(1)$$);
SELECT lab.try('a DELETE behind a caught error takes no kept row', 'clerk holder postgres',
    $$DO 'BEGIN DELETE FROM records WHERE id = 1; EXCEPTION WHEN OTHERS THEN NULL; END'$$);
SELECT lab.try('a row level policy that shows all takes no kept row', 'holder postgres',
    $$ALTER TABLE records ENABLE ROW LEVEL SECURITY; ALTER TABLE records FORCE ROW LEVEL SECURITY; CREATE POLICY every ON records USING (true); DELETE FROM records WHERE id = 1$$);
SELECT lab.try('a replica role deletes no kept row', 'postgres',
    $$SET LOCAL session_replication_role = replica; DELETE FROM records WHERE id IN (1, 7)$$);
SELECT lab.try('a local role deletes no kept row', 'postgres',
    $$SET LOCAL session_replication_role = local; DELETE FROM records WHERE id IN (1, 7)$$);
SELECT lab.try('a superuser who may read hidden rows deletes no kept one', 'postgres',
    $$SET LOCAL retention.reveal = on; DELETE FROM records WHERE id = 3$$);
SELECT lab.try('a superuser who confirms a loss deletes no kept row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DELETE FROM records WHERE id IN (1, 3, 7)$$);

-- Rows that go along.
SELECT lab.try('a cascade from a person takes no kept row', 'clerk holder postgres',
    $$DELETE FROM persons WHERE id = 1$$);
SELECT lab.try('a cascade from a table without a policy takes no kept row', 'clerk holder postgres',
    $$DELETE FROM boxes WHERE id = 1$$);
SELECT lab.try('a cascade under a replica role takes no kept row', 'postgres',
    $$SET LOCAL session_replication_role = replica; DELETE FROM records r USING boxes b WHERE b.id = r.box_id AND b.id = 1; DELETE FROM boxes WHERE id = 1$$);
SELECT lab.try('a cascade that somebody adds takes no kept row', 'holder postgres',
    $$ALTER TABLE records DROP CONSTRAINT records_shelf_id_fkey; ALTER TABLE records ADD FOREIGN KEY (shelf_id) REFERENCES shelves ON DELETE CASCADE; DELETE FROM shelves WHERE id = 1$$);
SELECT lab.try('TRUNCATE takes no kept row', 'holder postgres',
    $$TRUNCATE records$$);
SELECT lab.try('TRUNCATE of a partition takes no kept row', 'holder postgres',
    $$TRUNCATE records_north$$, shapes => 'parts');
SELECT lab.try('TRUNCATE of what kept rows refer to takes none of them', 'holder postgres',
    $$TRUNCATE boxes CASCADE$$);
SELECT lab.try('TRUNCATE of persons takes no kept row', 'holder postgres',
    $$TRUNCATE persons CASCADE$$);
SELECT lab.try('TRUNCATE under a replica role takes no kept row', 'postgres',
    $$SET LOCAL session_replication_role = replica; TRUNCATE records$$);
SELECT lab.try('TRUNCATE that is confirmed takes no kept row', 'holder postgres',
    $$SET LOCAL retention.confirm_drop = on; TRUNCATE records, boxes, persons, offices, shelves$$);
SELECT lab.try('TRUNCATE that one was granted takes no kept row', 'clerk',
    $$TRUNCATE records RESTART IDENTITY$$);

-- What a row is known by, written away.
SELECT lab.try('a held row keeps its key', 'clerk holder postgres',
    $$UPDATE records SET id = 90 WHERE id = 1; UPDATE records SET body = 'said 90' WHERE id = 90$$, means => 'unprotected', scopes => '{row}');
SELECT lab.try('a held row keeps its key when another takes it', 'clerk holder postgres',
    $$UPDATE records SET id = 91 WHERE id = 1; UPDATE records SET id = 1, body = 'said 1' WHERE id = 20$$, means => 'unprotected', scopes => '{row}');
SELECT lab.try('a held row keeps half of its key', 'clerk holder postgres',
    $$UPDATE records SET region = 'west' WHERE id = 1$$, means => 'unprotected', scopes => '{row}');
SELECT lab.try('a row stays with the person who is held', 'clerk holder postgres',
    $$UPDATE records SET person_id = 2, office_id = 2 WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a row stays with the person who is held, one way after the other', 'clerk holder postgres',
    $$UPDATE records SET person_id = 2 WHERE id = 1; UPDATE records SET office_id = 2 WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a row stays with the person who is held, whatever is unset', 'clerk holder postgres',
    $$UPDATE records SET person_id = NULL, office_id = NULL WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a table on the way to a person who is held takes no row away', 'clerk holder postgres',
    $$UPDATE records SET person_id = NULL WHERE id = 1; UPDATE offices SET person_id = 2 WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a deleted row on the way to a person who is held takes no row away', 'clerk holder postgres',
    $$UPDATE records SET person_id = NULL WHERE id = 1; DELETE FROM offices WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('the key of a person who is held takes no row away', 'clerk holder postgres',
    $$UPDATE persons SET id = 100 WHERE id = 1$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('the key of a person who is held, given to another, takes no row away', 'clerk holder postgres',
    $$UPDATE persons SET id = 100 WHERE id = 1; UPDATE persons SET id = 1 WHERE id = 2$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a row that meets the condition of a hold goes on meeting it', 'clerk holder postgres',
    $$UPDATE records SET class = 'plain' WHERE id = 1$$, means => 'unprotected', scopes => '{condition}');
SELECT lab.try('a row that meets the condition of a hold goes on meeting it for unknown values, too', 'clerk holder postgres',
    $$UPDATE records SET class = NULL WHERE id = 1$$, means => 'unprotected', scopes => '{condition}');
SELECT lab.try('ON CONFLICT takes no row out of its hold', 'clerk holder postgres',
    $$INSERT INTO records (id, region, sort, class) VALUES (1, 'north', 'main', 'plain') ON CONFLICT (id, region) DO UPDATE SET class = EXCLUDED.class, person_id = NULL, office_id = NULL, sort = 'other'$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('MERGE takes no row out of its hold', 'clerk holder postgres',
    $$MERGE INTO records r USING (VALUES (1::bigint)) v (id) ON v.id = r.id WHEN MATCHED THEN UPDATE SET class = 'plain', person_id = 2, office_id = 2, sort = 'other'$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('a row stays under the policy that a hold is on', 'clerk holder postgres',
    $$UPDATE records SET sort = 'other' WHERE id = 1$$, means => 'unprotected', scopes => '{policy,law}');
SELECT lab.try('a row stays under the policy that a hold is on, and under some policy', 'clerk holder postgres',
    $$UPDATE records SET sort = 'nobody' WHERE id = 1$$, means => 'unprotected', scopes => '{policy,law}');
SELECT lab.try('a row stays under its policy on its way to another partition', 'clerk holder postgres',
    $$UPDATE records SET sort = 'other', region = 'south', class = 'plain', person_id = NULL, office_id = NULL WHERE id = 1$$, means => 'unprotected', scopes => '{row,subject,condition,policy,law}', shapes => 'parts');
SELECT lab.try('a trigger takes no row out of its hold', 'holder postgres',
    $$CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.class = ''plain''; NEW.person_id = NULL; NEW.office_id = NULL; NEW.sort = ''other''; NEW.id = NEW.id + 80; RETURN NEW; END'; CREATE TRIGGER a BEFORE UPDATE ON records FOR EACH ROW EXECUTE FUNCTION shift(); UPDATE records SET level = NULL WHERE id = 1; DROP TRIGGER a ON records; UPDATE records SET body = 'said ' || id$$, means => 'unprotected', scopes => '{row,subject,condition,policy,law}');
SELECT lab.try('a trigger with a late name takes no row out of its hold', 'holder postgres',
    $$CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.class = ''plain''; NEW.person_id = NULL; NEW.office_id = NULL; NEW.sort = ''other''; RETURN NEW; END'; CREATE TRIGGER zzzz BEFORE UPDATE ON records FOR EACH ROW EXECUTE FUNCTION shift(); UPDATE records SET level = NULL WHERE id = 1$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('a trigger under a replica role takes no row out of its hold', 'postgres',
    $$SET LOCAL session_replication_role = replica; UPDATE records SET class = 'plain', person_id = NULL, office_id = NULL, sort = 'other' WHERE id = 1$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('a start that is moved back releases no mandatory row', 'clerk holder postgres',
    $$UPDATE records SET closed_on = '2001-01-01' WHERE id = 1$$, means => 'unprotected', scopes => '{law}');
SELECT lab.try('a start that is unset releases no mandatory row', 'clerk holder postgres',
    $$UPDATE records SET closed_on = NULL WHERE id = 1; UPDATE records SET closed_on = '2001-01-01' WHERE id = 1$$, means => 'unprotected', scopes => '{law}');
SELECT lab.try('nobody writes a clock that holds nothing', 'clerk holder postgres',
    $$UPDATE records SET retention_clock = 'none' WHERE id = 1$$, means => 'unprotected');
SELECT lab.try('nobody writes such a clock under a replica role', 'postgres',
    $$SET LOCAL session_replication_role = replica; UPDATE records SET retention_clock = 'none' WHERE id = 1$$, means => 'unprotected');
SELECT lab.try('a row that goes to another partition and back is kept', 'clerk holder postgres',
    $$UPDATE records SET region = 'south' WHERE id = 1; UPDATE records SET region = 'north' WHERE id = 1$$, means => 'unprotected', scopes => '{subject,condition,table,policy,law}', shapes => 'parts');
SELECT lab.try('a row that a trigger loses on its way to another partition is kept', 'holder postgres',
    $$CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER lose BEFORE INSERT ON records_south FOR EACH ROW EXECUTE FUNCTION lose(); UPDATE records SET region = 'south' WHERE id = 1$$, shapes => 'parts');

SELECT * FROM finish();
ROLLBACK;
