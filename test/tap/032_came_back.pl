# Erased persons who are there again, after an import or the restore of a table, are told.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $place) = keyed_node('came_back', q{retention.test_now = '2040-12-20 10:00:00 Europe/Oslo'});
sub ask { my ($query) = @_; return $node->safe_psql('postgres', $query) }
ask(q{CREATE EXTENSION pg_retention; CREATE EXTENSION citext;
	CREATE TABLE p (id int PRIMARY KEY, name text, email text, since date, note text);
	CREATE TABLE badge (site citext, number int, holder text, PRIMARY KEY (site, number)) PARTITION BY RANGE (number);
	CREATE TABLE badge1 PARTITION OF badge FOR VALUES FROM (0) TO (100);
	CREATE TABLE badge2 PARTITION OF badge FOR VALUES FROM (100) TO (10000000);
	CREATE TABLE login (username text PRIMARY KEY, name text);
	CREATE TABLE patient (id int PRIMARY KEY, name text, at date);
	INSERT INTO retention.personal_column (relation, column_name, category) SELECT r::regclass, c, g FROM (VALUES ('p', 'name', 'name'), ('p', 'email', 'email'), ('badge', 'holder', 'name'),
		('login', 'name', 'name'), ('patient', 'name', 'name')) x (r, c, g);
	UPDATE retention.personal_column SET required_by_law = true WHERE relation = 'patient'::regclass;
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('p', 'p', '{since}', '90 years', 'anonymise', 'enforce');
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES ('patients', 'patient', '{at}', '10 years', '10 years', 'delete', 'enforce');
	INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('p', 'p', '{email}'), ('badge', 'badge', '{}'), ('login', 'login', '{username}'), ('patient', 'patient', '{}');
	INSERT INTO p SELECT i, 'Kari Lie ' || i, 'kari' || i || '@x.example', '2039-01-01', repeat('x', 400) FROM generate_series(1, 3000) i;
	INSERT INTO badge SELECT 'Oslo', i * 60, 'Per Moen ' || i FROM generate_series(1, 3) i;
	INSERT INTO login VALUES ('kari.lie', 'Kari Lie'), ('olamo', 'Ola Moe');
	INSERT INTO patient VALUES (1, 'Eva Dal', '2040-01-01');
	CALL retention.sweep(); CALL retention.verify_erasures()});
my ($status, $out, $error) = $node->psql('postgres', 'SELECT * FROM retention.came_back()');
like($error, qr/no key for the list of erasures is set/, 'without a key nobody is known');
is(ask('SELECT count(*) FROM retention.return_run'), '0', 'without a key nobody is looked for');
ask("ALTER SYSTEM SET retention.erasure_key_file = '$place/key'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.erasure_key_file') <> ''");
sub back { return ask("SELECT string_agg(kind || ' ' || key::text, ', ' ORDER BY kind, key) FROM retention.came_back()") }
sub told { return ask("SELECT string_agg(object || ': ' || hint, ', ' ORDER BY object) FROM retention.check() WHERE what = 'erased person does not come back'") }
sub found { return ask("SELECT string_agg(relation || ' ' || last_found, ', ' ORDER BY relation::text) FROM retention.return_run WHERE last_found > 0") }
ask(q{SELECT retention.erase('p', i) FROM unnest('{1,2,3000}'::int[]) i; SELECT retention.erase('badge', jsonb_build_object('site', 'OSLO', 'number', i)) FROM unnest('{60,120}'::int[]) i;
	SELECT retention.erase('login', 'kari.lie'::text); SELECT retention.erase('patient', 1)});

# Rows that stayed where they were.
is(ask("SELECT count(*) FROM p WHERE id IN (1, 2, 3000) AND name IS NULL") . ask("SELECT count(*) FROM login WHERE username = 'kari.lie' AND name IS NULL")
	. ask("SET retention.reveal = on; SELECT count(*) FROM patient WHERE name = 'Eva Dal'"), '311', 'anonymised rows are there, with their keys, and one that the law keeps');
is(back(), '', 'rows that an erasure left are not back');
ask('CALL retention.verify_erasures()');
is(found(), '', 'rows that an erasure left are not found');
is(told(), '', 'check is content with what an erasure left');
is(ask('SELECT count(*) FROM retention.return_run WHERE last_finished IS NOT NULL'), '5', 'tables of all kinds, and each partition, are looked through');

# They come back: by a restore over the row, as a new one, in another table of a kind, in one partition of two, under another writing of the key.
ask(q{UPDATE p SET name = 'Kari Lie 1' WHERE id = 1; UPDATE p SET email = ' KARI3000@x.example' WHERE id = 3000; UPDATE login SET name = 'Kari Lie' WHERE username = 'kari.lie';
	DELETE FROM badge WHERE number = 60; INSERT INTO badge VALUES ('oslo', 60, 'Per Moen 1')});
