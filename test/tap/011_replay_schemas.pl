# In schemas of other people a replay erases those who were erased, and nobody who only has a key of theirs (test/schemas/oracle.psql, x.replay).
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node) = keyed_node('replay_schemas', q{retention.erasure_key_file = 'PLACE/key'});
$node->safe_psql('postgres', 'CREATE EXTENSION pg_retention');
my $schemas = "$FindBin::RealBin/../schemas";
for my $file (sort glob "$schemas/*.psql") {
	my ($name) = $file =~ m{([^/]*)\.psql$};
	next if $name eq 'oracle';
	my $found = $node->safe_psql('postgres', qq{BEGIN;
SET client_min_messages = error;
\\o /dev/null
\\i $schemas/oracle.psql
\\i $file
SELECT x.replay();
\\o
SELECT x.found();
ROLLBACK;});
	is($found, '', "a replay in schema $name erases who was erased, and nobody else");
}
$node->stop;
done_testing();
