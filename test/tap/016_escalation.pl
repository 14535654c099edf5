# Whoever may write something of the extension's has no more rights by it: test/security/escalation.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $only = $ENV{ATTEMPTS} // '';
my $node = PostgreSQL::Test::Cluster->new('escalation');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
retention.allow_test_time = on
retention.test_now = '2030-06-01 12:00:00+00'
fsync = off
});
$node->start;

# What is asked at the end of an attempt, marked so that it is found in the output.
my $who = q{SELECT '@who ' || who FROM (SELECT DISTINCT who FROM evil.log) w};
my $mighty = q{SELECT '@mighty ' || rolname FROM pg_roles WHERE rolsuper AND rolname <> 'postgres' AND oid >= 16384};
sub after { my ($never) = @_; return "SET retention.reveal = on;\n$who;\n$mighty;\n" . ($never ? "SELECT '\@never ' || coalesce(($never), true);\n" : '') }

# Errors among the rest.
sub psql {
	my ($database, $sql, $role) = @_;
	my $script = "$PostgreSQL::Test::Utils::tmp_check/escalation.sql";
	unlink $script;
	append_to_file($script, "\\set VERBOSITY verbose\n$sql");
	my $options = $node->connstr($database) . ' user=' . ($role // 'postgres');
	return scalar `psql -XAtq -d "$options" -f $script 2>&1`;
}

# A statement that fails does not end the transaction, and all of it is rolled back.
sub in_transaction {
	my ($never, @parts) = @_;
	my $script = "BEGIN;\n\\set ON_ERROR_ROLLBACK on\n";
	while (my ($role, $sql) = splice @parts, 0, 2) { $script .= "RESET ALL;\nSET SESSION AUTHORIZATION $role;\n$sql\n;" }
	return "$script\nSET SESSION AUTHORIZATION postgres;\n" . after($never) . "\\echo \@end\nROLLBACK;\nRESET ALL;\nRESET SESSION AUTHORIZATION;\n";
}

# Statement by statement, over connections of the roles' own.
sub in_database {
	my ($never, @parts) = @_;
	my $said = psql('postgres', 'CREATE DATABASE attempt TEMPLATE escalation');
	$said .= psql('attempt', 'SELECT retention.resume()');
	while (my ($role, $sql) = splice @parts, 0, 2) { $said .= psql('attempt', $sql, $role) }
	return $said . psql('attempt', after($never)) . psql('postgres', 'DROP DATABASE attempt (FORCE); ALTER ROLE mallory NOSUPERUSER');
}

sub complaints {
	my ($expect, $said) = @_;
	my @who = $said =~ /^\@who (.*)$/mg;
	my @wrong = map { "it ran as $_" } grep { $_ ne 'mallory' } @who;
	push @wrong, map { "$_ is a superuser" } $said =~ /^\@mighty (.*)$/mg;
	push @wrong, 'what must not be is' if $said =~ /^\@never t/m;
	my $ran = @who ? 'ran' : 'nothing';
	if ($expect =~ /^refused (.*)/) { push @wrong, 'it was not refused' if $said !~ /ERROR:  (?:$1)/ }
	elsif ($ran !~ /^$expect$/) { push @wrong, "it was to end with $expect: $ran" }
	return @wrong;
}

my (@attempts, @said);
for (grep { /^-- attempt: / && /$only/ } map { split /^(?=-- attempt: )/m, slurp_file($_) } sort glob 'test/security/escalation/attempts/*.sql') {
	my %head = /^-- (attempt|expect|never|run): (.*)$/mg;
	die "$head{attempt}: expects nothing\n" unless $head{expect};
	my (undef, @parts) = split /^-- as (\w+)\n/m;
	push @attempts, {%head, parts => \@parts};
}
$node->safe_psql('postgres', 'CREATE ROLE mallory LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE dpo LOGIN; CREATE DATABASE escalation');
$node->safe_psql('escalation', slurp_file('test/security/escalation/setup.sql'));
my ($together, @apart) = ('');
for my $i (0 .. $#attempts) {
	my $attempt = $attempts[$i];
	if (($attempt->{run} // '') eq 'database') { push @apart, $i }
	else { $together .= "\\echo \@attempt $i\n" . in_transaction($attempt->{never}, @{$attempt->{parts}}) }
}
%$_ and $said[$_->{i}] = $_->{said} for map { /^(\d+)\n(.*)/s ? {i => $1, said => $2} : {} } split /^\@attempt /m, psql('escalation', $together);
$said[$_] = in_database($attempts[$_]{never}, @{$attempts[$_]{parts}}) for @apart;
for my $i (0 .. $#attempts) {
	my ($attempt, $said) = ($attempts[$i], $said[$i] // 'nothing was said');
	my @wrong = complaints($attempt->{expect}, $said);
	push @wrong, 'it did not come to an end' if ($attempt->{run} // '') ne 'database' && $said !~ /^\@end$/m;
	ok(!@wrong, "$attempt->{attempt} ($attempt->{expect})") or diag(join("\n", @wrong, $said));
}
cmp_ok(scalar(@attempts), '>=', $only eq '' ? 120 : 1, 'there are attempts: ' . @attempts);
done_testing();
