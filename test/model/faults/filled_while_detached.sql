-- A partition is detached, and a row that was anonymised is filled again there; then it is attached. When it is stamped the row keeps its
-- flag: it is visible for ever, and no sweep takes it again.
-- Should: the flag falls when the row is stamped, for it holds a value that its anonymiser would not leave.
SET retention.test_now = '2030-03-01 12:00+00';
CREATE TABLE notes (id int, region text, left_on date, body text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE notes_south PARTITION OF notes FOR VALUES IN ('south');
INSERT INTO notes VALUES (1, 'south', '2030-01-01', 'Kari');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('notes', 'body', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
    VALUES ('notes', 'notes', '{left_on}', '0 days', 'anonymise', 'enforce');
CALL retention.sweep();
ALTER TABLE notes DETACH PARTITION notes_south;
UPDATE notes_south SET body = 'Ola' WHERE id = 1;
ALTER TABLE notes ATTACH PARTITION notes_south FOR VALUES IN ('south');
CALL retention.sweep();
SET retention.reveal = on;
SELECT id, body, retention_clock FROM notes;
