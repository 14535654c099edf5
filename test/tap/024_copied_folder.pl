# A copied data folder has the system identifier, the database and the timeline of its original, and is told from it before anything is swept.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('original');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
fsync = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE users (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO users VALUES (1, NULL), (2, NULL);
UPDATE users SET left_on = '2020-01-01' WHERE id = 1;
});
$node->stop;
my $copy = PostgreSQL::Test::Cluster->new('copy');
$copy->command_ok([ 'cp', '-a', $node->data_dir, $copy->data_dir ], 'the folder of the data is copied');
$copy->append_conf('postgresql.conf', "port = " . $copy->port);
$node->start;
$copy->start;
my $same = 'SELECT system_identifier FROM pg_control_system()';
is($copy->safe_psql('postgres', $same), $node->safe_psql('postgres', $same), 'a copy has the system identifier of its original');
is($copy->safe_psql('postgres', 'SELECT state FROM retention.status'), 'waiting for retention.resume()', 'a copy waits for retention.resume()');
like(($copy->psql('postgres', 'CALL retention.sweep()'))[2], qr/not where its policies were written.*retention\.resume/s, 'no sweep acts in a copy');
is($copy->safe_psql('postgres', 'SELECT count(*) FROM users'), '1', 'a copy hides');
is($node->safe_psql('postgres', 'SELECT state FROM retention.status'), 'enforcing', 'the original goes on after a restart');
$node->safe_psql('postgres', 'CALL retention.sweep()');
is($node->safe_psql('postgres', 'SET retention.reveal = on; SELECT count(*) FROM users'), '1', 'the original sweeps');
is($copy->safe_psql('postgres', 'SET retention.reveal = on; SELECT count(*) FROM users'), '2', 'in a copy nothing is gone');
$copy->safe_psql('postgres', 'SELECT retention.resume(); CALL retention.sweep()');
is($copy->safe_psql('postgres', 'SET retention.reveal = on; SELECT count(*) FROM users'), '1', 'a copy sweeps after retention.resume()');
$copy->restart;
is($copy->safe_psql('postgres', 'SELECT state FROM retention.status'), 'enforcing', 'a copy that was resumed goes on after a restart');

# Moved by its administrator: the place is another one, and one call says that it is meant.
my $moved = PostgreSQL::Test::Cluster->new('moved');
$copy->stop;
$moved->command_ok([ 'cp', '-a', $copy->data_dir, $moved->data_dir ], 'the copy is copied again');
$moved->append_conf('postgresql.conf', "port = " . $moved->port);
$moved->start;
is($moved->safe_psql('postgres', 'SELECT state FROM retention.status'), 'waiting for retention.resume()', 'a copy of a copy waits, too');
done_testing();
