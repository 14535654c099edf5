with "postgresql-$major-pg-hint-plan" || return 0
for order in 'pg_stat_statements, auto_explain, pg_hint_plan, pg_retention' 'pg_retention, pg_hint_plan, auto_explain, pg_stat_statements' \
	'pg_hint_plan, pg_retention, pg_stat_statements, auto_explain'; do
	begin "shared_preload_libraries=$order" auto_explain.log_min_duration=0 auto_explain.log_nested_statements=on pg_stat_statements.track=all || continue
	ask 'CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_hint_plan'
	users=$(all_of app.users)
	is "$(seen_of app.users)" 1,2 "nothing hidden is shown ($order)"
	is "$(ask '/*+ SeqScan(u) */ SELECT id FROM app.users u ORDER BY id' | paste -sd,)" 1,2 "a hint for a scan shows nothing hidden ($order)"
	is "$(ask '/*+ IndexOnlyScan(u) Leading(u) Rows(u #1000) */ SELECT count(*) FROM app.users u WHERE id > 0')" 2 "a hint for an index and for a number of rows shows nothing hidden ($order)"
	says "$(ask '/*+ SeqScan(u) */ EXPLAIN SELECT * FROM app.users u WHERE id = 1')" 'Seq Scan' "a hint is followed ($order)"
	ask "UPDATE app.users SET name = 'changed' WHERE id = 3; DELETE FROM app.users WHERE id = 4" >/dev/null
	is "$(all_of app.users)" "$users" "hidden rows are neither changed nor deleted ($order)"
	is "$(ask "SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%app.users u%'")" t "statements are counted ($order)"
	is "$(ask "SELECT string_agg(DISTINCT what, ', ') FROM retention.check() WHERE NOT ok AND what NOT IN ('worker is alive', 'time is not injected')")" '' "the extension checks itself and finds nothing ($order)"
	is "$(ask 'SELECT retention.hooks_in_place()')" t "statements come by the library ($order)"
	end
done
