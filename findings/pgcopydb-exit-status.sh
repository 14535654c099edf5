#!/usr/bin/env bash
# pgcopydb 0.10 exits with 0 when the copy of a table has failed.
#
# A table whose rows do not pass a CHECK any more (its function was replaced since; any error on either side does) is copied with
# "pgcopydb clone". The COPY fails, the target's table is empty, the errors are in what it prints, "clone" says it is done, and the exit status is 0.
# pg_restore exits with 1 for the same. A script that goes by the status takes the clone for whole.
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

createdb source && createdb target && psql -Xq -d source <<'SQL' || cannot 'the schema'
CREATE FUNCTION fits(n int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE t (n int PRIMARY KEY CHECK (fits(n)));
INSERT INTO t VALUES (1), (2);
CREATE OR REPLACE FUNCTION fits(n int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n < 2';
SQL
"${user[@]}" "$work/root/usr/bin/pgcopydb" clone --dir "$work/home/copy" --source "host=$work user=postgres dbname=source" \
	--target "host=$work user=postgres dbname=target" >"$work/said" 2>&1
status=$?
rows=$(psql -XAtq -d target -c 'SELECT count(*) FROM t')
grep -E ' ERROR ' "$work/said" | sed 's/^[^E]*//'
echo "exit status $status, rows in the source 2, in the target $rows"
[ "$status" = 0 ] && [ "$rows" = 0 ] && grep -q ' ERROR ' "$work/said"
