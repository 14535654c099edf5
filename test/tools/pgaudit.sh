with "postgresql-$major-pgaudit" || return 0
for order in 'pg_retention, pgaudit' 'pgaudit, pg_retention'; do
	begin "shared_preload_libraries=$order" pgaudit.log=all pgaudit.log_rows=on || continue
	ask 'CREATE EXTENSION pgaudit'
	users=$(all_of app.users)
	is "$(seen_of app.users)" 1,2 "nothing hidden is shown ($order)"
	ask "SELECT * FROM app.users WHERE name <> 'looked for'" >/dev/null
	ask "UPDATE app.users SET name = 'changed' WHERE id = 3; DELETE FROM app.users WHERE id = 4" >/dev/null
	is "$(all_of app.users)" "$users" "hidden rows are neither changed nor deleted ($order)"
	says "$(grep 'AUDIT: SESSION.*looked for' build/tools-server/log/server.log)" ',2$' "the log has the number of rows that were given ($order)"
	is "$(ask "SELECT string_agg(DISTINCT what, ', ') FROM retention.check() WHERE NOT ok AND what NOT IN ('worker is alive', 'time is not injected', 'owner is no superuser')")" '' "the extension checks itself and finds nothing ($order)"
	is "$(ask 'SELECT retention.hooks_in_place()')" t "statements come by the library ($order)"
	end
done
