# A value that stands in several tables gets one pseudonym in all of them where their columns name one domain: what the application joins by
# it, it joins as before.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Keyed;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $place) = keyed_node('domains', q{retention.test_now = '2030-01-01 10:00:00 Europe/Oslo'
retention.pseudonym_key_file = 'PLACE/key'});
sub ask { my ($query, $database) = @_; return $node->safe_psql($database // 'postgres', $query) }
sub refused { my ($query) = @_; my ($status, $out, $error) = $node->psql('postgres', $query); return $error }
my $schema = q{CREATE TABLE account (id int PRIMARY KEY, username text UNIQUE, nick varchar(40), ended date);
	CREATE TABLE post (id int PRIMARY KEY, author varchar(64), at date);
	CREATE TABLE vote (id int PRIMARY KEY, voter text, about text, at date) PARTITION BY RANGE (id);
	CREATE TABLE vote1 PARTITION OF vote FOR VALUES FROM (0) TO (10);
	INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('account', 'username', 'username', 'pseudonymise', 'in users'),
		('account', 'nick', 'username', 'pseudonymise', '40 in nicks'), ('post', 'author', 'username', 'pseudonymise', 'in users'), ('vote', 'voter', 'username', 'pseudonymise', ' 64 IN users'),
		('vote', 'about', 'username', 'pseudonymise', NULL);
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('a', 'account', '{ended}', '1 year', 'anonymise', 'enforce'),
		('p', 'post', '{at}', '3 years', 'anonymise', 'enforce'), ('v', 'vote', '{at}', '1 year', 'anonymise', 'enforce');
	INSERT INTO account VALUES (1, 'kari', 'kari', '2020-01-01'), (2, 'Kari', 'ola', '2020-01-01'), (3, 'ola', NULL, NULL);
	INSERT INTO post VALUES (1, 'kari', '2020-01-01'), (2, 'kari', '2028-01-01'), (3, 'Kari', '2020-01-01');
	INSERT INTO vote VALUES (1, 'kari', 'kari', '2020-01-01'), (2, 'Kari', 'Kari', '2020-01-01')};
ask('CREATE EXTENSION pg_retention');
ask($schema);
ask('CALL retention.sweep()');
my $reveal = 'SET retention.reveal = on; ';
is(ask("$reveal SELECT p.id, a.id FROM post p JOIN account a ON a.username = p.author ORDER BY 1"), "1|1\n3|2", 'what two tables are joined by is equal in both afterwards');
is(ask("$reveal SELECT v.id, a.id FROM vote v JOIN account a ON a.username = v.voter ORDER BY 1"), "1|1\n2|2", 'a partition has the pseudonyms of the domain');
is(ask("$reveal SELECT count(*) FROM account WHERE nick = left(username, 40) AND id = 1"), '0', 'another domain has another pseudonym of the same value');
is(ask("$reveal SELECT count(*) FROM vote WHERE about = voter"), '0', 'a column without a domain has another pseudonym of the same value');
is(ask("$reveal SELECT count(DISTINCT username) FROM account"), '3', 'values that are written differently stay apart');
is(ask("$reveal SELECT username = retention.pseudonymise('kari', 64, 'users'), nick = retention.pseudonymise('kari', 40, 'nicks') FROM account WHERE id = 1"), 't|t', 'the pseudonym of a value in a domain can be computed');
is(ask("$reveal SELECT about = retention.pseudonymise('kari') FROM vote WHERE id = 1"), 't', 'a pseudonym without a domain is what it was');

# One that goes later, and in another database: under one key they are equal, under two they are not.
ask("ALTER SYSTEM SET retention.test_now = '2033-01-01 10:00:00 Europe/Oslo'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('retention.test_now') ~ '2033'");
ask('CALL retention.sweep()');
is(ask("$reveal SELECT count(*) FROM post p JOIN account a ON a.username = p.author"), '3', 'a row that is anonymised years later gets the pseudonym of the others');
my $token = ask("$reveal SELECT username FROM account WHERE id = 1");
ask('CREATE DATABASE second');
ask('CREATE EXTENSION pg_retention', 'second');
ask($schema, 'second');
ask("ALTER SYSTEM SET retention.pseudonym_key_file = '$place/other'");
$node->reload;
$node->poll_query_until('second', "SELECT current_setting('retention.pseudonym_key_file') ~ 'other'");
ask('CALL retention.sweep()', 'second');
is(ask("$reveal SELECT count(*) FROM post p JOIN account a ON a.username = p.author", 'second'), '3', 'a second database joins by its own pseudonyms');
isnt(ask("$reveal SELECT username FROM account WHERE id = 1", 'second'), $token, 'another key gives other pseudonyms in the same domain');

# Declarations that would not give equal ones.
like(refused("UPDATE retention.personal_column SET argument = '32 in users' WHERE relation = 'post'::regclass"), qr/its pseudonyms have 32 characters, and those of column "username" of table account in the same domain 64/,
	'a domain has pseudonyms of one length');
is(refused("BEGIN; UPDATE retention.personal_column SET argument = '32 in users' WHERE argument ILIKE '%in users'; ROLLBACK"), '', 'all columns of a domain get another length in one statement');
like(refused("UPDATE retention.personal_column SET argument = 'in nicks' WHERE column_name = 'nick'"), qr/pseudonyms of its domain have 64 characters, and it has room for 40/, 'pseudonyms of a domain are not cut to their column');
like(refused("UPDATE retention.personal_column SET argument = 'users' WHERE column_name = 'nick'"), qr/argument of anonymiser "pseudonymise" is not a length or a domain of pseudonyms/, 'what is no domain is refused');
ask('ALTER TABLE post ALTER author TYPE varchar(70)');
is(ask("SELECT count(*) FROM retention.check() WHERE what = 'rows can be anonymised' AND NOT ok"), '0', 'a wider column keeps the length of its domain');
ask('UPDATE post SET author = NULL; ALTER TABLE post ALTER author TYPE varchar(20)');
like(ask("SELECT hint FROM retention.check() WHERE what = 'rows can be anonymised' AND object = 'p'"), qr/pseudonyms of its domain have 64 characters, and it has room for 20/, 'a column that has become too narrow for its domain is told');
is(ask("SELECT count(*) FROM retention.gaps WHERE kind = 'pseudonymised column'"), '5', 'a pseudonym of a domain stays personal data');

$node->stop;
done_testing();
