# Dumps of a part, over what is there, and of a whole cluster. Each row is what it was, hidden and guarded before anybody says resume(), and there
# once; what would lose a key, double rows or show them is refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $settings = q{
shared_preload_libraries = 'pg_retention'
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
retention.naptime = 1s
fsync = off
};
my $node = PostgreSQL::Test::Cluster->new('restores');
$node->init;
$node->append_conf('postgresql.conf', $settings . 'retention.worker = off');
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub said {
	my ($database, $sql) = @_;
	my ($status, $out, $error) = $node->psql($database, $sql);
	return $status == 0 ? $out : $error;
}
sub value { return $node->safe_psql($_[0], $_[1]) }
sub ids { return "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $_[0]" }
sub seen { return value($_[0], ids($_[1])) }
my @tables = qw(users notes erp.books visits parted);
my $rows = join(' UNION ALL ', map { "SELECT '$_', string_agg(id::text, ' ' ORDER BY id) FROM $_" } @tables);
sub all_of { return value($_[0], 'SET retention.reveal = on; ' . ids($_[1])) }
sub dump_of {
	my ($database, $file, @options) = @_;
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', @options, '-f', "$dir/$file", $node->connstr($database) ], "pg_dump @options");
}
# A restore over what is there has errors; each of them is looked at.
sub errors_of {
	my ($database, $options, @command) = @_;
	local $ENV{PGOPTIONS} = $options;
	my (undef, $error) = run_command([ @command, '-d', $node->connstr($database) ]);
	return join "\n", grep { /ERROR/ } split /\n/, $error;
}
sub plain { return errors_of($_[0], '', 'psql', '-Xq', '-f', "$dir/$_[1]") }

my $everything = "SET retention.reveal = on; " . join(' UNION ALL ', map { "SELECT '$_', to_jsonb(t)::text FROM $_ t" } @tables)
	. q{ UNION ALL SELECT 'ledger', to_jsonb(l)::text FROM retention.ledger l WHERE action NOT LIKE 'revealed%'
	UNION ALL SELECT 'policy', written_for::regrole || (to_jsonb(p) - '{validated,written_for}'::text[])::text FROM retention.policy p
	UNION ALL SELECT 'column', written_for::regrole || (to_jsonb(p) - 'written_for')::text FROM retention.personal_column p
	UNION ALL SELECT 'kind', (to_jsonb(k) - 'validated')::text FROM retention.subject_kind k UNION ALL SELECT 'link', (to_jsonb(l) - 'validated')::text FROM retention.subject_link l
	UNION ALL SELECT 'restriction', to_jsonb(r)::text FROM retention.restriction r UNION ALL SELECT 'number', number::text FROM retention.numbering
	UNION ALL SELECT 'key', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, 'erp'::regnamespace)
	UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
	UNION ALL SELECT 'index', pg_get_indexdef(indexrelid) FROM pg_index WHERE pg_get_indexdef(indexrelid) LIKE '%retention_clock%'
	ORDER BY 1, 2};
