# Disclosures, recipients and notices come through a dump, in whatever order and in parallel, and are what they were; what is refused is refused
# before resume() as after. Where data go by replication is listed.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('discloses');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
my $key = PostgreSQL::Test::Utils::tempdir() . '/key';
append_to_file($key, 'k' x 40);
chmod 0600, $key;
$node->append_conf('postgresql.conf', "retention.erasure_key_file = '$key'");
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE ROLE application LOGIN;
GRANT USAGE ON SCHEMA retention TO application;
GRANT INSERT ON retention.disclosure TO application;
CREATE TABLE users (id bigint PRIMARY KEY, email text, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'email', 'email');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO users SELECT i, 'u' || i || '@x.example' FROM generate_series(1, 6) i;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'users', '{email}');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing) VALUES ('invoicing', 'contract', false), ('news', 'legitimate interest', true);
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Bank', 'controller', '{invoicing}', 'NO'), ('Mailer', 'processor', '{news}', 'IE');
INSERT INTO retention.location (name, kind, country, own_control) VALUES ('tapes', 'backup', 'NO', true);
SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'e-mail');
SELECT retention.disclose('Mailer', 'news', 'user', 2, 'e-mail');
SELECT retention.disclose('Mailer', 'news', 'user', 3, 'e-mail');
SELECT retention.disclose('Bank', 'invoicing', 'user', 3, 'e-mail');
SELECT retention.object('user', 2, 'news');
SELECT retention.restrict('user', 1, 'contested');
SELECT retention.erase('user', 3);
UPDATE retention.recipient SET until = now() WHERE name = 'Mailer';
});
my $everything = q{SELECT 'd', to_jsonb(d) FROM retention.disclosure d UNION ALL SELECT 'r', to_jsonb(r) FROM retention.recipient r
	UNION ALL SELECT 'n', to_jsonb(n) FROM retention.notice_to_recipient n UNION ALL SELECT 'l', to_jsonb(l) FROM retention.location l ORDER BY 1, 2};
my $before = $node->safe_psql('postgres', $everything);
is(scalar(split /\n/, $before), 8, 'there are two disclosures, two recipients, three notices and a location');

sub said {
	my ($database, $sql) = @_;
	my (undef, $out, $error) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
	return $out . $error;
}
sub is_whole {
	my ($database, $name) = @_;
	is($node->safe_psql($database, $everything), $before, "$name: all is what it was");
	for my $resumed ('before', 'after') {
		$node->safe_psql($database, 'SELECT retention.resume()') if $resumed eq 'after';
		like(said($database, $_->[0]), qr/$_->[1]/, "$name, $resumed resume(): $_->[2]") for (
			[ q{SELECT retention.disclose('Bank', 'invoicing', 'user', 1, 'x')}, 'RT002', 'a restricted person is not disclosed' ],
			[ q{INSERT INTO retention.disclosure (recipient, purpose, kind, key, what) VALUES ('Mailer', 'news', 'user', '4', 'x')}, 'RT006', 'nothing is disclosed to whose time is over' ],
			[ q{SET ROLE application; INSERT INTO retention.disclosure (recipient, purpose, kind, key, what, disclosed_at, disclosed_by, checked)
				VALUES ('Mailer', 'news', 'user', '2', 'x', now(), 'x', true)}, 'RT006', 'an application does not pass for a restore' ],
			[ 'DELETE FROM retention.disclosure', '42501', 'disclosures are only added to' ]);
	}
	my $next = $node->safe_psql($database, q{SELECT retention.disclose('Bank', 'invoicing', 'user', 5, 'e-mail')});
	cmp_ok($next, '>', 4, "$name: the next disclosure has a number of its own");
}

