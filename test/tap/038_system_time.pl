# The system's time jumps, forth and back, while the server runs and while it is off: nothing is swept by a time that cannot be. The monotonic
# clock is left alone. Injected time is no jump.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($library) = glob '/usr/lib/*/faketime/libfaketime.so.1';
plan skip_all => 'libfaketime is not installed' unless $library;

my $offset = PostgreSQL::Test::Utils::tempdir() . '/offset';
sub move_time { my ($by) = @_; append_to_file($offset, '') unless -e $offset; open my $file, '>', $offset or die $!; print $file "$by\n"; close $file }
move_time('+0');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'UTC'
retention.allow_test_time = on
CONF
sub start_faked
{
	local %ENV = (%ENV, LD_PRELOAD => $library, FAKETIME_TIMESTAMP_FILE => $offset, FAKETIME_NO_CACHE => 1, DONT_FAKE_MONOTONIC => 1, FAKETIME_DONT_FAKE_MONOTONIC => 1);
	$node->start;
}
start_faked();
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, ended_at timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'visits', '{ended_at}', '1 year', 'delete', 'enforce');
INSERT INTO visits SELECT i, now() - interval '1 day' FROM generate_series(1, 991) i;
INSERT INTO visits VALUES (992, NULL);
CALL retention.sweep();
SQL
sub rows { return $node->safe_psql('postgres', 'SET retention.reveal = on; SELECT count(*) FROM visits') }
sub sweep { my (undef, undef, $error) = $node->psql('postgres', 'CALL retention.sweep()'); return $error }
sub state_now { return $node->safe_psql('postgres', q{SELECT state || ': ' || coalesce(problem, '') FROM retention.status}) }

is(state_now(), 'enforcing: ', 'a time that goes on is no jump');
$node->safe_psql('postgres', q{SET retention.test_now = '2070-01-01'; SELECT 1 / (retention.system_time_jump() IS NULL)::int});
move_time('+40y');
like(sweep(), qr/the system's time has jumped by 14[56]\d\d days/, 'a sweep by a time that is forty years ahead is refused');
is(rows(), 992, 'nothing goes by a time that is forty years ahead');
like(state_now(), qr/^waiting for retention.resume\(\): the system's time has jumped by 14[56]\d\d days/, 'the status says that the time has jumped');
is($node->safe_psql('postgres', q{SELECT ok FROM retention.check() WHERE what = 'system time has not jumped'}), 'f', 'check() says so');
move_time('+0');
is(sweep(), '', 'when the time is right again sweeps go on by themselves');
is(state_now(), 'enforcing: ', 'when the time is right again the status says so');
is(rows(), 992, 'nothing went');

move_time('-3d');
like(sweep(), qr/has jumped by -3 days/, 'a time that goes back by days is a jump');
move_time('-20h');
is(sweep(), '', 'a time that goes back by less than a day is none');
move_time('+0');

# Off.
$node->stop;
move_time('+3d');
start_faked();
is(sweep(), '', 'a server that was off for days has not jumped');
$node->stop;
move_time('-3d');
start_faked();
like(sweep(), qr/has jumped by -6 days/, 'a server that comes back before what it has seen has jumped');
$node->safe_psql('postgres', 'SELECT retention.resume()');
is(sweep(), '', 'whoever looked at it says that the time is right');
move_time('+2d');
like(sweep(), qr/has jumped by 5 days/, 'a jump after that is one again');
$node->safe_psql('postgres', 'SELECT retention.resume()');
is(sweep(), '', 'a time that was accepted goes on');
is(rows(), 992, 'in all that nothing went');

# The worker.
$node->append_conf('postgresql.conf', "retention.worker = on\nretention.naptime = 1s\n");
$node->reload;
move_time('+40y');
ok($node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM retention.status WHERE state = 'waiting for retention.resume()')}), 'the status says so of the worker, too');
$node->wait_for_log(qr/LOG:  .*retention does not act: the system's time has jumped/);
is(rows(), 992, 'the worker takes nothing by a time that is forty years ahead');
$node->stop;
done_testing();
