# A clock names its policy by a number of its database. Wherever a row is carried, it is judged by that policy, or unknown, and hidden until it
# is stamped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('carried');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
fsync = off
});
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub said {
	my ($database, $sql) = @_;
	my ($status, $out, $error) = $node->psql($database, $sql);
	return $status == 0 ? $out : $error;
}
sub seen { return said($_[0], "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $_[1]") }
sub all_of { return $node->safe_psql($_[0], "SET retention.reveal = on; SELECT count(*) FROM $_[1]") }

# 1: past its time; 2: not started; 3: quarantined.
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE customers (id int PRIMARY KEY, ended_on date);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers, name text, left_on date);
CREATE TABLE books (id int PRIMARY KEY, written date);
CREATE TABLE parted (id int, left_on date) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('users', 'users', '{left_on,customer.ended_on}', '1 year', '30 days', 'delete', 'enforce'), ('parted', 'parted', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference) VALUES
	('books', 'books', '{written}', '9 years', '5 years', 'delete', 'enforce', 'Bookkeeping Act');
INSERT INTO customers VALUES (1, NULL), (2, NULL);
INSERT INTO users SELECT i, 1, 'Kari' FROM generate_series(1, 3) i;
SET retention.test_now = '2020-01-02 12:00+01';
UPDATE users SET left_on = '2020-01-01' WHERE id = 1;
RESET retention.test_now;
UPDATE users SET left_on = '2025-11-20' WHERE id = 3;
INSERT INTO books VALUES (1, '2024-01-01'), (2, NULL);
CREATE TABLE tickets (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('tickets', 'tickets', '{customer.ended_on}', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO customers VALUES (3, NULL);
INSERT INTO tickets VALUES (1, 3), (2, 2);
UPDATE customers SET ended_on = '2025-11-20' WHERE id = 3;
DELETE FROM customers WHERE id = 3;
INSERT INTO parted VALUES (1, NULL), (2, '2026-01-01');
});
is(seen('postgres', 'users'), '2', 'where the policies were written');
my $number = $node->safe_psql('postgres', 'SELECT number FROM retention.numbering');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT format_type(atttypid, atttypmod), ', ') FROM pg_attribute WHERE atttypid = 'retention.clock'::regtype AND attrelid::regclass::text IN ('users', 'books', 'parted', 'parted_1')}),
	"retention.clock($number)", 'each column says whose numbers it holds');

