#!/usr/bin/env bash
# pgcopydb 0.10 cannot clone a database with an extension that dumps a sequence.
#
# An extension names what pg_dump shall take of it with pg_extension_config_dump(), tables and sequences alike; the manual has a sequence as an example.
# "pgcopydb clone" copies each of them with COPY as a table, and fails: cannot copy to sequence. pg_dump and pg_restore carry it over.
#
#   0   so it is with the versions below      1   it is otherwise      2   it cannot be tried here
set -u
packages=(postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1 pgcopydb=0.10-1)
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
echo "default_version = '1'" >"$extensions/numbered.control"
cat >"$extensions/numbered--1.sql" <<'SQL'
CREATE SEQUENCE number;
SELECT pg_catalog.pg_extension_config_dump('number', '');
SQL

createdb source && createdb target && createdb restored || cannot 'the databases'
psql -Xq -d source -c 'CREATE EXTENSION numbered' -c "SELECT setval('number', 42)" >/dev/null || cannot 'the extension'
"${user[@]}" "$work/root/usr/bin/pgcopydb" clone --dir "$work/home/copy" --source "host=$work user=postgres dbname=source" \
	--target "host=$work user=postgres dbname=target" >"$work/said" 2>&1
status=$?
pg_dump -Fc -f "$work/dump" source && pg_restore -d restored "$work/dump" || cannot 'a dump and its restore'
grep -E ' ERROR ' "$work/said" | sed 's/^[^E]*//'
restored=$(psql -XAtq -d restored -c 'SELECT last_value FROM number')
echo "exit status of the clone $status, the sequence after pg_dump and pg_restore $restored"
[ "$status" != 0 ] && [ "$restored" = 42 ] && grep -q 'cannot copy to sequence "number"' "$work/said"