is(back(), 'badge {"site": "oslo", "number": 60}, login "kari.lie", p 1, p 3000', 'persons who are there again are listed');
is(ask('SELECT DISTINCT erased_at FROM retention.came_back()'), '2040-12-20 09:00:00+00', 'the list says when they were erased');
ask('CALL retention.verify_erasures()');
is(found(), 'badge1 1, login 1, p 2', 'a round counts who is there again in each table');
is(told(), 'public.badge1: 1 rows of erased persons are there again: see retention.came_back(), and erase them., public.login: 1 rows of erased persons are there again: see retention.came_back(), and erase them., '
	. 'public.p: 2 rows of erased persons are there again: see retention.came_back(), and erase them.', 'check tells who is there again');
is(ask("SELECT problem FROM retention.status WHERE name = 'p'"), '2 rows of erased persons are there again: see retention.came_back()', 'status tells who is there again');

# Who only has the key is somebody else.
ask(q{UPDATE p SET name = 'Ola Moe', email = 'ola@x.example' WHERE id = 2; INSERT INTO badge VALUES ('Bergen', 120, 'Per Moen 2'); UPDATE badge SET holder = 'Tor Ask' WHERE site = 'Oslo' AND number = 120});
is(back(), 'badge {"site": "oslo", "number": 60}, login "kari.lie", p 1, p 3000', 'who only has the key of somebody erased is not back');

# They are erased again.
ask("SELECT retention.erase('p', 3000)");
is(told(), '', 'what was found is looked for anew when somebody is erased');
ask('CALL retention.verify_erasures()');
is(found(), 'badge1 1, login 1, p 1', 'the next round counts who is left');
is(ask('SELECT sum(erased) FROM retention.replay_erasures(retention.erasure_list())'), '3', 'a replay erases who is there again');
is(back(), '', 'nobody is back after a replay');
is(told(), '', 'what was found is looked for anew after a replay');

# A company that has the number of somebody erased is no person.
ask(q{UPDATE p SET name = 'Kari Lie 1' WHERE id = 1});
is(back(), 'p 1', 'who comes back again is told again');
ask(q{UPDATE retention.subject_kind SET applies_to = 'id <> 1' WHERE kind = 'p'});
is(back(), '', 'what is no person is not back');
ask('CALL retention.verify_erasures()');
is(found(), '', 'what is no person is not found by a round');
ask(q{UPDATE retention.subject_kind SET applies_to = NULL WHERE kind = 'p'; UPDATE p SET name = NULL WHERE id = 1; DELETE FROM retention.return_run});

# A kind that no longer fits the schema.
ask(q{CREATE TABLE odd (id int PRIMARY KEY, code text, name text); ALTER TABLE odd ADD CONSTRAINT odd_code UNIQUE (code); INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('odd', 'odd', '{code}');
	SET retention.confirm_drop = on; ALTER TABLE odd DROP CONSTRAINT odd_code});
($status, $out, $error) = $node->psql('postgres', 'CALL retention.verify_erasures()');
is($status, 0, 'a kind that does not fit the schema ends no pass');
like($error, qr/looking for erased persons: kind "odd" does not fit the schema/, 'a kind that does not fit the schema is said');
ask(q{DELETE FROM retention.subject_kind WHERE kind = 'odd'});

# A round goes on where it was, and begins anew where the table was rewritten.
ask(q{UPDATE p SET name = 'Kari Lie 1' WHERE id = 1; ALTER SYSTEM SET retention.naptime = 1; ALTER SYSTEM SET retention.worker_nice_ratio = 0; ALTER SYSTEM SET retention.verify_blocks = 100;
	ALTER SYSTEM SET retention.worker = on});
$node->reload;
ok($node->poll_query_until('postgres', q{SELECT count(*) = 5 FROM retention.return_run WHERE last_finished IS NOT NULL}), 'the worker comes to the end of its round');
is(found(), 'p 1', 'the worker finds who is there again');
ask(q{UPDATE p SET name = NULL WHERE id = 1});
# What is due is looked through in the next pass, and the one after it begins when that has ended.
for my $table ('login', 'patient') {
	ask("UPDATE retention.return_run SET last_finished = NULL WHERE relation = '$table'::regclass");
	ok($node->poll_query_until('postgres', "SELECT last_finished IS NOT NULL FROM retention.return_run WHERE relation = '$table'::regclass"), "the worker looks through table $table when it is due");
}
is(found(), 'p 1', 'a day lies between two rounds of the worker');
ask(q{ALTER SYSTEM SET retention.test_now = '2040-12-22 10:00:00 Europe/Oslo'});
$node->reload;
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM retention.return_run WHERE last_found > 0}), 'the next round finds that the person is gone');

$node->stop;
done_testing();
