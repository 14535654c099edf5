# What docs/requests.md shows is true, in its order; a case handler may do what it grants; and who listens is told of each step.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('requests');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-02-12 12:00:00+01'
fsync = off
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_retention');

my @blocks = slurp_file('docs/requests.md') =~ /```sql\n(.*?)```/sg;
cmp_ok(scalar @blocks, '>', 5, 'the page has commands');
my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN pg_retention');
for my $block (@blocks) {
	my ($status, $out, $error) = $node->psql('postgres', $block, on_error_stop => 1);
	is($status, 0, 'what the page shows can be done: ' . ($block =~ /\A(.*)$/m)[0]) or diag $error;
	# A result that the page gives.
	while ($block =~ /^[^\n]*;\s+-- (\d\S*)$/mg) { like($out, qr/^\Q$1\E$/m, "the page says $1, and so does the server") }
}
my $told = $listener->query_safe('SELECT 1');
for my $step ('opened 1', 'done 1', 'answered 1', 'closed 1', 'opened 2', 'identity asked 2', 'identified 2', 'identity verified 2', 'extended 2', 'done 2', 'answered 2', 'refused 3') {
	like($told, qr/"request $step"/, "who listens is told: request $step");
}
unlike($told, qr/kari|ola|letter|courts|"user"/i, 'who listens is told nothing about persons');
$listener->quit;
is($node->safe_psql('postgres', 'SELECT string_agg(state, q ORDER BY request_id) FROM retention.requests, (VALUES (\', \')) q (q)'), 'closed, answered, refused', 'the states are those the page leads to');

# The duty, on tables it has no rights on.
my $as = sub { my ($sql) = @_; my ($status, $out, $error) = $node->psql('postgres', "SET ROLE case_handler; $sql"); return $status == 0 ? $out : $error };
is($as->(q{SELECT retention.open_request('access', 'user', 1, channel => 'letter')}), '4', 'a case handler opens requests');
is($as->(q{SELECT retention.open_request('access')}), '5', 'a case handler opens requests of nobody who is known');
is($as->(q{SELECT retention.identify_request(5, 'user', 1); SELECT retention.ask_identity(5); SELECT retention.verify_identity(5, 'seen'); SELECT retention.extend_request(5, 'much');
	SELECT retention.refuse_request(5, '12(5)', 'the third this week', true); SELECT retention.close_request(5); SELECT state FROM retention.requests WHERE request_id = 5}),
	"\n\n\n\n\n\nclosed", 'a case handler takes each step');
is($as->(q{SELECT count(*) FROM retention.requests_due}), '1', 'a case handler reads what is due');
like($as->($_), qr/permission denied/, "a case handler may not: $_") for q{SELECT retention.export('user', 1, 4)}, q{SELECT * FROM retention.request}, q{INSERT INTO retention.request (type) VALUES ('access')},
	q{UPDATE retention.request SET closed_at = now()}, q{SELECT * FROM users}, q{DELETE FROM retention.public_holiday};
my $watcher = sub { my ($sql) = @_; my ($status, $out, $error) = $node->psql('postgres', "SET ROLE pg_monitor; $sql"); return $status == 0 ? $out : $error };
is($watcher->('SELECT request_id, type, kind, legal_due FROM retention.requests_due'), '4|access|user|2026-03-12', 'pg_monitor reads what is due');
is($watcher->(q{SELECT count(*) FROM retention.check() WHERE what = 'request is answered in time'}), '0', 'pg_monitor may ask for the check');
like($watcher->('SELECT key FROM retention.requests'), qr/permission denied/, 'pg_monitor reads no keys');

# One request, two at the same time: the second waits, and finds it ended.
my $first = $node->background_psql('postgres');
$first->query_safe(q{BEGIN; SELECT retention.answer_request(4, 'by telephone')});
my $second = $node->background_psql('postgres', on_error_stop => 0);
$second->query_until(qr/begun/, "\\echo begun\nSELECT retention.export('user', 1, 4);\n");
$node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%export%' AND pid <> pg_backend_pid())})
	or die 'nobody waits';
$first->query_safe('COMMIT');
$first->quit;
$second->query('SELECT 1');
like($second->{stderr}, qr/request 4 is answered already/, 'a call that waited for an answer finds it answered');
$second->{stderr} = '';
$second->quit;

# Sweeps begin with the first policy.
$node->safe_psql('postgres', q{ALTER TABLE users ADD ended_on date;
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('users', 'users', '{ended_on}', '1 year', 'delete')});

# Settings.
for my $bad (['request_target', 'a month'], ['holiday_country', '']) {
	my (undef, undef, $error) = $node->psql('postgres', "ALTER SYSTEM SET retention.$bad->[0] = '$bad->[1]'");
	like($error, qr/invalid value for parameter "retention\.$bad->[0]"/, "retention.$bad->[0] is checked");
}
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.request_target = '5 days'});
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.holiday_country = 'SE'});
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.request_age = '1d'});
$node->restart;
is($node->safe_psql('postgres', q{SELECT retention.open_request('access', 'user', 1); SELECT country, target, target_day, due FROM retention.requests WHERE request_id = 6}),
	"6\nSE|5 days|2026-02-17|2026-02-17", 'a request is written with the settings of its day, and the inner target is due where it is earlier');
$node->safe_psql('postgres', q{SET retention.test_now = '2026-02-13 12:00:01+01'; CALL retention.sweep()});
is($node->safe_psql('postgres', 'SELECT string_agg(request_id::text, q ORDER BY request_id) FROM retention.request, (VALUES (\',\')) q (q)'), '2,3,4,6', 'what was closed longer ago than retention.request_age is gone');
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.request_age = '0'});
$node->restart;
$node->safe_psql('postgres', q{SELECT retention.close_request(2); SET retention.test_now = '2099-01-01 00:00+01'; CALL retention.sweep()});
is($node->safe_psql('postgres', 'SELECT count(*) FROM retention.request WHERE request_id = 2'), '1', 'with 0 nothing that was closed goes');

# A standby reads what is due, and makes no copies, with a request or without.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
is($standby->safe_psql('postgres', 'SELECT request_id FROM retention.requests_due'), '6', 'a standby says what is due');
for my $call (q{retention.export('user', 1)}, q{retention.export('user', 1, 6)}, q{retention.open_request('access')}) {
	my (undef, undef, $error) = $standby->psql('postgres', "SELECT $call");
	like($error, qr/cannot execute|recovery/, "a standby refuses $call");
}

# A certificate is written from what a dump has.
my $certificate = 'SELECT retention.erasure_certificate(2), retention.erasure_certificate(2, format => $$json$$)';
my $dump = PostgreSQL::Test::Utils::tempdir . '/dump';
$node->safe_psql('postgres', 'CREATE DATABASE restored');
local $ENV{PGOPTIONS} = '-c retention.reveal=on';
$node->command_ok(['pg_dump', '-f', $dump, '-d', $node->connstr('postgres')], 'requests are dumped');
$node->command_ok(['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored')], 'requests are restored');
is($node->safe_psql('restored', $certificate), $node->safe_psql('postgres', $certificate), 'a certificate is the same after a dump and a restore');

done_testing();
