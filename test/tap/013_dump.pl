# Kinds of persons and links to them come through a dump, although it loads them before the keys that they follow.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE SCHEMA "Z";
CREATE TABLE "Z"."Persons" (id bigint, region text, mail text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE "Z".north PARTITION OF "Z"."Persons" FOR VALUES IN ('n');
CREATE TABLE aaa (id bigint PRIMARY KEY, region text, opened_by bigint, FOREIGN KEY (opened_by, region) REFERENCES "Z"."Persons" (id, region));
CREATE TABLE helpers ("case" bigint REFERENCES aaa, person bigint, region text, PRIMARY KEY ("case", person, region),
	FOREIGN KEY (person, region) REFERENCES "Z"."Persons");
CREATE TABLE zzz (id int PRIMARY KEY, "case" bigint REFERENCES aaa, told_by text, helper_mail text);
INSERT INTO "Z"."Persons" VALUES (1, 'n', 'kari@x.example'), (2, 'n', 'ola@x.example');
INSERT INTO aaa VALUES (10, 'n', 1), (11, 'n', 2);
INSERT INTO helpers VALUES (11, 1, 'n');
INSERT INTO zzz VALUES (20, 10, 'a', 'b'), (21, 11, 'c', 'd');
INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to) VALUES ('person', '"Z"."Persons"', '{mail}', 'mail IS DISTINCT FROM ''nobody''');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM retention.unlinked();
UPDATE retention.subject_link SET columns = '{helper_mail}' WHERE path LIKE '%[%' AND relation = 'zzz'::regclass;
INSERT INTO retention.controller (name, contact) VALUES ('DigiQuip AS', 'privacy@digiquip.example');
UPDATE retention.public_holiday SET until = 2031 WHERE country = 'NO' AND rule = 'easter+50';
INSERT INTO retention.public_holiday (country, rule, name) VALUES ('NO', '2026-03-10', 'a day of mourning'), ('SE', 'saturday from 06-20', 'Midsummer');
SELECT retention.open_request('access', 'person', '{"id": 1, "region": "n"}'::jsonb, received => '2026-02-10 12:00+01', channel => 'letter');
SELECT retention.open_request('erasure', received => '2026-02-28 12:00+01');
});
my $settings = 'SELECT kind, relation, key, identifying, applies_to, validated FROM retention.subject_kind; '
	. 'SELECT kind, relation, path, role, columns, validated FROM retention.subject_link ORDER BY 1, 2, 3';
$settings .= '; SELECT * FROM retention.public_holiday ORDER BY 1, 2; SELECT * FROM retention.request ORDER BY 1; '
	. 'SELECT request_id, legal_due FROM retention.requests_due ORDER BY 1';
my $copy = q{SELECT json_agg(e) FROM (SELECT * FROM retention.export_rows('person', '{"id": 1, "region": "n"}'::jsonb) ORDER BY relation::text, row_key) e};
my %before = map { $_ => $node->safe_psql('postgres', $_) } ($settings, $copy);
like($before{$settings}, qr/^1\|2026-03-11$/m, 'a holiday that was added moves the day on which a request is due');
like($before{$settings}, qr/\[public\.helpers\."case"\]\.person/, 'links that lead up and down');
is(scalar(() = $before{$copy} =~ /"relation"/g), 6, 'the links lead to six rows');

my $dir = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-f', "$dir/dump.sql", $node->connstr('postgres') ], 'dumped');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/archive", $node->connstr('postgres') ], 'as an archive, too');
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plain parts);
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", $node->connstr('plain') ], 'restored');
$node->command_ok([ 'pg_restore', '-e', '-s', '-d', $node->connstr('parts'), "$dir/archive" ], 'the schema alone');
$node->command_ok([ 'pg_restore', '-e', '-a', '--disable-triggers', '-d', $node->connstr('parts'), "$dir/archive" ], 'pg_restore restores the data after the schema');
for my $database (qw(plain parts)) {
	is($node->safe_psql($database, $_), $before{$_}, "$database: " . ($_ eq $copy ? 'the same copy' : 'the same kinds and links')) for $settings, $copy;
	is($node->safe_psql($database, 'SELECT count(*) FROM retention.unlinked()'), '0', "$database: nothing is left to propose");
	is($node->safe_psql($database, 'SELECT name FROM retention.controller'), 'DigiQuip AS', "$database: whose data it is");
	is($node->safe_psql($database, q{SELECT retention.open_request('access')}), '3', "$database: numbers of requests go on");
	my ($status, undef, $error) = $node->psql($database, 'ALTER TABLE aaa DROP COLUMN opened_by');
	like($error, qr/needs path "opened_by" of table aaa.*HINT/s, "$database: what they need cannot be dropped");
	$node->safe_psql($database, 'ALTER TABLE aaa RENAME opened_by TO owner');
	is($node->safe_psql($database, q{SELECT count(*) FROM retention.subject_link WHERE path ~ '\yowner$'}), '3', "$database: and is renamed in them");
}

