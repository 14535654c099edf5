with pgbouncer || return 0
begin || return 0
ask "CREATE ROLE auditor LOGIN; GRANT USAGE ON SCHEMA app, retention TO auditor; GRANT SELECT ON ALL TABLES IN SCHEMA app TO auditor; GRANT SET ON PARAMETER retention.reveal TO auditor"
pooled() { psql -XAtq -p 6432 -U auditor -d tools "$@" 2>&1; }
# pool MODE RESET [SETTING]: one connection for everybody.
pool() {
	printf '%s\n' '[databases]' "tools = host=$PGHOST port=5432 dbname=tools pool_size=1" '[pgbouncer]' "pool_mode = $1" "unix_socket_dir = $PGHOST" \
		'listen_port = 6432' 'auth_type = trust' "auth_file = $build/tools/users" "pidfile = $PGHOST/pgbouncer.pid" "logfile = $PGHOST/pgbouncer.log" "server_reset_query = $2" "${3:-}" >"$build/tools/pgbouncer.ini"
	echo '"auditor" ""' >"$build/tools/users"
	as_user "$root/usr/sbin/pgbouncer" -d "$build/tools/pgbouncer.ini" >"$log/pgbouncer" 2>&1
	for _ in $(seq 50); do [ ! -S "$PGHOST/.s.PGSQL.6432" ] || break; sleep 0.1; done
}
drain() {
	kill "$(cat "$PGHOST/pgbouncer.pid")"
	for _ in $(seq 50); do [ -e "$PGHOST/pgbouncer.pid" ] || break; sleep 0.1; done
}
count='SELECT count(*) FROM app.users'

pool session 'DISCARD ALL'
is "$(pooled -c 'SET retention.reveal = on' -c "$count")" 4 'a session reveals'
is "$(pooled -c "$count")" 2 'the next one on the connection does not'
drain
pool session ''
is "$(pooled -c 'SET retention.reveal = on' -c "$count")" 4 'a session reveals where nothing is reset'
is "$(pooled -c "$count")" 4 'the next one on the connection does, too'
drain
pool transaction 'DISCARD ALL'
is "$(pooled -c 'SET retention.reveal = on' -c "$count")" 4 'a session reveals where transactions share a connection'
is "$(pooled -c "$count")" 4 'the next one does, too: nothing is reset in this mode'
drain
pool transaction 'DISCARD ALL' 'server_reset_query_always = 1'
is "$(pooled -c 'SET retention.reveal = on' -c "$count")" 2 'a setting ends with its transaction where it is always reset'
is "$(pooled -c "BEGIN; SET LOCAL retention.reveal = on; $count; COMMIT")" 4 'SET LOCAL reveals in a transaction'
is "$(pooled -c "$count")" 2 'SET LOCAL ends with it'
drain
