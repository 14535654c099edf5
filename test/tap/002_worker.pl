# The worker does what is due, also after a crash, and waits in a database it does not know.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
});
$node->start;

# Every row, hidden or not.
my $reveal = "SET retention.reveal_reason = 'test'; SET retention.reveal = on;";

sub settles {
	my ($database, $query, $expected, $name) = @_;
	my $deadline = time + ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 120);
	my $value = '';
	while (time < $deadline) {
		$value = $node->safe_psql($database, "$reveal $query");
		last if $value eq $expected;
		select undef, undef, undef, 0.2;
	}
	is($value, $expected, $name);
}

# As a restore writes them, with their clock: of others that come late the quarantine would begin now.
sub left_long_ago {
	my ($first, $last) = @_;
	return $node->safe_psql('postgres', "INSERT INTO visits (id, left_on, name, retention_clock) SELECT n, timestamptz '2020-01-01 12:00:00+00', 'gone',
		(SELECT policy_id || ' 2020-01-01T12:00:00Z' FROM retention.policy)::retention.clock FROM generate_series($first, $last) n");
}

$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on timestamptz, name text);
INSERT INTO visits SELECT n, '2020-01-01', 'gone' FROM generate_series(1, 1000) n;
INSERT INTO visits VALUES (1001, NULL, 'here'), (1002, now(), 'just gone');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{left_on}', '30 days', '30 days', 'delete', 'observe');
});
settles('postgres', 'SELECT state FROM retention.status', 'observing', 'a policy is prepared');
is($node->safe_psql('postgres', 'SELECT count(*) FROM visits'), '1002', 'observing hides nothing');

$node->safe_psql('postgres', "UPDATE retention.policy SET mode = 'enforce'");
is($node->safe_psql('postgres', 'SELECT count(*) FROM visits'), '2', 'enforcing hides at once');
is($node->safe_psql('postgres', "SELECT retention.approve('visits')"), '1000', 'what is due at once is approved');
settles('postgres', 'SELECT count(*) FROM visits', '2', 'the worker deletes what enforcing hides');

# Copies that no clock hides.
$node->safe_psql('postgres', q{
CREATE MATERIALIZED VIEW seen AS SELECT id, name FROM visits;
CREATE UNIQUE INDEX ON seen (id);
UPDATE visits SET left_on = now() - interval '40 days' WHERE id = 1001;
});
settles('postgres', 'SELECT id FROM seen', '1002', 'the worker refreshes a materialised view that may hold what is hidden by now');
settles('postgres', 'SELECT count(*) FROM retention.stale_view', '0', 'the worker knows the view to be fresh');
$node->safe_psql('postgres', q{UPDATE visits SET left_on = NULL WHERE id = 1001; SELECT retention.reinstate('visits', 1001)});
settles('postgres', 'SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM seen', '1001,1002', 'the worker refreshes a view that lacks what is shown again');

is($node->safe_psql('postgres', "SET retention.test_now = '2100-01-01'; SELECT count(*) FROM visits"),
	'2', 'time is injected only where the configuration allows it');

# A restored database has all it needs to delete, and must not before somebody says so.
$node->safe_psql('postgres', 'ALTER SYSTEM SET retention.worker = off');
$node->reload;
left_long_ago(2001, 2100);
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_fails_like([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ],
	qr/query would be affected by the retention policy/, 'a dump is never silently partial');
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dumps under reveal');
}
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('copy') ], 'restores');
is($node->safe_psql('copy', "$reveal SELECT count(*) FROM visits"),
	$node->safe_psql('postgres', "$reveal SELECT count(*) FROM visits"), 'hidden rows are in the dump');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET retention.worker');
