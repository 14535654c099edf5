# Rows that take too long do not keep those beside them from their turn, wherever they stand.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('slow_rows');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.statement_timeout = 300ms
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, day date);
CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.pg_sleep(36000); RETURN OLD; END$$;
CREATE TRIGGER waits BEFORE DELETE ON visits FOR EACH ROW WHEN (OLD.id <= 3) EXECUTE FUNCTION waits();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{day}', '1 day', '0 days', 'delete', 'enforce');
SET retention.test_now = '2030-01-01 12:00Z';
CALL retention.sweep();
INSERT INTO visits SELECT i, '2030-01-01' FROM generate_series(1, 100) i;
});

# Which rows are left after a sweep at this time.
sub left_after {
	my ($time) = @_;
	return $node->safe_psql('postgres', qq{
SET client_min_messages = error;
SET retention.test_now = '$time';
CALL retention.sweep();
SET retention.reveal = on;
SELECT count(*) FILTER (WHERE id <= 3), count(*) FILTER (WHERE id > 3) FROM visits;
});
}

is(left_after('2030-02-01 12:00Z'), '3|97', 'two rows that take too long one after the other end the pass');
is(left_after('2030-02-01 13:00Z'), '3|0', 'rows that took too long are behind the others in the next pass');
$node->safe_psql('postgres', 'DROP TRIGGER waits ON visits');
is(left_after('2030-02-02 13:00Z'), '0|0', 'rows that took too long are tried again');
done_testing();
