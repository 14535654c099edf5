# What retention does not do: time alone writes nothing, and a sweep with nothing due is an index probe.
# PG_RETENTION_TEST_ROWS makes the table larger.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = $ENV{PG_RETENTION_TEST_ROWS} || 120000;
my $node = PostgreSQL::Test::Cluster->new('cost');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
autovacuum = off
wal_log_hints = on
});
$node->start;
$node->safe_psql('postgres', qq{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date, name text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
SET retention.test_now = '2030-01-31 22:59:59+00';
INSERT INTO visits SELECT n, '2030-01-01', 'Kari Lie' FROM generate_series(1, 100000) n;
INSERT INTO visits SELECT n, '2030-01-02', 'Ola Moe' FROM generate_series(100001, $rows) n;
VACUUM FREEZE ANALYZE visits;
});

# Every change since a place in the log, by file.
sub changes_of {
	my ($from, $files) = @_;
	my $to = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
	return 0 if $from eq $to;
	my ($out, $err) = run_command([ 'pg_waldump', '-p', $node->data_dir . '/pg_wal', '-s', $from, '-e', $to ]);
	diag($err) if $err;
	return scalar grep { my $line = $_; grep { $line =~ m{rel \d+/\d+/$_\b} } @$files } split /\n/, $out;
}
my @files = split /\n/, $node->safe_psql('postgres', q{SELECT pg_relation_filenode(oid) FROM pg_class WHERE oid = 'visits'::regclass
	UNION ALL SELECT pg_relation_filenode(indexrelid) FROM pg_index WHERE indrelid = 'visits'::regclass});
my $look = sub { $node->safe_psql('postgres', "SET retention.test_now = '$_[0]'; SELECT count(*) FROM visits") };

is($look->('2030-01-31 22:59:59+00'), $rows, 'all are visible');
$node->safe_psql('postgres', 'CHECKPOINT');
my $from = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
is($look->('2030-01-31 23:00:00+00'), $rows - 100000, 'a second later 100,000 rows are not');
my $written = $node->safe_psql('postgres', "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '$from')");
note("bytes of WAL written meanwhile: $written");
is(changes_of($from, \@files), 0, 'no page was written for it');
$node->safe_psql('postgres', "SET retention.test_now = '2030-01-31 23:00:00+00'; CALL retention.sweep()");
is($node->safe_psql('postgres', "SELECT row_count FROM retention.ledger WHERE action = 'quarantined'"), '100000', 'a sweep records it');
is(changes_of($from, \@files), 0, 'a sweep writes no page of the table either');
$node->safe_psql('postgres', "UPDATE visits SET name = 'x' WHERE id = $rows");
isnt(changes_of($from, \@files), 0, 'as a change would');

# What a sweep asks of the table, each with an index and few pages.
sub probes_of {
	my ($now) = @_;
	my (undef, undef, $log) = $node->psql('postgres', qq{
SET retention.test_now = '$now';
CALL retention.sweep();
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on;
SET auto_explain.log_timing = off;
SET auto_explain.log_nested_statements = on;
SET client_min_messages = log;
CALL retention.sweep();
});
	# What is planned for its estimate alone is not run.
	my @probes = grep { /FROM ONLY public\.visits/ && !/never executed/ } split /(?=Query Text)/, $log;
	for my $probe (@probes) {
		note($probe =~ s/\npsql:.*//sr);
		my ($buffers) = $probe =~ /Buffers: shared ((?:hit=\d+ ?)?(?:read=\d+)?)/;
		my $pages = 0;
		$pages += $_ for ($buffers // '') =~ /\d+/g;
		like($probe, qr/Index (Only )?Scan using visits_retention_clock_idx/, 'through the index');
		ok($pages > 0 && $pages <= 8, "reading $pages pages");
	}
	return scalar @probes;
}
is(probes_of('2030-01-31 23:00:00+00'), 0, 'a sweep with nothing due asks the table nothing, for its index tells');

# The same of columns with a period of their own, once all that was due is done.
$node->safe_psql('postgres', q{
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('visits', 'name', 'name', '29 days');
SET retention.test_now = '2030-02-01 00:00:00+00';
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce';
CALL retention.sweep();
});
is($node->safe_psql('postgres', "SELECT sum(columns_anonymised) FROM retention.sweep_run"), $rows, 'a column is anonymised in all rows');
$node->safe_psql('postgres', 'VACUUM ANALYZE visits');
$node->safe_psql('postgres', 'CHECKPOINT');
$from = $node->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
cmp_ok(probes_of('2030-02-01 23:00:00+00'), '>=', 2, 'a sweep with no column due asks a table whose columns have periods');
is(changes_of($from, \@files), 0, 'a sweep with no column due writes nothing');
is($node->safe_psql('postgres', 'SELECT count(*) FROM visits WHERE name IS NOT NULL'), 0, 'nothing was left out');
$node->stop;
done_testing();
