# What sweeps took is dead space: the worker makes it reusable, in proportion, and says how much there was.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('vacuum');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.naptime = 1s
retention.timezone = 'Europe/Oslo'
retention.worker_nice_ratio = 0
retention.max_share = 1
retention.allow_test_time = on
retention.test_now = '2030-06-01 12:00 Europe/Oslo'
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (100000);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM (100000) TO (200000);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'visits', '{left_on}', '1 year', 'delete', 'enforce');
INSERT INTO visits SELECT i, CASE WHEN i <= 3000 THEN date '2029-06-01' END FROM generate_series(1, 40000) i;
INSERT INTO visits SELECT i, CASE WHEN i <= 100010 THEN date '2029-06-01' END FROM generate_series(100001, 110000) i;
ANALYZE;
});
sub value { return $node->safe_psql('postgres', $_[0]) }
sub settles { my ($question, $expected, $name) = @_; local $PostgreSQL::Test::Utils::timeout_default = 30; return is($node->poll_query_until('postgres', "SELECT ($question)::text = '$expected'") ? $expected : value($question), $expected, $name) }
sub set { value($_) for map("ALTER SYSTEM SET $_", @_), 'SELECT pg_reload_conf()' }
my $runs = "SELECT coalesce(string_agg(concat_ws(' ', deleted, vacuumed, dead_before > 0, dead_after), ', ' ORDER BY run_id), 'none') FROM retention.sweep_run WHERE vacuumed > 0";

set("retention.test_now = '2030-06-02 12:00 Europe/Oslo'", 'retention.worker = on');
settles('SELECT sum(deleted) FROM retention.sweep_run', '3010', 'rows go');
settles($runs, '3010 1 t 0', 'a run says what was vacuumed after it, and that nothing is left');
is(value("SELECT vacuum_count || ' ' || n_dead_tup FROM pg_stat_user_tables WHERE relname = 'visits_1'"), '1 0', 'a partition of which much was taken is vacuumed');
is(value("SELECT relation::regclass || ' ' || rows FROM retention.swept_table"), 'visits_2 10', 'a partition of which little was taken waits');
set("retention.test_now = '2030-06-03 12:00 Europe/Oslo'");
settles("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'visits_2'", '1', 'a partition of which little was taken is vacuumed after a day');
settles('SELECT count(*) FROM retention.swept_table', '0', 'nothing is left to vacuum');

# Somebody may still see the rows.
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM visits');
value("UPDATE visits SET left_on = '2029-06-03' WHERE id BETWEEN 3001 AND 6000");
set("retention.test_now = '2030-06-04 12:00 Europe/Oslo'");
settles("SELECT dead_after >= 3000 FROM retention.sweep_run WHERE vacuumed > 0 ORDER BY run_id DESC LIMIT 1", 'true', 'a run says how many rows could not be removed');
like(value('SELECT hint FROM retention.check() WHERE NOT ok AND what = \'space of what was swept is free\''), qr/^\d+ rows .* session \d+ .*since/, 'check() names who may still see them');
is(value('SELECT rows >= 3000 FROM retention.swept_table'), 't', 'a table that was vacuumed in vain is kept in mind');
my $vacuums = value("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'visits_1'");
$reader->quit;
set("retention.test_now = '2030-06-04 12:11 Europe/Oslo'");
settles('SELECT count(*) FROM retention.swept_table', '0', 'dead rows that nobody sees any more are removed');
cmp_ok(value("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'visits_1'") - $vacuums, '<=', 1, 'a vacuum in vain is not tried again at once');
is(value('SELECT count(*) FROM retention.check() WHERE NOT ok AND what = \'space of what was swept is free\''), '0', 'check() has nothing to say of it any more');

# Left to others.
set('retention.vacuum_scale_factor = -1', "retention.test_now = '2030-06-08 12:00 Europe/Oslo'");
value("UPDATE visits SET left_on = '2029-06-03' WHERE id BETWEEN 6001 AND 9000");
settles("SELECT count(*) FROM retention.swept_table", '1', 'rows of a table that others vacuum are noted all the same');
like(value("SET retention.test_now = '2030-06-20 12:00 Europe/Oslo'; SELECT hint FROM retention.check() WHERE NOT ok AND what = 'space of what was swept is free'"), qr/^3000 rows were taken since 2030-06-08 .* nobody has vacuumed/, 'check() names a table that nobody has vacuumed for a week');
set('retention.vacuum_scale_factor = 0.02', 'retention.vacuum_max_size = 0', "retention.test_now = '2030-06-09 13:00 Europe/Oslo'");
settles("SELECT max(started_at) = '2030-06-09 13:00 Europe/Oslo' FROM retention.sweep_run WHERE finished_at IS NOT NULL", 'true', 'a pass ends after that');
is(value('SELECT count(*) FROM retention.swept_table'), '1', 'a table that is too large for the worker is left to autovacuum');
set('retention.vacuum_max_size = 131072');
settles("SELECT count(*) FROM retention.swept_table", '0', 'a table that is not too large any more is vacuumed');
# Runs end, too.
set('retention.sweep_run_age = 60', "retention.test_now = '2030-06-10 13:00 Europe/Oslo'");
settles("SELECT count(*) FROM retention.sweep_run WHERE started_at < '2030-06-10 12:00 Europe/Oslo'", '0', 'old runs are forgotten');
$node->stop;
done_testing();
