# What README.md and docs/*.md show can be done as it stands: each block of SQL and of commands runs, in the order of its page, in a database of the page's
# own; and docs/reference.md is what the extension says of itself.
#
# Behind a statement, `-- refused: why` says that it is an error (`-- refused 42501: why` which), `-- nobody` or `-- nothing` that it returns no row, and a number that it returns that.
# What a block needs that the page does not show stands before it in a comment that no reader sees, as SQL: <!-- test: CALL retention.sweep(); -->
# A block that cannot be run says why: <!-- not run: it installs packages -->. They are listed in the output.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Pages of which another test runs the blocks, with what it looks at besides.
my %elsewhere = ('docs/requests.md' => 'test/tap/035_requests.pl', 'docs/subjects.md' => 'test/tap/034_frameworks.pl');

# A page's blocks: language, text, where it is, what it needs, and why it is not run.
sub blocks_of {
	my ($page) = @_;
	my (@blocks, $block, $needs, $why);
	my $n = 0;
	my $in_comment = 0;
	for my $line (split /^/, slurp_file($page)) {
		++$n;
		if ($block) {
			if ($line =~ /^```$/) { push @blocks, $block; ($block, $needs, $why) = () }
			else { $block->{text} .= $line }
		} elsif ($line =~ /^```(.*)$/) { $block = {language => $1, text => '', place => "$page:$n", needs => $needs, why => $why} }
		elsif ($line =~ /^<!-- not run: (.*) -->$/) { $why = $1 }
		elsif ($line =~ /^<!-- test: (.*) -->$/) { $needs .= "$1\n" }
		elsif ($line =~ /^<!-- test:$/) { $in_comment = 1; $needs //= '' }
		elsif ($in_comment) { $line =~ /^-->$/ ? ($in_comment = 0) : ($needs .= $line) }
		elsif ($line =~ /\S/ && (defined $needs || defined $why)) { die "$page:$n: what is said for a block stands right before it\n" }
	}
	die "$page: a block or comment does not end\n" if $block || $in_comment;
	return @blocks;
}

my @pages = ('README.md', sort glob 'docs/*.md');
my %blocks = map { $_ => [blocks_of($_)] } @pages;
my %known = map { $_ => 1 } qw(sql sh conf text python);
my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init;
# What the README has in postgresql.conf, and what tests need.
$node->append_conf('postgresql.conf', $_->{text}) for grep { $_->{language} eq 'conf' } map { @{$blocks{$_}} } @pages;
my $dir = PostgreSQL::Test::Utils::tempdir;
append_to_file("$dir/$_", join '', map { chr int rand 256 } 1 .. 64) for qw(erasures pseudonyms);
$node->append_conf('postgresql.conf', "retention.worker = off\nretention.erasure_key_file = '$dir/erasures'\nretention.pseudonym_key_file = '$dir/pseudonyms'\n");
$node->start;
# A program that a page shows is where the commands of others run, under the name in its first line.
for my $block (grep { $_->{language} eq 'python' } map { @{$blocks{$_}} } @pages) {
	my ($name) = $block->{text} =~ /\A# (\w+\.py): / or die "$block->{place}: the first line of a program says its name\n";
	append_to_file("$dir/$name", $block->{text});
}
$node->safe_psql('postgres', 'CREATE DATABASE pages');
$node->safe_psql('pages', 'CREATE EXTENSION pg_retention');

# The statements of a block, each with what its page says becomes of it.
sub statements_of {
	my ($text) = @_;
	my (@statements, $statement);
	for my $line (split /^/, $text) {
		$statement .= $line;
		my $quotes = () = $statement =~ /\$\$/g;
		next if $quotes % 2 || $line !~ /;\s*(?:--\s*(.*?)\s*)?$/;
		my $said = $1 // '';
		# Several on a line are one, of which the last is looked at.
		push @statements, {sql => $statement, said => $said};
		$statement = '';
	}
	$statement =~ s/^\s*--.*\n//mg if defined $statement;
	die "not the end of a statement: $statement\n" if ($statement // '') =~ /\S/;
	return @statements;
}

# Why a statement is not as its page says; nothing where it is.
sub objection {
	my ($statement, $state, $rows, $message, $out) = @_;
	my $said = $statement->{said};
	if ($said =~ /^refused(?: (\w{5}))?: /) { return $state eq '00000' ? 'is not refused' : $state eq ($1 // $state) ? '' : "$state: $message" }
	return "$state: $message" if $state ne '00000';
	return "$rows rows" if $said =~ /^(?:nobody|nothing)\b/ && $rows != 0;
	return "returns $out" if $said =~ /^(\d\S*)$/ && $out !~ /^\Q$1\E$/m;
	return '';
}

# Blocks of SQL that stand together, in one session.
sub run_sql {
	my ($page, $database, @blocks) = @_;
	my ($script, @all) = ('');
	for my $block (@blocks) {
		$block->{objections} = [];
		for my $statement (map { statements_of($_ // '') } @$block{qw(needs text)}) {
			push @all, [$block, $statement];
			$script .= "$statement->{sql}\n\\echo '\@\@' :SQLSTATE :ROW_COUNT :LAST_ERROR_MESSAGE\n";
		}
	}
	my ($out, $error) = ('', '');
	IPC::Run::run(['psql', '-XAtq', '-d', $node->connstr($database)], '<', \$script, '>', \$out, '2>', \$error);
	my @outs = split /^@@ /m, $out, -1;
	my $before = shift @outs;
	for my $pair (@all) {
		my ($block, $statement) = @$pair;
		my $end = shift @outs // '57P01 0 the session ended';
		my ($state, $rows, $message, $rest) = $end =~ /\A(\w{5}) (\d+) ?(.*)\n?((?s:.*))\z/ or die "not understood: $end";
		my $objection = objection($statement, $state, $rows, $message, $before);
		push @{$block->{objections}}, "$statement->{sql}$objection" if $objection;
		$before = $rest;
	}
	for my $block (@blocks) {
		is(scalar @{$block->{objections}}, 0, "$block->{place}: the SQL does what the page says") or diag join "\n", @{$block->{objections}}, @outs ? $error : ();
	}
	return;
}

sub run_commands {
	my ($database, $block) = @_;
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => $database);
	my $out = '';
	my $done = IPC::Run::run(['bash', '-euo', 'pipefail', '-c', "cd '$dir'\n$block->{text}"], '<', \undef, '>&', \$out);
	ok($done, "$block->{place}: the commands do what the page says") or diag $out;
	return;
}

for my $page (@pages) {
	my @blocks = @{$blocks{$page}};
	for my $block (grep { !$known{$_->{language}} } @blocks) { fail("$block->{place}: a block says what it is: sql, sh, conf, python or text") }
	if (my $test = $elsewhere{$page}) {
		like(slurp_file($test), qr/\Q$page\E/, "$page: the blocks are run by $test");
		next;
	}
	for my $block (grep { defined $_->{why} } @blocks) { note "$block->{place}: not run: $block->{why}" }
	@blocks = grep { !defined $_->{why} && $_->{language} =~ /^(?:sql|sh)$/ } @blocks;
	next unless @blocks;
	my $database = lc $page =~ s/\W/_/gr;
	my $template = (grep { $_->{text} =~ /^CREATE EXTENSION pg_retention/m } @blocks) ? 'template0' : 'pages';
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE $template");
	while (@blocks) {
		if ($blocks[0]{language} eq 'sh') {
			run_sql($page, $database, {place => "$blocks[0]{place}, what it needs", text => $blocks[0]{needs}}) if defined $blocks[0]{needs};
			run_commands($database, shift @blocks);
			next;
		}
		my @together;
		push @together, shift @blocks while @blocks && $blocks[0]{language} eq 'sql';
		run_sql($page, $database, @together);
	}
	# Roles are of all databases.
	$node->safe_psql('postgres', "DROP DATABASE $_")
		for split /\n/, $node->safe_psql('postgres', q{SELECT quote_ident(datname) FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'pages')});
	my $roles = $node->safe_psql('postgres', q{SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper});
	$node->safe_psql('postgres', "DROP OWNED BY $roles CASCADE; DROP ROLE $roles") if $roles;
}

# What the README has installed is what the tests have theirs from.
my ($packages) = slurp_file('README.md') =~ /apt-get install (.*)/ or die 'the README names no packages';
my $installed = slurp_file('scripts/install-packages');
is_deeply([grep { my $name = s/-15$/-\$major/r; $installed !~ /(?<=[\s"(])\Q$name\E(?=[\s"])/ } split ' ', $packages], [], 'scripts/install-packages installs each package that the README names');

# Links lead somewhere.
my %anchors;
sub anchors_of {
	my ($page) = @_;
	return $anchors{$page} //= { map { my $a = lc; $a =~ s/[^\w -]//g; $a =~ tr/ /-/; ($a => 1) } slurp_file($page) =~ /^#+ (.*)$/mg };
}
my @lost;
for my $page (@pages, 'CONTRIBUTING.md') {
	for (slurp_file($page) =~ /\]\(([^)\s]+)\)/g) {
		next if /^\w+:/;
		my ($file, $anchor) = /^([^#]*)(?:#(.*))?$/;
		my $target = $file eq '' ? $page : ($page =~ m{^(.*/)} ? $1 : '') . $file;
		$target =~ s{[^/]+/\.\./}{};
		push @lost, "$page: $_" if !-e $target || (defined $anchor && !anchors_of($target)->{$anchor});
	}
}
is_deeply(\@lost, [], 'each link of the pages leads to a file and a heading that are there');

# What the pages name is there: a table, view, function, type or setting, with its column where one is named.
my %named;
for my $page (@pages) {
	my $text = slurp_file($page) =~ s/^```.*?^```$//gmsr =~ s/^<!--.*?-->$//gmsr;
	push @{$named{lc $1}}, $page while $text =~ /`[^`\n]*?\bretention\.([a-z_]+(?:\.[a-z_]+)?)/g;
}
cmp_ok(scalar keys %named, '>', 100, 'the pages name objects');
is($node->safe_psql('pages', q{SELECT n FROM (VALUES } . join(', ', map { "('$_')" } sort keys %named) . q{) v (n) WHERE
	CASE WHEN n LIKE '%.%' THEN NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('retention.' || split_part(n, '.', 1)) AND attname = split_part(n, '.', 2) AND attnum > 0)
	ELSE NOT EXISTS (SELECT FROM pg_settings WHERE name = 'retention.' || n) AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = n)
		AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'retention'::regnamespace AND proname = n) AND to_regtype('retention.' || n) IS NULL AND to_regclass('retention.' || n) IS NULL END}), '',
	'each object of the extension that a page names is there');

my ($findings) = slurp_file('docs/legal.md') =~ /^## What controllers fail at\n(.*?)^## /ms or die 'docs/legal.md has no findings';
is_deeply([map { (split / *\| */)[1] } grep { /^\| / && !/^\| (?:finding|---) / } split /\n/, $findings],
	['procedures, with deadlines', 'training', 'information given to persons', 'exceptions, and their documentation', 'periods for each processing, set and carried out', 'backups', 'anonymising that does not anonymise'],
	'each finding of the authorities\' report has its row');

my ($leaves) = slurp_file('docs/personal-types.md') =~ /^## What anonymising leaves\n(.*?)^## /ms or die 'the page says nothing of what anonymising leaves';
is(join("\n", map { join '|', map { s/^[\s`]+|[\s`]+$//gr } (split /\|/)[1 .. 5] } grep { /^\| `/ } split /\n/, $leaves),
	$node->safe_psql('pages', q{SELECT v.word, answer(r.singles_out), answer(r.links), answer(r.lets_infer), r.verdict FROM retention.vocabulary() v CROSS JOIN LATERAL retention.remains_of(v.word, 'text'::regtype, '', false) r
		WHERE v.kind = 'anonymiser' ORDER BY array_position('{"null",constant,random token,pseudonymise,redact,generalise,truncate,noise,function}', v.word)}
		=~ s/answer\(([^)]+)\)/CASE WHEN $1 THEN 'yes' WHEN NOT $1 THEN 'no' ELSE 'not known' END/gr),
	'docs/personal-types.md says of each anonymiser what the extension says that it leaves');

{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'pages');
	my ($page, $error) = ('', '');
	my $made = IPC::Run::run(['scripts/reference'], '>', \$page, '2>', \$error);
	ok($made, 'everything has its place in scripts/reference.in, and something is said of it') or diag $error;
	my $difference = '';
	IPC::Run::run(['diff', '-u', 'docs/reference.md', '-'], '<', \$page, '>', \$difference, '2>&1') unless $page eq '';
	ok($difference eq '', 'docs/reference.md is what the extension says of itself') or diag $difference, 'Run "make reference".';
	unlike(slurp_file('docs/reference.md'), qr{(?<![\w.])/(?:home|root|work|tmp|usr|var)\b}, 'the reference names no place of this machine');
}

# What the reference says by hand: periods, and what anonymisers are told.
my ($periods) = slurp_file('docs/reference.md') =~ /^### Periods\n(.*?)^A period/ms or die 'the reference has no periods';
my @periods = grep { /^(?:\d|P|forever)/ } map { /`([^`]+)`/g } map { (split /\|/)[1] } grep { /^\| `/ } split /\n/, $periods;
cmp_ok(scalar @periods, '>', 10, 'the reference has examples of periods');
my (undef, undef, $unread) = $node->psql('pages', 'SELECT p::retention.period FROM (VALUES ' . join(', ', map { "('$_')" } @periods) . ') v (p)');
is($unread, '', 'each period that the reference shows can be read');
my ($table) = slurp_file('docs/reference.md') =~ /^### Anonymisers\n(.*?)^###/ms or die 'the reference has no anonymisers';
my (@tries, $anonymiser);
for my $row (grep { /^\|/ && !/^\| (?:anonymiser|---) / } split /\n/, $table) {
	my (undef, $word, $of, $argument) = map { s/^\s+|\s+$//gr } split /\|/, $row;
	$anonymiser = $word =~ s/`//gr if $word ne '';
	# The value of a constant has a column of its own.
	next if $anonymiser eq 'constant';
	my ($examples, $without) = $argument =~ /^(.*?)(?:; (.*))?$/;
	for my $type (map { lc s/ that.*//r } split /, /, $of) {
		push @tries, "('$type', '$anonymiser', '$_', true)" for $examples =~ /`([^`]+)`/g;
		push @tries, "('$type', '$anonymiser', NULL, " . (($without // '') eq 'needed' ? 'false)' : 'true)');
	}
}
cmp_ok(scalar @tries, '>', 30, 'the reference has examples of anonymisers');
is($node->safe_psql('pages', q{CREATE SCHEMA app; CREATE FUNCTION app.mask(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'x';
	CREATE TABLE app.all_types (text text, json jsonb, date date, time timestamptz, number numeric, inet inet, point point, uuid uuid, everything text);
	CREATE FUNCTION app.takes(type name, anonymiser text, argument text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.all_types', type, 'other', anonymiser, argument);
		DELETE FROM retention.personal_column;
		RETURN true;
	EXCEPTION WHEN invalid_parameter_value THEN RETURN false;
	END $$;} . 'SELECT t.* FROM (VALUES ' . join(', ', @tries) . ') t (type, anonymiser, argument, taken) WHERE app.takes(type, anonymiser, argument) <> taken'),
	'', 'what the reference says that anonymisers are told, they take');
$node->stop;
done_testing();
