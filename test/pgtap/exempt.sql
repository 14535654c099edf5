-- What is exempt is exempt by itself: what runs inside is not. (What an ordinary role may try is in test/security.)
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
BEGIN;
SELECT plan(23);
SET LOCAL retention.test_now = '2030-06-01 12:00+00';
CREATE ROLE exempt_owner;
GRANT CREATE ON DATABASE :"DBNAME" TO exempt_owner;
SET LOCAL ROLE exempt_owner;
CREATE SCHEMA own;
GRANT USAGE ON SCHEMA own TO PUBLIC;

-- A trigger of the owner, inside a sweep that writes clocks, cannot write those of other rows, nor delete what is mandatory.
CREATE TABLE own.book (id int PRIMARY KEY, note text, issued_on date);
CREATE TABLE own.guest (id int PRIMARY KEY, name text, left_on date);
CREATE FUNCTION own.release() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
	UPDATE own.book SET retention_clock = 'none';
	IF OLD.name = 'Kari' THEN DELETE FROM own.book; END IF;
	RETURN NEW;
END$$;
CREATE TRIGGER a_release BEFORE UPDATE ON own.guest FOR EACH ROW EXECUTE FUNCTION own.release();
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('own.guest', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
	('books', 'own.book', '{issued_on}', '10 years', 'delete', '10 years', 'Bookkeeping Act', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('guests', 'own.guest', '{left_on}', '1 day', 'anonymise', 'enforce');
INSERT INTO own.book VALUES (1, 'voucher', '2028-02-01');
INSERT INTO own.guest VALUES (1, 'Kari', '2029-01-01'), (2, 'Ola', '2029-01-01');
SET LOCAL retention.test_now = '2030-06-01 12:00+00';
CALL retention.sweep();
SELECT isnt((SELECT retention.starts_at(retention_clock) FROM own.book), NULL, 'a trigger fired by a sweep writes no other row''s clock');
SELECT is((SELECT count(*) FROM retention.blocked_row WHERE relation = 'own.guest'::regclass), 1::bigint, 'the row whose trigger tried to delete it is listed as blocked');
SELECT results_eq('SELECT id, name FROM own.guest', 'VALUES (2, NULL::text)', 'the row whose trigger only wrote a clock is anonymised');
DELETE FROM own.guest;
SELECT throws_ok('DELETE FROM own.book', 'RT001', NULL, 'the mandatory row is still mandatory');

-- Rules of the owner of what a sweep writes.
SET LOCAL ROLE exempt_owner;
CREATE TABLE own.due (id int PRIMARY KEY, left_on date);
CREATE TABLE own.loot (t text);
CREATE RULE also AS ON DELETE TO own.due DO ALSO INSERT INTO own.loot SELECT name FROM own.guest;
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('due', 'own.due', '{left_on}', '1 day', 'delete', 'enforce');
INSERT INTO own.due VALUES (1, '2029-01-01');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM own.loot), 0::bigint, 'a rule fired by a sweep sees no hidden row');
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM own.due), 0::bigint, 'a row whose sweep fires a rule is gone');
SET LOCAL retention.reveal = off;
DROP RULE also ON own.due;

SET LOCAL ROLE exempt_owner;
CREATE RULE instead AS ON DELETE TO own.due DO INSTEAD NOTHING;
RESET ROLE;
INSERT INTO own.due VALUES (2, '2029-01-01');
CALL retention.sweep();
SELECT matches((SELECT reason FROM retention.blocked_row WHERE relation = 'own.due'::regclass), 'a rule of the table replaces',
	'a rule that replaces what a sweep does is the reason of a blocked row');
DROP RULE instead ON own.due;

SET LOCAL ROLE exempt_owner;
CREATE RULE condition AS ON DELETE TO own.due WHERE EXISTS (SELECT FROM own.guest WHERE name = 'Kari') DO INSTEAD NOTHING;
RESET ROLE;
SET LOCAL retention.test_now = '2030-06-03 12:00+00';
CALL retention.sweep();
SELECT matches((SELECT reason FROM retention.blocked_row WHERE relation = 'own.due'::regclass), 'a conditional rule of table "due"',
	'a rule whose condition would see hidden rows is the reason of a blocked row');
DROP RULE condition ON own.due;
SET LOCAL retention.test_now = '2030-06-09 12:00+00';
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM own.due), 0::bigint, 'without the rule the row goes by itself');
SET LOCAL retention.reveal = off;

-- The cascade that a conditional rule would blind is refused.
SET LOCAL ROLE exempt_owner;
CREATE TABLE own.parent (id int PRIMARY KEY);
CREATE TABLE own.child (id int PRIMARY KEY, parent_id int REFERENCES own.parent ON DELETE CASCADE, left_on date);
CREATE RULE condition AS ON DELETE TO own.child WHERE EXISTS (SELECT FROM own.guest WHERE name = 'Kari') DO INSTEAD NOTHING;
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('child', 'own.child', '{left_on}', '1 day', '10 years', 'delete', 'enforce');
INSERT INTO own.parent VALUES (1);
INSERT INTO own.child VALUES (1, 1, '2029-01-01');
SELECT throws_ok('DELETE FROM own.parent', '0A000', NULL, 'a cascade with a rule''s condition in it is refused, and leaves no orphan in silence');
DROP RULE condition ON own.child;
SELECT lives_ok('DELETE FROM own.parent', 'without the rule the cascade works');
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM own.child), 0::bigint, 'the cascade takes the hidden child');
SET LOCAL retention.reveal = off;

