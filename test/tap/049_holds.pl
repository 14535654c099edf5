# Legal holds are carried with their rows: by a dump, by the server itself, and where changes come by replication. Before resume() held rows are
# as safe as after it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('holds');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
wal_retrieve_retry_interval = 100ms
fsync = off
});
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub said {
	my ($on, $database, $sql) = @_;
	my ($status, $out, $error) = $on->psql($database, $sql);
	return $status == 0 ? $out : $error;
}
my $left = q{SET retention.reveal = on; SELECT string_agg(t || id, ' ' ORDER BY t, id) FROM (SELECT 'n' AS t, id FROM notes UNION ALL SELECT 'b', id FROM books UNION ALL SELECT 'w', id FROM whole) x};
my $held = qr/a legal hold stands/;

# Notes 1 to 4: of a person, a row, a condition, and free. Another policy was there before, and is gone: numbers do not begin with 1.
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE gone (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('gone', 'gone', '{at}', '1 year', 'delete');
DELETE FROM retention.policy;
CREATE TABLE persons (id int PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY, about int, topic text, ended_on date);
CREATE TABLE books (id int PRIMARY KEY, ended_on date);
CREATE TABLE whole (id int PRIMARY KEY, ended_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('notes', 'notes', '{ended_on}', '1 year', '0 days', 'delete', 'enforce'), ('books', 'books', '{ended_on}', '1 year', '0 days', 'delete', 'enforce'),
	('whole', 'whole', '{ended_on}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'persons');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'notes', '(about = persons.id)');
INSERT INTO persons VALUES (1), (2);
INSERT INTO notes VALUES (1, 1, 'other', '2026-01-01'), (2, 2, 'other', '2026-01-01'), (3, 2, 'claim', '2026-01-01'), (4, 2, 'other', '2026-01-01');
INSERT INTO books VALUES (1, '2026-01-01');
INSERT INTO whole VALUES (1, '2026-01-01');
SELECT retention.place_hold('a', 'court', '17(3)(e)', 1, kind => 'person'), retention.place_hold('b', 'court', '17(3)(e)', 2, relation => 'notes'),
	retention.place_hold('c', 'court', '17(3)(e)', relation => 'notes', condition => $$topic = 'claim'$$),
	retention.place_hold('d', 'court', '17(3)(e)', policy => 'books'), retention.place_hold('e', 'court', '17(3)(e)', relation => 'whole');
});
# It knows of the holds by what they name, whatever numbers are.
my $standing = q{SELECT h.hold_id, h.name, h.scope, p.name, h.relation FROM retention.standing_hold h LEFT JOIN retention.policy p USING (policy_id) ORDER BY 1};
my $stands = $node->safe_psql('postgres', $standing);
like($stands, qr/^4\|d\|policy\|books\|$/m, 'the hold on a policy names it');

# What has to be so wherever the rows are.
sub is_guarded {
	my ($on, $database, $where) = @_;
	is(said($on, $database, $standing), $stands, "$where: the same holds stand");
	like(said($on, $database, "DELETE FROM $_"), $held, "$where: held rows are not deleted: $_") for 'notes WHERE id = 1', 'notes WHERE id = 2', 'notes WHERE id = 3', 'books', 'whole';
	like(said($on, $database, "SET session_replication_role = replica; DELETE FROM notes WHERE id = $_"), $held, "$where: a replica deletes none: note $_") for 1 .. 3;
	like(said($on, $database, "SET retention.confirm_drop = on; TRUNCATE $_"), $held, "$where: $_ is not emptied") for qw(notes books whole);
	like(said($on, $database, "UPDATE notes SET about = 2 WHERE id = 1"), $held, "$where: a row is not written away from its person");
	like(said($on, $database, "UPDATE notes SET topic = 'other' WHERE id = 3"), $held, "$where: a row is not written away from its condition");
}
# After that, when time is over for all of it.
sub is_swept {
	my ($on, $database, $where) = @_;
	$on->safe_psql($database, 'SELECT retention.resume(); CALL retention.sweep()');
	$on->safe_psql($database, 'SELECT retention.approve(policy_id) FROM retention.policy');
	$on->safe_psql($database, q{SET retention.test_now = '2030-01-01'; CALL retention.sweep()});
	is(said($on, $database, $left), 'b1 n1 n2 n3 w1', "$where: a sweep takes what is free, and nothing else");
	is(said($on, $database, q{SET client_min_messages = error; SELECT retention.lift_holds(array_agg(hold_id), 'closed') FROM retention.standing_hold}), '3', "$where: all are lifted");
	$on->safe_psql($database, q{SET retention.test_now = '2030-01-01'; CALL retention.sweep()});
	is(said($on, $database, $left), '', "$where: the next sweep takes what waited for that");
}

$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plain parallel parts clone_of);
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-f', "$dir/plain.sql", $node->connstr('postgres') ], 'dumped');
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/archive", $node->connstr('postgres') ], 'as an archive');
}
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql", $node->connstr('plain') ], 'restored');
$node->command_ok([ 'pg_restore', '-e', '-j2', '-d', $node->connstr('parallel'), "$dir/archive" ], 'restored in parallel');
$node->command_ok([ 'pg_restore', '-e', '-s', '-d', $node->connstr('parts'), "$dir/archive" ], 'the schema alone');
$node->command_ok([ 'pg_restore', '-e', '-a', '--disable-triggers', '-d', $node->connstr('parts'), "$dir/archive" ], 'the data is restored after the schema');
for my $database (qw(plain parallel parts)) {
	is_guarded($node, $database, "$database, before resume()");
	isnt($node->psql($database, 'CALL retention.sweep()'), 0, "$database: no sweep before resume()");
	is_swept($node, $database, $database);
}

# A copy of the database by the server, and one whose files were copied.
$node->safe_psql('postgres', 'SELECT 1');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$node->backup('base');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is(said($standby, 'postgres', $standing), $stands, 'a standby knows of the holds');
$standby->promote;
is_guarded($standby, 'postgres', 'a promoted standby');
is_swept($standby, 'postgres', 'a promoted standby');
$standby->stop;

done_testing();
