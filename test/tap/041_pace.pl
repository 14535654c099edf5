# A sweep keeps to its pace: rows and WAL a second, standbys that are behind, locks, and whoever pauses it while it goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('pace');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.worker_nice_ratio = 0
retention.max_share = 1
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
CREATE TABLE calls (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	SELECT t, t, '{left_on}', '1 day', '0 days', 'delete', 'enforce' FROM unnest('{visits,calls}'::text[]) t;
CALL retention.sweep();
});

sub fill {
	my ($table, $rows) = @_;
	$node->safe_psql('postgres', "INSERT INTO $table (id, left_on, retention_clock) SELECT i, '2020-01-01',
	(SELECT policy_id || ' 2020-01-01T12:00:00Z' FROM retention.policy WHERE name = '$table')::retention.clock FROM generate_series(1, $rows) i");
}
sub polls { local $ENV{PGOPTIONS} = '-c retention.reveal=on'; local $PostgreSQL::Test::Utils::timeout_default = 30; return $node->poll_query_until('postgres', $_[0]) }
sub rows { return $node->safe_psql('postgres', "SET retention.reveal = on; SELECT count(*) FROM $_[0]") }
sub set { $node->safe_psql('postgres', $_) for map("ALTER SYSTEM SET $_", @_), 'SELECT pg_reload_conf()' }
sub largest { return $node->safe_psql('postgres', "SELECT max(row_count) FROM retention.ledger WHERE action = 'deleted' AND relation = 'public.$_[0]' AND entry_id > $_[1]") }
sub last_entry { return $node->safe_psql('postgres', 'SELECT max(entry_id) FROM retention.ledger') }

# Seconds that a sweep takes with these settings.
sub sweep {
	my $began = time;
	$node->safe_psql('postgres', join('; ', map("SET $_", @_), 'CALL retention.sweep()'));
	return time - $began;
}

my $heard = sub { join ', ', sort $_[0] =~ /with payload "([^"]+?)[ \d]*"/g };
fill('visits', 1);
is($heard->($node->safe_psql('postgres', 'LISTEN pg_retention; CALL retention.sweep(); SELECT')), 'policy quarantined visits, sweep finished', 'listeners hear of rows that became hidden');

# Rows a second.
fill('visits', 1200);
my $before = last_entry();
cmp_ok(sweep('retention.rows_per_second = 500'), '>', 1.3, 'a sweep takes no more rows a second than it may');
is(rows('visits'), '0', 'a sweep that is limited takes all rows in the end');
is(largest('visits', $before), '500', 'no transaction takes more rows than a second has');
fill('visits', 1200);
cmp_ok(sweep(), '<', 1, 'a sweep without a limit does not wait');

# What it tells meanwhile.
$node->safe_psql('postgres', 'ANALYZE visits');
fill('visits', 1200);
my (undef, undef, $told) = $node->psql('postgres', 'SET retention.rows_per_second = 600; SET retention.progress_interval = 0; CALL retention.sweep()');
like($told, qr/NOTICE:  policy "visits": 600 of about \d+ rows done\n.*NOTICE:  policy "visits": 1200 of about \d+ rows done\n/s, 'a sweep that is called tells how far it is');
fill('visits', 1200);
(undef, undef, $told) = $node->psql('postgres', 'SET retention.rows_per_second = 600; SET retention.progress_interval = -1; CALL retention.sweep()');
unlike($told, qr/of about/, 'a sweep that is to tell nothing tells nothing');
is($node->safe_psql('postgres', 'SELECT count(*) FROM retention.progress'), '0', 'a sweep that has ended is not shown');

