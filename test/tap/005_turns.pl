# Many databases take turns on few slots, an idle one holds no worker, and what keeps one from being served is told, but not again and again.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('turns');
$node->init;
# One slot is the launcher's.
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
max_worker_processes = 5
max_logical_replication_workers = 0
max_locks_per_transaction = 256
});
$node->start;

my @with = map { "with_$_" } 1 .. 5;
my @without = map { "without_$_" } 1 .. 14;

sub fill { $node->safe_psql($_[0], "INSERT INTO visits (id, left_on, retention_clock) SELECT i, '2020-01-01',
	(SELECT policy_id || ' 2020-01-01T12:00:00Z' FROM retention.policy WHERE name = 'visits')::retention.clock FROM generate_series(1, 5) i") }

# Seconds until it is so.
sub takes {
	my ($database, $question) = @_;
	my $began = time;
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->poll_query_until($database, $question) or return 1e6;
	return time - $began;
}

sub count {
	my ($pattern, $from) = @_;
	my @found = slurp_file($node->logfile, $from) =~ /$pattern/g;
	return scalar @found;
}

sub how { $node->safe_psql('with_1', "SELECT $_[1] FROM retention.worker_status WHERE database = '$_[0]'") }

sub set {
	$node->safe_psql('postgres', "ALTER SYSTEM SET $_[0]");
	$node->reload;
}

$node->safe_psql('postgres', "CREATE DATABASE $_") for @without, 'with_1';
$node->safe_psql('with_1', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{left_on}', '1 day', '0 days', 'delete', 'enforce');
});
takes('with_1', 'SELECT bool_and(ready) FROM retention.policy');
for my $copy (@with[1 .. 4]) {
	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE with_1");
	$node->safe_psql($copy, 'SELECT retention.resume()');
}
$node->safe_psql('with_5', q{
DO $$BEGIN
	FOR i IN 1..299 LOOP
		EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, left_on date)', i);
		EXECUTE format($f$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('t%1$s', 't%1$s', '{left_on}', '1 year', 'delete', 'enforce')$f$, i);
	END LOOP;
END$$});
takes('with_5', 'SELECT bool_and(ready) FROM retention.policy');

is($node->safe_psql('with_1', 'SELECT count(*) FROM retention.worker_status'), '20', 'all databases are known to the launcher');
fill($_) for @with;
cmp_ok(takes($_, 'SELECT count(*) = 0 FROM visits'), '<', 4, "$_ is swept in its turn") for @with;
my $since = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
cmp_ok(takes('with_1', "SELECT count(*) = 5 FROM retention.worker_status WHERE database LIKE 'with\\_%' AND started_at > '$since'"), '<', 4,
	'each database with the extension is served within two naptimes, one of them with 300 policies');
is($node->safe_psql('with_1', q{SELECT count(*) FROM retention.worker_status WHERE problem IS NOT NULL}), '0', 'nothing is wrong');
is($node->safe_psql('with_1', q{SELECT ok FROM retention.check() WHERE what = 'worker is alive'}), 't', 'the check knows that the database is served');

# Nobody stays.
set(q{retention.naptime = '3s'});
my $began = time;
is(($node->psql('postgres', 'CREATE DATABASE made TEMPLATE with_2'))[2], '', 'an idle database is a template');
is(($node->psql('postgres', 'ALTER DATABASE with_3 RENAME TO renamed'))[2], '', 'an idle database is renamed');
is(($node->psql('postgres', 'DROP DATABASE with_4'))[2], '', 'an idle database is dropped');
cmp_ok(time - $began, '<', 3, 'idle databases are made, renamed and dropped at once');
takes('with_1', q{SELECT count(*) = 20 AND bool_and(started_at IS NOT NULL) FROM retention.worker_status});
ok(takes('with_1', q{SELECT NOT EXISTS (SELECT FROM retention.worker_status WHERE database = 'with_4')}) < 60, 'nothing is known any more of a database that was dropped');
is(how('made', 'started_at IS NOT NULL'), 't', 'a new database has its turn');

# One that had no extension.
takes('with_1', q{SELECT ended_at IS NOT NULL FROM retention.worker_status WHERE database = 'without_1'});
$since = $node->safe_psql('without_1', 'CREATE EXTENSION pg_retention; SELECT clock_timestamp()');
cmp_ok(takes('with_1', "SELECT started_at > '$since' FROM retention.worker_status WHERE database = 'without_1'"), '<', 7,
	'a database that gets the extension has its turn in a naptime');