sub differences {
	my %was = map { $_ => 1 } split /\n/, $_[0];
	my %is = map { $_ => 1 } split /\n/, $_[1];
	return join "\n", map({ "- $_" } grep { !$is{$_} } sort keys %was), map({ "+ $_" } grep { !$was{$_} } sort keys %is), scalar(split /\n/, $_[1]) - scalar(split /\n/, $_[0]);
}
sub is_whole {
	my ($database, $before, $name) = @_;
	is(differences($before, value($database, $everything)), '0', "$name: equal in every table");
	is(value($database, 'SELECT ok FROM retention.verify_ledger()'), 't', "$name: the ledger holds");
	is(value($database, 'SELECT DISTINCT state FROM retention.status'), 'waiting for retention.resume()', "$name: it waits");
	is(value($database, $rows), value('postgres', $rows), "$name: the same rows are seen before resume()");
	like(said($database, 'DELETE FROM erp.books'), qr/Bookkeeping Act/, "$name: guarded before resume()") if $before =~ /"must_keep_for": "/;
	like(said($database, 'UPDATE erp.books SET amount = 1'), qr/cannot change column "amount".*Bookkeeping Act/, "$name: a protected column stands before resume()")
		if $before =~ /"must_keep_for": "/;
	value($database, q{SELECT retention.resume(); CALL retention.sweep(); SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'});
	is(value($database, "SELECT a.* FROM unnest('{" . join(',', @tables) . "}'::regclass[]) t, retention.audit(t) a"), '', "$name: the audit finds nothing");
}

# users: 1 due, 2 not started, 3 quarantined, 5 restricted. books: 1 mandatory, 2 not started, 3 kept by the law alone. The last two tables have no key.
$node->safe_psql('postgres', q{
CREATE ROLE owner_of_tables; CREATE ROLE accounting LOGIN; CREATE ROLE watcher LOGIN;
GRANT SET ON PARAMETER retention.reveal TO watcher; ALTER ROLE watcher SET retention.reveal_reason = 'watching';
CREATE EXTENSION pg_retention;
CREATE SCHEMA erp AUTHORIZATION owner_of_tables; GRANT CREATE ON SCHEMA public TO owner_of_tables; GRANT USAGE ON SCHEMA erp TO accounting;
SET ROLE owner_of_tables;
CREATE TABLE customers (id int PRIMARY KEY, ended_on date);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers, name text, left_on date);
CREATE TABLE notes (id int PRIMARY KEY, "user" int REFERENCES users ON DELETE CASCADE, body text);
CREATE TABLE erp.books (id int PRIMARY KEY, written date, note text, amount numeric);
CREATE TABLE visits (id int, left_on date);
CREATE TABLE parted (id int, left_on date) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
GRANT SELECT ON erp.books TO accounting;
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('users', 'name', 'name', 'null'), ('erp.books', 'note', 'free text', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('users', 'users', '{left_on,customer.ended_on}', '1 year', '30 days', 'delete', 'enforce'), ('notes', 'notes', '{user.left_on}', '1 year', '30 days', 'delete', 'enforce'),
	('visits', 'visits', '{left_on}', '1 year', '30 days', 'delete', 'enforce'), ('parted', 'parted', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, protects, action, mode, reference, legal_access) VALUES
	('books', 'erp.books', '{written}', '1 year', '5 years', '{amount}', 'anonymise', 'enforce', 'Bookkeeping Act', '{accounting}');
INSERT INTO customers VALUES (1, NULL), (2, NULL);
INSERT INTO users SELECT i, 1, 'Kari ' || i FROM generate_series(1, 6) i;
INSERT INTO notes SELECT i, i, 'note' FROM generate_series(1, 6) i;
INSERT INTO erp.books SELECT i, NULL, 'note' FROM generate_series(1, 3) i;
INSERT INTO visits VALUES (1, NULL), (2, NULL); INSERT INTO parted VALUES (1, NULL), (2, NULL);
SET retention.test_now = '2020-01-02 12:00+01'; UPDATE users SET left_on = '2020-01-01' WHERE id = 1; RESET retention.test_now; UPDATE users SET left_on = '2025-11-20' WHERE id = 3;
UPDATE erp.books SET written = '2026-01-01' WHERE id = 1; UPDATE erp.books SET written = '2024-01-01' WHERE id = 3;
UPDATE visits SET left_on = '2025-11-20' WHERE id = 2; UPDATE parted SET left_on = '2025-11-20' WHERE id = 2;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'users', '{name}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'notes', 'user', 'about');
});
# A copy that the law keeps nothing in, for what drops tables.
$node->safe_psql('template1', 'CREATE DATABASE free TEMPLATE postgres');
value('postgres', q{SELECT retention.restrict('user', 5, 'contested')});
is(value('postgres', $rows), "users|2 4 6\nnotes|2 4 6\nerp.books|1 2\nvisits|1\nparted|1", 'what is seen');
my $before = value('postgres', $everything);

# The whole cluster, with its roles, into a fresh one.
my $fresh = PostgreSQL::Test::Cluster->new('fresh');
$fresh->init;
$fresh->append_conf('postgresql.conf', $settings);
$fresh->start;
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dumpall', '-f', "$dir/cluster.sql", '-d', $node->connstr('postgres') ], 'pg_dumpall');
}
(undef, my $errors) = run_command([ 'psql', '-Xq', '-f', "$dir/cluster.sql", '-d', $fresh->connstr('postgres') ]);
is(join("\n", grep { !/role "\w+" already exists/ } grep { /ERROR/ } split /\n/, $errors), '', 'a cluster is restored with no error but that of the role that restores it');
{
	my $original = $node;
	my $seen = value('postgres', $rows);
	my $accounting = value('postgres', 'SET ROLE accounting; ' . ids('erp.books'));
	$node = $fresh;
	is(value('postgres', $rows), $seen, 'a restored cluster: the same rows are seen');
	is(value('postgres', 'SET ROLE accounting; ' . ids('erp.books')), $accounting, 'a restored cluster: who has legal access reads what he read');
	is(value('postgres', q{SELECT has_parameter_privilege('watcher', 'retention.reveal', 'SET')}), 't', 'a restored cluster: who may reveal');
	my $now = value('postgres', 'SELECT clock_timestamp()');
	$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM retention.worker_status WHERE started_at > '$now' AND ended_at IS NOT NULL AND database IN ('postgres', 'free')")
		or die 'no workers';
	is_whole('postgres', $before, 'a restored cluster');
	$node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM retention.ledger WHERE policy_id = 1 AND action = 'deleted')}) or die 'the worker does not go on';
	is(all_of('postgres', 'users'), '2 3 4 5 6', 'a restored cluster: the worker goes on after resume()');
	is(all_of('free', 'users'), '1 2 3 4 5 6', 'a restored cluster: where nobody said so the worker waits');
	$node->stop;
	$node = $original;
}

