# Whoever decodes the log without a publication hears of each row that a sweep takes: many hear of no TRUNCATE.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('decoded');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (part int, id int, day date, body text, PRIMARY KEY (part, id)) PARTITION BY LIST (part);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES IN (2);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{day}', '1 day', '0 days', 'delete', 'enforce');
SET retention.test_now = '2030-01-01 12:00Z';
CALL retention.sweep();
INSERT INTO visits SELECT 1, i, '2030-01-01', repeat('x', 500) FROM generate_series(1, 3000) i;
});

# What a slot hears of a sweep.
sub heard {
	my ($time, $plugin) = @_;
	$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('listens', '$plugin')");
	$node->safe_psql('postgres', "SET client_min_messages = error; SET retention.test_now = '$time'; CALL retention.sweep()");
	my $heard = $plugin eq 'pgoutput' ? '' : $node->safe_psql('postgres',
		q{SELECT count(*) FILTER (WHERE data ~ 'visits_1: DELETE'), count(*) FILTER (WHERE data ~ 'TRUNCATE') FROM pg_logical_slot_get_changes('listens', NULL, NULL)});
	$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('listens')});
	return $heard;
}
my $file = q{SELECT relfilenode = oid FROM pg_class WHERE relname = 'visits_2'};
is(heard('2030-02-01 12:00Z', 'test_decoding'), '3000|0', 'a slot without publications hears of each row of a partition all of whose rows are due');
$node->safe_psql('postgres', q{
SET retention.test_now = '2030-02-01 12:00Z';
INSERT INTO visits SELECT 2, i, '2030-02-01', repeat('x', 500) FROM generate_series(1, 3000) i;
});
heard('2030-03-01 12:00Z', 'pgoutput');
is($node->safe_psql('postgres', $file), 'f', 'where a slot goes by publications, a partition that is not published is emptied at once');
done_testing();
