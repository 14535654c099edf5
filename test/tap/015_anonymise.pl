# Sweeps that commit after each batch: texts are redacted before the rows that name their persons are anonymised. And pseudonyms,
# whose key is in a file.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('anonymise');
my $place = PostgreSQL::Test::Utils::tempdir();
append_to_file("$place/key", 'a key of thirty-two bytes or more, for tests alone');
append_to_file("$place/other", 'another key of thirty-two bytes or more, for tests');
append_to_file("$place/short", 'a short key');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2030-01-01 12:00:00 Europe/Oslo'
retention.batch_size = 7
retention.pseudonym_key_file = '$place/key'
fsync = off
});
$node->start;
sub ask { return $node->safe_psql('postgres', "SET retention.reveal_reason = 'test'; SET retention.reveal = on; $_[0]") }
sub use_key {
	my ($name) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET retention.pseudonym_key_file = '$place/$name'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('retention.pseudonym_key_file') = '$place/$name'");
}

ask(q{
CREATE EXTENSION pg_retention;
CREATE TABLE customers (id int PRIMARY KEY, name text, ended_at date);
CREATE TABLE cases (id int PRIMARY KEY, customer_id int REFERENCES customers, handler text);
CREATE TABLE notes (id int PRIMARY KEY, case_id int REFERENCES cases, body text, caller varchar(20), phone text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES
	('customers', 'name', 'name', 'null'), ('cases', 'handler', 'name', 'null'), ('notes', 'body', 'free text', 'redact'),
	('notes', 'caller', 'name', 'pseudonymise'), ('notes', 'phone', 'phone', 'pseudonymise');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
	('customers', 'customers', '{ended_at}', '1 year', 'anonymise', 'enforce'),
	('cases', 'cases', '{customer_id.ended_at}', '1 year', 'anonymise', 'enforce'),
	('notes', 'notes', '{case_id.customer_id.ended_at}', '1 year', 'anonymise', 'enforce');
INSERT INTO customers SELECT i, 'Kari Lie' || chr(64 + i) || 'sen', '2028-06-01' FROM generate_series(1, 20) i;
INSERT INTO cases SELECT i, i, 'Siri Vik' || chr(64 + i) || 'sen' FROM generate_series(1, 20) i;
INSERT INTO notes SELECT i, c.id, c.name || ' ringte ' || k.handler, CASE WHEN i % 5 > 0 THEN c.name END, '99887766' FROM generate_series(1, 60) i
	JOIN customers c ON c.id = i % 20 + 1 JOIN cases k ON k.customer_id = c.id;
});
my ($status, $out, $err) = $node->psql('postgres', q{UPDATE retention.policy SET purpose = 'help' WHERE name = 'notes'});
like($err, qr/WARNING:  rows of policy "notes" stay personal: column "caller" is only pseudonymised/, 'pseudonyms are no anonymisation');
my $shorter = q{BEGIN; UPDATE retention.personal_column SET keep_for = '1 month' WHERE relation = 'notes'::regclass AND column_name = 'caller'};
my $lost = qr/WARNING:  policy "notes": column "caller" of table public.notes, whose words are taken out of column "body"/;
(undef, undef, $err) = $node->psql('postgres', $shorter);
like($err, $lost, 'a name that would be emptied before its text is redacted is said when it is declared so');
(undef, undef, $err) = $node->psql('postgres', "SET client_min_messages = error; $shorter; SET client_min_messages = warning; UPDATE retention.policy SET purpose = 'more help' WHERE name = 'notes'");
like($err, $lost, 'a name that would be emptied before its text is redacted is said when the policy is written');
ask('CALL retention.sweep()');
is(ask('SELECT count(*) FROM customers WHERE name IS NOT NULL') . ask('SELECT count(*) FROM cases WHERE handler IS NOT NULL'), '00', 'rows are anonymised in many batches');
is(ask('SELECT DISTINCT body FROM notes'), '[redacted] ringte [redacted]', 'after the texts that named them');
is(ask('SELECT count(*) FROM retention.blocked_row'), '0', 'nothing is blocked');

is(ask('SELECT count(DISTINCT phone), max(length(phone)), bool_and(phone = retention.pseudonymise($$99887766$$)) FROM notes'), '1|64|t',
	'one value has one pseudonym');
is(ask('SELECT count(DISTINCT caller), max(length(caller)), count(*) - count(caller) FROM notes'), '16|20|12', 'cut to the column, and none for nothing');
is(ask('SELECT retention.pseudonymise($$99887766$$, 20) = left(phone, 20) FROM notes LIMIT 1'), 't', 'of the length that is asked for');
like(ask('SELECT phone FROM notes LIMIT 1'), qr/^[0-9a-f]{64}$/, 'in hexadecimal digits');
use_key('other');
is(ask('SELECT count(*) FROM notes WHERE phone = retention.pseudonymise($$99887766$$)'), '0', 'another key, other pseudonyms');

sub refused {
	my ($key, $message, $name) = @_;
	use_key($key);
	my ($status, $out, $err) = $node->psql('postgres', 'SELECT retention.pseudonymise($$x$$)');
	like($err, $message, $name);
}
refused('short', qr/holds only 11 bytes/, 'a short key is none');
refused('missing', qr/could not open file/, 'a key file that is not there is refused');

done_testing();
