-- Attempts to take away rows that a legal hold or a law keeps, by policies, sweeps, requests, and the record of holds.
BEGIN;
SELECT plan(56);
\ir ../holds/lab.psql

-- Policies that change.
SELECT lab.try('a policy for fewer rows lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET applies_to = 'sort = ''main'' AND id > 10' WHERE name = '@ main'$$, means => 'unprotected');
SELECT lab.try('a policy that comes later lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET applies_to = NULL, priority = 5 WHERE name = '@ other'$$, means => 'unprotected');
SELECT lab.try('a new policy in front lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; INSERT INTO retention.policy (name, relation, priority, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('@ front', '@.records', 1, '{closed_on}', '1 day', '0 days', 'delete', 'enforce')$$, means => 'unprotected');
SELECT lab.try('a policy of another table lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET relation = '@.persons' WHERE name = '@ main'$$, means => 'unprotected');
SELECT lab.try('a policy with another name lets no kept row go', 'postgres',
    $$UPDATE retention.policy SET name = '@ else' WHERE name = '@ main'$$, means => 'unprotected');
SELECT lab.try('a policy with another number lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET policy_id = 30000 WHERE name = '@ main'$$, means => 'unprotected');
SELECT lab.try('a policy with another zone lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET timezone = 'Pacific/Auckland' WHERE name = '@ main'$$, means => 'unprotected');
SELECT lab.try('a start in another column lets no kept row go', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records ADD COLUMN opened_on date; UPDATE retention.policy SET clock_starts = '{opened_on}' WHERE name = '@ main'; UPDATE records SET opened_on = '2001-01-01' WHERE id = 1$$, means => 'unprotected', scopes => '{law}');
SELECT lab.try('policies that are TRUNCATEd let no kept row go', 'postgres',
    $$TRUNCATE retention.policy$$, means => 'refused');

-- Sweeps and requests.
SELECT lab.try('a sweep takes no held row', 'postgres',
    $$SET LOCAL retention.test_now = '2045-01-01 12:00:00+00'; CALL retention.sweep()$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('a sweep behind an approval takes no held row', 'postgres',
    $$SET LOCAL retention.test_now = '2045-01-01 12:00:00+00'; SELECT retention.approve('@ main'); CALL retention.sweep()$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('a sweep of shorter periods takes no held row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.policy SET keep_for = '1 day' WHERE name = '@ main'; SELECT retention.approve('@ main'); CALL retention.sweep()$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('a sweep that empties columns takes no held row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; SET LOCAL retention.test_now = '2045-01-01 12:00:00+00'; UPDATE retention.policy SET action = 'anonymise' WHERE name = '@ main'; CALL retention.sweep(); SELECT retention.approve('@ main'); CALL retention.sweep()$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('a sweep takes no mandatory row', 'postgres',
    $$SELECT retention.approve('@ main'); CALL retention.sweep(); DELETE FROM records WHERE id = 1$$, scopes => '{law}');
SELECT lab.try('an erasure takes no kept row', 'postgres',
    $$SELECT retention.erase('@', 1)$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('an erasure and the sweep behind it take no kept row', 'postgres',
    $$SELECT retention.erase('@', 1); CALL retention.sweep()$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('an erasure of a person with the same address takes no kept row', 'postgres',
    $$UPDATE persons SET email = 'kari2' WHERE id = 2; UPDATE persons SET email = NULL WHERE id = 1; SELECT retention.erase('@', 1)$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('an erasure of a co-owner takes no kept row', 'postgres',
    $$UPDATE records SET office_id = 2 WHERE id < 10; SELECT retention.erase('@', 2); SELECT retention.erase('@', 1)$$, scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('an erasure of a person whose rows a law keeps leaves them', 'postgres',
    $$SET LOCAL retention.reveal = on; SELECT retention.erase('@', 1); UPDATE records SET body = 'said ' || id WHERE id < 10; CALL retention.sweep()$$, means => 'unprotected', scopes => '{law}');
SELECT lab.try('a rectification takes no row out of its hold', 'postgres',
    $$SELECT retention.rectify('@', 1, '@.records', '{"id": 1, "region": "north"}', '{"class": "plain", "person_id": null, "office_id": null, "sort": "other"}'); UPDATE records SET class = 'plain', person_id = NULL, office_id = NULL, sort = 'other' WHERE id = 1$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('a restriction and its end take no row out of its hold', 'postgres',
    $$SELECT retention.restrict('@', 1, 'accuracy contested'); SELECT retention.inform_of_lifting(max(restriction_id)) FROM retention.restriction; SELECT retention.lift_restriction(max(restriction_id)) FROM retention.restriction; SELECT set_config('retention.test_now', '2030-06-01 12:00:01+00', true)$$, means => 'unprotected');
SELECT lab.try('a row that is brought back keeps its hold', 'postgres',
    $$SET LOCAL retention.reveal = on; UPDATE retention.policy SET quarantine_for = '20 years' WHERE name = '@ main'; SELECT retention.reinstate('@.records', '{"id": 3, "region": "north"}'::jsonb)$$, means => 'unprotected', scopes => '{row,subject,condition,table,policy}', shapes => 'one');
SELECT lab.try('types that are released take no row out of its hold', 'postgres',
    $$SELECT retention.release_types()$$, means => 'unprotected');
SELECT lab.try('a kind that is deleted takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DELETE FROM retention.subject_link WHERE kind = '@'; DELETE FROM retention.subject_kind WHERE kind = '@'$$, means => 'unprotected');
SELECT lab.try('a link that is deleted takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DELETE FROM retention.subject_link WHERE kind = '@'; UPDATE records SET person_id = 2, office_id = 2$$, means => 'unprotected');
SELECT lab.try('a kind with another name takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.subject_link SET kind = '@ else' WHERE kind = '@'; UPDATE retention.subject_kind SET kind = '@ else' WHERE kind = '@'; UPDATE records SET class = class$$, means => 'unprotected');
SELECT lab.try('a kind of fewer rows takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.subject_kind SET applies_to = 'id > 1' WHERE kind = '@'; UPDATE records SET class = class$$, means => 'unprotected');
SELECT lab.try('a link with another role takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE retention.subject_link SET role = 'mentioned' WHERE kind = '@'; UPDATE records SET class = class$$, means => 'unprotected');

-- The record of holds.
SELECT lab.try('no hold is deleted', 'clerk holder postgres',
    $$DELETE FROM retention.hold$$, means => 'refused');
SELECT lab.try('no hold is deleted by one who was granted it', 'postgres',
    $$GRANT ALL ON ALL TABLES IN SCHEMA retention TO holder; SET LOCAL ROLE holder; DELETE FROM retention.hold$$, means => 'refused');
SELECT lab.try('no hold is lifted by an UPDATE', 'clerk holder postgres',
    $$UPDATE retention.hold SET lifted_at = now()$$, means => 'refused');
SELECT lab.try('no hold gets another reach', 'postgres',
    $$UPDATE retention.hold SET relation = 'pg_class', policy_id = 0, kind = 'nobody', key = '0', condition = 'false'$$, means => 'refused');
SELECT lab.try('no hold is deleted under a replica role', 'postgres',
    $$SET LOCAL session_replication_role = replica; DELETE FROM retention.hold$$, means => 'refused');
SELECT lab.try('no hold is written over by MERGE', 'postgres',
    $$MERGE INTO retention.hold h USING (VALUES (1)) v (x) ON true WHEN MATCHED THEN DELETE$$, means => 'refused');
SELECT lab.try('no hold is made up', 'postgres',
    $$INSERT INTO retention.hold (name, reason, ground, scope, relation, owner, review_on, placed_at, placed_by) VALUES ('a', 'b', '17(3)(e)', 'table', '@.records', 'c', now(), now(), 'd')$$, means => 'refused');
SELECT lab.try('holds are not TRUNCATEd', 'postgres',
    $$TRUNCATE retention.hold CASCADE$$, means => 'refused');
SELECT lab.try('the table of holds is not dropped', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TABLE retention.hold CASCADE$$, means => 'refused');
SELECT lab.try('the table of holds gets no other name', 'postgres',
    $$ALTER TABLE retention.hold RENAME TO held$$, means => 'refused');
SELECT lab.try('the table of holds gets no other schema', 'postgres',
    $$ALTER TABLE retention.hold SET SCHEMA public$$, means => 'refused');
SELECT lab.try('the table of holds gets no other columns', 'postgres',
    $$ALTER TABLE retention.hold DROP COLUMN lifted_at CASCADE$$, means => 'refused');
SELECT lab.try('the table of holds gets no other values', 'postgres',
    $$ALTER TABLE retention.hold ALTER lifted_at TYPE timestamptz USING now()$$, means => 'refused');
SELECT lab.try('the triggers of holds call nothing else', 'postgres',
    $$CREATE OR REPLACE FUNCTION retention.keep_hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'$$, means => 'refused');
SELECT lab.try('no rule writes holds', 'postgres',
    $$CREATE RULE lift AS ON INSERT TO retention.hold DO INSTEAD NOTHING; SELECT retention.place_hold('new', 'x', '17(3)(e)', relation => '@.persons')$$, means => 'refused');
SELECT lab.try('row security hides no hold', 'postgres',
    $$ALTER TABLE retention.hold ENABLE ROW LEVEL SECURITY$$, means => 'unprotected');
SELECT lab.try('the numbers of holds do not begin again', 'postgres',
    $$ALTER SEQUENCE retention.hold_hold_id_seq RESTART; SELECT retention.place_hold('new', 'x', '17(3)(e)', relation => '@.persons')$$, means => 'refused');
SELECT lab.try('nobody lifts a hold without leave', 'clerk holder',
    $$SELECT retention.lift_hold(1, 'none')$$, means => 'refused');
SELECT lab.try('nobody lifts many holds without leave', 'clerk holder',
    $$SELECT retention.lift_holds('{1,2}', 'none')$$, means => 'refused');
SELECT lab.try('nobody puts a review off without leave', 'clerk holder',
    $$SELECT retention.review_hold(1, '2999-01-01')$$, means => 'refused');
SELECT lab.try('nobody places a hold without leave', 'clerk holder',
    $$SELECT retention.place_hold('new', 'x', '17(3)(e)', relation => '@.persons')$$, means => 'refused');
SELECT lab.try('a hold is not lifted without a reason', 'postgres',
    $$SELECT retention.lift_hold(1, ' ')$$, means => 'refused');
SELECT lab.try('nobody reads what is held without leave', 'clerk holder',
    $$SELECT * FROM retention.hold$$, means => 'refused');
SELECT lab.try('nobody reads held rows without leave', 'clerk holder',
    $$SELECT * FROM retention.held_rows(1)$$, means => 'refused');
SELECT lab.try('a superuser who is not named reads no held rows', 'postgres',
    $$SELECT * FROM retention.held_rows(1)$$, means => 'refused');

-- Other holds that are lifted.
SELECT lab.try('another hold that is lifted frees no kept row', 'postgres',
    $$SELECT retention.place_hold('other', 'x', '17(3)(e)', relation => '@.records', condition => 'true'); SELECT retention.lift_hold(max(hold_id), 'done') FROM retention.hold$$, means => 'unprotected', scopes => '{row,subject,condition,table,policy}');
SELECT lab.try('an update of a row whose way is gone frees it not', 'clerk postgres',
    $$UPDATE records SET person_id = NULL; UPDATE offices SET person_id = 2 WHERE id = 1; UPDATE records SET level = NULL$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a row whose way is gone goes to another partition and stays held', 'clerk postgres',
    $$UPDATE records SET person_id = NULL; UPDATE offices SET person_id = 2 WHERE id = 1; UPDATE records SET region = 'west' WHERE id = 1$$, means => 'unprotected', scopes => '{subject}', shapes => 'parts');

SELECT * FROM finish();
ROLLBACK;