# A schema beside the one that is there, under the same numbers: judged by their policies, and named.
dump_of('postgres', 'erp.sql', '-n', 'erp');
dump_of('postgres', 'users.sql', '-t', 'users');
$node->safe_psql('template1', 'CREATE DATABASE beside TEMPLATE postgres');
value('beside', 'SELECT retention.resume(); ALTER SCHEMA erp RENAME TO erp_was');
is(plain('beside', 'erp.sql'), '', 'a schema is restored beside the one that is there');
is(seen('beside', 'erp.books'), '1 2', 'a schema beside: hidden as the other');
like(said('beside', 'DELETE FROM erp.books'), qr/Bookkeeping Act/, 'a schema beside: guarded');
is(value('beside', q{SELECT object FROM retention.gaps WHERE kind = 'unmanaged table'}), 'erp.books', 'a schema beside: named in retention.gaps');
is(value('beside', q{SELECT count(*) FROM retention.audit('erp_was.books')}), '0', 'a schema beside: the audit of the other finds nothing');
value('beside', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference) VALUES
	('more books', 'erp.books', '{written}', '1 year', '6 years', 'delete', 'enforce', 'Other Act')});
is(seen('beside', 'erp.books'), '1 2', 'a schema beside, with a policy that waits: hidden');
value('beside', 'CALL retention.sweep()');
like(said('beside', 'DELETE FROM erp.books WHERE id = 1'), qr/Other Act/, 'a schema beside, stamped: guarded by its own policy');
is(value('beside', q{SELECT count(*) FROM retention.audit('erp.books')}) . value('beside', 'SELECT ok FROM retention.verify_ledger()'), '0t', 'a schema beside, stamped: nothing is wrong');

# A schema into a database with other policies.
$node->safe_psql('postgres', 'CREATE DATABASE elsewhere');
value('elsewhere', q{CREATE EXTENSION pg_retention; CREATE TABLE short (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) SELECT 'p' || i, 'short', '{at}', '9 years', 'delete', 'enforce' FROM generate_series(1, 6) i});
is(plain('elsewhere', 'erp.sql'), '', 'a schema is restored into a database with other policies');
is(seen('elsewhere', 'erp.books'), '', 'a schema elsewhere: hidden, whatever has its numbers there');
value('elsewhere', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference) VALUES
	('books', 'erp.books', '{written}', '1 year', '6 years', 'delete', 'enforce', 'Other Act')});
is(seen('elsewhere', 'erp.books'), '', 'a schema elsewhere, with a policy that waits: hidden');
value('elsewhere', 'SELECT retention.resume(); CALL retention.sweep()');
is(seen('elsewhere', 'erp.books') . said('elsewhere', q{SELECT count(*) FROM retention.audit('erp.books')}), '1 20', 'a schema elsewhere, stamped: what its own dates say');

