# What demo/run is made of: a private cluster, psql as somebody, injected time, and waiting for the worker.
# Sourced, never run; the working folder is the project's.

database=digiquip
limit=300              # seconds any wait may last; a loaded machine is slow

title() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
say() { printf -- '-- %s\n' "$1"; }
fail() { printf 'demo: %s\n' "$1" >&2; exit 1; }

sql_as() { local role=$1; shift; psql -X -q -v ON_ERROR_STOP=1 -P footer=off -U "$role" -d "$database" "$@"; }
sql() { sql_as postgres -c "$1"; }
sql_quiet() { sql_as postgres -c "$1" > /dev/null; }
value() { sql_as postgres -At -c "$1"; }
run_file() { sql_as postgres -f "$1"; }

# the statement, and what comes back, as the web application
app() {
  printf 'application=> %s\n' "$(squeeze "$1")"
  psql -X -v ON_ERROR_STOP=1 -P footer=off -U application -d "$database" -c "$1"
}
# the same as a superuser with the explicit right to read hidden rows
reveal() {
  printf 'superuser, retention.reveal = on=# %s\n' "$(squeeze "$1")"
  sql_as postgres -c "SET retention.reveal_reason = 'demonstration'" -c 'SET retention.reveal = on' -c "$1"
}
# a statement that must fail; shows how
refused() {
  printf 'superuser=# %s\n' "$(squeeze "$1")"
  if sql_as postgres -c "$1" 2> build/demo/refused; then fail 'this should have been refused'; fi
  cat build/demo/refused
}
squeeze() { printf '%s' "$1" | tr -s ' \n' '  '; }

# every table: what the application counts, and what a superuser finds behind it
census() {
  sql_as postgres -f demo/census.sql
}

# numbers of the bookkeeping: they never change
books() {
  sql "SELECT to_char(sum(net), 'FM999G999G999G990D00') AS net, to_char(sum(vat), 'FM999G999G999G990D00') AS vat, count(*) AS invoices,
         (SELECT count(*) FROM erp.invoice_lines) AS lines FROM erp.invoices"
  [ "$(value "$book_query")" = "$book_start" ] || fail 'the books have changed'
  say 'The sums of the books are those of the first day.'
}
book_query="SELECT sum(net), sum(vat), count(*), (SELECT sum(amount) FROM erp.invoice_lines) FROM erp.invoices"

show_time() { value "SELECT to_char(current_setting('retention.test_now')::timestamptz AT TIME ZONE 'Europe/Oslo', 'DD Month YYYY HH24:MI:SS')" | tr -s ' '; }

# moves injected time for every session and the worker
move_time() {
  sql_as postgres -c "ALTER SYSTEM SET retention.test_now = '$1'" -c 'SELECT pg_reload_conf()' > /dev/null
  wait_for "SELECT current_setting('retention.test_now') = '$1'" 'the new time'
}

wait_for() {
  local deadline=$((SECONDS + limit))
  until [ "$(value "$1")" = t ]; do
    [ $SECONDS -lt $deadline ] || { sql 'SELECT * FROM retention.status' || true; sql 'SELECT * FROM retention.blocked_row LIMIT 5' || true; fail "gave up waiting for $2"; }
    sleep 0.2
  done
}

wait_until_prepared() { wait_for 'SELECT bool_and(ready) FROM retention.policy' 'the rows to be stamped'; }

# Rows whose time is over and that the worker has not yet taken.
overdue="SET retention.reveal_reason = 'demonstration'; SET retention.reveal = on;
  SELECT (SELECT count(*) FROM app.users WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM app.customers WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM crm.contacts WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM support.cases WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM support.case_notes WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM erp.invoices WHERE retention.state(retention_clock) = 'due')
    + (SELECT count(*) FROM messaging.messages WHERE retention.state(retention_clock) = 'due')
    = (SELECT count(*) FROM retention.blocked_row)"
wait_until_swept() { wait_for "$overdue" 'the worker'; }

start_cluster() {
  scripts/install-packages
  say 'building'
  mkdir -p build/demo
  make -s -j2 > build/demo.log 2>&1 || { tail -n 40 build/demo.log >&2; fail 'the build failed, see build/demo.log'; }
  scripts/root
  scripts/cluster start demo retention.naptime=1s retention.worker_nice_ratio=0 retention.max_share=0.1 "retention.test_now=2025-12-15 09:00:00 Europe/Oslo" \
    shared_buffers=256MB max_wal_size=4GB synchronous_commit=off jit=off
  eval "$(scripts/cluster env demo)"
  export PGOPTIONS='-c client_min_messages=warning'
  trap 'scripts/cluster stop demo' EXIT
  began=$SECONDS
}

load() {
  say 'loading 22,000 users, 100,000 cases, 60,000 case notes, 200,000 invoices'
  psql -Xq -d postgres -c "CREATE DATABASE $database"
  psql -Xq -d postgres -c "ALTER DATABASE $database SET TimeZone = 'Europe/Oslo'"
  run_file demo/schema.sql
  run_file demo/data.sql
  sql_as postgres -f demo/start.sql
  say 'CREATE EXTENSION pg_retention;'
  sql 'CREATE EXTENSION pg_retention'
  book_start=$(value "$book_query")
}

# all of it at a look
leave_page() {
  value "SELECT retention.report_html()" > build/report.html
  say "All of it at a look, for a browser: build/report.html"
}

finish() {
  printf '\nThe demo took %s seconds. Run again with: make demo\n' $((SECONDS - began))
}
