# An objection outlives the person: whoever is there again is not written to, by whatever value the person is known.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $place) = keyed_node('objections', q{retention.test_now = '2040-03-01 10:00:00 Europe/Oslo'});
sub ask { my ($query) = @_; return $node->safe_psql('postgres', $query) }
sub refused { my ($query) = @_; my ($status, $out, $error) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$query"); return $error =~ /ERROR:\s+(\w+)/ ? $1 : "passed: $out" }
ask("ALTER SYSTEM SET retention.erasure_key_file = '$place/key'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.erasure_key_file') <> ''");
ask(q{CREATE EXTENSION pg_retention;
	CREATE TABLE p (id int PRIMARY KEY, name text, email text, phone text, tenant int);
	CREATE TABLE lead (code text PRIMARY KEY, mail text);
	CREATE TABLE mail (id int PRIMARY KEY, p int REFERENCES p ON DELETE SET NULL, purpose text, at timestamptz);
	INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('p', 'name', 'name'), ('p', 'email', 'email'), ('p', 'phone', 'phone'), ('lead', 'mail', 'email');
	INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('p', 'p', '{email}'), ('lead', 'lead', '{mail}');
	INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('p', 'mail', 'p', 'deleted_with');
	INSERT INTO retention.purpose (name, legal_basis, direct_marketing, timezone) VALUES ('news', 'legitimate interest', true, 'Europe/Oslo'), ('service', 'contract', false, 'Europe/Oslo'),
		('offers', 'legitimate interest', true, 'Europe/Oslo');
	INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose_column) VALUES ('mail', 'p', 'p', 'at', 'purpose');
	INSERT INTO p SELECT i, 'Kari Lie ' || i, 'kari' || i || '@x.example', '9000000' || i, 1 FROM generate_series(1, 8) i;
	SELECT retention.object('p', i, 'news') FROM generate_series(1, 3) i;
	SELECT retention.withdraw_objection(3)});
is(ask("SELECT string_agg(o ->> 'purpose' || ' ' || (o ->> 'kept'), ', ') FROM json_array_elements(retention.erase('p', 1)::json -> 'objections') o"), 'news true', 'an erasure says that an objection is kept');
ask(q{SELECT retention.erase('p', i) FROM generate_series(2, 4) i; DELETE FROM p WHERE id < 5});
is(ask('SELECT count(*) FROM retention.objection_key'), '0', 'no key of an erased person is left');
is(ask("SELECT count(*) FROM retention.objection WHERE erased_at IS NOT NULL AND prints <> '{}' AND request_id IS NULL AND grounds IS NULL"), '2', 'objections that stand are kept as keyed hashes');
is(ask("SELECT count(*) FROM retention.objection o WHERE o::text ~* 'kari|900000'"), '0', 'nothing that tells who it was is left in an objection');

# They are there again, by another key, in another writing, by one of their values, in another table.
ask(q{INSERT INTO p VALUES (11, 'K. Lie', ' KARI1@x.example', NULL, 2), (12, 'Somebody', 'other@x.example', '90000002', 2), (13, 'Kari Lie 3', 'kari3@x.example', NULL, 2), (14, 'Kari Lie 1', 'new@x.example', NULL, 2);
	INSERT INTO lead VALUES ('a', 'kari1@x.example'), ('b', 'ola@x.example')});
is(ask("SELECT string_agg(id || ' ' || retention.may_contact('p', id, 'news'), ', ' ORDER BY id) FROM p WHERE id > 10"), '11 false, 12 false, 13 true, 14 true', 'who objected and is there again may not be written to, a namesake may');
is(ask("SELECT reason FROM retention.explain_contact('p', 11, 'news')"), 'objection', 'the reason is the objection');
is(ask("SELECT retention.may_contact('p', 11, 'offers')"), 't', 'an objection is to one purpose');
is(ask("SELECT string_agg(retention.may_contact('lead', code, 'news')::text, ', ' ORDER BY code) FROM lead"), 'false, true', 'who is there again in another table may not be written to');
is(ask("SELECT string_agg(k::text, ', ' ORDER BY k::text) FROM retention.may_contact_all('p', 'news') k"), '13, 14, 5, 6, 7, 8', 'a campaign leaves out who is there again');
is(ask("SELECT string_agg(k::text, ', ' ORDER BY k::text) FROM retention.may_contact_all('lead', 'news') k"), '"b"', 'a campaign of another table leaves out who is there again');
is(refused("INSERT INTO mail VALUES (1, 14, 'news', '2040-03-01'), (2, 12, 'news', '2040-03-01')"), 'RT021', 'a message to one who is there again is refused');
is(refused("INSERT INTO mail VALUES (1, 12, 'service', '2040-03-01'), (2, 14, 'news', '2040-03-01')"), 'passed: ', 'messages for another purpose, and to others, are not refused');

# Who is there again and does not object any more.
ask(q{SELECT retention.withdraw_objection(retention.object('p', 12, 'news'))});
is(ask("SELECT string_agg(id || ' ' || retention.may_contact('p', id, 'news'), ', ' ORDER BY id) FROM p WHERE id > 10"), '11 false, 12 true, 13 true, 14 true', 'who withdraws an objection withdraws what was kept of it');

# Another key knows nobody, and none is told.
ask("ALTER SYSTEM SET retention.erasure_key_file = ''");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.erasure_key_file') = ''");
is(ask("SELECT string_agg(object, ',') FROM retention.check() WHERE what = 'objections of erased persons are known' AND NOT ok"), 'news', 'check tells that a key is missing');
ask("ALTER SYSTEM SET retention.erasure_key_file = '$place/key'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.erasure_key_file') <> ''");
is(ask("SELECT count(*) FROM retention.check() WHERE what = 'objections of erased persons are known'"), '0', 'check is content with the key');

# A restore has them.
$node->run_log([ 'pg_dump', '-Fc', '-f', "$place/dump", '-d', $node->connstr('postgres') ]);
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), "$place/dump" ], 'a dump is restored');
is($node->safe_psql('restored', "SELECT string_agg(id || ' ' || retention.may_contact('p', id, 'news'), ', ' ORDER BY id) FROM p WHERE id > 10"), '11 false, 12 true, 13 true, 14 true', 'who objected is known in a restored database');

# After their time they are gone. A sweep needs a policy.
ask(q{ALTER TABLE p ADD ended date; INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('p', 'p', '{ended}', '90 years', 'delete')});
is(ask("CALL retention.sweep(); SELECT count(*) FROM retention.objection WHERE erased_at IS NOT NULL AND withdrawn_at IS NULL"), '1', 'a sweep keeps objections whose time is not over');
ask(q{ALTER SYSTEM SET retention.test_now = '2050-04-01 10:00:00 Europe/Oslo'});
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.test_now') LIKE '2050%'");
is(ask("CALL retention.sweep(); SELECT count(*) FROM retention.objection WHERE erased_at IS NOT NULL"), '0', 'a sweep takes objections that are as old as retention.objection_age');

$node->stop;
done_testing();
