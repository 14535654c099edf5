with "postgresql-$major-repack" || return 0
begin || return 0
ask 'CREATE EXTENSION pg_repack'
declare -A before=()
for table in "${tables[@]}"; do before[$table]=$(all_of "$table"); done

repack() { PGOPTIONS="$1" timeout 60 "$root/usr/lib/postgresql/$major/bin/pg_repack" -k -d tools -t "$2" 2>&1; }
both='-c retention.reveal=on -c retention.confirm_drop=on'

for table in "${tables[@]}"; do
	said=$(repack '' "$table")
	is $? 254 "without reveal $table is refused"
	says "$said" 'cannot repack.*HINT' "the refusal for $table has a hint"
	is "$(all_of "$table")" "${before[$table]}" "all rows of $table are there"
	is "$(ask "SELECT count(*) FROM pg_class WHERE relnamespace = 'repack'::regnamespace AND relname ~ '^(log|table)_'")" 0 "nothing is left of the attempt on $table"
done
for table in app.users app.letters; do
	file=$(ask "SELECT pg_relation_filenode('$table')")
	said=$(repack "$both" "$table")
	is $? 0 "$table is repacked with reveal and confirm_drop"
	is "$(ask "SELECT pg_relation_filenode('$table') <> $file")" t "$table has other files"
	is "$(all_of "$table")" "${before[$table]}" "all rows of $table came along with their clocks"
done
for table in app.invoices app.contested; do
	said=$(repack "$both" "$table")
	is $? 254 "$table is refused with reveal and confirm_drop, for its old copy would stay"
	says "$said" 'VACUUM FULL' "the refusal for $table says what serves"
	ask "VACUUM FULL $table"
	is "$(all_of "$table")" "${before[$table]}" "VACUUM FULL keeps all rows of $table"
done
says "$(repack '' app.plain; echo $?)" '0$' 'a table without a policy is repacked as ever'
is "$(seen_of app.users)" 1,2 'nothing is shown after it'
says "$(repack '-c retention.reveal=on' app.users)" 'cannot repack' 'reveal alone is refused, for the old copy could not be dropped'

# A clock that is written after the table was copied. pg_repack waits with its swap for transactions that began before.
ask "CREATE TABLE app.firms (id int PRIMARY KEY, name text, ended_on date); CREATE TABLE app.staff (id int PRIMARY KEY, name text, left_on date, firm_id int REFERENCES app.firms);
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('staff', 'app.staff', '{left_on, firm_id.ended_on}', '1 year', '30 years', 'delete', 'enforce')"
ask 'CALL retention.sweep()' >/dev/null
ask "INSERT INTO app.firms VALUES (1, 'firm', NULL); INSERT INTO app.staff SELECT n, 'name', NULL, 1 FROM generate_series(1, 10) n"
(echo 'BEGIN; UPDATE app.plain SET name = name WHERE id = 1;'; sleep 6; echo 'COMMIT;') | psql -Xq -d tools >/dev/null 2>&1 &
holder=$!
sleep 1
repack "$both" app.staff >"$log/repack" 2>&1 &
repacker=$!
for _ in $(seq 50); do
	[ "$(revealed "SELECT count(*) FROM repack.table_$(ask "SELECT 'app.staff'::regclass::oid")")" != 10 ] || break
	sleep 0.1
done
ask "UPDATE app.firms SET ended_on = '2028-01-01'"
wait "$repacker"
is $? 0 'a table is repacked while clocks are written'
wait "$holder"
is "$(seen_of app.staff)" none 'clocks that were written meanwhile are in the copy'
is "$(revealed 'SELECT count(*) FROM app.staff')" 10 'all rows are in the copy'
is "$(ask "SELECT count(*) FROM retention.audit('app.staff')")" 0 'an audit of the copy finds nothing'