# Tables of the configuration may be loaded in any order: in parallel nobody knows which.
$node->safe_psql('postgres', q{
CREATE TABLE notes (id int PRIMARY KEY, person bigint, region text, body text, ended_on date, FOREIGN KEY (person, region) REFERENCES "Z"."Persons" (id, region));
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('notes', 'body', 'free text', 'redact'), ('"Z"."Persons"', 'mail', 'email', 'null');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('notes', 'notes', '{ended_on}', '1 year', 'anonymise', 'enforce'),
	('more notes', 'notes', '{ended_on}', '2 years', 'delete', 'observe');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'notes', 'person');
INSERT INTO notes VALUES (1, 1, 'n', 'Kari ringte', '2020-01-01'), (2, 2, 'n', 'Ola', NULL);
SELECT retention.restrict('person', '{"id": 2, "region": "n"}'::jsonb, 'contested');
SELECT retention.rectify('person', '{"id": 1, "region": "n"}'::jsonb, 'notes', '1', '{}', 'Somebody else called.');
CREATE MATERIALIZED VIEW counts AS SELECT region, count(*) FROM notes GROUP BY region;
INSERT INTO retention.left_out_view (view, reason) VALUES ('counts', 'counts name nobody');
CALL retention.sweep();
});
my ($tables) = run_command([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', q{SELECT oid::regclass FROM pg_class
	WHERE relnamespace = 'retention'::regnamespace AND relkind = 'r' AND oid = ANY (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'pg_retention') ORDER BY 1} ]);
my @tables = split /\s+/, $tables;
cmp_ok(scalar @tables, '>', 7, 'tables of the configuration are dumped');
my $everything = sub {
	my ($database) = @_;
	return join "\n", map { $node->safe_psql($database, "SELECT '$_', to_jsonb(t) - 'validated' - 'armed_at' FROM $_ t ORDER BY (to_jsonb(t) - 'armed_at')::text") } @tables;
};
my $whole = $everything->('postgres');
like($whole, qr/$_/, "there is something in table $_") for qw(policy personal_column subject_link restriction statement left_out_view controller ledger);
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/whole", $node->connstr('postgres') ], 'dumped with policies');
}
$node->safe_psql('postgres', 'CREATE DATABASE schema');
$node->command_ok([ 'pg_restore', '-e', '--section=pre-data', '-d', $node->connstr('schema'), "$dir/whole" ], 'what comes before the data is restored');
my ($list) = run_command([ 'pg_restore', '-l', '--section=data', "$dir/whole" ]);
my @entries = grep { /^\d+;/ } split /\n/, $list;
my @other;
srand(my $seed = $ENV{SEED} // 20300101);
for my $round (1 .. $ENV{SHUFFLES} // 12) {
	my @shuffled = map { $_->[1] } sort { $a->[0] <=> $b->[0] } map { [ rand, $_ ] } @entries;
	unlink "$dir/order";
	append_to_file("$dir/order", join("\n", @shuffled) . "\n");
	$node->safe_psql('postgres', "CREATE DATABASE round TEMPLATE schema");
	my $done = run_log([ 'pg_restore', '-e', '-L', "$dir/order", '-d', $node->connstr('round'), "$dir/whole" ]);
	push @other, "round $round of seed $seed: " . join(', ', map { /TABLE DATA (\S+ \S+)/ ? $1 : () } @shuffled)
		unless $done && $everything->('round') eq $whole;
	$node->safe_psql('postgres', 'DROP DATABASE round');
}
is("@other", '', 'restored in any order it is the same');
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', '-e', '-j', '4', '-d', $node->connstr('parallel'), "$dir/whole" ], 'restored in parallel');
is($everything->('parallel'), $whole, 'restored in parallel it is the same');

# The schema, an act, retention.resume(), then the data, as one COPY a table and row by row.
for my $form ('-Fc', '--inserts') {
	$node->safe_psql('postgres', 'CREATE DATABASE begun');
	$node->command_ok([ 'pg_restore', '-e', '--section=pre-data', '-d', $node->connstr('begun'), "$dir/whole" ], 'the schema alone is restored');
	$node->safe_psql('begun', q{SELECT retention.resume(); SELECT retention.resume()});
	{
		local $ENV{PGOPTIONS} = '-c retention.reveal=on';
		my @form = $form eq '-Fc' ? ('-Fc') : ('-Fc', '--inserts');
		$node->command_ok([ 'pg_dump', '-a', @form, '-f', "$dir/data", $node->connstr('postgres') ], "$form: the data alone are dumped");
	}
	$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('begun'), "$dir/data" ], "$form: the data are restored where entries were written");
	is($node->safe_psql('begun', q{SELECT ok FROM retention.verify_ledger()}), 't', "$form: the ledger of both holds");
	is($node->safe_psql('begun', q{SELECT string_agg(action, ', ' ORDER BY entry_id) FROM (SELECT * FROM retention.ledger WHERE action <> 'configuration changed' ORDER BY entry_id DESC LIMIT 3) l}),
		'entries moved, resumed, resumed', "$form: what was written before the data comes behind them");
	# What is registered comes again after retention.resume(), which is a change of it.
	my $count = q{SELECT count(*) FROM retention.ledger WHERE action <> 'configuration changed'};
	is($node->safe_psql('begun', $count), 3 + $node->safe_psql('postgres', $count), "$form: no entry is lost");
	$node->safe_psql('postgres', 'DROP DATABASE begun');
}