# Listeners hear of it.
$node->safe_psql('postgres', q{CREATE FUNCTION stands_in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
CREATE TRIGGER stands_in_the_way BEFORE DELETE ON visits FOR EACH ROW WHEN (OLD.id = 7) EXECUTE FUNCTION stands_in_the_way()});
fill('visits', 10);
is($heard->($node->safe_psql('postgres', 'LISTEN pg_retention; CALL retention.sweep(); SELECT')), 'policy blocked visits, sweep finished', 'listeners hear of what a sweep did and met');
is($heard->($node->safe_psql('postgres', 'LISTEN pg_retention; CALL retention.sweep(); SELECT')), '', 'of a sweep with nothing to do listeners hear nothing');
$node->safe_psql('postgres', "DROP TRIGGER stands_in_the_way ON visits; SET retention.reveal = on; DELETE FROM visits; DELETE FROM retention.blocked_row");

# Of one policy alone.
$node->safe_psql('postgres', "INSERT INTO retention.sweep_pace (policy, rows_per_second) VALUES ('calls', 100)");
fill($_, 300) for qw(visits calls);
$before = last_entry();
sweep();
is(largest('visits', $before) . ' ' . largest('calls', $before), '300 100', 'a policy has its own pace, and leaves that of others alone');
fill('calls', 300);
$before = last_entry();
sweep('retention.rows_per_second = 200');
is(largest('calls', $before), '100', 'what is written for a policy stands before the setting');
$node->safe_psql('postgres', "UPDATE retention.policy SET name = 'phone calls' WHERE name = 'calls'");
is($node->safe_psql('postgres', "SELECT policy, rows_per_second FROM retention.sweep_pace"), 'phone calls|100', 'the pace follows the name of its policy');
is($node->safe_psql('postgres', "SELECT count(*) FROM retention.check() WHERE what LIKE '%has its policy' AND NOT ok"), '0', 'a pace of a policy that is there is none of nobody');
$node->safe_psql('postgres', "UPDATE retention.policy SET name = 'calls' WHERE name = 'phone calls'; INSERT INTO retention.sweep_pace (policy) VALUES ('cals');
	INSERT INTO retention.sweep_window (policy, opens, closes) VALUES ('cals', '22:00', '06:00')");
is($node->safe_psql('postgres', "SELECT string_agg(what || ' ' || object, ', ' ORDER BY what) FROM retention.check() WHERE what LIKE '%has its policy' AND NOT ok"),
	'pace has its policy cals, window has its policy cals', 'a pace and a window of a policy that is not there are told of');
$node->safe_psql('postgres', "DELETE FROM retention.sweep_pace; DELETE FROM retention.sweep_window");
is($node->psql('postgres', 'INSERT INTO retention.sweep_pace VALUES (' . "'visits', $_)"), 3, "a pace that cannot be is refused: $_") for '0', '1, -1', '1, 1, -1', '1, 1, 1, -2', '1, 1, 1, 1, 0';

# WAL a second: each row is a page of it.
$node->safe_psql('postgres', 'ALTER TABLE visits ALTER left_on SET STORAGE PLAIN; ALTER TABLE visits ADD note text; ALTER TABLE visits ALTER note SET STORAGE PLAIN');
sub fill_wide { fill('visits', 600); $node->safe_psql('postgres', "SET retention.reveal = on; SET session_replication_role = replica; UPDATE visits SET note = repeat('x', 7000); RESET session_replication_role; VACUUM FREEZE visits; CHECKPOINT") }
fill_wide();
my $took = sweep("retention.wal_per_second = '2MB'");
cmp_ok($took, '>', 1, 'a sweep writes no more WAL a second than it may');
is(rows('visits'), '0', 'a sweep that may write little takes all rows in the end');

# A transaction takes the time that it is meant to.
$node->safe_psql('postgres', q{CREATE FUNCTION takes_time() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.pg_sleep(0.002); RETURN OLD; END$$;
CREATE TRIGGER takes_time BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION takes_time()});
fill('visits', 300);
$before = last_entry();
sweep('retention.transaction_time = 10');
cmp_ok(largest('visits', $before), '<=', 100, 'shorter transactions take fewer rows');
$node->safe_psql('postgres', 'DROP TRIGGER takes_time ON visits');

# Somebody pauses the policy while a pass goes on.
$node->safe_psql('postgres', q{CREATE FUNCTION pauses() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
	IF OLD.id = 10 THEN PERFORM retention.pause('visits', 'a court asks'); END IF; RETURN OLD; END$$;
CREATE TRIGGER pauses BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION pauses()});
fill('visits', 300);
$node->append_conf('postgresql.conf', 'retention.batch_size = 50');
$node->reload;
sweep();
is(rows('visits'), '250', 'a pass stops before the batch after a pause');
$node->safe_psql('postgres', "DROP TRIGGER pauses ON visits; SELECT retention.unpause('visits')");
$node->append_conf('postgresql.conf', 'retention.batch_size = 0');
$node->reload;
sweep();

# A standby that is behind.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($node->safe_psql('postgres', "SELECT retention.standby_lag() IS NOT NULL"), 't', 'there is a standby to wait for');
is($standby->safe_psql('postgres', "SELECT retention.standby_lag() IS NULL"), 't', 'a standby has none itself');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
fill('visits', 3000);
set("retention.max_standby_lag = '64kB'", 'retention.worker = on');
is(polls("SELECT state = 'waiting for a standby' FROM retention.status WHERE name = 'visits'"), 1, 'the status says that a sweep waits for a standby');
like($node->safe_psql('postgres', "SELECT problem FROM retention.status WHERE name = 'visits'"), qr/^one is \d+ kB of WAL behind, and may be 64 kB/, 'the status says how far it is behind');
is(polls("SELECT count(*) = 1 FROM retention.progress WHERE name = 'visits' AND relation = 'visits'::regclass AND phase = 'rows' AND waits_for = 'a standby' AND rows_done = 0
	AND rows_expected > 0 AND pid = (SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'pg_retention worker%' AND datname = 'postgres')"), 1, 'what a worker is at is shown, and what it waits for')
	or diag($node->safe_psql('postgres', 'SELECT * FROM retention.progress; SELECT backend_type, query FROM pg_stat_activity'));
# Another policy, which does not wait, has its turn meanwhile.
$node->safe_psql('postgres', "INSERT INTO retention.sweep_pace (policy, max_standby_lag) VALUES ('calls', -1)");
fill('calls', 10);
is(polls('SELECT count(*) = 0 FROM calls'), 1, 'a policy that need not wait is swept meanwhile');
is(rows('visits'), '3000', 'nothing is taken while a standby is behind');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
is(polls('SELECT count(*) = 0 FROM visits'), 1, 'the sweep goes on when the standby has caught up');
$standby->stop;

# Who breaks off is not shown any more.
set('retention.worker = off');
fill('visits', 1200);
my $sweep = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SET retention.rows_per_second = 20', '-c', 'CALL retention.sweep()' ], '<', \undef, '>&', \my $said);
is(polls("SELECT count(*) = 1 FROM retention.progress WHERE waits_for = 'rows or WAL a second' AND rows_done > 0 AND rows_per_second > 0"), 1, 'a sweep that is called is shown, too');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(pid) FROM retention.progress');
$sweep->finish;
is($node->safe_psql('postgres', 'SELECT count(*) FROM retention.progress'), '0', 'a sweep that was cancelled is not shown');
sweep();
set('retention.worker = on');

# A worker waits for locks as long as the policy says, and no longer than that.
$node->safe_psql('postgres', "UPDATE retention.sweep_pace SET lock_timeout = 10; INSERT INTO retention.sweep_pace (policy, lock_timeout) VALUES ('visits', 3600000)");
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE calls');
fill('visits', 10);
set("retention.lock_timeout = '1h'", 'retention.max_standby_lag = -1');
is(polls("SELECT problem LIKE '%lock timeout%' FROM retention.status WHERE name = 'calls'"), 1, 'a worker waits for locks as long as the policy says')
	or diag($node->safe_psql('postgres', 'SELECT name, state, problem FROM retention.status'));
$holder->quit;
$node->stop;
done_testing();
