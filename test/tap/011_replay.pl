# A backup from before knows persons who have been erased since: the list of erasures, kept beside the backups, erases them again.
use strict;
use warnings;
use File::Basename;
use lib dirname(__FILE__);
use Demo;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('replay');
$node->init;
my $place = PostgreSQL::Test::Utils::tempdir();
append_to_file("$place/key", 'a key of thirty-two bytes or more, for tests alone');
append_to_file("$place/other", 'another key of thirty-two bytes or more, for tests');
append_to_file("$place/short", 'a short key');
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2025-12-20 10:00:00 Europe/Oslo'
retention.erasure_key_file = '$place/key'
fsync = off
jit = off
});
$node->start;
load_company($node, 'digiquip');
declare_persons($node, 'digiquip');
my $reveal = "SET retention.reveal_reason = 'test'; SET retention.reveal = on;";
sub ask { my ($database, $query) = @_; return $node->safe_psql($database, "$reveal $query") }
sub set_to {
	my ($name, $value) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('$name') = '$value'");
}

{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$place/backup", $node->connstr('digiquip') ], 'a backup');
}
# Who they are, and what is left of them; the second query reads the other tables by way of the person's rows.
my $chosen = 'SELECT id FROM app.users WHERE id % 43 = 7 ORDER BY id LIMIT 50';
my $ids = join ',', split /\n/, ask('digiquip', $chosen);
is(scalar(split /,/, $ids), 50, '50 persons');
my $left = qq{SELECT
	(SELECT count(*) FROM app.users WHERE id IN ($ids) AND email IS NOT NULL),
	(SELECT count(*) FROM support.cases WHERE reporter_email IN (SELECT email FROM probe.email)),
	(SELECT count(*) FROM messaging.messages WHERE recipient IN (SELECT email FROM probe.email)),
	(SELECT count(*) FROM crm.contacts WHERE email IN (SELECT email FROM probe.email))};
my $emails = join ',', map { "('$_')" } split /\n/, ask('digiquip', "SELECT email FROM app.users WHERE id IN ($ids)");
my $probe = "CREATE SCHEMA probe; CREATE TABLE probe.email (email) AS VALUES $emails";
ask('digiquip', $probe);
ask('digiquip', "SELECT retention.erase('user', id) FROM app.users WHERE id IN ($ids)");
my $gone = ask('digiquip', $left);
is($gone, '0|0|0|0', 'the 50 persons are erased');
my $list = ask('digiquip', 'SELECT retention.erasure_list()');
cmp_ok(ask('digiquip', qq{SELECT json_array_length('$list'::json -> 'erasures')}), '>=', 50, 'the list has them');
unlike($list, qr/\@kunde|"id"/, 'the list tells nobody who the persons are');

$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('restored'), "$place/backup" ], 'the backup is restored');
ask('restored', $probe);
isnt(ask('restored', $left), $gone, 'the persons are back with the backup');
is(ask('restored', 'SELECT count(*) FROM retention.subject_kind'), '2', 'with the kinds of persons');
is(ask('restored', 'SELECT count(*) FROM retention.subject_link'), '6', 'the backup has the links');
my $everything = q{SELECT md5(string_agg(t, '' ORDER BY t)) FROM (SELECT u::text FROM app.users u UNION ALL SELECT c::text FROM support.cases c
	UNION ALL SELECT n::text FROM support.case_notes n UNION ALL SELECT m::text FROM messaging.messages m UNION ALL SELECT p::text FROM crm.contacts p
	UNION ALL SELECT v::text FROM erp.invoices v UNION ALL SELECT e::text FROM retention.erasure e UNION ALL SELECT (to_jsonb(l) - 'entry_id' - 'previous' - 'hash')::text FROM retention.ledger l WHERE action <> 'revealed') x (t)};
my $restored = ask('restored', $everything);

sub refused {
	my ($what, $name, $pattern) = @_;
	my ($status, undef, $error) = $node->psql('restored', "SELECT * FROM retention.replay_erasures('$what')");
	isnt($status, 0, "$name is an error");
	like($error, $pattern, 'a list that cannot be replayed is refused with the reason');
	is(ask('restored', $everything), $restored, 'a list that is refused changes nothing');
}
set_to('retention.erasure_key_file', "$place/other");
refused($list, 'a wrong key', qr/written under another key/);
set_to('retention.erasure_key_file', "$place/short");
refused($list, 'a short key', qr/holds only 11 bytes/);
set_to('retention.erasure_key_file', "$place/none");
refused($list, 'a missing key', qr/could not open file/);
set_to('retention.erasure_key_file', "$place/key");
refused('{"erasures": []}', 'something else', qr/not a list of erasures/);

# One of them is a contact person, too.
is(ask('restored', "SELECT sum(erased) FROM retention.replay_erasures('$list')"), '50', 'the list is replayed');
is(ask('restored', $left), $gone, 'the same 50 are gone again');
is(ask('restored', 'SELECT count(*) FROM app.users'), ask('digiquip', 'SELECT count(*) FROM app.users'), 'nobody but the 50 is gone');
set_to('retention.test_now', '2025-12-20 11:00:00 Europe/Oslo');
my $replayed = ask('restored', $everything);
is(ask('restored', "SELECT sum(erased) FROM retention.replay_erasures('$list')"), '0', 'a second replay finds nobody');
is(ask('restored', $everything), $replayed, 'a second replay changes nothing');
is(ask('restored', 'SELECT retention.erasure_list()::jsonb'), ask('digiquip', 'SELECT retention.erasure_list()::jsonb'), 'the list is whole again');
is(ask('restored', 'SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger goes on');

# The list goes with the oldest backup.
set_to('retention.backup_age', '30d');
set_to('retention.test_now', '2026-01-19 09:59:59 Europe/Oslo');
ask('digiquip', 'CALL retention.sweep()');
cmp_ok(ask('digiquip', 'SELECT count(*) FROM retention.erasure'), '>=', 50, 'while a backup may need it the list is kept');
set_to('retention.test_now', '2026-01-19 10:00:01 Europe/Oslo');
ask('digiquip', 'CALL retention.sweep()');
is(ask('digiquip', 'SELECT count(*) FROM retention.erasure'), '0', 'the list is forgotten when no backup needs it');
$node->stop;
done_testing();
