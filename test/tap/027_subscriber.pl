# A governed subscriber: what arrives is judged by its own policies, by the publisher's clocks nothing is, and no change is lost for them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('subscriber');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
wal_retrieve_retry_interval = 100ms
fsync = off
});
$node->start;

# In the last one policies have the publisher's numbers, as where the same migrations were run.
my %keep = (publisher => [ '1 year', '1 year' ], subscriber => [ '8 years', '8 years' ], twin => [ '8 years', '60 days' ]);
for my $database (sort keys %keep) {
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	# The subscriber's numbers are others.
	$node->safe_psql($database, q{CREATE EXTENSION pg_retention; CREATE TABLE filler (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('filler', 'filler', '{at}', '1 year', 'delete', 'enforce')}) if $database eq 'subscriber';
	$node->safe_psql($database, q{CREATE EXTENSION IF NOT EXISTS pg_retention;
CREATE TABLE users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visits (id int, name text, left_on date);
ALTER TABLE visits REPLICA IDENTITY FULL;
CREATE TABLE customers (id int PRIMARY KEY, ended_on date);
CREATE TABLE tickets (id int PRIMARY KEY, name text, customer int REFERENCES customers ON DELETE SET NULL);
CREATE TABLE plain (id int, name text);
ALTER TABLE plain REPLICA IDENTITY FULL;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('tickets', 'tickets', '{customer.ended_on}', '} . $keep{$database}[0] . q{', '30 days', 'delete', 'enforce'),
	('users', 'users', '{left_on}', '} . $keep{$database}[0] . q{', '30 days', 'delete', 'enforce'), ('visits', 'visits', '{left_on}', '} . $keep{$database}[1] . q{', '30 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'});
}
$node->safe_psql('publisher', q{
INSERT INTO users VALUES (1, 'a', NULL), (2, 'b', '2020-01-01'), (3, 'c', NULL);
INSERT INTO visits VALUES (1, 'a', NULL), (2, 'b', '2020-01-01'), (3, 'c', NULL), (4, 'd', NULL);
INSERT INTO customers VALUES (1), (2);
INSERT INTO tickets VALUES (1, 'a', 1), (2, 'b', 2);
SET retention.test_now = '2018-11-12 12:00+01'; UPDATE customers SET ended_on = '2018-11-10' WHERE id = 2; RESET retention.test_now;
DELETE FROM customers WHERE id = 2;
INSERT INTO plain VALUES (1, 'a');
CREATE PUBLICATION p FOR TABLE users, visits, plain, customers, tickets;
SELECT pg_create_logical_replication_slot(slot, 'pgoutput') FROM unnest('{s,t}'::text[]) slot});
my $source = $node->connstr('publisher') . " options=''-c retention.reveal=on''";
$source =~ s/(?<!')'(?!')/''/g;
my %subscription = (subscriber => 's', twin => 't');
$node->safe_psql($_, "CREATE SUBSCRIPTION $subscription{$_} CONNECTION '$source' PUBLICATION p WITH (create_slot = false)") for sort keys %subscription;
for my $database (sort keys %subscription) {
	$node->poll_query_until($database, q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'}) or die 'the first copy does not end';
}

sub clocks { return $node->safe_psql($_[1] // 'subscriber', "SET retention.reveal = on; SELECT id, name, retention_clock FROM $_[0] ORDER BY id") }
sub arrives {
	$node->safe_psql('publisher', $_[0]);
	$node->wait_for_catchup($_) for values %subscription;
}
is($node->safe_psql('publisher', 'SELECT id FROM users ORDER BY id'), "1\n3", 'a late start is hidden on the publisher');
is(clocks('users'), "1|a|3\n2|b|3 2020-01-01T22:59:59.5Z\n3|c|3", 'the first copy is stamped by the policies of the subscriber');
is(clocks('tickets'), "1|a|2\n2|b|2 2018-11-27T22:59:59.5Z late,orphaned", 'a start that was reached on a way that is gone comes along');
is($node->safe_psql('subscriber', 'SELECT id FROM tickets'), '1', 'a row whose way to its start is gone is hidden');
is($node->safe_psql('subscriber', 'SELECT id FROM users ORDER BY id'), "1\n2\n3", 'the first copy is seen as the policies of the subscriber say');

arrives(q{INSERT INTO users VALUES (4, 'late', '2019-01-01'), (5, 'later', '2010-01-01'); INSERT INTO visits VALUES (5, 'e', '2026-06-01')});
is($node->safe_psql('publisher', 'SET retention.reveal = on; SELECT DISTINCT retention_clock FROM users WHERE id > 3'), '2 2025-11-27T22:59:59.5Z late', 'the publisher moves late starts to the same');
is(clocks('users WHERE id > 3'), "4|late|3 2019-01-01T22:59:59.5Z\n5|later|3 2018-11-27T22:59:59.5Z late", 'a late start arrives with what it is to the subscriber, which moves those that are late there');
is(clocks('users WHERE id > 3', 'twin'), "4|late|2 2019-01-01T22:59:59.5Z\n5|later|2 2018-11-27T22:59:59.5Z late", 'a late start is what it is to the subscriber, too, where policies have the numbers of the publisher');
is(clocks('users WHERE id = 2', 'twin'), '2|b|2 2020-01-01T22:59:59.5Z', 'a late start in the first copy is what it is to the subscriber');
is(clocks('visits WHERE id = 5', 'twin'), '5|e|3 2026-09-28T21:59:59.5Z late', 'what was in time to the publisher is late here, and has its quarantine');
arrives(q{SET retention.reveal = on; UPDATE users SET left_on = '2012-01-01' WHERE id = 3; UPDATE users SET name = 'x' WHERE id IN (1, 2)});
is(clocks('users WHERE id < 4'), "1|x|3\n2|x|3 2020-01-01T22:59:59.5Z\n3|c|3 2018-11-27T22:59:59.5Z late", 'changes arrive, of rows that are hidden on the publisher, too');

# Rows without a key are found by all their columns, clocks included, which differ.
arrives(q{SET retention.reveal = on; UPDATE visits SET name = 'x' WHERE id < 3; UPDATE visits SET left_on = '2012-01-01' WHERE id = 3; DELETE FROM visits WHERE id = 4});
is(clocks('visits'), "1|x|4\n2|x|4 2020-01-01T22:59:59.5Z\n3|c|4 2018-11-27T22:59:59.5Z late\n5|e|4 2026-06-01T21:59:59.5Z", 'changes of rows without a key are not lost though their clocks differ');
is($node->safe_psql('subscriber', 'SELECT count(*) FROM visits a JOIN visits b ON a.retention_clock OPERATOR(retention.=) b.retention_clock WHERE a.id <> b.id'), '0', 'to anybody else clocks differ');
$node->safe_psql('subscriber', q{ALTER TABLE plain ADD left_on date; INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('plain', 'plain', '{left_on}', '1 year', 'delete', 'enforce')});
is($node->safe_psql('subscriber', q{SELECT string_agg(object, ' ' ORDER BY object) FROM retention.gaps WHERE kind = 'changes of a subscription'}), 'plain visits', 'tables whose changes may find no row are named');
$node->safe_psql('subscriber', 'SET retention.reveal = on; ALTER TABLE visits ADD PRIMARY KEY (id)');
is($node->safe_psql('subscriber', q{SELECT string_agg(object, ' ') FROM retention.gaps WHERE kind = 'changes of a subscription'}), 'plain', 'with a key they are not');

# Written anew beneath the apply worker, and swept.
$node->safe_psql('subscriber', $_) for 'VACUUM FULL users', 'CLUSTER users USING users_pkey', "SET retention.test_now = '2026-12-30 12:00+01'; CALL retention.sweep()";
arrives(q{UPDATE users SET name = 'y' WHERE id IN (1, 3); INSERT INTO users VALUES (6, 'f', NULL)});
is(clocks('users'), "1|y|3\n2|x|3 2020-01-01T22:59:59.5Z\n4|late|3 2019-01-01T22:59:59.5Z\n6|f|3", 'changes arrive after VACUUM FULL and CLUSTER; one of a row that was swept here has nothing to change');
is($node->safe_psql('subscriber', "SELECT count(*) FROM retention.audit('$_')"), '0', "the audit of $_ finds nothing") for qw(users visits tickets);
is($node->safe_psql('subscriber', 'SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds');
$node->stop;
done_testing();
