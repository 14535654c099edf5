# Maintenance of a whole database goes on beside hidden rows: tables that have nothing to do with them are maintained.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('maintenance');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE people (id int PRIMARY KEY, name text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
VALUES ('people', 'people', '{left_on}', '1 day', '100 years', 'delete', 'enforce');
INSERT INTO people VALUES (1, 'hidden', '2020-01-01');
CREATE SCHEMA other;
CREATE FUNCTION other.fold(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN lower($1); END';
CREATE TABLE other.words (word text);
INSERT INTO other.words VALUES ('A');
CREATE INDEX words_fold ON other.words (other.fold(word));
CLUSTER other.words USING words_fold;
});
for my $command ('REINDEX SCHEMA other', 'REINDEX SCHEMA CONCURRENTLY other', 'REINDEX DATABASE postgres', 'CLUSTER', 'VACUUM FULL', 'ANALYZE') {
	my ($status, undef, $said) = $node->psql('postgres', $command);
	is($status, 0, "$command maintains what a user's function is in, beside hidden rows") or diag($said);
}
$node->safe_psql('postgres', q{
SET retention.reveal = on;
CREATE FUNCTION other.peek(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE INDEX people_peek ON people (other.peek(name));
-- Which of two functions is met first is a matter of where the catalog has their tables.
DROP INDEX other.words_fold;
});
for my $command ('REINDEX DATABASE postgres', 'REINDEX SCHEMA public') {
	my ($status, undef, $said) = $node->psql('postgres', $command);
	like($said, qr/other\.peek|function peek/, "$command names the function that would be given hidden rows");
}
$node->safe_psql('postgres', 'CREATE INDEX words_fold ON other.words (other.fold(word))');
is($node->psql('postgres', 'REINDEX SCHEMA other'), 0, 'another schema has nothing to do with it');
is($node->psql('postgres', 'SET retention.reveal = on; REINDEX TABLE people'), 0, 'under reveal it is run');
$node->stop;
done_testing();
