with "postgresql-$major-pglogical" || return 0
begin 'shared_preload_libraries=pg_retention, pglogical' wal_level=logical max_worker_processes=20 || return 0
allow_plugin pglogical_output
ask 'CREATE DATABASE copy' postgres
ask "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date); CREATE EXTENSION pglogical" copy
ask 'CREATE EXTENSION pglogical'
# It sends values as they are stored: a subscriber without the extension is given the other columns alone.
ask "SELECT pglogical.create_node('from', 'host=$PGHOST user=postgres dbname=tools')" >/dev/null
ask "SELECT pglogical.replication_set_add_table('default', 'app.users', columns := '{id,name,left_on}')" >/dev/null
ask "SELECT pglogical.create_node('to', 'host=$PGHOST user=postgres dbname=copy')" copy >/dev/null
ask "SELECT pglogical.create_subscription('part', 'host=$PGHOST user=postgres dbname=tools', ARRAY['default'])" copy >/dev/null
waits "SELECT status FROM pglogical.show_subscription_status()" copy down
ok $? 'the first copy of a governed table without reveal fails'
says "$(cat build/tools-server/log/server.log)" 'only a part of table "users".*retention.reveal = on' 'the log says why, and what serves'
is "$(ask 'SELECT count(*) FROM app.users' copy)" 0 'nothing is copied in part'
ask "SELECT pglogical.drop_subscription('part')" copy >/dev/null
# The dump of the schema that it begins with, its copy and its worker read as this role.
ask 'ALTER ROLE postgres IN DATABASE tools SET retention.reveal = on'
ask "SELECT pglogical.create_subscription('whole', 'host=$PGHOST user=postgres dbname=tools', ARRAY['default'])" copy >/dev/null
waits 'SELECT count(*) FROM app.users' copy 4
ok $? 'the first copy with reveal has all rows'
ask "UPDATE app.users SET name = 'changed' WHERE id IN (1, 3)"
waits "SELECT count(*) FROM app.users WHERE name = 'changed'" copy 2
ok $? 'changes follow, those of hidden rows as well'
