# shellcheck shell=bash disable=SC2034
# Shared by the parts of the benchmark; source it from the top of the checkout, do not run it.
set -euo pipefail
. scripts/lib.sh
locate_root
rounds=${ROUNDS:-40}
failed=0

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# "MEDIAN LOW HIGH": the median of some numbers, and the 95 % interval of those of as many drawn anew from them.
interval() {
	awk '{ x[NR] = $1 } END { srand(1); for (r = 0; r <= 1000; r++) for (i = 1; i <= NR; i++) print r, r ? x[int(rand() * NR) + 1] : x[i] }' |
		sort -k1,1n -k2,2g |
		awk '{ if (NR > 1 && $1 != r) { print r, (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2; n = 0 } r = $1; v[++n] = $2 }
			END { print r, (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2 }' |
		sort -k2,2g | awk '$1 == 0 { m = $2; next } { d[++n] = $2 } END { print m, d[int(n * 0.025) + 1], d[int(n * 0.975)] }'
}

# server SETTING...: a new one with the extension as it is here, until the script ends; $work is a directory until then.
server() {
	make -s -j2 PG_CONFIG="$config"
	scripts/root
	scripts/cluster start bench retention.worker=off max_wal_size=4GB "$@"
	eval "$(scripts/cluster env bench)"
	work=$(mktemp -d)
	trap 'scripts/cluster stop bench; rm -rf "$work"' EXIT
}
