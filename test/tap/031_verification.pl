# What an erasure cannot look through at once is left to the worker: keyed hashes are kept until it has, and no value.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $place) = keyed_node('verification', q{retention.test_now = '2040-12-20 10:00:00 Europe/Oslo'
retention.erasure_key_file = 'PLACE/key'
retention.verify_at_once = '80kB'});
sub ask { my ($query) = @_; return $node->safe_psql('postgres', $query) }
sub set_to { my ($name, $value) = @_; ask("ALTER SYSTEM SET $name = '$value'"); $node->reload; $node->poll_query_until('postgres', "SELECT current_setting('$name') = '$value'") }
ask(q{CREATE EXTENSION pg_retention;
	CREATE TABLE p (id int PRIMARY KEY, name text, email text, phone text);
	CREATE TABLE lead (id int, mail text, mobile text, filler text);
	CREATE TABLE bill (id int PRIMARY KEY, p int REFERENCES p, at date, mail text, filler text);
	INSERT INTO retention.personal_column (relation, column_name, category) SELECT r::regclass, c, g FROM (VALUES ('p', 'name', 'name'), ('p', 'email', 'email'), ('p', 'phone', 'phone'),
		('lead', 'mail', 'email'), ('lead', 'mobile', 'phone'), ('bill', 'mail', 'email')) x (r, c, g);
	INSERT INTO retention.personal_column (relation, column_name, category) SELECT 'bill', 'filler', 'free text';
	UPDATE retention.personal_column SET required_by_law = true WHERE relation = 'bill'::regclass;
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES ('bills', 'bill', '{at}', '10 years', '10 years', 'delete', 'enforce');
	INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('p', 'p', '{email}');
	INSERT INTO retention.subject_link (kind, relation, path) VALUES ('p', 'bill', 'p');
	CREATE INDEX ON lead (mail);
	INSERT INTO p SELECT i, 'Kari Lie', 'kari' || i || '@x.example', '+47 900 11 00' || i FROM generate_series(1, 9) i;
	INSERT INTO lead SELECT i, NULL, NULL, repeat('x', 500) FROM generate_series(1, 3000) i;
	INSERT INTO bill SELECT i, CASE WHEN i < 10 THEN i END, '2040-01-01', CASE WHEN i < 10 THEN 'kari' || i || '@x.example' END, repeat('x', 500) FROM generate_series(1, 1000) i;
	CALL retention.sweep()});
sub erased { my ($id, $what) = @_; return ask("SELECT a $what FROM (SELECT retention.erase('p', $id)) x (a)") }
sub state_of { my ($id) = @_; return ask("SELECT concat_ws(' ', state, nobodys_rows, others_rows, found_in) FROM retention.verifications WHERE verification_id = $id") }
sub found_in { my ($id) = @_; return ask("SELECT string_agg(format('%s.%s %s%s', relation, column_name, rows, CASE WHEN others THEN ' of others' END), ', ' ORDER BY relation::text, column_name, others) FROM retention.verification_finding WHERE verification_id = $id") }

# The first and the last row of the table, and one that an index finds.
ask(q{UPDATE lead SET mobile = '90011001' WHERE id = 3000; UPDATE lead SET mobile = '+47 900-11-001' WHERE id IN (1, 1500); UPDATE lead SET mail = 'kari1@x.example' WHERE id = 20; VACUUM lead});
is(erased(1, q{->> 'verifying'}), '[{"table": "public.lead", "columns": ["mobile"]}, {"table": "public.bill", "columns": ["mail"]}]',
	'what is left to the worker is named with its columns');
