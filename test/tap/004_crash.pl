# Killed in the middle of a sweep, worker or server, ten times: each row is untouched or done, with its ledger entry.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.batch_size = 1000
retention.timezone = 'Europe/Oslo'
restart_after_crash = on
max_prepared_transactions = 2
});
$node->start;
my $reveal = "SET retention.reveal_reason = 'test'; SET retention.reveal = on;";
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
-- A sweep stops inside the batch that comes to the row of the gate, for as long as the gate is locked.
CREATE TABLE gate (relation name, id int);
CREATE FUNCTION at_gate() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(4711) FROM public.gate WHERE relation = TG_TABLE_NAME AND id = OLD.id;
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TABLE visits (id int PRIMARY KEY, left_on date, name text);
CREATE TABLE stays (id int PRIMARY KEY, left_on date, name text);
CREATE TRIGGER gate BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION at_gate();
CREATE TRIGGER gate BEFORE UPDATE ON stays FOR EACH ROW EXECUTE FUNCTION at_gate();
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('stays', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
	('visits', 'visits', '{left_on}', '30 days', 'delete', 'enforce'), ('stays', 'stays', '{left_on}', '30 days', 'anonymise', 'enforce');
});

# Answers as soon as the server does.
sub ask {
	my ($query) = @_;
	for (1 .. 600) {
		# Rolled back, for what commits waits for the chain of the ledger, to write that hidden rows were read.
		my $out = eval { $node->safe_psql('postgres', "BEGIN; $reveal $query; ROLLBACK") };
		return $out if !$@;
		select undef, undef, undef, 0.1;
	}
	die "no answer to $query";
}

sub wait_for {
	my ($query, $expected) = @_;
	my $deadline = time + ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 120);
	while (time < $deadline) {
		return 1 if ask($query) eq $expected;
		select undef, undef, undef, 0.02;
	}
	return 0;
}

# The worker alone ends by itself as a crash of all; of the server nothing at all is left.
sub crash {
	my ($whole_server) = @_;
	my $worker = ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_retention worker'");
	if (!$whole_server) {
		kill 'KILL', $worker;
		wait_for("SELECT count(*) FROM pg_stat_activity WHERE pid = $worker", '0');
		return;
	}
	my @all = split /\n/, ask('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	$node->kill9;
	kill 'KILL', @all;
	# A start fails until the last of them has let go of the shared memory, and leaves a stale process id behind.
	for (1 .. 300) {
		return if $node->start(fail_ok => 1);
		$node->{_pid} = undef;
		select undef, undef, undef, 0.2;
	}
	die 'the server does not start';
}

# The batches are of 1,000 rows. One that has come to the gate has done part of its rows; one that waits for the chain
# of the ledger has done them all, and has only its entry left to write. Prepared transactions hold what they lock,
# whoever is killed.
my $at_gate = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted";
my $at_chain = "SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND objid = 'retention.ledger'::regclass AND NOT granted";
my $total = 0;
for my $round (1 .. 10) {
	my $first = $total + 1;
	$total += 3000;
	my $table = $round % 4 < 2 ? 'visits' : 'stays';
	my $waits_for_chain = $round > 5;
	$node->safe_psql('postgres', 'BEGIN; SELECT pg_advisory_xact_lock(4711); PREPARE TRANSACTION \'gate\'');
	# The last row of the third batch.
	$node->safe_psql('postgres', qq{BEGIN;
		INSERT INTO visits SELECT n, '2020-01-01', 'Kari' FROM generate_series($first, $total) n;
		INSERT INTO stays SELECT n, '2020-01-01', 'Ola' FROM generate_series($first, $total) n;
		SET LOCAL retention.reveal = on;
		TRUNCATE gate;
		INSERT INTO gate SELECT '$table', id FROM $table WHERE retention.pending(retention_clock) ORDER BY ctid DESC LIMIT 1;
		COMMIT});
	wait_for($at_gate, '1') or die 'no sweep comes to the gate';
	if ($waits_for_chain) {
		$node->safe_psql('postgres', "BEGIN; SELECT retention.resume(); PREPARE TRANSACTION 'chain'");
		$node->safe_psql('postgres', "ROLLBACK PREPARED 'gate'");
		wait_for($at_chain, '1') or die 'no sweep comes to the ledger';
	}
	crash($round % 2 == 0);
	# What was done and what the ledger says, in one snapshot.
	my ($gone, $deleted, $anonymous, $anonymised, $half) = split /\|/, ask(qq{
		SELECT $total - (SELECT count(*) FROM visits),
			(SELECT coalesce(sum(row_count), 0) FROM retention.ledger WHERE action = 'deleted' AND relation = 'public.visits'),
			(SELECT count(*) FROM stays WHERE name IS NULL AND retention.state(retention_clock) = 'anonymised'),
			(SELECT coalesce(sum(row_count), 0) FROM retention.ledger WHERE action = 'anonymised' AND relation = 'public.stays'),
			(SELECT count(*) FROM stays WHERE (name IS NULL) <> (retention.state(retention_clock) = 'anonymised'))});
	is("$gone $anonymous", "$deleted $anonymised", "round $round: what was done stands in the ledger, and nothing else");
	is($half, 0, 'no row is half done');
	is($table eq 'visits' ? $gone : $anonymous, $total - 1000, 'two of three batches are done');
	is(ask('SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds');
	$node->safe_psql('postgres', $waits_for_chain ? "ROLLBACK PREPARED 'chain'" : "ROLLBACK PREPARED 'gate'");
	ok(wait_for('SELECT (SELECT count(*) FROM visits), (SELECT count(*) FROM stays WHERE name IS NOT NULL)', '0|0'),
		'the worker goes on by itself');
}
is(ask('SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds in the end');
$node->stop;
done_testing();
