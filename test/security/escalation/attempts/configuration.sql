-- attempt: a role that may write policies changes applies_to to 'evil.cond(name)' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET applies_to = 'evil.cond(name)' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes clock_starts to '{left_on,left_on}' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET clock_starts = '{left_on,left_on}' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes keep_for to '1 hour' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET keep_for = '1 hour' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes quarantine_for to '1 year' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET quarantine_for = '1 year' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes action to 'anonymise' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET action = 'anonymise' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes must_keep_for to '10 years' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET must_keep_for = '10 years' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes legal_access to '{dpo}' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET legal_access = '{dpo}' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes mode to 'off' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET mode = 'off' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes mode to 'enforce' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET mode  = 'enforce' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes priority to 1 of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET priority = 1 WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes starts_when to 'all' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET starts_when = 'all' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes if_referenced to 'block' of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET if_referenced = 'block' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies changes policy_id to 99 of a superuser's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.policy SET policy_id = 99 WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a role that may write policies moves a policy to a superuser's table
-- expect: refused 42501: must be owner of table t in field "relation"
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('m', 'evil.t', '{left_on}', '1 day', 'delete', 'evil.cond(name)');
UPDATE retention.policy SET relation = 'su.t' WHERE name = 'm';
-- as postgres
CALL retention.sweep();

-- attempt: a policy is deleted by who does not own its table
-- expect: refused 42501: must be owner of table t in field "relation"
-- never: NOT EXISTS (SELECT FROM retention.policy WHERE name = 'su')
-- as dpo
DELETE FROM retention.policy WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is written for a superuser's table
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'su.t', '{left_on}', '1 day', 'delete', 'evil.cond(name)');
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is upserted
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('su', 'bobs.t', '{left_on}', '1 day', 'delete') ON CONFLICT (name) DO UPDATE SET applies_to = 'evil.cond(name)';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is merged
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
MERGE INTO retention.policy p USING (VALUES ('su')) v (name) ON p.name = v.name WHEN MATCHED THEN UPDATE SET applies_to = 'evil.cond(name)';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is copied in
-- expect: refused 42501: must be owner of table t in field "relation"
-- run: database
-- as dpo
COPY retention.policy (name, relation, clock_starts, keep_for, action, applies_to) FROM stdin;
e	su.t	{left_on}	1 day	delete	evil.cond(name)
\.
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is changed through a view
-- expect: refused 42501: must be owner
-- as postgres
CREATE VIEW su.v AS SELECT * FROM retention.policy;
GRANT SELECT, UPDATE ON su.v TO dpo;
-- as dpo
UPDATE su.v SET applies_to = 'evil.cond(name)' WHERE name = 'su';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is changed in a WITH
-- expect: refused 42501: must be owner
-- as dpo
WITH u AS (UPDATE retention.policy SET applies_to = 'evil.cond(name)' WHERE name = 'su' RETURNING 1) SELECT count(*) FROM u;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a policy is changed by a rule of the attacker's
-- expect: refused 42501: must be owner
-- as mallory
CREATE TABLE evil.r (i int);
CREATE RULE r AS ON INSERT TO evil.r DO ALSO UPDATE retention.policy SET applies_to = 'evil.cond(name)' WHERE name = 'su';
INSERT INTO evil.r VALUES (1);
-- as postgres
CALL retention.sweep();

-- attempt: what the extension keeps of a policy is written
-- expect: nothing
-- never: EXISTS (SELECT FROM retention.policy WHERE name = 'su' AND NOT validated)
-- as dpo
UPDATE retention.policy SET written_for = 'dpo'::regrole, validated = false, ready = true WHERE name = 'su';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: retention.policy is truncated
-- expect: refused 0A000: cannot truncate
-- never: NOT EXISTS (SELECT FROM retention.policy)
-- as dpo
TRUNCATE retention.policy CASCADE;

-- attempt: retention.personal_column is truncated
-- expect: refused 0A000: cannot truncate
-- never: NOT EXISTS (SELECT FROM retention.personal_column)
-- as dpo
TRUNCATE retention.personal_column CASCADE;

-- attempt: retention.subject_kind is truncated
-- expect: refused 0A000: cannot truncate
-- never: NOT EXISTS (SELECT FROM retention.subject_kind)
-- as dpo
TRUNCATE retention.subject_kind CASCADE;

-- attempt: retention.subject_link is truncated
-- expect: refused 0A000: cannot truncate
-- never: NOT EXISTS (SELECT FROM retention.subject_link)
-- as dpo
TRUNCATE retention.subject_link CASCADE;

-- attempt: a policy is written for a table that is another owner's
-- expect: refused 42501: must be owner of table t in field "relation"
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'bobs.t', '{left_on}', '1 day', 'delete', 'evil.cond(name)');

-- attempt: a path leads through another owner's table
-- expect: refused 42501: must be owner of table t on path
-- never: EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'bobs.t'::regclass AND tgname = '~retention_path')
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int REFERENCES bobs.t);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', 'evil.c', '{t_id.left_on}', '1 day', 'delete');