cmp_ok(takes('with_1', q{SELECT min(started_at) FILTER (WHERE database IN ('with_1', 'with_2', 'with_5')) - max(started_at) FILTER (WHERE database LIKE 'without\_%' AND database <> 'without_1')
	> interval '5 s' FROM retention.worker_status}), '<', 12, 'databases without the extension have their turn seldom');
set(q{retention.naptime = '1s'});

# What fails again and again: a pass, and a worker that does not get as far.
my $from = -s $node->logfile;
my $oid = $node->safe_psql('postgres', q{SELECT oid FROM pg_database WHERE datname = 'without_2'});
my $file = $node->data_dir . "/base/$oid/PG_VERSION";
$node->safe_psql('with_2', 'ALTER TABLE retention.sweep_run ADD CONSTRAINT wrong CHECK (run_id < 0) NOT VALID');
rename $file, "$file.away" or die $!;
$node->reload;
takes('with_1', q{SELECT problem ~ '23514' FROM retention.worker_status WHERE database = 'with_2'});
takes('with_1', q{SELECT problem ~ 'data directory' FROM retention.worker_status WHERE database = 'without_2'});
$since = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
$node->reload;
for my $failing ('with_2', 'without_2') {
	takes('with_1', "SELECT ended_at > '$since' FROM retention.worker_status WHERE database = '$failing'") for 1 .. 2;
	is(how($failing, "problem_since < '$since'"), 't', "$failing: since when no pass has ended well");
}
like($node->safe_psql('with_2', q{SELECT hint FROM retention.check() WHERE what = 'worker is alive' AND NOT ok}),
	qr/not served since .*: error 23514/, 'the check says since when the database is not served, and why');
is(count(qr/violates check constraint "wrong"/, $from), 1, 'a pass that fails again and again is one line of the log');
is(count(qr/is not a valid data directory/, $from), 1, 'a worker that ends again and again is one line of the log');
is(count(qr/"pg_retention worker" \(PID \d+\) exited with exit code 1/, $from), 1, 'the server says once that such a worker ended');
rename "$file.away", $file or die $!;
$node->safe_psql('with_2', 'ALTER TABLE retention.sweep_run DROP CONSTRAINT wrong');
$node->reload;
ok(takes('with_1', q{SELECT count(*) = 0 FROM retention.worker_status WHERE problem IS NOT NULL}) < 60, 'a problem that is gone is not told any more');

# One slot, and a database whose backlog would keep it for minutes.
$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$node->safe_psql('with_1', q{
CREATE FUNCTION takes_time() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.pg_sleep(0.005); RETURN OLD; END$$;
CREATE TRIGGER takes_time BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION takes_time();
INSERT INTO visits (id, left_on, retention_clock) SELECT i, '2020-01-01',
	(SELECT policy_id || ' 2020-01-01T12:00:00Z' FROM retention.policy WHERE name = 'visits')::retention.clock FROM generate_series(1, 20000) i;
});
$node->restart;
takes('with_1', 'SELECT count(*) BETWEEN 1 AND 19999 FROM visits');
fill('with_2');
cmp_ok(takes('with_2', 'SELECT count(*) = 0 FROM visits'), '<', 10, 'a backlog leaves the only slot to others');
$since = $node->safe_psql('with_1', 'SELECT clock_timestamp()');
cmp_ok(takes('with_1', "SELECT bool_and(started_at > '$since') FROM retention.worker_status WHERE database LIKE 'with\\_%' OR database = 'renamed'"), '<', 10,
	'a backlog goes on in its turn, and all others have theirs');

# No slot at all.
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->restart;
$from = -s $node->logfile;
takes('with_1', q{SELECT bool_and(problem ~ 'max_worker_processes' AND waiting_since < clock_timestamp() - interval '3 s') FROM retention.worker_status});
is($node->safe_psql('with_1', 'SELECT count(*) FROM retention.worker_status WHERE problem_since = waiting_since AND started_at IS NULL'), '20',
	'databases that wait for a slot say so, and since when');
is(count(qr/no free slot/, $from), 1, 'that there is no slot is one line of the log');
$node->stop;
done_testing();
