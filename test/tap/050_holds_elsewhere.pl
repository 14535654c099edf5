# Held rows where no session's statement writes: an apply worker brings deletions, and changes that would blank a row; and the server dies while
# holds are placed and lifted. Whatever comes of it, the rows are there, and what is said to be held is.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('elsewhere');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2026-11-28 12:00+01'
wal_retrieve_retry_interval = 100ms
fsync = off
});
$node->start;

my $tables = q{
CREATE TABLE persons (id int PRIMARY KEY, email text, left_on date);
CREATE TABLE notes (id int PRIMARY KEY, person int, topic text, body text, note text, ended_on date)};
my @holds = (
	[ person => q{retention.place_hold('h', 'court', '17(3)(e)', 1, kind => 'person')} ],
	[ row => q{retention.place_hold('h', 'court', '17(3)(e)', 1, relation => 'notes')} ],
	[ condition => q{retention.place_hold('h', 'court', '17(3)(e)', relation => 'notes', condition => $$topic = 'claim'$$)} ],
	[ policy => q{retention.place_hold('h', 'court', '17(3)(e)', policy => 'notes')} ],
	[ table => q{retention.place_hold('h', 'court', '17(3)(e)', relation => 'notes')} ]);
$node->safe_psql('postgres', 'CREATE DATABASE publisher');
$node->safe_psql('publisher', "$tables; CREATE PUBLICATION p FOR TABLE persons, notes");
$node->safe_psql('postgres', 'CREATE DATABASE subscriber');
$node->safe_psql('subscriber', "CREATE EXTENSION pg_retention; $tables; " . q{
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('persons', 'persons', '{left_on}', '1 year', '0 days', 'delete', 'enforce'), ('notes', 'notes', '{ended_on}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('persons', 'email', 'email'), ('notes', 'body', 'free_text');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'notes', '(person = persons.id)');
CREATE FUNCTION goes(int) RETURNS text LANGUAGE plpgsql AS $$BEGIN DELETE FROM notes WHERE id = $1; RETURN 'gone'; EXCEPTION WHEN SQLSTATE 'RT003' THEN RETURN 'held'; END$$});
my $source = $node->connstr('publisher');
$source =~ s/'/''/g;

sub begin_again {
	$node->safe_psql('publisher', q{TRUNCATE persons, notes; INSERT INTO persons VALUES (1, 'a@x.example', NULL), (2, 'b@x.example', NULL);
INSERT INTO notes VALUES (1, 1, 'claim', 'said', 'n', NULL), (2, 2, 'other', 'said', 'n', NULL)});
	$node->safe_psql('subscriber', q{SELECT retention.lift_holds((SELECT coalesce(array_agg(hold_id), '{}') FROM retention.standing_hold), 'over');
TRUNCATE persons, notes});
	$node->safe_psql('subscriber', "CREATE SUBSCRIPTION s CONNECTION '$source' PUBLICATION p WITH (create_slot = false, slot_name = s, disable_on_error = on)")
		if $node->safe_psql('publisher', q{SELECT count(*) FROM (SELECT pg_create_logical_replication_slot('s', 'pgoutput')) x});
	$node->poll_query_until('subscriber', q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'}) or die 'the first copy does not end';
}
sub end_it { $node->safe_psql('subscriber', 'ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s');
	$node->poll_query_until('publisher', q{SELECT NOT active FROM pg_replication_slots WHERE slot_name = 's'}); $node->safe_psql('publisher', q{SELECT pg_drop_replication_slot('s')}) }

# What came of a change: applied, or refused, which ends the subscription until somebody decides.
sub arrives {
	my $from = -s $node->logfile;
	$node->safe_psql('publisher', $_[0]);
	my $now = $node->safe_psql('publisher', 'SELECT pg_current_wal_lsn()');
	$node->poll_query_until('subscriber', "SELECT NOT s.subenabled OR r.confirmed_flush_lsn >= '$now' FROM pg_subscription s, pg_replication_slots r WHERE r.slot_name = 's'")
		or die 'the change does not arrive';
	return 'applied' if $node->safe_psql('subscriber', 'SELECT subenabled FROM pg_subscription') eq 't';
	return slurp_file($node->logfile, $from) =~ /ERROR:  (cannot [^\n]*legal hold stands)/ ? 'held' : 'failed';
}

for my $hold (@holds) {
	my ($scope, $place) = @$hold;
	my @refused = ([ 'deletes the row' => 'DELETE FROM notes WHERE id = 1' ], [ 'blanks the row' => 'UPDATE notes SET body = NULL WHERE id = 1' ], [ 'empties the table' => 'TRUNCATE notes' ]);
	push @refused, [ 'takes the row out of its hold' => { person => 'UPDATE notes SET person = 2 WHERE id = 1', row => 'UPDATE notes SET id = 9 WHERE id = 1',
		condition => q{UPDATE notes SET topic = 'other' WHERE id = 1} }->{$scope} ] if $scope !~ /policy|table/;
	for my $change (@refused) {
		my ($what, $sql) = @$change;
		begin_again();
		$node->safe_psql('subscriber', "SELECT $place");
		is(arrives($sql), 'held', "an apply worker does not go on when a change $what ($scope)");
		is($node->safe_psql('subscriber', 'SET retention.reveal = on; SELECT person, topic, body FROM notes WHERE id = 1'), '1|claim|said', "the held row is as it was when a change $what ($scope)");
		end_it();
	}
}
begin_again();
$node->safe_psql('subscriber', "SELECT $holds[0][1]");
is(arrives(q{UPDATE notes SET note = 'x' WHERE id = 1; DELETE FROM notes WHERE id = 2; INSERT INTO notes VALUES (3, 1, 'later', 'x', NULL, NULL)}), 'applied', 'other changes of held rows, and of others, arrive');
is($node->safe_psql('subscriber', q{SELECT id, note, retention_clock::text LIKE '% held%' FROM notes ORDER BY id}), "1|x|t\n3||t", 'what arrives about a held person is held');
my $knows = $node->background_psql('subscriber', on_error_die => 1);
$knows->query_safe('UPDATE notes SET note = note');
is(arrives(q{INSERT INTO persons VALUES (4, 'A@x.example', NULL); INSERT INTO notes VALUES (4, 4, 'same', 'x', NULL, NULL), (5, 5, 'other', 'x', NULL, NULL)}), 'applied', 'another row of the same human arrives');
is($knows->query(q{SELECT goes(4)}), 'held', 'a session that knew whom the hold is on holds what is about that row');
is($knows->query(q{SELECT goes(5)}), 'gone', 'a session that knew whom the hold is on lets another row go');
$knows->quit;
$node->safe_psql('subscriber', q{SELECT retention.lift_holds((SELECT array_agg(hold_id) FROM retention.standing_hold), 'over')});
is(arrives('DELETE FROM notes WHERE id = 1'), 'applied', 'a deletion arrives when the hold is lifted');
end_it();

# A start fails until the last backend has let go of the shared memory, and leaves a stale process id behind.
sub crash {
	my @all = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	$node->kill9;
	kill 'KILL', @all;
	for (1 .. 300) {
		return if $node->start(fail_ok => 1);
		$node->{_pid} = undef;
		select undef, undef, undef, 0.2;
	}
	die 'the server does not start';
}

# The server dies.
$node->safe_psql('subscriber', q{SET retention.confirm_drop = on; TRUNCATE persons, notes; INSERT INTO persons VALUES (1, 'a', NULL), (2, 'b', NULL);
INSERT INTO notes SELECT i, 1 + i % 2, 'x', 'x', 'x', '2020-01-01' FROM generate_series(1, 2000) i});
my $placed = $node->safe_psql('subscriber', q{SELECT retention.place_hold('p', 'x', '17(3)(e)', 1, kind => 'person') ->> 'hold_id'});
my $placing = $node->background_psql('subscriber', on_error_die => 0);
$placing->query_safe(q{BEGIN; SELECT retention.place_hold('q', 'x', '17(3)(e)', 2, kind => 'person') IS NOT NULL});
crash();
is($node->safe_psql('subscriber', q{SELECT string_agg(name, ' ') FROM retention.standing_hold}), 'p', 'a hold that was placed stands after a crash, and one that was being placed does not');
$node->safe_psql('subscriber', 'CALL retention.sweep()');
is($node->safe_psql('subscriber', q{SET retention.reveal = on; SELECT person, count(*) FROM notes GROUP BY 1}), '1|1000', 'a sweep takes what is not held and nothing that is');
$placing = $node->background_psql('subscriber', on_error_die => 0);
$placing->query_safe("BEGIN; SELECT retention.lift_hold($placed, 'over')");
crash();
$node->safe_psql('subscriber', 'CALL retention.sweep()');
is($node->safe_psql('subscriber', q{SET retention.reveal = on; SELECT count(*) FROM notes}), '1000', 'a hold that was being lifted stands after a crash');
is($node->safe_psql('subscriber', "SELECT retention.lift_hold($placed, 'over')"), '1001', 'the hold is lifted from all of its rows');
$node->safe_psql('subscriber', 'CALL retention.sweep()');
is($node->safe_psql('subscriber', q{SET retention.reveal = on; SELECT count(*) FROM notes}), '0', 'after that they go');
is($node->safe_psql('subscriber', q{SELECT count(*) FROM retention.audit('notes')}), '0', 'the audit finds nothing');
is($node->safe_psql('subscriber', q{SELECT count(*) FROM retention.verify_ledger() v WHERE v::text LIKE '%broken%'}), '0', 'the ledger is whole');
$node->stop;
done_testing();
