# shellcheck shell=bash disable=SC2034
# Shared by the parts of the benchmark; source it from the top of the checkout, do not run it.
set -euo pipefail
. scripts/lib.sh
locate_root
rounds=${ROUNDS:-40}
failed=0

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# server SETTING...: a new one with the extension as it is here, until the script ends; $work is a directory until then.
server() {
	make -s -j2 PG_CONFIG="$config"
	scripts/root
	scripts/cluster start bench retention.worker=off max_wal_size=4GB "$@"
	eval "$(scripts/cluster env bench)"
	work=$(mktemp -d)
	trap 'scripts/cluster stop bench; rm -rf "$work"' EXIT
}
