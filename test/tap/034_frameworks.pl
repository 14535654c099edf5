# Schemas as frameworks make them, without foreign keys, configured as docs/subjects.md shows: governed, exported and erased.
use strict;
use warnings;
use FindBin;
use File::Basename;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node) = keyed_node('frameworks', q{retention.test_now = '2026-02-01 10:00:00 Europe/Oslo'
retention.pseudonym_key_file = 'PLACE/key'});
my $docs = slurp_file(dirname(__FILE__) . '/../../docs/subjects.md');
my $database;
sub ask { my ($query) = @_; return $node->safe_psql($database, "SET client_min_messages = error;\n$query") }

# The tables as the framework makes them, then what the docs say.
sub govern {
	my ($name, $heading, $schema) = @_;
	$database = $name;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$docs =~ /^### \Q$heading\E.*?^```sql\n(.*?)^```/ms or die "docs/subjects.md has nothing of $heading";
	ask($schema);
	ask("CREATE EXTENSION pg_retention;\n$1CALL retention.sweep();");
	is(ask("SELECT string_agg(concat_ws(' ', what, object, hint), E'\\n') FROM retention.check() WHERE NOT ok AND what ~ 'policy|link|kind'"), '', "$heading: the configuration that the docs show holds");
}

# Each row of each table, as "table text of the row".
sub rows {
	my %rows;
	for my $table (split /\n/, ask("SELECT c.oid::regclass FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")) {
		$rows{"$table $_"} = 1 for split /\n/, ask("SET retention.reveal = on; SELECT to_jsonb(t) - 'retention_clock' FROM $table t");
	}
	return %rows;
}

# The person's copy has the rows named, an erasure changes these alone, no word is left but where said, and a second one does nothing.
sub erase {
	my ($heading, $key, $owned, $mentioned, $words, $cut, $after) = @_;
	my $copied = "SELECT string_agg(relation::text || ' ' || (row_key #>> '{}'), ', ' ORDER BY relation::text COLLATE \"C\", row_key::text COLLATE \"C\") FROM retention.export_rows('user', $key)";
	is(ask("$copied WHERE role <> 'mentioned'"), $owned, "$heading: a copy has the rows that are the person's");
	is(ask("$copied WHERE role = 'mentioned'"), $mentioned, "$heading: a copy has the rows that mention the person");
	my %before = rows();
	my %owned = map { $_ => 1 } split /, /, $owned;
	my $dry = ask("SELECT retention.erase('user', $key, true)::jsonb - '{made_at,dry_run,verification}'::text[]");
	is(join("\n", sort keys %{ { rows() } }), join("\n", sort keys %before), "$heading: a dry run changes nothing");
	is(ask("SELECT retention.erase('user', $key)::jsonb - '{made_at,dry_run,verification}'::text[]"), $dry, "$heading: a dry run says what the run does");
	my %after = rows();
	like($dry, qr/"complete": true/, "$heading: the erasure is complete");
	is(join("\n", grep { /$words/ } sort keys %after), '', "$heading: nothing of the person is left");
	my @changed = map { s/^(\w+) .*?"(?:id|event_id|name)": "?([^,"}]+).*/$1 $2/r } grep { !$after{$_} && !/$words/ } sort keys %before;
	is(join("\n", grep { !$owned{$_} } @changed), $cut, "$heading: of what others have, nothing changes that does not name the person");
	is(ask($after->[0]), $after->[1], "$heading: what is left is what the policies say");
}

