with prometheus-postgres-exporter || return 0
begin || return 0
ask 'CREATE ROLE monitor LOGIN IN ROLE pg_monitor'
place=127.0.0.1:19187
DATA_SOURCE_NAME="postgresql://monitor@/tools?host=$PGHOST&port=$PGPORT&sslmode=disable" "$root/usr/bin/prometheus-postgres-exporter" --web.listen-address="$place" \
	--disable-default-metrics --disable-settings-metrics --extend.query-path=docs/monitoring/postgres_exporter.yml >"$log/exporter" 2>&1 &
exporter=$!
for _ in {1..50}; do
	metrics=$(curl -sf "http://$place/metrics") && [[ $metrics == *pg_retention* ]] && break
	sleep 0.2
done
kill "$exporter"
wanted=$(awk '/^[a-z_]+:$/ { sub(":", ""); group = $1 } /^    - / { column = $2; sub(":", "", column) } /usage: "GAUGE"/ { print group "_" column }' docs/monitoring/postgres_exporter.yml | sort)
is "$(grep -o '^pg_retention[a-z_]*' <<<"$metrics" | sort -u)" "$wanted" 'each metric of docs/monitoring is given'
is "$(grep -c 'Error running query' "$log/exporter")" 0 'no query fails'
