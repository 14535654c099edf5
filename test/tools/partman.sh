# pg_partman goes by the server's clock, so everything here is counted from today.
with "postgresql-$major-partman" || return 0
begin 'retention.test_now=' || return 0
ask 'CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman'
for set in over quarantined held free; do
	ask "CREATE TABLE app.$set (id int, day timestamptz NOT NULL) PARTITION BY RANGE (day)"
	ask "SELECT partman.create_parent('app.$set', 'day', 'native', 'monthly', p_premake := 1, p_start_partition := (now() - interval '8 months')::text)" >"$log/partman"
done
ask "UPDATE partman.part_config SET retention = '3 months', retention_keep_table = false"
ask "INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
	('over', 'app.over', '{day}', '1 month', '0 days', 'delete', 'enforce'),
	('quarantined', 'app.quarantined', '{day}', '1 month', '10 years', 'delete', 'enforce'),
	('held', 'app.held', '{day}', '1 month', '0 days', 'delete', 'enforce')"
ask 'CALL retention.sweep()' >/dev/null
for set in over quarantined held free; do
	ask "INSERT INTO app.$set SELECT n, now() - n * interval '1 month' FROM generate_series(0, 7) n"
done
# What was inserted late has its quarantine in full: a day later nothing is late any more.
ask "ALTER SYSTEM SET retention.test_now = '$(ask "SELECT now() + interval '1 day'")'; SELECT pg_reload_conf()" >/dev/null
ask "INSERT INTO app.held (id, day, retention_clock) VALUES (9, now() - interval '7 months', 'none held')"
all_of_set() { revealed "SELECT string_agg(id || ' ' || retention_clock::text, ', ' ORDER BY id) FROM app.$1"; }
partitions() { ask "SELECT count(*) FROM pg_inherits WHERE inhparent = 'app.$1'::regclass"; }
maintain() { ask "SELECT partman.run_maintenance(${1:-})"; }

held=$(all_of_set held) quarantined=$(all_of_set quarantined)
says "$(maintain)" 'cannot drop "(held|quarantined)_p' 'one set with a partition that is not over stops run_maintenance() for all sets'
is "$(partitions over) $(partitions free)" '11 11' 'what run_maintenance() did for others is taken back'
says "$(maintain "'app.over'")" '^$' 'a set whose old rows are all due is maintained'
is "$(partitions over)" 6 'the old partitions of that set are gone'
is "$(ask "SELECT sum(row_count) FROM retention.ledger WHERE detail = 'drop of the partition' AND relation LIKE 'app.over%'")" 4 'the ledger has the rows that went with them'
says "$(maintain "'app.quarantined'")" 'it holds rows that are hidden' 'a partition with quarantined rows is refused'
says "$(PGOPTIONS='-c retention.reveal=on' maintain "'app.quarantined'")" 'it holds rows that are hidden' 'who may read quarantined rows does not drop them early'
says "$(maintain "'app.held'")" 'a legal hold stands' 'a partition with a held row is refused'
is "$(all_of_set quarantined)" "$quarantined" 'no quarantined row is gone'
is "$(all_of_set held)" "$held" 'no held row is gone'
ask "UPDATE partman.part_config SET retention = NULL WHERE parent_table = 'app.quarantined'"
ask "UPDATE partman.part_config SET automatic_maintenance = 'off' WHERE parent_table = 'app.held'"
says "$(maintain)" '^$' 'all sets are maintained where those have no retention of its own or no automatic maintenance'
is "$(partitions free) $(partitions quarantined) $(partitions held)" '6 11 11' 'what has no policy is maintained as ever'
ask "UPDATE partman.part_config SET premake = 3"
says "$(maintain "'app.quarantined'")" '^$' 'partitions to come are made'
is "$(partitions quarantined)" 13 'two partitions more than before'
is "$(ask "SELECT count(*) FROM pg_inherits i WHERE inhparent = 'app.quarantined'::regclass AND NOT EXISTS (SELECT FROM retention.clock_column k WHERE k.relation = i.inhrelid)")" 0 'each new partition has a clock'
ask "INSERT INTO app.quarantined VALUES (100, now() + interval '3 years')"
says "$(ask "SELECT partman.partition_data_time('app.quarantined', 10)")" '^[0-9]+$' 'rows of the default partition move to one of theirs'
is "$(ask "SELECT count(*) FROM app.quarantined WHERE id = 100")" 1 'a row that was moved is there'
is "$(seen_of app.quarantined)" 0,1,100 'nothing hidden is shown'