# One table into a database with other policies.
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(other whole bare late);
$node->safe_psql('other', q{CREATE EXTENSION pg_retention; CREATE SCHEMA own; CREATE TABLE own.short (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('short', 'own.short', '{at}', '9 years', 'delete', 'enforce'); INSERT INTO own.short VALUES (1, NULL)});
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-f', "$dir/users.sql", '-t', 'customers', '-t', 'users', '-t', 'tickets', $node->connstr('postgres') ], 'one table is dumped');
	$node->command_ok([ 'pg_dump', '-f', "$dir/whole.sql", $node->connstr('postgres') ], 'the whole is dumped');
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/whole", $node->connstr('postgres') ], 'as an archive');
}
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/users.sql", $node->connstr('other') ], 'the table is restored elsewhere');
is(seen('other', 'users'), '', 'a table with the numbers of another database is hidden, whatever has its numbers here');
is(seen('other', 'own.short'), '1', 'the tables that were there are not');
is(all_of('other', 'users'), 3, 'who reveals reads all of it');
like(said('other', "INSERT INTO users VALUES (3, 1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'"), qr/row conflicts with a row that is hidden/, 'an upsert does not reach it');
is($node->safe_psql('other', 'UPDATE users SET name = NULL RETURNING id') . $node->safe_psql('other', 'DELETE FROM users RETURNING id'), '', 'UPDATE and DELETE do not reach a hidden table');
is($node->safe_psql('other', q{SELECT string_agg(object, ' ' ORDER BY object) FROM retention.gaps WHERE kind = 'clocks of another database'}), 'tickets users', 'a table with unknown clocks is named in retention.gaps');
like(said('other', 'DROP TABLE tickets'), qr/cannot drop "tickets": no policy stands for it, and it holds rows that are hidden/, 'a table with unknown clocks is not dropped without a word');
like(said('other', 'ALTER TABLE users ALTER retention_clock TYPE retention.clock(5)'), qr/holds rows that are hidden/, 'nobody says that its numbers are those of this database');
$node->safe_psql('other', 'CALL retention.sweep()');
is(all_of('other', 'users'), 3, 'no sweep acts on it');
# Nor does an erasure go by the policy that has such a number here.
$node->safe_psql('other', q{INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'users', '{name}')});
is($node->safe_psql('other', q{SELECT string_agg(e ->> 'why', ', ') FROM json_array_elements(retention.erase('user', 3) -> 'not_covered') e}), 'no policy has the row', 'an erasure does not go by clocks from elsewhere');
$node->safe_psql('other', 'CREATE ROLE lead; ALTER TABLE users OWNER TO lead; ALTER TABLE customers OWNER TO lead; GRANT USAGE ON SCHEMA retention TO lead; GRANT CREATE ON SCHEMA public TO lead; GRANT SELECT, INSERT ON retention.policy TO lead; GRANT USAGE ON SEQUENCE retention.policy_id_seq TO lead');
my $policy = q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('users', 'users', '{left_on,customer.ended_on}', '1 year', '400 days', 'delete', 'enforce')};
$node->safe_psql('other', "SET ROLE lead; $policy");
is(seen('other', 'users'), '', 'with a policy it waits to be stamped');
$node->safe_psql('other', 'CALL retention.sweep()');
is(seen('other', 'users'), '2', 'stamped, it is what its own dates and policy say');
$node->safe_psql('other', q{SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'; CALL retention.sweep()});
is($node->safe_psql('other', q{SELECT a.atttypmod = n.number FROM pg_attribute a, retention.numbering n WHERE a.attrelid = 'users'::regclass AND a.attname = 'retention_clock'}), 't', 'the column of a table that was stamped has the numbers of this database');
is(all_of('other', 'users'), 2, 'what is due in a table that was stamped is gone');
is(said('other', q{SELECT count(*) FROM retention.audit('users')}), '0', 'the audit finds nothing');
$node->safe_psql('other', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('tickets', 'tickets', '{customer.ended_on}', '1 year', '30 days', 'delete', 'enforce'); CALL retention.sweep()});
is(seen('other', 'tickets') . ', ' . all_of('other', 'tickets'), '2, 2', 'a start that was reached on a way that is gone comes along');
is(said('other', q{SELECT count(*) FROM retention.audit('tickets')}), '0', 'the audit accepts a start that came along');
is($node->safe_psql('other', q{SELECT count(*) FROM retention.gaps WHERE kind = 'clocks of another database'}), '0', 'a table that was stamped is no gap any more');

# Views over it, and row types of it, are no hindrance; a view that keeps its clocks is unknown until it is made anew.
$node->safe_psql('postgres', q{CREATE DATABASE viewed});
$node->safe_psql('viewed', q{CREATE EXTENSION pg_retention});
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/users.sql", $node->connstr('viewed') ], 'the tables are restored once more');
$node->safe_psql('viewed', q{CREATE VIEW v AS SELECT * FROM users; CREATE MATERIALIZED VIEW m AS SELECT id, retention_clock FROM users; CREATE TABLE log (id int, was users);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', 'delete', 'off')});
$node->safe_psql('viewed', 'SELECT retention.resume(); CALL retention.sweep()');
is(seen('viewed', 'users'), '', 'a policy that is off does not show what is unknown');
$node->safe_psql('viewed', q{UPDATE retention.policy SET mode = 'enforce'; CALL retention.sweep()});
is(said('viewed', 'SELECT state FROM retention.status'), 'enforcing', 'views and row types do not keep a table from being stamped');
is(said('viewed', q{SELECT string_agg(id::text, ' ' ORDER BY id) FROM v}), '2', 'a view shows what its table shows');
is(said('viewed', q{SELECT hint FROM retention.gaps WHERE object = 'm' AND kind = 'clocks of another database'}), 'Create it anew.', 'a materialised view with clocks from elsewhere is named');

# A number that explains no clock any more gives way to that of a dump.
$node->safe_psql('postgres', 'CREATE DATABASE empty');
$node->safe_psql('empty', q{CREATE EXTENSION pg_retention; CREATE TABLE zz (id int, d date); INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('zz', 'zz', '{d}', '1 year', 'delete'); DELETE FROM retention.policy; DROP TABLE zz; DELETE FROM retention.personal_column});
$node->safe_psql('empty', "INSERT INTO retention.numbering (number) VALUES ($number)");
is($node->safe_psql('empty', 'SELECT number FROM retention.numbering'), $number, 'a number that explains no clock gives way');

# Tables that are made like a governed one, in the same database, lose no row of their users.
is(said('other', q{CREATE TEMP TABLE st (LIKE users INCLUDING ALL); INSERT INTO st (id, name) VALUES (7, 'Ola'); SELECT id FROM st}), '7', 'rows of a temporary table like it are seen');
is(said('other', q{CREATE TABLE history (LIKE users INCLUDING DEFAULTS); INSERT INTO history (id, name) VALUES (7, 'Ola'); SELECT id FROM history}), '7', 'rows of a table like it are seen');
# A partition from elsewhere.
$node->safe_psql('other', q{CREATE TABLE sets (id int, left_on date) PARTITION BY RANGE (id); INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('sets', 'sets', '{left_on}', '1 year', 'delete', 'enforce');
CREATE TABLE set_1 (id int, left_on date, retention_clock retention.clock(5) NOT NULL DEFAULT 'none'); CREATE TABLE set_2 (LIKE set_1 INCLUDING DEFAULTS); INSERT INTO set_2 VALUES (11, '2020-01-01', '7')});
is(said('other', 'ALTER TABLE sets ATTACH PARTITION set_1 FOR VALUES FROM (0) TO (10)'), '', 'an empty table with another number is attached');
like(said('other', 'ALTER TABLE sets ATTACH PARTITION set_2 FOR VALUES FROM (10) TO (20)'), qr/have the numbers of another database.*Write a policy for it/s, 'one with rows is not, and the hint says how');

# All of it into a database with policies.
like(PostgreSQL::Test::Utils::run_command([ 'psql', '-Xq', '-f', "$dir/whole.sql", $node->connstr('other') ]) . (run_command([ 'psql', '-Xq', '-f', "$dir/whole.sql", $node->connstr('other') ]))[1],
	qr/clocks of this database have numbers of policies already/, 'a restore over a governed database says that its clocks mean other policies');
is(seen('other', 'books'), '', 'rows that are restored over a governed database are hidden');

# Into an empty one: the same, before resume() and after.
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/whole.sql", $node->connstr('whole') ], 'the whole is restored');
is($node->safe_psql('whole', 'SELECT number FROM retention.numbering'), $number, 'the number comes with the policies');
is(seen('whole', $_), seen('postgres', $_), "the same rows of $_ are seen") for qw(users books parted);
is($node->safe_psql('whole', q{SELECT count(*) FROM retention.gaps WHERE kind = 'clocks of another database'}), '0', 'nothing is unknown');
# Between restore and resume() everything declared is guarded and stamped.
is($node->safe_psql('whole', 'SELECT bool_or(validated) FROM retention.policy'), 'f', 'no policy was checked yet');
like(said('whole', q{UPDATE books SET written = '2010-01-01' WHERE id = 1}), qr/Bookkeeping Act/, 'a mandatory row is not back-dated before resume()');
like(said('whole', 'DELETE FROM books WHERE id = 1'), qr/Bookkeeping Act/, 'a mandatory row is not deleted before resume()');
like(said('whole', qq{ALTER TABLE books DISABLE TRIGGER "!retention_guard"}), qr/cannot disable the retention triggers/, 'a guard is not disabled by its name before resume()');
like(said('whole', qq{DROP TRIGGER "!retention_guard" ON books}), qr/cannot drop the retention triggers/, 'a guard is not dropped before resume()');
like(said('whole', q{ALTER TABLE books ALTER written TYPE date USING '2010-01-01'}), qr/needs column "written"/, 'what starts a clock is not rewritten before resume()');
$node->safe_psql('whole', q{INSERT INTO users VALUES (4, 1, 'Ola', '2020-01-01'), (5, 2, 'Ola', NULL); INSERT INTO parted VALUES (3, '2020-01-01')});
is(seen('whole', 'users') . '; ' . seen('whole', 'parted'), '2 5; 1 2', 'what is over when it is inserted is hidden before resume()');
$node->safe_psql('whole', q{UPDATE customers SET ended_on = '2020-01-01' WHERE id = 2});
is(seen('whole', 'users'), '2', 'a path is followed before resume()');
like(said('whole', 'CALL retention.sweep()'), qr/not where its policies were written/, 'no sweep before resume()');
$node->safe_psql('whole', 'SELECT retention.resume(); CALL retention.sweep()');
is(seen('whole', $_) . ' ' . said('whole', "SELECT count(*) FROM retention.audit('$_')"), seen('postgres', $_) . ' 0', "after resume() $_ is as it was, and the audit finds nothing") for qw(books);
is(said('whole', q{SELECT count(*) FROM retention.audit('users')}), '0', 'the audit finds nothing in what was written meanwhile');

# Rows that are copied without their clocks.
$node->command_ok([ 'pg_restore', '-e', '--section=pre-data', '-d', $node->connstr('bare'), "$dir/whole" ], 'the schema is restored');
$node->safe_psql('bare', q{INSERT INTO customers VALUES (1, NULL); INSERT INTO users (id, customer, name, left_on) VALUES (1, 1, 'Kari', '2020-01-01'), (2, 1, 'Kari', NULL), (3, 1, 'Kari', '2025-11-20'); INSERT INTO parted (id, left_on) VALUES (1, NULL), (2, '2026-01-01'); INSERT INTO parted_1 (id) VALUES (3)});
is(seen('bare', 'users') . seen('bare', 'parted'), '', 'what is copied without its clock is hidden, before there is any policy');
my ($list) = run_command([ 'pg_restore', '-l', '--section=data', "$dir/whole" ]);
append_to_file("$dir/list", join "\n", grep { / retention / } split /\n/, $list);
$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('bare'), '-L', "$dir/list", "$dir/whole" ], 'the configuration follows');
$node->command_ok([ 'pg_restore', '-e', '--section=post-data', '-d', $node->connstr('bare'), "$dir/whole" ], 'keys and triggers follow');
is(seen('bare', 'users') . seen('bare', 'parted'), '', 'with the policies it is still hidden');
is($node->safe_psql('bare', 'SET retention.reveal = on; SELECT DISTINCT retention.state(retention_clock) FROM users'), 'unknown', 'the state of a row without a clock is unknown');
like(said('bare', 'SET retention.reveal = on; DELETE FROM books; INSERT INTO books (id, written) VALUES (1, \'2024-01-01\'); DELETE FROM books'), qr/Bookkeeping Act/, 'what is written has its clock');
$node->safe_psql('bare', 'SELECT retention.resume(); CALL retention.sweep()');
is(seen('bare', 'users') . '; ' . seen('bare', 'parted'), '2; 1 2 3', 'stamped, it is what its own dates say');

# A table that was there with rows when its policy was written: none of them is written.
$node->safe_psql('late', q{CREATE EXTENSION pg_retention; CREATE TABLE users (id int PRIMARY KEY, left_on date); INSERT INTO users SELECT i FROM generate_series(1, 100000) i; VACUUM users});
my $state = q{SELECT pg_relation_filenode('users'), pg_relation_size('users'), (SELECT count(DISTINCT xmin::text) FROM users)};
my $before = $node->safe_psql('late', $state);
$node->safe_psql('late', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', 'delete', 'enforce'); CALL retention.sweep()});
is($node->safe_psql('late', $state), $before, 'a newly governed table is not rewritten, and no row is written');
is($node->safe_psql('late', 'SELECT state FROM retention.status'), 'enforcing', 'the policy of a newly governed table is ready at once');
is($node->safe_psql('late', 'SELECT DISTINCT retention_clock FROM users'), '1', 'rows of a newly governed table have their policy, and have not started');
like(said('late', 'UPDATE retention.numbering SET number = 1'), qr/cannot be changed/, 'the number of a database stays');
like(said('late', 'CREATE TABLE x (c retention.clock(0))'), qr/invalid modifier/, 'a number is positive');
# Data that moved to another column before the personal one is dropped: nobody can know, and it is said.
my (undef, undef, $notice) = $node->psql('late', q{CREATE TABLE mails (id int, mail text, mail_new text); INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('mails', 'mail', 'email');
ALTER TABLE mails RENAME mail TO mail_old; ALTER TABLE mails RENAME mail_new TO mail; ALTER TABLE mails DROP mail_old});
like($notice, qr/column "mail_old" of table mails was personal, and is no more.*declare that one/s, 'a personal column that is dropped is said to be one');
# A table that is made anew, as some tools change one: its policy goes with the old one, which the name does not tell.
my $made = q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('%1$s', '%1$s', '{left_on}', '1 year', 'delete', 'enforce')};
(undef, undef, $notice) = $node->psql('late', 'CREATE TABLE remade (id int, left_on date);' . sprintf($made, 'remade') . q{;
CREATE TABLE remade_new (id int, left_on date); INSERT INTO remade_new SELECT id, left_on FROM remade; DROP TABLE remade; ALTER TABLE remade_new RENAME TO remade});
like($notice, qr/NOTICE:  policy "remade" goes with its table\n.*write them anew/, 'a policy that goes with a table that is made anew is said');
(undef, undef, $notice) = $node->psql('late', 'CREATE SCHEMA short CREATE TABLE stays (id int, left_on date);' . sprintf($made, 'short.stays') . '; DROP SCHEMA short CASCADE');
like($notice, qr/NOTICE:  policy "short.stays" goes with its table/, 'a policy that goes with a schema is said');
(undef, undef, $notice) = $node->psql('late', 'CREATE TABLE parted (id int, left_on date) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted DEFAULT;' . sprintf($made, 'parted') . '; DROP TABLE parted_1');
is($notice, '', 'of a partition that goes the policy stays, and nothing is said');
done_testing();
