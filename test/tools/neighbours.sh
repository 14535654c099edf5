with "postgresql-$major-pgaudit" || return 0
for order in 'pg_stat_statements, auto_explain, pgaudit, pg_retention' 'pg_retention, pgaudit, auto_explain, pg_stat_statements' \
	'auto_explain, pg_retention, pgaudit, pg_stat_statements'; do
	begin "shared_preload_libraries=$order" auto_explain.log_min_duration=0 auto_explain.log_nested_statements=on auto_explain.log_analyze=on \
		pg_stat_statements.track=all pgaudit.log=all || continue
	ask 'CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pgaudit' >/dev/null
	users=$(all_of app.users)
	is "$(seen_of app.users)" 1,2 "nothing hidden is shown ($order)"
	ask "UPDATE app.users SET name = 'changed' WHERE id = 3; DELETE FROM app.users WHERE id = 4" >/dev/null
	is "$(all_of app.users)" "$users" "hidden rows are neither changed nor deleted ($order)"
	is "$(ask "SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%app.users%'")" t "statements are counted ($order)"
	says "$(grep -c 'Query Text: .*app.users' build/tools-server/log/server.log)" '^[1-9]' "plans are in the log ($order)"
	says "$(grep -c 'AUDIT: SESSION.*app.users' build/tools-server/log/server.log)" '^[1-9]' "statements are in the log ($order)"
	is "$(ask "SELECT string_agg(DISTINCT what, ', ') FROM retention.check() WHERE NOT ok AND what NOT IN ('worker is alive', 'time is not injected', 'owner is no superuser')")" '' "the extension checks itself and finds nothing ($order)"
	is "$(ask 'SELECT retention.hooks_in_place()')" t "statements come by the library ($order)"
	end
done