# A table that comes back after it was dropped, and its policy with it: the number means nothing any more.
value('free', 'SELECT retention.resume(); SET retention.confirm_drop = on; DELETE FROM retention.subject_link; DELETE FROM retention.subject_kind; DROP TABLE notes; DROP TABLE users');
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	is(plain('free', 'users.sql'), '', 'a table comes back after it was dropped');
}
is(seen('free', 'users'), '2 4 6', 'a table that comes back: what has started is hidden, though its policy is gone');
is(value('free', 'UPDATE users SET name = name RETURNING id') . value('free', 'DELETE FROM users WHERE id IN (1, 3) RETURNING id'), "2\n4\n6", 'a table that comes back: no command reaches those');
like(said('free', "INSERT INTO users VALUES (3) ON CONFLICT (id) DO UPDATE SET name = 'x'"), qr/row conflicts with a row that is hidden/, 'a table that comes back: nor does an upsert');
value('free', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('users', 'users', '{left_on}', '1 year', '400 days', 'delete', 'enforce')});
is(seen('free', 'users'), '2 4 6', 'a table that comes back, with a policy that waits: hidden');
value('free', q{CALL retention.sweep(); SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce'; CALL retention.sweep()});
is(seen('free', 'users') . ', ' . all_of('free', 'users'), '2 4 6, 2 3 4 5 6', 'a table that comes back, stamped: what its own dates say');
is(value('free', q{SELECT count(*) FROM retention.audit('users')}) . value('free', 'SELECT ok FROM retention.verify_ledger()'), '0t', 'a table that comes back, stamped: nothing is wrong');

# Data alone over what is there, which has gone on since.
dump_of('postgres', 'data.sql', '-a');
$node->safe_psql('template1', 'CREATE DATABASE over TEMPLATE postgres');
value('over', q{SELECT retention.resume(); CALL retention.sweep(); CREATE TABLE more (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('more', 'more', '{at}', '1 year', 'delete', 'enforce'), ('gone', 'more', '{at}', '2 years', 'delete', 'enforce');
DELETE FROM retention.policy WHERE name = 'gone'; CALL retention.sweep(); DELETE FROM retention.policy WHERE name = 'more'});
my $over = value('over', $everything);
my $refused = plain('over', 'data.sql');
like($refused, qr/duplicate key value violates unique constraint "${_}_pkey"/, "data over what is there: $_ are not doubled") for qw(users notes books policy);
like($refused, qr/entry 1 of the ledger is there already/, 'data over what is there: entries of the ledger are not doubled');
like($refused, qr/cannot copy rows with their clocks into table "$_"/, "data over what is there: $_, which has no key, is not doubled") for qw(visits parted_1);
is(differences($over, value('over', $everything)), '0', 'data over what is there: nothing is lost, doubled or shown');
like(said('over', 'SET retention.confirm_drop = on; ALTER TABLE visits DROP COLUMN left_on'), qr/policy "visits" needs path "left_on"/, 'what is confirmed of keys is not confirmed of columns');
is(value('over', 'COPY visits (id, left_on) FROM PROGRAM \'echo "9\t2026-11-01"\'; ' . ids('visits')), '1 9', 'new rows are copied without clocks');
is(value('over', q{SELECT max(policy_id) FROM retention.ledger}), '7', 'two policies are gone');
value('over', q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('again', 'more', '{at}', '1 year', 'delete', 'enforce')});
is(value('over', q{SELECT policy_id FROM retention.policy WHERE name = 'again'}), '8', 'a number is not given twice though the sequence was set back');

# pg_restore -c over what is there. Without a setting, nothing happens; confirmed, what the law keeps stays as it is.
dump_of('postgres', 'archive', '-Fc');
for my $options ([ '-c', '', '' ], [ '-c --if-exists', '-c retention.reveal=on -c retention.confirm_drop=on', ', confirmed' ]) {
	my ($clean, $set, $name) = @$options;
	$node->safe_psql('template1', 'DROP DATABASE IF EXISTS clean');
	$node->safe_psql('template1', 'CREATE DATABASE clean TEMPLATE postgres');
	value('clean', 'SELECT retention.resume()');
	my $keys = q{SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, 'erp'::regnamespace)};
	my $had = value('clean', $keys);
	my $found = errors_of('clean', $set, 'pg_restore', split(/ /, $clean), "$dir/archive");
	like($found, qr/cannot drop the last key of table "users"/, "pg_restore $clean$name: no key goes") if $set eq '';
	like($found, qr/cannot drop "books": Bookkeeping Act requires it/, "pg_restore $clean$name: what the law keeps stays");
	like($found, qr/cannot copy rows with their clocks into table "books"/, "pg_restore $clean$name: nor is it doubled") if $set ne '';
	is(value('clean', $keys), $had, "pg_restore $clean$name: all keys are there");
	is(value('clean', "SET retention.reveal = on; $rows"), value('postgres', "SET retention.reveal = on; $rows"), "pg_restore $clean$name: each row is there once");
	is(value('clean', $rows), value('postgres', $rows), "pg_restore $clean$name: hidden as they were");
	like(said('clean', 'DELETE FROM erp.books'), qr/Bookkeeping Act/, "pg_restore $clean$name: guarded as they were");
	is(value('clean', 'SELECT ok FROM retention.verify_ledger()'), 't', "pg_restore $clean$name: the ledger holds");
}
# Where the law keeps nothing, all of it is replaced.
value('postgres', q{SELECT retention.inform_of_lifting(1); SELECT retention.lift_restriction(1); UPDATE retention.policy SET must_keep_for = NULL, protects = NULL, legal_access = '{}' WHERE name = 'books'});
$before = value('postgres', $everything);
dump_of('postgres', 'archive', '-Fc');
for my $clean ('-c', '-c --if-exists') {
	$node->safe_psql('template1', 'DROP DATABASE clean');
	$node->safe_psql('template1', 'CREATE DATABASE clean TEMPLATE postgres');
	value('clean', q{SELECT retention.resume(); CALL retention.sweep(); INSERT INTO users VALUES (77)});
	my $found = errors_of('clean', '-c retention.confirm_drop=on', 'pg_restore', split(/ /, $clean), "$dir/archive");
	is(join("\n", grep { !/cannot drop the retention triggers/ } split /\n/, $found), '', "pg_restore $clean, nothing kept: no error but those about triggers, which go with their tables");
	is_whole('clean', $before, "pg_restore $clean, nothing kept");
}
done_testing();
