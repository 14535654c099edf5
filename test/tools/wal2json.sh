with "postgresql-$major-wal2json" || return 0
begin wal_level=logical || return 0
allow_plugin wal2json
is "$(ask "SELECT slot_name FROM pg_create_logical_replication_slot('slot', 'wal2json')")" slot 'a slot is made'
changes() { ask "SELECT data FROM pg_logical_slot_get_changes('slot', NULL, NULL)"; }
ask "UPDATE app.users SET name = 'seen' WHERE id = 1" >/dev/null
says "$(changes)" '"columnnames":.*"retention_clock".*"seen","?' 'a change carries the clock, as text'
ask "ALTER SYSTEM SET retention.test_now = '2031-06-01'" && ask 'SELECT pg_reload_conf()' >/dev/null
is "$(seen_of app.users)" 1 'a row is hidden when its time is over'
is "$(changes)" '' 'that is no change, and nothing is sent'
ask "ALTER SYSTEM SET retention.test_now = '2070-06-01'" && ask 'SELECT pg_reload_conf()' >/dev/null
ask 'CALL retention.sweep()' >/dev/null
says "$(changes)" '"kind":"delete","schema":"app","table":"users"' 'a row that is swept is sent as deleted'
