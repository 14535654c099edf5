# The worker audits a few blocks in each pass until it has seen every row, mends what is safe, and says what it found and what keeps it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('audit');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.audit_blocks = 40
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
});
$node->start;

sub ask { return $node->safe_psql('postgres', "SET retention.reveal = on; $_[0]"); }

sub settles {
	my ($query, $expected, $name) = @_;
	my $deadline = time + ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 120);
	my $value = '';
	while (time < $deadline) {
		$value = ask($query);
		last if $value eq $expected;
		select undef, undef, undef, 0.2;
	}
	is($value, $expected, $name);
}

# As only a superuser can who forgoes the extension.
sub unseen {
	my ($table, $command) = @_;
	ask("UPDATE pg_trigger SET tgenabled = '$_->[0]' WHERE tgrelid = '$table'::regclass AND tgname ~ '^[!~]retention';
		UPDATE pg_class SET relname = relname WHERE oid = '$table'::regclass; $_->[1]") for [ 'D', $command ], [ 'A', '' ];
}

sub set {
	my ($name, $value) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
}

$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE ROLE shopkeeper;
GRANT CREATE ON SCHEMA public TO shopkeeper;
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers, ended_at timestamptz);
CREATE TABLE notes (id int PRIMARY KEY, author int REFERENCES users, body text);
CREATE TABLE visits (id int, left_on date) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (1000);
INSERT INTO customers SELECT n FROM generate_series(1, 100) n;
INSERT INTO users SELECT n, n % 100 + 1 FROM generate_series(1, 1000) n;
INSERT INTO notes SELECT n, n % 1000 + 1, repeat('x', 300) FROM generate_series(1, 2000) n;
INSERT INTO visits SELECT n FROM generate_series(1, 999) n;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('notes', 'notes', '{author.ended_at, author.customer.ended_at}', '0 days', '90 days', 'delete', 'enforce'),
	('visits', 'visits', '{left_on}', '0 days', '90 days', 'delete', 'enforce');
});
settles(q{SELECT string_agg(state, ',') FROM retention.status}, 'enforcing,enforcing', 'policies are ready');
settles(q{SELECT bool_and(last_audit IS NOT NULL AND findings = 0) FROM retention.status}, 't', 'each table has been audited, and nothing was found');
is(ask(q{SELECT string_agg(relation || ' ' || last_rows, ', ' ORDER BY relation::text) FROM retention.audit_run}), 'notes 2000, visits_1 999',
	'each row was seen once');
cmp_ok(ask(q{SELECT pg_relation_size('notes') / current_setting('block_size')::int}), '>', 40, 'a table takes several passes');
is(ask(q{SELECT count(*) FROM retention.check() WHERE what ~ 'clocks are' AND NOT ok}), '0', 'a check says nothing of clocks that are true');

# What slips past the triggers; the next round begins a day after the last.
unseen('customers', q{UPDATE customers SET ended_at = '2026-11-20' WHERE id <= 3});
unseen('visits_1', q{UPDATE visits_1 SET left_on = '2026-11-20' WHERE id = 7; UPDATE visits_1 SET retention_clock = 'none' WHERE id = 8});
is(ask(q{SELECT count(*) FROM retention.audit('notes')}), '60', 'rows are hidden too late');
set('retention.test_now', '2026-11-29 12:30+01');
settles(q{SELECT string_agg(name || ' ' || findings, ', ' ORDER BY name) FROM retention.status WHERE last_audit > '2026-11-29'},
	'notes 60, visits 2', 'the next round finds what slipped past the triggers');
is(ask(q{SELECT string_agg(relation || ' ' || last_findings || ' ' || last_repaired, ', ' ORDER BY relation::text) FROM retention.audit_run}),
	'notes {"wrong start": 60} 60, visits_1 {"unstamped": 1, "wrong start": 1} 2', 'faults are counted by kind, and repaired');
is(ask(q{SELECT count(*) FROM retention.audit('notes')} . q{; SELECT count(*) FROM retention.audit('visits')}), "0\n0", 'nothing is left of them');
is($node->safe_psql('postgres', 'SELECT count(*) FROM notes'), '1940', 'what was repaired is hidden');
like(ask(q{SELECT hint FROM retention.check() WHERE what = 'clocks are as they should be' AND object = 'public.visits_1' AND NOT ok}),
	qr/unstamped \(1\), wrong start \(1\)/, 'a check says what was found');

# What keeps it from a table is said.
ask('ALTER TABLE visits OWNER TO shopkeeper');
set('retention.test_now', '2026-12-01 12:30+01');
settles(q{SELECT coalesce(problem, '') FROM retention.audit_run WHERE relation = 'visits_1'::regclass},
	'partition "visits_1" belongs to a role whose rights the owner of table "visits" does not have', 'an error is recorded');
isnt(ask(q{SELECT coalesce(problem, '') FROM retention.status WHERE name = 'visits'}), '', 'an error is in the status');
like(ask(q{SELECT hint FROM retention.check() WHERE what = 'clocks are audited' AND NOT ok}), qr/partition "visits_1" belongs/, 'a check says what keeps the audit from a table');
settles(q{SELECT findings FROM retention.status WHERE name = 'notes' AND last_audit > '2026-12-01'}, '0', 'other tables do not wait for it');
ask('ALTER TABLE visits_1 OWNER TO shopkeeper');
settles(q{SELECT findings FROM retention.status WHERE name = 'visits' AND last_audit > '2026-12-01'}, '0', 'the audit of a table goes on when it can');

# Tables come and go.
ask(q{SET retention.confirm_drop = on; DROP TABLE visits; CREATE TABLE later (id int, left_on date);
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('later', 'later', '{left_on}', '1 year', 'delete')});
settles(q{SELECT string_agg(relation::text, ', ' ORDER BY relation::text) FROM retention.audit_run WHERE last_finished IS NOT NULL}, 'later, notes',
	'tables that came are audited, and those that went forgotten');
set('retention.audit_blocks', '0');
set('retention.test_now', '2026-12-09 12:30+01');
settles(q{SELECT max(finished_at) > '2026-12-09' FROM retention.sweep_run}, 't', 'sweeps go on');
is(ask(q{SELECT count(*) FROM retention.audit_run WHERE last_finished > '2026-12-09'}), '0', 'no block, no audit');
$node->stop;
done_testing();
