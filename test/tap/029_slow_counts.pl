# What takes too long to be counted, or to be looked at as a whole, is swept all the same.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('slow_counts');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
max_parallel_workers_per_gather = 0
autovacuum = off
retention.batch_size = 500
});
$node->start;
# Each a page of its own: what looks at rows takes long, and what looks into the index does not.
my $rows = 30_000;
$node->safe_psql('postgres', qq{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (part int, day date, body text) PARTITION BY LIST (part);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1);
ALTER TABLE visits_1 ALTER body SET STORAGE PLAIN;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{day}', '30 days', '30 days', 'delete', 'enforce');
SET retention.test_now = '2030-01-01 12:00Z';
CALL retention.sweep();
INSERT INTO visits SELECT 1, '2030-01-02', repeat('x', 7000) FROM generate_series(1, $rows);
});
$node->append_conf('postgresql.conf', 'retention.statement_timeout = 30ms');
$node->reload;

# Where a machine has much else to do, a batch may take too long, too; then the pass is over, and the next one goes on.
sub ask_after {
	my ($time, $question) = @_;
	return $node->safe_psql('postgres', qq{
SET client_min_messages = error;
SET retention.test_now = '$time';
CALL retention.sweep();
SET retention.reveal = on;
$question;
});
}
is(ask_after('2030-02-10 12:00Z', q{SELECT count(*) FROM retention.ledger WHERE action = 'quarantined'}), '1', 'what is hidden is entered, though counting it takes too long');
my $left = $rows;
for (my $day = 10; $day < 28 && $left > 0; $day++) {
	$left = ask_after("2030-03-$day 12:00Z", 'SELECT count(*) FROM visits');
}
is($left, '0', 'a partition that takes too long to be looked at as a whole is swept row by row');
is($node->safe_psql('postgres', q{SELECT sum(row_count) FROM retention.ledger WHERE action = 'deleted'}), $rows, 'the ledger has all of its rows');
done_testing();
