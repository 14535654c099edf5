# The demo's database, dumped in the middle of its life and restored in every way the tools know: what retention knows of
# it is the same, hidden rows are hidden from the first moment on, and nothing is swept before somebody says so.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('restore');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2025-12-15 09:00:00 Europe/Oslo'
max_worker_processes = 20
jit = off
log_statement = none
});
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();
my $reveal = "SET retention.reveal_reason = 'test'; SET retention.reveal = on;";

sub value { return $node->safe_psql($_[0], $_[1]) }
sub set_everywhere {
	value('postgres', "ALTER SYSTEM SET $_[0]");
	$node->reload;
}
sub settles {
	my ($database, $query, $expected, $name) = @_;
	my $deadline = time + ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 180);
	my $found = '';
	while (time < $deadline) {
		$found = value($database, "$reveal $query");
		last if $found eq $expected;
		select undef, undef, undef, 0.2;
	}
	is($found, $expected, $name);
}
sub dump_to {
	my ($file, @options) = @_;
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', @options, '-f', "$dir/$file", $node->connstr('digiquip') ], "pg_dump @options");
}
sub restore_plain {
	my ($database, $file) = @_;
	$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$file", $node->connstr($database) ], "psql -f $file");
}
sub restore {
	my ($database, $file, @options) = @_;
	$node->command_ok([ 'pg_restore', '-e', @options, '-d', $node->connstr($database), "$dir/$file" ], "pg_restore @options");
}

my @tables = qw(app.customers app.users crm.contacts support.cases support.case_notes erp.invoices messaging.messages);
# After a restore quarantines run anew: what was due is in quarantine until it is approved.
my $over = join(' + ', map { "(SELECT count(*) FROM $_ WHERE retention.state(retention_clock) IN ('due', 'quarantined'))" } @tables);
my $approve = q{SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'};
my $due = join(' + ', map { "(SELECT count(*) FROM $_ WHERE retention.state(retention_clock) = 'due')" } @tables);

# Everything retention knows of a database, row by row.
my %known = (
	policies => q{SELECT policy_id, name, relation, applies_to, priority, clock_starts, starts_when, keep_for, quarantine_for, action, if_referenced,
		must_keep_for, protects, rectify_protected, legal_access, mode, purpose, legal_basis, reference, ready FROM retention.policy ORDER BY policy_id},
	'personal columns' => 'SELECT * FROM retention.personal_column ORDER BY relation::text, column_name',
	clocks => join(' UNION ALL ', map { "SELECT '$_' AS t, id, retention_clock::text FROM $_" } @tables) . ' ORDER BY 1, 2',
	triggers => 'SELECT tgrelid::regclass, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname',
	'event triggers' => 'SELECT evtname, evtenabled FROM pg_event_trigger ORDER BY 1',
	# Looking under reveal is itself an entry.
	ledger => q{SELECT * FROM retention.ledger WHERE action NOT LIKE 'revealed%' ORDER BY entry_id},
	indexes => q{SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE pg_get_indexdef(indexrelid) LIKE '%retention_clock%' ORDER BY 1},
	pauses => 'SELECT * FROM retention.pause ORDER BY 1',
	windows => 'SELECT * FROM retention.sweep_window ORDER BY 1',
	'next policy' => 'SELECT last_value, is_called FROM retention.policy_id_seq');
sub everything { return { map { $_ => value($_[0], "$reveal $known{$_}") } keys %known } }

# What an ordinary role can read.
my $seen = join(' UNION ALL ', map { "SELECT '$_', count(*) FROM $_" } @tables) . ' ORDER BY 1';
sub seen_by { return value($_[1], "SET ROLE $_[0]; $seen") }

value('postgres', 'CREATE DATABASE digiquip');
my $data = slurp_file('demo/data.sql');
$data =~ s/\b(2500|22000|6000|100000|60000|200000|200001|40000)\b/int($1 \/ 10)/ge;
append_to_file("$dir/data.sql", $data);
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', map({ ('-f', $_) } 'demo/schema.sql', "$dir/data.sql"),
	'-c', 'CREATE EXTENSION pg_retention', '-f', 'demo/policy.sql', '-c', "UPDATE retention.policy SET mode = 'enforce'",
	$node->connstr('digiquip') ], 'the demo is loaded');
