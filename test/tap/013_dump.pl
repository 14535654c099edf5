# Kinds of persons and links to them come through a dump, although it loads them before the keys that they follow.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE SCHEMA "Z";
CREATE TABLE "Z"."Persons" (id bigint, region text, mail text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE "Z".north PARTITION OF "Z"."Persons" FOR VALUES IN ('n');
CREATE TABLE aaa (id bigint PRIMARY KEY, region text, opened_by bigint, FOREIGN KEY (opened_by, region) REFERENCES "Z"."Persons" (id, region));
CREATE TABLE helpers ("case" bigint REFERENCES aaa, person bigint, region text, PRIMARY KEY ("case", person, region),
	FOREIGN KEY (person, region) REFERENCES "Z"."Persons");
CREATE TABLE zzz (id int PRIMARY KEY, "case" bigint REFERENCES aaa, told_by text, helper_mail text);
INSERT INTO "Z"."Persons" VALUES (1, 'n', 'kari@x.example'), (2, 'n', 'ola@x.example');
INSERT INTO aaa VALUES (10, 'n', 1), (11, 'n', 2);
INSERT INTO helpers VALUES (11, 1, 'n');
INSERT INTO zzz VALUES (20, 10, 'a', 'b'), (21, 11, 'c', 'd');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', '"Z"."Persons"', '{mail}');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT * FROM retention.propose_links();
UPDATE retention.subject_link SET columns = '{helper_mail}' WHERE path LIKE '%[%' AND relation = 'zzz'::regclass;
INSERT INTO retention.controller (name, contact) VALUES ('DigiQuip AS', 'privacy@digiquip.example');
});
my $settings = 'SELECT kind, relation, key, identifying, validated FROM retention.subject_kind; '
	. 'SELECT kind, relation, path, role, columns, validated FROM retention.subject_link ORDER BY 1, 2, 3';
my $copy = q{SELECT json_agg(e) FROM (SELECT * FROM retention.export_rows('person', '{"id": 1, "region": "n"}'::jsonb) ORDER BY relation::text, row_key) e};
my %before = map { $_ => $node->safe_psql('postgres', $_) } ($settings, $copy);
like($before{$settings}, qr/\[public\.helpers\."case"\]\.person/, 'links that lead up and down');
is(scalar(() = $before{$copy} =~ /"relation"/g), 6, 'the links lead to six rows');

my $dir = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-f', "$dir/dump.sql", $node->connstr('postgres') ], 'dumped');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/archive", $node->connstr('postgres') ], 'as an archive, too');
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plain parts);
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", $node->connstr('plain') ], 'restored');
$node->command_ok([ 'pg_restore', '-e', '-s', '-d', $node->connstr('parts'), "$dir/archive" ], 'the schema alone');
$node->command_ok([ 'pg_restore', '-e', '-a', '--disable-triggers', '-d', $node->connstr('parts'), "$dir/archive" ], 'pg_restore restores the data after the schema');
for my $database (qw(plain parts)) {
	is($node->safe_psql($database, $_), $before{$_}, "$database: " . ($_ eq $copy ? 'the same copy' : 'the same kinds and links')) for $settings, $copy;
	is($node->safe_psql($database, 'SELECT count(*) FROM retention.propose_links()'), '0', "$database: nothing is left to propose");
	is($node->safe_psql($database, 'SELECT name FROM retention.controller'), 'DigiQuip AS', "$database: whose data it is");
	my ($status, undef, $error) = $node->psql($database, 'ALTER TABLE aaa DROP COLUMN opened_by');
	like($error, qr/needs path "opened_by" of table aaa.*HINT/s, "$database: what they need cannot be dropped");
	$node->safe_psql($database, 'ALTER TABLE aaa RENAME opened_by TO owner');
	is($node->safe_psql($database, q{SELECT count(*) FROM retention.subject_link WHERE path ~ '\yowner$'}), '3', "$database: and is renamed in them");
}
$node->stop;
done_testing();
