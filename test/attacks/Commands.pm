# What runs the code: the commands, and the tables they are about.
package Commands;
use strict;
use warnings;

my $rows = "INSERT INTO scratch.ups (id) VALUES (1), (5), (7);\n";
my $kid = "INSERT INTO scratch.kids (id, up_id) VALUES (1, 5);\nSET CONSTRAINTS ALL IMMEDIATE;\nSET CONSTRAINTS ALL DEFERRED;\n";

# A table of the role's own that refers to another one. The foreign key comes last but for the place.
sub referring {
	my ($place, $command) = @_;
	my $governed = $command->{governed};
	my $schema = $place->{before};
	$schema .= "CREATE TABLE scratch.tops (id int PRIMARY KEY);\nINSERT INTO scratch.tops VALUES (1), (5), (7);\n" if $command->{top};
	$schema .= 'CREATE TABLE scratch.ups (id int PRIMARY KEY' . ($command->{top} // '') . ')' . ($command->{parent} // '') . ";\n" . ($command->{parts} // '') . $rows;
	my $type = $place->{key} // 'int';
	$schema .= "CREATE TABLE scratch.kids (id int, up_id $type $place->{default}, n int DEFAULT 0, name text" . ($governed ? ', left_on date' : '')
		. "$place->{table})" . ($command->{child} // '') . ";\n" . ($command->{child_parts} // '');
	$schema .= "SELECT lab.govern('scratch.kids');\n" if $governed;
	$schema .= 'ALTER TABLE scratch.kids ADD CONSTRAINT by_up FOREIGN KEY (up_id) REFERENCES scratch.ups ' . $command->{key} . ";\n" if defined $command->{key};
	$schema .= $kid;
	$schema .= "INSERT INTO scratch.kids (id, up_id, left_on) VALUES (2, 5, '2030-01-15');\n" if $governed;
	return $schema . $place->{after};
}

my @referential = (
	['INSERT of a child', '', 'INSERT INTO scratch.kids (id, up_id) VALUES (3, 5)'],
	['UPDATE of a child', '', 'UPDATE scratch.kids SET up_id = 7'],
	['INSERT, checked at the end', 'DEFERRABLE INITIALLY DEFERRED', "INSERT INTO scratch.kids (id, up_id) VALUES (3, 5);\nUPDATE scratch.kids SET up_id = 7 WHERE id = 3;\nSET CONSTRAINTS ALL IMMEDIATE"],
	['ON DELETE CASCADE', 'ON DELETE CASCADE', 'DELETE FROM scratch.ups WHERE id = 5', both => 1, deletes => 1, central => 1],
	['ON UPDATE CASCADE', 'ON UPDATE CASCADE', 'UPDATE scratch.ups SET id = 6 WHERE id = 5', both => 1, central => 1],
	['ON DELETE SET NULL', 'ON DELETE SET NULL', 'DELETE FROM scratch.ups WHERE id = 5', both => 1, central => 1],
	['ON UPDATE SET NULL', 'ON UPDATE SET NULL', 'UPDATE scratch.ups SET id = 6 WHERE id = 5'],
	['ON DELETE SET DEFAULT', 'ON DELETE SET DEFAULT', 'DELETE FROM scratch.ups WHERE id = 5', both => 1, central => 1],
	['ON UPDATE SET DEFAULT', 'ON UPDATE SET DEFAULT', 'UPDATE scratch.ups SET id = 6 WHERE id = 5'],
	['ON DELETE RESTRICT', 'ON DELETE RESTRICT', 'DELETE FROM scratch.ups WHERE id = 7', deletes => 1],
	['NO ACTION', '', "DELETE FROM scratch.ups WHERE id = 7;\nUPDATE scratch.ups SET id = 6 WHERE id = 5", deletes => 1],
	['NO ACTION, checked at the end', 'DEFERRABLE INITIALLY DEFERRED', "UPDATE scratch.ups SET id = 8 WHERE id = 7;\nSET CONSTRAINTS ALL IMMEDIATE", deletes => 1],
	['MERGE', 'ON DELETE CASCADE', "MERGE INTO scratch.ups u USING (VALUES (5)) v(id) ON u.id = v.id WHEN MATCHED THEN DELETE", deletes => 1],
	['ON CONFLICT', 'ON UPDATE CASCADE', "INSERT INTO scratch.ups (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET id = 6"],
	['WITH ... DELETE', 'ON DELETE CASCADE', 'WITH w AS (DELETE FROM scratch.ups WHERE id = 5 RETURNING id) SELECT * FROM w', deletes => 1],
	['a cascade over two tables', 'ON DELETE CASCADE', 'DELETE FROM scratch.tops WHERE id = 5', top => ', CONSTRAINT by_top FOREIGN KEY (id) REFERENCES scratch.tops ON DELETE CASCADE', deletes => 1],
	['a cascade over two tables, UPDATE', 'ON UPDATE CASCADE', 'UPDATE scratch.tops SET id = 6 WHERE id = 5', top => ', CONSTRAINT by_top FOREIGN KEY (id) REFERENCES scratch.tops ON UPDATE CASCADE'],
	['a cascade to partitions', 'ON DELETE CASCADE', 'DELETE FROM scratch.ups WHERE id = 5', child => ' PARTITION BY LIST (up_id)', child_parts => "CREATE TABLE scratch.kids_any PARTITION OF scratch.kids DEFAULT;\n", deletes => 1],
	['a cascade to partitions, UPDATE', 'ON UPDATE CASCADE', 'UPDATE scratch.ups SET id = 6 WHERE id = 5', child => ' PARTITION BY LIST (up_id)',
		child_parts => "CREATE TABLE scratch.kids_five PARTITION OF scratch.kids FOR VALUES IN (5);\nCREATE TABLE scratch.kids_any PARTITION OF scratch.kids DEFAULT;\n"],
	['a cascade from partitions', 'ON DELETE CASCADE', 'DELETE FROM scratch.ups WHERE id = 5', parent => ' PARTITION BY LIST (id)', parts => "CREATE TABLE scratch.ups_any PARTITION OF scratch.ups DEFAULT;\n", deletes => 1],
	['ADD FOREIGN KEY', undef, 'ALTER TABLE scratch.kids ADD CONSTRAINT by_up FOREIGN KEY (up_id) REFERENCES scratch.ups', both => 1],
	['VALIDATE of a foreign key', 'NOT VALID', 'ALTER TABLE scratch.kids VALIDATE CONSTRAINT by_up', both => 1],
	['DETACH PARTITION', '', 'ALTER TABLE scratch.ups DETACH PARTITION scratch.ups_any', parent => ' PARTITION BY LIST (id)', both => 1,
		parts => "CREATE TABLE scratch.ups_some PARTITION OF scratch.ups FOR VALUES IN (1, 5);\nCREATE TABLE scratch.ups_any PARTITION OF scratch.ups DEFAULT;\n", central => 1],
	['ATTACH PARTITION with a foreign key', '', 'ALTER TABLE scratch.kids ATTACH PARTITION scratch.more FOR VALUES IN (7)', child => ' PARTITION BY LIST (up_id)',
		child_parts => "CREATE TABLE scratch.kids_any PARTITION OF scratch.kids FOR VALUES IN (5);\n", ready => "CREATE TABLE scratch.more (LIKE scratch.kids INCLUDING DEFAULTS INCLUDING GENERATED);\nINSERT INTO scratch.more (id, up_id) VALUES (9, 7);\n"],
);

# A governed table of the owner's, beside the extension's own queries about it. Its rows are nobody's secret.
sub governed {
	my ($place, $command) = @_;
	my $action = $command->{action} // 'delete';
	return $place->{before} . <<"" . $place->{after} . ($command->{more} // '');
CREATE TABLE scratch.ups (id int PRIMARY KEY, left_on date);
CREATE TABLE scratch.kids (id int PRIMARY KEY, up_id $place->{key} $place->{default} REFERENCES scratch.ups ON DELETE CASCADE, n int DEFAULT 0, name text, email text, left_on date$place->{table});
RESET SESSION AUTHORIZATION;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('scratch.kids', 'name', 'name', 'null'), ('scratch.kids', 'email', 'email', 'null');
SELECT lab.follow('scratch.kids', '$action');
INSERT INTO retention.subject_kind (kind, relation, identifying) SELECT 'kid', 'scratch.kids', '{email}' FROM lab.mode WHERE mode <> 'none';
SET SESSION AUTHORIZATION owner;
INSERT INTO scratch.ups (id) VALUES (1), (5), (7);
INSERT INTO scratch.kids (id, up_id, name, email, left_on) VALUES (1, 5, 'Kari', 'kari\@example.no', NULL), (2, 5, 'Ola', 'ola\@example.no', '2030-05-15'), (3, 5, 'Per', 'per\@example.no', '2020-05-15');

}

# As: owner, or the superuser or worker who calls it.
my @own = (
	['a sweep that deletes', 'CALL retention.sweep()', central => 1],
	['a sweep that anonymises', 'CALL retention.sweep()', action => 'anonymise', central => 1],
	['erase', "SELECT retention.erase('kid', 1)", central => 1],
	['erase, anonymising', "SELECT retention.erase('kid', 1)", action => 'anonymise'],
	['a trial of erase', "SELECT retention.erase('kid', 1, dry_run => true)"],
	['restrict', "SELECT retention.restrict('kid', 1, 'contested')"],
	['lift of a restriction', "SELECT retention.restrict('kid', 1, 'contested');\nSELECT retention.inform_of_lifting(max(restriction_id)) FROM retention.restriction;\nSELECT retention.lift_restriction(max(restriction_id)) FROM retention.restriction"],
	['rectify', "SELECT retention.rectify('kid', 1, 'scratch.kids', '1', '{\"name\": \"Liv\"}')"],
	['reinstate', "SELECT retention.reinstate('scratch.kids', 2)", as => 'owner'],
	['reinstate twice', "SELECT retention.reinstate('scratch.kids', 2);\nUPDATE scratch.kids SET left_on = '2030-05-15' WHERE id = 1;\nSELECT retention.reinstate('scratch.kids', 1)", as => 'owner', central => 1],
	['export', "SELECT retention.export('kid', 1);\nSELECT * FROM retention.export_rows('kid', 1);\nSELECT retention.portability('kid', 1)"],
	['find_subject and explain_subject', "SELECT * FROM retention.find_subject('kari\@example.no');\nSELECT * FROM retention.explain_subject('kid', 1)"],
	['a change of an ancestor', "UPDATE scratch.ups SET left_on = '2030-05-20' WHERE id = 5", as => 'owner', central => 1],
	['an ancestor deleted', "DELETE FROM scratch.ups WHERE id = 5", as => 'owner'],
	['a change of the policy, and a sweep', "UPDATE retention.policy SET clock_starts = '{left_on}' WHERE relation = 'scratch.kids'::regclass;\nCALL retention.sweep()"],
	['status, gaps and the views', "SELECT * FROM retention.status;\nSELECT * FROM retention.gaps;\nSELECT * FROM retention.stale_view"],
	['a sweep that refreshes a view', "CALL retention.sweep()", more => "CREATE MATERIALIZED VIEW scratch.seen AS SELECT id, name FROM scratch.kids;\n"],
);

# The owner's commands over rows that are stored already. HERE is an expression over the column "name"; spoil turns it into a spy.
my $stored = <<'';
CREATE TABLE scratch.kids (id int NOT NULL, name text, n int, left_on date);
SELECT lab.govern('scratch.kids');

my $held = <<'';
INSERT INTO scratch.kids SELECT n, 'open', n, NULL FROM generate_series(1, 20) n;
INSERT INTO scratch.kids VALUES (30, 'SECRETheld', 30, '2030-01-15');

our %expression = (
	'a function' => ["CREATE FUNCTION scratch.f(text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS 'BEGIN RETURN \$1; END';\n", 'scratch.f(name)',
		"CREATE OR REPLACE FUNCTION scratch.f(text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''LOOT %'', \$1; RETURN \$1; END';\n"],
	'a function that fails' => ["CREATE FUNCTION scratch.f(text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT \$1';\n", 'scratch.f(name)',
		"CREATE OR REPLACE FUNCTION scratch.f(text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT CASE WHEN \$1 LIKE ''open%'' THEN \$1 ELSE \$1::int::text END';\n"],
	'a simple expression' => ["CREATE FUNCTION scratch.g(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN \$1; END';\nCREATE FUNCTION scratch.f(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN scratch.g(\$1); END';\n", 'scratch.f(name)',
		"CREATE OR REPLACE FUNCTION scratch.g(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''LOOT %'', \$1; RETURN \$1; END';\nSELECT scratch.f('open');\n"],
	'an operator' => ["CREATE FUNCTION scratch.f(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN \$1; END';\nCREATE OPERATOR scratch.~~~ (FUNCTION = scratch.f, LEFTARG = text, RIGHTARG = text);\n", "(name OPERATOR(scratch.~~~) '')",
		"CREATE OR REPLACE FUNCTION scratch.f(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''LOOT %'', \$1; RETURN \$1; END';\n"],
	'a cast' => ["CREATE TYPE scratch.cell AS (n text);\nCREATE FUNCTION scratch.f(text) RETURNS scratch.cell IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN row(\$1)::scratch.cell; END';\nCREATE CAST (text AS scratch.cell) WITH FUNCTION scratch.f(text);\n", '(name::scratch.cell).n',
		"CREATE OR REPLACE FUNCTION scratch.f(text) RETURNS scratch.cell IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''LOOT %'', \$1; RETURN row(\$1)::scratch.cell; END';\n"],
	'a cast of the server' => ['', "(CASE WHEN name LIKE 'open%' THEN name ELSE name::int::text END)", ''],
	'a domain' => ["CREATE DOMAIN scratch.narrow AS text;\n", 'name::scratch.narrow', "ALTER DOMAIN scratch.narrow ADD CHECK (VALUE LIKE 'open%' OR VALUE::int > 0) NOT VALID;\n"],
);

# ready: before the rows, so that the place is there already. late: built when its function has become a spy. roles: beside owner.
my @stored = (
	['CREATE INDEX', run => 'CREATE INDEX ON scratch.kids ((HERE))'],
	['CREATE INDEX with a predicate', run => "CREATE INDEX ON scratch.kids (id) WHERE (HERE) <> ''"],
	['CREATE INDEX hash', run => 'CREATE INDEX ON scratch.kids USING hash ((HERE))'],
	['CREATE INDEX gin', run => 'CREATE INDEX ON scratch.kids USING gin ((ARRAY[(HERE)::text]))'],
	['CREATE INDEX gist', run => 'CREATE INDEX ON scratch.kids USING gist ((HERE))'],
	['CREATE INDEX spgist', run => 'CREATE INDEX ON scratch.kids USING spgist (((HERE)::text))'],
	['CREATE INDEX brin', run => 'CREATE INDEX ON scratch.kids USING brin ((HERE))'],
	['CREATE UNIQUE INDEX', run => 'CREATE UNIQUE INDEX ON scratch.kids (id, (HERE))'],
	['ADD EXCLUDE', run => 'ALTER TABLE scratch.kids ADD EXCLUDE USING gist (id WITH =, (HERE) WITH =)'],
	['REINDEX INDEX', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'REINDEX INDEX scratch.i'],
	['REINDEX TABLE', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'REINDEX TABLE scratch.kids'],
	['REINDEX CONCURRENTLY', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'REINDEX INDEX CONCURRENTLY scratch.i', committed => 1],
	['REINDEX of a predicate', ready => "CREATE INDEX i ON scratch.kids (id) WHERE (HERE) <> ''", run => 'REINDEX INDEX scratch.i'],
	['REINDEX in parallel', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', committed => 1, many => 1,
		run => "SET min_parallel_table_scan_size = 0; SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 2;\nREINDEX INDEX scratch.i;\nREINDEX INDEX scratch.i"],
	['CREATE INDEX in parallel', committed => 1, many => 1,
		run => "SET min_parallel_table_scan_size = 0; SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 2;\nCREATE INDEX ON scratch.kids ((HERE))"],
	['VACUUM FULL', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'VACUUM FULL scratch.kids', committed => 1],
	['VACUUM ANALYZE', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'VACUUM (ANALYZE) scratch.kids', committed => 1],
	['CLUSTER', ready => "CREATE INDEX i ON scratch.kids ((HERE));\nCREATE INDEX j ON scratch.kids (id)", run => 'CLUSTER scratch.kids USING j'],
	['CLUSTER by it', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'CLUSTER scratch.kids USING i'],
	['ANALYZE', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'ANALYZE scratch.kids'],
	['ANALYZE of a predicate', ready => "CREATE INDEX i ON scratch.kids ((HERE)) WHERE (HERE) <> ''", run => 'ANALYZE scratch.kids'],
	['CREATE STATISTICS and ANALYZE', run => "CREATE STATISTICS scratch.st ON (HERE), id FROM scratch.kids;\nANALYZE scratch.kids"],
	['ANALYZE with statistics', ready => 'CREATE STATISTICS scratch.st ON (HERE), id FROM scratch.kids', run => 'ANALYZE scratch.kids'],
	['ANALYZE with statistics on one expression', ready => 'CREATE STATISTICS scratch.st ON (HERE) FROM scratch.kids', run => 'ANALYZE scratch.kids'],
	['ALTER TYPE of another column', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'ALTER TABLE scratch.kids ALTER n TYPE bigint'],
	['SET UNLOGGED', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'ALTER TABLE scratch.kids SET UNLOGGED'],
	['ADD COLUMN that rewrites', ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => 'ALTER TABLE scratch.kids ADD u uuid DEFAULT gen_random_uuid()'],
	['ADD CHECK', run => 'ALTER TABLE scratch.kids ADD CHECK ((HERE) IS NOT NULL)'],
	['VALIDATE CONSTRAINT', ready => 'ALTER TABLE scratch.kids ADD CONSTRAINT c CHECK ((HERE) IS NOT NULL) NOT VALID', run => 'ALTER TABLE scratch.kids VALIDATE CONSTRAINT c'],
	['ADD GENERATED', run => 'ALTER TABLE scratch.kids ADD g text GENERATED ALWAYS AS (HERE) STORED'],
	['SET EXPRESSION', from => 17, ready => 'ALTER TABLE scratch.kids ADD g text GENERATED ALWAYS AS (name) STORED', run => 'ALTER TABLE scratch.kids ALTER g SET EXPRESSION AS (HERE)'],
	['ALTER TYPE USING', run => 'ALTER TABLE scratch.kids ALTER name TYPE text USING (HERE)::text'],
	['ATTACH below a key', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY LIST ((HERE));\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids FOR VALUES IN ('open')"],
	['ATTACH below a range', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY RANGE ((HERE));\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids FOR VALUES FROM ('open') TO ('p')"],
	['ATTACH below a hash', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY HASH ((HERE));\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids FOR VALUES WITH (MODULUS 1, REMAINDER 0)"],
	['ATTACH beside an index', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY LIST (id);\nCREATE INDEX ON scratch.above ((HERE));\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids DEFAULT"],
	['ATTACH beside a check', run => "CREATE TABLE scratch.above (LIKE scratch.kids, CHECK ((HERE) IS NOT NULL)) PARTITION BY LIST (id);\nALTER TABLE scratch.kids ADD CONSTRAINT above_check CHECK ((HERE) IS NOT NULL) NOT VALID;\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids DEFAULT"],
	['an index of a partitioned parent', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY LIST (id);\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids DEFAULT;\nCREATE INDEX ON scratch.above ((HERE))"],
	['a partition beside a default', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY LIST ((HERE));\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids DEFAULT;\nCREATE TABLE scratch.other PARTITION OF scratch.above FOR VALUES IN ('other')"],
	['brin_summarize_new_values', brin => 1, run => "SELECT brin_desummarize_range('scratch.i', 0);\nSELECT brin_summarize_new_values('scratch.i')"],
	['brin_summarize_range', brin => 1, run => "SELECT brin_desummarize_range('scratch.i', 0);\nSELECT brin_summarize_range('scratch.i', 0)"],
	['bt_index_check', amcheck => 1, ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => "SELECT bt_index_check('scratch.i', true)"],
	['bt_index_parent_check', amcheck => 1, ready => 'CREATE INDEX i ON scratch.kids ((HERE))', run => "SELECT bt_index_parent_check('scratch.i', true)"],
	['ENFORCED', from => 19, ready => 'ALTER TABLE scratch.kids ADD CONSTRAINT c CHECK ((HERE) IS NOT NULL) NOT ENFORCED', run => 'ALTER TABLE scratch.kids ALTER CONSTRAINT c ENFORCED'],
	['SELECT WHERE', roles => 1, run => "SELECT id FROM scratch.kids WHERE (HERE) <> ''"],
	['SELECT of it', roles => 1, run => 'SELECT HERE FROM scratch.kids'],
	['ORDER BY', roles => 1, run => 'SELECT id FROM scratch.kids ORDER BY (HERE), id'],
	['a join', roles => 1, run => 'SELECT a.id FROM scratch.kids a JOIN scratch.kids b ON (SELECT (HERE) FROM (SELECT b.name) x) = a.name'],
	['an aggregate', roles => 1, run => 'SELECT max(HERE) FROM scratch.kids'],
	['UPDATE', roles => 1, run => "UPDATE scratch.kids SET n = 1 WHERE (HERE) <> ''"],
	['DELETE', roles => 1, run => "DELETE FROM scratch.kids WHERE (HERE) = 'nobody'"],
	['COPY of a query', roles => 1, run => 'COPY (SELECT HERE FROM scratch.kids) TO STDOUT'],
	['CREATE TABLE AS', roles => 1, run => "CREATE TEMP TABLE c AS SELECT (HERE)::text AS x FROM scratch.kids"],
	['CREATE MATERIALIZED VIEW', roles => 1, run => "CREATE MATERIALIZED VIEW scratch.m AS SELECT (HERE)::text AS x FROM scratch.kids"],
	['REFRESH', roles => 1, run => "CREATE MATERIALIZED VIEW scratch.m AS SELECT (HERE)::text AS x FROM scratch.kids WITH NO DATA;\nREFRESH MATERIALIZED VIEW scratch.m"],
	['row security', run => "CREATE POLICY p ON scratch.kids USING ((HERE) IS NOT NULL);\nALTER TABLE scratch.kids ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\nSELECT count(*) FROM scratch.kids"],
	['DETACH', run => "CREATE TABLE scratch.above (LIKE scratch.kids) PARTITION BY LIST (id);\nALTER TABLE scratch.above ATTACH PARTITION scratch.kids DEFAULT;\nALTER TABLE scratch.kids ADD CHECK ((HERE) IS NOT NULL) NOT VALID;\nALTER TABLE scratch.above DETACH PARTITION scratch.kids"],
);

sub stored {
	my ($expression, $command) = @_;
	my ($make, $here, $spoil) = @$expression;
	my %text = map { $_ => $command->{$_} // '' } qw(ready run);
	s/\bHERE\b/$here/g for values %text;
	$text{ready} = "CREATE INDEX i ON scratch.kids USING brin (($here)) WITH (pages_per_range = 1)" if $command->{brin};
	my $rows = $command->{many} ? $held =~ s/1, 20/0, 20000/r : $held;
	my $schema = $make . $stored . ($text{ready} ? "$text{ready};\n" : '') . $rows;
	$schema .= "GRANT SELECT, UPDATE, DELETE ON scratch.kids TO reader, bypass;\n" if $command->{roles};
	return ($schema, $spoil, $text{run});
}

our @families = (
	{name => 'referential', make => \&referring, list => [map { my ($name, $key, $run, %more) = @$_; +{name => $name, key => $key, run => $run, %more} } @referential]},
	{name => 'own', make => \&governed, list => [map { my ($name, $run, %more) = @$_; +{name => $name, run => $run, %more} } @own]},
);
our @over_rows = map { my ($name, %more) = @$_; +{name => $name, %more} } @stored;

# What needs no code of anybody's: TOAST tables, and views whose rows' clocks start later.
my $long = "CREATE TABLE scratch.kids (id int PRIMARY KEY, name text, left_on date);\nALTER TABLE scratch.kids ALTER name SET STORAGE EXTERNAL;\nSELECT lab.govern('scratch.kids');\nINSERT INTO scratch.kids VALUES (1, repeat('SECRETlong', 1000), '2030-01-15');\n";
my $toast = "SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'scratch.kids'::regclass \\gset\n";
my $view = "CREATE TABLE scratch.ups (id int PRIMARY KEY, left_on date);\nCREATE TABLE scratch.kids (id int PRIMARY KEY, up_id int REFERENCES scratch.ups, name text, email text, left_on date);\nRESET SESSION AUTHORIZATION;\n"
	. "SELECT lab.follow('scratch.kids', 'delete');\nINSERT INTO retention.subject_kind (kind, relation, identifying) SELECT 'kid', 'scratch.kids', '{email}' FROM lab.mode WHERE mode <> 'none';\nSET SESSION AUTHORIZATION owner;\n"
	. "INSERT INTO scratch.ups VALUES (1, NULL);\nINSERT INTO scratch.kids VALUES (1, 1, 'SECRETlater', 'later\@example.no', NULL), (2, 1, 'open', 'open\@example.no', NULL);\n";
sub seen { return "CREATE MATERIALIZED VIEW scratch.m AS $_[0];\nGRANT SELECT ON scratch.m TO PUBLIC;\n" }
my $all = 'SELECT * FROM scratch.kids';
our @plain = (
	(map { +{letter => 'O', name => "TOAST by $_->[0]", roles => [qw(auditor admin)], make => $long, run => $toast . $_->[1]} }
		['SELECT', "SELECT left(encode(chunk_data, 'escape'), 20) FROM :toast"], ['TABLE', "SET bytea_output = escape;\nTABLE :toast"], 
		['COPY of a query', "COPY (SELECT encode(chunk_data, 'escape') FROM :toast) TO STDOUT"], ['a cursor', "DECLARE c CURSOR FOR SELECT encode(chunk_data, 'escape') FROM :toast;\nFETCH ALL FROM c"],
		['PREPARE', "PREPARE p AS SELECT encode(chunk_data, 'escape') FROM :toast;\nEXECUTE p"], ['a view', "CREATE TEMP VIEW v AS SELECT encode(chunk_data, 'escape') FROM :toast;\nTABLE v"],
		['a sub-query', "SELECT (SELECT string_agg(encode(chunk_data, 'escape'), '') FROM :toast)"], ['an index', "SET enable_seqscan = off;\nSELECT encode(chunk_data, 'escape') FROM :toast WHERE chunk_id > 0"],
		['CREATE TABLE AS', "CREATE TEMP TABLE c AS SELECT encode(chunk_data, 'escape') AS x FROM :toast;\nTABLE c"], ['query_to_xml', "SELECT query_to_xml('SELECT encode(chunk_data, ''escape'') AS x FROM ' || :'toast', false, false, '')"],
		['a function', "CREATE FUNCTION pg_temp.f() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE \$1; END';\nCREATE FUNCTION pg_temp.f(text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE \$1; END';\nSELECT * FROM pg_temp.f('SELECT encode(chunk_data, ''escape'') FROM ' || :'toast')"]),
	(map { my ($name, $query, $change) = @$_; +{letter => 'M', name => "a view of rows: $name", roles => [qw(reader owner admin)], make => $view . seen($query), run => "TABLE scratch.m", change => $change, fuse => 1} }
		['their start is set', $all, "UPDATE scratch.kids SET left_on = '2030-01-15' WHERE id = 1"],
		['their ancestor starts them', $all, "UPDATE scratch.ups SET left_on = '2030-01-15'"],
		['restricted', $all, "SELECT retention.restrict('kid', 1, 'contested') FROM lab.mode WHERE mode = 'enforce'"],
		['erased', $all, "SELECT retention.erase('kid', 1) FROM lab.mode WHERE mode = 'enforce'"],
		['deleted', $all, "UPDATE scratch.kids SET left_on = '2020-01-15' WHERE id = 1"],
		['the policy is shorter', $all, "UPDATE scratch.kids SET left_on = '2030-05-20' WHERE id = 1;\nUPDATE retention.policy SET keep_for = '1 day' WHERE relation = 'scratch.kids'::regclass"],
		['a join', 'SELECT k.* FROM scratch.kids k JOIN scratch.ups u ON u.id = k.up_id', "UPDATE scratch.kids SET left_on = '2030-01-15' WHERE id = 1"],
		['without the clock', 'SELECT id, name FROM scratch.kids', "UPDATE scratch.kids SET left_on = '2030-01-15' WHERE id = 1"],
		['without the clock, restricted', 'SELECT id, name FROM scratch.kids', "SELECT retention.restrict('kid', 1, 'contested') FROM lab.mode WHERE mode = 'enforce'"]),
);

1;