settles('digiquip', 'SELECT bool_and(ready) FROM retention.policy', 't', 'the demo is enforced');
settles('digiquip', "SELECT $due > 0, $due = (SELECT count(*) FROM retention.blocked_row)", 'f|t', 'what was due is swept');

# Half a year later there is much to do, and nobody has done it when the dump is made.
set_everywhere('retention.worker = off');
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_retention worker'");
set_everywhere("retention.test_now = '2026-06-01 12:00:00 Europe/Oslo'");
settles('digiquip', "SELECT current_setting('retention.test_now') LIKE '2026%'", 't', 'time goes on');
my $to_do = value('digiquip', "$reveal SELECT $due");
my $all_over = value('digiquip', "$reveal SELECT $over");
my $users = value('digiquip', "$reveal SELECT count(*) FROM app.users");
cmp_ok($to_do, '>', 100, 'there is something to sweep');
value('digiquip', "SELECT retention.pause('messages', 'a court asks')");
value('digiquip', "INSERT INTO retention.sweep_window (policy, opens, closes) VALUES ('messages', '02:00', '06:00')");
dump_to('plain.sql');
dump_to('archive', '-Fc');
dump_to('directory', '-Fd', '-j', '4');
dump_to('inserts.sql', '--rows-per-insert=500', '--column-inserts');
dump_to('schema.sql', '-s');
dump_to('data_only.sql', '-a');
my $before = everything('digiquip');
my %seen_before = map { $_ => seen_by($_, 'digiquip') } qw(digiquip application);
value('postgres', 'CREATE DATABASE template TEMPLATE digiquip');
my $runs = value('template', 'SELECT count(*) FROM retention.sweep_run');
set_everywhere('retention.worker = on');

# In the middle of a restore: the first table is loaded, the policies are not.
value('postgres', 'CREATE DATABASE half');
restore('half', 'archive', '--section=pre-data');
my ($list) = run_command([ 'pg_restore', '-l', "$dir/archive" ]);
append_to_file("$dir/list", $list =~ /^(.* TABLE DATA app users .*)$/m ? "$1\n" : die 'no users in the dump');
restore('half', 'archive', '-L', "$dir/list");
is(value('half', 'SELECT count(*) FROM retention.policy'), '0', 'no policy is loaded yet');
is(value('half', "$reveal SELECT count(*) FROM app.users"), $users, 'all users are');
is(value('half', 'SET ROLE digiquip; SELECT count(*) FROM app.users WHERE retention.starts_at(retention_clock) IS NOT NULL'), '0',
	'none whose time may be over is visible');

my %way = (
	'plain' => sub { restore_plain('plain', 'plain.sql') },
	'parallel' => sub { restore('parallel', 'archive', '-j', '4') },
	'directory' => sub { restore('directory', 'directory', '-j', '8') },
	'inserts' => sub { restore_plain('inserts', 'inserts.sql') },
	'template' => sub { },
	'data' => sub { restore_plain('data', 'schema.sql'); restore_plain('data', 'data_only.sql') });
