# Who was erased is found again in a backup that has the key written otherwise; where no form is known that both share, the
# erasure says so.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# A collation of ICU's needs an encoding it knows, whatever the environment says.
my ($node) = keyed_node('replay_keys', q{retention.test_now = '2025-12-20 10:00:00 Europe/Oslo'
retention.erasure_key_file = 'PLACE/key'}, extra => ['--encoding=UTF8', '--locale=C.UTF-8']);
$node->safe_psql('postgres', q{CREATE EXTENSION pg_retention; CREATE EXTENSION citext;
	CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
	CREATE DOMAIN nick AS citext; CREATE DOMAIN short AS char(6)});

# Type of the key; how it is written when it is erased, and in the backup; somebody else; whether it is found.
my @kinds = (
	[ 'int', '1', '1', '2', 1 ],
	[ 'text', 'a', 'a', 'A', 1 ],
	[ 'text COLLATE "und-x-icu"', 'a', 'a', 'A', 1 ],
	[ 'citext', 'Ada', 'aDA', 'b', 1 ],
	[ 'nick', 'Ada', 'aDA', 'b', 1 ],
	[ 'numeric', '1.00', '1', '1.01', 1 ],
	[ 'float8', '-0', '0', '1', 1 ],
	[ 'float4', '0', '-0', '0.1', 1 ],
	[ 'short', 'a', 'a   ', 'b', 1 ],
	[ 'timestamptz', '2001-01-01 00:00+00', '2001-01-01 02:00+02', '2001-01-01 02:00+00', 1 ],
	[ 'bytea', '\x61', 'a', '\x62', 1 ],
	[ 'uuid', 'A0EEBC999C0B4EF8BB6D6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1 ],
	[ 'inet', '10.0.0.1/32', '10.0.0.1', '10.0.0.2', 1 ],
	[ 'interval', '1 mon', '30 days', '1 day', 0 ],
	[ 'jsonb', '[1.0]', '[1]', '[2]', 0 ],
	[ 'numrange', '[1,2)', '[1.0,2.0)', '[3,4)', 0 ],
	[ 'text COLLATE ignoring_case', 'a', 'A', 'b', 0 ]);

# Two sessions that write values each in its own way.
my $one_session = q{SET TimeZone = 'UTC'; SET bytea_output = 'hex';};
my $another = q{SET TimeZone = 'Asia/Tokyo'; SET bytea_output = 'escape'; SET extra_float_digits = -5; SET IntervalStyle = 'iso_8601';};
for my $kind (@kinds) {
	my ($type, $one, $same, $other, $found) = @$kind;
	$node->safe_psql('postgres', qq{CREATE TABLE persons (id $type PRIMARY KEY, ended date);
		INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
			VALUES ('persons', 'persons', '{ended}', '9 years', 'delete', 'enforce');
		INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'persons');
		INSERT INTO persons VALUES ('$one'), ('$other')});
	my ($status, $answer, $warning) = $node->psql('postgres', "$one_session SELECT retention.erase('person', jsonb_build_object('id', id)) ->> 'remembered' FROM persons WHERE id = '$one'");
	is($answer, $found ? 'true' : 'false', "$type: whether the erasure is remembered");
	if ($found) {
		unlike($warning, qr/WARNING/, 'without a warning');
	} else {
		like($warning, qr/erasures of kind "person" cannot be repeated after the restore of a backup/, 'a key that cannot be repeated is said to be so');
	}
	is($node->safe_psql('postgres', qq{INSERT INTO persons VALUES ('$same'); $another
		SELECT erased FROM retention.replay_erasures(retention.erasure_list());
		SELECT count(*) FROM persons WHERE id = '$one'; SELECT count(*) FROM persons WHERE id = '$other';
		DROP TABLE persons; DELETE FROM retention.erasure}), join("\n", $found, 1 - $found, 1), 'the replay finds the person and nobody else');
}
$node->stop;
done_testing();