$node->reload;
settles('postgres', 'SELECT count(*) FROM visits', '2', 'the worker goes on in its home');
is($node->safe_psql('copy', "$reveal SELECT count(*) FROM visits"), '102', 'the worker waits in the copy');
is($node->safe_psql('copy', 'SELECT count(*) FROM visits'), '2', 'where the rows are hidden all the same');
is($node->safe_psql('copy', 'SELECT state FROM retention.status'), 'waiting for retention.resume()', 'status says that the copy waits');

# Data alone, into a schema that is there: the tool's own way leaves the triggers weaker than they were.
my $archive = PostgreSQL::Test::Utils::tempdir() . '/archive';
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $archive, $node->connstr('copy') ], 'dumps the copy');
}
$node->safe_psql('postgres', 'CREATE DATABASE data');
$node->command_ok([ 'pg_restore', '-e', '-s', '-d', $node->connstr('data'), $archive ], 'restores the schema');
$node->command_ok([ 'pg_restore', '-e', '-a', '--disable-triggers', '-d', $node->connstr('data'), $archive ], 'pg_restore restores the data after the schema');
is($node->safe_psql('data', "$reveal SELECT count(*) FROM visits"), '102', 'all of it');
is($node->safe_psql('data', 'SELECT count(*) FROM visits'), '2', 'hidden as before');
is($node->safe_psql('data', 'SELECT state FROM retention.status'), 'waiting for retention.resume()', 'nothing is done yet');
my $weak = "SELECT count(*) FROM pg_trigger WHERE tgfoid::regproc::text LIKE 'retention.%' AND tgenabled <> 'A'";
is($node->safe_psql('data', $weak), '0', 'triggers of the extension always fire, though the restore disabled and enabled them all');
$node->safe_psql('data', 'SELECT retention.resume()');
settles('data', 'SELECT state FROM retention.status', 'enforcing', 'rows are stamped in database data');
$node->safe_psql('data', q{SELECT retention.approve('visits')});
settles('data', 'SELECT count(*) FROM visits', '2', 'the worker goes on in the restored database, too');

$node->safe_psql('copy', 'SELECT retention.resume()');
settles('copy', 'SELECT state FROM retention.status', 'enforcing', 'rows are stamped in database copy');
$node->safe_psql('copy', q{SELECT retention.approve('visits')});
settles('copy', 'SELECT count(*) FROM visits', '2', 'the worker waits in the copy until it is told to go on');

# A database that is made of another one has its home, too, and is not there.
$node->safe_psql('postgres', 'ALTER SYSTEM SET retention.worker = off');
$node->reload;
settles('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE datname = 'copy'}, '0', 'no worker stays in the copy');
$node->safe_psql('postgres', 'CREATE DATABASE twin TEMPLATE copy');
is($node->safe_psql('twin', 'SELECT state FROM retention.status'), 'waiting for retention.resume()', 'a database made of another one waits');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET retention.worker');
$node->reload;

left_long_ago(3001, 3500);
$node->stop('immediate');
$node->start;
settles('postgres', 'SELECT count(*) FROM visits', '2', 'a crash does not stop it');
is($node->safe_psql('postgres', 'SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds after a crash');

SKIP: {
	skip 'transactions have no time limit before 17, nor waits a name', 2 if $node->pg_version < 17;
	local $ENV{PGOPTIONS} = '-c transaction_timeout=0';
	$node->safe_psql('postgres', q{ALTER DATABASE postgres SET transaction_timeout = '1ms'});
	$node->restart;
	left_long_ago(4001, 4500);
	settles('postgres', 'SELECT count(*) FROM visits', '2', 'a time limit for transactions does not stop the worker');
	settles('postgres', "SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'pg_retention launcher'",
		'RetentionNap', 'between two passes the launcher says what it waits for');
	$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET transaction_timeout');
}

$node->safe_psql('postgres', 'SET retention.confirm_drop = on; DROP EXTENSION pg_retention CASCADE');
is($node->safe_psql('postgres', 'SELECT count(*) FROM visits'), '2', 'the table stays when the extension goes');
$node->stop;
done_testing();