# Who owns tables dumps their definitions, as before.
$node->safe_psql('postgres', 'CREATE DATABASE theirs');
$node->safe_psql('theirs', q{CREATE EXTENSION pg_retention; CREATE ROLE some_owner LOGIN; CREATE SCHEMA theirs AUTHORIZATION some_owner;
SET ROLE some_owner; CREATE TABLE theirs.t (id int, ended_on date); RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('theirs', 'theirs.t', '{ended_on}', '1 year', 'delete', 'enforce')});
$node->command_ok([ 'pg_dump', '-s', '-f', "$dir/theirs.sql", '-U', 'some_owner', $node->connstr('theirs') ], 'an ordinary owner dumps the schema');
# With the right to hidden rows, and the rows of his tables; of all tables whoever may read all.
$node->safe_psql('theirs', 'GRANT SET ON PARAMETER retention.reveal TO some_owner');
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	for my $part ([ '-n', 'theirs' ], [ '-a', '-t', 'theirs.t' ], [ '-Fc', '-n', 'theirs' ]) {
		$node->command_ok([ 'pg_dump', @$part, '-f', "$dir/theirs", '-U', 'some_owner', $node->connstr('theirs') ], "an ordinary owner dumps his tables: @$part");
	}
	$node->safe_psql('theirs', 'GRANT pg_read_all_data TO some_owner');
	$node->command_ok([ 'pg_dump', '-f', "$dir/theirs", '-U', 'some_owner', $node->connstr('theirs') ], 'who may read all dumps all');
}
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/theirs", $node->connstr('again') ], 'the dump by who may read all is restored');
is($node->safe_psql('again', 'SELECT name FROM retention.policy'), 'theirs', 'the dump by who may read all has the policies');

# With a kind its links go, and are renamed, as if there were a foreign key.
$node->safe_psql('postgres', q{UPDATE retention.subject_kind SET kind = 'human' WHERE kind = 'person'});
is($node->safe_psql('postgres', 'SELECT DISTINCT kind FROM retention.subject_link'), 'human', 'links are renamed with their kind');
my (undef, undef, $refused) = $node->psql('postgres', q{INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'zzz', '"case".opened_by')});
like($refused, qr/kind of subject "person" does not exist/, 'a link needs its kind');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT kind, ' ') FROM (SELECT kind FROM retention.restriction UNION ALL SELECT kind FROM retention.statement) k}), 'human',
	'restrictions and statements are renamed with their kind');
(undef, undef, $refused) = $node->psql('postgres', 'DELETE FROM retention.subject_kind');
like($refused, qr/persons of kind "human" is restricted.*HINT/s, 'a kind whose persons are restricted stays');
is($node->psql('postgres', 'SELECT retention.inform_of_lifting(1), retention.lift_restriction(1)'), 0, 'a restriction is lifted under the new name');
$node->safe_psql('postgres', 'SET retention.confirm_drop = on; DELETE FROM retention.subject_kind');
is($node->safe_psql('postgres', 'SELECT count(*) FROM retention.subject_link'), '0', 'links go with their kind');
$node->stop;
done_testing();
