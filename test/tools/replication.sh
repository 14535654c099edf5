# Logical replication as the server has it, from one database to another.
begin wal_level=logical || return 0
ask 'CREATE DATABASE copy' postgres
ask "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date, retention_clock text); CREATE TABLE app.fresh (id int PRIMARY KEY, left_on date)" copy
subscribe() {
	ask "SELECT pg_create_logical_replication_slot('$1', 'pgoutput')" >/dev/null
	ask "CREATE SUBSCRIPTION $1 CONNECTION 'host=$PGHOST user=postgres dbname=tools$2' PUBLICATION $1 WITH (create_slot = false, slot_name = '$1')" copy
}
drop() { for said in "DISABLE" "SET (slot_name = NONE)"; do ask "ALTER SUBSCRIPTION $1 $said" copy; done; ask "DROP SUBSCRIPTION $1" copy >/dev/null; }

# Out: the first copy takes reveal.
ask "CREATE PUBLICATION part FOR TABLE app.users"
subscribe part ''
waits "SELECT count(*) > 0 FROM pg_stat_subscription_stats WHERE sync_error_count > 0" copy t
ok $? 'the first copy of a governed table without reveal fails'
says "$(grep -A3 'replication would copy only a part' build/tools-server/log/server.log | head -n 4)" 'replication would copy only a part of table "users"' 'the log says why'
drop part
ask "CREATE PUBLICATION whole FOR TABLE app.users"
subscribe whole " options=''-c retention.reveal=on''"
waits "SELECT count(*) FROM app.users" copy 4
ok $? 'the first copy with reveal has all rows'
is "$(ask "SELECT string_agg(id || ' ' || coalesce(name, '-') || ' ' || retention_clock, ', ' ORDER BY id) FROM app.users" copy)" "$(all_of app.users)" 'their clocks are there as text'
ask "UPDATE app.users SET left_on = '2028-01-01' WHERE id = 2"
waits "SELECT retention_clock <> 'x' AND left_on = '2028-01-01' FROM app.users WHERE id = 2" copy t
ok $? 'changes follow'
drop whole

# Out: a first policy on a published table.
ask "CREATE TABLE app.fresh (id int PRIMARY KEY, left_on date)"
ask "CREATE PUBLICATION fresh FOR TABLE app.fresh (id, left_on); CREATE PUBLICATION loud FOR TABLE app.fresh"
says "$(ask "BEGIN; INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('fresh', 'app.fresh', '{left_on}', '1 year', 'delete'); ROLLBACK")" \
	'sent to subscribers of loud' 'a policy for a published table warns of subscribers'
ask 'DROP PUBLICATION loud'
subscribe fresh " options=''-c retention.reveal=on''"
is "$(ask "INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('fresh', 'app.fresh', '{left_on}', '1 year', 'delete')")" '' \
	'a publication with a list of columns is no matter'
ask "INSERT INTO app.fresh VALUES (1, NULL)"
waits 'SELECT count(*) FROM app.fresh' copy 1
ok $? 'a subscriber without the clock goes on'
drop fresh
