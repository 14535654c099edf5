// What the page tells is what the views say. They are read as whoever called: what he may not read is an error, as in any query.
#include "report/page.hpp"

namespace pg_retention {

namespace {

constexpr char kPlace[] =
    "SELECT current_database()::text, (SELECT x.extversion FROM pg_extension x WHERE x.extname = 'pg_retention'), current_setting('server_version'), "
    "retention.time_now(), (SELECT EXTRACT(year FROM t) * 12 + EXTRACT(month FROM t) - 1 FROM (SELECT retention.time_now() AT TIME ZONE $1) x (t))::integer, "
    "current_setting('retention.max_share')::double precision * 100";

constexpr char kPolicies[] =
    "SELECT p.policy_id, p.name, p.relation::text, p.mode, p.action, p.keep_for, p.quarantine_for, p.must_keep_for, p.reference, p.purpose, p.legal_basis "
    "FROM retention.policy p ORDER BY p.name COLLATE \"C\", p.policy_id";

// What an error said may hold values of a row, and what somebody gave as his reason any words: a problem of a policy that has its own of them in it is left
// out, and told by its kind alone.
constexpr char kStatus[] =
    "SELECT s.policy_id, s.name, s.relation::text, s.mode, s.state, s.blocked, s.findings, s.overdue_since, s.next_due, s.last_success, s.last_audit, "
    "CASE WHEN s.mode = 'enforce' THEN retention.armed_until(s.policy_id) END, p.warned_until < retention.time_now() AND s.mode = 'enforce', "
    "s.problem IS NOT NULL, CASE WHEN NOT EXISTS (SELECT FROM (SELECT b.cause FROM retention.blocked_row b WHERE b.policy_id = s.policy_id "
    "UNION ALL SELECT b.cause FROM retention.blocked_table b WHERE b.policy_id = s.policy_id "
    "UNION ALL SELECT v.problem FROM retention.view_refresh v JOIN retention.view_source o ON o.view = v.view AND o.source = s.relation "
    "UNION ALL SELECT z.reason FROM retention.pause z WHERE z.policy_id IN (0, s.policy_id) "
    "UNION ALL SELECT h.name FROM retention.standing_hold h "
    "UNION ALL SELECT t.problem FROM (SELECT a.relation, a.problem FROM retention.audit_run a UNION ALL SELECT r.relation, r.problem FROM retention.preparation r) t "
    "WHERE t.relation = s.relation OR t.relation IN (SELECT n.relid FROM pg_partition_ancestors(s.relation) n) "
    "OR s.relation IN (SELECT n.relid FROM pg_partition_ancestors(t.relation) n)) w (said) WHERE strpos(s.problem, w.said) > 0) THEN s.problem END "
    "FROM retention.status s JOIN retention.policy p ON p.policy_id = s.policy_id ORDER BY s.name COLLATE \"C\", s.policy_id";

constexpr char kOverdue[] =
    "SELECT o.policy_id, o.name, o.relation::text, o.row_id IS NULL, o.since, o.rows, o.reason FROM retention.overdue o "
    "ORDER BY o.since, o.name COLLATE \"C\", o.relation::text COLLATE \"C\"";

constexpr char kHolds[] =
    "SELECT h.hold_id, h.ground, h.scope, coalesce(h.relation, p.name), h.placed_at, to_char(h.review_on, 'YYYY-MM-DD'), h.overdue FROM retention.standing_hold h "
    "LEFT JOIN retention.policy p ON p.policy_id = h.policy_id ORDER BY h.review_on, h.hold_id";

constexpr char kBlocked[] =
    "SELECT b.policy_id, p.name, b.relation::text, b.sqlstate, count(*), min(b.first_failed), min(b.retry_at) FROM retention.blocked_row b "
    "LEFT JOIN retention.policy p ON p.policy_id = b.policy_id GROUP BY b.policy_id, p.name, b.relation, b.sqlstate "
    "ORDER BY p.name COLLATE \"C\", b.relation::text COLLATE \"C\", b.sqlstate";

constexpr char kTables[] =
    "SELECT b.policy_id, p.name, b.relation::text, b.sqlstate, b.work, b.first_failed, b.retry_at FROM retention.blocked_table b "
    "LEFT JOIN retention.policy p ON p.policy_id = b.policy_id ORDER BY b.relation::text COLLATE \"C\", p.name COLLATE \"C\", b.work";

constexpr char kFuse[] =
    "SELECT f.policy_id, p.name, f.blown_at, f.due, f.columns_only, f.approved, f.approved_at FROM retention.fuse f "
    "JOIN retention.policy p ON p.policy_id = f.policy_id WHERE f.blown_at IS NOT NULL OR f.approved > 0 OR f.approved_columns "
    "ORDER BY p.name COLLATE \"C\"";

constexpr char kRequests[] =
    "SELECT r.request_id, r.type, r.kind, r.received, r.target, r.legal_due, r.days_left, r.state FROM retention.requests_due r "
    "ORDER BY r.state = 'late' DESC, r.due, r.request_id";

constexpr char kGaps[] =
    "SELECT g.kind, count(*), (array_agg(g.object ORDER BY g.object COLLATE \"C\"))[1:12] FROM retention.gaps g GROUP BY g.kind ORDER BY g.kind COLLATE \"C\"";

constexpr char kFindings[] =
    "SELECT f.finding, sum(f.rows)::bigint, count(DISTINCT f.relation) FROM retention.audit_finding f GROUP BY f.finding ORDER BY f.finding COLLATE \"C\"";

constexpr char kAudits[] =
    "SELECT count(*), count(a.last_finished), min(a.last_finished), max(a.last_finished), sum(a.last_rows)::bigint, count(a.problem) FROM retention.audit_run a";

// By month, and by policy.
constexpr char kDue[] =
    "SELECT f.policy_id, (EXTRACT(year FROM f.month) * 12 + EXTRACT(month FROM f.month) - 1)::integer, "
    "(sum(f.rows) FILTER (WHERE p.mode = 'enforce'))::bigint, (sum(f.rows) FILTER (WHERE p.mode <> 'enforce'))::bigint, sum(f.rows)::bigint, bool_or(f.rows IS NULL) "
    "FROM retention.forecast(24) f JOIN retention.policy p ON p.policy_id = f.policy_id GROUP BY GROUPING SETS ((f.policy_id), (f.month)) ORDER BY f.month, f.policy_id";

constexpr char kDone[] =
    "SELECT l.policy_id, l.month, (sum(l.row_count) FILTER (WHERE l.action = 'deleted'))::bigint, (sum(l.row_count) FILTER (WHERE l.action = 'anonymised'))::bigint, "
    "(sum(l.row_count) FILTER (WHERE l.action = 'columns anonymised'))::bigint, sum(l.row_count)::bigint "
    "FROM (SELECT x.policy_id, x.action, x.row_count, (EXTRACT(year FROM x.at AT TIME ZONE $1) * 12 + EXTRACT(month FROM x.at AT TIME ZONE $1) - 1)::integer AS month "
    "FROM retention.ledger x WHERE x.action IN ('deleted', 'anonymised', 'columns anonymised')) l WHERE l.month BETWEEN $2 - 11 AND $2 "
    "GROUP BY GROUPING SETS ((l.policy_id), (l.month)) ORDER BY l.month, l.policy_id";

constexpr char kRun[] =
    "SELECT r.started_at, r.finished_at, r.by_worker, r.deleted, r.anonymised, r.columns_anonymised, r.blocked, r.problem IS NOT NULL "
    "FROM retention.sweep_run r ORDER BY r.run_id DESC LIMIT 1";

// To verify is to read all of it, so what was found within a day will do; of a broken one what is so now, for somebody may have signed for it.
constexpr char kLedger[] =
    "WITH recent AS (SELECT v.* FROM retention.ledger_verification v WHERE v.ok AND v.verified_at <= retention.time_now() "
    "AND v.verified_at > retention.time_now() - interval '1 day') "
    "SELECT r.ok, r.entries, r.first_bad, r.acknowledged, retention.ledger_head(), r.verified_at FROM recent r UNION ALL "
    "SELECT v.ok, v.entries, v.first_bad, v.acknowledged, retention.ledger_head(), NULL FROM retention.verify_ledger() v WHERE NOT EXISTS (SELECT FROM recent)";

// Hints are left out: they have what errors said.
constexpr char kChecks[] =
    "SELECT c.what, count(*), (array_agg(c.object ORDER BY c.object COLLATE \"C\") FILTER (WHERE c.object IS NOT NULL))[1:12] FROM retention.check() c "
    "WHERE NOT c.ok GROUP BY c.what ORDER BY c.what COLLATE \"C\"";

template <typename... T>
SqlRows read(const char *sql, const T &...values) {
    return run_governed(kOnceReading, sql, values...);
}

}  // namespace

Told read_views(pg_tz *zone) {
    const char *name = pg_get_timezone_name(zone);
    Told told = {};
    told.place = read(kPlace, name).first();
    told.policies = read(kPolicies);
    told.status = read(kStatus);
    told.overdue = read(kOverdue);
    told.holds = read(kHolds);
    told.blocked = read(kBlocked);
    told.tables = read(kTables);
    told.fuse = read(kFuse);
    told.requests = read(kRequests);
    told.gaps = read(kGaps);
    told.checks = read(kChecks);
    told.findings = read(kFindings);
    told.audits = read(kAudits);
    told.due = read(kDue);
    told.done = read(kDone, name, told.place.get<int32>(5));
    told.run = read(kRun);
    told.ledger = read(kLedger);
    return told;
}

}  // namespace pg_retention
