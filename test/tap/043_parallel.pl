# Several tables are swept at once, as many as the setting says; what refers to rows goes before them all the same, and nothing is counted twice.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.statement_timeout = 0
retention.lock_timeout = 10min
retention.max_share = 1
retention.allow_test_time = on
max_worker_processes = 8
max_logical_replication_workers = 0
max_prepared_transactions = 10
});
$node->start;

sub ask { local $ENV{PGOPTIONS} = '-c retention.reveal=on'; return $node->safe_psql('postgres', $_[0]) }

sub becomes {
	my ($query, $expected, $name) = @_;
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	ok($node->poll_query_until('postgres', $query, $expected), $name) or diag($node->safe_psql('postgres', 'SELECT name, state, problem FROM retention.status'));
}

sub set {
	$node->safe_psql('postgres', "ALTER SYSTEM SET $_[0]");
	$node->reload;
}

my $hours = 0;
sub later { ++$hours; set("retention.test_now = '" . ask("SELECT now() + interval '$hours hours'") . "'") }

# Whoever deletes a row of a table waits while its gate is closed.
my %gates;
sub close_gate { my $gate = $gates{$_[0]} //= 100 + keys %gates; ask("BEGIN; SELECT pg_advisory_xact_lock($gate); PREPARE TRANSACTION 'gate_$_[0]'") }
sub open_gate { ask("ROLLBACK PREPARED 'gate_$_[0]'") }
my $at_gates = "SELECT coalesce(string_agg(objid::text, ' ' ORDER BY objid), '') FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
sub gates { join ' ', sort map { $gates{$_} } @_ }
my $helpers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_retention parallel worker'";

sub gated {
	my ($table) = @_;
	my $gate = $gates{$table} //= 100 + keys %gates;
	ask(qq{CREATE FUNCTION gate_$table() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM pg_advisory_xact_lock_shared($gate); RETURN OLD; END\$\$;
		CREATE TRIGGER gate BEFORE DELETE ON $table FOR EACH ROW EXECUTE FUNCTION gate_$table()});
}

sub policy {
	my ($table) = @_;
	ask(qq{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('$table', '$table', '{left_on}', '1 day', 'delete', 'enforce')});
	becomes("SELECT state FROM retention.status WHERE name = '$table'", 'enforcing', "$table is prepared");
}

ask('CREATE EXTENSION pg_retention');
for my $table (qw(a b c)) {
	ask("CREATE TABLE $table (id int PRIMARY KEY, left_on date)");
	gated($table);
	policy($table);
}
ask('CREATE TABLE parent (id int PRIMARY KEY, left_on date); CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent, left_on date)');
gated('child');
policy($_) for qw(child parent);
ask('CREATE TABLE parts (id int, left_on date) PARTITION BY LIST (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2)');
gated('parts_1');
gated('parts_2');
policy('parts');

# In one transaction and between two passes, so that one pass finds all of it.
sub fill {
	$node->poll_query_until('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_retention % worker' OR backend_type = 'pg_retention worker'", '0') or die 'a pass does not end';
	ask(join '; ', 'BEGIN', (map { "INSERT INTO $_ SELECT i" . ($_ eq 'child' ? ', i' : '') . ", '2020-01-01' FROM generate_series(1, 20) i" } @_), 'COMMIT');
}
sub fill_parts { fill(); ask("INSERT INTO parts VALUES (1, '2020-01-01'), (2, '2020-01-01')") }
sub gone { my $sum = join ' + ', map { "(SELECT count(*) FROM $_)" } @_; return "SELECT $sum" }

# One at a time.
close_gate($_) for qw(a b c);
fill(qw(a b c));
becomes($at_gates, $gates{a}, 'by default one table is swept at a time');
is(ask($helpers), '0', 'nobody helps');
open_gate($_) for qw(a b c);
becomes(gone(qw(a b c)), '0', 'all rows go');

# Two at once.
set('retention.max_parallel_workers = 1');
close_gate($_) for qw(a b c);
fill(qw(a b c));
becomes($at_gates, gates(qw(a b)), 'with one helper two tables are swept at once');
is(ask("SELECT count(DISTINCT pid) || ' ' || count(DISTINCT relation) FROM retention.progress WHERE policy_id IS NOT NULL"), '2 2', 'progress shows both processes');
open_gate('a');
becomes($at_gates, gates(qw(b c)), 'who has done one table takes the next');
open_gate('b');
open_gate('c');
becomes(gone(qw(a b c)), '0', 'all rows go');
becomes($helpers, '0', 'helpers end with the pass');
is(ask("SELECT sum(deleted) FROM retention.sweep_run"), '120', 'all of them are counted in the runs, once each');
is(ask("SELECT sum(row_count) FROM retention.ledger WHERE action = 'deleted'"), '120', 'the ledger has them all, once each');
is(ask("SELECT count(*) FROM retention.sweep_run WHERE deleted = 60 AND problem IS NULL"), '2', 'the work of a helper counts in the run of its worker');

# Three at once, and what refers to a row first.
set('retention.max_parallel_workers = 2');
close_gate($_) for qw(a child);
fill(qw(parent child a));
becomes($at_gates, gates(qw(a child)), 'tables that do not refer to each other are swept at once');
is(ask("SELECT count(*) FROM retention.progress WHERE relation = 'parent'::regclass"), '0', 'a table waits for what refers to it');
is(ask('SELECT count(*) FROM parent'), '20', 'rows of a table that waits are there');
open_gate('child');
becomes(gone(qw(child parent)), '0', 'when those have gone, rows that they referred to go in the same pass');
is(ask('SELECT count(*) FROM retention.blocked_row'), '0', 'nobody was in the way');
open_gate('a');
becomes(gone('a'), '0', 'what was stopped goes on');

# Partitions.
close_gate($_) for qw(parts_1 parts_2);
fill_parts();
becomes($at_gates, gates(qw(parts_1 parts_2)), 'partitions of a table are swept at once');
open_gate($_) for qw(parts_1 parts_2);
becomes(gone('parts'), '0', 'rows of partitions go');
is(ask("SELECT sum(row_count) || ' ' || count(*) FROM retention.ledger WHERE action = 'quarantined' AND relation = 'public.parts'"), '2 1', 'what became hidden is entered once');

# A helper that is ended.
close_gate($_) for qw(a b);
fill(qw(a b));
becomes($at_gates, gates(qw(a b)), 'two tables are swept at once');
is(ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_retention parallel worker' AND wait_event_type = 'Lock'"), 't', 'the helper is ended at its work');
open_gate('a');
open_gate('b');
becomes(gone('a'), '0', 'the worker does not wait for it for ever');
becomes('SELECT reason FROM retention.blocked_table', 'it could not be cancelled, and ended with its worker', 'what the helper was at is not begun again at once');
later();
becomes(gone(qw(a b)), '0', 'the table of a helper that was ended is swept in a later turn');

# The worker that is ended lets its helpers go.
close_gate($_) for qw(a b);
fill(qw(a b));
becomes($at_gates, gates(qw(a b)), 'two tables are swept at once again');
ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_retention worker'");
open_gate('a');
open_gate('b');
becomes(gone('b'), '0', 'the helper ends its table');
becomes('SELECT count(*) FROM retention.blocked_table', '1', 'the next worker knows what the last one was at');
later();
becomes(gone('a'), '0', 'what it was at goes later');
becomes($helpers, '0', 'no helper is left');

# What is kept slow has one process, and whoever waits for a slot has it.
ask("INSERT INTO retention.sweep_pace (policy, rows_per_second) VALUES ('a', 1000000)");
close_gate($_) for qw(a b);
fill(qw(a b));
becomes($at_gates, gates(qw(a b)), 'a policy with limits is swept beside others');
is(ask("SELECT backend_type FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND NOT granted AND objid = $gates{a}"), 'pg_retention worker', 'the worker itself sweeps what is kept slow');
open_gate($_) for qw(a b);
becomes(gone(qw(a b)), '0', 'all rows go');

set('max_worker_processes = 2');
$node->restart;
my $from = -s $node->logfile;
fill(qw(a b));
becomes(gone(qw(a b)), '0', 'without a free slot the worker does it alone');
like(slurp_file($node->logfile, $from), qr/fewer tables are swept at once than retention\.max_parallel_workers says: no free slot/, 'the server log says so');

done_testing();
