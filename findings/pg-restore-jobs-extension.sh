#!/usr/bin/env bash
# pg_restore -j loses rows of an extension whose configuration tables refer to each other.
#
# Two tables that an extension has pg_dump take with pg_extension_config_dump() and one of which refers to the other by a foreign key. pg_restore by itself loads them
# in the order of the key; the constraint is there before the rows, for CREATE EXTENSION brings it. With -j both tables are loaded at once, and
# the referring one fails on its key when it is first. "pg_dump" warns of circular keys alone.
#
#   0   so it is with the versions below      1   it is otherwise      2   it cannot be tried here
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
extensions=$work/root/usr/share/postgresql/15/extension
echo "default_version = '1'" >"$extensions/two.control"
cat >"$extensions/two--1.sql" <<'SQL'
CREATE TABLE kind (name text PRIMARY KEY);
CREATE TABLE thing (id int PRIMARY KEY, kind text REFERENCES kind);
SELECT pg_catalog.pg_extension_config_dump('kind', '');
SELECT pg_catalog.pg_extension_config_dump('thing', '');
SQL

createdb source || cannot 'the database'
psql -Xq -d source <<'SQL' || cannot 'the extension'
CREATE EXTENSION two;
INSERT INTO kind SELECT 'kind ' || n FROM generate_series(1, 100000) n;
INSERT INTO thing SELECT n, 'kind ' || n FROM generate_series(1, 100) n;
SQL
pg_dump -Fc -f "$work/dump" source || cannot 'a dump'
restore() {
	createdb "$1" && pg_restore -d "$1" "${@:2}" "$work/dump" >"$work/said" 2>&1
	status=$?
	rows=$(psql -XAtq -d "$1" -c 'SELECT count(*) FROM thing')
}
restore one
echo "one job: exit status $status, $rows of 100 rows"
[ "$status" = 0 ] && [ "$rows" = 100 ] || exit 1
lost=0
for run in 1 2 3 4 5; do
	restore "many$run" -j 4
	echo "four jobs: exit status $status, $rows of 100 rows"
	grep -h 'violates foreign key' "$work/said" | head -n 1
	[ "$rows" = 100 ] || lost=$((lost + 1))
done
[ "$lost" -gt 0 ]
