# What docs/monitoring holds is true: each query runs for a role that watches and nothing else, gives what it declares, and changes when its fault is there;
# both exporters ask the same; the dashboard and the alerts use metrics that there are; promtool takes the alerts, and each fires for its fault alone.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# As much of YAML as these files have. postgres_exporter: group => {query, labels, values, cache}.
sub postgres_exporter {
	my (%groups, $group, $column);
	for (split /\n/, slurp_file('docs/monitoring/postgres_exporter.yml')) {
		if (/^(\w+):$/) { $group = $groups{$1} = {query => '', labels => [], values => []} }
		elsif (/^  cache_seconds: (\d+)$/) { $group->{cache} = $1 }
		elsif (/^  query: \|$/ || /^  metrics:$/ || /^#|^$/) { }
		elsif (/^    - (\w+):$/) { $column = $1 }
		elsif (/^        usage: "LABEL"$/) { push @{$group->{labels}}, $column }
		elsif (/^        usage: "GAUGE"$/) { push @{$group->{values}}, $column }
		elsif (/^        description: "([^"]+)"$/) { $group->{said}{$column} = $1 }
		elsif (/^    (.*)$/ && !@{$group->{labels}}) { $group->{query} .= "$1\n" }
		else { die "postgres_exporter.yml: not understood: $_\n" }
	}
	return %groups;
}

