# Who looked behind the curtain stands in the ledger, also when the transaction was rolled back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('reveal');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
max_prepared_transactions = 1
retention.timezone = 'Europe/Oslo'
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
	VALUES ('visits', 'visits', '{left_on}', '30 days', '100 years', 'delete', 'enforce');
INSERT INTO visits VALUES (1, '2020-01-01'), (2, NULL);
CREATE ROLE support LOGIN;
GRANT SELECT ON visits TO support;
GRANT SET ON PARAMETER retention.reveal TO support;
});
my $entries = "SELECT string_agg(action || ' ' || detail, '; ' ORDER BY entry_id) FROM retention.ledger WHERE action LIKE 'revealed%'";
my $log = $node->logfile;
my $from = -s $log;

sub as_support { return $node->safe_psql('postgres', "SET retention.reveal_reason = '$_[0]'; $_[1]", extra_params => [ '-U', 'support' ]) }
is(as_support('nothing', 'SELECT count(*) FROM visits'), '1', 'without reveal');
is($node->safe_psql('postgres', $entries), '', 'nothing is recorded');
is(as_support('call 1', 'SET retention.reveal = on; BEGIN; SELECT count(*) FROM visits; SELECT 1 FROM visits LIMIT 1; COMMIT'), "2\n1", 'under reveal');
is($node->safe_psql('postgres', $entries), 'revealed role support: call 1', 'one entry for a transaction');
is(as_support('call 2', 'SET retention.reveal = on; BEGIN; SELECT count(*) FROM visits; ROLLBACK'), '2', 'rolled back');
ok($node->poll_query_until('postgres', "SELECT ($entries) = 'revealed role support: call 1; revealed, rolled back role support: call 2'"),
	'the worker records what the roll-back took away');
is(as_support('call 3', 'BEGIN READ ONLY; SET LOCAL retention.reveal = on; SELECT count(*) FROM visits; COMMIT'), '2', 'read only');
like($node->safe_psql('postgres', $entries), qr/revealed role support: call 3$/, 'is recorded all the same');
is(as_support('call 4', q{SET retention.reveal = on; BEGIN; SELECT count(*) FROM visits; PREPARE TRANSACTION 'later'}), '2', 'prepared');
is(as_support('call 5', q{SET lock_timeout = '5s'; SET retention.reveal = on; SELECT count(*) FROM visits}), '2', 'keeps nobody waiting');
ok($node->poll_query_until('postgres', "SELECT ($entries) ~ 'revealed, prepared role support: call 4'"), 'the worker records a reveal of a prepared transaction');
$node->safe_psql('postgres', q{COMMIT PREPARED 'later'});
as_support('x' x 300, 'SET retention.reveal = on; SELECT count(*) FROM visits');
like($node->safe_psql('postgres', $entries), qr/revealed role support: x{252}\.\.\.$/, 'a reason that is too long for the ledger is seen to be cut');
like(slurp_file($log, $from), qr/Reason: x{300}$/m, 'a reason that was cut stands whole in the server log');
like(slurp_file($log, $from), qr/retention\.reveal used by role "support".*\n.*Reason: call 1.*Reason: call 2.*Reason: call 3/s, 'the server log has them at once');
is($node->safe_psql('postgres', 'SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds');
$node->stop;
done_testing();
