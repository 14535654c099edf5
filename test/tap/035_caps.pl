# Caps under concurrency: of fifty sessions that write to one person at once two are heard; and what a dump brings.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('caps');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
max_connections = 80
max_prepared_transactions = 5
max_locks_per_transaction = 10
deadlock_timeout = 1s
shared_buffers = 16MB
work_mem = 1MB
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE mails (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int REFERENCES customers, sent_at timestamptz NOT NULL) PARTITION BY HASH (id);
CREATE TABLE mails_0 PARTITION OF mails FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE mails_1 PARTITION OF mails FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO customers SELECT generate_series(1, 60000);
INSERT INTO retention.purpose (name, legal_basis, caps) VALUES ('news', 'legitimate interest', '{2 per calendar month}');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 'customers');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('mails', 'customer', 'customer_id', 'sent_at', 'news');
});

my $at_gate = 'SELECT count(*) FROM gate';

# Many sessions at once, each with its own statements; what each of them says.
sub at_once {
	my (@scripts) = @_;
	my @sessions = map {
		my ($out, $err) = ('', '');
		my %session = (out => \$out, err => \$err);
		$session{run} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres'), '-c', "SET retention.test_now = '2026-03-10 12:00Z'", map { ('-c', $_) } @$_ ],
			'<', \undef, '>', \$out, '2>', \$err, IPC::Run::timer(180));
		\%session;
	} @scripts;
	# Who waits at the gate goes on when all are there.
	if (grep { $_->[0] eq $at_gate } @scripts) {
		$node->poll_query_until('postgres', "SELECT count(*) = " . @scripts . " FROM pg_locks WHERE relation = 'gate'::regclass AND NOT granted");
		$node->safe_psql('postgres', q{COMMIT PREPARED 'gate'});
	}
	$_->{run}->finish for @sessions;
	return map { ${ $_->{err} } =~ /ERROR:\s+(\w+)/ ? $1 : 'sent' } @sessions;
}
sub tally { my %n; $n{$_}++ for @_; return join ' ', map { "$_:$n{$_}" } sort keys %n }

my $person = 0;
for my $isolation ('READ COMMITTED', 'REPEATABLE READ') {
	++$person;
	my @script = ("BEGIN ISOLATION LEVEL $isolation; SELECT 1 FROM customers WHERE id = 1; INSERT INTO mails (customer_id, sent_at) VALUES ($person, '2026-03-10'); SELECT pg_sleep(0.01); COMMIT");
	is(tally(at_once((\@script) x 50)), 'RT020:48 sent:2', "of fifty sessions under $isolation two write, and the others are told of the cap");
	is($node->safe_psql('postgres', "SELECT count(*) FROM mails WHERE customer_id = $person"), 2, "two messages are there after fifty sessions under $isolation");
}

# Whoever retries what could not be serialized.
++$person;
my $retry = qq{DO \$\$ BEGIN LOOP BEGIN INSERT INTO mails (customer_id, sent_at) VALUES ($person, '2026-03-10'); EXIT;
	EXCEPTION WHEN serialization_failure THEN RAISE; END; END LOOP; END \$\$};
my @left = (1) x 50;
my ($sent, $refused, $rounds) = (0, 0, 0);
while (@left && $rounds++ < 60) {
	my @said = at_once(([ "BEGIN ISOLATION LEVEL SERIALIZABLE; $retry; COMMIT" ]) x @left);
	$sent += grep { $_ eq 'sent' } @said;
	$refused += grep { $_ eq 'RT020' } @said;
	my @others = grep { $_ ne 'sent' && $_ ne 'RT020' } @said;
	is(scalar(grep { $_ ne '40001' } @others), 0, 'nothing else is said under SERIALIZABLE') if grep { $_ ne '40001' } @others;
	@left = @others;
}
is("$sent $refused", '2 48', 'under SERIALIZABLE two of fifty sessions write, and the others are told of the cap in the end');

# Statements of many rows, in opposite orders.
$node->safe_psql('postgres', q{CREATE TABLE gate (); BEGIN; LOCK TABLE gate; PREPARE TRANSACTION 'gate'});
my @up = ($at_gate, "INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(1001, 3000) i");
my @down = ($at_gate, "INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(3000, 1001, -1) i");
is(tally(at_once((\@up, \@down) x 4)), 'RT020:6 sent:2', 'statements that write to the same persons in another order do not deadlock');

# A transaction that is prepared holds its places.
$node->safe_psql('postgres', q{SET retention.test_now = '2026-03-10 12:00Z'; BEGIN; INSERT INTO mails (customer_id, sent_at) SELECT 11, '2026-03-10' FROM generate_series(1, 2); PREPARE TRANSACTION 'p'});
is(tally(at_once([ "SET lock_timeout = '200ms'", "INSERT INTO mails (customer_id, sent_at) VALUES (11, '2026-03-10')" ])), '55P03:1', 'a message waits for a prepared transaction that wrote to the same person');
$node->safe_psql('postgres', q{COMMIT PREPARED 'p'});
is(tally(at_once([ "INSERT INTO mails (customer_id, sent_at) VALUES (11, '2026-03-10')" ])), 'RT020:1', 'when it is committed the cap is reached');

# More persons than are sorted in memory and written at once, by one statement, with few locks and no more memory than few of them take.
my $own_memory = q{SELECT substring(s from 'VmHWM:\s+(\d+)')::int - substring(s from 'RssShmem:\s+(\d+)')::int FROM pg_read_file('/proc/self/status') s};
my ($status, $out, $err) = $node->psql('postgres', qq{SET retention.test_now = '2026-03-10 12:00Z'; INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(3001, 8000) i;
	$own_memory; INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(8001, 60000) i; $own_memory});
is($status, 0, 'one statement writes to 52000 persons') or diag($err);
my ($few, $many) = split /\n/, $out;
cmp_ok($many - $few, '<', 6000, 'ten times as many persons take no more memory');
is($node->safe_psql('postgres', q{SELECT count(*), sum(cardinality(times)) FROM retention.contact_count WHERE key::int > 3000}), '57000|57000', 'each of them is counted once');
is(tally(at_once([ "INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(3001, 60000) i" ], [ "INSERT INTO mails (customer_id, sent_at) SELECT i, '2026-03-10' FROM generate_series(60000, 3001, -1) i" ])),
	'RT020:1 sent:1', 'two such statements that leave room for one do not deadlock');

# What a dump brings.
my $counted = q{SELECT md5(string_agg(c::text, ';' ORDER BY c::text)) FROM retention.contact_count c};
my $triggers = q{SELECT string_agg(t.tgrelid::regclass || ' ' || t.tgname || ' ' || t.tgenabled::text, ';' ORDER BY 1) FROM (SELECT * FROM pg_trigger ORDER BY tgrelid::regclass::text, tgname) t WHERE NOT tgisinternal AND tgfoid = 'retention.count_contacts'::regproc};
my $before = $node->safe_psql('postgres', $counted);
my $had = $node->safe_psql('postgres', $triggers);
my $dump = $node->basedir . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'the database is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'the dump is restored without an error');
is($node->safe_psql('restored', $counted), $before, 'messages that are restored do not count twice');
is($node->safe_psql('restored', $triggers), $had, 'the tables have their triggers again');
($status, $out, $err) = $node->psql('restored', q{SET retention.test_now = '2026-03-10 12:00Z'; INSERT INTO mails (customer_id, sent_at) VALUES (11, '2026-03-10')}, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
like($err, qr/RT020/, 'in a restored database the cap holds');

done_testing();
