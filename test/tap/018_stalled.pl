# Nobody's code, and nobody's lock, keeps a worker from the tables of others, and status says who stands in the way.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('stalled');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.statement_timeout = 1s
lock_timeout = 0
});
$node->start;

# Every row, hidden or not.
sub settles {
	my ($query, $expected, $name) = @_;
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	my $found = $node->poll_query_until('postgres', $query, $expected);
	ok($found, $name) or diag($node->safe_psql('postgres', 'SELECT name, state, problem FROM retention.status'));
}

# A table whose rows are due, of an owner of its own, and what its trigger does.
sub table {
	my ($name, $rows, $body) = @_;
	my $trigger = $body eq '' ? '' : qq{
CREATE FUNCTION app.${name}_trigger() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN $body RETURN OLD; END\$\$;
CREATE TRIGGER ${name}_waits BEFORE DELETE ON app.$name FOR EACH ROW EXECUTE FUNCTION app.${name}_trigger();};
	$node->safe_psql('postgres', qq{
SET ROLE stalled_owner;
CREATE TABLE app.$name (id int PRIMARY KEY, note text, left_on date);
$trigger
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('$name', 'app.$name', '{left_on}', '1 day', '0 days', 'delete', 'enforce');
});
	settles("SELECT state FROM retention.status WHERE name = '$name'", 'enforcing', "$name is prepared");
	fill($name, 1, $rows);
}

sub fill {
	my ($name, $from, $to) = @_;
	$node->safe_psql('postgres', "INSERT INTO app.$name SELECT i, 'note', '2020-01-01' FROM generate_series($from, $to) i");
}

# Others are swept now: rows that come later than what waits.
my $round = 0;
sub goes_on {
	my ($name) = @_;
	++$round;
	fill('free', 1000 * $round, 1000 * $round + 9);
	settles('SELECT count(*) FROM app.free WHERE left_on IS NOT NULL', '0', $name);
}

sub stands_in_the_way {
	my ($policy, $pattern, $name) = @_;
	settles("SELECT problem ~ '$pattern' FROM retention.status WHERE name = '$policy'", 't', $name);
}

sub restart_at_once {
	my ($settings) = @_;
	$node->append_conf('postgresql.conf', $settings);
	$node->restart('fast');
}

$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE ROLE stalled_owner;
CREATE ROLE reader;
CREATE SCHEMA app;
GRANT ALL ON SCHEMA app TO stalled_owner, reader;
GRANT USAGE ON SCHEMA retention TO stalled_owner;
GRANT EXECUTE ON PROCEDURE retention.sweep TO stalled_owner;
});

# The last, so that the others are in front of it.
table('sleeps', 3, 'PERFORM pg_sleep(36000);');
table('lifts', 3, q{SET statement_timeout = 0; SET lock_timeout = 0; PERFORM pg_sleep(36000);});
table('catches', 3, q{LOOP BEGIN PERFORM pg_sleep(36000); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP;});
table('catches_all', 3, q{LOOP BEGIN BEGIN PERFORM pg_sleep(36000); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(36000); END;
	EXCEPTION WHEN query_canceled OR others THEN PERFORM pg_sleep(36000); END; END LOOP;});
table('pretends', 3, q{RAISE 'not today' USING ERRCODE = 'query_canceled';});
table('one', 400, q{IF OLD.id = 123 THEN PERFORM pg_sleep(36000); END IF;});
table('nests', 3, 'CALL retention.sweep(); PERFORM pg_sleep(36000);');
table('locked', 3, '');
table('free', 3, '');

goes_on('rows of other tables go');
stands_in_the_way('sleeps', 'took longer than .*trigger sleeps_waits of table app.sleeps, owner stalled_owner', 'status names a trigger that sleeps');
stands_in_the_way('lifts', 'took longer than .*trigger lifts_waits', 'status names a trigger that sets the timeouts to zero');
stands_in_the_way('catches', 'took longer than .*trigger catches_waits', 'status names a trigger that catches the cancel and goes on');
stands_in_the_way('catches_all', 'took longer than .*trigger catches_all_waits', 'in blocks within blocks');
stands_in_the_way('nests', 'a sweep is under way in this session', 'a trigger that sweeps is refused');
stands_in_the_way('pretends', '^error 57014', 'an error under the code of a cancel is that of a row');
settles("SELECT count(*) FROM retention.check() WHERE what = 'nothing stands in the way' AND object = 'app.sleeps' AND NOT ok AND hint ~ 'sleeps_waits'",
	'1', 'the check names the trigger that sleeps');
