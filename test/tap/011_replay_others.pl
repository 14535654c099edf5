# Who only has the key of somebody who was erased is left: a badge that was given to the next, a sequence that went back with the dump.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node) = keyed_node('replay_others', q{retention.test_now = '2025-12-20 10:00:00 Europe/Oslo'
retention.erasure_key_file = 'PLACE/key'});
sub ask { my ($query) = @_; return $node->safe_psql('postgres', $query) }
ask(q{CREATE EXTENSION pg_retention;
	CREATE TABLE badges (badge text PRIMARY KEY, holder text, born date, door int, since date);
	CREATE TABLE plain (id int PRIMARY KEY, a text, b text, c text, ended date);
	INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('badges', 'holder', 'name'), ('badges', 'born', 'birth date');
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('b', 'badges', '{since}', '90 years', 'delete', 'enforce'),
		('p', 'plain', '{ended}', '90 years', 'delete', 'enforce');
	INSERT INTO retention.subject_kind (kind, relation) VALUES ('badge', 'badges'), ('plain', 'plain');
	INSERT INTO badges VALUES ('B-1', 'Kari Lie', '1987-06-15', 7), ('B-2', 'Per Moen', '1990-01-02', 7), ('B-3', 'Eva Ro', '1991-01-02', 7), ('B-4', NULL, NULL, 7);
	INSERT INTO plain VALUES (1, 'x', 'y', 'z'), (2, 'x', 'y', 'z')});
ask(qq{SET DateStyle = 'German'; SELECT retention.erase('badge', 'B-' || i) FROM generate_series(1, 4) i; SELECT retention.erase('plain', i) FROM generate_series(1, 2) i});
my $list = ask('SELECT retention.erasure_list()');
unlike($list, qr/Kari|1987|B-1/, 'the list tells nobody what the erased rows held');

# The backup has Kari under another name, Eva with a moved date; Tor has Per's badge, and somebody who is not named has B-4.
ask(q{INSERT INTO badges (badge, holder, born, door, since) VALUES ('B-1', 'Kari Berg', '1987-06-15', 9, NULL), ('B-2', 'Tor Moen', '1970-01-02', 7, NULL), ('B-3', 'Eva Ro', NULL, 1, NULL), ('B-4', NULL, NULL, 8, '2020-01-01');
	INSERT INTO plain VALUES (1, 'x', 'y', 'other'), (2, 'x', 'other', 'other')});
is(ask("SELECT * FROM retention.replay_erasures('$list', dry_run => true)"), "badge|2|2|0\nplain|1|1|0", 'a dry run counts who would be erased, and who only has a key of theirs');
is(ask('SELECT count(*) FROM badges') . ask('SELECT count(*) FROM plain'), '42', 'a dry run of a replay erases nobody');
is(ask("SELECT * FROM retention.replay_erasures('$list')"), "badge|2|2|0\nplain|1|1|0", 'a replay counts whom it erases, and who only has a key of theirs');
is(ask('SELECT string_agg(badge, chr(44) ORDER BY badge) FROM badges'), 'B-2,B-4', 'who has the badge of somebody erased is left');
is(ask('SELECT id FROM plain'), '2', 'a row without what tells who it is goes by the half of what it holds');
is(ask("SELECT retention.was_erased('badge', 'B-2'::text) IS NOT NULL, retention.was_erased('badge', 'B-9'::text) IS NULL, retention.was_erased('plain', 1) IS NOT NULL"), 't|t|t',
	'whether a key was that of somebody erased can be asked of rows that are not there');

# The badge's next holder is erased, too: it was two persons', and both are known.
ask(q{SELECT retention.erase('badge', 'B-2'::text); INSERT INTO badges VALUES ('B-2', 'Per Moen', NULL, 7)});
is(ask('SELECT erased, others FROM retention.replay_erasures(retention.erasure_list()) WHERE kind = $$badge$$'), '1|1', 'a key that two erased persons had is known by both');
ask(q{INSERT INTO badges VALUES ('B-2', 'Tor Moen', NULL, 7)});
is(ask("SELECT erased, others FROM retention.replay_erasures('$list') WHERE kind = 'badge'"), '0|2', 'a list from before the second erasure leaves the next holder');

# A list of the first format has nothing to tell persons by; one that cannot be erased holds nobody else up.
my $old = ask(q{SELECT json_build_object('format', 1, 'key', l ->> 'key', 'erasures', (SELECT json_agg(e::jsonb - 'prints') FROM json_array_elements(l -> 'erasures') e)) FROM (SELECT retention.erasure_list()) x (l)});
ask(q{CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'stays'; END$$;
	UPDATE retention.subject_kind SET identifying = '{holder}' WHERE kind = 'badge';
	INSERT INTO badges SELECT 'C-' || i, 'Tor Moen' FROM generate_series(1, 21) i});
my ($status, $out, $error) = $node->psql('postgres', "SELECT * FROM retention.replay_erasures('$old')");
is($out, "badge|1|0|1\nplain|1|0|0", 'a list of the first format erases by the key; who is taken for many is blocked');
like($error, qr/WARNING:  a person of kind "badge" on the list could not be erased: 22 rows are taken for one person of kind "badge"/, 'a replay warns of whom it could not erase');
is(ask('SELECT ok FROM retention.verify_ledger()'), 't', 'the ledger holds after replays');
$node->stop;
done_testing();
