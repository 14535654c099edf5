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
isnt($status, 0, 'not without the library');
like($err, qr/shared_preload_libraries/, 'says what is missing');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_retention'");
$node->restart;
is($node->psql('postgres', 'CREATE EXTENSION pg_retention'), 0, 'with it');
is($node->safe_psql('postgres', 'SHOW retention.worker'), 'on', 'the worker is on by default');
$node->stop;
done_testing();
