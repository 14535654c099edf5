# An objection outlives its person whichever way the row goes, and a dump brings what makes it so.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $place) = keyed_node('gone_rows', q{retention.test_now = '2040-03-01 10:00:00 Europe/Oslo'
retention.erasure_key_file = 'PLACE/key'});
sub ask { my ($query) = @_; return $node->safe_psql('postgres', $query) }
ask(q{CREATE EXTENSION pg_retention;
	CREATE TABLE p (id int PRIMARY KEY, name text, email text, phone text, since date);
	CREATE TABLE lead (code text PRIMARY KEY, mail text);
	CREATE TABLE part (id int, region int, email text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
	CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
	CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
	INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('p', 'name', 'name'), ('p', 'email', 'email'), ('p', 'phone', 'phone'), ('lead', 'mail', 'email'), ('part', 'email', 'email');
	INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('p', 'p', '{email}'), ('lead', 'lead', '{mail}'), ('part', 'part', '{email}');
	INSERT INTO retention.purpose (name, legal_basis, direct_marketing) VALUES ('news', 'legitimate interest', true);
	INSERT INTO p SELECT i, 'Kari Lie ' || i, 'kari' || i || '@x.example', '9000000' || i, '2030-01-01' FROM generate_series(1, 9) i;
	INSERT INTO p VALUES (10, 'Nobody', NULL, NULL, '2030-01-01');
	INSERT INTO lead VALUES ('a', 'kari6@x.example');
	INSERT INTO part SELECT i, i % 2 + 1, 'part' || i || '@x.example' FROM generate_series(1, 8) i;
	SELECT retention.object('p', i, 'news') FROM generate_series(1, 10) i;
	SELECT retention.withdraw_objection(9);
	SELECT retention.object('part', jsonb_build_object('id', i, 'region', i % 2 + 1), 'news') FROM generate_series(1, 8) i});
my $kept = 'SELECT count(*) FROM retention.objection WHERE erased_at IS NOT NULL AND key_print IS NOT NULL';
my $keys = q{SELECT string_agg(k.key::text, ' ' ORDER BY k.key) FROM retention.objection_key k WHERE k.kind = 'p'};
sub may { my ($ids, $kind) = @_; return ask(qq{SELECT string_agg(id || ' ' || retention.may_contact('p', id, 'news'), ', ' ORDER BY id) FROM p WHERE id IN ($ids)}) }
is(ask($kept), '0', 'what is kept while the person is there makes nobody else known by it');
is(ask("INSERT INTO p VALUES (20, 'Same house', 'other\@x.example', '90000001', NULL); SELECT retention.may_contact('p', 20, 'news')"), 't', 'who shares a telephone with one who objects has not objected');

# Deleted, and there again.
ask('DELETE FROM p WHERE id IN (1, 2, 9)');
is(ask($kept), '2', 'objections of deleted rows are kept as keyed hashes, withdrawn ones are not');
is(ask("SELECT count(*) FROM retention.objection o WHERE o::text ~* 'kari|900000'"), '0', 'nothing that tells who it was is left in an objection');
ask(q{INSERT INTO p VALUES (1, 'New', 'new@x.example', NULL, NULL), (11, 'K', 'KARI1@x.example', NULL, NULL), (12, 'L', NULL, '90000002', NULL), (19, 'M', 'kari9@x.example', NULL, NULL)});
is(may('1, 11, 12, 19'), '1 true, 11 false, 12 false, 19 true', 'who objected is known again, and the next holder of the key did not object');

# What the row does not say any more is known from when the person objected.
ask(q{UPDATE p SET email = NULL, phone = NULL WHERE id = 3; UPDATE p SET email = 'moved4@x.example' WHERE id = 4; DELETE FROM p WHERE id IN (3, 4); INSERT INTO p VALUES (13, 'K', 'kari3@x.example', NULL, NULL), (14, 'K', 'kari4@x.example', NULL, NULL), (15, 'K', 'moved4@x.example', NULL, NULL)});
is(may('13, 14, 15'), '13 false, 14 false, 15 false', 'who objected is known by what the row held then and by what it held last');

# A row of two that are one human.
ask('DELETE FROM p WHERE id = 6');
is(ask("SELECT retention.may_contact('lead', 'a'::text, 'news')"), 'f', 'where one row of a human goes the objection of the other stands');
is(ask("INSERT INTO p VALUES (16, 'K', NULL, '90000006', NULL); SELECT retention.may_contact('p', 16, 'news')"), 'f', 'the row that went is known again, by what only it held');
is(ask("DELETE FROM lead; INSERT INTO lead VALUES ('b', 'kari6\@x.example'); SELECT retention.may_contact('lead', 'b'::text, 'news')"), 'f', 'the last row of a human takes the objection along as keyed hashes');

# Sweeps, of a policy; who is known by a name alone.
ask(q{INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('p', 'p', '{since}', '1 year', 'delete', 'enforce')});
ask('CALL retention.sweep()') for 1 .. 2;
is(ask('SELECT count(*) FROM p WHERE since IS NOT NULL'), '0', 'a sweep has deleted the persons whose time is over');
is(ask($keys) || 'none', 'none', 'no key of a person who was swept is left');
is(ask("SELECT string_agg(detail || ' ' || row_count, ', ' ORDER BY entry_id) FROM retention.ledger WHERE action = 'records ended' AND entry_id > (SELECT min(entry_id) FROM retention.ledger WHERE action = 'policy created')"),
	'kind p, 1 objection not kept 4', 'the ledger says what could not be kept of whom a name alone told');
is(ask("INSERT INTO p VALUES (17, 'K', 'kari7\@x.example', NULL, NULL); SELECT retention.may_contact('p', 17, 'news')"), 'f', 'whom a sweep has deleted is known again');

# Where no trigger fires: an apply worker or a detached partition leaves records, which are found and end with what was kept.
ask('DROP TABLE part_1');
is(ask('SELECT kind, persons FROM retention.records_of_nobody()'), 'part|4', 'persons of a partition that was dropped are found');
is(ask("SELECT retention.end_records_of_nobody('part')"), '4', 'what is recorded of them ends');
is(ask("INSERT INTO part VALUES (22, 2, 'part2\@x.example'); SELECT retention.may_contact('part', '{\"id\": 22, \"region\": 2}'::jsonb, 'news')"), 'f', 'objections of persons outlive a partition that was dropped');

# Erasures beside it.
ask(q{SELECT retention.object('p', 16, 'news'); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no way'; END$$;
	INSERT INTO p VALUES (30, 'E', 'e@x.example', NULL, NULL); INSERT INTO lead VALUES ('e', 'e@x.example'); SELECT retention.object('p', 30, 'news'), retention.object('lead', 'e'::text, 'news');
	CREATE TRIGGER no BEFORE UPDATE OR DELETE ON lead FOR EACH ROW EXECUTE FUNCTION no()});
my $before = ask($kept);
is(ask("SELECT retention.erase('p', 16)::json -> 'objections' -> 0 ->> 'kept'"), 'true', 'an erasure still says itself what it kept');
is(ask($kept), $before + 1, 'what an erasure ends is not ended twice');
is(ask("SELECT retention.erase('p', 30)::json ->> 'complete'"), 'false', 'an erasure of which one row stays is not complete');
is(ask(q{SELECT string_agg(kind, ' ' ORDER BY kind) FROM retention.objection_key WHERE key IN ('30', '"e"')}) . ' ' . ask('SELECT count(*) FROM p WHERE id = 30'), 'lead 0', 'what is recorded of the row that went ends, and that of the row that stays stays');

# Of erased persons hashes of the keys are left, which no command can write anew.
sub told { my ($command) = @_; $node->psql('postgres', "BEGIN; $command; ROLLBACK", stderr => \my $told); return $told }
like(told('ALTER TABLE p ALTER COLUMN id TYPE text'), qr/^psql:<stdin>:1: WARNING:  erased persons of kind "p" are known by the names and keys that their table had/m, 'a command that gives keys another type says that erased persons are not known by them');
is(told('ALTER TABLE lead ALTER COLUMN code TYPE varchar(90)'), '', 'nothing is said of keys that are written as before');
like(told("$_"), qr/erased persons of kind "p" are known by the names/, "erased persons are not known by another name of the table: $_") for 'ALTER TABLE p RENAME TO q', 'ALTER SCHEMA public RENAME TO s', 'CREATE SCHEMA s; ALTER TABLE p SET SCHEMA s';
is(told('ALTER TABLE p RENAME id TO no; ALTER TABLE p RENAME CONSTRAINT p_pkey TO k'), '', 'nothing is said of names that stand in no hash');
like(told('ALTER TABLE part RENAME region TO place'), qr/erased persons of kind "part"/, 'erased persons are not known by other names of a key of several columns');

# A restore has the triggers, and the records.
my $triggers = q{SELECT string_agg(t.tgrelid::regclass || ' ' || t.tgname || ' ' || t.tgenabled::text, ';' ORDER BY t.tgrelid::regclass::text, t.tgname) FROM pg_trigger t WHERE NOT tgisinternal AND tgfoid = 'retention.follow_rows'::regproc};
my $had = ask($triggers);
is(($had =~ tr/;//), 11, 'four tables have three triggers each');
my $wishes = q{SELECT md5(string_agg(o::text, ';' ORDER BY o.objection_id)) || (SELECT md5(string_agg(k::text, ';' ORDER BY k::text)) FROM retention.objection_key k) FROM retention.objection o};
my $said = ask($wishes);
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$place/dump", '-d', $node->connstr('postgres') ], 'the database is dumped');
}
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-j', '2', '-d', $node->connstr('restored'), "$place/dump" ], 'a dump is restored in parallel');
is($node->safe_psql('restored', $triggers), $had, 'tables of persons have their triggers again');
is($node->safe_psql('restored', $wishes), $said, 'a restore ends no record');
is($node->safe_psql('restored', "DELETE FROM part; SELECT count(*) FROM retention.objection_key WHERE kind = 'part'"), '0', 'in a restored database records go with the rows');

$node->stop;
done_testing();
