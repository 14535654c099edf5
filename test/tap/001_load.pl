# The library must be there from the server's start, for otherwise rows would not be hidden.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('load');
$node->init;
$node->start;
my ($status, $out, $err) = $node->psql('postgres', 'CREATE EXTENSION pg_retention');
isnt($status, 0, 'no CREATE EXTENSION without the library');
like($err, qr/shared_preload_libraries/, 'says what is missing');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_retention'");
$node->restart;
is($node->psql('postgres', 'CREATE EXTENSION pg_retention'), 0, 'CREATE EXTENSION with the library');
is($node->safe_psql('postgres', 'SHOW retention.worker'), 'on', 'the worker is on by default');

$node->safe_psql('postgres', 'CREATE TABLE visits (left_on date)');
my $policy = "INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('visits', 'visits', '{left_on}', '%s', 'delete')";
(undef, undef, $err) = $node->psql('postgres', sprintf($policy, '90 minutes'));
is($err, '', 'exact time needs no time zone');
$node->safe_psql('postgres', 'DELETE FROM retention.policy');
(undef, undef, $err) = $node->psql('postgres', sprintf($policy, '30 days'));
like($err, qr/WARNING: .*end at midnight in time zone.*HINT: .*retention\.timezone/s, 'days do, and say so');
$node->safe_psql('postgres', 'DELETE FROM retention.policy');
$node->append_conf('postgresql.conf', "retention.timezone = 'Europe/Oslo'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.timezone') <> ''");
(undef, undef, $err) = $node->psql('postgres', sprintf($policy, '30 days'));
is($err, '', 'not when it is set');

# What was planned before there was an extension does not go on without the condition.
$node->safe_psql('postgres', 'CREATE DATABASE later');
is($node->safe_psql('later', q{
	CREATE TABLE visits (id int, left_on date);
	INSERT INTO visits VALUES (1, NULL), (2, '2020-01-01');
	CREATE FUNCTION seen() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM visits); END';
	SET plan_cache_mode = force_generic_plan;
	PREPARE seen AS SELECT count(*) FROM visits;
	EXECUTE seen;
	SELECT seen();
	CREATE EXTENSION pg_retention;
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
		VALUES ('visits', 'visits', '{left_on}', '30 days', 'forever', 'delete', 'enforce');
	CALL retention.sweep();
	EXECUTE seen;
	SELECT seen();
}), "2\n2\n1\n1", 'plans from before the extension');
$node->stop;
done_testing();
