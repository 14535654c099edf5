# What the apply worker of a subscription is exempt from, and what not: docs/security.md says it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

sub start {
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
wal_retrieve_retry_interval = 100ms
});
	$node->start;
	return $node;
}
my ($from, $to) = (start('publisher'), start('subscriber'));
my $tables = q{
CREATE TABLE customers (id int PRIMARY KEY, ended_at date);
CREATE TABLE visits (id int PRIMARY KEY, name text, left_on date, customer_id int);
CREATE TABLE papers (id int PRIMARY KEY, name text, made_on date);
CREATE TABLE marked (id int PRIMARY KEY, name text, left_on date);
};
$from->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
} . $tables . q{
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('marked', 'marked', '{left_on}', '300 years', '0 days', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('marked', 'marked');
INSERT INTO visits VALUES (1, 'copied', '2020-01-01', NULL);
INSERT INTO marked VALUES (1, 'free', '2020-01-01'), (2, 'restricted', '2020-01-01');
SELECT retention.restrict('marked', 2, 'disputed');
CREATE PUBLICATION plain FOR TABLE customers, visits, papers;
CREATE PUBLICATION clocks FOR TABLE marked;
});
# Governed tables are read in full, as the publisher asks of whoever copies them.
my $address = $from->connstr . " dbname=postgres options=''-c retention.reveal=on''";
$to->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE ROLE keeper;
CREATE TABLE ran (who name);
GRANT INSERT ON ran TO keeper;
GRANT CREATE ON SCHEMA public TO keeper;
CREATE FUNCTION note() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.ran VALUES (current_user); RETURN true; END';
CREATE FUNCTION wanted(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.note(); END';
} . $tables . q{
ALTER TABLE visits ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE visits OWNER TO keeper;
INSERT INTO retention.policy (name, relation, clock_starts, applies_to, keep_for, quarantine_for, action, mode) VALUES
	('visits', 'visits', '{left_on,customer_id.ended_at}', 'public.wanted(name)', '1 year', '300 years', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, must_keep_for, reference, action, mode) VALUES
	('papers', 'papers', '{made_on}', '300 years', '0 days', '300 years', 'a law', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('marked', 'marked', '{left_on}', '300 years', '0 days', 'delete', 'enforce');
});
$to->safe_psql('postgres', "CREATE SUBSCRIPTION plain CONNECTION '$address' PUBLICATION plain");
$to->safe_psql('postgres', "CREATE SUBSCRIPTION clocks CONNECTION '$address' PUBLICATION clocks");
$to->wait_for_subscription_sync($from, $_) for qw(plain clocks);
sub does { my ($sql) = @_; $from->safe_psql('postgres', "SET retention.reveal = on; $sql"); $from->wait_for_catchup('plain'); return }
sub sees { return $to->safe_psql('postgres', $_[0]) }
sub holds { return sees("SET retention.reveal = on; $_[0]") }

is(sees('SELECT count(*) FROM visits'), '0', 'a row past its time is hidden as soon as it is copied');
is(holds('SELECT name FROM visits'), 'copied', 'a row past its time is copied');
does(q{INSERT INTO customers VALUES (1, NULL); INSERT INTO visits VALUES (2, 'sent', '2020-01-01', NULL), (3, 'young', NULL, 1)});
is(sees('SELECT name FROM visits'), 'young', 'a row past its time is hidden as soon as it is applied');
is(sees('SELECT DISTINCT who FROM ran'), 'keeper', 'a condition runs as the owner of the table, not as the worker');
does(q{UPDATE visits SET name = 'changed' WHERE id = 2});
is(holds('SELECT name FROM visits WHERE id = 2'), 'changed', 'the worker changes a hidden row');
is(sees('SELECT name FROM visits'), 'young', 'the hidden row that the worker changed stays hidden');
does(q{DELETE FROM visits WHERE id = 2});
is(holds('SELECT count(*) FROM visits WHERE id = 2'), '0', 'the worker deletes a hidden row that may go');
does(q{UPDATE customers SET ended_at = '2020-01-01'});
is(sees('SELECT count(*) FROM visits'), '0', 'what is applied to an ancestor moves the rows below');

is(holds("SELECT string_agg(id::text, ' ') FROM marked WHERE retention.state(retention_clock) LIKE '%restricted'"), '2', q{a superuser's worker brings the flags along});
is(sees('SELECT name FROM marked'), 'free', 'a restricted row stays hidden when its ancestor is applied');

# What stops it. Each time the change is skipped, as an operator would.
sub stops {
	my ($subscription, $sql, $error, $name) = @_;
	my $since = -s $to->logfile;
	$from->safe_psql('postgres', "SET retention.reveal = on; $sql");
	ok($to->poll_query_until('postgres', "SELECT apply_error_count > 0 FROM pg_stat_subscription_stats WHERE subname = '$subscription'"), "$name: the worker stops");
	my $log = slurp_file($to->logfile, $since);
	like($log, qr/$error/, "$name: and says why");
	my ($lsn) = $log =~ /finished at ([0-9A-F]+\/[0-9A-F]+)/ or die "no position in: $log";
	$to->safe_psql('postgres', "ALTER SUBSCRIPTION $subscription SKIP (lsn = '$lsn')");
	$from->wait_for_catchup($subscription);
	$to->safe_psql('postgres', "SELECT pg_stat_reset_subscription_stats(oid) FROM pg_subscription WHERE subname = '$subscription'");
	return;
}
does(q{INSERT INTO papers SELECT i, 'deed ' || i, '2020-01-01' FROM generate_series(1, 3) i});
stops('plain', 'DELETE FROM papers WHERE id = 1', 'cannot delete a row of "papers"', 'a DELETE of what must be kept');
stops('plain', q{UPDATE papers SET made_on = '2019-01-01' WHERE id = 2}, 'ERROR:  .*"papers"', 'back-dating of what must be kept');
is(sees(q{SELECT string_agg(concat(id, ' ', made_on), ', ' ORDER BY id) FROM papers}), '1 2020-01-01, 2 2020-01-01, 3 2020-01-01', 'what must be kept is kept');
does(q{UPDATE marked SET left_on = '2021-01-01' WHERE id = 1});
$from->wait_for_catchup('clocks');
is(holds(q{SELECT concat(left_on, ' ', retention.starts_at(retention_clock)::date) FROM marked WHERE id = 1}), '2021-01-01 2021-01-01', 'a clock that is sent with a change is of no account');
stops('plain', 'TRUNCATE papers', 'cannot truncate "papers"', 'a TRUNCATE of what must be kept');
is(sees('SELECT count(*) FROM papers'), '3', 'what must be kept is not truncated');
does('TRUNCATE visits');
is(holds('SELECT count(*) FROM visits'), '0', 'a TRUNCATE of rows that may go is applied, hidden ones included');
$_->stop for $to, $from;
done_testing();