settles("SELECT attempts FROM retention.blocked_table WHERE relation = 'app.sleeps'::regclass", '1', 'a table that took too long is tried again later');
settles('SELECT string_agg(id::text, $$,$$) FROM app.one', '123', 'of a table where one row takes too long the others go');
settles("SELECT reason ~ 'trigger one_waits' AND attempts = 1 FROM retention.blocked_row WHERE relation = 'app.one'::regclass", 't', 'the one is blocked');
settles("SELECT count(*) FROM retention.sweep_run WHERE problem LIKE 'canceling statement%'", '0', 'no pass was broken off');

# Its time comes.
$node->safe_psql('postgres', q{DROP TRIGGER one_waits ON app.one; DROP TRIGGER sleeps_waits ON app.sleeps;});
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.test_now = '2100-01-01'});
$node->reload;
settles('SELECT (SELECT count(*) FROM app.one) + (SELECT count(*) FROM app.sleeps)', '0', 'when what stood in the way is gone, they go');
settles("SELECT count(*) FROM retention.blocked_table WHERE relation = 'app.sleeps'::regclass", '0', 'nothing is said any more of a table that goes');
settles("SELECT attempts FROM retention.blocked_table WHERE relation = 'app.catches'::regclass", '2', 'the others were tried again');

# A lock.
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE app.locked');
fill_free_of_lock();
goes_on('a lock on one table does not hold up the others');
stands_in_the_way('locked', 'role .*whose session [0-9]+ locks the table', 'status names who holds it');
$holder->query_safe('ROLLBACK');
$holder->quit;

sub fill_free_of_lock {
	# Until the worker has met it.
	settles("SELECT count(*) > 0 FROM retention.blocked_table WHERE relation = 'app.locked'::regclass", 't', 'the worker meets the lock');
}

# Copies of whoever may read.
$node->safe_psql('postgres', q{
GRANT SELECT ON app.free TO reader;
INSERT INTO app.free VALUES (1, 'here', NULL);
SET ROLE reader;
CREATE FUNCTION app.slow(text) RETURNS text LANGUAGE plpgsql AS
	$$BEGIN IF session_user <> 'postgres' OR current_setting('application_name') = '' THEN PERFORM pg_sleep(36000); END IF; RETURN $1; END$$;
CREATE MATERIALIZED VIEW app.mine AS SELECT id, 'x' AS note FROM app.free;
});
$node->safe_psql('postgres', q{
SET application_name = 'test'; SET ROLE reader;
CREATE MATERIALIZED VIEW app.sleepy AS SELECT id, app.slow(note) FROM app.free;
});
goes_on('rows go');
stands_in_the_way('free', 'sleepy: it took longer than .*function app.slow.*owner reader', 'status names a view that sleeps');
goes_on('more of them go while it cannot be refreshed');
settles("SELECT count(*) FROM retention.view_refresh WHERE view = 'app.mine'::regclass AND problem IS NULL", '1', 'other views are refreshed');
settles("SELECT count(*) FROM retention.check() WHERE what = 'materialized view is fresh' AND object = 'app.sleepy' AND NOT ok AND hint ~ 'owner reader'",
	'1', 'the check names the view that stalls');

# Stamping.
$node->safe_psql('postgres', q{
SET ROLE stalled_owner;
CREATE TABLE app.stamped (id int PRIMARY KEY, left_on date);
INSERT INTO app.stamped VALUES (1, '2020-01-01');
CREATE FUNCTION app.applies(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(36000); RETURN true; END$$;
RESET ROLE;
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, action)
	VALUES ('stamped', 'app.stamped', 'app.applies(id)', '{left_on}', '1 day', 'delete');
});
stands_in_the_way('stamped', 'took longer than .*function app.applies', 'status names a condition that sleeps');
goes_on('others are swept meanwhile');

