# A schema with every personal type and every kind of modifier comes through a dump as it is, with its values.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('personal');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->start;

my @types = qw(person_name username email phone postal_address national_id free_text personal_text);
my @domains = ([ birth_date => '1950-02-01' ], [ ip_address => '10.0.0.1/24' ], [ geo_point => '(59.9,10.7)' ]);
my @periods = ('0 days', '1 day', '14 days', '2097151 days', '1 month', '3 years 6 months', '8599 years', '1 second', '90 minutes', '36 hours',
	map { ("1 year after end of $_", "0 days after end of $_") } 'month', 'quarter', 'year', 'fiscal year');
my @anonymisers = ('null', 'redact', 'random token', 'pseudonymise', 'truncate', 'generalise');
my @modifiers = ('', (map { "('$_')" } @periods, @anonymisers), map { my $p = $_; map { "('$p', '$_')" } @anonymisers } @periods);

my (@columns, @values);
for my $type (@types) {
	for my $i (0 .. $#modifiers) {
		push @columns, "${type}_$i retention.$type$modifiers[$i]";
		push @values, "'$type å $i'";
	}
}
# A table has at most 1600 columns.
my @tables;
while (my @part = splice @columns, 0, 400) {
	push @tables, 'every_' . @tables;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_retention; CREATE EXTENSION pg_trgm') if @tables == 1;
	$node->safe_psql('postgres', "CREATE TABLE $tables[-1] (" . join(', ', @part) . "); INSERT INTO $tables[-1] VALUES (" . join(', ', splice @values, 0, 400) . ')');
}
my $domains = join ', ', map { "$_->[0] retention.$_->[0] DEFAULT '$_->[1]'" } @domains;
$node->safe_psql('postgres', qq{
CREATE TABLE domains (id int, $domains);
INSERT INTO domains VALUES (1), (2), (3);
CREATE DOMAIN mail AS retention.email('30 days', 'redact') CHECK (value LIKE '%\@%');
CREATE TYPE pair AS (name retention.person_name('1 year'), born retention.birth_date);
CREATE TABLE people (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name retention.person_name('10 years') NOT NULL DEFAULT 'no''body',
	email retention.email('1 year after end of year', 'random token') UNIQUE,
	mails retention.email('1 year')[] DEFAULT '{a,b}', own mail, whole pair,
	phone retention.phone COLLATE "C" CHECK (phone IN ('1', '2') OR phone LIKE '+%'),
	note retention.free_text('3 years', 'redact'), low text GENERATED ALWAYS AS (lower(note)) STORED,
	left_on date, EXCLUDE USING hash (email WITH =));
CREATE INDEX ON people USING gin (note gin_trgm_ops);
CREATE INDEX ON people USING gin (to_tsvector('simple', note));
CREATE INDEX ON people (lower(name)) WHERE name <> 'x' AND phone IN ('1', '2');
CREATE INDEX ON people (name text_pattern_ops, phone COLLATE "C");
CREATE STATISTICS s ON name, lower(email) FROM people;
CREATE TABLE logins (person int REFERENCES people, email retention.email REFERENCES people (email), ip retention.ip_address, at timestamptz) PARTITION BY LIST (email);
CREATE TABLE logins_x PARTITION OF logins FOR VALUES IN ('kari\@x.example', NULL);
CREATE TABLE logins_y PARTITION OF logins DEFAULT PARTITION BY RANGE (email);
CREATE TABLE logins_z PARTITION OF logins_y FOR VALUES FROM ('a') TO ('n');
CREATE VIEW seen AS SELECT id, email, coalesce(name, email) AS called, 'x'::retention.phone('1 day') AS phone FROM people UNION ALL SELECT 0, 'x', NULL, NULL;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM people;
CREATE FUNCTION greet(who retention.person_name, VARIADIC m retention.email[]) RETURNS retention.free_text LANGUAGE sql AS 'SELECT who || m[1]';
CREATE FUNCTION started() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t BEFORE UPDATE OF email ON people FOR EACH ROW WHEN (new.email <> old.email OR new.name = 'x') EXECUTE FUNCTION started();
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON people USING (email = current_user OR name IN ('a', 'b'));
INSERT INTO people (name, email, own, whole, phone, note, left_on) VALUES ('Kari', 'kari\@x.example', 'k\@x', '(Kari,1950-02-01)', '+47', 'Åse, "x"', '2026-01-01'), ('Ola', NULL, NULL, NULL, NULL, '', NULL);
INSERT INTO logins VALUES (1, 'kari\@x.example', '::1', '2026-01-01');
REFRESH MATERIALIZED VIEW kept;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, argument) VALUES
	('people', 'name', 'name', '1 year 2 months', 'truncate', '3'), ('domains', 'birth_date', 'birth date', '5 years after end of fiscal year ending 06-30', 'generalise', 'decade');
});

