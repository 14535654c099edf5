# Where a user's code can stand on a table, and what it then tries.
package Places;
use strict;
use warnings;

# What all of it tries to see: four rows that are hidden, and two that are not, by which one sees that it ran.
our $read = 'SELECT 1 FROM app.people WHERE id < 103 AND scratch.note(name)';
my $detach = 'SELECT fk.id FROM app.people fk WHERE id < 103 AND scratch.note(name)';
(my $literal = $read) =~ s/'/''/g;

our $common = <<'';
CREATE TABLE scratch.loot (t text);
CREATE FUNCTION scratch.note(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'LOOT %', $1; RETURN true; END$$;
CREATE FUNCTION scratch.again() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE n int := coalesce(nullif(current_setting('loot.runs', true), ''), '0');
BEGIN
	PERFORM set_config('loot.runs', (n + 1)::text, false);
	IF n < 12 THEN RAISE NOTICE 'RAN'; END IF;
	RETURN n < 12;
END$$;

# The word by which the extension used to know its own queries is in the context of whatever runs inside them.
my $reads = <<"";
DECLARE c text; word text;
BEGIN
	IF NOT scratch.again() THEN RETURN 1; END IF;
	GET DIAGNOSTICS c = PG_CONTEXT;
	word := coalesce(substring(c FROM '/\\* \\S+ \\*/ '), '');
	EXECUTE '$read';
	EXECUTE '$detach';
	EXECUTE word || '$read';
	PERFORM count(*) FROM app.people WHERE id < 103 AND scratch.note(name);
	RETURN 1;
END

my $writes = <<'';
BEGIN
	IF NOT scratch.again() THEN RETURN 1; END IF;
	PERFORM scratch.write();
	RETURN 1;
END

my $write = <<'';
CREATE FUNCTION scratch.write() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	-- As anybody would, and as the server does when it cascades.
	EXECUTE 'UPDATE app.people SET left_on = NULL WHERE id = 1';
	EXECUTE 'UPDATE app.people SET name = ''changed'' WHERE id = 2';
	EXECUTE 'DELETE FROM app.members WHERE id = 2';
	EXECUTE 'UPDATE ONLY app.members SET account_id = $1 WHERE $2 = account_id' USING 2, 1;
	EXECUTE 'DELETE FROM ONLY app.members WHERE $1 = account_id' USING 2;
	RETURN 1;
END$$;

sub pay { my ($body, $how) = @_; return "CREATE FUNCTION scratch.pay(int) RETURNS int $how LANGUAGE plpgsql AS \$\$$body\$\$;\n" }
sub xml { my ($function) = @_; return sub { "length($function('$literal', false, false, '')::text)" } }
sub kept { my ($function, $what) = @_; return sub { "length(set_config('loot.rows', $function($what, false, false, '')::text, false))" } }

# Kinds of code: what makes it, how volatile it may be said to be, and an expression of type int over a column that runs it.
our %code = (
	plpgsql => {make => sub { pay($reads, $_[0]) }, in => sub { "scratch.pay($_[0])" }},
	sql => {make => sub { "CREATE FUNCTION scratch.pay(int) RETURNS int $_[0] LANGUAGE sql AS \$\$SELECT count(*)::int * 0 + 1 FROM app.people WHERE id < 103 AND scratch.note(name)\$\$;\n" },
		in => sub { "scratch.pay($_[0])" }},
	simple => {make => sub { pay($reads, $_[0]) . "CREATE FUNCTION scratch.outer(int) RETURNS int $_[0] LANGUAGE plpgsql AS 'BEGIN RETURN scratch.pay(\$1); END';\n" },
		warm => "SELECT scratch.outer(1);\n", in => sub { "scratch.outer($_[0])" }},
	operator => {make => sub { pay($reads, $_[0]) . "CREATE FUNCTION scratch.pay(int, int) RETURNS int $_[0] LANGUAGE plpgsql AS 'BEGIN RETURN scratch.pay(\$1); END';\n"
		. "CREATE OPERATOR scratch.@@@ (FUNCTION = scratch.pay, LEFTARG = int, RIGHTARG = int);\n" }, in => sub { "($_[0] OPERATOR(scratch.@@@) 1)" }},
	cast => {make => sub { pay($reads, $_[0]) . "CREATE TYPE scratch.cell AS (n int);\nCREATE FUNCTION scratch.cell(int) RETURNS scratch.cell $_[0] LANGUAGE plpgsql AS 'BEGIN RETURN row(scratch.pay(\$1))::scratch.cell; END';\n"
		. "CREATE CAST (int AS scratch.cell) WITH FUNCTION scratch.cell(int);\n" }, in => sub { "($_[0]::scratch.cell).n" }},
	domain => {make => sub { pay($reads, '') . "CREATE DOMAIN scratch.narrow AS int CHECK (scratch.pay(VALUE) = 1);\n" }, in => sub { "($_[0]::scratch.narrow)" }},
	aggregate => {make => sub { pay($reads, '') . "CREATE FUNCTION scratch.step(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN scratch.pay(\$2); END';\n"
		. "CREATE AGGREGATE scratch.total(int) (SFUNC = scratch.step, STYPE = int, INITCOND = '0');\n"
		. "CREATE FUNCTION scratch.sum(int) RETURNS int $_[0] LANGUAGE sql AS 'SELECT scratch.total(v) FROM (VALUES (\$1)) v(v)';\n" }, in => sub { "scratch.sum($_[0])" }},
	write => {make => sub { $write . pay($writes, $_[0]) }, in => sub { "scratch.pay($_[0])" }, writes => 1},
	query_to_xml => {make => sub { '' }, volatile => 1, in => xml('query_to_xml')},
	query_to_xmlschema => {make => sub { '' }, volatile => 1, in => xml('query_to_xmlschema')},
	query_to_xml_and_xmlschema => {make => sub { '' }, volatile => 1, in => xml('query_to_xml_and_xmlschema')},
	table_to_xml => {make => sub { '' }, volatile => 1, in => kept('table_to_xml', "'app.people'")},
	schema_to_xml => {make => sub { '' }, volatile => 1, in => kept('schema_to_xml', "'app'")},
	# Not before it is meant to, or nothing could be put there.
	'an error' => {make => sub { '' }, volatile => 1, in => sub { "CASE current_setting('loot.armed', true) WHEN 'yes' THEN length(query_to_xml('SELECT 1 FROM app.people WHERE id < 50 AND name::int = 0', false, false, '')::text) ELSE 1 END" }},
	'the word' => {make => sub { pay($reads, '') . <<'' }, volatile => 1, in => sub { "length(query_to_xml(scratch.word() || '$literal', false, false, '')::text)" }, word => 1},
CREATE TABLE scratch.words (w text);
CREATE FUNCTION scratch.word() RETURNS text LANGUAGE sql STABLE AS 'SELECT coalesce(max(w), '''') FROM scratch.words';
CREATE FUNCTION scratch.listen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c text;
BEGIN
	GET DIAGNOSTICS c = PG_CONTEXT;
	INSERT INTO scratch.words SELECT m[1] FROM regexp_matches(c, '(/\* \S+ \*/ )', 'g') m;
	IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
	RETURN NEW;
END$$;

	rows => {make => sub { '' }, in => sub { '1' }},
	# In the function itself that the place is made of: whatever it called would be looked up when it runs.
	'its own body' => {make => sub { '' }, in => sub { '1' }, body => $reads},
	'its own body, writing' => {make => sub { $write }, in => sub { '1' }, body => $writes, writes => 1},
	# These return rows, so they stand where a query may.
	ts_stat => {make => sub { '' }, in => sub { "(SELECT count(*) FROM ts_stat('SELECT to_tsvector(''x'') FROM app.people WHERE id < 103 AND scratch.note(name)'))" }},
	ts_rewrite => {make => sub { '' }, in => sub { "length(ts_rewrite('x'::tsquery, 'SELECT ''x''::tsquery, ''y''::tsquery FROM app.people WHERE id < 103 AND scratch.note(name)')::text)" }},
	crosstab => {make => sub { '' }, in => sub { "(SELECT count(*) FROM crosstab('SELECT name, name, name FROM app.people WHERE id < 103 AND scratch.note(name)') AS t(a text, b text))" }},
	'crosstab, an error' => {make => sub { '' }, in => sub { "CASE current_setting('loot.armed', true) WHEN 'yes' THEN (SELECT count(*) FROM crosstab('SELECT 1 FROM app.people WHERE id < 50 AND name::int = 0') AS t(a text, b text)) END" }},
	connectby => {make => sub { '' }, in => sub { "(SELECT count(*) FROM connectby('(SELECT 1 AS i, 0 AS p FROM app.people WHERE id < 103 AND scratch.note(name)) x', 'i', 'p', '0', 0) AS t(i int, p int, l int))" }},
	xpath_table => {make => sub { '' }, in => sub { "(SELECT count(*) FROM xpath_table('id', 'name', 'app.people', '/a', 'id < 103 AND scratch.note(name)') AS t(n int, x text))" }},
	'xpath_table, an error' => {make => sub { '' }, in => sub { "CASE current_setting('loot.armed', true) WHEN 'yes' THEN (SELECT count(*) FROM xpath_table('1 FROM app.people WHERE id < 50 AND name::int = 0 --', 'name', 'app.people', '/a', 'true') AS t(n int, x text)) END" }});
my @from = ('ts_stat', 'ts_rewrite', 'crosstab', 'crosstab, an error', 'connectby', 'xpath_table', 'xpath_table, an error');

my @expressions = qw(plpgsql sql simple operator cast domain aggregate write query_to_xml query_to_xmlschema query_to_xml_and_xmlschema table_to_xml schema_to_xml);
my @some = ('plpgsql', 'sql', 'query_to_xml', 'an error', 'write');
my @stable = qw(plpgsql sql simple operator cast write);

sub when {
	my ($time, $in) = @_;
	return join '', map { "CREATE TRIGGER when_$time$_ $time $_ ON scratch.kids FOR EACH ROW WHEN (" . $in->('OLD.up_id') . " IS NOT NULL) EXECUTE FUNCTION scratch.pass();\n" } qw(UPDATE DELETE);
}

sub trigger {
	my ($head, $in) = @_;
	return "CREATE FUNCTION scratch.fire() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM " . $in->('1')
		. "; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END\$\$;\n" . "CREATE $head EXECUTE FUNCTION scratch.fire();\n";
}

sub rules {
	my ($middle) = @_;
	return join '', map { "CREATE RULE r_$_ AS ON $_ TO scratch.kids $middle;\n" } qw(UPDATE DELETE);
}
my $copy = "INSERT INTO scratch.loot SELECT name FROM app.people WHERE id < 103";

# Where it stands. table: among the columns and constraints; after: when the table and its rows are there; key, default: of the column
# with the foreign key; immutable: must be said to be; on_update: nothing evaluates it when a row goes;
# roles, family: it can be put there only by these, or in these.
our @places = (
	{name => 'check', on_update => 1, codes => [@expressions, 'an error', 'the word'], table => sub { ', CHECK ((' . $_[0]->('up_id') . ') IS NOT NULL)' }},
	{name => 'WHEN before', codes => [@some, qw(schema_to_xml operator)], after => sub { when('BEFORE', $_[0]) }},
	{name => 'WHEN after', codes => \@some, after => sub { when('AFTER', $_[0]) }},
	{name => 'trigger before', codes => [@some, 'aggregate', 'simple', @from], after => sub { trigger('TRIGGER t BEFORE UPDATE OR DELETE ON scratch.kids FOR EACH ROW', $_[0]) }},
	{name => 'trigger after', codes => \@some, after => sub { trigger('TRIGGER t AFTER UPDATE OR DELETE ON scratch.kids FOR EACH ROW', $_[0]) }},
	{name => 'trigger per statement', codes => \@some, after => sub { trigger('TRIGGER t BEFORE UPDATE OR DELETE ON scratch.kids FOR EACH STATEMENT', $_[0]) }},
	{name => 'trigger deferred', codes => ['plpgsql', 'query_to_xml'], after => sub { trigger('CONSTRAINT TRIGGER t AFTER UPDATE OR DELETE ON scratch.kids DEFERRABLE INITIALLY DEFERRED FOR EACH ROW', $_[0]) }},
	{name => 'rule also', codes => ['rows'], after => sub { rules("DO ALSO $copy") }},
	{name => 'rule also that calls', codes => [@some, qw(aggregate operator cast), @from], after => sub { rules('DO ALSO INSERT INTO scratch.loot SELECT (' . $_[0]->('7') . ')::text') }},
	{name => 'rule also that writes', codes => ['rows'], writes => 1, after => sub { rules("DO ALSO UPDATE app.people SET left_on = NULL WHERE id = 1") }},
	{name => 'rule also that deletes', codes => ['rows'], writes => 1, after => sub { rules("DO ALSO DELETE FROM app.members WHERE id = 2") }},
	{name => 'rule instead', codes => ['rows', 'query_to_xml'], after => sub { rules("DO INSTEAD $copy AND (" . $_[0]->('7') . ') IS NOT NULL AND scratch.note(name)') }},
	{name => "rule's condition", codes => \@some, after => sub { rules('WHERE (' . $_[0]->('OLD.up_id') . ') IS NULL DO INSTEAD NOTHING') }},
	{name => "rule's condition with a query", codes => ['rows'], after => sub { rules("WHERE (SELECT count(*) FROM app.people WHERE id < 103 AND scratch.note(name)) = 0 DO INSTEAD NOTHING") }},
	{name => 'default', on_update => 1, codes => [@some, qw(aggregate cast schema_to_xml)], default => sub { 'DEFAULT (' . $_[0]->('7') . ') * 0 + 7' }},
	{name => 'domain', on_update => 1, codes => \@some, key => 'scratch.key', before => sub { 'CREATE DOMAIN scratch.key AS int CHECK ((' . $_[0]->('VALUE') . ') IS NOT NULL);' . "\n" }},
	{name => 'generated column', on_update => 1, codes => \@stable, immutable => 1, table => sub { ', g int GENERATED ALWAYS AS (' . $_[0]->('up_id') . ') STORED' }},
	{name => 'index expression', on_update => 1, codes => \@stable, immutable => 1, after => sub { 'CREATE INDEX ON scratch.kids ((' . $_[0]->('up_id') . "));\n" }},
	{name => 'index predicate', on_update => 1, codes => \@stable, immutable => 1, after => sub { 'CREATE INDEX ON scratch.kids (up_id) WHERE (' . $_[0]->('up_id') . ") > 0;\n" }},
	{name => 'exclusion', on_update => 1, codes => ['plpgsql', 'sql'], immutable => 1, after => sub { 'ALTER TABLE scratch.kids ADD EXCLUDE USING gist ((' . $_[0]->('up_id') . ") WITH <>);\n" }},
	{name => 'row security, using', codes => [@some, 'operator'], after => sub { 'CREATE POLICY p ON scratch.kids USING ((' . $_[0]->('up_id') . ") IS NOT NULL);\nALTER TABLE scratch.kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n" }},
	{name => 'row security, with check', on_update => 1, codes => \@some, after => sub { 'CREATE POLICY p ON scratch.kids USING (true) WITH CHECK ((' . $_[0]->('up_id') . ") IS NOT NULL);\nALTER TABLE scratch.kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n" }},
	{name => 'row security, using a query', codes => \@from, after => sub { 'CREATE POLICY p ON scratch.kids USING (((SELECT ' . $_[0]->('up_id') . ")) IS NOT NULL);\nALTER TABLE scratch.kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n" }},
	{name => 'row security, a query', codes => ['rows'], after => sub { "CREATE POLICY p ON scratch.kids USING ((SELECT count(*) FROM app.people WHERE id < 103 AND scratch.note(name)) >= 0);\nALTER TABLE scratch.kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n" }},
	{name => 'materialised view', codes => [@some, qw(operator cast aggregate)], committed => 1, family => 'own', after => sub { 'CREATE MATERIALIZED VIEW scratch.seen AS SELECT id, (' . $_[0]->('n') . ") AS x FROM scratch.kids;\n" }},
	{name => 'event trigger', codes => ['plpgsql', 'query_to_xml', 'write'], roles => ['admin'], family => 'referential', after => sub {
			"CREATE FUNCTION scratch.event() RETURNS event_trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM " . $_[0]->('1') . "; END\$\$;\n"
			. join '', map { "CREATE EVENT TRIGGER on_$_ ON $_ EXECUTE FUNCTION scratch.event();\n" } qw(ddl_command_start ddl_command_end table_rewrite sql_drop) }},
	{name => 'cast of a key', codes => ['its own body', 'its own body, writing', 'plpgsql', 'sql', 'simple', 'write'], before => sub {
			"CREATE TYPE scratch.k AS ENUM ('a');\nCREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS \$\$" . ($_[1] // 'BEGIN RETURN (' . $_[0]->('1') . ') * 0 + 1; END') . "\$\$;\n"
			. "CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;\n" },
		table => sub { ", k scratch.k DEFAULT 'a'" }, after => sub { "ALTER TABLE scratch.kids ADD CONSTRAINT by_cast FOREIGN KEY (k) REFERENCES scratch.ups;\n" }},
	{name => 'cast of a key, kept from before', codes => ['its own body', 'its own body, writing', 'plpgsql', 'sql', 'write'], committed => 1, before => sub {
			"CREATE TYPE scratch.k AS ENUM ('a');\nCREATE FUNCTION scratch.k2i(scratch.k) RETURNS int LANGUAGE plpgsql AS \$\$" . ($_[1] // 'BEGIN RETURN (' . $_[0]->('1') . ') * 0 + 1; END') . "\$\$;\n"
			. "CREATE CAST (scratch.k AS int) WITH FUNCTION scratch.k2i(scratch.k) AS IMPLICIT;\n" },
		table => sub { ", k scratch.k DEFAULT 'a'" }, after => sub { "ALTER TABLE scratch.kids ADD CONSTRAINT by_cast FOREIGN KEY (k) REFERENCES scratch.ups;\n" },
		warm => "UPDATE scratch.kids SET n = 2, k = 'a';\n"},
	{name => 'subtype_diff', on_update => 1, codes => ['its own body', 'its own body, writing', 'plpgsql', 'sql', 'simple', 'write'], immutable => 1, before => sub {
			"CREATE FUNCTION scratch.diff(int, int) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS \$\$" . ($_[1] // 'BEGIN RETURN (' . $_[0]->('1') . ') * 0 + $1 - $2; END') . "\$\$;\n"
			. "CREATE TYPE scratch.range AS RANGE (subtype = int, subtype_diff = scratch.diff);\n" },
		table => sub { ", r scratch.range" }, after => sub { <<'' }},
CREATE INDEX ON scratch.kids (up_id);
CREATE INDEX ON scratch.kids (n);
CREATE INDEX ON scratch.kids USING gist (r);
SELECT set_config('loot.runs', '99', false);
INSERT INTO scratch.kids (id, up_id, r) SELECT 100 + n, 5, scratch.range(n, n + 10) FROM generate_series(1, 250) n;

);

sub sources {
	my ($place, $kind) = @_;
	my $code = $code{$kind};
	my $in = $code->{in};
	my %got = map { my $part = $place->{$_}; $_ => ref $part ? $part->($in, $code->{body}) : '' } qw(before table after default);
	my $pass = "CREATE FUNCTION scratch.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END';\n";
	$got{before} = $common . $code->{make}->($place->{immutable} ? 'IMMUTABLE' : '') . $pass . $got{before};
	$got{after} .= "CREATE TRIGGER listen BEFORE UPDATE OR DELETE ON scratch.kids FOR EACH ROW EXECUTE FUNCTION scratch.listen();\n" if $code->{word};
	$got{key} = $place->{key} // 'int';
	$got{warm} = ($place->{warm} // '') . ($code->{warm} // '');
	$got{writes} = $code->{writes} || $place->{writes};
	return \%got;
}

1;
