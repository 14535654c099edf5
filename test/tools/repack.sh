with "postgresql-$major-repack" || return 0
begin wal_level=logical || return 0
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

# On a subscriber, beneath the apply worker. What arrives after the table was copied comes by the worker, whose rows the guards stamp.
ask 'CREATE DATABASE copy' postgres
ask "CREATE EXTENSION pg_retention; CREATE EXTENSION pg_repack; CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date); CREATE TABLE app.plain (id int);
	CREATE TABLE app.visits (id int PRIMARY KEY, user_id int REFERENCES app.users ON DELETE CASCADE);
	INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('visits', 'app.visits', '{user_id.left_on}', '1 year', '30 years', 'delete', 'enforce'), ('users', 'app.users', '{left_on}', '1 year', '30 years', 'delete', 'enforce')" copy
ask 'CREATE PUBLICATION users FOR TABLE app.users (id, name, left_on)'
ask "SELECT pg_create_logical_replication_slot('users', 'pgoutput')" >/dev/null
ask "CREATE SUBSCRIPTION users CONNECTION 'host=$PGHOST user=postgres dbname=tools options=''-c retention.reveal=on''' PUBLICATION users WITH (create_slot = false)" copy
waits "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate = 'r'" copy 1
ok $? 'a subscriber has its first copy'
is "$(seen_of app.users copy)" 1,2 'the subscriber hides what its own policies hide'
revealed 'INSERT INTO app.visits SELECT id, id FROM app.users WHERE id IN (1, 3); INSERT INTO app.plain VALUES (1)' copy
repack_copy() { PGOPTIONS="$1" timeout 60 "$root/usr/lib/postgresql/$major/bin/pg_repack" -k -d copy -t "$2" 2>&1; }
says "$(repack_copy '' app.users)" 'cannot repack' 'a table of a subscriber is refused without both settings, too'
(echo 'BEGIN; UPDATE app.plain SET id = id;'; sleep 8; echo 'COMMIT;') | psql -Xq -d copy >/dev/null 2>&1 &
holder=$!
sleep 1
repack_copy "$both" app.users >"$log/repack" 2>&1 &
repacker=$!
waits "SET retention.reveal = on; SELECT count(*) FROM repack.table_$(ask "SELECT 'app.users'::regclass::oid" copy)" copy 4
ok $? 'hidden rows of the subscriber are copied, too'
ask "INSERT INTO app.users VALUES (5, 'late', '2026-06-01'), (6, 'new', NULL); UPDATE app.users SET left_on = '2028-06-01' WHERE id = 1; DELETE FROM app.users WHERE id = 2"
revealed "DELETE FROM app.users WHERE id = 4; UPDATE app.users SET name = 'changed' WHERE id = 3"
waits "SET retention.reveal = on; SELECT count(*) FROM app.users WHERE name = 'changed'" copy 1
ok $? 'changes arrive meanwhile'
wait "$repacker"
is $? 0 'a table of a subscriber is repacked while changes arrive'
wait "$holder"
names() { revealed "SELECT string_agg(id || ' ' || name || ' ' || coalesce(left_on::text, '-'), ', ' ORDER BY id) FROM app.users" "$1"; }
is "$(names copy)" "$(names tools)" 'the subscriber has what the publisher has'
is "$(seen_of app.users copy)" 6 'what came meanwhile is hidden by the policies of the subscriber'
is "$(seen_of app.visits copy)" none 'what lies below a row that arrived is hidden'
is "$(ask "SELECT count(*) FROM retention.audit('app.users')" copy)$(ask "SELECT count(*) FROM retention.audit('app.visits')" copy)" 00 'an audit of the subscriber finds nothing'
ask "UPDATE app.users SET left_on = '2027-06-01' WHERE id = 6"
waits "SET retention.reveal = on; SELECT count(*) FROM app.users WHERE left_on = '2027-06-01'" copy 1
ok $? 'changes arrive after it'
is "$(seen_of app.users copy)" none 'changes that arrive after it are hidden'
for said in DISABLE 'SET (slot_name = NONE)'; do ask "ALTER SUBSCRIPTION users $said" copy; done
ask 'DROP SUBSCRIPTION users' copy
ask "SELECT pg_drop_replication_slot('users')" >/dev/null