is(ask(q{SELECT detail FROM retention.ledger WHERE action = 'erased'}), 'kind p, verification 1', 'the ledger says which verification is the erasure\'s');
is(state_of(1), 'pending 1 8 lead.mail', 'a verification waits, and has what indexes found');
is(found_in(1), 'lead.mail 1, p.name 8 of others', 'columns that an index serves are looked at first');
is(ask('SELECT cardinality(prints), key_print IS NOT NULL FROM retention.verification'), '3|t', 'hashes are kept of each value');
unlike($node->safe_psql('postgres', 'SELECT v::text FROM retention.verification v'), qr/kari|900|lie/i, 'no value is kept');
is(ask(q{SELECT count(*) FROM retention.check() WHERE what LIKE 'erasure is verified in time'}), '0', 'check does not complain of a verification that has just begun');
ask("UPDATE retention.verification SET begun_at = begun_at - interval '2 days'");
like(ask(q{SELECT hint FROM retention.check() WHERE what = 'erasure is verified in time'}), qr/^Not looked through since .*: public.bill, public.lead\. The worker does it/, 'check complains of a verification that waits for more than a day');
ask('CALL retention.verify_erasures()');
is(found_in(1), 'lead.mail 1, lead.mobile 3, p.name 8 of others', 'the rest is found by the hashes, and nothing is counted twice');
is(state_of(1), 'found 4 8 lead.mail, lead.mobile', 'a verification ends with what was found');
is(ask('SELECT cardinality(prints), key_print IS NULL, (SELECT count(*) FROM retention.verification_table) FROM retention.verification'), '0|t|0', 'the hashes go when all is looked through');
is(ask(q{SELECT row_count, detail FROM retention.ledger WHERE action = 'verified'}), '4|kind p, verification 1', 'the ledger has the end of a verification');
is(ask(q{SET retention.reveal = on; SELECT mail FROM bill WHERE id = 1}), 'kari1@x.example', 'the law keeps the bill');
is(ask(q{SELECT string_agg(id::text, ',' ORDER BY id) FROM lead l JOIN retention.verification_finding f ON f.relation = 'lead'::regclass AND l.ctid = ANY (f.row_ids)}), '1,20,1500,3000', 'the rows are named');
is(ask(q{SELECT count(*) FROM lead WHERE mobile IS NOT NULL}), '3', 'what was found is left as it is');

# Several at once, and one that comes when the others are half through: each has its own.
ask(q{UPDATE lead SET mobile = '90011002', mail = NULL WHERE id = 2; UPDATE lead SET mobile = '90011003' WHERE id = 2999; UPDATE lead SET mobile = '90011004' WHERE id IN (3, 2998); VACUUM lead});
ask("SELECT retention.erase('p', 2), retention.erase('p', 3)");
ask('UPDATE retention.verification_table SET next_block = 100');
ask("SELECT retention.erase('p', 4)");
ask('CALL retention.verify_erasures()');
is(found_in(2), 'p.name 7 of others', 'a stretch that was looked through is not looked through again');
is(found_in(3), 'lead.mobile 1, p.name 6 of others', 'who is half through sees the rest');
is(found_in(4), 'lead.mobile 2, p.name 5 of others', 'who comes later sees all');

# In a transaction block, of a table that was rewritten, renamed, lost a column, and by another key.
ask(q{UPDATE lead SET mobile = '90011005' WHERE id = 5});
ask("SELECT retention.erase('p', 5)");
ask('UPDATE retention.verification_table SET next_block = 1000000');
ask('VACUUM FULL lead; ALTER TABLE lead RENAME TO leads; ALTER TABLE leads RENAME mobile TO cell; ALTER TABLE leads DROP COLUMN id');
ask('BEGIN; CALL retention.verify_erasures(); COMMIT');
is(found_in(5), 'leads.cell 1, p.name 4 of others', 'a table that was rewritten is looked through from its beginning');
ask(q{UPDATE leads SET cell = '90011006' WHERE cell = '90011005'});
ask("SELECT retention.erase('p', 6)");
set_to('retention.erasure_key_file', "$place/other");
ask('CALL retention.verify_erasures()');
is(state_of(6), 'pending 0 3', 'hashes of another key wait for that key');
set_to('retention.erasure_key_file', "$place/key");
ask("BEGIN; ALTER TABLE leads RENAME TO gone; DROP TABLE gone; COMMIT; CALL retention.verify_erasures()");
is(state_of(6), 'done 0 3', 'a table that is dropped has nothing any more');

