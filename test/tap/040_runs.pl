# A pass of the worker that breaks before it has begun leaves the record of the runs before it as it was.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('runs');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.audit_blocks = 0
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO visits SELECT n, '2020-01-01' FROM generate_series(1, 10) n;
});
ok($node->poll_query_until('postgres', 'SELECT sum(deleted) = 10 FROM retention.sweep_run WHERE finished_at IS NOT NULL'), 'the worker takes what is due');
my $record = 'SELECT run_id, started_at, finished_at, deleted, problem FROM retention.sweep_run WHERE deleted > 0';
my $before = $node->safe_psql('postgres', $record);

# What is written first in a pass cannot be.
$node->safe_psql('postgres', q{ALTER TABLE retention.system_time ADD CONSTRAINT impossible CHECK (seen_at < '2000-01-01') NOT VALID});
my $broken = q{SELECT count(*) FROM retention.sweep_run WHERE problem = 'error 23514' AND finished_at IS NULL AND by_worker};
ok($node->poll_query_until('postgres', "SELECT ($broken) = 1"), 'a pass that could not begin is on record, with its problem');
is($node->safe_psql('postgres', $record), $before, 'what the run before it did is on record as it was');
my $first = $node->safe_psql('postgres', q{SELECT started_at FROM retention.sweep_run WHERE problem = 'error 23514'});
ok($node->poll_query_until('postgres', qq{SELECT started_at > '$first' FROM retention.sweep_run WHERE problem = 'error 23514'}), 'the next pass breaks, too');
is($node->safe_psql('postgres', $broken), '1', 'several passes that break alike have one row');

$node->safe_psql('postgres', q{ALTER TABLE retention.system_time DROP CONSTRAINT impossible});
ok($node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM retention.sweep_run WHERE problem IS NULL AND finished_at IS NOT NULL
	AND run_id > (SELECT max(run_id) FROM retention.sweep_run WHERE problem IS NOT NULL))}), 'a pass that can begin again has a row of its own');
is($node->safe_psql('postgres', $broken), '1', 'what kept passes from beginning stays on record');
$node->stop;
done_testing();
