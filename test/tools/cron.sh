# Its jobs run each minute at most, so this takes one.
with "postgresql-$major-cron" || return 0
begin 'shared_preload_libraries=pg_retention, pg_cron' cron.use_background_workers=on cron.database_name=tools max_worker_processes=20 || return 0
ask 'CREATE EXTENSION pg_cron; CREATE TABLE app.counted (job text, n bigint)'
users=$(all_of app.users)
job() { ask "SELECT cron.schedule('$1', '* * * * *', \$job\$$2\$job\$)" >"$log/cron"; }
job sweeps 'CALL retention.sweep()'
job counts "INSERT INTO app.counted SELECT 'counts', count(*) FROM app.users"
job reveals "SET retention.reveal = on; INSERT INTO app.counted SELECT 'reveals', count(*) FROM app.users"
job drops 'DROP TABLE app.users'
for _ in $(seq 75); do
	[ "$(ask "SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')")" -lt 4 ] || break
	sleep 1
done
is "$(ask "SELECT string_agg(DISTINCT jobname || ' ' || status, ', ') FROM cron.job_run_details JOIN cron.job USING (jobid)")" \
	'counts succeeded, drops failed, reveals succeeded, sweeps succeeded' 'jobs run as their roles may'
says "$(ask "SELECT return_message FROM cron.job_run_details JOIN cron.job USING (jobid) WHERE jobname = 'drops'")" 'holds rows that are hidden.*HINT' 'a job is told why it is refused'
is "$(ask "SELECT string_agg(DISTINCT job || ' ' || n, ', ') FROM app.counted")" 'counts 2, reveals 4' 'a job sees what its role sees, and reveals for itself alone'
is "$(all_of app.users)" "$users" 'nothing is gone'