my $dir = PostgreSQL::Test::Utils::tempdir();
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/archive", $node->connstr('postgres') ], 'dumped');
	$node->command_ok([ 'pg_dump', '-Fd', '-f', "$dir/folder", $node->connstr('postgres') ], 'dumped into a folder');
	$node->command_ok([ 'pg_dump', '--inserts', '-f', "$dir/inserts.sql", $node->connstr('postgres') ], 'dumped as statements');
}
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(whole parts backwards parallel inserted);
$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('whole'), "$dir/archive" ], 'restored');
is_whole('whole', 'a restore');
$node->command_ok([ 'pg_restore', '-e', '-s', '-d', $node->connstr('parts'), "$dir/archive" ], 'restored the schema alone');
$node->command_ok([ 'pg_restore', '-e', '-a', '-d', $node->connstr('parts'), "$dir/archive" ], 'restored the data after the schema');
is_whole('parts', 'a restore of data');
# The data of the tables in the order that is worst: disclosures before whom they are about, and who got them.
my ($contents) = run_command([ 'pg_restore', '-l', "$dir/archive" ]);
my @entries = grep { !/^;/ } split /\n/, $contents;
my @data = grep { / (TABLE DATA|SEQUENCE SET) / } @entries;
my ($first) = grep { $entries[$_] eq $data[0] } 0 .. $#entries;
my %is_data = map { $_ => 1 } @data;
my @rest = grep { !$is_data{$_} } @entries;
@data = ((grep { /TABLE DATA retention disclosure / } @data), reverse grep { !/TABLE DATA retention disclosure / } @data);
append_to_file("$dir/list", join("\n", @rest[ 0 .. $first - 1 ], @data, @rest[ $first .. $#rest ]) . "\n");
$node->command_ok([ 'pg_restore', '-e', '-L', "$dir/list", '-d', $node->connstr('backwards'), "$dir/archive" ], 'restored backwards');
is_whole('backwards', 'a restore in another order');
$node->command_ok([ 'pg_restore', '-e', '-j', '3', '-d', $node->connstr('parallel'), "$dir/folder" ], 'restored in parallel');
is_whole('parallel', 'a parallel restore');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts.sql", '-d', $node->connstr('inserted') ], 'restored from statements');
is_whole('inserted', 'a restore from statements');

# Somebody who objected, was erased and is imported again has still objected.
$node->safe_psql('postgres', q{UPDATE retention.recipient SET until = NULL; SELECT retention.object('user', 4, 'news'); SELECT retention.erase('user', 4);
	INSERT INTO users VALUES (14, 'u4@x.example'), (15, 'u15@x.example')});
like(said('postgres', q{SELECT retention.disclose('Mailer', 'news', 'user', 14, 'e-mail')}), qr/RT009/, 'an objection outlives the erasure of who made it');
unlike(said('postgres', q{SELECT retention.disclose('Mailer', 'news', 'user', 15, 'e-mail')}), qr/ERROR/, 'an objection of somebody who was erased is not that of others');

# A backup brings an erased person back, and the disclosures: they are told of again, and once.
my $list = $node->safe_psql('postgres', 'SELECT retention.erasure_list()');
my $told = q{SELECT count(*) FROM retention.notices_due WHERE key = '4'};
is($node->safe_psql('postgres', $told), '0', 'nobody got data about the person who was erased');
$node->safe_psql('postgres', q{INSERT INTO users VALUES (4, 'u4@x.example'); SELECT retention.disclose('Bank', 'invoicing', 'user', 4, 'e-mail')});
$node->safe_psql('postgres', "SELECT * FROM retention.replay_erasures('$list', true)");
is($node->safe_psql('postgres', $told), '0', 'a replay that is only tried tells nobody');
$node->safe_psql('postgres', "SELECT * FROM retention.replay_erasures('$list')") for 1 .. 2;
is($node->safe_psql('postgres', $told), '1', 'a replay tells of who is erased again, once');
is($node->safe_psql('postgres', q{SELECT count(*) FROM retention.disclosure WHERE key = '4'}), '0', 'a replay takes the disclosures along');

# Replicas, slots, archives, tablespaces, and a standby that knows its primary.
$node->backup('copy');
mkdir "$dir/space";
$node->safe_psql('postgres', "CREATE TABLESPACE space LOCATION '$dir/space'");
$node->safe_psql('postgres', q{SELECT pg_create_physical_replication_slot('for_standby')});
$node->append_conf('postgresql.conf', "archive_mode = on\narchive_command = 'secret=xyz; true'");
$node->restart;
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_stat_replication WHERE application_name = 'standby'}) or die 'no standby';
sub gaps { return $node->safe_psql('postgres', q{SELECT kind || ' ' || object FROM retention.location_gaps ORDER BY 1}) }
like(gaps(), qr/^archive archive_command$/m, 'the archive is listed, without its command');
like(gaps(), qr/^replica for_standby$/m, 'a slot is listed');
like(gaps(), qr/^replica local\/standby$/m, 'a standby is listed with its name');
like(gaps(), qr/^tablespace space in \Q$dir\E\/space$/m, 'a tablespace is listed with its path');
like(gaps(), qr/^server \Q@{[$node->data_dir]}\E$/m, 'the server is listed with its data directory');
$node->safe_psql('postgres', q{INSERT INTO retention.location (name, kind, matches, country, own_control) VALUES ('archive', 'archive', '%xyz%', 'NO', true),
	('slot', 'replica', 'for_standby', 'NO', true), ('standby', 'replica', 'local/standby', 'NO', true), ('disks', 'tablespace', '%/space', 'NO', true), ('here', 'server', '%', 'NO', true)});
unlike(gaps(), qr/^(archive|replica|tablespace|server) /m, 'what is registered is not listed');
$node->wait_for_catchup($standby, 'replay');
my $there = $standby->safe_psql('postgres', q{SELECT kind || ' ' || object || ' ' || matched FROM retention.known_place WHERE kind = 'server' ORDER BY 1});
like($there, qr/^server primary_conninfo \S+$/m, 'a standby lists its primary by its host alone');

done_testing();
