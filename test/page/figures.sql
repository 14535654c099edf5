-- What figures retention.report_html() must have, from the views that each is of: temporary view figures. A value is as the page's marks have it.
CREATE FUNCTION pg_temp.stamp(timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
-- Names as the page has them, whatever the path.
CREATE FUNCTION pg_temp.named(regclass) RETURNS text LANGUAGE sql SET search_path = pg_catalog AS $$ SELECT $1::text $$;

CREATE TEMP VIEW figures AS
WITH month AS (
    SELECT date_trunc('month', retention.time_now() AT TIME ZONE retention.zone('')) AS this
), due AS (
    SELECT * FROM retention.forecast(24) f JOIN retention.policy p USING (policy_id)
), done AS (
    SELECT l.*, date_trunc('month', l.at AT TIME ZONE retention.zone('')) AS month FROM retention.ledger l CROSS JOIN month m
    WHERE l.action IN ('deleted', 'anonymised', 'columns anonymised') AND date_trunc('month', l.at AT TIME ZONE retention.zone('')) BETWEEN m.this - interval '11 months' AND m.this
)
SELECT f.figure, f.value FROM (
SELECT 'time_now' AS figure, pg_temp.stamp(retention.time_now()) AS value
UNION ALL SELECT 'sum/in_force', count(*)::text FROM retention.policy WHERE mode = 'enforce'
UNION ALL SELECT 'sum/observing', count(*)::text FROM retention.policy WHERE mode = 'observe'
UNION ALL SELECT 'sum/off', count(*)::text FROM retention.policy WHERE mode = 'off'
UNION ALL SELECT 'sum/waiting', count(*)::text FROM retention.status WHERE state IN ('waiting for retention.approve()', 'paused', 'waiting for retention.resume()', 'not validated', 'not confirmed', 'not guarded')
UNION ALL SELECT 'sum/overdue', coalesce(sum(rows), 0)::text FROM retention.overdue
UNION ALL SELECT 'sum/blocked', count(*)::text FROM retention.blocked_row
UNION ALL SELECT 'sum/tables', count(*)::text FROM retention.blocked_table
UNION ALL SELECT 'sum/requests', count(*)::text FROM retention.requests_due
UNION ALL SELECT 'sum/late', count(*)::text FROM retention.requests_due WHERE state = 'late'
UNION ALL SELECT 'sum/findings', coalesce(sum(rows), 0)::text FROM retention.audit_finding
UNION ALL SELECT 'sum/problems', count(*)::text FROM retention.status s JOIN retention.policy p USING (policy_id)
    WHERE s.state IN ('enforcing', 'observing') AND (s.problem !~ '^what was due before' OR (p.mode = 'enforce' AND p.warned_until < retention.time_now()))
UNION ALL SELECT 'sum/checks', count(*)::text FROM retention.check() WHERE NOT ok
UNION ALL SELECT format('check/%s', what), count(*)::text FROM retention.check() WHERE NOT ok GROUP BY what
UNION ALL SELECT 'sum/gaps', count(*)::text FROM retention.gaps
UNION ALL SELECT format('%s/%s', v.figure, s.policy_id), v.value FROM retention.status s CROSS JOIN LATERAL (VALUES
    ('status.next_due', pg_temp.stamp(s.next_due)), ('status.overdue_since', pg_temp.stamp(s.overdue_since)), ('status.last_success', pg_temp.stamp(s.last_success)),
    ('status.blocked', s.blocked::text), ('status.last_audit', pg_temp.stamp(s.last_audit)), ('status.findings', s.findings::text),
    ('armed_until', CASE WHEN s.mode = 'enforce' THEN pg_temp.stamp(retention.armed_until(s.policy_id)) END)) v (figure, value)
UNION ALL SELECT format('forecast.rows/%s', policy_id), sum(rows)::text FROM due GROUP BY policy_id
UNION ALL SELECT format('forecast.rows/%s/%s', to_char(d.month, 'YYYY-MM'), k.kind), coalesce(sum(d.rows) FILTER (WHERE CASE d.mode WHEN 'enforce' THEN 'enforce' ELSE 'observe' END = k.kind), 0)::text
    FROM due d CROSS JOIN unnest('{enforce,observe}'::text[]) k (kind) GROUP BY d.month, k.kind
UNION ALL SELECT format('ledger.row_count/%s', policy_id), sum(row_count)::text FROM done WHERE policy_id IS NOT NULL GROUP BY policy_id
UNION ALL SELECT format('ledger.row_count/%s/%s', to_char(m.this - n * interval '1 month', 'YYYY-MM'), k.kind), coalesce(sum(d.row_count), 0)::text
    FROM month m CROSS JOIN generate_series(0, 11) n CROSS JOIN unnest('{deleted,anonymised,columns anonymised}'::text[]) k (kind)
    LEFT JOIN done d ON d.month = m.this - n * interval '1 month' AND d.action = k.kind GROUP BY m.this, n, k.kind
UNION ALL SELECT format('%s/%s', v.figure, r.request_id), v.value FROM retention.requests_due r CROSS JOIN LATERAL (VALUES ('requests_due.received', pg_temp.stamp(r.received)),
    ('requests_due.target', r.target::text), ('requests_due.legal_due', r.legal_due::text), ('requests_due.days_left', r.days_left::text)) v (figure, value)
UNION ALL SELECT format('hold.placed_at/%s', h.hold_id), pg_temp.stamp(h.placed_at) FROM retention.standing_hold h
UNION ALL SELECT format('%s/%s/%s', v.figure, o.policy_id, pg_temp.named(o.relation)), v.value FROM retention.overdue o CROSS JOIN LATERAL (VALUES ('overdue.rows', o.rows::text), ('overdue.since', pg_temp.stamp(o.since))) v (figure, value)
UNION ALL SELECT format('%s/%s/%s/%s', v.figure, b.policy_id, pg_temp.named(b.relation), b.sqlstate), v.value
    FROM (SELECT policy_id, relation, sqlstate, count(*) AS n, min(first_failed) AS first_failed, min(retry_at) AS retry_at FROM retention.blocked_row GROUP BY policy_id, relation, sqlstate) b
    CROSS JOIN LATERAL (VALUES ('blocked_row', b.n::text), ('blocked_row.first_failed', pg_temp.stamp(b.first_failed)), ('blocked_row.retry_at', pg_temp.stamp(b.retry_at))) v (figure, value)
UNION ALL SELECT format('%s/%s/%s/%s', v.figure, b.policy_id, pg_temp.named(b.relation), b.work), v.value FROM retention.blocked_table b
    CROSS JOIN LATERAL (VALUES ('blocked_table.first_failed', pg_temp.stamp(b.first_failed)), ('blocked_table.retry_at', pg_temp.stamp(b.retry_at))) v (figure, value)
UNION ALL SELECT format('%s/%s', v.figure, f.policy_id), v.value FROM retention.fuse f CROSS JOIN LATERAL (VALUES ('fuse.blown_at', pg_temp.stamp(f.blown_at)), ('fuse.due', f.due::text),
    ('fuse.approved', f.approved::text), ('fuse.approved_at', pg_temp.stamp(f.approved_at))) v (figure, value) WHERE f.blown_at IS NOT NULL OR f.approved > 0 OR f.approved_columns
UNION ALL SELECT 'max_share', (current_setting('retention.max_share')::numeric * 100)::double precision::text WHERE current_setting('retention.max_share')::numeric < 1
UNION ALL SELECT v.figure, v.value FROM retention.verify_ledger() l CROSS JOIN LATERAL (VALUES ('verify_ledger.entries', l.entries::text), ('verify_ledger.first_bad', l.first_bad::text),
    ('verify_ledger.acknowledged', l.acknowledged::text)) v (figure, value)
UNION ALL SELECT format('gaps/%s', kind), count(*)::text FROM retention.gaps GROUP BY kind
UNION ALL SELECT v.figure, v.value FROM (SELECT count(*) AS n, count(last_finished) AS finished, min(last_finished) AS oldest, max(last_finished) AS newest, sum(last_rows) AS rows, count(problem) AS problems
    FROM retention.audit_run) a CROSS JOIN LATERAL (VALUES ('audit_run.tables', a.n::text), ('audit_run.finished', a.finished::text), ('audit_run.oldest', pg_temp.stamp(a.oldest)),
    ('audit_run.newest', pg_temp.stamp(a.newest)), ('audit_run.rows', a.rows::text), ('audit_run.problems', a.problems::text)) v (figure, value) WHERE a.finished > 0
UNION ALL SELECT format('audit_finding.rows/%s', finding), sum(rows)::text FROM retention.audit_finding GROUP BY finding
UNION ALL SELECT format('audit_finding.tables/%s', finding), count(*)::text FROM retention.audit_finding GROUP BY finding
UNION ALL SELECT v.figure, v.value FROM (SELECT * FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1) r CROSS JOIN LATERAL (VALUES ('sweep_run.started_at', pg_temp.stamp(r.started_at)),
    ('sweep_run.finished_at', pg_temp.stamp(r.finished_at)), ('sweep_run.deleted', r.deleted::text), ('sweep_run.anonymised', r.anonymised::text), ('sweep_run.columns_anonymised', r.columns_anonymised::text),
    ('sweep_run.blocked', r.blocked::text)) v (figure, value)
) f WHERE f.value IS NOT NULL;
