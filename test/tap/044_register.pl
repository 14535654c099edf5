# The register of the demo's company is the same bytes after a dump and a restore, whatever the encoding and the collation of the database.
use strict;
use warnings;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $demo = dirname(__FILE__) . '/../../demo';
my $node = PostgreSQL::Test::Cluster->new('register');
my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/$_", 'a key that is longer than thirty-two bytes') for qw(erasures pseudonyms);
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->append_conf('postgresql.conf', "retention.erasure_key_file = '$dir/erasures'\nretention.pseudonym_key_file = '$dir/pseudonyms'\nretention.backup_age = '90d'\n");
$node->start;
$node->safe_psql('postgres', q{CREATE DATABASE company TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('company', slurp_file("$demo/schema.sql") . 'CREATE EXTENSION pg_retention;' . slurp_file("$demo/policy.sql") . slurp_file("$demo/requests.sql") . q{
CREATE TABLE app."Gjester|<i>" (id int PRIMARY KEY, mail retention.email('1 year'), "kjært navn" retention.person_name, left_on date, ip inet, nick text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('app."Gjester|<i>"', 'nick', 'username', 'pseudonymise');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, purpose, legal_basis)
	VALUES ('gjester på besøk', 'app."Gjester|<i>"', '{left_on}', '2 years', '10 days', 'anonymise', 'service', 'contract');
INSERT INTO retention.purpose (name, legal_basis, timezone) VALUES ('Åpen dag', 'consent', 'UTC'), ('Zoo', 'consent', 'UTC'), ('aften', 'consent', 'UTC');
UPDATE retention.controller SET joint_controllers = '{Søster AS}', measures = '{opplæring hvert år}', representative = 'Bjørn';
UPDATE retention.policy SET mode = 'enforce' WHERE name <> 'messages';
CALL retention.sweep();
});

my @asked = ((map { "SELECT retention.register('$_')" } qw(json markdown html)), 'SELECT retention.register_digest()');
my %before = map { $_ => $node->safe_psql('company', $_) } @asked;
like($before{$asked[0]}, qr/"purpose": "Zoo".*"purpose": "aften".*"purpose": "Åpen dag"/s, 'names stand in the order of their bytes');
like($before{$asked[1]}, qr/\| gjester på besøk \|.*\| 2 years \| 10 days \| anonymised \|/, 'a policy of the register');
like($before{$asked[2]}, qr/gjester p&#229; bes&#248;k/, 'HTML is ASCII');
like($before{$asked[3]}, qr/^[0-9a-f]{64}$/, 'a digest');

like($before{$asked[1]}, qr/\* Erasures are remembered as hashes .*\n\* The key of pseudonyms lies outside the database/, 'keys that there are');
like($before{$asked[1]}, qr/\| erasures, as keyed hashes \| 90 days \|/, 'what is remembered under them, and how long');
unlike(join('', values %before), qr/\Q$dir\E/, 'no path');
my $file = "$dir/archive";
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('company') ], 'dumped');
}
my %databases = (
	latin => q{ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'},
	icu => q{ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'nb-NO'});
for my $database (sort keys %databases) {
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 $databases{$database}");
	$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr($database), $file ], "$database: restored");
	# What psql prints is UTF-8 in either.
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	is($node->safe_psql($database, $_), $before{$_}, "$database: $_ is the same before the database acts") for @asked;
	$node->safe_psql($database, 'SELECT retention.resume(); CALL retention.sweep();');
	is($node->safe_psql($database, $_), $before{$_}, "$database: $_ is the same when it does") for @asked;
}
$node->safe_psql('latin', q{UPDATE retention.policy SET quarantine_for = '11 days' WHERE name LIKE 'gjester%'});
isnt($node->safe_psql('latin', $asked[3]), $before{$asked[3]}, 'another quarantine has another digest');

done_testing();
