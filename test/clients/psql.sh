#!/usr/bin/env bash
# psql: literals, and prepared statements with parameters of each type.
set -u
n=0 failed=0

sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@" 2>&1; }
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - psql $1"
	else
		echo "not ok $n - psql $1"
		printf '# have: %s\n# want: %s\n' "$2" "$3"
		failed=1
	fi
}

for type in person_name username email phone postal_address national_id free_text personal_text; do
	for way in varchar text unknown; do
		is "$type $way: insert" "$(sql -c "PREPARE q ($way) AS INSERT INTO $type (v) VALUES (\$1) RETURNING v" -c "EXECUTE q ('Kari Ås')")" 'Kari Ås'
		is "$type $way: equality" "$(sql -c "PREPARE q ($way) AS SELECT v FROM $type WHERE v = \$1" -c "EXECUTE q ('Kari Ås')")" 'Kari Ås'
		is "$type $way: LIKE" "$(sql -c "PREPARE q ($way) AS SELECT v FROM $type WHERE v LIKE \$1" -c "EXECUTE q ('Kari%')")" 'Kari Ås'
		is "$type $way: IN" "$(sql -c "PREPARE q ($way, $way) AS SELECT v FROM $type WHERE v IN (\$1, \$2)" -c "EXECUTE q ('x', 'Kari Ås')")" 'Kari Ås'
		is "$type $way: update" "$(sql -c "PREPARE q ($way, $way) AS UPDATE $type SET v = \$1 WHERE v = \$2 RETURNING v" -c "EXECUTE q ('Ola Øy', 'Kari Ås')")" 'Ola Øy'
		is "$type $way: delete" "$(sql -c "PREPARE q ($way) AS DELETE FROM $type WHERE v = \$1 RETURNING v" -c "EXECUTE q ('Ola Øy')")" 'Ola Øy'
	done
	is "$type literals" "$(sql -v v='Kari Ås' <<-SQL
		INSERT INTO $type (v) VALUES (:'v');
		UPDATE $type SET v = 'Ola Øy' WHERE v = :'v' AND v LIKE 'Kari%';
		SELECT v FROM $type WHERE v IN ('x', 'Ola Øy') AND lower(v) LIKE 'ola%';
		DELETE FROM $type;
	SQL
	)" 'Ola Øy'
	is "$type \\copy" "$(printf 'Kari Ås\n' | sql -c "\\copy $type (v) from pstdin" -c "\\copy $type (v) to stdout" -c "DELETE FROM $type")" 'Kari Ås'
done
is domains "$(sql <<-'SQL'
	INSERT INTO domains VALUES (1, '1950-02-01', '10.0.0.1', '(1,2)');
	UPDATE domains SET born = '1950-02-02' WHERE born = '1950-02-01' AND ip = '10.0.0.1' AND place ~= '(1,2)';
	SELECT * FROM domains WHERE born < '1950-02-03' AND ip << '10.0.0.0/8';
	DELETE FROM domains;
SQL
)" '1|1950-02-02|10.0.0.1|(1,2)'
exit $failed
