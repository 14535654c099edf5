# What is carried by the server itself: a standby, one that is promoted, and recovery to a point in time. Each hides, is what it was, and acts
# only when somebody says so.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, has_archiving => 1);
$primary->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
fsync = off
});
$primary->start;
$primary->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE books (id int PRIMARY KEY, written date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference) VALUES ('books', 'books', '{written}', '9 years', '5 years', 'delete', 'enforce', 'Bookkeeping Act');
INSERT INTO users SELECT i, 'Kari', NULL FROM generate_series(1, 4) i;
SET retention.test_now = '2020-01-02 12:00+01'; UPDATE users SET left_on = '2020-01-01' WHERE id = 1; RESET retention.test_now;
UPDATE users SET left_on = '2025-11-20' WHERE id = 2;
INSERT INTO books VALUES (1, '2024-01-01');
});
$primary->safe_psql('postgres', "INSERT INTO retention.subject_kind (kind, relation) VALUES ('user', 'users')");
$primary->backup('base');
my $everything = q{SET retention.reveal = on; SELECT 'u', id::text, retention_clock::text FROM users UNION ALL SELECT 'b', id::text, retention_clock::text FROM books
UNION ALL SELECT 'l', entry_id::text, encode(hash, 'hex') FROM retention.ledger WHERE action NOT LIKE 'revealed%' UNION ALL SELECT 'n', number::text, '' FROM retention.numbering ORDER BY 1, 2};
my $seen = q{SELECT string_agg(id::text, ' ' ORDER BY id) FROM users};
my $state = q{SELECT string_agg(DISTINCT state, ', ') FROM retention.status};

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', q{INSERT INTO users VALUES (5, 'Ola', NULL); SELECT pg_create_restore_point('before the sweep')});
my $before = $primary->safe_psql('postgres', $everything);
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $seen), '3 4 5', 'a standby hides');
is($standby->safe_psql('postgres', $everything), $before, 'a standby is what its primary is');
isnt($standby->psql('postgres', 'CALL retention.sweep()'), 0, 'nothing is swept on a standby');
is($primary->psql('postgres', "SELECT retention.export('user', 3)"), 0, 'the primary gives a copy of the data of a person');
my ($code, $copy, $why) = $standby->psql('postgres', "SELECT retention.export('user', 3)");
is($copy, '', 'a standby, where it could not be entered, gives no copy of the data of a person');
like($why, qr/cannot execute a copy of a person's data during recovery/, 'a standby says why it gives no copy');

# After the point to which another server is recovered.
$primary->safe_psql('postgres', q{SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'; CALL retention.sweep(); DELETE FROM users WHERE id = 5; SELECT pg_switch_wal()});
is($primary->safe_psql('postgres', 'SET retention.reveal = on; ' . $seen), '2 3 4', 'the primary goes on');
$primary->wait_for_catchup($standby);
$standby->promote;
is($standby->safe_psql('postgres', $state), 'waiting for retention.resume()', 'a promoted standby waits for retention.resume()');
isnt($standby->psql('postgres', 'CALL retention.sweep()'), 0, 'no sweep acts in a promoted standby that nobody resumed');
is($standby->safe_psql('postgres', $seen), '3 4', 'a promoted standby hides');
like(($standby->psql('postgres', q{UPDATE books SET written = '2010-01-01'}))[2], qr/Bookkeeping Act/, 'a promoted standby guards');
$standby->safe_psql('postgres', 'SELECT retention.resume()');
is($standby->safe_psql('postgres', $state), 'enforcing', 'a promoted standby goes on after retention.resume()');

$primary->poll_query_until('postgres', 'SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 16777216) FROM pg_stat_archiver') or die 'nothing was archived';
my $recovered = PostgreSQL::Test::Cluster->new('recovered');
$recovered->init_from_backup($primary, 'base', has_restoring => 1, standby => 0);
$recovered->append_conf('postgresql.conf', "recovery_target_name = 'before the sweep'\nrecovery_target_action = 'promote'");
$recovered->start;
$recovered->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'recovery does not end';
is($recovered->safe_psql('postgres', $everything), $before, 'what was recovered is what it was at that point');
is($recovered->safe_psql('postgres', $seen), '3 4 5', 'what was recovered hides');
is($recovered->safe_psql('postgres', $state), 'waiting for retention.resume()', 'what was recovered waits for retention.resume()');
is($recovered->safe_psql('postgres', 'SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger of what was recovered holds');
my $head = $primary->safe_psql('postgres', 'SELECT retention.ledger_head()');
is($recovered->safe_psql('postgres', "SELECT ok FROM retention.verify_ledger('$head')"), 'f', 'against a later head its end is missing');
$recovered->safe_psql('postgres', q{SELECT retention.resume(); SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'; CALL retention.sweep()});
is($recovered->safe_psql('postgres', 'SET retention.reveal = on; ' . $seen), '2 3 4 5', 'what was recovered goes on after retention.resume()');
is($recovered->safe_psql('postgres', "SELECT count(*) FROM retention.audit('users')"), '0', 'the audit finds nothing in what was recovered');
done_testing();
