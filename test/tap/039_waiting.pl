# Rows that were anonymised, for something refers to them, go with their last reference, however many wait before them: a worker ends with its pass, and
# the next one knows nothing of how far it came.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pg_retention'
retention.naptime = 1s
retention.timezone = 'UTC'
CONF
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION pg_retention;
CREATE TABLE users (id int PRIMARY KEY, name text, left_at timestamptz);
CREATE TABLE notes (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users);
INSERT INTO users SELECT i, 'Ola', now() - interval '10 days' FROM generate_series(1, 600) i;
INSERT INTO notes SELECT i, i FROM generate_series(1, 600) i;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'users', '{left_at}', '1 day', 'delete', 'enforce');
});
ok($node->poll_query_until('postgres', 'SELECT count(*) = 600 FROM users WHERE name IS NULL'), 'what something refers to is anonymised');
$node->safe_psql('postgres', 'DELETE FROM notes WHERE id > 590');
ok($node->poll_query_until('postgres', 'SELECT count(*) = 590 FROM users'), 'the last of many goes with its last reference');
$node->stop;
done_testing();
