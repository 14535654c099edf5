# A sweep that is nice pauses after each step, holds nothing while it does, and hears what comes meanwhile.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('nice');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.naptime = 1s
retention.batch_size = 10
retention.timezone = 'Europe/Oslo'
log_min_messages = info
});
$node->start;

# Each batch of ten rows takes some twenty milliseconds.
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
CREATE FUNCTION takes_time() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.pg_sleep(0.002); RETURN OLD; END$$;
CREATE TRIGGER takes_time BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION takes_time();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{left_on}', '1 day', '0 days', 'delete', 'enforce');
CALL retention.sweep();
});

sub fill { $node->safe_psql('postgres', "TRUNCATE visits; INSERT INTO visits (id, left_on, retention_clock) SELECT i, '2020-01-01',
	(SELECT policy_id || ' 2020-01-01T12:00:00Z' FROM retention.policy)::retention.clock FROM generate_series(1, $_[0]) i") }

sub left { $node->safe_psql('postgres', 'SET retention.reveal = on; SELECT count(*) FROM visits') }

# Of the process: what it waits for in a pause no trigger waits for.
my $pauses = "wait_event IN ('Extension', 'RetentionNap') AND state = 'active'";

fill(200);
my $errors = '';
my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "SET application_name = 'sweeping'",
		'-c', 'SET retention.nice_ratio = 100', '-c', 'CALL retention.sweep()' ],
	'<', \undef, '2>', \$errors, IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default));
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'sweeping' AND $pauses"),
	'a nice sweep pauses');
my $held = $node->safe_psql('postgres', qq{
CREATE TEMP TABLE seen (locks text, horizon bool);
DO \$\$
BEGIN
	FOR i IN 1..20 LOOP
		PERFORM pg_stat_clear_snapshot();
		INSERT INTO seen SELECT coalesce(string_agg(DISTINCT locktype, ','), 'none'), a.xmin OR a.xid FROM
			(SELECT pid, backend_xmin IS NOT NULL AS xmin, backend_xid IS NOT NULL AS xid FROM pg_stat_activity
				WHERE application_name = 'sweeping' AND $pauses) a
			LEFT JOIN pg_locks l ON l.pid = a.pid GROUP BY 2;
		PERFORM pg_sleep(0.05);
	END LOOP;
END \$\$;
SELECT string_agg(DISTINCT concat_ws(' ', locks, horizon), ';') FROM seen;
});
is($held, 'virtualxid f', 'a sweep that pauses holds no lock on anything and no horizon');

$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'sweeping'");
$session->finish;
like($errors, qr/canceling statement due to user request/, 'a cancel in a pause ends the sweep');
cmp_ok(left(), '>', 0, 'a nice sweep leaves rows for later when it is cancelled');
$node->safe_psql('postgres', 'SET client_min_messages = error; CALL retention.sweep()');
is(left(), 0, 'a sweep that is called goes on without pauses by itself');

# In a transaction block the locks would be held meanwhile: all of it would take longer than the statement may.
fill(50);
my ($status, $out, $err) = $node->psql('postgres',
	"SET statement_timeout = '2s'; SET retention.nice_ratio = 100; SET client_min_messages = error; BEGIN; CALL retention.sweep(); COMMIT");
is($err, '', 'a sweep in a transaction block does not pause');
is(left(), 0, 'a sweep in a transaction block does all of it');

fill(300);
$node->safe_psql('postgres', 'ALTER SYSTEM SET retention.worker = on');
$node->reload;
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'pg_retention worker' AND $pauses"),
	'a worker pauses without being told to');
$node->safe_psql('postgres', 'ALTER SYSTEM SET retention.worker_nice_ratio = 0');
$node->reload;
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM visits'), 'a worker that paused does all of it');
}

$node->safe_psql('postgres', 'ALTER SYSTEM SET retention.worker_nice_ratio = 100');
$node->reload;
fill(300);
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'pg_retention worker' AND $pauses"),
	'a worker pauses by its configuration as it is now');
$node->stop('fast');
ok(!-e $node->data_dir . '/postmaster.pid', 'a shutdown does not wait for a pause');
done_testing();
