#!/usr/bin/env bash
# A copy read back by jq, node and python: what each has read is written into the database again, and is what the table holds. Its bytes are
# the same whatever the settings of the session are.
set -u
export PGOPTIONS="-c client_min_messages=warning"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 failed=0

sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@" 2>&1; }
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - readers: $1"
	else
		echo "not ok $n - readers: $1"
		printf '# have: %s\n# want: %s\n' "$2" "$3"
		failed=1
	fi
}

# Whoever has the number of the person gets the same, row by row and as a whole.
copy() { printf "SET retention.test_now = '2026-01-01';\n%s;\n\\o %s\nSELECT retention.export('reader', 1);\nSELECT role, row_key, data FROM retention.export_rows('reader', 1) ORDER BY relation, row_key;\n\\o\nRESET ALL;\n" "$2" "$work/$1"; }
settings=(
	"SET DateStyle = 'SQL, DMY'" "SET DateStyle = 'German'" "SET DateStyle = 'Postgres, MDY'"
	"SET IntervalStyle = 'iso_8601'" "SET IntervalStyle = 'sql_standard'" "SET IntervalStyle = 'postgres_verbose'"
	'SET extra_float_digits = -15' 'SET extra_float_digits = 3' "SET bytea_output = 'escape'"
	"SET TimeZone = 'Asia/Kathmandu'" "SET timezone_abbreviations = 'Australia'"
	"SET xmlbinary = 'hex'" "SET xmloption = 'document'" 'SET quote_all_identifiers = on' 'SET standard_conforming_strings = off'
	"SET backslash_quote = 'on'" 'SET array_nulls = off' 'SET transform_null_equals = on' 'SET search_path = readers, pg_catalog' "SET search_path = ''"
	'SET plan_cache_mode = force_custom_plan' 'SET enable_sort = off; SET enable_indexscan = off; SET enable_hashagg = off' "SET work_mem = '64kB'"
	"SET default_transaction_isolation = 'serializable'" 'SET row_security = off' "SET client_min_messages = 'error'" "SET default_text_search_config = 'norwegian'"
)

sql -f readers.sql
{
	copy plain 'SELECT'
	for i in "${!settings[@]}"; do copy "$i" "${settings[i]}"; done
} >"$work/copies.sql"
is 'copies are made' "$(sql -f "$work/copies.sql")" ''
for i in "${!settings[@]}"; do
	is "the bytes are the same under ${settings[i]}" "$(cmp "$work/plain" "$work/$i" 2>&1)" ''
done

head -1 "$work/plain" >"$work/copy"
jq -c '.data[] | select(.table == "readers.each") | .rows[].data' <"$work/copy" >"$work/jq"
node -e '
	for (const table of JSON.parse(require("fs").readFileSync(0, "utf8")).data)
		if (table.table === "readers.each") for (const row of table.rows) console.log(JSON.stringify(row.data));' <"$work/copy" >"$work/node"
python3 -c '
import json, sys
for table in json.load(sys.stdin)["data"]:
    if table["table"] == "readers.each":
        for row in table["rows"]:
            print(json.dumps(row["data"]))' <"$work/copy" >"$work/python"
for reader in jq node python; do
	is "$reader reads each row" "$(wc -l <"$work/$reader")" "$(sql -c 'SELECT count(*) FROM readers.each')"
	sql -c "\\copy readers.back (data) FROM '$work/$reader' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" -c "UPDATE readers.back SET reader = '$reader', data = replace(data, '\\u0000', '\\u0001') WHERE reader IS NULL"
	is "$reader has read what the table holds" "$(sql -c "SELECT id, name, left(have, 60), left(want, 60) FROM readers.differing() WHERE reader = '$reader' ORDER BY id, name")" ''
done
exit $failed