-- A column may stand in a foreign key twice.
CREATE TABLE own.pair (k int, l int, PRIMARY KEY (k, l));
CREATE TABLE own.twice (a int, left_on date, FOREIGN KEY (a, a) REFERENCES own.pair (k, l) ON DELETE CASCADE);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('twice', 'own.twice', '{left_on}', '1 day', '10 years', 'delete', 'enforce');
INSERT INTO own.pair VALUES (1, 1);
INSERT INTO own.twice VALUES (1, '2029-01-01');
SELECT lives_ok('DELETE FROM own.pair', 'a cascade follows a key in which a column stands twice');

-- What carries a parent's changes down stays, also where the parent is not governed.
CREATE TABLE own.firm (id int PRIMARY KEY, ended date);
CREATE TABLE own.clerk (id int PRIMARY KEY, firm_id int REFERENCES own.firm);
ALTER TABLE own.firm OWNER TO exempt_owner;
ALTER TABLE own.clerk OWNER TO exempt_owner;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('clerk', 'own.clerk', '{firm_id.ended}', '1 day', 'delete', 'enforce');
CREATE TABLE own.part (id int, left_on date, PRIMARY KEY (id));
ALTER TABLE own.part OWNER TO exempt_owner;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('part', 'own.part', '{left_on}', '1 day', 'delete', 'enforce');
SELECT tgname AS path_trigger FROM pg_trigger t WHERE tgrelid = 'own.firm'::regclass AND NOT tgisinternal \gset
SET LOCAL ROLE exempt_owner;
SELECT throws_ok('ALTER TABLE own.firm DISABLE TRIGGER USER', '42501', NULL, 'the trigger of a path is not disabled with the others');
SELECT throws_ok(format('ALTER TABLE own.firm DISABLE TRIGGER %I', :'path_trigger'), '42501', NULL, 'the trigger of a path is not disabled by its name');
SELECT throws_ok(format('DROP TRIGGER %I ON own.firm', :'path_trigger'), '42501', NULL, 'the trigger of a path is not dropped');
CREATE TABLE own.root (LIKE own.part) PARTITION BY RANGE (id);
CREATE FUNCTION own.wipe() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.retention_clock := 'none'; RETURN NEW; END$$;
CREATE TRIGGER "~z" BEFORE INSERT OR UPDATE ON own.root FOR EACH ROW EXECUTE FUNCTION own.wipe();
SELECT throws_ok('ALTER TABLE own.root ATTACH PARTITION own.part FOR VALUES FROM (1) TO (9)', '42501', NULL,
	'no trigger of a partitioned table comes behind those of a partition');
DROP TRIGGER "~z" ON own.root;
SELECT lives_ok('ALTER TABLE own.root ATTACH PARTITION own.part FOR VALUES FROM (1) TO (9)', 'a partition without such a trigger is attached');
SELECT throws_ok('CREATE TRIGGER "~z" BEFORE INSERT OR UPDATE ON own.root FOR EACH ROW EXECUTE FUNCTION own.wipe()', '42501', NULL,
	'no trigger is put behind those of a partition by the partitioned table afterwards');
RESET ROLE;

-- Operators of one argument are asked, too, whether they may fail.
CREATE TABLE own.line (id int, l lseg, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('line', 'own.line', '{left_on}', '1 day', 'delete', 'enforce');
INSERT INTO own.line VALUES (1, '[(0,0),(1,0)]', NULL);
SELECT is((SELECT count(*) FROM own.line WHERE ?- l AND NOT (?| l)), 1::bigint, 'a condition with a prefix operator is planned');

-- A dry run that fails leaves the transaction as it was.
INSERT INTO retention.subject_kind (kind, relation) VALUES ('guest', 'own.guest');
SELECT throws_ok($$SELECT retention.erase('guest', 100, dry_run => true)$$, NULL, NULL, 'a dry run of nobody is an error');
SELECT is((SELECT count(*) FROM pg_class WHERE relname = 'guest' AND relnamespace = 'own'::regnamespace), 1::bigint, 'the transaction goes on after a dry run that is an error');

-- A function that a user wrote is given no key of a hidden row.
SET LOCAL ROLE exempt_owner;
CREATE TYPE own.letter AS ENUM ('a', 'b');
CREATE FUNCTION own.number(letter own.letter) RETURNS int LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'number of %', letter; RETURN 1; END$$;
CREATE CAST (own.letter AS int) WITH FUNCTION own.number(own.letter) AS IMPLICIT;
CREATE TABLE own.numbers (id int PRIMARY KEY);
CREATE TABLE own.letters (letter own.letter REFERENCES own.numbers, left_on date);
INSERT INTO own.numbers VALUES (1);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('letters', 'own.letters', '{left_on}', '1 day', 'delete', 'enforce');
INSERT INTO own.letters VALUES ('a', '2029-01-01');
SELECT throws_ok('DELETE FROM own.numbers', '0A000', 'a foreign key of governed table "letters" compares its keys with a function that a user wrote',
	'a function that casts the keys of a foreign key is not called with those of hidden rows');

SELECT * FROM finish();
ROLLBACK;
