# A server for what erasures and pseudonyms need: a key in a file, no worker, time by injection.
package Keyed;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
our @EXPORT = qw(keyed_node);

# The node, started, and the folder with the files "key" and "other"; settings are lines of postgresql.conf, in which PLACE is that folder.
sub keyed_node {
	my ($name, $settings, @init) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(@init);
	my $place = PostgreSQL::Test::Utils::tempdir();
	append_to_file("$place/key", 'a key of thirty-two bytes or more, for tests alone');
	append_to_file("$place/other", 'another key of thirty-two bytes or more, for tests');
	$settings =~ s/PLACE/$place/g;
	$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
$settings
fsync = off
jit = off
});
	$node->start;
	return ($node, $place);
}

1;
