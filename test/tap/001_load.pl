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
# In a schema of its own: who drops that drops the extension.
is($node->psql('postgres', 'CREATE SCHEMA home; CREATE EXTENSION pg_retention SCHEMA home'), 0, 'CREATE EXTENSION with the library');
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

# A server that has not loaded it destroys nothing.
$node->safe_psql('postgres', q{
CREATE TABLE people (id int, mail retention.email, name text);
INSERT INTO people VALUES (1, 'kari@x.example', 'Kari');
CREATE ROLE leaves;
CREATE TABLE theirs (id int, mail retention.email);
ALTER TABLE theirs OWNER TO leaves;
});
my $columns = q{SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attrelid::regclass::text) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
	WHERE t.typnamespace = 'retention'::regnamespace AND attrelid >= 16384 AND attrelid::regclass::text !~ '^retention'};
my $before = $node->safe_psql('postgres', $columns);
like($before, qr/people\.mail.*theirs\.mail.*visits\.retention_clock/, 'there are columns of the types of the extension');
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
for my $statement ('DROP EXTENSION pg_retention CASCADE', 'DROP EXTENSION IF EXISTS pg_retention CASCADE', 'DROP OWNED BY leaves CASCADE', 'DROP TABLE people',
	'DROP TYPE retention.email CASCADE', 'DROP SCHEMA retention CASCADE', 'ALTER TABLE people DROP COLUMN mail', 'TRUNCATE visits', 'DELETE FROM visits',
	'SET session_replication_role = replica; DROP EXTENSION pg_retention CASCADE', 'DROP FUNCTION retention.maintain_clock() CASCADE',
	'DROP SCHEMA home CASCADE', "DO 'BEGIN DROP SCHEMA home CASCADE; END'", 'ALTER EXTENSION pg_retention DROP TYPE retention.email; DROP TYPE retention.email CASCADE',
	'ALTER EXTENSION pg_retention DROP FUNCTION retention.guard_delete(); DROP FUNCTION retention.guard_delete() CASCADE') {
	isnt($node->psql('postgres', $statement), 0, "without the library: $statement is refused") if $statement !~ /visits$/;
	(undef, undef, $err) = $node->psql('postgres', $statement);
	like($err, qr/shared_preload_libraries|requires it|depend/, "without the library: $statement says why") if $statement !~ /visits$/;
	is($node->safe_psql('postgres', $columns), $before, "without the library: $statement loses no column");
}
is($node->safe_psql('postgres', 'SELECT name FROM people'), 'Kari', 'what is not of the extension is read as before');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_retention'");
$node->restart;
is($node->safe_psql('postgres', 'SELECT mail FROM people'), 'kari@x.example', 'with the library again all is there');
(undef, undef, $err) = $node->psql('postgres', 'DROP EXTENSION pg_retention CASCADE');
like($err, qr/HINT:.*release_types/s, 'with the library DROP EXTENSION says what to do first');
$node->safe_psql('postgres', 'DROP OWNED BY leaves CASCADE; SET retention.confirm_drop = on; DELETE FROM retention.policy; SELECT count(*) FROM retention.release_types()');
is($node->psql('postgres', 'DROP EXTENSION pg_retention'), 0, 'DROP EXTENSION goes when nothing is of its types');
$node->stop;
done_testing();
