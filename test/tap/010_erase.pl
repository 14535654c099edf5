# Two hundred persons are erased: what tells who they were is found only in what the law keeps, and after its date nowhere.
use strict;
use warnings;
use File::Basename;
use lib dirname(__FILE__);
use Demo;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('erase');
$node->init;
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';
append_to_file($key_file, 'a key of thirty-two bytes or more, for tests alone');
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2025-12-20 10:00:00 Europe/Oslo'
retention.erasure_key_file = '$key_file'
fsync = off
jit = off
});
$node->start;
my $database = 'digiquip';
load_company($node, $database);
declare_persons($node, $database);
sub ask { return $node->safe_psql($database, $_[0]) }

# The persons, and what is theirs: a user and the contact person who is the same human.
ask(q{
CREATE SCHEMA probe;
CREATE TABLE probe.person AS SELECT id FROM app.users WHERE id % 11 = 3 ORDER BY hashint8(id) LIMIT 180;
INSERT INTO probe.person SELECT u.id FROM app.users u JOIN crm.contacts c USING (email) WHERE u.id NOT IN (SELECT id FROM probe.person) ORDER BY u.id LIMIT 20;
CREATE TABLE probe.word AS
	SELECT p.id AS person, w.word FROM probe.person p JOIN app.users u USING (id) LEFT JOIN crm.contacts c ON c.email = u.email,
		unnest(ARRAY[u.email, u.phone, md5('user ' || u.id), c.phone, md5('contact ' || c.id)]) w (word) WHERE w.word IS NOT NULL;
-- Every word of that form in any row of any table.
CREATE FUNCTION probe.found(OUT relation regclass, OUT state text, OUT word text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE clocked text;
BEGIN
	FOR relation IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname IN ('app', 'crm', 'support', 'erp', 'messaging', 'retention', 'demo') LOOP
		SELECT format('retention.state(t.%I)', attname) INTO clocked FROM pg_attribute
			WHERE attrelid = relation AND atttypid = 'retention.clock'::regtype AND NOT attisdropped;
		RETURN QUERY EXECUTE format($q$SELECT %L::regclass, %s, w.word FROM %s t,
			regexp_matches(t::text, '[^\s,"(){}]+@[^\s,"(){}]+|[0-9a-f]{32}|\+47 \d{8}', 'g') m (found) JOIN probe.word w ON w.word = m.found[1]$q$,
			relation, coalesce(clocked, 'NULL'), relation);
	END LOOP;
END $$;
});
my $reveal = "SET retention.reveal_reason = 'search'; SET retention.reveal = on;";
is(ask('SELECT count(*) FROM probe.person'), '200', '200 persons');
my $words = ask('SELECT count(*) FROM probe.word');
is(ask("$reveal SELECT count(DISTINCT word) FROM probe.found()"), $words, "before, each of their $words words is found");
my $books = q{SET ROLE accounting; SELECT sum(net), sum(vat), count(*) FROM erp.invoices};
my $before = ask($books);
my $total = ask("$reveal SELECT sum(net), count(*) FROM erp.invoices");

ask(q{CREATE TABLE probe.answer AS SELECT id, retention.erase('user', id) AS answer FROM probe.person});
is(ask(q{SELECT count(*) FROM probe.answer WHERE json_array_length(answer -> 'blocked') > 0}), '0', 'nothing is blocked');
is(ask("$reveal SELECT DISTINCT relation, state FROM probe.found()"), 'erp.invoices|kept', 'afterwards only in invoices that the law keeps');
is(ask("$reveal SELECT count(*), count(attention), count(address) FROM erp.invoices WHERE retention.state(retention_clock) = 'kept'"),
	ask("$reveal SELECT n, n, 0 FROM (SELECT count(*) AS n FROM erp.invoices WHERE retention.state(retention_clock) = 'kept') k"),
	'with the columns that the law needs, and no other');
isnt(ask(q{SELECT sum((e ->> 'rows')::int) FROM probe.answer, json_array_elements(answer -> 'kept') e WHERE e ->> 'law' = 'Bookkeeping Act §13'}), '',
	'the answers name the law');
is(ask($books), $before, 'the books of accounting are the same');
ask(q{SET ROLE application; SELECT 1 / (count(*) = 0)::int FROM erp.invoices WHERE retention.state(retention_clock) = 'kept'});
pass('for the application the kept rows are gone');
is(ask("$reveal SELECT sum(net), count(*) FROM erp.invoices"), $total, 'none is deleted');

# After the law's date.
$node->safe_psql($database, "ALTER SYSTEM SET retention.test_now = '2035-01-01 00:00:00 Europe/Oslo'");
$node->reload;
$node->poll_query_until($database, "SELECT current_setting('retention.test_now') LIKE '2035%'");
ask('CALL retention.sweep()');
ask('CALL retention.sweep()');
is(ask("$reveal SELECT count(*) FROM probe.found()"), '0', 'after its date nowhere');
is(ask("$reveal SELECT count(*) FROM erp.invoices WHERE retention.state(retention_clock) <> 'anonymised'"), '0', 'every invoice is anonymous');
is(ask("$reveal SELECT sum(net), count(*) FROM erp.invoices"), $total, 'every invoice is still there');
is(ask('SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds');
$node->stop;
done_testing();
