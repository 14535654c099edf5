# The page of a database that was restored from a dump is that of the one it is from, at the same time, but for what it says of the place.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('page');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
retention.worker = off
fsync = off
});
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', 'CREATE DATABASE origin');
$node->safe_psql('origin', q{
CREATE EXTENSION pg_retention;
CREATE TABLE users (id int PRIMARY KEY, ended_on date, name retention.person_name);
CREATE TABLE books (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('users', 'users', '{ended_on}', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode)
    VALUES ('books', 'books', '{at}', '5 years after end of fiscal year', 'delete', '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce');
INSERT INTO users SELECT i, date '2024-06-01' + i * 7, 'Kari Lie' FROM generate_series(1, 150) i;
INSERT INTO books SELECT i, date '2018-01-01' + i * 20 FROM generate_series(1, 150) i;
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('user', 'users', '{id}');
SELECT retention.open_request('access', 'user', 120, received => '2026-11-20 10:00+01');
});
# Something is done, and then the policies are put in force again as after a restore: what is due waits for its quarantine.
$node->safe_psql('origin', 'CALL retention.sweep(); SELECT retention.approve(policy_id) FROM retention.policy; CALL retention.sweep()');
$node->safe_psql('origin', q{SET retention.test_now = '2026-12-05 12:00+01'; SET retention.confirm_drop = on; SELECT retention.resume(); CALL retention.sweep()});

sub page { my ($database, $language) = @_; return $node->safe_psql($database, "SET retention.test_now = '2026-12-05 12:00+01'; SELECT retention.report_html('$language')") }
# No part of the place is in another.
sub without_place { my ($page) = @_; my $n = $page =~ s/<(section|dl|p)\b[^>]* data-place="".*?<\/\1>//gs; return ($page, $n) }

{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/dump", $node->connstr('origin') ], 'the database is dumped');
}
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$dir/dump" ], 'the database is restored');
like(page('copy', 'en'), qr/waits after a restore or a jump of the time/, 'a page before resume() says that policies wait for it');
like(page('copy', 'en'), qr/>database is the one to act in<.*>time is not injected</s, 'a page before resume() has what the check finds');
like(page('copy', 'nb'), qr/venter etter gjenoppretting/, 'a page before resume() says so in Norwegian');
$node->safe_psql('copy', q{SET retention.test_now = '2026-12-05 12:00+01'; SELECT retention.resume()});

for my $language ('en', 'nb') {
	my ($was, $is) = (page('origin', $language), page('copy', $language));
	isnt($was, $is, "a page ($language) tells where it was made");
	my ($kept, $parts) = without_place($was);
	is($parts, 9, "parts of a page ($language) are marked as of the place");
	unlike($kept, qr/data-place/, "no mark of the place is left ($language)");
	like($kept, qr/forecast\.rows\/2027-01\/enforce.*ledger\.row_count\/2026-11\/deleted.*requests_due\.days_left\/1/s, "what comes, what was done and requests are of no place ($language)");
	is((without_place($is))[0], $kept, "a page ($language) is the same after a restore but for the place");
}
# The page is ASCII: what a database has in another encoding, or in none, reads the same.
for my $encoding ('LATIN1', 'SQL_ASCII') {
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' TEMPLATE template0 LOCALE 'C'");
	$node->safe_psql($database, q{CREATE EXTENSION pg_retention; CREATE TABLE t (id int PRIMARY KEY, at date);
		INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES (E'\xC5s', 't', '{at}', '1 day', 'delete')});
	my $page = page($database, 'nb');
	like($page, $encoding eq 'LATIN1' ? qr/>&#xC5;s</ : qr/>&#xFFFD;s</, "a name in $encoding is told in references");
	like($page, qr/Det reglene ikke n&#xE5;r/, "words of the page are whole in a database in $encoding");
}
done_testing();
