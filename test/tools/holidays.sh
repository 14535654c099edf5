# retention.holidays beside npm's date-holidays, a list that somebody else keeps: Norway, day by day from 1970 to 2100. What differs is named,
# each with why.
npm=$build/tools/npm version=3.37.0
[ -d "$npm/node_modules/date-holidays" ] || npm install --no-audit --no-fund --prefix "$npm" "date-holidays@$version" >"$log/npm" 2>&1 ||
	{ not_run "npm has no date-holidays $version here"; return 0; }
begin || return 0
listed() {
	NODE_PATH=$npm/node_modules node -e '
		const Holidays = require("date-holidays"), list = new Holidays("NO"), types = process.argv[1].split(",");
		for (let year = 1970; year <= 2100; year++)
			for (const day of list.getHolidays(year)) if (types.includes(day.type)) console.log(day.date.slice(0, 10));' "$1" | sort -u
}
ask "SELECT DISTINCT h.day FROM generate_series(1970, 2100) y, retention.holidays('NO', y) h ORDER BY 1" >"$log/ours"
listed public >"$log/theirs"
is "$(wc -l <"$log/theirs" | xargs)" "$(wc -l <"$log/ours" | xargs)" 'date-holidays has as many public holidays in 131 years'
is "$(comm -3 "$log/ours" "$log/theirs")" '' 'each public holiday is one there, and each of theirs is one here'
# What it calls bank holidays are half working days by custom and agreement; no act makes them holidays.
listed bank >"$log/bank"
is "$(cut -c 6- "$log/bank" | sort -u | xargs)" '12-24 12-31' 'bank holidays there are Christmas Eve and New Year'"'"'s Eve alone'
is "$(comm -12 "$log/ours" "$log/bank")" '' 'a deadline may end on Christmas Eve and New Year'"'"'s Eve: no act makes them holidays'
echo '# differs: 12-24, 12-31: "bank" there, working days here; no act makes them holidays'
echo '# differs: "optional" and "observance" there (Olsok, birthdays of the royal family, days of remembrance), working days here; nothing is closed on them'