# Columns with a period of their own.
$node->safe_psql('postgres', q{
SET ROLE stalled_owner;
CREATE TABLE app.columns (id int PRIMARY KEY, phone text, left_on date);
CREATE FUNCTION app.columns_trigger() RETURNS trigger LANGUAGE plpgsql AS
	$$BEGIN IF OLD.id = 7 AND NEW.phone IS NULL THEN PERFORM pg_sleep(36000); END IF; RETURN NEW; END$$;
CREATE TRIGGER columns_wait BEFORE UPDATE ON app.columns FOR EACH ROW EXECUTE FUNCTION app.columns_trigger();
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.columns', 'phone', 'phone', '1 day');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
	VALUES ('columns', 'app.columns', '{left_on}', '1000 years', 'delete', 'enforce');
});
settles("SELECT state FROM retention.status WHERE name = 'columns'", 'enforcing', 'columns is prepared');
$node->safe_psql('postgres', "INSERT INTO app.columns SELECT i, '22', '2020-01-01' FROM generate_series(1, 150) i");
settles('SELECT string_agg(id::text, $$,$$) FROM app.columns WHERE phone IS NOT NULL', '7', 'columns of the other rows are anonymised');
settles("SELECT reason ~ 'trigger columns_wait' AND columns_only FROM retention.blocked_row WHERE relation = 'app.columns'::regclass", 't', 'the row is blocked');

# By hand.
my ($status, $out, $error) = $node->psql('postgres', q{ALTER SYSTEM SET retention.test_now = '2101-01-01'; SELECT pg_reload_conf()});
restart_at_once("retention.worker = off\n");
fill('free', 500_001, 500_009);
($status, $out, $error) = $node->psql('postgres', 'CALL retention.sweep()');
is($status, 0, 'a sweep that is called ends, too');
settles('SELECT count(*) FROM app.free WHERE left_on IS NOT NULL', '0', 'a sweep that is called has gone on with other tables');
fill('free', 600_001, 600_009);
($status, $out, $error) = $node->psql('postgres', q{SET retention.test_now = '2200-01-01'; SET statement_timeout = '300ms'; CALL retention.sweep()});
like($error, qr/canceling statement due to statement timeout/, 'the limit of its caller ends all of it');

# What somebody else ends.
$node->safe_psql('postgres', q{ALTER SYSTEM SET retention.test_now = '2300-01-01'});
restart_at_once("retention.worker = on\nretention.statement_timeout = 0\n");
my $worker = "FROM pg_stat_activity WHERE backend_type = 'pg_retention worker' AND datname = 'postgres'";
settles("SELECT wait_event $worker", 'PgSleep', 'without a limit the worker sleeps');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) $worker");
settles("SELECT count(*) > 0 FROM retention.sweep_run WHERE problem LIKE 'canceling statement due to user request'", 't', 'a pass can be cancelled');
settles("SELECT count(*) FROM retention.sweep_run WHERE problem LIKE 'canceling statement due to user request' AND finished_at IS NULL", '0', 'a pass that was cancelled is over');
settles("SELECT wait_event $worker", 'PgSleep', 'the next one begins');
is($node->safe_psql('postgres', "SELECT count(*) FROM retention.blocked_table WHERE reason ~ 'ended with its worker'"), '0', 'what was cancelled is not said to have ended with its worker');
my $run = $node->safe_psql('postgres', 'SELECT max(run_id) FROM retention.sweep_run');
my $pid = $node->safe_psql('postgres', "SELECT pid $worker");
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) $worker");
stands_in_the_way('lifts', 'ended with its worker', 'a worker that is ended leaves word of what it was at');
settles("SELECT pid <> $pid $worker", 't', 'the next worker goes on with another table');
settles("SELECT finished_at IS NOT NULL AND problem ~ 'its process ended before it did' FROM retention.sweep_run WHERE run_id = $run", 't', 'the next worker closes the run of one that was ended');
settles('SELECT count(*) FROM retention.sweep_run WHERE by_worker AND finished_at IS NULL', '1', 'the run under way alone is open');
$node->stop('fast');
pass('the server stops');
done_testing();
