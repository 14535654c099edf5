with pgcopydb || return 0
begin || return 0
declare -A before=()
for table in "${tables[@]}"; do before[$table]=$(all_of "$table"); done

fresh() {
	ask 'DROP DATABASE IF EXISTS copy' postgres >/dev/null
	ask 'CREATE DATABASE copy' postgres >/dev/null
	rm -rf "$build/tools/copy"
}
clone() {
	HOME=$build/tools PGOPTIONS="$1" timeout 100 "$root/usr/bin/pgcopydb" clone "${@:2}" --dir "$build/tools/copy" \
		--source "host=$PGHOST user=postgres dbname=tools" --target "host=$PGHOST user=postgres dbname=copy" 2>&1
}
for options in '' '-c retention.reveal=on'; do
	for more in '' --skip-extensions; do
		fresh
		[ -z "$more" ] || ask 'CREATE EXTENSION pg_retention' copy
		# shellcheck disable=SC2086
		said=$(clone "$options" $more)
		# With extensions it ends at the sequence among what ours dumps. Without, it says what failed and exits with 0 all the same.
		is $? $([ -n "$more" ] && echo 0 || echo 12) "what a clone exits with ($options $more)"
		[ -z "$more" ] || says "$said" 'only a part of table.*pg_dump and pg_restore' "it says why, and what serves ($options $more)"
		for table in "${tables[@]}"; do
			is "$(all_of "$table" copy)" none "nothing of $table is copied in part ($options $more)"
		done
	done
done

# What the hint names.
fresh
PGOPTIONS='-c retention.reveal=on' pg_dump -Fd -j 2 -f "$build/tools/copy" tools && pg_restore -j 4 -d copy "$build/tools/copy"
is $? 0 'pg_dump and pg_restore in several jobs'
for table in "${tables[@]}"; do
	is "$(all_of "$table" copy)" "${before[$table]}" "all rows of $table came along with their clocks"
	is "$(seen_of "$table" copy)" "$(seen_of "$table")" "of $table is seen what was seen"
done
is "$(ask 'SELECT ok FROM retention.verify_ledger()' copy)" t 'the ledger holds'