# A replay looks, too; and a table that cannot be read keeps none of the others.
my $list = ask('SELECT retention.erasure_list()');
ask(q{CREATE ROLE keeper; GRANT ALL ON SCHEMA public TO keeper; CREATE TABLE shut AS SELECT '90011001'::text AS mobile, repeat('x', 500) FROM generate_series(1, 1000); ALTER TABLE shut OWNER TO keeper; CREATE TABLE wide AS TABLE shut;
	INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('shut', 'mobile', 'phone'), ('wide', 'mobile', 'phone');
	UPDATE p SET name = 'Kari Lie', email = 'kari1@x.example', phone = '+47 900 11 001' WHERE id = 1});
is(ask("SELECT erased FROM retention.replay_erasures('$list')"), '1', 'a person who came with a backup is erased again');
ask('REVOKE SELECT ON shut FROM keeper');
$node->psql('postgres', 'CALL retention.verify_erasures()', stderr => \my $said);
like($said, qr/verification: .*42501/, 'what cannot be looked through is said');
is(ask('SELECT state, waiting, problem FROM retention.verifications WHERE verification_id = 7'), 'pending|shut|error 42501', 'a table that cannot be read keeps its verification waiting');
is(found_in(7), 'p.name 3 of others, wide.mobile 1000', 'a table that cannot be read keeps none of the others waiting');
ask('SELECT retention.settle_verification(7)');
is(ask('SELECT state, waiting IS NULL FROM retention.verifications WHERE verification_id = 7') . ask('SELECT cardinality(prints) FROM retention.verification WHERE verification_id = 7'), 'settled|t0', 'who settles a verification ends it');

# What is done is forgotten with the oldest backup; what was found and nobody has looked at is not.
ask("UPDATE retention.verification SET begun_at = begun_at - interval '30 days' WHERE verification_id IN (1, 5, 6, 7);
	INSERT INTO retention.verification_finding VALUES (5, 'bill', 'mail', false, 1, '{}')");
set_to('retention.backup_age', '1d');
ask('CALL retention.sweep()');
is(ask("SELECT string_agg(verification_id::text, ',' ORDER BY verification_id) FROM retention.verification"), '2,3,4,5', 'what was done or settled is forgotten with the oldest backup');
is(ask('SELECT count(*) FROM retention.verification_finding WHERE verification_id IN (6, 7)'), '0', 'findings are forgotten with their verification');
set_to('retention.backup_age', '0');

# Nobody waits for a table that somebody locks.
ask(q{DROP TABLE shut, wide; CREATE TABLE small (mail text); INSERT INTO small VALUES ('kari9@x.example'); INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('small', 'mail', 'email')});
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE small');
is(ask("SET lock_timeout = '10s'; SELECT a ->> 'verifying' FROM (SELECT retention.erase('p', 9)) x (a)"), '[{"table": "public.bill", "columns": ["mail"]}, {"table": "public.small", "columns": ["mail"]}]', 'an erasure does not wait for a table that somebody locks');
$holder->quit;
ask('CALL retention.verify_erasures()');
is(state_of(8), 'found 1 2 small.mail', 'a table that was locked is looked through later');

# The worker looks through so many blocks between two sweeps.
ask(q{UPDATE bill SET mail = 'kari7@x.example', p = NULL WHERE id = 999});
ask("SELECT retention.erase('p', 7)");
is(state_of(9), 'pending 0 1', 'the verification waits for the worker');
ask(q{ALTER SYSTEM SET retention.naptime = 1; ALTER SYSTEM SET retention.worker_nice_ratio = 0; ALTER SYSTEM SET retention.verify_blocks = 30; ALTER SYSTEM SET retention.worker = on});
$node->reload;
ok($node->poll_query_until('postgres', q{SELECT state = 'found' FROM retention.verifications WHERE verification_id = 9}), 'the worker looks through what erasures left');
is(found_in(9), 'bill.mail 1, p.name 1 of others', 'the worker finds a row that has lost its person');

$node->stop;
done_testing();