# sql_exporter: the same, and the names of metrics.
sub sql_exporter {
	my (%groups, @metrics, $query);
	for my $file (glob 'docs/monitoring/*.collector.yml') {
		for (split /\n/, slurp_file($file)) {
			if (/^  - metric_name: (\w+)$/) { push @metrics, {name => $1} }
			elsif (/^    (type|help|key_labels|values|query_ref): (.*)$/) { my ($field, $text) = ($1, $2); $metrics[-1]{$field} = $text =~ s/^[\['](.*)[\]']$/$1/r }
			elsif (/^  - query_name: (\w+)$/) { $query = $1; $groups{$query} = {query => '', labels => [], values => [], said => {}, cache => $file =~ /slow/ ? 300 : undef} }
			elsif (/^      (.*)$/) { $groups{$query}{query} .= "$1\n" }
			elsif (/^collector_name: (\w+)$/) { is($file, "docs/monitoring/$1.collector.yml", "$file is found by the name of its collector") }
			elsif (/^min_interval: (0s|5m)$/) { my $said = $1; is($said, $file =~ /slow/ ? '5m' : '0s', "$file says how often its queries run") }
			elsif (!/^(?:metrics|queries):$|^    query: \|$|^#|^$/) { die "$file: not understood: $_\n" }
		}
	}
	for (@metrics) {
		my $group = $groups{$_->{query_ref}};
		push @{$group->{values}}, $_->{values};
		$group->{labels} = [split /, /, $_->{key_labels}];
		$group->{said}{$_->{values}} = $_->{help};
		die "$_->{name} is not $_->{query_ref} and its column, or no gauge\n" unless $_->{name} eq "$_->{query_ref}_$_->{values}" && $_->{type} eq 'gauge';
	}
	return %groups;
}

my %asked = postgres_exporter();
my %collected = sql_exporter();
delete @{$_->{said}}{@{$_->{labels}}} for values %asked;
delete $_->{cache} for grep { !defined $_->{cache} } values %collected;
is_deeply(\%collected, \%asked, 'both exporters ask the same, and give the same metrics');
my %metrics = map { my $g = $_; map { ("${g}_$_" => 1) } @{$asked{$g}{values}} } keys %asked;
cmp_ok(scalar keys %metrics, '>', 20, 'there are metrics');
is_deeply([grep { !/^pg_retention_[a-z_]+$/ } keys %metrics], [], 'metrics have plain names');
is_deeply([grep { /age|silent|overdue|next/ && !/_(?:seconds|rows)$/ } keys %metrics], [], 'a metric of time says its unit');
is_deeply([grep { my $said = $asked{$_}{said}; grep { !$said->{$_} } @{$asked{$_}{values}} } keys %asked], [], 'something is said of each metric');
my %labels = map { $_ => 1 } map { @{$_->{labels}} } values %asked;
is_deeply([sort keys %labels], [qw(datname kind policy what)], 'labels are few, and none is of a person or a row');

# What uses them.
my $dashboard = decode_json(slurp_file('docs/monitoring/dashboard.json'));
my @expressions = map { map { $_->{expr} } @{$_->{targets}} } @{$dashboard->{panels}};
push @expressions, map { $_->{definition} // () } @{$dashboard->{templating}{list}};
my @rules = slurp_file('docs/monitoring/alerts.yml') =~ /^ +expr: (.+)$/mg;
my %shown = map { $_ => 1 } map { /\b(pg_retention_\w+)/g } @expressions;
my %watched = map { $_ => 1 } map { /\b(pg_retention_\w+)/g } @rules;
is_deeply([grep { !$metrics{$_} } sort keys %shown], [], 'the dashboard shows metrics that there are');
is_deeply([grep { !$shown{$_} } sort keys %metrics], [], 'the dashboard shows each metric');
is_deeply([grep { !$metrics{$_} } sort keys %watched], [], 'alerts are on metrics that there are');
is_deeply([map { $_->{id} } @{$dashboard->{panels}}], [1 .. @{$dashboard->{panels}}], 'panels have numbers of their own');

# The alerts.
my ($promtool) = grep { defined && -x } $ENV{PROMTOOL}, 'build/packages/prometheus/usr/bin/promtool', '/usr/bin/promtool';
SKIP: {
	skip 'promtool is not here: scripts/unpack prometheus', 2 unless $promtool;
	for my $command ([qw(check rules docs/monitoring/alerts.yml)], [qw(test rules test/monitoring/alerts.yml)]) {
		my $said = '';
		ok(IPC::Run::run([$promtool, @$command], '<', \undef, '>&', \$said), "promtool has nothing against @$command") or diag $said;
	}
}
my @alerts = slurp_file('docs/monitoring/alerts.yml') =~ /^      - alert: (\w+)$/mg;
my $tested = slurp_file('test/monitoring/alerts.yml');
is_deeply([grep { $tested !~ /alertname="$_"/ || $tested !~ /alertname: $_\}/ } @alerts], [], 'each alert is tried with its fault, and without');

# A worker verifies the ledger by itself.
my $node = PostgreSQL::Test::Cluster->new('monitoring');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'UTC'
retention.allow_test_time = on
fsync = off
});
$node->start;
my %known;
my $sql = sub { my ($text) = @_; %known = (); return $node->safe_psql('postgres', $text) };
$sql->(q{CREATE EXTENSION pg_retention; CREATE ROLE watcher LOGIN IN ROLE pg_monitor;
CREATE TABLE first (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('first', 'first', '{left_on}', '1 year', '0 days', 'delete', 'enforce')});
ok($node->poll_query_until('postgres', 'SELECT ok AND entries > 0 FROM retention.ledger_verification'), 'the worker verifies the ledger, and writes down what came of it');

# What another pass would write is not written again before a day is over.
my $verified = $sql->(q{UPDATE retention.ledger_verification SET entries = -1 RETURNING verified_at});
my $asked = $sql->('SELECT clock_timestamp()');
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM retention.worker_status WHERE database = 'postgres' AND started_at > '$asked' AND ended_at IS NOT NULL"), 'the worker makes another pass');
is($sql->('SELECT entries FROM retention.ledger_verification'), -1, 'a pass within a day of the last verification reads no ledger');
$sql->(q{UPDATE retention.ledger_verification SET verified_at = now() - interval '25 hours'});
ok($node->poll_query_until('postgres', 'SELECT entries > 0 FROM retention.ledger_verification'), 'a day later the worker verifies the ledger again');

# One group's rows: by their labels but the database, the values.
my @psql = ('psql', '-XAtq', '-F', "\t", '-P', 'footer=off');
sub measured {
	my ($group) = @_;
	return $known{$group} if $known{$group};
	my ($out, $error) = ('', '');
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGUSER => 'watcher', PGDATABASE => 'postgres');
	IPC::Run::run([@psql, '-P', 'tuples_only=off', '-c', $asked{$group}{query}], '>', \$out, '2>', \$error);
	my ($head, @rows) = map { [split /\t/, $_, -1] } split /\n/, $out;
	is("@{$head // []}", "@{$asked{$group}{labels}} @{$asked{$group}{values}}", "$group: who watches is given what is declared") or diag $error;
	my %found;
	for (@rows) {
		my %row;
		@row{@$head} = @$_;
		is_deeply([grep { $row{$_} !~ /^-?[0-9.]+$/ } @{$asked{$group}{values}}], [], "$group: values are numbers");
		$found{join ' ', @row{grep { $_ ne 'datname' } @{$asked{$group}{labels}}}} = \%row;
	}
	return $known{$group} = \%found;
}
sub value { my ($metric, $of) = @_; my ($group, $column) = $metric =~ /^(pg_retention_[a-z]+)_(\w+)$/; return measured($group)->{$of // ''}{$column} }

my $silent = value('pg_retention_worker_silent_seconds');
cmp_ok($silent, '<', 60, 'a worker that makes its passes is not silent');
is(value('pg_retention_worker_problem'), 0, 'a worker that makes its passes has no problem');
$node->append_conf('postgresql.conf', "retention.worker = off\nretention.test_now = '2030-06-01 12:00Z'\n");
$node->restart;

# All is well.
$sql->(q{
DROP TABLE first;
DELETE FROM retention.audit_run;
CREATE TABLE users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('user', 'users');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('users', 'users', '{left_on}', '1 year', '0 days', 'delete', 'enforce'), ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'observe');
INSERT INTO users SELECT n, 'needle' || n FROM generate_series(1, 20) n;
CALL retention.sweep();
SELECT retention.open_request('access', 'user', 1);
SELECT retention.verify_ledger_now();
});
my %well = (
	pg_retention_policy_overdue_rows => 0, pg_retention_policy_overdue_seconds => 0, pg_retention_policy_blocked_rows => 0, pg_retention_policy_fuse_tripped => 0,
	pg_retention_policy_paused => 0, pg_retention_policy_audit_findings_rows => 0, pg_retention_policy_enforced => 1, pg_retention_policy_swept_rows_per_hour => 0);
is(value($_, 'users'), $well{$_}, "without a fault $_ is $well{$_}") for sort keys %well;
is(value('pg_retention_policy_enforced', 'visits'), 0, 'a policy that observes is said not to be enforced');
is(value('pg_retention_worker_silent_seconds'), 0, 'a sweep that was called is heard of, too');
my %none = (pg_retention_requests_open => 1, pg_retention_requests_due_soon => 0, pg_retention_requests_late => 0, pg_retention_requests_next_due_seconds => 30 * 86400, pg_retention_ledger_broken => 0,
	pg_retention_ledger_verified_age_seconds => 0, pg_retention_audit_findings_rows => 0, pg_retention_audit_age_seconds => 0, pg_retention_erasures_unverified => 0,
	pg_retention_erasures_returned_rows => 0, pg_retention_erasures_untold_recipients => 0);
is(value($_), $none{$_}, "without a fault $_ is $none{$_}") for sort keys %none;
is(value('pg_retention_ledger_entries'), $sql->('SELECT max(entry_id) FROM retention.ledger'), 'the number of the last entry is told');
is(value('pg_retention_gaps_found', 'personal column without a policy') // 0, 0, 'there is no gap of a kind');
is(value('pg_retention_checks_failed', 'policy is ready'), 0, 'a check that is well is told of with none that fail');

# Each fault, and what shows it.
sub fault {
	my ($what, $text, %changed) = @_;
	$sql->($text);
	for (sort keys %changed) {
		my ($metric, $of) = /^(\w+)(?: (.*))?$/;
		is(value($metric, $of), $changed{$_}, "$what: $_ is $changed{$_}");
	}
	return;
}
fault('rows that are due and stay', "UPDATE users SET left_on = '2029-05-20' WHERE id = 1; UPDATE users SET left_on = '2029-05-28' WHERE id = 2",
	'pg_retention_policy_overdue_rows users' => 2, 'pg_retention_policy_overdue_seconds users' => 11.5 * 86400);
fault('a trigger that keeps a row', q{CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no %', OLD.name; END$$;
	CREATE TRIGGER no BEFORE DELETE ON users FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION no(); CALL retention.sweep()},
	'pg_retention_policy_blocked_rows users' => 1, 'pg_retention_policy_overdue_rows users' => 1, 'pg_retention_policy_swept_rows_per_hour users' => 1, 'pg_retention_checks_failed no row is blocked' => 1);
fault('a pause', "SELECT retention.pause('users', 'a needle')", 'pg_retention_policy_paused users' => 1, 'pg_retention_policy_paused visits' => 0);
fault('a pause of all', "SELECT retention.unpause('users'), retention.pause_all('a needle')", 'pg_retention_policy_paused users' => 1, 'pg_retention_policy_paused visits' => 1);
fault('too much at once', "SELECT retention.unpause_all(); SET retention.max_share = 0.1; INSERT INTO users SELECT n, 'needle', '2029-05-01' FROM generate_series(100, 3100) n; CALL retention.sweep()",
	'pg_retention_policy_fuse_tripped users' => 1);
fault('findings of the audit', q{INSERT INTO retention.audit_run (relation, last_finished, last_findings) VALUES ('users', '2030-05-31 12:00Z', '{"wrong start": 3}')},
	pg_retention_audit_findings_rows => 3, pg_retention_audit_age_seconds => 86400, 'pg_retention_policy_audit_findings_rows users' => 3);
fault('a request that is due soon', "SELECT retention.open_request('access', 'user', 3, received => '2030-05-03 12:00Z')",
	pg_retention_requests_open => 2, pg_retention_requests_due_soon => 1, pg_retention_requests_late => 0, pg_retention_requests_next_due_seconds => 86400);
fault('a request that is late', "SELECT retention.open_request('access', 'user', 4, received => '2030-04-01 12:00Z')",
	pg_retention_requests_open => 3, pg_retention_requests_due_soon => 1, pg_retention_requests_late => 1);
fault('something left after an erasure', q{INSERT INTO retention.verification (kind, begun_at, finished_at, unverified) VALUES ('user', '2030-06-01', '2030-06-01', '{a table}')}, pg_retention_erasures_unverified => 1);
fault('an erased person who is there again', q{INSERT INTO retention.return_run (relation, last_found) VALUES ('users', 2)}, pg_retention_erasures_returned_rows => 2);
fault('a recipient who is not told', q{INSERT INTO retention.notice_to_recipient (recipient, disclosures, kind, what, created_at, created_by) VALUES ('Bank', 1, 'user', 'erased', '2020-01-01', 'x')},
	pg_retention_erasures_untold_recipients => 1);
fault('a gap', 'CREATE TABLE leads (mail retention.email)', 'pg_retention_gaps_found personal column without a policy' => 1);
fault('an entry that was altered', 'ALTER TABLE retention.ledger DISABLE TRIGGER append_only; UPDATE retention.ledger SET row_count = 7 WHERE entry_id = 2; ALTER TABLE retention.ledger ENABLE ALWAYS TRIGGER append_only;
	SELECT retention.verify_ledger_now()', pg_retention_ledger_broken => 1, 'pg_retention_checks_failed ledger is whole' => 1);
is($sql->('SELECT ok, first_bad, problem IS NULL FROM retention.ledger_verification'), 'f|2|t', 'the verification says which entry it is');
fault('an end that was cut off', 'ALTER TABLE retention.ledger DISABLE TRIGGER append_only; UPDATE retention.ledger_verification SET ok = true; DELETE FROM retention.ledger WHERE entry_id = (SELECT max(entry_id) FROM retention.ledger)',
	pg_retention_ledger_broken => 1);
$sql->("ALTER ROLE watcher SET retention.test_now = '2030-06-01 13:00Z'");
is(value('pg_retention_worker_silent_seconds'), 3600, 'an hour without a sweep is heard of');
is(value('pg_retention_ledger_verified_age_seconds'), 3600, 'an hour without a verification is heard of');

# The time was set back: what lies in the future says nothing of whether sweeps run now.
$sql->("INSERT INTO retention.sweep_run (started_at, by_worker) VALUES ('2030-05-31 11:00Z', true); ALTER ROLE watcher SET retention.test_now = '2030-05-31 12:00Z'");
is(value('pg_retention_worker_silent_seconds'), 3600, 'a sweep in the future does not make the worker sound alive');
$sql->("UPDATE retention.sweep_run SET started_at = '2030-07-01'");
cmp_ok(value('pg_retention_worker_silent_seconds'), '>=', 0, 'where all sweeps lie in the future the worker is silent since the server started');

# Nothing of persons, in all that was asked.
my $all = '';
for my $group (sort keys %asked) { $all .= join ' ', map { %$_ } values %{measured($group)} }
unlike($all, qr/needle/, 'no metric has anything of a person');
$node->stop;
done_testing();