# Every statement of the dump, in its order.
sub dump_of {
	my ($database) = @_;
	my ($out, $err) = run_command([ 'pg_dump', $node->connstr($database) ]);
	is($err, '', "$database dumps without complaint");
	$out =~ s/^\\(un)?restrict .*$//mg;
	return $out;
}

my $columns = q{SELECT relation, column_name, category, anonymise, constant, argument, keep_for, declared_by FROM retention.personal_columns ORDER BY relation::text, column_name};
my $modifiers = q{SELECT attrelid::regclass, attname, atttypid::regtype, atttypmod FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
	WHERE relnamespace = 'public'::regnamespace AND attnum > 0 ORDER BY attrelid::regclass::text, attnum};
my $dir = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plain again archive inserts);
$node->command_ok([ 'sh', '-c', 'pg_dump "$0" | psql -Xqv ON_ERROR_STOP=1 "$1" >/dev/null', $node->connstr('postgres'), $node->connstr('plain') ], 'pg_dump | psql');
# A list of constants, IN ('a', 'b'), is shown otherwise after it was restored once, be it of a personal type or of varchar.
my $dump = dump_of('plain');
my $first = dump_of('postgres');
s/^.*CONSTRAINT people_phone_check.*$|^CREATE (INDEX people_lower_idx|POLICY mine).*$//mg for $first, (my $second = $dump);
ok($first eq $second, 'the same schema and values');
for my $type (@types) {
	my $missing = grep { index($dump, "retention.$type$_") < 0 } @modifiers;
	is($missing, 0, "$type stands in the dump with each of " . @modifiers . ' modifiers');
}
$node->command_ok([ 'sh', '-c', 'pg_dump "$0" | psql -Xqv ON_ERROR_STOP=1 "$1" >/dev/null', $node->connstr('plain'), $node->connstr('again') ], 'once more');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/archive", $node->connstr('plain') ], 'as an archive');
$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('archive'), "$dir/archive" ], 'an archive is restored');
$node->command_ok([ 'sh', '-c', 'pg_dump --inserts "$0" | psql -Xqv ON_ERROR_STOP=1 "$1" >/dev/null', $node->connstr('plain'), $node->connstr('inserts') ], 'with INSERT');
for my $database (qw(plain again archive inserts)) {
	my $again = dump_of($database);
	my @lines = split /\n/, $again;
	my ($other) = grep { $_ ne shift @lines } split /\n/, $dump;
	is($again eq $dump ? undef : $other // 'length', undef, "$database: the same schema and values");
	is($node->safe_psql($database, $_), $node->safe_psql('postgres', $_), "$database: the same " . ($_ eq $columns ? 'personal columns' : 'types, bit by bit')) for $columns, $modifiers;
	for my $table (@tables, qw(people domains logins seen kept)) {
		is($node->safe_psql($database, "TABLE $table"), $node->safe_psql('postgres', "TABLE $table"), "$database: $table holds the same");
	}
}
$node->stop;
done_testing();