-- attempt: a path leads through another owner's table, from one that has a clock already
-- expect: refused 42501: must be owner of table t on path
-- never: EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'bobs.t'::regclass AND tgname = '~retention_path')
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int REFERENCES bobs.t, k retention.clock NOT NULL DEFAULT 'none');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', 'evil.c', '{t_id.left_on}', '1 day', 'delete');
-- as postgres
SELECT retention.resume();
CALL retention.sweep();

-- attempt: a path is turned to another owner's table
-- expect: refused 42501: must be owner of table t on path
-- never: EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'bobs.t'::regclass AND tgname = '~retention_path')
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int);
ALTER TABLE evil.c ADD CONSTRAINT zz FOREIGN KEY (t_id) REFERENCES evil.t;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', 'evil.c', '{t_id.left_on}', '1 day', 'delete');
ALTER TABLE evil.c DROP CONSTRAINT zz, ADD CONSTRAINT aa FOREIGN KEY (t_id) REFERENCES bobs.t;

-- attempt: a path is written before it leads to another owner's table
-- expect: refused (42501|42830): .*
-- never: EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'bobs.t'::regclass AND tgname = '~retention_path')
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int, k retention.clock NOT NULL DEFAULT 'none');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', 'evil.c', '{t_id.left_on}', '1 day', 'delete');
ALTER TABLE evil.c ADD FOREIGN KEY (t_id) REFERENCES bobs.t;
-- as postgres
SELECT retention.resume();
CALL retention.sweep();

-- attempt: an anonymiser for a superuser's column is declared
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('su.t', 'left_on', 'name', 'function', 'evil.anon');
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: an anonymiser for a superuser's column is changed
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.personal_column SET anonymise = 'function', argument = 'evil.anon' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: the category of a superuser's column is changed
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.personal_column SET category = 'free text' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a constant for a superuser's column is written
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.personal_column SET anonymise = 'constant', constant = 'x' WHERE relation = 'su.t'::regclass;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a superuser's personal column is forgotten
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
DELETE FROM retention.personal_column;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a declaration is moved to a superuser's table
-- expect: refused 42501: must be owner of table t in field "relation"
-- as mallory
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('evil.t', 'name', 'name', 'function', 'evil.anon');
UPDATE retention.personal_column SET relation = 'su.t', column_name = 'id' WHERE relation = 'evil.t'::regclass;

-- attempt: a declaration is taken from a superuser's table
-- expect: refused 42501: must be owner of table t in field "relation"
-- as mallory
UPDATE retention.personal_column SET relation = 'evil.t';

-- attempt: a superuser's table is declared to be of persons
-- expect: refused 42501: must be owner of table child in field "relation"
-- as dpo
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'su.child');
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a kind of persons is moved to a superuser's table
-- expect: refused 42501: must be owner of table child in field "relation"
-- as mallory
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
UPDATE retention.subject_kind SET relation = 'su.child' WHERE kind = 'e';

-- attempt: a kind of persons is renamed by who does not own its table
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.subject_kind SET kind = 'e';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: what identifies a superuser's persons is changed
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
UPDATE retention.subject_kind SET identifying = '{name}';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a superuser's kind of persons is removed
-- expect: refused 42501: must be owner of table t in field "relation"
-- as dpo
DELETE FROM retention.subject_kind;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a kind is removed to which another's table leads
-- expect: refused 42501: must be owner of table m in retention.subject_link
-- as postgres
CREATE TABLE su.m (id int PRIMARY KEY, t int REFERENCES evil.t);
SET ROLE mallory;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('e', 'evil.t');
RESET ROLE;
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('e', 'su.m', 't');
-- as mallory
DELETE FROM retention.subject_kind WHERE kind = 'e';

-- attempt: a superuser's table is linked
-- expect: refused 42501: must be owner
-- as dpo
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('su', 'su.child', 'id');
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a superuser's table is linked, as checked
-- expect: refused 42501: must be owner
-- as dpo
INSERT INTO retention.subject_link (kind, relation, path, validated) VALUES ('su', 'su.child', 'x.y', true);
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a link is turned
-- expect: refused 42501: must be owner
-- as dpo
UPDATE retention.subject_link SET role = 'mentioned';
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a link is removed
-- expect: refused 42501: must be owner
-- as dpo
DELETE FROM retention.subject_link;
-- as postgres
CALL retention.sweep();
INSERT INTO su.t VALUES (9, 'n', '2020-01-01');
UPDATE su.t SET name = 'z' WHERE id = 2;

-- attempt: a link leads to another owner's persons
-- expect: refused 42501: must be owner of table t on path
-- as postgres
INSERT INTO retention.subject_kind (kind, relation) VALUES ('bobs', 'bobs.t');
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int REFERENCES bobs.t);
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('bobs', 'evil.c', 't_id');

-- attempt: a link leads to another owner's persons, as checked
-- expect: refused 42501: must be owner of table t on path
-- as postgres
INSERT INTO retention.subject_kind (kind, relation) VALUES ('bobs', 'bobs.t');
-- as mallory
CREATE TABLE evil.c (id int PRIMARY KEY, t_id int REFERENCES bobs.t);
INSERT INTO retention.subject_link (kind, relation, path, validated) VALUES ('bobs', 'evil.c', 't_id', true);