govern('rails', 'Polymorphic associations (Rails)', q{
CREATE TABLE users (id bigserial PRIMARY KEY, name varchar, email varchar NOT NULL UNIQUE, last_sign_in_ip inet, created_at timestamp(6), deactivated_at timestamp(6));
CREATE TABLE cases (id bigserial PRIMARY KEY, user_id bigint, title varchar, closed_at timestamp(6));
CREATE TABLE comments (id bigserial PRIMARY KEY, commentable_type varchar, commentable_id bigint, user_id bigint, body text, created_at timestamp(6) NOT NULL);
CREATE INDEX ON comments (commentable_type, commentable_id);
CREATE TABLE attachments (id bigserial PRIMARY KEY, record_type varchar NOT NULL, record_id bigint NOT NULL, filename varchar, created_at timestamp(6) NOT NULL);
CREATE TABLE versions (id bigserial PRIMARY KEY, item_type varchar NOT NULL, item_id bigint NOT NULL, event varchar NOT NULL, whodunnit varchar, object jsonb, created_at timestamp(6) NOT NULL);
INSERT INTO users (id, name, email, last_sign_in_ip, created_at) VALUES (1, 'Kari Lie', 'kari@firma.example', '192.0.2.1', '2024-01-01'), (2, 'Ola Moe', 'ola@firma.example', '192.0.2.2', '2024-01-01'), (3, 'Siv Dahl', 'siv@digiquip.example', NULL, '2020-01-01');
INSERT INTO cases (id, user_id, title) VALUES (1, 2, 'Printer of Ola Moe'), (2, 1, 'Printer of Kari Lie'), (3, NULL, 'Nobody''s');
INSERT INTO comments (id, commentable_type, commentable_id, user_id, body, created_at) VALUES (1, 'Case', 2, 3, 'Siv Dahl called Kari Lie', '2025-06-01'), (2, 'Case', 1, 1, 'Kari Lie knows this printer', '2025-06-02'),
	(3, 'User', 1, 3, 'Kari Lie pays late', '2025-06-03'), (4, 'User', 2, 3, 'Ola Moe pays in time', '2025-06-04'), (5, 'Machine', 1, 2, 'Too loud', '2025-06-05'), (6, 'Case', 1, 3, 'Old', '2020-06-05');
INSERT INTO attachments (id, record_type, record_id, filename, created_at) VALUES (1, 'User', 1, 'kari-lie.png', '2025-06-01'), (2, 'User', 2, 'ola.png', '2025-06-01'), (3, 'Case', 2, 'printer.png', '2025-06-01'), (4, 'Case', 1, 'other.png', '2025-06-01');
INSERT INTO versions (id, item_type, item_id, event, whodunnit, object, created_at) VALUES (1, 'User', 1, 'update', '3', '{"name": "Kari Li"}', '2025-06-01'), (2, 'Case', 2, 'update', '1', '{"title": "Printer of Kari"}', '2025-06-01'),
	(3, 'Case', 1, 'create', '1', NULL, '2025-06-01'), (4, 'Case', 1, 'update', '3', '{"title": "Printer of Ola"}', '2025-06-01'), (5, 'User', 2, 'update', 'console', '{"name": "Ola"}', '2025-06-01');
});
is(ask('SELECT string_agg(id::text, chr(44) ORDER BY id) FROM comments WHERE body IS NOT NULL'), '1,2,3,4,5', 'Rails: what is past its time is anonymised');
erase('Rails', 1, 'attachments 1, attachments 3, cases 2, comments 2, users 1, versions 1, versions 2', 'comments 1, comments 3, versions 3',
	qr/[Kk]ari|\bLie\b|192\.0\.2\.1\b/, 'versions 3', [q{SELECT string_agg(t, '; ' ORDER BY t) FROM (SELECT concat_ws(' ', 'comment', id, commentable_type, commentable_id, user_id, body) FROM comments UNION ALL SELECT concat_ws(' ', 'case', id, user_id, title) FROM cases
		UNION ALL SELECT concat_ws(' ', 'version', id, item_id, whodunnit, object) FROM versions UNION ALL SELECT concat_ws(' ', 'attachment', id, filename) FROM attachments) x (t)},
	q{attachment 2 ola.png; attachment 4 other.png; case 1 2 Printer of Ola Moe; case 2 1 Printer of [redacted]; case 3 Nobody's; comment 1 Case 2 3 Siv Dahl called [redacted]; comment 2 Case 1 1; }
	. q{comment 3 User 3 [redacted] pays late; comment 4 User 2 3 Ola Moe pays in time; comment 5 Machine 1 2 Too loud; comment 6 Case 1 3; version 3 1; version 4 1 3 {"title": "Printer of Ola"}; version 5 2 console {"name": "Ola"}}]);

govern('django', 'Generic relations (Django)', q{
CREATE TABLE django_content_type (id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL, UNIQUE (app_label, model));
CREATE TABLE auth_user (id serial PRIMARY KEY, username varchar(150) NOT NULL UNIQUE, first_name varchar(150), last_name varchar(150), email varchar(254), is_active boolean NOT NULL DEFAULT true, left_at timestamptz);
CREATE TABLE profile (id serial PRIMARY KEY, user_id integer NOT NULL UNIQUE, phone varchar(30), nickname varchar(60), left_at timestamptz);
CREATE TABLE helpdesk_case (id serial PRIMARY KEY, opened_by integer, summary text, closed_on date);
CREATE TABLE django_comments (id serial PRIMARY KEY, content_type_id integer NOT NULL, object_pk text NOT NULL, user_id integer, user_name varchar(50), comment text, submit_date timestamptz NOT NULL);
CREATE TABLE django_admin_log (id serial PRIMARY KEY, action_time timestamptz NOT NULL, object_id text, object_repr varchar(200), change_message text, content_type_id integer, user_id integer NOT NULL);
INSERT INTO django_content_type VALUES (4, 'auth', 'user'), (9, 'helpdesk', 'case'), (11, 'machines', 'machine');
INSERT INTO auth_user (id, username, first_name, last_name, email) VALUES (1, 'karilie', 'Kari', 'Lie', 'kari@firma.example'), (2, 'olamoe', 'Ola', 'Moe', 'ola@firma.example'), (9, 'siv', 'Siv', 'Dahl', 'siv@digiquip.example');
INSERT INTO profile (id, user_id, phone, nickname) VALUES (5, 1, '918 27 364', 'Karilill'), (6, 2, '918 27 365', NULL);
INSERT INTO helpdesk_case (id, opened_by, summary) VALUES (1, 2, 'Ola Moe has no toner'), (2, 1, 'Karilill has no toner, call 918 27 364'), (4, 9, 'own case');
INSERT INTO django_comments (id, content_type_id, object_pk, user_id, user_name, comment, submit_date) VALUES (1, 9, '2', 9, 'Siv', 'Sent to Kari today', '2025-06-01'), (2, 9, '1', 1, 'Kari', 'Mine works', '2025-06-02'),
	(3, 11, '2', 9, 'Siv', 'A machine', '2025-06-03'), (4, 9, '0', 2, 'Ola', 'To nothing', '2025-06-04'), (5, 9, 'x', NULL, NULL, 'To no number', '2025-06-05');
INSERT INTO django_admin_log (id, action_time, object_id, object_repr, change_message, content_type_id, user_id) VALUES (1, '2025-06-01', '1', 'Kari Lie', 'changed e-mail', 4, 9), (2, '2025-06-01', '2', 'Karilill has no toner', '', 9, 9),
	(3, '2025-06-01', '1', 'Ola Moe has no toner', 'by karilie', 9, 1), (4, '2025-06-01', '2', 'Ola Moe', '', 4, 9), (5, '2020-06-01', '2', 'Ola Moe', '', 4, 9);
});
is(ask('SELECT string_agg(id::text, chr(44) ORDER BY id) FROM django_admin_log'), '1,2,3,4', 'Django: what is past its time is deleted');
erase('Django', 1, 'auth_user 1, django_admin_log 1, django_admin_log 2, django_comments 2, helpdesk_case 2, profile 5', 'django_admin_log 3, django_comments 1',
	qr/[Kk]ari|\bLie\b|918 27 364/, '', [q{SELECT string_agg(t, '; ' ORDER BY t) FROM (SELECT concat_ws(' ', 'comment', id, object_pk, user_id, user_name, comment) FROM django_comments UNION ALL SELECT concat_ws(' ', 'case', id, opened_by, summary) FROM helpdesk_case
		UNION ALL SELECT concat_ws(' ', 'log', id, object_id, object_repr, change_message, user_id) FROM django_admin_log UNION ALL SELECT concat_ws(' ', 'user', id, username) FROM auth_user UNION ALL SELECT concat_ws(' ', 'profile', id, phone) FROM profile) x (t)},
	q{case 1 2 Ola Moe has no toner; case 2 1 [redacted] has no toner, call [redacted]; case 4 9 own case; comment 1 2 9 Siv Sent to [redacted] today; comment 2 1 1; comment 3 2 9 Siv A machine; comment 4 0 2 Ola To nothing; }
	. q{comment 5 x To no number; log 3 1 Ola Moe has no toner by [redacted] 1; log 4 2 Ola Moe  9; profile 6 918 27 365; user 2 olamoe; user 9 siv}]);

govern('matrix', 'Text ids and milliseconds (a Matrix server)', q{
CREATE TABLE users (name text PRIMARY KEY, password_hash text, creation_ts bigint, deactivated smallint NOT NULL DEFAULT 0, deactivated_ts bigint NOT NULL DEFAULT 0);
CREATE TABLE profiles (user_id text NOT NULL UNIQUE, displayname text, avatar_url text, deactivated_ts bigint NOT NULL DEFAULT 0);
CREATE TABLE threepids (user_id text NOT NULL, medium text NOT NULL, address text NOT NULL, validated_at bigint NOT NULL, UNIQUE (medium, address));
CREATE TABLE events (event_id text NOT NULL UNIQUE, room_id text NOT NULL, sender text NOT NULL, type text NOT NULL, relates_to text, origin_server_ts bigint, content json);
CREATE TABLE memberships (event_id text NOT NULL UNIQUE, user_id text NOT NULL, room_id text NOT NULL, membership text NOT NULL, display_name text);
CREATE TABLE devices (user_id text NOT NULL, device_id text NOT NULL, display_name text, last_seen bigint, ip text, UNIQUE (user_id, device_id));
INSERT INTO users VALUES ('@kari:dq.example', 'x', 1600000000), ('@ola:dq.example', 'y', 1600000000);
INSERT INTO profiles VALUES ('@kari:dq.example', 'Kari Lie', 'mxc://dq.example/a'), ('@ola:dq.example', 'Ola Moe', 'mxc://dq.example/b');
INSERT INTO threepids VALUES ('@kari:dq.example', 'email', 'kari@firma.example', 1600000000000), ('@ola:dq.example', 'email', 'ola@firma.example', 1600000000000);
INSERT INTO events VALUES ('$1', '!r', '@kari:dq.example', 'm.room.message', NULL, 1750000000123, '{"body": "I am Kari Lie"}'), ('$2', '!r', '@ola:dq.example', 'm.room.message', '$1', 1750000001000, '{"body": "Hello Kari Lie, I am Ola Moe"}'),
	('$3', '!r', '@ola:dq.example', 'm.room.message', '$2', 1750000002000, '{"body": "Kari Lie?"}'), ('$4', '!r', '@ola:dq.example', 'm.room.message', NULL, 1750000003000, '{"body": "alone"}'), ('$5', '!r', '@ola:dq.example', 'm.room.message', NULL, 1600000000000, '{"body": "old"}');
INSERT INTO memberships VALUES ('$a', '@kari:dq.example', '!r', 'join', 'Kari Lie'), ('$b', '@ola:dq.example', '!r', 'join', 'Ola Moe');
INSERT INTO devices VALUES ('@kari:dq.example', 'A', 'Kari''s phone', 1769000000000, '192.0.2.1'), ('@ola:dq.example', 'B', 'Phone', 1769000000000, '192.0.2.2'), ('@ola:dq.example', 'C', 'Old phone', 1600000000000, '192.0.2.3'), ('@ola:dq.example', 'D', 'Never seen', 0, NULL);
});
is(ask("SELECT string_agg(device_id, ',' ORDER BY device_id) FROM devices"), 'A,B,D', 'Matrix: a device is deleted by its milliseconds, one that was never seen stays');
is(ask("SELECT string_agg(event_id, ',' ORDER BY event_id) FROM events WHERE content IS NULL"), '$5', 'Matrix: an event is anonymised by its milliseconds');
is(ask("UPDATE users SET deactivated = 1, deactivated_ts = 1769000000 WHERE name = '\@ola:dq.example'; SELECT count(*) FROM users"), '1', 'Matrix: whoever is deactivated is in quarantine at once');
is(ask("UPDATE users SET deactivated = 0, deactivated_ts = 0 WHERE name = '\@ola:dq.example'; SELECT count(*) FROM users"), '1', 'Matrix: a row in quarantine is not brought back by an UPDATE');
ask("SELECT retention.reinstate('users', '\@ola:dq.example'::text)");
is(ask('SELECT count(*) FROM users WHERE deactivated_ts = 0'), '2', 'Matrix: whoever is reinstated is not deactivated');
erase('Matrix', "'\@kari:dq.example'::text", q(devices {"user_id": "@kari:dq.example", "device_id": "A"}, events $1, memberships $a, profiles @kari:dq.example, threepids {"medium": "email", "address": "kari@firma.example"}, users @kari:dq.example),
	'events $2, events $3', qr/[Kk]ari|\bLie\b|192\.0\.2\.1\b/, '', [q{SELECT string_agg(t, '; ' ORDER BY t) FROM (SELECT concat_ws(' ', 'event', event_id, CASE WHEN sender LIKE '@%' THEN sender ELSE 'a pseudonym' END, relates_to, content ->> 'body') FROM events
		UNION ALL SELECT concat_ws(' ', 'member', user_id) FROM memberships UNION ALL SELECT concat_ws(' ', 'profile', displayname) FROM profiles UNION ALL SELECT concat_ws(' ', 'device', device_id) FROM devices) x (t)},
	'device B; device D; event $1 a pseudonym; event $2 @ola:dq.example $1 Hello [redacted], I am Ola Moe; event $3 @ola:dq.example $2 [redacted]?; event $4 @ola:dq.example alone; event $5 a pseudonym; member @ola:dq.example; profile Ola Moe']);

done_testing();
