# The demo's notice in both languages is what stands in test/notice; another policy is other sentences of that policy; the company's published
# notice and some forty that differ from it in one thing are read for what they say otherwise. Notices and certificates are the same in databases of other encodings.
use strict;
use warnings;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $here = dirname(__FILE__);
my $demo = "$here/../../demo";
my $node = PostgreSQL::Test::Cluster->new('notice');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_retention'
retention.worker = off
retention.timezone = 'Europe/Oslo'
fsync = off
});
$node->start;
$ENV{PGCLIENTENCODING} = 'UTF8';

sub file { my ($name) = @_; return slurp_file("$here/../notice/$name") }
sub ask { my ($database, $sql) = @_; return $node->safe_psql($database, $sql) }
# Without the line end at the end, which psql takes.
sub notice { my ($database, $language, $format) = @_; return ask($database, "SELECT retention.privacy_notice('$language', '" . ($format // 'markdown') . "')") }
sub lines_changed {
	my ($was, $now) = @_;
	my %was = map { $_ => 1 } split /\n/, $was;
	return grep { !$was{$_} } split /\n/, $now;
}

$node->safe_psql('postgres', q{CREATE DATABASE company TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('company', join '', slurp_file("$demo/schema.sql"), 'CREATE EXTENSION pg_retention;',
	map { slurp_file("$demo/$_.sql") } qw(policy requests wording));

# What only observes is said, and that it does.
like(notice('company', 'en'), qr/^\* Not stated: that "cases" is in force: its mode is observe, and nothing is done by it\.$/m, 'a policy that only observes is listed at the end');
$node->safe_psql('company', q{UPDATE retention.policy SET mode = 'enforce'});

my %golden = map { $_ => file("notice.$_.md") } qw(en nb);
for my $language (qw(en nb)) {
	is(notice("company", $language), $golden{$language}, "$language: the notice of the demo");
	is(notice('company', $language), notice('company', $language), "$language: the same bytes a second time");
}
is(notice('company', 'no'), notice('company', 'nb'), 'no is bokmål');

# Each change is taken back.
my @changes = (
	[ q{quarantine_for = '45 days'}, 'user accounts', qr/quarantine for 45 days/, qr/karantene i 45 dager/ ],
	[ q{keep_for = '4 years'}, 'cases', qr/at most 4 years after/, qr/høyst 4 år etter/ ],
	[ q{keep_for = '1 year', quarantine_for = '1 month'}, 'case notes', qr/at most 1 year after.* quarantine for 1 month:/, qr/høyst 1 år etter.* karantene i 1 måned:/ ],
	[ q{keep_for = '2 years', starts_when = 'all'}, 'user accounts', qr/at most 2 years after the user account is deactivated and .*comes last/, qr/høyst 2 år etter at brukerkontoen deaktiveres og .*skjer sist/ ],
	[ q{keep_for = '3 years after end of fiscal year ending 06-30'}, 'contact persons', qr/fiscal year \(which ends on 30 June\) in which/, qr/regnskapsåret \(som slutter 30\. juni\) da/ ],
	[ q{action = 'delete', if_referenced = 'block'}, 'private customers', qr/After that the information is deleted\.$/, qr/Etter det blir opplysningene slettet\.$/ ],
	[ q{reference = 'Accounting Act § 4-1'}, 'invoices', qr/in line with § 4-1 of the Accounting Act/, qr/i tråd med regnskapsloven § 4-1/ ],
	[ q{must_keep_for = '10 years after end of fiscal year', keep_for = 'forever'}, 'invoices', qr/without a limit\. § 13 of the Bookkeeping Act requires that we keep the information for 10 years after/, qr/uten tidsbegrensning\. Bokføringsloven § 13 krever/ ]);
my @notices = split /^=+\n?/m, ask('company', 'SET client_min_messages = error; SET retention.confirm_drop = on;' . join '', map {
	"BEGIN; UPDATE retention.policy SET $_->[0] WHERE name = '$_->[1]'; SELECT retention.privacy_notice('en') || '===='; SELECT retention.privacy_notice('nb') || '===='; ROLLBACK;" } @changes);
for my $change (@changes) {
	my ($set, $policy, @said) = @$change;
	for my $language (qw(en nb)) {
		my @changed = lines_changed($golden{$language}, shift @notices);
		is(scalar @changed, 1, "$language, $set: one paragraph is another");
		like($changed[0], shift @said, "$language, $set: what it says of $policy");
	}
}

# Sentences of a notice of ours agree with what it was made from, in both forms.
sub drift {
	my ($database, $language, $text, $columns) = @_;
	$columns //= q{concat_ws(' | ', fact, object, stated)};
	return ask($database, "SELECT $columns FROM retention.notice_drift(\$notice\$$text\$notice\$, '$language')");
}
for my $language (qw(en nb)) {
	is(drift('company', $language, notice('company', $language, $_)), '', "$language, $_: our own notice has no drift") for qw(markdown html);
}

my %published = (en => slurp_file("$demo/notice.md"), nb => file('policy.nb.md'));
my %said = (
	en => [ '§ 13 of the Bookkeeping Act', '5 years', 'usually within 30 days' ],
	nb => [ 'bokføringsloven § 13', '5 årene', 'vanligvis innen 30 dager' ]);
my %base;
for my $language (qw(en nb)) {
	my ($law, $years, $answer) = @{ $said{$language} };
	$base{$language} = drift('company', $language, $published{$language});
	is($base{$language}, join("\n", "law | contact persons | $law", "counted from | contact persons | $years", "counted from | invoices | $years", 'policy | messages',
		'period | private customers', 'purpose | sent messages', 'category | occupation', "answer | $answer", 'recipient | Fiber AS', 'place | tapes'),
		"$language: what the published notice leaves out or says otherwise");
}
like(drift('company', 'en', $published{en}, q{concat_ws(' | ', fact, sentence)}), qr/^law \| For CRM and ERP we follow §13 of the Bookkeeping Act\.$/m, 'the sentence of a finding');
is(drift('company', 'en', $published{en} =~ s/§/ยง/gr), $base{en}, 'a § that somebody read in a Thai encoding is one');

# What is found besides, and what is not found any more (-).
my @mutations = (
	[ en => 'quarantine for 30 days', 'quarantine for 60 days', 'period | user accounts | 60 days' ],
	[ en => 'quarantine for 30 days', 'quarantine for one month', 'period | user accounts | one month' ],
	[ en => 'after 3 years, which', 'after two years, which', 'period | case notes | two years', 'period | cases | two years' ],
	[ en => 'mandatory 5 years', 'mandatory 3.5 years', 'period | contact persons | 3.5 years', 'period | invoices | 3.5 years', '-counted from | contact persons | 5 years', '-counted from | invoices | 5 years' ],
	[ en => 'mandatory 5 years', 'mandatory 5 years after the end of the fiscal year', '-counted from | contact persons | 5 years', '-counted from | invoices | 5 years' ],
	[ en => 'no more than twice a month', 'up to four times per month', 'cap | marketing | four times per month' ],
	[ en => 'no more than twice a month', 'from time to time', 'cap | marketing' ],
	[ en => 'at most 2 times a year', 'up to twice a month', 'cap | survey | twice a month' ],
	[ en => '(GDPR Article 15)', '(GDPR Article 14)', 'article | Article 14' ],
	[ en => 'Articles 17 and 18', 'Articles 17 and 19', 'article | Article 19' ],
	[ en => 'Articles 17 and 18', 'Article 17', 'article' ],
	[ en => '(GDPR Article 20)', '(GDPR Article 15)', 'right | data portability' ],
	[ en => 'after 3 years, which', 'after 3 years from the end of the fiscal year, which', 'counted from | case notes | 3 years', 'counted from | cases | 3 years' ],
	[ en => "* To object to what we do with it (GDPR Article 21)\n", '', 'right | objection' ],
	[ en => 'operated from Norway', 'operated from Ireland', 'country | Ireland' ],
	[ en => 'the Data Protection Authority', 'the Swedish Data Protection Authority', 'authority' ],
	[ en => '§13 of the Book', '§ 12 of the Book', 'law | contact persons | § 12 of the Bookkeeping Act', 'law | invoices | § 12 of the Bookkeeping Act', '-law | contact persons | § 13 of the Bookkeeping Act' ],
	[ en => 'which is the general limitation period, ', '', 'law | case notes', 'law | cases' ],
	[ en => 'then the user is deleted', 'then the user is anonymised', 'action | user accounts | anonymised' ],
	[ en => 'then the user is deleted', 'then the user is archived', 'action | user accounts' ],
	[ en => 'stay in quarantine for 30 days, and then the user is deleted', 'are deleted', 'period | user accounts' ],
	[ en => 'usually within 30 days', 'within three months', 'answer | three months', '-answer | usually within 30 days' ],
	[ en => 'usually within 30 days', 'within one month', '-answer | usually within 30 days' ],
	[ en => 'Nothing is passed on', 'Something may be passed on', 'recipient | marketing | passed' ],
	[ en => 'article 6.1 f)', 'article 6.1 b)', 'basis | survey | a contract (GDPR Article 6(1)(b))', 'basis' ],
	[ en => 'are under our control alone', 'are not under our control alone', 'control | servers | control' ],
	[ en => "## What you can demand\n", "## What you can demand\n\nLog files are deleted after 6 months.\n", 'period | 6 months' ],
	[ nb => 'karantene i 30 dager', 'karantene i 90 dager', 'period | user accounts | 90 dager' ],
	[ nb => 'etter tre år', 'etter to år', 'period | case notes | to år', 'period | cases | to år' ],
	[ nb => 'etter tre år', 'etter 36 måneder' ],
	[ nb => '5 årene er over', '10 årene er over', 'period | contact persons | 10 årene', 'period | invoices | 10 årene', '-counted from | contact persons | 5 årene', '-counted from | invoices | 5 årene' ],
	[ nb => '5 årene er over', '5 årene etter utgangen av regnskapsåret er over', '-counted from | contact persons | 5 årene', '-counted from | invoices | 5 årene' ],
	[ nb => 'høyst to ganger i måneden', 'inntil tre ganger i måneden', 'cap | marketing | tre ganger i måneden' ],
	[ nb => 'inntil 2 ganger i året', 'inntil fire ganger årlig', 'cap | survey | fire ganger årlig' ],
	[ nb => 'forordningen artikkel 15)', 'forordningen artikkel 13)', 'article | artikkel 13' ],
	[ nb => "* En kopi av det, som du kan ta med deg (personvernforordningen artikkel 20)\n", '', 'right | dataportabilitet' ],
	[ nb => 'driftes fra Norge', 'driftes fra Island', 'country | Island' ],
	[ nb => 'Klager går til Datatilsynet', 'Klager går til Forbrukertilsynet', 'authority' ],
	[ nb => 'bokføringsloven § 13', 'regnskapsloven § 13', 'law | contact persons | regnskapsloven § 13', 'law | invoices | regnskapsloven § 13', '-law | contact persons | bokføringsloven § 13' ],
	[ nb => 'deretter slettes brukeren', 'deretter anonymiseres brukeren', 'action | user accounts | anonymisert' ],
	[ nb => 'vanligvis innen 30 dager', 'senest innen én måned', '-answer | vanligvis innen 30 dager' ],
	[ nb => 'etternavn, brukernavn', 'etternavn', 'category | username' ],
	[ nb => 'Ingenting utleveres', 'Noe utleveres', 'recipient | marketing | utleveres' ],
	[ nb => "## Hva du kan kreve\n", "## Hva du kan kreve\n\nOpptak av samtaler slettes etter 14 dager.\n", 'period | 14 dager' ]);
my (@texts, @shown);
for my $mutation (@mutations) {
	my ($language, $was, $is) = @$mutation;
	my $text = $published{$language};
	push @shown, "$language: $was -> $is" =~ s/\n/ /gr;
	is(($text =~ s/\Q$was\E/$is/g) || 0, 1, "$shown[-1]: is there once");
	push @texts, "($#shown, '$language', \$notice\$$text\$notice\$)";
}
my %found;
for (split /\n/, ask('company', q{SELECT concat_ws(' | ', n, fact, object, stated) FROM (VALUES } . join(', ', @texts) . q{) v (n, language, text), retention.notice_drift(text, language)})) {
	my ($n, $finding) = /^(\d+) \| (.*)$/;
	$found{$n}{$finding} = 1;
}
for my $n (0 .. $#mutations) {
	my ($language, undef, undef, @expected) = @{ $mutations[$n] };
	my %before = map { $_ => 1 } split /\n/, $base{$language};
	my @besides = ((grep { !$before{$_} } sort keys %{ $found{$n} }), (map { "-$_" } grep { !$found{$n}{$_} } sort keys %before));
	is(join("\n", sort @besides), join("\n", sort @expected), "$shown[$n]: what is found besides");
}

# Elsewhere.
my $file = PostgreSQL::Test::Utils::tempdir() . '/archive';
{
	local $ENV{PGOPTIONS} = '-c retention.reveal=on';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('company') ], 'dumped');
}
for my $encoding (qw(LATIN1 SQL_ASCII)) {
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr($database), $file ], "$encoding: restored");
	for my $language (qw(en nb)) {
		is(notice($database, $language), $golden{$language}, "$encoding, $language: the notice is the same");
		is(drift($database, $language, $published{$language}), $base{$language}, "$encoding, $language: and so is what the published one says otherwise");
	}
}

# So is what a certificate says, of names as they are stored.
for my $database (qw(company latin1 sql_ascii)) {
	ask($database, q{SET client_min_messages = error; UPDATE retention.controller SET name = 'Blåbær AS';
		INSERT INTO app.customers (id, kind, name, organisation_number, started_at) VALUES (1, 'business', 'Fjord AS', '910000007', '2026-01-01');
		INSERT INTO app.users (id, customer_id, username, created_at) VALUES (1, 1, 'kåre', '2026-01-01');
		SELECT retention.open_request('erasure', 'user', 1); SELECT retention.erase('user', 1, request_id => 1); SELECT retention.answer_request(1)});
	like(ask($database, q{SELECT retention.erasure_certificate(1, 'no')}), qr/\A# Bekreftelse på sletting\n.*^\* Behandlingsansvarlig: Blåbær AS, .*^\| app\.users \| /ms, "$database: a certificate has the letters of the database");
}
is(ask('latin1', q{SELECT position('bokf' || chr(248) || 'ringsloven' IN retention.privacy_notice('nb')) > 0}), 't', 'letters are those of the database');

# What is later than the law allows is no aim.
$node->append_conf('postgresql.conf', q{retention.request_target = '3 months'});
$node->reload;
unlike(notice('company', 'en'), qr/^Our own aim/m, 'a time beyond the legal one is not told as an aim');
like(notice('company', 'en'), qr/^\* Not stated: when requests are usually answered: what is meant to be, 3 months, is later than the law allows\.$/m, 'a time beyond the legal one is listed');
like(notice('company', 'nb'), qr/^\* Ikke opplyst: når forespørsler vanligvis besvares: Det som er målet, 3 måneder, er senere enn loven tillater\.$/m, 'a time beyond the legal one is listed in Norwegian');

# Any bytes are a name in an SQL_ASCII database.
$node->safe_psql('postgres', q{CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'});
{
	local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';
	$node->safe_psql('bytes', q{CREATE EXTENSION pg_retention; INSERT INTO retention.purpose (name, legal_basis) VALUES (convert_from('\x4bf86265', 'SQL_ASCII'), 'contract')});
	for my $document ("retention.privacy_notice()", "retention.privacy_notice('nb', 'html')", "retention.register()", "retention.register('markdown')") {
		like(notice_of($document), qr/K(\xEF\xBF\xBD|&#65533;)be/, "$document: a byte that is no character is told as the sign for that");
	}
	like(notice_of('retention.privacy_notice()'), qr/^\* Not stated: all characters of "K\xEF\xBF\xBDbe": some are no characters of UTF-8\.$/m, 'a name with bytes that are no characters is listed');
}
sub notice_of { my ($document) = @_; return ask('bytes', "SELECT $document") }

done_testing();
