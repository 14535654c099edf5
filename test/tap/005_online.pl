# A table in use is put under policy while many sessions write to it: nobody waits long, nothing is hidden half-way, no
# row is missed. PG_RETENTION_TEST_ROWS makes the table larger.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $rows = $ENV{PG_RETENTION_TEST_ROWS} || 50000;
my $customers = int($rows / 250);
my $node = PostgreSQL::Test::Cluster->new('online');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.worker = off
retention.timezone = 'Europe/Oslo'
log_statement = none
log_lock_waits = on
deadlock_timeout = 700ms
max_wal_size = 4GB
});
$node->start;

# Of the cases, those of the year 2000 are the ones the policy hides; nobody writes to every tenth.
$node->safe_psql('postgres', qq{
CREATE EXTENSION pg_retention;
CREATE TABLE customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE cases (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, completed_at timestamptz, note text);
INSERT INTO customers SELECT n, CASE WHEN n % 10 = 0 THEN timestamptz '2000-05-05 10:00:00+00' END FROM generate_series(1, $customers) n;
INSERT INTO cases SELECT n, 1 + n % $customers, CASE WHEN n % 10 = 1 THEN timestamptz '2000-04-04 12:00:00+00' END, repeat('x', 40)
	FROM generate_series(1, $rows) n;
SELECT setval('cases_id_seq', $rows);
CREATE INDEX ON cases (customer_id);
CREATE TABLE sample (at timestamptz, state text, old bigint, longest_wait interval);
CREATE PROCEDURE watch() LANGUAGE plpgsql AS \$\$
DECLARE s sample; since text;
BEGIN
	LOOP
		SELECT clock_timestamp(), state INTO s.at, s.state FROM retention.status;
		SELECT count(*) INTO s.old FROM cases WHERE id <= 1000 AND id % 10 = 1;
		SELECT state INTO since FROM retention.status;
		SELECT max(clock_timestamp() - waitstart) INTO s.longest_wait FROM pg_locks WHERE NOT granted;
		-- Not where it began to enforce between the two.
		IF (s.state = 'enforcing') = (since = 'enforcing') THEN
			INSERT INTO sample SELECT s.*;
		END IF;
		COMMIT;
		EXIT WHEN s.state = 'enforcing';
		PERFORM pg_sleep(0.02);
	END LOOP;
END \$\$;
VACUUM ANALYZE;
});
my $old = $node->safe_psql('postgres', 'SELECT count(*) FROM cases WHERE id <= 1000 AND id % 10 = 1');