for my $copy (sort keys %way) {
	value('postgres', "CREATE DATABASE $copy") if $copy ne 'template';
	$way{$copy}->();
	is(seen_by($_, $copy), $seen_before{$_}, "$copy: role $_ sees what it saw") for sort keys %seen_before;
	my $restored = everything($copy);
	is($restored->{$_}, $before->{$_}, "$copy: the same $_") for sort keys %known;
	is(value($copy, 'SELECT ok FROM retention.verify_ledger()'), 't', "$copy: the ledger holds");
	is(value($copy, q{SELECT ok FROM retention.check() WHERE what = 'ledger has its end'}) . value($copy, 'SELECT count(*) > 0 FROM retention.ledger_mark'), 'tt',
		"$copy: the mark of its end came along");
	is(value($copy, 'SELECT DISTINCT state FROM retention.status'), 'waiting for retention.resume()', "$copy: it waits");
	isnt($node->psql($copy, 'CALL retention.sweep()'), 0, "$copy: also for whoever calls");
}
my $now = value('template', 'SELECT clock_timestamp()');
for my $copy (sort keys %way) {
	$node->poll_query_until($copy, "SELECT started_at > '$now' AND ended_at IS NOT NULL FROM retention.worker_status WHERE database = '$copy'")
		or die "no worker in $copy";
	is(value($copy, "$reveal SELECT $over"), $all_over, "$copy: its worker has taken nothing");
	is(value($copy, 'SELECT count(*) FROM retention.sweep_run'), $copy eq 'template' ? $runs : '0', "$copy: nor tried");
}

# A table whose policy does not fit the schema is left alone; hiding is on all the same.
isnt($node->psql('parallel', 'ALTER TABLE support.case_notes DROP CONSTRAINT case_notes_case_id_fkey'), 0, 'what a policy needs and the restore brought stays');
# As if the restore had not brought it.
value('parallel', q{SET allow_system_table_mods = on; UPDATE pg_event_trigger SET evtenabled = 'D' WHERE evtname LIKE 'retention%';
	ALTER TABLE support.case_notes DROP CONSTRAINT case_notes_case_id_fkey; UPDATE pg_event_trigger SET evtenabled = 'A' WHERE evtname LIKE 'retention%'});
my $kept = value('parallel', "$reveal SELECT count(*) FROM support.case_notes");
my (undef, undef, $warning) = $node->psql('parallel', 'SELECT retention.resume()');
like($warning, qr/the policies of table "case_notes" do not fit the schema/, 'resume() says what does not fit');
settles('parallel', "SELECT state FROM retention.status WHERE name = 'user accounts'", 'enforcing', 'the others go on');
value('parallel', "SELECT retention.approve('user accounts')");
settles('parallel', "SELECT (SELECT count(*) FROM app.users WHERE retention.state(retention_clock) = 'due')
	= (SELECT count(*) FROM retention.blocked_row WHERE relation = 'app.users'::regclass)", 't', 'users are swept');
is(value('parallel', "SELECT state FROM retention.status WHERE name = 'case notes'"), 'not validated', 'case notes are not validated');
is(value('parallel', "$reveal SELECT count(*) FROM support.case_notes"), $kept, 'case notes are not swept while they are not validated');
like(seen_by('application', 'parallel'), qr/^\Q$1\E$/m, 'case notes are hidden as before') if $seen_before{application} =~ /^(support\.case_notes\|\d+)$/m;
value('parallel', 'ALTER TABLE support.case_notes ADD CONSTRAINT case_notes_case_id_fkey FOREIGN KEY (case_id) REFERENCES support.cases ON DELETE CASCADE');
settles('parallel', "SELECT state FROM retention.status WHERE name = 'case notes'", 'enforcing', 'case notes wait until their policy fits again');

for (grep { $_ ne 'parallel' } sort keys %way) {
	value($_, 'SELECT retention.resume()');
	settles($_, 'SELECT count(*) FROM retention.preparation', '0', "$_: rows are stamped");
	value($_, $approve);
}
value($_, "SELECT retention.unpause('messages'); DELETE FROM retention.sweep_window") for sort keys %way;
for my $copy (sort keys %way) {
	settles($copy, "SELECT $due = (SELECT count(*) FROM retention.blocked_row)", 't', "$copy: the worker goes on");
	is(value($copy, 'SELECT ok FROM retention.verify_ledger()'), 't', "$copy: and so does the ledger");
}
$node->stop;
done_testing();
