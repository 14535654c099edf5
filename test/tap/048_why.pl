# What retention.why() says is the same in a database of another encoding, in a transaction that writes nothing, and on a standby.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('why');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.allow_test_time = on
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->start;
$ENV{PGCLIENTENCODING} = 'UTF8';
my $at = q{SET retention.test_now = '2030-06-03 10:00:00+00';};

my %said;
for my $encoding (qw(UTF8 LATIN1 SQL_ASCII)) {
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->safe_psql($database, q{
		CREATE EXTENSION pg_retention;
		CREATE TABLE "bøker" (id text PRIMARY KEY, issued_on date, title text);
		INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('"bøker"', 'title', 'free text', '1 year');
		INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, reference, action, mode)
			VALUES ('bøker', '"bøker"', '{issued_on}', '1 year', '5 years', 'bokføringsloven § 13', 'delete', 'enforce');
		CALL retention.sweep();
		SELECT retention.approve('bøker');
		INSERT INTO "bøker" VALUES ('æ', '2029-03-15', 'needle')});
	$said{$encoding}{$_} = $node->safe_psql($database, qq{$at SELECT retention.why('"bøker"'::regclass, 'æ'::text, '$_')}) for qw(en nb);
	$said{$encoding}{json} = $node->safe_psql($database, qq{$at SELECT retention.why('"bøker"'::regclass, 'æ'::text, format => 'json')});
}
like($said{UTF8}{nb}, qr/^Rad "æ" i tabellen public\."bøker"\n/, 'names and keys are told');
like($said{UTF8}{nb}, qr/krevd av bokføringsloven § 13: 5 år; over fra 16\. mars 2034/, 'the law is told with its day');
is($said{LATIN1}{$_}, $said{UTF8}{$_}, "$_: the same in LATIN1") for qw(en nb json);
is($said{SQL_ASCII}{$_}, $said{UTF8}{$_}, "$_: the same in a database without an encoding") for qw(en nb json);
is($node->safe_psql('latin1', q{SELECT position('bokf' || chr(248) || 'ringsloven' IN retention.why('"bøker"'::regclass, 'æ'::text, 'nb')) > 0}), 't', 'letters are those of the database');

my $question = qq{$at SELECT retention.why('"bøker"'::regclass, 'æ'::text, 'nb')};
is($node->safe_psql('utf8', "SET default_transaction_read_only = on; $question"), $said{UTF8}{nb}, 'a transaction that writes nothing may ask');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
like($standby->safe_psql('utf8', $question), qr/Raden er ikke i bruk fra 16\. mars 2030, men loven krever den fortsatt/, 'a standby may be asked');

done_testing();
