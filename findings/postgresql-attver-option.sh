#!/usr/bin/env bash
# PostgreSQL 15.20 gives every column an option that nobody has set.
#
# pg_attribute.attoptions, where n_distinct and n_distinct_inherited stand, has {pg_attver=...} for each column of a new table; RESET leaves it
# there, and SET takes any number for it. Its own pg_dump leaves it out. A program that writes attoptions back as ALTER TABLE ... SET (...), as the pg_dump of a release does
# that does not know of it, makes a statement that only servers with the option accept: the pg_upgrade of 18.6 from 15.20 ends with
# 'unrecognized parameter "pg_attver"' at the first table.
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

sql() { psql -XAtq -c "$1" 2>&1; }
sql 'CREATE TABLE plain (id int, d date); ALTER TABLE plain ALTER id SET (n_distinct = 5)' >/dev/null
echo "$(postgres --version)"
options=$(sql "SELECT string_agg(attname || ' ' || regexp_replace(attoptions::text, '[0-9]{4,}', 'N'), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'plain'::regclass AND attnum > 0")
after=$(sql "ALTER TABLE plain ALTER d RESET (pg_attver); SELECT attoptions::text ~ 'pg_attver' FROM pg_attribute WHERE attrelid = 'plain'::regclass AND attname = 'd'")
set=$(sql 'ALTER TABLE plain ALTER d SET (pg_attver = 5)'; echo $?)
other=$(sql 'ALTER TABLE plain ALTER d SET (pg_attvers = 5)')
dumped=$(pg_dump -s | grep -c attver)
printf '%s\n' "options: $options" "still there after RESET: $after" "status of SET (pg_attver = 5): $set" "SET of another name: $other" "lines of pg_dump that name it: $dumped"
[[ $options == *'d {pg_attver=N}'* && $after == t && $set == 0 && $other == *'unrecognized parameter'* && $dumped == 0 ]]
