#!/usr/bin/env bash
# A list of roles in a column of type regrole[] names somebody else after pg_dump and a restore elsewhere, where one of them was dropped.
#
# The server does not keep a role that such a column names: DROP ROLE passes. The dump has its bare number, pg_restore and psql read that as a
# number of the new cluster, and say nothing: if a role has it there, the column names that one. Exit status 0, no warning.
#
#   0   so it is with the version below      1   it is otherwise      2   it cannot be tried here
set -u
packages=(postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1)
work=$(mktemp -d) || exit 2
bin=$work/root/usr/lib/postgresql/15/bin
user=()
if [ "$(id -u)" = 0 ]; then user=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups); fi
finish() {
	[ ! -e "$work/data/postmaster.pid" ] || "${user[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
cannot() { echo "cannot be tried: $1"; exit 2; }

mkdir "$work/root" "$work/home" && cd "$work" || cannot 'no folder'
apt-get -q download "${packages[@]}" >"$work/log" 2>&1 || cannot "$(tail -n 1 "$work/log")"
for package in ./*.deb; do dpkg -x "$package" root || cannot "$package"; done
[ "$(id -u)" != 0 ] || { chmod 755 "$work" && chown -R nobody "$work/home" && chown nobody "$work"; }
export HOME=$work/home PGHOST=$work PGUSER=postgres PATH=$bin:/usr/bin:/bin LC_ALL=C
"${user[@]}" initdb -D "$work/data" -U postgres -A trust --no-sync >"$work/log" 2>&1 || cannot "$(tail -n 1 "$work/log")"
"${user[@]}" pg_ctl -D "$work/data" -l "$work/server.log" -o "-k $work -c listen_addresses= -c fsync=off" -w start >"$work/log" 2>&1 || cannot "$(tail -n 1 "$work/server.log")"

sql() { psql -XAtq -d "${2:-postgres}" -c "$1" 2>&1; }
sql 'CREATE ROLE first; CREATE ROLE second' >/dev/null
sql "CREATE TABLE seen_by (what text, readers regrole[]); INSERT INTO seen_by VALUES ('letters', '{first,second}')" >/dev/null
dropped=$(sql 'DROP ROLE first'; echo $?)
pg_dump -t seen_by >"$work/dump" 2>"$work/dump.errors" || cannot 'no dump'
number=$(sql "SELECT readers[1]::oid FROM seen_by")
# Another cluster, made in the same way.
"${user[@]}" pg_ctl -D "$work/data" -m fast -w stop >/dev/null && rm -rf "$work/data"
"${user[@]}" initdb -D "$work/data" -U postgres -A trust --no-sync >"$work/log" 2>&1 || cannot "$(tail -n 1 "$work/log")"
"${user[@]}" pg_ctl -D "$work/data" -l "$work/server.log" -o "-k $work -c listen_addresses= -c fsync=off" -w start >"$work/log" 2>&1 || cannot "$(tail -n 1 "$work/server.log")"
sql 'CREATE ROLE stranger; CREATE ROLE second' >/dev/null
restored=$(psql -XAtq -v ON_ERROR_STOP=1 -d postgres -f "$work/dump" 2>&1 | grep -c 'ERROR\|WARNING')
echo "$(postgres --version)"
readers=$(sql 'SELECT readers FROM seen_by')
printf '%s\n' "DROP ROLE of a role in the list: ${dropped##*$'\n'}" "the line of the dump has its number: $(grep -c "{$number,second}" "$work/dump")" \
	"errors and warnings of dump and restore: $(($(wc -l <"$work/dump.errors") + restored))" "the list elsewhere: $readers"
[[ ${dropped##*$'\n'} == 0 && $restored == 0 && ! -s $work/dump.errors && $readers == '{stranger,second}' ]]
