# A database gets a worker once in a nap, whatever becomes of it: without the extension it ends at once.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('launcher');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1d
log_min_messages = debug1
});
$node->start;

sub count {
	my ($pattern) = @_;
	my @found = slurp_file($node->logfile) =~ /$pattern/g;
	return scalar @found;
}
my $start = qr/starting background worker process "pg_retention worker for database/;
my $end = qr/background worker "pg_retention worker" \(PID \d+\) exited with exit code 0/;

for my $round (1 .. 3) {
	for (1 .. 1200) {
		last if count($end) >= $round;
		select undef, undef, undef, 0.1;
	}
	# The launcher waits again, and has seen the end if it is told of it.
	$node->poll_query_until('postgres', "SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE backend_type = 'pg_retention launcher'");
	is(count($start), $round, "round $round: one worker was started");
	$node->reload;
}
$node->stop;
done_testing();