# Each client has its own customers and cases, so that it can only ever wait for what retention does.
my $pick = qq{
\\set customer 4 * random(1, $customers / 4 - 1) + :client_id
\\set other 4 * random(1, $customers / 4 - 1) + :client_id
\\set id 10 * random(100, $rows / 10 - 1) + 2 * :client_id
\\set at random(0, 700000000)
};
my %scripts = (
	'insert@10' => 'INSERT INTO cases (customer_id, completed_at, note) VALUES (:customer, to_timestamp(:at), \'new\');
INSERT INTO cases (customer_id, note) VALUES (:other, \'new\');',
	'start@10' => 'UPDATE cases SET completed_at = to_timestamp(1000000000 + :at) WHERE id = :id;',
	'move@10' => 'UPDATE cases SET customer_id = :customer WHERE id = :id;',
	'unset@5' => 'UPDATE cases SET completed_at = NULL WHERE id = :id;',
	'end@1' => 'UPDATE customers SET ended_at = to_timestamp(1000000000 + :at) WHERE id = :customer;',
	'both@1' => 'BEGIN; UPDATE customers SET ended_at = NULL WHERE id = :customer;
INSERT INTO cases (customer_id, note) VALUES (:customer, \'new\'); UPDATE cases SET customer_id = :other WHERE id = :id; COMMIT;',
	'delete@1' => 'DELETE FROM cases WHERE id = :id;');
my $dir = PostgreSQL::Test::Utils::tempdir();
my @load;
for my $name (sort keys %scripts) {
	my ($file, $weight) = split /@/, $name;
	append_to_file("$dir/$file.sql", $pick . $scripts{$name} . "\n");
	push @load, '-f', "$dir/$file.sql\@$weight";
}
# Who has changed a customer and comes to its cases, while the policy is written.
append_to_file("$dir/down.sql", $pick . 'BEGIN; UPDATE customers SET ended_at = ended_at WHERE id = :customer;
\sleep 5 ms
INSERT INTO cases (customer_id, note) VALUES (:customer, \'new\'); COMMIT;');
my @load_down = ('-f', "$dir/down.sql");
sub start_writing {
	my @scripts = @_;
	# Whoever waits longer for a lock fails, and with it the client.
	local $ENV{PGOPTIONS} = '-c lock_timeout=1s';
	local $ENV{PGAPPNAME} = 'writer';
	my $run = { out => '', err => '' };
	$run->{process} = IPC::Run::start([ qw(pgbench -n -c 4 -j 2 -T 2), @scripts, $node->connstr('postgres') ], '>', \$run->{out}, '2>', \$run->{err});
	return $run;
}
my ($written, $failed) = (0, '');
sub finish_writing {
	my ($run) = @_;
	IPC::Run::finish($run->{process}) or $failed .= $run->{err};
	my ($n, $bad) = $run->{out} =~ /processed: (\d+).*?failed transactions: (\d+)/s;
	$written += $n // 0;
	$failed .= "$bad transactions failed\n" if $bad;
}
sub start_session {
	my $run = { out => '', err => '' };
	$run->{process} = IPC::Run::start([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', $node->connstr('postgres'), map { ('-c', $_) } @_ ],
		'>', \$run->{out}, '2>', \$run->{err});
	return $run;
}

my $bench = start_writing(@load_down);
$node->poll_query_until('postgres', "SELECT count(*) = 4 FROM pg_stat_activity WHERE application_name = 'writer'") or die 'nobody writes';
my $policy = q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('cases', 'cases', '{completed_at, customer_id.ended_at}', '1 year', '500 years', 'delete', 'enforce')};
$node->psql('postgres', $policy) == 0 or die 'no policy can be written';
# From the first rows stamped until half of them are, somebody keeps a customer and its cases locked that no client
# touches, and then lets them go as they were.
my $holder = start_session(q{DO $$ BEGIN WHILE EXISTS (SELECT FROM retention.preparation WHERE next_block = 0) LOOP
		PERFORM pg_sleep(0.01); END LOOP; END $$}, 'BEGIN', "UPDATE customers SET ended_at = '2001-02-03 04:05:06+00' WHERE id = 2",
	q{DO $$ BEGIN WHILE EXISTS (SELECT FROM retention.preparation WHERE 2 * next_block < total_blocks) AND clock_timestamp() < now() + interval '10 s' LOOP
		PERFORM pg_sleep(0.01); END LOOP; END $$}, 'ROLLBACK');
my $watcher = start_session('CALL watch()');
$node->append_conf('postgresql.conf', 'retention.worker = on');
$node->reload;
my $deadline = time + 5 * ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 120);
while (time < $deadline) {
	finish_writing($bench);
	$bench = start_writing(@load);
	last if $node->safe_psql('postgres', "SELECT count(*) FROM sample WHERE state = 'enforcing'") ne '0';
}
finish_writing($bench);
time < $deadline or die 'the table is not prepared';
IPC::Run::finish($_->{process}) for $watcher, $holder;
is($watcher->{err} . $holder->{err}, '', 'rows were locked for long, and the table watched');
is($failed, '', 'no statement fails, nor waits longer than a second for a lock');
cmp_ok($written, '>', 1000, 'many write meanwhile');
note($node->safe_psql('postgres', "SELECT format('stamping %s rows took %s s; longest wait seen: %s; transactions meanwhile: $written',
	$rows, extract(epoch FROM max(at) - min(at)), max(longest_wait)) FROM sample"));
cmp_ok($node->safe_psql('postgres', q{SELECT count(DISTINCT state) FROM sample WHERE state LIKE 'preparing %'}), '>=', 3, 'status shows the progress');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT format('%s %s', state = 'enforcing', old), ', ') FROM sample}), "f $old, t 0",
	'nothing is hidden half-way, and then all at once');

my $reveal = "SET retention.reveal_reason = 'test'; SET retention.reveal = on;";
cmp_ok($node->safe_psql('postgres', "$reveal SELECT count(*) FROM cases"), '>', $rows, 'the table has grown');
is($node->safe_psql('postgres', qq{$reveal SELECT count(*) FROM cases r JOIN customers c ON c.id = r.customer_id
	WHERE retention.policy(r.retention_clock) IS NULL OR CASE WHEN r.retention_clock::text LIKE '%late'
		THEN retention.starts_at(r.retention_clock) <= least(r.completed_at, c.ended_at)
		ELSE retention.starts_at(r.retention_clock) IS DISTINCT FROM least(r.completed_at, c.ended_at) END}),
	'0', 'nothing is missed: each clock starts where its row says, or, where a row said so late, when it did');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_index WHERE indrelid = 'cases'::regclass AND indisvalid AND indpred IS NOT NULL}), '1', 'the index is valid');
$node->stop;
done_testing();
